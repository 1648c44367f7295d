//! What is known of the company file, and what becomes of it when somebody works in QuickBooks.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use books::{CompanyFile, EntryKey, ListObject, Lists, NameSpace, Why};
use jiff::civil::date;
use qbxml::ListId;
use store::{GoneObject, ListRow, RunId, State, Store};
use support::*;
use tempfile::tempdir;

fn object(id: &str, name: &str) -> ListRow {
    ListRow {
        object: ListObject {
            id: ListId::new(id),
            space: NameSpace::Class,
            kind: "Class".to_owned(),
            full_name: name.to_owned(),
            active: true,
            account: None,
            asset: None,
        },
        edit_sequence: "1".to_owned(),
        modified: "2026-11-23T09:00:00".to_owned(),
        marks: Vec::new(),
    }
}

fn gone(id: &str, into: Option<&str>) -> GoneObject {
    GoneObject { space: NameSpace::Class, id: ListId::new(id), into: into.map(ListId::new) }
}

fn linked(store: &Store, key: &EntryKey) -> Option<(String, String)> {
    let world = store.world().unwrap();
    let object = world.linked(key);
    world.check().unwrap();
    object.map(|object| (object.id.as_str().to_owned(), object.full_name))
}

fn claimed(store: &Store, name: &str) -> Option<EntryKey> {
    store.world().unwrap().claimed(NameSpace::Class, name)
}

/// The class Portland was made as C-1 and is used by a posted sale; the class Bern was found as C-2 and belongs to `bern`.
/// Of another order the mapping waits.
fn with_two_classes(folder: &std::path::Path) -> (Store, RunId, EntryKey) {
    let store = open(folder);
    let run = store.begin_run("test", at(0)).unwrap();
    store.save_lists(&[object("C-2", "Bern")], at(1)).unwrap();
    pull(&store, run, &[order(1, 10), order(2, 20)]);
    let bern = EntryKey::new("class", "bern");
    let mut first = sale(1, 10, vec![class_key("Portland")]);
    first.why = vec![Why::Adopted { key: bern.clone(), id: ListId::new("C-2"), name: "Bern".to_owned() }];
    map(&store, run, 1, &entries(vec![class("Portland", 1), first]));
    map(&store, run, 2, &waits());
    let made = store::Outcome::Posted {
        link: books::Link::List(ListId::new("C-1")),
        edit_sequence: "1".to_owned(),
        booked: Vec::new(),
        full_name: Some("Portland".to_owned()),
        lines: Vec::new(),
    };
    post(&store, run, "S1", &[(class_key("Portland"), made), (sale_key(1), posted("T-1", 10))]);
    store.save_lists(&[object("C-1", "Portland")], at(4)).unwrap();
    (store, run, bern)
}

#[test]
fn what_vanished_from_the_company_file_belongs_to_nobody_any_more() {
    let folder = tempdir().unwrap();
    let (store, run, bern) = with_two_classes(folder.path());
    assert_eq!(claimed(&store, "portland"), Some(class_key("Portland")));
    assert_eq!(claimed(&store, "bern"), Some(bern.clone()));
    // Both are read no more.
    store.save_lists(&[object("C-3", "Basel")], at(9)).unwrap();
    assert_eq!(store.forget_missing(&[(NameSpace::Class, "Class")], at(9), at(9)).unwrap(), 2);
    for (key, name) in [(&class_key("Portland"), "Portland"), (&bern, "Bern")] {
        assert_eq!((linked(&store, key), claimed(&store, name)), (None, None), "{name}");
    }
    assert_eq!(state(&store, &class_key("Portland")), State::Undone);
    assert_eq!(store.unmapped(9).unwrap().len(), 1, "what is open may need it made anew");

    // It is made anew for the next who needs it, and belongs to the same identity.
    map(&store, run, 2, &entries(vec![class("Portland", 2), sale(2, 20, vec![class_key("Portland")])]));
    assert_eq!(state(&store, &class_key("Portland")), State::Ready);
    assert_eq!(claimed(&store, "portland"), Some(class_key("Portland")));
}

