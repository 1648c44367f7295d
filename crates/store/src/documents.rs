//! Documents: raw and immutable, by version, with the cursors of the feeds that told them.

use std::collections::BTreeSet;

use books::{ContentHash, Document, DocumentId, DocumentKind, Fact};
use jiff::Timestamp;
use rusqlite::{
    OptionalExtension, Row, Transaction, params, params_from_iter,
    types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef},
};
use serde::{Deserialize, Serialize};

use crate::{
    Store,
    audit::{Note, Subject, note},
    days::after,
    error::StoreError,
    look::{Page, page, places},
    runs::RunId,
    search,
    words::{json, read_json, read_time, read_word, time, word},
};

/// A document's version, counted from 1 as it was stored here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(u32);

impl Version {
    /// The version with this number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl ToSql for Version {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl FromSql for Version {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        u32::column_result(value).map(Self)
    }
}

/// A document as a source told it.
#[derive(Clone, Copy, Debug)]
pub struct Pulled<'a> {
    /// What it says.
    pub document: &'a Document,
    /// The source's own text.
    pub raw: &'a str,
}

/// How many of the documents pulled were what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PullCount {
    /// Never seen before.
    pub new: u32,
    /// Seen before, and changed in what the accounting needs.
    pub changed: u32,
    /// Seen before as they are, or older than what is known.
    pub unchanged: u32,
}

/// Buyers and goods that appeared in sales for the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FirstSales {
    /// Buyers.
    pub customers: u32,
    /// Variants.
    pub variants: u32,
}

/// What became of the newest version of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mapping {
    /// It is to be mapped.
    Unmapped,
    /// It became entries.
    Entries,
    /// It is held.
    Held,
    /// It will be something when the shop says more.
    Waits,
    /// It is nothing for the books.
    Nothing,
    /// Its kind is never mapped by itself: it informs others.
    Informs,
}

/// What became of a document, as people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// It is looked at with the next run.
    Unmapped,
    /// It became entries.
    Mapped,
    /// It is held.
    Held,
    /// It will be something when the shop says more.
    Waits,
    /// It is nothing for the books by itself.
    Nothing,
}

impl FromSql for DocumentState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "unmapped" => Ok(Self::Unmapped),
            "entries" => Ok(Self::Mapped),
            "held" => Ok(Self::Held),
            "waits" => Ok(Self::Waits),
            "nothing" | "informs" => Ok(Self::Nothing),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

/// Which documents are looked for. Everything that is set must hold; the default finds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentFilter {
    /// Of one of these kinds; empty: of any.
    pub kinds: Vec<DocumentKind>,
    /// Words of the title, of the id's last part, or of the names and addresses that it is known by.
    pub text: Option<String>,
}

/// One document in a list of documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// What people call it.
    pub title: String,
    /// When it happened; of what does not happen, when it last changed.
    pub happened_at: Timestamp,
    /// When the source last changed it.
    pub updated_at: Timestamp,
    /// Its newest version.
    pub version: Version,
    /// What became of that.
    pub state: DocumentState,
}

/// One version of a document, word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredVersion {
    /// Which one.
    pub version: Version,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// What the source said.
    pub raw: String,
}

impl DocumentRow {
    const COLUMNS: &str = "id, kind, title, happened_at, updated_at, version, mapping";

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: DocumentId::new(row.get::<_, String>(0)?),
            kind: read_word(&row.get::<_, String>(1)?)?,
            title: row.get(2)?,
            happened_at: read_time(&row.get::<_, String>(3)?)?,
            updated_at: read_time(&row.get::<_, String>(4)?)?,
            version: row.get(5)?,
            state: row.get(6)?,
        })
    }
}

impl ToSql for Mapping {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Unmapped => "unmapped",
            Self::Entries => "entries",
            Self::Held => "held",
            Self::Waits => "waits",
            Self::Nothing => "nothing",
            Self::Informs => "informs",
        }
        .into())
    }
}

/// Whether the source still has a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// It has.
    No,
    /// It was deleted there.
    Yes,
    /// It was deleted there, and somebody decided that what is posted of it stays.
    Accepted,
}

impl ToSql for Gone {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::No => 0,
            Self::Yes => 1,
            Self::Accepted => 2,
        }
        .into())
    }
}

