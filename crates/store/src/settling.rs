//! Settle: every answer ends in exactly one state; and what people decide about an entry (DESIGN.md 3, 4).

use books::{EntryKey, HeldReason, Link, Posting};
use jiff::Timestamp;
use qbxml::MessageSetId;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::{
    Store,
    audit::{Note, Subject, note},
    documents::Version,
    entries::{Standing, get, remap_wanting, set_reasons},
    error::StoreError,
    posting::{note_set, set_row},
    runs::RunId,
    state::{Change, State, transition},
    words::{json, read_json, read_time, time, word},
};

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It is in QuickBooks.
    Posted {
        /// The proof.
        link: Link,
        /// What QuickBooks wants to see before it lets the object be changed.
        edit_sequence: String,
        /// What QuickBooks has booked, as it answered.
        booked: Vec<Posting>,
        /// A list object's full name.
        full_name: Option<String>,
    },
    /// QuickBooks refused it.
    Refused {
        /// QuickBooks' status code.
        status: i32,
        /// QuickBooks' own words.
        message: String,
    },
    /// Somebody has to decide; QuickBooks is known not to have it.
    Held(HeldReason),
    /// QuickBooks is known not to have it: it may be sent again.
    Again,
}

impl Outcome {
    /// Whether both say the same of the entry; what QuickBooks may change later (the edit sequence) does not count.
    fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Posted { link, .. }, Self::Posted { link: other, .. }) => link == other,
            (Self::Refused { status, .. }, Self::Refused { status: other, .. }) => status == other,
            (Self::Held(reason), Self::Held(other)) => reason == other,
            (Self::Again, Self::Again) => true,
            (Self::Posted { .. } | Self::Refused { .. } | Self::Held(_) | Self::Again, _) => false,
        }
    }
}

/// A posted entry's link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Linked {
    /// The proof.
    pub link: Link,
    /// What QuickBooks wants to see before it lets the object be changed.
    pub edit_sequence: String,
    /// A list object's full name.
    pub full_name: Option<String>,
    /// The version of the document that was posted.
    pub document_version: Version,
    /// When the answer was settled.
    pub posted_at: Timestamp,
    /// The run that sent it.
    pub run: RunId,
}

impl Store {
    /// Writes down what came of a set's requests, in one transaction. Entries that are not named stay as they are; when
    /// none is left without an outcome, the set is closed.
    ///
    /// The same outcome again is nothing.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such set, or an entry is not in it; then nothing is written.
    /// [`StoreError::Contradiction`] when entries have another outcome already: those keep it, the audit keeps both,
    /// and the others are settled.
    pub fn settle(
        &self,
        set: &MessageSetId,
        outcomes: &[(EntryKey, Outcome)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = word(set)?;
        let contradicted = self.write(|tx| {
            let (run, _) = set_row(tx, &id)?;
            let mut contradicted = Vec::new();
            for (key, outcome) in outcomes {
                let entry = get(tx, key)?;
                match known_outcome(tx, &id, &entry)? {
                    None => settle_one(tx, run, &id, &entry, outcome, now)?,
                    Some(known) if known.agrees(outcome) => {}
                    Some(_) => {
                        let detail = format!("set {id} answered otherwise before; now: {}", json(outcome)?);
                        let about = Note {
                            run: Some(run),
                            what: Subject::Entry,
                            subject: key.as_str(),
                            state: None,
                            detail: &detail,
                        };
                        note(tx, &about, now)?;
                        contradicted.push(key.clone());
                    }
                }
            }
            let closed = tx
                .prepare_cached(
                    "UPDATE message_sets SET closed_at = ?1 WHERE id = ?2 AND closed_at IS NULL
                     AND NOT EXISTS (SELECT 1 FROM requests WHERE message_set = ?2 AND outcome IS NULL)",
                )?
                .execute(params![time(now), id])?;
            if closed == 1 {
                note_set(tx, Some(run), &id, "settled", now)?;
            }
            Ok(contradicted)
        })?;
        if contradicted.is_empty() { Ok(()) } else { Err(StoreError::Contradiction { keys: contradicted }) }
    }

    /// The link of an entry that is in QuickBooks.
    pub fn link(&self, key: &EntryKey) -> Result<Option<Linked>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT l.link, l.edit_sequence, l.full_name, l.document_version, l.posted_at, l.run
                 FROM entries e JOIN links l ON l.entry = e.id WHERE e.key = ? AND e.state = 'posted'",
            )?;
            let mut rows = statement.query_and_then([key.as_str()], |row| {
                Ok(Linked {
                    link: read_json(&row.get::<_, String>(0)?)?,
                    edit_sequence: row.get(1)?,
                    full_name: row.get(2)?,
                    document_version: row.get(3)?,
                    posted_at: read_time(&row.get::<_, String>(4)?)?,
                    run: row.get(5)?,
                })
            })?;
            rows.next().transpose()
        })
    }

    /// Somebody wants a refused entry tried again: its documents are mapped anew on the next run. An undone entry may
    /// be posted again in the same way.
    ///
    /// # Errors
    /// [`StoreError::WrongState`] when it is neither rejected nor undone.
    pub fn retry(&self, key: &EntryKey, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let entry = get(tx, key)?;
            match entry.state {
                State::Rejected => note_entry(tx, key, "to be tried again", now)?,
                State::Undone => change(tx, &entry, State::Dropped, "to be posted again", now)?,
                state => return Err(StoreError::WrongState { key: key.clone(), state, asked: "retried" }),
            }
            remap_wanting(tx, entry.id)
        })
    }

    /// Somebody frees a held entry: its documents are mapped anew on the next run. For a posted entry whose document
    /// changed since, it means that just this change is accepted and the entry is kept as it was posted.
    ///
    /// # Errors
    /// [`StoreError::WrongState`] when it is not held and shows no change.
    pub fn release(&self, key: &EntryKey, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let entry = get(tx, key)?;
            if entry.state == State::Posted && entry.change_hash.is_some() {
                tx.prepare_cached(
                    "UPDATE entries SET accepted_hash = change_hash, change = NULL, change_hash = NULL WHERE id = ?",
                )?
                .execute([entry.id])?;
                return note_entry(tx, key, "the change is accepted, it is kept as posted", now);
            }
            if entry.state != State::Held {
                return Err(StoreError::WrongState { key: key.clone(), state: entry.state, asked: "released" });
            }
            note_entry(tx, key, "released", now)?;
            remap_wanting(tx, entry.id)
        })
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
            set_reasons(tx, entry.id, &json(&[reason])?)?;
            change(tx, &entry, State::Held, reason.code(), now)
        })
    }

    /// A posted entry was voided or deleted in QuickBooks by us. It is not posted again unless somebody asks for it
    /// with [`Store::retry`].
    ///
    /// # Errors
    /// [`StoreError::Transition`] when it is not posted.
    pub fn undone(&self, key: &EntryKey, why: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let entry = get(tx, key)?;
            change(tx, &entry, State::Undone, why, now)?;
            tx.prepare_cached(
                "UPDATE entries SET change = NULL, change_hash = NULL, accepted_hash = NULL WHERE id = ?",
            )?
            .execute([entry.id])?;
            tx.prepare_cached("DELETE FROM links WHERE entry = ?")?.execute([entry.id])?;
            Ok(())
        })
    }
}

