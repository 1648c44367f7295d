//! The start of the integration: looked at first, done once, stopped and gone on with.

use jiff::civil::date;
use simulator::company::{Edition, Setup};
use whole_system_tests::{World, quiet_shop};

/// A shop and QuickBooks that were both read, and nothing started.
fn world() -> World {
    let mut world = World::not_started(quiet_shop(date(2025, 6, 30)), Setup::new(Edition::Premier));
    world.start();
    world.session();
    world.kill();
    world
}

#[test]
fn what_a_start_would_do_is_shown_and_nothing_is_written_before_it() {
    let world = world();
    let shown = world.ask(&["start", "--json"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    let shown = shown.json();
    assert!(shown["entries"]["sales_receipt"].as_u64().unwrap() > 0, "{shown}");
    assert!(shown["entries"]["customer"].as_u64().unwrap() > 10, "{shown}");
    let accounts = shown["effect"].as_array().unwrap();
    assert!(accounts.iter().any(|row| row["account"] == "Merchandise Sales"), "{shown}");
    assert!(world.company.transactions().is_empty());
    assert!(world.company.names("Customer").is_empty());
    assert_eq!(world.status("posted"), 0);
}

#[test]
fn it_is_started_once_and_carried_over_across_kills_and_a_pause() {
    let mut world = world();
    let started = world.ask(&["start", "--yes"]);
    assert_eq!(started.code, 0, "{started:?}");
    assert_eq!(world.ask(&["pause"]).code, 0);
    world.start();
    world.session();
    world.kill();
    assert!(world.company.transactions().is_empty(), "it was paused");
    assert_eq!(world.ask(&["progress", "--json"]).json()["paused"], true);

    assert_eq!(world.ask(&["resume"]).code, 0);
    world.start();
    world.session_with(|connector, program| {
        let killer = program.killer();
        connector.on_point = Some(Box::new(move |point| {
            if point.call == 28 {
                killer();
            }
        }));
    });
    let half = world.ask(&["progress", "--json"]).json();
    assert_ne!(half["stage"], "done", "{half}");
    world.finish();
    world.kill();
    let done = world.ask(&["progress", "--json"]).json();
    assert_eq!((&done["stage"], &done["entries"]["to_do"]), (&"done".into(), &0.into()), "{done}");
    world.assert_exactly_once();

    let again = world.ask(&["start", "--yes"]);
    assert_eq!(again.code, 1);
    assert!(again.problems.contains("only a code from support"), "{again:?}");
}
