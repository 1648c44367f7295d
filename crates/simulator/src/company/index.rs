//! Where to find transactions without looking at all of them.

use std::collections::BTreeSet;
use std::ops::Bound;

use jiff::civil::{Date, DateTime};

use super::books::Txn;
use super::ids::{ListId, TxnId};

/// Transactions by number, by day, by last change and by name.
#[derive(Debug, Default)]
pub(crate) struct TxnIndex {
    numbers: BTreeSet<(&'static str, Box<str>, TxnId)>,
    days: BTreeSet<(&'static str, Date, u64, TxnId)>,
    changes: BTreeSet<(&'static str, DateTime, TxnId)>,
    names: BTreeSet<(ListId, &'static str, TxnId)>,
}

impl TxnIndex {
    pub fn insert(&mut self, txn: &Txn) {
        let (kind, id) = (txn.info.name, &txn.id);
        if let Some(number) = folded_number(txn) {
            self.numbers.insert((kind, number, id.clone()));
        }
        self.days.insert((kind, txn.date, txn.number, id.clone()));
        self.changes.insert((kind, txn.modified, id.clone()));
        for name in names(txn) {
            self.names.insert((name, kind, id.clone()));
        }
    }

    pub fn remove(&mut self, txn: &Txn) {
        let (kind, id) = (txn.info.name, &txn.id);
        if let Some(number) = folded_number(txn) {
            self.numbers.remove(&(kind, number, id.clone()));
        }
        self.days.remove(&(kind, txn.date, txn.number, id.clone()));
        self.changes.remove(&(kind, txn.modified, id.clone()));
        for name in names(txn) {
            self.names.remove(&(name, kind, id.clone()));
        }
    }

    /// Those with a number, whatever its case.
    pub fn numbered(&self, kind: &'static str, number: &str) -> impl Iterator<Item = &TxnId> {
        let number = number.to_lowercase();
        let from = (kind, number.clone().into_boxed_str(), TxnId::new(""));
        self.numbers
            .range(from..)
            .take_while(move |(at, here, _)| *at == kind && **here == *number)
            .map(|(_, _, id)| id)
    }

    /// Those of a range of days, in the order of days and of their making.
    pub fn dated(&self, kind: &'static str, from: Option<Date>, to: Option<Date>) -> impl Iterator<Item = &TxnId> {
        let from = (kind, from.unwrap_or(Date::MIN), 0, TxnId::new(""));
        self.days
            .range(from..)
            .take_while(move |(at, day, _, _)| *at == kind && to.is_none_or(|to| *day <= to))
            .map(|(_, _, _, id)| id)
    }

    /// Those changed within a range of moments.
    pub fn changed(
        &self,
        kind: &'static str,
        from: Option<DateTime>,
        to: Option<DateTime>,
    ) -> impl Iterator<Item = &TxnId> {
        let from = (kind, from.unwrap_or(DateTime::MIN), TxnId::new(""));
        self.changes
            .range((Bound::Included(from), Bound::Unbounded))
            .take_while(move |(at, moment, _)| *at == kind && to.is_none_or(|to| *moment <= to))
            .map(|(_, _, id)| id)
    }

    /// Those that name a customer, vendor or other name, on the form or in a posting.
    pub fn naming<'a>(&'a self, name: &'a ListId, kind: &'static str) -> impl Iterator<Item = &'a TxnId> {
        let from = (name.clone(), kind, TxnId::new(""));
        self.names.range(from..).take_while(move |(at, of, _)| at == name && *of == kind).map(|(_, _, id)| id)
    }
}

fn folded_number(txn: &Txn) -> Option<Box<str>> {
    txn.text("RefNumber").map(|number| number.to_lowercase().into_boxed_str())
}

fn names(txn: &Txn) -> BTreeSet<ListId> {
    txn.entity().into_iter().chain(txn.body.entries.iter().filter_map(|entry| entry.entity.clone())).collect()
}
