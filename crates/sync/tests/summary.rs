//! Summary mode: a day's paid sales are one entry in QuickBooks, and everything that is promised of entries holds for it and
//! its parts.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::collections::BTreeMap;

use books::{
    EntryKey, EntryKind, Mapping,
    document::{AgreementKind, Order},
    mapping::{DayForm, Gateway, Mode, ModesFrom},
};
use jiff::{SignedDuration, Timestamp, civil::date};
use rust_decimal::Decimal;
use simulator::{
    company::{Edition, Setup},
    shop::{Bucket, Mix, Settings, Shop, Trade},
};
use store::{EntryFilter, EntryRow, State, StoreError};
use sync::{
    tieout::{self, Cause, Period},
    undo::{self, Removal, Selection},
};

use crate::support::{Way, World, by_hand, money, mugs, paid, refund};

/// Accounts that QuickBooks itself moves when it keeps stock.
const COSTS: [&str; 3] = ["Cost of Goods Sold", "Inventory Asset", "Inventory Shrinkage"];
const DAY: &str = "day:2026-11-20/online";

fn summary(form: DayForm) -> Mapping {
    let mut mapping = Mapping::default();
    mapping.customers.mode = Mode::Summary;
    mapping.inventory.mode = Mode::Summary;
    mapping.inventory.summary = form;
    mapping
}

fn world(form: DayForm) -> World {
    World::with(Setup::new(Edition::Premier), summary(form))
}

/// Mugs that cost four dollars each.
fn cups(number: u64, quantity: u32) -> Order {
    let mut order = mugs(number, quantity);
    order.lines[0].item.tracked = true;
    order.lines[0].item.unit_cost = Some(money("4.00"));
    order
}

/// Reads the shop, and lets QuickBooks have what there is.
fn settle(world: &mut World) {
    world.pull();
    for _ in 0..3 {
        world.session();
    }
}

/// The day of the orders goes by.
fn sleep(world: &World) {
    world.wait(SignedDuration::from_hours(24 * 400));
}

fn parts(world: &World) -> Vec<EntryRow> {
    let filter = EntryFilter { part_of: Some(EntryKey::stored(DAY)), limit: Some(1000), ..EntryFilter::default() };
    world.store.entries(&filter).unwrap()
}

fn balance(world: &World, account: &str) -> Decimal {
    world.balances().get(account).copied().unwrap_or_default()
}

fn of_day(form: DayForm) -> &'static str {
    if form == DayForm::JournalEntry { "JournalEntry" } else { "SalesReceipt" }
}

#[test]
fn a_day_waits_until_it_is_over_and_is_one_entry_then() {
    for form in [DayForm::JournalEntry, DayForm::SalesReceipt] {
        let now = "2026-11-20T20:00:00Z".parse::<Timestamp>().unwrap();
        let mut world = World::at(now, Setup::new(Edition::Premier), summary(form));
        world.sell(1001, &paid(cups(1001, 2)));
        world.sell(1002, &paid(cups(1002, 3)));
        settle(&mut world);
        assert!(world.company.transactions().is_empty(), "the day is not over");
        assert_eq!(world.entries(State::Summarised).len(), 4);
        // Midnight is not enough: the shop must be read after it.
        world.set(now + SignedDuration::from_hours(10));
        world.session();
        assert!(world.company.transactions().is_empty());
        settle(&mut world);
        world.assert_settled();
        assert_eq!((world.standing(of_day(form)), world.company.transactions().len()), (1, 1));
        assert_eq!(balance(&world, "Merchandise Sales"), Decimal::from(-50));
        assert_eq!(balance(&world, "Shopify Payments Clearing"), Decimal::from(50));
        assert_eq!(balance(&world, "Cost of Goods Sold"), Decimal::from(20));
        assert_eq!(balance(&world, "Inventory Asset"), Decimal::from(-20));
        world.assert_ties_out();
        assert!(world.entries(State::Summarised).is_empty());
        assert_eq!(parts(&world).len(), 4);
        let part = world.store.entry(&parts(&world)[0].key).unwrap().unwrap();
        assert_eq!(part.part_of.unwrap().entry, Some(EntryKey::stored(DAY)));
        let found = EntryFilter { text: Some("1002".to_owned()), ..EntryFilter::default() };
        assert_eq!(world.store.entries(&found).unwrap().len(), 2, "a part is found by its order");
        settle(&mut world);
        assert_eq!(world.company.transactions().len(), 1);
    }
}

