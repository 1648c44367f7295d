//! Journal entries and deposits.

use rust_decimal::Decimal;

use super::books::{Body, Books, Entry, Line, money, reference_in};
use super::ids::{ListId, TxnId};
use super::packed::Packed;
use super::status::Status;
use super::transactions::{Draft, DraftLine};
use super::xml::Element;

/// A posting to receivables or payables needs to say whose (PROTOCOL.md d).
pub(crate) fn check_entity(books: &Books, account: &ListId, entity: Option<&ListId>, form: &str) -> Result<(), Status> {
    let (list, whose) = match books.account_type(account) {
        "AccountsReceivable" => ("Customer", "a customer"),
        "AccountsPayable" => ("Vendor", "a vendor"),
        _ => return Ok(()),
    };
    let fits = entity.and_then(|id| books.lists.get(id)).is_some_and(|object| object.info.name == list);
    if fits {
        return Ok(());
    }
    let account = books.full_name(account);
    Err(Status::saving(form, &format!("Transactions that use the account {account} must name {whose}.")))
}

/// `JournalEntry`: its lines, which must balance; one line on receivables or payables at most.
pub(crate) fn book_journal_entry(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let mut body = Body::default();
    let (mut balance, mut owed) = (Decimal::ZERO, 0);
    for line in &draft.lines {
        let given = line.decimal("Amount").unwrap_or_default();
        if given < Decimal::ZERO {
            return Err(Status::rule("Amount", &money(given), "A journal line cannot be negative."));
        }
        let credit = line.kind.add == "JournalCreditLine";
        let amount = if credit { -given } else { given };
        let Some(account) = reference_in(&line.fields, "AccountRef") else {
            if given == Decimal::ZERO {
                body.lines.push(Line::of(line, &line.fields));
                continue;
            }
            return Err(Status::new(3270, "Missing posting account."));
        };
        let entity = reference_in(&line.fields, "EntityRef");
        check_entity(books, &account, entity.as_ref(), "Journal Entry")?;
        owed += u32::from(matches!(books.account_type(&account), "AccountsReceivable" | "AccountsPayable"));
        balance += amount;
        body.total += amount.max(Decimal::ZERO);
        body.entries.push(Entry {
            class: reference_in(&line.fields, "ClassRef"),
            entity,
            line: Some(body.lines.len()),
            ..Entry::new(account, amount)
        });
        body.lines.push(Line::of(line, &line.fields));
    }
    if owed > 1 {
        let why = "You cannot use more than one accounts receivable or accounts payable account in the same entry.";
        return Err(Status::saving("Journal Entry", why));
    }
    if balance != Decimal::ZERO {
        let why = "Transaction is not in balance. Make sure the debits equal the credits.";
        return Err(Status::saving("Journal Entry", why));
    }
    Ok(body)
}

/// `Deposit`: debits the account deposited to; each line credits its account, or takes a payment out of
/// Undeposited Funds. Lines and the whole may be negative (PROTOCOL.md d).
pub(crate) fn book_deposit(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let account = draft.reference("DepositToAccountRef");
    let account = account.ok_or_else(|| Status::new(3270, "Missing posting account."))?;
    let mut body = Body { entries: vec![Entry::new(account, Decimal::ZERO)], ..Body::default() };
    for line in &draft.lines {
        let payment = line.text("PaymentTxnID").map(|id| deposited(books, &body.deposits, id)).transpose()?;
        let (fields, amount) = match payment {
            Some((id, fields, amount)) => {
                body.deposits.push(id);
                (fields, amount)
            }
            None => (line.fields.clone(), line.decimal("Amount").unwrap_or_default()),
        };
        let account =
            reference_in(&fields, "AccountRef").ok_or_else(|| Status::new(3270, "Missing posting account."))?;
        let entity = reference_in(&fields, "EntityRef");
        check_entity(books, &account, entity.as_ref(), "Deposit")?;
        let amount = if line.kind.add == "CashBackInfoAdd" { amount } else { -amount };
        body.entries.push(Entry {
            class: reference_in(&fields, "ClassRef"),
            entity,
            line: Some(body.lines.len()),
            ..Entry::new(account, amount)
        });
        body.lines.push(Line::of(line, &fields));
    }
    body.total = -body.entries.iter().map(|entry| entry.amount).sum::<Decimal>();
    body.entries[0].amount = body.total;
    body.computed = Packed::of(&[Element::leaf("DepositTotal", money(body.total))]);
    Ok(body)
}

/// The line that a payment in Undeposited Funds makes on a deposit.
fn deposited(books: &Books, earlier: &[TxnId], id: &str) -> Result<(TxnId, Vec<Element>, Decimal), Status> {
    let payment = books.txns.get(id).ok_or_else(|| Status::gone(id))?;
    let funds = books.special_account("UndepositedFunds");
    let main = payment.body.entries.first().filter(|entry| Some(&entry.account) == funds.as_ref());
    let waiting = matches!(payment.info.name, "ReceivePayment" | "SalesReceipt")
        && !payment.void
        && !books.deposited.contains_key(&payment.id)
        && !earlier.contains(&payment.id);
    let Some(main) = main.filter(|_| waiting) else {
        return Err(Status::rule("PaymentTxnID", id, "The payment does not wait in Undeposited Funds."));
    };
    let reference = |name: &str, id: &ListId| Element::group(name, vec![Element::leaf("ListID", id.as_str())]);
    let mut fields = vec![
        Element::leaf("TxnType", payment.info.name),
        Element::leaf("TxnID", payment.id.as_str()),
        reference("AccountRef", &main.account),
        Element::leaf("Amount", money(main.amount)),
    ];
    fields.extend(payment.entity().map(|entity| reference("EntityRef", &entity)));
    Ok((payment.id.clone(), fields, main.amount))
}

impl Line {
    /// The line as it is saved.
    pub fn of(line: &DraftLine, fields: &[Element]) -> Self {
        Self { id: line.id.clone(), kind: line.kind, fields: Packed::of(fields) }
    }
}
