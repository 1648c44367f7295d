//! What can go wrong, by what somebody can do about it.

use std::{io, path::PathBuf};

use books::EntryKey;
use rusqlite::ErrorCode;

use crate::state::State;

/// Why the database could not be opened. Nothing was changed, unless the variant says so.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer version of the program wrote it. It was left untouched: update the program.
    #[error("the database has schema version {found}, this program knows up to {known}")]
    TooNew {
        /// Schema version of the file.
        found: u32,
        /// Newest schema version that this program knows.
        known: u32,
    },
    /// An older program wrote it, and a reader may not change it: start the engine once.
    #[error("the database has schema version {found} and is to be brought to {known} first")]
    NotMigrated {
        /// Schema version of the file.
        found: u32,
        /// Schema version that this program needs.
        known: u32,
    },
    /// Another process has it open for writing.
    #[error("another process uses this data folder")]
    Locked,
    /// There is none, and a reader may not make one.
    #[error("there is no database in this folder")]
    Missing,
    /// It is damaged, and a reader may not repair it: start the engine once.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The folder can't be written.
    #[error("the data folder can't be written: {0}")]
    NotWritable(PathBuf),
    /// Another program, such as an antivirus or one that makes backups, keeps the database from being used.
    #[error("another program keeps the database from being used")]
    Busy,
    /// Write-ahead logging with full synchronisation did not take effect, as on some network drives. Without them an
    /// intent might be lost in a power cut (DESIGN.md 4).
    #[error("the disk does not support safe writing ({0})")]
    NotDurable(String),
    /// The disk or the operating system failed.
    #[error("the data folder can't be used")]
    Io(#[from] io::Error),
    /// The schema could not be brought up to date. Nothing was changed; a backup was made before.
    #[error("the database could not be brought up to date")]
    Migration(#[source] rusqlite_migration::Error),
    /// SQLite failed in another way.
    #[error("the database could not be opened")]
    Sql(#[source] rusqlite::Error),
}

/// Why a reading or writing failed. A writing that fails has changed nothing, unless the variant says so.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// This store was opened for reading only.
    #[error("the database is open for reading only")]
    ReadOnly,
    /// Another program, such as an antivirus or one that makes backups, keeps the database from being used. It was waited for.
    #[error("another program keeps the database from being used")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The file is damaged: it is repaired at the next start.
    #[error("the database is damaged")]
    Damaged,
    /// Nothing has this key or id.
    #[error("nothing is known of {0}")]
    Unknown(String),
    /// The entry may not go from the one state to the other.
    #[error("{key} is {from} and can't become {to}")]
    Transition {
        /// The entry.
        key: EntryKey,
        /// Its state.
        from: State,
        /// The state asked for.
        to: State,
    },
    /// The entry's state does not allow what was asked.
    #[error("{key} is {state}: it can't be {asked}")]
    WrongState {
        /// The entry.
        key: EntryKey,
        /// Its state.
        state: State,
        /// What was asked, as a participle.
        asked: &'static str,
    },
    /// The entry is a part of a day's entry, and nothing can be done to it alone.
    #[error("{key} is a part of {day}: only the whole day can be taken back or posted again")]
    PartOfDay {
        /// The entry.
        key: EntryKey,
        /// The day's entry; the day's document while it has none.
        day: String,
    },
    /// Such an outcome can't come of this entry: a form of its own is posted, an operation is done, and only what
    /// removes an object of a list may be kept from it.
    #[error("{0} can't come to this outcome")]
    WrongOutcome(EntryKey),
    /// QuickBooks' answers contradict what was settled before. The first outcomes stand, this is in the audit, and
    /// everything else of the call is done.
    #[error("settled before with another outcome: {keys:?}")]
    Contradiction {
        /// The entries.
        keys: Vec<EntryKey>,
    },
    /// A stored value can't be understood.
    #[error("a stored value can't be read")]
    Value(#[from] serde_json::Error),
    /// A stored value can't be understood; with where it is.
    #[error("the stored {what} can't be read: {text}")]
    Malformed {
        /// What it should be.
        what: &'static str,
        /// What it is.
        text: String,
    },
    /// A file could not be written.
    #[error("a file can't be written")]
    Io(#[from] io::Error),
    /// SQLite failed in another way.
    #[error("the database failed")]
    Sql(#[source] rusqlite::Error),
}

impl OpenError {
    /// Whether SQLite failed over the file and not over what is in it.
    pub(crate) fn is_of_the_disk(error: &rusqlite::Error) -> bool {
        matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::ReadOnly
                    | ErrorCode::CannotOpen
                    | ErrorCode::PermissionDenied
                    | ErrorCode::SystemIoFailure
                    | ErrorCode::DiskFull
            )
        )
    }

    /// Whether time alone may help: another program has the file open for itself.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Busy => true,
            Self::Sql(error) => {
                matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure))
            }
            _ => false,
        }
    }
}

/// Whether another program has the file, or a part of it, for itself, as Windows lets it: `ERROR_SHARING_VIOLATION` and
/// `ERROR_LOCK_VIOLATION`.
pub(crate) fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33))
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::Sql(error) => Self::Sql(error),
            other => Self::Io(io::Error::other(other)),
        }
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Sql(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            _ => Self::Sql(error),
        }
    }
}
