//! What an order becomes by how far it is paid and delivered, and what becomes of that later (PRODUCT.md 1.2, 5.2).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use books::{
    Body, Entry, EntryKind, HeldReason, Why,
    document::{DeliveryState, Order, Terms},
    mapping::Form,
};
use common::{story::*, *};

const SALE: [(&str, &str); 5] = [
    ("Merchandise Sales", "-100"),
    ("Sales Discounts", "10"),
    ("Shipping Income", "-8"),
    ("Employee Tips Payable", "-5"),
    ("Sales Tax Payable", "-7.35"),
];

/// The sale of the worked order, and where its money is.
fn sold<const N: usize>(money: [(&str, &str); N]) -> std::collections::BTreeMap<String, books::Money> {
    ledger(SALE).into_iter().chain(ledger(money)).collect()
}

fn unpaid(delivery: DeliveryState) -> Order {
    Order { payments: Vec::new(), delivery_state: delivery, ..worked_order() }
}

fn kinds(entries: &[Entry]) -> Vec<EntryKind> {
    entries.iter().map(|entry| entry.kind).collect()
}

/// A company file of an edition with sales orders.
fn premier() -> World {
    let mut world = World::new();
    world.file.sales_orders = true;
    world
}

fn story(world: World, paid: &str, delivery: DeliveryState) -> Story {
    let mut story = Story::within(world, unpaid(delivery));
    if paid != "0" {
        story.pay("shopify_payments", paid);
    }
    story
}

/// The form of the order, and whether it waits.
fn form(world: World, paid: &str, delivery: DeliveryState) -> Option<EntryKind> {
    let mut story = story(world, paid, delivery);
    let entries = story.posted();
    assert_eq!(story.waits, entries.is_empty());
    entries.first().map(|entry| entry.kind)
}

#[test]
fn the_matrix_of_paid_and_delivered_as_it_comes() {
    use DeliveryState::{Fulfilled, Partial, Unfulfilled};
    for (paid, delivery, expected) in [
        ("0", Unfulfilled, EntryKind::SalesOrder),
        ("0", Partial, EntryKind::Invoice),
        ("0", Fulfilled, EntryKind::Invoice),
        ("60", Unfulfilled, EntryKind::SalesOrder),
        ("60", Partial, EntryKind::Invoice),
        ("60", Fulfilled, EntryKind::Invoice),
        ("110.35", Unfulfilled, EntryKind::SalesReceipt),
        ("110.35", Partial, EntryKind::SalesReceipt),
        ("110.35", Fulfilled, EntryKind::SalesReceipt),
    ] {
        assert_eq!(form(premier(), paid, delivery.clone()), Some(expected), "{paid} {delivery:?}");
    }
}

#[test]
fn every_cell_of_the_matrix_can_be_changed() {
    let mut world = premier();
    world.mapping.documents.unpaid.undelivered = Form::Wait;
    world.mapping.documents.partly_paid.partly_delivered = Form::SalesOrder;
    world.mapping.documents.paid.undelivered = Form::SalesOrder;
    world.mapping.documents.paid.delivered = Form::Invoice;
    assert_eq!(form(world.clone(), "0", DeliveryState::Unfulfilled), None);
    assert_eq!(form(world.clone(), "60", DeliveryState::Partial), Some(EntryKind::SalesOrder));
    assert_eq!(form(world.clone(), "110.35", DeliveryState::Unfulfilled), Some(EntryKind::SalesOrder));
    assert_eq!(form(world, "110.35", DeliveryState::Fulfilled), Some(EntryKind::Invoice));
}

#[test]
fn what_is_not_paid_is_no_sales_receipt_whatever_the_matrix_says() {
    let mut world = premier();
    world.mapping.documents.unpaid.delivered = Form::SalesReceipt;
    assert_eq!(form(world, "0", DeliveryState::Fulfilled), Some(EntryKind::Invoice));
}

