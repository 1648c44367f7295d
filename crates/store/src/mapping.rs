//! Map: what the newest version of a document comes to, against what is known of its entries (DESIGN.md 3).

use std::collections::{BTreeMap, BTreeSet};

use books::{ContentHash, Document, DocumentId, Entry, EntryKey, EntryKind, Held, HeldReason, Mapped};
use jiff::{Timestamp, civil::Date};
use rusqlite::{OptionalExtension, Transaction, params};

use crate::{
    Store,
    audit::{Note, Subject, note},
    documents::{Mapping, Version},
    entries::{Standing, find, wanted_by},
    error::StoreError,
    lists::World,
    lists::{adopt, folded},
    runs::RunId,
    state::{Change, State, transition},
    words::{json, read_json, word},
};

impl Store {
    /// Documents whose newest version is to be mapped, oldest order first. One with a transaction in flight is left out
    /// until that is settled.
    pub fn unmapped(&self, limit: u32) -> Result<Vec<(Document, Version)>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT v.body, v.version FROM documents d
                 JOIN versions v ON v.document = d.id AND v.version = d.version
                 WHERE d.mapping = 'unmapped' AND NOT EXISTS (
                     SELECT 1 FROM wanted w JOIN entries e ON e.id = w.entry
                     WHERE w.document = d.id AND NOT e.is_list AND e.state IN ('sent', 'uncertain'))
                 ORDER BY d.happened_at, d.id LIMIT ?",
            )?;
            let rows =
                statement.query_and_then([limit], |row| Ok((read_json(&row.get::<_, String>(0)?)?, row.get(1)?)))?;
            rows.collect()
        })
    }

    /// Has `map` say what each of up to `limit` unmapped documents comes to, and writes it down, all in one
    /// transaction: each document is mapped in the light of those before it. Returns how many there were.
    ///
    /// What is written for each is said at [`Store::save_mapped`].
    pub fn map_unmapped(
        &self,
        run: RunId,
        limit: u32,
        now: Timestamp,
        mut map: impl FnMut(&Document, &World<'_>) -> Mapped,
    ) -> Result<u32, StoreError> {
        let documents = self.unmapped(limit)?;
        if documents.is_empty() {
            return Ok(0);
        }
        self.write(|tx| {
            let world = World::within(tx);
            for (document, version) in &documents {
                let mapped = map(document, &world);
                world.check()?;
                save_one(tx, run, &document.id, *version, &mapped, now)?;
            }
            Ok(u32::try_from(documents.len()).unwrap_or(u32::MAX))
        })
    }

    /// Writes down what a document comes to, in one transaction.
    ///
    /// Each entry is put in by its key: one that is not in QuickBooks is made ready or held; one in flight is left as
    /// it is, and when it is a transaction the document stays unmapped until that is settled; a posted list entry is
    /// left as it is. A posted transaction with the same content is left as it is; with another content, or no longer
    /// wanted, it stays posted and shows the change, and nothing that would replace it is made. Entries that no
    /// document wants any more and that are not in QuickBooks are dropped.
    ///
    /// When `version` is no longer the newest, nothing is done: the newer one is still to be mapped.
    pub fn save_mapped(
        &self,
        run: RunId,
        id: &DocumentId,
        version: Version,
        mapped: &Mapped,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|tx| save_one(tx, run, id, version, mapped, now))
    }

    /// The mapping or the lists changed: every document that is held, ready, waiting or rejected is mapped anew on the
    /// next run. Returns how many that are.
    pub fn remap_open(&self, now: Timestamp) -> Result<u32, StoreError> {
        self.write(|tx| remap(tx, now))
    }
}

