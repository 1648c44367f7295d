//! What becomes of an order after it was posted: changes, refusals by QuickBooks, undo, deletion in the shop.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use std::collections::BTreeMap;

use books::{EntryKey, EntryKind, HeldReason, Link, Mapped, Money};
use jiff::civil::Date;
use qbxml::{EditSequence, ListId, TxnId};
use store::{EntryFilter, Outcome, Scope, Selection, State, Store, StoreError};
use support::*;
use tempfile::tempdir;

fn ready_keys(store: &Store) -> Vec<EntryKey> {
    store.ready(99).unwrap().into_iter().map(|entry| entry.key).collect()
}

fn unmapped(store: &Store) -> usize {
    store.unmapped(99).unwrap().len()
}

fn undoable(store: &Store, selection: &Selection) -> Vec<EntryKey> {
    store.undoable(selection).unwrap().into_iter().map(|entry| entry.key).collect()
}

/// What all transactions come to that QuickBooks has booked.
fn booked(store: &Store) -> Money {
    let rows = store.booked_between(Date::MIN, Date::MAX).unwrap();
    rows.iter().flat_map(|row| &row.postings).filter(|posting| !posting.amount.is_negative()).map(|p| p.amount).sum()
}

fn edit_key(name: &str) -> EntryKey {
    EntryKey::new(name, order_id(1).as_str())
}

fn made_class(id: &str, name: &str) -> Outcome {
    Outcome::Posted {
        link: Link::List(ListId::new(id)),
        edit_sequence: "1".to_owned(),
        booked: Vec::new(),
        full_name: Some(name.to_owned()),
    }
}

/// A store with one order posted for 10 dollars and edited in place to 12.
fn with_edited_sale(folder: &std::path::Path) -> (Store, store::RunId) {
    let (store, run) = with_posted_sale(folder);
    map(&store, run, 1, &entries(vec![edit(1, "edit", 10, 12)]));
    post(&store, run, "S2", &[(edit_key("edit"), done(12))]);
    (store, run)
}

/// A store with two orders posted, both of a class that the first one made.
fn with_a_class(folder: &std::path::Path) -> (Store, store::RunId) {
    let store = open(folder);
    let run = store.begin_run("test", at(0)).unwrap();
    pull(&store, run, &[order(1, 10), order(2, 20)]);
    let needs = vec![class_key("Portland")];
    map(&store, run, 1, &entries(vec![class("Portland", 1), sale(1, 10, needs.clone())]));
    map(&store, run, 2, &entries(vec![class("Portland", 2), sale(2, 20, needs)]));
    let all = [
        (class_key("Portland"), made_class("C-1", "Portland")),
        (sale_key(1), posted("T-1", 10)),
        (sale_key(2), posted("T-2", 20)),
    ];
    post(&store, run, "S1", &all);
    (store, run)
}

#[test]
fn a_posted_order_that_changes_is_mapped_from_what_is_in_quickbooks() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    let past = map(&store, run, 1, &entries(vec![edit(1, "edit", 10, 12)]));
    assert_eq!(past.iter().map(|past| (&past.entry.key, past.undone)).collect::<Vec<_>>(), [(&sale_key(1), false)]);
    assert_eq!(ready_keys(&store), [edit_key("edit")]);
    post(&store, run, "S2", &[(edit_key("edit"), done(12))]);
    let past = store.past(&order_id(1)).unwrap();
    assert_eq!(past[0].entry, sale(1, 10, Vec::new()), "as it was posted");
    assert_eq!(past[1].entry.key, edit_key("edit"));
}

#[test]
fn what_changes_a_form_points_to_it_and_the_form_has_what_is_booked() {
    let folder = tempdir().unwrap();
    let (store, _) = with_edited_sale(folder.path());
    let sale = store.linked(&sale_key(1)).unwrap().unwrap();
    assert_eq!((sale.at.edit_sequence.as_str(), &sale.booked), ("1700000012", &postings(12)));
    let edit = store.linked(&edit_key("edit")).unwrap().unwrap();
    assert_eq!((&edit.at.link, edit.booked.len()), (&Link::Transaction(TxnId::new("T-1")), 0));
    assert_eq!(booked(&store), Money::cents(1200), "not 10 and 12");
    let filter = EntryFilter { text: Some("T-1".to_owned()), ..EntryFilter::default() };
    assert_eq!(store.entries(&filter).unwrap().len(), 2);
}

