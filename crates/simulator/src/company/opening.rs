//! Opening balances: an account's OpenBalance and an inventory item's QuantityOnHand post against Opening Balance
//! Equity, as QuickBooks does when the element is made.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::adjustments;
use super::books::{Body, Books, Entry, Line, ListObject, Txn, cents, money};
use super::ids::ListId;
use super::kinds;
use super::packed::Packed;
use super::sites;
use super::status::Status;
use super::stock::StockMove;
use super::transactions;
use super::xml::Element;

/// What a new element opens with.
#[derive(Clone, Copy)]
pub(crate) struct Opening {
    date: Date,
    amount: Decimal,
    quantity: Decimal,
}

/// Reads the opening fields; customers' and vendors' opening balances are not simulated and refused.
pub(crate) fn wanted(books: &Books, object: &ListObject, given: &[Element]) -> Result<Option<Opening>, Status> {
    let text = |name: &str| given.iter().find(|field| field.name == name).map(|field| field.text.as_str());
    let decimal = |name: &str| text(name).and_then(|text| text.parse::<Decimal>().ok());
    let date = |name: &str| text(name).and_then(super::leaf::date).unwrap_or(books.now.date());
    let opening = match object.info.name {
        "ItemInventory" | "ItemInventoryAssembly" => {
            let quantity = decimal("QuantityOnHand").unwrap_or_default();
            let cost = object.decimal("PurchaseCost").unwrap_or_default();
            let amount = decimal("TotalValue").unwrap_or_else(|| cents(quantity * cost));
            Opening { date: date("InventoryDate"), amount, quantity }
        }
        "Account" => {
            let amount = decimal("OpenBalance").unwrap_or_default();
            let credit = matches!(
                object.text("AccountType").unwrap_or_default(),
                "CreditCard" | "OtherCurrentLiability" | "LongTermLiability" | "Equity"
            );
            let amount = if credit { -amount } else { amount };
            Opening { date: date("OpenBalanceDate"), amount, quantity: Decimal::ZERO }
        }
        _ if decimal("OpenBalance").is_some_and(|amount| amount != Decimal::ZERO) => {
            return Err(Status::feature_off("OpenBalance"));
        }
        _ => return Ok(None),
    };
    Ok((opening.amount != Decimal::ZERO || opening.quantity != Decimal::ZERO).then_some(opening))
}

/// Books what [`wanted`] found, as an inventory adjustment or a journal entry.
pub(crate) fn put(books: &mut Books, id: &ListId, opening: Opening) {
    let (Some(object), Some(equity)) = (books.lists.get(id), books.special_account("OpeningBalanceEquity")) else {
        return;
    };
    let memo = format!("{} - Opening balance", object.full_name);
    let stocked = object.info.is_stocked();
    let (name, account) = if stocked {
        ("InventoryAdjustment", object.reference("AssetAccountRef"))
    } else {
        ("JournalEntry", Some(id.clone()))
    };
    let (Some(info), Some(account)) = (kinds::txn_named(name), account) else { return };
    let reference = |name: &str, id: &ListId| Element::group(name, vec![Element::leaf("ListID", id.as_str())]);
    let mut fields = vec![Element::leaf("TxnDate", opening.date.to_string()), Element::leaf("Memo", memo)];
    let mut body = Body { total: opening.amount.abs(), ..Body::default() };
    let entry = |account: &ListId, amount| Entry {
        item: stocked.then(|| id.clone()),
        line: Some(0),
        ..Entry::new(account.clone(), amount)
    };
    body.entries.extend([entry(&account, opening.amount), entry(&equity, -opening.amount)]);
    if stocked {
        fields.push(reference("AccountRef", &equity));
        let line = adjustments::told(id, opening.quantity, opening.amount);
        body.lines.push(Line { id: None, kind: &info.lines[0], fields: Packed::of(&line) });
        body.moves.push(StockMove {
            site: sites::chosen(books, &[]),
            ..StockMove::new(id.clone(), opening.quantity, opening.amount)
        });
    } else {
        for entry in &mut body.entries {
            let kind = &info.lines[usize::from(entry.amount < Decimal::ZERO)];
            let amount = Element::leaf("Amount", money(entry.amount.abs()));
            let fields = [reference("AccountRef", &entry.account), amount];
            entry.line = Some(body.lines.len());
            body.lines.push(Line { id: None, kind, fields: Packed::of(&fields) });
        }
    }
    let txn = Txn {
        info,
        id: books.new_txn_id(),
        created: books.now,
        modified: books.now,
        sequence: books.new_sequence(),
        number: books.new_txn_number(),
        date: opening.date,
        void: false,
        fields: Packed::of(&fields),
        body,
    };
    transactions::save(books, txn);
}
