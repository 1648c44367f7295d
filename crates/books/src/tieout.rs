//! The tie-out: what the shop says was sold and paid, against what QuickBooks says it booked, account by account.
//!
//! The shop's side comes from the order's own totals and payments, not from the lines that make the form; the company
//! file's side from the objects that QuickBooks sent back, not from what was sent. So a difference between what was meant
//! and what was booked is seen (DESIGN.md 5).

mod bought;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use qbxml::{
    ARRefundCreditCardRet, Amount, CheckRet, CreditMemoRet, InvoiceRet, JournalEntryRet, JournalLineFields,
    JournalLineRet, Object, ReceivePaymentRet, RefRet, SalesReceiptRet,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    choice,
    document::{Document, DocumentId, Fact, Fate, Order},
    entry::{EntryKind, Event, Past, Posting},
    items,
    ledger::Ledger,
    life::{self, Leg, LegKind, Life, Movement, Row as LegRow, What},
    lists::{Lists, NameSpace},
    map::{Context, modes},
    mapping::{Form, Purpose},
    money::Money,
    needs::{Needs, clearing},
    opening, plan, purchases,
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

/// What the shop's own figures of an order come to on a day and an account: debit above zero.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ShopFigure {
    /// The day in the shop's time zone; what was posted on another day (an edit made in place, a closed period) is on that.
    pub date: Date,
    /// Full name of the account.
    pub account: String,
    /// The amount.
    pub amount: Money,
}

/// [`shop_figures`] of an order of which nothing is posted yet, by account.
#[must_use]
pub fn shop_side(order: &Order, context: &Context<'_>) -> Vec<(String, Money)> {
    let mut sums: BTreeMap<String, Money> = BTreeMap::new();
    for figure in shop_figures(&DocumentId::new(""), order, &[], context) {
        *sums.entry(figure.account).or_default() += figure.amount;
    }
    sums.into_iter().filter(|(_, amount)| !amount.is_zero()).collect()
}

/// What the shop says of an order by day and account. An order as it was placed is told by its own totals, what happened
/// since by its dated ledger, money by its transactions; what is sold and not paid, or paid and not sold, stands on accounts
/// receivable. The mapping decides only which account a figure belongs to. Payments through an unknown gateway stand under
/// the gateway's name.
///
/// Everything counts whether or not it is posted yet, but for refunds that are pending: the caller chooses the orders. One whose figures can't be added up
/// gives nothing; it is held anyway.
#[must_use]
pub fn shop_figures(id: &DocumentId, order: &Order, past: &[Past], context: &Context<'_>) -> Vec<ShopFigure> {
    if order.test || !sums::unusable(order).is_empty() {
        return Vec::new();
    }
    let Ok(life) = Life::of(order, context.mapping) else { return Vec::new() };
    let ledger = Ledger::of(past);
    let form = choice::choose(order, &life, false, context).form;
    let becomes = matches!(form, Form::SalesReceipt | Form::Invoice) && !plan::came_to_nothing(order, &life);
    let sold = ledger.carries(&Event::placed()) || becomes;
    let mut side = ShopSide {
        needs: Needs::new(context, id, modes(order, context), "").at(order.location.as_ref()),
        ledger,
        sold,
        sums: BTreeMap::new(),
        date: Date::MIN,
    };
    let waits =
        |leg: &Leg<'_>| !sold || matches!(leg.kind, LegKind::Refunded(refund) if life.pending.contains(&refund.id));
    for leg in life.legs.iter().filter(|leg| !waits(leg)) {
        side.on(&if leg.back.is_empty() { leg.sale() } else { leg.taking_back() }, leg.at);
        match leg.kind {
            LegKind::Placed if order.agreements.is_empty() => side.placed(order),
            _ => side.agreed(leg),
        }
    }
    for movement in &life.received {
        side.moved(order, movement, Decimal::ONE);
    }
    for movement in &life.given_back {
        side.moved(order, movement, -Decimal::ONE);
    }
    side.unallocated(order, &life);
    side.owed();
    side.costs(past);
    side.sums
        .into_iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|((date, account), amount)| ShopFigure { date, account, amount })
        .collect()
}

struct ShopSide<'a> {
    /// Only asked where things belong; what it would make or hold is dropped.
    needs: Needs<'a>,
    ledger: Ledger,
    /// Whether it is a sale: before, it is a sales order at most, and what is paid is a deposit.
    sold: bool,
    sums: BTreeMap<(Date, String), Money>,
    /// The day of what is being told.
    date: Date,
}

