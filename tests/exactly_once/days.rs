//! A day's summarised sales, under way when the engine is killed: added, and changed by a late order.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, civil::date};
use rust_decimal::Decimal;
use simulator::{
    company::{Edition, Setup},
    connector::Moment,
    shop::{NewLine, NewOrder, Shop},
};
use whole_system_tests::{World, quiet_shop};

use crate::kills::{Aim, kill};

/// An installation in summary mode.
fn summarising(shop: Shop) -> World {
    let world = World::around(shop, Setup::new(Edition::Premier));
    world.reconfigure("[inventory]\nmode = \"detailed\"", "[inventory]\nmode = \"summary\"");
    world
}

/// An order, on the shop's present day or on the next.
fn place(world: &World, next_day: bool, number: usize) {
    if next_day {
        world.shop.set_now(world.shop.now() + SignedDuration::from_hours(24));
    }
    let lines = vec![NewLine::of(number, 1, Decimal::from(30))];
    world.shop.place(&NewOrder { lines, ..NewOrder::default() }).unwrap();
}

/// The index of the call in which a session without anything to recover sends this request.
fn call_of(world: &mut World, next_day: bool, request: &str) -> usize {
    place(world, next_day, 0);
    world.start();
    let report = world.session();
    world.settle();
    let sends = |answer: &str| answer.contains("<QBXML>") && answer.contains(request);
    report.calls.iter().position(|call| sends(&call.answer)).unwrap()
}

#[test]
fn killed_while_a_day_is_under_way_it_is_booked_once() {
    let mut world = summarising(quiet_shop(date(2025, 6, 30)));
    world.finish();
    let mut hit = BTreeSet::new();
    for (next_day, request) in [(true, "JournalEntryAddRq"), (false, "JournalEntryModRq")] {
        let call = call_of(&mut world, next_day, request);
        let aims = [
            (call, Moment::Written, 0),
            (call, Moment::Read, 0),
            (call + 1, Moment::Before, 0),
            (call + 1, Moment::Written, 0),
            (call + 1, Moment::Written, 3),
            (call + 1, Moment::Read, 0),
        ];
        for (number, (call, moment, delay)) in aims.into_iter().enumerate() {
            world.kill();
            place(&world, next_day, number);
            world.start();
            if kill(&mut world, Aim { call, moment, delay }).is_some() && world.status("uncertain") > 0 {
                hit.insert(request);
            }
            world.finish();
        }
    }
    assert_eq!(hit.len(), 2, "never killed while these were under way: {hit:?}");
    world.assert_program_is_content();
    let mut days: BTreeMap<_, usize> = BTreeMap::new();
    for one in world.company.transactions() {
        assert_eq!(one.kind, "JournalEntry");
        *days.entry(one.date).or_default() += 1;
    }
    assert!(days.len() > 6 && days.values().all(|count| *count == 1), "{days:?}");
    let mut other = summarising(world.shop.clone());
    other.finish();
    assert_eq!(world.company.trial_balance(), other.company.trial_balance());
}