#[test]
fn an_edition_without_sales_orders_waits_or_makes_an_invoice_and_never_a_sales_order() {
    let pro = World::new();
    assert_eq!(form(pro.clone(), "0", DeliveryState::Unfulfilled), None);
    assert_eq!(form(pro.clone(), "60", DeliveryState::Unfulfilled), Some(EntryKind::Invoice));
    let mut paid = pro;
    paid.mapping.documents.paid.undelivered = Form::SalesOrder;
    assert_eq!(form(paid.clone(), "110.35", DeliveryState::Unfulfilled), Some(EntryKind::SalesReceipt));
    let entries = story(paid, "110.35", DeliveryState::Unfulfilled).posted();
    assert!(entries[0].why.contains(&Why::NoSalesOrders));
}

#[test]
fn an_unpaid_order_that_waited_is_an_invoice_once_it_is_delivered() {
    let mut story = story(World::new(), "0", DeliveryState::Unfulfilled);
    assert!(story.posted().is_empty() && story.waits);
    let entries = story.deliver(DeliveryState::Fulfilled).posted();
    assert_eq!(kinds(&entries), [EntryKind::Invoice]);
    assert_eq!(story.sums(), sold([("Accounts Receivable", "110.35")]));
}

#[test]
fn a_business_buyer_is_billed_on_terms_with_a_due_date_and_their_own_number() {
    let mut order = unpaid(DeliveryState::Fulfilled);
    order.purchase_order_number = Some("PO-77".into());
    order.terms =
        Some(Terms { name: "Net 30".into(), days: Some(30), due: Some("2026-12-21T03:30:00Z".parse().unwrap()) });
    let mut story = Story::of(order);
    let mapped = story.mapped();
    let terms = mapped.entries.iter().find(|entry| entry.kind == EntryKind::StandardTerms).unwrap();
    let Body::StandardTerms(made) = &terms.body else { panic!("no terms") };
    assert_eq!((made.name.as_str(), made.std_due_days), ("Net 30", Some(30)));
    let entries = story.posted();
    let Body::Invoice(form) = &entries[0].body else { panic!("no invoice") };
    assert_eq!(form.po_number.as_deref(), Some("PO-77"));
    assert_eq!(form.terms_ref, Some(qbxml::Ref::name("Net 30")));
    assert_eq!(form.due_date, Some(jiff::civil::date(2026, 12, 20)), "the day in the shop's zone");
    assert!(entries[0].needs.contains(&terms.key));
    assert_eq!(story.sums(), sold([("Accounts Receivable", "110.35")]));
}

#[test]
fn an_invoice_that_is_paid_later_gets_its_payment_on_the_day_of_the_payment() {
    let mut story = story(World::new(), "0", DeliveryState::Fulfilled);
    story.posted();
    let entries = story.days(12).pay("shopify_payments", "110.35").posted();
    assert_eq!(kinds(&entries), [EntryKind::ReceivePayment]);
    assert_eq!(entries[0].date, Some(jiff::civil::date(2026, 12, 2)));
    assert_eq!(
        by_account(entries[0].postings.iter()),
        ledger([("Shopify Payments Clearing", "110.35"), ("Accounts Receivable", "-110.35")])
    );
    assert_eq!(story.sums(), sold([("Shopify Payments Clearing", "110.35")]));
}

#[test]
fn an_order_partly_paid_is_an_invoice_with_a_payment_for_the_part() {
    let mut story = story(World::new(), "60", DeliveryState::Fulfilled);
    assert_eq!(kinds(&story.posted()), [EntryKind::Invoice, EntryKind::ReceivePayment]);
    assert_eq!(story.sums(), sold([("Shopify Payments Clearing", "60"), ("Accounts Receivable", "50.35")]));
    story.pay("paypal", "50.35").posted();
    assert_eq!(story.sums(), sold([("Shopify Payments Clearing", "60"), ("PayPal Clearing", "50.35")]));
}

