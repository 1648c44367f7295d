//! The tie-out: what the shop says was sold and paid, against what QuickBooks says it booked, account by account.
//!
//! The shop's side comes from the order's own totals and payments, not from the lines that make the form; the company
//! file's side from the objects that QuickBooks sent back, not from what was sent. So a difference between what was meant
//! and what was booked is seen (DESIGN.md 5).

use std::collections::BTreeMap;

use qbxml::{Amount, InvoiceRet, Object, ReceivePaymentRet, RefRet, SalesReceiptRet};
use serde::{Deserialize, Serialize};

use crate::{
    document::{DocumentId, Order},
    entry::Posting,
    items,
    lists::{Lists, NameSpace},
    map::Context,
    mapping::Purpose,
    money::Money,
    needs::{Needs, clearing},
    sums::{self, Source},
};

/// QuickBooks' own account of sales tax, and the one at which money arrives when a form names none.
const SALES_TAX_PAYABLE: &str = "Sales Tax Payable";
const UNDEPOSITED_FUNDS: &str = "Undeposited Funds";
const ACCOUNTS_RECEIVABLE: &str = "Accounts Receivable";

/// One account of the tie-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Full name of the account.
    pub account: String,
    /// What the shop says: debit above zero, credit below.
    pub shop: Money,
    /// What QuickBooks booked, with the same signs.
    pub company: Money,
    /// The company's figure less the shop's: zero where both agree.
    pub difference: Money,
}

/// What the shop's totals and payments of a sale come to by account, in order of account: debit above zero. The mapping
/// decides only which account a figure belongs to. Payments through an unknown gateway stand under the gateway's name.
///
/// Every sale and every payment of the order counts, whether or not the order is posted yet: the caller chooses the orders.
/// One whose amounts can't be added up gives nothing; it is held anyway.
#[must_use]
pub fn shop_side(order: &Order, context: &Context<'_>) -> Vec<(String, Money)> {
    if !sums::unusable(order).is_empty() {
        return Vec::new();
    }
    let nobody = DocumentId::new("");
    let mut side = ShopSide { needs: Needs::new(context, &nobody, ""), sums: BTreeMap::new() };
    side.sold(order);
    side.paid(order);
    side.sums.into_iter().filter(|(_, amount)| !amount.is_zero()).collect()
}

struct ShopSide<'a> {
    /// Only asked where things belong; what it would make or hold is dropped.
    needs: Needs<'a>,
    sums: BTreeMap<String, Money>,
}

impl ShopSide<'_> {
    fn credit(&mut self, purpose: Purpose, amount: Money) {
        let account = self.needs.account(purpose);
        self.debit(account, -amount);
    }

    fn debit(&mut self, account: String, amount: Money) {
        *self.sums.entry(account).or_default() += amount;
    }

    fn sold(&mut self, order: &Order) {
        let totals = &order.totals;
        let included = |tax: Money| if order.taxes_included { tax } else { Money::ZERO };
        let (mut discounts, mut goods, mut tips) = (Money::ZERO, totals.subtotal, totals.tips);
        for line in &order.lines {
            let net = sums::net(order, line);
            let off: Money = net.discounts.into_iter().sum();
            discounts += off;
            let gross = off - included(sums::tax(&line.taxes));
            if line.tip {
                tips += gross;
                continue;
            }
            goods += gross;
            // Of the goods, what does not belong to the common sales account.
            if line.item.gift_card {
                goods -= net.price;
                self.credit(Purpose::GiftCards, net.price);
            } else if let Some(sold) = items::goods(&mut self.needs, line) {
                goods -= net.price;
                self.debit(sold.account, -net.price);
            }
        }
        let shipping_tax: Money = order.shipping.iter().map(|line| sums::tax(&line.taxes)).sum();
        let remitted: Money = sums::tax_lines(order).filter(|tax| tax.channel_liable).map(|tax| tax.amount).sum();
        self.credit(Purpose::Sales, goods);
        self.credit(Purpose::Discounts, -discounts);
        self.credit(Purpose::Shipping, totals.shipping - included(shipping_tax));
        self.credit(Purpose::Tips, tips);
        self.credit(Purpose::Duties, totals.duties);
        self.credit(Purpose::Fees, totals.fees);
        self.credit(Purpose::SalesTax, totals.tax - remitted);
        self.credit(Purpose::MarketplaceTax, remitted);
        self.credit(Purpose::CashRounding, totals.cash_rounding);
    }

    fn paid(&mut self, order: &Order) {
        let context = self.needs.context;
        let counted: Vec<_> =
            order.payments.iter().filter_map(|payment| Some((payment, sums::received(payment)?))).collect();
        let received: Money = counted.iter().map(|(_, amount)| *amount).sum();
        let sold: Money = self.sums.values().copied().sum();
        // Where the payments leave the rounding of cash out, it is what they lack of the sale.
        let rounding = order.totals.cash_rounding;
        let beside = !rounding.is_zero() && received + sold == -rounding;
        for (payment, amount) in counted {
            let amount = if beside { amount + payment.rounding } else { amount };
            match sums::source(context.mapping, &payment.gateway) {
                Source::GiftCard => self.credit(Purpose::GiftCards, -amount),
                Source::StoreCredit => self.credit(Purpose::StoreCredit, -amount),
                Source::Gateway => {
                    let account = clearing(context, &payment.gateway, order.location.as_ref());
                    let account = account.map_or(payment.gateway.as_str(), |name| name.trim());
                    let known = context.lists.named(NameSpace::Account, account);
                    self.debit(known.map_or_else(|| account.to_owned(), |known| known.full_name), amount);
                }
            }
        }
    }
}

