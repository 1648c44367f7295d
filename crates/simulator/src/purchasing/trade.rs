//! Makes up what is bought: the same seed makes the same purchases.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

use super::{Adjustment, Delivery, Good, Line, PurchaseOrder, Purchasing, Supplier, Transfer};

/// What purchases to make up.
pub(crate) struct Plan {
    pub seed: u64,
    /// When the first order may be written, and the shop's present moment.
    pub span: (Timestamp, Timestamp),
    pub orders: u32,
    pub currency: &'static str,
    pub zone: TimeZone,
}

/// Name, whether it is hidden, and another currency than the shop's with its rate in thousandths.
type Row = (&'static str, bool, Option<(&'static str, i64)>);

const SUPPLIERS: [Row; 6] = [
    ("North Quay Textiles", false, None),
    ("Pine Works", false, None),
    ("Sæbehuset ApS", false, Some(("EUR", 1085))),
    ("Iron & Ash", false, None),
    ("Lumière Sœurs SARL", false, Some(("EUR", 1085))),
    ("Old Harbour Supply", true, None),
];

const REASONS: [Option<&str>; 4] = [Some("Damaged Products"), Some("Theft or loss"), Some("Stock count"), None];

struct Maker {
    rng: ChaCha8Rng,
    plan: Plan,
}

impl Plan {
    pub fn make(self, goods: Vec<Good>) -> Purchasing {
        let rng = ChaCha8Rng::seed_from_u64(self.seed ^ 0x5354_4F43_4B59);
        let mut maker = Maker { rng, plan: self };
        let suppliers = SUPPLIERS.map(|(name, hidden, foreign)| Supplier {
            name,
            hidden,
            currency: foreign.map(|(code, rate)| (code, Decimal::new(rate, 3))),
        });
        let mut orders: Vec<PurchaseOrder> =
            (0..maker.plan.orders).map(|n| maker.order(n, &suppliers, &goods)).collect();
        orders.sort_by_key(|o| o.created);
        for (n, order) in (1001..).zip(&mut orders) {
            order.number = n;
        }
        let adjustments = (0..maker.plan.orders / 2 + 2).map(|n| maker.adjustment(n, &goods)).collect();
        let transfers = (0..maker.plan.orders / 3 + 3).map(|n| maker.transfer(n, &goods)).collect();
        let Plan { zone, currency, .. } = maker.plan;
        Purchasing { goods, suppliers: suppliers.to_vec(), orders, adjustments, transfers, zone, currency }
    }
}

impl Maker {
    /// A moment of the span, not before `from`. Seconds are whole.
    fn moment(&mut self, from: Timestamp) -> Timestamp {
        let end = self.plan.span.1.as_second();
        let second = self.rng.random_range(from.as_second()..=end.max(from.as_second() + 1));
        Timestamp::from_second(second.min(end)).unwrap_or(from)
    }

    /// Some hours to days later, but not later than now.
    fn later(&mut self, than: Timestamp) -> Timestamp {
        let pause = SignedDuration::from_mins(self.rng.random_range(30..14 * 24 * 60));
        than.checked_add(pause).unwrap_or(than).min(self.plan.span.1)
    }

    fn day(&self, at: Timestamp, days: i64) -> Option<Date> {
        at.to_zoned(self.plan.zone.clone()).date().checked_add(days.days()).ok()
    }

