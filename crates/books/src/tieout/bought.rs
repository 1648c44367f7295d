//! What QuickBooks booked of purchases, told from the objects that it sent back.

use qbxml::{ExpenseLineRet, ItemLineRet, Object, RefRet};

use super::{money, name};
use crate::{
    entry::Posting,
    lists::{Lists, NameSpace},
    money::Money,
};

/// QuickBooks' own account of what is owed to suppliers, where a form names none.
const ACCOUNTS_PAYABLE: &str = "Accounts Payable";

/// The postings of an item receipt, a bill, a vendor credit or an inventory adjustment; everything else gives none.
pub(super) fn booked(object: &Object, lists: &dyn Lists) -> Vec<Posting> {
    match object {
        Object::ItemReceipt(ret) => {
            let grouped = ret.item_group_line_ret.iter().flat_map(|group| &group.item_line_ret);
            let items = ret.item_line_ret.iter().chain(grouped);
            let payable = ret.ap_account_ref.as_ref().or(ret.liability_account_ref.as_ref());
            spent(payable, money(ret.total_amount), &ret.expense_line_ret, items, lists)
        }
        Object::Bill(ret) => {
            let grouped = ret.item_group_line_ret.iter().flat_map(|group| &group.item_line_ret);
            let items = ret.item_line_ret.iter().chain(grouped);
            spent(ret.ap_account_ref.as_ref(), money(ret.amount_due), &ret.expense_line_ret, items, lists)
        }
        Object::VendorCredit(ret) => {
            let grouped = ret.item_group_line_ret.iter().flat_map(|group| &group.item_line_ret);
            let items = ret.item_line_ret.iter().chain(grouped);
            let total = money(ret.credit_amount);
            let mut postings = spent(ret.ap_account_ref.as_ref(), total, &ret.expense_line_ret, items, lists);
            for posting in &mut postings {
                posting.amount = -posting.amount;
            }
            postings
        }
        Object::InventoryAdjustment(ret) => {
            let class = name(ret.class_ref.as_ref()).map(str::to_owned);
            let other = name(ret.account_ref.as_ref()).unwrap_or_default();
            let lines = ret.inventory_adjustment_line_ret.iter().filter_map(|line| {
                Some((bought_account(name(line.item_ref.as_ref())?, lists), money(line.value_difference)))
            });
            let sides = lines.flat_map(|(stock, worth)| [(stock, worth), (other.to_owned(), -worth)]);
            let posting = |(account, amount)| Posting { account, class: class.clone(), amount };
            sides.map(posting).filter(|posting| !posting.amount.is_zero()).collect()
        }
        _ => Vec::new(),
    }
}

fn spent<'r>(
    payable: Option<&RefRet>,
    total: Money,
    expenses: &[ExpenseLineRet],
    items: impl Iterator<Item = &'r ItemLineRet>,
    lists: &dyn Lists,
) -> Vec<Posting> {
    let posting = |account: String, class: Option<&RefRet>, amount| Posting {
        account,
        class: name(class).map(str::to_owned),
        amount,
    };
    let mut postings = vec![posting(name(payable).unwrap_or(ACCOUNTS_PAYABLE).to_owned(), None, -total)];
    for line in expenses {
        let account = name(line.account_ref.as_ref()).unwrap_or_default().to_owned();
        postings.push(posting(account, line.class_ref.as_ref(), money(line.amount)));
    }
    for line in items {
        if let Some(item) = name(line.item_ref.as_ref()) {
            postings.push(posting(bought_account(item, lists), line.class_ref.as_ref(), money(line.amount)));
        }
    }
    postings.retain(|posting| !posting.amount.is_zero());
    postings
}

/// The account at which a line that buys this item arrives.
fn bought_account(item: &str, lists: &dyn Lists) -> String {
    match lists.named(NameSpace::Item, item) {
        Some(found) => found.asset.or(found.account).unwrap_or(found.full_name),
        None => item.to_owned(),
    }
}
