//! Modes change forward only, after a look at what that does.

use simulator::company::{Edition, Setup};
use whole_system_tests::{World, generous, trade};

#[test]
fn modes_change_from_a_day_that_has_not_begun_and_are_looked_at_first() {
    let mut trade = trade(30);
    // The orders of the last thirty days are looked at, by this computer's clock.
    trade.ends = jiff::Zoned::now().date().yesterday().unwrap();
    let mut world = World::around(simulator::shop::Shop::new(&trade, generous()).unwrap(), Setup::new(Edition::Pro));
    world.start();
    world.session();
    world.kill();
    let begun = world.ask(&["modes", "--from", "2025-07-01", "--inventory", "summary"]);
    assert_eq!(begun.code, 1, "{begun:?}");
    assert!(begun.problems.contains("2025-07-01"), "{begun:?}");

    let change = ["modes", "--from", "2037-01-01", "--inventory", "summary", "--customers", "summary", "--json"];
    let shown = world.ask(&change).json();
    assert_eq!(shown["modes"].as_array().unwrap().len(), 1, "looking changed something: {shown}");
    let figure = |when: &str, what: &str| shown["change"][when][what].as_u64().unwrap();
    assert!(figure("then", "entries") < figure("now", "entries"), "{shown}");
    assert!(figure("then", "list_objects") <= figure("now", "list_objects"), "{shown}");

    let done = world.ask(&[&change[..], &["--yes"]].concat()).json();
    let last = &done["modes"][1];
    assert_eq!(
        (&last["from"], &last["inventory"], &last["vendors"]),
        (&"2037-01-01".into(), &"summary".into(), &"detailed".into())
    );
    let versions = world.ask(&["mapping", "--history", "--json"]).json();
    assert!(versions[0]["changes"].to_string().contains("modes"), "{versions}");
}
