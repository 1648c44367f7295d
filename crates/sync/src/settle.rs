//! From QuickBooks' answer to one entry's fate.

use books::{Body, Entry, HeldReason, Link, Lists};
use qbxml::{
    Answer, Class, EditSequence, JournalEntryRet, JournalLineFields, JournalLineRet, Object, Status, StatusCode, TxnId,
    TxnLineId,
};
use store::Outcome;

use crate::target::{Now, Target};

/// What an answer to one entry's request means.
#[derive(Debug)]
pub enum Settled {
    /// Its fate is known.
    Known(Outcome),
    /// QuickBooks is busy: nothing was written, and asking again at once would not help.
    Busy,
    /// The company file's lists are not what they were when the entry was mapped: nothing was written; read them again.
    Stale,
    /// The form that it works upon was touched in QuickBooks and has this edit sequence now, but what is booked is what is
    /// known here: nothing was written; send it again.
    Touched(EditSequence),
    /// It may or may not have been written: ask.
    Doubt,
    /// QuickBooks can't go on at all, in its words; the entry's own fate is this.
    Stop(Outcome, String),
}

/// What `answer` to the request of `entry` means. `target` is what is known of the form that it works upon. `again` says
/// that the entry was tried before in this session with freshly read lists, so that stale lists are no excuse any more.
pub fn settled(entry: &Entry, answer: &Answer, target: Option<&Target>, again: bool, lists: &dyn Lists) -> Settled {
    let status = &answer.head.status;
    match status.class() {
        Class::Fine => written(entry, answer, lists).map_or(Settled::Doubt, Settled::Known),
        Class::Retry => Settled::Busy,
        Class::ReRead => match (target, answer.objects.first()) {
            (None, _) => Settled::Stale,
            (Some(_), None) => Settled::Doubt,
            (Some(target), Some(present)) => match target.is_as_known(present, lists) {
                Some(edit_sequence) => Settled::Touched(edit_sequence),
                None => Settled::Known(Outcome::Held(HeldReason::ChangedInQuickBooks)),
            },
        },
        // It may say what it wrote all the same (PROTOCOL.md c.2, ErrorRecovery).
        Class::LookBack if answer.recovered.is_some() => {
            written(entry, answer, lists).map_or(Settled::Doubt, Settled::Known)
        }
        Class::Empty | Class::LookBack => Settled::Doubt,
        Class::Hold if entry.target().is_some() => Settled::Known(operation_refused(entry, status)),
        Class::Hold => match status.code {
            StatusCode::NameInUse
            | StatusCode::ObjectNotFound
            | StatusCode::ParentNotFound
            | StatusCode::BadReference
            | StatusCode::IdNotFound
                if !again =>
            {
                Settled::Stale
            }
            StatusCode::NameInUse => {
                Settled::Known(Outcome::Held(HeldReason::NameTaken { name: entry.number.clone(), kind: String::new() }))
            }
            _ => Settled::Known(refused(status)),
        },
        Class::Stop => Settled::Stop(refused(status), status.message.clone()),
    }
}

fn refused(status: &Status) -> Outcome {
    Outcome::Refused { status: i32::from(status.code), message: status.message.clone() }
}

/// What a refusal of something that was to be done to what another entry made comes to (PROTOCOL.md c.9).
fn operation_refused(entry: &Entry, status: &Status) -> Outcome {
    let of_list = matches!(&entry.body, Body::Deletion { before, .. } if crate::target::is_list_object(before));
    match (&entry.body, status.code) {
        (Body::Deletion { .. }, StatusCode::NotDeletable | StatusCode::NotModifiable) if of_list => Outcome::Kept,
        // What is to be removed is not there any more.
        (Body::Deletion { .. }, StatusCode::ObjectNotFound | StatusCode::IdNotFound) => done(None, None),
        (_, StatusCode::ObjectNotFound | StatusCode::IdNotFound) => Outcome::Held(HeldReason::ChangedInQuickBooks),
        _ => refused(status),
    }
}

fn done(edit_sequence: Option<&EditSequence>, booked: Option<Vec<books::Posting>>) -> Outcome {
    Outcome::Done { edit_sequence: edit_sequence.map(|sequence| sequence.as_str().to_owned()), booked, lines: None }
}

