//! What people decide about an entry (DESIGN.md 3).

use books::{EntryKey, HeldReason};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use crate::{
    Store,
    audit::{Note, Subject, note},
    days,
    documents::Gone,
    entries::{Standing, get, remap_wanting, set_reasons},
    error::StoreError,
    runs::RunId,
    state::{Change, State, transition},
    undo::{hold_waiting, post_again},
    words::json,
};

impl Store {
    /// Somebody wants a refused entry tried again: its documents are mapped anew on the next run. An undone entry comes
    /// back in the same way, and only so; what had been done to its form comes back as part of it.
    ///
    /// # Errors
    /// [`StoreError::WrongState`] when it is neither rejected nor undone; [`StoreError::PartOfDay`] when it is a part of a
    /// day's entry: it comes back only with that.
    pub fn retry(&self, key: &EntryKey, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| retry(tx, &get(tx, key)?, now))
    }

    /// Somebody releases a held entry: its documents are mapped anew on the next run. Of a document that is gone from the
    /// shop, what is posted is left as it is.
    ///
    /// # Errors
    /// [`StoreError::WrongState`] when it is not held.
    pub fn release(&self, key: &EntryKey, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| release(tx, &get(tx, key)?, now))
    }

    /// Holds an entry that is ready, until it is released or mapped anew.
    ///
    /// # Errors
    /// [`StoreError::Transition`] when it is not ready.
    pub fn hold(&self, key: &EntryKey, reason: &HeldReason, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let entry = get(tx, key)?;
            if entry.state != State::Ready {
                return Err(StoreError::Transition { key: key.clone(), from: entry.state, to: State::Held });
            }
            hold(tx, None, &entry, reason, now)
        })
    }
}

/// See [`Store::retry`].
pub(crate) fn retry(tx: &Transaction<'_>, entry: &Standing, now: Timestamp) -> Result<(), StoreError> {
    let key = &entry.key;
    days::refuse_part(tx, key)?;
    match entry.state {
        State::Rejected => let_go(tx, entry, "to be tried again", now),
        State::Undone => post_again(tx, key, now),
        state => Err(StoreError::WrongState { key: key.clone(), state, asked: "tried again" }),
    }
}

/// See [`Store::release`].
pub(crate) fn release(tx: &Transaction<'_>, entry: &Standing, now: Timestamp) -> Result<(), StoreError> {
    if entry.state != State::Held {
        return Err(StoreError::WrongState { key: entry.key.clone(), state: entry.state, asked: "released" });
    }
    if entry.reasons.contains(&HeldReason::GoneFromShop) {
        tx.prepare_cached("UPDATE documents SET gone = ? WHERE id = ?")?
            .execute(params![Gone::Accepted, entry.document.as_str()])?;
    }
    let_go(tx, entry, "released", now)
}

/// An entry that is ready becomes held, and the undos that wait for it.
pub(crate) fn hold(
    tx: &Transaction<'_>,
    run: Option<RunId>,
    entry: &Standing,
    reason: &HeldReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    set_reasons(tx, entry.id, &json(&[reason])?)?;
    let (key, from, to, why) = (&entry.key, entry.state, State::Held, reason.code());
    transition(tx, &Change { entry: entry.id, key, from, to, run, why }, now)?;
    hold_waiting(tx, run, key, now)
}

/// What takes something back is sent as it was planned; everything else is mapped anew.
fn let_go(tx: &Transaction<'_>, entry: &Standing, why: &str, now: Timestamp) -> Result<(), StoreError> {
    if entry.undo {
        return change(tx, entry, State::Ready, why, now);
    }
    let about = Note { run: None, what: Subject::Entry, subject: entry.key.as_str(), state: None, detail: why };
    note(tx, &about, now)?;
    remap_wanting(tx, entry.id)
}

/// A change of state that somebody asked for, outside a run.
fn change(tx: &Transaction<'_>, entry: &Standing, to: State, why: &str, now: Timestamp) -> Result<(), StoreError> {
    transition(tx, &Change { entry: entry.id, key: &entry.key, from: entry.state, to, run: None, why }, now)
}
