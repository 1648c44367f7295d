//! What was posted can be taken out again, in the order that QuickBooks allows, and put back.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use books::{EntryKind, HeldReason};
use jiff::Timestamp;
use store::State;
use sync::undo::{self, Removal, Selection};

use crate::support::{Way, World, edit, money, mugs, paid, pay, refund};

/// A sale, a refund, an invoice with a payment and a credit set against it.
fn traded(world: &mut World) {
    let mut receipt = paid(mugs(1001, 2));
    let mut invoice = mugs(1002, 2);
    pay(&mut invoice, money("5.00"));
    world.sell(1001, &receipt);
    world.sell(1002, &invoice);
    world.settle();
    refund(&mut receipt, 1);
    edit(&mut invoice, -1);
    world.sell(1001, &receipt);
    world.sell(1002, &invoice);
    world.settle();
    world.assert_settled();
}

fn everything() -> Selection {
    Selection::Since(Timestamp::UNIX_EPOCH)
}

#[test]
fn what_is_undone_leaves_the_books_as_they_were() {
    for removal in [Removal::Void, Removal::Delete] {
        let mut world = World::new();
        let before = world.balances();
        traded(&mut world);
        assert_ne!(world.balances(), before);
        let planned = undo::carry_out(&world.store, &everything(), removal, world.now()).unwrap().unwrap();
        assert_eq!(planned.held, 0);
        world.settle();
        assert_eq!(world.balances(), before);
        assert!(world.entries(State::Ready).is_empty());
        assert!(world.entries(State::Held).is_empty(), "{:?}", world.entries(State::Held));
        assert!(world.booked().is_empty());
        if removal == Removal::Delete {
            assert!(world.company.transactions().is_empty());
            assert!(!world.company.names("ItemNonInventory").contains(&"MUG".to_owned()), "an unused item stayed");
        }
    }
}

#[test]
fn a_preview_changes_nothing_and_says_what_would_be_done() {
    let mut world = World::new();
    traded(&mut world);
    let before = world.store.counts().unwrap();
    let preview = undo::preview(&world.store, &everything(), Removal::Void).unwrap();
    assert!(preview.is_free());
    assert_eq!(world.store.counts().unwrap(), before);
    let place =
        |kind| preview.steps.iter().position(|step| step.undoes.iter().any(|entry| entry.kind == kind)).unwrap();
    assert!(place(EntryKind::ARRefundCreditCard) < place(EntryKind::SalesReceipt));
    assert!(place(EntryKind::ReceivePayment) < place(EntryKind::Invoice));
    assert!(!preview.effect.is_empty());
}

#[test]
fn what_was_undone_is_posted_again_once_when_somebody_wants_it() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 2)));
    world.settle();
    let posted = world.balances();
    let key = world.key(EntryKind::SalesReceipt);
    for _ in 0..2 {
        undo::carry_out(&world.store, &Selection::Entry(key.clone()), Removal::Void, world.now()).unwrap().unwrap();
        world.settle();
        assert!(world.balances().is_empty());
        world.store.retry(&key, world.now()).unwrap();
        world.company.set_keep_answers(false);
        world.pull();
        // The voided one has the same number and tag: it must not be taken for the new one.
        world.session_with(|_, xml| if xml.contains("<SalesReceiptAddRq") { Way::AnswerLost } else { Way::Through });
        world.settle();
        assert_eq!(world.balances(), posted);
        assert_eq!(world.standing("SalesReceipt"), 1);
        world.assert_settled();
    }
}

#[test]
fn a_voiding_whose_answer_was_lost_is_settled_by_looking() {
    let mut world = World::new();
    world.company.set_keep_answers(false);
    world.sell(1001, &paid(mugs(1001, 2)));
    world.settle();
    undo::carry_out(&world.store, &everything(), Removal::Void, world.now()).unwrap();
    world.session_with(|_, xml| if xml.contains("<TxnVoidRq") { Way::AnswerLost } else { Way::Through });
    world.settle();
    assert_eq!(world.sent.iter().filter(|xml| xml.contains("<TxnVoidRq")).count(), 1);
    assert!(world.balances().is_empty());
    assert!(world.entries(State::Uncertain).is_empty());
}

