//! What a merchant pages through and searches: every entry and document is found by what she knows of it, and no page misses
//! or repeats one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use std::ops::ControlFlow;

use books::{
    Document, DocumentId, DocumentKind, EntryKey, Fact, Money,
    document::{Address, Customer},
};
use jiff::civil::date;
use store::{DocumentFilter, DocumentState, EntryFilter, RunId, State, Store};
use support::*;
use tempfile::tempdir;

/// An order that says who bought it.
fn order_of(number: u32, total: i64, buyer: &str, email: &str) -> Document {
    let mut document = order(number, total);
    let Fact::Order(order) = &mut document.fact else { panic!("not an order") };
    order.buyer = Some(Customer { email: Some(email.to_owned()), ..Customer::default() });
    order.billing_address = Some(Address { name: buyer.to_owned(), ..Address::default() });
    document
}

/// Has an order mapped to a sales receipt.
fn sell(store: &Store, run: RunId, document: &Document, total: i64) {
    let Fact::Order(order) = &document.fact else { panic!("not an order") };
    let number = order.name.trim_start_matches('#').parse().unwrap();
    pull(store, run, std::slice::from_ref(document));
    map(store, run, number, &entries(vec![sale(number, total, Vec::new())]));
}

fn find(store: &Store, text: &str) -> Vec<EntryKey> {
    let filter = EntryFilter { text: Some(text.to_owned()), ..EntryFilter::default() };
    let page = store.page_of_entries(&filter, 0).unwrap();
    let keys: Vec<EntryKey> = page.rows.into_iter().map(|row| row.key).collect();
    assert_eq!(usize::try_from(page.total).unwrap(), keys.len());
    let listed: Vec<EntryKey> = store.entries(&filter).unwrap().into_iter().map(|row| row.key).collect();
    assert_eq!(listed, keys, "a list and its pages find the same");
    keys
}

#[test]
fn an_entry_is_found_by_its_buyer_in_small_and_capital_letters_of_any_language() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    sell(&store, run, &order_of(1, 10, "Åse Ødegård", "ase@example.com"), 10);
    sell(&store, run, &order_of(2, 20, "Łukasz Żółć", "lukasz@example.com"), 20);
    sell(&store, run, &order_of(3, 30, "Éva Nagy", "eva@example.com"), 30);
    for (text, number) in [
        ("Åse", 1),
        ("åse ødegård", 1),
        ("ØDEGÅRD", 1),
        ("ødegård ÅSE", 1),
        ("ASE@example", 1),
        ("łukasz", 2),
        ("ŻÓŁĆ", 2),
        ("éva", 3),
        ("#3", 3),
    ] {
        assert_eq!(find(&store, text), [sale_key(number)], "{text}");
    }
    assert_eq!(find(&store, "åse nagy"), [], "all words are to be of the same entry");
    assert_eq!(find(&store, "example.com").len(), 3);
    assert_eq!(find(&store, "  ").len(), 3, "no words find everything");
    assert_eq!(find(&store, "'; DROP TABLE entries; --"), []);
}

#[test]
fn a_buyer_whom_only_the_customers_document_names_is_found_too() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    let id = DocumentId::new("gid://shopify/Customer/9");
    let customer = Customer { display_name: "Solveig Brække".to_owned(), ..Customer::default() };
    pull(&store, run, &[Document { id: id.clone(), updated_at: at(0), fact: Fact::Customer(customer) }]);
    let mut document = order(1, 10);
    let Fact::Order(order) = &mut document.fact else { panic!("not an order") };
    order.customer = Some(id);
    sell(&store, run, &document, 10);
    assert_eq!(find(&store, "BRÆKKE"), [sale_key(1)]);
}

#[test]
fn a_held_entry_is_found_by_its_buyer() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    pull(&store, run, &[order_of(1, 10, "Åse Ødegård", "ase@example.com")]);
    map(&store, run, 1, &held(1, no_account()));
    assert_eq!(find(&store, "ødegård"), [sale_key(1)]);
}