#[test]
fn a_late_order_and_a_refund_replace_the_day_in_place() {
    for form in [DayForm::JournalEntry, DayForm::SalesReceipt] {
        let mut world = world(form);
        sleep(&world);
        let mut first = paid(cups(1001, 2));
        world.sell(1001, &first);
        settle(&mut world);
        world.sell(1002, &paid(cups(1002, 3)));
        settle(&mut world);
        refund(&mut first, 1);
        world.sell(1001, &first);
        settle(&mut world);
        world.assert_settled();
        assert_eq!(world.standing(of_day(form)), 1);
        assert_eq!(world.company.transactions().len(), 1);
        assert_eq!(balance(&world, "Merchandise Sales"), Decimal::from(-40));
        assert_eq!(balance(&world, "Cost of Goods Sold"), Decimal::from(16));
        world.assert_ties_out();
        // Sale and cost of both, and of the first a credit memo, its money and its cost.
        assert_eq!(parts(&world).len(), 7);
    }
}

#[test]
fn a_lost_answer_to_a_day_never_doubles_it() {
    for form in [DayForm::JournalEntry, DayForm::SalesReceipt] {
        for kept in [true, false] {
            let mut world = world(form);
            world.company.set_keep_answers(kept);
            sleep(&world);
            world.sell(1001, &paid(cups(1001, 2)));
            world.pull();
            let lost = |verb: &str| format!("<{}{verb}Rq", of_day(form));
            world.session_with(|_, xml| if xml.contains(&lost("Add")) { Way::AnswerLost } else { Way::Through });
            assert!(world.entries(State::Uncertain).iter().any(|row| row.key.as_str() == DAY));
            // While it is not known whether the day is there, nothing of its orders is planned anew.
            let mut more = paid(cups(1001, 2));
            refund(&mut more, 1);
            world.sell(1001, &more);
            world.pull();
            assert_eq!(world.entries(State::Summarised).len(), 2);
            settle(&mut world);
            world.assert_settled();
            world.sell(1002, &paid(cups(1002, 3)));
            world.pull();
            world.session_with(|_, xml| if xml.contains(&lost("Mod")) { Way::AnswerLost } else { Way::Through });
            settle(&mut world);
            world.assert_settled();
            assert_eq!(world.sent.iter().filter(|xml| xml.contains(&lost("Add"))).count(), 1);
            assert_eq!(world.company.transactions().len(), 1);
            assert_eq!(balance(&world, "Merchandise Sales"), Decimal::from(-40));
            world.assert_ties_out();
        }
    }
}

#[test]
fn undoing_a_day_takes_its_parts_along_and_it_comes_back_as_a_whole() {
    for form in [DayForm::JournalEntry, DayForm::SalesReceipt] {
        for removal in [Removal::Void, Removal::Delete] {
            let mut world = world(form);
            sleep(&world);
            world.sell(1001, &paid(cups(1001, 2)));
            settle(&mut world);
            world.sell(1002, &paid(cups(1002, 3)));
            settle(&mut world);
            let posted = world.balances();

            let part = parts(&world)[0].key.clone();
            let refused = undo::carry_out(&world.store, &Selection::Entry(part.clone()), removal, world.now());
            assert!(matches!(&refused, Err(StoreError::PartOfDay { day, .. }) if day == DAY), "{refused:?}");
            assert!(matches!(world.store.retry(&part, world.now()), Err(StoreError::PartOfDay { .. })));

            let day = Selection::Entry(EntryKey::stored(DAY));
            let planned = undo::carry_out(&world.store, &day, removal, world.now()).unwrap().unwrap();
            assert_eq!(planned.held, 0);
            settle(&mut world);
            assert_eq!(world.balances(), BTreeMap::new());
            world.assert_settled();
            assert!(parts(&world).iter().all(|part| part.state == State::Undone), "{:#?}", parts(&world));
            settle(&mut world);
            assert_eq!(world.balances(), BTreeMap::new(), "what was undone came back by itself");

            world.store.retry(&EntryKey::stored(DAY), world.now()).unwrap();
            settle(&mut world);
            world.assert_settled();
            assert_eq!(world.balances(), posted);
            assert_eq!(world.standing(of_day(form)), 1);
            assert_eq!(parts(&world).iter().filter(|part| part.state == State::Posted).count(), 4);
        }
    }
}

