//! What happens to an order after it was sold, and what people do in QuickBooks meanwhile: each thing is in the books once.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use books::{EntryKind, HeldReason};
use simulator::company::Company;

use crate::support::{Way, World, bought_by, by_hand, edit, money, mugs, paid, pay, refund, told};

#[test]
fn a_refund_goes_back_to_where_the_money_came_from() {
    let mut world = World::new();
    let mut order = paid(mugs(1001, 2));
    world.sell(1001, &order);
    world.settle();
    assert_eq!(world.posted(), [EntryKind::SalesReceipt]);
    world.assert_ties_out();

    refund(&mut order, 1);
    world.sell(1001, &order);
    world.settle();
    assert_eq!(world.posted(), [EntryKind::SalesReceipt, EntryKind::CreditMemo, EntryKind::ARRefundCreditCard]);
    world.assert_settled();
    world.assert_ties_out();
}

#[test]
fn a_credit_is_set_against_what_is_still_owed() {
    let mut world = World::new();
    let mut order = mugs(1001, 2);
    pay(&mut order, money("5.00"));
    world.sell(1001, &order);
    world.settle();
    edit(&mut order, -1);
    world.sell(1001, &order);
    world.settle();
    assert!(world.posted().contains(&EntryKind::Application), "{:?}", world.posted());
    world.assert_settled();
    world.assert_ties_out();
}

#[test]
fn an_edit_of_an_unpaid_order_changes_its_invoice() {
    let mut world = World::new();
    let mut order = mugs(1001, 2);
    world.sell(1001, &order);
    world.settle();
    edit(&mut order, 1);
    world.sell(1001, &order);
    world.settle();
    assert_eq!(world.posted(), [EntryKind::Invoice, EntryKind::Change]);
    assert_eq!(world.company.transactions().len(), 1);
    world.assert_settled();
    world.assert_ties_out();
}

#[test]
fn a_form_that_somebody_touched_without_changing_amounts_is_changed_in_the_same_session() {
    let mut world = World::new();
    let mut order = mugs(1001, 2);
    world.sell(1001, &order);
    world.settle();
    edit(&mut order, 1);
    world.sell(1001, &order);
    world.pull();
    touch(&mut world, "<Memo>Called the buyer</Memo>");
    world.session();
    assert_eq!(world.posted(), [EntryKind::Invoice, EntryKind::Change]);
    world.assert_ties_out();
}

#[test]
fn a_form_that_somebody_changed_is_left_alone_until_somebody_decides() {
    let mut world = World::new();
    let mut order = mugs(1001, 2);
    world.sell(1001, &order);
    world.settle();
    edit(&mut order, 1);
    world.sell(1001, &order);
    world.pull();
    touch(
        &mut world,
        "<InvoiceLineMod><TxnLineID>-1</TxnLineID><ItemRef><FullName>Mug</FullName></ItemRef><Amount>7.00</Amount></InvoiceLineMod>",
    );
    let by_hand = world.balances();
    world.session();
    assert_eq!(world.held(), [HeldReason::ChangedInQuickBooks]);
    assert_eq!(world.balances(), by_hand);
}

#[test]
fn a_change_whose_answer_was_lost_is_made_once() {
    for keeps_answers in [true, false] {
        let mut world = World::new();
        world.company.set_keep_answers(keeps_answers);
        let mut order = mugs(1001, 2);
        world.sell(1001, &order);
        world.settle();
        edit(&mut order, 1);
        world.sell(1001, &order);
        world.pull();
        world.session_with(|_, xml| if xml.contains("InvoiceModRq") { Way::AnswerLost } else { Way::Through });
        world.session();
        let changes = world.sent.iter().filter(|xml| xml.contains("<InvoiceModRq")).count();
        assert_eq!(changes, 1, "keeps answers: {keeps_answers}");
        assert_eq!(world.posted(), [EntryKind::Invoice, EntryKind::Change]);
        world.assert_settled();
        world.assert_ties_out();
    }
}

#[test]
fn a_credit_whose_answer_was_lost_is_set_once() {
    let mut world = World::new();
    world.company.set_keep_answers(false);
    let mut order = mugs(1001, 2);
    pay(&mut order, money("5.00"));
    world.sell(1001, &order);
    world.settle();
    edit(&mut order, -1);
    world.sell(1001, &order);
    world.pull();
    world.session_with(|_, xml| if xml.contains("<SetCredit>") { Way::AnswerLost } else { Way::Through });
    world.session();
    assert_eq!(world.sent.iter().filter(|xml| xml.contains("<SetCredit>")).count(), 1);
    world.assert_settled();
    world.assert_ties_out();
}

#[test]
fn an_item_that_was_deleted_in_quickbooks_is_made_again_once() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 1)));
    world.settle();
    delete_the_item(&mut world.company);
    world.sell(1002, &paid(mugs(1002, 1)));
    world.settle();
    world.assert_settled();
    assert_eq!(world.standing("SalesReceipt"), 1);
    assert_eq!(items(&world), ["MUG"]);
}

