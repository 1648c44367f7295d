//! The rows of entries, as the rest of the crate reads them.

use books::{DocumentId, EntryKey, HeldReason};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::{
    documents::{Mapping, Version},
    error::StoreError,
    state::State,
    words::read_json,
};

/// What decides about an entry's next step.
pub(crate) struct Standing {
    pub(crate) id: i64,
    pub(crate) key: EntryKey,
    pub(crate) is_list: bool,
    pub(crate) state: State,
    pub(crate) document_version: Version,
    pub(crate) content_hash: Option<String>,
    pub(crate) reasons: Vec<HeldReason>,
    pub(crate) change_hash: Option<String>,
    pub(crate) accepted_hash: Option<String>,
}

const STANDING: &str = "e.id, e.key, e.is_list, e.state, e.document_version, e.content_hash, e.reasons, e.change_hash,
    e.accepted_hash";

impl Standing {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            key: EntryKey::stored(row.get::<_, String>(1)?),
            is_list: row.get(2)?,
            state: row.get(3)?,
            document_version: row.get(4)?,
            content_hash: row.get(5)?,
            reasons: read_json(&row.get::<_, String>(6)?)?,
            change_hash: row.get(7)?,
            accepted_hash: row.get(8)?,
        })
    }
}

/// The entry with this key, if there is one.
pub(crate) fn find(connection: &Connection, key: &EntryKey) -> Result<Option<Standing>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {STANDING} FROM entries e WHERE e.key = ?"))?
        .query_and_then([key.as_str()], Standing::read)?
        .next()
        .transpose()
}

/// The entry with this key.
///
/// # Errors
/// [`StoreError::Unknown`].
pub(crate) fn get(connection: &Connection, key: &EntryKey) -> Result<Standing, StoreError> {
    find(connection, key)?.ok_or_else(|| StoreError::Unknown(key.to_string()))
}

/// The entries that a document wants.
pub(crate) fn wanted_by(tx: &Transaction<'_>, document: &DocumentId) -> Result<Vec<Standing>, StoreError> {
    tx.prepare_cached(&format!(
        "SELECT {STANDING} FROM wanted w JOIN entries e ON e.id = w.entry WHERE w.document = ? ORDER BY e.id"
    ))?
    .query_and_then([document.as_str()], Standing::read)?
    .collect()
}

/// The entries of a message set, in the order of their requests.
pub(crate) fn of_set(tx: &Transaction<'_>, set: &str) -> Result<Vec<Standing>, StoreError> {
    tx.prepare_cached(&format!(
        "SELECT {STANDING} FROM requests r JOIN entries e ON e.id = r.entry WHERE r.message_set = ? ORDER BY r.position"
    ))?
    .query_and_then([set], Standing::read)?
    .collect()
}

/// Has the documents that want an entry mapped anew on the next run.
pub(crate) fn remap_wanting(tx: &Transaction<'_>, entry: i64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE documents SET mapping = ? WHERE id IN (SELECT document FROM wanted WHERE entry = ?)")?
        .execute(params![Mapping::Unmapped, entry])?;
    Ok(())
}

/// Writes what is in an entry's way.
pub(crate) fn set_reasons(tx: &Transaction<'_>, entry: i64, reasons: &str) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE entries SET reasons = ? WHERE id = ?")?.execute(params![reasons, entry])?;
    Ok(())
}

/// The JSON of a whole entry, unless it is only held so far.
pub(crate) fn form(connection: &Connection, entry: i64) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT form FROM forms WHERE entry = ?")?
        .query_row([entry], |row| row.get(0))
        .optional()?)
}
