//! A purchase order that lives: it is changed, mapped, posted and undone.

use std::collections::BTreeMap;

use books::{
    Currency, Document, Entry, EntryKey, Fact, HeldReason, Mapped, Money, Past, Removal,
    document::{
        GoodsReceipt, PurchaseCharge, PurchaseChargeKind, PurchaseLine, PurchaseOrder, PurchaseState, ReceivedLine,
        StockItem, Variant,
    },
};
use jiff::{Timestamp, ToSpan, civil::Date};

use super::{World, id, linked, money};

/// When the order of the examples was written.
pub const ORDERED: &str = "2026-11-20T15:00:00Z";

pub struct Buying {
    pub world: World,
    pub order: PurchaseOrder,
    pub now: Timestamp,
    pub past: Vec<Past>,
}

/// An order of ten mugs at 4.00 and two lamps at 25.00 from Pine & Sons.
pub fn ordered() -> PurchaseOrder {
    PurchaseOrder {
        number: "PO1002".into(),
        supplier: None,
        supplier_name: "Pine & Sons".into(),
        supplier_invoice: None,
        state: PurchaseState::Ordered,
        currency: Currency::new("USD"),
        exchange_rate: None,
        created_at: ORDERED.parse().unwrap(),
        ordered_at: Some(ORDERED.parse().unwrap()),
        expected: None,
        payment_due: None,
        location: None,
        lines: vec![bought(1, "MUG", "Mug", 10, "4.00"), bought(2, "LAMP", "Lamp", 2, "25.00")],
        charges: Vec::new(),
        receipts: Vec::new(),
    }
}

pub fn bought(number: u64, sku: &str, title: &str, quantity: u32, cost: &str) -> PurchaseLine {
    PurchaseLine {
        id: id("PurchaseOrderLineItem", number),
        item: Some(id("InventoryItem", number)),
        sku: Some(sku.into()),
        title: title.into(),
        quantity,
        unit_cost: Some(money(cost)),
        tax: Money::ZERO,
    }
}

pub fn charge(number: u64, kind: PurchaseChargeKind, title: &str, amount: &str) -> PurchaseCharge {
    PurchaseCharge { id: id("Charge", number), kind, title: title.into(), amount: money(amount) }
}

/// Goods of some lines, accepted.
pub fn came(number: u64, at: Timestamp, lines: &[(u64, u32)]) -> GoodsReceipt {
    let lines = lines.iter().map(|(line, accepted)| ReceivedLine {
        line: id("PurchaseOrderLineItem", *line),
        accepted: *accepted,
        rejected: 0,
    });
    GoodsReceipt { id: id("Receipt", number), at, lines: lines.collect() }
}

impl Buying {
    pub fn new(order: PurchaseOrder) -> Self {
        let mut world = World::new();
        for number in 1..=6 {
            let (sku, title) = [("MUG", "Mug"), ("LAMP", "Lamp")]
                .get(usize::try_from(number - 1).unwrap())
                .copied()
                .unwrap_or(("X", "X"));
            let sku = if sku == "X" { format!("SKU{number}") } else { sku.to_owned() };
            let variant = Variant { sku: Some(sku), product_title: title.into(), tracked: true, ..Variant::default() };
            world.told.0.insert(id("ProductVariant", number), Fact::Variant(variant));
            let stock = StockItem {
                variant: id("ProductVariant", number),
                tracked: true,
                unit_cost: Some(money("4.00")),
                levels: Vec::new(),
            };
            world.told.0.insert(id("InventoryItem", number), Fact::StockItem(stock));
        }
        Self { world, order, now: ORDERED.parse().unwrap(), past: Vec::new() }
    }

    pub fn days(&mut self, days: i64) -> &mut Self {
        self.now += (days * 24).hours();
        self
    }

    /// Goods come now.
    pub fn receive(&mut self, lines: &[(u64, u32)]) -> &mut Self {
        let number = self.order.receipts.len() as u64 + 1;
        self.order.receipts.push(came(number, self.now, lines));
        self.order.state = PurchaseState::PartlyReceived;
        self
    }

