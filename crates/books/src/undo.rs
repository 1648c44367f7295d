//! Undo: the entries that take others out of QuickBooks again, so that the trial balance is what it was.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    body::Body,
    entry::{Entry, EntryKey, EntryKind, Posting, Postings},
    money::Money,
    reasons::Why,
};

/// How transactions are taken out of QuickBooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Removal {
    /// Their amounts become zero and the record stays, where QuickBooks can do that; else they are deleted.
    #[default]
    Void,
    /// They are deleted.
    Delete,
}

/// The entries that undo `entries`, the last posted first. `entries` are posted, in the order of posting, and everything
/// that builds on one of them is among them. `taken` tells which keys are used already.
///
/// A form and what was done to it are undone together; of a form that stays, a change is changed back and a voiding is
/// taken back. What sets a credit memo against an invoice goes with either of them; alone it moves nothing and stays.
#[must_use]
pub fn undo(entries: &[Entry], removal: Removal, taken: impl Fn(&EntryKey) -> bool) -> Vec<Entry> {
    let selected: BTreeSet<&EntryKey> = entries.iter().map(|entry| &entry.key).collect();
    let mut undoing: Vec<Entry> = Vec::new();
    // Which entry undoes what.
    let mut by: BTreeMap<EntryKey, EntryKey> = BTreeMap::new();
    for entry in entries.iter().rev() {
        let Some(body) = taking_back(entry, entries, &selected, removal) else { continue };
        // What goes with two forms is taken back with the first of them.
        let done: Vec<&Entry> =
            entries.iter().filter(|other| goes_with(other, entry) && !by.contains_key(&other.key)).collect();
        let postings = done
            .iter()
            .flat_map(|entry| entry.postings.iter())
            .map(|posting| Posting { amount: -posting.amount, ..posting.clone() })
            .collect();
        let key = EntryKey::new("undo", entry.key.as_str()).unless(&taken);
        // What builds on it goes first.
        let mut needs: Vec<EntryKey> = Vec::new();
        for other in entries.iter().filter(|other| other.needs.contains(&entry.key)) {
            if let Some(first) = by.get(&other.key).filter(|first| **first != key && !needs.contains(first)) {
                needs.push(first.clone());
            }
        }
        by.extend(done.iter().map(|done| (done.key.clone(), key.clone())));
        let kind = match body {
            Body::Void { .. } => EntryKind::Void,
            Body::Change { .. } => EntryKind::Change,
            _ => EntryKind::Deletion,
        };
        undoing.push(Entry {
            key,
            document: entry.document.clone(),
            kind,
            date: entry.date,
            number: entry.number.clone(),
            title: entry.title.clone(),
            total: Money::ZERO,
            postings: Postings::new(postings).unwrap_or_default(),
            why: vec![Why::Undo],
            needs,
            carries: Vec::new(),
            undoes: done.iter().map(|done| done.key.clone()).collect(),
            body,
        });
    }
    undoing
}

/// Whether undoing `entry` undoes `other` as well: it is the same, or was done to what `entry` made.
fn goes_with(other: &Entry, entry: &Entry) -> bool {
    other.key == entry.key
        || (entry.target().is_none() && other.target() == Some(&entry.key))
        || matches!(&other.body, Body::Application { credit, .. } if *credit == entry.key)
}

/// What takes an entry back; none for what goes with another, or moves nothing.
fn taking_back(entry: &Entry, entries: &[Entry], selected: &BTreeSet<&EntryKey>, removal: Removal) -> Option<Body> {
    if entry.target().is_some_and(|target| selected.contains(target)) || !entry.undoes.is_empty() {
        return None;
    }
    match &entry.body {
        Body::Application { .. } | Body::Deletion { .. } => None,
        Body::Change { target, before: Some(before), after } => {
            Some(Body::Change { target: target.clone(), before: Some(after.clone()), after: before.clone() })
        }
        Body::Change { target, before: None, after } => {
            Some(Body::Void { target: target.clone(), before: after.clone() })
        }
        Body::Void { target, before } => {
            Some(Body::Change { target: target.clone(), before: None, after: before.clone() })
        }
        _ => {
            let standing = standing(entry, entries)?;
            let target = entry.key.clone();
            let before = Box::new(standing.clone());
            if entry.kind.is_list() || removal == Removal::Delete || standing.txn_void_type().is_none() {
                Some(Body::Deletion { target, before })
            } else {
                Some(Body::Void { target, before })
            }
        }
    }
}

/// How the form of `entry` stands after everything that was done to it; none where it is voided already.
fn standing<'e>(entry: &'e Entry, entries: &'e [Entry]) -> Option<&'e Body> {
    let mut standing = Some(&entry.body);
    for other in entries.iter().filter(|other| other.target() == Some(&entry.key)) {
        match &other.body {
            Body::Change { after, .. } => standing = Some(after),
            Body::Void { .. } => standing = None,
            _ => {}
        }
    }
    standing
}