#[test]
fn a_gift_card_that_pays_an_invoice_later_is_a_credit_set_against_it() {
    let mut story = story(World::new(), "0", DeliveryState::Fulfilled);
    story.posted();
    let entries = story.pay("gift_card", "60").posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::Application]);
    assert_eq!(
        by_account(entries[0].postings.iter()),
        ledger([("Gift Cards Outstanding", "60"), ("Accounts Receivable", "-60")])
    );
    assert!(entries[1].postings.is_empty(), "setting one against the other moves nothing");
    assert_eq!(story.sums(), sold([("Gift Cards Outstanding", "60"), ("Accounts Receivable", "50.35")]));
}

#[test]
fn a_deposit_on_a_sales_order_is_owed_until_the_invoice_uses_it() {
    let mut story = story(premier(), "60", DeliveryState::Unfulfilled);
    let entries = story.posted();
    assert_eq!(kinds(&entries), [EntryKind::SalesOrder, EntryKind::SalesReceipt]);
    assert!(entries[0].postings.is_empty(), "a sales order posts nothing");
    assert_eq!(entries[0].total, money("110.35"));
    assert_eq!(form_lines(&entries[1]), [("Customer Deposit".to_owned(), None, money("60"))]);
    assert_eq!(
        by_account(entries[1].postings.iter()),
        ledger([("Shopify Payments Clearing", "60"), ("Customer Deposits", "-60")])
    );

    let entries = story.deliver(DeliveryState::Fulfilled).posted();
    assert_eq!(kinds(&entries), [EntryKind::Invoice, EntryKind::Change]);
    assert_eq!(form_lines(&entries[0]).last().unwrap(), &("Customer Deposit".to_owned(), None, money("-60")));
    assert_eq!(
        by_account(entries[0].postings.iter()),
        sold([("Customer Deposits", "60"), ("Accounts Receivable", "50.35")])
    );
    let Body::Change { after, .. } = &entries[1].body else { panic!("no change") };
    let Body::SalesOrder(order) = &**after else { panic!("no sales order") };
    assert_eq!(order.is_manually_closed, Some(true));
    assert!(entries[1].postings.is_empty());

    story.pay("paypal", "50.35").posted();
    assert_eq!(story.sums(), sold([("Shopify Payments Clearing", "60"), ("PayPal Clearing", "50.35")]));
}

#[test]
fn a_deposit_that_pays_all_is_used_by_a_sales_receipt() {
    let mut story = story(premier(), "60", DeliveryState::Unfulfilled);
    story.posted();
    let entries = story.pay("shopify_payments", "50.35").posted();
    assert_eq!(kinds(&entries), [EntryKind::SalesReceipt, EntryKind::Change]);
    assert_eq!(entries[0].total, money("50.35"));
    assert_eq!(story.sums(), sold([("Shopify Payments Clearing", "110.35")]));
}

#[test]
fn a_deposit_paid_by_gift_card_moves_from_one_liability_to_the_other() {
    let mut story = Story::within(premier(), unpaid(DeliveryState::Unfulfilled));
    let entries = story.pay("gift_card", "60").posted();
    assert_eq!(
        by_account(entries[1].postings.iter()),
        ledger([("Gift Cards Outstanding", "60"), ("Customer Deposits", "-60")])
    );
}

#[test]
fn a_sales_order_follows_the_order_until_it_is_sold() {
    let mut story = story(premier(), "0", DeliveryState::Unfulfilled);
    story.posted();
    let entries = story.edit(vec![Deal::add(line(2, "MUG", "Mug", 1, "12.00"))]).posted();
    assert_eq!(kinds(&entries), [EntryKind::Change]);
    assert_eq!(entries[0].total, money("122.35"));
    assert!(entries[0].postings.is_empty());
    let entries = story.deliver(DeliveryState::Partial).posted();
    assert_eq!(kinds(&entries), [EntryKind::Invoice, EntryKind::Change]);
    assert_eq!(entries[0].total, money("122.35"));
}

