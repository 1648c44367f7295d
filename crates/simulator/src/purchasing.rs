//! What "Harbour & Pine" buys: suppliers, purchase orders, what came of them, stock that was counted or moved. SIMULATED.
//!
//! The simulated shop and the simulated Stocky tell the same [`Purchasing`], each in its own way. What it adds up to
//! ([`Purchasing::received_value`], [`Purchasing::outstanding`]) is worked out here, apart from what either tells.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

mod trade;

pub(crate) use trade::Plan;

/// Something that is bought: one variant of the shop's catalogue.
#[derive(Debug, Clone)]
pub struct Good {
    /// The number in the global id of its inventory item.
    pub item: u64,
    /// The number in the global id of its variant.
    pub variant: u64,
    /// Its stock keeping unit.
    pub sku: String,
    /// The product's title.
    pub product: String,
    /// The variant's title, `Default Title` where the product has no options.
    pub title: &'static str,
    /// What the shop sells it for.
    pub price: Decimal,
    /// What one costs, in the shop's currency.
    pub cost: Decimal,
}

/// A supplier, as only Stocky knows it.
#[derive(Debug, Clone)]
pub struct Supplier {
    /// Name.
    pub name: &'static str,
    /// Whether it is hidden in Stocky.
    pub hidden: bool,
    /// The currency of its bills, and what one unit of it is worth in the shop's.
    pub currency: Option<(&'static str, Decimal)>,
}

/// One line of a purchase order.
#[derive(Debug, Clone)]
pub struct Line {
    /// Place of what is bought in [`Purchasing::goods`].
    pub good: usize,
    /// How many were ordered.
    pub quantity: u32,
    /// What one costs, in the order's currency.
    pub unit: Decimal,
    /// Tax in percent.
    pub tax_percent: Decimal,
}

/// Goods that came in one go.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// When.
    pub at: Timestamp,
    /// Line, how many were taken, how many were refused.
    pub lines: Vec<(usize, u32, u32)>,
}

/// A purchase order.
#[derive(Debug, Clone)]
pub struct PurchaseOrder {
    /// Counted from 1001.
    pub number: u32,
    /// A letter behind the number, where the merchant split an order.
    pub letter: Option<char>,
    /// Place in [`Purchasing::suppliers`].
    pub supplier: usize,
    /// Whether Stocky knows the supplier's id here, or only its name.
    pub has_supplier_id: bool,
    /// The number on the supplier's bill.
    pub invoice: Option<String>,
    /// When it was written.
    pub created: Timestamp,
    /// When it was sent.
    pub ordered: Option<Timestamp>,
    /// When the goods are expected.
    pub expected: Option<Date>,
    /// When the bill is due.
    pub due: Option<Date>,
    /// When it was put away: nothing more is expected.
    pub archived: Option<Timestamp>,
    /// Whether it was deleted: no list tells it any more.
    pub deleted: bool,
    /// Which of the shop's locations it is for.
    pub location: usize,
    /// ISO code of its currency.
    pub currency: &'static str,
    /// What one unit of it is worth in the shop's currency.
    pub rate: Decimal,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// Carriage, in its currency; Shopify's own purchase orders do not tell it.
    pub freight: Decimal,
    /// What the supplier adds, or takes off below zero; Shopify's own purchase orders do not tell it.
    pub adjustment: Decimal,
    /// What came, oldest first.
    pub deliveries: Vec<Delivery>,
    /// When anything about it last changed.
    pub updated: Timestamp,
}

impl PurchaseOrder {
    /// What people call it: `1002A`.
    pub fn name(&self) -> String {
        format!("{}{}", self.number, self.letter.map(String::from).unwrap_or_default())
    }
    /// How many of a line were taken into stock.
    pub fn accepted(&self, line: usize) -> u32 {
        self.deliveries.iter().flat_map(|d| &d.lines).filter(|l| l.0 == line).map(|l| l.1).sum()
    }
    /// Whether it was sent and goods may still come.
    pub fn is_open(&self) -> bool {
        self.ordered.is_some() && self.archived.is_none() && !self.deleted
    }
}

/// Stock that was counted, lost or found.
#[derive(Debug, Clone)]
pub struct Adjustment {
    /// When it was written.
    pub created: Timestamp,
    /// When it took place; none while it is planned.
    pub at: Option<Timestamp>,
    /// Why.
    pub reason: Option<&'static str>,
    /// Which of the shop's locations.
    pub location: usize,
    /// Place in [`Purchasing::goods`], and how many more.
    pub lines: Vec<(usize, i64)>,
}

