//! The source's side of the tie-out of purchases: what it says came and what that cost, by day and account.
//!
//! The amounts are the document's own; what is in the books tells only on which day, and on which account, the mapping put
//! each of them.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{
    DIFFERENCE, Plan, changes, charge_purpose,
    facts::{self, Carried, Charged, Goods, Worth},
};
use crate::{
    document::{DocumentId, PurchaseChargeKind, PurchaseOrder, PurchaseState, StockAdjustment},
    entry::{EntryKey, Past},
    ledger::Ledger,
    map::Context,
    mapping::{FreightIn, Mode, Purpose},
    money::Money,
    needs::Needs,
    plan::local,
    tieout::ShopFigure,
};

/// What a purchase order comes to by day and account, as the source tells it: the goods received at their cost, charges,
/// and what is owed to the supplier for them. One that can't be added up gives nothing; it is held anyway.
#[must_use]
pub fn purchase_figures(
    (id, updated_at): (&DocumentId, Timestamp),
    order: &PurchaseOrder,
    past: &[Past],
    context: &Context<'_>,
) -> Vec<ShopFigure> {
    if order.state == PurchaseState::Draft && order.receipts.is_empty() {
        return Vec::new();
    }
    let plan = Plan::new((id, updated_at), order, Ledger::of(past), context);
    if !plan.needs.reasons().is_empty() {
        return Vec::new();
    }
    let mut side = Side { plan, sums: BTreeMap::new() };
    side.goods();
    side.charges();
    side.owed();
    figures(side.sums)
}

/// What a stock adjustment comes to by day and account where QuickBooks keeps no stock: at the shop's unit costs, as they
/// were when it was mapped.
#[must_use]
pub fn adjustment_figures(
    id: &DocumentId,
    adjustment: &StockAdjustment,
    past: &[Past],
    context: &Context<'_>,
) -> Vec<ShopFigure> {
    let ledger = Ledger::of(past);
    let Some(at) = adjustment.at else { return Vec::new() };
    let modes = super::modes(context, at);
    let mut needs = Needs::new(context, id, modes, "");
    let mut sums = BTreeMap::new();
    if modes.inventory == Mode::Summary {
        let (key, account) = context.mapping.accounts.adjustment_of(&adjustment.reason);
        let account = needs.named_account(&key, account, Purpose::Shrinkage.account_types());
        let asset = needs.account(Purpose::InventoryAsset);
        for (date, amount) in super::stock::worth_by_day(&mut needs, adjustment, &ledger) {
            *sums.entry((date, asset.clone())).or_default() += amount;
            *sums.entry((date, account.clone())).or_default() -= amount;
        }
    }
    figures(sums)
}

fn figures(sums: BTreeMap<(Date, String), Money>) -> Vec<ShopFigure> {
    sums.into_iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|((date, account), amount)| ShopFigure { date, account, amount })
        .collect()
}

struct Side<'a, 'o> {
    /// Only asked where things belong; what it would make or hold is dropped.
    plan: Plan<'a, 'o>,
    sums: BTreeMap<(Date, String), Money>,
}

impl Side<'_, '_> {
    fn debit(&mut self, date: Date, account: String, amount: Money) {
        *self.sums.entry((date, account)).or_default() += amount;
    }

    fn local(&self, at: Timestamp) -> Date {
        local(&self.plan.needs, at).unwrap_or(Date::MIN)
    }

    fn day(&self, form: &EntryKey) -> Date {
        self.plan.ledger.day(form).unwrap_or(Date::MIN)
    }

    fn account(&mut self, purpose: Purpose) -> String {
        self.plan.needs.account(purpose)
    }

    /// Where goods of a line arrive.
    fn goods_account(&mut self, line: &DocumentId) -> String {
        match self.plan.goods_line(line, 1, Money::ZERO) {
            Ok(line) => line.account,
            Err(_) => self.account(Purpose::InventoryAsset),
        }
    }

