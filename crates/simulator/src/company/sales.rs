//! The sales forms: receipts, invoices, credit memos and orders (PRODUCT.md 5.1, 5.2; PROTOCOL.md d).

use jiff::ToSpan;
use rust_decimal::Decimal;

use super::books::{Body, Books, Txn, money};
use super::credits;
use super::form::{Direction, Form};
use super::references::told;
use super::status::Status;
use super::transactions::Draft;
use super::xml::Element;

/// `SalesReceipt`: the total goes to the deposit account, by default Undeposited Funds.
pub(crate) fn book_sales_receipt(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let account = draft.reference("DepositToAccountRef").or_else(|| books.special_account("UndepositedFunds"));
    let mut form = Form::compute(books, draft, Direction::Sale)?;
    form.computed.push(Element::leaf("TotalAmount", money(form.total())));
    if draft.reference("DepositToAccountRef").is_none()
        && let Some(account) = &account
    {
        form.computed.push(told(books, "DepositToAccountRef", account));
    }
    form.into_body(draft, account)
}

/// `Invoice`: the total goes to Accounts Receivable.
pub(crate) fn book_invoice(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let mut form = Form::compute(books, draft, Direction::Sale)?;
    let settled = draft.previous.map(|txn| books.settled_amount(&txn.id, None)).unwrap_or_default();
    keep_links(draft, form.total(), settled, "The invoice cannot be less than the payments applied to it.")?;
    form.computed.extend(due_date(books, draft, 0));
    receivable(books, draft, form)
}

/// `CreditMemo`: takes the total off Accounts Receivable; inventory items come back into stock at average cost.
pub(crate) fn book_credit_memo(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let mut form = Form::compute(books, draft, Direction::Return)?;
    let used = draft.previous.map(|txn| credits::used(books, txn)).unwrap_or_default();
    keep_links(draft, form.total(), used, "The credit cannot be less than what was applied or refunded of it.")?;
    form.computed.push(Element::leaf("TotalAmount", money(form.total())));
    form.computed.extend(due_date(books, draft, 0));
    receivable(books, draft, form)
}

/// `SalesOrder`: lines and a total that post nothing.
pub(crate) fn book_sales_order(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let mut form = Form::compute(books, draft, Direction::Order)?;
    form.computed.push(Element::leaf("TotalAmount", money(form.total())));
    form.computed.extend(due_date(books, draft, 0));
    if draft.text("IsManuallyClosed").is_none() {
        form.computed.push(Element::leaf("IsManuallyClosed", "false"));
    }
    form.into_body(draft, books.special_account("AccountsReceivable"))
}

/// A form that settles or is settled stays as large as its links, final, and its customer's.
fn keep_links(draft: &Draft, total: Decimal, linked: Decimal, why: &str) -> Result<(), Status> {
    if linked == Decimal::ZERO {
        return Ok(());
    }
    if total < linked || draft.flag("IsPending") {
        return Err(Status::rule("Amount", &money(total), why));
    }
    let customer = draft.reference("CustomerRef");
    if draft.previous.is_some_and(|txn| txn.reference("CustomerRef") != customer) {
        let why = "The customer cannot be changed while other transactions are linked.";
        return Err(Status::rule("CustomerRef", customer.as_ref().map_or("", |id| id.as_str()), why));
    }
    Ok(())
}

fn receivable(books: &Books, draft: &Draft, mut form: Form) -> Result<Body, Status> {
    let account = draft.reference("ARAccountRef").or_else(|| books.special_account("AccountsReceivable"));
    if draft.reference("ARAccountRef").is_none()
        && let Some(account) = &account
    {
        form.computed.push(told(books, "ARAccountRef", account));
    }
    form.into_body(draft, account)
}

/// The due date by the terms of the form or of the customer or vendor, when none is given; `usual` days after the
/// form's date when there are no terms.
pub(crate) fn due_date(books: &Books, draft: &Draft, usual: i64) -> Option<Element> {
    if draft.text("DueDate").is_some() {
        return None;
    }
    let partner = draft.reference("CustomerRef").or_else(|| draft.reference("VendorRef"));
    let partner = partner.and_then(|id| books.lists.get(&id));
    let terms = draft.reference("TermsRef").or_else(|| partner.and_then(|partner| partner.reference("TermsRef")));
    let days = terms.and_then(|id| books.lists.get(&id)?.text("StdDueDays")?.parse::<i64>().ok()).unwrap_or(usual);
    let due = draft.date.checked_add(days.days()).unwrap_or(draft.date);
    Some(Element::leaf("DueDate", due.to_string()))
}

/// Nothing about the transaction changes after it is booked.
pub(crate) fn tell_nothing(_: &Books, _: &Txn) -> Vec<Element> {
    Vec::new()
}

/// What is still open of an invoice, and what settled it.
pub(crate) fn tell_invoice(books: &Books, txn: &Txn) -> Vec<Element> {
    let settled = books.settled_amount(&txn.id, None);
    let open = txn.body.total - settled;
    let mut fields = vec![
        Element::leaf("AppliedAmount", money(-settled)),
        Element::leaf("BalanceRemaining", money(open)),
        Element::leaf("IsPaid", (open == Decimal::ZERO).to_string()),
    ];
    fields.extend(credits::all_linked(books, txn));
    fields
}

/// What is left of a credit memo, and what took the rest.
pub(crate) fn tell_credit_memo(books: &Books, txn: &Txn) -> Vec<Element> {
    let mut fields = vec![Element::leaf("CreditRemaining", money(credits::remaining(books, txn)))];
    fields.extend(credits::all_linked(books, txn));
    fields
}

/// Orders are closed by hand: nothing here invoices them.
pub(crate) fn tell_sales_order(_: &Books, _: &Txn) -> Vec<Element> {
    vec![Element::leaf("IsFullyInvoiced", "false")]
}
