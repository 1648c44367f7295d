//! What happened to an order since it was placed: its dated sales ledger, and what became of the goods that came back
//! (SHOPIFY.md 3.4, 3.5).

use std::collections::BTreeSet;

use books::document::{
    AgreedSale, Agreement, AgreementKind, DocumentId, Fate, GoodsBack, Payment, PaymentKind, Refund, Subject, TaxLine,
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::{
    decode::{Connection, MoneyBag, Reference, filled},
    order::{RefundNode, rate},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgreementNode {
    #[serde(rename = "__typename")]
    kind: String,
    id: DocumentId,
    happened_at: Timestamp,
    refund: Option<Reference>,
    pub(crate) sales: Connection<SaleNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SaleNode {
    #[serde(rename = "__typename")]
    kind: String,
    line_type: String,
    quantity: Option<i64>,
    total_amount: MoneyBag,
    total_discount_amount_before_taxes: MoneyBag,
    taxes: Vec<SaleTaxNode>,
    line_item: Option<Reference>,
    shipping_line: Option<Titled>,
    additional_fee: Option<Named>,
    fee: Option<Kind>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SaleTaxNode {
    amount: MoneyBag,
    tax_line: SaleTaxLineNode,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SaleTaxLineNode {
    title: String,
    #[serde(default, deserialize_with = "rate")]
    rate: Option<Decimal>,
    channel_liable: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Titled {
    title: String,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Kind {
    #[serde(rename = "__typename")]
    kind: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GoodsBackNode {
    quantity: u32,
    restock_type: String,
    line_item: Reference,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AdjustmentNode {
    reason: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReturnNode {
    pub(crate) refunds: Connection<Reference>,
    pub(crate) return_line_items: Connection<ReturnedLineNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReturnedLineNode {
    return_reason: String,
    fulfillment_line_item: Option<FulfillmentLineNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FulfillmentLineNode {
    line_item: Reference,
}

/// The ledger, oldest first.
pub(crate) fn agreements(nodes: Vec<AgreementNode>) -> Vec<Agreement> {
    let mut agreements: Vec<Agreement> = nodes.into_iter().map(agreement).collect();
    agreements.sort_by_key(|agreement| agreement.at);
    agreements
}

fn agreement(node: AgreementNode) -> Agreement {
    Agreement {
        id: node.id,
        at: node.happened_at,
        kind: match node.kind.as_str() {
            "OrderAgreement" => AgreementKind::Placed,
            "OrderEditAgreement" => AgreementKind::Edited,
            "ReturnAgreement" => AgreementKind::Returned,
            "RefundAgreement" => AgreementKind::Refunded { refund: node.refund.map(|refund| refund.id) },
            _ => AgreementKind::Other(node.kind),
        },
        sales: node.sales.nodes.into_iter().map(sale).collect(),
    }
}

/// Shopify's row as it stands: `totalAmount` is after taxes and discounts whether or not prices contain tax, and what is
/// taken back is below zero, quantity and amounts alike.
fn sale(node: SaleNode) -> AgreedSale {
    AgreedSale {
        quantity: node.quantity.unwrap_or(0),
        total: node.total_amount.money(),
        discount: node.total_discount_amount_before_taxes.money(),
        taxes: node.taxes.into_iter().map(tax).collect(),
        subject: subject(node.kind, node.line_type, node.line_item, node.shipping_line, node.additional_fee, node.fee),
    }
}

fn subject(
    kind: String,
    line_type: String,
    line: Option<Reference>,
    shipping: Option<Titled>,
    additional_fee: Option<Named>,
    fee: Option<Kind>,
) -> Subject {
    match (line_type.as_str(), line) {
        ("PRODUCT" | "GIFT_CARD" | "TIP", Some(line)) => Subject::Line(line.id),
        // Shopify does not say which charge a return is about.
        ("SHIPPING", _) => Subject::Shipping { title: shipping.map(|line| line.title).unwrap_or_default() },
        ("TIP", None) => Subject::Tip,
        ("DUTY", _) => Subject::Duty,
        ("ADDITIONAL_FEE" | "FEE", _) => Subject::Fee {
            title: additional_fee.map(|fee| fee.name).or_else(|| fee.map(fee_title)).unwrap_or_default(),
        },
        ("ADJUSTMENT", _) => Subject::Adjustment,
        _ => Subject::Other(filled(Some(line_type)).filter(|word| word != "UNKNOWN").unwrap_or(kind)),
    }
}

/// What the fees of a return are called: Shopify names them by their type only.
fn fee_title(fee: Kind) -> String {
    match fee.kind.as_str() {
        "RestockingFee" => "Restocking fee".into(),
        "ReturnShippingFee" => "Return shipping fee".into(),
        _ => fee.kind,
    }
}

fn tax(node: SaleTaxNode) -> TaxLine {
    TaxLine {
        title: node.tax_line.title,
        rate: node.tax_line.rate.unwrap_or_default(),
        amount: node.amount.money(),
        channel_liable: node.tax_line.channel_liable.unwrap_or(false),
    }
}

/// The refunds of an order with these payments and returns.
pub(crate) fn refunds(nodes: Vec<RefundNode>, returns: &[ReturnNode], payments: &[Payment]) -> Vec<Refund> {
    nodes.into_iter().map(|node| refund(node, returns, payments)).collect()
}

fn refund(node: RefundNode, returns: &[ReturnNode], payments: &[Payment]) -> Refund {
    let damaged: BTreeSet<&DocumentId> = returns
        .iter()
        .filter(|goods| goods.refunds.nodes.iter().any(|refund| refund.id == node.id))
        .flat_map(|goods| &goods.return_line_items.nodes)
        .filter(|line| line.return_reason == "DEFECTIVE")
        .filter_map(|line| line.fulfillment_line_item.as_ref())
        .map(|line| &line.line_item.id)
        .collect();
    let all_damaged = node
        .order_adjustments
        .iter()
        .flat_map(|list| &list.nodes)
        .any(|adjustment| adjustment.reason.as_deref() == Some("DAMAGE"));
    let goods = node.refund_line_items.map(|list| list.nodes).unwrap_or_default();
    let goods = goods.into_iter().map(|goods| GoodsBack {
        fate: match goods.restock_type.as_str() {
            "RETURN" | "CANCEL" | "LEGACY_RESTOCK" => Fate::Restocked,
            // What the merchant put in stock again is in stock, whatever the reason of its return.
            _ if all_damaged || damaged.contains(&goods.line_item.id) => Fate::Damaged,
            _ => Fate::NotRestocked,
        },
        line: goods.line_item.id,
        quantity: goods.quantity,
    });
    let moved = node.transactions.map(|list| list.nodes).unwrap_or_default();
    let goes_back = |id: &DocumentId| payments.iter().any(|own| own.id == *id && own.kind == PaymentKind::Refund);
    Refund {
        goods: goods.collect(),
        payments: moved.into_iter().map(|payment| payment.id).filter(goes_back).collect(),
        id: node.id,
        at: node.processed_at,
        total: node.total_refunded_set.money(),
    }
}