#[test]
fn an_answer_that_does_not_tell_leaves_what_is_known() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    map(&store, run, 1, &entries(vec![edit(1, "edit", 10, 10)]));
    post(&store, run, "S2", &[(edit_key("edit"), Outcome::Done { edit_sequence: None, booked: None })]);
    let sale = store.linked(&sale_key(1)).unwrap().unwrap();
    assert_eq!((sale.at.edit_sequence.as_str(), &sale.booked), ("1700000000", &postings(10)));
}

#[test]
fn an_edit_sequence_that_moved_on_is_learned_and_nothing_else_changes() {
    let folder = tempdir().unwrap();
    let (store, _) = with_ready_sale(folder.path());
    let newer = EditSequence::new("1800000000");
    assert!(matches!(store.refresh(&sale_key(1), &newer, at(5)), Err(StoreError::WrongState { .. })));
    drop(store);
    let folder = tempdir().unwrap();
    let (store, _) = with_posted_sale(folder.path());
    store.refresh(&sale_key(1), &newer, at(5)).unwrap();
    let sale = store.linked(&sale_key(1)).unwrap().unwrap();
    assert_eq!((sale.at.edit_sequence, sale.booked), (newer, postings(10)));
}

#[test]
fn operations_upon_one_form_go_one_after_the_other() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    map(&store, run, 1, &entries(vec![edit(1, "edit", 10, 12), edit(1, "edit2", 12, 15)]));
    assert_eq!(ready_keys(&store), [edit_key("edit")]);
    store.intend(run, &set("S2", &[edit_key("edit")]), at(5)).unwrap();
    assert_eq!(ready_keys(&store), [], "the first one's answer brings the edit sequence that the second must name");
    store.settle(&set_id("S2"), &[(edit_key("edit"), done(12))], at(6)).unwrap();
    assert_eq!(ready_keys(&store), [edit_key("edit2")]);
}

#[test]
fn an_operation_waits_for_the_form_that_it_works_upon() {
    let folder = tempdir().unwrap();
    let (store, run) = with_ready_sale(folder.path());
    map(&store, run, 1, &entries(vec![sale(1, 10, Vec::new()), edit(1, "edit", 10, 12)]));
    assert_eq!(ready_keys(&store), [sale_key(1)], "it needs no saying");
    post(&store, run, "S1", &[(sale_key(1), posted("T-1", 10))]);
    assert_eq!(ready_keys(&store), [edit_key("edit")]);
}

#[test]
fn an_outcome_that_can_not_be_is_refused_and_nothing_is_written() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    map(&store, run, 1, &entries(vec![edit(1, "edit", 10, 12)]));
    store.intend(run, &set("S2", &[edit_key("edit")]), at(5)).unwrap();
    for wrong in [posted("T-9", 12), Outcome::Kept] {
        let settled = store.settle(&set_id("S2"), &[(edit_key("edit"), wrong)], at(6));
        assert!(matches!(settled, Err(StoreError::WrongOutcome(_))), "{settled:?}");
        assert_eq!(state(&store, &edit_key("edit")), State::Sent);
    }
    let (store, run) = {
        drop(store);
        let folder = tempdir().unwrap();
        with_ready_sale(&folder.keep())
    };
    store.intend(run, &set("S1", &[sale_key(1)]), at(5)).unwrap();
    assert!(matches!(store.settle(&set_id("S1"), &[(sale_key(1), done(10))], at(6)), Err(StoreError::WrongOutcome(_))));
}

