//! Edits of a sale that is in the books: changed in place, or voided.

use jiff::civil::Date;

use super::{Plan, Stop, sale_key};
use crate::{
    body::Body,
    document::{DocumentId, Refund},
    entry::{Entry, EntryKey, EntryKind, Event, Posting},
    forms::Sheet,
    ledger::Standing,
    life::{Leg, LegKind, Life, Movement, Row, What, total},
    mapping::Edits,
    money::Money,
    names,
    reasons::Why,
    sums::Source,
};

impl<'o> Plan<'_, 'o> {
    /// Whether every edit is to have an entry of its own. What is part of a day has: then days that are posted change less.
    pub(super) fn adjusts(&self) -> bool {
        self.summarised || self.needs.context.mapping.documents.edits == Edits::Adjust
    }

    /// The edits that are in no entry yet and may still be folded into the sale, oldest first: those that come before
    /// anything else that happened to it.
    pub(super) fn foldable(&self) -> Vec<&'o Leg<'o>> {
        let life: &'o Life<'o> = self.life;
        let nothing_given_back = |refund: &Refund| {
            !life.pending.contains(&refund.id)
                && !life.given_back.iter().any(|movement| refund.payments.contains(movement.id))
        };
        life.legs
            .iter()
            .skip(1)
            .filter(|leg| !self.ledger.carries(&leg.sale()) && !self.ledger.carries(&leg.taking_back()))
            .take_while(|leg| match leg.kind {
                LegKind::Edited => true,
                LegKind::Refunded(refund) => nothing_given_back(refund) && !leg.back.is_empty() && !leg.loses_goods(),
                LegKind::Placed | LegKind::Returned => false,
            })
            .collect()
    }

    /// Changes the sale in place where its period is open, nothing is linked to it and the form stays what it is.
    pub(super) fn edit_in_place(&mut self) -> Result<(), Stop> {
        let key = sale_key(self.id);
        let foldable = if self.adjusts() { Vec::new() } else { self.foldable() };
        let Some(standing) = self.ledger.form(&key).cloned() else { return Ok(()) };
        let closed = |date: Option<Date>| {
            let closing = self.needs.context.company.closing_date;
            date.zip(closing).is_some_and(|(date, closing)| date <= closing)
        };
        if foldable.is_empty() || standing.void || closed(standing.date) || !self.ledger.is_unlinked(&key) {
            return Ok(());
        }
        let Some(placed) = self.life.legs.first() else { return Ok(()) };
        let folded: Vec<&Leg<'o>> = self
            .life
            .legs
            .iter()
            .skip(1)
            .filter(|leg| self.ledger.carries_by(&leg.sale(), &key) || self.ledger.carries_by(&leg.taking_back(), &key))
            .collect();
        let Some(now) = fold(&placed.sold, &folded) else { return Ok(()) };
        let life: &'o Life<'o> = self.life;
        let own: Vec<Movement<'o>> = life
            .received
            .iter()
            .filter(|payment| payment.events.iter().any(|event| self.ledger.carries_by(event, &key)))
            .cloned()
            .collect();
        let unused: Money = self.unused().map(Movement::settles).sum();
        let own_settles: Money = own.iter().map(Movement::settles).sum();
        // What a payment that is not its own adds to it.
        let rounding: Money = life
            .received
            .iter()
            .filter(|payment| self.ledger.carries_by(&payment.rounded(), &key))
            .map(|payment| payment.rounding)
            .sum();
        for count in (1..=foldable.len()).rev() {
            let Some(rows) = fold(&now, &foldable[..count]) else { continue };
            let more = total(&rows) - total(&now);
            let billed = matches!(standing.body, Body::Invoice(_));
            let deposits = total(&now) + rounding - own_settles - if billed { standing.total } else { Money::ZERO };
            let (new, after) = match &standing.body {
                Body::SalesReceipt(_) if !more.is_negative() => {
                    let paid = self.paying(more);
                    let paid = paid.filter(|paid| self.has_use_for_the_rest(paid, &foldable[..count]));
                    let Some(paid) = paid else { continue };
                    let all: Vec<Movement<'o>> = own.iter().cloned().chain(paid.iter().cloned()).collect();
                    let mut gateways =
                        all.iter().filter(|payment| payment.source == Source::Gateway).map(|payment| payment.gateway);
                    let first = gateways.next();
                    if !gateways.all(|gateway| Some(gateway) == first) {
                        continue;
                    }
                    (paid, all)
                }
                Body::Invoice(_) if total(&rows) >= own_settles + deposits + unused => (Vec::new(), own.clone()),
                _ => continue,
            };
            let carries =
                legs_carried(&foldable[..count]).chain(new.iter().flat_map(|payment| payment.events.clone())).collect();
            let last = foldable[count - 1];
            self.about = (change_key(self.id, last), EntryKind::Change, last.at, total(&rows));
            let date = standing.date.unwrap_or(Date::MAX);
            let number = names::reference(self.order, self.id);
            let sheet = Sheet { key: key.clone(), date, number, carries, after: vec![key.clone()] };
            if rows.is_empty() {
                self.needs.because(if self.order.cancelled_at.is_some() {
                    Why::CancelledUnpaid
                } else {
                    Why::EditedInPlace
                });
                let entry = self.void(&key, &standing, sheet, last);
                self.add(entry);
                return Ok(());
            }
            self.needs.because(Why::EditedInPlace);
            let entry = match &standing.body {
                Body::SalesReceipt(_) => self.receipt_entry(sheet, &rows, &after, deposits)?,
                _ => self.bill(sheet, &rows, &after, deposits, rounding)?,
            };
            let entry = self.change(&key, &standing, entry, &change_key(self.id, last));
            self.add(entry);
            return Ok(());
        }
        Ok(())
    }

    /// The entry that makes `target`, which stands, be as `entry` would have made it.
    pub(super) fn change(&mut self, target: &EntryKey, standing: &Standing, entry: Entry, key: &EntryKey) -> Entry {
        let postings = entry
            .postings
            .iter()
            .cloned()
            .chain(standing.postings.iter().map(|posting| Posting { amount: -posting.amount, ..posting.clone() }))
            .collect();
        let mut after = entry.needs;
        after.push(target.clone());
        let body = Body::Change {
            target: target.clone(),
            before: (!standing.void).then(|| Box::new(standing.body.clone())),
            after: Box::new(entry.body),
        };
        let base = if key == target { EntryKey::new("change", target.as_str()) } else { key.clone() };
        Entry {
            key: self.ledger.fresh(base),
            kind: EntryKind::Change,
            postings: net(postings),
            needs: after,
            body,
            ..entry
        }
    }

    /// The entry that voids what stands.
    pub(super) fn void(&mut self, target: &EntryKey, standing: &Standing, sheet: Sheet, leg: &Leg<'_>) -> Entry {
        let postings =
            standing.postings.iter().map(|posting| Posting { amount: -posting.amount, ..posting.clone() }).collect();
        Entry {
            key: self.ledger.fresh(change_key(self.id, leg)),
            document: self.id.clone(),
            kind: EntryKind::Void,
            date: Some(sheet.date),
            number: sheet.number,
            title: self.order.name.clone(),
            total: Money::ZERO,
            postings: net(postings),
            why: self.needs.take_why(),
            needs: sheet.after,
            carries: sheet.carries,
            undoes: Vec::new(),
            part_of: None,
            body: Body::Void { target: target.clone(), before: Box::new(standing.body.clone()) },
        }
    }
}

