//! What the shop knows about one order, in its own terms: amounts as they were agreed, never sums. Everything that Shopify
//! would tell as a total is worked out from these parts by the methods below.

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
    /// Index into the order's edits, when the line was added later.
    pub added_by: Option<usize>,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gateway {
    ShopifyPayments,
    PayPal,
    Cash,
    GiftCard,
    BankDeposit,
}

impl Gateway {
    pub fn handle(self) -> &'static str {
        match self {
            Gateway::ShopifyPayments => "shopify_payments",
            Gateway::PayPal => "paypal",
            Gateway::Cash => "cash",
            Gateway::GiftCard => "gift_card",
            Gateway::BankDeposit => "Bank Deposit",
        }
    }
    pub fn shown(self) -> &'static str {
        match self {
            Gateway::ShopifyPayments => "Shopify Payments",
            Gateway::PayPal => "PayPal",
            Gateway::Cash => "Cash",
            Gateway::GiftCard => "Gift Card",
            Gateway::BankDeposit => "Bank Deposit",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub kind: PaymentKind,
    pub status: PaymentStatus,
    pub gateway: Gateway,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restock {
    Return,
    Cancel,
    None,
}

#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub at: Timestamp,
    pub note: Option<&'static str>,
    pub lines: Vec<(Returned, Restock)>,
    /// Index of the shipping line, its net and its tax lines.
    pub shipping: Vec<(usize, Decimal, Vec<TaxLine>)>,
    /// Money given beyond the parts (negative) or kept back (positive), as Shopify's `REFUND_DISCREPANCY`.
    pub discrepancy: Decimal,
}

#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub at: Timestamp,
    pub removed: Vec<Returned>,
}

#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub first: &'static str,
    pub last: &'static str,
    pub company: Option<&'static str>,
    pub street: Box<str>,
    /// Index into the table of places.
    pub place: usize,
}

/// What an order's money is doing, as `displayFinancialStatus` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinancialStatus {
    /// Reserved on the card, not taken.
    Authorized,
    /// Nothing received yet.
    Pending,
    /// Received in full.
    Paid,
    /// Received in part.
    PartiallyPaid,
    /// Received, some of it given back.
    PartiallyRefunded,
    /// Received and given back in full.
    Refunded,
    /// The authorization was let go.
    Voided,
}

/// One order of the simulated shop.
#[derive(Debug, Clone)]
pub struct Order {
    pub(crate) no: usize,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) cancelled: Option<Timestamp>,
    pub(crate) fulfilled: Option<Timestamp>,
    pub(crate) test: bool,
    pub(crate) channel: Channel,
    pub(crate) customer: Option<usize>,
    pub(crate) address: Option<Address>,
    pub(crate) tax_exempt: bool,
    pub(crate) taxes_included: bool,
    pub(crate) po_number: Option<Box<str>>,
    pub(crate) note: Option<&'static str>,
    pub(crate) touched: u32,
    pub(crate) discounts: Vec<Discount>,
    pub(crate) bundles: Vec<&'static str>,
    pub(crate) lines: Vec<Line>,
    pub(crate) shipping: Vec<Shipping>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) edits: Vec<Edit>,
}