#[test]
fn what_is_ready_goes_while_the_rest_of_the_order_is_held() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    let mut payment = sale(1, 4, vec![sale_key(1)]);
    payment.key = edit_key("payment");
    let mut held_refund = held(1, no_account()).held.unwrap();
    held_refund.key = edit_key("refund");
    let both = Mapped { entries: vec![payment], held: Some(held_refund), waits: true, ..Mapped::default() };
    map(&store, run, 1, &both);
    assert_eq!(ready_keys(&store), [edit_key("payment")]);
    assert_eq!(state(&store, &edit_key("refund")), State::Held);
    assert_eq!(store.remap_open(at(5)).unwrap(), 1, "a choice may free what is held");
    map(&store, run, 1, &nothing());
    assert_eq!(state(&store, &edit_key("payment")), State::Dropped, "no longer wished");
    assert_eq!(state(&store, &edit_key("refund")), State::Dropped);
    assert_eq!(state(&store, &sale_key(1)), State::Posted);
}

#[test]
fn a_posted_order_that_waits_is_mapped_again_and_counts_for_the_tie_out() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    pull(&store, run, &[order(2, 10)]);
    map(&store, run, 2, &waits());
    map(&store, run, 1, &waits());
    assert_eq!(store.counts().unwrap().waiting, 2);
    assert_eq!(store.remap_open(at(5)).unwrap(), 2);
    map(&store, run, 1, &waits());
    map(&store, run, 2, &waits());
    let mut seen = Vec::new();
    store.orders_touching((Date::MIN, Date::MAX), (at(0), at(100)), |order, _| seen.push(order.id)).unwrap();
    assert_eq!(seen, [order_id(1)], "of the other one nothing is in the books");
}

#[test]
fn undoing_a_sale_takes_what_was_done_to_it_along() {
    let folder = tempdir().unwrap();
    let (store, run) = with_edited_sale(folder.path());
    let all = [sale_key(1), edit_key("edit")];
    assert_eq!(undoable(&store, &Selection::Entry(sale_key(1))), all);
    assert_eq!(undoable(&store, &Selection::Batch(run)), all);
    assert_eq!(undoable(&store, &Selection::Since(at(4))), all);
    assert_eq!(undoable(&store, &Selection::Since(at(5))), []);
    assert_eq!(undoable(&store, &Selection::Entry(edit_key("edit"))), [edit_key("edit")]);

    store.plan_undo(run, &[undo(1, 12, all.to_vec())], &BTreeMap::new(), at(6)).unwrap();
    assert_eq!(ready_keys(&store), [undo_key(1)]);
    assert_eq!(unmapped(&store), 0, "an undo maps nothing anew");
    post(&store, run, "S3", &[(undo_key(1), done(0))]);
    for key in &all {
        assert_eq!(state(&store, key), State::Undone);
        assert_eq!(store.linked(key).unwrap(), None, "what is undone stands nowhere");
        assert!(store.entry(key).unwrap().unwrap().row.link.is_some(), "and is on record");
    }
    assert_eq!(booked(&store), Money::ZERO);
    assert_eq!(undoable(&store, &Selection::Batch(run)), [], "an undo is not undone, it is posted again");
    let past = store.past(&order_id(1)).unwrap();
    assert_eq!(past.iter().map(|past| past.undone).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn a_voided_form_has_nothing_booked_whatever_the_answer_tells() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    let mut cancellation = undo(1, 10, Vec::new());
    cancellation.key = edit_key("void");
    map(&store, run, 1, &entries(vec![cancellation]));
    post(&store, run, "S2", &[(edit_key("void"), Outcome::Done { edit_sequence: None, booked: None })]);
    assert_eq!(state(&store, &sale_key(1)), State::Posted, "what is cancelled is not undone");
    assert_eq!(booked(&store), Money::ZERO);
    assert_eq!(undoable(&store, &Selection::Entry(edit_key("void"))), [edit_key("void")]);
}

#[test]
fn undoing_an_edit_takes_later_edits_of_the_form_along() {
    let folder = tempdir().unwrap();
    let (store, run) = with_edited_sale(folder.path());
    map(&store, run, 1, &entries(vec![edit(1, "edit2", 12, 15)]));
    post(&store, run, "S3", &[(edit_key("edit2"), done(15))]);
    let both = [edit_key("edit"), edit_key("edit2")];
    assert_eq!(undoable(&store, &Selection::Entry(edit_key("edit"))), both);
    assert_eq!(undoable(&store, &Selection::Entry(edit_key("edit2"))), [edit_key("edit2")]);

    let mut back = edit(1, "undo", 15, 10);
    back.undoes = both.to_vec();
    store.plan_undo(run, &[back], &BTreeMap::new(), at(6)).unwrap();
    post(&store, run, "S4", &[(undo_key(1), done(10))]);
    assert_eq!(state(&store, &sale_key(1)), State::Posted);
    assert_eq!(store.linked(&sale_key(1)).unwrap().unwrap().booked, postings(10));
    assert_eq!(booked(&store), Money::cents(1000));
}

#[test]
fn what_builds_on_a_sale_goes_with_it_in_any_order() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    pull(&store, run, &[order(2, 5), order(3, 5)]);
    map(&store, run, 2, &entries(vec![sale(2, 5, vec![sale_key(1)])]));
    map(&store, run, 3, &entries(vec![sale(3, 5, vec![sale_key(2)])]));
    let later = store.begin_run("test", at(5)).unwrap();
    post(&store, later, "S2", &[(sale_key(2), posted("T-2", 5))]);
    post(&store, later, "S3", &[(sale_key(3), posted("T-3", 5))]);
    assert_eq!(undoable(&store, &Selection::Entry(sale_key(1))), [sale_key(1), sale_key(2), sale_key(3)]);
    assert_eq!(undoable(&store, &Selection::Batch(run)), [sale_key(1), sale_key(2), sale_key(3)]);
    assert_eq!(undoable(&store, &Selection::Batch(later)), [sale_key(2), sale_key(3)]);
}

