//! Post: intent first, then the first byte (DESIGN.md 4).

use std::collections::BTreeSet;

use books::{Entry, EntryKey, EntryKind};
use jiff::Timestamp;
use qbxml::{MessageSetId, RequestId};
use rusqlite::{Transaction, params};
use serde::Serialize;

use crate::{
    Store,
    audit::{Note, Subject, note},
    entries::{get, of_set},
    error::StoreError,
    runs::RunId,
    state::{Change, State, transition},
    words::{read_json, read_time, read_word, time, word},
};

/// A message set that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSet {
    /// The ID under which QuickBooks keeps its answer.
    pub id: MessageSetId,
    /// The whole text, so that exactly the same can be sent again.
    pub xml: String,
    /// Which request is for which entry, in the order of the text. It is empty when the set adds no entry.
    pub requests: Vec<(RequestId, EntryKey)>,
    /// What it is for, in a few words.
    pub purpose: String,
}

/// A message set that was written down as sent, and is not settled yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SentSet {
    /// Its ID.
    pub id: MessageSetId,
    /// The run that sent it.
    pub run: RunId,
    /// What it is for.
    pub purpose: String,
    /// The whole text.
    pub xml: String,
    /// Its requests whose entries are not settled yet, in the order of the text.
    pub requests: Vec<(RequestId, EntryKey)>,
    /// When it was written down.
    pub sent_at: Timestamp,
    /// Whether its answer is known to be lost.
    pub doubted: bool,
}

