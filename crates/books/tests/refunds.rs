//! What goes back to buyers: the refunds of PRODUCT.md 5.2 and SHOPIFY.md 3.4, to the cent.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::collections::BTreeMap;

use books::{Body, Entry, EntryKind, Money, Why, document::Fate};
use common::{story::*, *};

/// The worked order, posted, with its tax on goods and delivery.
fn story() -> Story {
    let mut story = Story::of(worked_order_taxed_apart());
    story.posted();
    story
}

fn kinds(entries: &[Entry]) -> Vec<EntryKind> {
    entries.iter().map(|entry| entry.kind).collect()
}

fn unit(fate: Fate, gateway: &'static str) -> Back {
    Back {
        deals: vec![Deal::Remove(0, 1)],
        fates: vec![(0, 1, fate)],
        money: vec![(gateway, money("48.38"))],
        ..Back::default()
    }
}

fn amount(gateway: &'static str, given: &str, deals: Vec<Deal>) -> Back {
    Back { deals, money: vec![(gateway, money(given))], ..Back::default() }
}

/// What the refund posts, all of its entries together.
fn of(entry: &Entry) -> BTreeMap<String, Money> {
    by_account(entry.postings.iter())
}

const UNIT: [(&str, &str); 4] = [
    ("Merchandise Sales", "50"),
    ("Sales Discounts", "-5"),
    ("Sales Tax Payable", "3.38"),
    ("Accounts Receivable", "-48.38"),
];

#[test]
fn one_unit_restocked_is_a_credit_memo_of_48_38_and_the_money_out() {
    let mut story = story();
    let entries = story.refund(unit(Fate::Restocked, "shopify_payments")).posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::ARRefundCreditCard]);
    assert_eq!(of(&entries[0]), ledger(UNIT));
    assert_eq!(form_lines(&entries[0])[0], ("WIDGET".to_owned(), Some(1.into()), money("50")), "stock comes back");
    assert_eq!(of(&entries[1]), ledger([("Accounts Receivable", "48.38"), ("Shopify Payments Clearing", "-48.38")]));
    assert_eq!((entries[0].number.as_str(), entries[1].number.as_str()), ("1001-R1", "1001-P1"));
    assert!(entries[0].why.contains(&Why::Restocked));
    let Body::ARRefundCreditCard { credits, .. } = &entries[1].body else { panic!("no refund") };
    assert_eq!(credits[0].to, entries[0].key);
    assert!(!story.sums().contains_key("Accounts Receivable"));
}

#[test]
fn one_unit_not_restocked_goes_to_returns_and_moves_no_stock() {
    let mut story = story();
    let entries = story.refund(unit(Fate::NotRestocked, "shopify_payments")).posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::ARRefundCreditCard]);
    assert_eq!(form_lines(&entries[0])[0].0, "Returned - no restock");
    assert_eq!(
        of(&entries[0]),
        ledger([
            ("Returns & Allowances", "50"),
            ("Sales Discounts", "-5"),
            ("Sales Tax Payable", "3.38"),
            ("Accounts Receivable", "-48.38"),
        ])
    );
}

#[test]
fn a_damaged_unit_goes_back_into_stock_and_out_of_it_at_a_loss() {
    let mut story = story();
    let entries = story.refund(unit(Fate::Damaged, "shopify_payments")).posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::ARRefundCreditCard, EntryKind::InventoryAdjustment]);
    assert_eq!(of(&entries[0]), ledger(UNIT));
    let Body::InventoryAdjustment(form) = &entries[2].body else { panic!("no adjustment") };
    assert_eq!(form.account_ref, qbxml::Ref::name("Inventory Shrinkage"));
    let line = &form.inventory_adjustment_line_add[0];
    assert_eq!(line.item_ref, qbxml::Ref::name("WIDGET"));
    let qbxml::StockChange::Quantity(change) = &line.change else { panic!("{line:?}") };
    assert_eq!(change.quantity_difference.unwrap().value(), (-1).into());
    assert!(entries[2].postings.is_empty(), "QuickBooks values it at its own average cost");
}

