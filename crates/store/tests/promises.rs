//! What becomes of documents and entries, as a merchant would notice it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use books::{EntryKey, HeldReason, Link, ListObject, Lists, NameSpace, Why};
use qbxml::{ListId, TxnId};
use store::{AuditCheck, EntryFilter, ListRow, Outcome, RunOutcome, State, StoreError, Version};
use support::*;
use tempfile::tempdir;

fn ready_keys(store: &store::Store, limit: u32) -> Vec<EntryKey> {
    store.ready(limit).unwrap().into_iter().map(|entry| entry.key).collect()
}

fn list_object(id: &str, name: &str) -> ListRow {
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

fn made_class(id: &str) -> Outcome {
    Outcome::Posted {
        link: Link::List(ListId::new(id)),
        edit_sequence: "1".to_owned(),
        booked: Vec::new(),
        full_name: Some("Portland".to_owned()),
        lines: Vec::new(),
    }
}

#[test]
fn the_cursor_moves_with_its_documents_or_not_at_all() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    let (first, second) = (order(1, 10), order(2, 20));
    let pulled = [&first, &second].map(|document| store::Pulled { document, raw: "raw" });
    store.save_pulled(run, "orders", &pulled, Some("page 2"), at(1)).unwrap();
    assert_eq!(store.cursor("orders").unwrap().as_deref(), Some("page 2"));
    assert_eq!(store.raw(&order_id(1), Version::new(1)).unwrap().as_deref(), Some("raw"));

    let third = order(3, 30);
    let no_such_run = store::RunId::new(99);
    let failed =
        store.save_pulled(no_such_run, "orders", &[store::Pulled { document: &third, raw: "" }], Some("page 3"), at(2));
    assert!(failed.is_err());
    assert_eq!(store.cursor("orders").unwrap().as_deref(), Some("page 2"));
    assert_eq!(store.document(&order_id(3)).unwrap(), None);
}

#[test]
fn an_unchanged_document_is_nothing_and_a_changed_one_is_a_new_version() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    assert_eq!(pull(&store, run, &[order(1, 10)]).new, 1);
    let mut touched = order(1, 10);
    touched.updated_at = at(50);
    assert_eq!(pull(&store, run, &[touched]).unchanged, 1, "only what the accounting needs counts");
    let mut changed = order(1, 11);
    changed.updated_at = at(60);
    assert_eq!(pull(&store, run, &[changed.clone()]).changed, 1);
    assert_eq!(store.document(&order_id(1)).unwrap(), Some((changed, Version::new(2))));
    assert!(store.raw(&order_id(1), Version::new(1)).unwrap().is_some(), "old versions are kept");
    assert_eq!(pull(&store, run, &[order(1, 10)]).unchanged, 1, "a late page never undoes a newer one");
}

#[test]
fn the_oldest_order_is_mapped_first_and_each_only_once() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    pull(&store, run, &[order(3, 10), order(1, 10), order(2, 10)]);
    let unmapped =
        |limit| -> Vec<_> { store.unmapped(limit).unwrap().into_iter().map(|(order, _)| order.id).collect() };
    assert_eq!(unmapped(2), [order_id(1), order_id(2)]);
    map(&store, run, 1, &nothing());
    map(&store, run, 2, &waits());
    assert_eq!(unmapped(9), [order_id(3)]);
    assert_eq!(store.counts().unwrap().waiting, 1);
    assert_eq!(store.remap_open(at(5)).unwrap(), 1, "the waiting one; the third is unmapped anyway");
    assert_eq!(unmapped(9), [order_id(2), order_id(3)]);
}

