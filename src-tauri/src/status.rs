//! The status of an installation, in the shape that the engine gives it; a stand-in until the engine does.

use std::{collections::BTreeMap, path::Path};

use serde::Serialize;
use specta::Type;

/// Something to tell a person: a code of the engine's catalogue, and the facts that go into its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct Message {
    /// Stable code.
    pub code: String,
    /// Facts by placeholder.
    pub facts: BTreeMap<String, String>,
}

/// Why a question could not be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct ApiError {
    /// What to tell the merchant.
    pub message: Message,
}

/// Where an installation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code)] // this stand-in knows one of them
pub enum Stage {
    /// Nothing was set up yet.
    NotSetUp,
    /// Set up; QuickBooks has not called yet.
    WaitingForQuickBooks,
    /// At work, and nobody needs to do anything.
    Fine,
    /// At work, and somebody needs to decide something.
    NeedsAttention,
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct Attention {
    /// What it is, and what to do.
    pub message: Message,
    /// How many entries it concerns; 0 when it is not about entries.
    pub entries: u32,
}

/// The state of an installation at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct Status {
    /// Where it stands.
    pub stage: Stage,
    /// The shop's name.
    pub shop: Option<String>,
    /// The company file that it is paired with.
    pub company_file: Option<String>,
    /// When the last run began (RFC 3339, UTC).
    pub last_run_at: Option<String>,
    /// Sales known from the shop.
    pub documents: u32,
    /// Entries that are in QuickBooks.
    pub posted: u32,
    /// Entries that wait for QuickBooks.
    pub ready: u32,
    /// Entries sent whose answer has not come yet.
    pub uncertain: u32,
    /// Entries that wait for a decision.
    pub held: u32,
    /// Entries that QuickBooks refused.
    pub rejected: u32,
    /// What somebody should look at, the most pressing first.
    pub attention: Vec<Attention>,
}

/// The state of the installation in `folder`: not set up.
#[allow(clippy::unnecessary_wraps)] // the engine's function of this shape can fail
pub fn status(_folder: &Path) -> Result<Status, ApiError> {
    Ok(Status {
        stage: Stage::NotSetUp,
        shop: None,
        company_file: None,
        last_run_at: None,
        documents: 0,
        posted: 0,
        ready: 0,
        uncertain: 0,
        held: 0,
        rejected: 0,
        attention: Vec::new(),
    })
}
