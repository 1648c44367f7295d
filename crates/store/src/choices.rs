//! The merchant's choices: the mapping by version, and which objects of the company file it chose.
//!
//! A choice is kept with the id of the object that it fell on. Renamed in QuickBooks, the object is followed; deleted or
//! merged into another, the choice is marked as gone, and whatever needs it is held until somebody chooses anew.

use std::collections::{BTreeMap, BTreeSet};

use books::{Category, Mapping, Met, NameSpace, changes::MappingChange, proposals};
use jiff::Timestamp;
use qbxml::ListId;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::{
    Store,
    audit::{Note, Subject, note},
    error::StoreError,
    lists::{folded, named, with_id},
    mapping::remap,
    words::{json, read_json, read_time, read_word, time, word},
};

/// Why there is a new version of the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MappingWhy {
    /// It counted before versions were kept.
    Before,
    /// The configuration says so.
    Configured,
    /// Somebody chose.
    Chosen,
    /// Something chosen was renamed in QuickBooks.
    Renamed,
    /// From now on, what is new is held.
    HoldNew,
}

/// A version of the mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingVersion {
    /// Its number, counted from 1.
    pub version: u32,
    /// Since when it counts.
    pub at: Timestamp,
    /// Why it was made.
    pub why: MappingWhy,
    /// What is otherwise than in the version before.
    pub changes: Vec<MappingChange>,
    /// The mapping.
    pub mapping: Mapping,
}

/// A choice whose object is gone from the company file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostChoice {
    /// The choice's key in the mapping.
    pub key: String,
    /// The object's full name, in small letters.
    pub name: String,
}

/// What QuickBooks says of an account beyond what all list objects have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFacts {
    /// The account.
    pub id: ListId,
    /// Its number, where the company file has numbers.
    pub number: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// The role that QuickBooks itself gives to it, such as `UndepositedFunds`.
    pub special: Option<String>,
}

impl Store {
    /// The mapping that counts, if one was ever stored.
    pub fn mapping(&self) -> Result<Option<Mapping>, StoreError> {
        self.read(|tx| Ok(newest(tx)?.map(|(_, mapping)| mapping)))
    }

    /// All versions of the mapping, the newest first.
    pub fn mapping_versions(&self) -> Result<Vec<MappingVersion>, StoreError> {
        self.read(|tx| {
            tx.prepare_cached("SELECT version, at, why, changes, body FROM mappings ORDER BY version DESC")?
                .query_and_then([], |row| {
                    Ok(MappingVersion {
                        version: row.get(0)?,
                        at: read_time(&row.get::<_, String>(1)?)?,
                        why: read_word(&row.get::<_, String>(2)?)?,
                        changes: read_json(&row.get::<_, String>(3)?)?,
                        mapping: read_json(&row.get::<_, String>(4)?)?,
                    })
                })?
                .collect()
        })
    }

    /// Has this mapping count from now on, as a new version; every open document is mapped anew with it, and what is posted
    /// stays as it is. Returns the version's number; none where it is what counts already.
    pub fn save_mapping(&self, mapping: &Mapping, why: MappingWhy, now: Timestamp) -> Result<Option<u32>, StoreError> {
        self.write(|tx| {
            let version = save(tx, mapping, why, now)?;
            if version.is_some() {
                follow(tx, now)?;
            }
            Ok(version)
        })
    }

    /// Somebody chose for `category`: as [`Self::save_mapping`], and also where the name is the one that was chosen before,
    /// so that what was deleted under that name in QuickBooks is chosen anew.
    pub fn choose(&self, category: &Category, full_name: &str, now: Timestamp) -> Result<Option<u32>, StoreError> {
        self.write(|tx| {
            let mut mapping = newest(tx)?.map(|(_, mapping)| mapping).unwrap_or_default();
            category.choose(&mut mapping, full_name);
            let freed = tx
                .prepare_cached("DELETE FROM choices WHERE space = ? AND name = ? AND gone = 1")?
                .execute(params![word(&category.space())?, folded(full_name)])?;
            let version = save(tx, &mapping, MappingWhy::Chosen, now)?;
            if version.is_none() && freed > 0 {
                remap(tx, now)?;
            }
            follow(tx, now)?;
            Ok(version)
        })
    }