#[test]
fn what_a_sale_needs_goes_first_or_the_sale_waits() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    pull(&store, run, &[order(1, 10), order(2, 10), order(3, 10)]);
    let needs = vec![class_key("Portland")];
    map(&store, run, 1, &entries(vec![class("Portland", 1), sale(1, 10, needs.clone())]));
    map(&store, run, 2, &entries(vec![class("Portland", 2), sale(2, 10, needs)]));
    map(&store, run, 3, &entries(vec![sale(3, 10, vec![sale_key(2)])]));
    assert_eq!(ready_keys(&store, 9), [class_key("Portland"), sale_key(1), sale_key(2)]);
    assert_eq!(ready_keys(&store, 1), [class_key("Portland")]);

    store.intend(run, &set("S1", &[class_key("Portland")]), at(3)).unwrap();
    assert_eq!(ready_keys(&store, 9), [], "a class on its way is not there yet");
    store.settle(&set_id("S1"), &[(class_key("Portland"), made_class("C-1"))], at(4)).unwrap();
    assert_eq!(ready_keys(&store, 9), [sale_key(1), sale_key(2)]);
    store.intend(run, &set("S2", &[sale_key(1), sale_key(2)]), at(5)).unwrap();
    let both = [(sale_key(1), posted("T-1", 10)), (sale_key(2), posted("T-2", 10))];
    store.settle(&set_id("S2"), &both, at(6)).unwrap();
    assert_eq!(ready_keys(&store, 9), [sale_key(3)]);
}

#[test]
fn a_sale_does_not_wait_for_what_turned_up_in_the_company_file() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    pull(&store, run, &[order(1, 10)]);
    map(&store, run, 1, &entries(vec![class("Portland", 1), sale(1, 10, vec![class_key("Portland")])]));
    store.remap_open(at(1)).unwrap();
    map(&store, run, 1, &entries(vec![sale(1, 10, Vec::new())]));
    assert_eq!(state(&store, &class_key("Portland")), State::Dropped);
    assert_eq!(ready_keys(&store, 9), [sale_key(1)]);
}

#[test]
fn a_shared_list_entry_is_dropped_only_when_nobody_wants_it() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    pull(&store, run, &[order(1, 10), order(2, 10)]);
    for number in [1, 2] {
        let needs = vec![class_key("Portland")];
        map(&store, run, number, &entries(vec![class("Portland", number), sale(number, 10, needs)]));
    }
    map(&store, run, 1, &held(1, no_account()));
    assert_eq!(state(&store, &class_key("Portland")), State::Ready);
    assert_eq!(state(&store, &sale_key(1)), State::Held);
    map(&store, run, 2, &nothing());
    assert_eq!(state(&store, &class_key("Portland")), State::Dropped);
    assert_eq!(state(&store, &sale_key(2)), State::Dropped);
}

#[test]
fn an_entry_that_is_not_ready_is_never_sent() {
    let folder = tempdir().unwrap();
    let (store, run) = with_ready_sale(folder.path());
    store.intend(run, &set("S1", &[sale_key(1)]), at(3)).unwrap();
    let again = store.intend(run, &set("S2", &[sale_key(1)]), at(4));
    assert!(matches!(again, Err(StoreError::Transition { from: State::Sent, to: State::Sent, .. })), "{again:?}");
    assert_eq!(store.open_sets().unwrap().len(), 1, "nothing of the second set was written");
}

#[test]
fn a_lost_answer_is_asked_for_and_never_sent_again_by_itself() {
    let folder = tempdir().unwrap();
    let (store, run) = with_ready_sale(folder.path());
    store.intend(run, &set("S1", &[sale_key(1)]), at(3)).unwrap();
    store.doubt(&set_id("S1"), "the session ended", at(4)).unwrap();
    store.doubt(&set_id("S1"), "the session ended", at(5)).unwrap();
    assert_eq!(state(&store, &sale_key(1)), State::Uncertain);
    assert!(store.open_sets().unwrap()[0].doubted);
    change(&store, run, 1);
    assert_eq!(store.unmapped(9).unwrap(), [], "what is in flight is not mapped anew");
    assert_eq!(ready_keys(&store, 9), []);
    store.settle(&set_id("S1"), &[(sale_key(1), Outcome::Again)], at(6)).unwrap();
    assert_eq!(ready_keys(&store, 9), [], "what changed meanwhile is mapped first");
    map(&store, run, 1, &entries(vec![sale(1, 10, Vec::new())]));
    assert_eq!(ready_keys(&store, 9), [sale_key(1)]);
    assert_eq!(store.open_sets().unwrap(), []);
}