#[test]
fn list_objects_that_a_batch_made_go_with_it_unless_something_else_needs_them() {
    let folder = tempdir().unwrap();
    let (store, run) = with_a_class(folder.path());
    let all = [class_key("Portland"), sale_key(1), sale_key(2)];
    assert_eq!(undoable(&store, &Selection::Batch(run)), all);
    assert_eq!(undoable(&store, &Selection::Entry(sale_key(1))), [sale_key(1)], "the other sale needs the class");

    store
        .plan_undo(run, &[undo(1, 10, vec![sale_key(1)]), undo(2, 20, vec![sale_key(2)])], &BTreeMap::new(), at(5))
        .unwrap();
    post(&store, run, "S2", &[(undo_key(1), done(0))]);
    pull(&store, run, &[order(3, 30)]);
    map(&store, run, 3, &entries(vec![class("Portland", 3), sale(3, 30, vec![class_key("Portland")])]));
    assert_eq!(undoable(&store, &Selection::Batch(run)), [sale_key(2)], "one that is still to come needs the class");
}

#[test]
fn a_list_object_that_quickbooks_keeps_stays_posted() {
    let folder = tempdir().unwrap();
    let (store, run) = with_a_class(folder.path());
    let removal = removal("Portland", 1);
    store.plan_undo(run, std::slice::from_ref(&removal), &BTreeMap::new(), at(5)).unwrap();
    post(&store, run, "S2", &[(removal.key.clone(), Outcome::Kept)]);
    assert_eq!(state(&store, &removal.key), State::Dropped);
    assert_eq!(state(&store, &class_key("Portland")), State::Posted);
    assert_eq!(store.open_sets().unwrap(), []);
}

