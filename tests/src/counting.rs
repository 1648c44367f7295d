//! Counting what is in the company file, past the program and past qbXML.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use simulator::{
    company::{Company, TransactionView},
    shop::{FinancialStatus, Order},
};

use crate::World;

/// Lists whose elements the program makes.
const LISTS: [&str; 8] = [
    "Customer",
    "ItemInventory",
    "ItemNonInventory",
    "ItemService",
    "ItemOtherCharge",
    "ItemSalesTax",
    "Class",
    "PaymentMethod",
];

impl World {
    /// Each order that was paid is in the company file once: as one sales receipt, or as one invoice with payments that
    /// add up to it; nothing else is there; and the program agrees.
    pub fn assert_exactly_once(&self) {
        self.assert_file_is_exact();
        self.assert_program_is_content();
    }

    /// As [`Self::assert_exactly_once`], by the company file alone.
    pub fn assert_file_is_exact(&self) {
        let paid: BTreeSet<String> =
            self.shop.with_orders(|orders| orders.iter().filter(|order| is_paid(order)).map(number).collect());
        let transactions = self.company.transactions();
        let mut by_order: BTreeMap<&str, Vec<&TransactionView>> = BTreeMap::new();
        let mut tags = BTreeSet::new();
        for transaction in &transactions {
            let (_, tag) = transaction.memo.split_once("TB-").unwrap_or_else(|| panic!("not ours: {transaction:?}"));
            assert!(tags.insert(tag.to_owned()), "twice in the company file: {transaction:?}");
            assert!(!transaction.void && !transaction.pending, "{transaction:?}");
            by_order.entry(&transaction.ref_number).or_default().push(transaction);
        }
        let sold: BTreeSet<String> = by_order.keys().map(|&number| number.to_owned()).collect();
        assert_eq!(paid.difference(&sold).collect::<Vec<_>>(), Vec::<&String>::new(), "not in the company file");
        assert_eq!(sold.difference(&paid).collect::<Vec<_>>(), Vec::<&String>::new(), "not in the shop");
        for (number, transactions) in by_order {
            let of = |kind: &str| transactions.iter().filter(|one| one.kind == kind).collect::<Vec<_>>();
            let (receipts, invoices, payments) = (of("SalesReceipt"), of("Invoice"), of("ReceivePayment"));
            match (receipts.len(), invoices.as_slice()) {
                (1, []) => assert!(payments.is_empty(), "{number}: a sales receipt with payments"),
                (0, [invoice]) => {
                    let received: Decimal = payments.iter().map(|payment| payment.total).sum();
                    assert_eq!(received, invoice.total, "{number}: the invoice's payments");
                }
                (receipts, invoices) => panic!("{number}: {receipts} sales receipts, {} invoices", invoices.len()),
            }
        }
        assert_eq!(self.company.trial_balance().values().sum::<Decimal>(), Decimal::ZERO);
    }

    /// Nothing waits, nothing is in doubt, every account ties out, and the audit's chain is whole.
    pub fn assert_program_is_content(&self) {
        let status = self.ask(&["status", "--json"]);
        assert_eq!(status.code, 0, "{status:?}");
        let status = status.json();
        for number in ["ready", "uncertain", "held", "rejected"] {
            assert_eq!(status[number], 0, "{number}: {status}");
        }
        self.assert_ties_out();
        let diagnostics = self.ask(&["diagnostics"]).json();
        assert!(diagnostics["audit"].as_str().unwrap().starts_with("Whole"), "{diagnostics}");
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

/// What every transaction says, whenever it was made.
fn essence(company: &Company) -> Vec<String> {
    let mut all: Vec<String> = company
        .transactions()
        .into_iter()
        .map(|one| {
            format!(
                "{} {} {} {} {} {:?} {:?}",
                one.kind, one.ref_number, one.memo, one.date, one.total, one.entity, one.postings
            )
        })
        .collect();
    all.sort();
    all
}

/// Whether the order is a sale that belongs into the books.
fn is_paid(order: &Order) -> bool {
    !order.is_test() && order.financial_status() == FinancialStatus::Paid
}

/// The order's reference number.
fn number(order: &Order) -> String {
    order.name().trim_start_matches('#').to_owned()
}