#[test]
fn a_change_in_flight_is_mapped_once_the_answer_is_there() {
    let folder = tempdir().unwrap();
    let (store, run) = with_ready_sale(folder.path());
    store.intend(run, &set("S1", &[sale_key(1)]), at(3)).unwrap();
    let mut changed = order(1, 11);
    changed.updated_at = at(60);
    pull(&store, run, &[changed]);
    assert_eq!(store.unmapped(9).unwrap().len(), 0);
    store.settle(&set_id("S1"), &[(sale_key(1), posted("T-1", 10))], at(4)).unwrap();
    assert_eq!(store.unmapped(9).unwrap().len(), 1);
    assert_eq!(store.linked(&sale_key(1)).unwrap().unwrap().document_version, first_version());
}

#[test]
fn settling_twice_is_nothing_and_settling_otherwise_is_a_contradiction() {
    let folder = tempdir().unwrap();
    let (store, _) = with_posted_sale(folder.path());
    let rows = store.audit(None, 100).unwrap().len();
    store.settle(&set_id("S1"), &[(sale_key(1), posted("T-1", 10))], at(5)).unwrap();
    assert_eq!(store.audit(None, 100).unwrap().len(), rows);
    for other in [posted("T-2", 10), Outcome::Again] {
        let settled = store.settle(&set_id("S1"), &[(sale_key(1), other)], at(6));
        assert!(matches!(settled, Err(StoreError::Contradiction { .. })), "{settled:?}");
    }
    assert_eq!(store.linked(&sale_key(1)).unwrap().unwrap().at.link, Link::Transaction(TxnId::new("T-1")));
    assert_eq!(state(&store, &sale_key(1)), State::Posted);
    let last = store.audit(None, 100).unwrap().pop().unwrap();
    assert!(last.detail.contains("answered otherwise"), "{}", last.detail);
}

#[test]
fn a_set_stays_open_until_its_last_entry_is_settled() {
    let folder = tempdir().unwrap();
    let (store, run) = with_ready_sale(folder.path());
    pull(&store, run, &[order(2, 10)]);
    map(&store, run, 2, &entries(vec![sale(2, 10, Vec::new())]));
    store.intend(run, &set("S1", &[sale_key(1), sale_key(2)]), at(3)).unwrap();
    store.settle(&set_id("S1"), &[(sale_key(1), posted("T-1", 10))], at(4)).unwrap();
    let open = store.open_sets().unwrap();
    assert_eq!(open[0].requests.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>(), [sale_key(2)]);
    let refused = Outcome::Refused { status: 3140, message: "There is an invalid reference".to_owned() };
    store.settle(&set_id("S1"), &[(sale_key(2), refused)], at(5)).unwrap();
    assert_eq!(store.open_sets().unwrap(), []);
    let row = store.entry(&sale_key(2)).unwrap().unwrap().row;
    assert_eq!(row.state, State::Rejected);
    assert!(matches!(row.reasons[..], [HeldReason::Refused { status: 3140, .. }]));
}

#[test]
fn a_set_without_entries_is_closed_by_settling_it() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    store.intend(run, &set("S1", &[]), at(1)).unwrap();
    assert_eq!(store.open_sets().unwrap().len(), 1);
    store.settle(&set_id("S1"), &[], at(2)).unwrap();
    assert_eq!(store.open_sets().unwrap(), []);
}

