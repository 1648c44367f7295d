//! How the books begin: the shop's lists carried over as a whole, and the stock that was there at the cut-over date.
//!
//! Customers and items are otherwise made when a sale needs them. The initial integration introduces all of them, under
//! the very identities that sales will ask for, so that it makes no difference for what comes later.

use std::collections::BTreeMap;

use jiff::civil::Date;
use qbxml::{
    Amount, InventoryAdjustmentAdd, InventoryAdjustmentLineAdd, Quantity, QuantityAdjustment, Ref, StockChange,
    ValueAdjustment,
};
use rust_decimal::Decimal;

use crate::{
    body::Body,
    choice,
    document::{Document, DocumentId, Fact, Fate, OpeningLine, OpeningStock, Order, StockItem},
    entry::{Entry, EntryKey, EntryKind, Event, Held, Mapped, Past, Posting, Postings},
    items,
    ledger::Ledger,
    life::{Life, What},
    map::Context,
    mapping::{ClosedPeriod, Form, Mode, Purpose},
    money::Money,
    names,
    needs::Needs,
    parties, plan,
    reasons::{HeldReason, Why},
    sums,
};

/// Lines of one adjustment at most, so that no form is longer than a person can read.
const LINES_OF_A_FORM: usize = 100;

/// What the initial integration makes of a customer or a variant that no sale has asked for yet: the list entry that a
/// sale would need. What is in the company file already is matched and belongs to it from then on. Nothing in summary
/// mode, and nothing of documents of other kinds.
#[must_use]
pub fn introduce(document: &Document, context: &Context<'_>) -> Mapped {
    let mapping = context.mapping;
    let (title, kind) = match &document.fact {
        Fact::Customer(buyer) if mapping.customers.mode == Mode::Detailed => {
            (names::of_customer(buyer), EntryKind::Customer)
        }
        Fact::Variant(variant) if mapping.inventory.mode == Mode::Detailed && !variant.gift_card => {
            (names::of_variant(variant), EntryKind::Item)
        }
        _ => return Mapped::default(),
    };
    if title.is_empty() {
        return Mapped::default();
    }
    let mut needs = Needs::new(context, &document.id, &title);
    let key = match &document.fact {
        Fact::Customer(buyer) => {
            let _ = parties::named(&mut needs, &document.id, buyer);
            EntryKey::new("customer", document.id.as_str())
        }
        Fact::Variant(variant) => {
            let _ = items::of_variant(&mut needs, &document.id, variant);
            items::key_of(&document.id)
        }
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

/// By how much the stock of each variant fell by what of the order is a sale in the books: what was sold, less what went
/// back into stock. Nothing for orders that are no sale yet.
#[must_use]
pub fn stock_sold(order: &Order, context: &Context<'_>) -> BTreeMap<DocumentId, i64> {
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

/// The opening stock as inventory adjustments, with what each item is worth at the shop's unit cost. Items that were in the
/// company file before us are left as they are: QuickBooks keeps their stock already.
pub(crate) fn map(id: &DocumentId, stock: &OpeningStock, past: &[Past], context: &Context<'_>) -> Mapped {
    if context.mapping.inventory.mode == Mode::Summary {
        return Mapped::default();
    }
    let ledger = Ledger::of(past);
    let title = stock.date.to_string();
    let mut needs = Needs::new(context, id, &title);
    let asset = needs.account(Purpose::InventoryAsset);
    let equity = needs.account(Purpose::OpeningStock);
    let date = day(&mut needs, stock.date);
    let mut lines: Vec<(String, &OpeningLine)> = Vec::new();
    for line in stock.lines.iter().filter(|line| !ledger.carries(&event(line))) {
        let Some(Fact::Variant(variant)) = context.facts.document(&line.variant).map(|document| document.fact) else {
            continue;
        };
        let key = items::key_of(&line.variant);
        let ours_or_new = context.lists.is_made(&key) || context.lists.linked(&key).is_none();
        let Some(sold) = items::of_variant(&mut needs, &line.variant, &variant) else { continue };
        if sold.stocked && ours_or_new && !sold.adopted {
            lines.push((sold.item, line));
        }
    }
    let count = ledger.count(&["opening"]);
    let mut entries = Vec::new();
    for (place, part) in lines.chunks(LINES_OF_A_FORM).enumerate() {
        let number = count + place + 1;
        let key = EntryKey::new("opening", &format!("{}/{number}", id.short()));
        if let Some(entry) = adjustment(&mut needs, (id, key, number), date, (&asset, &equity), part) {
            entries.push(entry);
        }
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

fn adjustment(
    needs: &mut Needs<'_>,
    (id, key, number): (&DocumentId, EntryKey, usize),
    date: Date,
    (asset, equity): (&str, &str),
    lines: &[(String, &OpeningLine)],
) -> Option<Entry> {
    let total: Money = lines.iter().map(|(_, line)| worth(line)).sum();
    let number = format!("OPENING-{number}");
    let mut form_lines = Vec::new();
    for (item, line) in lines {
        let quantity_difference = Quantity::new(Decimal::from(line.quantity)).ok();
        let change = match Amount::new(worth(line).value()) {
            Ok(value) if line.unit_cost.is_some() => StockChange::Value(ValueAdjustment {
                quantity_difference,
                value_difference: Some(value),
                ..ValueAdjustment::default()
            }),
            Ok(_) => StockChange::Quantity(QuantityAdjustment { quantity_difference, ..QuantityAdjustment::default() }),
            Err(_) => {
                needs.hold(HeldReason::DoesNotFit { field: "ValueDifference".to_owned() });
                return None;
            }
        };
        form_lines.push(InventoryAdjustmentLineAdd { item_ref: Ref::name(item), change });
    }
    let form = InventoryAdjustmentAdd {
        account_ref: Ref::name(equity),
        txn_date: Some(date),
        ref_number: Some(number.clone()),
        memo: Some(format!("Opening stock {}", key.tag())),
        inventory_adjustment_line_add: form_lines,
        ..InventoryAdjustmentAdd::default()
    };
    let posting = |account: &str, amount| Posting { account: account.to_owned(), class: None, amount };
    let postings = Postings::new(vec![posting(asset, total), posting(equity, -total)]).unwrap_or_default();
    let unknown = lines.iter().filter(|(_, line)| line.unit_cost.is_none()).count();
    let mut why = vec![Why::OpeningStock { date }];
    if let Ok(lines) = u32::try_from(unknown)
        && lines > 0
    {
        why.push(Why::CostUnknown { lines });
    }
    let keys = lines.iter().map(|(_, line)| items::key_of(&line.variant));
    let made = needs.keys();
    Some(Entry {
        key,
        document: id.clone(),
        kind: EntryKind::InventoryAdjustment,
        date: Some(date),
        number,
        title: date.to_string(),
        total,
        postings,
        why,
        needs: keys.filter(|key| made.contains(key)).collect(),
        carries: lines.iter().map(|(_, line)| event(line)).collect(),
        undoes: Vec::new(),
        body: Body::InventoryAdjustment(Box::new(form)),
    })
}