    pub fn document(&self) -> Document {
        Document {
            id: id("PurchaseOrder", 1002),
            updated_at: self.now,
            fact: Fact::PurchaseOrder(Box::new(self.order.clone())),
        }
    }

    pub fn mapped(&self) -> Mapped {
        books::map(&self.document(), &self.past, &self.world.context())
    }

    pub fn held(&self) -> Vec<HeldReason> {
        self.mapped().held.unwrap_or_else(|| panic!("not held")).reasons
    }

    /// Maps and posts; mapping once more adds nothing, and the books agree with the source.
    pub fn post(&mut self) -> Vec<Entry> {
        let mapped = self.mapped();
        assert!(mapped.held.is_none(), "held: {mapped:#?}");
        self.take(mapped.entries.clone());
        let again = self.mapped();
        assert!(again.entries.is_empty() && again.held.is_none(), "twice: {again:#?}");
        assert_eq!(self.balance_by_day(), self.told_by_day());
        mapped.entries.into_iter().filter(|entry| !entry.kind.is_list()).collect()
    }

    /// QuickBooks takes what was mapped.
    pub fn take(&mut self, entries: Vec<Entry>) {
        self.world.company.post(&entries);
        for entry in entries {
            let sum: Money = entry.postings.iter().map(|posting| posting.amount).sum();
            assert!(sum.is_zero(), "{entry:#?}");
            entry.request(|_| Some(linked())).unwrap().check().unwrap();
            if !entry.kind.is_list() {
                for past in &mut self.past {
                    past.undone |= entry.undoes.contains(&past.entry.key);
                }
                self.past.push(Past { entry, undone: false, refused: false });
            }
        }
    }

    /// QuickBooks refuses the changes in place among what was mapped, and takes the rest.
    pub fn refuse_changes(&mut self) {
        for entry in self.mapped().entries {
            if entry.kind == books::EntryKind::Change {
                self.past.push(Past { entry, undone: false, refused: true });
            } else {
                self.take(vec![entry]);
            }
        }
    }

    pub fn undo(&mut self, removal: Removal) {
        let standing = self.past.iter().filter(|past| !past.refused && !past.undone && past.entry.undoes.is_empty());
        let entries: Vec<Entry> = standing.map(|past| past.entry.clone()).collect();
        let taken = |key: &EntryKey| self.past.iter().any(|past| past.entry.key == *key);
        let undoing = books::undo(&entries, removal, taken);
        self.take(undoing);
    }

    pub fn balance(&self) -> BTreeMap<String, Money> {
        let mut sums = BTreeMap::new();
        for posting in self.past.iter().filter(|past| !past.refused).flat_map(|past| past.entry.postings.iter()) {
            *sums.entry(posting.account.clone()).or_insert(Money::ZERO) += posting.amount;
        }
        sums.retain(|_, amount: &mut Money| !amount.is_zero());
        sums
    }

    /// Of an account, debit above zero.
    pub fn on(&self, account: &str) -> Money {
        self.balance().get(account).copied().unwrap_or_default()
    }

    fn balance_by_day(&self) -> BTreeMap<(Date, String), Money> {
        let mut sums = BTreeMap::new();
        for past in self.past.iter().filter(|past| !past.refused) {
            for posting in past.entry.postings.iter() {
                let day = (past.entry.date.unwrap(), posting.account.clone());
                *sums.entry(day).or_insert(Money::ZERO) += posting.amount;
            }
        }
        sums.retain(|_, amount: &mut Money| !amount.is_zero());
        sums
    }

    fn told_by_day(&self) -> BTreeMap<(Date, String), Money> {
        let figures = books::tieout::figures(&self.document(), &self.past, &self.world.context());
        figures.into_iter().map(|figure| ((figure.date, figure.account), figure.amount)).collect()
    }
}