#[test]
fn a_held_entry_is_mapped_anew_when_it_is_released_and_a_refused_one_when_it_is_retried() {
    let folder = tempdir().unwrap();
    let (store, run) = with_ready_sale(folder.path());
    store.hold(&sale_key(1), &no_account(), at(3)).unwrap();
    assert_eq!(store.unmapped(9).unwrap().len(), 0);
    assert!(matches!(store.retry(&sale_key(1), at(3)), Err(StoreError::WrongState { .. })));
    store.release(&sale_key(1), at(4)).unwrap();
    assert_eq!(store.unmapped(9).unwrap().len(), 1);
    map(&store, run, 1, &entries(vec![sale(1, 10, Vec::new())]));
    store.intend(run, &set("S1", &[sale_key(1)]), at(5)).unwrap();
    let refused = Outcome::Refused { status: 3140, message: "no".to_owned() };
    store.settle(&set_id("S1"), &[(sale_key(1), refused)], at(6)).unwrap();
    assert_eq!(store.unmapped(9).unwrap().len(), 0, "a refused entry is not tried again by itself");
    store.retry(&sale_key(1), at(7)).unwrap();
    assert_eq!(store.unmapped(9).unwrap().len(), 1);
    map(&store, run, 1, &entries(vec![sale(1, 10, Vec::new())]));
    assert_eq!(ready_keys(&store, 9), [sale_key(1)]);
}

#[test]
fn names_are_found_without_regard_to_case_and_belong_to_one_identity() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    assert_eq!(store.save_lists(&[list_object("C-1", "Zürich"), list_object("C-2", "Bern")], at(1)).unwrap(), 2);
    assert_eq!(store.save_lists(&[list_object("C-1", "Zürich")], at(2)).unwrap(), 0);
    let world = store.world().unwrap();
    assert_eq!(world.named(NameSpace::Class, "ZÜRICH").unwrap().id, ListId::new("C-1"));
    assert_eq!(world.named(NameSpace::Item, "Zürich"), None);

    // One is found in the company file, the other is to be made.
    pull(&store, run, &[order(1, 10)]);
    let mut adopting = sale(1, 10, Vec::new());
    adopting.why = vec![Why::Adopted { key: class_key("one"), id: ListId::new("C-1"), name: "Zürich".to_owned() }];
    map(&store, run, 1, &entries(vec![class("Portland", 1), adopting]));
    assert_eq!(world.linked(&class_key("one")).unwrap().full_name, "Zürich");
    assert_eq!(world.claimed(NameSpace::Class, "zürich"), Some(class_key("one")));
    assert_eq!(world.claimed(NameSpace::Class, "PORTLAND"), Some(class_key("Portland")));
    assert_eq!(world.claimed(NameSpace::Class, "Bern"), None);
    assert_eq!(world.linked(&class_key("Portland")), None, "it is not made yet");

    store.intend(run, &set("S1", &[class_key("Portland")]), at(3)).unwrap();
    store.settle(&set_id("S1"), &[(class_key("Portland"), made_class("C-9"))], at(4)).unwrap();
    let made = world.linked(&class_key("Portland")).unwrap();
    assert_eq!((made.id, made.kind.as_str(), made.full_name.as_str()), (ListId::new("C-9"), "Class", "Portland"));

    // A later reading of the whole list no longer has what was adopted.
    store.save_lists(&[list_object("C-2", "Bern"), list_object("C-9", "Portland West")], at(9)).unwrap();
    assert_eq!(store.forget_missing(&[(NameSpace::Class, "Class")], at(9), at(9)).unwrap(), 1);
    assert_eq!(world.linked(&class_key("one")), None);
    assert_eq!(world.linked(&class_key("Portland")).unwrap().full_name, "Portland West");
    world.check().unwrap();
}

