//! What becomes of a sale that is edited, called off or undone after it was posted (PRODUCT.md 5.2, SHOPIFY.md 3.5).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use books::{
    Body, Entry, EntryKind, HeldReason, Money, Past, Removal, Why,
    document::DeliveryState,
    mapping::{ClosedPeriod, Edits},
};
use common::{story::*, *};
use jiff::civil::date;

fn kinds(entries: &[Entry]) -> Vec<EntryKind> {
    entries.iter().map(|entry| entry.kind).collect()
}

/// The worked order as an open invoice.
fn billed() -> Story {
    let mut order = worked_order_taxed_apart();
    order.payments.clear();
    let mut story = Story::of(order);
    assert_eq!(kinds(&story.posted()), [EntryKind::Invoice]);
    story
}

/// The worked order as a sales receipt.
fn paid() -> Story {
    let mut story = Story::of(worked_order_taxed_apart());
    assert_eq!(kinds(&story.posted()), [EntryKind::SalesReceipt]);
    story
}

fn mug(price: &str) -> Deal {
    Deal::add(line(7, "MUG", "Mug", 1, price))
}

fn of(entry: &Entry) -> std::collections::BTreeMap<String, Money> {
    by_account(entry.postings.iter())
}

#[test]
fn an_invoice_that_nothing_is_linked_to_is_changed_in_place_and_shows_before_and_after() {
    let mut story = billed();
    let entries = story.days(3).edit(vec![mug("12"), Deal::Remove(0, 1)]).posted();
    assert_eq!(kinds(&entries), [EntryKind::Change]);
    assert_eq!(entries[0].date, Some(date(2026, 11, 20)), "it stays on its day");
    assert_eq!(entries[0].total, money("73.97"));
    assert_eq!(
        of(&entries[0]),
        ledger([
            ("Accounts Receivable", "-36.38"),
            ("Merchandise Sales", "38"),
            ("Sales Discounts", "-5"),
            ("Sales Tax Payable", "3.38"),
        ])
    );
    assert!(entries[0].why.contains(&Why::EditedInPlace));
    let Body::Change { before: Some(before), after, .. } = &entries[0].body else { panic!("no change") };
    let widgets = |body: &Body| body_lines(body).unwrap()[0].1;
    assert_eq!((widgets(before), widgets(after)), (Some(2.into()), Some(1.into())));
    assert_eq!(story.sums()["Accounts Receivable"], story.outstanding());
}

#[test]
fn a_sales_receipt_is_changed_in_place_when_the_same_gateway_paid_for_the_edit() {
    let mut story = paid();
    let entries = story.edit(vec![mug("12")]).pay("shopify_payments", "12").posted();
    assert_eq!(kinds(&entries), [EntryKind::Change]);
    assert_eq!(of(&entries[0]), ledger([("Shopify Payments Clearing", "12"), ("Merchandise Sales", "-12")]));
}

#[test]
fn an_edit_that_quickbooks_does_not_take_in_place_is_an_entry_of_its_own() {
    let mut story = paid();
    let entries = story.edit(vec![mug("12")]).pay("shopify_payments", "12").posted();
    assert_eq!(kinds(&entries), [EntryKind::Change]);
    // The sales receipt is in a deposit already, of which only QuickBooks knows.
    story.past.last_mut().unwrap().refused = true;
    let entries = story.mapped().entries;
    assert_eq!(kinds(&entries), [EntryKind::SalesReceipt]);
    assert_eq!(of(&entries[0]), ledger([("Shopify Payments Clearing", "12"), ("Merchandise Sales", "-12")]));
}

#[test]
fn an_edit_that_another_gateway_paid_for_is_a_sales_receipt_of_its_own() {
    let mut story = paid();
    let entries = story.days(3).edit(vec![mug("12")]).pay("paypal", "12").posted();
    assert_eq!(kinds(&entries), [EntryKind::SalesReceipt]);
    assert_eq!((entries[0].number.as_str(), entries[0].date), ("1001-E1", Some(date(2026, 11, 23))));
    assert_eq!(of(&entries[0]), ledger([("PayPal Clearing", "12"), ("Merchandise Sales", "-12")]));
}

#[test]
fn an_edit_of_a_paid_order_that_is_not_paid_yet_is_an_invoice_of_its_own() {
    let mut story = paid();
    let entries = story.edit(vec![mug("12")]).posted();
    assert_eq!(kinds(&entries), [EntryKind::Invoice]);
    assert_eq!(of(&entries[0]), ledger([("Accounts Receivable", "12"), ("Merchandise Sales", "-12")]));
    assert_eq!(kinds(&story.pay("paypal", "12").posted()), [EntryKind::ReceivePayment]);
}

