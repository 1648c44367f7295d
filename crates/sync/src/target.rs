//! What an operation works upon: the form as it is known here, beside the form as QuickBooks has it now.

use std::collections::BTreeMap;

use books::{Body, Entry, EntryKey, Link, Lists, Money, Past, Posting};
use qbxml::{
    Amount, EditSequence, ExpenseLineAdd, ExpenseLineRet, JournalLineAdd, JournalLineRet, Object, Ref, RefRet, TxnId,
};
use store::{Linked, Store, StoreError};

use crate::settle::Transaction;

/// Net amounts by account, without those of nothing.
type ByAccount = BTreeMap<String, Money>;

/// What is known of the form that an operation works upon.
#[derive(Debug)]
pub struct Target {
    link: Link,
    edit_sequence: EditSequence,
    /// What QuickBooks said that it booked.
    booked: ByAccount,
    /// What our entries say is booked before the operation.
    before: ByAccount,
    /// What our entries say is booked after it.
    after: ByAccount,
    /// The credit memo that is set against the invoice, with how much of it was set against that before.
    credit: Option<(TxnId, Money)>,
}

/// How an operation stands, by what QuickBooks has now.
#[derive(Debug, PartialEq, Eq)]
pub enum Now {
    /// It is done.
    Done,
    /// It is not, and the form is as it is known here; with its edit sequence where that moved on.
    NotDone(Option<EditSequence>),
    /// Somebody changed or removed the form.
    Changed,
}

impl Target {
    /// What is known of the form that `entry` works upon; none when it works upon none, or upon one that is not in
    /// QuickBooks any more.
    pub fn of(store: &Store, entry: &Entry) -> Result<Option<Self>, StoreError> {
        let Some(key) = entry.target() else { return Ok(None) };
        let Some(Linked { at, booked, .. }) = store.linked(key)? else { return Ok(None) };
        let past = store.past(&entry.document)?;
        let credit = match &entry.body {
            Body::Application { invoice, credit, .. } => match store.linked(credit)?.map(|linked| linked.at.link) {
                Some(Link::Transaction(id)) => Some((id, set_against(&past, invoice, credit))),
                _ => None,
            },
            _ => None,
        };
        let (before, after) = meant(entry, key, &past);
        let (link, edit_sequence) = (at.link, at.edit_sequence);
        Ok(Some(Self { link, edit_sequence, booked: by_account(&booked), before, after, credit }))
    }

    /// QuickBooks' id of the form.
    pub const fn link(&self) -> &Link {
        &self.link
    }

    /// Whether `object` is the form.
    pub fn is(&self, object: &Object) -> bool {
        match &self.link {
            Link::Transaction(id) => Transaction::of(object).is_some_and(|transaction| transaction.id == id),
            Link::List(id) => crate::lists::row(object).is_some_and(|row| row.object.id == *id),
        }
    }

    /// The edit sequence of the form as QuickBooks has it now, if what is booked of it is what is known here.
    pub fn is_as_known(&self, present: &Object, lists: &dyn Lists) -> Option<EditSequence> {
        let booked = by_account(&books::tieout::booked(present, lists));
        // What stock is worth that goes at average cost, QuickBooks alone knows, and may come to know better.
        let is_its_own = matches!(present, Object::InventoryAdjustment(_)) && self.before.is_empty();
        let is_known = self.is(present) && (is_its_own || booked == self.booked || booked == self.before);
        if is_known { Transaction::of(present)?.edit_sequence.cloned() } else { None }
    }

    /// Whether QuickBooks booked of the form, by account, what was meant. What is not told is no proof to the contrary.
    pub fn is_as_meant(&self, booked: &[Posting]) -> bool {
        let booked = by_account(booked);
        booked.is_empty() || booked == self.after
    }

