//! What is wished for under one key, as the rows of an entry.

use books::{DocumentId, Entry, EntryKey, EntryKind, Held, HeldReason};
use jiff::{Timestamp, civil::Date};
use rusqlite::{Transaction, params};

use crate::{
    days::{carry, join},
    documents::Version,
    entries::{Standing, find},
    error::StoreError,
    lists::folded,
    runs::RunId,
    search,
    state::{Change, State, transition},
    words::{json, word},
};

/// What is wished for under one key.
pub(crate) enum Wish<'a> {
    Entry(&'a Entry),
    Held(&'a Held),
}

/// A wish as columns.
struct Columns {
    kind: EntryKind,
    rank: u8,
    date: Option<Date>,
    number: String,
    name: Option<String>,
    title: String,
    total: String,
    content_hash: Option<String>,
    reasons: String,
    state: State,
    target: Option<String>,
}

impl Wish<'_> {
    fn key(&self) -> &EntryKey {
        match self {
            Self::Entry(entry) => &entry.key,
            Self::Held(held) => &held.key,
        }
    }

    fn document(&self) -> &DocumentId {
        match self {
            Self::Entry(entry) => &entry.document,
            Self::Held(held) => &held.document,
        }
    }

    fn columns(&self) -> Result<Columns, StoreError> {
        Ok(match self {
            Self::Entry(entry) => Columns {
                kind: entry.kind,
                rank: entry.rank(),
                date: entry.date,
                number: entry.number.clone(),
                name: entry.kind.is_list().then(|| folded(&entry.number)),
                title: entry.title.clone(),
                total: entry.total.to_string(),
                content_hash: Some(entry.content_hash().as_str().to_owned()),
                reasons: "[]".to_owned(),
                state: if entry.part_of.is_some() { State::Summarised } else { State::Ready },
                target: entry.target().map(|key| key.as_str().to_owned()),
            },
            Self::Held(held) => Columns {
                kind: held.kind,
                rank: held.kind.rank(),
                date: held.date,
                number: String::new(),
                name: None,
                title: held.title.clone(),
                total: held.total.to_string(),
                content_hash: None,
                reasons: json(&held.reasons)?,
                state: State::Held,
                target: None,
            },
        })
    }
}

/// Writes wishes down.
pub(crate) struct Writing<'a> {
    pub(crate) tx: &'a Transaction<'a>,
    pub(crate) run: RunId,
    /// The version of the document that the wishes come from.
    pub(crate) version: Version,
    /// What the document is known by, as [`search::known_by`] has it.
    pub(crate) known_by: &'a str,
    pub(crate) now: Timestamp,
}

impl Writing<'_> {
    /// Puts one wish in by its key, unless the entry is in QuickBooks or may be. Returns its row.
    pub(crate) fn put(&self, wish: &Wish<'_>) -> Result<i64, StoreError> {
        let columns = wish.columns()?;
        let Some(mut known) = find(self.tx, wish.key())? else {
            let id = self.insert(wish, &columns)?;
            self.become_wished(wish, id, State::Dropped, &columns)?;
            return Ok(id);
        };
        if known.is_list && known.state == State::Undone {
            self.become_dropped(&known, "needed again")?;
            known.state = State::Dropped;
        }
        if known.state.is_open() {
            self.replace(wish, &known, &columns)?;
        }
        Ok(known.id)
    }

    /// Nobody wishes for the entry any more.
    pub(crate) fn become_dropped(&self, entry: &Standing, why: &str) -> Result<(), StoreError> {
        let (from, to) = (entry.state, State::Dropped);
        transition(self.tx, &Change { entry: entry.id, key: &entry.key, from, to, run: Some(self.run), why }, self.now)
    }

    /// A new row begins as one that nobody wants.
    fn insert(&self, wish: &Wish<'_>, columns: &Columns) -> Result<i64, StoreError> {
        self.tx
            .prepare_cached(
                "INSERT INTO entries
                     (key, document, document_version, kind, is_list, rank, number, title, total, state, changed_at)
                 VALUES (?, ?, ?, ?, ?, ?, '', '', '', ?, '')",
            )?
            .execute(params![
                wish.key().as_str(),
                wish.document().as_str(),
                self.version,
                word(&columns.kind)?,
                columns.kind.is_list(),
                columns.rank,
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
            (Wish::Entry(_), State::Ready | State::Summarised) => "mapped anew",
            (Wish::Entry(_), _) => "mapped",
        };
        let change = Change { entry: id, key: wish.key(), from, to: columns.state, run: Some(self.run), why };
        transition(self.tx, &change, self.now)
    }

    fn write_content(&self, wish: &Wish<'_>, id: i64, columns: &Columns) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "UPDATE entries SET document_version = ?, kind = ?, is_list = ?, rank = ?, date = ?, number = ?,
                 name = ?, title = ?, total = ?, content_hash = ?, reasons = ?, target = ?, words = ? WHERE id = ?",
            )?
            .execute(params![
                self.version,
                word(&columns.kind)?,
                columns.kind.is_list(),
                columns.rank,
                columns.date.map(|date| date.to_string()),
                columns.number,
                columns.name,
                columns.title,
                columns.total,
                columns.content_hash,
                columns.reasons,
                columns.target,
                search::words([&columns.title, &columns.number, self.known_by]),
                id
            ])?;
        self.tx.prepare_cached("DELETE FROM needs WHERE entry = ?")?.execute([id])?;
        self.tx.prepare_cached("DELETE FROM undoes WHERE entry = ?")?.execute([id])?;
        let Wish::Entry(entry) = wish else {
            self.tx.prepare_cached("DELETE FROM forms WHERE entry = ?")?.execute([id])?;
            return join(self.tx, self.run, id, None, self.now);
        };
        join(self.tx, self.run, id, entry.part_of.as_ref(), self.now)?;
        carry(self.tx, id, entry)?;
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO forms (entry, form) VALUES (?, ?)")?
            .execute(params![id, json(entry)?])?;
        // What it works upon, it builds upon.
        for need in entry.needs.iter().chain(entry.target()) {
            self.tx
                .prepare_cached("INSERT OR IGNORE INTO needs (entry, key) VALUES (?, ?)")?
                .execute(params![id, need.as_str()])?;
        }
        for undone in &entry.undoes {
            self.tx
                .prepare_cached("INSERT OR IGNORE INTO undoes (entry, key) VALUES (?, ?)")?
                .execute(params![id, undone.as_str()])?;
        }
        Ok(())
    }
}
