//! Settings of the program itself, backups, and what there is to say about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Store;

use super::ApiError;
use crate::{
    Host,
    messages::{Language, Message},
    reset::{self, ResetError, ResetRequest, SupportKey},
};

/// The setting that keeps the preferences.
const PREFERENCES: &str = "preferences";

/// How the window looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the operating system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Whether the program starts with the operating system, by what that says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SystemStart {
    /// It does.
    On,
    /// It does not.
    Off,
    /// It is on here, and somebody switched it off in the operating system's own settings.
    SwitchedOffBySystem,
    /// This system has no such thing.
    NotAvailable,
}

/// What somebody prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Preferences {
    /// The language; none for the system's.
    pub language: Option<Language>,
    /// How the window looks.
    pub theme: Theme,
    /// Whether something that needs attention is told outside of the window.
    pub notifications: bool,
    /// Whether the program starts with the operating system.
    pub start_with_system: SystemStart,
}

/// What somebody wants to prefer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PreferencesForm {
    /// The language; none for the system's.
    pub language: Option<Language>,
    /// How the window looks.
    pub theme: Theme,
    /// Whether something that needs attention is told outside of the window.
    pub notifications: bool,
    /// Whether the program is to start with the operating system, which alone keeps that.
    pub start_with_system: bool,
}

/// The preferences as they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    language: Option<Language>,
    theme: Theme,
    notifications: bool,
}

impl Default for Kept {
    fn default() -> Self {
        Self { language: None, theme: Theme::System, notifications: true }
    }
}

/// The preferences; whether the program starts with the operating system is told by that.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn preferences(store: &Store, start_with_system: SystemStart) -> Result<Preferences, ApiError> {
    let Kept { language, theme, notifications } = store.setting(PREFERENCES)?.unwrap_or_default();
    Ok(Preferences { language, theme, notifications, start_with_system })
}

/// Keeps the preferences, but for the start with the operating system, which that keeps.
///
/// # Errors
/// [`ApiError`] when the store fails.
pub fn set_preferences(store: &Store, form: &PreferencesForm, now: Timestamp) -> Result<(), ApiError> {
    let kept = Kept { language: form.language, theme: form.theme, notifications: form.notifications };
    Ok(store.set_setting(PREFERENCES, &kept, "somebody prefers it", now)?)
}

/// A backup of our own data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BackupView {
    /// Its file's name.
    pub name: String,
    /// When it was made (RFC 3339, UTC).
    pub at: String,
    /// Its size in bytes; 4 GiB and more are told as that.
    pub bytes: u32,
}

/// The backups of our own data, the latest first.
///
/// # Errors
/// [`ApiError`] when they can't be looked at.
pub fn backups(store: &Store) -> Result<Vec<BackupView>, ApiError> {
    let shown = |backup: store::Backup| BackupView {
        name: backup.name,
        at: backup.at.to_string(),
        bytes: u32::try_from(backup.bytes).unwrap_or(u32::MAX),
    };
    Ok(store.backups()?.into_iter().map(shown).collect())
}

/// Makes a backup of our own data.
///
/// # Errors
/// [`ApiError`] when it can't be written.
pub fn back_up_now(store: &Store, now: Timestamp) -> Result<Vec<BackupView>, ApiError> {
    store.backup(None, now)?;
    backups(store)
}

/// What support needs to make a code.
///
/// # Errors
/// [`ApiError`] when there is nothing to reset.
pub fn reset_request(store: &Store) -> Result<ResetRequest, ApiError> {
    Ok(reset::request(store)?)
}

/// Opens the initial integration again with a code of support; returns what to tell.
///
/// # Errors
/// [`ApiError`]: what is wrong with the code; nothing was changed then.
pub fn reset(store: &Store, code: &str, now: Timestamp) -> Result<Message, ApiError> {
    Ok(reset::carry_out(store, code, SupportKey::built_in(), now)?.message())
}

impl From<ResetError> for ApiError {
    fn from(error: ResetError) -> Self {
        Self::new(error.message())
    }
}

/// What there is to say about the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct About {
    /// Its version.
    pub version: String,
    /// The data folder.
    pub data_folder: String,
    /// The licence, as an SPDX expression.
    pub licence: String,
    /// What had to be mended when the data were opened.
    pub notice: Option<Message>,
}

/// What there is to say about the program.
pub fn about(host: &Host) -> About {
    About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_folder: host.folder().display().to_string(),
        licence: env!("CARGO_PKG_LICENSE").to_owned(),
        notice: host.notice().cloned(),
    }
}
