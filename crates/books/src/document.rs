//! Documents: what a source says happened, in words that no source owns.
//!
//! A document is immutable by version. Its [`ContentHash`] covers what the accounting needs and nothing else, so that a
//! note or a tag changed in the shop is no new version (SHOPIFY.md 2.6).

mod buying;

use std::fmt;

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use buying::{
    AdjustedLine, GoodsReceipt, OpeningLine, OpeningStock, PurchaseCharge, PurchaseChargeKind, PurchaseLine,
    PurchaseOrder, PurchaseState, ReceivedLine, StockAdjustment, StockArrival, StockItem, StockLevel, StockTransfer,
    Supplier,
};

use crate::{
    money::{Currency, Money},
    names,
};

/// The source's own id of a document, verbatim: `gid://shopify/Order/5500000000001`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentId(String);

impl DocumentId {
    /// The id as the source writes it.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a day's, see [`Day::id`].
    pub(crate) fn is_day(&self) -> bool {
        self.0.starts_with("day:")
    }

    /// What follows the last slash: the short form for people and logs.
    pub fn short(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A fingerprint of the part of a document that the accounting depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(String);

impl ContentHash {
    /// The SHA-256 of `bytes`, in lower-case hexadecimal.
    pub fn of(bytes: &[u8]) -> Self {
        use std::fmt::Write;
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// A hash that was stored before.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The hash as hexadecimal text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One commerce fact with its id and time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The source's id.
    pub id: DocumentId,
    /// When the source last changed it.
    pub updated_at: Timestamp,
    /// What it says.
    pub fact: Fact,
}

impl Document {
    /// What kind of document this is.
    pub fn kind(&self) -> DocumentKind {
        match &self.fact {
            Fact::Order(_) => DocumentKind::Order,
            Fact::Customer(_) => DocumentKind::Customer,
            Fact::Variant(_) => DocumentKind::Variant,
            Fact::Location(_) => DocumentKind::Location,
            Fact::Shop(_) => DocumentKind::Shop,
            Fact::Supplier(_) => DocumentKind::Supplier,
            Fact::StockItem(_) => DocumentKind::StockItem,
            Fact::PurchaseOrder(_) => DocumentKind::PurchaseOrder,
            Fact::StockAdjustment(_) => DocumentKind::StockAdjustment,
            Fact::StockTransfer(_) => DocumentKind::StockTransfer,
            Fact::OpeningStock(_) => DocumentKind::OpeningStock,
            Fact::Day(_) => DocumentKind::Day,
        }
    }

    /// What people call it: an order's name, a customer's, a day and its place of business. The short id where it has no
    /// name of its own.
    pub fn title(&self) -> String {
        let name: &str = match &self.fact {
            Fact::Order(order) => &order.name,
            Fact::Customer(customer) => &customer.display_name,
            Fact::Variant(variant) => return names::description(variant),
            Fact::Location(location) => &location.name,
            Fact::Shop(shop) => &shop.name,
            Fact::Supplier(supplier) => &supplier.name,
            Fact::PurchaseOrder(order) => &order.number,
            Fact::StockAdjustment(adjustment) => &adjustment.number,
            Fact::StockTransfer(transfer) => &transfer.number,
            Fact::OpeningStock(opening) => return opening.date.to_string(),
            Fact::Day(_) => return self.id.as_str().replacen("day:", "", 1),
            Fact::StockItem(_) => "",
        };
        if name.trim().is_empty() { self.id.short().to_owned() } else { name.to_owned() }
    }

    /// What else people know it by: who bought or supplied, and the numbers that these gave it. Empty parts are left out.
    pub fn known_by(&self) -> Vec<&str> {
        let mut known: Vec<&str> = match &self.fact {
            Fact::Order(order) => {
                let addresses = [&order.billing_address, &order.shipping_address].into_iter().flatten();
                let mut known: Vec<&str> =
                    addresses.flat_map(|address| [address.name.as_str(), address.company.as_str()]).collect();
                known.extend(order.buyer.iter().flat_map(Customer::known_by));
                known.extend(order.purchase_order_number.as_deref());
                known
            }
            Fact::Customer(customer) => customer.known_by(),
            Fact::Variant(variant) => {
                [&variant.sku, &variant.barcode, &variant.vendor].into_iter().filter_map(Option::as_deref).collect()
            }
            Fact::Supplier(supplier) => {
                let also = [&supplier.company, &supplier.contact, &supplier.email];
                let also = also.into_iter().filter_map(Option::as_deref);
                std::iter::once(supplier.name.as_str()).chain(also).collect()
            }
            Fact::PurchaseOrder(order) => {
                std::iter::once(order.supplier_name.as_str()).chain(order.supplier_invoice.as_deref()).collect()
            }
            Fact::StockAdjustment(adjustment) => vec![&adjustment.reason],
            Fact::Shop(shop) => vec![&shop.domain],
            Fact::Location(_) | Fact::StockItem(_) | Fact::StockTransfer(_) | Fact::OpeningStock(_) | Fact::Day(_) => {
                Vec::new()
            }
        };
        known.retain(|part| !part.trim().is_empty());
        known.sort_unstable();
        known.dedup();
        known
    }

    /// The document of the buyer or the supplier, if it names one.
    pub fn party(&self) -> Option<&DocumentId> {
        match &self.fact {
            Fact::Order(order) => order.customer.as_ref(),
            Fact::PurchaseOrder(order) => order.supplier.as_ref(),
            _ => None,
        }
    }
}

/// The kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// The shop itself.
    Shop,
    /// A place of business.
    Location,
    /// A buyer.
    Customer,
    /// Something sold, at the grain of a stock keeping unit.
    Variant,
    /// A sale.
    Order,
    /// A supplier.
    Supplier,
    /// What the shop has in stock of a variant, and what it cost.
    StockItem,
    /// What is bought of a supplier.
    PurchaseOrder,
    /// Stock that was counted, lost, damaged or found.
    StockAdjustment,
    /// Stock that goes from one location to another.
    StockTransfer,
    /// The stock with which the books begin.
    OpeningStock,
    /// A day's summarised sales; made here, told by no source.
    Day,
}

/// What a document says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// The shop itself.
    Shop(Shop),
    /// A place of business.
    Location(Location),
    /// A buyer.
    Customer(Customer),
    /// Something sold.
    Variant(Variant),
    /// A sale.
    Order(Box<Order>),
    /// A supplier.
    Supplier(Supplier),
    /// What the shop has in stock.
    StockItem(StockItem),
    /// What is bought.
    PurchaseOrder(Box<PurchaseOrder>),
    /// Stock that changed without a sale or a purchase.
    StockAdjustment(StockAdjustment),
    /// Stock between locations.
    StockTransfer(StockTransfer),
    /// The stock with which the books begin.
    OpeningStock(OpeningStock),
    /// A day's summarised sales.
    Day(SalesDay),
}

/// A day of a place of business: what the sales of summary mode are summed by (PRODUCT.md 5.3).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day {
    /// The day, by the shop's calendar.
    pub date: Date,
    /// The place of business; none for sales that no place made.
    pub location: Option<DocumentId>,
}

