//! The company file's lists as last read, and the world that a mapping may ask about.

use std::{cell::RefCell, collections::BTreeMap};

use books::{Body, Document, DocumentId, Entry, EntryKey, EntryKind, Facts, Link, ListObject, Lists, NameSpace};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::{
    Store,
    audit::{Note, Subject, note},
    documents::newest,
    entries::form,
    error::StoreError,
    words::{read_json, read_word, time, word},
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
}

/// The company file's lists and our links into them, at one moment.
#[derive(Clone, Debug, Default)]
pub struct ListsAt {
    named: BTreeMap<(NameSpace, String), ListObject>,
    linked: BTreeMap<EntryKey, ListObject>,
}

impl Lists for ListsAt {
    fn named(&self, space: NameSpace, full_name: &str) -> Option<ListObject> {
        self.named.get(&(space, folded(full_name))).cloned()
    }

    fn linked(&self, key: &EntryKey) -> Option<ListObject> {
        self.linked.get(key).cloned()
    }
}

/// The shop's documents, for a mapping. A reading that fails answers "not known" and is kept: after mapping, [`FactsNow::check`] must be
/// asked before anything is made of the result.
#[derive(Debug)]
pub struct FactsNow {
    connection: Connection,
    failed: RefCell<Option<StoreError>>,
}

impl FactsNow {
    /// Whether everything that was asked since the last check could be read.
    ///
    /// # Errors
    /// The first failure.
    pub fn check(&self) -> Result<(), StoreError> {
        self.failed.take().map_or(Ok(()), Err)
    }
}

impl Facts for FactsNow {
    fn document(&self, id: &DocumentId) -> Option<Document> {
        match newest(&self.connection, id) {
            Ok(found) => found.map(|(document, _)| document),
            Err(error) => {
                self.failed.borrow_mut().get_or_insert(error);
                None
            }
        }
    }
}

impl Store {
    /// Stores objects of the company file's lists as they were just read, in one transaction. Returns how many were new or differ from what was
    /// known.
    pub fn save_lists(&self, objects: &[ListRow], now: Timestamp) -> Result<u32, StoreError> {
        self.write(|tx| {
            let mut changed = 0;
            for ListRow { object, edit_sequence, modified } in objects {
                let space = word(&object.space)?;
                let id = word(&object.id)?;
                let known = tx
                    .prepare_cached(&format!("SELECT {OBJECT} FROM list_objects o WHERE o.space = ? AND o.id = ?"))?
                    .query_and_then([&space, &id], |row| read_object(row, 0))?
                    .next()
                    .transpose()?;
                changed += u32::from(known.as_ref() != Some(object));
                tx.prepare_cached(
                    "INSERT OR REPLACE INTO list_objects
                     (space, id, kind, full_name, active, account, edit_sequence, modified, read_at)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                )?
                .execute(params![
                    space,
                    id,
                    object.kind,
                    object.full_name,
                    object.active,
                    object.account,
                    edit_sequence,
                    modified,
                    time(now)
                ])?;
            }
            Ok(changed)
        })
    }

