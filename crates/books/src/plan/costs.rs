//! What goods cost in summary mode: QuickBooks keeps no stock then, so the shop's own unit costs are posted (PRODUCT.md 5.3).

use super::{Plan, Stop, sale_key};
use crate::{
    body::{Body, CostLine, Moved},
    document::{Fate, OrderLine},
    entry::{EntryKey, EntryKind, Posting},
    items,
    life::{Leg, LegKind, What},
    mapping::{Mode, Purpose},
    money::Money,
    names,
    reasons::Why,
};
use rust_decimal::Decimal;

impl<'o> Plan<'_, 'o> {
    /// The cost of the goods that a leg moved, once what it sold and took back is in the books.
    pub(super) fn cost(&mut self, leg: &'o Leg<'o>) -> Result<(), Stop> {
        let event = leg.cost();
        let pending = matches!(leg.kind, LegKind::Refunded(refund) if self.life.pending.contains(&refund.id));
        let summary = self.needs.modes.inventory == Mode::Summary;
        if !summary || pending || !self.is_sold() || self.ledger.carries(&event) {
            return Ok(());
        }
        let key = EntryKey::new("cost", leg.id.unwrap_or(self.id).as_str());
        self.about = (key.clone(), EntryKind::Cost, leg.at, Money::ZERO);
        let mut lines = Vec::new();
        for (line, quantity, moved) in moved(leg) {
            if items::goods(&mut self.needs, line).is_some_and(|sold| sold.stocked) {
                lines.push(self.cost_line(line, quantity, moved));
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        for line in lines.iter().filter(|line| line.unit_cost.is_none()) {
            self.needs.because(Why::UnitCostUnknown { goods: line.title.clone() });
        }
        let postings = self.cost_postings(&lines);
        let total: Money = postings.iter().filter(|posting| !posting.amount.is_negative()).map(|own| own.amount).sum();
        let forms =
            [leg.sale(), leg.taking_back()].into_iter().filter_map(|event| self.ledger.form_of(&event).cloned());
        let mut after: Vec<EntryKey> = forms.collect();
        after.dedup();
        if after.is_empty() {
            after.push(sale_key(self.id));
        }
        let sheet = self.sheet(key, leg.at, vec![event], after)?;
        let entry = self.head.entry(&mut self.needs, sheet, EntryKind::Cost, total, postings, Body::Cost { lines });
        let entry = self.unless_held(entry)?;
        // It is part of its day also where the sale itself has a form of its own.
        let entry = if self.summarised { entry } else { self.part_of_day(entry) };
        self.add(entry);
        Ok(())
    }

    fn cost_line(&self, line: &OrderLine, quantity: u32, moved: Moved) -> CostLine {
        let now = || items::facts(self.needs.context, line).unit_cost;
        let unit_cost = match moved {
            Moved::Sold => now(),
            // What comes back cost what it cost when it was sold.
            Moved::Restocked | Moved::Damaged | Moved::Lost => self.ledger.unit_cost(&line.id).unwrap_or_else(now),
        };
        CostLine { line: line.id.clone(), title: names::description(&line.item), quantity, unit_cost, moved }
    }

    fn cost_postings(&mut self, lines: &[CostLine]) -> Vec<Posting> {
        let cost = self.needs.account(Purpose::Cogs);
        let stock = self.needs.account(Purpose::InventoryAsset);
        let mut postings = Vec::new();
        for line in lines {
            let worth = (line.unit_cost.unwrap_or_default() * Decimal::from(line.quantity)).rounded();
            let (debit, credit) = match line.moved {
                Moved::Sold => (cost.clone(), stock.clone()),
                Moved::Restocked => (stock.clone(), cost.clone()),
                Moved::Damaged => (self.needs.account(Purpose::Shrinkage), cost.clone()),
                Moved::Lost => (self.needs.account(Purpose::Shrinkage), stock.clone()),
            };
            postings.extend([self.head.posting(&debit, worth), self.head.posting(&credit, -worth)]);
        }
        postings
    }
}

/// The goods that a leg moved, with how many and where to.
fn moved<'o>(leg: &Leg<'o>) -> Vec<(&'o OrderLine, u32, Moved)> {
    let sold = leg.sold.iter().map(|row| (row, Moved::Sold));
    let back = leg.back.iter().filter_map(|row| {
        let moved = match row.fate {
            Fate::Restocked => Moved::Restocked,
            Fate::Damaged => Moved::Damaged,
            Fate::NotRestocked => return None,
        };
        Some((row, moved))
    });
    let goods = sold.chain(back).filter_map(|(row, moved)| match row.what {
        What::Goods(line) if row.quantity > 0 => Some((line, row.quantity, moved)),
        _ => None,
    });
    goods.chain(leg.lost.iter().map(|&(line, quantity)| (line, quantity, Moved::Lost))).collect()
}
