//! Days of summarised sales: whatever happens to the orders behind them and whenever it is mapped, the days' entries and
//! the entries on account come to what detailed books come to, but for the cost of goods.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use books::{
    Body, Entry, EntryKey, EntryKind, HeldReason, Money, Moved, Past, Removal, Why,
    document::{Day, Fate, Order},
    mapping::{DayForm, Edits, Mode},
};
use common::{moves::*, story::*, trade::*, *};
use jiff::civil::date;
use proptest::prelude::*;
use qbxml::Ref;

/// Accounts of the cost of goods: QuickBooks posts to them by itself in detailed mode.
const COSTS: [&str; 3] = ["Cost of Goods Sold", "Inventory Asset", "Inventory Shrinkage"];

/// The worked order, of goods that cost 20.00 each.
fn worked() -> Order {
    let mut order = worked_order_taxed_apart();
    order.lines[0].item.unit_cost = Some(money("20.00"));
    order
}

fn without_costs(mut sums: BTreeMap<String, Money>) -> BTreeMap<String, Money> {
    sums.retain(|account, _| !COSTS.contains(&account.as_str()));
    sums
}

fn one_back(fate: Fate) -> Back {
    Back {
        deals: vec![Deal::Remove(0, 1)],
        fates: vec![(0, 1, fate)],
        money: vec![("shopify_payments", money("48.37"))],
        ..Back::default()
    }
}

#[test]
fn the_paid_sales_of_a_day_are_one_entry_of_both_sides_by_account() {
    for form in [DayForm::JournalEntry, DayForm::SalesReceipt] {
        let mut trade = Trade::of(&summary(form), &[worked(), worked()]);
        let before = trade.carry_over(date(2026, 11, 19));
        assert!(before.is_empty(), "the day is not over: {before:?}");
        let entries = trade.carry_over(date(2026, 11, 20));
        let [entry] = entries.as_slice() else { panic!("{}", brief(&entries)) };
        assert_eq!(entry.key.as_str(), "day:2026-11-20/online");
        assert_eq!((entry.number.as_str(), entry.members().count()), ("D261120-1", 4));
        let expected = ledger([
            ("Cost of Goods Sold", "80.00"),
            ("Employee Tips Payable", "-10.00"),
            ("Inventory Asset", "-80.00"),
            ("Merchandise Sales", "-200.00"),
            ("Sales Discounts", "20.00"),
            ("Sales Tax Payable", "-14.70"),
            ("Shipping Income", "-16.00"),
            ("Shopify Payments Clearing", "220.70"),
        ]);
        assert_eq!(trade.sums(), expected);
        assert!(entry.why.contains(&Why::SumOfDay { parts: 4 }));
    }
}

#[test]
fn what_is_on_account_stays_with_its_buyer_and_its_goods_cost_all_the_same() {
    let mut world = summary(DayForm::JournalEntry);
    world.mapping.customers.mode = Mode::Detailed;
    world.told.customer(5, "Ada Lovelace");
    let mut order = worked();
    order.payments.clear();
    order.payment_state = books::document::PaymentState::Pending;
    order.customer = Some(id("Customer", 5));
    let mut trade = Trade::of(&world, &[order, worked()]);
    trade.carry_over(date(2026, 11, 20));
    let own: Vec<&Entry> = trade.own().collect();
    let [invoice] = own.as_slice() else { panic!("{own:?}") };
    let Body::Invoice(form) = &invoice.body else { panic!("{invoice:?}") };
    assert_eq!(form.customer_ref, Ref::name("Ada Lovelace"));
    assert_eq!(trade.sums()["Cost of Goods Sold"], money("80"));
    assert_eq!(trade.sums()["Accounts Receivable"], money("110.35"));
    assert!(!trade.world.company.has(&EntryKey::new("item", "gid://shopify/ProductVariant/1")));
}

#[test]
fn goods_that_come_back_cost_what_they_cost_when_they_were_sold() {
    let costs = |fate| {
        let mut trade = Trade::of(&summary(DayForm::JournalEntry), &[worked()]);
        trade.carry_over(date(2026, 11, 20));
        let mut line = trade.stories[0].order.lines[0].clone();
        line.item.unit_cost = Some(money("99.00"));
        trade.stories[0].order.lines[0] = line;
        trade.stories[0].days(2).refund(one_back(fate));
        let entries = trade.carry_over(date(2026, 12, 1));
        assert_eq!(entries.len(), 1, "{}", brief(&entries));
        assert_eq!(entries[0].date, Some(date(2026, 11, 22)));
        let sums = trade.sums();
        COSTS.map(|account| sums.get(account).copied().unwrap_or_default())
    };
    assert_eq!(costs(Fate::Restocked), ["20", "-20", "0"].map(money));
    assert_eq!(costs(Fate::Damaged), ["20", "-40", "20"].map(money));
    assert_eq!(costs(Fate::NotRestocked), ["40", "-40", "0"].map(money));
}

