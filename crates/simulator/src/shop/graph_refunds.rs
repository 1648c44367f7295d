//! What the API tells about goods on their way: fulfilments, refunds and returns.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::graph::{line, location, money, order_location, shipping_lines};
use super::graph_payments::transaction;
use super::ids::Kind;
use super::model::{Order, Origin, PaymentStatus, Reason, Restock, cents};
use super::trade::Trader;

pub(crate) fn fulfillments(order: &Order) -> Value {
    let one = |(index, parcel): (usize, &super::model::Fulfillment)| {
        json!({
            "id": Kind::Fulfillment.gid(order.no, index),
            "legacyResourceId": Kind::Fulfillment.number(order.no, index).to_string(),
            "name": format!("{}-F{}", order.name(), index + 1),
            "status": "SUCCESS",
            "createdAt": parcel.at.to_string(),
            "updatedAt": parcel.at.to_string(),
            "location": location(order_location(order).unwrap_or(0)),
            "totalQuantity": parcel.lines.iter().map(|l| l.1).sum::<u32>(),
            "fulfillmentLineItems": parcel.lines.iter().enumerate().map(|(position, (line, quantity))| json!({
                "id": Kind::FulfillmentLineItem.gid(order.no, index * 300 + position),
                "quantity": quantity,
                "lineItem": Kind::LineItem.gid(order.no, *line),
            })).collect::<Value>(),
        })
    };
    order.fulfillments.iter().enumerate().map(one).collect()
}

/// Of which parcel, and at which place in it, a line was sent.
fn sent_in(order: &Order, line: usize) -> (usize, usize) {
    let mut places = order.fulfillments.iter().enumerate();
    let found = places.find_map(|(n, f)| f.lines.iter().position(|l| l.0 == line).map(|p| (n, p)));
    found.unwrap_or((0, line))
}

/// What the shop tells of a return: its goods with their fees, and what goes out for them.
pub(crate) fn returns(order: &Order) -> Value {
    let one = |(index, goods): (usize, &super::model::Return)| {
        let settled = order.refunds.iter().position(|r| r.of_return == Some(index));
        let lines: Value = goods.lines.iter().enumerate().map(|(position, (returned, fee))| {
            let id = Kind::ReturnLineItem.gid(order.no, index * 300 + position);
            let (parcel, place) = sent_in(order, returned.line);
            json!({
                "__typename": "ReturnLineItem",
                "restockingFee": (!fee.is_zero()).then(|| json!({
                    "__typename": "RestockingFee", "id": id.replace("ReturnLineItem", "RestockingFee"), "amountSet": money(*fee),
                })),
                "id": id,
                "quantity": returned.quantity,
                "returnReason": "UNWANTED",
                "refundedQuantity": if settled.is_some() { returned.quantity } else { 0 },
                "refundableQuantity": if settled.is_some() { 0 } else { returned.quantity },
                "fulfillmentLineItem": {
                    "id": Kind::FulfillmentLineItem.gid(order.no, parcel * 300 + place),
                    "quantity": returned.quantity,
                    "lineItem": Kind::LineItem.gid(order.no, returned.line),
                },
            })
        }).collect();
        let out = order.lines.iter().enumerate().filter(|(_, l)| l.added_by == Some(Origin::Exchange(index)));
        let exchange: Value = out
            .map(|(line, sold)| {
                json!({
                    "id": Kind::LineItem.gid(order.no, line).replace("LineItem", "ExchangeLineItem"),
                    "quantity": sold.quantity,
                    "lineItems": [Kind::LineItem.gid(order.no, line)],
                })
            })
            .collect();
        let id = Kind::Return.gid(order.no, index);
        let fee = (!goods.shipping_fee.is_zero()).then(|| {
            json!({
                "__typename": "ReturnShippingFee", "id": id.replace("Return/", "ReturnShippingFee/"),
                "amountSet": money(goods.shipping_fee),
            })
        });
        json!({
            "__typename": "Return",
            "id": id,
            "name": format!("{}-R{}", order.name(), index + 1),
            "status": if goods.closed.is_some() { "CLOSED" } else { "OPEN" },
            "createdAt": goods.at.to_string(),
            "closedAt": goods.closed.map(|t| t.to_string()),
            "totalQuantity": goods.lines.iter().map(|l| l.0.quantity).sum::<u32>(),
            "refunds": settled.map(|refund| Kind::Refund.gid(order.no, refund)).into_iter().collect::<Vec<_>>(),
            "returnShippingFees": fee.into_iter().collect::<Vec<_>>(),
            "exchangeLineItems": exchange,
            "returnLineItems": lines,
        })
    };
    order.returns.iter().enumerate().map(one).collect()
}

