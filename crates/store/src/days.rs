//! Days of summarised sales: which entries are parts of which day, and the entry that brings them into QuickBooks.
//!
//! A part is open until the entry that carries it is sent: its order may be mapped anew, and then the day is. Once the
//! day's entry is posted its parts are, and they are undone with it.

use std::collections::BTreeMap;

use books::{Day, Document, DocumentId, Entry, EntryKey, Fact, Posting, document::SalesDay};
use jiff::{Timestamp, ToSpan, civil::Date};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;

use crate::{
    Store,
    documents::{Mapping, Pulled, save},
    entries::{Standing, standings},
    error::StoreError,
    runs::RunId,
    settings,
    state::{Change, State, transition},
    words::{json, read_json},
};

/// The setting with the last day that is over and of which the shop was read to its end.
const TOLD_THROUGH: &str = "shop.told_through";

/// Of what an entry is a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartOf {
    /// The day's document.
    pub day: DocumentId,
    /// The day's entry, once there is one that has it.
    pub entry: Option<EntryKey>,
}

/// A part of a day's entry that is posted.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The document that it comes from.
    pub document: DocumentId,
    /// The day's document.
    pub day: DocumentId,
    /// The day's entry.
    pub entry: EntryKey,
    /// Its accounting date.
    pub date: Date,
    /// Its share of what the day's entry books.
    pub postings: Vec<Posting>,
}

impl Store {
    /// The shop was read to its end after this day was over: the days of summarised sales up to it can be posted, and are
    /// mapped on the next run. The same day again is nothing; an earlier one says that the clock was ahead before, so that
    /// later days wait again.
    pub fn told_through(&self, day: Date, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            if settings::get::<Date>(tx, TOLD_THROUGH)?.is_some_and(|last| last == day) {
                return Ok(());
            }
            settings::set(tx, TOLD_THROUGH, &day, "the shop was read to the end of the day", now)?;
            tx.prepare_cached("UPDATE documents SET mapping = ? WHERE kind = 'day' AND mapping = ?")?
                .execute(params![Mapping::Unmapped, Mapping::Waits])?;
            Ok(())
        })
    }

    /// Of which day's entry an entry is a part; none for an entry of its own.
    pub fn part_of(&self, key: &EntryKey) -> Result<Option<PartOf>, StoreError> {
        self.read(|tx| part_of(tx, key))
    }

    /// The posted parts of days that are dated from `from` to `to`, both included.
    pub fn parts_between(&self, from: Date, to: Date, mut each: impl FnMut(Part)) -> Result<(), StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT f.form, m.day, coalesce(c.target, c.key) FROM entries e JOIN members m ON m.member = e.id
                 JOIN entries c ON c.id = m.carrier JOIN forms f ON f.entry = e.id
                 WHERE +e.state = 'posted' AND e.date BETWEEN ? AND ? ORDER BY e.date, e.id",
            )?;
            let mut rows = statement.query([from.to_string(), to.to_string()])?;
            while let Some(row) = rows.next()? {
                let entry: Entry = read_json(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
                let Some(date) = entry.date else { continue };
                each(Part {
                    date,
                    day: DocumentId::new(row.get::<_, String>(1)?),
                    entry: EntryKey::stored(row.get::<_, String>(2)?),
                    postings: entry.postings.iter().cloned().collect(),
                    document: entry.document,
                });
            }
            Ok(())
        })
    }
}

/// See [`Store::told_through`].
pub(crate) fn last_told(connection: &Connection) -> Result<Option<Date>, StoreError> {
    settings::get(connection, TOLD_THROUGH)
}

/// See [`books::Facts::members`].
pub(crate) fn members(connection: &Connection, day: &DocumentId) -> Result<Vec<Entry>, StoreError> {
    connection
        .prepare_cached(
            "SELECT f.form FROM members m JOIN entries e ON e.id = m.member JOIN forms f ON f.entry = e.id
             WHERE m.day = ? AND e.state IN ('summarised', 'posted') ORDER BY m.place",
        )?
        .query_and_then([day.as_str()], |row| read_json(&row.get::<_, String>(0)?))?
        .collect()
}

/// See [`Store::part_of`].
pub(crate) fn part_of(connection: &Connection, key: &EntryKey) -> Result<Option<PartOf>, StoreError> {
    let found: Option<(String, Option<String>)> = connection
        .prepare_cached(
            "SELECT m.day, coalesce(c.target, c.key) FROM entries e JOIN members m ON m.member = e.id
             LEFT JOIN entries c ON c.id = m.carrier WHERE e.key = ?",
        )?
        .query_row([key.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map(|(day, entry)| PartOf { day: DocumentId::new(day), entry: entry.map(EntryKey::stored) }))
}

/// # Errors
/// [`StoreError::PartOfDay`] when the entry is a part that is or was in QuickBooks, or will be with its day.
pub(crate) fn refuse_part(connection: &Connection, key: &EntryKey) -> Result<(), StoreError> {
    match part_of(connection, key)? {
        None => Ok(()),
        Some(PartOf { day, entry }) => {
            let day = entry.map_or_else(|| day.to_string(), |entry| entry.to_string());
            Err(StoreError::PartOfDay { key: key.clone(), day })
        }
    }
}

/// Makes an entry a part of its day, or an entry of its own.
pub(crate) fn join(
    tx: &Transaction<'_>,
    run: RunId,
    member: i64,
    part_of: Option<&Day>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let before: Option<String> = tx
        .prepare_cached("SELECT day FROM members WHERE member = ?")?
        .query_row([member], |row| row.get(0))
        .optional()?;
    let day = part_of.map(Day::id);
    let stays = before.as_deref() == day.as_ref().map(DocumentId::as_str);
    let Some((day, id)) = part_of.zip(day) else {
        changed(tx, member)?;
        tx.prepare_cached("DELETE FROM members WHERE member = ?")?.execute([member])?;
        return Ok(());
    };
    if stays {
        // What is planned together is written down together, in the order of the plan.
        let last = "UPDATE members SET place = (SELECT max(place) + 1 FROM members), fixed = 0 WHERE member = ?";
        tx.prepare_cached(last)?.execute([member])?;
        return Ok(());
    }
    changed(tx, member)?;
    make(tx, run, &id, day, now)?;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO members (member, day, place)
         VALUES (?, ?, (SELECT coalesce(max(place), 0) + 1 FROM members))",
    )?
    .execute(params![member, id.as_str()])?;
    changed(tx, member)
}

