//! Answers that are lost, doubled or late, and a QuickBooks that dies: at every message set of a session.

use simulator::{
    connector::{End, Fault},
    shop::{Mix, Trade},
};
use whole_system_tests::{World, trade};

/// Message sets of a session that are disturbed in turn: identifying, what follows it, counting the session, and then those
/// that post and the one that has an answer forgotten. Those between read lists.
const SETS: [usize; 10] = [0, 1, 7, 8, 9, 10, 11, 12, 13, 14];

/// Settles what is in doubt, frees what was lost so often that somebody has to look at it, and settles everything.
fn finish(world: &mut World) {
    world.start();
    world.session();
    world.kill();
    world.release_held();
    world.finish();
}

/// Disturbs one message set after the other, each in a session of its own with new orders, and counts.
fn disturb(fault: Fault) {
    let mut world = World::new(&trade(25));
    let mut disturbed = 0;
    for round in SETS {
        world.start();
        let report = world.session_with(|connector, _| {
            connector.faults.insert(round, fault);
        });
        // A session that had less to ask is not disturbed; then the next one has more.
        disturbed += usize::from(report.sets > round || report.end == End::Faulted(fault));
        world.kill();
        world.shop.advance(4);
    }
    finish(&mut world);
    world.assert_exactly_once();
    world.assert_same_as_undisturbed();
    assert!(disturbed >= SETS.len() / 2, "only {disturbed} of {} message sets were disturbed", SETS.len());
}

#[test]
fn a_dropped_answer_is_asked_for_and_nothing_is_sent_twice() {
    disturb(Fault::DropAnswer);
}

#[test]
fn an_answer_that_comes_twice_counts_once() {
    disturb(Fault::DeliverTwice);
}

#[test]
fn an_answer_after_the_tickets_life_changes_nothing() {
    disturb(Fault::DelayUntilAfter);
}

#[test]
fn quickbooks_killed_before_it_booked_gets_it_once() {
    disturb(Fault::KillBeforeBooking);
}

#[test]
fn quickbooks_killed_after_it_booked_has_it_once() {
    disturb(Fault::KillAfterBooking);
}

#[test]
fn without_kept_answers_looking_back_decides() {
    let mut world = World::new(&trade(25));
    world.company.set_keep_answers(false);
    for round in SETS {
        for fault in [Fault::DropAnswer, Fault::KillBeforeBooking] {
            world.start();
            world.session_with(|connector, _| {
                connector.faults.insert(round, fault);
            });
            world.kill();
            world.shop.advance(2);
        }
    }
    finish(&mut world);
    world.assert_exactly_once();
    world.assert_same_as_undisturbed();
}

#[test]
fn one_engine_that_is_never_restarted_recovers_from_every_kind_of_fault() {
    let mut world = World::new(&trade(60));
    world.start();
    let faults = [
        Fault::DropAnswer,
        Fault::DeliverTwice,
        Fault::DelayUntilAfter,
        Fault::KillBeforeBooking,
        Fault::KillAfterBooking,
    ];
    for round in 8..14 {
        for fault in faults {
            world.session_with(|connector, _| {
                connector.faults.insert(round, fault);
            });
        }
    }
    world.settle();
    world.assert_exactly_once();
    world.assert_same_as_undisturbed();
}

#[test]
fn a_shop_in_which_everything_happens_is_carried_over_once_whatever_goes_wrong() {
    // Money on its way and what was deleted wait for somebody, so that nothing could be counted.
    let mix = Mix { pending_refunds: 0, deletions: 0, ..Mix::everything() };
    let mut world = World::new(&Trade { mix, ..trade(40) });
    let faults = [
        Fault::DropAnswer,
        Fault::KillAfterBooking,
        Fault::DeliverTwice,
        Fault::KillBeforeBooking,
        Fault::DelayUntilAfter,
    ];
    for (round, fault) in (7..17).zip(faults.into_iter().cycle()) {
        world.start();
        world.session_with(|connector, _| {
            connector.faults.insert(round, fault);
        });
        world.kill();
        world.shop.advance(10);
    }
    finish(&mut world);
    world.assert_exactly_once();
}