impl Order {
    /// Shopify's name of the order, `#1001` for the first.
    pub fn name(&self) -> String {
        format!("#{}", 1001 + self.no)
    }
    /// The global id, `gid://shopify/Order/…`.
    pub fn id(&self) -> String {
        super::ids::Kind::Order.gid(self.no, 0)
    }
    /// When it was placed.
    pub fn created_at(&self) -> Timestamp {
        self.created
    }
    /// When anything about it last moved.
    pub fn updated_at(&self) -> Timestamp {
        self.updated
    }
    /// Whether it is a test order, which never counts as trade.
    pub fn is_test(&self) -> bool {
        self.test
    }
    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_some()
    }
    /// Through which door it came.
    pub fn channel(&self) -> Channel {
        self.channel
    }
    /// What its money is doing.
    pub fn financial_status(&self) -> FinancialStatus {
        let received = self.received();
        let refunded = self.refunded();
        if received > Decimal::ZERO && refunded > Decimal::ZERO {
            return if refunded >= received { FinancialStatus::Refunded } else { FinancialStatus::PartiallyRefunded };
        }
        if received >= self.current_total() && (received > Decimal::ZERO || self.total().is_zero()) {
            return FinancialStatus::Paid;
        }
        if received > Decimal::ZERO {
            return FinancialStatus::PartiallyPaid;
        }
        let succeeded = |kind| self.payments.iter().any(|p| p.kind == kind && p.status == PaymentStatus::Success);
        match (succeeded(PaymentKind::Void), succeeded(PaymentKind::Authorization)) {
            (true, _) => FinancialStatus::Voided,
            (false, true) => FinancialStatus::Authorized,
            (false, false) => FinancialStatus::Pending,
        }
    }
    /// What the customer owes for the order as it stands before returns, in the shop's currency.
    pub fn total(&self) -> Decimal {
        self.total_of(|_| true) + self.rounding()
    }

    fn total_of(&self, counts: impl Fn(&Line) -> bool) -> Decimal {
        let lines: Decimal = self
            .lines
            .iter()
            .filter(|l| counts(l))
            .map(|l| l.net() + if self.taxes_included { Decimal::ZERO } else { l.tax() })
            .sum();
        let shipping: Decimal =
            self.shipping.iter().map(|s| s.net() + if self.taxes_included { Decimal::ZERO } else { s.tax() }).sum();
        lines + shipping
    }
    pub(crate) fn original_total(&self) -> Decimal {
        self.total_of(|l| l.added_by.is_none()) + self.rounding()
    }
    pub(crate) fn rounding(&self) -> Decimal {
        self.payments.iter().filter(|p| p.kind == PaymentKind::Sale).map(|p| p.rounding).sum()
    }
    /// Goods after discounts, without the tip.
    pub(crate) fn subtotal(&self) -> Decimal {
        self.lines.iter().filter(|l| !l.is_tip()).map(Line::net).sum()
    }
    pub(crate) fn tip(&self) -> Decimal {
        self.lines.iter().filter(|l| l.is_tip()).map(Line::net).sum()
    }
    pub(crate) fn shipping_total(&self) -> Decimal {
        self.shipping.iter().map(Shipping::net).sum()
    }
    pub(crate) fn tax_total(&self) -> Decimal {
        self.lines.iter().map(Line::tax).chain(self.shipping.iter().map(Shipping::tax)).sum()
    }
    pub(crate) fn discount_total(&self) -> Decimal {
        let lines: Decimal = self.lines.iter().map(Line::discount).sum();
        lines + self.shipping.iter().map(|s| s.price - s.net()).sum::<Decimal>()
    }
    pub(crate) fn returned(&self) -> impl Iterator<Item = &Returned> {
        let refunds = self.refunds.iter().flat_map(|r| r.lines.iter().map(|l| &l.0));
        refunds.chain(self.edits.iter().flat_map(|e| &e.removed))
    }
    pub(crate) fn returned_quantity(&self, line: usize) -> u32 {
        self.returned().filter(|r| r.line == line).map(|r| r.quantity).sum()
    }
    pub(crate) fn shipping_refunded(&self) -> Decimal {
        self.refunds.iter().flat_map(|r| &r.shipping).map(|s| s.1).sum()
    }
    pub(crate) fn shipping_tax_refunded(&self) -> Decimal {
        self.refunds.iter().flat_map(|r| &r.shipping).flat_map(|s| &s.2).map(|t| t.amount).sum()
    }
    pub(crate) fn discrepancy(&self) -> Decimal {
        self.refunds.iter().map(|r| r.discrepancy).sum()
    }
    pub(crate) fn current_subtotal(&self) -> Decimal {
        self.subtotal() - self.returned().filter(|r| !self.lines[r.line].is_tip()).map(|r| r.net).sum::<Decimal>()
    }
    pub(crate) fn current_tax(&self) -> Decimal {
        self.tax_total() - self.returned().map(Returned::tax).sum::<Decimal>() - self.shipping_tax_refunded()
    }
    pub(crate) fn current_total(&self) -> Decimal {
        let tax = if self.taxes_included { Decimal::ZERO } else { self.current_tax() };
        let tips_back: Decimal = self.returned().filter(|r| self.lines[r.line].is_tip()).map(|r| r.net).sum();
        self.current_subtotal() + self.shipping_total() - self.shipping_refunded() + tax + self.tip() - tips_back
            + self.rounding()
            + self.discrepancy()
    }
    pub(crate) fn received(&self) -> Decimal {
        self.payments.iter().map(Payment::received).sum()
    }
    pub(crate) fn refunded(&self) -> Decimal {
        self.payments.iter().map(Payment::refunded).sum()
    }
    pub(crate) fn capturable(&self) -> Decimal {
        if self.financial_status() != FinancialStatus::Authorized {
            return Decimal::ZERO;
        }
        self.payments.iter().filter(|p| p.kind == PaymentKind::Authorization).map(|p| p.amount).sum()
    }
    /// The tax lines of the whole order, summed by title and rate in the order of their first appearance.
    pub(crate) fn tax_lines(&self) -> Vec<TaxLine> {
        let all = self.lines.iter().flat_map(|l| &l.taxes).chain(self.shipping.iter().flat_map(|s| &s.taxes));
        sum_taxes(all.map(|t| (t, false)))
    }
    /// The tax lines of the goods after returns and edits.
    pub(crate) fn current_tax_lines(&self) -> Vec<TaxLine> {
        let sold = self.lines.iter().flat_map(|l| &l.taxes).map(|t| (t, false));
        sum_taxes(sold.chain(self.returned().flat_map(|r| &r.taxes).map(|t| (t, true))))
    }
    /// The share of a line that `quantity` more units take when `already` units are gone: shares of successive calls add
    /// up to the line exactly.
    pub(crate) fn share(&self, line: usize, already: u32, quantity: u32) -> Returned {
        let whole = &self.lines[line];
        let part = |amount: Decimal| {
            let upto = |n: u32| cents(amount * Decimal::from(n) / Decimal::from(whole.quantity));
            upto(already + quantity) - upto(already)
        };
        Returned {
            line,
            quantity,
            net: part(whole.net()),
            discount: whole.unit * Decimal::from(quantity) - part(whole.net()),
            taxes: whole.taxes.iter().map(|t| TaxLine { rate: t.rate, amount: part(t.amount) }).collect(),
        }
    }
}

fn sum_taxes<'a>(taxes: impl Iterator<Item = (&'a TaxLine, bool)>) -> Vec<TaxLine> {
    let mut sums: Vec<TaxLine> = Vec::new();
    for (tax, back) in taxes {
        let amount = if back { -tax.amount } else { tax.amount };
        match sums.iter_mut().find(|s| std::ptr::eq(s.rate, tax.rate)) {
            Some(sum) => sum.amount += amount,
            None => sums.push(TaxLine { rate: tax.rate, amount }),
        }
    }
    sums
}