impl Day {
    /// The id of the day's document: `day:2026-11-20/online`.
    pub fn id(&self) -> DocumentId {
        let place = self.location.as_ref().map_or("online", DocumentId::short);
        DocumentId::new(format!("day:{}/{place}", self.date))
    }
}

/// A day with summarised sales.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesDay {
    /// Which day, and where.
    pub day: Day,
    /// Its place among the days of this date, from 1: it tells their numbers apart.
    pub place: u32,
}

/// The shop: what is needed to read its money and dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// The shop's name.
    pub name: String,
    /// Its permanent address, such as `harbour-pine.myshopify.com`.
    pub domain: String,
    /// The currency of its books.
    pub currency: Currency,
    /// IANA name of the time zone in which its days begin and end.
    pub time_zone: String,
    /// Whether its prices contain tax.
    pub taxes_included: bool,
}

/// A place of business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Its name in the shop.
    pub name: String,
    /// Whether it is still in use.
    pub active: bool,
}

/// A buyer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The name to show; empty when the source keeps it back (SHOPIFY.md 2.8, protected data).
    pub display_name: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The company bought for.
    pub company: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Default address.
    pub address: Option<Address>,
    /// Whether sales to this buyer are free of tax.
    pub tax_exempt: bool,
}

impl Customer {
    fn known_by(&self) -> Vec<&str> {
        let also = [&self.company, &self.email].into_iter().filter_map(Option::as_deref);
        std::iter::once(self.display_name.as_str()).chain(also).collect()
    }
}