#[test]
fn a_removed_list_object_is_made_again_when_it_is_needed() {
    let folder = tempdir().unwrap();
    let (store, run) = with_a_class(folder.path());
    let removal = removal("Portland", 1);
    let undo_all = [undo(1, 10, vec![sale_key(1)]), undo(2, 20, vec![sale_key(2)]), removal.clone()];
    store.plan_undo(run, &undo_all, &BTreeMap::new(), at(5)).unwrap();
    assert_eq!(ready_keys(&store), [undo_key(1), undo_key(2), removal.key.clone()], "removals come last");
    post(&store, run, "S2", &undo_all.clone().map(|entry| (entry.key, done(0))));
    assert_eq!(state(&store, &class_key("Portland")), State::Undone);
    assert_eq!(store.past(&order_id(1)).unwrap().len(), 2, "the class is no part of the order's life");

    pull(&store, run, &[order(3, 30)]);
    map(&store, run, 3, &entries(vec![class("Portland", 3), sale(3, 30, vec![class_key("Portland")])]));
    assert_eq!(ready_keys(&store), [class_key("Portland"), sale_key(3)]);
    let again = [(class_key("Portland"), made_class("C-2", "Portland")), (sale_key(3), posted("T-3", 30))];
    post(&store, run, "S3", &again);
    let class = store.linked(&class_key("Portland")).unwrap().unwrap();
    assert_eq!(class.at.link, Link::List(ListId::new("C-2")));
}

#[test]
fn what_was_undone_comes_back_only_when_asked_for() {
    let folder = tempdir().unwrap();
    let (store, run) = with_edited_sale(folder.path());
    store.plan_undo(run, &[undo(1, 12, vec![sale_key(1), edit_key("edit")])], &BTreeMap::new(), at(5)).unwrap();
    post(&store, run, "S3", &[(undo_key(1), done(0))]);
    map(&store, run, 1, &entries(vec![sale(1, 12, Vec::new())]));
    assert_eq!(state(&store, &sale_key(1)), State::Undone);
    assert_eq!(ready_keys(&store), [], "not even when it is mapped anew");

    store.retry(&sale_key(1), at(6)).unwrap();
    assert_eq!(unmapped(&store), 1);
    assert_eq!(state(&store, &edit_key("edit")), State::Dropped, "it will be part of the sale");
    let past = map(&store, run, 1, &entries(vec![sale(1, 12, Vec::new())]));
    assert_eq!(past, [], "the order begins anew");
    assert_eq!(ready_keys(&store), [sale_key(1)]);
    assert_eq!(store.entry(&sale_key(1)).unwrap().unwrap().row.link, None, "not the old one");
    post(&store, run, "S4", &[(sale_key(1), posted("T-2", 12))]);
    assert_eq!(store.linked(&sale_key(1)).unwrap().unwrap().at.link, Link::Transaction(TxnId::new("T-2")));
    assert_eq!(booked(&store), Money::cents(1200));

    store.plan_undo(run, &[undo(1, 12, vec![sale_key(1)])], &BTreeMap::new(), at(7)).unwrap();
    post(&store, run, "S5", &[(undo_key(1), done(0))]);
    assert_eq!(state(&store, &sale_key(1)), State::Undone, "and it can be undone again");
    assert!(matches!(store.verify_audit().unwrap(), store::AuditCheck::Whole { .. }));
}

#[test]
fn nothing_else_of_an_order_moves_while_something_of_it_is_taken_back() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    map(&store, run, 1, &entries(vec![edit(1, "edit", 10, 12)]));
    assert_eq!(ready_keys(&store), [edit_key("edit")]);
    store.plan_undo(run, &[undo(1, 10, vec![sale_key(1)])], &BTreeMap::new(), at(5)).unwrap();
    assert_eq!(ready_keys(&store), [undo_key(1)], "the edit was for a sale that is about to go");
    change(&store, run, 1);
    assert_eq!(unmapped(&store), 0);
    store.intend(run, &set("S2", &[undo_key(1)]), at(6)).unwrap();
    assert_eq!(unmapped(&store), 0);
    store.settle(&set_id("S2"), &[(undo_key(1), done(0))], at(7)).unwrap();
    assert_eq!(unmapped(&store), 1);
    let past = map(&store, run, 1, &nothing());
    assert!(past[0].undone);
    assert_eq!(state(&store, &edit_key("edit")), State::Dropped);
}

