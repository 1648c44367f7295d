//! Map: what the newest version of a document comes to, beyond what of it is in QuickBooks already (DESIGN.md 3).

use std::collections::BTreeSet;

use books::{Document, DocumentId, DocumentKind, EntryKey, Held, HeldReason, Mapped, Past};
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use crate::{
    Store,
    audit::{Note, Subject, note},
    days::is_fixed,
    documents::{Gone, Mapping, Version},
    entries::{Standing, standings, wanted_by},
    error::StoreError,
    lists::{World, adopt},
    runs::RunId,
    search,
    state::State,
    undo::{drop_waiting, hold_waiting, past_of},
    wishes::{Wish, Writing},
    words::{read_json, word},
};

/// Which documents are mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What becomes list entries, and the opening stock: what the initial integration carries over first.
    Beginning,
    /// All of them.
    Everything,
}

/// Kinds of documents that become list entries when they are introduced.
const LISTS: [DocumentKind; 3] = [DocumentKind::Customer, DocumentKind::Variant, DocumentKind::Supplier];

impl Store {
    /// Has every known document of the lists (customers, variants, suppliers) mapped by itself, once, rather than waiting
    /// until a sale or a purchase asks for it. Returns how many that are.
    pub fn introduce(&self, now: Timestamp) -> Result<u32, StoreError> {
        self.write(|tx| {
            let mut count = 0;
            for kind in LISTS {
                count += tx
                    .prepare_cached("UPDATE documents SET mapping = 'unmapped' WHERE kind = ? AND mapping = 'informs'")?
                    .execute([word(&kind)?])?;
            }
            let detail = format!("{count} documents of the shop's lists are to be carried over");
            note(tx, &Note { run: None, what: Subject::Remap, subject: "lists", state: None, detail: &detail }, now)?;
            Ok(u32::try_from(count).unwrap_or(u32::MAX))
        })
    }

    /// Whether something of the beginning is still on its way: to be mapped, to be sent, or sent and not answered.
    pub fn is_beginning(&self) -> Result<bool, StoreError> {
        self.read(|tx| {
            Ok(tx
                .prepare_cached(&format!(
                    "SELECT EXISTS (SELECT 1 FROM documents WHERE mapping = 'unmapped' AND kind IN ({BEGINNING}))
                     OR EXISTS (SELECT 1 FROM documents d JOIN wanted w ON w.document = d.id
                         JOIN entries e ON e.id = w.entry
                         WHERE d.kind IN ({BEGINNING}) AND +e.state IN ('ready', 'sent', 'uncertain'))"
                ))?
                .query_row([], |row| row.get(0))?)
        })
    }

    /// Documents whose newest version is to be mapped, oldest order first. One with a transaction in flight, or with a part
    /// of a day's entry that is, is left out until that is settled, and one of which something is about to be taken back until that is done.
    pub fn unmapped(&self, limit: u32) -> Result<Vec<(Document, Version)>, StoreError> {
        let unmapped = self.read(|tx| unmapped(tx, Scope::Everything, limit))?;
        Ok(unmapped.into_iter().map(|(document, version, _)| (document, version)).collect())
    }

    /// The document's own transactions, and what was done to them, that are in QuickBooks or were until they were undone,
    /// in the order of posting: what a mapping of the document starts from.
    pub fn past(&self, document: &DocumentId) -> Result<Vec<Past>, StoreError> {
        self.read(|tx| past_of(tx, document))
    }