#[test]
fn what_is_undone_of_an_order_on_account_takes_its_cost_out_of_the_day() {
    let mut world = world(DayForm::JournalEntry);
    sleep(&world);
    world.sell(1001, &paid(cups(1001, 2)));
    world.sell(1002, &cups(1002, 3));
    settle(&mut world);
    world.assert_settled();
    assert_eq!((world.standing("JournalEntry"), world.standing("Invoice")), (1, 1));
    assert_eq!(balance(&world, "Accounts Receivable"), Decimal::from(30));
    assert_eq!(balance(&world, "Cost of Goods Sold"), Decimal::from(20));
    let invoice = world.key(EntryKind::Invoice);
    undo::carry_out(&world.store, &Selection::Entry(invoice.clone()), Removal::Void, world.now()).unwrap().unwrap();
    settle(&mut world);
    world.assert_settled();
    assert_eq!(balance(&world, "Cost of Goods Sold"), Decimal::from(8));
    assert_eq!(balance(&world, "Accounts Receivable"), Decimal::ZERO);
    world.store.retry(&invoice, world.now()).unwrap();
    settle(&mut world);
    world.assert_settled();
    assert_eq!(balance(&world, "Cost of Goods Sold"), Decimal::from(20));
    assert_eq!(balance(&world, "Accounts Receivable"), Decimal::from(30));
}

#[test]
fn a_mode_holds_from_its_day_on_and_an_order_keeps_its_own() {
    let mut mapping = Mapping::default();
    let from = |from, inventory| ModesFrom { from, customers: Mode::Detailed, inventory, vendors: Mode::Detailed };
    mapping.modes = vec![from(date(2026, 11, 21), Mode::Summary)];
    let mut world = World::with(Setup::new(Edition::Premier), mapping);
    sleep(&world);
    let mut before = paid(cups(1001, 2));
    let mut after = cups(1002, 3);
    after.placed_at += SignedDuration::from_hours(24);
    after.agreements[0].at = after.placed_at;
    let mut after = paid(after);
    world.sell(1001, &before);
    world.sell(1002, &after);
    settle(&mut world);
    refund(&mut before, 1);
    refund(&mut after, 1);
    // No two refunds have one id.
    let other = support::id("Refund", 2);
    after.refunds[0].id = other.clone();
    after.agreements[1].kind = AgreementKind::Refunded { refund: Some(other) };
    world.sell(1001, &before);
    world.sell(1002, &after);
    settle(&mut world);
    world.assert_settled();
    assert_eq!(
        (world.standing("SalesReceipt"), world.standing("CreditMemo"), world.standing("JournalEntry")),
        (1, 1, 1)
    );
    assert_eq!(balance(&world, "Merchandise Sales"), Decimal::from(-30));
}

#[test]
fn generic_buyers_of_named_goods_stay_entries_of_their_own() {
    let mut mapping = Mapping::default();
    mapping.customers.mode = Mode::Summary;
    let mut world = World::with(Setup::new(Edition::Premier), mapping);
    world.sell(1001, &paid(support::bought_by(cups(1001, 2), "Ada Lovelace")));
    settle(&mut world);
    world.assert_settled();
    assert_eq!(world.standing("SalesReceipt"), 1);
    assert_eq!(world.company.names("Customer"), ["Shopify Customer"]);
    assert!(world.company.names("ItemInventory").contains(&"MUG".to_owned()));
}

#[test]
fn the_order_behind_a_difference_is_named_and_so_is_a_day_that_somebody_changed() {
    let mut world = world(DayForm::JournalEntry);
    sleep(&world);
    world.sell(1001, &paid(cups(1001, 2)));
    settle(&mut world);
    let tie_out = |world: &World| tieout::tie_out(&world.store, date(2026, 1, 1), date(2026, 12, 31)).unwrap().unwrap();
    assert!(tie_out(&world).ties_out(), "{:#?}", tie_out(&world).days);
    // Another order of the day is not posted yet.
    world.sell(1002, &paid(cups(1002, 3)));
    world.pull();
    let days = tie_out(&world).days;
    assert!(!days.is_empty());
    for order in days.iter().flat_map(|day| &day.orders) {
        assert_eq!((order.title.as_str(), order.cause), ("#1002", Cause::NotPosted));
    }
    settle(&mut world);
    assert!(tie_out(&world).ties_out());
    // Somebody changes the day in QuickBooks, and its own report tells.
    let day = world.company.transactions()[0].clone();
    let line = |side: &str, account: &str| {
        format!(
            "<JournalLineMod><TxnLineID>-1</TxnLineID><JournalLineType>{side}</JournalLineType><AccountRef><FullName>\
             {account}</FullName></AccountRef><Amount>7.00</Amount></JournalLineMod>"
        )
    };
    let lines = line("Debit", "Shopify Payments Clearing") + &line("Credit", "Merchandise Sales");
    by_hand(
        &mut world.company,
        &format!(
            "<JournalEntryModRq><JournalEntryMod><TxnID>{}</TxnID><EditSequence>{}</EditSequence>{lines}\
             </JournalEntryMod></JournalEntryModRq>",
            day.txn_id, day.edit_sequence
        ),
    );
    let period = Period { from: date(2026, 11, 19), to: date(2026, 11, 21) };
    tieout::ask(&world.store, period, world.now()).unwrap();
    world.session();
    let days = tie_out(&world).days;
    let causes: Vec<_> =
        days.iter().flat_map(|day| &day.orders).map(|order| (order.title.as_str(), order.cause)).collect();
    assert!(!causes.is_empty());
    assert!(causes.iter().all(|cause| *cause == ("2026-11-20/online", Cause::Changed)), "{days:#?}");
    // And the day is not replaced over what somebody did.
    world.sell(1003, &paid(cups(1003, 1)));
    settle(&mut world);
    assert!(world.held().contains(&books::HeldReason::ChangedInQuickBooks), "{:?}", world.held());
}

