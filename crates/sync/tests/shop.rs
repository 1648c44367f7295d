//! A whole simulated shop, in which everything happens to orders, beside a simulated company file.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::collections::BTreeMap;

use books::{DocumentId, DocumentKind, HeldReason, Mapping, mapping::Gateway};
use jiff::{SignedDuration, Timestamp, civil::date};
use rust_decimal::Decimal;
use simulator::shop::{Bucket, Mix, Settings, Shop, Trade};
use store::State;
use sync::undo::{self, Removal, Selection};

use crate::support::World;

/// A shop with so many orders, to which everything happens that can.
fn shop(orders: u32) -> Shop {
    let mix = Mix { pending_refunds: 0, ..Mix::everything() };
    let trade = Trade { mix, ..Trade::new(7, orders, 20, date(2025, 6, 30)) };
    Shop::new(&trade, Settings { bucket: Bucket::GENEROUS, ..Settings::default() }).unwrap()
}

/// The mapping with every gateway of the simulated shop.
fn mapping() -> Mapping {
    let mut mapping = Mapping::default();
    "Uncategorized Income".clone_into(&mut mapping.accounts.fees);
    let manual = mapping.gateways.0["manual"].clone();
    for name in ["Bank Deposit", "bogus"] {
        mapping.gateways.0.insert(name.to_owned(), Gateway { payment_method: "Other".to_owned(), ..manual.clone() });
    }
    mapping
}

/// Accounts that QuickBooks itself moves when stock does (DESIGN.md 5).
fn without_stock(mut balances: BTreeMap<String, Decimal>) -> BTreeMap<String, Decimal> {
    balances.retain(|account, _| account != "Cost of Goods Sold" && account != "Inventory Asset");
    balances
}

fn settle(world: &mut World) {
    world.pull();
    for _ in 0..6 {
        world.session();
    }
}

#[test]
fn everything_that_happens_in_a_shop_is_in_the_books_as_meant_and_can_be_undone() {
    let shop = shop(150);
    let mut world = World::of_shop(&shop, mapping());
    settle(&mut world);
    // Older orders live on while new ones come.
    shop.advance(40);
    settle(&mut world);
    for state in [State::Ready, State::Rejected, State::Sent, State::Uncertain] {
        let rows = world.entries(state);
        assert!(rows.is_empty(), "{state}: {rows:#?}");
    }
    let held: BTreeMap<HeldReason, usize> = world.held().into_iter().fold(BTreeMap::new(), |mut counts, reason| {
        *counts.entry(reason).or_default() += 1;
        counts
    });
    assert!(held.is_empty(), "{held:#?}");
    assert_eq!(without_stock(world.meant()), without_stock(world.balances()));
    assert_eq!(without_stock(world.booked()), without_stock(world.balances()));

    let everything = Selection::Since(Timestamp::UNIX_EPOCH);
    undo::carry_out(&world.store, &everything, Removal::Void, world.now()).unwrap().unwrap();
    for _ in 0..6 {
        world.session();
    }
    assert_eq!(without_stock(world.balances()), BTreeMap::new());
    for state in [State::Ready, State::Rejected, State::Uncertain] {
        let rows = world.entries(state);
        assert!(rows.is_empty(), "{state}: {rows:#?}");
    }
}

#[test]
fn orders_are_loaded_once_and_followed_from_there() {
    let shop = shop(60);
    let world = World::of_shop(&shop, mapping());
    let orders = || world.store.counts().unwrap().documents.get(&DocumentKind::Order).copied().unwrap_or_default();
    world.pull();
    let there = shop.with_orders(|orders| orders.iter().filter(|order| !order.is_deleted()).count());
    assert_eq!(orders() as usize, there);
    let first = world.store.cursor("shopify.orders").unwrap().unwrap();
    assert!(first.contains("changes"), "{first}");
    shop.advance(3);
    shop.set_now(shop.now() + SignedDuration::from_hours(2));
    world.wait(SignedDuration::from_hours(10));
    world.pull();
    assert!(orders() as usize >= there + 3);
}

#[test]
fn a_clock_that_is_ahead_loses_no_order() {
    let shop = shop(30);
    let world = World::of_shop(&shop, mapping());
    world.wait(SignedDuration::from_hours(24 * 400));
    world.pull();
    let placed = shop.place_order();
    world.pull();
    assert!(world.store.document(&DocumentId::new(placed)).unwrap().is_some());
}

#[test]
fn a_clock_that_was_ahead_keeps_no_feed_waiting_once_it_is_right() {
    let shop = shop(30);
    let world = World::of_shop(&shop, mapping());
    let right = world.now();
    world.wait(SignedDuration::from_hours(24 * 400));
    let ahead = world.now().strftime("%Y-%m").to_string();
    world.pull();
    world.set(right + SignedDuration::from_hours(2));
    let placed = shop.place_order();
    world.pull();
    world.pull();
    assert!(world.store.document(&DocumentId::new(placed)).unwrap().is_some());
    for feed in ["orders", "variants", "customers", "stock", "deletions", "tenders", "rescan"] {
        let cursor = world.store.cursor(&format!("shopify.{feed}")).unwrap().unwrap();
        assert!(!cursor.contains(&ahead), "{feed} waits until {cursor}");
    }
}

#[test]
fn an_order_that_the_shop_deletes_is_said_and_what_is_posted_of_it_stays() {
    let shop = shop(30);
    let mut world = World::of_shop(&shop, mapping());
    settle(&mut world);
    let posted = world.entries(State::Posted).into_iter().find(|row| row.key.as_str().starts_with("sale:")).unwrap();
    let order: DocumentId = posted.document.clone();
    let _ = shop.cancel(order.as_str());
    shop.delete(order.as_str()).unwrap();
    settle(&mut world);
    assert!(world.held().contains(&HeldReason::GoneFromShop), "{:?}", world.held());
}
