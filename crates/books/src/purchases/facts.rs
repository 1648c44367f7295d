//! What a purchase order says that its goods and charges are worth, and what of that is in the books.
//!
//! A source tells how a purchase order stands, not what happened to it when. So each thing of which the books must know is
//! a **subject** (goods of one line that came with one receipt, a charge, the order itself), and each value that it had
//! when an entry carried it into the books is an event of its own. What is behind is the difference between what the
//! document says now and the last value that was carried: never what an entry would be today (ADR 6).

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::{
    document::{
        ContentHash, DocumentId, PurchaseCharge, PurchaseChargeKind, PurchaseLine, PurchaseOrder, PurchaseState,
    },
    entry::{EntryKey, Event},
    ledger::Ledger,
    mapping::find,
    money::Money,
    needs::Needs,
    reasons::HeldReason,
};

/// The subject of the order itself.
pub(super) const ORDERED: &str = "ordered";
/// The subject of whether anything more is expected of it.
pub(super) const CLOSED: &str = "closed";
/// What the subjects of charges begin with.
const CHARGE: &str = "charge|";
const FREIGHT: &str = "freight";
const DUTY: &str = "duty";
const ADJUSTMENT: &str = "adjustment";

/// Goods and their worth in the shop's books currency, to the cent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Worth {
    pub quantity: u32,
    pub amount: Money,
}

impl Worth {
    fn read(text: &str) -> Option<Self> {
        let (quantity, amount) = text.split_once('@')?;
        Some(Self { quantity: quantity.parse().ok()?, amount: amount.parse().ok()? })
    }

    pub fn text(self) -> String {
        format!("{}@{}", self.quantity, self.amount)
    }

    /// What `quantity` of it is worth; all of it is worth all.
    pub fn share(self, quantity: u32) -> Money {
        if quantity >= self.quantity {
            return self.amount;
        }
        (self.amount * (Decimal::from(quantity) / Decimal::from(self.quantity))).rounded()
    }
}

/// What a charge comes to in the shop's books currency, and whether it is in the cost of the goods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Charged {
    pub amount: Money,
    pub in_cost: bool,
}

impl Charged {
    fn read(text: &str) -> Option<Self> {
        let (amount, in_cost) = text.strip_suffix("@cost").map_or((text, false), |amount| (amount, true));
        Some(Self { amount: amount.parse().ok()?, in_cost })
    }

    pub fn text(self) -> String {
        format!("{}{}", self.amount, if self.in_cost { "@cost" } else { "" })
    }
}

/// Goods of one line that came with one receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Goods {
    pub subject: String,
    /// The line of the order.
    pub line: DocumentId,
    /// When they came.
    pub at: Timestamp,
    /// As the document says now.
    pub now: Worth,
}

/// One value that was carried into the books.
#[derive(Clone, Debug)]
pub(super) struct Carried<V> {
    pub value: V,
    /// The form that carries it.
    pub form: EntryKey,
}

/// The subject of goods.
pub(super) fn goods_subject(receipt: &DocumentId, line: &DocumentId) -> String {
    format!("{receipt}|{line}")
}

/// The line of the order, for the subject of goods.
pub(super) fn line_of(subject: &str) -> Option<DocumentId> {
    subject.rsplit_once('|').map(|(_, line)| DocumentId::new(line))
}

/// The subject of a charge: one that becomes a charge of another kind is another one.
pub(super) fn charge_subject(kind: PurchaseChargeKind, id: &DocumentId) -> String {
    let kind = match kind {
        PurchaseChargeKind::Freight => FREIGHT,
        PurchaseChargeKind::Duty => DUTY,
        PurchaseChargeKind::Adjustment => ADJUSTMENT,
    };
    format!("{CHARGE}{kind}|{id}")
}

/// Everything of which the ledger has carried a value, in order.
pub(super) fn subjects(ledger: &Ledger) -> Vec<String> {
    let mut subjects: Vec<String> =
        ledger.events().filter_map(|(event, _)| event.subject()).map(str::to_owned).collect();
    subjects.dedup();
    subjects
}