#[test]
fn goods_of_a_return_that_turn_out_damaged_later_are_written_off_then() {
    let mut story = story();
    let entries = story.take_back(vec![Deal::Remove(0, 1)]).posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo]);
    let entries = story
        .refund(Back {
            fates: vec![(0, 1, Fate::Damaged)],
            money: vec![("shopify_payments", money("48.38"))],
            ..Back::default()
        })
        .posted();
    assert_eq!(kinds(&entries), [EntryKind::ARRefundCreditCard, EntryKind::InventoryAdjustment]);
    assert!(!story.sums().contains_key("Accounts Receivable"));
}

#[test]
fn shipping_alone_is_taken_from_shipping_income() {
    let mut story = story();
    let entries = story.refund(amount("shopify_payments", "8.60", vec![Deal::Shipping(money("8"))])).posted();
    assert_eq!(
        of(&entries[0]),
        ledger([("Shipping Income", "8"), ("Sales Tax Payable", "0.60"), ("Accounts Receivable", "-8.60")])
    );
    assert_eq!(form_lines(&entries[0])[0].0, "Shipping");
}

#[test]
fn an_amount_alone_is_a_line_of_its_own_without_tax() {
    for told in [vec![Deal::Adjust(money("15"))], Vec::new()] {
        let mut story = story();
        story.refund(amount("shopify_payments", "15", told.clone()));
        if told.is_empty() {
            story.order.agreements.pop();
        }
        let entries = story.posted();
        assert_eq!(form_lines(&entries[0]), [("Refund - unallocated".to_owned(), None, money("15"))]);
        assert_eq!(of(&entries[0]), ledger([("Returns & Allowances", "15"), ("Accounts Receivable", "-15")]));
        assert_eq!(of(&entries[1])["Shopify Payments Clearing"], money("-15"));
    }
}

#[test]
fn a_refund_to_a_gift_card_or_store_credit_raises_that_liability_and_pays_nothing_out() {
    for (gateway, account) in
        [("gift_card", "Gift Cards Outstanding"), ("shopify_store_credit", "Store Credit Outstanding")]
    {
        let mut story = story();
        let entries = story.refund(unit(Fate::Restocked, gateway)).posted();
        assert_eq!(kinds(&entries), [EntryKind::CreditMemo]);
        assert_eq!(entries[0].total, Money::ZERO);
        let mut expected = ledger([UNIT[0], UNIT[1], UNIT[2]]);
        expected.insert(account.to_owned(), money("-48.38"));
        assert_eq!(of(&entries[0]), expected);
        assert!(entries[0].why.contains(&Why::GivenAsCredit));
    }
}

#[test]
fn a_gift_card_given_for_a_return_of_before_is_sold_for_what_was_owed() {
    let mut story = story();
    story.take_back(vec![Deal::Remove(0, 1)]).posted();
    let entries = story.refund(amount("gift_card", "48.38", Vec::new())).posted();
    assert_eq!(kinds(&entries), [EntryKind::Invoice, EntryKind::Application]);
    assert_eq!(of(&entries[0]), ledger([("Accounts Receivable", "48.38"), ("Gift Cards Outstanding", "-48.38")]));
    assert!(!story.sums().contains_key("Accounts Receivable"));
}

#[test]
fn cash_goes_back_by_check_as_rounded() {
    let mut order = order();
    order.lines.push(line(1, "MUG", "Mug", 2, "5.02"));
    order.payments.push(payment("cash", "10.04"));
    let mut story = Story::of(totalled(order));
    story.posted();
    let entries = story
        .refund(Back {
            deals: vec![Deal::Remove(0, 1)],
            fates: vec![(0, 1, Fate::Restocked)],
            money: vec![("cash", money("5.02"))],
            rounding: money("-0.02"),
            ..Back::default()
        })
        .posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::Check]);
    assert_eq!(
        of(&entries[0]),
        ledger([("Merchandise Sales", "5.02"), ("Cash Rounding", "-0.02"), ("Accounts Receivable", "-5.00")])
    );
    assert_eq!(of(&entries[1]), ledger([("Accounts Receivable", "5.00"), ("Cash in Drawer", "-5.00")]));
    let Body::Check { form, .. } = &entries[1].body else { panic!("no check") };
    assert_eq!(form.account_ref, qbxml::Ref::name("Cash in Drawer"));
    assert_eq!(form.payee_entity_ref, Some(qbxml::Ref::name("Shopify Customer")));
}