impl ShopSide<'_> {
    /// From now on something is told that happened at this time.
    fn on(&mut self, event: &Event, at: Timestamp) {
        let own = at.in_tz(&self.needs.context.shop.time_zone).map_or(Date::MIN, |local| local.date());
        self.date = self.ledger.date_of(event).unwrap_or(own);
    }

    fn credit(&mut self, purpose: Purpose, amount: Money) {
        let account = self.needs.account(purpose);
        self.debit(account, -amount);
    }

    fn debit(&mut self, account: String, amount: Money) {
        *self.sums.entry((self.date, account)).or_default() += amount;
    }

    /// An order as it was placed, by its own totals.
    fn placed(&mut self, order: &Order) {
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
    }

    /// What was agreed since, or all of it where the ledger tells it.
    fn agreed(&mut self, leg: &Leg<'_>) {
        for (rows, sign) in [(&leg.sold, Decimal::ONE), (&leg.back, -Decimal::ONE)] {
            for row in rows {
                let account = self.account_of(row, sign.is_sign_negative());
                self.debit(account, row.price * -sign);
                let off: Money = row.discounts.iter().map(|(_, amount)| *amount).sum();
                self.credit(Purpose::Discounts, off * -sign);
                for tax in &row.taxes {
                    let owed = if tax.channel_liable { Purpose::MarketplaceTax } else { Purpose::SalesTax };
                    self.credit(owed, tax.amount * sign);
                }
            }
        }
    }

    fn account_of(&mut self, row: &LegRow<'_>, back: bool) -> String {
        let purpose = match row.what {
            What::Goods(line) => {
                let sold = items::goods(&mut self.needs, line);
                let lost = back && row.fate == Fate::NotRestocked && sold.as_ref().is_some_and(|sold| sold.stocked);
                match sold {
                    Some(sold) if !lost => return sold.account,
                    Some(_) => Purpose::Returns,
                    None => Purpose::Sales,
                }
            }
            What::GiftCard(_) => Purpose::GiftCards,
            What::Tip => Purpose::Tips,
            What::Shipping(_) => Purpose::Shipping,
            What::Duties => Purpose::Duties,
            What::Fee(_) => Purpose::Fees,
            What::Allowance(_) => Purpose::Discounts,
            What::Adjustment => Purpose::Returns,
        };
        self.needs.account(purpose)
    }

    /// Money that came in (`sign` above zero) or went out.
    fn moved(&mut self, order: &Order, movement: &Movement<'_>, sign: Decimal) {
        let Some(event) = movement.events.first() else { return };
        self.on(event, movement.at);
        self.credit(Purpose::CashRounding, movement.rounding * sign);
        let context = self.needs.context;
        match movement.source {
            Source::GiftCard => self.credit(Purpose::GiftCards, movement.amount * -sign),
            Source::StoreCredit => self.credit(Purpose::StoreCredit, movement.amount * -sign),
            Source::Gateway => {
                let account = clearing(context, movement.gateway, order.location.as_ref());
                let account = account.map_or(movement.gateway, |(_, name)| name.trim());
                let known = context.lists.named(NameSpace::Account, account);
                self.debit(known.map_or_else(|| account.to_owned(), |known| known.full_name), movement.amount * sign);
            }
        }
        // Paid before the sale: a deposit until then.
        let deposited = if sign.is_sign_positive() {
            self.ledger.is_deposit(event)
        } else {
            self.ledger.carries(&Event::of(movement.id, "deposit"))
        };
        if deposited || !self.sold {
            self.credit(Purpose::CustomerDeposits, movement.settles() * sign);
            if self.ledger.carries(&Event::placed()) {
                let day = self.date;
                self.on(&Event::placed(), order.placed_at);
                self.credit(Purpose::CustomerDeposits, movement.settles() * -sign);
                self.date = day;
            }
        }
    }

    /// What went back beyond what was agreed to go back: the shop's own balance of the order tells how much that is.
    fn unallocated(&mut self, order: &Order, life: &Life<'_>) {
        if !self.sold {
            return;
        }
        let sum = |movements: &[Movement<'_>]| movements.iter().map(Movement::settles).sum::<Money>();
        let due: Money = life.legs.iter().map(|leg| life::total(&leg.sold) - life::total(&leg.back)).sum();
        let mut left = due - sum(&life.received) + sum(&life.given_back) - order.totals.outstanding;
        for leg in &life.legs {
            let LegKind::Refunded(refund) = leg.kind else { continue };
            let of = life.given_back.iter().filter(|movement| refund.payments.contains(movement.id));
            let paid: Money = of.map(Movement::settles).sum();
            let beyond = (paid - life::total(&leg.back) + life::total(&leg.sold)).min(left);
            if beyond.is_positive() {
                left -= beyond;
                self.on(&leg.taking_back(), leg.at);
                self.credit(Purpose::Returns, -beyond);
            }
        }
    }

    /// What goods cost where QuickBooks keeps no stock of them: the shop's unit costs, as they were when the order was mapped.
    fn costs(&mut self, past: &[Past]) {
        let stands = |past: &&Past| !past.undone && !past.refused && past.entry.kind == EntryKind::Cost;
        for entry in past.iter().filter(stands).map(|past| &past.entry) {
            self.date = entry.date.unwrap_or(Date::MIN);
            for posting in entry.postings.iter() {
                self.debit(posting.account.clone(), posting.amount);
            }
        }
    }

    /// What is sold and not paid, or paid and not sold, by day.
    fn owed(&mut self) {
        let mut days: BTreeMap<Date, Money> = BTreeMap::new();
        for ((date, _), amount) in &self.sums {
            *days.entry(*date).or_default() += *amount;
        }
        for (date, amount) in days.into_iter().filter(|(_, amount)| !amount.is_zero()) {
            self.date = date;
            self.credit(Purpose::AccountsReceivable, amount);
        }
    }
}

