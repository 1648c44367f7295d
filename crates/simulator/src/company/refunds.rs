//! Money back to customers: card refunds and checks, both paid out of credit memos (PROTOCOL.md d).

use rust_decimal::Decimal;

use super::books::{Application, Body, Books, Entry, Line, Txn, money, reference_in};
use super::credits;
use super::ids::{ListId, TxnId};
use super::packed::Packed;
use super::references::told;
use super::status::Status;
use super::transactions::{Draft, DraftLine};
use super::xml::Element;

/// `ARRefundCreditCard`: debits Accounts Receivable, credits the account that the money comes from.
pub(crate) fn book_card_refund(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let customer = draft.reference("CustomerRef");
    let missing_account = || Status::new(3270, "Missing posting account.");
    let from = draft.reference("RefundFromAccountRef").ok_or_else(missing_account)?;
    let receivable = draft
        .reference("ARAccountRef")
        .or_else(|| books.special_account("AccountsReceivable"))
        .ok_or_else(missing_account)?;
    let mut applications = Vec::new();
    for line in &draft.lines {
        let amount = line.decimal("RefundAmount").unwrap_or_default();
        applications.push(paid_out(books, &applications, line, customer.as_ref(), "RefundAmount", amount, None)?);
    }
    let total: Decimal = applications.iter().map(|application| application.amount).sum();
    let entry = |account, amount| Entry { entity: customer.clone(), ..Entry::new(account, amount) };
    let mut computed = vec![Element::leaf("TotalAmount", money(total))];
    if draft.reference("ARAccountRef").is_none() {
        computed.push(told(books, "ARAccountRef", &receivable));
    }
    let entries = vec![entry(from, -total), entry(receivable, total)];
    Ok(Body { total, computed: Packed::of(&computed), entries, applications, ..Body::default() })
}

/// What a line pays out of a credit memo of the customer, no more than it has left.
fn paid_out(
    books: &Books,
    earlier: &[Application],
    line: &DraftLine,
    customer: Option<&ListId>,
    field: &str,
    amount: Decimal,
    except: Option<&TxnId>,
) -> Result<Application, Status> {
    let id = line.text("TxnID").unwrap_or_default();
    let (memo, left) = credits::refundable(books, id, customer, except)?;
    if earlier.iter().any(|other| other.to == memo.id) {
        return Err(Status::rule("TxnID", id, "The transaction is named twice."));
    }
    if amount <= Decimal::ZERO || amount > left {
        let why = "The amount must be positive and no more than what remains of the credit.";
        return Err(Status::rule(field, &money(amount), why));
    }
    Ok(Application { to: memo.id.clone(), amount, discount: Decimal::ZERO, discount_account: None })
}

/// The credit memos that were refunded, and what they have left now.
pub(crate) fn tell_card_refund(books: &Books, txn: &Txn) -> Vec<Element> {
    let refunded = txn.body.applications.iter().filter_map(|application| {
        let memo = books.txns.get(&application.to)?;
        let fields = vec![
            Element::leaf("TxnID", memo.id.as_str()),
            Element::leaf("TxnType", memo.info.name),
            Element::leaf("TxnDate", memo.date.to_string()),
            Element::leaf("RefNumber", memo.text("RefNumber").unwrap_or_default()),
            Element::leaf("CreditRemaining", money(credits::remaining(books, memo))),
            Element::leaf("RefundAmount", money(application.amount)),
        ];
        Some(Element::group("RefundAppliedToTxnRet", fields))
    });
    refunded.collect()
}

/// `Check`: credits a bank account, debits the accounts of its expense lines; what it pays out of credit memos is
/// covered by lines on Accounts Receivable.
pub(crate) fn book_check(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let bank = draft.reference("AccountRef").ok_or_else(|| Status::new(3270, "Missing posting account."))?;
    if books.account_type(&bank) != "Bank" {
        let why = "A check is drawn on an account of type Bank.";
        return Err(Status::invalid_reference("Account", books.full_name(&bank), "Check", why));
    }
    let payee = draft.reference("PayeeEntityRef");
    let mut body = Body { entries: vec![Entry::new(bank, Decimal::ZERO)], ..Body::default() };
    let mut receivable = Decimal::ZERO;
    for line in draft.lines.iter().filter(|line| line.kind.add == "ExpenseLineAdd") {
        let Some(account) = reference_in(&line.fields, "AccountRef") else {
            return Err(Status::new(3270, "Missing posting account."));
        };
        let amount = line.decimal("Amount").unwrap_or_default();
        let entity = reference_in(&line.fields, "CustomerRef").or_else(|| payee.clone());
        super::ledger::check_entity(books, &account, entity.as_ref(), "Check")?;
        if books.account_type(&account) == "AccountsReceivable" {
            receivable += amount;
        }
        body.entries.push(Entry {
            entity,
            class: reference_in(&line.fields, "ClassRef"),
            line: Some(body.lines.len()),
            ..Entry::new(account, amount)
        });
        body.lines.push(Line::of(line, &line.fields));
    }
    body.total = body.entries.iter().map(|entry| entry.amount).sum();
    body.entries[0].amount = -body.total;
    body.entries[0].entity.clone_from(&payee);
    if body.total < Decimal::ZERO {
        return Err(Status::saving("Check", "Transaction amount must be positive."));
    }
    body.applications = applied_by_check(books, draft, payee.as_ref())?;
    let applied: Decimal = body.applications.iter().map(|application| application.amount).sum();
    if applied > receivable {
        let why = "The check pays out more credit than its lines on Accounts Receivable come to.";
        return Err(Status::rule("Amount", &money(applied), why));
    }
    body.computed = Packed::of(&[Element::leaf("Amount", money(body.total))]);
    Ok(body)
}

/// The credit memos that a check pays out; a Mod that names none keeps those that are.
fn applied_by_check(books: &Books, draft: &Draft, payee: Option<&ListId>) -> Result<Vec<Application>, Status> {
    let mut lines = draft.lines.iter().filter(|line| line.kind.add == "ApplyCheckToTxnAdd").peekable();
    if lines.peek().is_none() {
        return Ok(draft.previous.map_or_else(Vec::new, |previous| previous.body.applications.clone()));
    }
    let except = draft.previous.map(|txn| &txn.id);
    let mut applications = Vec::new();
    for line in lines {
        let amount = match line.decimal("Amount") {
            Some(amount) => amount,
            None => credits::refundable(books, line.text("TxnID").unwrap_or_default(), payee, except)?.1,
        };
        applications.push(paid_out(books, &applications, line, payee, "Amount", amount, except)?);
    }
    Ok(applications)
}

/// The credit memos that a check paid out.
pub(crate) fn tell_check(books: &Books, txn: &Txn) -> Vec<Element> {
    credits::all_linked(books, txn)
}
