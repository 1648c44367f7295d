//! Stock that changed without a sale or a purchase, and stock that went from one location to another.

use jiff::{Timestamp, civil::Date};
use qbxml::{
    InventoryAdjustmentAdd, InventoryAdjustmentLineAdd, JournalEntryAdd, JournalLine, JournalLineAdd, Quantity,
    QuantityAdjustment, Ref, StockChange, TransferInventoryAdd, TransferInventoryLineAdd, limits,
};
use rust_decimal::Decimal;

use super::{
    facts,
    forms::{self, Sheet},
    modes,
};
use crate::{
    body::Body,
    document::{AdjustedLine, DocumentId, Fact, StockAdjustment, StockTransfer, Variant},
    entry::{Entry, EntryKey, EntryKind, Event, Mapped, Past, Posting},
    items,
    ledger::Ledger,
    map::Context,
    mapping::{Mode, Purpose},
    money::Money,
    names,
    needs::{self, Needs},
    plan::{self, local, open_day},
    reasons::{HeldReason, Why},
};

/// How many there are more of something, and what of that is worth what, where it was carried into the books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Moved {
    change: i64,
    /// What it is worth, where QuickBooks keeps no stock.
    amount: Money,
}

impl Moved {
    fn read(text: &str) -> Option<Self> {
        let (change, amount) = text.split_once('@')?;
        Some(Self { change: change.parse().ok()?, amount: amount.parse().ok()? })
    }

    fn text(self) -> String {
        format!("{}@{}", self.change, self.amount)
    }
}

/// Stock of one variant that changed.
#[derive(Clone, Debug)]
struct Change {
    subject: String,
    id: DocumentId,
    variant: Variant,
    /// How many more than was carried into the books.
    more: i64,
    carried: Moved,
}

/// What a stock adjustment comes to beyond what of it is in QuickBooks: an inventory adjustment by quantity, at the cost
/// that QuickBooks gives it; where QuickBooks keeps no stock, a journal entry at the shop's unit costs.
pub(crate) fn adjustment(
    (id, updated_at): (&DocumentId, Timestamp),
    adjustment: &StockAdjustment,
    past: &[Past],
    context: &Context<'_>,
) -> Mapped {
    let Some(at) = adjustment.at else { return Mapped { waits: true, ..Mapped::default() } };
    let modes = modes(context, at);
    let mut needs = Needs::new(context, id, modes, &adjustment.number);
    plan::of_the_books(&mut needs);
    let ledger = Ledger::of(past);
    let changes = changes(&mut needs, &adjustment.lines, &ledger, "stock");
    if changes.is_empty() && needs.reasons().is_empty() {
        return Mapped::default();
    }
    if ledger.undone {
        needs.hold(HeldReason::Undone);
    }
    let role = EntryKey::new("adjustment", id.as_str());
    let at = if ledger.count(&["adjustment"]) == 0 { at } else { updated_at };
    let summary = modes.inventory == Mode::Summary;
    let kind = if summary { EntryKind::JournalEntry } else { EntryKind::InventoryAdjustment };
    let made =
        Making { id, number: &adjustment.number, at, key: ledger.fresh(role), count: ledger.count(&["adjustment"]) };
    let entry = if !needs.reasons().is_empty() {
        None
    } else if summary {
        made.journal(&mut needs, adjustment, &changes, &ledger)
    } else {
        made.adjusted(&mut needs, adjustment, &changes, &ledger)
    };
    made.mapped(needs, kind, entry.into_iter().collect())
}