/// A postal address, in parts; a part that the source does not give is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Person or firm at the address.
    pub name: String,
    /// Firm.
    pub company: String,
    /// First line.
    pub line1: String,
    /// Second line.
    pub line2: String,
    /// Town.
    pub city: String,
    /// State, province or county, as a short code where there is one.
    pub state: String,
    /// Postal code.
    pub postal_code: String,
    /// Country name.
    pub country: String,
}

/// Something sold, at the grain of a stock keeping unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Stock keeping unit; may be empty or not unique.
    pub sku: Option<String>,
    /// Bar code.
    pub barcode: Option<String>,
    /// The product's title.
    pub product_title: String,
    /// The variant's title; empty where a product has one variant only.
    pub variant_title: Option<String>,
    /// Supplier named on the product.
    pub vendor: Option<String>,
    /// The merchant's own grouping of products.
    pub product_type: Option<String>,
    /// Price.
    pub price: Money,
    /// What one unit costs now, where the source tells.
    pub unit_cost: Option<Money>,
    /// Whether the shop counts its stock.
    pub tracked: bool,
    /// Whether it is a gift card.
    pub gift_card: bool,
    /// Whether it is taxed.
    pub taxable: bool,
}

/// A sale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// What people call it: `#1001`.
    pub name: String,
    /// When it was placed (Shopify's `processedAt`); its local date is the sale's date (SHOPIFY.md 3.1).
    pub placed_at: Timestamp,
    /// When it was cancelled, if it was.
    pub cancelled_at: Option<Timestamp>,
    /// A test order: nothing for the books.
    pub test: bool,
    /// The shop's books currency; all amounts here are in it.
    pub currency: Currency,
    /// The currency that the buyer saw.
    pub presentment_currency: Currency,
    /// Whether line, discount and shipping amounts contain tax.
    pub taxes_included: bool,
    /// How far it is paid.
    pub payment_state: PaymentState,
    /// How far it is delivered.
    pub delivery_state: DeliveryState,
    /// Whether it was edited after it was placed.
    pub edited: bool,
    /// What was agreed and when: its placing, each edit, return and refund, oldest first (SHOPIFY.md 3.5). Empty for an
    /// order to which nothing happened since it was placed: its lines say it all.
    #[serde(default)]
    pub agreements: Vec<Agreement>,
    /// When it is to be paid, where that was agreed.
    #[serde(default)]
    pub terms: Option<Terms>,
    /// Where it came from: `web`, `pos`, or an app's name.
    pub channel: String,
    /// The place of business that sold it, for sales in person.
    pub location: Option<DocumentId>,
    /// The buyer, if one is known.
    pub customer: Option<DocumentId>,
    /// What the order itself says of the buyer.
    pub buyer: Option<Customer>,
    /// Billing address.
    pub billing_address: Option<Address>,
    /// Shipping address.
    pub shipping_address: Option<Address>,
    /// The buyer's purchase order number.
    pub purchase_order_number: Option<String>,
    /// What was sold.
    pub lines: Vec<OrderLine>,
    /// Delivery charges; removed ones are left out.
    pub shipping: Vec<ShippingLine>,
    /// Further charges that are neither goods nor delivery.
    pub fees: Vec<Fee>,
    /// Money that moved, and authorisations that did not.
    pub payments: Vec<Payment>,
    /// Money and goods that went back.
    pub refunds: Vec<Refund>,
    /// The source's own totals, to be met to the cent.
    pub totals: Totals,
}

