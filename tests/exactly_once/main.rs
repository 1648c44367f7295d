//! The promise of DESIGN.md 4: whatever is killed, cut, doubled or restored, each document is in QuickBooks once or, until
//! it is, visibly not.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test's failure is a panic

mod answers;
mod beginning;
mod copies;
mod days;
mod kills;
mod lives;

use whole_system_tests::{World, trade};

#[test]
fn an_undisturbed_shop_is_carried_over_once() {
    let mut world = World::new(&trade(30));
    world.finish();
    world.assert_exactly_once();
    world.assert_same_as_undisturbed();
}
