//! The rows of entries, as the rest of the crate reads them.

use books::{DocumentId, Entry, EntryKey, HeldReason};
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, params};

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
    pub(crate) document: DocumentId,
    pub(crate) is_list: bool,
    pub(crate) state: State,
    pub(crate) document_version: Version,
    pub(crate) content_hash: Option<String>,
    pub(crate) reasons: Vec<HeldReason>,
    /// The entry whose form it works upon.
    pub(crate) target: Option<EntryKey>,
    /// Whether it was planned to take something back, so that no document wishes for it.
    pub(crate) undo: bool,
}

impl Standing {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            key: EntryKey::stored(row.get::<_, String>(1)?),
            document: DocumentId::new(row.get::<_, String>(2)?),
            is_list: row.get(3)?,
            state: row.get(4)?,
            document_version: row.get(5)?,
            content_hash: row.get(6)?,
            reasons: read_json(&row.get::<_, String>(7)?)?,
            target: row.get::<_, Option<String>>(8)?.map(EntryKey::stored),
            undo: row.get(9)?,
        })
    }

    /// Whether it is in QuickBooks, or was until it was undone.
    pub(crate) const fn was_posted(&self) -> bool {
        matches!(self.state, State::Posted | State::Undone)
    }
}

/// The entries `e` that `rest` of a statement finds: what follows `FROM`.
pub(crate) fn standings(connection: &Connection, rest: &str, values: impl Params) -> Result<Vec<Standing>, StoreError> {
    connection
        .prepare_cached(&format!(
            "SELECT e.id, e.key, e.document, e.is_list, e.state, e.document_version, e.content_hash, e.reasons,
             e.target, e.undo FROM {rest}"
        ))?
        .query_and_then(values, Standing::read)?
        .collect()
}

/// The entry with this key, if there is one.
pub(crate) fn find(connection: &Connection, key: &EntryKey) -> Result<Option<Standing>, StoreError> {
    Ok(standings(connection, "entries e WHERE e.key = ?", [key.as_str()])?.pop())
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
    let wanted = "wanted w JOIN entries e ON e.id = w.entry WHERE w.document = ? ORDER BY e.id";
    standings(tx, wanted, [document.as_str()])
}

/// The entries of a message set, in the order of their requests.
pub(crate) fn of_set(tx: &Transaction<'_>, set: &str) -> Result<Vec<Standing>, StoreError> {
    standings(tx, "requests r JOIN entries e ON e.id = r.entry WHERE r.message_set = ? ORDER BY r.position", [set])
}

/// Has the documents that want an entry mapped anew on the next run.
pub(crate) fn remap_wanting(tx: &Transaction<'_>, entry: i64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE documents SET mapping = ? WHERE id IN (SELECT document FROM wanted WHERE entry = ?)")?
        .execute(params![Mapping::Unmapped, entry])?;
    Ok(())
}

/// Has the documents mapped anew of which something that is still to be sent builds upon the entry with this key.
pub(crate) fn remap_building_on(tx: &Transaction<'_>, key: &EntryKey) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE documents SET mapping = ? WHERE id IN (
             SELECT w.document FROM needs n JOIN entries e ON e.id = n.entry JOIN wanted w ON w.entry = e.id
             WHERE n.key = ? AND e.state IN ('held', 'ready', 'rejected'))",
    )?
    .execute(params![Mapping::Unmapped, key.as_str()])?;
    Ok(())
}

/// Writes what is in an entry's way.
pub(crate) fn set_reasons(tx: &Transaction<'_>, entry: i64, reasons: &str) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE entries SET reasons = ? WHERE id = ?")?.execute(params![reasons, entry])?;
    Ok(())
}

/// The whole entry, unless it is only held so far.
pub(crate) fn form(connection: &Connection, entry: i64) -> Result<Option<Entry>, StoreError> {
    let form: Option<String> = connection
        .prepare_cached("SELECT form FROM forms WHERE entry = ?")?
        .query_row([entry], |row| row.get(0))
        .optional()?;
    form.as_deref().map(read_json).transpose()
}
