//! How the books begin: the shop's lists carried over as a whole, and the stock that was there at the cut-over date.
//!
//! Customers and items are otherwise made when a sale needs them. The initial integration introduces all of them, under
//! the very identities that sales will ask for, so that it makes no difference for what comes later.

use std::collections::BTreeMap;

use jiff::civil::Date;
use qbxml::{
    Amount, InventoryAdjustmentAdd, InventoryAdjustmentLineAdd, JournalEntryAdd, JournalLine, JournalLineAdd, Quantity,
    QuantityAdjustment, Ref, StockChange, ValueAdjustment,
};
use rust_decimal::Decimal;

use crate::{
    body::Body,
    choice,
    document::{Document, DocumentId, Fact, Fate, OpeningLine, OpeningStock, Order, PurchaseState, StockItem},
    entry::{Entry, EntryKey, EntryKind, Event, Held, Mapped, Past, Posting, Postings},
    items,
    ledger::Ledger,
    life::{Life, What},
    map::Context,
    mapping::{ClosedPeriod, Form, Mode, Purpose},
    money::Money,
    names,
    needs::Needs,
    parties, plan, purchases,
    reasons::{HeldReason, Why},
    sums,
    tieout::ShopFigure,
};

/// Lines of one adjustment at most, so that no form is longer than a person can read.
const LINES_OF_A_FORM: usize = 100;

/// What the initial integration makes of a customer, a variant or a supplier that nothing has asked for yet: the list entry
/// that a sale or purchase of the day `from` would need. What is in the company file already is matched and belongs to it from then on.
/// Nothing in summary mode, and nothing of documents of other kinds.
#[must_use]
pub fn introduce(document: &Document, from: Date, context: &Context<'_>) -> Mapped {
    let modes = context.mapping.modes_on(from);
    let (title, kind) = match &document.fact {
        Fact::Customer(buyer) if modes.customers == Mode::Detailed => (names::of_customer(buyer), EntryKind::Customer),
        Fact::Variant(variant) if modes.inventory == Mode::Detailed && !variant.gift_card => {
            (names::of_variant(variant), EntryKind::Item)
        }
        Fact::Supplier(supplier) if modes.vendors == Mode::Detailed && supplier.active => {
            (purchases::called(supplier).unwrap_or_default().to_owned(), EntryKind::Vendor)
        }
        _ => return Mapped::default(),
    };
    if title.is_empty() {
        return Mapped::default();
    }
    let mut needs = Needs::new(context, &document.id, modes, &title);
    let key = match &document.fact {
        Fact::Customer(buyer) => {
            let _ = parties::named(&mut needs, &document.id, buyer);
            EntryKey::new("customer", document.id.as_str())
        }
        Fact::Variant(variant) => {
            let _ = items::of_variant(&mut needs, &document.id, variant);
            items::key_of(&document.id)
        }
        Fact::Supplier(supplier) => purchases::of_supplier(&mut needs, &document.id, supplier).0,
        _ => return Mapped::default(),
    };
    let reasons = needs.reasons().to_vec();
    if !reasons.is_empty() {
        let (document, total) = (document.id.clone(), Money::ZERO);
        let held = Held { key, document, kind, date: None, title, total, reasons };
        return Mapped { held: Some(Box::new(held)), ..Mapped::default() };
    }
    let found = needs.take_why().into_iter().filter(|why| matches!(why, Why::Adopted { .. })).collect();
    let mut entries = needs.take_all_made();
    for entry in &mut entries {
        entry.why = vec![Why::Introduced];
    }
    Mapped { entries, found, ..Mapped::default() }
}

