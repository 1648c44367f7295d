//! What a computer does to a program that runs on it for years: another program keeps its files, the clock is set, it sleeps.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use jiff::SignedDuration;
use web_connector::{Agent, SessionId};

use crate::support::{Way, World, mugs, paid};

#[test]
fn the_web_connector_is_not_called_silent_for_the_time_that_the_computer_slept() {
    let world = World::new();
    let called = world.engine.last_call_at().unwrap();
    assert_eq!(world.engine.silent_since(), called);
    let before = world.engine.look_at_clock(world.now());
    assert_eq!(world.engine.silent_since(), called, "nothing jumped");
    world.wait(SignedDuration::from_hours(9));
    let woken = world.engine.look_at_clock(before);
    assert_eq!(world.engine.silent_since(), woken);
    assert_eq!(world.engine.last_call_at(), Some(called), "that it called is true all the same");
    world.engine.open(&SessionId::random());
    assert!(world.engine.silent_since() > woken);
}

#[test]
fn after_a_clock_was_set_back_nothing_has_happened_in_the_time_to_come() {
    let mut world = World::new();
    let before = world.now();
    world.set(before - SignedDuration::from_hours(24 * 30));
    let now = world.engine.look_at_clock(before);
    assert_eq!(world.engine.silent_since(), now);
    assert_eq!(world.engine.last_call_at(), Some(now));
    assert!(world.engine.next_run_at().unwrap() <= world.now(), "a run is due at once");
    world.sell(1001, &paid(mugs(1001, 2)));
    world.settle();
    assert!(world.engine.next_run_at().unwrap() > world.now(), "and not again and again");
    world.assert_settled();
    world.assert_ties_out();
}

#[test]
fn the_computer_may_sleep_or_its_clock_be_set_in_the_middle_of_a_session() {
    for hours in [9, -9, 24 * 40, -24 * 40] {
        let mut world = World::new();
        for number in 1001..1006 {
            world.sell(number, &paid(mugs(number, 2)));
        }
        world.pull();
        let mut jump = Some(world.waiting(SignedDuration::from_hours(hours)));
        let problem = world.session_with(|_, xml| {
            if xml.contains("SalesReceiptAddRq")
                && let Some(jump) = jump.take()
            {
                jump();
            }
            Way::Through
        });
        assert_eq!(problem, None, "{hours} hours");
        world.settle();
        world.assert_settled();
        world.assert_ties_out();
        assert_eq!(world.standing("SalesReceipt"), 5, "{hours} hours");
    }
}

#[cfg(unix)]
mod kept {
    use std::{
        sync::{Arc, mpsc},
        thread::{self, JoinHandle},
    };

    use books::{Fact, Mapped, document::Order};
    use jiff::Timestamp;
    use store::{Pulled, RunId, Scope, Store};
    use sync::engine::RunError;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::support::id;

    /// Another program that has the database open, past the lock that keeps a second Tillbridge out.
    struct Other {
        store: Arc<Store>,
        run: RunId,
        number: u64,
    }

    /// As long as this is there, nobody else can write.
    struct Kept(mpsc::Sender<()>, Option<JoinHandle<()>>);

    impl Drop for Kept {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
            self.1.take().unwrap().join().unwrap();
        }
    }

    impl Other {
        fn of(world: &World) -> Self {
            std::fs::remove_file(world.data().join("tillbridge.lock")).unwrap();
            let store = Arc::new(Store::open(&world.data(), world.now()).unwrap().store);
            let run = store.begin_run("another program", world.now()).unwrap();
            Self { store, run, number: 9000 }
        }

        /// Begins a writing that does not end.
        fn keep(&mut self) -> Kept {
            self.number += 1;
            let order = Order { test: true, placed_at: Timestamp::UNIX_EPOCH, ..paid(mugs(self.number, 1)) };
            let fact = Fact::Order(Box::new(order));
            let document = books::Document { id: id("Order", self.number), updated_at: Timestamp::UNIX_EPOCH, fact };
            let (store, run) = (Arc::clone(&self.store), self.run);
            let pulled = [Pulled { document: &document, raw: "{}" }];
            store.save_pulled(run, "another program", &pulled, None, Timestamp::UNIX_EPOCH).unwrap();
            let (let_go, wait) = mpsc::channel();
            let (tell, kept) = mpsc::channel();
            let keeping = thread::spawn(move || {
                let mapped = store.map_unmapped(run, Scope::Everything, 1, Timestamp::UNIX_EPOCH, |_, _, _| {
                    tell.send(()).unwrap();
                    wait.recv().unwrap();
                    Mapped::default()
                });
                assert_eq!(mapped.unwrap(), 1);
            });
            kept.recv().unwrap();
            Kept(let_go, Some(keeping))
        }
    }

    #[test]
    fn a_database_that_another_program_keeps_is_told_and_loses_and_doubles_nothing() {
        let mut world = World::new();
        let mut other = Other::of(&world);
        let stop = CancellationToken::new();
        for number in 1001..1006 {
            world.sell(number, &paid(mugs(number, 2)));
        }
        // While the shop is to be read.
        let kept = other.keep();
        let failed = world.on_runtime(world.engine.run_once("test", &stop)).unwrap_err();
        assert!(matches!(failed, RunError::Store(_)), "{failed:?}");
        assert_eq!(failed.message().code, "store.busy");
        drop(kept);
        world.pull();
        // While QuickBooks calls.
        let kept = other.keep();
        let told = world.session_with(|_, _| Way::Through).unwrap();
        assert!(told.contains("antivirus"), "{told}");
        assert_eq!(world.standing("SalesReceipt"), 0, "nothing is sent that was not written down before");
        drop(kept);
        // While QuickBooks books.
        let mut kept = None;
        world.session_with(|_, xml| {
            if kept.is_none() && xml.contains("SalesReceiptAddRq") {
                kept = Some(other.keep());
            }
            Way::Through
        });
        assert_eq!(world.standing("SalesReceipt"), 5, "QuickBooks has them, and its answer could not be written down");
        drop(kept);
        world.settle();
        world.assert_settled();
        world.assert_ties_out();
        assert_eq!(world.standing("SalesReceipt"), 5);
    }
}
