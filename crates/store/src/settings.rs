//! Settings: typed JSON values under stable keys. Secrets never go here (DESIGN.md 7).

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Store,
    audit::{Note, Subject, note},
    error::StoreError,
    words::{json, read_json, read_time, time},
};

/// One setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingRow {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: serde_json::Value,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

impl Store {
    /// The setting under `key`, if it was ever set.
    ///
    /// # Errors
    /// [`StoreError::Value`] when what is stored is no `T`.
    pub fn setting<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StoreError> {
        self.read(|tx| get(tx, key))
    }

    /// All settings, by key.
    pub fn settings(&self) -> Result<Vec<SettingRow>, StoreError> {
        self.read(|tx| {
            tx.prepare_cached("SELECT key, value, changed_at FROM settings ORDER BY key")?
                .query_and_then([], |row| {
                    let value = read_json(&row.get::<_, String>(1)?)?;
                    Ok(SettingRow { key: row.get(0)?, value, changed_at: read_time(&row.get::<_, String>(2)?)? })
                })?
                .collect()
        })
    }

    /// Sets the setting under `key`; `why` goes into the audit. The same value again is nothing.
    pub fn set_setting<T: Serialize>(&self, key: &str, value: &T, why: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| set(tx, key, value, why, now).map(|_| ()))
    }
}

/// See [`Store::setting`].
pub(crate) fn get<T: DeserializeOwned>(connection: &Connection, key: &str) -> Result<Option<T>, StoreError> {
    let value: Option<String> = connection
        .prepare_cached("SELECT value FROM settings WHERE key = ?")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    value.as_deref().map(read_json).transpose()
}

/// See [`Store::set_setting`]. Returns whether it was another value before.
pub(crate) fn set<T: Serialize>(
    tx: &Transaction<'_>,
    key: &str,
    value: &T,
    why: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx
        .prepare_cached(
            "INSERT INTO settings (key, value, changed_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET value = ?2, changed_at = ?3 WHERE value <> ?2",
        )?
        .execute(params![key, json(value)?, time(now)])?;
    if changed > 0 {
        note(tx, &Note { run: None, what: Subject::Setting, subject: key, state: None, detail: why }, now)?;
    }
    Ok(changed > 0)
}