/// When an order is to be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What they are called: `Net 30`.
    pub name: String,
    /// Days from the order's date; none where a date was agreed, or nothing is known.
    pub days: Option<u32>,
    /// When it is due.
    pub due: Option<Timestamp>,
}

/// What was agreed at one time about an order: a row of its dated sales ledger, never changed afterwards (SHOPIFY.md 3.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The source's id.
    pub id: DocumentId,
    /// When.
    pub at: Timestamp,
    /// What kind.
    pub kind: AgreementKind,
    /// What it added to the sale, and what it took back.
    pub sales: Vec<AgreedSale>,
}

/// Kinds of agreements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementKind {
    /// The order was placed.
    Placed,
    /// It was edited.
    Edited,
    /// A return or an exchange was agreed.
    Returned,
    /// A refund was given.
    Refunded {
        /// The refund, where the source names it.
        refund: Option<DocumentId>,
    },
    /// A kind this program does not know.
    Other(String),
}

/// One row of an agreement. Amounts above zero are sold, below zero taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedSale {
    /// What it is about.
    pub subject: Subject,
    /// How many: above zero sold, below zero taken back; zero where nothing is counted.
    pub quantity: i64,
    /// After discounts, with all tax.
    pub total: Money,
    /// What was taken off before tax: above zero on what is sold, below zero on what is taken back.
    pub discount: Money,
    /// Tax by authority, with the sign of the total; it is within the total.
    pub taxes: Vec<TaxLine>,
}

/// What a row of an agreement is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A line of the order: goods, a gift card or a tip.
    Line(DocumentId),
    /// Delivery.
    Shipping {
        /// What it is called.
        title: String,
    },
    /// A tip that is no line.
    Tip,
    /// Duties.
    Duty,
    /// A further charge, or what is kept back of a return.
    Fee {
        /// What it is called.
        title: String,
    },
    /// Money without goods: goodwill, or what a refund's parts lack of its sum.
    Adjustment,
    /// Something this program does not know, in the source's word.
    Other(String),
}

/// How far an order is paid (Shopify's financial status).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Reserved, not taken.
    Authorized,
    /// The time to take it has passed.
    Expired,
    /// Not paid.
    Pending,
    /// Part is paid.
    PartiallyPaid,
    /// All is paid.
    Paid,
    /// Paid, and part went back.
    PartiallyRefunded,
    /// Paid, and all went back.
    Refunded,
    /// Cancelled before payment.
    Voided,
    /// A state this program does not know.
    Other(String),
}

/// How far an order is delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Nothing yet.
    Unfulfilled,
    /// Part of it.
    Partial,
    /// All of it.
    Fulfilled,
    /// A state between, or one this program does not know.
    Other(String),
}

/// One line of a sale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The source's id of the line.
    pub id: DocumentId,
    /// What was sold, if it still exists.
    pub variant: Option<DocumentId>,
    /// What the order says of it, whether or not it still exists.
    pub item: Variant,
    /// How many were ordered.
    pub quantity: u32,
    /// Price of one before discounts.
    pub unit_price: Money,
    /// What was taken off this line: its own discounts and its share of the order's.
    pub discounts: Vec<Discount>,
    /// Tax on it, by authority.
    pub taxes: Vec<TaxLine>,
    /// Duties on it.
    pub duties: Money,
    /// Whether the line is a tip (SHOPIFY.md 3.3).
    pub tip: bool,
}

/// A discount's share on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// What it is called: a code or a title.
    pub title: String,
    /// Amount taken off, positive.
    pub amount: Money,
    /// Whether it was given on the whole order and spread over its lines.
    pub across_order: bool,
}

