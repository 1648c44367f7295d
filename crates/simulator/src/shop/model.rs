//! What the shop knows about one order. Everything that Shopify would tell as a total is worked out here from the order's
//! parts.

use jiff::Timestamp;
use rust_decimal::Decimal;

pub use super::parts::*;

use super::catalogue::Rate;

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
    pub(crate) deleted: Option<Timestamp>,
    pub(crate) test: bool,
    pub(crate) channel: Channel,
    pub(crate) customer: Option<usize>,
    pub(crate) address: Option<Address>,
    pub(crate) tax_exempt: bool,
    pub(crate) taxes_included: bool,
    /// What is charged where the goods go.
    pub(crate) rates: &'static [Rate],
    /// The company that bought it (B2B).
    pub(crate) company: Option<&'static str>,
    pub(crate) terms: Option<Terms>,
    pub(crate) presentment: Option<&'static Presentment>,
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
    pub(crate) returns: Vec<Return>,
    pub(crate) fulfillments: Vec<Fulfillment>,
}

/// How much of an order was sent or handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fulfilment {
    /// Nothing.
    Unfulfilled,
    /// Some of it.
    Partly,
    /// All that was not taken off.
    Fulfilled,
}

impl Order {
    /// An order without any parts.
    pub(crate) fn empty(no: usize, at: Timestamp, channel: Channel) -> Order {
        Order {
            no,
            created: at,
            updated: at,
            cancelled: None,
            deleted: None,
            test: false,
            channel,
            customer: None,
            address: None,
            tax_exempt: false,
            taxes_included: false,
            rates: &[],
            company: None,
            terms: None,
            presentment: None,
            po_number: None,
            note: None,
            touched: 0,
            discounts: Vec::new(),
            bundles: Vec::new(),
            lines: Vec::new(),
            shipping: Vec::new(),
            payments: Vec::new(),
            refunds: Vec::new(),
            edits: Vec::new(),
            returns: Vec::new(),
            fulfillments: Vec::new(),
        }
    }
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
    /// Whether it was deleted: no list tells it any more, and it counts for nothing.
    pub fn is_deleted(&self) -> bool {
        self.deleted.is_some()
    }
    /// How much of it was sent.
    pub fn fulfilment(&self) -> Fulfilment {
        if self.fulfillments.is_empty() {
            return Fulfilment::Unfulfilled;
        }
        let rest = (0..self.lines.len()).any(|line| self.unfulfilled(line) > 0);
        if rest { Fulfilment::Partly } else { Fulfilment::Fulfilled }
    }
    /// Units of a line that are still to be sent. Tips are never sent.
    pub(crate) fn unfulfilled(&self, line: usize) -> u32 {
        let whole = &self.lines[line];
        if whole.is_tip() {
            return 0;
        }
        let sent: u32 = self.fulfillments.iter().flat_map(|f| &f.lines).filter(|l| l.0 == line).map(|l| l.1).sum();
        let mut never_sent: u32 =
            self.edits.iter().flat_map(|e| &e.removed).filter(|r| r.line == line).map(|r| r.quantity).sum();
        let mut came_back: u32 =
            self.returns.iter().flat_map(|r| &r.lines).filter(|r| r.0.line == line).map(|r| r.0.quantity).sum();
        for (returned, restock) in self.refunds.iter().filter(|r| r.of_return.is_none()).flat_map(|r| &r.lines) {
            match restock {
                _ if returned.line != line => {}
                Restock::Cancel => never_sent += returned.quantity,
                _ => came_back += returned.quantity,
            }
        }
        whole.quantity.saturating_sub(sent.max(came_back) + never_sent)
    }
    /// When the last of it was sent, once all is.
    pub(crate) fn fulfilled_at(&self) -> Option<Timestamp> {
        let last = self.fulfillments.iter().map(|f| f.at).max();
        last.filter(|_| self.fulfilment() == Fulfilment::Fulfilled)
    }
    /// Paid and sent, or cancelled: Shopify archives it by itself.
    pub(crate) fn closed_at(&self) -> Option<Timestamp> {
        let sent = self.fulfilled_at().filter(|_| self.outstanding() <= Decimal::ZERO);
        let money = self.payments.iter().filter(|p| p.kind != PaymentKind::Refund).map(|p| p.at).max();
        self.cancelled.or_else(|| sent.max(money.filter(|_| sent.is_some())))
    }
    /// What the customer still owes, or (below zero) is owed, in the shop's currency.
    pub fn outstanding(&self) -> Decimal {
        self.current_total() - (self.received() - self.refunded())
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
        let saved = |d: &Discounted| {
            d.amount + if self.taxes_included { Decimal::ZERO } else { d.taxes.iter().map(|t| t.amount).sum() }
        };
        let first = |d: &&Discounted| self.lines[d.line].added_by.is_none();
        let later: Decimal = self.edits.iter().flat_map(|e| &e.discounted).filter(first).map(saved).sum();
        self.total_of(|l| l.added_by.is_none()) + later + self.rounding()
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
        let refunds = self.refunds.iter().filter(|r| r.of_return.is_none()).flat_map(|r| r.lines.iter().map(|l| &l.0));
        let returns = self.returns.iter().flat_map(|r| r.lines.iter().map(|l| &l.0));
        refunds.chain(returns).chain(self.edits.iter().flat_map(|e| &e.removed))
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
            + self.fees()
    }
    /// Fees that returns kept back.
    pub(crate) fn fees(&self) -> Decimal {
        self.returns.iter().map(Return::fees).sum()
    }
    pub(crate) fn received(&self) -> Decimal {
        self.payments.iter().map(Payment::received).sum()
    }
    pub(crate) fn refunded(&self) -> Decimal {
        self.payments.iter().map(Payment::refunded).sum()
    }
    /// What authorizations still hold.
    pub(crate) fn capturable(&self) -> Decimal {
        (0..self.payments.len()).map(|index| self.uncaptured(index)).sum()
    }
    /// What one authorization still holds: nothing once it was let go.
    pub(crate) fn uncaptured(&self, index: usize) -> Decimal {
        let payment = &self.payments[index];
        if payment.kind != PaymentKind::Authorization || payment.status != PaymentStatus::Success {
            return Decimal::ZERO;
        }
        let of_it = || self.payments.iter().filter(|p| p.parent == Some(index) && p.status == PaymentStatus::Success);
        if of_it().any(|p| p.kind == PaymentKind::Void) {
            return Decimal::ZERO;
        }
        payment.amount - of_it().map(Payment::received).sum::<Decimal>()
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
    /// The share of a line that `quantity` units take of what is left of it. The last unit takes the rest, so the shares
    /// of successive calls add up to the line exactly.
    pub(crate) fn share(&self, line: usize, quantity: u32) -> Returned {
        let whole = &self.lines[line];
        let left = whole.quantity - self.returned_quantity(line);
        let gone = || self.returned().filter(|r| r.line == line);
        let part = |rest: Decimal| {
            if quantity == left { rest } else { cents(rest * Decimal::from(quantity) / Decimal::from(left.max(1))) }
        };
        let net = part(whole.net() - gone().map(|r| r.net).sum::<Decimal>());
        let tax = |(n, tax): (usize, &TaxLine)| TaxLine {
            rate: tax.rate,
            amount: part(tax.amount - gone().filter_map(|r| r.taxes.get(n)).map(|t| t.amount).sum::<Decimal>()),
        };
        Returned {
            line,
            quantity,
            net,
            discount: whole.unit * Decimal::from(quantity) - net,
            taxes: whole.taxes.iter().enumerate().map(tax).collect(),
        }
    }
    /// The share of a shipping line's tax that goes back with `net` of its price.
    pub(crate) fn shipping_share(&self, index: usize, net: Decimal) -> (usize, Decimal, Vec<TaxLine>) {
        let whole = &self.shipping[index];
        let gone = || self.refunds.iter().flat_map(|r| &r.shipping).filter(|s| s.0 == index);
        let left = whole.net() - gone().map(|s| s.1).sum::<Decimal>();
        let part = |rest: Decimal| if net == left { rest } else { cents(rest * net / left) };
        let tax = |(n, tax): (usize, &TaxLine)| TaxLine {
            rate: tax.rate,
            amount: part(tax.amount - gone().filter_map(|s| s.2.get(n)).map(|t| t.amount).sum::<Decimal>()),
        };
        (index, net, whole.taxes.iter().enumerate().map(tax).collect())
    }
    /// A line as it was sold: later edits may have discounted it.
    pub(crate) fn as_sold(&self, line: usize) -> Returned {
        let whole = &self.lines[line];
        let mut sold = Returned {
            line,
            quantity: whole.quantity,
            net: whole.net(),
            discount: whole.discount(),
            taxes: whole.taxes.clone(),
        };
        for later in self.edits.iter().flat_map(|e| &e.discounted).filter(|d| d.line == line) {
            sold.net += later.amount;
            sold.discount -= later.amount;
            for (tax, saved) in sold.taxes.iter_mut().zip(&later.taxes) {
                tax.amount += saved.amount;
            }
        }
        sold
    }
}

fn sum_taxes<'a>(taxes: impl Iterator<Item = (&'a TaxLine, bool)>) -> Vec<TaxLine> {
    let mut sums: Vec<TaxLine> = Vec::new();
    for (tax, back) in taxes {
        let amount = if back { -tax.amount } else { tax.amount };
        match sums.iter_mut().find(|s| s.rate == tax.rate) {
            Some(sum) => sum.amount += amount,
            None => sums.push(TaxLine { rate: tax.rate, amount }),
        }
    }
    sums
}
