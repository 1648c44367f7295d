//! Opening balances: an account's OpenBalance and an inventory item's QuantityOnHand post against Opening Balance
//! Equity, as QuickBooks does when the element is made.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::books::{Body, Books, Entry, ListObject, Txn, cents};
use super::ids::ListId;
use super::kinds::TxnInfo;
use super::status::Status;
use super::stock::StockMove;
use super::transactions::Draft;
use super::xml::Element;

static STOCK: TxnInfo =
    TxnInfo { name: "InventoryAdjustment", line: "", book: refuse, tell: super::sales::tell_nothing };
static BALANCE: TxnInfo = TxnInfo { name: "JournalEntry", line: "", book: refuse, tell: super::sales::tell_nothing };

/// These transactions come with their list element only.
fn refuse(_: &Books, _: &Draft) -> Result<Body, Status> {
    Err(Status::feature_off("opening balance"))
}

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
        "ItemInventory" => {
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

/// Books what [`wanted`] found.
pub(crate) fn put(books: &mut Books, id: &ListId, opening: Opening) {
    let (Some(object), Some(equity)) = (books.lists.get(id), books.special_account("OpeningBalanceEquity")) else {
        return;
    };
    let stocked = object.info.name == "ItemInventory";
    let account = if stocked { object.reference("AssetAccountRef") } else { Some(id.clone()) };
    let Some(account) = account else { return };
    let item = stocked.then(|| id.clone());
    let entry = |account, amount| Entry { account, amount, class: None, entity: None, item: item.clone() };
    let mut body = Body {
        total: opening.amount,
        entries: vec![entry(account, opening.amount), entry(equity, -opening.amount)],
        ..Body::default()
    };
    body.moves.extend(item.clone().map(|item| StockMove { item, quantity: opening.quantity, value: opening.amount }));
    let memo = format!("{} - Opening balance", object.full_name);
    let txn = Txn {
        info: if stocked { &STOCK } else { &BALANCE },
        id: books.new_txn_id(),
        created: books.now,
        modified: books.now,
        sequence: books.new_sequence(),
        number: books.new_txn_number(),
        date: opening.date,
        void: false,
        fields: vec![Element::leaf("Memo", memo)],
        body,
    };
    books.put_txn(txn);
}