/// What the shop says of a document by day and account, whatever it is of; see [`shop_figures`]. Of purchases it is what
/// came and what that cost, with what is owed for it.
#[must_use]
pub fn figures(document: &Document, past: &[Past], context: &Context<'_>) -> Vec<ShopFigure> {
    let of = (&document.id, document.updated_at);
    match &document.fact {
        Fact::Order(order) => shop_figures(&document.id, order, past, context),
        Fact::PurchaseOrder(order) => purchases::purchase_figures(of, order, past, context),
        Fact::StockAdjustment(adjustment) => purchases::adjustment_figures(&document.id, adjustment, past, context),
        Fact::OpeningStock(stock) => opening::figures(&document.id, stock, past, context),
        _ => Vec::new(),
    }
}

/// The postings that QuickBooks made of a sales receipt, an invoice, a received payment, a credit memo, money given back,
/// a journal entry, an item receipt, a bill, a vendor credit or an inventory adjustment, told from the object that it sent
/// back and the accounts of the items on it. Everything else gives none. The cost of goods, which QuickBooks posts by
/// itself, is not among them; an item that the lists do not have stands under its own name.
#[must_use]
pub fn booked(object: &Object, lists: &dyn Lists) -> Vec<Posting> {
    match object {
        Object::SalesReceipt(ret) => sales_receipt(ret, lists),
        Object::Invoice(ret) => invoice(ret, lists),
        Object::ReceivePayment(ret) => receive_payment(ret),
        Object::CreditMemo(ret) => credit_memo(ret, lists),
        Object::ArRefundCreditCard(ret) => card_refund(ret),
        Object::Check(ret) => check(ret),
        Object::JournalEntry(ret) => journal_entry(ret),
        _ => bought::booked(object, lists),
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

/// An invoice with all signs turned.
fn credit_memo(ret: &CreditMemoRet, lists: &dyn Lists) -> Vec<Posting> {
    let grouped = ret.credit_memo_line_group_ret.iter().flat_map(|group| &group.credit_memo_line_ret);
    let lines = ret
        .credit_memo_line_ret
        .iter()
        .chain(grouped)
        .map(|line| (line.item_ref.as_ref(), line.class_ref.as_ref(), line.amount));
    let account = name(ret.ar_account_ref.as_ref()).unwrap_or(ACCOUNTS_RECEIVABLE);
    let mut postings =
        form(account, money(ret.total_amount), ret.class_ref.as_ref(), lines, ret.sales_tax_total, lists);
    for posting in &mut postings {
        posting.amount = -posting.amount;
    }
    postings
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

fn card_refund(ret: &ARRefundCreditCardRet) -> Vec<Posting> {
    let total = money(ret.total_amount);
    let posting = |account: &str, amount| Posting { account: account.to_owned(), class: None, amount };
    let from = name(ret.refund_from_account_ref.as_ref()).unwrap_or(UNDEPOSITED_FUNDS);
    let owed = name(ret.ar_account_ref.as_ref()).unwrap_or(ACCOUNTS_RECEIVABLE);
    vec![posting(from, -total), posting(owed, total)]
}

fn check(ret: &CheckRet) -> Vec<Posting> {
    let bank = name(ret.account_ref.as_ref()).unwrap_or_default();
    let drawn = Posting { account: bank.to_owned(), class: None, amount: -money(ret.amount) };
    let spent = ret.expense_line_ret.iter().map(|line| Posting {
        account: name(line.account_ref.as_ref()).unwrap_or_default().to_owned(),
        class: name(line.class_ref.as_ref()).map(str::to_owned),
        amount: money(line.amount),
    });
    std::iter::once(drawn).chain(spent).collect()
}

fn journal_entry(ret: &JournalEntryRet) -> Vec<Posting> {
    let posting = |line: &JournalLineFields, amount| Posting {
        account: name(line.account_ref.as_ref()).unwrap_or_default().to_owned(),
        class: name(line.class_ref.as_ref()).map(str::to_owned),
        amount,
    };
    let lines = ret.journal_line_ret.iter().map(|line| match line {
        JournalLineRet::Debit(line) => posting(line, money(line.amount)),
        JournalLineRet::Credit(line) => posting(line, -money(line.amount)),
    });
    lines.filter(|posting| !posting.amount.is_zero()).collect()
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