#[test]
fn what_somebody_changed_in_quickbooks_is_not_taken_back() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 2)));
    world.settle();
    let receipt = world.company.transactions()[0].clone();
    world.by_hand(&format!(
        "<SalesReceiptModRq><SalesReceiptMod><TxnID>{}</TxnID><EditSequence>{}</EditSequence><SalesReceiptLineMod>\
         <TxnLineID>-1</TxnLineID><ItemRef><FullName>Mug</FullName></ItemRef><Amount>7.00</Amount>\
         </SalesReceiptLineMod></SalesReceiptMod></SalesReceiptModRq>",
        receipt.txn_id, receipt.edit_sequence
    ));
    let by_hand = world.balances();
    let key = world.key(EntryKind::SalesReceipt);
    undo::carry_out(&world.store, &Selection::Entry(key), Removal::Void, world.now()).unwrap();
    world.settle();
    assert_eq!(world.balances(), by_hand);
    assert_eq!(world.held(), [HeldReason::ChangedInQuickBooks]);
}

#[test]
fn a_closed_period_is_said_before_and_nothing_of_it_is_sent() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 2)));
    world.settle();
    world.company.set_closing_date(Some(jiff::civil::date(2026, 11, 30))).unwrap();
    // The closing date is learnt with the next session.
    world.sell(1002, &paid(mugs(1002, 1)));
    world.settle();
    let key = world.key(EntryKind::SalesReceipt);
    let preview = undo::preview(&world.store, &Selection::Entry(key.clone()), Removal::Void).unwrap();
    assert!(!preview.is_free());
    assert_eq!(preview.steps[0].obstacle.as_ref().unwrap().code, "held.closed_period");
    let planned = undo::carry_out(&world.store, &Selection::Entry(key), Removal::Void, world.now()).unwrap().unwrap();
    assert_eq!(planned.ready, 0, "what was made for the sale can't go before it");
    assert!(world.held().iter().all(|reason| matches!(reason, HeldReason::ClosedPeriod { .. })));
    world.settle();
    assert!(!world.sent.iter().any(|xml| xml.contains("<TxnVoidRq")));
}

#[test]
fn an_item_that_is_used_elsewhere_stays_and_nobody_is_bothered() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 2)));
    world.settle();
    world.by_hand(
        "<SalesReceiptAddRq><SalesReceiptAdd><CustomerRef><FullName>Shopify Customer</FullName></CustomerRef>\
         <SalesReceiptLineAdd><ItemRef><FullName>MUG</FullName></ItemRef><Amount>3.00</Amount></SalesReceiptLineAdd>\
         </SalesReceiptAdd></SalesReceiptAddRq>",
    );
    let key = world.key(EntryKind::SalesReceipt);
    undo::carry_out(&world.store, &Selection::Entry(key), Removal::Delete, world.now()).unwrap();
    world.settle();
    assert_eq!(world.standing("SalesReceipt"), 1, "the one that was made by hand");
    assert_eq!(world.company.names("ItemNonInventory"), ["MUG"]);
    world.assert_settled();
    // It goes on being used.
    world.sell(1002, &paid(mugs(1002, 1)));
    world.settle();
    assert_eq!(world.company.names("ItemNonInventory"), ["MUG"]);
    world.assert_settled();
}

#[test]
fn what_somebody_deleted_in_quickbooks_is_said_when_it_is_to_be_voided() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 2)));
    world.settle();
    let receipt = world.company.transactions()[0].txn_id.clone();
    world.by_hand(&format!("<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{receipt}</TxnID></TxnDelRq>"));
    let key = world.key(EntryKind::SalesReceipt);
    undo::carry_out(&world.store, &Selection::Entry(key), Removal::Void, world.now()).unwrap();
    world.settle();
    assert_eq!(world.held(), [HeldReason::ChangedInQuickBooks]);
    assert!(!world.sent.iter().any(|xml| xml.contains("<TxnVoidRq")));
}