/// The proof that something was written, from the object that came back or from what QuickBooks says in its stead
/// (PROTOCOL.md c.2, ErrorRecovery).
fn written(entry: &Entry, answer: &Answer, lists: &dyn Lists) -> Option<Outcome> {
    let object = answer.objects.first();
    let recovered = answer.recovered.as_ref();
    match &entry.body {
        Body::Void { .. } | Body::Deletion { .. } => Some(done(None, None)),
        Body::Change { .. } | Body::Application { .. } => match (object, recovered) {
            (Some(object), _) => changed(object, lists),
            (None, Some(recovered)) => Some(done(recovered.edit_sequence.as_ref(), None)),
            (None, None) => None,
        },
        _ => match (object, recovered) {
            (Some(object), _) => posted(entry, object, lists),
            (None, Some(recovered)) => {
                let link = match (&recovered.txn_id, &recovered.list_id) {
                    (Some(id), _) => Link::Transaction(id.clone()),
                    (None, Some(id)) => Link::List(id.clone()),
                    (None, None) => return None,
                };
                let edit_sequence = text(recovered.edit_sequence.as_ref());
                Some(Outcome::Posted { link, edit_sequence, booked: Vec::new(), full_name: None, lines: Vec::new() })
            }
            (None, None) => None,
        },
    }
}

/// What was done to a form that stands in QuickBooks as `object` now.
pub fn changed(object: &Object, lists: &dyn Lists) -> Option<Outcome> {
    let transaction = Transaction::of(object)?;
    Some(Outcome::Done {
        edit_sequence: Some(text(transaction.edit_sequence)).filter(|sequence| !sequence.is_empty()),
        booked: Some(books::tieout::booked(object, lists)),
        lines: Some(lines(object)),
    })
}

/// The proof that `entry` is in QuickBooks as `object`. Of an entry without postings QuickBooks alone knows what it comes
/// to, as of stock that goes at average cost: what it booked of that is no part of any tie-out.
pub fn posted(entry: &Entry, object: &Object, lists: &dyn Lists) -> Option<Outcome> {
    if let Some(transaction) = Transaction::of(object) {
        let booked = if entry.postings.is_empty() { Vec::new() } else { books::tieout::booked(object, lists) };
        return Some(Outcome::Posted {
            link: Link::Transaction(transaction.id.clone()),
            edit_sequence: text(transaction.edit_sequence),
            booked,
            full_name: None,
            lines: lines(object),
        });
    }
    crate::lists::row(object).map(|row| Outcome::Posted {
        link: Link::List(row.object.id),
        edit_sequence: row.edit_sequence,
        booked: Vec::new(),
        full_name: Some(row.object.full_name),
        lines: Vec::new(),
    })
}

/// The ids of a form's lines, where other forms refer to them: those on accounts before those of items.
fn lines(object: &Object) -> Vec<TxnLineId> {
    macro_rules! ids {
        ($($lines:expr),+) => {
            [$($lines.iter().map(|line| line.txn_line_id.clone()).collect::<Vec<_>>()),+].concat()
        };
    }
    match object {
        Object::PurchaseOrder(ret) => ids!(ret.purchase_order_line_ret),
        Object::ItemReceipt(ret) => ids!(ret.expense_line_ret, ret.item_line_ret),
        Object::Bill(ret) => ids!(ret.expense_line_ret, ret.item_line_ret),
        Object::VendorCredit(ret) => ids!(ret.expense_line_ret, ret.item_line_ret),
        _ => Vec::new(),
    }
}

fn text(edit_sequence: Option<&EditSequence>) -> String {
    edit_sequence.map(|sequence| sequence.as_str().to_owned()).unwrap_or_default()
}

/// What all transactions tell of themselves.
pub struct Transaction<'o> {
    /// QuickBooks' id.
    pub id: &'o TxnId,
    /// What QuickBooks wants to see before it lets it be changed.
    pub edit_sequence: Option<&'o EditSequence>,
    /// Where our tag is: the memo of the form, or of a journal entry those of its lines.
    memos: Vec<&'o str>,
    /// Whether it was voided.
    void: bool,
}