#[test]
fn a_cost_that_the_shop_does_not_tell_is_not_made_up() {
    let mut trade = Trade::of(&summary(DayForm::JournalEntry), &[worked_order_taxed_apart(), worked()]);
    let entries = trade.carry_over(date(2026, 11, 20));
    assert_eq!(trade.sums()["Cost of Goods Sold"], money("40"));
    assert!(entries[0].why.contains(&Why::UnitCostsUnknown { count: 1 }), "{:?}", entries[0].why);
    let unknown = trade.stories[0].past.iter().find(|past| past.entry.kind == EntryKind::Cost).unwrap();
    let Body::Cost { lines } = &unknown.entry.body else { panic!() };
    assert_eq!((lines[0].unit_cost, lines[0].moved), (None, Moved::Sold));
    assert!(unknown.entry.postings.is_empty());
}

#[test]
fn a_late_order_changes_the_posted_day_in_place() {
    for form in [DayForm::JournalEntry, DayForm::SalesReceipt] {
        let mut trade = Trade::of(&summary(form), &[worked()]);
        trade.carry_over(date(2026, 11, 20));
        let late = Trade::of(&summary(form), &[worked(), worked()]).stories.pop().unwrap();
        trade.stories.push(late);
        trade.open.push(Vec::new());
        let entries = trade.carry_over(date(2026, 11, 21));
        let [entry] = entries.as_slice() else { panic!("{}", brief(&entries)) };
        assert_eq!((entry.kind, entry.number.as_str()), (EntryKind::Change, "D261120-1"));
        assert_eq!(trade.sums()["Merchandise Sales"], money("-200"));
        assert!(trade.carry_over(date(2026, 12, 1)).is_empty());
    }
}

#[test]
fn a_day_that_quickbooks_does_not_let_be_changed_gets_an_entry_for_the_rest() {
    for form in [DayForm::JournalEntry, DayForm::SalesReceipt] {
        let mut trade = Trade::of(&summary(form), &[worked()]);
        trade.carry_over(date(2026, 11, 20));
        for number in 2..=3 {
            let orders = vec![worked(); number];
            trade.stories.push(Trade::of(&summary(form), &orders).stories.pop().unwrap());
            trade.open.push(Vec::new());
            let book = trade.days.values_mut().next().unwrap();
            if number == 2 {
                let first = book.past[0].entry.clone();
                let target = first.key.clone();
                let body = Body::Change { target, before: None, after: Box::new(first.body.clone()) };
                let change = Entry { key: EntryKey::new("change", "x"), carries: Vec::new(), body, ..first };
                book.past.push(Past { entry: change, undone: false, refused: true });
            }
            let entries = trade.carry_over(date(2026, 11, 21));
            let [entry] = entries.as_slice() else { panic!("{}", brief(&entries)) };
            let (kind, key) = if number == 2 {
                (EntryKind::JournalEntry, "day:2026-11-20/online~2")
            } else {
                (EntryKind::Change, "change:day:2026-11-20/online~2")
            };
            assert_eq!((entry.kind, entry.key.as_str(), entry.number.as_str()), (kind, key, "D261120-1b"));
            let refused = &trade.days.values().next().unwrap().past[1].entry;
            let mut sums = trade.sums();
            for posting in refused.postings.iter() {
                *sums.get_mut(&posting.account).unwrap() -= posting.amount;
            }
            assert_eq!(sums["Merchandise Sales"], money("-100") * rust_decimal::Decimal::from(number));
        }
    }
}

#[test]
fn a_day_of_a_closed_period_is_held_and_one_that_was_undone_stays_so() {
    let mut trade = Trade::of(&summary(DayForm::JournalEntry), &[worked()]);
    trade.carry_over(date(2026, 11, 19));
    let day = Day { date: date(2026, 11, 20), location: None }.id();
    trade.world.file.closing_date = Some(date(2026, 11, 30));
    let mapped = trade.map(&trade.document(&day), &[], date(2026, 11, 20));
    assert!(matches!(mapped.held.unwrap().reasons[..], [HeldReason::ClosedPeriod { .. }]));
    trade.world.file.closing_date = None;
    let entry = trade.map(&trade.document(&day), &[], date(2026, 11, 20)).entries.pop().unwrap();
    let undone = [Past { entry, undone: true, refused: false }];
    let held = trade.map(&trade.document(&day), &undone, date(2026, 11, 20)).held.unwrap();
    assert_eq!(held.reasons, [HeldReason::Undone]);
    // What it carried is undone with it, and so no part of the day any more.
    trade.open[0].clear();
    assert!(trade.map(&trade.document(&day), &undone, date(2026, 11, 20)).is_nothing());
}

