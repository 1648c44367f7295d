//! The initial integration and purchases, under way when the engine is killed: the pairing, whole lists, the opening stock,
//! what was ordered and what came.

use std::collections::BTreeSet;

use simulator::{
    company::{Edition, Setup},
    connector::{Moment, SessionReport},
    shop::Shop,
};
use whole_system_tests::{Books, World, generous, trade};

use crate::kills::{Aim, kill};

/// Requests that begin the books, and those of purchases.
const KINDS: [&str; 8] = [
    "DataExtAddRq",
    "CustomerAddRq",
    "VendorAddRq",
    "ItemInventoryAddRq",
    "InventoryAdjustmentAddRq",
    "PurchaseOrderAddRq",
    "ItemReceiptAddRq",
    "SalesReceiptAddRq",
];

/// An installation that carries purchases over, too.
fn buying() -> World {
    let shop = Shop::new(&trade(20), generous()).unwrap();
    World::answering(shop, Setup::new(Edition::Premier), |answers| {
        answers
            .replace("start = \"by_hand\"", "start = \"when_ready\"")
            .replace("source = \"none\"", "source = \"shopify\"")
            .replace("# EUR = \"1.085\"", "EUR = \"1.085\"")
    })
}

/// The calls that hand out something to be written, each with the kinds that it is about.
fn writings(report: &SessionReport) -> Vec<(usize, BTreeSet<&'static str>)> {
    let kinds = |answer: &str| KINDS.into_iter().filter(|kind| answer.contains(&format!("<{kind} "))).collect();
    let calls = report.calls.iter().enumerate().filter(|(_, call)| call.operation == "sendRequestXML");
    let all = calls.map(|(place, call)| (place, kinds(&call.answer)));
    all.filter(|(_, kinds): &(usize, BTreeSet<_>)| !kinds.is_empty()).collect()
}

#[test]
fn killed_while_the_books_begin_everything_is_in_them_once() {
    let mut world = buying();
    world.start();
    let report = world.session();
    world.settle();
    let meant = Books::of(&world);
    world.kill();
    let writings = writings(&report);
    let named: BTreeSet<_> = writings.iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect();
    assert_eq!(named, KINDS.into(), "something of the beginning was never sent");

    let mut left = named;
    for (number, (call, kinds)) in writings.iter().enumerate() {
        // One set for each kind is enough; the moments take turns.
        if !kinds.iter().any(|kind| left.contains(kind)) {
            continue;
        }
        let moments = [
            (call + 1, Moment::Written, 0),
            (*call, Moment::Read, 0),
            (call + 1, Moment::Read, 0),
            (call + 1, Moment::Written, 5),
        ];
        let (call, moment, delay) = moments[number % moments.len()];
        let mut world = buying();
        world.start();
        if kill(&mut world, Aim { call, moment, delay }).is_some() {
            left.retain(|kind| !kinds.contains(kind));
        }
        world.finish();
        assert_eq!(Books::of(&world), meant, "killed at call {call}, {moment:?} + {delay} ms, with {kinds:?}");
        world.kill();
        let progress = world.ask(&["progress", "--json"]).json();
        assert_eq!(progress["stage"], "done", "{progress}");
    }
    assert!(left.is_empty(), "never killed while these were under way: {left:?}");
}