/// Makes the document of a day unless there is one.
fn make(tx: &Transaction<'_>, run: RunId, id: &DocumentId, day: &Day, now: Timestamp) -> Result<(), StoreError> {
    let known: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM documents WHERE id = ?)")?
        .query_row([id.as_str()], |row| row.get(0))?;
    if known {
        return Ok(());
    }
    let place: u32 = tx
        .prepare_cached("SELECT count(*) + 1 FROM documents WHERE kind = 'day' AND happened_at = ?")?
        .query_row([crate::words::time(after(day.date))], |row| row.get(0))?;
    let fact = Fact::Day(SalesDay { day: day.clone(), place });
    let raw = json(&fact)?;
    save(tx, run, &Pulled { document: &Document { id: id.clone(), updated_at: now, fact }, raw: &raw }, now)?;
    Ok(())
}

/// A time at which the day is over wherever the shop is: a day is mapped after the orders that were placed on it.
pub(crate) fn after(date: Date) -> Timestamp {
    let later = date.saturating_add(2.days());
    later.to_zoned(jiff::tz::TimeZone::UTC).map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

/// A part of a day changed, came or went: the day is mapped anew.
pub(crate) fn changed(tx: &Transaction<'_>, member: i64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE documents SET mapping = ? WHERE id = (SELECT day FROM members WHERE member = ?)")?
        .execute(params![Mapping::Unmapped, member])?;
    Ok(())
}

/// The entry carries these parts.
pub(crate) fn carry(tx: &Transaction<'_>, carrier: i64, entry: &Entry) -> Result<(), StoreError> {
    let mut carry =
        tx.prepare_cached("UPDATE members SET carrier = ? WHERE member = (SELECT id FROM entries WHERE key = ?)")?;
    for member in entry.members() {
        carry.execute(params![carrier, member.as_str()])?;
    }
    Ok(())
}

/// Whether a part stands as it was planned because something posted builds on it.
pub(crate) fn is_fixed(connection: &Connection, member: i64) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM members WHERE member = ? AND fixed)")?
        .query_row([member], |row| row.get(0))?)
}

/// The entry is posted, and so are its parts. What these build on in other days, as a payment does on the invoice of an edit
/// that came later, must not be planned otherwise any more.
pub(crate) fn posted(tx: &Transaction<'_>, run: RunId, carrier: &Standing, now: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached(
        "WITH RECURSIVE standing (id) AS (
             SELECT member FROM members WHERE carrier = ?
             UNION
             SELECT o.id FROM standing s JOIN needs n ON n.entry = s.id JOIN entries o ON o.key = n.key
             WHERE o.state = 'summarised')
         UPDATE members SET fixed = 1 WHERE member IN (SELECT id FROM standing)",
    )?
    .execute([carrier.id])?;
    let why = format!("posted with {}", carrier.key);
    move_all(tx, Some(run), carrier.id, State::Summarised, State::Posted, &why, now)
}

/// The entry is undone, and so are its parts.
pub(crate) fn undone(tx: &Transaction<'_>, run: RunId, carrier: &Standing, now: Timestamp) -> Result<(), StoreError> {
    let why = format!("undone with {}", carrier.key);
    move_all(tx, Some(run), carrier.id, State::Posted, State::Undone, &why, now)
}

fn move_all(
    tx: &Transaction<'_>,
    run: Option<RunId>,
    carrier: i64,
    from: State,
    to: State,
    why: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let parts = "members m JOIN entries e ON e.id = m.member WHERE m.carrier = ? AND +e.state = ? ORDER BY e.id";
    for part in standings(tx, parts, params![carrier, from])? {
        transition(tx, &Change { entry: part.id, key: &part.key, from, to, run, why }, now)?;
    }
    Ok(())
}

/// Parts of days that build on an entry of its own: what the goods cost that it sold.
pub(crate) fn building_on(tx: &Transaction<'_>, key: &EntryKey) -> Result<Vec<Standing>, StoreError> {
    let parts = "needs n JOIN entries e ON e.id = n.entry JOIN members m ON m.member = e.id WHERE n.key = ?";
    standings(tx, parts, [key.as_str()])
}

/// Parts that are undone: those that the entry carried, or that build on it.
pub(crate) fn undone_with(tx: &Transaction<'_>, entry: &Standing) -> Result<Vec<Standing>, StoreError> {
    let parts = "members m JOIN entries e ON e.id = m.member WHERE m.carrier = ?";
    let mut parts: BTreeMap<i64, Standing> =
        standings(tx, parts, [entry.id])?.into_iter().map(|part| (part.id, part)).collect();
    parts.extend(building_on(tx, &entry.key)?.into_iter().map(|part| (part.id, part)));
    Ok(parts.into_values().filter(|part| part.state == State::Undone).collect())
}