#[test]
fn cash_for_a_return_of_before_is_rounded_by_a_form_of_its_own() {
    for (rounding, kind) in [("-0.02", EntryKind::Invoice), ("0.02", EntryKind::CreditMemo)] {
        let mut order = order();
        order.lines.push(line(1, "MUG", "Mug", 1, "5.02"));
        order.payments.push(payment("cash", "5.02"));
        let mut story = Story::of(totalled(order));
        story.posted();
        story.take_back(vec![Deal::Remove(0, 1)]).posted();
        let mut back = amount("cash", "5.02", Vec::new());
        back.rounding = money(rounding);
        let entries = story.refund(back).posted();
        assert_eq!(entries[0].kind, kind);
        let sums = story.sums();
        assert_eq!(sums, ledger([("Cash in Drawer", &(-money(rounding)).to_string()), ("Cash Rounding", rounding)]));
    }
}

#[test]
fn cash_that_pays_an_invoice_later_is_rounded_by_a_form_of_its_own() {
    let mut order = order();
    order.lines.push(line(1, "MUG", "Mug", 1, "9.99"));
    let mut story = Story::of(totalled(order));
    story.posted();
    story.pay("cash", "10.00");
    story.order.payments[0].rounding = money("0.01");
    story.order.totals.cash_rounding = money("0.01");
    let entries = story.posted();
    assert_eq!(kinds(&entries), [EntryKind::Invoice, EntryKind::ReceivePayment]);
    assert_eq!(
        story.sums(),
        ledger([("Cash in Drawer", "10.00"), ("Merchandise Sales", "-9.99"), ("Cash Rounding", "-0.01")])
    );
}

#[test]
fn several_refunds_of_one_order_are_numbered_and_each_is_posted_once() {
    let mut story = story();
    let first = story.refund(unit(Fate::Restocked, "shopify_payments")).posted();
    let second = story
        .refund(Back { money: vec![("shopify_payments", money("48.37"))], ..unit(Fate::Restocked, "shopify_payments") })
        .posted();
    assert_eq!((first[0].number.as_str(), second[0].number.as_str()), ("1001-R1", "1001-R2"));
    assert_eq!(second[0].total, money("48.37"), "the two halves of the tax come to the whole");
    let sums = story.sums();
    assert_eq!(
        sums,
        ledger([
            ("Shopify Payments Clearing", "13.60"),
            ("Shipping Income", "-8"),
            ("Sales Tax Payable", "-0.60"),
            ("Employee Tips Payable", "-5"),
        ])
    );
}

#[test]
fn a_fee_kept_back_lowers_the_credit() {
    let mut story = story();
    let entries = story.take_back(vec![Deal::Remove(0, 1), Deal::Keep("Restocking fee", money("5"))]).posted();
    assert_eq!(entries[0].total, money("43.38"));
    assert_eq!(
        of(&entries[0]),
        ledger([UNIT[0], UNIT[1], UNIT[2], ("Fee Income", "-5"), ("Accounts Receivable", "-43.38")])
    );
    let entries = story.refund(amount("shopify_payments", "43.38", Vec::new())).posted();
    assert_eq!(kinds(&entries), [EntryKind::ARRefundCreditCard]);
    assert!(!story.sums().contains_key("Accounts Receivable"));
}

#[test]
fn a_refund_whose_money_is_on_its_way_waits_and_is_posted_when_it_arrives() {
    let mut story = story();
    story.refund(Back { pending: true, ..unit(Fate::Restocked, "shopify_payments") });
    assert!(story.posted().is_empty() && story.waits);
    let entries = story.days(3).arrives().posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::ARRefundCreditCard]);
    assert!(!story.waits);
    assert_eq!(entries[1].date, Some(jiff::civil::date(2026, 11, 24)), "the day on which the money went");
}

