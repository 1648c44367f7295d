//! The company file's lists as last read, and the world that a mapping may ask about.

use std::{cell::RefCell, collections::BTreeSet};

use books::{
    Body, CompanyFile, Document, DocumentId, Entry, EntryKey, EntryKind, Facts, Link, ListObject, Lists, NameSpace, Why,
};
use jiff::{Timestamp, civil::Date};
use qbxml::ListId;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::{
    Store,
    audit::{Note, Subject, note},
    days,
    documents::newest,
    entries::{form, standings},
    error::StoreError,
    mapping::remap,
    runs::RunId,
    settings,
    state::{Change, State, transition},
    words::{json, read_word, time, word},
};

/// An object of a list, as QuickBooks told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// The object.
    pub object: ListObject,
    /// What QuickBooks wants to see before it lets the object be changed.
    pub edit_sequence: String,
    /// When QuickBooks last changed it, in QuickBooks' own words.
    pub modified: String,
    /// What identifies it beyond its name: a customer's e-mail address, an item's part number and bar code.
    pub marks: Vec<String>,
}

/// An object of a list that is no longer in the company file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoneObject {
    /// Which list it was in.
    pub space: NameSpace,
    /// What it was.
    pub id: ListId,
    /// The object that it was merged into, where that is told; none when it was deleted.
    pub into: Option<ListId>,
}

/// What a mapping may ask of the world around it: the company file's lists and the shop's documents, as they were
/// committed last.
///
/// A reading that fails answers "not known" and is kept: after a mapping, [`World::check`] must be asked before
/// anything is made of its result, so that a failure never looks like an empty list.
#[derive(Debug)]
pub struct World<'c> {
    view: View<'c>,
    failed: RefCell<Option<StoreError>>,
}

/// Through which connection the world is seen.
#[derive(Debug)]
enum View<'c> {
    /// One of its own: what was committed last.
    Committed(Connection),
    /// A transaction's: what it has written so far is seen too.
    Within(&'c Connection),
}

impl<'c> World<'c> {
    /// The world as a transaction sees it.
    pub(crate) fn within(tx: &'c Connection) -> Self {
        Self { view: View::Within(tx), failed: RefCell::default() }
    }

    /// What the company file is like, as it was read last; nothing special before that.
    pub fn company(&self) -> CompanyFile {
        self.ask(|connection| settings::get(connection, COMPANY)).unwrap_or_default()
    }

    /// Whether everything that was asked since the last check could be read.
    ///
    /// # Errors
    /// The first failure.
    pub fn check(&self) -> Result<(), StoreError> {
        self.failed.take().map_or(Ok(()), Err)
    }

    fn ask<T>(&self, read: impl FnOnce(&Connection) -> Result<Option<T>, StoreError>) -> Option<T> {
        let connection = match &self.view {
            View::Committed(connection) => connection,
            View::Within(connection) => connection,
        };
        read(connection).unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            None
        })
    }
}

impl Facts for World<'_> {
    fn document(&self, id: &DocumentId) -> Option<Document> {
        self.ask(|connection| Ok(newest(connection, id)?.map(|(document, _)| document)))
    }

    fn told_through(&self) -> Option<Date> {
        self.ask(days::last_told)
    }

    fn members(&self, day: &DocumentId) -> Vec<Entry> {
        self.ask(|connection| days::members(connection, day).map(Some)).unwrap_or_default()
    }
}

impl Lists for World<'_> {
    fn named(&self, space: NameSpace, full_name: &str) -> Option<ListObject> {
        self.ask(|connection| named(connection, space, full_name))
    }

    fn linked(&self, key: &EntryKey) -> Option<ListObject> {
        self.ask(|connection| match made(connection, key)? {
            Some(object) => Ok(Some(object)),
            None => matched(connection, key),
        })
    }

    fn marked(&self, space: NameSpace, mark: &str) -> Vec<ListObject> {
        self.ask(|connection| marked(connection, space, mark).map(Some)).unwrap_or_default()
    }

    fn is_made(&self, key: &EntryKey) -> bool {
        self.ask(|connection| made(connection, key)).is_some()
    }

    fn claimed(&self, space: NameSpace, full_name: &str) -> Option<EntryKey> {
        self.ask(|connection| claimed(connection, space, full_name))
    }
}

