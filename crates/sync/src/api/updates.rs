//! Updates of the program, as far as the engine has to do with them: what is kept of them, and when one may be installed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{State, Store};

use super::ApiError;
use crate::{Host, messages::Message};

/// The setting that keeps the record.
const UPDATES: &str = "updates";

/// Which releases an installation is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum UpdateChannel {
    /// Those that are for everybody.
    #[default]
    Stable,
    /// Those that are tried out, too.
    Beta,
}

impl UpdateChannel {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Stable, Self::Beta];

    /// Its word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Beta => "beta",
        }
    }
}

/// An installation of another version that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunUpdate {
    /// The version that was there.
    pub from: String,
    /// The version that was to be there.
    pub to: String,
}

/// What is kept of updates from one start of the program to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateRecord {
    /// Which releases somebody wants.
    pub channel: UpdateChannel,
    /// The last installation that was begun; what came of it is seen by the version of the program that reads this.
    pub begun: Option<BegunUpdate>,
}

/// What is kept of updates.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn update_record(store: &Store) -> Result<UpdateRecord, ApiError> {
    Ok(store.setting(UPDATES)?.unwrap_or_default())
}

/// Keeps what is to be known of updates at the next start; `why` is for the audit.
///
/// # Errors
/// [`ApiError`] when the store fails.
pub fn keep_update_record(store: &Store, record: &UpdateRecord, why: &str, now: Timestamp) -> Result<(), ApiError> {
    Ok(store.set_setting(UPDATES, record, why, now)?)
}

/// Why the program must not be replaced just now; none at a quiet moment. It is quiet when nothing is read or posted, and
/// QuickBooks owes no answer to anything that was sent.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn not_quiet(host: &Host) -> Result<Option<Message>, ApiError> {
    let running = host.progress().borrow().running;
    let unanswered = || -> Result<bool, ApiError> {
        let store = host.store();
        Ok(store.has_any(State::Sent)? || store.has_any(State::Uncertain)? || !store.open_sets()?.is_empty())
    };
    Ok(if running {
        Some(Message::new("update.waits.running"))
    } else if unanswered()? {
        Some(Message::new("update.waits.unanswered"))
    } else {
        None
    })
}
