//! Undo: what is in QuickBooks, taken back in the order that QuickBooks allows, as entries of their own (DESIGN.md 3).

use std::collections::{BTreeMap, BTreeSet};

use books::{DocumentId, Entry, EntryKey, HeldReason, Past};
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params, types::Value};

use crate::{
    Store, days,
    decisions::hold,
    documents::{Mapping, newest},
    entries::{Standing, find, get, remap_building_on, remap_wanting, set_reasons, standings},
    error::StoreError,
    lists::is_object,
    renames::Renames,
    runs::RunId,
    search,
    state::{Change, State, transition},
    wishes::{Wish, Writing},
    words::{json, read_json, read_time, time},
};

/// What is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One entry.
    Entry(EntryKey),
    /// What one run posted.
    Batch(RunId),
    /// What was posted at this time or later, whatever its accounting date is.
    Since(Timestamp),
}

/// The entries `e`, chosen from those that are posted, and everything posted that builds on one of them or was done
/// later to the same form. What took something back itself is no part of it.
const WITH_WHAT_BUILDS_ON_IT: &str = "WITH RECURSIVE chosen (id) AS (
         SELECT e.id FROM entries e JOIN links l ON l.entry = e.id
         WHERE +e.state = 'posted' AND NOT e.undo AND {selected}
         UNION
         SELECT d.id FROM chosen c JOIN entries e ON e.id = c.id
         JOIN needs n ON n.key = e.key JOIN entries d ON d.id = n.entry
         WHERE d.state = 'posted' AND NOT d.undo
         UNION
         SELECT d.id FROM chosen c JOIN entries e ON e.id = c.id JOIN links l ON l.entry = e.id
         JOIN entries d ON d.target = e.target JOIN links m ON m.entry = d.id
         WHERE d.state = 'posted' AND NOT d.undo AND m.place > l.place
     ) SELECT e.id, e.key, l.run, l.place FROM chosen c JOIN entries e ON e.id = c.id JOIN links l ON l.entry = e.id";

/// Rows of entries by their place in the order of posting.
type Places = BTreeMap<i64, i64>;

impl Store {
    /// Everything that goes when the selected entries are taken back, in the order of posting: they themselves,
    /// whatever is posted and builds upon them, and the list objects that the runs of these made and that nothing else
    /// needs. Empty when nothing of it is posted.
    ///
    /// # Errors
    /// [`StoreError::PartOfDay`] when the selected entry is a part of a day's entry: it goes only with that.
    pub fn undoable(&self, selection: &Selection) -> Result<Vec<Entry>, StoreError> {
        self.read(|tx| {
            if let Selection::Entry(key) = selection {
                days::refuse_part(tx, key)?;
            }
            let mut chosen = Places::new();
            let mut runs = BTreeSet::new();
            // An object of a list goes on its own only when somebody names it.
            let (selected, value) = match selection {
                Selection::Entry(key) => ("e.key = ?", key.as_str().to_owned().into()),
                Selection::Batch(run) => ("NOT e.is_list AND l.run = ?", Value::from(run.number())),
                Selection::Since(from) => ("NOT e.is_list AND l.posted_at >= ?", time(*from).into()),
            };
            let mut statement = tx.prepare_cached(&WITH_WHAT_BUILDS_ON_IT.replace("{selected}", selected))?;
            let mut rows = statement.query([value])?;
            while let Some(row) = rows.next()? {
                chosen.insert(row.get(3)?, row.get(0)?);
                runs.insert(row.get::<_, RunId>(2)?);
            }
            let whole_runs = !matches!(selection, Selection::Entry(_));
            chosen.extend(made_for_them_alone(tx, &chosen, &runs, whole_runs)?);
            let mut form = tx.prepare_cached("SELECT form FROM forms WHERE entry = ?")?;
            let entries = chosen.values().map(|id| read_json(&form.query_row([id], |row| row.get::<_, String>(0))?));
            entries.collect()
        })
    }

    /// Whether an entry with this key is or was in QuickBooks, or may be, so that the key can't name something new.
    pub fn is_taken(&self, key: &EntryKey) -> Result<bool, StoreError> {
        self.read(|tx| Ok(find(tx, key)?.is_some_and(|entry| !entry.state.is_open())))
    }

