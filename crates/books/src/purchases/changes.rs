//! What is different since it was carried into the books: prices, quantities and charges.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    DIFFERENCE, Plan, RECEIPT, RETURNED, Stop, charge_purpose,
    facts::{self, Charged, Goods, Worth},
    forms::{Kind, Line, Sheet, sum},
    into_cost, receipt_kind,
};
use crate::{
    body::Body,
    document::{DocumentId, PurchaseChargeKind, PurchaseOrder},
    entry::{EntryKey, EntryKind, Event, Posting},
    ledger::Ledger,
    mapping::{Edits, Purpose},
    money::Money,
    plan::net,
    reasons::Why,
};

/// Whether goods or charges are worth something else than what was carried into the books.
pub(super) fn is_behind(order: &PurchaseOrder, goods: &[Goods], rate: Decimal, ledger: &Ledger) -> bool {
    let last = |subject: &str| facts::goods_history(ledger, subject).last().map(|carried| carried.value);
    let now = |subject: &str| goods.iter().find(|goods| goods.subject == subject).map(|goods| goods.now);
    let known = facts::subjects(ledger);
    goods.iter().any(|goods| last(&goods.subject) != Some(goods.now))
        || known
            .iter()
            .filter(|subject| facts::is_goods(subject) && now(subject).is_none())
            .any(|subject| last(subject) != Some(Worth::default()))
        || charges(order, rate, ledger).iter().any(|charge| !charge.more.is_zero())
}

/// A charge that is worth something else than what was carried.
pub(super) struct ChargeMore {
    pub id: DocumentId,
    pub kind: PurchaseChargeKind,
    pub title: String,
    pub more: Money,
    pub now: Money,
}

/// The charges, with how much more each comes to than what was carried. One that is gone comes to nothing.
pub(super) fn charges(order: &PurchaseOrder, rate: Decimal, ledger: &Ledger) -> Vec<ChargeMore> {
    let last = |subject: &str| {
        let history = facts::charge_history(ledger, subject);
        history.last().map(|carried| carried.value.amount)
    };
    let mut all: Vec<ChargeMore> = order
        .charges
        .iter()
        .map(|charge| {
            let known = last(&facts::charge_subject(charge.kind, &charge.id));
            let now = facts::charged(charge, rate);
            let (id, title) = (charge.id.clone(), charge.title.clone());
            let more = now - known.unwrap_or_default();
            ChargeMore { id, kind: charge.kind, title, more, now }
        })
        .collect();
    for subject in facts::subjects(ledger).iter().filter(|subject| facts::is_charge(subject)) {
        let Some((kind, id)) = facts::charge_of(subject) else { continue };
        if !order.charges.iter().any(|charge| charge.id == id && charge.kind == kind) {
            let more = -last(subject).unwrap_or_default();
            all.push(ChargeMore { id, kind, title: String::new(), more, now: Money::ZERO });
        }
    }
    all
}

/// What goods of one receipt are worth now, beside what was carried.
struct Different {
    subject: String,
    line: DocumentId,
    before: Worth,
    now: Worth,
    /// The form that carried them first.
    form: EntryKey,
}

/// Whether a form of what came may be changed in place.
pub(super) fn may_change(ledger: &Ledger, form: &EntryKey, plan: &crate::map::Context<'_>) -> bool {
    let Some(standing) = ledger.form(form) else { return false };
    let closing = plan.company.closing_date;
    plan.mapping.documents.edits == Edits::InPlace
        && matches!(standing.body, Body::ItemReceipt { .. } | Body::Bill { .. })
        && !standing.void
        && ledger.is_unlinked(form)
        && standing.date.is_some_and(|date| closing.is_none_or(|closing| date > closing))
}