/// By how much the stock of each variant fell by what of the document goes into the books: what was sold, less what went
/// back into stock, less what was bought or found. `variant` tells the variant of a stock item. Nothing for orders that are
/// no sale yet, and for documents of other kinds.
#[must_use]
pub fn stock_fell(
    document: &Document,
    context: &Context<'_>,
    variant: impl Fn(&DocumentId) -> Option<DocumentId>,
) -> Vec<(DocumentId, i64)> {
    match &document.fact {
        Fact::Order(order) => sold(order, context).into_iter().collect(),
        Fact::PurchaseOrder(order) if order.state != PurchaseState::Draft => {
            let lines = order.receipts.iter().flat_map(|receipt| &receipt.lines);
            let came = lines.filter_map(|came| {
                let line = order.lines.iter().find(|line| line.id == came.line)?;
                Some((variant(line.item.as_ref()?)?, -i64::from(came.accepted)))
            });
            came.collect()
        }
        Fact::StockAdjustment(adjustment) if adjustment.at.is_some() => {
            let changed = adjustment.lines.iter().filter_map(|line| {
                let own = line.variant.clone().or_else(|| variant(line.item.as_ref()?))?;
                Some((own, -line.change))
            });
            changed.collect()
        }
        _ => Vec::new(),
    }
}

fn sold(order: &Order, context: &Context<'_>) -> BTreeMap<DocumentId, i64> {
    let mut sold = BTreeMap::new();
    if order.test || !sums::unusable(order).is_empty() {
        return sold;
    }
    let Ok(life) = Life::of(order, context.mapping) else { return sold };
    let form = choice::choose(order, &life, false, context).form;
    if !matches!(form, Form::SalesReceipt | Form::Invoice) || plan::came_to_nothing(order, &life) {
        return sold;
    }
    for leg in &life.legs {
        let out = leg.sold.iter().map(|row| (row, 1));
        let back = leg.back.iter().filter(|row| row.fate == Fate::Restocked).map(|row| (row, -1));
        for (row, sign) in out.chain(back) {
            if let What::Goods(line) = row.what
                && let Some(variant) = &line.variant
            {
                *sold.entry(variant.clone()).or_default() += sign * i64::from(row.quantity);
            }
        }
    }
    sold
}

/// The stock at the beginning of the cut-over date: what is on hand now and not promised to a buyer, and what was sold
/// since. `since` has by how much the stock of each variant fell since then by everything that is carried over.
#[must_use]
pub fn opening_stock<'d>(
    date: Date,
    items: impl IntoIterator<Item = &'d StockItem>,
    since: &BTreeMap<DocumentId, i64>,
) -> OpeningStock {
    let mut lines: BTreeMap<&DocumentId, OpeningLine> = BTreeMap::new();
    for item in items {
        if !item.tracked {
            continue;
        }
        let free: i64 = item.levels.iter().map(|level| level.on_hand - level.committed).sum();
        let quantity = free + since.get(&item.variant).copied().unwrap_or_default();
        let line = OpeningLine { variant: item.variant.clone(), quantity, unit_cost: item.unit_cost };
        lines.insert(&item.variant, line);
    }
    OpeningStock { date, lines: lines.into_values().filter(|line| line.quantity != 0).collect() }
}