pub(crate) fn refund(trader: &Trader, order: &Order, index: usize) -> Value {
    let refund = &order.refunds[index];
    let base = index * 400;
    let place = order_location(order).unwrap_or(0);
    let lines: Value = refund
        .lines
        .iter()
        .enumerate()
        .map(|(n, (returned, restock))| {
            json!({
                "id": Kind::RefundLineItem.gid(order.no, base + n),
                "quantity": returned.quantity,
                "restocked": *restock != Restock::None,
                "restockType": match restock {
                    Restock::Return => "RETURN",
                    Restock::Cancel => "CANCEL",
                    Restock::None => "NO_RESTOCK",
                    Restock::Legacy => "LEGACY_RESTOCK",
                },
                "priceSet": money(cents(returned.net / Decimal::from(returned.quantity))),
                "subtotalSet": money(returned.net),
                "totalTaxSet": money(returned.tax()),
                "location": (*restock != Restock::None).then(|| location(place)),
                "lineItem": line(trader, order, returned.line, &order.lines[returned.line]),
            })
        })
        .collect();
    let shipping = shipping_lines(order);
    let shipping: Value = refund
        .shipping
        .iter()
        .enumerate()
        .map(|(n, (which, net, taxes))| {
            json!({
                "id": Kind::RefundShippingLine.gid(order.no, base + n),
                "subtotalAmountSet": money(*net),
                "taxAmountSet": money(taxes.iter().map(|t| t.amount).sum()),
                "shippingLine": shipping[*which].clone(),
            })
        })
        .collect();
    let moved = || (0..order.payments.len()).filter(|p| order.payments[*p].refund == Some(index));
    let reason = match refund.reason {
        Reason::Discrepancy => "REFUND_DISCREPANCY",
        Reason::Restock => "RESTOCK",
        Reason::Damage => "DAMAGE",
        Reason::Customer => "CUSTOMER",
    };
    let waits = |p: &usize| order.payments[*p].status == PaymentStatus::Pending;
    let waiting: Decimal = moved().filter(waits).map(|p| order.payments[p].amount).sum();
    let adjustments: Value = [(0, reason, refund.discrepancy), (1, "PENDING_REFUND_DISCREPANCY", waiting)]
        .into_iter()
        .filter(|adjustment| !adjustment.2.is_zero())
        .map(|(position, reason, amount)| {
            json!({
                "id": Kind::OrderAdjustment.gid(order.no, 2 * index + position),
                "reason": reason,
                "amountSet": money(amount),
                "taxAmountSet": "0.0",
            })
        })
        .collect();
    let total: Decimal = moved().map(|p| order.payments[p].refunded()).sum();
    json!({
        "__typename": "Refund",
        "id": Kind::Refund.gid(order.no, index),
        "legacyResourceId": Kind::Refund.number(order.no, index).to_string(),
        "createdAt": refund.at.to_string(),
        "processedAt": refund.at.to_string(),
        "updatedAt": refund.updated.to_string(),
        "note": refund.note,
        "totalRefundedSet": money(total),
        "refundLineItems": lines,
        "refundShippingLines": shipping,
        "orderAdjustments": adjustments,
        "duties": [],
        "transactions": moved().map(|p| transaction(order, p)).collect::<Value>(),
    })
}