    fn goods(&mut self) {
        let mut all: Vec<Goods> = self.plan.goods.clone();
        for subject in facts::subjects(&self.plan.ledger).into_iter().filter(|subject| facts::is_goods(subject)) {
            if let Some(line) = facts::line_of(&subject).filter(|_| !all.iter().any(|goods| goods.subject == subject)) {
                all.push(Goods { subject, line, at: self.plan.updated_at, now: Worth::default() });
            }
        }
        for goods in all {
            let account = self.goods_account(&goods.line);
            let history = facts::goods_history(&self.plan.ledger, &goods.subject);
            let mut before = Worth::default();
            for Carried { value, form } in &history {
                let date = self.day(form);
                let is_price = value.quantity == before.quantity && is_difference(form);
                let account = if is_price { self.account(Purpose::PurchaseDiscounts) } else { account.clone() };
                self.debit(date, account, value.amount - before.amount);
                before = *value;
            }
            if before == goods.now {
                continue;
            }
            let Some(first) = history.first() else {
                let date = self.local(goods.at);
                self.debit(date, account, goods.now.amount);
                continue;
            };
            // What is not in the books yet goes where the mapping will put it.
            let changed = self.local(self.plan.updated_at);
            if goods.now.quantity < before.quantity {
                let back = before.share(before.quantity - goods.now.quantity);
                self.debit(changed, account.clone(), -back);
                before = Worth { quantity: goods.now.quantity, amount: before.amount - back };
            }
            let more = goods.now.amount - before.amount;
            if changes::may_change(&self.plan.ledger, &first.form, self.plan.needs.context) {
                let date = self.day(&first.form);
                self.debit(date, account, more);
            } else if goods.now.quantity > before.quantity {
                self.debit(changed, account, more);
            } else {
                let account = self.account(Purpose::PurchaseDiscounts);
                self.debit(changed, account, more);
            }
        }
    }

    fn charges(&mut self) {
        let charges = changes::charges(self.plan.order, self.plan.rate, &self.plan.ledger);
        for charge in charges {
            let history = facts::charge_history(&self.plan.ledger, &facts::charge_subject(charge.kind, &charge.id));
            let mut before = Money::ZERO;
            for Carried { value, form } in &history {
                let date = self.day(form);
                self.charged(date, charge.kind, *value, value.amount - before, Some(form));
                before = value.amount;
            }
            let first = self.plan.goods.first().map(|goods| goods.at);
            match (history.is_empty(), first) {
                (true, None) => {}
                (true, Some(first)) if self.plan.ledger.count(&[super::RECEIPT]) == 0 => {
                    let in_cost = charge.kind != PurchaseChargeKind::Adjustment
                        && self.plan.needs.context.mapping.purchases.freight == FreightIn::ItemCost;
                    let date = self.local(first);
                    self.charged(date, charge.kind, Charged { amount: charge.now, in_cost }, charge.more, None);
                }
                _ => {
                    let date = self.local(self.plan.updated_at);
                    let later = Charged { amount: charge.now, in_cost: false };
                    self.charged(date, charge.kind, later, charge.more, None);
                }
            }
        }
    }

    /// A charge, or what more it comes to: on an account of its own, or in the cost of the goods beside which it stands.
    fn charged(&mut self, date: Date, kind: PurchaseChargeKind, value: Charged, more: Money, form: Option<&EntryKey>) {
        let goods: Vec<(DocumentId, Money)> = match form {
            _ if !value.in_cost => Vec::new(),
            Some(form) => changes::carried_by(&self.plan.ledger, &self.plan.goods, form)
                .into_iter()
                .map(|(_, line, worth)| (line, worth.amount))
                .collect(),
            None => {
                let first = self.plan.goods.first().map(|goods| goods.at);
                let came = self.plan.goods.iter().filter(|goods| Some(goods.at) == first);
                came.map(|goods| (goods.line.clone(), goods.now.amount)).collect()
            }
        };
        let items: Vec<(String, Money)> = goods
            .into_iter()
            .filter_map(|(id, amount)| {
                let line = self.plan.goods_line(&id, 1, Money::ZERO).ok()?;
                line.item.is_some().then_some((line.account, amount))
            })
            .collect();
        if items.is_empty() {
            let account = self.account(charge_purpose(kind));
            self.debit(date, account, more);
            return;
        }
        let weights: Vec<Money> = items.iter().map(|(_, amount)| *amount).collect();
        for ((account, _), part) in items.into_iter().zip(facts::spread(more, &weights)) {
            self.debit(date, account, part);
        }
    }

    /// What all of it comes to is owed to the supplier.
    fn owed(&mut self) {
        let mut days: BTreeMap<Date, Money> = BTreeMap::new();
        for ((date, _), amount) in &self.sums {
            *days.entry(*date).or_default() += *amount;
        }
        let account = self.account(Purpose::AccountsPayable);
        for (date, amount) in days {
            self.debit(date, account.clone(), -amount);
        }
    }
}

fn is_difference(form: &EntryKey) -> bool {
    let role = form.as_str().split(':').next().unwrap_or_default();
    role == DIFFERENCE || role == super::RETURNED
}