#[test]
fn an_edit_of_an_invoice_that_a_payment_is_linked_to_is_an_adjusting_entry_of_its_own_day() {
    let mut story = billed();
    story.pay("paypal", "60").posted();
    let entries = story.days(12).edit(vec![Deal::Remove(0, 1)]).posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::Application]);
    assert_eq!(entries[0].date, Some(date(2026, 12, 3)));
    assert_eq!(entries[0].total, money("48.38"));
    assert_eq!(story.sums()["Accounts Receivable"], story.outstanding());
}

#[test]
fn an_edit_of_a_sale_in_a_closed_period_is_an_adjusting_entry_of_its_own_day() {
    let mut story = billed();
    story.world.file.closing_date = Some(date(2026, 11, 30));
    let entries = story.days(12).edit(vec![mug("12")]).posted();
    assert_eq!(kinds(&entries), [EntryKind::Invoice]);
    assert_eq!(entries[0].date, Some(date(2026, 12, 2)));
    assert!(entries[0].why.contains(&Why::EditedLater));
}

#[test]
fn a_merchant_may_have_every_edit_as_an_entry_of_its_own() {
    let mut story = billed();
    story.world.mapping.documents.edits = Edits::Adjust;
    assert_eq!(kinds(&story.edit(vec![mug("12")]).posted()), [EntryKind::Invoice]);
}

#[test]
fn a_discount_given_by_an_edit_lowers_the_form_in_place() {
    let mut story = billed();
    let entries = story.edit(vec![Deal::Discount(0, money("20"))]).posted();
    assert_eq!(kinds(&entries), [EntryKind::Change]);
    assert_eq!(
        of(&entries[0]),
        ledger([("Accounts Receivable", "-21.50"), ("Sales Discounts", "20"), ("Sales Tax Payable", "1.50")])
    );
}

#[test]
fn a_discount_given_after_payment_is_a_credit_memo_whose_line_raises_the_credit() {
    let mut story = paid();
    let entries = story.edit(vec![Deal::Discount(0, money("20"))]).posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo]);
    assert_eq!(
        of(&entries[0]),
        ledger([("Accounts Receivable", "-21.50"), ("Sales Discounts", "20"), ("Sales Tax Payable", "1.50")])
    );
    assert_eq!(form_lines(&entries[0])[0].0, "Later discount", "a discount item would lower it instead");
}

#[test]
fn an_edit_that_removes_everything_voids_the_invoice() {
    let mut order = order();
    order.lines.push(line(1, "MUG", "Mug", 2, "9.99"));
    let mut story = Story::of(totalled(order));
    story.posted();
    let entries = story.edit(vec![Deal::Remove(0, 2)]).posted();
    assert_eq!(kinds(&entries), [EntryKind::Void]);
    assert!(story.sums().is_empty());
    let entries = story.edit(vec![mug("12")]).posted();
    assert_eq!(kinds(&entries), [EntryKind::Invoice], "what comes after it is an entry of its own");
    assert_eq!(story.sums()["Accounts Receivable"], story.outstanding());
}

#[test]
fn an_order_cancelled_before_payment_has_its_invoice_voided() {
    let mut story = billed();
    let entries = story.cancel().posted();
    assert_eq!(kinds(&entries), [EntryKind::Void]);
    assert!(entries[0].why.contains(&Why::CancelledUnpaid));
    assert!(story.sums().is_empty());
}

#[test]
fn an_order_cancelled_before_payment_and_before_it_was_posted_is_nothing() {
    let mut order = worked_order_taxed_apart();
    order.payments.clear();
    let mut story = Story::of(order);
    story.cancel();
    assert!(story.mapped().is_nothing());
}

#[test]
fn an_invoice_of_a_closed_period_is_credited_when_the_order_is_cancelled() {
    let mut story = billed();
    story.world.file.closing_date = Some(date(2026, 11, 30));
    let entries = story.days(12).cancel().posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::Application]);
    assert!(story.sums().is_empty(), "{:?}", story.sums());
}

#[test]
fn what_belongs_into_a_closed_period_is_held_or_moved_to_the_first_open_day() {
    let mut story = Story::of(worked_order());
    story.world.file.closing_date = Some(date(2026, 11, 30));
    let closed = HeldReason::ClosedPeriod { date: date(2026, 11, 20), closed_until: date(2026, 11, 30) };
    assert_eq!(story.held(), [closed]);
    story.world.mapping.documents.closed_period = ClosedPeriod::FirstOpenDay;
    let entries = story.posted();
    assert_eq!(entries[0].date, Some(date(2026, 12, 1)));
    assert!(entries[0].why.contains(&Why::MovedToOpenPeriod { from: date(2026, 11, 20) }));
}

#[test]
fn the_last_day_of_a_closed_period_is_closed_and_the_next_is_open() {
    let world = |closing| {
        let mut world = World::new();
        world.file.closing_date = Some(closing);
        world
    };
    assert!(world(date(2026, 11, 20)).map(&worked_order()).held.is_some());
    assert!(world(date(2026, 11, 19)).map(&worked_order()).held.is_none());
}