    /// Stores entries that take something back, all or none: as held where `obstacles` has a reason, else as ready. From
    /// now on nothing else of their documents is sent or mapped until they are through. Open ones of an earlier plan that
    /// take back nothing else are dropped.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when one works upon an entry that there is not; [`StoreError::Transition`] when one is
    /// on its way or done already; [`StoreError::WrongState`] when something else of their documents is in flight, or
    /// when something that is in QuickBooks or in flight builds on what goes and does not go with it.
    pub fn plan_undo(
        &self,
        run: RunId,
        entries: &[Entry],
        obstacles: &BTreeMap<EntryKey, HeldReason>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|tx| {
            for entry in entries {
                let target = entry.target().unwrap_or(&entry.key);
                let version = get(tx, target)?.document_version;
                let known_by = match newest(tx, &entry.document)? {
                    Some((document, _)) => search::known_by(tx, &document)?,
                    None => String::new(),
                };
                let id = Writing { tx, run, version, known_by: &known_by, now }.put(&Wish::Entry(entry))?;
                let planned = get(tx, &entry.key)?;
                if planned.state != State::Ready {
                    let (key, from) = (entry.key.clone(), planned.state);
                    return Err(StoreError::Transition { key, from, to: State::Ready });
                }
                tx.prepare_cached("UPDATE entries SET undo = 1, run = ? WHERE id = ?")?.execute(params![run, id])?;
                if let Some(reason) = obstacles.get(&entry.key) {
                    hold(tx, Some(run), &planned, reason, now)?;
                }
                tx.prepare_cached(
                    "UPDATE documents SET mapping = ? WHERE id = ? AND EXISTS (
                         SELECT 1 FROM wanted w JOIN entries e ON e.id = w.entry
                         WHERE w.document = documents.id AND e.state IN ('held', 'ready', 'rejected'))",
                )?
                .execute(params![Mapping::Unmapped, entry.document.as_str()])?;
            }
            let planning = Planning { tx, run, entries, now };
            planning.refuse_to_pass_over()?;
            planning.drop_covered()
        })
    }
}

/// Undos that are stored as one plan.
struct Planning<'a> {
    tx: &'a Transaction<'a>,
    run: RunId,
    entries: &'a [Entry],
    now: Timestamp,
}

impl Planning<'_> {
    /// Which entry of the plan takes back what.
    fn by(&self) -> BTreeMap<&EntryKey, &EntryKey> {
        self.entries.iter().flat_map(|entry| entry.undoes.iter().map(|key| (key, &entry.key))).collect()
    }

    /// A plan was made from what was posted at the time: what came in between must not be left without its ground. Of an
    /// object of a list QuickBooks itself says whether it is used.
    fn refuse_to_pass_over(&self) -> Result<(), StoreError> {
        let refused = |entry: Standing| {
            let asked = "left out of what is taken back";
            Err(StoreError::WrongState { key: entry.key, state: entry.state, asked })
        };
        let by = self.by();
        for entry in self.entries {
            if get(self.tx, entry.target().unwrap_or(&entry.key))?.is_list {
                continue;
            }
            let in_flight = "entries e WHERE e.document = ? AND NOT e.is_list AND +e.state IN ('sent', 'uncertain')
                AND NOT EXISTS (SELECT 1 FROM entries t WHERE t.key = e.target AND t.is_list)";
            if let Some(in_flight) = standings(self.tx, in_flight, [entry.document.as_str()])?.pop() {
                return refused(in_flight);
            }
            // What is voided has nothing to lose, and an application moves nothing.
            let building = "needs n JOIN entries e ON e.id = n.entry
                WHERE n.key = ? AND NOT e.undo AND NOT e.is_list
                AND NOT EXISTS (SELECT 1 FROM members m WHERE m.member = e.id) AND (e.state IN ('sent', 'uncertain')
                OR e.state = 'posted' AND e.kind <> 'application' AND NOT EXISTS (SELECT 1 FROM entries v
                    WHERE v.target = coalesce(e.target, e.key) AND v.kind = 'void' AND v.state = 'posted'))";
            for key in &entry.undoes {
                let mut building = standings(self.tx, building, [key.as_str()])?;
                building.retain(|entry| !by.contains_key(&entry.key));
                if let Some(left) = building.pop() {
                    return refused(left);
                }
            }
        }
        Ok(())
    }

    /// The undos planned before that take back nothing but what this plan takes back are over. What waits for one of them
    /// waits for the one that does its work now.
    fn drop_covered(&self) -> Result<(), StoreError> {
        let &Self { tx, run, entries, now } = self;
        let planned: BTreeSet<&EntryKey> = entries.iter().map(|entry| &entry.key).collect();
        let by = self.by();
        let mut undone = tx.prepare_cached("SELECT key FROM undoes WHERE entry = ?")?;
        let mut wait = tx.prepare_cached(
            "INSERT OR IGNORE INTO needs (entry, key) SELECT n.entry, ?1 FROM needs n WHERE n.key = ?2",
        )?;
        let open = "entries e WHERE e.undo AND e.state IN ('held', 'ready', 'rejected')";
        for before in standings(tx, open, [])?.into_iter().filter(|before| !planned.contains(&before.key)) {
            let keys = undone.query_map([before.id], |row| Ok(EntryKey::stored(row.get::<_, String>(0)?)))?;
            let keys: Vec<EntryKey> = keys.collect::<Result<_, _>>()?;
            let covering: Option<BTreeSet<_>> = keys.iter().map(|key| by.get(key)).collect();
            let Some(covering) = covering.filter(|covering| !covering.is_empty()) else { continue };
            for key in covering {
                wait.execute([key.as_str(), before.key.as_str()])?;
            }
            tx.prepare_cached("DELETE FROM needs WHERE key = ?")?.execute([before.key.as_str()])?;
            let (key, from, to, why) = (&before.key, before.state, State::Dropped, "part of a later undo");
            transition(tx, &Change { entry: before.id, key, from, to, run: Some(run), why }, now)?;
        }
        Ok(())
    }
}