    /// After lists were read: what is chosen and was renamed in QuickBooks is followed, as a new version of the mapping; what
    /// was deleted is marked as gone. Open documents are mapped anew where there was anything of it.
    pub fn follow_choices(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| follow(tx, now))
    }

    /// Choices whose objects are gone from the company file.
    pub fn lost_choices(&self) -> Result<Vec<LostChoice>, StoreError> {
        self.read(|tx| {
            tx.prepare_cached("SELECT key, name FROM choices WHERE gone = 1 ORDER BY key")?
                .query_and_then([], |row| Ok(LostChoice { key: row.get(0)?, name: row.get(1)? }))?
                .collect()
        })
    }

    /// Stores what QuickBooks says of accounts.
    pub fn save_account_facts(&self, accounts: &[AccountFacts]) -> Result<(), StoreError> {
        self.write(|tx| {
            for AccountFacts { id, number, description, special } in accounts {
                tx.prepare_cached(
                    "INSERT OR REPLACE INTO account_facts (id, number, description, special) VALUES (?, ?, ?, ?)",
                )?
                .execute(params![word(id)?, number, description, special])?;
            }
            Ok(())
        })
    }

    /// What can be chosen in a list of the company file: accounts, classes, or sales-tax items; inactive ones too.
    pub fn choosable(&self, space: NameSpace) -> Result<Vec<proposals::Choice>, StoreError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT o.id, o.full_name, CASE o.space WHEN 'account' THEN coalesce(o.account, '') ELSE o.kind END,
                        o.active, f.number, f.description, f.special
                 FROM list_objects o LEFT JOIN account_facts f ON o.space = 'account' AND f.id = o.id
                 WHERE o.space = ?1 AND (?1 <> 'item' OR o.kind = 'ItemSalesTax') ORDER BY o.name, o.id",
            )?
            .query_and_then([word(&space)?], |row| {
                Ok(proposals::Choice {
                    id: read_word(&row.get::<_, String>(0)?)?,
                    full_name: row.get(1)?,
                    kind: row.get(2)?,
                    active: row.get(3)?,
                    number: row.get(4)?,
                    description: row.get(5)?,
                    special: row.get(6)?,
                })
            })?
            .collect()
        })
    }
}

