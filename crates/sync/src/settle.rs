//! From QuickBooks' answer to one entry's fate, and the questions that settle a doubt.

use books::{Entry, EntryKind, HeldReason, Link, Lists};
use qbxml::{Answer, Class, Object, Request, StatusCode};
use store::Outcome;

/// What an answer to one entry's request means.
#[derive(Debug)]
pub enum Settled {
    /// Its fate is known.
    Known(Outcome),
    /// QuickBooks is busy: nothing was written, and asking again at once would not help.
    Busy,
    /// The company file's lists are not what they were when the entry was mapped: nothing was written; read them again.
    Stale,
    /// It may or may not have been written: ask.
    Doubt,
    /// QuickBooks can't go on at all, in its words; the entry's own fate is this.
    Stop(Outcome, String),
}

/// What `answer` to the request of `entry` means. `again` says that the entry was tried before in this session with
/// freshly read lists, so that stale lists are no excuse any more.
pub fn settled(entry: &Entry, answer: &Answer, again: bool, lists: &dyn Lists) -> Settled {
    let status = &answer.head.status;
    let refused = || Outcome::Refused { status: i32::from(status.code), message: status.message.clone() };
    match status.class() {
        Class::Fine => match posted(answer, lists) {
            Some(outcome) => Settled::Known(outcome),
            None => Settled::Doubt,
        },
        Class::Retry => Settled::Busy,
        Class::ReRead => Settled::Stale,
        // It may say what it wrote all the same (PROTOCOL.md c.2, ErrorRecovery).
        Class::LookBack if answer.recovered.is_some() => posted(answer, lists).map_or(Settled::Doubt, Settled::Known),
        Class::Empty | Class::LookBack => Settled::Doubt,
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
            _ => Settled::Known(refused()),
        },
        Class::Stop => Settled::Stop(refused(), status.message.clone()),
    }
}

/// The proof that something was written, from the object that came back or from what QuickBooks says in its stead
/// (PROTOCOL.md c.2, ErrorRecovery).
fn posted(answer: &Answer, lists: &dyn Lists) -> Option<Outcome> {
    if let Some(object) = answer.objects.first() {
        return posted_object(object, lists);
    }
    let recovered = answer.recovered.as_ref()?;
    let link = match (&recovered.txn_id, &recovered.list_id) {
        (Some(id), _) => Link::Transaction(id.clone()),
        (None, Some(id)) => Link::List(id.clone()),
        (None, None) => return None,
    };
    let edit_sequence =
        recovered.edit_sequence.as_ref().map(|sequence| sequence.as_str().to_owned()).unwrap_or_default();
    Some(Outcome::Posted { link, edit_sequence, booked: Vec::new(), full_name: None })
}

fn posted_object(object: &Object, lists: &dyn Lists) -> Option<Outcome> {
    let transaction = |id: &qbxml::TxnId, sequence: &Option<qbxml::EditSequence>| Outcome::Posted {
        link: Link::Transaction(id.clone()),
        edit_sequence: sequence.as_ref().map(|sequence| sequence.as_str().to_owned()).unwrap_or_default(),
        booked: books::tieout::booked(object, lists),
        full_name: None,
    };
    match object {
        Object::SalesReceipt(ret) => Some(transaction(&ret.txn_id, &ret.edit_sequence)),
        Object::Invoice(ret) => Some(transaction(&ret.txn_id, &ret.edit_sequence)),
        Object::ReceivePayment(ret) => Some(transaction(&ret.txn_id, &ret.edit_sequence)),
        other => crate::lists::row(other).map(|row| Outcome::Posted {
            link: Link::List(row.object.id),
            edit_sequence: row.edit_sequence,
            booked: Vec::new(),
            full_name: Some(row.object.full_name),
        }),
    }
}

/// The question that tells whether `entry` is in QuickBooks: by reference number for transactions, by name for lists.
pub fn look_back(entry: &Entry) -> Request {
    let number = vec![entry.number.clone()];
    match entry.kind {
        EntryKind::Class => qbxml::ClassQuery { select: qbxml::ListSelect::Names(number), ..Default::default() }.into(),
        EntryKind::PaymentMethod => {
            qbxml::PaymentMethodQuery { select: qbxml::ListSelect::Names(number), ..Default::default() }.into()
        }
        EntryKind::Customer => {
            qbxml::CustomerQuery { select: qbxml::ListSelect::Names(number), ..Default::default() }.into()
        }
        EntryKind::Item => qbxml::ItemQuery { select: qbxml::ListSelect::Names(number), ..Default::default() }.into(),
        EntryKind::SalesReceipt => qbxml::SalesReceiptQuery {
            select: qbxml::TxnSelect::RefNumbers(number),
            include_line_items: Some(true),
            ..Default::default()
        }
        .into(),
        EntryKind::Invoice => qbxml::InvoiceQuery {
            select: qbxml::TxnSelect::RefNumbers(number),
            include_line_items: Some(true),
            ..Default::default()
        }
        .into(),
        EntryKind::ReceivePayment => qbxml::ReceivePaymentQuery {
            select: qbxml::TxnSelect::RefNumbers(number),
            include_line_items: Some(true),
            ..Default::default()
        }
        .into(),
    }
}

/// What the answer to [`look_back`] says: it is there (with its proof), or it is not and may be sent. None when the answer
/// does not tell, so that the doubt stays.
pub fn looked_back(entry: &Entry, answer: &Answer, lists: &dyn Lists) -> Option<Outcome> {
    if !answer.unreadable.is_empty() {
        // What could not be read may be just what is looked for.
        return None;
    }
    match answer.head.status.class() {
        Class::Empty => Some(Outcome::Again),
        Class::Fine => {
            let tag = entry.key.tag();
            let ours = answer.objects.iter().find(|object| match object {
                Object::SalesReceipt(ret) => carries(ret.memo.as_deref(), &tag),
                Object::Invoice(ret) => carries(ret.memo.as_deref(), &tag),
                Object::ReceivePayment(ret) => carries(ret.memo.as_deref(), &tag),
                other => crate::lists::row(other).is_some(),
            });
            match ours {
                Some(object) => posted_object(object, lists),
                None => Some(Outcome::Again),
            }
        }
        Class::Retry | Class::ReRead | Class::LookBack | Class::Hold | Class::Stop => None,
    }
}

/// A voided transaction keeps its memo behind `VOID:`; it is still ours and still there.
fn carries(memo: Option<&str>, tag: &str) -> bool {
    memo.is_some_and(|memo| memo.contains(tag))
}
