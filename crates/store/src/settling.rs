//! Settle: every answer ends in exactly one state (DESIGN.md 3, 4).

use books::{Body, Entry, EntryKey, HeldReason, Link, Posting};
use jiff::Timestamp;
use qbxml::{EditSequence, MessageSetId};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::{
    Store,
    audit::{Note, Subject, note},
    days,
    documents::Version,
    entries::{Standing, form, get, remap_wanting, set_reasons},
    error::StoreError,
    lists::forget_object,
    mapping::remap,
    posting::{note_set, set_row},
    runs::RunId,
    state::{Change, State, transition},
    undo::{can_not_be_changed, drop_waiting, hold_waiting, take_back},
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
    /// What was to be done to what another entry made is done.
    Done {
        /// The edit sequence that the form worked upon has now, where the answer tells.
        edit_sequence: Option<String>,
        /// What QuickBooks has booked of that form now, where the answer tells. What is voided or deleted has nothing
        /// booked in any case.
        booked: Option<Vec<Posting>>,
    },
    /// QuickBooks would not remove an object of a list, because it is used: it stays, and is not asked for again.
    Kept,
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
            (Self::Done { .. }, Self::Done { .. }) | (Self::Kept, Self::Kept) | (Self::Again, Self::Again) => true,
            (
                Self::Posted { .. }
                | Self::Done { .. }
                | Self::Kept
                | Self::Refused { .. }
                | Self::Held(_)
                | Self::Again,
                _,
            ) => false,
        }
    }
}

/// Where a posted entry stands in QuickBooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The proof, and what QuickBooks wants to see before it lets the object be changed: what a request asks for.
    pub at: books::Linked,
    /// What QuickBooks has booked of it, as it answered last. Empty for what was done to another entry's form: that has
    /// it.
    pub booked: Vec<Posting>,
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

    /// Where an entry stands that is in QuickBooks. What was undone stands nowhere.
    pub fn linked(&self, key: &EntryKey) -> Result<Option<Linked>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT l.link, l.edit_sequence, l.booked, l.full_name, l.document_version, l.posted_at, l.run
                 FROM entries e JOIN links l ON l.entry = e.id WHERE e.key = ? AND e.state = 'posted'",
            )?;
            let mut rows = statement.query_and_then([key.as_str()], |row| {
                Ok(Linked {
                    at: books::Linked {
                        link: read_json(&row.get::<_, String>(0)?)?,
                        edit_sequence: EditSequence::new(row.get::<_, String>(1)?),
                    },
                    booked: read_json(&row.get::<_, String>(2)?)?,
                    full_name: row.get(3)?,
                    document_version: row.get(4)?,
                    posted_at: read_time(&row.get::<_, String>(5)?)?,
                    run: row.get(6)?,
                })
            })?;
            rows.next().transpose()
        })
    }

    /// QuickBooks says that the edit sequence of what an entry made moved on, while what is booked is what we know.
    ///
    /// # Errors
    /// [`StoreError::WrongState`] when it is not posted.
    pub fn refresh(&self, key: &EntryKey, edit_sequence: &EditSequence, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let entry = get(tx, key)?;
            if entry.state != State::Posted {
                return Err(StoreError::WrongState { key: key.clone(), state: entry.state, asked: "refreshed" });
            }
            tx.prepare_cached("UPDATE links SET edit_sequence = ? WHERE entry = ?")?
                .execute(params![edit_sequence.as_str(), entry.id])?;
            let detail = "QuickBooks has a newer edit sequence of it, and the same booked";
            note(tx, &Note { run: None, what: Subject::Entry, subject: key.as_str(), state: None, detail }, now)
        })
    }
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
            if entry.target.is_some() {
                return Err(StoreError::WrongOutcome(entry.key.clone()));
            }
            let to = At { link, edit_sequence, full_name: full_name.as_deref() };
            (State::Posted, format!("in QuickBooks as {}", to.write(tx, run, entry, booked, now)?))
        }
        Outcome::Done { edit_sequence, booked } => {
            let done = Doing::of(tx, run, entry, now)?.settle(edit_sequence.as_deref(), booked.as_deref())?;
            (State::Posted, format!("done in QuickBooks to {done}"))
        }
        Outcome::Kept => {
            if !matches!(form(tx, entry.id)?.map(|entry| entry.body), Some(Body::Deletion { .. })) {
                return Err(StoreError::WrongOutcome(entry.key.clone()));
            }
            (State::Dropped, "QuickBooks keeps what is used".to_owned())
        }
        Outcome::Refused { status, message } => {
            let refused = [HeldReason::Refused { status: *status, message: message.clone() }];
            set_reasons(tx, entry.id, &json(&refused)?)?;
            // What can't be changed in place gets an entry of its own.
            if entry.target.is_some() && can_not_be_changed(&refused) {
                remap_wanting(tx, entry.id)?;
            }
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
    if to == State::Posted {
        // What the company file's report said of that day was said before this.
        tx.prepare_cached(
            "DELETE FROM company_days WHERE day IN (
                 SELECT o.date FROM entries e JOIN entries o ON o.id = e.id OR o.key = e.target WHERE e.id = ?)",
        )?
        .execute([entry.id])?;
    }
    let change = Change { entry: entry.id, key: &entry.key, from: entry.state, to, run: Some(run), why: &why };
    transition(tx, &change, now)?;
    if to == State::Posted {
        days::posted(tx, run, entry, now)?;
    }
    match to {
        State::Held | State::Rejected => hold_waiting(tx, Some(run), &entry.key, now),
        State::Dropped => drop_waiting(tx, run, &entry.key, now),
        _ => Ok(()),
    }
}

