//! One order, whole: asked for with the highest limits, and line by line beyond them.

use books::document::DocumentId;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::{
    client::Client,
    decode::{PageInfo, read},
    error::{DecodeError, Error},
    order::{LONGEST, OrderNode},
    questions::{ORDER_DETAIL, ORDER_LINE_ITEMS_PAGE},
};

/// How often to begin anew when an order changes between its pages.
const TRIES: usize = 3;

#[derive(Deserialize)]
struct Answer<T> {
    order: Option<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinesPage {
    updated_at: jiff::Timestamp,
    line_items: Lines,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lines {
    nodes: Vec<Value>,
    page_info: Value,
}

/// The order's JSON with all its lines, or nothing where it has been deleted.
pub(crate) async fn order(client: &Client, id: &DocumentId) -> Result<Option<String>, Error> {
    for _ in 0..TRIES {
        let variables = json!({ "id": id, "lines": LONGEST, "shippingLines": LONGEST, "list": LONGEST });
        let answer: Answer<Box<RawValue>> = client.ask(&ORDER_DETAIL, variables).await?;
        let Some(raw) = answer.order else { return Ok(None) };
        let node: OrderNode = read(raw.get()).map_err(|source| ORDER_DETAIL.unreadable(source))?;
        if node.cut(LONGEST).is_none() {
            return Ok(Some(raw.get().to_owned()));
        }
        let order: Value = read(raw.get()).map_err(|source| ORDER_DETAIL.unreadable(source))?;
        if let Some(order) = with_all_lines(client, &node, order).await? {
            return Ok(Some(order.to_string()));
        }
    }
    Err(Error::Unsteady(id.to_string()))
}

/// The order with the lines of all further pages, or nothing where it changed meanwhile.
async fn with_all_lines(client: &Client, node: &OrderNode, mut order: Value) -> Result<Option<Value>, Error> {
    loop {
        let info: PageInfo = serde_json::from_value(order["lineItems"]["pageInfo"].clone()).map_err(|_| lost())?;
        if !info.has_next_page {
            return Ok(Some(order));
        }
        let Some(after) = info.end_cursor else { return Err(lost()) };
        let variables = json!({ "id": node.id, "after": after, "lines": LONGEST });
        let answer: Answer<LinesPage> = client.ask(&ORDER_LINE_ITEMS_PAGE, variables).await?;
        let Some(page) = answer.order.filter(|page| page.updated_at == node.updated_at) else { return Ok(None) };
        match order["lineItems"]["nodes"].as_array_mut() {
            Some(lines) if !page.line_items.nodes.is_empty() => lines.extend(page.line_items.nodes),
            _ => return Err(lost()),
        }
        order["lineItems"]["pageInfo"] = page.line_items.page_info;
    }
}

fn lost() -> Error {
    let source =
        DecodeError::Shape { path: "order.lineItems".into(), message: "the further pages lead nowhere".into() };
    ORDER_LINE_ITEMS_PAGE.unreadable(source)
}