#[test]
fn a_day_of_more_refunds_than_sales_and_a_day_with_something_owed() {
    let mut trade = Trade::of(&summary(DayForm::SalesReceipt), &[worked()]);
    trade.carry_over(date(2026, 11, 20));
    trade.stories[0].days(1).refund(one_back(Fate::Restocked));
    let entries = trade.carry_over(date(2026, 11, 21));
    // Tax below zero is nothing that a sales receipt can be trusted with.
    assert_eq!(entries[0].kind, EntryKind::JournalEntry);
    assert!(entries[0].why.iter().any(|why| matches!(why, Why::NoSalesReceipt { .. })));
    trade.stories[0].days(1).take_back(vec![Deal::Remove(0, 1)]);
    let entries = trade.carry_over(date(2026, 12, 1));
    assert_eq!(entries[0].kind, EntryKind::JournalEntry);
    assert_eq!(trade.sums()["Accounts Receivable"], money("-48.38"));
}

#[test]
fn days_of_two_places_are_two_entries_with_their_classes() {
    let mut world = summary(DayForm::JournalEntry);
    world.told.location(7, "Harbour Street");
    let mut in_person = worked();
    in_person.location = Some(id("Location", 7));
    let mut trade = Trade::of(&world, &[worked(), in_person]);
    let entries = trade.carry_over(date(2026, 11, 20));
    let numbers: BTreeSet<&str> = entries.iter().map(|entry| entry.number.as_str()).collect();
    assert_eq!(numbers, BTreeSet::from(["D261120-1", "D261120-2"]));
    let classes: BTreeSet<Option<&str>> =
        entries.iter().flat_map(|entry| entry.postings.iter()).map(|posting| posting.class.as_deref()).collect();
    assert_eq!(classes, BTreeSet::from([Some("Harbour Street"), Some("Online Store")]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn days_come_to_what_detailed_books_come_to_but_for_the_cost_of_goods(
        orders in prop::collection::vec(placed(), 1..4),
        form in prop::sample::select(vec![DayForm::JournalEntry, DayForm::SalesReceipt]),
        moves in prop::collection::vec((0..3_usize, a_move(), prop::bool::weighted(0.5), prop::bool::weighted(0.5)), 0..14),
        costs in prop::collection::vec(prop::option::of(1..4_000_i64), 1..4),
    ) {
        let mut orders = orders;
        for (order, cost) in orders.iter_mut().zip(costs.iter().cycle()) {
            for line in &mut order.lines {
                line.item.unit_cost = cost.map(Money::cents);
            }
        }
        let mut world = summary(form);
        world.mapping.documents.edits = Edits::Adjust;
        let mut trade = Trade::of(&world, &orders);
        world.mapping.inventory.mode = Mode::Detailed;
        let mut twins = Trade::of(&world, &orders).stories;
        for (place, what, mapped, over) in moves {
            let place = place % orders.len();
            // A closed period is another story: what is mapped first decides where it goes.
            if matches!(what, Move::Close) {
                continue;
            }
            happen(&mut trade.stories[place], what.clone());
            happen(&mut twins[place], what);
            if mapped {
                let today = trade.stories[place].now.in_tz("America/New_York").unwrap().date();
                trade.carry_over(if over { today } else { today.yesterday().unwrap() });
                twins[place].posted();
            }
        }
        trade.carry_over(date(2028, 1, 1));
        for twin in &mut twins {
            twin.posted();
        }
        let waits = trade.stories.iter().any(|story| story.waits);
        prop_assert_eq!(waits, twins.iter().any(|twin| twin.waits));

        let parts = by_account(trade.stories.iter().flat_map(|story| &story.past).flat_map(|past| past.entry.postings.iter()));
        prop_assert_eq!(&parts, &trade.sums(), "days are the sums of their parts");
        let open: Vec<&Entry> = trade.open.iter().flatten().collect();
        prop_assert!(open.iter().all(|entry| entry.postings.is_empty()), "left open: {}", brief(open));
        let mut ours = without_costs(trade.sums());
        let mut theirs = without_costs(by_account(twins.iter().flat_map(|twin| &twin.past).flat_map(|past| past.entry.postings.iter())));
        if trade.stories.iter().any(|story| story.order.cancelled_at.is_some() && story.received().is_zero()) {
            // Of what was called off nothing is left, whichever income it was that came and went.
            for sums in [&mut ours, &mut theirs] {
                let back = sums.remove("Returns & Allowances").unwrap_or_default();
                *sums.entry("Merchandise Sales".to_owned()).or_default() += back;
                sums.retain(|_, amount| !amount.is_zero());
            }
        }
        prop_assert_eq!(ours, theirs, "\n{}\ndetailed:\n{}", brief(trade.own().chain(trade.days())), brief(twins.iter().flat_map(|twin| &twin.past).map(|past| &past.entry)));

        // Undone, nothing is left of them.
        for removal in [Removal::Void, Removal::Delete] {
            for book in trade.days.values() {
                let entries: Vec<Entry> = book.past.iter().map(|past| past.entry.clone()).collect();
                let undo = books::undo(&entries, removal, |_| false);
                let left = by_account(entries.iter().chain(&undo).flat_map(|entry| entry.postings.iter()));
                prop_assert!(left.is_empty(), "{:?}", left);
            }
        }
    }
}