    /// How the operation stands when the form is `present` in QuickBooks, or is not there.
    pub fn now(&self, entry: &Entry, present: Option<&Object>, lists: &dyn Lists) -> Now {
        let is_removal = matches!(entry.body, Body::Deletion { .. });
        let Some(present) = present else { return if is_removal { Now::Done } else { Now::Changed } };
        if matches!(self.link, Link::List(_)) {
            return Now::NotDone(None);
        }
        let Some(transaction) = Transaction::of(present) else { return Now::Changed };
        let is_done = match &entry.body {
            Body::Void { .. } => transaction.is_void(),
            Body::Change { after, .. } => {
                let booked = by_account(&books::tieout::booked(present, lists));
                let touched = transaction.edit_sequence != Some(&self.edit_sequence);
                touched && (stands_as(present, after) || (booked == self.after && self.after != self.before))
            }
            Body::Application { amount, .. } => match self.settled_by_credit(present) {
                settled if settled == self.set_before() => false,
                settled if settled == self.set_before() + Money::new(amount.value()) => true,
                _ => return Now::Changed,
            },
            _ => false,
        };
        if is_done {
            return Now::Done;
        }
        match self.is_as_known(present, lists) {
            Some(sequence) if sequence == self.edit_sequence => Now::NotDone(None),
            Some(sequence) => Now::NotDone(Some(sequence)),
            None => Now::Changed,
        }
    }

    fn set_before(&self) -> Money {
        self.credit.as_ref().map_or(Money::ZERO, |(_, amount)| *amount)
    }

    /// How much of the invoice the credit memo settles.
    fn settled_by_credit(&self, invoice: &Object) -> Money {
        let (Object::Invoice(ret), Some((credit, _))) = (invoice, &self.credit) else { return Money::ZERO };
        let linked = ret.linked_txn.iter().filter(|linked| linked.txn_id == *credit);
        linked.map(|linked| Money::new(linked.amount.unwrap_or_default().value()).abs()).sum()
    }
}

/// Whether the form is an object of a list.
pub const fn is_list_object(form: &Body) -> bool {
    matches!(
        form,
        Body::Account(_)
            | Body::Class(_)
            | Body::PaymentMethod(_)
            | Body::StandardTerms(_)
            | Body::Customer(_)
            | Body::Vendor(_)
            | Body::ItemInventory(_)
            | Body::ItemNonInventory(_)
            | Body::ItemService(_)
            | Body::ItemOtherCharge(_)
            | Body::ItemDiscount(_)
            | Body::ItemSalesTax(_)
            | Body::ItemSubtotal(_)
    )
}

fn by_account<'p>(postings: impl IntoIterator<Item = &'p Posting>) -> ByAccount {
    let mut sums = ByAccount::new();
    for Posting { account, amount, .. } in postings {
        *sums.entry(account.clone()).or_default() += *amount;
    }
    sums.retain(|_, amount| !amount.is_zero());
    sums
}

/// What is to be booked of the form `key` before and after `entry` is done to it: the sum of what counts.
fn meant(entry: &Entry, key: &EntryKey, past: &[Past]) -> (ByAccount, ByAccount) {
    let counts = |past: &&Past| {
        let of_form = past.entry.key == *key || past.entry.target() == Some(key);
        of_form && !past.undone && past.entry.undoes.is_empty() && past.entry.key != entry.key
    };
    let counting: Vec<&Entry> = past.iter().filter(counts).map(|past| &past.entry).collect();
    let before = by_account(counting.iter().flat_map(|entry| entry.postings.iter()));
    let kept = counting.iter().filter(|counted| !entry.undoes.contains(&counted.key)).copied();
    let own = entry.undoes.is_empty().then_some(entry);
    let after = by_account(kept.chain(own).flat_map(|entry| entry.postings.iter()));
    (before, after)
}

/// How much of the credit memo was set against the invoice before.
fn set_against(past: &[Past], to: &EntryKey, of: &EntryKey) -> Money {
    let set = past.iter().filter(|past| !past.undone).filter_map(|past| match &past.entry.body {
        Body::Application { invoice, credit, amount } if invoice == to && credit == of => Some(amount.value()),
        _ => None,
    });
    set.map(Money::new).sum()
}

