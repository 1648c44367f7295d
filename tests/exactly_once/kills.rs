//! The engine is killed at every point of posting and of recovery that can be told apart from outside, and started again.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    thread::{self, sleep},
    time::Duration,
};

use simulator::{
    connector::{Call, Moment, Point},
    shop::Trade,
};
use whole_system_tests::{World, trade};

/// How long after a request was written the engine is killed, in milliseconds: it may be before, while or after the
/// engine writes down what it was told.
const DELAYS: [u64; 5] = [0, 1, 3, 8, 20];
/// New orders before each kill: enough for several rounds of lists, sales and payments.
const ORDERS: usize = 8;

/// Where one kill is aimed at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aim {
    /// Index of the call in its session.
    pub call: usize,
    pub moment: Moment,
    pub delay: u64,
}

/// Every moment of a call, with these delays after its request was written.
fn moments(call: usize, delays: &[u64]) -> Vec<Aim> {
    let written = delays.iter().map(|&delay| Aim { call, moment: Moment::Written, delay });
    let others = [Moment::Before, Moment::Read].map(|moment| Aim { call, moment, delay: 0 });
    written.chain(others).collect()
}

/// What a request that the engine gave out is about.
fn topic(call: &Call) -> Option<&'static str> {
    let xml = call.answer.as_str();
    if call.operation != "sendRequestXML" || !xml.contains("<QBXML>") {
        return None;
    }
    Some(match () {
        () if xml.contains("DataExt") => "counting the session",
        () if xml.contains("AddRq ") => "posting",
        () if ["TxnDelRq ", "TxnVoidRq ", "ListDelRq "].iter().any(|taking| xml.contains(taking)) => "taking back",
        () if xml.contains("newMessageSetID") => "asking for a lost answer",
        () if xml.contains("oldMessageSetID") => "having an answer forgotten",
        () if xml.contains("HostQuery") => "identifying",
        () if xml.contains("<RefNumber>") || xml.contains("<FullName>") => "looking back",
        () => "reading lists",
    })
}

/// One session in which the engine is killed where `aim` says. What the point was, if the session came that far while
/// something was ready or sent.
pub(crate) fn kill(world: &mut World, aim: Aim) -> Option<String> {
    let hit: Arc<Mutex<Option<Point>>> = Arc::default();
    let report = world.session_with(|connector, program| {
        let (hit, killer) = (Arc::clone(&hit), program.killer());
        connector.on_point = Some(Box::new(move |point| {
            let mut hit = hit.lock().unwrap();
            if hit.is_none() && point.call == aim.call && point.moment == aim.moment {
                sleep(Duration::from_millis(aim.delay));
                killer();
                *hit = Some(*point);
            }
        }));
    });
    world.kill();
    let point = hit.lock().unwrap().filter(|_| world.status("ready") + world.status("uncertain") > 0)?;
    let topics: Vec<_> = report.calls.iter().take(point.call).filter_map(topic).collect();
    let last = topics.last().copied().unwrap_or("signing in");
    let times = topics.iter().filter(|&&topic| topic == last).count();
    Some(format!("{} after {last} ({times}), {:?} + {} ms", point.operation, point.moment, aim.delay))
}

/// A shop with many orders that several gateways paid, so that invoices and payments are there as well.
fn busy_trade() -> Trade {
    let mut trade = trade(10);
    trade.mix.split_tender = 500;
    trade
}

/// A world that has had its first session, and the index of the call in which a session without anything to recover asks
/// for the first entries.
fn world_and_first_posting() -> (World, usize) {
    let mut world = World::new(&busy_trade());
    world.finish();
    world.shop.advance(ORDERS);
    world.start();
    let report = world.session();
    let first = report.calls.iter().position(|call| topic(call) == Some("posting")).unwrap();
    (world, first)
}

/// Kills while a batch is taken back, lists and all; where that was.
fn kills_of_taking_back() -> BTreeSet<String> {
    let mut world = World::new(&busy_trade());
    let (balances, names) = (world.company.trial_balance(), lists(&world));
    world.finish();
    world.kill();
    assert!(!world.company.transactions().is_empty());
    let undone = world.ask(&["undo", "--yes", "--delete", "--since", "2025-01-01"]);
    assert_eq!(undone.code, 0, "{undone:?}");
    let mut points = BTreeSet::new();
    // Each session begins with what the one before it left. It takes some twenty calls until all lists are read.
    'taking_back: for call in 20..40 {
        for aim in moments(call, &[0, 3]) {
            if world.status("ready") + world.status("uncertain") == 0 {
                break 'taking_back;
            }
            world.start();
            points.extend(kill(&mut world, aim));
        }
    }
    world.finish();
    world.kill();
    assert_eq!(world.company.transactions(), []);
    assert_eq!(world.company.trial_balance(), balances);
    assert_eq!(lists(&world), names);
    world.assert_nothing_waits();
    points
}

/// The names of the lists that the program adds to.
fn lists(world: &World) -> Vec<Vec<String>> {
    ["Customer", "ItemInventory", "ItemNonInventory", "Class", "PaymentMethod"]
        .map(|list| world.company.names(list))
        .into()
}

/// What must be true after all kills, whatever was hit.
fn settle_and_count(world: &mut World) {
    world.finish();
    world.assert_exactly_once();
    world.assert_same_as_undisturbed();
}

/// Kills while it posts; where that was.
fn kills_of_posting() -> BTreeSet<String> {
    let mut points = BTreeSet::new();
    // Counting the session, and two message sets; each in a world of its own that does not run out of new customers
    // and items.
    for round in 0..3 {
        let (mut world, first) = world_and_first_posting();
        let send = first - 2 + 2 * round;
        for aim in [send, send + 1].into_iter().flat_map(|call| moments(call, &DELAYS)) {
            world.shop.advance(ORDERS);
            world.start();
            points.extend(kill(&mut world, aim));
            if world.status("uncertain") > 0 {
                world.finish();
                world.assert_file_is_exact();
            }
        }
        settle_and_count(&mut world);
    }
    points
}

/// Kills while it recovers from being killed; where that was.
fn kills_of_recovering() -> BTreeSet<String> {
    let (mut world, first) = world_and_first_posting();
    let mut points = BTreeSet::new();
    // Killed when QuickBooks is about to book the message set, so that its answer is kept; and before QuickBooks sees it.
    for moment in [Moment::Read, Moment::Before] {
        let lost = Aim { call: first, moment, delay: 0 };
        // Signing in, identifying, asking for the answer, looking back.
        for aim in (2..9).flat_map(|call| moments(call, &[0, 3])) {
            if world.status("uncertain") == 0 {
                world.shop.advance(ORDERS);
                world.start();
                kill(&mut world, lost);
            }
            world.start();
            points.extend(kill(&mut world, aim));
        }
        world.finish();
    }
    settle_and_count(&mut world);
    points
}

#[test]
fn killed_at_fifty_points_and_more_every_order_is_booked_once() {
    let points = thread::scope(|scope| {
        let posting = scope.spawn(kills_of_posting);
        let mut points = kills_of_recovering();
        points.extend(posting.join().unwrap());
        points
    });
    #[allow(clippy::print_stderr)] // says what was tried, where a test fails
    for point in &points {
        eprintln!("killed at: {point}");
    }
    assert!(points.len() >= 50, "only {} points", points.len());
}

#[test]
fn killed_while_a_batch_is_taken_back_it_is_gone_once_and_nothing_else_is() {
    let points = kills_of_taking_back();
    let taking = points.iter().filter(|point| point.contains("after taking back")).count();
    assert!(taking >= 6, "{points:#?}");
}