/// A change of state that somebody asked for, outside a run.
fn change(tx: &Transaction<'_>, entry: &Standing, to: State, why: &str, now: Timestamp) -> Result<(), StoreError> {
    transition(tx, &Change { entry: entry.id, key: &entry.key, from: entry.state, to, run: None, why }, now)
}

fn note_entry(tx: &Transaction<'_>, key: &EntryKey, detail: &str, now: Timestamp) -> Result<(), StoreError> {
    note(tx, &Note { run: None, what: Subject::Entry, subject: key.as_str(), state: None, detail }, now)
}

/// The outcome that the entry's request in this set has already.
fn known_outcome(tx: &Transaction<'_>, set: &str, entry: &Standing) -> Result<Option<Outcome>, StoreError> {
    let known: Option<Option<String>> = tx
        .prepare_cached("SELECT outcome FROM requests WHERE message_set = ? AND entry = ?")?
        .query_row(params![set, entry.id], |row| row.get(0))
        .optional()?;
    known
        .ok_or_else(|| StoreError::Unknown(format!("{} in set {set}", entry.key)))?
        .as_deref()
        .map(read_json)
        .transpose()
}

fn settle_one(
    tx: &Transaction<'_>,
    run: RunId,
    set: &str,
    entry: &Standing,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (to, why) = match outcome {
        Outcome::Posted { link, edit_sequence, booked, full_name } => {
            let quickbooks_id = match link {
                Link::Transaction(id) => word(id)?,
                Link::List(id) => word(id)?,
            };
            tx.prepare_cached(
                "INSERT INTO links
                     (entry, link, quickbooks_id, edit_sequence, full_name, document_version, run, posted_at, booked)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                entry.id,
                json(link)?,
                quickbooks_id,
                edit_sequence,
                full_name,
                entry.document_version,
                run,
                time(now),
                json(booked)?
            ])?;
            (State::Posted, format!("in QuickBooks as {quickbooks_id}"))
        }
        Outcome::Refused { status, message } => {
            let refused = HeldReason::Refused { status: *status, message: message.clone() };
            set_reasons(tx, entry.id, &json(&[refused])?)?;
            (State::Rejected, format!("refused with status {status}"))
        }
        Outcome::Held(reason) => {
            set_reasons(tx, entry.id, &json(&[reason])?)?;
            (State::Held, reason.code().to_owned())
        }
        Outcome::Again => (State::Ready, "QuickBooks does not have it".to_owned()),
    };
    tx.prepare_cached("UPDATE requests SET outcome = ? WHERE message_set = ? AND entry = ?")?.execute(params![
        json(outcome)?,
        set,
        entry.id
    ])?;
    let change = Change { entry: entry.id, key: &entry.key, from: entry.state, to, run: Some(run), why: &why };
    transition(tx, &change, now)
}