#[test]
fn a_sales_order_of_which_everything_is_removed_is_closed() {
    let mut story = Story::within(premier(), {
        let mut order = unpaid(DeliveryState::Unfulfilled);
        order.shipping.clear();
        order.totals.tips = books::Money::ZERO;
        order
    });
    story.posted();
    let entries = story.edit(vec![Deal::Remove(0, 2)]).posted();
    assert_eq!(kinds(&entries), [EntryKind::Change]);
    let Body::Change { after, .. } = &entries[0].body else { panic!("no change") };
    let Body::SalesOrder(order) = &**after else { panic!("no sales order") };
    assert_eq!(order.is_manually_closed, Some(true));
    assert!(!order.sales_order_line_add.is_empty(), "QuickBooks can't hold a sales order without lines");
    let entries = story.edit(vec![Deal::add(line(2, "MUG", "Mug", 1, "12.00"))]).posted();
    let Body::Change { after, .. } = &entries[0].body else { panic!("no change") };
    let Body::SalesOrder(order) = &**after else { panic!("no sales order") };
    assert_eq!(order.is_manually_closed, Some(false), "it is open again");
}

#[test]
fn an_order_cancelled_before_payment_closes_its_sales_order() {
    let mut story = story(premier(), "0", DeliveryState::Unfulfilled);
    story.posted();
    let entries = story.cancel().posted();
    assert_eq!(kinds(&entries), [EntryKind::Change]);
    assert!(entries[0].why.contains(&Why::SalesOrderDone));
    assert!(story.sums().is_empty());
}

#[test]
fn a_deposit_goes_back_when_the_order_is_cancelled_and_nothing_is_left_in_the_books() {
    let mut story = story(premier(), "60", DeliveryState::Unfulfilled);
    story.posted();
    let entries = story.cancel().posted();
    assert!(kinds(&entries).contains(&EntryKind::Change), "the sales order is closed: {entries:#?}");
    assert!(story.sums().is_empty(), "{:?}", story.sums());
}

#[test]
fn a_deposit_that_is_given_back_before_the_sale_is_taken_from_the_liability() {
    let mut story = story(premier(), "60", DeliveryState::Unfulfilled);
    story.posted();
    story.refund(Back {
        deals: vec![Deal::Remove(0, 1)],
        fates: vec![(0, 1, books::document::Fate::Restocked)],
        money: vec![("shopify_payments", money("20"))],
        ..Back::default()
    });
    story.order.payment_state = books::document::PaymentState::PartiallyPaid;
    let entries = story.posted();
    assert_eq!(
        story.sums(),
        ledger([("Shopify Payments Clearing", "40"), ("Customer Deposits", "-40")]),
        "{entries:#?}"
    );
    story.deliver(DeliveryState::Fulfilled).posted();
    assert!(!story.sums().contains_key("Customer Deposits"));
    assert_eq!(story.sums()["Accounts Receivable"], story.outstanding());
}

#[test]
fn a_shop_in_another_currency_than_the_books_is_held_unless_there_are_several() {
    let mut world = World::new();
    world.mapping.documents.home_currency = "CAD".into();
    let held = [HeldReason::NotHomeCurrency { currency: "USD".into(), home: "CAD".into() }];
    assert_eq!(world.held(&worked_order()), held);
    world.file.multicurrency = true;
    assert!(world.map(&worked_order()).held.is_none());
}

#[test]
fn an_authorisation_is_no_money() {
    let mut story = story(World::new(), "0", DeliveryState::Unfulfilled);
    story.pay("shopify_payments", "110.35");
    story.order.payments[0].kind = books::document::PaymentKind::Authorization;
    story.order.payment_state = books::document::PaymentState::Authorized;
    assert!(story.posted().is_empty() && story.waits);
}