/// Objects of lists that these runs made and that nothing needs but what is chosen and each other. What the shop's own
/// lists ask for was made for no entry's sake: it goes only with everything that its run made.
fn made_for_them_alone(
    connection: &Connection,
    chosen: &Places,
    runs: &BTreeSet<RunId>,
    whole_runs: bool,
) -> Result<Places, StoreError> {
    let mut made = Places::new();
    let mut statement = connection.prepare_cached(
        "SELECT l.place, e.id FROM links l JOIN entries e ON e.id = l.entry
         WHERE l.run = ?1 AND e.is_list AND e.state = 'posted'
         AND (?2 OR NOT EXISTS (SELECT 1 FROM wanted w JOIN documents d ON d.id = w.document
             WHERE w.entry = e.id AND d.kind IN ('customer', 'variant', 'supplier')))",
    )?;
    for run in runs {
        let mut rows = statement.query(params![run, whole_runs])?;
        while let Some(row) = rows.next()? {
            made.insert(row.get(0)?, row.get(1)?);
        }
    }
    let mut needing = connection.prepare_cached(
        "SELECT d.id FROM entries e JOIN needs n ON n.key = e.key JOIN entries d ON d.id = n.entry
         WHERE e.id = ? AND d.state NOT IN ('undone', 'dropped')
         -- A part of a day needs what the day's entry needs.
         AND NOT EXISTS (SELECT 1 FROM members m WHERE m.member = d.id)",
    )?;
    loop {
        let going: BTreeSet<i64> = chosen.values().chain(made.values()).copied().collect();
        let mut kept = Vec::new();
        for (place, id) in &made {
            let mut others = needing.query_map([id], |row| row.get::<_, i64>(0))?;
            if others.any(|other| other.is_ok_and(|other| !going.contains(&other))) {
                kept.push(*place);
            }
        }
        if kept.is_empty() {
            return Ok(made);
        }
        made.retain(|place, _| !kept.contains(place));
    }
}

/// See [`Store::past`]. The removal of an object of a list is no part of any document's life.
pub(crate) fn past_of(connection: &Connection, document: &DocumentId) -> Result<Vec<Past>, StoreError> {
    past_with(connection, &Renames::read(connection)?, document)
}