pub(super) fn change_key(id: &DocumentId, leg: &Leg<'_>) -> EntryKey {
    EntryKey::new("sale", &format!("{id}/{}", leg.id.map_or("", DocumentId::short)))
}

pub(super) fn legs_carried<'l>(legs: &'l [&Leg<'_>]) -> impl Iterator<Item = Event> + 'l {
    legs.iter().flat_map(|leg| [leg.sale(), leg.taking_back()])
}

/// Postings by account and class; they balance because both sides they come from do.
pub(crate) fn net(postings: Vec<Posting>) -> crate::entry::Postings {
    let mut sums: std::collections::BTreeMap<(String, Option<String>), Money> = std::collections::BTreeMap::new();
    for posting in postings {
        *sums.entry((posting.account, posting.class)).or_default() += posting.amount;
    }
    let postings =
        sums.into_iter().map(|((account, class), amount)| Posting { account, class, amount }).collect::<Vec<_>>();
    crate::entry::Postings::new(postings).unwrap_or_default()
}

/// The rows with what the legs sold and took back; none where the form could not stand so: more is taken back than there
/// is.
pub(super) fn fold<'o>(rows: &[Row<'o>], legs: &[&Leg<'o>]) -> Option<Vec<Row<'o>>> {
    let mut rows: Vec<Row<'o>> = rows.to_vec();
    for leg in legs {
        for sold in &leg.sold {
            match (sold.what, rows.iter_mut().find(|row| row.what.subject() == sold.what.subject())) {
                (What::Allowance(_), Some(row)) => {
                    take(row, sold, true)?;
                }
                (What::Allowance(_) | What::Adjustment, _) => return None,
                (_, Some(row)) => give(row, sold),
                (_, None) => rows.push(sold.clone()),
            }
        }
        for back in &leg.back {
            if matches!(back.what, What::Adjustment) {
                return None;
            }
            // What comes back of delivery may not say which charge it is of.
            let same = rows.iter().position(|row| row.what.subject() == back.what.subject()).or_else(|| {
                let delivery = |row: &Row<'_>| matches!(row.what, What::Shipping(_));
                rows.iter().position(|row| delivery(back) && delivery(row) && row.earned() >= back.earned())
            });
            take(rows.get_mut(same?)?, back, false)?;
        }
    }
    rows.retain(|row| row.quantity > 0 || !row.price.is_zero() || row.is_taxed());
    rows.iter().all(|row| !row.earned().is_negative() && !row.price.is_negative()).then_some(rows)
}

pub(super) fn give<'o>(row: &mut Row<'o>, more: &Row<'o>) {
    row.quantity += more.quantity;
    row.price += more.price;
    row.discounts.extend(more.discounts.iter().copied());
    for tax in &more.taxes {
        match row.taxes.iter_mut().find(|own| own.title == tax.title && own.channel_liable == tax.channel_liable) {
            Some(own) => own.amount += tax.amount,
            None => row.taxes.push(tax.clone()),
        }
    }
}

