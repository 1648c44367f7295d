//! Purchase orders, transfers and shipments as the JSON graphs that the API tells.
//!
//! Each purchase order has one transfer, each of its deliveries is a shipment of that. A transfer between the shop's own
//! locations is one shipment.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::purchasing::{Plan, PurchaseOrder, Purchasing, line_total};

use super::catalogue::LOCATIONS;
use super::graph::money;
use super::ids::Kind;
use super::trade::Trader;

/// Makes up what is bought beside the trade's sales.
pub(crate) fn purchasing(trader: &Trader) -> Purchasing {
    let days = i64::from(trader.trade.days.max(1));
    let begins = trader.now.checked_sub(jiff::SignedDuration::from_hours(24 * days)).unwrap_or(trader.now);
    let plan = Plan {
        seed: trader.trade.seed,
        span: (begins, trader.now),
        orders: (trader.trade.days / 3).clamp(16, 200),
        currency: trader.trade.currency,
        zone: trader.zone.clone(),
    };
    let tracked = trader.catalogue.variants.iter().enumerate().filter(|(_, v)| v.tracked);
    let goods = tracked.filter_map(|(index, variant)| {
        Some(crate::purchasing::Good {
            item: Kind::InventoryItem.number(index, 0),
            variant: Kind::ProductVariant.number(index, 0),
            sku: variant.sku.clone()?,
            product: trader.catalogue.product_of(index).title.clone(),
            title: variant.title,
            price: variant.price,
            cost: variant.cost?,
        })
    });
    plan.make(goods.collect())
}

/// Where a transfer's id has its place: those of purchase orders, then those between locations.
const OF_ORDER: usize = 0;
const BETWEEN: usize = 1;

fn place(location: usize) -> Value {
    json!({
        "__typename": "LocationSnapshot",
        "name": LOCATIONS[location].0,
        "location": Kind::Location.gid(location, 0),
    })
}

fn amount(amount: Decimal, currency: &str) -> Value {
    json!({"__typename": "MoneyV2", "amount": money(amount), "currencyCode": currency})
}

fn item(purchasing: &Purchasing, good: usize) -> String {
    format!("gid://shopify/InventoryItem/{}", purchasing.goods[good].item)
}

fn told(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| Value::String(at.to_string()))
}

pub(crate) fn purchase_order(purchasing: &Purchasing, index: usize) -> Option<Value> {
    let order = purchasing.orders.get(index).filter(|o| !o.deleted)?;
    let line = |(n, line): (usize, &crate::purchasing::Line)| {
        let good = &purchasing.goods[line.good];
        let (subtotal, total) = line_total(line);
        json!({
            "__typename": "InventoryPurchaseOrderLineItem",
            "id": Kind::InventoryPurchaseOrderLineItem.gid(index, n),
            "title": good.product,
            "variantTitle": good.title,
            "supplierSku": null,
            "totalQuantity": line.quantity,
            "taxPercent": line.tax_percent.to_string(),
            "unitCost": amount(line.unit, order.currency),
            "subtotal": amount(subtotal, order.currency),
            "totalCost": amount(total, order.currency),
            "inventoryItem": item(purchasing, line.good),
        })
    };
    Some(json!({
        "__typename": "InventoryPurchaseOrder",
        "id": Kind::InventoryPurchaseOrder.gid(index, 0),
        "name": format!("PO{}", order.name()),
        "status": if order.ordered.is_some() { "ORDERED" } else { "DRAFT" },
        "currency": order.currency,
        "dateCreated": order.created.to_string(),
        "orderedAt": told(order.ordered),
        "archivedAt": told(order.archived),
        "origin": {"__typename": "InventorySupplierSnapshot", "supplierName": purchasing.suppliers[order.supplier].name},
        "destination": place(order.location),
        "lineItems": order.lines.iter().enumerate().map(line).collect::<Value>(),
        "transfers": order.ordered.map(|_| Kind::InventoryTransfer.gid(index, OF_ORDER)).into_iter().collect::<Vec<_>>(),
    }))
}

/// Places of all transfers: second, owner, which kind.
pub(crate) fn transfers(purchasing: &Purchasing) -> impl Iterator<Item = (i64, usize, usize)> {
    let of_orders = purchasing.orders.iter().enumerate().filter(|(_, o)| !o.deleted && o.ordered.is_some());
    let of_orders = of_orders.map(|(n, o)| (o.created.as_second(), n, OF_ORDER));
    let between = purchasing.transfers.iter().enumerate();
    of_orders.chain(between.map(|(n, t)| (t.created.as_second(), n, BETWEEN)))
}

