//! The parts of an order in the shop's own terms: amounts as they were agreed, never sums.

use jiff::Timestamp;
use rust_decimal::{Decimal, RoundingStrategy};

use super::catalogue::Rate;

/// Half away from zero, to the cent, as Shopify rounds each tax line.
pub(crate) fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// Through which door an order came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// The online store.
    Online,
    /// A till in a shop; without a location when a draft was marked paid there (SHOPIFY.md 3.3).
    PointOfSale {
        /// Index of the location, when the order has one.
        location: Option<usize>,
    },
    /// The Shop app: a marketplace that collects and remits the tax itself.
    ShopApp,
    /// A draft order, invoiced by staff (B2B).
    Draft,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiscountKind {
    Code(&'static str),
    Manual(&'static str),
    Automatic(&'static str),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum DiscountValue {
    Percent(u32),
    Amount(Decimal),
}

#[derive(Debug, Clone)]
pub(crate) struct Discount {
    pub kind: DiscountKind,
    pub value: DiscountValue,
    pub on_shipping: bool,
    /// On the whole order, spread over its lines; otherwise on one line.
    pub across: bool,
}

impl Discount {
    /// Whether Shopify counts it as the line's own, and so into `discountedTotalSet` (SHOPIFY.md 3.3).
    pub fn is_line_level(&self) -> bool {
        !self.across && !self.on_shipping && !matches!(self.kind, DiscountKind::Code(_))
    }
}

#[derive(Debug, Clone)]
pub(crate) struct TaxLine {
    pub rate: &'static Rate,
    pub amount: Decimal,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LineKind {
    Variant(usize),
    GiftCard(usize),
    Custom,
    Tip,
}

/// What adds a line to an order later; an index into the order's edits or returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Edit(usize),
    Exchange(usize),
}

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub kind: LineKind,
    /// Only where it differs from the product's title.
    pub title: Option<Box<str>>,
    pub quantity: u32,
    pub unit: Decimal,
    /// Index into the order's discounts, and the amount.
    pub allocations: Vec<(usize, Decimal)>,
    pub taxes: Vec<TaxLine>,
    pub taxable: bool,
    /// Index into the order's bundles.
    pub bundle: Option<usize>,
    /// What added the line, where that was not the placing of the order.
    pub added_by: Option<Origin>,
}

impl Line {
    pub fn gross(&self) -> Decimal {
        self.unit * Decimal::from(self.quantity)
    }
    pub fn discount(&self) -> Decimal {
        self.allocations.iter().map(|a| a.1).sum()
    }
    /// After all discounts; with the tax in it where the shop's prices contain tax.
    pub fn net(&self) -> Decimal {
        self.gross() - self.discount()
    }
    pub fn tax(&self) -> Decimal {
        self.taxes.iter().map(|t| t.amount).sum()
    }
    pub fn is_tip(&self) -> bool {
        self.kind == LineKind::Tip
    }
    pub fn is_gift_card(&self) -> bool {
        matches!(self.kind, LineKind::GiftCard(_))
    }
    pub fn variant(&self) -> Option<usize> {
        match self.kind {
            LineKind::Variant(index) | LineKind::GiftCard(index) => Some(index),
            LineKind::Custom | LineKind::Tip => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Shipping {
    pub title: &'static str,
    pub code: &'static str,
    pub price: Decimal,
    pub allocations: Vec<(usize, Decimal)>,
    pub taxes: Vec<TaxLine>,
}

impl Shipping {
    pub fn net(&self) -> Decimal {
        self.price - self.allocations.iter().map(|a| a.1).sum::<Decimal>()
    }
    pub fn tax(&self) -> Decimal {
        self.taxes.iter().map(|t| t.amount).sum()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaymentKind {
    Authorization,
    Capture,
    Sale,
    Change,
    Refund,
    Void,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaymentStatus {
    Success,
    Pending,
    Failure,
}

/// By which way money comes in and goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    /// Cards, by Shopify's own processor: the only one whose fees the shop knows.
    ShopifyPayments,
    /// PayPal.
    PayPal,
    /// Cash in a drawer.
    Cash,
    /// One of the shop's gift cards.
    GiftCard,
    /// The customer's store credit.
    StoreCredit,
    /// A manual method: staff mark it as received.
    BankDeposit,
}

impl Gateway {
    /// The name in transactions.
    pub fn handle(self) -> &'static str {
        match self {
            Gateway::ShopifyPayments => "shopify_payments",
            Gateway::PayPal => "paypal",
            Gateway::Cash => "cash",
            Gateway::GiftCard => "gift_card",
            Gateway::StoreCredit => "shopify_store_credit",
            Gateway::BankDeposit => "Bank Deposit",
        }
    }
    /// The name for people.
    pub fn shown(self) -> &'static str {
        match self {
            Gateway::ShopifyPayments => "Shopify Payments",
            Gateway::PayPal => "PayPal",
            Gateway::Cash => "Cash",
            Gateway::GiftCard => "Gift Card",
            Gateway::StoreCredit => "Store Credit",
            Gateway::BankDeposit => "Bank Deposit",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub kind: PaymentKind,
    pub status: PaymentStatus,
    pub gateway: Gateway,
    pub created: Timestamp,
    /// When it was processed, which is what counts for the books.
    pub at: Timestamp,
    /// What moved, after any cash rounding; never negative.
    pub amount: Decimal,
    /// The part of `amount` that cash rounding added.
    pub rounding: Decimal,
    /// Index of the payment that this one captures, refunds, voids or gives change for.
    pub parent: Option<usize>,
    /// Index of the gift card.
    pub gift_card: Option<usize>,
    /// Index into the table of card brands.
    pub card: Option<usize>,
    /// Index of the refund that moved it.
    pub refund: Option<usize>,
}

impl Payment {
    /// What it adds to the money received: SALE and CAPTURE count, CHANGE takes away, all others move nothing here
    /// (SHOPIFY.md 3.3).
    pub fn received(&self) -> Decimal {
        match (self.status, self.kind) {
            (PaymentStatus::Success, PaymentKind::Sale | PaymentKind::Capture) => self.amount,
            (PaymentStatus::Success, PaymentKind::Change) => -self.amount,
            _ => Decimal::ZERO,
        }
    }
    pub fn refunded(&self) -> Decimal {
        if self.status == PaymentStatus::Success && self.kind == PaymentKind::Refund {
            self.amount
        } else {
            Decimal::ZERO
        }
    }
}

/// A quantity of a line that came back or was taken off, with its share of price and tax.
#[derive(Debug, Clone)]
pub(crate) struct Returned {
    pub line: usize,
    pub quantity: u32,
    pub net: Decimal,
    pub discount: Decimal,
    pub taxes: Vec<TaxLine>,
}

impl Returned {
    pub fn tax(&self) -> Decimal {
        self.taxes.iter().map(|t| t.amount).sum()
    }
}

/// What becomes of goods that are given back or taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restock {
    /// They came back and are in stock again.
    Return,
    /// They were never sent and are in stock again.
    Cancel,
    /// They are not in stock again.
    None,
    /// In stock again, in the way of orders from before Shopify knew the other ways.
    Legacy,
}

/// Why a refund gives more or less than its parts come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No reason given.
    Discrepancy,
    /// A fee for restocking was kept back.
    Restock,
    /// The goods came back damaged.
    Damage,
    /// For the customer's sake.
    Customer,
}

#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub at: Timestamp,
    /// When its money last changed its state.
    pub updated: Timestamp,
    pub note: Option<&'static str>,
    /// Of a return, these are told here but were taken off the sale by the return already.
    pub lines: Vec<(Returned, Restock)>,
    /// Index of the shipping line, its net and its tax lines.
    pub shipping: Vec<(usize, Decimal, Vec<TaxLine>)>,
    /// Money given beyond the parts (negative) or kept back (positive).
    pub discrepancy: Decimal,
    pub reason: Reason,
    /// Index of the return that it settles.
    pub of_return: Option<usize>,
}

/// A discount that an edit gave on a line, and the tax that it saved.
#[derive(Debug, Clone)]
pub(crate) struct Discounted {
    pub line: usize,
    pub amount: Decimal,
    pub taxes: Vec<TaxLine>,
}

#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub at: Timestamp,
    pub removed: Vec<Returned>,
    pub discounted: Vec<Discounted>,
}

/// Goods that come back, with what is kept back of them; what goes out for them are lines of [`Origin::Exchange`].
#[derive(Debug, Clone)]
pub(crate) struct Return {
    pub at: Timestamp,
    pub closed: Option<Timestamp>,
    /// The goods, with the restocking fee of each.
    pub lines: Vec<(Returned, Decimal)>,
    pub shipping_fee: Decimal,
}

impl Return {
    pub fn fees(&self) -> Decimal {
        self.shipping_fee + self.lines.iter().map(|l| l.1).sum::<Decimal>()
    }
}

/// One parcel: indexes of lines and their quantities.
#[derive(Debug, Clone)]
pub(crate) struct Fulfillment {
    pub at: Timestamp,
    pub lines: Vec<(usize, u32)>,
}

/// When an order is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terms {
    /// At once.
    Receipt,
    /// When it is fulfilled.
    Fulfillment,
    /// So many days after it was placed.
    Net(u16),
}

/// The currency that a buyer sees, and how much of it one unit of the shop's currency is.
#[derive(Debug, PartialEq, Eq)]
pub struct Presentment {
    /// ISO code.
    pub currency: &'static str,
    /// Its units for one of the shop's.
    pub rate: Decimal,
    /// Decimal places.
    pub places: u32,
}

/// Currencies that buyers abroad see: Canadian dollars, euros, pounds, and yen without decimals.
pub static PRESENTMENTS: [Presentment; 4] = [
    Presentment { currency: "CAD", rate: Decimal::from_parts(137, 0, 0, false, 2), places: 2 },
    Presentment { currency: "EUR", rate: Decimal::from_parts(92, 0, 0, false, 2), places: 2 },
    Presentment { currency: "GBP", rate: Decimal::from_parts(79, 0, 0, false, 2), places: 2 },
    Presentment { currency: "JPY", rate: Decimal::from_parts(151, 0, 0, false, 0), places: 0 },
];

#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub first: &'static str,
    pub last: &'static str,
    pub company: Option<&'static str>,
    pub street: Box<str>,
    /// Index into the table of places.
    pub place: usize,
}