/// The object with this name; an active one before an inactive one.
fn named(connection: &Connection, space: NameSpace, full_name: &str) -> Result<Option<ListObject>, StoreError> {
    connection
        .prepare_cached(&format!(
            "SELECT {OBJECT} FROM list_objects o WHERE o.space = ? AND o.name = ? ORDER BY o.active DESC, o.id LIMIT 1"
        ))?
        .query_and_then(params![word(&space)?, folded(full_name)], read_object)?
        .next()
        .transpose()
}

/// The objects that carry this mark.
fn marked(connection: &Connection, space: NameSpace, mark: &str) -> Result<Vec<ListObject>, StoreError> {
    connection
        .prepare_cached(&format!(
            "SELECT {OBJECT} FROM list_marks m JOIN list_objects o ON o.space = m.space AND o.id = m.id
             WHERE m.space = ? AND m.mark = ? ORDER BY o.id"
        ))?
        .query_and_then(params![word(&space)?, folded(mark)], read_object)?
        .collect()
}

fn with_id(connection: &Connection, space: NameSpace, id: &str) -> Result<Option<ListObject>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {OBJECT} FROM list_objects o WHERE o.space = ? AND o.id = ?"))?
        .query_and_then(params![word(&space)?, id], read_object)?
        .next()
        .transpose()
}