#[test]
fn an_undo_that_quickbooks_refuses_can_be_tried_again_until_the_order_goes_on() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    let planned = [undo(1, 10, vec![sale_key(1)])];
    store.plan_undo(run, &planned, &BTreeMap::new(), at(5)).unwrap();
    let refused = Outcome::Refused { status: 3171, message: "closed period".to_owned() };
    post(&store, run, "S2", &[(undo_key(1), refused.clone())]);
    assert_eq!(state(&store, &sale_key(1)), State::Posted);
    store.remap_open(at(6)).unwrap();
    assert_eq!(state(&store, &undo_key(1)), State::Rejected, "a changed list does not make it forgotten");
    store.retry(&undo_key(1), at(7)).unwrap();
    assert_eq!(ready_keys(&store), [undo_key(1)], "as it was planned");
    post(&store, run, "S3", &[(undo_key(1), refused)]);

    map(&store, run, 1, &entries(vec![edit(1, "edit", 10, 12)]));
    assert_eq!(state(&store, &undo_key(1)), State::Dropped, "it was for a sale of 10");
    post(&store, run, "S4", &[(edit_key("edit"), done(12))]);
    store.plan_undo(run, &[undo(1, 12, vec![sale_key(1), edit_key("edit")])], &BTreeMap::new(), at(8)).unwrap();
    post(&store, run, "S5", &[(undo_key(1), done(0))]);
    assert_eq!(booked(&store), Money::ZERO);
}

#[test]
fn an_undo_that_a_later_one_covers_is_over() {
    let folder = tempdir().unwrap();
    let (store, run) = with_edited_sale(folder.path());
    let mut back = edit(1, "undo-edit", 12, 10);
    back.undoes = vec![edit_key("edit")];
    let all = undo(1, 12, vec![sale_key(1), edit_key("edit")]);
    store.plan_undo(run, std::slice::from_ref(&back), &BTreeMap::new(), at(5)).unwrap();
    store.plan_undo(run, std::slice::from_ref(&all), &BTreeMap::new(), at(6)).unwrap();
    assert_eq!(state(&store, &back.key), State::Dropped);
    assert_eq!(ready_keys(&store), [undo_key(1)]);
    // A narrower one leaves the wider one as it is: both go, and the second finds a part of it done.
    store.plan_undo(run, std::slice::from_ref(&back), &BTreeMap::new(), at(7)).unwrap();
    post(&store, run, "S3", &[(back.key.clone(), done(10))]);
    post(&store, run, "S4", &[(undo_key(1), done(0))]);
    assert_eq!((state(&store, &sale_key(1)), state(&store, &edit_key("edit"))), (State::Undone, State::Undone));
    assert_eq!(booked(&store), Money::ZERO);
}

#[test]
fn an_undo_passes_over_nothing_that_is_in_flight_or_builds_on_what_goes() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    pull(&store, run, &[order(2, 5)]);
    map(&store, run, 1, &entries(vec![edit(1, "edit", 10, 12)]));
    map(&store, run, 2, &entries(vec![sale(2, 5, vec![sale_key(1)])]));
    let of_the_sale = [undo(1, 10, vec![sale_key(1)])];
    let refused = |over: &EntryKey, is: State| {
        let planned = store.plan_undo(run, &of_the_sale, &BTreeMap::new(), at(6));
        let Err(StoreError::WrongState { key, state, .. }) = &planned else { panic!("{planned:?}") };
        assert_eq!((key, *state), (over, is));
        assert_eq!(store.entry(&undo_key(1)).unwrap(), None, "nothing is planned");
    };
    store.intend(run, &set("S2", &[edit_key("edit")]), at(5)).unwrap();
    refused(&edit_key("edit"), State::Sent);
    store.doubt(&set_id("S2"), "lost", at(6)).unwrap();
    refused(&edit_key("edit"), State::Uncertain);
    store.settle(&set_id("S2"), &[(edit_key("edit"), done(12))], at(6)).unwrap();
    refused(&edit_key("edit"), State::Posted);

    let of_both = [undo(1, 12, vec![sale_key(1), edit_key("edit")])];
    store.intend(run, &set("S3", &[sale_key(2)]), at(7)).unwrap();
    assert!(matches!(
        store.plan_undo(run, &of_both, &BTreeMap::new(), at(7)),
        Err(StoreError::WrongState { state: State::Sent, .. })
    ));
    store.settle(&set_id("S3"), &[(sale_key(2), posted("T-2", 5))], at(7)).unwrap();
    assert!(matches!(
        store.plan_undo(run, &of_both, &BTreeMap::new(), at(7)),
        Err(StoreError::WrongState { state: State::Posted, .. })
    ));
    let [of_both] = of_both;
    store.plan_undo(run, &[undo(2, 5, vec![sale_key(2)]), of_both], &BTreeMap::new(), at(8)).unwrap();
}