/// See [`Store::remap_open`].
pub(crate) fn remap(tx: &Transaction<'_>, now: Timestamp) -> Result<u32, StoreError> {
    let count = tx
        .prepare_cached(
            "UPDATE documents SET mapping = 'unmapped'
             WHERE mapping IN ('held', 'waits') OR mapping = 'entries' AND id IN (
                 SELECT w.document FROM entries e JOIN wanted w ON w.entry = e.id
                 WHERE e.state IN ('held', 'ready', 'rejected'))",
        )?
        .execute([])?;
    if count > 0 {
        let detail = format!("{count} documents are to be mapped anew");
        note(tx, &Note { run: None, what: Subject::Remap, subject: "open", state: None, detail: &detail }, now)?;
    }
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

fn save_one(
    tx: &Transaction<'_>,
    run: RunId,
    id: &DocumentId,
    version: Version,
    mapped: &Mapped,
    now: Timestamp,
) -> Result<(), StoreError> {
    let newest: Option<Version> = tx
        .prepare_cached("SELECT version FROM documents WHERE id = ?")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    let newest = newest.ok_or_else(|| StoreError::Unknown(id.to_string()))?;
    let before = wanted_by(tx, id)?;
    if newest != version || before.iter().any(|entry| !entry.is_list && entry.state.in_flight()) {
        return Ok(());
    }
    Saving { tx, run, document: id, version, now }.save(before, mapped)
}

/// What a document wants of one key.
enum Wish<'a> {
    Entry(&'a Entry),
    Held(&'a Held),
}

/// A wish as columns.
struct Columns {
    kind: EntryKind,
    date: Option<Date>,
    number: String,
    name: Option<String>,
    title: String,
    total: String,
    content_hash: Option<String>,
    reasons: String,
    state: State,
}

impl Wish<'_> {
    fn key(&self) -> &EntryKey {
        match self {
            Self::Entry(entry) => &entry.key,
            Self::Held(held) => &held.key,
        }
    }

    fn columns(&self) -> Result<Columns, StoreError> {
        Ok(match self {
            Self::Entry(entry) => Columns {
                kind: entry.kind,
                date: entry.date,
                number: entry.number.clone(),
                name: entry.kind.is_list().then(|| folded(&entry.number)),
                title: entry.title.clone(),
                total: entry.total.to_string(),
                content_hash: Some(entry.content_hash().as_str().to_owned()),
                reasons: "[]".to_owned(),
                state: State::Ready,
            },
            Self::Held(held) => Columns {
                kind: held.kind,
                date: held.date,
                number: String::new(),
                name: None,
                title: held.title.clone(),
                total: held.total.to_string(),
                content_hash: None,
                reasons: json(&held.reasons)?,
                state: State::Held,
            },
        })
    }
}

struct Saving<'a> {
    tx: &'a Transaction<'a>,
    run: RunId,
    document: &'a DocumentId,
    version: Version,
    now: Timestamp,
}