    /// Has `map` say what each of up to `limit` unmapped documents comes to beyond its past, and writes it down, all in
    /// one transaction: each document is mapped in the light of those before it. Returns how many there were.
    ///
    /// Each entry is put in by its key: one that is not in QuickBooks is made ready, one that is in flight or posted is
    /// left as it is. A transaction that was undone stays undone until somebody asks for it with [`Store::retry`]; an
    /// undone object of a list that is needed again is made ready. What the document wished for before and does not any
    /// more, and that is not in QuickBooks, is dropped unless another document wants it. What is held is put beside the
    /// entries.
    ///
    /// A document that is gone from the shop is not mapped: its open entries are dropped, and while anything of it is in
    /// QuickBooks it is held with [`HeldReason::GoneFromShop`].
    pub fn map_unmapped(
        &self,
        run: RunId,
        scope: Scope,
        limit: u32,
        now: Timestamp,
        mut map: impl FnMut(&Document, &[Past], &World<'_>) -> Mapped,
    ) -> Result<u32, StoreError> {
        self.write(|tx| {
            let world = World::within(tx);
            let mut count = 0;
            loop {
                // Orders bring their days up: those are mapped in the same go.
                let documents = unmapped(tx, scope, limit - count)?;
                if documents.is_empty() {
                    return Ok(count);
                }
                for (document, version, gone) in &documents {
                    let past = past_of(tx, &document.id)?;
                    let mapped = match gone {
                        Gone::No => map(document, &past, &world),
                        Gone::Yes => mapped_gone(document, &past),
                        Gone::Accepted => Mapped::default(),
                    };
                    world.check()?;
                    let known_by = &search::known_by(tx, document)?;
                    let writing = Writing { tx, run, version: *version, known_by, now };
                    Saving { document: &document.id, writing }.save(&mapped)?;
                    count += 1;
                }
            }
        })
    }

    /// Has every document of this kind mapped anew on the next run, whatever came of it before. Returns how many those are.
    pub fn map_again(&self, kind: DocumentKind, now: Timestamp) -> Result<u32, StoreError> {
        self.write(|tx| {
            let kind = word(&kind)?;
            let count =
                tx.prepare_cached("UPDATE documents SET mapping = 'unmapped' WHERE kind = ?")?.execute([&kind])?;
            let detail = format!("{count} documents are to be mapped anew");
            note(tx, &Note { run: None, what: Subject::Remap, subject: &kind, state: None, detail: &detail }, now)?;
            Ok(u32::try_from(count).unwrap_or(u32::MAX))
        })
    }

    /// The mapping or the lists changed: every document that is held, waits, or has something ready, summarised or rejected
    /// is mapped anew on the next run. Returns how many that are.
    pub fn remap_open(&self, now: Timestamp) -> Result<u32, StoreError> {
        self.write(|tx| remap(tx, now))
    }
}

/// See [`Store::remap_open`].
pub(crate) fn remap(tx: &Transaction<'_>, now: Timestamp) -> Result<u32, StoreError> {
    let mut count = tx
        .prepare_cached("UPDATE documents SET mapping = 'unmapped' WHERE mapping IN ('held', 'waits')")?
        .execute([])?;
    count += tx
        .prepare_cached(
            "UPDATE documents SET mapping = 'unmapped' WHERE mapping = 'entries' AND id IN (
                 SELECT w.document FROM entries e JOIN wanted w ON w.entry = e.id
                 WHERE e.state IN ('held', 'ready', 'summarised', 'rejected'))",
        )?
        .execute([])?;
    if count > 0 {
        let detail = format!("{count} documents are to be mapped anew");
        note(tx, &Note { run: None, what: Subject::Remap, subject: "open", state: None, detail: &detail }, now)?;
    }
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Kinds of documents of the beginning, as SQL has them.
const BEGINNING: &str = "'customer', 'variant', 'supplier', 'opening_stock'";

fn unmapped(connection: &Connection, scope: Scope, limit: u32) -> Result<Vec<(Document, Version, Gone)>, StoreError> {
    let (scope, first) = match scope {
        Scope::Beginning => (format!("AND d.kind IN ({BEGINNING})"), "d.kind = 'opening_stock',"),
        Scope::Everything => (String::new(), ""),
    };
    connection
        .prepare_cached(&format!(
            "SELECT v.body, v.version, d.gone FROM documents d
             JOIN versions v ON v.document = d.id AND v.version = d.version
             WHERE d.mapping = 'unmapped' AND NOT EXISTS (
                 SELECT 1 FROM wanted w JOIN entries e ON e.id = w.entry
                 WHERE w.document = d.id AND NOT e.is_list AND e.state IN ('sent', 'uncertain'))
             AND NOT EXISTS (
                 SELECT 1 FROM wanted w JOIN members m ON m.member = w.entry JOIN entries c ON c.id = m.carrier
                 WHERE w.document = d.id AND c.state IN ('sent', 'uncertain'))
             AND NOT EXISTS (
                 SELECT 1 FROM entries u
                 WHERE u.document = d.id AND u.undo AND u.state IN ('ready', 'sent', 'uncertain')
                 -- The removal of an object of a list is no part of any document's life.
                 AND NOT EXISTS (SELECT 1 FROM entries t WHERE t.key = u.target AND t.is_list))
             {scope}
             ORDER BY {first} d.happened_at, d.id LIMIT ?"
        ))?
        .query_and_then([limit], |row| Ok((read_json(&row.get::<_, String>(0)?)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

/// What a document comes to that the shop has deleted.
fn mapped_gone(document: &Document, past: &[Past]) -> Mapped {
    let standing = past.iter().find(|past| !past.undone && past.entry.undoes.is_empty());
    let Some(posted) = standing else { return Mapped::default() };
    let entry = &posted.entry;
    let held = Held {
        key: EntryKey::new("gone", document.id.as_str()),
        document: document.id.clone(),
        kind: entry.kind,
        date: entry.date,
        title: entry.title.clone(),
        total: entry.total,
        reasons: vec![HeldReason::GoneFromShop],
    };
    Mapped { held: Some(Box::new(held)), ..Mapped::default() }
}

/// Writes down what a document comes to.
struct Saving<'a> {
    document: &'a DocumentId,
    writing: Writing<'a>,
}

impl Saving<'_> {
    fn save(&self, mapped: &Mapped) -> Result<(), StoreError> {
        let &Writing { tx, run, now, .. } = &self.writing;
        let before = wanted_by(tx, self.document)?;
        let mapping = if mapped.held.is_some() {
            Mapping::Held
        } else if mapped.waits {
            Mapping::Waits
        } else if !mapped.entries.is_empty() || before.iter().any(|entry| !entry.is_list && entry.was_posted()) {
            Mapping::Entries
        } else {
            Mapping::Nothing
        };

        for entry in &mapped.entries {
            adopt(tx, run, &entry.why, now)?;
        }
        adopt(tx, run, &mapped.found, now)?;
        if mapped.entries.iter().any(|entry| !entry.kind.is_list()) {
            self.drop_outlived_undo()?;
        }
        let mut wanted = BTreeSet::new();
        for wish in mapped.entries.iter().map(Wish::Entry).chain(mapped.held.as_deref().map(Wish::Held)) {
            let id = self.writing.put(&wish)?;
            tx.prepare_cached("INSERT OR IGNORE INTO wanted (document, entry) VALUES (?, ?)")?
                .execute(params![self.document.as_str(), id])?;
            wanted.insert(id);
        }
        for entry in before {
            // What is or was in QuickBooks stays tied to its document for good, and so does what that builds on.
            let stays = entry.state == State::Summarised && is_fixed(tx, entry.id)?;
            if !wanted.contains(&entry.id) && (entry.is_list || entry.state.is_open()) && !stays {
                self.forget(&entry)?;
            }
        }
        tx.prepare_cached("UPDATE documents SET mapping = ? WHERE id = ?")?
            .execute(params![mapping, self.document.as_str()])?;
        Ok(())
    }

    /// What was planned to take something back and did not come through was planned for another state of the document.
    fn drop_outlived_undo(&self) -> Result<(), StoreError> {
        let stuck = "entries e WHERE e.document = ? AND e.undo AND +e.state IN ('held', 'rejected')";
        let &Writing { tx, run, now, .. } = &self.writing;
        for entry in standings(tx, stuck, [self.document.as_str()])? {
            self.writing.become_dropped(&entry, "its document goes on")?;
            hold_waiting(tx, Some(run), &entry.key, now)?;
            drop_waiting(tx, run, &entry.key, now)?;
        }
        Ok(())
    }

    /// The document no longer wants the entry; if no other one does, it is dropped unless it is in QuickBooks or may
    /// be.
    fn forget(&self, entry: &Standing) -> Result<(), StoreError> {
        let tx = self.writing.tx;
        tx.prepare_cached("DELETE FROM wanted WHERE document = ? AND entry = ?")?
            .execute(params![self.document.as_str(), entry.id])?;
        let still_wanted: bool = tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM wanted WHERE entry = ?)")?
            .query_row([entry.id], |row| row.get(0))?;
        if still_wanted || entry.state == State::Dropped || !entry.state.is_open() {
            return Ok(());
        }
        self.writing.become_dropped(entry, "no longer wanted")
    }
}