#[test]
fn an_entry_is_found_by_its_amount_as_she_writes_it_and_by_its_txn_id() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    let mut dear = sale(1, 1234, Vec::new());
    dear.total = Money::cents(123_450);
    pull(&store, run, &[order(1, 1234), order(2, 1)]);
    map(&store, run, 1, &entries(vec![dear]));
    map(&store, run, 2, &entries(vec![sale(2, 1, Vec::new())]));
    for text in ["1 234,50", "1,234.50", "1234.5", "1234,50", "1.234,50", "-1234.50"] {
        assert_eq!(find(&store, text), [sale_key(1)], "{text}");
    }
    assert_eq!(find(&store, "234.50"), [], "an amount is found whole");
    post(&store, run, "S", &[(sale_key(2), posted("1A2B-1790000001", 1))]);
    assert_eq!(find(&store, "1A2B-1790000001"), [sale_key(2)]);
    assert_eq!(find(&store, "1a2b-1790000001 "), [sale_key(2)]);
}

/// Sales of forty days, a fifth of them posted.
fn with_many(store: &Store) -> RunId {
    let run = store.begin_run("test", at(0)).unwrap();
    for number in 1..=200 {
        let mut entry = sale(number, i64::from(number), Vec::new());
        entry.date = Some(date(2026, 10, 1).saturating_add(jiff::Span::new().days(i64::from(number % 40))));
        pull(store, run, &[order(number, i64::from(number))]);
        map(store, run, number, &entries(vec![entry]));
        if number % 5 == 0 {
            let outcome = posted(&format!("T-{number}"), i64::from(number));
            post(store, run, &format!("S{number}"), &[(sale_key(number), outcome)]);
        }
    }
    run
}

#[test]
fn the_pages_of_a_filter_are_its_list_whole_and_once_whatever_is_filtered() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = with_many(&store);
    let all = EntryFilter::default();
    let filters = [
        all.clone(),
        EntryFilter { states: vec![State::Posted], ..all.clone() },
        EntryFilter { states: vec![State::Posted, State::Held], text: Some("1".to_owned()), ..all.clone() },
        EntryFilter { kinds: vec![books::EntryKind::SalesReceipt], from: Some(date(2026, 10, 20)), ..all.clone() },
        EntryFilter { from: Some(date(2026, 10, 5)), to: Some(date(2026, 10, 9)), ..all.clone() },
        EntryFilter { run: Some(run), ..all.clone() },
        EntryFilter { run: Some(run), states: vec![State::Posted], to: Some(date(2026, 10, 9)), ..all.clone() },
        EntryFilter { document: Some(order_id(7)), ..all.clone() },
        EntryFilter { text: Some("nobody".to_owned()), ..all },
    ];
    let mut found = Vec::new();
    for filter in filters {
        let whole = store.entries(&EntryFilter { limit: Some(u32::MAX), ..filter.clone() }).unwrap();
        let mut paged = Vec::new();
        for offset in (0..250).step_by(7) {
            let page = store.page_of_entries(&EntryFilter { limit: Some(7), ..filter.clone() }, offset).unwrap();
            assert_eq!(usize::try_from(page.total).unwrap(), whole.len(), "{filter:?}");
            paged.extend(page.rows);
        }
        assert_eq!(paged, whole, "{filter:?}");
        assert!(whole.is_sorted_by(|one, next| one.row > next.row), "the latest made comes first");
        found.push(whole.len());
    }
    assert_eq!(found, [200, 40, 22, 105, 25, 40, 10, 1, 0]);
}

#[test]
fn what_is_exported_is_all_that_a_filter_finds_by_date_and_can_be_broken_off() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    with_many(&store);
    let mut dates = Vec::new();
    let each = |row: store::EntryRow, entry: Option<books::Entry>| {
        assert_eq!(entry.unwrap().key, row.key);
        dates.push(row.date);
        ControlFlow::Continue(())
    };
    store.each_entry(&EntryFilter::default(), each).unwrap();
    assert_eq!(dates.len(), 200);
    assert!(dates.is_sorted());
    let mut seen = 0;
    let few = |_, _| {
        seen += 1;
        if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    store.each_entry(&EntryFilter::default(), few).unwrap();
    assert_eq!(seen, 3);
}