/// The charge, for its subject.
pub(super) fn charge_of(subject: &str) -> Option<(PurchaseChargeKind, DocumentId)> {
    let (kind, id) = subject.strip_prefix(CHARGE)?.split_once('|')?;
    let kind = match kind {
        FREIGHT => PurchaseChargeKind::Freight,
        DUTY => PurchaseChargeKind::Duty,
        ADJUSTMENT => PurchaseChargeKind::Adjustment,
        _ => return None,
    };
    Some((kind, DocumentId::new(id)))
}

pub(super) fn is_charge(subject: &str) -> bool {
    subject.starts_with(CHARGE)
}

pub(super) fn is_goods(subject: &str) -> bool {
    !is_charge(subject) && subject.contains('|')
}

/// The values of a subject that were carried into the books, oldest first.
pub(super) fn history<V>(ledger: &Ledger, subject: &str, read: impl Fn(&str) -> Option<V>) -> Vec<Carried<V>> {
    let found: BTreeMap<usize, Carried<V>> = ledger
        .events()
        .filter_map(|(event, form)| {
            let (number, value) = event.as_fact(subject)?;
            Some((number, Carried { value: read(value)?, form: form.clone() }))
        })
        .collect();
    found.into_values().collect()
}

/// [`history`] of goods.
pub(super) fn goods_history(ledger: &Ledger, subject: &str) -> Vec<Carried<Worth>> {
    history(ledger, subject, Worth::read)
}

/// [`history`] of a charge.
pub(super) fn charge_history(ledger: &Ledger, subject: &str) -> Vec<Carried<Charged>> {
    history(ledger, subject, Charged::read)
}

/// The event by which a subject's next value is carried.
pub(super) fn next(ledger: &Ledger, subject: &str, value: &str) -> Event {
    after_next(ledger, subject, value, 0)
}

/// [`next`], where `more` values are about to be carried before it.
pub(super) fn after_next(ledger: &Ledger, subject: &str, value: &str, more: usize) -> Event {
    let number = ledger.events().filter(|(event, _)| event.as_fact(subject).is_some()).count();
    Event::fact(subject, number + more, value)
}

/// What one unit of the order's currency is worth in the shop's books currency: as the source tells it, as it was posted
/// before, or as the mapping has it. The order is held where nobody says.
pub(super) fn rate(needs: &mut Needs<'_>, order: &PurchaseOrder, ledger: &Ledger) -> Decimal {
    if order.currency == needs.context.shop.currency {
        return Decimal::ONE;
    }
    let code = order.currency.code();
    let told = order.exchange_rate.or(ledger.rate);
    let told = told.or_else(|| find(&needs.context.mapping.purchases.rates, code).copied());
    if let Some(rate) = told.filter(|rate| rate.is_sign_positive() && !rate.is_zero()) {
        return rate;
    }
    needs.hold(HeldReason::NoExchangeRate { currency: order.currency.code().to_owned() });
    Decimal::ONE
}

/// What `quantity` of a line is worth, with its tax, to the cent. Tax on purchases is part of their cost: a sales tax that
/// was paid is not got back.
fn value(line: &PurchaseLine, unit_cost: Money, quantity: u32, rate: Decimal) -> Money {
    let goods = unit_cost * Decimal::from(quantity);
    let tax = match line.quantity {
        0 => Money::ZERO,
        of => line.tax * Decimal::from(quantity) * (Decimal::ONE / Decimal::from(of)),
    };
    ((goods + tax) * rate).rounded()
}

/// What is ordered of a line, without tax.
pub(super) fn ordered_amount(line: &PurchaseLine, rate: Decimal) -> Option<Money> {
    Some((line.unit_cost? * Decimal::from(line.quantity) * rate).rounded())
}