/// The object that a posted entry made.
fn made(connection: &Connection, key: &EntryKey) -> Result<Option<ListObject>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT l.quickbooks_id, coalesce(l.full_name, e.number), e.id FROM entries e JOIN links l ON l.entry = e.id
         WHERE e.key = ? AND e.is_list AND e.state = 'posted'",
    )?;
    let mut rows = statement.query([key.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let id: String = row.get(0)?;
    let Some(entry) = form(connection, row.get(2)?)? else { return Ok(None) };
    let Some((space, kind)) = place_of(&entry.body) else { return Ok(None) };
    if let Some(object) = with_id(connection, space, &id)? {
        return Ok(Some(object));
    }
    // Not read since it was made: what is known is what was sent.
    let object = ListObject {
        id: read_word(&id)?,
        space,
        kind: kind.to_owned(),
        full_name: row.get(1)?,
        active: true,
        account: None,
    };
    Ok(Some(object))
}

/// The object that was there before us and belongs to `key` since; none once it is gone from the company file.
fn matched(connection: &Connection, key: &EntryKey) -> Result<Option<ListObject>, StoreError> {
    connection
        .prepare_cached(&format!(
            "SELECT {OBJECT} FROM adopted a JOIN list_objects o ON o.space = a.space AND o.id = a.quickbooks_id
             WHERE a.key = ?"
        ))?
        .query_and_then([key.as_str()], read_object)?
        .next()
        .transpose()
}

fn claimed(connection: &Connection, space: NameSpace, full_name: &str) -> Result<Option<EntryKey>, StoreError> {
    let Some(kind) = kind_of(space) else { return Ok(None) };
    let key: Option<String> = connection
        .prepare_cached(
            "SELECT key FROM entries WHERE name = ?1 AND kind = ?2 AND state NOT IN ('dropped', 'undone')
             UNION ALL SELECT key FROM adopted WHERE space = ?3 AND name = ?1 LIMIT 1",
        )?
        .query_row(params![folded(full_name), word(&kind)?, word(&space)?], |row| row.get(0))
        .optional()?;
    Ok(key.map(EntryKey::stored))
}

/// Writes down which objects were found in the company file by this mapping, so that nobody else takes them.
pub(crate) fn adopt(tx: &Transaction<'_>, run: RunId, why: &[Why], now: Timestamp) -> Result<(), StoreError> {
    for reason in why {
        let Why::Adopted { key, id, name } = reason else { continue };
        let adopted = tx
            .prepare_cached(
                "INSERT INTO adopted (key, space, quickbooks_id, name)
                 SELECT ?1, space, id, name FROM list_objects WHERE id = ?2 AND name = ?3 LIMIT 1
                 ON CONFLICT (key) DO UPDATE SET space = excluded.space, quickbooks_id = excluded.quickbooks_id,
                 name = excluded.name WHERE quickbooks_id <> excluded.quickbooks_id",
            )?
            .execute(params![key.as_str(), word(id)?, folded(name)])?;
        if adopted > 0 {
            let about = Note {
                run: Some(run),
                what: Subject::Lists,
                subject: key.as_str(),
                state: None,
                detail: "found in the company file",
            };
            note(tx, &about, now)?;
        }
    }
    Ok(())
}

impl Store {
    /// Forgets everything that was read of the company file's lists: another file is open, and nothing was written to any.
    pub fn forget_lists(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            for forget in [
                "DELETE FROM list_marks",
                "DELETE FROM list_objects",
                "DELETE FROM adopted",
                "DELETE FROM settings WHERE key LIKE 'list.%'",
            ] {
                tx.prepare_cached(forget)?.execute([])?;
            }
            let detail = "another company file is open";
            note(tx, &Note { run: None, what: Subject::Lists, subject: "all", state: None, detail }, now)?;
            Ok(())
        })
    }

    /// Stores objects of the company file's lists as they were just read, in one transaction. Returns how many were new
    /// or differ from what was known.
    pub fn save_lists(&self, objects: &[ListRow], now: Timestamp) -> Result<u32, StoreError> {
        self.write(|tx| save(tx, objects, now))
    }

    /// The same for objects that somebody else may have changed: when one is new or differs, every open document is
    /// mapped anew on the next run, as by [`Store::remap_open`], in the same transaction.
    pub fn save_changed_lists(&self, objects: &[ListRow], now: Timestamp) -> Result<u32, StoreError> {
        self.write(|tx| {
            let changed = save(tx, objects, now)?;
            if changed > 0 {
                remap(tx, now)?;
            }
            Ok(changed)
        })
    }

    /// After the whole of some lists was read, from `since` on: forgets what is no longer in them. A list is named by
    /// its name space and QuickBooks' name of the kind, such as `(NameSpace::Name, "Customer")`. What we had made or found
    /// there is nobody's any more, and every open document is mapped anew. Returns how many were forgotten.
    pub fn forget_missing(
        &self,
        read: &[(NameSpace, &str)],
        since: Timestamp,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        self.write(|tx| {
            let mut forgotten = 0;
            for (space, kind) in read {
                forgotten += tx
                    .prepare_cached("DELETE FROM list_objects WHERE space = ? AND kind = ? AND read_at < ?")?
                    .execute(params![word(space)?, kind, time(since)])?;
            }
            let spaces: BTreeSet<NameSpace> = read.iter().map(|(space, _)| *space).collect();
            lost(tx, &spaces, since, forgotten, now)
        })
    }

    /// QuickBooks tells that objects were deleted or merged into others. What belonged to a merged one belongs to the one
    /// that survives, what belonged to a deleted one is nobody's any more, and every open document is mapped anew.
    /// Returns how many of them were known.
    pub fn forget_objects(&self, gone: &[GoneObject], now: Timestamp) -> Result<u32, StoreError> {
        self.write(|tx| {
            let mut forgotten = 0;
            for GoneObject { space, id, into } in gone {
                if let Some(into) = into {
                    pass_on(tx, *space, id, into, now)?;
                }
                forgotten += tx
                    .prepare_cached("DELETE FROM list_objects WHERE space = ? AND id = ?")?
                    .execute(params![word(space)?, word(id)?])?;
            }
            let spaces: BTreeSet<NameSpace> = gone.iter().map(|object| object.space).collect();
            lost(tx, &spaces, now, forgotten, now)
        })
    }

    /// Stores what the paired company file is like. When it is not what was known, every open document is mapped anew on
    /// the next run. Returns whether it is so.
    pub fn save_company(&self, company: &CompanyFile, now: Timestamp) -> Result<bool, StoreError> {
        self.write(|tx| {
            let changed = settings::set(tx, COMPANY, company, "the company file was asked", now)?;
            if changed {
                remap(tx, now)?;
            }
            Ok(changed)
        })
    }

    /// The objects of one kind, as they were read last, by name: `(NameSpace::Item, "ItemSalesTax")`.
    pub fn objects(&self, space: NameSpace, kind: &str) -> Result<Vec<ListObject>, StoreError> {
        self.read(|tx| {
            tx.prepare_cached(&format!(
                "SELECT {OBJECT} FROM list_objects o WHERE o.space = ? AND o.kind = ? ORDER BY o.name, o.id"
            ))?
            .query_and_then(params![word(&space)?, kind], read_object)?
            .collect()
        })
    }

    /// What a mapping may ask of the world around it.
    pub fn world(&self) -> Result<World<'static>, StoreError> {
        Ok(World { view: View::Committed(self.reader()?), failed: RefCell::default() })
    }
}