#[test]
fn an_undo_that_something_stands_in_the_way_of_is_never_ready() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    let obstacles = BTreeMap::from([(undo_key(1), HeldReason::ChangedInQuickBooks)]);
    // The second time as well, when it is open already.
    for minute in [5, 6] {
        store.plan_undo(run, &[undo(1, 10, vec![sale_key(1)])], &obstacles, at(minute)).unwrap();
        assert_eq!(ready_keys(&store), []);
        let row = store.entry(&undo_key(1)).unwrap().unwrap().row;
        assert_eq!((row.state, row.reasons), (State::Held, vec![HeldReason::ChangedInQuickBooks]));
    }
    // A plan that fails leaves nothing behind, held or ready.
    store.release(&undo_key(1), at(7)).unwrap();
    let of_nothing = undo(2, 10, vec![sale_key(2)]);
    store.plan_undo(run, &[undo(1, 10, vec![sale_key(1)]), of_nothing], &obstacles, at(8)).unwrap_err();
    assert_eq!(ready_keys(&store), [undo_key(1)]);
}

#[test]
fn what_waits_for_an_undo_that_does_not_go_is_held_for_the_same_reason() {
    let folder = tempdir().unwrap();
    let (store, run) = with_a_class(folder.path());
    let mut second = undo(2, 20, vec![sale_key(2)]);
    second.needs.push(undo_key(1));
    let mut class = removal("Portland", 1);
    class.needs.push(undo_key(1));
    let planned = [undo(1, 10, vec![sale_key(1)]), second, class.clone()];
    store.plan_undo(run, &planned, &BTreeMap::new(), at(5)).unwrap();
    let reason = HeldReason::Refused { status: 3171, message: "closed period".to_owned() };
    let refused = Outcome::Refused { status: 3171, message: "closed period".to_owned() };
    post(&store, run, "S2", &[(undo_key(1), refused)]);
    let row = store.entry(&undo_key(2)).unwrap().unwrap().row;
    assert_eq!((row.state, row.reasons), (State::Held, vec![reason]));
    assert_eq!(state(&store, &class.key), State::Ready, "it waits, and nobody is bothered");
    change(&store, run, 1);
    change(&store, run, 2);
    assert_eq!(unmapped(&store), 2, "the orders go on");
    map(&store, run, 1, &entries(vec![edit(1, "edit", 10, 12)]));
    assert_eq!(state(&store, &class.key), State::Dropped, "the sale stays, and its class with it");
}

#[test]
fn undo_is_planned_as_a_whole_or_not_at_all() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    let of_nothing = undo(2, 10, vec![sale_key(2)]);
    let planned = store.plan_undo(run, &[undo(1, 10, vec![sale_key(1)]), of_nothing], &BTreeMap::new(), at(5));
    assert!(matches!(planned, Err(StoreError::Unknown(_))), "{planned:?}");
    assert_eq!(store.entry(&undo_key(1)).unwrap(), None);

    let planned = [undo(1, 10, vec![sale_key(1)])];
    store.plan_undo(run, &planned, &BTreeMap::new(), at(6)).unwrap();
    store.plan_undo(run, &planned, &BTreeMap::new(), at(6)).unwrap();
    store.intend(run, &set("S2", &[undo_key(1)]), at(7)).unwrap();
    let again = store.plan_undo(run, &planned, &BTreeMap::new(), at(8));
    assert!(matches!(again, Err(StoreError::Transition { from: State::Sent, .. })), "{again:?}");
}