    fn order(&mut self, n: u32, suppliers: &[Supplier], goods: &[Good]) -> PurchaseOrder {
        let supplier = self.rng.random_range(0..suppliers.len());
        let (currency, rate) = suppliers[supplier].currency.unwrap_or((self.plan.currency, Decimal::ONE));
        let created = self.moment(self.plan.span.0);
        let mut lines: Vec<Line> = Vec::new();
        // One of them has more lines than a page tells.
        let long = n == 5;
        let how_many = if long { 61 } else { self.rng.random_range(1..7) };
        for at in 0..how_many {
            let good = if long { at % goods.len() } else { self.rng.random_range(0..goods.len()) };
            // An item stands on one line only, except in one order.
            if n != 6 && lines.iter().any(|l| l.good == good) {
                continue;
            }
            let unit = crate::shop::cents(goods[good].cost / rate);
            let tax_percent = Decimal::from(if n % 9 == 8 { 10 } else { 0 });
            lines.push(Line { good, quantity: self.rng.random_range(2..40), unit, tax_percent });
        }
        if n == 6 {
            lines.push(lines[0].clone());
        }
        // Every state comes by turns: a draft; sent; partly here; here with some refused; here; closed with less; closed
        // with nothing; here in two goes.
        let state = n % 8;
        let ordered = (state > 0).then(|| self.later(created));
        let mut order = PurchaseOrder {
            number: 0,
            letter: (n % 11 == 7).then_some('A'),
            supplier,
            has_supplier_id: !self.rng.random_bool(0.25),
            invoice: (state >= 3).then(|| format!("INV-{}", self.rng.random_range(100..99_999))),
            created,
            ordered,
            expected: self.day(created, 14),
            due: self.day(created, 30).filter(|_| n.is_multiple_of(2)),
            archived: None,
            deleted: false,
            location: self.rng.random_range(0..2),
            currency,
            rate,
            freight: Decimal::new(self.rng.random_range(0..4) * 1250, 2),
            adjustment: Decimal::new([0, 0, -500, 199][(n % 4) as usize], 2),
            lines,
            deliveries: Vec::new(),
            updated: ordered.unwrap_or(created),
        };
        if let (Some(ordered), true) = (ordered, matches!(state, 2..=5 | 7)) {
            let first = self.later(ordered);
            match state {
                3 => Self::bring(&mut order, first, 1, 1),
                4 => Self::bring(&mut order, first, 1, 0),
                _ => Self::bring(&mut order, first, 2, 0),
            }
            if state == 7 {
                let second = self.later(first);
                Self::bring(&mut order, second, 1, 0);
            }
        }
        if matches!(state, 5 | 6) {
            let at = self.later(order.updated);
            order.archived = Some(at);
            order.updated = at;
        }
        order
    }

    /// A `part`th of what is left of each line comes; of the first line `refused` units are refused.
    fn bring(order: &mut PurchaseOrder, at: Timestamp, part: u32, refused: u32) {
        let mut lines = Vec::new();
        for (n, line) in order.lines.iter().enumerate() {
            let came = (line.quantity - order.accepted(n)).div_ceil(part);
            let back = if n == 0 { refused.min(came) } else { 0 };
            if came > 0 {
                lines.push((n, came - back, back));
            }
        }
        order.deliveries.push(Delivery { at, lines });
        order.updated = at;
    }

    fn adjustment(&mut self, n: u32, goods: &[Good]) -> Adjustment {
        let created = self.moment(self.plan.span.0);
        let lines = (0..self.rng.random_range(1..4)).map(|_| {
            let change = self.rng.random_range(-6..5);
            (self.rng.random_range(0..goods.len()), if change == 0 { -1 } else { change })
        });
        let lines = lines.collect();
        let at = (n % 6 != 5).then(|| self.later(created));
        Adjustment { created, at, reason: REASONS[(n % 4) as usize], location: self.rng.random_range(0..2), lines }
    }

    fn transfer(&mut self, n: u32, goods: &[Good]) -> Transfer {
        let created = self.moment(self.plan.span.0);
        let lines: Vec<(usize, u32)> = (0..self.rng.random_range(1..4))
            .map(|_| (self.rng.random_range(0..goods.len()), self.rng.random_range(1..9)))
            .collect();
        let sent = (n % 4 != 3).then(|| self.later(created));
        let received = sent.filter(|_| n % 4 < 2).map(|sent| self.later(sent));
        Transfer { created, sent, received, cancelled: n % 4 == 3, from: self.rng.random_range(0..2), lines }
    }
}