/// The goods that came, in order. What came of a line in several receipts comes to its worth as a whole, to the cent. The
/// order is held where the source does not say what they cost.
pub(super) fn goods(needs: &mut Needs<'_>, order: &PurchaseOrder, rate: Decimal) -> Vec<Goods> {
    let mut before: BTreeMap<&DocumentId, u32> = BTreeMap::new();
    let mut goods: Vec<Goods> = Vec::new();
    for receipt in &order.receipts {
        for received in receipt.lines.iter().filter(|received| received.accepted > 0) {
            let line = order.lines.iter().find(|line| line.id == received.line);
            let Some((line, unit_cost)) = line.and_then(|line| Some((line, line.unit_cost?))) else {
                let item = line.map_or_else(|| received.line.short().to_owned(), |line| line.title.clone());
                needs.hold(HeldReason::NoUnitCost { item });
                continue;
            };
            let came = before.entry(&line.id).or_default();
            let until = value(line, unit_cost, *came, rate);
            *came = came.saturating_add(received.accepted);
            let amount = value(line, unit_cost, *came, rate) - until;
            let subject = goods_subject(&receipt.id, &line.id);
            match goods.iter_mut().find(|goods| goods.subject == subject) {
                Some(same) => {
                    same.now.quantity += received.accepted;
                    same.now.amount += amount;
                }
                None => goods.push(Goods {
                    subject,
                    line: line.id.clone(),
                    at: receipt.at,
                    now: Worth { quantity: received.accepted, amount },
                }),
            }
        }
    }
    goods
}

/// What a charge comes to, to the cent.
pub(super) fn charged(charge: &PurchaseCharge, rate: Decimal) -> Money {
    (charge.amount * rate).rounded()
}

/// A fingerprint of what the purchase order's own form says.
pub(super) fn fingerprint(order: &PurchaseOrder) -> String {
    let lines: Vec<_> =
        order.lines.iter().map(|line| (&line.id, &line.sku, &line.title, line.quantity, line.unit_cost)).collect();
    let facts = (lines, order.expected, order.exchange_rate);
    let hash = ContentHash::of(&serde_json::to_vec(&facts).unwrap_or_default());
    hash.as_str().chars().take(16).collect()
}

/// Whether nothing more is expected of it.
pub(super) const fn is_closed(order: &PurchaseOrder) -> bool {
    matches!(order.state, PurchaseState::Closed | PurchaseState::Cancelled)
}

/// `amount` in parts in proportion to `weights`, to the cent: they come to the whole. Weights of nothing share it evenly.
pub(super) fn spread(amount: Money, weights: &[Money]) -> Vec<Money> {
    let total: Money = weights.iter().copied().sum();
    let even = Decimal::ONE;
    let whole = if total.is_positive() { total.value() } else { Decimal::from(weights.len()) };
    let (mut weight, mut given) = (Decimal::ZERO, Money::ZERO);
    let mut parts = Vec::with_capacity(weights.len());
    for own in weights {
        weight += if total.is_positive() { own.value() } else { even };
        let until = (amount * weight * (Decimal::ONE / whole)).rounded();
        let until = if weight == whole { amount } else { until };
        parts.push(until - given);
        given = until;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spread_comes_to_the_whole() {
        let weights = [10_00, 33_33, 0, 7].map(Money::cents);
        let parts = spread(Money::cents(10_01), &weights);
        assert_eq!(parts.iter().copied().sum::<Money>(), Money::cents(10_01));
        assert_eq!(parts[2], Money::ZERO);
        let parts = spread(Money::cents(10), &[Money::ZERO; 3]);
        assert_eq!(parts, [3, 4, 3].map(Money::cents));
    }

    #[test]
    fn a_value_is_read_as_it_was_written() {
        let worth = Worth { quantity: 5, amount: Money::cents(62_50) };
        assert_eq!(Worth::read(&worth.text()), Some(worth));
        for in_cost in [false, true] {
            let charged = Charged { amount: Money::cents(-12_00), in_cost };
            assert_eq!(Charged::read(&charged.text()), Some(charged));
        }
    }
}