#[test]
fn entries_are_found_by_what_people_know_of_them() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    pull(&store, run, &[order(2, 25)]);
    map(&store, run, 2, &entries(vec![class("Portland", 2), sale(2, 25, Vec::new())]));
    let find = |text: &str| -> Vec<EntryKey> {
        let filter = EntryFilter { text: Some(text.to_owned()), ..EntryFilter::default() };
        store.entries(&filter).unwrap().into_iter().map(|row| row.key).collect()
    };
    assert_eq!(find("#2"), [sale_key(2)]);
    assert_eq!(find("T-1"), [sale_key(1)]);
    assert_eq!(find("25"), [sale_key(2)], "an amount without its decimals");
    assert_eq!(find("portl"), [class_key("Portland")]);
    assert_eq!(find("100%"), []);
    let page = |after| store.entries(&EntryFilter { limit: Some(2), after, ..EntryFilter::default() }).unwrap();
    let first = page(None);
    assert_eq!(first.len(), 2);
    assert_eq!(page(Some(first[1].row)).len(), 1);
    let ready = EntryFilter { states: vec![State::Ready], run: Some(run), ..EntryFilter::default() };
    assert_eq!(store.entries(&ready).unwrap(), [], "a run's batch is what it sent");
}

#[test]
fn an_entry_tells_its_whole_story() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    let detail = store.entry(&sale_key(1)).unwrap().unwrap();
    assert_eq!(detail.entry, Some(sale(1, 10, Vec::new())));
    assert_eq!(detail.booked, postings(10));
    assert_eq!(detail.sent_xml.as_deref(), Some("<QBXML>S1</QBXML>"));
    assert_eq!(detail.row.run, Some(run));
    let states: Vec<State> = detail.audit.iter().filter_map(|row| row.state).collect();
    assert_eq!(states, [State::Ready, State::Sent, State::Posted]);
    let day = jiff::civil::date(2026, 11, 23);
    assert_eq!(store.booked_between(day, day).unwrap()[0].postings, postings(10));
    assert_eq!(store.booked_between(day.tomorrow().unwrap(), jiff::civil::Date::MAX).unwrap(), []);
}

#[test]
fn a_row_of_the_audit_that_was_altered_or_taken_out_shows() {
    for tamper in [
        "UPDATE audit SET detail = 'nothing happened' WHERE id = 2",
        "UPDATE audit SET at = '2020-01-01T00:00:00.000Z' WHERE id = 2",
        "UPDATE audit SET state = NULL WHERE id = 2",
        "DELETE FROM audit WHERE id = 2",
    ] {
        let folder = tempdir().unwrap();
        let (store, _) = with_posted_sale(folder.path());
        assert!(matches!(store.verify_audit().unwrap(), AuditCheck::Whole { rows: 4.. }));
        rusqlite::Connection::open(folder.path().join("tillbridge.db")).unwrap().execute_batch(tamper).unwrap();
        assert_eq!(store.verify_audit().unwrap(), AuditCheck::Broken { at: 2 }, "{tamper}");
    }
    let folder = tempdir().unwrap();
    let (store, _) = with_posted_sale(folder.path());
    let AuditCheck::Whole { rows } = store.verify_audit().unwrap() else { panic!("broken before") };
    let last = format!("DELETE FROM audit WHERE id = {rows}");
    rusqlite::Connection::open(folder.path().join("tillbridge.db")).unwrap().execute_batch(&last).unwrap();
    assert_eq!(store.verify_audit().unwrap(), AuditCheck::Broken { at: rows });
}

#[test]
fn runs_are_told_newest_first() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let first = store.begin_run("timer", at(0)).unwrap();
    let outcome = RunOutcome { posted: 3, code: Some("shop.offline".to_owned()), ..RunOutcome::default() };
    store.finish_run(first, &outcome, at(1)).unwrap();
    assert!(store.finish_run(first, &outcome, at(2)).is_err(), "a run ends once");
    let second = store.begin_run("person", at(5)).unwrap();
    let runs = store.runs(9, None).unwrap();
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [second, first]);
    assert_eq!(runs[1].outcome, Some(outcome));
    assert_eq!(store.runs(9, Some(second)).unwrap().len(), 1);
}