/// What a transfer comes to: one for each time that something arrived, where the company file keeps stock by site. Elsewhere
/// it changes nothing in the books.
pub(crate) fn transfer(id: &DocumentId, transfer: &StockTransfer, past: &[Past], context: &Context<'_>) -> Mapped {
    let from = needs::site(context, transfer.from.as_ref());
    let to = needs::site(context, transfer.to.as_ref());
    let (Some(from), Some(to)) = (from, to) else { return Mapped::default() };
    let Some(first) = transfer.arrivals.first() else { return Mapped::default() };
    let modes = modes(context, first.at);
    if from == to || modes.inventory == Mode::Summary {
        return Mapped::default();
    }
    let mut needs = Needs::new(context, id, modes, &transfer.number);
    plan::of_the_books(&mut needs);
    let ledger = Ledger::of(past);
    let mut entries = Vec::new();
    for (place, arrival) in transfer.arrivals.iter().enumerate() {
        let arrived = Event::of(&arrival.id, "arrived");
        if ledger.carries(&arrived) {
            continue;
        }
        if ledger.undone {
            needs.hold(HeldReason::Undone);
        }
        let key = ledger.fresh(EntryKey::new("transfer", arrival.id.as_str()));
        let made = Making { id, number: &transfer.number, at: arrival.at, key, count: place };
        let changes = changes(&mut needs, &arrival.lines, &Ledger::default(), arrival.id.as_str());
        if changes.is_empty() && needs.reasons().is_empty() {
            continue;
        }
        match made.moved(&mut needs, (&from, &to), &changes, arrived) {
            Some(entry) => entries.push(entry),
            None if needs.reasons().is_empty() => {}
            None => return made.mapped(needs, EntryKind::TransferInventory, entries),
        }
    }
    needs.outcome(entries, None)
}

/// What of each variant changed beyond what was carried into the books, in the order of the lines. What the shop does not
/// have any more, and goods of which QuickBooks keeps no stock, are not counted.
fn changes(needs: &mut Needs<'_>, lines: &[AdjustedLine], ledger: &Ledger, of: &str) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let summary = needs.modes.inventory == Mode::Summary;
    for line in lines {
        let Some((id, variant)) = known(needs, line) else { continue };
        if !summary && !items::is_stocked(needs, &id, &variant) {
            continue;
        }
        if let Some(same) = changes.iter_mut().find(|change| change.id == id) {
            same.more += line.change;
            continue;
        }
        let subject = format!("{of}|{id}");
        let history = facts::history(ledger, &subject, Moved::read);
        let carried = history.last().map(|carried| carried.value).unwrap_or_default();
        let more = line.change - carried.change;
        changes.push(Change { subject, id, variant, more, carried });
    }
    // What was taken off the document since.
    for subject in facts::subjects(ledger) {
        let Some(id) = subject.strip_prefix(of).and_then(|rest| rest.strip_prefix('|')).map(DocumentId::new) else {
            continue;
        };
        let carried = facts::history(ledger, &subject, Moved::read).last().map(|carried| carried.value);
        if let Some(carried) = carried.filter(|_| !changes.iter().any(|change| change.id == id)) {
            let document = needs.context.facts.document(&id).map(|document| document.fact);
            let variant = if let Some(Fact::Variant(variant)) = document { variant } else { Variant::default() };
            let variant = Variant { tracked: true, ..variant };
            changes.push(Change { subject, id, variant, more: -carried.change, carried });
        }
    }
    changes.retain(|change| change.more != 0);
    changes
}

/// The variant of a line, with what is known of it.
fn known(needs: &mut Needs<'_>, line: &AdjustedLine) -> Option<(DocumentId, Variant)> {
    let facts = needs.context.facts;
    let stock = line.item.as_ref().map(|item| facts.document(item).map(|document| document.fact));
    let (id, unit_cost, tracked) = match (stock, &line.variant) {
        (Some(Some(Fact::StockItem(stock))), _) => (stock.variant, stock.unit_cost, stock.tracked),
        (_, Some(variant)) => (variant.clone(), None, true),
        (Some(_), None) => {
            needs.hold(HeldReason::UnknownGoods { item: line.title.clone() });
            return None;
        }
        (None, None) => return None,
    };
    let told = Variant { sku: line.sku.clone(), product_title: line.title.clone(), ..Variant::default() };
    let document = facts.document(&id).map(|document| document.fact);
    let variant = if let Some(Fact::Variant(variant)) = document { variant } else { told };
    Some((id, Variant { tracked, unit_cost: unit_cost.or(variant.unit_cost), ..variant }))
}

