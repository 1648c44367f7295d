//! The memory of one installation: documents, entries, links, runs, settings and the audit, in one SQLite file.
//!
//! It is the only place with SQL. Everything that must be true together is written in one transaction, and an entry
//! changes its state in one function, with the audit row that says why (DESIGN.md 3, 4). Secrets never come here
//! (DESIGN.md 7).
//!
//! A `+` before a column in SQL keeps SQLite from choosing the index of that column: most entries share one state, so that
//! it never narrows anything down.
//!
//! This crate must never know of HTTP, of XML beyond keeping its text, of Shopify's JSON beyond keeping its text, or of
//! the clock: the time is always given.
//!
//! ```
//! use store::{RunOutcome, Store};
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let now = "2026-11-23T09:00:00Z".parse()?;
//! let store = Store::open(folder, now)?.store;
//! let run = store.begin_run("timer", now)?;
//! store.set_setting("poll.minutes", &5, "the default", now)?;
//! store.finish_run(run, &RunOutcome::default(), now)?;
//! assert_eq!(store.setting("poll.minutes")?, Some(5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod audit;
mod backups;
mod causes;
mod choices;
mod connections;
mod days;
mod decisions;
mod documents;
mod entries;
mod error;
mod lists;
mod look;
mod mapping;
mod open;
mod posting;
mod proof;
mod renames;
mod rooms;
mod runs;
mod search;
mod settings;
mod settling;
mod state;
mod undo;
mod wishes;
mod words;

pub use audit::{AuditCheck, AuditRow, Subject};
pub use backups::Backup;
pub use causes::{Cause, Freed, Stuck};
pub use choices::{AccountFacts, LostChoice, MappingVersion, MappingWhy};
pub use connections::Store;
pub use days::{Part, PartOf};
pub use documents::{
    DocumentFilter, DocumentRow, DocumentState, FirstSales, PullCount, Pulled, StoredVersion, Version,
};
pub use error::{OpenError, StoreError};
pub use lists::{GoneObject, ListRow, World};
pub use look::{BookedRow, Counts, DayCount, EntryDetail, EntryFilter, EntryRow, Page};
pub use mapping::Scope;
pub use open::{Notice, Opened, RECOVERED, Recovery};
pub use posting::{NewSet, SentSet};
pub use proof::{CompanyPosting, CompanyRow};
pub use rooms::ListCount;
pub use runs::{RunId, RunOutcome, RunRow};
pub use settings::SettingRow;
pub use settling::{Linked, Outcome};
pub use state::State;
pub use undo::Selection;