/// Whether a form stands in QuickBooks, line by line, as `form` says.
fn stands_as(present: &Object, form: &Body) -> bool {
    macro_rules! same_lines {
        ($told:expr, $meant:expr) => {
            $told.len() == $meant.len()
                && $told.iter().zip(&$meant).all(|(told, meant)| {
                    is_line((told.item_ref.as_ref(), told.amount), (meant.item_ref.as_ref(), meant.amount))
                })
        };
    }
    match (present, form) {
        (Object::SalesReceipt(told), Body::SalesReceipt(meant)) => {
            same_lines!(told.sales_receipt_line_ret, meant.sales_receipt_line_add)
        }
        (Object::Invoice(told), Body::Invoice(meant)) => same_lines!(told.invoice_line_ret, meant.invoice_line_add),
        (Object::CreditMemo(told), Body::CreditMemo(meant)) => {
            same_lines!(told.credit_memo_line_ret, meant.credit_memo_line_add)
        }
        (Object::SalesOrder(told), Body::SalesOrder(meant)) => {
            told.is_manually_closed.unwrap_or_default() == meant.is_manually_closed.unwrap_or_default()
                && same_lines!(told.sales_order_line_ret, meant.sales_order_line_add)
        }
        (Object::PurchaseOrder(told), Body::PurchaseOrder { form: meant, closed, .. }) => {
            told.is_manually_closed.unwrap_or_default() == *closed
                && meant.expected_date.is_none_or(|date| told.expected_date == Some(date))
                && same_lines!(told.purchase_order_line_ret, meant.purchase_order_line_add)
        }
        (Object::ItemReceipt(told), Body::ItemReceipt { form: meant, .. }) => {
            same_lines!(told.item_line_ret, meant.item_line_add)
                && same_expenses(&told.expense_line_ret, &meant.expense_line_add)
        }
        (Object::Bill(told), Body::Bill { form: meant, .. }) => {
            same_lines!(told.item_line_ret, meant.item_line_add)
                && same_expenses(&told.expense_line_ret, &meant.expense_line_add)
        }
        (Object::JournalEntry(told), Body::JournalEntry(meant)) => {
            told.journal_line_ret.len() == meant.journal_line_add.len()
                && told.journal_line_ret.iter().zip(&meant.journal_line_add).all(is_journal_line)
        }
        _ => false,
    }
}

fn same_expenses(told: &[ExpenseLineRet], meant: &[ExpenseLineAdd]) -> bool {
    let same = |(told, meant): (&ExpenseLineRet, &ExpenseLineAdd)| {
        is_line((told.account_ref.as_ref(), told.amount), (meant.account_ref.as_ref(), meant.amount))
    };
    told.len() == meant.len() && told.iter().zip(meant).all(same)
}

/// Whether a line of a journal entry stands as it was meant, with its memo: that tells two versions of a day apart whose
/// amounts are the same.
fn is_journal_line((told, meant): (&JournalLineRet, &JournalLineAdd)) -> bool {
    let ((JournalLineRet::Debit(told), JournalLineAdd::Debit(meant))
    | (JournalLineRet::Credit(told), JournalLineAdd::Credit(meant))) = (told, meant)
    else {
        return false;
    };
    is_line((told.account_ref.as_ref(), told.amount), (meant.account_ref.as_ref(), meant.amount))
        && told.memo == meant.memo
}

fn is_line((item, amount): (Option<&RefRet>, Option<Amount>), (meant, due): (Option<&Ref>, Option<Amount>)) -> bool {
    let same_item = match (item, meant) {
        (None, None) => true,
        (Some(item), Some(Ref::Name(name))) => {
            item.full_name.as_ref().is_some_and(|told| told.to_lowercase() == name.to_lowercase())
        }
        (Some(item), Some(Ref::Id(id))) => item.list_id.as_ref() == Some(id),
        _ => false,
    };
    same_item && amount.unwrap_or_default() == due.unwrap_or_default()
}