/// The version that counts.
fn newest(connection: &Connection) -> Result<Option<(u32, Mapping)>, StoreError> {
    let row: Option<(u32, String)> = connection
        .prepare_cached("SELECT version, body FROM mappings ORDER BY version DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(version, body)| Ok((version, read_json(&body)?))).transpose()
}

fn save(tx: &Transaction<'_>, mapping: &Mapping, why: MappingWhy, now: Timestamp) -> Result<Option<u32>, StoreError> {
    let before = newest(tx)?;
    if before.as_ref().is_some_and(|(_, before)| before == mapping) {
        return Ok(None);
    }
    let changes = before.as_ref().map(|(_, before)| before.changes_to(mapping)).unwrap_or_default();
    let version = before.map_or(1, |(version, _)| version + 1);
    let why = word(&why)?;
    tx.prepare_cached("INSERT INTO mappings (version, at, why, changes, body) VALUES (?, ?, ?, ?, ?)")?
        .execute(params![version, time(now), why, json(&changes)?, json(mapping)?])?;
    let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
    let told: Vec<_> = changes
        .iter()
        .map(|change| format!("{}: {} -> {}", change.key, shown(&change.before), shown(&change.after)))
        .collect();
    let detail = format!("version {version} ({why}) {}", told.join("; "));
    let about = Note { run: None, what: Subject::Setting, subject: "mapping", state: None, detail: detail.trim_end() };
    note(tx, &about, now)?;
    remap(tx, now)?;
    Ok(Some(version))
}

/// A choice as it is kept.
#[derive(PartialEq, Eq)]
struct Kept {
    id: String,
    name: String,
    gone: bool,
}

/// See [`Store::follow_choices`].
fn follow(tx: &Transaction<'_>, now: Timestamp) -> Result<(), StoreError> {
    let Some((_, before)) = newest(tx)? else { return Ok(()) };
    let mut mapping = before.clone();
    let mut kept = kept(tx)?;
    let mut news = false;
    let mut seen = BTreeSet::new();
    for category in Category::all(&before, &Met::default()) {
        let Some(name) = category.chosen(&before) else { continue };
        let (key, space) = (category.key(), category.space());
        seen.insert(key.clone());
        let known = kept.remove(&key).filter(|kept| kept.name == folded(name));
        let here = match &known {
            Some(kept) => with_id(tx, space, &kept.id)?,
            None => None,
        };
        // An object that was chosen by this name before it was there, or that was made anew under it, is the one too.
        let object = match here {
            Some(object) => Some(object),
            None => named(tx, space, name)?,
        };
        match (object, known) {
            (Some(object), known) => {
                if folded(&object.full_name) != folded(name) {
                    category.choose(&mut mapping, &object.full_name);
                }
                let found = Kept { id: word(&object.id)?, name: folded(&object.full_name), gone: false };
                if known.as_ref() != Some(&found) {
                    keep(tx, &key, space, &found)?;
                }
            }
            (None, Some(known)) if !known.gone => {
                keep(tx, &key, space, &Kept { gone: true, ..known })?;
                let detail = format!("{key} = {name}: it is no longer in the company file");
                note(
                    tx,
                    &Note { run: None, what: Subject::Setting, subject: "mapping", state: None, detail: &detail },
                    now,
                )?;
                news = true;
            }
            (None, Some(_)) => {}
            (None, None) => forget(tx, &key)?,
        }
    }
    for key in kept.keys().filter(|key| !seen.contains(*key)) {
        forget(tx, key)?;
    }
    if save(tx, &mapping, MappingWhy::Renamed, now)?.is_none() && news {
        remap(tx, now)?;
    }
    Ok(())
}

fn kept(connection: &Connection) -> Result<BTreeMap<String, Kept>, StoreError> {
    connection
        .prepare_cached("SELECT key, quickbooks_id, name, gone FROM choices")?
        .query_and_then([], |row| Ok((row.get(0)?, Kept { id: row.get(1)?, name: row.get(2)?, gone: row.get(3)? })))?
        .collect()
}

fn keep(tx: &Transaction<'_>, key: &str, space: NameSpace, kept: &Kept) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO choices (key, space, quickbooks_id, name, gone) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (key) DO UPDATE SET space = ?2, quickbooks_id = ?3, name = ?4, gone = ?5",
    )?
    .execute(params![key, word(&space)?, kept.id, kept.name, kept.gone])?;
    Ok(())
}

fn forget(tx: &Transaction<'_>, key: &str) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM choices WHERE key = ?")?.execute([key])?;
    Ok(())
}

/// We removed an object that we had made: the choice that fell on it is not gone, it is made again when it is needed.
pub(crate) fn forget_object(tx: &Transaction<'_>, space: NameSpace, id: &ListId) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM choices WHERE space = ? AND quickbooks_id = ?")?
        .execute(params![word(&space)?, word(id)?])?;
    Ok(())
}

/// The key of a choice of this name whose object is gone.
pub(crate) fn lost(connection: &Connection, space: NameSpace, full_name: &str) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT key FROM choices WHERE space = ? AND name = ? AND gone = 1 ORDER BY key LIMIT 1")?
        .query_row(params![word(&space)?, folded(full_name)], |row| row.get(0))
        .optional()?)
}