#[test]
fn what_was_made_while_a_list_was_read_is_not_missed_by_that_reading() {
    let folder = tempdir().unwrap();
    let (store, _, bern) = with_two_classes(folder.path());
    assert_eq!(store.forget_missing(&[(NameSpace::Class, "Class")], at(3), at(9)).unwrap(), 1);
    assert!(linked(&store, &class_key("Portland")).is_some());
    assert_eq!(linked(&store, &bern), None);
}

#[test]
fn what_was_made_and_never_read_is_missed_by_the_next_whole_reading() {
    let folder = tempdir().unwrap();
    let (store, run) = with_ready_sale(folder.path());
    map(&store, run, 1, &entries(vec![class("Portland", 1)]));
    let made = store::Outcome::Posted {
        link: books::Link::List(ListId::new("C-1")),
        edit_sequence: "1".to_owned(),
        booked: Vec::new(),
        full_name: None,
        lines: Vec::new(),
    };
    post(&store, run, "S1", &[(class_key("Portland"), made)]);
    assert_eq!(
        linked(&store, &class_key("Portland")),
        Some(("C-1".to_owned(), "Portland".to_owned())),
        "as it was sent"
    );
    assert_eq!(store.forget_missing(&[(NameSpace::Class, "Class")], at(9), at(9)).unwrap(), 0);
    assert_eq!(linked(&store, &class_key("Portland")), None);
}

#[test]
fn what_was_merged_belongs_to_the_object_that_survives() {
    let folder = tempdir().unwrap();
    let (store, _, bern) = with_two_classes(folder.path());
    store.save_lists(&[object("C-3", "Both")], at(5)).unwrap();
    let merged = [gone("C-1", Some("C-3")), gone("C-2", Some("C-3")), gone("C-99", None)];
    assert_eq!(store.forget_objects(&merged, at(6)).unwrap(), 2);
    for key in [&class_key("Portland"), &bern] {
        assert_eq!(linked(&store, key), Some(("C-3".to_owned(), "Both".to_owned())));
    }
    assert_eq!(state(&store, &class_key("Portland")), State::Posted);
    assert_eq!(claimed(&store, "both"), Some(bern), "one of them, so that no third one takes it");
    assert_eq!(store.unmapped(9).unwrap().len(), 1);
}

#[test]
fn what_was_deleted_or_merged_into_something_unknown_is_nobodys() {
    let folder = tempdir().unwrap();
    let (store, _, bern) = with_two_classes(folder.path());
    assert_eq!(store.forget_objects(&[gone("C-1", Some("C-77")), gone("C-2", None)], at(6)).unwrap(), 2);
    assert_eq!((linked(&store, &class_key("Portland")), linked(&store, &bern)), (None, None));
    assert_eq!(store.forget_objects(&[gone("C-1", None)], at(7)).unwrap(), 0, "told twice is nothing");
}

#[test]
fn an_inactive_object_stays_ours() {
    let folder = tempdir().unwrap();
    let (store, _, _) = with_two_classes(folder.path());
    let mut inactive = object("C-1", "Portland");
    inactive.object.active = false;
    store.save_changed_lists(&[inactive], at(5)).unwrap();
    let world = store.world().unwrap();
    assert!(!world.linked(&class_key("Portland")).unwrap().active);
    assert_eq!(claimed(&store, "portland"), Some(class_key("Portland")));
}

#[test]
fn a_company_file_that_is_not_what_it_was_has_open_documents_mapped_anew() {
    let folder = tempdir().unwrap();
    let (store, _, _) = with_two_classes(folder.path());
    assert_eq!(store.world().unwrap().company(), CompanyFile::default(), "nothing special before it was asked");
    let company = CompanyFile { closing_date: Some(date(2026, 10, 31)), sales_orders: true, ..CompanyFile::default() };
    assert!(store.save_company(&company, at(5)).unwrap());
    assert_eq!(store.world().unwrap().company(), company);
    assert_eq!(store.unmapped(9).unwrap().len(), 1, "the waiting one; the posted one is done");
    assert!(!store.save_company(&company, at(6)).unwrap());
}

#[test]
fn each_feed_has_a_cursor_of_its_own() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    for feed in ["orders", "payments", "rescan 2026-11"] {
        assert_eq!(store.cursor(feed).unwrap(), None);
        store.save_pulled(run, feed, &[], Some(feed), at(1)).unwrap();
    }
    assert_eq!(store.cursor("payments").unwrap().as_deref(), Some("payments"));
}