impl FromSql for Gone {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_i64()? {
            0 => Ok(Self::No),
            1 => Ok(Self::Yes),
            2 => Ok(Self::Accepted),
            other => Err(FromSqlError::OutOfRange(other)),
        }
    }
}

pub(crate) enum Stored {
    New,
    Changed,
    Unchanged,
}

impl Store {
    /// Where the feed `feed` stands: what the source is to be asked to go on from.
    pub fn cursor(&self, feed: &str) -> Result<Option<String>, StoreError> {
        self.read(|tx| {
            Ok(tx
                .prepare_cached("SELECT cursor FROM cursors WHERE feed = ?")?
                .query_row([feed], |row| row.get(0))
                .optional()?)
        })
    }

    /// Forgets where the feed `feed` stands: the source is asked from the beginning, and what is known already is nothing
    /// new.
    pub fn forget_cursor(&self, feed: &str) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.prepare_cached("DELETE FROM cursors WHERE feed = ?")?.execute([feed])?;
            Ok(())
        })
    }

    /// Stores what was pulled and moves the feed's cursor, in one transaction. Without a `cursor` it stays where it is.
    ///
    /// A document whose [`Fact`] has the hash of the newest version, or that is older than it, is nothing; another one
    /// is a new version, to be mapped.
    pub fn save_pulled(
        &self,
        run: RunId,
        feed: &str,
        documents: &[Pulled<'_>],
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<PullCount, StoreError> {
        self.write(|tx| {
            let mut count = PullCount::default();
            for pulled in documents {
                match save(tx, run, pulled, now)? {
                    Stored::New => count.new += 1,
                    Stored::Changed => count.changed += 1,
                    Stored::Unchanged => count.unchanged += 1,
                }
            }
            if let Some(cursor) = cursor {
                tx.prepare_cached(
                    "INSERT INTO cursors (feed, cursor, moved_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (feed) DO UPDATE SET cursor = ?2, moved_at = ?3",
                )?
                .execute(params![feed, cursor, time(now)])?;
            }
            if count.new + count.changed > 0 {
                let detail = format!("{} new, {} changed", count.new, count.changed);
                let pull = Note { run: Some(run), what: Subject::Pull, subject: feed, state: None, detail: &detail };
                note(tx, &pull, now)?;
            }
            Ok(count)
        })
    }

    /// The newest version of a document.
    pub fn document(&self, id: &DocumentId) -> Result<Option<(Document, Version)>, StoreError> {
        self.read(|tx| newest(tx, id))
    }

    /// Hands the newest version of every document of this kind that the source still has to `each`, in the order in which
    /// they happened.
    pub fn each_document(&self, kind: DocumentKind, mut each: impl FnMut(Document)) -> Result<(), StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT v.body FROM documents d JOIN versions v ON v.document = d.id AND v.version = d.version
                 WHERE d.kind = ? AND d.gone = 0 ORDER BY d.happened_at, d.id",
            )?;
            let mut rows = statement.query([word(&kind)?])?;
            while let Some(row) = rows.next()? {
                each(read_json(&row.get::<_, String>(0)?)?);
            }
            Ok(())
        })
    }

    /// One page of the documents that a filter finds, the latest changed first, and how many it finds: at most `limit` of
    /// those after the first `offset`.
    pub fn page_of_documents(
        &self,
        filter: &DocumentFilter,
        offset: u32,
        limit: u32,
    ) -> Result<Page<DocumentRow>, StoreError> {
        let mut values: Vec<Value> = Vec::new();
        let mut conditions = vec!["TRUE".to_owned()];
        if !filter.kinds.is_empty() {
            conditions.push(format!("kind IN ({})", places(filter.kinds.len())));
            for kind in &filter.kinds {
                values.push(word(kind)?.into());
            }
        }
        if let Some((found, terms)) = filter.text.as_deref().and_then(|text| search::condition("words", text)) {
            conditions.push(found);
            values.extend(terms);
        }
        let condition = conditions.join(" AND ");
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT id FROM documents INDEXED BY documents_listed WHERE {condition} ORDER BY updated_at DESC, id DESC"
            ))?;
            let found = statement.query(params_from_iter(values))?;
            let (ids, total) = page(found, offset, limit, |row| row.get::<_, String>(0))?;
            let mut one =
                tx.prepare_cached(&format!("SELECT {} FROM documents WHERE id = ?", DocumentRow::COLUMNS))?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                rows.extend(one.query_and_then([id], DocumentRow::read)?.next().transpose()?);
            }
            Ok(Page { rows, total })
        })
    }

    /// A document as a list of documents has it.
    pub fn document_row(&self, id: &DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        self.read(|tx| {
            let sql = format!("SELECT {} FROM documents WHERE id = ?", DocumentRow::COLUMNS);
            tx.prepare_cached(&sql)?.query_and_then([id.as_str()], DocumentRow::read)?.next().transpose()
        })
    }

    /// The newest versions of a document, the newest first: at most `limit`.
    pub fn versions(&self, id: &DocumentId, limit: u32) -> Result<Vec<StoredVersion>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT version, stored_at, raw FROM versions WHERE document = ? ORDER BY version DESC LIMIT ?",
            )?;
            let rows = statement.query_and_then(params![id.as_str(), limit], |row| {
                Ok(StoredVersion {
                    version: row.get(0)?,
                    stored_at: read_time(&row.get::<_, String>(1)?)?,
                    raw: row.get(2)?,
                })
            })?;
            rows.collect()
        })
    }

    /// What the source said, word for word, in this version of the document.
    pub fn raw(&self, id: &DocumentId, version: Version) -> Result<Option<String>, StoreError> {
        self.read(|tx| {
            Ok(tx
                .prepare_cached("SELECT raw FROM versions WHERE document = ? AND version = ?")?
                .query_row(params![id.as_str(), version], |row| row.get(0))
                .optional()?)
        })
    }

    /// Which of these the source never told of: a payment or a rescan that names one has found something that the feed
    /// missed.
    pub fn unknown<'a>(&self, ids: &'a [DocumentId]) -> Result<Vec<&'a DocumentId>, StoreError> {
        self.read(|tx| {
            let mut known = tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM documents WHERE id = ?)")?;
            let mut unknown = Vec::new();
            for id in ids {
                if !known.query_row([id.as_str()], |row| row.get(0))? {
                    unknown.push(id);
                }
            }
            Ok(unknown)
        })
    }

    /// Orders placed from `from` up to but not at `to` that are not among `told`, which is all that the source has of
    /// this time: they may have been deleted there. Oldest first.
    pub fn untold(
        &self,
        from: Timestamp,
        to: Timestamp,
        told: &BTreeSet<DocumentId>,
    ) -> Result<Vec<DocumentId>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT id FROM documents WHERE kind = 'order' AND happened_at >= ? AND happened_at < ? AND gone = 0
                 ORDER BY happened_at, id",
            )?;
            let ids = statement.query_map(params![time(from), time(to)], |row| row.get::<_, String>(0))?;
            let ids = ids.map(|id| Ok(DocumentId::new(id?)));
            ids.filter(|id| id.as_ref().map_or(true, |id| !told.contains(id))).collect()
        })
    }

    /// How many buyers, and how many variants, were sold to or sold for the first time since `since`: by how much the lists
    /// of the company file would have grown.
    pub fn first_sales_since(&self, since: Timestamp) -> Result<FirstSales, StoreError> {
        self.read(|tx| {
            let count = |sold: &str| -> Result<u32, StoreError> {
                let sql = format!("SELECT count(*) FROM ({sold}) WHERE first >= ?");
                Ok(tx.prepare_cached(&sql)?.query_row([time(since)], |row| row.get(0))?)
            };
            let orders = "documents d JOIN versions v ON v.document = d.id AND v.version = d.version";
            Ok(FirstSales {
                customers: count(&format!(
                    "SELECT min(d.happened_at) AS first FROM {orders} WHERE d.kind = 'order' AND d.gone = 0
                     AND json_extract(v.body, '$.fact.customer') IS NOT NULL
                     GROUP BY json_extract(v.body, '$.fact.customer')"
                ))?,
                variants: count(&format!(
                    "SELECT min(d.happened_at) AS first FROM {orders}, json_each(v.body, '$.fact.lines') line
                     WHERE d.kind = 'order' AND d.gone = 0 AND json_extract(line.value, '$.variant') IS NOT NULL
                     GROUP BY json_extract(line.value, '$.variant')"
                ))?,
            })
        })
    }

    /// The source has deleted a document: it is mapped anew on the next run, as [`Store::map_unmapped`] says. Returns
    /// whether that is news of a document that is known. It is there again when it is pulled again.
    pub fn gone(&self, id: &DocumentId, now: Timestamp) -> Result<bool, StoreError> {
        self.write(|tx| {
            let news = tx
                .prepare_cached(
                    "UPDATE documents SET gone = ?1, mapping = CASE mapping WHEN ?2 THEN ?2 ELSE ?3 END
                     WHERE id = ?4 AND gone = ?5",
                )?
                .execute(params![Gone::Yes, Mapping::Informs, Mapping::Unmapped, id.as_str(), Gone::No])?;
            if news > 0 {
                let detail = "it was deleted in the shop";
                note(tx, &Note { run: None, what: Subject::Pull, subject: id.as_str(), state: None, detail }, now)?;
            }
            Ok(news > 0)
        })
    }
}