impl Saving<'_> {
    fn save(&self, before: Vec<Standing>, mapped: &Mapped) -> Result<(), StoreError> {
        let (wishes, mapping) = match mapped {
            Mapped::Entries(entries) => (entries.iter().map(Wish::Entry).collect(), Mapping::Entries),
            Mapped::Held(held) => (vec![Wish::Held(held)], Mapping::Held),
            Mapped::Waits => (Vec::new(), Mapping::Waits),
            Mapped::Nothing => (Vec::new(), Mapping::Nothing),
        };
        let wishes = self.without_posted(&before, wishes)?;

        if let Mapped::Entries(entries) = mapped {
            for entry in entries {
                adopt(self.tx, self.run, &entry.why, self.now)?;
            }
        }
        let mut wanted = BTreeSet::new();
        for wish in &wishes {
            wanted.insert(self.put(wish)?);
        }
        let part_is_posted = before.iter().any(|entry| !entry.is_list && entry.state == State::Posted);
        for entry in before {
            // What is or was in QuickBooks stays tied to its document for good; and where a part of a document is there
            // already, the rest of it (an invoice's payment) is still carried over as it was.
            let settled = !entry.is_list && (part_is_posted || !entry.state.is_open());
            if wanted.contains(&entry.id) || settled {
                continue;
            }
            self.forget(&entry)?;
        }
        self.tx
            .prepare_cached("UPDATE documents SET mapping = ? WHERE id = ?")?
            .execute(params![mapping, self.document.as_str()])?;
        Ok(())
    }

    /// Compares the wishes with what is posted, marks the differences, and leaves the wishes that may still be carried
    /// out.
    fn without_posted<'w>(&self, before: &[Standing], wishes: Vec<Wish<'w>>) -> Result<Vec<Wish<'w>>, StoreError> {
        let posted: Vec<&Standing> =
            before.iter().filter(|entry| !entry.is_list && entry.state == State::Posted).collect();
        // What somebody has undone comes back only when somebody asks for it.
        let undone = before.iter().any(|entry| !entry.is_list && entry.state == State::Undone);
        if posted.is_empty() && !undone {
            return Ok(wishes);
        }
        let by_key: BTreeMap<&EntryKey, &Wish<'_>> = wishes.iter().map(|wish| (wish.key(), wish)).collect();
        let mut facts = Vec::new();
        let mut reasons = vec![HeldReason::ChangedAfterPosting];
        for wish in &wishes {
            match wish {
                Wish::Entry(entry) if !entry.kind.is_list() => facts.push(entry.content_hash()),
                Wish::Entry(_) => {}
                Wish::Held(held) => {
                    facts.push(ContentHash::of(&serde_json::to_vec(&held.reasons)?));
                    reasons.extend(held.reasons.iter().cloned());
                }
            }
        }
        let whole = ContentHash::of(&serde_json::to_vec(&facts)?);
        let reasons = json(&reasons)?;
        let mut replaced = undone;
        for entry in &posted {
            let change = match by_key.get(&entry.key) {
                Some(Wish::Entry(wish)) => {
                    let hash = wish.content_hash();
                    (entry.content_hash.as_deref() != Some(hash.as_str())).then_some(hash)
                }
                Some(Wish::Held(_)) | None => {
                    replaced = true;
                    Some(whole.clone())
                }
            };
            self.show_change(entry, change.as_ref(), &reasons)?;
        }
        Ok(if replaced {
            Vec::new()
        } else {
            wishes.into_iter().filter(|wish| !posted.iter().any(|entry| entry.key == *wish.key())).collect()
        })
    }

    /// Shows on a posted entry that its document changed since, unless somebody has accepted just that.
    fn show_change(&self, entry: &Standing, change: Option<&ContentHash>, reasons: &str) -> Result<(), StoreError> {
        let change = change.map(ContentHash::as_str).filter(|hash| entry.accepted_hash.as_deref() != Some(hash));
        if change == entry.change_hash.as_deref() {
            return Ok(());
        }
        self.tx.prepare_cached("UPDATE entries SET change = ?, change_hash = ? WHERE id = ?")?.execute(params![
            change.map(|_| reasons),
            change,
            entry.id
        ])?;
        let detail = if change.is_some() { "changed after posting" } else { "as posted again" };
        let about =
            Note { run: Some(self.run), what: Subject::Entry, subject: entry.key.as_str(), state: None, detail };
        note(self.tx, &about, self.now)
    }

    /// Puts one wish in and ties it to the document.
    fn put(&self, wish: &Wish<'_>) -> Result<i64, StoreError> {
        let columns = wish.columns()?;
        let id = match find(self.tx, wish.key())? {
            None => {
                let id = self.insert(wish, &columns)?;
                self.become_wished(wish, id, State::Dropped, &columns)?;
                id
            }
            Some(known) => {
                if known.state.is_open() {
                    self.replace(wish, &known, &columns)?;
                }
                known.id
            }
        };
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO wanted (document, entry) VALUES (?, ?)")?
            .execute(params![self.document.as_str(), id])?;
        Ok(id)
    }

    /// A new row begins as one that nobody wants.
    fn insert(&self, wish: &Wish<'_>, columns: &Columns) -> Result<i64, StoreError> {
        let document = match wish {
            Wish::Entry(entry) => &entry.document,
            Wish::Held(held) => &held.document,
        };
        self.tx
            .prepare_cached(
                "INSERT INTO entries
                     (key, document, document_version, kind, is_list, rank, number, title, total, state, changed_at)
                 VALUES (?, ?, ?, ?, ?, ?, '', '', '', ?, '')",
            )?
            .execute(params![
                wish.key().as_str(),
                document.as_str(),
                self.version,
                word(&columns.kind)?,
                columns.kind.is_list(),
                columns.kind.rank(),
                State::Dropped
            ])?;
        let id = self.tx.last_insert_rowid();
        self.write_content(wish, id, columns)?;
        Ok(id)
    }

    fn replace(&self, wish: &Wish<'_>, known: &Standing, columns: &Columns) -> Result<(), StoreError> {
        let same = known.state == columns.state
            && known.content_hash == columns.content_hash
            && json(&known.reasons)? == columns.reasons;
        // The same form may need something else than before: what it needed may have turned up in the company file.
        if same && known.is_list {
            return Ok(());
        }
        self.write_content(wish, known.id, columns)?;
        if same { Ok(()) } else { self.become_wished(wish, known.id, known.state, columns) }
    }

    fn become_wished(&self, wish: &Wish<'_>, id: i64, from: State, columns: &Columns) -> Result<(), StoreError> {
        let why = match (wish, from) {
            (Wish::Held(held), _) => held.reasons.first().map_or("held", HeldReason::code),
            (Wish::Entry(_), State::Ready) => "mapped anew",
            (Wish::Entry(_), _) => "mapped",
        };
        let change = Change { entry: id, key: wish.key(), from, to: columns.state, run: Some(self.run), why };
        transition(self.tx, &change, self.now)
    }

    fn write_content(&self, wish: &Wish<'_>, id: i64, columns: &Columns) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "UPDATE entries SET document_version = ?, kind = ?, is_list = ?, rank = ?, date = ?, number = ?,
                 name = ?, title = ?, total = ?, content_hash = ?, reasons = ? WHERE id = ?",
            )?
            .execute(params![
                self.version,
                word(&columns.kind)?,
                columns.kind.is_list(),
                columns.kind.rank(),
                columns.date.map(|date| date.to_string()),
                columns.number,
                columns.name,
                columns.title,
                columns.total,
                columns.content_hash,
                columns.reasons,
                id
            ])?;
        self.tx.prepare_cached("DELETE FROM needs WHERE entry = ?")?.execute([id])?;
        match wish {
            Wish::Held(_) => {
                self.tx.prepare_cached("DELETE FROM forms WHERE entry = ?")?.execute([id])?;
            }
            Wish::Entry(entry) => {
                self.tx
                    .prepare_cached("INSERT OR REPLACE INTO forms (entry, form) VALUES (?, ?)")?
                    .execute(params![id, json(entry)?])?;
                for need in &entry.needs {
                    self.tx
                        .prepare_cached("INSERT OR IGNORE INTO needs (entry, key) VALUES (?, ?)")?
                        .execute(params![id, need.as_str()])?;
                }
            }
        }
        Ok(())
    }

    /// The document no longer wants the entry; if no other one does, it is dropped unless it is in QuickBooks or may
    /// be.
    fn forget(&self, entry: &Standing) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("DELETE FROM wanted WHERE document = ? AND entry = ?")?
            .execute(params![self.document.as_str(), entry.id])?;
        let still_wanted: bool = self
            .tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM wanted WHERE entry = ?)")?
            .query_row([entry.id], |row| row.get(0))?;
        if still_wanted || entry.state == State::Dropped || !entry.state.is_open() {
            return Ok(());
        }
        let change = Change {
            entry: entry.id,
            key: &entry.key,
            from: entry.state,
            to: State::Dropped,
            run: Some(self.run),
            why: "no longer wanted",
        };
        transition(self.tx, &change, self.now)
    }
}
