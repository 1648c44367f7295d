//! The questions that settle a doubt: whether an entry is in QuickBooks, or was done there.

use books::{Body, Entry, EntryKind, Link};
use qbxml::{ListId, ListSelect, Request, TxnId, TxnSelect};

use crate::target::Target;

/// What is asked for.
enum Which<'a> {
    /// Transactions with this reference number, list objects with this full name.
    Called(&'a str),
    Transaction(&'a TxnId),
    Object(&'a ListId),
}

/// The question that tells whether `entry` is in QuickBooks: by reference number for transactions, by name for lists. For
/// an operation it is the form that it works upon, by its id; none when that is not known.
pub fn look_back(entry: &Entry, target: Option<&Target>) -> Option<Request> {
    if entry.target().is_none() {
        return question(entry.kind, &Which::Called(&entry.number));
    }
    let which = match target?.link() {
        Link::Transaction(id) => Which::Transaction(id),
        Link::List(id) => Which::Object(id),
    };
    question(kind_worked_upon(entry), &which)
}

/// What kind of form an operation works upon.
fn kind_worked_upon(entry: &Entry) -> EntryKind {
    match &entry.body {
        Body::Application { .. } => EntryKind::Invoice,
        Body::Change { after: form, .. } | Body::Void { before: form, .. } | Body::Deletion { before: form, .. } => {
            kind_of(form)
        }
        _ => entry.kind,
    }
}

const fn kind_of(form: &Body) -> EntryKind {
    match form {
        Body::Class(_) => EntryKind::Class,
        Body::PaymentMethod(_) => EntryKind::PaymentMethod,
        Body::StandardTerms(_) => EntryKind::StandardTerms,
        Body::Customer(_) => EntryKind::Customer,
        Body::ItemInventory(_)
        | Body::ItemNonInventory(_)
        | Body::ItemService(_)
        | Body::ItemOtherCharge(_)
        | Body::ItemDiscount(_)
        | Body::ItemSalesTax(_)
        | Body::ItemSubtotal(_) => EntryKind::Item,
        Body::SalesOrder(_) => EntryKind::SalesOrder,
        Body::SalesReceipt(_) => EntryKind::SalesReceipt,
        Body::Invoice(_) => EntryKind::Invoice,
        Body::ReceivePayment { .. } => EntryKind::ReceivePayment,
        Body::CreditMemo(_) => EntryKind::CreditMemo,
        Body::ARRefundCreditCard { .. } => EntryKind::ARRefundCreditCard,
        Body::Check { .. } => EntryKind::Check,
        Body::InventoryAdjustment(_) => EntryKind::InventoryAdjustment,
        Body::JournalEntry(_) => EntryKind::JournalEntry,
        Body::Cost { .. } => EntryKind::Cost,
        Body::Application { .. } => EntryKind::Application,
        Body::Change { .. } => EntryKind::Change,
        Body::Void { .. } => EntryKind::Void,
        Body::Deletion { .. } => EntryKind::Deletion,
    }
}

fn question(kind: EntryKind, which: &Which<'_>) -> Option<Request> {
    macro_rules! list {
        ($query:ident) => {
            qbxml::$query { select: objects(which)?, ..Default::default() }.into()
        };
    }
    macro_rules! transactions {
        ($query:ident $(, $with_linked:ident)?) => {
            qbxml::$query {
                select: transactions(which)?,
                include_line_items: Some(true),
                $($with_linked: Some(true),)?
                ..Default::default()
            }
            .into()
        };
    }
    Some(match kind {
        EntryKind::Class => list!(ClassQuery),
        EntryKind::PaymentMethod => list!(PaymentMethodQuery),
        EntryKind::StandardTerms => list!(StandardTermsQuery),
        EntryKind::Customer => list!(CustomerQuery),
        EntryKind::Item => list!(ItemQuery),
        EntryKind::SalesReceipt => transactions!(SalesReceiptQuery),
        EntryKind::Invoice => transactions!(InvoiceQuery, include_linked_txns),
        EntryKind::ReceivePayment => transactions!(ReceivePaymentQuery),
        EntryKind::SalesOrder => transactions!(SalesOrderQuery),
        EntryKind::CreditMemo => transactions!(CreditMemoQuery),
        EntryKind::ARRefundCreditCard => transactions!(ARRefundCreditCardQuery),
        EntryKind::Check => transactions!(CheckQuery),
        EntryKind::InventoryAdjustment => transactions!(InventoryAdjustmentQuery),
        EntryKind::JournalEntry => transactions!(JournalEntryQuery),
        EntryKind::Cost | EntryKind::Application | EntryKind::Change | EntryKind::Void | EntryKind::Deletion => {
            return None;
        }
    })
}

fn objects(which: &Which<'_>) -> Option<ListSelect> {
    match which {
        Which::Called(name) => Some(ListSelect::Names(vec![(*name).to_owned()])),
        Which::Object(id) => Some(ListSelect::Ids(vec![(*id).clone()])),
        Which::Transaction(_) => None,
    }
}

fn transactions<F>(which: &Which<'_>) -> Option<TxnSelect<F>> {
    match which {
        Which::Called(number) => Some(TxnSelect::RefNumbers(vec![(*number).to_owned()])),
        Which::Transaction(id) => Some(TxnSelect::Ids(vec![(*id).clone()])),
        Which::Object(_) => None,
    }
}
