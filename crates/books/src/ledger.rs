//! What of one order stands in QuickBooks, and what of it is open: read from the entries that put it there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use qbxml::Ref;
use rust_decimal::Decimal;

use crate::{
    body::{Applied, Body, Moved},
    document::DocumentId,
    entry::{Entry, EntryKey, Event, Past, Posting},
    money::Money,
    reasons::Why,
};

/// A form that stands in QuickBooks, as it was last changed.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub body: Body,
    pub date: Option<Date>,
    pub total: Money,
    /// All of its postings, changes included.
    pub postings: Vec<Posting>,
    pub void: bool,
}

/// An invoice or a credit memo, and what of it is not settled.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub key: EntryKey,
    pub amount: Money,
}

/// What stands in QuickBooks of one order, with what the plan is about to add.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// The form that carries each event.
    carried: BTreeMap<Event, EntryKey>,
    keys: BTreeSet<EntryKey>,
    days: BTreeMap<EntryKey, Date>,
    forms: BTreeMap<EntryKey, Standing>,
    /// Oldest first.
    pub invoices: Vec<Open>,
    /// Oldest first.
    pub credits: Vec<Open>,
    /// Paid on sales orders and not used or given back.
    pub deposits: Money,
    deposit_account: Option<String>,
    /// What one of the goods cost when they were sold, by the line of the order.
    costs: BTreeMap<DocumentId, Option<Money>>,
    /// Forms that QuickBooks does not let be changed.
    fixed: BTreeSet<EntryKey>,
    /// At what rate the first of it was converted.
    pub rate: Option<Decimal>,
    /// Something of it was undone.
    pub undone: bool,
}

/// Role of the keys of deposits.
pub(crate) const DEPOSIT: &str = "deposit";

impl Ledger {
    pub fn of(past: &[Past]) -> Self {
        let mut ledger = Self::default();
        for Past { entry, undone, refused } in past {
            if *refused {
                ledger.fixed.extend(entry.target().cloned());
            } else if *undone || !entry.undoes.is_empty() {
                ledger.undone |= *undone;
                ledger.keys.insert(entry.key.clone());
                ledger.carry(entry);
            } else {
                ledger.post(entry);
            }
        }
        ledger
    }

    /// Whether the event is in the books already.
    pub fn carries(&self, event: &Event) -> bool {
        self.carried.contains_key(event)
    }

    /// Every event that is in the books, with the form by which it is.
    pub fn events(&self) -> impl Iterator<Item = (&Event, &EntryKey)> {
        self.carried.iter()
    }

    /// The forms that stand, by the entry that made each.
    pub fn forms(&self) -> impl Iterator<Item = (&EntryKey, &Standing)> {
        self.forms.iter()
    }

    /// The form by which the event is in the books.
    pub fn form_of(&self, event: &Event) -> Option<&EntryKey> {
        self.carried.get(event)
    }

    /// Whether the event is in the books by this form.
    pub fn carries_by(&self, event: &Event, form: &EntryKey) -> bool {
        self.form_of(event) == Some(form)
    }

    /// The day of the form that carries the event.
    pub fn date_of(&self, event: &Event) -> Option<Date> {
        self.day(self.carried.get(event)?)
    }

    /// The day of a form.
    pub fn day(&self, key: &EntryKey) -> Option<Date> {
        self.days.get(key).copied()
    }

    /// Whether the event is in the books as a deposit.
    pub fn is_deposit(&self, event: &Event) -> bool {
        self.carried.get(event).is_some_and(is_deposit)
    }

    /// What one of the goods on a line of the order cost when they were sold, as far as that is known; `otherwise` where the
    /// books do not have it.
    pub fn unit_cost(&self, line: &DocumentId, otherwise: impl FnOnce() -> Option<Money>) -> Option<Money> {
        self.costs.get(line).map_or_else(otherwise, |cost| *cost)
    }

    /// The forms that stand, in the order of their keys, and whether QuickBooks lets each be changed.
    pub fn standing(&self) -> impl Iterator<Item = (&EntryKey, &Standing, bool)> {
        self.forms.iter().map(|(key, form)| (key, form, !self.fixed.contains(key)))
    }

    pub fn form(&self, key: &EntryKey) -> Option<&Standing> {
        self.forms.get(key)
    }

    /// The customer, by full name, on whom what stands of it was booked.
    pub fn customer(&self) -> Option<&str> {
        let customer = self.forms.values().find_map(|form| match &form.body {
            Body::Invoice(form) => Some(&form.customer_ref),
            Body::CreditMemo(form) => Some(&form.customer_ref),
            Body::SalesOrder(form) => Some(&form.customer_ref),
            Body::SalesReceipt(form) => form.customer_ref.as_ref(),
            _ => None,
        })?;
        if let Ref::Name(name) = customer { Some(name) } else { None }
    }

