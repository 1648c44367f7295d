//! The audit: what was changed, when and why, in a chain of hashes.
//!
//! Each row's hash covers the hash before it and everything in the row, so that a row altered or taken out later shows.

use books::ContentHash;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use crate::{
    Store,
    error::StoreError,
    runs::RunId,
    state::State,
    words::{read_time, read_word, time, word},
};

/// What a row of the audit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An entry changed its state, or what was known of it changed.
    Entry,
    /// A setting was changed.
    Setting,
    /// Documents were stored.
    Pull,
    /// A message set was written down, doubted or closed.
    MessageSet,
    /// A run was interrupted.
    Run,
    /// The company file's lists, as read, lost objects.
    Lists,
    /// All open documents are to be mapped anew.
    Remap,
    /// The database itself was made, restored, migrated or backed up.
    Database,
}

/// One row of the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// Its place in the chain, from 1.
    pub id: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The run that did it, if one did.
    pub run: Option<RunId>,
    /// What it is about.
    pub what: Subject,
    /// Which one: an entry's key, a setting's key, a message set's id ….
    pub subject: String,
    /// The state that an entry came to, if it changed its state.
    pub state: Option<State>,
    /// Why, in a few words.
    pub detail: String,
    /// Hash of the row before and this one.
    pub hash: String,
}

/// What a check of the chain found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AuditCheck {
    /// Every row is as it was written.
    Whole {
        /// How many there are.
        rows: u64,
    },
    /// The chain is broken.
    Broken {
        /// The first row that is not as it was written, or that is missing.
        at: u64,
    },
}

/// A row that is to be written.
pub(crate) struct Note<'a> {
    pub(crate) run: Option<RunId>,
    pub(crate) what: Subject,
    pub(crate) subject: &'a str,
    pub(crate) state: Option<State>,
    pub(crate) detail: &'a str,
}

const COLUMNS: &str = "id, at, run, what, subject, state, detail, hash";

/// Adds a row to the chain, in the caller's transaction.
pub(crate) fn note(tx: &Transaction<'_>, note: &Note<'_>, now: Timestamp) -> Result<(), StoreError> {
    let last: Option<(i64, String)> = tx
        .prepare_cached("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (last_id, last_hash) = last.unwrap_or_default();
    let mut row = AuditRow {
        id: (last_id + 1).cast_unsigned(),
        at: read_time(&time(now))?,
        run: note.run,
        what: note.what,
        subject: note.subject.to_owned(),
        state: note.state,
        detail: note.detail.to_owned(),
        hash: String::new(),
    };
    row.hash = row.chained(&last_hash)?;
    tx.prepare_cached("INSERT INTO audit (id, at, run, what, subject, state, detail, hash) VALUES (?,?,?,?,?,?,?,?)")?
        .execute(params![
            row.id.cast_signed(),
            time(row.at),
            row.run,
            word(&row.what)?,
            row.subject,
            row.state,
            row.detail,
            row.hash
        ])?;
    Ok(())
}

impl AuditRow {
    /// The hash that belongs to this row after one with the hash `before`.
    fn chained(&self, before: &str) -> Result<String, StoreError> {
        let facts = (before, self.id, time(self.at), self.run, self.what, &self.subject, self.state, &self.detail);
        Ok(ContentHash::of(&serde_json::to_vec(&facts)?).as_str().to_owned())
    }

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get::<_, i64>(0)?.cast_unsigned(),
            at: read_time(&row.get::<_, String>(1)?)?,
            run: row.get(2)?,
            what: read_word(&row.get::<_, String>(3)?)?,
            subject: row.get(4)?,
            state: row.get(5)?,
            detail: row.get(6)?,
            hash: row.get(7)?,
        })
    }
}

/// All rows about `subject`, oldest first.
pub(crate) fn about(connection: &Connection, subject: &str) -> Result<Vec<AuditRow>, StoreError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM audit WHERE subject = ? ORDER BY id"))?;
    let rows = statement.query_and_then([subject], AuditRow::read)?;
    rows.collect()
}

impl Store {
    /// Rows of the audit, oldest first: at most `limit` of those after the row `after`.
    pub fn audit(&self, after: Option<u64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached(&format!("SELECT {COLUMNS} FROM audit WHERE id > ? ORDER BY id LIMIT ?"))?;
            let rows = statement.query_and_then(params![after.unwrap_or(0).cast_signed(), limit], AuditRow::read)?;
            rows.collect()
        })
    }

    /// Walks the whole chain and says whether it is as it was written.
    pub fn verify_audit(&self) -> Result<AuditCheck, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM audit ORDER BY id"))?;
            let mut rows = statement.query([])?;
            let mut before = String::new();
            let mut expected = 1;
            while let Some(row) = rows.next()? {
                match AuditRow::read(row) {
                    Ok(row) if row.id == expected && row.chained(&before)? == row.hash => before = row.hash,
                    Ok(_) | Err(StoreError::Malformed { .. } | StoreError::Value(_)) => {
                        return Ok(AuditCheck::Broken { at: expected });
                    }
                    Err(error) => return Err(error),
                }
                expected += 1;
            }
            let written: Option<i64> = tx
                .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'audit'", [], |row| row.get(0))
                .optional()?;
            let rows = expected - 1;
            Ok(if written.unwrap_or(0).cast_unsigned() == rows {
                AuditCheck::Whole { rows }
            } else {
                AuditCheck::Broken { at: expected }
            })
        })
    }
}
