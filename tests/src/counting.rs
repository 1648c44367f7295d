//! Counting what is in the company file, past the program and past qbXML.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use simulator::{
    company::Company,
    shop::{FinancialStatus, Fulfilment, Order, Shop},
};

use crate::World;

/// Lists whose elements the program makes.
const LISTS: [&str; 9] = [
    "Customer",
    "ItemInventory",
    "ItemNonInventory",
    "ItemService",
    "ItemOtherCharge",
    "ItemSalesTax",
    "Class",
    "PaymentMethod",
    "StandardTerms",
];

impl World {
    /// Everything that the shop sold, took back, received and gave back is in the company file once; nothing else is there;
    /// and the program agrees.
    pub fn assert_exactly_once(&self) {
        self.assert_file_is_exact();
        self.assert_program_is_content();
    }

    /// As [`Self::assert_exactly_once`], by the company file alone.
    pub fn assert_file_is_exact(&self) {
        self.assert_file_is_exact_but_for(&[]);
    }

    /// As [`Self::assert_file_is_exact`]; of these orders only that nothing is there twice.
    pub fn assert_file_is_exact_but_for(&self, others: &[&str]) {
        let mut tags = BTreeSet::new();
        let mut booked: BTreeMap<String, BTreeMap<String, Decimal>> = BTreeMap::new();
        for one in self.company.transactions() {
            let (_, tag) = one.memo.split_once("TB-").unwrap_or_else(|| panic!("not ours: {one:?}"));
            assert!(!one.pending, "{one:?}");
            assert!(one.void || tags.insert(tag.to_owned()), "twice in the company file: {one:?}");
            let order = one.ref_number.split('-').next().unwrap_or_default();
            // The stock with which the books begin is no order's.
            if order == "OPENING" {
                continue;
            }
            let accounts = booked.entry(order.to_owned()).or_default();
            for posting in one.postings {
                *accounts.entry(posting.account).or_default() += posting.amount;
            }
        }
        let meant = self.shop.with_orders(|orders| {
            let told = orders.iter().filter(|order| !order.is_deleted());
            told.map(|order| (number(order), order.id())).collect::<BTreeMap<_, _>>()
        });
        for order in booked.keys() {
            assert!(meant.contains_key(order), "{order} is not in the shop");
        }
        for (order, id) in meant.iter().filter(|(_, id)| !others.contains(&id.as_str())) {
            let booked = booked.remove(order).unwrap_or_default();
            for (figure, amount, accounts) in figures(&self.shop, id) {
                let there: Decimal = accounts.iter().filter_map(|account| booked.get(*account)).sum();
                assert_eq!(-there, amount, "{figure} of {order}: {booked:?}");
            }
        }
        assert_eq!(self.company.trial_balance().values().sum::<Decimal>(), Decimal::ZERO);
    }

    /// Nothing waits, nothing is in doubt, every account ties out, and the audit's chain is whole.
    pub fn assert_program_is_content(&self) {
        self.assert_nothing_waits();
        self.assert_ties_out();
    }

    /// Nothing waits, nothing is in doubt, and the audit's chain is whole.
    pub fn assert_nothing_waits(&self) {
        let status = self.ask(&["status", "--json"]);
        assert_eq!(status.code, 0, "{status:?}");
        let status = status.json();
        for number in ["ready", "uncertain", "held", "rejected"] {
            assert_eq!(status[number], 0, "{number}: {status}");
        }
        let bundle = self.ask(&["diagnostics"]).json();
        let summary = bundle.as_array().unwrap().iter().find(|file| file["name"] == "summary.json").unwrap();
        let summary: serde_json::Value = serde_json::from_str(summary["text"].as_str().unwrap()).unwrap();
        assert!(summary["audit"]["Whole"]["rows"].as_u64().unwrap() > 0, "{summary}");
    }

    /// Every account's difference between the shop and the company file is zero; there is at least one account.
    pub fn assert_ties_out(&self) {
        let tieout = self.ask(&["tieout", "--json"]);
        assert_eq!(tieout.code, 0, "{tieout:?}");
        let tieout = tieout.json();
        let rows = tieout["rows"].as_array().unwrap();
        assert!(!rows.is_empty(), "{tieout}");
        for row in rows {
            let difference: Decimal = row["difference"].as_str().unwrap().parse().unwrap();
            assert!(difference.is_zero(), "{row}");
        }
    }

