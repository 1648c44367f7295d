//! From a document to the entries it should be.

use jiff::civil::Date;

use crate::{
    choice, day,
    document::{Document, DocumentId, Fact, Order, Shop},
    entry::{EntryKey, EntryKind, Held, Mapped, Past},
    forms::Head,
    items,
    ledger::Ledger,
    life::Life,
    lists::{CompanyFile, Facts, Lists, NameSpace},
    mapping::{Form, Mapping, Mode, Modes},
    needs::Needs,
    opening, parties,
    plan::{Plan, came_to_nothing, obstacles, sale_key},
    purchases,
    reasons::HeldReason,
    sums,
};

/// What a document is mapped by.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The merchant's choices.
    pub mapping: &'a Mapping,
    /// The shop.
    pub shop: &'a Shop,
    /// What the company file has.
    pub lists: &'a dyn Lists,
    /// What else the shop has told.
    pub facts: &'a dyn Facts,
    /// What the company file is like.
    pub company: &'a CompanyFile,
}

/// What a document comes to in QuickBooks, beyond what it has become there already: `past` are its own transactions that
/// are posted or undone, in the order of posting. The same document, past, mapping and surroundings always give the same
/// result.
///
/// Orders, days of summarised sales, purchase orders, stock adjustments and transfers become entries, and so does the
/// opening stock; customers, variants and the rest inform, and their list entries are made when one of those needs them.
/// What can't be mapped is held with every reason there is, never guessed; what does not depend on it goes all the
/// same.
#[must_use]
pub fn map(document: &Document, past: &[Past], context: &Context<'_>) -> Mapped {
    match &document.fact {
        Fact::Order(order) => map_order(&document.id, order, past, context),
        Fact::PurchaseOrder(order) => {
            purchases::purchase_order((&document.id, document.updated_at), order, past, context)
        }
        Fact::StockAdjustment(adjustment) => {
            purchases::adjustment((&document.id, document.updated_at), adjustment, past, context)
        }
        Fact::StockTransfer(transfer) => purchases::transfer(&document.id, transfer, past, context),
        Fact::OpeningStock(stock) => opening::map(&document.id, stock, past, context),
        Fact::Day(day) => day::map_day(&document.id, day, past, context),
        Fact::Shop(_)
        | Fact::Location(_)
        | Fact::Customer(_)
        | Fact::Variant(_)
        | Fact::Supplier(_)
        | Fact::StockItem(_) => Mapped::default(),
    }
}

/// The sales-tax item of 0 % for the footer of every form, where the company file lacks it: for a merchant who wants it
/// before the first sale needs it (BRIEF.md B10). It has the identity that a sale gives it, so that there is one only.
/// Nothing where something stands in its way.
#[must_use]
pub fn footer_item(document: &Document, context: &Context<'_>) -> Mapped {
    let mut needs = Needs::new(context, &document.id, Modes::default(), &context.shop.name);
    items::footer(&mut needs);
    Mapped { entries: needs.take_all_made(), ..Mapped::default() }
}

/// The identity of the footer's sales-tax item.
#[must_use]
pub fn footer_key() -> EntryKey {
    EntryKey::new("item", items::FOOTER)
}

fn map_order(id: &DocumentId, order: &Order, past: &[Past], context: &Context<'_>) -> Mapped {
    if order.test || is_empty(order) {
        return Mapped::default();
    }
    let mut needs = Needs::new(context, id, modes(order, context), &order.name).at(order.location.as_ref());
    obstacles(order, &mut needs);
    if !needs.reasons().is_empty() {
        return held(id, order, past, needs.reasons().to_vec());
    }
    let life = match Life::of(order, context.mapping) {
        Ok(life) => life,
        Err(reasons) => return held(id, order, past, reasons),
    };
    let ledger = Ledger::of(past);
    if !past.is_empty() && !Plan::is_behind(&life, &ledger) && ledger.undone {
        return Mapped::default();
    }
    if ledger.undone {
        return held(id, order, past, vec![HeldReason::Undone]);
    }
    let summarised = is_summarised(order, &life, past, &needs);
    if summarised {
        needs.modes = Modes { customers: Mode::Summary, inventory: Mode::Summary, ..needs.modes };
    }
    let class = needs.class(order.location.as_ref());
    // A payment must be of the customer of its invoice, whoever the shop says that the buyer is by now.
    let booked_on = ledger.customer().and_then(|name| context.lists.named(NameSpace::Name, name));
    let customer = match booked_on {
        Some(customer) => Some(customer.full_name),
        None => parties::customer(&mut needs, order),
    };
    let footer = items::footer(&mut needs);
    let terms = needs.terms(order);
    let head =
        Head { order, id, customer: customer.unwrap_or_default(), class, footer: footer.unwrap_or_default(), terms };
    Plan::new(needs, (order, id), &life, ledger, head, summarised).carry_out()
}

/// How much QuickBooks is told of the order: as it was on the day on which it was placed.
pub(crate) fn modes(order: &Order, context: &Context<'_>) -> Modes {
    let placed = order.placed_at.in_tz(&context.shop.time_zone);
    context.mapping.modes_on(placed.map_or(Date::MAX, |placed| placed.date()))
}

/// Whether the order's entries are parts of their days' entries: its sale is paid in full. What is on account, or was posted
/// on its own before, stays so (PRODUCT.md 5.3).
fn is_summarised(order: &Order, life: &Life<'_>, past: &[Past], needs: &Needs<'_>) -> bool {
    if let Some(first) = past.iter().find(|past| past.entry.kind != EntryKind::Cost) {
        return first.entry.part_of.is_some();
    }
    needs.modes.inventory == Mode::Summary
        && choice::choose(order, life, false, needs.context).form == Form::SalesReceipt
        && !came_to_nothing(order, life)
}

fn held(id: &DocumentId, order: &Order, past: &[Past], reasons: Vec<HeldReason>) -> Mapped {
    let held = Held {
        key: sale_key(id).unless(|key| past.iter().any(|past| past.entry.key == *key)),
        document: id.clone(),
        kind: EntryKind::SalesReceipt,
        date: None,
        title: order.name.clone(),
        total: order.totals.total,
        reasons,
    };
    Mapped { held: Some(Box::new(held)), ..Mapped::default() }
}

/// An order in which nothing was sold and nothing paid.
fn is_empty(order: &Order) -> bool {
    order.lines.iter().all(|line| line.quantity == 0)
        && order.shipping.is_empty()
        && order.fees.is_empty()
        && order.refunds.is_empty()
        && order.agreements.is_empty()
        && order.totals.total.is_zero()
        && order.totals.tips.is_zero()
        && order.payments.iter().all(|payment| sums::received(payment).is_none())
}
