//! Undo: the entries that take others out of QuickBooks again, so that the trial balance is what it was.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    body::Body,
    entry::{Entry, EntryKey, EntryKind, Posting, Postings},
    money::Money,
    reasons::Why,
};

/// How transactions are taken out of QuickBooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    let among = Among::new(entries);
    let mut undoing: Vec<Entry> = Vec::new();
    // Which entry undoes what.
    let mut by: BTreeMap<EntryKey, EntryKey> = BTreeMap::new();
    for entry in entries.iter().rev() {
        let Some(body) = taking_back(entry, &among, removal) else { continue };
        // What goes with two forms is taken back with the first of them.
        let mut done = among.going_with(entry);
        done.retain(|other| !by.contains_key(&other.key));
        let postings = done
            .iter()
            .flat_map(|entry| entry.postings.iter())
            .map(|posting| Posting { amount: -posting.amount, ..posting.clone() })
            .collect();
        let key = EntryKey::new("undo", entry.key.as_str()).unless(&taken);
        // What builds on it goes first.
        let mut seen = BTreeSet::new();
        let first = among.building_on(entry).iter().filter_map(|other| by.get(&other.key));
        let needs: Vec<EntryKey> = first.filter(|first| **first != key && seen.insert(*first)).cloned().collect();
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
            part_of: None,
            body,
        });
    }
    undoing
}

/// Who among the entries has to do with whom, each in the order of posting.
struct Among<'e> {
    selected: BTreeSet<&'e EntryKey>,
    /// What was done to the form that an entry made.
    done_to: BTreeMap<&'e EntryKey, Vec<&'e Entry>>,
    /// What sets a credit memo against an invoice, by the credit memo.
    credited: BTreeMap<&'e EntryKey, Vec<&'e Entry>>,
    /// What needs an entry.
    building_on: BTreeMap<&'e EntryKey, Vec<&'e Entry>>,
}

impl<'e> Among<'e> {
    fn new(entries: &'e [Entry]) -> Self {
        let mut among = Self {
            selected: entries.iter().map(|entry| &entry.key).collect(),
            done_to: BTreeMap::new(),
            credited: BTreeMap::new(),
            building_on: BTreeMap::new(),
        };
        for entry in entries {
            if let Some(target) = entry.target() {
                among.done_to.entry(target).or_default().push(entry);
            }
            if let Body::Application { credit, .. } = &entry.body {
                among.credited.entry(credit).or_default().push(entry);
            }
            for need in &entry.needs {
                among.building_on.entry(need).or_default().push(entry);
            }
        }
        among
    }

    /// What undoing `entry` undoes as well: itself, and what was done to what it made.
    fn going_with(&self, entry: &'e Entry) -> Vec<&'e Entry> {
        let mut going = vec![entry];
        if entry.target().is_none() {
            going.extend(self.done_to.get(&entry.key).into_iter().flatten());
        }
        going.extend(self.credited.get(&entry.key).into_iter().flatten());
        going
    }

    fn building_on(&self, entry: &Entry) -> &[&'e Entry] {
        self.building_on.get(&entry.key).map_or(&[], Vec::as_slice)
    }
}

/// What takes an entry back; none for what goes with another, or moves nothing.
fn taking_back(entry: &Entry, among: &Among<'_>, removal: Removal) -> Option<Body> {
    if entry.target().is_some_and(|target| among.selected.contains(target)) || !entry.undoes.is_empty() {
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
            let standing = standing(entry, among)?;
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
fn standing<'e>(entry: &'e Entry, among: &Among<'e>) -> Option<&'e Body> {
    let mut standing = Some(&entry.body);
    for other in among.done_to.get(&entry.key).into_iter().flatten() {
        match &other.body {
            Body::Change { after, .. } => standing = Some(after),
            Body::Void { .. } => standing = None,
            _ => {}
        }
    }
    standing
}