#[test]
fn a_refund_before_the_order_was_posted_comes_after_its_sale() {
    let mut story = Story::of(worked_order_taxed_apart());
    let entries = story.refund(unit(Fate::Restocked, "shopify_payments")).posted();
    assert_eq!(kinds(&entries), [EntryKind::SalesReceipt, EntryKind::CreditMemo, EntryKind::ARRefundCreditCard]);
    assert_eq!(entries[0].total, money("110.35"));
}

#[test]
fn a_refund_in_another_period_is_dated_when_it_was_given_and_leaves_the_sale_alone() {
    let mut story = story();
    story.world.file.closing_date = Some(jiff::civil::date(2026, 11, 30));
    let entries = story.days(14).refund(unit(Fate::Restocked, "shopify_payments")).posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::ARRefundCreditCard]);
    assert!(entries.iter().all(|entry| entry.date == Some(jiff::civil::date(2026, 12, 4))));
}

#[test]
fn goods_given_back_on_an_open_invoice_are_set_against_it() {
    let mut order = worked_order_taxed_apart();
    order.payments.clear();
    let mut story = Story::of(order);
    story.posted();
    story.pay("paypal", "60").posted();
    let entries = story.take_back(vec![Deal::Remove(0, 1)]).posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::Application]);
    assert_eq!(story.sums()["Accounts Receivable"], money("1.97"));
}

fn exchange(price: &str) -> (Story, Vec<Entry>) {
    let mut story = story();
    let entries = story.take_back(vec![Deal::Remove(0, 1), Deal::add(line(7, "LAMP", "Lamp", 1, price))]).posted();
    assert_eq!(kinds(&entries), [EntryKind::Invoice, EntryKind::CreditMemo, EntryKind::Application]);
    let Body::Application { invoice, credit, .. } = &entries[2].body else { panic!("no application") };
    assert_eq!((invoice, credit), (&entries[0].key, &entries[1].key), "the legs are linked");
    assert_eq!(of(&entries[0]), ledger([("Accounts Receivable", price), ("Merchandise Sales", &format!("-{price}"))]));
    assert_eq!(of(&entries[1]), ledger(UNIT));
    (story, entries)
}

#[test]
fn an_exchange_for_something_dearer_leaves_the_difference_to_be_paid() {
    let (mut story, entries) = exchange("60");
    assert_eq!(entries[2].total, money("48.38"));
    assert_eq!(story.sums()["Accounts Receivable"], money("11.62"));
    let entries = story.pay("shopify_payments", "11.62").posted();
    assert_eq!(kinds(&entries), [EntryKind::ReceivePayment]);
    assert_eq!(story.sums()["Shopify Payments Clearing"], money("121.97"), "only the difference touches it");
}

#[test]
fn an_exchange_for_something_cheaper_leaves_the_difference_to_be_given_back() {
    let (mut story, entries) = exchange("40");
    assert_eq!(entries[2].total, money("40"));
    let entries = story
        .refund(Back { fates: vec![(0, 1, Fate::Restocked)], ..amount("shopify_payments", "8.38", Vec::new()) })
        .posted();
    assert_eq!(kinds(&entries), [EntryKind::ARRefundCreditCard]);
    assert_eq!(story.sums()["Shopify Payments Clearing"], money("101.97"));
    assert!(!story.sums().contains_key("Accounts Receivable"));
}

#[test]
fn an_even_exchange_touches_no_clearing_account() {
    let (story, _) = exchange("48.38");
    assert_eq!(story.sums()["Shopify Payments Clearing"], money("110.35"));
    assert!(!story.sums().contains_key("Accounts Receivable"));
}

#[test]
fn a_cancelled_order_that_was_paid_is_refunded() {
    let mut story = story();
    let entries = story.cancel().posted();
    assert_eq!(kinds(&entries), [EntryKind::CreditMemo, EntryKind::ARRefundCreditCard]);
    assert!(story.sums().is_empty(), "{:?}", story.sums());
}
