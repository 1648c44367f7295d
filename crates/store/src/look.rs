//! Look: what the window and the command line show.

use std::{collections::BTreeMap, ops::ControlFlow};

use books::{DocumentId, DocumentKind, Entry, EntryKey, EntryKind, HeldReason, Link, Money, Posting};
use jiff::{Timestamp, civil::Date};
use rusqlite::{Row, Rows, params_from_iter, types::Value};
use serde::Serialize;

use crate::{
    Store,
    audit::{AuditRow, about},
    days::{PartOf, part_of},
    documents::Version,
    entries::form,
    error::StoreError,
    renames::Renames,
    runs::RunId,
    search,
    state::State,
    words::{read_json, read_time, read_word, time, word},
};

/// How many there are of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Documents by kind.
    pub documents: BTreeMap<DocumentKind, u32>,
    /// Entries by state.
    pub entries: BTreeMap<State, u32>,
    /// Documents that are still to be mapped.
    pub unmapped: u32,
    /// Documents that will be something when the shop says more.
    pub waiting: u32,
}

/// Which entries are looked for. Everything that is set must hold; the default finds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// In one of these states; empty: in any but dropped.
    pub states: Vec<State>,
    /// Of one of these kinds; empty: of any.
    pub kinds: Vec<EntryKind>,
    /// Words of the title, the number, or the names and addresses that the document is known by, all of them and each
    /// anywhere within a word; or all of QuickBooks' id or the total, in whatever form a country writes it.
    pub text: Option<String>,
    /// Dated on this day or later.
    pub from: Option<Date>,
    /// Dated on this day or earlier.
    pub to: Option<Date>,
    /// From this document.
    pub document: Option<DocumentId>,
    /// Last sent by this run.
    pub run: Option<RunId>,
    /// At most so many; none: 100.
    pub limit: Option<u32>,
    /// Parts of this day's entry, which it or a change of it brought into QuickBooks.
    pub part_of: Option<EntryKey>,
    /// After the row with this [`EntryRow::row`], which is how the next page is asked for.
    pub after: Option<i64>,
}

/// One entry in a list of entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryRow {
    /// Its place in the order of making.
    pub row: i64,
    /// Its identity.
    pub key: EntryKey,
    /// The document that it comes from.
    pub document: DocumentId,
    /// The version of it that was mapped.
    pub document_version: Version,
    /// What it is.
    pub kind: EntryKind,
    /// Its date; none for lists.
    pub date: Option<Date>,
    /// Reference number, or full name of a list object; empty while it is only held.
    pub number: String,
    /// What people call the document.
    pub title: String,
    /// Its total.
    pub total: Money,
    /// Where it stands.
    pub state: State,
    /// Why it is held or was rejected; empty otherwise.
    pub reasons: Vec<HeldReason>,
    /// The link, once it is posted; kept for the record when it is undone.
    pub link: Option<Link>,
    /// The run that last sent it.
    pub run: Option<RunId>,
    /// When its state last changed.
    pub changed_at: Timestamp,
}

/// A page of a longer list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The rows of the page.
    pub rows: Vec<T>,
    /// How many the whole list has.
    pub total: u32,
}

/// How many entries a day has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// All of them that are wanted or in QuickBooks; without those that were taken back.
    pub entries: u32,
    /// Those of them that are not in QuickBooks, as far as is known.
    pub open: u32,
}

/// Everything about one entry.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntryDetail {
    /// What a list of entries shows of it.
    pub row: EntryRow,
    /// The entry itself, unless it is only held.
    pub entry: Option<Entry>,
    /// What QuickBooks has booked, once it is posted.
    pub booked: Vec<Posting>,
    /// The text of the message set that it was last sent with.
    pub sent_xml: Option<String>,
    /// The day's entry of which it is a part, if it is one.
    pub part_of: Option<PartOf>,
    /// What happened to it, oldest first.
    pub audit: Vec<AuditRow>,
}

/// A posted transaction, as QuickBooks has booked it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BookedRow {
    /// The entry.
    pub key: EntryKey,
    /// The document that it comes from.
    pub document: DocumentId,
    /// Its accounting date.
    pub date: Date,
    /// What QuickBooks has booked.
    pub postings: Vec<Posting>,
}

const DEFAULT_LIMIT: u32 = 100;

pub(crate) const ROW: &str =
    "SELECT e.id, e.key, e.document, e.document_version, e.kind, e.date, e.number, e.title, e.total, e.state,
    e.reasons, l.link, e.run, e.changed_at, l.booked FROM entries e LEFT JOIN links l ON l.entry = e.id";

