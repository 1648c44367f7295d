//! Customer payments: money in, applied to invoices or kept as a credit.

use rust_decimal::Decimal;

use super::books::{Application, Body, Books, Entry, Txn, cents, money, reference_in};
use super::ids::{ListId, TxnId};
use super::packed::Packed;
use super::status::Status;
use super::transactions::{Draft, DraftLine};
use super::xml::Element;

/// `ReceivePayment`.
pub(crate) fn book_receive_payment(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let customer = draft
        .reference("CustomerRef")
        .ok_or_else(|| Status::new(3150, "There is a missing element: \"CustomerRef\"."))?;
    let missing_account = || Status::new(3270, "Missing posting account.");
    let receivable = draft
        .reference("ARAccountRef")
        .or_else(|| books.special_account("AccountsReceivable"))
        .ok_or_else(missing_account)?;
    let deposit = draft
        .reference("DepositToAccountRef")
        .or_else(|| books.special_account("UndepositedFunds"))
        .ok_or_else(missing_account)?;
    let given: Option<Decimal> = draft.text("TotalAmount").and_then(|text| text.parse().ok());
    let mut applications = applied(books, draft, &customer)?;
    if draft.flag("IsAutoApply") && draft.previous.is_none() {
        applications = oldest_first(books, &customer, given.unwrap_or_default());
    }
    let applied_sum: Decimal = applications.iter().map(|application| application.amount).sum();
    let total = given.unwrap_or(applied_sum);
    if total < Decimal::ZERO {
        return Err(Status::rule("TotalAmount", &money(total), "A payment cannot be negative."));
    }
    if applied_sum > total {
        return Err(Status::rule(
            "AppliedToTxnAdd payment amount",
            &money(applied_sum),
            "The amounts applied are more than the payment.",
        ));
    }
    let entry = |account: ListId, amount| Entry { entity: Some(customer.clone()), ..Entry::new(account, amount) };
    let mut entries = vec![entry(deposit, total), entry(receivable.clone(), -total)];
    for application in &applications {
        if let Some(account) = &application.discount_account {
            entries.push(entry(account.clone(), application.discount));
            entries.push(entry(receivable.clone(), -application.discount));
        }
    }
    let mut computed = Vec::new();
    for (name, account) in [("ARAccountRef", &entries[1].account), ("DepositToAccountRef", &entries[0].account)] {
        if draft.reference(name).is_none() {
            computed.push(super::references::told(books, name, account));
        }
    }
    if given.is_none() {
        computed.push(Element::leaf("TotalAmount", money(total)));
    }
    Ok(Body { total, computed: Packed::of(&computed), entries, applications, ..Body::default() })
}

/// What is still unused, and what the payment settles.
pub(crate) fn tell_receive_payment(books: &Books, txn: &Txn) -> Vec<Element> {
    let used: Decimal = txn.body.applications.iter().map(|application| application.amount).sum();
    let mut fields =
        vec![Element::leaf("UnusedPayment", money(txn.body.total - used)), Element::leaf("UnusedCredits", "0.00")];
    for application in &txn.body.applications {
        let Some(target) = books.txns.get(&application.to) else { continue };
        let open = target.body.total - books.settled_amount(&target.id, None);
        let mut children = vec![
            Element::leaf("TxnID", target.id.as_str()),
            Element::leaf("TxnType", target.info.name),
            Element::leaf("TxnDate", target.date.to_string()),
            Element::leaf("RefNumber", target.text("RefNumber").unwrap_or_default()),
            Element::leaf("BalanceRemaining", money(open)),
            Element::leaf("Amount", money(application.amount)),
        ];
        if let Some(account) = &application.discount_account {
            children.push(Element::leaf("DiscountAmount", money(application.discount)));
            children.push(super::references::told(books, "DiscountAccountRef", account));
        }
        fields.push(Element::group("AppliedToTxnRet", children));
    }
    fields
}

/// The applications asked for; a Mod that names none keeps those that are.
fn applied(books: &Books, draft: &Draft, customer: &ListId) -> Result<Vec<Application>, Status> {
    if draft.lines.is_empty() {
        return Ok(draft.previous.map_or_else(Vec::new, |previous| previous.body.applications.clone()));
    }
    let mut applications: Vec<Application> = Vec::new();
    for line in &draft.lines {
        let application = application(books, draft, customer, line)?;
        if applications.iter().any(|other| other.to == application.to) {
            return Err(Status::rule("TxnID", application.to.as_str(), "The transaction is named twice."));
        }
        applications.push(application);
    }
    Ok(applications)
}

fn application(books: &Books, draft: &Draft, customer: &ListId, line: &DraftLine) -> Result<Application, Status> {
    let id = line.text("TxnID").unwrap_or_default();
    let target = books
        .txns
        .get(id)
        .filter(|target| target.info.name == "Invoice" && target.entity().as_ref() == Some(customer))
        .ok_or_else(|| Status::gone(id))?;
    if line.fields.iter().any(|field| field.name == "SetCredit") {
        return Err(Status::feature_off("SetCredit"));
    }
    let open = open_amount(books, target, draft.previous.map(|txn| &txn.id));
    let discount = cents(line.decimal("DiscountAmount").unwrap_or_default());
    let discount_account = reference_in(&line.fields, "DiscountAccountRef");
    if discount != Decimal::ZERO && discount_account.is_none() {
        return Err(Status::new(3150, "There is a missing element: \"DiscountAccountRef\"."));
    }
    let amount = line.decimal("PaymentAmount").unwrap_or_default();
    if amount < Decimal::ZERO || discount < Decimal::ZERO || amount + discount > open {
        return Err(Status::rule(
            "AppliedToTxnAdd payment amount",
            &money(amount + discount),
            "You cannot pay more than the amount due.",
        ));
    }
    Ok(Application { to: target.id.clone(), amount, discount, discount_account })
}

/// Pays the oldest open invoices first.
fn oldest_first(books: &Books, customer: &ListId, total: Decimal) -> Vec<Application> {
    let mut open: Vec<&Txn> = books
        .index
        .naming(customer, "Invoice")
        .filter_map(|id| books.txns.get(id))
        .filter(|txn| open_amount(books, txn, None) > Decimal::ZERO)
        .collect();
    open.sort_by_key(|txn| (txn.date, txn.number));
    let mut left = total;
    let mut applications = Vec::new();
    for invoice in open {
        let amount = left.min(open_amount(books, invoice, None));
        if amount <= Decimal::ZERO {
            break;
        }
        left -= amount;
        applications.push(Application {
            to: invoice.id.clone(),
            amount,
            discount: Decimal::ZERO,
            discount_account: None,
        });
    }
    applications
}

/// What is still to be paid of a transaction; nothing of a pending or voided one.
pub(crate) fn open_amount(books: &Books, txn: &Txn, except: Option<&TxnId>) -> Decimal {
    if txn.body.entries.is_empty() {
        return Decimal::ZERO;
    }
    txn.body.total - books.settled_amount(&txn.id, except)
}