/// The opening stock as inventory adjustments, with what each item is worth at the shop's unit cost; in summary mode its
/// value alone, as a journal entry. Items that were in the company file before us are left as they are: QuickBooks keeps
/// their stock already.
pub(crate) fn map(id: &DocumentId, stock: &OpeningStock, past: &[Past], context: &Context<'_>) -> Mapped {
    let modes = context.mapping.modes_on(stock.date);
    let ledger = Ledger::of(past);
    let title = stock.date.to_string();
    let mut needs = Needs::new(context, id, modes, &title);
    let asset = needs.account(Purpose::InventoryAsset);
    let equity = needs.account(Purpose::OpeningStock);
    let date = day(&mut needs, stock.date);
    let mut lines = ours(&mut needs, stock);
    lines.retain(|(_, line)| !ledger.carries(&event(line)));
    let count = ledger.count(&["opening"]);
    let mut entries = Vec::new();
    let of_a_form = if modes.inventory == Mode::Summary { usize::MAX } else { LINES_OF_A_FORM };
    for (place, lines) in lines.chunks(of_a_form).enumerate() {
        let number = count + place + 1;
        let key = EntryKey::new("opening", &format!("{}/{number}", id.short()));
        let part = Part { id, key, number: format!("OPENING-{number}"), date, asset: &asset, equity: &equity, lines };
        let body = if modes.inventory == Mode::Summary { part.value() } else { part.adjustment(&mut needs) };
        entries.extend(body.map(|(kind, body)| part.entry(&needs, kind, body)));
    }
    let reasons = needs.reasons().to_vec();
    if reasons.is_empty() {
        let entries = needs.take_made(&entries).into_iter().chain(entries).collect();
        return Mapped { entries, ..Mapped::default() };
    }
    let held = Held {
        key: EntryKey::new("opening", id.short()),
        document: id.clone(),
        kind: EntryKind::InventoryAdjustment,
        date: Some(stock.date),
        title,
        total: lines.iter().map(|(_, line)| worth(line)).sum(),
        reasons,
    };
    Mapped { held: Some(Box::new(held)), ..Mapped::default() }
}

/// The lines whose stock nobody but us puts into the books, each with the name of its item; in summary mode all, without.
fn ours<'s>(needs: &mut Needs<'_>, stock: &'s OpeningStock) -> Vec<(String, &'s OpeningLine)> {
    let context = needs.context;
    let mut lines = Vec::new();
    for line in &stock.lines {
        let Some(Fact::Variant(variant)) = context.facts.document(&line.variant).map(|document| document.fact) else {
            continue;
        };
        if needs.modes.inventory == Mode::Summary {
            lines.push((String::new(), line));
            continue;
        }
        let key = items::key_of(&line.variant);
        let ours_or_new = context.lists.is_made(&key) || context.lists.linked(&key).is_none();
        let Some(sold) = items::of_variant(needs, &line.variant, &variant) else { continue };
        if sold.stocked && ours_or_new && !sold.adopted {
            lines.push((sold.item, line));
        }
    }
    lines
}

/// What the opening stock is worth, by day and account: as it was posted, or as it is to be.
pub(crate) fn figures(id: &DocumentId, stock: &OpeningStock, past: &[Past], context: &Context<'_>) -> Vec<ShopFigure> {
    let ledger = Ledger::of(past);
    let mut needs = Needs::new(context, id, context.mapping.modes_on(stock.date), "");
    let mut days: BTreeMap<Date, Money> = BTreeMap::new();
    for (_, line) in ours(&mut needs, stock) {
        *days.entry(ledger.date_of(&event(line)).unwrap_or(stock.date)).or_default() += worth(line);
    }
    let (asset, equity) = (needs.account(Purpose::InventoryAsset), needs.account(Purpose::OpeningStock));
    let sides = days.into_iter().filter(|(_, worth)| !worth.is_zero()).flat_map(|(date, worth)| {
        let figure = |account: &str, amount| ShopFigure { date, account: account.to_owned(), amount };
        [figure(&asset, worth), figure(&equity, -worth)]
    });
    sides.collect()
}

/// The cut-over date, or the first open day where the mapping moves what belongs into a closed period; else it is held.
fn day(needs: &mut Needs<'_>, date: Date) -> Date {
    let Some(closing) = needs.context.company.closing_date.filter(|closing| date <= *closing) else { return date };
    if needs.context.mapping.documents.closed_period == ClosedPeriod::FirstOpenDay
        && let Ok(open) = closing.tomorrow()
    {
        return open;
    }
    needs.hold(HeldReason::ClosedPeriod { date, closed_until: closing });
    date
}

fn event(line: &OpeningLine) -> Event {
    Event::of(&line.variant, "opening")
}

fn worth(line: &OpeningLine) -> Money {
    line.unit_cost.map_or(Money::ZERO, |cost| (cost * Decimal::from(line.quantity)).rounded())
}