impl Plan<'_, '_> {
    /// Carries what is different since.
    pub(super) fn follow(&mut self) -> Result<(), Stop> {
        let mut in_place: BTreeMap<EntryKey, Vec<(String, Worth)>> = BTreeMap::new();
        let (mut more, mut back) = (Vec::new(), Vec::new());
        let (mut more_carries, mut back_carries): (Vec<Event>, Vec<Event>) = (Vec::new(), Vec::new());
        for mut goods in self.different() {
            self.about =
                (EntryKey::new(DIFFERENCE, self.id.as_str()), EntryKind::Change, self.updated_at, goods.now.amount);
            if goods.now.quantity < goods.before.quantity {
                let quantity = goods.before.quantity - goods.now.quantity;
                let amount = goods.before.share(quantity);
                back.push(self.goods_line(&goods.line, quantity, amount)?);
                goods.before = Worth { quantity: goods.now.quantity, amount: goods.before.amount - amount };
                back_carries.push(facts::next(&self.ledger, &goods.subject, &goods.before.text()));
            }
            if goods.now == goods.before {
                continue;
            }
            let number = usize::from(back_carries.iter().any(|event| event.subject() == Some(&goods.subject)));
            if may_change(&self.ledger, &goods.form, self.needs.context) {
                in_place.entry(goods.form).or_default().push((goods.subject, goods.now));
                continue;
            }
            let quantity = goods.now.quantity - goods.before.quantity;
            let amount = goods.now.amount - goods.before.amount;
            let line = if quantity > 0 {
                self.goods_line(&goods.line, quantity, amount)?
            } else {
                self.difference_line(&goods.line, amount)
            };
            let event = facts::after_next(&self.ledger, &goods.subject, &goods.now.text(), number);
            if line.amount.is_negative() {
                back.push(Line { amount: -line.amount, ..line });
                back_carries.push(event);
            } else {
                more.push(line);
                more_carries.push(event);
            }
        }
        if self.ledger.count(&[RECEIPT]) > 0 {
            for charge in
                charges(self.order, self.rate, &self.ledger).into_iter().filter(|charge| !charge.more.is_zero())
            {
                let account = self.needs.account(charge_purpose(charge.kind));
                let line = Line { item: None, account, text: charge.title, amount: charge.more.abs(), place: None };
                let value = Charged { amount: charge.now, in_cost: false }.text();
                let event = facts::next(&self.ledger, &facts::charge_subject(charge.kind, &charge.id), &value);
                let (lines, carries) = if charge.more.is_negative() {
                    (&mut back, &mut back_carries)
                } else {
                    (&mut more, &mut more_carries)
                };
                lines.push(line);
                carries.push(event);
            }
        }
        // What went back is told before what the rest of it is worth.
        if !back.is_empty() {
            self.needs.because(if back.iter().any(|line| line.item.is_some()) {
                Why::GoodsReturned
            } else {
                Why::ReceiptDiffers
            });
            let key = EntryKey::new(RETURNED, self.id.as_str());
            self.about = (key.clone(), EntryKind::VendorCredit, self.updated_at, sum(&back));
            self.enter(Kind::Credit, key, self.updated_at, back_carries, &back)?;
        }
        for (form, changed) in in_place {
            self.change_in_place(&form, &changed)?;
        }
        if !more.is_empty() {
            self.needs.because(Why::ReceiptDiffers);
            let goods_came = more.iter().any(|line| line.item.is_some());
            let kind = if goods_came { receipt_kind(self.needs.context).0 } else { Kind::Bill };
            let key = EntryKey::new(DIFFERENCE, self.id.as_str());
            self.about = (key.clone(), EntryKind::Bill, self.updated_at, sum(&more));
            self.enter(kind, key, self.updated_at, more_carries, &more)?;
        }
        Ok(())
    }

    /// Goods that were carried into the books and are worth something else now.
    fn different(&self) -> Vec<Different> {
        let mut different = Vec::new();
        for subject in facts::subjects(&self.ledger).into_iter().filter(|subject| facts::is_goods(subject)) {
            let history = facts::goods_history(&self.ledger, &subject);
            let (Some(first), Some(last), Some(line)) = (history.first(), history.last(), facts::line_of(&subject))
            else {
                continue;
            };
            let told = self.goods.iter().find(|goods| goods.subject == subject);
            let (before, now) = (last.value, told.map(|goods| goods.now).unwrap_or_default());
            if before != now {
                different.push(Different { line, before, now, form: first.form.clone(), subject });
            }
        }
        different
    }

    /// A difference in price.
    fn difference_line(&mut self, line: &DocumentId, amount: Money) -> Line {
        let account = self.needs.account(Purpose::PurchaseDiscounts);
        let title = self.order.lines.iter().find(|own| own.id == *line).map(|line| line.title.clone());
        Line { item: None, account, text: title.unwrap_or_default(), amount, place: None }
    }