/// After objects were forgotten: frees the identities to which they belonged, so that they are found by name or made anew.
fn lost(
    tx: &Transaction<'_>,
    spaces: &BTreeSet<NameSpace>,
    since: Timestamp,
    forgotten: usize,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let mut freed = 0;
    for space in spaces {
        freed += tx
            .prepare_cached(
                "DELETE FROM adopted WHERE space = ?1 AND NOT EXISTS (
                     SELECT 1 FROM list_objects o WHERE o.space = ?1 AND o.id = adopted.quickbooks_id)",
            )?
            .execute([word(space)?])?;
        let Some(kind) = kind_of(*space) else { continue };
        // What was made after the reading began is not missed by it.
        let vanished = "entries e JOIN links l ON l.entry = e.id
            WHERE e.is_list AND e.kind = ?1 AND +e.state = 'posted' AND l.posted_at < ?2 AND NOT EXISTS (
                SELECT 1 FROM list_objects o WHERE o.space = ?3 AND o.id = l.quickbooks_id)";
        for entry in standings(tx, vanished, params![word(&kind)?, time(since), word(space)?])? {
            let (key, from, to) = (&entry.key, State::Posted, State::Undone);
            let why = "it is no longer in the company file";
            transition(tx, &Change { entry: entry.id, key, from, to, run: None, why }, now)?;
            freed += 1;
        }
    }
    if forgotten + freed > 0 {
        let detail = format!("{forgotten} objects are no longer in the company file");
        let about = Note { run: None, what: Subject::Lists, subject: "lists", state: None, detail: &detail };
        note(tx, &about, now)?;
        remap(tx, now)?;
    }
    Ok(u32::try_from(forgotten).unwrap_or(u32::MAX))
}

/// What belonged to the object `from` belongs to the object `into`.
fn pass_on(
    tx: &Transaction<'_>,
    space: NameSpace,
    from: &ListId,
    into: &ListId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (space_word, from, into_word) = (word(&space)?, word(from)?, word(into)?);
    tx.prepare_cached(
        "UPDATE adopted SET quickbooks_id = ?3, name = coalesce(
             (SELECT o.name FROM list_objects o WHERE o.space = ?1 AND o.id = ?3), name)
         WHERE space = ?1 AND quickbooks_id = ?2",
    )?
    .execute(params![space_word, from, into_word])?;
    let Some(kind) = kind_of(space) else { return Ok(()) };
    let ours = "links l JOIN entries e ON e.id = l.entry
        WHERE l.quickbooks_id = ? AND e.is_list AND +e.kind = ? AND +e.state = 'posted'";
    for entry in standings(tx, ours, params![from, word(&kind)?])? {
        tx.prepare_cached(
            "UPDATE links SET link = ?1, quickbooks_id = ?2, full_name = o.full_name, edit_sequence = o.edit_sequence
             FROM list_objects o WHERE links.entry = ?3 AND o.space = ?4 AND o.id = ?2",
        )?
        .execute(params![json(&Link::List(into.clone()))?, into_word, entry.id, space_word])?;
        let detail = format!("merged in the company file into {into_word}");
        let subject = entry.key.as_str();
        note(tx, &Note { run: None, what: Subject::Entry, subject, state: None, detail: &detail }, now)?;
    }
    Ok(())
}

/// We removed what `form` had made.
pub(crate) fn forget_object(tx: &Transaction<'_>, form: &Body, id: &ListId) -> Result<(), StoreError> {
    if let Some((space, _)) = place_of(form) {
        tx.prepare_cached("DELETE FROM list_objects WHERE space = ? AND id = ?")?
            .execute(params![word(&space)?, word(id)?])?;
    }
    Ok(())
}

