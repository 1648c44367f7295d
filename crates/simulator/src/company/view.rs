//! The books as a test or a person looks at them, past qbXML.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Company;
use super::books::Txn;
use super::ids::{ListId, TxnId};

/// One debit or credit of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Account's full name.
    pub account: String,
    /// Home currency; debit positive, credit negative.
    pub amount: Decimal,
    /// Class's full name.
    pub class: Option<String>,
    /// Customer's or vendor's full name.
    pub entity: Option<String>,
    /// Item's full name: sales-tax items too, so that the liability per agency can be told.
    pub item: Option<String>,
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionView {
    /// qbXML's name of the type, such as `SalesReceipt`.
    pub kind: String,
    /// TxnID.
    pub txn_id: TxnId,
    /// Present EditSequence.
    pub edit_sequence: String,
    /// RefNumber, empty when there is none.
    pub ref_number: String,
    /// Memo, empty when there is none; voided ones begin with `VOID:`.
    pub memo: String,
    /// Date in the books.
    pub date: Date,
    /// Total in home currency.
    pub total: Decimal,
    /// Customer's or vendor's full name.
    pub entity: Option<String>,
    /// Voided.
    pub void: bool,
    /// Pending: without postings until it is made final.
    pub pending: bool,
    /// Debits and credits; they sum to zero.
    pub postings: Vec<Posting>,
}

/// What is on hand of an inventory item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockView {
    /// Units; negative when more was sold than there was.
    pub quantity: Decimal,
    /// Value in the Inventory Asset account.
    pub value: Decimal,
}

impl Company {
    /// Every account with its balance, debit positive; the sum is zero, always.
    #[must_use]
    pub fn trial_balance(&self) -> BTreeMap<String, Decimal> {
        self.books
            .lists
            .values()
            .filter(|object| object.info.name == "Account")
            .map(|account| {
                let balance = self.books.balances.get(&account.id).copied().unwrap_or_default();
                (account.full_name.clone(), balance)
            })
            .collect()
    }

    /// All transactions, in the order in which they were made.
    #[must_use]
    pub fn transactions(&self) -> Vec<TransactionView> {
        let mut txns: Vec<&Txn> = self.books.txns.values().collect();
        txns.sort_by_key(|txn| txn.number);
        txns.into_iter().map(|txn| self.view(txn)).collect()
    }

    fn view(&self, txn: &Txn) -> TransactionView {
        let name = |id: &ListId| self.books.full_name(id).to_owned();
        let postings = txn.body.entries.iter().filter(|_| !txn.void).map(|entry| Posting {
            account: name(&entry.account),
            amount: entry.amount,
            class: entry.class.as_ref().map(name),
            entity: entry.entity.as_ref().map(name),
            item: entry.item.as_ref().map(name),
        });
        TransactionView {
            kind: txn.info.name.to_owned(),
            txn_id: txn.id.clone(),
            edit_sequence: txn.sequence.to_string(),
            ref_number: txn.text("RefNumber").unwrap_or_default().to_owned(),
            memo: txn.text("Memo").unwrap_or_default().to_owned(),
            date: txn.date,
            total: txn.body.total,
            entity: txn.entity().as_ref().map(name),
            void: txn.void,
            pending: matches!(txn.text("IsPending"), Some("true" | "1")),
            postings: postings.collect(),
        }
    }

    /// Full names of a list's elements, such as of `Customer` or `ItemInventory`, in order.
    #[must_use]
    pub fn names(&self, list: &str) -> Vec<String> {
        let mut names: Vec<String> = self
            .books
            .lists
            .values()
            .filter(|object| object.info.name == list)
            .map(|object| object.full_name.clone())
            .collect();
        names.sort();
        names
    }

    /// How many elements each list has.
    #[must_use]
    pub fn list_counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for object in self.books.lists.values() {
            *counts.entry(object.info.name).or_default() += 1;
        }
        counts
    }

    /// What is on hand, by item's full name; items that never moved are left out.
    #[must_use]
    pub fn stock(&self) -> BTreeMap<String, StockView> {
        self.books
            .stock
            .iter()
            .map(|(id, stock)| {
                (self.books.full_name(id).to_owned(), StockView { quantity: stock.quantity, value: stock.value })
            })
            .collect()
    }

    /// What is on hand at each inventory site, by item's and site's full names.
    #[must_use]
    pub fn stock_at_sites(&self) -> BTreeMap<(String, String), Decimal> {
        let name = |id: &ListId| self.books.full_name(id).to_owned();
        let there = self.books.at_sites.iter().filter(|(_, quantity)| !quantity.is_zero());
        there.map(|((item, site), quantity)| ((name(item), name(site)), *quantity)).collect()
    }

    /// Sales tax owed, by sales-tax item; positive is owed to its agency.
    #[must_use]
    pub fn sales_tax_liability(&self) -> BTreeMap<String, Decimal> {
        let mut owed: BTreeMap<String, Decimal> = BTreeMap::new();
        for entry in self.books.txns.values().flat_map(|txn| &txn.body.entries) {
            let item = entry.item.as_ref().and_then(|id| self.books.lists.get(id));
            if let Some(item) = item.filter(|item| item.info.name == "ItemSalesTax") {
                *owed.entry(item.full_name.clone()).or_default() -= entry.amount;
            }
        }
        owed
    }
}