/// Where something stands in QuickBooks.
struct At<'a> {
    link: &'a Link,
    edit_sequence: &'a str,
    full_name: Option<&'a str>,
}

impl At<'_> {
    /// Writes the link of an entry that is posted now, as the last one in the order of posting. Returns QuickBooks' id.
    fn write(
        &self,
        tx: &Transaction<'_>,
        run: RunId,
        entry: &Standing,
        booked: &[Posting],
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let quickbooks_id = match self.link {
            Link::Transaction(id) => word(id)?,
            Link::List(id) => word(id)?,
        };
        // An entry that was undone and is posted again has an older link for the record: the audit keeps that too.
        tx.prepare_cached(
            "INSERT OR REPLACE INTO links
                 (entry, link, quickbooks_id, edit_sequence, full_name, document_version, run, posted_at, booked, place)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(place), 0) + 1 FROM links))",
        )?
        .execute(params![
            entry.id,
            json(self.link)?,
            quickbooks_id,
            self.edit_sequence,
            self.full_name,
            entry.document_version,
            run,
            time(now),
            json(&booked)?
        ])?;
        Ok(quickbooks_id)
    }
}

/// An operation upon what another entry made, that QuickBooks has carried out.
struct Doing<'a> {
    tx: &'a Transaction<'a>,
    run: RunId,
    row: &'a Standing,
    entry: Entry,
    target: EntryKey,
    now: Timestamp,
}

impl<'a> Doing<'a> {
    fn of(tx: &'a Transaction<'a>, run: RunId, row: &'a Standing, now: Timestamp) -> Result<Self, StoreError> {
        let wrong = || StoreError::WrongOutcome(row.key.clone());
        let entry = form(tx, row.id)?.ok_or_else(wrong)?;
        let target = entry.target().cloned().ok_or_else(wrong)?;
        Ok(Self { tx, run, row, entry, target, now })
    }

    /// The form worked upon stands as the answer told, the operation points to the same, and what it undoes is undone.
    /// Returns QuickBooks' id of the form.
    fn settle(&self, edit_sequence: Option<&str>, booked: Option<&[Posting]>) -> Result<String, StoreError> {
        let tx = self.tx;
        let is_no_more = matches!(self.entry.body, Body::Void { .. } | Body::Deletion { .. });
        let booked = if is_no_more { Some(&[][..]) } else { booked };
        let changed = tx
            .prepare_cached(
                "UPDATE links SET edit_sequence = coalesce(?, edit_sequence), booked = coalesce(?, booked)
                 WHERE entry = ? RETURNING link, edit_sequence, full_name",
            )?
            .query_row(
                params![edit_sequence, booked.map(|booked| json(&booked)).transpose()?, get(tx, &self.target)?.id],
                |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?)),
            )
            .optional()?;
        let (link, edit_sequence, full_name) =
            changed.ok_or_else(|| StoreError::Unknown(format!("the link of {}", self.target)))?;
        let link: Link = read_json(&link)?;
        let at = At { link: &link, edit_sequence: &edit_sequence, full_name: full_name.as_deref() };
        let quickbooks_id = at.write(tx, self.run, self.row, &[], self.now)?;
        take_back(tx, self.run, &self.entry, self.now)?;
        if let (Link::List(id), Body::Deletion { before, .. }) = (&link, &self.entry.body) {
            forget_object(tx, before, id)?;
            // Whatever refers to it by its name needs it made anew.
            remap(tx, self.now)?;
        }
        Ok(quickbooks_id)
    }
}