    /// Changes a form of what came so that these goods are worth this.
    fn change_in_place(&mut self, form: &EntryKey, changed: &[(String, Worth)]) -> Result<(), Stop> {
        let Some(standing) = self.ledger.form(form).cloned() else { return Ok(()) };
        let Some(date) = standing.date else { return Ok(()) };
        let key = EntryKey::new("change", form.as_str());
        self.about = (key.clone(), EntryKind::Change, self.updated_at, standing.total);
        let mut lines = Vec::new();
        for (subject, line, mut own) in carried_by(&self.ledger, &self.goods, form) {
            if let Some((_, now)) = changed.iter().find(|(changed, _)| *changed == subject) {
                let history = facts::goods_history(&self.ledger, &subject);
                let last = history.last().map(|carried| carried.value).unwrap_or_default();
                own.quantity += now.quantity - last.quantity;
                own.amount += now.amount - last.amount;
            }
            lines.push(self.goods_line(&line, own.quantity, own.amount)?);
        }
        for (kind, id, charged) in charges_of(&self.ledger, form) {
            if charged.in_cost {
                into_cost(charged.amount, &mut lines);
            } else {
                let told = self.order.charges.iter().find(|charge| charge.id == id);
                let title = told.map(|charge| charge.title.clone()).unwrap_or_default();
                lines.push(self.charge_line(kind, &title, charged.amount));
            }
        }
        let payable = self.needs.account(Purpose::AccountsPayable);
        let Some((kind, after)) = self.head.with_lines(&mut self.needs, &standing.body, &lines) else { return Ok(()) };
        let before = standing.postings.iter().map(|posting| Posting { amount: -posting.amount, ..posting.clone() });
        let postings = self.head.postings(kind, &lines, &payable).into_iter().chain(before).collect();
        self.needs.because(Why::ReceiptChanged);
        let carries = changed.iter().map(|(subject, now)| facts::next(&self.ledger, subject, &now.text())).collect();
        let number = match &standing.body {
            Body::ItemReceipt { form, .. } => form.ref_number.clone(),
            Body::Bill { form, .. } => form.ref_number.clone(),
            _ => None,
        }
        .unwrap_or_default();
        let sheet =
            Sheet { key: self.ledger.fresh(key), date, number, carries, after: vec![form.clone()], order: None };
        let before = Some(Box::new(standing.body.clone()));
        let body = Body::Change { target: form.clone(), before, after: Box::new(after) };
        let postings = net(postings).iter().cloned().collect();
        let entry = self.head.entry(&mut self.needs, sheet, EntryKind::Change, sum(&lines), postings, body);
        self.add(entry)
    }
}

/// What goods are worth on one form: everything that it carried of them, in the order of the receipts.
pub(super) fn carried_by(ledger: &Ledger, goods: &[Goods], form: &EntryKey) -> Vec<(String, DocumentId, Worth)> {
    let mut all = Vec::new();
    for subject in facts::subjects(ledger).into_iter().filter(|subject| facts::is_goods(subject)) {
        let Some(line) = facts::line_of(&subject) else { continue };
        let (mut before, mut own, mut any) = (Worth::default(), Worth::default(), false);
        for carried in facts::goods_history(ledger, &subject) {
            if carried.form == *form {
                any = true;
                own.quantity += carried.value.quantity.saturating_sub(before.quantity);
                own.amount += carried.value.amount - before.amount;
            }
            before = carried.value;
        }
        if any {
            all.push((subject, line, own));
        }
    }
    all.sort_by_key(|(subject, ..)| goods.iter().position(|goods| goods.subject == *subject).unwrap_or(usize::MAX));
    all
}

/// The charges that a form carried.
pub(super) fn charges_of(ledger: &Ledger, form: &EntryKey) -> Vec<(PurchaseChargeKind, DocumentId, Charged)> {
    let subjects = facts::subjects(ledger).into_iter().filter(|subject| facts::is_charge(subject));
    subjects
        .filter_map(|subject| {
            let history = facts::charge_history(ledger, &subject);
            let own = history.first().filter(|carried| carried.form == *form)?;
            let (kind, id) = facts::charge_of(&subject)?;
            Some((kind, id, own.value))
        })
        .collect()
}
