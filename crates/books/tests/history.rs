//! The traps of an order's history, each by name (SHOPIFY.md 3.2 to 3.5).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use books::{
    EntryKind, HeldReason, Money,
    document::{AgreementKind, Fate, PaymentStatus, Subject},
};
use common::{story::*, *};

fn story() -> Story {
    let mut story = Story::of(worked_order_taxed_apart());
    story.posted();
    story
}

fn unit(money: Vec<(&'static str, Money)>) -> Back {
    Back { deals: vec![Deal::Remove(0, 1)], fates: vec![(0, 1, Fate::Restocked)], money, ..Back::default() }
}

fn owed(story: &Story) -> Money {
    story.sums().get("Accounts Receivable").copied().unwrap_or_default()
}

#[test]
fn a_line_that_was_reduced_still_tells_its_first_quantity_and_only_what_is_left_is_sold() {
    let mut order = worked_order_taxed_apart();
    order.payments.clear();
    let mut story = Story::of(order);
    story.edit(vec![Deal::Remove(0, 1)]);
    assert_eq!((story.order.lines[0].quantity, story.order.totals.total), (2, money("110.35")), "as Shopify tells it");
    let entries = story.posted();
    assert_eq!(form_lines(&entries[0])[0], ("WIDGET".to_owned(), Some(1.into()), money("50")));
    assert_eq!(entries[0].total, money("61.97"));
}

#[test]
fn a_line_with_a_discount_added_by_an_edit_has_changed_totals_and_is_posted_at_the_changed_price() {
    let mut order = worked_order_taxed_apart();
    order.payments.clear();
    let mut story = Story::of(order);
    story.edit(vec![Deal::Discount(0, money("20"))]);
    assert_eq!(story.order.totals.total, money("88.85"), "as Shopify tells it");
    assert_eq!(story.posted()[0].total, money("88.85"));
}

#[test]
fn a_discount_on_a_line_and_one_on_the_order_are_both_taken_off() {
    let mut order = worked_order();
    order.lines[0].discounts[0].amount = money("4");
    order.lines[0].discounts.push(books::document::Discount { across_order: false, ..discount("Scuffed", "6") });
    let entries = World::new().entries(&totalled(order));
    let lines = form_lines(sale(&entries));
    assert_eq!((lines[1].2, lines[2].2), (money("-4"), money("-6")));
}

#[test]
fn the_parts_of_a_bundle_are_sold_as_the_lines_they_are() {
    let mut order = order();
    order.lines = vec![line(1, "CUP", "Cup", 2, "4.00"), line(2, "PLATE", "Plate", 2, "6.00")];
    order.payments.push(payment("shopify_payments", "20.00"));
    let entries = World::new().entries(&totalled(order));
    let lines = form_lines(sale(&entries));
    assert_eq!(lines.iter().map(|line| line.0.as_str()).collect::<Vec<_>>(), ["CUP", "PLATE"]);
}

#[test]
fn an_order_that_no_location_made_has_the_class_of_the_online_shop() {
    let entries = World::new().entries(&worked_order());
    assert!(sale(&entries).postings.iter().all(|posting| posting.class.as_deref() == Some("Online Store")));
}

#[test]
fn a_refund_without_money_is_owed_to_the_buyer() {
    let mut story = story();
    let entries = story.refund(unit(Vec::new())).posted();
    assert_eq!(entries.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [EntryKind::CreditMemo]);
    assert_eq!(owed(&story), money("-48.38"));
}

#[test]
fn a_refund_whose_money_failed_leaves_the_goods_back_and_the_money_owed() {
    let mut story = story();
    story.refund(unit(vec![("shopify_payments", money("48.38"))]));
    story.order.payments.last_mut().unwrap().status = PaymentStatus::Failed;
    let entries = story.posted();
    assert_eq!(entries.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [EntryKind::CreditMemo]);
    assert_eq!(owed(&story), money("-48.38"));
}

#[test]
fn a_refund_of_nothing_but_stock_is_nothing_for_the_books() {
    let mut story = story();
    story.refund(Back::default());
    assert!(story.mapped().is_nothing());
}

#[test]
fn a_refund_of_less_than_its_parts_keeps_the_difference() {
    let mut story = story();
    let mut back = unit(vec![("shopify_payments", money("40"))]);
    back.deals.push(Deal::Adjust(money("-8.38")));
    let entries = story.refund(back).posted();
    assert_eq!(entries[0].total, money("40"));
    assert_eq!(form_lines(&entries[0]).last().unwrap(), &("Refund - unallocated".to_owned(), None, money("-8.38")));
    assert_eq!(owed(&story), Money::ZERO);
}

#[test]
fn a_refund_of_more_than_its_parts_gives_the_difference() {
    let mut story = story();
    let mut back = unit(vec![("shopify_payments", money("50"))]);
    back.deals.push(Deal::Adjust(money("1.62")));
    let entries = story.refund(back).posted();
    assert_eq!(entries[0].total, money("50"));
    assert_eq!(story.sums()["Returns & Allowances"], money("1.62"));
    assert_eq!(owed(&story), Money::ZERO);
}

#[test]
fn duties_that_go_back_lower_what_is_owed_to_the_carrier() {
    let mut order = worked_order_taxed_apart();
    order.lines[0].duties = money("3.20");
    order.payments[0].amount = money("113.55");
    let mut story = Story::of(totalled(order));
    story.posted();
    assert_eq!(story.sums()["Duties Payable"], money("-3.20"));
    story.cancel().posted();
    assert!(story.sums().is_empty(), "{:?}", story.sums());
}

#[test]
fn two_payments_of_one_refund_are_two_movements_of_money() {
    let mut order = worked_order_taxed_apart();
    order.payments = vec![payment("paypal", "60"), payment("shopify_payments", "50.35")];
    let mut story = Story::of(order);
    story.posted();
    let entries = story.refund(unit(vec![("paypal", money("30")), ("shopify_payments", money("18.38"))])).posted();
    assert_eq!(entries.len(), 3);
    assert_eq!(story.sums()["PayPal Clearing"], money("30"));
    assert_eq!(owed(&story), Money::ZERO);
}

#[test]
fn goods_of_one_line_that_met_different_fates_are_told_apart_to_the_cent() {
    let mut order = order();
    order.lines.push(line(1, "MUG", "Mug", 3, "3.33"));
    order.lines[0].discounts.push(discount("CENT", "0.10"));
    order.payments.push(payment("shopify_payments", "9.89"));
    let mut story = Story::of(totalled(order));
    story.posted();
    let entries = story
        .refund(Back {
            deals: vec![Deal::Remove(0, 3)],
            fates: vec![(0, 2, Fate::Restocked), (0, 1, Fate::NotRestocked)],
            money: vec![("shopify_payments", money("9.89"))],
            ..Back::default()
        })
        .posted();
    let lines = form_lines(&entries[0]);
    let goods: Vec<_> = lines.iter().filter(|line| line.1.is_some()).map(|line| (line.0.as_str(), line.1)).collect();
    assert_eq!(goods, [("MUG", Some(2.into())), ("Returned - no restock", Some(1.into()))]);
    assert_eq!(entries[0].total, money("9.89"));
    assert!(!story.sums().contains_key("Sales Discounts"));
}

#[test]
fn what_came_back_does_not_come_back_again_when_the_order_is_cancelled() {
    let mut story = story();
    story.refund(unit(vec![("shopify_payments", money("48.38"))])).posted();
    let entries = story.cancel().posted();
    assert_eq!(entries[0].total, money("61.97"));
    assert!(story.sums().is_empty(), "{:?}", story.sums());
}

#[test]
fn history_that_this_program_does_not_know_is_held_and_never_guessed() {
    let edited = || {
        let mut story = story();
        story.edit(vec![Deal::Remove(0, 1)]);
        story
    };
    let held = |story: &Story| story.held();
    let mut story = edited();
    story.order.agreements[1].kind = AgreementKind::Other("SubscriptionAgreement".into());
    assert_eq!(held(&story), [HeldReason::NotCarriedYet { what: "SubscriptionAgreement".into() }]);
    let mut story = edited();
    story.order.agreements[1].sales[0].subject = Subject::Other("UNKNOWN_SALE".into());
    assert_eq!(held(&story), [HeldReason::NotCarriedYet { what: "UNKNOWN_SALE".into() }]);
    let mut story = edited();
    story.order.agreements[1].kind = AgreementKind::Refunded { refund: Some(id("Refund", 404)) };
    assert_eq!(held(&story), [HeldReason::HistoryMissing]);
    let mut story = edited();
    story.order.agreements[1].sales[0].subject = Subject::Line(id("LineItem", 404));
    assert_eq!(held(&story), [HeldReason::HistoryMissing]);
    let mut story = edited();
    story.order.agreements.remove(0);
    assert_eq!(held(&story), [HeldReason::HistoryMissing], "its placing is not told");
}

#[test]
fn what_can_be_posted_goes_although_what_came_later_is_held() {
    let mut story = Story::of(worked_order_taxed_apart());
    story.refund(unit(vec![("shopify_payments", money("48.38"))]));
    story.order.payments.last_mut().unwrap().gateway = "klarna".into();
    let mapped = story.mapped();
    assert_eq!(mapped.held.unwrap().reasons, [HeldReason::UnknownGateway { gateway: "klarna".into() }]);
    let kinds: Vec<_> = mapped.entries.iter().filter(|entry| !entry.kind.is_list()).map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::SalesReceipt, EntryKind::CreditMemo]);
}

#[test]
fn a_payment_is_of_the_customer_of_its_invoice_although_the_buyer_became_another() {
    let mut order = worked_order_taxed_apart();
    order.payments.clear();
    order.customer = Some(id("Customer", 5));
    let mut world = World::new();
    world.told.customer(5, "Ada Lovelace");
    world.told.customer(6, "Ada King");
    let mut story = Story::within(world, order);
    story.posted();
    story.order.customer = Some(id("Customer", 6));
    let entries = story.pay("paypal", "110.35").posted();
    let books::Body::ReceivePayment { form, .. } = &entries[0].body else { panic!("no payment") };
    assert_eq!(form.customer_ref, qbxml::Ref::name("Ada Lovelace"));
}
