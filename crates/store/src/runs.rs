//! Runs: one turn of the scheduler each.

use jiff::Timestamp;
use rusqlite::{
    Row, params,
    types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef},
};
use serde::{Deserialize, Serialize};

use crate::{
    Store,
    error::StoreError,
    look::Page,
    words::{json, read_json, read_time, time},
};

/// A run, and the batch of entries that it posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(i64);

impl RunId {
    /// The run with this number, as people name it.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// Its number, from 1.
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl ToSql for RunId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl FromSql for RunId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunOutcome {
    /// Documents that were new.
    pub documents_new: u32,
    /// Documents that had changed.
    pub documents_changed: u32,
    /// Documents that were mapped.
    pub mapped: u32,
    /// Entries held.
    pub held: u32,
    /// Entries posted.
    pub posted: u32,
    /// Entries that QuickBooks refused.
    pub rejected: u32,
    /// Entries whose answer was lost.
    pub uncertain: u32,
    /// Code of the message that says why it ended early, if it did.
    pub code: Option<String>,
}

/// One run in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// What started it: the timer, a person, the command line ….
    pub trigger: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended, or was found interrupted.
    pub finished_at: Option<Timestamp>,
    /// Whether the program ended before the run did.
    pub interrupted: bool,
    /// What it came to, once it ended.
    pub outcome: Option<RunOutcome>,
}

impl Store {
    /// Begins a run.
    pub fn begin_run(&self, trigger: &str, now: Timestamp) -> Result<RunId, StoreError> {
        self.write(|tx| {
            tx.prepare_cached("INSERT INTO runs (cause, started_at) VALUES (?, ?)")?
                .execute(params![trigger, time(now)])?;
            Ok(RunId(tx.last_insert_rowid()))
        })
    }

    /// Ends a run.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such run, or it has ended.
    pub fn finish_run(&self, run: RunId, outcome: &RunOutcome, now: Timestamp) -> Result<(), StoreError> {
        let outcome = json(outcome)?;
        self.write(|tx| {
            let ended = tx
                .prepare_cached("UPDATE runs SET finished_at = ?, outcome = ? WHERE id = ? AND finished_at IS NULL")?
                .execute(params![time(now), outcome, run])?;
            if ended == 1 { Ok(()) } else { Err(StoreError::Unknown(format!("run {}", run.0))) }
        })
    }

    /// The newest runs, newest first: at most `limit`, of those before the run `before`.
    pub fn runs(&self, limit: u32, before: Option<RunId>) -> Result<Vec<RunRow>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("{ROW} WHERE id < ? ORDER BY id DESC LIMIT ?"))?;
            let before = before.map_or(i64::MAX, RunId::number);
            statement.query_and_then(params![before, limit], RunRow::read)?.collect()
        })
    }

    /// One page of the runs, newest first, and how many there were: at most `limit` of those after the first `offset`.
    pub fn page_of_runs(&self, offset: u32, limit: u32) -> Result<Page<RunRow>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("{ROW} ORDER BY id DESC LIMIT ? OFFSET ?"))?;
            let rows = statement.query_and_then(params![limit, offset], RunRow::read)?.collect::<Result<_, _>>()?;
            let total = tx.prepare_cached("SELECT count(*) FROM runs")?.query_row([], |row| row.get(0))?;
            Ok(Page { rows, total })
        })
    }
}

const ROW: &str = "SELECT id, cause, started_at, finished_at, interrupted, outcome FROM runs";

impl RunRow {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            trigger: row.get(1)?,
            started_at: read_time(&row.get::<_, String>(2)?)?,
            finished_at: row.get::<_, Option<String>>(3)?.as_deref().map(read_time).transpose()?,
            interrupted: row.get(4)?,
            outcome: row.get::<_, Option<String>>(5)?.as_deref().map(read_json).transpose()?,
        })
    }
}
