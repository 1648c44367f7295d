//! Stock items: what the shop has of each variant where, and what one costs.

use books::document::{Document, DocumentId, Fact, StockItem, StockLevel};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    client::Client,
    decode::{Amount, Connection, Reference, read},
    error::{DecodeError, Error},
    purchases::fill,
    questions::{STOCK_ITEMS, STOCK_LEVELS_PAGE},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemNode {
    id: DocumentId,
    updated_at: Timestamp,
    tracked: bool,
    unit_cost: Option<Amount>,
    variants: Option<Variants>,
    inventory_levels: Connection<LevelNode>,
}

#[derive(Debug, Deserialize)]
struct Variants {
    nodes: Vec<Reference>,
}

#[derive(Debug, Deserialize)]
struct LevelNode {
    location: Reference,
    quantities: Vec<Quantity>,
}

#[derive(Debug, Deserialize)]
struct Quantity {
    name: String,
    quantity: i64,
}

/// Reads a stock item as the feed keeps it; nothing where no variant is left of it.
pub fn decode_stock_item(json: &str) -> Result<Option<Document>, DecodeError> {
    let node: ItemNode = read(json)?;
    let Some(variant) = node.variants.and_then(|variants| variants.nodes.into_iter().next()) else { return Ok(None) };
    if node.inventory_levels.more() {
        return Err(DecodeError::Cut("inventoryLevels"));
    }
    let mut levels: Vec<StockLevel> = node
        .inventory_levels
        .nodes
        .into_iter()
        .filter_map(|level| {
            let told = |name: &str| {
                level.quantities.iter().find(|quantity| quantity.name == name).map(|quantity| quantity.quantity)
            };
            let (on_hand, committed) = (told("on_hand")?, told("committed").unwrap_or_default());
            Some(StockLevel { location: level.location.id, on_hand, committed })
        })
        .collect();
    // Shopify tells them in any order: that is no change.
    levels.sort_by(|one, other| one.location.cmp(&other.location));
    let unit_cost = node.unit_cost.map(|cost| cost.amount);
    let item = StockItem { variant: variant.id, tracked: node.tracked, unit_cost, levels };
    Ok(Some(Document { id: node.id, updated_at: node.updated_at, fact: Fact::StockItem(item) }))
}

/// Gives an item that is kept at more locations than its page tells all its levels; nothing where it is gone by now.
pub(crate) async fn whole(client: &Client, raw: &str) -> Result<Option<String>, Error> {
    let mut item: Value = read(raw).map_err(|source| STOCK_ITEMS.unreadable(source))?;
    let id = item["id"].as_str().unwrap_or_default().to_owned();
    let is_there = fill(client, &STOCK_LEVELS_PAGE, &id, &mut item["inventoryLevels"]).await?;
    Ok(is_there.then(|| item.to_string()))
}