impl EntryRow {
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let state: State = row.get(9)?;
        let reasons = match state {
            State::Held | State::Rejected => read_json(&row.get::<_, String>(10)?)?,
            _ => Vec::new(),
        };
        // An entry that is to be posted again has no link yet, only an older one for the record.
        let link: Option<String> = match state {
            State::Posted | State::Undone => row.get(11)?,
            _ => None,
        };
        let total: String = row.get(8)?;
        Ok(Self {
            row: row.get(0)?,
            key: EntryKey::stored(row.get::<_, String>(1)?),
            document: DocumentId::new(row.get::<_, String>(2)?),
            document_version: row.get(3)?,
            kind: read_word(&row.get::<_, String>(4)?)?,
            date: row.get::<_, Option<String>>(5)?.as_deref().map(read_date).transpose()?,
            number: row.get(6)?,
            title: row.get(7)?,
            total: total.parse().map_err(|_| StoreError::Malformed { what: "total", text: total })?,
            state,
            reasons,
            link: link.as_deref().map(read_json).transpose()?,
            run: row.get(12)?,
            changed_at: read_time(&row.get::<_, String>(13)?)?,
        })
    }
}

impl EntryFilter {
    /// Whether it asks for the entries of one thing, of which there are few.
    const fn is_narrow(&self) -> bool {
        self.document.is_some() || self.run.is_some() || self.part_of.is_some()
    }

    /// The condition and its values.
    fn condition(&self) -> Result<(String, Vec<Value>), StoreError> {
        let mut sql = String::from("TRUE");
        let mut values = Vec::new();
        // Where an index of few rows is to be taken, the one of a state or a day is not.
        let plus = if self.is_narrow() { "+" } else { "" };
        let mut require = |condition: &str, given: Vec<Value>| {
            sql.push_str(" AND ");
            sql.push_str(condition);
            values.extend(given);
        };
        if self.states.is_empty() {
            require(&format!("{plus}e.state <> 'dropped'"), Vec::new());
        } else {
            let states = self.states.iter().map(|state| state.as_str().to_owned().into()).collect();
            require(&format!("{plus}e.state IN ({})", places(self.states.len())), states);
        }
        if !self.kinds.is_empty() {
            let kinds = self.kinds.iter().map(|kind| Ok(word(kind)?.into())).collect::<Result<_, StoreError>>()?;
            require(&format!("{plus}e.kind IN ({})", places(self.kinds.len())), kinds);
        }
        if let Some(text) = self.text.as_deref()
            && let Some((found, mut values)) = search::condition("e.words", text)
        {
            let id = text.trim();
            values.extend([id.to_owned().into(), id.to_uppercase().into()]);
            let mut any = format!("{found} OR e.id IN (SELECT entry FROM links WHERE quickbooks_id IN (?, ?))");
            if let Some(total) = search::amount(text) {
                any.push_str(" OR e.total IN (?, ?)");
                values.extend([total, -total].map(|total| total.to_string().into()));
            }
            require(&format!("({any})"), values);
        }
        if let Some(from) = self.from {
            require(&format!("{plus}e.date >= ?"), vec![from.to_string().into()]);
        }
        if let Some(to) = self.to {
            require(&format!("{plus}e.date <= ?"), vec![to.to_string().into()]);
        }
        if let Some(document) = &self.document {
            require("e.document = ?", vec![document.as_str().to_owned().into()]);
        }
        if let Some(run) = self.run {
            require("e.run = ?", vec![run.number().into()]);
        }
        if let Some(day) = &self.part_of {
            require(
                "e.id IN (SELECT m.member FROM members m JOIN entries c ON c.id = m.carrier
                 WHERE c.key = ? OR c.target = ?)",
                vec![day.as_str().to_owned().into(), day.as_str().to_owned().into()],
            );
        }
        if let Some(after) = self.after {
            require("e.id < ?", vec![after.into()]);
        }
        Ok((sql, values))
    }
}