/// The postings that QuickBooks made of a sales receipt, an invoice or a received payment, told from the object that it
/// sent back and the accounts of the items on it. Everything else gives none. The cost of goods, which QuickBooks posts by
/// itself, is not among them; an item that the lists do not have stands under its own name.
#[must_use]
pub fn booked(object: &Object, lists: &dyn Lists) -> Vec<Posting> {
    match object {
        Object::SalesReceipt(ret) => sales_receipt(ret, lists),
        Object::Invoice(ret) => invoice(ret, lists),
        Object::ReceivePayment(ret) => receive_payment(ret),
        _ => Vec::new(),
    }
}

fn sales_receipt(ret: &SalesReceiptRet, lists: &dyn Lists) -> Vec<Posting> {
    let grouped = ret.sales_receipt_line_group_ret.iter().flat_map(|group| &group.sales_receipt_line_ret);
    let lines = ret
        .sales_receipt_line_ret
        .iter()
        .chain(grouped)
        .map(|line| (line.item_ref.as_ref(), line.class_ref.as_ref(), line.amount));
    let account = name(ret.deposit_to_account_ref.as_ref()).unwrap_or(UNDEPOSITED_FUNDS);
    form(account, money(ret.total_amount), ret.class_ref.as_ref(), lines, ret.sales_tax_total, lists)
}

fn invoice(ret: &InvoiceRet, lists: &dyn Lists) -> Vec<Posting> {
    let grouped = ret.invoice_line_group_ret.iter().flat_map(|group| &group.invoice_line_ret);
    let lines = ret
        .invoice_line_ret
        .iter()
        .chain(grouped)
        .map(|line| (line.item_ref.as_ref(), line.class_ref.as_ref(), line.amount));
    let account = name(ret.ar_account_ref.as_ref()).unwrap_or(ACCOUNTS_RECEIVABLE);
    let total = money(ret.subtotal) + money(ret.sales_tax_total);
    form(account, total, ret.class_ref.as_ref(), lines, ret.sales_tax_total, lists)
}

fn form<'r>(
    debtor: &str,
    total: Money,
    class: Option<&RefRet>,
    lines: impl Iterator<Item = (Option<&'r RefRet>, Option<&'r RefRet>, Option<Amount>)>,
    footer_tax: Option<Amount>,
    lists: &dyn Lists,
) -> Vec<Posting> {
    let whole = name(class);
    let posting =
        |account: String, class: Option<&str>, amount| Posting { account, class: class.map(str::to_owned), amount };
    let mut postings = vec![posting(debtor.to_owned(), whole, total)];
    for (item, class, amount) in lines {
        if let Some(account) = name(item).and_then(|item| item_account(item, lists)) {
            postings.push(posting(account, name(class).or(whole), -money(amount)));
        }
    }
    postings.push(posting(sales_tax_account(lists), whole, -money(footer_tax)));
    postings.retain(|posting| !posting.amount.is_zero());
    postings
}

fn receive_payment(ret: &ReceivePaymentRet) -> Vec<Posting> {
    let total = money(ret.total_amount);
    let posting = |account: &str, amount| Posting { account: account.to_owned(), class: None, amount };
    let arrives = name(ret.deposit_to_account_ref.as_ref()).unwrap_or(UNDEPOSITED_FUNDS);
    let owed = name(ret.ar_account_ref.as_ref()).unwrap_or(ACCOUNTS_RECEIVABLE);
    vec![posting(arrives, total), posting(owed, -total)]
}

/// The account at which a line of this item arrives; none for subtotals, which post nothing.
fn item_account(item: &str, lists: &dyn Lists) -> Option<String> {
    let Some(found) = lists.named(NameSpace::Item, item) else { return Some(item.to_owned()) };
    match found.kind.as_str() {
        "ItemSubtotal" => None,
        "ItemSalesTax" => Some(sales_tax_account(lists)),
        _ => Some(found.account.unwrap_or(found.full_name)),
    }
}

fn sales_tax_account(lists: &dyn Lists) -> String {
    lists
        .named(NameSpace::Account, SALES_TAX_PAYABLE)
        .map_or_else(|| SALES_TAX_PAYABLE.to_owned(), |found| found.full_name)
}

fn name(reference: Option<&RefRet>) -> Option<&str> {
    reference?.full_name.as_deref()
}

fn money(amount: Option<Amount>) -> Money {
    Money::new(amount.unwrap_or_default().value())
}

/// Both sides by account, in order of account; accounts on which both sides have nothing are left out.
#[must_use]
pub fn compare<'a>(
    shop: impl IntoIterator<Item = (String, Money)>,
    company: impl IntoIterator<Item = &'a Posting>,
) -> Vec<Row> {
    let mut rows: BTreeMap<String, (Money, Money)> = BTreeMap::new();
    for (account, amount) in shop {
        rows.entry(account).or_default().0 += amount;
    }
    for posting in company {
        rows.entry(posting.account.clone()).or_default().1 += posting.amount;
    }
    rows.into_iter()
        .filter(|(_, (shop, company))| !shop.is_zero() || !company.is_zero())
        .map(|(account, (shop, company))| Row { account, shop, company, difference: company - shop })
        .collect()
}
