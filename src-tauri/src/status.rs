//! The status of an installation, until the engine has it.

use std::path::Path;

use serde::Serialize;
use specta::Type;

/// How an installation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct Status {
    /// The state as a whole.
    pub stage: Stage,
    /// The company file that this installation is paired with, by name.
    pub company_file: Option<String>,
    /// The shop's permanent address.
    pub shop: Option<String>,
    /// When the last run ended, as an RFC 3339 instant.
    pub last_run_at: Option<String>,
    /// Entries that are in QuickBooks.
    pub posted: u32,
    /// Entries that wait for the next run.
    pub ready: u32,
    /// Entries that wait for a decision.
    pub held: u32,
    /// What the merchant should look at, in plain words.
    pub needs_attention: Vec<String>,
}

/// The state of an installation as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code)] // this stand-in knows one of them
pub enum Stage {
    /// Onboarding is not finished.
    NotSetUp,
    /// Waiting for the next run.
    Ready,
    /// A run is under way.
    Running,
    /// Something waits for the merchant.
    NeedsAttention,
}

/// Why the status can't be told.
#[derive(Clone, Debug, thiserror::Error, Serialize, Type)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ApiError {
    /// The operating system names no folder for this app's data.
    #[error("the operating system names no folder for this app's data")]
    NoDataFolder,
}

/// How the installation whose data is in `data_dir` stands.
#[allow(clippy::unnecessary_wraps)] // the engine's function of this shape can fail
pub fn status(_data_dir: &Path) -> Result<Status, ApiError> {
    Ok(Status {
        stage: Stage::NotSetUp,
        company_file: None,
        shop: None,
        last_run_at: None,
        posted: 0,
        ready: 0,
        held: 0,
        needs_attention: Vec::new(),
    })
}