/// The worth of what changed, by day: as it was carried, and at today's unit cost where it is not yet.
pub(super) fn worth_by_day(needs: &mut Needs<'_>, adjustment: &StockAdjustment, ledger: &Ledger) -> Vec<(Date, Money)> {
    let mut days = Vec::new();
    for subject in facts::subjects(ledger) {
        let mut before = Money::ZERO;
        for carried in facts::history(ledger, &subject, Moved::read) {
            days.extend(ledger.day(&carried.form).map(|day| (day, carried.value.amount - before)));
            before = carried.value.amount;
        }
    }
    let day = adjustment.at.and_then(|at| local(needs, at));
    for change in changes(needs, &adjustment.lines, ledger, "stock") {
        let cost = change.variant.unit_cost.unwrap_or_default();
        days.extend(day.map(|day| (day, (cost * Decimal::from(change.more)).rounded())));
    }
    days
}

/// One entry of stock.
struct Making<'d> {
    id: &'d DocumentId,
    number: &'d str,
    at: Timestamp,
    key: EntryKey,
    /// How many entries of its kind the document has already.
    count: usize,
}

impl Making<'_> {
    fn sheet(&self, needs: &mut Needs<'_>, carries: Vec<Event>) -> Option<Sheet> {
        let date = open_day(needs, self.at)?;
        let own = names::reference_of(self.number, self.id, limits::REF_NUMBER);
        let number = if self.count == 0 { own } else { names::part(&own, "", self.count + 1, limits::REF_NUMBER) };
        Some(Sheet { key: self.key.clone(), date, number, carries, after: Vec::new(), order: None })
    }

    fn entry(
        &self,
        needs: &mut Needs<'_>,
        sheet: Sheet,
        kind: EntryKind,
        total: Money,
        postings: Vec<Posting>,
        body: Body,
    ) -> Option<Entry> {
        forms::entry(needs, (self.id, self.number), sheet, kind, total, postings, body)
    }

    /// An inventory adjustment by quantity.
    fn adjusted(
        &self,
        needs: &mut Needs<'_>,
        adjustment: &StockAdjustment,
        changes: &[Change],
        ledger: &Ledger,
    ) -> Option<Entry> {
        let account = reason_account(needs, adjustment);
        let (mut lines, mut carries) = (Vec::new(), Vec::new());
        for change in changes {
            let item = items::of_variant(needs, &change.id, &change.variant)?;
            if !item.stocked {
                continue;
            }
            lines.push(InventoryAdjustmentLineAdd {
                item_ref: Ref::name(&item.item),
                change: StockChange::Quantity(QuantityAdjustment {
                    quantity_difference: Quantity::new(Decimal::from(change.more)).ok(),
                    ..QuantityAdjustment::default()
                }),
            });
            let now = Moved { change: change.carried.change + change.more, amount: Money::ZERO };
            carries.push(facts::next(ledger, &change.subject, &now.text()));
        }
        if lines.is_empty() {
            return None;
        }
        let class = adjustment.location.as_ref().and_then(|location| needs.class(Some(location)));
        let sheet = self.sheet(needs, carries)?;
        let form = InventoryAdjustmentAdd {
            account_ref: Ref::name(account),
            txn_date: Some(sheet.date),
            ref_number: Some(sheet.number.clone()),
            inventory_site_ref: needs::site(needs.context, adjustment.location.as_ref()).map(Ref::name),
            class_ref: class.map(Ref::name),
            memo: Some(memo(adjustment, &self.key)),
            inventory_adjustment_line_add: lines,
            ..InventoryAdjustmentAdd::default()
        };
        let body = Body::InventoryAdjustment(Box::new(form));
        self.entry(needs, sheet, EntryKind::InventoryAdjustment, Money::ZERO, Vec::new(), body)
    }

    /// A journal entry of what the stock that changed is worth.
    fn journal(
        &self,
        needs: &mut Needs<'_>,
        adjustment: &StockAdjustment,
        changes: &[Change],
        ledger: &Ledger,
    ) -> Option<Entry> {
        let account = reason_account(needs, adjustment);
        let asset = needs.account(Purpose::InventoryAsset);
        let class = adjustment.location.as_ref().and_then(|location| needs.class(Some(location)));
        let mut carries = Vec::new();
        // What came into stock, and what went out of it.
        let (mut found, mut lost) = (Money::ZERO, Money::ZERO);
        for change in changes {
            let Some(cost) = change.variant.unit_cost else {
                needs.hold(HeldReason::NoUnitCost { item: names::of_variant(&change.variant) });
                continue;
            };
            let amount = (cost * Decimal::from(change.more)).rounded();
            if amount.is_negative() {
                lost -= amount;
            } else {
                found += amount;
            }
            let carried = change.carried;
            let now = Moved { change: carried.change + change.more, amount: carried.amount + amount };
            carries.push(facts::next(ledger, &change.subject, &now.text()));
        }
        let sheet = self.sheet(needs, carries)?;
        let text = memo(adjustment, &self.key);
        let mut lines = Vec::new();
        let mut postings = Vec::new();
        for (debited, credited, amount) in [(&account, &asset, lost), (&asset, &account, found)] {
            if amount.is_zero() {
                continue;
            }
            for (account, signed) in [(debited, amount), (credited, -amount)] {
                let line = JournalLine {
                    account_ref: Some(Ref::name(account)),
                    amount: Some(crate::forms::amount(needs, amount)),
                    memo: Some(text.clone()),
                    class_ref: class.as_ref().map(Ref::name),
                    ..JournalLine::default()
                };
                let is_debit = signed.is_positive();
                lines.push(if is_debit { JournalLineAdd::Debit(line) } else { JournalLineAdd::Credit(line) });
                postings.push(Posting { account: account.clone(), class: class.clone(), amount: signed });
            }
        }
        if lines.is_empty() {
            return None;
        }
        let form = JournalEntryAdd {
            txn_date: Some(sheet.date),
            ref_number: Some(sheet.number.clone()),
            journal_line_add: lines,
            ..JournalEntryAdd::default()
        };
        let body = Body::JournalEntry(Box::new(form));
        self.entry(needs, sheet, EntryKind::JournalEntry, lost + found, postings, body)
    }

    /// A transfer between two sites.
    fn moved(
        &self,
        needs: &mut Needs<'_>,
        (from, to): (&str, &str),
        changes: &[Change],
        arrived: Event,
    ) -> Option<Entry> {
        let mut lines = Vec::new();
        for change in changes {
            let item = items::of_variant(needs, &change.id, &change.variant)?;
            if item.stocked {
                lines.push(TransferInventoryLineAdd {
                    item_ref: Some(Ref::name(&item.item)),
                    quantity_to_transfer: Quantity::new(Decimal::from(change.more)).ok(),
                    ..TransferInventoryLineAdd::default()
                });
            }
        }
        if lines.is_empty() {
            return None;
        }
        needs.because(Why::StockMoved);
        let sheet = self.sheet(needs, vec![arrived])?;
        let form = TransferInventoryAdd {
            txn_date: Some(sheet.date),
            ref_number: Some(sheet.number.clone()),
            from_inventory_site_ref: Ref::name(from),
            to_inventory_site_ref: Ref::name(to),
            memo: Some(names::memo_of(self.number, &self.key)),
            transfer_inventory_line_add: lines,
            ..TransferInventoryAdd::default()
        };
        let body = Body::TransferInventory(Box::new(form));
        self.entry(needs, sheet, EntryKind::TransferInventory, Money::ZERO, Vec::new(), body)
    }

    fn mapped(&self, needs: Needs<'_>, kind: EntryKind, entries: Vec<Entry>) -> Mapped {
        let held = (!needs.reasons().is_empty()).then(|| (self.key.clone(), kind, self.at, Money::ZERO));
        needs.outcome(entries, held)
    }
}

fn reason_account(needs: &mut Needs<'_>, adjustment: &StockAdjustment) -> String {
    let (key, account) = needs.context.mapping.accounts.adjustment_of(&adjustment.reason);
    let account = needs.named_account(&key, account, Purpose::Shrinkage.account_types());
    needs.because(Why::StockAdjusted { reason: adjustment.reason.clone(), account: account.clone() });
    account
}

fn memo(adjustment: &StockAdjustment, key: &EntryKey) -> String {
    names::memo_of(&[&adjustment.number, &adjustment.reason].map(|part| part.trim()).join(" "), key)
}