#[test]
fn an_item_that_is_deleted_while_it_is_sold_is_made_again_in_the_same_session() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 1)));
    world.settle();
    world.sell(1002, &paid(mugs(1002, 1)));
    world.pull();
    let mut deleted = false;
    world.session_with(|company, xml| {
        if xml.contains("<SalesReceiptAddRq") && !deleted {
            deleted = true;
            delete_the_item(company);
        }
        Way::Through
    });
    world.assert_settled();
    assert_eq!(world.standing("SalesReceipt"), 1);
    assert_eq!(items(&world), ["MUG"]);
}

#[test]
fn an_item_that_was_merged_into_another_gets_no_twin_of_the_other() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 1)));
    world.settle();
    let other = world.by_hand(
        "<ItemNonInventoryAddRq><ItemNonInventoryAdd><Name>Cup</Name><SalesOrPurchase><AccountRef><FullName>\
         Merchandise Sales</FullName></AccountRef></SalesOrPurchase></ItemNonInventoryAdd></ItemNonInventoryAddRq>",
    );
    let ours = world.by_hand("<ItemNonInventoryQueryRq><FullName>MUG</FullName></ItemNonInventoryQueryRq>");
    // The merchant keeps our name for the one that stays.
    let side = |answer: &str| {
        format!(
            "<ListID>{}</ListID><EditSequence>{}</EditSequence>",
            told(answer, "ListID"),
            told(answer, "EditSequence")
        )
    };
    world.by_hand(&format!(
        "<ListMergeRq><ListMergeType>ItemNonInventory</ListMergeType><MergeFrom>{}</MergeFrom><MergeTo>{}</MergeTo>\
         <SameShipAddrOk>true</SameShipAddrOk></ListMergeRq>",
        side(&ours),
        side(&other)
    ));
    let kept = world.by_hand("<ItemNonInventoryQueryRq><FullName>Cup</FullName></ItemNonInventoryQueryRq>");
    world.by_hand(&format!(
        "<ItemNonInventoryModRq><ItemNonInventoryMod>{}<Name>MUG</Name></ItemNonInventoryMod></ItemNonInventoryModRq>",
        side(&kept)
    ));
    world.sell(1002, &paid(mugs(1002, 1)));
    world.settle();
    world.assert_settled();
    assert_eq!(world.standing("SalesReceipt"), 2);
    assert_eq!(items(&world), ["MUG"]);
}

#[test]
fn an_item_that_was_made_inactive_gets_no_twin() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 1)));
    world.settle();
    set_active(&mut world, false);
    world.sell(1002, &paid(mugs(1002, 1)));
    world.settle();
    assert_eq!(items(&world), ["MUG"]);
    assert!(world.held().iter().any(|reason| matches!(reason, HeldReason::NameTaken { .. })), "{:?}", world.held());
    set_active(&mut world, true);
    world.settle();
    world.assert_settled();
    assert_eq!(world.standing("SalesReceipt"), 2);
    assert_eq!(items(&world), ["MUG"]);
}

#[test]
fn a_name_that_a_vendor_has_is_known_before_quickbooks_refuses_it() {
    let mut world = World::new();
    world.by_hand("<VendorAddRq><VendorAdd><Name>Ada Lovelace</Name></VendorAdd></VendorAddRq>");
    world.sell(1001, &bought_by(paid(mugs(1001, 1)), "Ada Lovelace"));
    world.settle();
    world.assert_settled();
    let tried = world.sent.iter().any(|xml| xml.contains("<Name>Ada Lovelace</Name>"));
    assert!(!tried, "the name was asked for although a vendor has it");
    assert_eq!(world.standing("SalesReceipt"), 1);
}

/// Somebody changes the only transaction, an invoice, by hand.
fn touch(world: &mut World, change: &str) {
    let invoice = world.company.transactions()[0].clone();
    world.by_hand(&format!(
        "<InvoiceModRq><InvoiceMod><TxnID>{}</TxnID><EditSequence>{}</EditSequence>{change}</InvoiceMod></InvoiceModRq>",
        invoice.txn_id, invoice.edit_sequence
    ));
}

/// Somebody deletes the only sale, and the item that it sold.
fn delete_the_item(company: &mut Company) {
    let receipt = company.transactions()[0].txn_id.clone();
    let item = by_hand(company, "<ItemNonInventoryQueryRq><FullName>MUG</FullName></ItemNonInventoryQueryRq>");
    let item = told(&item, "ListID");
    by_hand(company, &format!("<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{receipt}</TxnID></TxnDelRq>"));
    by_hand(
        company,
        &format!("<ListDelRq><ListDelType>ItemNonInventory</ListDelType><ListID>{item}</ListID></ListDelRq>"),
    );
}

fn set_active(world: &mut World, active: bool) {
    let item = world.by_hand("<ItemNonInventoryQueryRq><FullName>MUG</FullName></ItemNonInventoryQueryRq>");
    world.by_hand(&format!(
        "<ItemNonInventoryModRq><ItemNonInventoryMod><ListID>{}</ListID><EditSequence>{}</EditSequence>\
         <IsActive>{active}</IsActive></ItemNonInventoryMod></ItemNonInventoryModRq>",
        told(&item, "ListID"),
        told(&item, "EditSequence")
    ));
}

fn items(world: &World) -> Vec<String> {
    world.company.names("ItemNonInventory")
}