/// Whether a form makes an object of a list.
pub(crate) const fn is_object(form: &Body) -> bool {
    place_of(form).is_some()
}

/// The setting that says what the paired company file is like.
const COMPANY: &str = "company.file";

fn save(tx: &Transaction<'_>, objects: &[ListRow], now: Timestamp) -> Result<u32, StoreError> {
    let mut changed = 0;
    for ListRow { object, edit_sequence, modified, marks } in objects {
        let space = word(&object.space)?;
        let id = word(&object.id)?;
        let known = with_id(tx, object.space, &id)?;
        changed += u32::from(known.as_ref() != Some(object));
        tx.prepare_cached(
            "INSERT OR REPLACE INTO list_objects
             (space, id, kind, full_name, name, active, account, edit_sequence, modified, read_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            space,
            id,
            object.kind,
            object.full_name,
            folded(&object.full_name),
            object.active,
            object.account,
            edit_sequence,
            modified,
            time(now)
        ])?;
        tx.prepare_cached("DELETE FROM list_marks WHERE space = ? AND id = ?")?.execute(params![space, id])?;
        for mark in marks.iter().map(|mark| folded(mark)).filter(|mark| !mark.is_empty()) {
            tx.prepare_cached("INSERT OR IGNORE INTO list_marks (space, mark, id) VALUES (?, ?, ?)")?
                .execute(params![space, mark, id])?;
        }
    }
    Ok(changed)
}

const OBJECT: &str = "o.id, o.space, o.kind, o.full_name, o.active, o.account";

fn read_object(row: &Row<'_>) -> Result<ListObject, StoreError> {
    Ok(ListObject {
        id: read_word(&row.get::<_, String>(0)?)?,
        space: read_word(&row.get::<_, String>(1)?)?,
        kind: row.get(2)?,
        full_name: row.get(3)?,
        active: row.get(4)?,
        account: row.get(5)?,
    })
}

/// Names compare without regard to case (PROTOCOL.md e).
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// The kind of entry that adds to this list.
const fn kind_of(space: NameSpace) -> Option<EntryKind> {
    match space {
        NameSpace::Name => Some(EntryKind::Customer),
        NameSpace::Item => Some(EntryKind::Item),
        NameSpace::Class => Some(EntryKind::Class),
        NameSpace::PaymentMethod => Some(EntryKind::PaymentMethod),
        NameSpace::Terms => Some(EntryKind::StandardTerms),
        NameSpace::Account | NameSpace::SalesTaxCode => None,
    }
}

/// The list that a form adds to, and QuickBooks' name of the kind of object that it makes.
const fn place_of(body: &Body) -> Option<(NameSpace, &'static str)> {
    Some(match body {
        Body::Class(_) => (NameSpace::Class, "Class"),
        Body::PaymentMethod(_) => (NameSpace::PaymentMethod, "PaymentMethod"),
        Body::StandardTerms(_) => (NameSpace::Terms, "StandardTerms"),
        Body::Customer(_) => (NameSpace::Name, "Customer"),
        Body::ItemInventory(_) => (NameSpace::Item, "ItemInventory"),
        Body::ItemNonInventory(_) => (NameSpace::Item, "ItemNonInventory"),
        Body::ItemService(_) => (NameSpace::Item, "ItemService"),
        Body::ItemOtherCharge(_) => (NameSpace::Item, "ItemOtherCharge"),
        Body::ItemDiscount(_) => (NameSpace::Item, "ItemDiscount"),
        Body::ItemSalesTax(_) => (NameSpace::Item, "ItemSalesTax"),
        Body::ItemSubtotal(_) => (NameSpace::Item, "ItemSubtotal"),
        Body::SalesOrder(_)
        | Body::SalesReceipt(_)
        | Body::Invoice(_)
        | Body::ReceivePayment { .. }
        | Body::CreditMemo(_)
        | Body::ARRefundCreditCard { .. }
        | Body::Check { .. }
        | Body::InventoryAdjustment(_)
        | Body::JournalEntry(_)
        | Body::Cost { .. }
        | Body::Application { .. }
        | Body::Change { .. }
        | Body::Void { .. }
        | Body::Deletion { .. } => return None,
    })
}