/// What goes onto one form.
struct Part<'p> {
    id: &'p DocumentId,
    key: EntryKey,
    number: String,
    date: Date,
    asset: &'p str,
    equity: &'p str,
    /// Each with the name of its item.
    lines: &'p [(String, &'p OpeningLine)],
}

impl Part<'_> {
    fn worth(&self) -> Money {
        self.lines.iter().map(|(_, line)| worth(line)).sum()
    }

    fn memo(&self) -> String {
        format!("Opening stock {}", self.key.tag())
    }

    /// Quantities of items, with what they are worth.
    fn adjustment(&self, needs: &mut Needs<'_>) -> Option<(EntryKind, Body)> {
        let mut lines = Vec::new();
        for (item, line) in self.lines {
            let quantity_difference = Quantity::new(Decimal::from(line.quantity)).ok();
            let change = match Amount::new(worth(line).value()) {
                Ok(value) if line.unit_cost.is_some() => StockChange::Value(ValueAdjustment {
                    quantity_difference,
                    value_difference: Some(value),
                    ..ValueAdjustment::default()
                }),
                Ok(_) => {
                    StockChange::Quantity(QuantityAdjustment { quantity_difference, ..QuantityAdjustment::default() })
                }
                Err(_) => {
                    needs.hold(HeldReason::DoesNotFit { field: "ValueDifference".to_owned() });
                    return None;
                }
            };
            lines.push(InventoryAdjustmentLineAdd { item_ref: Ref::name(item), change });
        }
        let form = InventoryAdjustmentAdd {
            account_ref: Ref::name(self.equity),
            txn_date: Some(self.date),
            ref_number: Some(self.number.clone()),
            memo: Some(self.memo()),
            inventory_adjustment_line_add: lines,
            ..InventoryAdjustmentAdd::default()
        };
        Some((EntryKind::InventoryAdjustment, Body::InventoryAdjustment(Box::new(form))))
    }

    /// The value alone; none where nothing is worth anything.
    fn value(&self) -> Option<(EntryKind, Body)> {
        let worth = self.worth();
        let amount = Amount::new(worth.abs().value()).ok().filter(|_| !worth.is_zero());
        let line = |account: &str| JournalLine {
            account_ref: Some(Ref::name(account)),
            amount,
            memo: Some(self.memo()),
            ..JournalLine::default()
        };
        amount?;
        let (debit, credit) = if worth.is_negative() { (self.equity, self.asset) } else { (self.asset, self.equity) };
        let form = JournalEntryAdd {
            txn_date: Some(self.date),
            ref_number: Some(self.number.clone()),
            journal_line_add: vec![JournalLineAdd::Debit(line(debit)), JournalLineAdd::Credit(line(credit))],
            ..JournalEntryAdd::default()
        };
        Some((EntryKind::JournalEntry, Body::JournalEntry(Box::new(form))))
    }

    fn entry(&self, needs: &Needs<'_>, kind: EntryKind, body: Body) -> Entry {
        let worth = self.worth();
        let posting = |account: &str, amount| Posting { account: account.to_owned(), class: None, amount };
        let unknown = self.lines.iter().filter(|(_, line)| line.unit_cost.is_none()).count();
        let mut why = vec![Why::OpeningStock { date: self.date }];
        if unknown > 0 {
            why.push(Why::UnitCostsUnknown { count: unknown });
        }
        let made = needs.keys();
        let keys = self.lines.iter().map(|(_, line)| items::key_of(&line.variant));
        Entry {
            key: self.key.clone(),
            document: self.id.clone(),
            kind,
            date: Some(self.date),
            number: self.number.clone(),
            title: self.date.to_string(),
            total: worth,
            postings: Postings::new(vec![posting(self.asset, worth), posting(self.equity, -worth)]).unwrap_or_default(),
            why,
            needs: keys.filter(|key| made.contains(key)).collect(),
            carries: self.lines.iter().map(|(_, line)| event(line)).collect(),
            undoes: Vec::new(),
            part_of: None,
            body,
        }
    }
}