    /// After the whole of some lists was read, from `since` on: forgets what is no longer in them. A list is named by its name space and
    /// QuickBooks' name of the kind, such as `(NameSpace::Name, "Customer")`. Returns how many were forgotten.
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
            if forgotten > 0 {
                let detail = format!("{forgotten} objects are no longer in the company file");
                let about = Note { run: None, what: Subject::Lists, subject: "lists", state: None, detail: &detail };
                note(tx, &about, now)?;
            }
            Ok(u32::try_from(forgotten).unwrap_or(u32::MAX))
        })
    }

    /// The lists and our links into them, as they are now: read as a whole, so that a failed reading can never look like an empty list.
    ///
    /// Where names differ in nothing but case, or an inactive object shares one, the active one is found.
    pub fn lists(&self) -> Result<ListsAt, StoreError> {
        self.read(|tx| {
            let mut at = ListsAt::default();
            let mut statement =
                tx.prepare_cached(&format!("SELECT {OBJECT} FROM list_objects o ORDER BY o.active, o.id DESC"))?;
            for object in statement.query_and_then([], |row| read_object(row, 0))? {
                let object = object?;
                at.named.insert((object.space, folded(&object.full_name)), object);
            }
            let by_id: BTreeMap<(NameSpace, String), &ListObject> = at
                .named
                .values()
                .map(|object| Ok(((object.space, word(&object.id)?), object)))
                .collect::<Result<_, StoreError>>()?;
            let mut statement = tx.prepare_cached(
                "SELECT e.id, e.key, e.kind, e.number, l.link, l.quickbooks_id, l.full_name
                 FROM entries e JOIN links l ON l.entry = e.id WHERE e.is_list AND e.state = 'posted'",
            )?;
            let mut rows = statement.query([])?;
            let mut linked = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let Some(space) = space_of(read_word(&row.get::<_, String>(2)?)?) else { continue };
                let Link::List(id) = read_json(&row.get::<_, String>(4)?)? else { continue };
                let object = match by_id.get(&(space, row.get(5)?)) {
                    Some(&known) => known.clone(),
                    // Not read since it was made: what is known is what was sent.
                    None => ListObject {
                        id,
                        space,
                        kind: form(tx, row.get(0)?)?.as_deref().map_or(Ok(String::new()), kind_in)?,
                        full_name: row.get::<_, Option<String>>(6)?.map_or_else(|| row.get(3), Ok)?,
                        active: true,
                        account: None,
                    },
                };
                linked.insert(EntryKey::stored(row.get::<_, String>(1)?), object);
            }
            at.linked = linked;
            Ok(at)
        })
    }

    /// The shop's documents, for a mapping.
    pub fn facts(&self) -> Result<FactsNow, StoreError> {
        Ok(FactsNow { connection: self.reader()?, failed: RefCell::default() })
    }
}

const OBJECT: &str = "o.id, o.space, o.kind, o.full_name, o.active, o.account";

fn read_object(row: &Row<'_>, first: usize) -> Result<ListObject, StoreError> {
    Ok(ListObject {
        id: read_word(&row.get::<_, String>(first)?)?,
        space: read_word(&row.get::<_, String>(first + 1)?)?,
        kind: row.get(first + 2)?,
        full_name: row.get(first + 3)?,
        active: row.get(first + 4)?,
        account: row.get(first + 5)?,
    })
}

/// Names compare without regard to case (PROTOCOL.md e).
fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// The list that an entry of this kind adds to.
const fn space_of(kind: EntryKind) -> Option<NameSpace> {
    match kind {
        EntryKind::Class => Some(NameSpace::Class),
        EntryKind::PaymentMethod => Some(NameSpace::PaymentMethod),
        EntryKind::Customer => Some(NameSpace::Name),
        EntryKind::Item => Some(NameSpace::Item),
        EntryKind::SalesReceipt | EntryKind::Invoice | EntryKind::ReceivePayment => None,
    }
}

/// QuickBooks' name of the kind of object that the stored entry makes.
fn kind_in(form: &str) -> Result<String, StoreError> {
    let entry: Entry = read_json(form)?;
    Ok(match entry.body {
        Body::Class(_) => "Class",
        Body::PaymentMethod(_) => "PaymentMethod",
        Body::Customer(_) => "Customer",
        Body::ItemInventory(_) => "ItemInventory",
        Body::ItemNonInventory(_) => "ItemNonInventory",
        Body::ItemService(_) => "ItemService",
        Body::ItemOtherCharge(_) => "ItemOtherCharge",
        Body::ItemDiscount(_) => "ItemDiscount",
        Body::ItemSalesTax(_) => "ItemSalesTax",
        Body::ItemSubtotal(_) => "ItemSubtotal",
        Body::SalesReceipt(_) => "SalesReceipt",
        Body::Invoice(_) => "Invoice",
        Body::ReceivePayment { .. } => "ReceivePayment",
    }
    .to_owned())
}