/// Takes `less` off the row. An allowance is a discount that comes (`less` was taken back) or goes (it was sold).
pub(super) fn take<'o>(row: &mut Row<'o>, less: &Row<'o>, gone: bool) -> Option<()> {
    let sign = if gone { -rust_decimal::Decimal::ONE } else { rust_decimal::Decimal::ONE };
    if let What::Allowance(_) = less.what {
        let off = less.price * sign;
        match row.discounts.first_mut() {
            Some(discount) => discount.1 += off,
            None => row.discounts.push(("", off)),
        }
        if row.discounts.iter().any(|(_, amount)| amount.is_negative()) {
            return None;
        }
    } else {
        row.quantity = row.quantity.checked_sub(less.quantity)?;
        row.price -= less.price;
        let mut left: Money = less.discounts.iter().map(|(_, amount)| *amount).sum();
        for (_, amount) in &mut row.discounts {
            let part = left.min(*amount);
            *amount -= part;
            left -= part;
        }
        if !left.is_zero() {
            return None;
        }
    }
    for tax in &less.taxes {
        let own =
            row.taxes.iter_mut().find(|own| own.title == tax.title && own.channel_liable == tax.channel_liable)?;
        own.amount -= tax.amount * sign;
        if own.amount.is_negative() {
            return None;
        }
    }
    row.taxes.retain(|tax| !tax.amount.is_zero());
    row.discounts.retain(|(_, amount)| !amount.is_zero());
    Some(())
}