/// Stock that goes from one location to the other.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// When it was written.
    pub created: Timestamp,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// When it arrived.
    pub received: Option<Timestamp>,
    /// Whether it was called off.
    pub cancelled: bool,
    /// Which of the shop's locations it leaves; it goes to the other one.
    pub from: usize,
    /// Place in [`Purchasing::goods`], and how many.
    pub lines: Vec<(usize, u32)>,
}

/// All that is bought and moved.
#[derive(Debug, Clone)]
pub struct Purchasing {
    /// What can be bought.
    pub goods: Vec<Good>,
    /// From whom.
    pub suppliers: Vec<Supplier>,
    /// What was ordered, oldest first.
    pub orders: Vec<PurchaseOrder>,
    /// What was counted, lost or found.
    pub adjustments: Vec<Adjustment>,
    /// What was moved.
    pub transfers: Vec<Transfer>,
    /// The shop's zone: it decides what is a day.
    pub zone: TimeZone,
    /// The shop's currency.
    pub currency: &'static str,
}

/// What goods that came are worth, by purchase order and the shop's day, in the order's currency: taken units at the
/// order's cost, without freight, adjustments and tax.
pub type Received = BTreeMap<(u32, Date), Decimal>;

impl Purchasing {
    /// What came and was taken.
    pub fn received_value(&self) -> Received {
        let mut value = Received::new();
        for order in self.orders.iter().filter(|o| !o.deleted) {
            for delivery in &order.deliveries {
                let day = delivery.at.to_zoned(self.zone.clone()).date();
                let came =
                    delivery.lines.iter().map(|(line, taken, _)| order.lines[*line].unit * Decimal::from(*taken));
                *value.entry((order.number, day)).or_default() += came.sum::<Decimal>();
            }
        }
        value.retain(|_, value| !value.is_zero());
        value
    }

    /// What was ordered and is still to come of open orders, by purchase order, in the order's currency.
    pub fn outstanding(&self) -> BTreeMap<u32, Decimal> {
        let open = self.orders.iter().filter(|o| o.is_open());
        let left = |order: &PurchaseOrder| -> Decimal {
            let lines = order.lines.iter().enumerate();
            lines.map(|(n, l)| l.unit * Decimal::from(l.quantity.saturating_sub(order.accepted(n)))).sum()
        };
        open.map(|order| (order.number, left(order))).filter(|(_, left)| !left.is_zero()).collect()
    }

    /// How the stock of each good changed by adjustments that took place, by inventory item.
    pub fn adjusted(&self) -> BTreeMap<u64, i64> {
        let mut sums = BTreeMap::new();
        for (good, change) in self.adjustments.iter().filter(|a| a.at.is_some()).flat_map(|a| &a.lines) {
            *sums.entry(self.goods[*good].item).or_default() += change;
        }
        sums.retain(|_, sum| *sum != 0);
        sums
    }

    /// How many of each good arrived at a location from the other one, by inventory item.
    pub fn moved_to(&self, location: usize) -> BTreeMap<u64, i64> {
        let mut sums = BTreeMap::new();
        let arrived = self.transfers.iter().filter(|t| t.received.is_some() && !t.cancelled && t.from != location);
        for (good, quantity) in arrived.flat_map(|t| &t.lines) {
            *sums.entry(self.goods[*good].item).or_default() += i64::from(*quantity);
        }
        sums
    }

    /// All that is still to come of an order comes, except that `refused` units of its first open line are refused.
    pub fn deliver(&mut self, order: usize, at: Timestamp, refused: u32) {
        let order = &mut self.orders[order];
        let mut refused = refused;
        let mut lines = Vec::new();
        for (n, line) in order.lines.iter().enumerate() {
            let left = line.quantity.saturating_sub(order.accepted(n));
            let back = refused.min(left);
            refused -= back;
            if left > 0 {
                lines.push((n, left - back, back));
            }
        }
        order.deliveries.push(Delivery { at, lines });
        order.updated = order.updated.max(at);
    }

    /// The supplier asks another price for a line: what came already counts at the new one too.
    pub fn reprice(&mut self, order: usize, line: usize, unit: Decimal, at: Timestamp) {
        let order = &mut self.orders[order];
        order.lines[line].unit = unit;
        order.updated = order.updated.max(at);
    }

    /// Nothing more is expected of an order.
    pub fn archive(&mut self, order: usize, at: Timestamp) {
        let order = &mut self.orders[order];
        order.archived = Some(at);
        order.updated = order.updated.max(at);
    }
}

pub(crate) fn line_total(line: &Line) -> (Decimal, Decimal) {
    let subtotal = line.unit * Decimal::from(line.quantity);
    let tax = crate::shop::cents(subtotal * line.tax_percent / Decimal::ONE_HUNDRED);
    (subtotal, subtotal + tax)
}
