//! Stocky's records, with numbers and texts mixed as it mixed them.
//!
//! An amount that Stocky writes as a number stands here as a text that begins with `#`, so that it keeps its decimals:
//! [`body`] takes the marks off.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::purchasing::{PurchaseOrder, Purchasing};
use crate::shop::{cents, location_number};

/// All records of a list in the order of their ids; `None` for a list that there never was.
pub(crate) fn list(purchasing: &Purchasing, name: &str) -> Option<Vec<Value>> {
    let orders = || purchasing.orders.iter().enumerate().filter(|(_, o)| !o.deleted);
    Some(match name {
        "purchase_orders" => orders().map(|(n, order)| purchase_order(purchasing, n, order)).collect(),
        "suppliers" => (0..purchasing.suppliers.len()).map(|n| supplier(purchasing, n)).collect(),
        "stock_adjustments" => (0..purchasing.adjustments.len()).map(|n| adjustment(purchasing, n)).collect(),
        "stock_adjustment_items" => adjustment_items(purchasing),
        "stock_transfers" => (0..purchasing.transfers.len()).map(|n| transfer(purchasing, n)).collect(),
        "tax_types" => vec![json!({
            "id": 1, "name": "Goods and services tax", "code": "GST", "tax_rate": "10.0", "purpose": "purchase",
            "accounting_tax_type": "GST", "created_at": OPENED, "updated_at": OPENED,
        })],
        _ => return None,
    })
}

/// The JSON text of a page.
pub(crate) fn body(name: &str, records: &[Value]) -> String {
    let mut text = json!({ name: records }).to_string();
    while let Some(from) = text.find("\"#") {
        let end = text[from + 2..].find('"').map_or(text.len() - 1, |end| from + 2 + end);
        let number = text[from + 2..end].to_owned();
        text.replace_range(from..=end, &number);
    }
    text
}

const OPENED: &str = "2022-01-01T01:20:30.000Z";

fn number(amount: Decimal) -> Value {
    Value::String(format!("#{amount:.2}"))
}

fn moment(at: Timestamp) -> Value {
    Value::String(format!("{at:.3}"))
}

fn told(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, moment)
}

/// By the shop's clock, the day first.
fn local(purchasing: &Purchasing, at: Timestamp) -> String {
    at.to_zoned(purchasing.zone.clone()).strftime("%d/%m/%Y %H:%M").to_string()
}

fn supplier(purchasing: &Purchasing, n: usize) -> Value {
    let supplier = &purchasing.suppliers[n];
    json!({
        "id": n + 1, "name": supplier.name, "created_at": OPENED, "updated_at": OPENED,
        "company_name": format!("{} Inc.", supplier.name), "account_number": format!("4569{n}"),
        "contact_name": "John Doe", "contact_email": format!("orders{n}@example.com"),
        "address1": format!("{} Fake Rd", 400 + n), "address2": "", "city": "New York", "province_code": "NY",
        "country_name": "United States", "zip": "12345", "phone": "456-789-1234", "phone_toll_free": null, "fax": "",
        "is_hidden": supplier.hidden,
    })
}

fn purchase_order(purchasing: &Purchasing, n: usize, order: &PurchaseOrder) -> Value {
    let supplier = &purchasing.suppliers[order.supplier];
    // Without an id the name is as somebody typed it once.
    let name =
        if order.has_supplier_id { supplier.name.to_owned() } else { format!(" {} ", supplier.name.to_uppercase()) };
    let local_amount = |amount: Decimal| number(cents(amount * order.rate));
    json!({
        "id": n + 1,
        "number": if order.letter.is_some() { json!(order.name()) } else { json!(order.number) },
        "sequential_id": order.number,
        "invoice_number": order.invoice,
        "created_at": moment(order.created),
        "updated_at": moment(order.updated),
        "generated_at": moment(order.created),
        "ordered_at": told(order.ordered),
        "expected_on": order.expected.map(|day| day.to_string()),
        "ship_on": null,
        "payment_due_on": order.due.map(|day| day.to_string()),
        "archived": order.archived.is_some(),
        "supplier_name": name,
        "supplier_id": order.has_supplier_id.then(|| (order.supplier + 1).to_string()),
        "currency": order.currency,
        "shopify_receive_location_id": location_number(order.location),
        "paid": false,
        "adjustments": number(order.adjustment),
        "adjustments_local": local_amount(order.adjustment),
        "shipping": number(order.freight),
        "shipping_local": local_amount(order.freight),
        "shipping_tax_type": null,
        "invoice_date": null,
        "purchase_items": (0..order.lines.len()).flat_map(|line| items(purchasing, n, order, line)).collect::<Value>(),
    })
}

