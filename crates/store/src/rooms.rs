//! How much room the company file's lists have: what they hold, inactive objects too, and what waits to be made.

use std::{cell::RefCell, collections::BTreeMap};

use books::{Ceilings, EntryKey, EntryKind, FullList, NameSpace};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::{
    Store,
    error::StoreError,
    words::{read_word, word},
};

/// What is known of lists while one mapping goes on. Counting all of a list for each object that is made would take long;
/// between two counts at most as many were made as were asked for.
#[derive(Debug, Default)]
pub(crate) struct Rooms(RefCell<BTreeMap<&'static str, Counted>>);

#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    used: u32,
    asked_since: u32,
}

/// A list with a ceiling of its own.
struct Limited {
    name: &'static str,
    space: NameSpace,
    /// The one kind that counts; all of them where there is none.
    kind: Option<&'static str>,
    ceiling: u32,
}

impl Rooms {
    /// See [`books::Lists::full`].
    pub(crate) fn full(
        &self,
        connection: &Connection,
        ceilings: &Ceilings,
        key: &EntryKey,
        (space, kind): (NameSpace, &str),
        beside: u32,
    ) -> Result<Option<FullList>, StoreError> {
        for list in limited(ceilings, space, kind) {
            let counted = self.0.borrow().get(list.name).copied();
            let at_most = counted.map(|counted| counted.used + counted.asked_since + beside);
            if at_most.is_some_and(|used| used < list.ceiling) {
                self.note(list.name, |counted| counted.asked_since += 1);
                continue;
            }
            let used = used(connection, &list, key)?;
            self.note(list.name, |counted| *counted = Counted { used, asked_since: 1 });
            if used + beside >= list.ceiling {
                let name = list.name.to_owned();
                return Ok(Some(FullList { list: name, used: used + beside, ceiling: list.ceiling }));
            }
        }
        Ok(None)
    }

    fn note(&self, name: &'static str, change: impl FnOnce(&mut Counted)) {
        change(self.0.borrow_mut().entry(name).or_default());
    }
}

/// The lists that grow by an object of this kind (PROTOCOL.md e): names count together and each kind of them alone.
fn limited(ceilings: &Ceilings, space: NameSpace, kind: &str) -> Vec<Limited> {
    let single = [("customers", "Customer"), ("vendors", "Vendor")].into_iter().find(|(_, of)| *of == kind);
    let whole = match space {
        NameSpace::Name => Some(("names", ceilings.names)),
        NameSpace::Item => Some(("items", ceilings.items)),
        NameSpace::Account => Some(("accounts", ceilings.accounts)),
        NameSpace::Class => Some(("classes", ceilings.classes)),
        NameSpace::PaymentMethod | NameSpace::Terms | NameSpace::SalesTaxCode => None,
    };
    let whole = whole.and_then(|(name, ceiling)| Some(Limited { name, space, kind: None, ceiling: ceiling? }));
    let single =
        single.and_then(|(name, kind)| Some(Limited { name, space, kind: Some(kind), ceiling: ceilings.single_list? }));
    whole.into_iter().chain(single).collect()
}

/// How many objects a list has, and will have with what waits to be made without `key`.
fn used(connection: &Connection, list: &Limited, key: &EntryKey) -> Result<u32, StoreError> {
    let space = word(&list.space)?;
    let there: u32 = match list.kind {
        None => connection
            .prepare_cached("SELECT count(*) FROM list_objects WHERE space = ?")?
            .query_row([&space], |row| row.get(0))?,
        Some(kind) => connection
            .prepare_cached("SELECT count(*) FROM list_objects WHERE space = ? AND kind = ?")?
            .query_row([&space, kind], |row| row.get(0))?,
    };
    let mut coming = 0;
    for kind in entry_kinds(list) {
        coming += connection
            .prepare_cached(
                "SELECT count(*) FROM entries
                 WHERE is_list AND kind = ? AND state IN ('ready', 'sent', 'uncertain') AND key <> ?",
            )?
            .query_row(params![word(kind)?, key.as_str()], |row| row.get::<_, u32>(0))?;
    }
    Ok(there + coming)
}

/// Kinds of entries that add to a list.
fn entry_kinds(list: &Limited) -> &'static [EntryKind] {
    match (list.space, list.kind) {
        (NameSpace::Name, None) => &[EntryKind::Customer, EntryKind::Vendor],
        (NameSpace::Name, Some("Customer")) => &[EntryKind::Customer],
        (NameSpace::Name, Some("Vendor")) => &[EntryKind::Vendor],
        (NameSpace::Item, _) => &[EntryKind::Item],
        (NameSpace::Account, _) => &[EntryKind::Account],
        (NameSpace::Class, _) => &[EntryKind::Class],
        _ => &[],
    }
}

/// How many objects of one kind the company file has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListCount {
    /// The list.
    pub space: NameSpace,
    /// QuickBooks' name of the kind.
    pub kind: String,
    /// All of them.
    pub all: u32,
    /// The inactive ones among them.
    pub inactive: u32,
}

impl Store {
    /// How many objects of each kind the company file has.
    pub fn list_counts(&self) -> Result<Vec<ListCount>, StoreError> {
        self.read(|tx| {
            tx.prepare_cached("SELECT space, kind, count(*), sum(NOT active) FROM list_objects GROUP BY space, kind")?
                .query_and_then([], |row| {
                    let space = read_word(&row.get::<_, String>(0)?)?;
                    Ok(ListCount { space, kind: row.get(1)?, all: row.get(2)?, inactive: row.get(3)? })
                })?
                .collect()
        })
    }
}