#[test]
fn a_day_counts_its_entries_and_those_that_are_not_in_quickbooks() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    with_many(&store);
    let counts = store.day_counts(date(2026, 10, 1), date(2026, 10, 2)).unwrap();
    let told: Vec<_> = counts.into_iter().map(|(day, count)| (day, count.entries, count.open)).collect();
    // Numbers that leave nothing or one over when they are shared by forty; those of five are posted.
    assert_eq!(told, [(date(2026, 10, 1), 5, 0), (date(2026, 10, 2), 5, 5)]);
    assert!(store.day_counts(date(2020, 1, 1), date(2020, 12, 31)).unwrap().is_empty());
}

#[test]
fn documents_are_listed_by_their_last_change_and_found_by_their_buyer() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    sell(&store, run, &order_of(1, 10, "Åse Ødegård", "ase@example.com"), 10);
    pull(&store, run, &[order(2, 20), order(3, 30)]);
    map(&store, run, 2, &held(2, no_account()));
    change(&store, run, 1);
    let customer = Customer { display_name: "Åse Ødegård".to_owned(), ..Customer::default() };
    let id = DocumentId::new("gid://shopify/Customer/77");
    pull(&store, run, &[Document { id, updated_at: at(90), fact: Fact::Customer(customer) }]);

    let list = |kinds: &[DocumentKind], text: Option<&str>, offset, limit| {
        let filter = DocumentFilter { kinds: kinds.to_vec(), text: text.map(str::to_owned) };
        let page = store.page_of_documents(&filter, offset, limit).unwrap();
        (page.rows.into_iter().map(|row| row.title).collect::<Vec<_>>(), page.total)
    };
    let titles = |titles: &[&str]| titles.iter().map(|title| (*title).to_owned()).collect::<Vec<_>>();
    assert_eq!(list(&[], None, 0, 9), (titles(&["Åse Ødegård", "#3", "#2", "#1"]), 4));
    assert_eq!(list(&[], None, 1, 2), (titles(&["#3", "#2"]), 4));
    assert_eq!(list(&[DocumentKind::Order], None, 0, 9), (titles(&["#3", "#2", "#1"]), 3));
    assert_eq!(list(&[], Some("ødegård"), 0, 9), (titles(&["Åse Ødegård", "#1"]), 2));
    assert_eq!(list(&[DocumentKind::Customer], Some("77"), 0, 9), (titles(&["Åse Ødegård"]), 1));

    let row = |number| store.document_row(&order_id(number)).unwrap().unwrap();
    assert_eq!((row(1).state, row(1).version.number()), (DocumentState::Unmapped, 2));
    assert_eq!(row(2).state, DocumentState::Held);
    let versions: Vec<_> = store.versions(&order_id(1), 9).unwrap().iter().map(|v| v.version.number()).collect();
    assert_eq!(versions, [2, 1]);
    assert_eq!(store.document_row(&order_id(99)).unwrap(), None);
}

#[test]
fn runs_are_paged_with_how_many_there_were() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    for minute in 0..7 {
        store.begin_run("timer", at(minute)).unwrap();
    }
    let page = store.page_of_runs(2, 3).unwrap();
    assert_eq!(page.total, 7);
    assert_eq!(page.rows.iter().map(|run| run.id.number()).collect::<Vec<_>>(), [5, 4, 3]);
    assert_eq!(store.page_of_runs(7, 3).unwrap().rows, []);
}

#[test]
fn what_was_stored_before_there_was_a_search_is_found_all_the_same() {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("tillbridge.db"), include_bytes!("fixtures/first.db")).unwrap();
    let store = open(folder.path());
    assert_eq!(find(&store, "#1"), [sale_key(1)]);
    let page = store.page_of_documents(&DocumentFilter::default(), 0, 9).unwrap();
    assert!(page.rows.iter().any(|row| row.title == "#1"), "{page:?}");
}