/// A shop with so many orders around the end of a year, to which everything happens that can.
fn shop(orders: u32) -> Shop {
    let mix = Mix { pending_refunds: 0, ..Mix::everything() };
    let trade = Trade { mix, ..Trade::new(7, orders, 60, date(2025, 12, 20)) };
    Shop::new(&trade, Settings { bucket: Bucket::GENEROUS, ..Settings::default() }).unwrap()
}

/// With every gateway of the simulated shop.
fn of_shop(mut mapping: Mapping) -> Mapping {
    "Uncategorized Income".clone_into(&mut mapping.accounts.fees);
    let manual = mapping.gateways.0["manual"].clone();
    for name in ["Bank Deposit", "bogus"] {
        mapping.gateways.0.insert(name.to_owned(), Gateway { payment_method: "Other".to_owned(), ..manual.clone() });
    }
    mapping
}

fn without_costs(mut balances: BTreeMap<String, Decimal>) -> BTreeMap<String, Decimal> {
    balances.retain(|account, _| !COSTS.contains(&account.as_str()));
    balances
}

#[test]
fn summary_and_detailed_books_of_a_shop_are_the_same_but_for_the_cost_of_goods() {
    let shop = shop(120);
    let mappings = [Mapping::default(), summary(DayForm::JournalEntry), summary(DayForm::SalesReceipt)];
    let mut worlds = mappings.map(|mapping| World::of_shop(&shop, of_shop(mapping)));
    for world in &mut worlds {
        world.wait(SignedDuration::from_hours(48));
        settle(world);
    }
    // Older orders live on while new ones come.
    shop.advance(40);
    let mut all: Vec<BTreeMap<String, Decimal>> = Vec::new();
    for world in &mut worlds {
        world.wait(SignedDuration::from_hours(24 * 60));
        for _ in 0..2 {
            settle(world);
        }
        assert!(world.held().is_empty(), "{:#?}", world.held());
        world.assert_settled();
        assert!(world.entries(State::Summarised).iter().all(|row| row.total.is_zero()));
        let (from, to) = (date(2025, 10, 15), date(2026, 1, 20));
        tieout::ask(&world.store, Period { from, to }, world.now()).unwrap();
        world.session();
        let tie_out = tieout::tie_out(&world.store, from, to).unwrap().unwrap();
        assert!(tie_out.ties_out(), "{:#?}", tie_out.days);
        assert!(tie_out.read_at.is_some());
        all.push(without_costs(world.balances()));
    }
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
    assert!(worlds[1].standing("JournalEntry") > 30);
    assert!(worlds[1].standing("SalesReceipt") < worlds[0].standing("SalesReceipt") / 4);
    assert!(worlds[2].standing("JournalEntry") < worlds[1].standing("JournalEntry"));
    assert!(balance(&worlds[1], "Cost of Goods Sold") > Decimal::ZERO);

    // And all of it can be taken out again.
    let everything = Selection::Since(Timestamp::UNIX_EPOCH);
    for world in &mut worlds[1..] {
        undo::carry_out(&world.store, &everything, Removal::Void, world.now()).unwrap().unwrap();
        for _ in 0..6 {
            world.session();
        }
        assert_eq!(world.balances(), BTreeMap::new());
    }
}
