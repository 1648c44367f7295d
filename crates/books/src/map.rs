//! From a document to the entries it should be.

use jiff::civil::Date;

use crate::{
    document::{Document, DocumentId, Fact, Order, PaymentState, Shop},
    entry::{Entry, EntryKey, EntryKind, Held, Mapped, Past},
    forms::{Head, Receipt},
    items,
    lists::{CompanyFile, Facts, Lists},
    mapping::{CLEARING_TYPES, Mapping, PaidForm, Purpose},
    needs::{Needs, clearing},
    parties,
    reasons::{HeldReason, Why},
    sale,
    sums::{self, Paid},
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

/// What a document comes to in QuickBooks. The same document, mapping and surroundings always give the same result.
///
/// Only orders become entries, once they are paid in full; customers, variants and the rest inform, and their list
/// entries are made when a sale needs them. What can't be mapped is held with every reason there is, never guessed.
#[must_use]
pub fn map(document: &Document, past: &[Past], context: &Context<'_>) -> Mapped {
    let _ = past;
    match &document.fact {
        Fact::Order(order) => map_order(&document.id, order, context),
        Fact::Shop(_) | Fact::Location(_) | Fact::Customer(_) | Fact::Variant(_) => Mapped::default(),
    }
}

fn map_order(id: &DocumentId, order: &Order, context: &Context<'_>) -> Mapped {
    if order.test || is_empty(order) {
        return Mapped::default();
    }
    if waits(order) {
        return Mapped { waits: true, ..Mapped::default() };
    }
    let mut needs = Needs::new(context, id, &order.name);
    let unusable = sums::unusable(order);
    let usable = unusable.is_empty();
    for reason in not_carried_yet(order, context.shop).into_iter().chain(unusable) {
        needs.hold(reason);
    }
    let date = date(&mut needs, order.placed_at);
    let (kind, entries) = if usable { entries(&mut needs, id, order, date) } else { (EntryKind::SalesReceipt, None) };
    match entries {
        Some(entries) if needs.reasons().is_empty() => {
            let mut all = needs.into_entries();
            all.extend(entries);
            Mapped { entries: all, ..Mapped::default() }
        }
        _ => Mapped {
            held: Some(Box::new(Held {
                key: sale_key(id),
                document: id.clone(),
                kind,
                date,
                title: order.name.clone(),
                total: order.totals.total,
                reasons: needs.reasons().to_vec(),
            })),
            ..Mapped::default()
        },
    }
}

fn sale_key(id: &DocumentId) -> EntryKey {
    EntryKey::new("sale", id.as_str())
}

/// An order in which nothing was sold and nothing paid.
fn is_empty(order: &Order) -> bool {
    order.lines.iter().all(|line| line.quantity == 0)
        && order.shipping.is_empty()
        && order.fees.is_empty()
        && order.refunds.is_empty()
        && order.totals.total.is_zero()
        && order.totals.tips.is_zero()
        && order.payments.iter().all(|payment| sums::received(payment).is_none())
}

/// Not paid yet, or cancelled before anything was paid.
fn waits(order: &Order) -> bool {
    let unpaid = match order.payment_state {
        PaymentState::Authorized | PaymentState::Expired | PaymentState::Pending | PaymentState::Voided => true,
        PaymentState::PartiallyPaid
        | PaymentState::Paid
        | PaymentState::PartiallyRefunded
        | PaymentState::Refunded
        | PaymentState::Other(_) => false,
    };
    let nothing_received = order.payments.iter().all(|payment| sums::received(payment).is_none());
    unpaid || (order.cancelled_at.is_some() && nothing_received)
}

/// What about the order this version does not carry over.
fn not_carried_yet(order: &Order, shop: &Shop) -> Vec<HeldReason> {
    let mut kinds = Vec::new();
    let refunded = matches!(order.payment_state, PaymentState::PartiallyRefunded | PaymentState::Refunded);
    if refunded || !order.refunds.is_empty() {
        kinds.push("refund".to_owned());
    }
    if order.edited {
        kinds.push("edit".to_owned());
    }
    match &order.payment_state {
        PaymentState::PartiallyPaid => kinds.push("partial payment".to_owned()),
        PaymentState::Other(state) => kinds.push(format!("payment state {state}")),
        _ => {}
    }
    let mut reasons: Vec<HeldReason> = kinds.into_iter().map(|what| HeldReason::NotCarriedYet { what }).collect();
    if order.currency != shop.currency {
        reasons.push(HeldReason::ForeignCurrency { currency: order.currency.code().to_owned() });
    }
    reasons
}

/// The day in the shop's time zone; the order is held when the zone is unknown.
fn date(needs: &mut Needs<'_>, at: jiff::Timestamp) -> Option<Date> {
    let zone = &needs.context.shop.time_zone;
    let local = at.in_tz(zone).ok();
    if local.is_none() {
        needs.hold(HeldReason::NotCarriedYet { what: format!("time zone {zone}") });
    }
    local.map(|local| local.date())
}

/// The sale's entries, without the list entries it needs; none when it is held.
fn entries(
    needs: &mut Needs<'_>,
    id: &DocumentId,
    order: &Order,
    date: Option<Date>,
) -> (EntryKind, Option<Vec<Entry>>) {
    let mapping = needs.context.mapping;
    let paid = sums::paid(order, mapping);
    // An edited, refunded or partly paid order is held for that; that its sums differ follows from it.
    if needs.reasons().is_empty() {
        for reason in sums::contradictions(order).into_iter().chain(paid.contradiction(order)) {
            needs.hold(reason);
        }
    }
    let as_invoice =
        paid.gateways.len() > 1 || (paid.gateways.len() == 1 && mapping.documents.paid == PaidForm::Invoice);
    let kind = if as_invoice { EntryKind::Invoice } else { EntryKind::SalesReceipt };
    needs.because(if paid.gateways.len() > 1 {
        Why::SeveralGateways { gateways: paid.gateways.keys().cloned().collect() }
    } else {
        Why::PaidInFull
    });
    needs.because(Why::ShopDate { zone: needs.context.shop.time_zone.clone() });
    let class = needs.class(order.location.as_ref());
    let customer = parties::customer(needs, order);
    let footer = items::footer(needs);
    let lines = sale::lines(needs, order, &paid);
    let receipts = receipts(needs, order, &paid);
    let receivable = as_invoice.then(|| needs.account(Purpose::AccountsReceivable));
    let (Some(date), Some(customer), Some(footer), []) = (date, customer, footer, needs.reasons()) else {
        return (kind, None);
    };
    let head = Head { order, id, key: sale_key(id), date, customer, class, footer, lines };
    let entries = match receivable {
        Some(receivable) => head.invoice(needs, &receivable, &receipts),
        None => head.sales_receipt(needs, receipts.first()).map(|entry| vec![entry]),
    };
    (kind, entries)
}

/// What each gateway took, and where it arrives. Gateways that the mapping does not know hold the order.
fn receipts<'o>(needs: &mut Needs<'_>, order: &Order, paid: &'o Paid) -> Vec<Receipt<'o>> {
    let mut receipts = Vec::new();
    for (gateway, taken) in &paid.gateways {
        let mapping = needs.context.mapping;
        let chosen = clearing(needs.context, gateway, order.location.as_ref());
        let (Some(account), Some(settings)) = (chosen, mapping.gateways.get(gateway)) else {
            needs.hold(HeldReason::UnknownGateway { gateway: gateway.clone() });
            continue;
        };
        let clearing = needs.named_account(&format!("gateways.{gateway}"), account, CLEARING_TYPES);
        needs.because(Why::ClearingAccount { gateway: gateway.clone(), account: clearing.clone() });
        let method = needs.payment_method(&settings.payment_method);
        let date = date(needs, taken.at);
        if let (Some(method), Some(date)) = (method, date) {
            receipts.push(Receipt { gateway, clearing, method: method.name, amount: taken.amount, date });
        }
    }
    receipts
}
