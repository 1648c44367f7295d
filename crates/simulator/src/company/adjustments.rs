//! Inventory adjustments: quantity at average cost, or value, against an adjustment account (PROTOCOL.md d).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::books::{Body, Books, Entry, Line, ListObject, cents, money, number, reference_in};
use super::ids::ListId;
use super::sites;
use super::status::Status;
use super::stock::{Stock, StockMove};
use super::transactions::{Draft, DraftLine};
use super::xml::Element;

/// `InventoryAdjustment`.
pub(crate) fn book_inventory_adjustment(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let account = draft.reference("AccountRef").ok_or_else(|| Status::new(3270, "Missing posting account."))?;
    let mut body = Body::default();
    let site = sites::chosen(books, &draft.fields);
    // Stock of the items on the form as it is after the lines so far, and what of it is at the form's site.
    let mut stocks: BTreeMap<ListId, (Stock, Decimal)> = BTreeMap::new();
    let present = |item: &ListId| {
        let stock = books.stock.get(item).copied().unwrap_or_default();
        let there = site
            .as_ref()
            .map_or(Some(stock.quantity), |site| books.at_sites.get(&(item.clone(), site.clone())).copied());
        (stock, there.unwrap_or_default())
    };
    for change in draft.previous.into_iter().flat_map(|txn| &txn.body.moves) {
        let (stock, there) = stocks.entry(change.item.clone()).or_insert_with(|| present(&change.item));
        stock.undo(change);
        if change.site == site {
            *there -= change.quantity;
        }
    }
    for line in &draft.lines {
        let item = reference_in(&line.fields, "ItemRef").and_then(|id| books.lists.get(&id));
        let Some((item, asset)) = item.and_then(|item| Some((item, asset_account(item)?))) else {
            return Err(Status::new(3280, "The item of an inventory adjustment must be an inventory item."));
        };
        let (stock, there) = stocks.entry(item.id.clone()).or_insert_with(|| present(&item.id));
        let (quantity, value) = change(stock, *there, item, line)?;
        let entry = |account, amount| Entry {
            class: draft.reference("ClassRef"),
            entity: draft.reference("CustomerRef"),
            item: Some(item.id.clone()),
            line: Some(body.lines.len()),
            ..Entry::new(account, amount)
        };
        body.entries.extend([entry(account.clone(), -value), entry(asset, value)]);
        body.total += value;
        let change = StockMove { site: site.clone(), ..StockMove::new(item.id.clone(), quantity, value) };
        stock.apply(&change);
        *there += quantity;
        body.moves.push(change);
        body.lines.push(Line::of(line, &told(&item.id, quantity, value)));
    }
    Ok(body)
}

/// A line as answers tell it: differences only.
pub(crate) fn told(item: &ListId, quantity: Decimal, value: Decimal) -> Vec<Element> {
    vec![
        Element::group("ItemRef", vec![Element::leaf("ListID", item.as_str())]),
        Element::leaf("QuantityDifference", number(quantity)),
        Element::leaf("ValueDifference", money(value)),
    ]
}

fn asset_account(item: &ListObject) -> Option<ListId> {
    if item.info.is_stocked() { item.reference("AssetAccountRef") } else { None }
}

/// The change of quantity and of value that a line asks for; a new quantity is that at the form's site, of which
/// `there` is the present one.
fn change(stock: &Stock, there: Decimal, item: &ListObject, line: &DraftLine) -> Result<(Decimal, Decimal), Status> {
    let wish = |name: &str| line.fields.iter().find(|field| field.name == name);
    let decimal = |group: &Element, name: &str| group.text_of(name).and_then(|text| text.parse::<Decimal>().ok());
    let quantity = |group: &Element| {
        decimal(group, "NewQuantity")
            .map(|new| new - there)
            .or_else(|| decimal(group, "QuantityDifference"))
            .unwrap_or_default()
    };
    let at_average = |quantity: Decimal| {
        let fallback = item.decimal("PurchaseCost").unwrap_or_default();
        if quantity < Decimal::ZERO { -stock.cost_of(-quantity, fallback) } else { stock.value_of(quantity, fallback) }
    };
    if let Some(group) = wish("QuantityAdjustment") {
        let quantity = quantity(group);
        return Ok((quantity, at_average(quantity)));
    }
    if let Some(group) = wish("ValueAdjustment") {
        let value = decimal(group, "NewValue").map(|new| new - stock.value);
        return Ok((quantity(group), cents(value.or_else(|| decimal(group, "ValueDifference")).unwrap_or_default())));
    }
    // A line of a Mod says its differences outright.
    let (quantity, value) = (line.decimal("QuantityDifference"), line.decimal("ValueDifference"));
    if quantity.is_some() || value.is_some() {
        let quantity = quantity.unwrap_or_default();
        return Ok((quantity, value.unwrap_or_else(|| at_average(quantity))));
    }
    Err(Status::feature_off("SerialNumberAdjustment, LotNumberAdjustment"))
}