impl<'o> Transaction<'o> {
    /// What a transaction tells; none for other objects and for kinds that no entry makes.
    pub fn of(object: &'o Object) -> Option<Self> {
        macro_rules! transactions {
            ($($kind:ident),+) => {
                match object {
                    $(Object::$kind(ret) => Some(Self {
                        id: &ret.txn_id,
                        edit_sequence: ret.edit_sequence.as_ref(),
                        memos: ret.memo.as_deref().into_iter().collect(),
                        void: ret.memo.as_deref().is_some_and(|memo| memo.starts_with(VOIDED)),
                    }),)+
                    Object::JournalEntry(ret) => Some(Self::of_journal(ret)),
                    _ => None,
                }
            };
        }
        transactions!(
            SalesReceipt,
            Invoice,
            ReceivePayment,
            SalesOrder,
            CreditMemo,
            ArRefundCreditCard,
            Check,
            InventoryAdjustment,
            PurchaseOrder,
            ItemReceipt,
            Bill,
            VendorCredit,
            TransferInventory
        )
    }

    /// A journal entry has no memo of its own that it would tell: one that was voided has no amounts any more.
    fn of_journal(ret: &'o JournalEntryRet) -> Self {
        let lines: Vec<&JournalLineFields> = ret
            .journal_line_ret
            .iter()
            .map(|line| match line {
                JournalLineRet::Debit(line) | JournalLineRet::Credit(line) => line,
            })
            .collect();
        Self {
            id: &ret.txn_id,
            edit_sequence: ret.edit_sequence.as_ref(),
            memos: lines.iter().filter_map(|line| line.memo.as_deref()).collect(),
            void: lines.iter().all(|line| line.amount.unwrap_or_default().value().is_zero()),
        }
    }

    /// Whether it is the transaction that an entry with this tag made. One that was voided keeps its memo behind
    /// [`VOIDED`]; it is still ours and still there.
    pub fn carries(&self, tag: &str) -> bool {
        self.memos.iter().any(|memo| memo.contains(tag))
    }

    /// Whether it was voided.
    pub const fn is_void(&self) -> bool {
        self.void
    }
}

/// What QuickBooks puts before the memo of what is voided (PROTOCOL.md c.5).
const VOIDED: &str = "VOID:";

/// What the answer to [`crate::questions::look_back`] says: it is there (with its proof), or it is not and may be sent.
/// None when the answer does not tell, so that the doubt stays. `target` is what is known of the form that it works upon;
/// `was_undone` says that the entry was in QuickBooks before, so that what is voided there may be its earlier life.
pub fn looked_back(
    entry: &Entry,
    answer: &Answer,
    target: Option<&Target>,
    was_undone: bool,
    lists: &dyn Lists,
) -> Option<Found> {
    if !answer.unreadable.is_empty() {
        // What could not be read may be just what is looked for.
        return None;
    }
    if !matches!(answer.head.status.class(), Class::Empty | Class::Fine) {
        return None;
    }
    if entry.target().is_some() {
        let target = target?;
        let present = answer.objects.iter().find(|object| target.is(object));
        return Some(match target.now(entry, present, lists) {
            Now::Done => Found::Fate(match (&entry.body, present) {
                (Body::Change { .. } | Body::Application { .. }, Some(present)) => changed(present, lists)?,
                _ => done(None, None),
            }),
            Now::NotDone(None) => Found::Fate(Outcome::Again),
            Now::NotDone(Some(edit_sequence)) => Found::Touched(edit_sequence),
            Now::Changed => Found::Fate(Outcome::Held(HeldReason::ChangedInQuickBooks)),
        });
    }
    let tag = entry.key.tag();
    let ours = answer.objects.iter().find(|object| match Transaction::of(object) {
        Some(transaction) => transaction.carries(&tag) && !(was_undone && transaction.is_void()),
        None => crate::lists::row(object).is_some(),
    });
    match ours {
        Some(object) => posted(entry, object, lists).map(Found::Fate),
        None => Some(Found::Fate(Outcome::Again)),
    }
}

/// What a look back finds.
#[derive(Debug)]
pub enum Found {
    /// The entry's fate.
    Fate(Outcome),
    /// It was not done; the form that it works upon has this edit sequence now.
    Touched(EditSequence),
}