/// The newest version of a document.
pub(crate) fn newest(
    connection: &rusqlite::Connection,
    id: &DocumentId,
) -> Result<Option<(Document, Version)>, StoreError> {
    let found: Option<(String, Version)> = connection
        .prepare_cached(
            "SELECT v.body, v.version FROM documents d JOIN versions v ON v.document = d.id AND v.version = d.version
             WHERE d.id = ?",
        )?
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(body, version)| Ok((read_json(&body)?, version))).transpose()
}

pub(crate) fn save(
    tx: &Transaction<'_>,
    run: RunId,
    pulled: &Pulled<'_>,
    now: Timestamp,
) -> Result<Stored, StoreError> {
    let document = pulled.document;
    let id = document.id.as_str();
    let hash = ContentHash::of(&serde_json::to_vec(&document.fact)?);
    let updated_at = time(document.updated_at);
    let (happened_at, mapping) = match &document.fact {
        Fact::Order(order) => (time(order.placed_at), Mapping::Unmapped),
        Fact::OpeningStock(_) => (updated_at.clone(), Mapping::Unmapped),
        Fact::PurchaseOrder(order) => (time(order.ordered_at.unwrap_or(order.created_at)), Mapping::Unmapped),
        Fact::StockAdjustment(adjustment) => {
            (adjustment.at.map_or_else(|| updated_at.clone(), time), Mapping::Unmapped)
        }
        Fact::StockTransfer(transfer) => {
            (transfer.arrivals.first().map_or_else(|| updated_at.clone(), |first| time(first.at)), Mapping::Unmapped)
        }
        Fact::Day(day) => (time(after(day.day.date)), Mapping::Unmapped),
        Fact::Shop(_)
        | Fact::Location(_)
        | Fact::Customer(_)
        | Fact::Variant(_)
        | Fact::Supplier(_)
        | Fact::StockItem(_) => (updated_at.clone(), Mapping::Informs),
    };
    let known: Option<(Version, String, String)> = tx
        .prepare_cached("SELECT version, content_hash, updated_at FROM documents WHERE id = ?")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (version, stored) = match known {
        None => (Version(1), Stored::New),
        // A late page of an older reading must not undo a newer one.
        Some((_, known_hash, known_at)) if known_hash == hash.as_str() || updated_at < known_at => {
            tx.prepare_cached("UPDATE documents SET gone = ?1, mapping = ?2 WHERE id = ?3 AND gone <> ?1")?
                .execute(params![Gone::No, mapping, id])?;
            return Ok(Stored::Unchanged);
        }
        Some((known, _, _)) => (Version(known.0 + 1), Stored::Changed),
    };
    tx.prepare_cached(
        "INSERT INTO documents (id, kind, version, content_hash, updated_at, happened_at, mapping, title, words)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE
         SET kind = ?2, version = ?3, content_hash = ?4, updated_at = ?5, happened_at = ?6, mapping = ?7, title = ?8,
             words = ?9, gone = 0",
    )?
    .execute(params![
        id,
        word(&document.kind())?,
        version,
        hash.as_str(),
        updated_at,
        happened_at,
        mapping,
        document.title(),
        search::words_of_document(tx, document)?
    ])?;
    tx.prepare_cached(
        "INSERT INTO versions (document, version, content_hash, run, stored_at, body, raw) VALUES (?,?,?,?,?,?,?)",
    )?
    .execute(params![id, version, hash.as_str(), run, time(now), json(document)?, pulled.raw])?;
    Ok(stored)
}
