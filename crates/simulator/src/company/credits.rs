//! Credits: what a credit memo or a payment still has to give, and its application to an invoice by SetCredit.

use rust_decimal::Decimal;

use super::books::{Application, Body, Books, Txn, cents, money};
use super::ids::{ListId, TxnId};
use super::payments::open_amount;
use super::status::Status;
use super::transactions::Draft;
use super::xml::Element;

/// A credit that an invoice takes: the credit's whole new application to that invoice.
pub(crate) struct Taken {
    credit: TxnId,
    amount: Decimal,
}

/// What a transaction that gives credit still has: nothing of a pending or voided one.
pub(crate) fn remaining(books: &Books, txn: &Txn) -> Decimal {
    open_amount(books, txn, None) - given(txn)
}

/// What a transaction has given to invoices.
fn given(txn: &Txn) -> Decimal {
    txn.body.applications.iter().map(|application| application.amount).sum()
}

/// The least that a credit may total: what was applied, refunded or paid out of it.
pub(crate) fn used(books: &Books, txn: &Txn) -> Decimal {
    given(txn) + books.settled_amount(&txn.id, None)
}

/// A credit memo of the customer with so much left, to be refunded or paid out.
pub(crate) fn refundable<'a>(
    books: &'a Books,
    id: &str,
    customer: Option<&ListId>,
    except: Option<&TxnId>,
) -> Result<(&'a Txn, Decimal), Status> {
    let memo = books.txns.get(id).ok_or_else(|| Status::gone(id))?;
    if memo.info.name != "CreditMemo" || memo.entity().as_ref() != customer {
        return Err(Status::rule("TxnID", id, "The transaction is not a credit memo of this customer."));
    }
    Ok((memo, open_amount(books, memo, except) - given(memo)))
}

/// Judges the SetCredits of an invoice: no more than either side has left.
pub(crate) fn taken(books: &Books, draft: &Draft, body: &Body, wanted: &[Element]) -> Result<Vec<Taken>, Status> {
    let invoice = draft.previous.map(|txn| &txn.id);
    let settled = invoice.map_or(Decimal::ZERO, |id| books.settled_amount(id, None));
    let mut open = if body.entries.is_empty() { Decimal::ZERO } else { body.total - settled };
    let mut all: Vec<Taken> = Vec::new();
    for wish in wanted {
        let id = wish.text_of("CreditTxnID").unwrap_or_default();
        let credit = books.txns.get(id).ok_or_else(|| Status::gone(id))?;
        let gives = matches!(credit.info.name, "CreditMemo" | "ReceivePayment");
        if !gives || credit.entity() != draft.reference("CustomerRef") {
            return Err(Status::rule("CreditTxnID", id, "The transaction is not a credit of this customer."));
        }
        if all.iter().any(|taken| taken.credit == credit.id) {
            return Err(Status::rule("CreditTxnID", id, "The credit is named twice."));
        }
        let amount: Decimal = wish.text_of("AppliedAmount").and_then(|text| text.parse().ok()).unwrap_or_default();
        let already = invoice.map_or(Decimal::ZERO, |invoice| {
            let here = credit.body.applications.iter().filter(|application| application.to == *invoice);
            here.map(|application| application.amount).sum()
        });
        // The sources only name Override: taken to replace what this credit gave to the invoice, else to add to it.
        let replaces = matches!(wish.text_of("Override"), Some("true" | "1"));
        let total = if replaces { amount } else { already + amount };
        let more = total - already;
        if amount < Decimal::ZERO || more > remaining(books, credit) || more > open {
            return Err(Status::rule(
                "AppliedAmount",
                &money(amount),
                "You cannot apply more than the credit has left or the invoice still owes.",
            ));
        }
        open -= more;
        all.push(Taken { credit: credit.id.clone(), amount: cents(total) });
    }
    Ok(all)
}

/// Writes the applications that [`taken`] allowed into their credits.
pub(crate) fn apply(books: &mut Books, invoice: &TxnId, taken: Vec<Taken>) {
    for Taken { credit, amount } in taken {
        let Some(mut txn) = books.txns.get(&credit).cloned() else { continue };
        let discounted = txn.body.applications.iter().find(|application| application.to == *invoice).cloned();
        txn.body.applications.retain(|application| application.to != *invoice);
        let empty = Application { to: invoice.clone(), amount, discount: Decimal::ZERO, discount_account: None };
        let application = Application { amount, ..discounted.unwrap_or(empty) };
        if application.amount + application.discount != Decimal::ZERO {
            txn.body.applications.push(application);
        }
        txn.modified = books.now;
        txn.sequence = books.new_sequence();
        books.put_txn(txn);
    }
}

/// One linked transaction; its amount takes off what is left of the one that tells it.
pub(crate) fn linked(other: &Txn, amount: Decimal) -> Element {
    Element::group(
        "LinkedTxn",
        vec![
            Element::leaf("TxnID", other.id.as_str()),
            Element::leaf("TxnType", other.info.name),
            Element::leaf("TxnDate", other.date.to_string()),
            Element::leaf("RefNumber", other.text("RefNumber").unwrap_or_default()),
            Element::leaf("LinkType", "AMTTYPE"),
            Element::leaf("Amount", money(-amount)),
        ],
    )
}

/// Everything that a transaction settles or is settled by.
pub(crate) fn all_linked(books: &Books, txn: &Txn) -> Vec<Element> {
    let settling = txn.body.applications.iter().filter_map(|application| {
        let amount = application.amount + application.discount;
        Some(linked(books.txns.get(&application.to)?, amount))
    });
    let settled = books.settlements(&txn.id).filter_map(|(other, amount)| Some(linked(books.txns.get(other)?, amount)));
    settling.chain(settled).collect()
}