    /// The key, or the next of its kind when it is used already.
    pub fn fresh(&self, key: EntryKey) -> EntryKey {
        key.unless(|key| self.keys.contains(key))
    }

    /// How many keys of these roles there are.
    pub fn count(&self, roles: &[&str]) -> usize {
        self.keys.iter().filter(|key| roles.contains(&key.role())).count()
    }

    /// Whether nothing was settled of the form, and QuickBooks lets it be changed.
    pub fn is_unlinked(&self, key: &EntryKey) -> bool {
        let Some(form) = self.forms.get(key).filter(|_| !self.fixed.contains(key)) else { return false };
        self.invoices
            .iter()
            .chain(&self.credits)
            .find(|open| open.key == *key)
            .is_none_or(|open| open.amount == form.total)
    }

    fn carry(&mut self, entry: &Entry) {
        let form = entry.target().unwrap_or(&entry.key);
        self.carried.extend(entry.carries.iter().map(|event| (event.clone(), form.clone())));
    }

    pub fn post(&mut self, entry: &Entry) {
        self.keys.insert(entry.key.clone());
        self.days.extend(entry.date.map(|day| (entry.key.clone(), day)));
        self.carry(entry);
        self.rate = self.rate.or_else(|| entry.why.iter().find_map(Why::rate));
        self.deposit(entry);
        match &entry.body {
            Body::ReceivePayment { invoices, .. } => {
                for applied in invoices {
                    settle(&mut self.invoices, applied);
                }
            }
            Body::ARRefundCreditCard { credits, .. } | Body::Check { credits, .. } => {
                for applied in credits {
                    settle(&mut self.credits, applied);
                }
            }
            Body::Application { invoice, credit, amount } => {
                settle(&mut self.invoices, &Applied { to: invoice.clone(), amount: *amount });
                settle(&mut self.credits, &Applied { to: credit.clone(), amount: *amount });
            }
            Body::Change { target, after, .. } => self.change(target, entry, Some(after)),
            Body::Void { target, .. } => self.change(target, entry, None),
            Body::Deletion { target, .. } => {
                self.forms.remove(target);
            }
            Body::Cost { lines } => {
                let sold = lines.iter().filter(|line| line.moved == Moved::Sold);
                self.costs.extend(sold.map(|line| (line.line.clone(), line.unit_cost)));
            }
            body => {
                let open = || Open { key: entry.key.clone(), amount: entry.total };
                match body {
                    Body::Invoice(_) => self.invoices.push(open()),
                    Body::CreditMemo(_) => self.credits.push(open()),
                    _ => {}
                }
                let standing = Standing {
                    body: body.clone(),
                    date: entry.date,
                    total: entry.total,
                    postings: entry.postings.iter().cloned().collect(),
                    void: false,
                };
                self.forms.insert(entry.key.clone(), standing);
            }
        }
    }

    fn change(&mut self, target: &EntryKey, entry: &Entry, after: Option<&Body>) {
        let Some(form) = self.forms.get_mut(target) else { return };
        let more = entry.total - form.total;
        form.total = entry.total;
        form.postings.extend(entry.postings.iter().cloned());
        form.void = after.is_none();
        if let Some(after) = after {
            form.body = after.clone();
        }
        if let Some(open) = self.invoices.iter_mut().chain(&mut self.credits).find(|open| open.key == *target) {
            open.amount += more;
        }
    }

    /// Deposits are what deposit entries credit, less what all others debit of that account.
    fn deposit(&mut self, entry: &Entry) {
        if is_deposit(&entry.key) {
            for posting in entry.postings.iter().filter(|posting| posting.amount.is_negative()) {
                self.deposit_account = Some(posting.account.clone());
                self.deposits -= posting.amount;
            }
        } else if let Some(account) = &self.deposit_account {
            self.deposits -=
                entry.postings.iter().filter(|posting| posting.account == *account).map(|posting| posting.amount).sum();
        }
    }
}

fn is_deposit(key: &EntryKey) -> bool {
    key.role() == DEPOSIT
}

fn settle(open: &mut [Open], applied: &Applied) {
    if let Some(open) = open.iter_mut().find(|open| open.key == applied.to) {
        open.amount -= Money::new(applied.amount.value());
    }
}

/// Parts of `amount` to set against what is open, oldest first; what is left over remains.
pub(crate) fn allocate<'a>(open: impl IntoIterator<Item = &'a Open>, amount: Money) -> (Vec<(EntryKey, Money)>, Money) {
    let mut left = amount;
    let mut parts = Vec::new();
    for open in open {
        let part = left.min(open.amount);
        if part.is_positive() {
            parts.push((open.key.clone(), part));
            left -= part;
        }
    }
    (parts, left)
}
