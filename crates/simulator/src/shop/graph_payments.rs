//! What the API tells about an order's money: transactions with their fees, and payment terms.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::catalogue::CARDS;
use super::graph::{location, money, order_location};
use super::ids::Kind;
use super::model::{Channel, Gateway, Order, Payment, PaymentKind, PaymentStatus, Terms};

/// Shopify's fee for a card payment: 2.9 % and 30 cents online, 2.6 % and 10 cents at a till.
fn fees(order: &Order, index: usize, payment: &Payment) -> Value {
    let moves =
        matches!(payment.kind, PaymentKind::Sale | PaymentKind::Capture) && payment.status == PaymentStatus::Success;
    if payment.gateway != Gateway::ShopifyPayments || !moves {
        return json!([]);
    }
    let (rate, flat) = match order.channel {
        Channel::PointOfSale { .. } => (Decimal::new(26, 3), Decimal::new(10, 2)),
        _ => (Decimal::new(29, 3), Decimal::new(30, 2)),
    };
    let amount = super::model::cents(payment.amount * rate) + flat;
    json!([{
        "id": Kind::TransactionFee.gid(order.no, index),
        "type": "processing_fee",
        "rateName": "Processing fee",
        "rate": rate.to_string(),
        "flatFeeName": "Fixed fee",
        "amount": money(amount),
        "flatFee": money(flat),
        "taxAmount": "0.0",
    }])
}

pub(crate) fn transaction(order: &Order, index: usize) -> Value {
    let payment = &order.payments[index];
    let kind = match payment.kind {
        PaymentKind::Authorization => "AUTHORIZATION",
        PaymentKind::Capture => "CAPTURE",
        PaymentKind::Sale => "SALE",
        PaymentKind::Change => "CHANGE",
        PaymentKind::Refund => "REFUND",
        PaymentKind::Void => "VOID",
    };
    let status = match payment.status {
        PaymentStatus::Success => "SUCCESS",
        PaymentStatus::Pending => "PENDING",
        PaymentStatus::Failure => "FAILURE",
    };
    let card = payment.card.map(|c| CARDS[c]);
    let receipt = payment.gift_card.map_or_else(
        || "{}".to_owned(),
        |card| {
            format!(
                "{{\"gift_card_id\":{},\"gift_card_last_characters\":\"{:04}\"}}",
                Kind::GiftCard.number(card, 0),
                card % 10_000
            )
        },
    );
    let unsettled = if payment.kind == PaymentKind::Authorization { order.capturable() } else { Decimal::ZERO };
    json!({
        "id": Kind::OrderTransaction.gid(order.no, index),
        "kind": kind,
        "status": status,
        "test": order.test,
        "gateway": payment.gateway.handle(),
        "formattedGateway": payment.gateway.shown(),
        "manualPaymentGateway": payment.gateway == Gateway::BankDeposit,
        "createdAt": payment.created.to_string(),
        "processedAt": payment.at.to_string(),
        "paymentId": format!("{}.{}", order.name(), index + 1),
        "authorizationExpiresAt": null,
        "accountNumber": card.map(|c| format!("•••• •••• •••• {}", c.1)),
        "errorCode": (payment.status == PaymentStatus::Failure).then_some("CARD_DECLINED"),
        "amountSet": money(payment.amount),
        "amountRoundingSet": (!payment.rounding.is_zero()).then(|| money(payment.rounding)),
        "totalUnsettledSet": money(unsettled),
        "settlementCurrency": null,
        "settlementCurrencyRate": null,
        "parentTransaction": payment.parent.map(|parent| transaction(order, parent)),
        "location": order_location(order).map(location),
        "fees": fees(order, index, payment),
        "paymentDetails": card.map(|c| json!({
            "__typename": "CardPaymentDetails",
            "company": c.0,
            "number": format!("•••• •••• •••• {}", c.1),
            "paymentMethodName": "card",
            "wallet": null,
        })),
        "receiptJson": receipt,
    })
}

/// When the order is to be paid; the one instalment of it.
pub(crate) fn payment_terms(order: &Order, now: Timestamp) -> Option<Value> {
    let terms = order.terms?;
    let (name, kind, days) = match terms {
        Terms::Receipt => ("Due on receipt".to_owned(), "RECEIPT", None),
        Terms::Fulfillment => ("Due on fulfillment".to_owned(), "FULFILLMENT", None),
        Terms::Net(days) => (format!("Net {days}"), "NET", Some(days)),
    };
    let sent = order.fulfillments.iter().map(|f| f.at).min();
    let due = match terms {
        Terms::Receipt => Some(order.created),
        Terms::Fulfillment => sent,
        Terms::Net(days) => order.created.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok(),
    };
    let owed = order.outstanding().max(Decimal::ZERO);
    let paid = order.payments.iter().filter(|p| p.received() > Decimal::ZERO).map(|p| p.at).max();
    Some(json!({
        "__typename": "PaymentTerms",
        "id": format!("gid://shopify/PaymentTerms/{}", Kind::Order.number(order.no, 0)),
        "paymentTermsName": name,
        "paymentTermsType": kind,
        "dueInDays": days,
        "overdue": owed > Decimal::ZERO && due.is_some_and(|due| due < now),
        "paymentSchedules": [{
            "id": format!("gid://shopify/PaymentSchedule/{}", Kind::Order.number(order.no, 0)),
            "issuedAt": order.created.to_string(),
            "dueAt": due.map(|d| d.to_string()),
            "completedAt": paid.filter(|_| owed.is_zero()).map(|p| p.to_string()),
            "balanceDue": money(owed),
            "totalBalance": money(order.current_total()),
        }],
    }))
}