/// The same for one of many documents, with the renamings as they were read once for all of them.
pub(crate) fn past_with(
    connection: &Connection,
    renames: &Renames,
    document: &DocumentId,
) -> Result<Vec<Past>, StoreError> {
    let mut past = Vec::new();
    let mut statement = connection.prepare_cached(
        "SELECT f.form, e.state, e.reasons, coalesce(l.posted_at, e.changed_at)
         FROM entries e JOIN forms f ON f.entry = e.id LEFT JOIN links l ON l.entry = e.id
         LEFT JOIN members m ON m.member = e.id
         WHERE e.document = ? AND NOT e.is_list AND (
             e.state IN ('posted', 'undone') OR e.state = 'summarised' AND m.fixed
             OR e.state = 'rejected' AND e.kind = 'change' AND NOT e.undo)
         ORDER BY l.place, m.place, e.id",
    )?;
    let mut rows = statement.query([document.as_str()])?;
    while let Some(row) = rows.next()? {
        let entry: Entry = read_json(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        let of_list = matches!(&entry.body, books::Body::Deletion { before, .. } if is_object(before));
        let state: State = row.get(1)?;
        let refused = state == State::Rejected;
        if of_list || (refused && !can_not_be_changed(&read_json::<Vec<HeldReason>>(&row.get::<_, String>(2)?)?)) {
            continue;
        }
        let entry = renames.of_entry(entry, read_time(&row.get::<_, String>(3)?)?);
        past.push(Past { entry, undone: state == State::Undone, refused });
    }
    Ok(past)
}

/// Whether QuickBooks refused a change because what it would change is linked, in use or in a closed period (PROTOCOL.md
/// c.9), so that the same change will be refused again.
pub(crate) fn can_not_be_changed(reasons: &[HeldReason]) -> bool {
    reasons.iter().any(|reason| matches!(reason, HeldReason::Refused { status: 3170 | 3171 | 3210, .. }))
}

/// Takes back what the entry `by`, which is posted now, undoes. What another undo took back before it stays so.
pub(crate) fn take_back(tx: &Transaction<'_>, run: RunId, by: &Entry, now: Timestamp) -> Result<(), StoreError> {
    let why = format!("undone by {}", by.key);
    for key in &by.undoes {
        let undone = get(tx, key)?;
        if undone.state == State::Undone {
            continue;
        }
        let (from, to) = (undone.state, State::Undone);
        transition(tx, &Change { entry: undone.id, key, from, to, run: Some(run), why: &why }, now)?;
        remap_building_on(tx, key)?;
        days::undone(tx, run, &undone, now)?;
        for part in days::building_on(tx, key)? {
            let (from, key) = (part.state, &part.key);
            let to = match from {
                State::Posted => State::Undone,
                State::Summarised => State::Dropped,
                _ => continue,
            };
            transition(tx, &Change { entry: part.id, key, from, to, run: Some(run), why: &why }, now)?;
        }
    }
    Ok(())
}

/// An undo is not to go for now: what waits for it is held with the same reasons, so that it is seen. The removal of an
/// object of a list just waits: it keeps no document back, and nobody is to decide about it.
pub(crate) fn hold_waiting(
    tx: &Transaction<'_>,
    run: Option<RunId>,
    key: &EntryKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    let reasons = get(tx, key)?.reasons;
    let why = reasons.first().map_or("held", HeldReason::code);
    for waiting in waiting_for(tx, key)? {
        if let Some(target) = &waiting.target
            && get(tx, target)?.is_list
        {
            continue;
        }
        set_reasons(tx, waiting.id, &json(&reasons)?)?;
        let (key, from, to) = (&waiting.key, waiting.state, State::Held);
        transition(tx, &Change { entry: waiting.id, key, from, to, run, why }, now)?;
        hold_waiting(tx, run, key, now)?;
    }
    Ok(())
}

/// Something stays in QuickBooks after all: so does what it uses, and nobody is to decide about that.
pub(crate) fn drop_waiting(tx: &Transaction<'_>, run: RunId, key: &EntryKey, now: Timestamp) -> Result<(), StoreError> {
    for waiting in waiting_for(tx, key)? {
        let (key, from, to, why) = (&waiting.key, waiting.state, State::Dropped, "used by what stays");
        transition(tx, &Change { entry: waiting.id, key, from, to, run: Some(run), why }, now)?;
        drop_waiting(tx, run, key, now)?;
    }
    Ok(())
}

/// Undos that are ready and go only after this one.
fn waiting_for(tx: &Transaction<'_>, key: &EntryKey) -> Result<Vec<Standing>, StoreError> {
    let waiting = "needs n JOIN entries e ON e.id = n.entry WHERE n.key = ? AND e.undo AND e.state = 'ready'";
    standings(tx, waiting, [key.as_str()])
}

/// Somebody wants an undone entry in QuickBooks again. What had been done to its form goes with it, since the form will
/// be as the document stands now; what had taken it back is over. The documents are mapped anew on the next run.
pub(crate) fn post_again(tx: &Transaction<'_>, key: &EntryKey, now: Timestamp) -> Result<(), StoreError> {
    let why = "to be posted again";
    let undone = "entries e WHERE +e.state = 'undone' AND e.id IN (
        SELECT id FROM entries WHERE key = ?1
        UNION SELECT n.entry FROM needs n JOIN entries o ON o.id = n.entry WHERE n.key = ?1 AND o.target IS NOT NULL)";
    for entry in standings(tx, undone, [key.as_str()])? {
        let (key, from, to) = (&entry.key, State::Undone, State::Dropped);
        transition(tx, &Change { entry: entry.id, key, from, to, run: None, why }, now)?;
        remap_wanting(tx, entry.id)?;
        for part in days::undone_with(tx, &entry)? {
            let key = &part.key;
            transition(tx, &Change { entry: part.id, key, from, to, run: None, why }, now)?;
            remap_wanting(tx, part.id)?;
        }
        let over = "undoes u JOIN entries e ON e.id = u.entry WHERE u.key = ? AND +e.state = 'posted' AND NOT EXISTS (
            SELECT 1 FROM undoes o JOIN entries t ON t.key = o.key WHERE o.entry = e.id AND +t.state = 'undone')";
        for entry in standings(tx, over, [entry.key.as_str()])? {
            let (key, run) = (&entry.key, None);
            for (from, to) in [(State::Posted, State::Undone), (State::Undone, State::Dropped)] {
                transition(tx, &Change { entry: entry.id, key, from, to, run, why }, now)?;
            }
        }
    }
    Ok(())
}