/// Tax of one authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxLine {
    /// What the tax is called, such as `New York State Tax`.
    pub title: String,
    /// Rate as a fraction: 0.04 is 4 %. For display only: amounts are posted as charged.
    pub rate: Decimal,
    /// Amount charged.
    pub amount: Money,
    /// Collected and remitted by the marketplace: no liability of the merchant's (SHOPIFY.md 3.3).
    pub channel_liable: bool,
}

/// A delivery charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingLine {
    /// What it is called.
    pub title: String,
    /// Charge before discounts.
    pub price: Money,
    /// Taken off, positive.
    pub discount: Money,
    /// Tax on it, by authority.
    pub taxes: Vec<TaxLine>,
}

/// A further charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// What it is called.
    pub title: String,
    /// Amount charged, without its tax.
    pub amount: Money,
    /// Tax on it, by authority.
    pub taxes: Vec<TaxLine>,
}

/// A movement of money, or an attempt at one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The source's id.
    pub id: DocumentId,
    /// What kind of movement.
    pub kind: PaymentKind,
    /// Whether it took place.
    pub status: PaymentStatus,
    /// The gateway's stable name: `shopify_payments`, `paypal`, `cash`, `gift_card`, `manual` ….
    pub gateway: String,
    /// When it took place.
    pub at: Timestamp,
    /// Amount, positive.
    pub amount: Money,
    /// The movement that this one captures, gives change for, drops or gives back.
    #[serde(default)]
    pub parent: Option<DocumentId>,
    /// Difference between cash handed over and amount due, where cash is rounded.
    pub rounding: Money,
    /// A test payment: nothing for the books.
    pub test: bool,
}

/// Kinds of payment movements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// Reserved, no money.
    Authorization,
    /// Reserved money taken.
    Capture,
    /// Taken at once.
    Sale,
    /// Given back.
    Refund,
    /// Cash handed back as change.
    Change,
    /// Reservation dropped.
    Void,
    /// Anything that moves no money, or that this program does not know.
    Other(String),
}

/// Whether a payment movement took place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// It did.
    Success,
    /// Not yet.
    Pending,
    /// It did not.
    Failed,
    /// A state this program does not know.
    Other(String),
}

/// Money and goods that went back. What it took off the sale, and the tax of it, stands in its agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The source's id.
    pub id: DocumentId,
    /// When.
    pub at: Timestamp,
    /// Total given back, in money, gift cards and store credit.
    pub total: Money,
    /// What became of the goods.
    #[serde(default)]
    pub goods: Vec<GoodsBack>,
    /// The payments (of [`PaymentKind::Refund`]) by which the money goes back, taken place or not.
    #[serde(default)]
    pub payments: Vec<DocumentId>,
}

/// Goods of a refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsBack {
    /// The line of the order.
    pub line: DocumentId,
    /// How many.
    pub quantity: u32,
    /// What became of them.
    pub fate: Fate,
}

/// What became of goods that were given back or never sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// In stock again, returned or never sent (Shopify's RETURN, CANCEL and LEGACY_RESTOCK).
    Restocked,
    /// Not in stock again.
    NotRestocked,
    /// Came back, and is of no use any more.
    Damaged,
}

/// The source's own totals of an order, as first sold (before returns): SHOPIFY.md 3.2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Lines after discounts.
    pub subtotal: Money,
    /// All discounts.
    pub discounts: Money,
    /// Delivery after discounts.
    pub shipping: Money,
    /// All tax.
    pub tax: Money,
    /// Tips.
    pub tips: Money,
    /// Duties.
    pub duties: Money,
    /// Further charges.
    pub fees: Money,
    /// Cash rounding on payments.
    pub cash_rounding: Money,
    /// Everything.
    pub total: Money,
    /// Money received.
    pub received: Money,
    /// Money given back.
    pub refunded: Money,
    /// Money still owed.
    pub outstanding: Money,
}
