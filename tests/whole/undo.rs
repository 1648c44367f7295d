//! What was posted can be taken out of QuickBooks again: shown first, then done, and never put back by accident.

use std::collections::BTreeMap;

use jiff::civil::date;
use rust_decimal::Decimal;
use simulator::{
    company::{Edition, Setup},
    shop::{Gateway, NewLine, NewOrder, NewRefund, Paid, Restock},
};
use whole_system_tests::{World, quiet_shop};

/// Lists that the program adds to.
const LISTS: [&str; 6] = ["Customer", "ItemInventory", "ItemNonInventory", "ItemOtherCharge", "Class", "PaymentMethod"];

fn world() -> World {
    World::around(quiet_shop(date(2025, 6, 30)), Setup::new(Edition::Premier))
}

/// A sale of goods and to a buyer that no other order has, paid in a way of its own, of which a piece came back.
fn sold(world: &World) -> String {
    let (lines, paid) = (vec![NewLine::of(9, 2, Decimal::TEN)], Paid::Full(Gateway::PayPal));
    let order = NewOrder { lines, customer: Some(7), paid, ..NewOrder::default() };
    let order = world.shop.place(&order).unwrap();
    let back = NewRefund { lines: vec![(0, 1, Restock::Return)], ..NewRefund::default() };
    world.shop.give_back(&order, &back).unwrap();
    order
}

fn lists(world: &World) -> BTreeMap<&'static str, Vec<String>> {
    LISTS.into_iter().map(|list| (list, world.company.names(list))).collect()
}

/// Looks at what undoing comes to, sees that this changes nothing, and has it done.
fn undo(world: &mut World, how: &[&str]) {
    let before = world.company.transactions();
    let shown = world.ask(&[&["undo", "--json"], how].concat());
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(!shown.json()["steps"].as_array().unwrap().is_empty());
    assert!(!shown.json()["effect"].as_array().unwrap().is_empty());
    world.carry_over();
    assert_eq!(world.company.transactions(), before, "looking changed something");
    let done = world.ask(&[&["undo", "--yes"], how].concat());
    assert_eq!(done.code, 0, "{done:?}");
    world.carry_over();
    world.assert_nothing_waits();
}

#[test]
fn an_undone_sale_leaves_the_books_as_if_it_had_never_been() {
    let mut world = world();
    world.finish();
    let (balances, kept) = (world.company.trial_balance(), world.company.transactions());
    let order = sold(&world);
    world.finish();
    world.kill();
    assert_eq!(world.forms_of(&order), ["SalesReceipt", "CreditMemo -R1", "ARRefundCreditCard -P1"]);
    undo(&mut world, &["--entry", &format!("sale:{order}")]);
    assert_eq!(world.company.trial_balance(), balances);
    assert_eq!(world.forms_of(&order), Vec::<String>::new());
    assert_eq!(world.company.transactions()[..kept.len()], kept, "something else was touched");
}

#[test]
fn an_undone_batch_takes_the_lists_that_it_made_with_it_where_nothing_else_uses_them() {
    let mut world = world();
    world.finish();
    let (balances, names) = (world.company.trial_balance(), lists(&world));
    sold(&world);
    world.finish();
    world.kill();
    assert_ne!(lists(&world), names);
    let runs = world.ask(&["history", "--json"]).json();
    let posted = runs.as_array().unwrap().iter().find(|run| run["posted"].as_u64().unwrap() > 0).unwrap();
    undo(&mut world, &["--delete", "--batch", posted["id"].as_str().unwrap()]);
    assert_eq!(world.company.trial_balance(), balances);
    assert_eq!(lists(&world), names);
}

#[test]
fn everything_since_a_day_is_undone_down_to_the_empty_file() {
    let mut world = world();
    let (balances, names) = (world.company.trial_balance(), lists(&world));
    sold(&world);
    world.finish();
    world.kill();
    undo(&mut world, &["--delete", "--since", "2025-01-01"]);
    assert_eq!(world.company.trial_balance(), balances);
    assert_eq!(world.company.transactions(), []);
    assert_eq!(lists(&world), names);
}

#[test]
fn what_was_undone_is_posted_again_only_when_somebody_says_so() {
    let mut world = world();
    let order = world.shop.place(&NewOrder::default()).unwrap();
    world.finish();
    world.kill();
    let balances = world.company.trial_balance();
    let sale = format!("sale:{order}");
    undo(&mut world, &["--entry", &sale]);
    let undone = world.company.trial_balance();
    assert!(world.shop.touch(&order));
    world.carry_over();
    assert_eq!(world.company.trial_balance(), undone, "it was posted again, unasked");
    let said = world.ask(&["retry", &sale]);
    assert_eq!(said.code, 0, "{said:?}");
    world.carry_over();
    assert_eq!(world.company.trial_balance(), balances);
    assert_eq!(world.forms_of(&order), ["SalesReceipt"]);
    world.assert_exactly_once();
}
