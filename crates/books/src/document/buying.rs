//! What is bought and what is in stock, in words that no source owns.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Address, DocumentId};
use crate::money::{Currency, Money};

/// A supplier. Shopify's own purchase orders know suppliers by name only; Stocky has more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supplier {
    /// Name.
    pub name: String,
    /// Firm.
    pub company: Option<String>,
    /// The merchant's number with the supplier.
    pub account_number: Option<String>,
    /// Person to ask for.
    pub contact: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Address.
    pub address: Option<Address>,
    /// Whether the merchant still buys there.
    pub active: bool,
}

/// What the shop has in stock of one variant. Purchases name this (Shopify's inventory item), sales name the variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockItem {
    /// The variant.
    pub variant: DocumentId,
    /// Whether the shop counts its stock.
    pub tracked: bool,
    /// What one unit costs now, in the shop's books currency, where the shop tells.
    pub unit_cost: Option<Money>,
    /// How many are on hand, by location.
    pub levels: Vec<StockLevel>,
}

/// Stock at one location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLevel {
    /// The location.
    pub location: DocumentId,
    /// How many are on hand; below zero where more was sold than was there.
    pub on_hand: i64,
    /// How many of them are sold and not delivered yet.
    #[serde(default)]
    pub committed: i64,
}

/// What is bought of a supplier: what was ordered, what came, and what else it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PurchaseOrder {
    /// What people call it: `PO1002A`.
    pub number: String,
    /// The supplier's document, where the source has one.
    pub supplier: Option<DocumentId>,
    /// The supplier's name; empty where none is told.
    pub supplier_name: String,
    /// The supplier's own number of its bill.
    pub supplier_invoice: Option<String>,
    /// How far it is.
    pub state: PurchaseState,
    /// The currency of all amounts of it.
    pub currency: Currency,
    /// What one unit of `currency` is worth in the shop's books currency, where the source tells and it is another one.
    pub exchange_rate: Option<Decimal>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was sent to the supplier.
    pub ordered_at: Option<Timestamp>,
    /// When the goods are expected.
    pub expected: Option<Date>,
    /// When the supplier's bill is due.
    pub payment_due: Option<Date>,
    /// The location for which it is bought.
    pub location: Option<DocumentId>,
    /// What was ordered.
    pub lines: Vec<PurchaseLine>,
    /// Freight, duty and the like on the whole order.
    pub charges: Vec<PurchaseCharge>,
    /// What came, oldest first.
    pub receipts: Vec<GoodsReceipt>,
}

/// How far a purchase order is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseState {
    /// Not sent yet: nothing for the books.
    Draft,
    /// Sent to the supplier.
    Ordered,
    /// Some of it came.
    PartlyReceived,
    /// All of it came.
    Received,
    /// Nothing more is expected.
    Closed,
    /// It was called off.
    Cancelled,
    /// A state this program does not know.
    Other(String),
}

/// One line of a purchase order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseLine {
    /// The source's id of the line.
    pub id: DocumentId,
    /// The stock item bought ([`Fact::StockItem`](super::Fact::StockItem)), if it is known.
    pub item: Option<DocumentId>,
    /// What the source says of it, whether or not the shop still has it.
    pub sku: Option<String>,
    /// What it is called.
    pub title: String,
    /// How many were ordered.
    pub quantity: u32,
    /// What one costs, before tax, in the order's currency; none where the source does not tell.
    pub unit_cost: Option<Money>,
    /// Tax on the whole line, in the order's currency.
    pub tax: Money,
}

/// What a purchase order costs beyond its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseCharge {
    /// The source's id, or a stable word of its own.
    pub id: DocumentId,
    /// What for.
    pub kind: PurchaseChargeKind,
    /// What the source calls it.
    pub title: String,
    /// Amount in the order's currency; below zero for what the supplier takes off.
    pub amount: Money,
}

/// What a charge on a purchase order is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseChargeKind {
    /// Carriage of the goods.
    Freight,
    /// Duty and import fees.
    Duty,
    /// What the supplier adds or takes off.
    Adjustment,
}

/// Goods that came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsReceipt {
    /// The source's id, or a stable one made from what it says.
    pub id: DocumentId,
    /// When they came.
    pub at: Timestamp,
    /// What came.
    pub lines: Vec<ReceivedLine>,
}

/// Goods that came of one line of a purchase order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedLine {
    /// The line of the purchase order. What came without having been ordered has an id of its own, which no line has.
    pub line: DocumentId,
    /// How many were taken into stock.
    pub accepted: u32,
    /// How many came and were not taken.
    pub rejected: u32,
}

/// Stock that changed without a sale or a purchase: counted, damaged, stolen, found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockAdjustment {
    /// What people call it.
    pub number: String,
    /// When it took place; none while it is only planned.
    pub at: Option<Timestamp>,
    /// Where.
    pub location: Option<DocumentId>,
    /// Why, in the source's words; empty where it does not say.
    pub reason: String,
    /// What changed.
    pub lines: Vec<AdjustedLine>,
}

/// The stock of one item that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustedLine {
    /// The stock item, if it is known.
    pub item: Option<DocumentId>,
    /// The variant, where the source names that instead.
    pub variant: Option<DocumentId>,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// What it is called.
    pub title: String,
    /// How many more there are; below zero for fewer.
    pub change: i64,
}

/// Stock that goes from one location to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockTransfer {
    /// What people call it.
    pub number: String,
    /// Where it comes from; none when it comes from outside, as with a purchase.
    pub from: Option<DocumentId>,
    /// Where it goes to.
    pub to: Option<DocumentId>,
    /// Whether it was called off.
    pub cancelled: bool,
    /// What arrived, each time something did, oldest first.
    pub arrivals: Vec<StockArrival>,
}

/// Stock that arrived from another location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockArrival {
    /// The source's id, or a stable one made from what it says.
    pub id: DocumentId,
    /// When it arrived.
    pub at: Timestamp,
    /// What arrived; changes are above zero.
    pub lines: Vec<AdjustedLine>,
}

/// The stock with which the books begin: worked out once, when the integration starts, and kept as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningStock {
    /// The cut-over date: what is carried over happened on it or later.
    pub date: Date,
    /// What was there at its beginning.
    pub lines: Vec<OpeningLine>,
}

/// The opening stock of one variant, all locations together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningLine {
    /// The variant.
    pub variant: DocumentId,
    /// How many there were; below zero where more was sold than was there.
    pub quantity: i64,
    /// What one cost, where the shop tells.
    pub unit_cost: Option<Money>,
}