/// Stocky knows no part of a line: what came of one in parts stands as so many items, and the rest as another.
fn items(purchasing: &Purchasing, n: usize, order: &PurchaseOrder, at: usize) -> Vec<Value> {
    let line = &order.lines[at];
    let good = &purchasing.goods[line.good];
    let came =
        order.deliveries.iter().flat_map(|d| d.lines.iter().filter(|l| l.0 == at && l.1 > 0).map(|l| (l.1, d.at)));
    let mut parts: Vec<(u32, Option<Timestamp>)> = came.map(|(quantity, at)| (quantity, Some(at))).collect();
    let rest = line.quantity.saturating_sub(order.accepted(at));
    if rest > 0 {
        parts.push((rest, None));
    }
    let part = |(place, (quantity, received)): (usize, &(u32, Option<Timestamp>))| {
        let cost = order.ordered.map(|_| format!("{:.2}", cents(line.unit * order.rate)));
        json!({
            "id": (n + 1) * 1000 + at * 10 + place,
            "sku": good.sku,
            "inventory_item_id": good.item,
            "product_title": good.product,
            "variant_title": if good.title == "Default Title" { "Default" } else { good.title },
            "asin": "",
            "quantity": quantity,
            "status": if received.is_some() { "delivered" } else { "not delivered" },
            "retail_price": good.price.to_string(),
            "cost_price": cost,
            "supplier_cost_price": order.ordered.map(|_| format!("{:.2}", line.unit)),
            "account_code": "300",
            "tax_type_id": (!line.tax_percent.is_zero()).then_some(1),
            "accounting_tax_type": (!line.tax_percent.is_zero()).then_some("GST"),
            "received_at": received.map(|at| if n % 5 == 2 { json!(local(purchasing, at)) } else { moment(at) }),
            "updated_at": local(purchasing, received.unwrap_or(order.created)),
        })
    };
    parts.iter().enumerate().map(part).collect()
}

fn adjustment(purchasing: &Purchasing, n: usize) -> Value {
    let adjustment = &purchasing.adjustments[n];
    json!({
        "id": n + 1, "sequential_id": 1000 + n, "adjusted_at": told(adjustment.at),
        "created_at": moment(adjustment.created), "updated_at": moment(adjustment.at.unwrap_or(adjustment.created)),
        "archived": false,
        "stock_adjustment_reason": adjustment.reason.map(|reason| json!({"id": 1 + n % 4, "reason": reason})),
        "location": {"id": adjustment.location + 1, "shopify_id": location_number(adjustment.location)},
    })
}

fn adjustment_items(purchasing: &Purchasing) -> Vec<Value> {
    let mut items = Vec::new();
    for (n, adjustment) in purchasing.adjustments.iter().enumerate() {
        for (place, (good, change)) in adjustment.lines.iter().enumerate() {
            let good = &purchasing.goods[*good];
            let done = adjustment.at.is_some();
            items.push(json!({
                "id": (n + 1) * 10 + place, "quantity": change,
                "updated_at": moment(adjustment.at.unwrap_or(adjustment.created)),
                "status": if done { "adjusted" } else { "not adjusted" },
                "previous_quantity": done.then_some(20), "new_quantity": done.then(|| 20 + change),
                "stock_adjustment_id": n + 1, "adjusted_at": told(adjustment.at),
                "variant": {"id": 278 + place, "shopify_id": good.variant, "title": good.title, "sku": good.sku, "barcode": null},
            }));
        }
    }
    items
}

fn transfer(purchasing: &Purchasing, n: usize) -> Value {
    let transfer = &purchasing.transfers[n];
    let received = transfer.received.filter(|_| !transfer.cancelled);
    let item = |(place, (good, quantity)): (usize, &(usize, u32))| {
        let good = &purchasing.goods[*good];
        json!({
            "id": (n + 1) * 10 + place, "inventory_item_id": good.item, "product_title": good.product,
            "variant_title": good.title, "quantity": quantity,
            "status": if received.is_some() { "received" } else { "not_transferred" },
            "received_at": told(received), "updated_at": moment(transfer.created),
        })
    };
    json!({
        "id": n + 1, "note": "", "sequential_id": 1000 + n, "transferred_by": "Jane Doe",
        "from_location_id": location_number(transfer.from), "to_location_id": location_number(1 - transfer.from),
        "created_at": moment(transfer.created), "updated_at": moment(received.or(transfer.sent).unwrap_or(transfer.created)),
        "sent_at": told(transfer.sent), "received_at": told(received), "stock_transfer_reason": "Replenish stock",
        "archived": transfer.cancelled, "forecast_type": "last_days", "restock_for": null, "tracking_number": "",
        "stock_transfer_items": transfer.lines.iter().enumerate().map(item).collect::<Value>(),
    })
}