impl Store {
    /// Entries that may be sent now, in the order of sending: rank, date, number, key.
    ///
    /// An entry is there only if everything it needs is in QuickBooks, or is a list entry that comes earlier in this
    /// very answer. Of several operations upon one form only the first is there: the next must name what that leaves.
    /// Sales wait for goods that came until their day and go as soon as their purchase order is there: QuickBooks would
    /// guess the cost of what it does not have yet (PRODUCT.md 5.1).
    pub fn ready(&self, limit: u32) -> Result<Vec<Entry>, StoreError> {
        self.read(|tx| {
            // Needs that are posted are met; what is left may only be met by a list entry that is ready as well.
            let mut candidates = tx.prepare_cached(
                "SELECT e.id, e.key, e.target, e.rank, e.date FROM entries e WHERE e.state = 'ready' AND NOT EXISTS (
                     SELECT 1 FROM needs n LEFT JOIN entries m ON m.key = n.key WHERE n.entry = e.id
                     AND (m.state IS NULL OR m.state <> 'posted' AND NOT (m.is_list AND m.state = 'ready')))
                 -- Each operation upon a form begins where the one before it ended.
                 AND NOT EXISTS (SELECT 1 FROM entries o WHERE o.target = e.target AND (
                     o.state IN ('sent', 'uncertain')
                     OR NOT e.undo AND o.id < e.id AND o.state IN ('held', 'ready', 'rejected')))
                 -- What is to be mapped anew may come to something else: only what stands is sent.
                 AND (e.undo OR EXISTS (SELECT 1 FROM wanted w JOIN documents d ON d.id = w.document
                     WHERE w.entry = e.id AND d.mapping <> 'unmapped'))
                 ORDER BY e.rank, e.date, e.number, e.key",
            )?;
            let mut unmet = tx.prepare_cached(
                "SELECT n.key FROM needs n JOIN entries m ON m.key = n.key WHERE n.entry = ? AND m.state <> 'posted'",
            )?;
            let coming: Option<String> = tx
                .prepare_cached(
                    "SELECT min(e.date) FROM entries e WHERE e.state = 'ready' AND e.rank = ?1 AND EXISTS (
                         SELECT 1 FROM needs n JOIN entries o ON o.key = n.key WHERE n.entry = e.id AND o.rank = ?2
                         AND o.state = 'ready' AND NOT EXISTS (
                             SELECT 1 FROM needs p JOIN entries q ON q.key = p.key
                             WHERE p.entry = o.id AND q.state NOT IN ('posted', 'ready')))
                     AND NOT EXISTS (SELECT 1 FROM needs n JOIN entries m ON m.key = n.key WHERE n.entry = e.id
                         AND m.state NOT IN ('posted', 'ready'))",
                )?
                .query_row(params![EntryKind::ItemReceipt.rank(), EntryKind::PurchaseOrder.rank()], |row| row.get(0))?;
            let mut form = tx.prepare_cached("SELECT form FROM forms WHERE entry = ?")?;
            let mut earlier = BTreeSet::<String>::new();
            let mut worked_upon = BTreeSet::<String>::new();
            let mut ready = Vec::new();
            let mut rows = candidates.query([])?;
            while ready.len() < limit as usize
                && let Some(row) = rows.next()?
            {
                let id: i64 = row.get(0)?;
                let open: Vec<String> = unmet.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
                let target: Option<String> = row.get(2)?;
                let sells = row.get::<_, u8>(3)? == EntryKind::SalesReceipt.rank();
                if sells && coming.is_some() && row.get::<_, Option<String>>(4)? >= coming {
                    continue;
                }
                if open.iter().all(|need| earlier.contains(need))
                    && target.is_none_or(|target| worked_upon.insert(target))
                {
                    earlier.insert(row.get(1)?);
                    ready.push(read_json(&form.query_row([id], |row| row.get::<_, String>(0))?)?);
                }
            }
            Ok(ready)
        })
    }

    /// How often an entry was sent so far, whatever came of it.
    pub fn tries(&self, key: &EntryKey) -> Result<u32, StoreError> {
        self.read(|tx| {
            Ok(tx
                .prepare_cached(
                    "SELECT count(*) FROM requests r JOIN entries e ON e.id = r.entry
                     JOIN message_sets s ON s.id = r.message_set WHERE e.key = ? AND s.purpose = 'post'",
                )?
                .query_row([key.as_str()], |row| row.get(0))?)
        })
    }

    /// Writes down that a message set is about to be sent: all its entries go from ready to sent. When this returns, it
    /// is on the disk; only then may the first byte leave.
    ///
    /// # Errors
    /// [`StoreError::Transition`] when an entry is not ready, [`StoreError::Unknown`] when there is none; then nothing
    /// is written.
    pub fn intend(&self, run: RunId, set: &NewSet, now: Timestamp) -> Result<(), StoreError> {
        let id = word(&set.id)?;
        self.write(|tx| {
            tx.prepare_cached("INSERT INTO message_sets (id, run, purpose, sent_at, xml) VALUES (?, ?, ?, ?, ?)")?
                .execute(params![id, run, set.purpose, time(now), set.xml])?;
            for (position, (request, key)) in set.requests.iter().enumerate() {
                let entry = get(tx, key)?;
                let why = "written down before it is sent";
                let change = Change { entry: entry.id, key, from: entry.state, to: State::Sent, run: Some(run), why };
                transition(tx, &change, now)?;
                tx.prepare_cached("UPDATE entries SET run = ? WHERE id = ?")?.execute(params![run, entry.id])?;
                tx.prepare_cached(
                    "INSERT INTO requests (message_set, position, request_id, entry) VALUES (?, ?, ?, ?)",
                )?
                .execute(params![
                    id,
                    i64::try_from(position).unwrap_or(i64::MAX),
                    word(request)?,
                    entry.id
                ])?;
            }
            let detail = format!("{}: {} entries", set.purpose, set.requests.len());
            note_set(tx, Some(run), &id, &detail, now)
        })
    }

    /// The sets that are not settled yet, oldest first.
    pub fn open_sets(&self) -> Result<Vec<SentSet>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT id, run, purpose, xml, sent_at, doubted FROM message_sets
                 WHERE closed_at IS NULL ORDER BY sent_at, rowid",
            )?;
            let mut requests = tx.prepare_cached(
                "SELECT r.request_id, e.key FROM requests r JOIN entries e ON e.id = r.entry
                 WHERE r.message_set = ? AND r.outcome IS NULL ORDER BY r.position",
            )?;
            let mut rows = statement.query([])?;
            let mut sets = Vec::new();
            while let Some(row) = rows.next()? {
                let id: String = row.get(0)?;
                let open = requests.query_and_then([&id], |row| {
                    Ok((read_word(&row.get::<_, String>(0)?)?, EntryKey::stored(row.get::<_, String>(1)?)))
                })?;
                sets.push(SentSet {
                    requests: open.collect::<Result<_, StoreError>>()?,
                    id: read_word(&id)?,
                    run: row.get(1)?,
                    purpose: row.get(2)?,
                    xml: row.get(3)?,
                    sent_at: read_time(&row.get::<_, String>(4)?)?,
                    doubted: row.get(5)?,
                });
            }
            Ok(sets)
        })
    }

    /// The answer to a set was lost: its entries without an outcome become uncertain, until QuickBooks is asked.
    /// Doubting twice is nothing.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such set.
    pub fn doubt(&self, set: &MessageSetId, why: &str, now: Timestamp) -> Result<(), StoreError> {
        let id = word(set)?;
        self.write(|tx| {
            let (run, doubted) = set_row(tx, &id)?;
            if doubted {
                return Ok(());
            }
            tx.prepare_cached("UPDATE message_sets SET doubted = 1 WHERE id = ?")?.execute([&id])?;
            for entry in of_set(tx, &id)? {
                if entry.state == State::Sent && is_unanswered(tx, &id, entry.id)? {
                    let change = Change {
                        entry: entry.id,
                        key: &entry.key,
                        from: State::Sent,
                        to: State::Uncertain,
                        run: Some(run),
                        why,
                    };
                    transition(tx, &change, now)?;
                }
            }
            note_set(tx, Some(run), &id, why, now)
        })
    }
}

/// The run that sent a set, and whether its answer is known to be lost.
pub(crate) fn set_row(tx: &Transaction<'_>, id: &str) -> Result<(RunId, bool), StoreError> {
    tx.prepare_cached("SELECT run, doubted FROM message_sets WHERE id = ?")?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .next()
        .transpose()?
        .ok_or_else(|| StoreError::Unknown(id.to_owned()))
}

/// Whether the entry's request in this set has no outcome yet: an entry that was sent again waits for the later set.
fn is_unanswered(tx: &Transaction<'_>, set: &str, entry: i64) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached("SELECT outcome IS NULL FROM requests WHERE message_set = ? AND entry = ?")?
        .query_row(params![set, entry], |row| row.get(0))?)
}

pub(crate) fn note_set(
    tx: &Transaction<'_>,
    run: Option<RunId>,
    set: &str,
    detail: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    note(tx, &Note { run, what: Subject::MessageSet, subject: set, state: None, detail }, now)
}