    /// A second installation carries the same shop, undisturbed, into a company file of its own: both files' books and
    /// lists are the same.
    pub fn assert_same_as_undisturbed(&self) {
        let mut other = self.another();
        other.finish();
        other.assert_exactly_once();
        assert_eq!(self.company.trial_balance(), other.company.trial_balance());
        for list in LISTS {
            assert_eq!(self.company.names(list), other.company.names(list), "{list}");
        }
        assert_eq!(essence(&self.company), essence(&other.company));
    }
}

/// What a company file holds, to be held against another.
#[derive(Debug, PartialEq, Eq)]
pub struct Books {
    /// Balances by account.
    pub balances: BTreeMap<String, Decimal>,
    /// What every transaction says.
    pub transactions: Vec<String>,
    /// The names of the lists that the program adds to.
    pub lists: Vec<Vec<String>>,
}

impl Books {
    /// What the company file of this world holds.
    pub fn of(world: &World) -> Self {
        let lists =
            ["Customer", "Vendor", "ItemInventory", "ItemNonInventory", "ItemOtherCharge", "StandardTerms", "Class"];
        Self {
            balances: world.company.trial_balance(),
            transactions: essence(&world.company),
            lists: lists.map(|list| world.company.names(list)).into(),
        }
    }
}

/// What every transaction of the company file says, whenever it was made.
pub fn essence(company: &Company) -> Vec<String> {
    let mut all: Vec<String> = company
        .transactions()
        .into_iter()
        .map(|one| {
            format!(
                "{} {} {} {} {} {:?} {} {:?}",
                one.kind, one.ref_number, one.memo, one.date, one.total, one.entity, one.void, one.postings
            )
        })
        .collect();
    all.sort();
    all
}

/// The shop's own figures of one order, each with the accounts that it is booked to. A sale counts once the order is
/// delivered or paid: before, it is a sales order at most.
fn figures(shop: &Shop, order: &str) -> Vec<(&'static str, Decimal, Vec<&'static str>)> {
    let (first, last) = (Date::constant(1970, 1, 1), Date::constant(2038, 1, 18));
    let money = shop.finance_of(first, last, |other| other.id() == order).total;
    let sold = shop.finance_of(first, last, |other| other.id() == order && is_sold(other)).total;
    let moved = |gateway: &str| -money.payments.get(gateway).copied().unwrap_or_default();
    [
        ("net sales", sold.net_sales, vec!["Merchandise Sales", "Sales Discounts", "Returns & Allowances"]),
        ("shipping", sold.shipping, vec!["Shipping Income"]),
        ("fees kept", sold.return_fees, vec!["Fee Income"]),
        ("tax", sold.taxes.values().sum(), vec!["Sales Tax Payable"]),
        ("the marketplace's tax", sold.channel_taxes.values().sum(), vec!["Marketplace Tax Collected"]),
        ("tips", sold.tips, vec!["Employee Tips Payable"]),
        ("gift cards", sold.gift_cards_sold + moved("gift_card"), vec!["Gift Cards Outstanding"]),
        ("store credit", moved("shopify_store_credit"), vec!["Store Credit Outstanding"]),
        ("cards", moved("shopify_payments"), vec!["Shopify Payments Clearing"]),
        ("PayPal", moved("paypal"), vec!["PayPal Clearing"]),
        ("cash", moved("cash"), vec!["Cash in Drawer"]),
        ("bank deposits", moved("Bank Deposit"), vec!["Undeposited Funds"]),
    ]
    .into()
}

fn is_sold(order: &Order) -> bool {
    let paid = [FinancialStatus::Paid, FinancialStatus::PartiallyRefunded, FinancialStatus::Refunded];
    order.fulfilment() != Fulfilment::Unfulfilled || paid.contains(&order.financial_status())
}

/// The order's reference number.
fn number(order: &Order) -> String {
    order.name().trim_start_matches('#').to_owned()
}