#[test]
fn what_waits_for_something_undone_is_mapped_anew() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    pull(&store, run, &[order(2, 5)]);
    map(&store, run, 2, &entries(vec![sale(2, 5, vec![sale_key(1)])]));
    store.plan_undo(run, &[undo(1, 10, vec![sale_key(1)])], &BTreeMap::new(), at(5)).unwrap();
    post(&store, run, "S2", &[(undo_key(1), done(0))]);
    let unmapped: Vec<_> = store.unmapped(9).unwrap().into_iter().map(|(order, _)| order.id).collect();
    assert_eq!(unmapped, [order_id(2)]);
}

#[test]
fn an_order_that_the_shop_deleted_is_shown_while_it_is_in_quickbooks() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    map(&store, run, 1, &entries(vec![edit(1, "edit", 10, 12)]));
    assert!(store.gone(&order_id(1), at(5)).unwrap());
    assert!(!store.gone(&order_id(1), at(5)).unwrap(), "told once");
    assert!(!store.gone(&order_id(9), at(5)).unwrap(), "never heard of");
    let map_all =
        || store.map_unmapped(run, Scope::Everything, 9, at(6), |_, _, _| panic!("it is not mapped")).unwrap();
    assert_eq!(map_all(), 1);
    let shown = EntryKey::new("gone", order_id(1).as_str());
    let row = store.entry(&shown).unwrap().unwrap().row;
    assert_eq!((row.state, row.kind, row.title.as_str()), (State::Held, EntryKind::SalesReceipt, "#1"));
    assert_eq!(row.reasons, [HeldReason::GoneFromShop]);
    assert_eq!(state(&store, &edit_key("edit")), State::Dropped);
    let none = |order: books::Document, _| panic!("the shop counts {} no more", order.id);
    store.orders_touching((Date::MIN, Date::MAX), (at(0), at(100)), none).unwrap();

    store.plan_undo(run, &[undo(1, 10, vec![sale_key(1)])], &BTreeMap::new(), at(7)).unwrap();
    post(&store, run, "S2", &[(undo_key(1), done(0))]);
    // The only thing posted of it is what took it back.
    assert_eq!(map_all(), 1);
    assert_eq!(state(&store, &shown), State::Dropped);
}

#[test]
fn a_deleted_order_may_stay_in_quickbooks_and_may_come_back() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    store.gone(&order_id(1), at(5)).unwrap();
    let nobody = |_: &books::Document, _: &[books::Past], _: &store::World<'_>| panic!("it is not mapped");
    store.map_unmapped(run, Scope::Everything, 9, at(6), nobody).unwrap();
    let shown = EntryKey::new("gone", order_id(1).as_str());
    store.release(&shown, at(7)).unwrap();
    store.map_unmapped(run, Scope::Everything, 9, at(8), nobody).unwrap();
    assert_eq!((state(&store, &shown), state(&store, &sale_key(1))), (State::Dropped, State::Posted));

    assert_eq!(pull(&store, run, &[order(1, 10)]).unchanged, 1);
    assert_eq!(unmapped(&store), 1, "it is there after all");
    assert_eq!(map(&store, run, 1, &nothing()).len(), 1);
}

#[test]
fn what_the_feed_missed_is_found() {
    let folder = tempdir().unwrap();
    let (store, run) = with_posted_sale(folder.path());
    pull(&store, run, &[order(2, 20), order(3, 30)]);
    let named = [order_id(1), order_id(7)];
    assert_eq!(store.unknown(&named).unwrap(), [&order_id(7)], "a payment names an order that was never told");
    let told = [order_id(3)].into();
    assert_eq!(store.untold(at(0), at(3), &told).unwrap(), [order_id(1), order_id(2)]);
    assert_eq!(store.untold(at(2), at(9), &told).unwrap(), [order_id(2)]);
    store.gone(&order_id(2), at(5)).unwrap();
    assert_eq!(store.untold(at(2), at(9), &told).unwrap(), []);
}