#[test]
fn edits_before_posting_are_in_the_form_from_the_beginning() {
    let mut order = worked_order_taxed_apart();
    order.payments.clear();
    let mut story = Story::of(order);
    let entries = story.edit(vec![mug("12")]).edit(vec![Deal::Remove(0, 1)]).posted();
    assert_eq!(kinds(&entries), [EntryKind::Invoice]);
    assert_eq!(entries[0].total, story.outstanding());
}

#[test]
fn a_sales_receipt_keeps_its_gift_card_line_when_it_is_changed() {
    let mut order = worked_order_taxed_apart();
    order.payments = vec![payment("gift_card", "60"), payment("shopify_payments", "50.35")];
    let mut story = Story::of(order);
    story.posted();
    let entries = story.edit(vec![mug("12")]).pay("shopify_payments", "12").posted();
    let Body::Change { after, .. } = &entries[0].body else { panic!("no change") };
    assert_eq!(body_lines(after).unwrap().last().unwrap(), &("Gift Card".to_owned(), None, money("-60")));
    assert_eq!(entries[0].total, money("62.35"));
}

#[test]
fn an_edit_twice_is_changed_twice_and_each_shows_what_was_there_before() {
    let mut story = billed();
    story.edit(vec![mug("12")]).posted();
    let entries = story.edit(vec![Deal::Remove(1, 1)]).posted();
    let Body::Change { before: Some(before), .. } = &entries[0].body else { panic!("no change") };
    assert!(body_lines(before).unwrap().iter().any(|line| line.0 == "MUG"));
    assert_eq!(story.sums()["Accounts Receivable"], money("110.35"));
}

// Undo

/// Everything of the story undone, as the store keeps it.
fn undone(story: &mut Story) -> Vec<Entry> {
    let undo = books::undo(&story.entries(), Removal::Void, |_| false);
    for past in &mut story.past {
        past.undone = undo.iter().any(|entry| entry.undoes.contains(&past.entry.key));
    }
    story.past.extend(undo.iter().map(|entry| Past { entry: entry.clone(), undone: false, refused: false }));
    undo
}

#[test]
fn undo_takes_the_payment_away_before_its_invoice() {
    let mut story = billed();
    story.pay("paypal", "110.35").posted();
    let undo = undone(&mut story);
    assert_eq!(kinds(&undo), [EntryKind::Deletion, EntryKind::Void], "a received payment can only be deleted");
    assert!(undo[1].needs.contains(&undo[0].key));
    assert!(story.sums().is_empty());
}

#[test]
fn what_was_undone_is_not_posted_again_by_accident() {
    let mut story = paid();
    undone(&mut story);
    assert!(story.mapped().is_nothing());
}

#[test]
fn what_happens_after_an_undo_waits_for_a_decision() {
    let mut story = billed();
    undone(&mut story);
    story.pay("paypal", "110.35");
    assert_eq!(story.held(), [HeldReason::Undone]);
}

#[test]
fn an_edit_that_is_undone_is_changed_back_to_what_was_there_before() {
    let mut story = billed();
    let before = story.entries();
    story.edit(vec![mug("12")]).posted();
    let undo = books::undo(&story.entries()[1..], Removal::Void, |_| false);
    assert_eq!(kinds(&undo), [EntryKind::Change]);
    let Body::Change { after, .. } = &undo[0].body else { panic!("no change") };
    assert_eq!(**after, before[0].body);
    let sums = by_account(story.entries().iter().chain(&undo).flat_map(|entry| entry.postings.iter()));
    assert_eq!(sums["Accounts Receivable"], money("110.35"));
}

#[test]
fn a_form_and_its_edits_are_undone_together_by_one_voiding() {
    let mut story = billed();
    story.edit(vec![mug("12")]).posted();
    let undo = undone(&mut story);
    assert_eq!(kinds(&undo), [EntryKind::Void]);
    assert_eq!(undo[0].undoes.len(), 2);
    assert!(story.sums().is_empty());
}

#[test]
fn a_refund_and_its_sale_are_undone_in_the_reverse_order() {
    let mut story = paid();
    story.deliver(DeliveryState::Fulfilled).cancel().posted();
    let undo = undone(&mut story);
    assert_eq!(kinds(&undo), [EntryKind::Void, EntryKind::Void, EntryKind::Void]);
    assert!(undo[0].undoes[0].as_str().starts_with("money_back:"));
    assert!(undo[2].undoes[0].as_str().starts_with("sale:"));
    assert!(story.sums().is_empty());
}

#[test]
fn lists_that_an_entry_made_are_deleted_after_it() {
    let mut world = World::new();
    let entries = world.entries(&worked_order());
    world.company.post(&entries);
    let undo = books::undo(&entries, Removal::Void, |_| false);
    assert_eq!(undo.len(), entries.len());
    assert_eq!(undo[0].kind, EntryKind::Void);
    assert!(undo[1..].iter().all(|entry| entry.kind == EntryKind::Deletion && entry.needs.contains(&undo[0].key)));
}
