//! The states of an entry, and the one function that changes them (DESIGN.md 3).

use std::fmt;

use books::EntryKey;
use jiff::Timestamp;
use rusqlite::{
    Transaction, params,
    types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef},
};
use serde::{Deserialize, Serialize};

use crate::{
    audit::{Note, Subject, note},
    days,
    error::StoreError,
    runs::RunId,
    words::time,
};

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It will not be sent until somebody decides.
    Held,
    /// It may be sent.
    Ready,
    /// It goes into QuickBooks as a part of its day's entry, which is not sent yet.
    Summarised,
    /// It is written down as sent; no answer yet.
    Sent,
    /// It was sent and the answer was lost: QuickBooks will be asked, and it is never sent again before that.
    Uncertain,
    /// It is in QuickBooks.
    Posted,
    /// QuickBooks refused it.
    Rejected,
    /// It was in QuickBooks, and another entry took it back; of an object of a list also: it vanished from the company
    /// file.
    Undone,
    /// No document wants it any more, and it was never sent or is not in QuickBooks.
    Dropped,
}

impl State {
    /// All states.
    pub const ALL: [Self; 9] = [
        Self::Held,
        Self::Ready,
        Self::Summarised,
        Self::Sent,
        Self::Uncertain,
        Self::Posted,
        Self::Rejected,
        Self::Undone,
        Self::Dropped,
    ];

    /// The state as one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Ready => "ready",
            Self::Summarised => "summarised",
            Self::Sent => "sent",
            Self::Uncertain => "uncertain",
            Self::Posted => "posted",
            Self::Rejected => "rejected",
            Self::Undone => "undone",
            Self::Dropped => "dropped",
        }
    }

    /// Whether QuickBooks may have it without our knowing.
    pub const fn in_flight(self) -> bool {
        matches!(self, Self::Sent | Self::Uncertain)
    }

    /// Whether it is not in QuickBooks and may be mapped anew.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Held | Self::Ready | Self::Summarised | Self::Rejected | Self::Dropped)
    }

    /// Whether an entry may go from this state to `next`. What is in QuickBooks never becomes ready, and what may be
    /// there does so only once QuickBooks has been asked.
    const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Held | Self::Rejected => {
                matches!(next, Self::Held | Self::Ready | Self::Summarised | Self::Dropped)
            }
            Self::Ready => {
                matches!(next, Self::Held | Self::Ready | Self::Summarised | Self::Sent | Self::Dropped)
            }
            Self::Summarised => {
                matches!(next, Self::Held | Self::Ready | Self::Summarised | Self::Posted | Self::Dropped)
            }
            Self::Sent => !matches!(next, Self::Sent | Self::Summarised | Self::Undone),
            Self::Uncertain => !matches!(next, Self::Sent | Self::Summarised | Self::Uncertain | Self::Undone),
            Self::Posted => matches!(next, Self::Undone),
            Self::Undone => matches!(next, Self::Dropped),
            Self::Dropped => matches!(next, Self::Held | Self::Ready | Self::Summarised),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ToSql for State {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(FromSqlError::InvalidType)
    }
}

/// The entry that is to change, and why.
pub(crate) struct Change<'a> {
    pub(crate) entry: i64,
    pub(crate) key: &'a EntryKey,
    pub(crate) from: State,
    pub(crate) to: State,
    pub(crate) run: Option<RunId>,
    pub(crate) why: &'a str,
}

/// The only place where a state changes: with the audit row that says why, in the caller's transaction.
pub(crate) fn transition(tx: &Transaction<'_>, change: &Change<'_>, now: Timestamp) -> Result<(), StoreError> {
    let &Change { entry, key, from, to, run, why } = change;
    let refused = || StoreError::Transition { key: key.clone(), from, to };
    if !from.may_become(to) {
        return Err(refused());
    }
    let changed = tx
        .prepare_cached("UPDATE entries SET state = ?, changed_at = ? WHERE id = ? AND state = ?")?
        .execute(params![to, time(now), entry, from])?;
    if changed != 1 {
        return Err(refused());
    }
    if to != State::Posted {
        days::changed(tx, entry)?;
    }
    note(tx, &Note { run, what: Subject::Entry, subject: key.as_str(), state: Some(to), detail: why }, now)
}