pub(crate) fn transfer(purchasing: &Purchasing, owner: usize, kind: usize) -> Option<Value> {
    let (name, status, created, origin, destination) = if kind == OF_ORDER {
        let order = purchasing.orders.get(owner).filter(|o| !o.deleted && o.ordered.is_some())?;
        let all = order.lines.iter().enumerate().all(|(n, l)| order.accepted(n) >= l.quantity);
        let status = match (all, order.deliveries.is_empty()) {
            (true, _) => "TRANSFERRED",
            (false, true) => "READY_TO_SHIP",
            (false, false) => "IN_PROGRESS",
        };
        (format!("T{}", order.name()), status, order.created, Value::Null, order.location)
    } else {
        let transfer = purchasing.transfers.get(owner)?;
        let status = match (transfer.cancelled, transfer.received, transfer.sent) {
            (true, ..) => "CANCELED",
            (_, Some(_), _) => "TRANSFERRED",
            (_, _, Some(_)) => "IN_PROGRESS",
            _ => "DRAFT",
        };
        (format!("T{:04}", owner + 1), status, transfer.created, place(transfer.from), 1 - transfer.from)
    };
    Some(json!({
        "__typename": "InventoryTransfer",
        "id": Kind::InventoryTransfer.gid(owner, kind),
        "name": name,
        "status": status,
        "dateCreated": created.to_string(),
        "referenceName": null,
        "note": null,
        "tags": [],
        "origin": origin,
        "destination": place(destination),
        "shipments": shipments_of(purchasing, owner, kind),
    }))
}

fn shipments_of(purchasing: &Purchasing, owner: usize, kind: usize) -> Value {
    let how_many = match kind {
        OF_ORDER => purchasing.orders.get(owner).map_or(0, |o: &PurchaseOrder| o.deliveries.len()),
        _ => purchasing.transfers.get(owner).map_or(0, |t| usize::from(t.sent.is_some() && !t.cancelled)),
    };
    (0..how_many).map(|n| Value::String(Kind::InventoryShipment.gid(2 * owner + kind, n))).collect()
}

/// Places of all shipments: second, owner, which of its transfer.
pub(crate) fn shipments(purchasing: &Purchasing) -> impl Iterator<Item = (i64, usize, usize)> {
    transfers(purchasing).flat_map(|(_, owner, kind)| {
        let how_many = shipments_of(purchasing, owner, kind).as_array().map_or(0, Vec::len);
        (0..how_many).map(move |n| (0, 2 * owner + kind, n))
    })
}

pub(crate) fn shipment(purchasing: &Purchasing, owner: usize, position: usize) -> Option<Value> {
    let (of, kind) = (owner / 2, owner % 2);
    let mut lines: Vec<(usize, u32, u32, u32)> = Vec::new();
    let (sent, received) = if kind == OF_ORDER {
        let order = purchasing.orders.get(of).filter(|o| !o.deleted)?;
        let delivery = order.deliveries.get(position)?;
        for (line, accepted, rejected) in &delivery.lines {
            lines.push((order.lines[*line].good, accepted + rejected, *accepted, *rejected));
        }
        (order.ordered, Some(delivery.at))
    } else {
        let transfer = purchasing.transfers.get(of)?;
        for (good, quantity) in &transfer.lines {
            lines.push((*good, *quantity, if transfer.received.is_some() { *quantity } else { 0 }, 0));
        }
        (transfer.sent, transfer.received)
    };
    let line = |(n, (good, quantity, accepted, rejected)): (usize, &(usize, u32, u32, u32))| {
        json!({
            "__typename": "InventoryShipmentLineItem",
            "id": Kind::InventoryShipmentLineItem.gid(owner, position * 1024 + n),
            "quantity": quantity,
            "acceptedQuantity": accepted,
            "rejectedQuantity": rejected,
            "unreceivedQuantity": quantity - accepted - rejected,
            "inventoryItem": item(purchasing, *good),
        })
    };
    let sum = |of: fn(&(usize, u32, u32, u32)) -> u32| lines.iter().map(of).sum::<u32>();
    Some(json!({
        "__typename": "InventoryShipment",
        "id": Kind::InventoryShipment.gid(owner, position),
        "name": format!("S{}-{}", of + 1, position + 1),
        "status": if received.is_some() { "RECEIVED" } else { "IN_TRANSIT" },
        "barcode": null,
        "dateCreated": told(sent),
        "dateShipped": told(sent),
        "dateReceived": told(received),
        "tracking": null,
        "lineItemTotalQuantity": sum(|l| l.1),
        "totalAcceptedQuantity": sum(|l| l.2),
        "totalRejectedQuantity": sum(|l| l.3),
        "totalReceivedQuantity": sum(|l| l.2 + l.3),
        "lineItems": lines.iter().enumerate().map(line).collect::<Value>(),
    }))
}