impl Store {
    /// How many there are of everything.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.read(|tx| {
            let mut counts = Counts::default();
            let mut statement =
                tx.prepare_cached("SELECT kind, mapping, count(*) FROM documents GROUP BY kind, mapping")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let count: u32 = row.get(2)?;
                let kind: DocumentKind = read_word(&row.get::<_, String>(0)?)?;
                *counts.documents.entry(kind).or_default() += count;
                match row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)? {
                    "unmapped" => counts.unmapped += count,
                    "waits" if kind != DocumentKind::Day => counts.waiting += count,
                    _ => {}
                }
            }
            let mut statement = tx.prepare_cached("SELECT state, count(*) FROM entries GROUP BY state")?;
            counts.entries =
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
            Ok(counts)
        })
    }

    /// How many entries of each kind are in which state.
    pub fn counts_by_kind(&self) -> Result<Vec<(EntryKind, State, u32)>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT kind, state, count(*) FROM entries GROUP BY kind, state")?;
            let rows = statement
                .query_and_then([], |row| Ok((read_word(&row.get::<_, String>(0)?)?, row.get(1)?, row.get(2)?)))?;
            rows.collect()
        })
    }

    /// How many entries were put into QuickBooks since this time.
    pub fn posted_since(&self, since: Timestamp) -> Result<u32, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT count(*) FROM links WHERE posted_at >= ?")?;
            Ok(statement.query_row([time(since)], |row| row.get(0))?)
        })
    }

    /// How many entries were put into the books since this time: objects of lists are not counted.
    pub fn booked_since(&self, since: Timestamp) -> Result<u32, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT count(*) FROM links l JOIN entries e ON e.id = l.entry WHERE l.posted_at >= ? AND NOT e.is_list",
            )?;
            Ok(statement.query_row([time(since)], |row| row.get(0))?)
        })
    }

    /// What posting everything that is ready does to the accounts, in sum.
    pub fn effect_of_ready(&self) -> Result<BTreeMap<String, Money>, StoreError> {
        self.read(|tx| {
            let mut effect: BTreeMap<String, Money> = BTreeMap::new();
            let mut statement = tx.prepare_cached(
                "SELECT f.form FROM entries e JOIN forms f ON f.entry = e.id WHERE e.state = 'ready' AND NOT e.is_list",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let entry: Entry = read_json(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
                for posting in entry.postings.iter() {
                    *effect.entry(posting.account.clone()).or_default() += posting.amount;
                }
            }
            effect.retain(|_, amount| !amount.is_zero());
            Ok(effect)
        })
    }

    /// How many of the entries that a run last sent are in which state.
    pub fn states_of(&self, run: RunId) -> Result<BTreeMap<State, u32>, StoreError> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT state, count(*) FROM entries WHERE run = ? GROUP BY state")?;
            Ok(statement.query_map([run.number()], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
        })
    }

    /// Whether any entry is in this state.
    pub fn has_any(&self, state: State) -> Result<bool, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM entries WHERE state = ?)")?;
            Ok(statement.query_row([state], |row| row.get(0))?)
        })
    }

    /// How much is still to do: entries that are ready, and documents that are to be mapped.
    pub fn to_do(&self) -> Result<u32, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT (SELECT count(*) FROM entries WHERE state = 'ready')
                     + (SELECT count(*) FROM documents WHERE mapping = 'unmapped')",
            )?;
            Ok(statement.query_row([], |row| row.get(0))?)
        })
    }

    /// The entries that a filter finds, the latest made first.
    pub fn entries(&self, filter: &EntryFilter) -> Result<Vec<EntryRow>, StoreError> {
        let (condition, mut values) = filter.condition()?;
        values.push(filter.limit.unwrap_or(DEFAULT_LIMIT).into());
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("{ROW} WHERE {condition} ORDER BY e.id DESC LIMIT ?"))?;
            let rows = statement.query_and_then(params_from_iter(values), EntryRow::read)?;
            rows.collect()
        })
    }

    /// One page of what a filter finds, the latest made first, and how many it finds: those after the first `offset`, at
    /// most as many as the filter's limit says.
    ///
    /// It looks once through the narrow index of all entries, so that every page of a filter takes the same time.
    pub fn page_of_entries(&self, filter: &EntryFilter, offset: u32) -> Result<Page<EntryRow>, StoreError> {
        let (condition, values) = filter.condition()?;
        let limit = filter.limit.unwrap_or(DEFAULT_LIMIT);
        let index = if filter.is_narrow() { "" } else { "INDEXED BY entries_listed" };
        self.read(|tx| {
            let sql = format!("SELECT e.id FROM entries e {index} WHERE {condition} ORDER BY e.id DESC");
            let mut statement = tx.prepare_cached(&sql)?;
            let (ids, total) = page(statement.query(params_from_iter(values))?, offset, limit, |row| row.get(0))?;
            let mut one = tx.prepare_cached(&format!("{ROW} WHERE e.id = ?"))?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                let id: i64 = id;
                rows.extend(one.query_and_then([id], EntryRow::read)?.next().transpose()?);
            }
            Ok(Page { rows, total })
        })
    }

    /// Hands everything that a filter finds to `each`, oldest date first and what has no date last, with the entries
    /// themselves as far as they are more than held, until `each` breaks off. Nothing is kept in memory.
    pub fn each_entry(
        &self,
        filter: &EntryFilter,
        mut each: impl FnMut(EntryRow, Option<Entry>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let (condition, values) = filter.condition()?;
        self.read(|tx| {
            let sql = format!("SELECT e.id FROM entries e WHERE {condition} ORDER BY e.date IS NULL, e.date, e.id");
            let mut ids = tx.prepare_cached(&sql)?;
            let mut ids = ids.query(params_from_iter(values))?;
            let mut one = tx.prepare_cached(&format!("{ROW} WHERE e.id = ?"))?;
            while let Some(row) = ids.next()? {
                let id: i64 = row.get(0)?;
                let Some(row) = one.query_and_then([id], EntryRow::read)?.next().transpose()? else { continue };
                if each(row, form(tx, id)?).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// How many entries are dated on each day from `from` to `to`, both included; days without any are left out.
    pub fn day_counts(&self, from: Date, to: Date) -> Result<BTreeMap<Date, DayCount>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT date, state, count(*) FROM entries WHERE date BETWEEN ? AND ? GROUP BY date, state",
            )?;
            let mut rows = statement.query([from.to_string(), to.to_string()])?;
            let mut days: BTreeMap<Date, DayCount> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let (state, count): (State, u32) = (row.get(1)?, row.get(2)?);
                let (counts, open) = match state {
                    State::Posted => (true, false),
                    State::Undone | State::Dropped => (false, false),
                    _ => (true, true),
                };
                let day = days.entry(read_date(&row.get::<_, String>(0)?)?).or_default();
                day.entries += if counts { count } else { 0 };
                day.open += if open { count } else { 0 };
            }
            days.retain(|_, day| day.entries > 0);
            Ok(days)
        })
    }

    /// Everything about one entry.
    pub fn entry(&self, key: &EntryKey) -> Result<Option<EntryDetail>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("{ROW} WHERE e.key = ?"))?;
            let mut rows = statement.query([key.as_str()])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let booked: Option<String> = row.get(14)?;
            let row = EntryRow::read(row)?;
            let mut sets = tx.prepare_cached(
                "SELECT s.xml FROM requests r JOIN message_sets s ON s.id = r.message_set WHERE r.entry = ?
                 ORDER BY s.sent_at DESC, s.rowid DESC LIMIT 1",
            )?;
            Ok(Some(EntryDetail {
                entry: form(tx, row.row)?,
                booked: booked.as_deref().map(read_json).transpose()?.unwrap_or_default(),
                sent_xml: sets.query_map([row.row], |row| row.get(0))?.next().transpose()?,
                part_of: part_of(tx, key)?,
                audit: about(tx, key.as_str())?,
                row,
            }))
        })
    }

    /// What QuickBooks has booked for transactions dated from `from` to `to`, both included, by date.
    pub fn booked_between(&self, from: Date, to: Date) -> Result<Vec<BookedRow>, StoreError> {
        self.read(|tx| {
            let renames = Renames::read(tx)?;
            let mut statement = tx.prepare_cached(
                "SELECT e.key, e.document, e.date, l.booked, l.posted_at FROM entries e JOIN links l ON l.entry = e.id
                 WHERE +e.state = 'posted' AND e.date BETWEEN ? AND ? ORDER BY e.date, e.id",
            )?;
            let rows = statement.query_and_then([from.to_string(), to.to_string()], |row| {
                Ok(BookedRow {
                    key: EntryKey::stored(row.get::<_, String>(0)?),
                    document: DocumentId::new(row.get::<_, String>(1)?),
                    date: read_date(&row.get::<_, String>(2)?)?,
                    postings: renames
                        .of_postings(read_json(&row.get::<_, String>(3)?)?, read_time(&row.get::<_, String>(4)?)?),
                })
            })?;
            rows.collect()
        })
    }
}

/// Of the rows that a statement finds, those of the page, and how many there are.
pub(crate) fn page<T>(
    mut rows: Rows<'_>,
    offset: u32,
    limit: u32,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<(Vec<T>, u32), StoreError> {
    let (mut found, mut total) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        if total >= offset && total - offset < limit {
            found.push(read(row)?);
        }
        total += 1;
    }
    Ok((found, total))
}

pub(crate) fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

fn read_date(text: &str) -> Result<Date, StoreError> {
    text.parse().map_err(|_| StoreError::Malformed { what: "date", text: text.to_owned() })
}
