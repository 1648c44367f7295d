//! Whatever is done in whatever order: nothing is ready and posted, and nothing is posted twice.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use std::collections::BTreeMap;

use books::{EntryKey, Mapped};
use proptest::prelude::*;
use store::{Outcome, State, Store};
use support::*;
use tempfile::tempdir;

const ORDERS: u32 = 3;

#[derive(Clone, Debug)]
enum Step {
    /// The order changes in the shop.
    Change {
        order: u32,
        total: i64,
    },
    /// Everything unmapped is mapped: as entries under the usual key, under another key, held, or nothing.
    Map {
        shape: u8,
    },
    /// Everything that is ready is sent.
    Send,
    /// The answer to an open set is lost.
    Doubt {
        set: usize,
    },
    /// The simulated QuickBooks' truth about an open set is told: `all` of it or its first entry.
    Answer {
        set: usize,
        all: bool,
    },
    /// A settled set is answered again, with the truth.
    AnswerAgain {
        set: usize,
    },
    Retry {
        order: u32,
    },
    Release {
        order: u32,
    },
    Hold {
        order: u32,
    },
    Remap,
    Undo {
        order: u32,
    },
    /// The program is killed and starts again.
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let order = 1..=ORDERS;
    let step = prop_oneof![
        2 => (order.clone(), 1..4i64).prop_map(|(order, total)| Step::Change { order, total }),
        4 => (0..8u8).prop_map(|shape| Step::Map { shape }),
        4 => Just(Step::Send),
        1 => any::<usize>().prop_map(|set| Step::Doubt { set }),
        4 => (any::<usize>(), any::<bool>()).prop_map(|(set, all)| Step::Answer { set, all }),
        1 => any::<usize>().prop_map(|set| Step::AnswerAgain { set }),
        1 => order.clone().prop_map(|order| Step::Retry { order }),
        1 => order.clone().prop_map(|order| Step::Release { order }),
        1 => order.clone().prop_map(|order| Step::Hold { order }),
        1 => Just(Step::Remap),
        1 => order.prop_map(|order| Step::Undo { order }),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

/// QuickBooks as it really is: what each set came to, decided when it was sent, and what is there now.
#[derive(Default)]
struct Truth {
    sets: Vec<(String, Vec<(EntryKey, Outcome)>)>,
    there: BTreeMap<EntryKey, u32>,
}

impl Truth {
    /// QuickBooks takes every entry but each third, which it refuses or never saw.
    fn take(&mut self, name: &str, keys: &[EntryKey]) {
        let outcomes = keys.iter().enumerate().map(|(at, key)| {
            let number = self.sets.len() * 7 + at;
            let outcome = match number % 6 {
                2 => Outcome::Refused { status: 3140, message: "no".to_owned() },
                5 => Outcome::Again,
                _ => posted(&format!("T-{number}"), 1),
            };
            (key.clone(), outcome)
        });
        let outcomes: Vec<_> = outcomes.collect();
        for (key, outcome) in &outcomes {
            if matches!(outcome, Outcome::Posted { .. }) {
                *self.there.entry(key.clone()).or_default() += 1;
            }
        }
        self.sets.push((name.to_owned(), outcomes));
    }
}

fn play(steps: &[Step]) {
    let folder = tempdir().unwrap();
    let mut store = open(folder.path());
    let mut run = store.begin_run("test", at(0)).unwrap();
    let mut truth = Truth::default();
    let mut minute = 10;
    pull(&store, run, &(1..=ORDERS).map(|number| order(number, 1)).collect::<Vec<_>>());
    for step in steps {
        minute += 1;
        let now = at(minute);
        match step {
            Step::Change { order: number, total } => {
                let mut changed = order(*number, *total);
                changed.updated_at = now;
                pull(&store, run, &[changed]);
            }
            Step::Map { shape } => {
                for (document, version) in store.unmapped(10).unwrap() {
                    let number: u32 = document.id.short().parse().unwrap();
                    let books::Fact::Order(fact) = &document.fact else { panic!("only orders are mapped") };
                    let total = i64::try_from(fact.totals.total.value().mantissa()).unwrap() / 100;
                    let mut other = sale(number, total, Vec::new());
                    other.key = EntryKey::new("invoice", document.id.as_str());
                    let mapped = match shape {
                        0 => Mapped::Nothing,
                        1 => held(number, no_account()),
                        2 => Mapped::Entries(vec![other]),
                        3 => Mapped::Waits,
                        _ => Mapped::Entries(vec![sale(number, total, Vec::new())]),
                    };
                    store.save_mapped(run, &document.id, version, &mapped, now).unwrap();
                }
            }
            Step::Send => {
                let keys: Vec<EntryKey> = store.ready(10).unwrap().into_iter().map(|entry| entry.key).collect();
                let name = format!("S{minute}");
                store.intend(run, &set(&name, &keys), now).unwrap();
                truth.take(&name, &keys);
            }
            Step::Doubt { set } => {
                if let Some((name, _)) = pick(&truth, &store, *set) {
                    store.doubt(&set_id(&name), "lost", now).unwrap();
                }
            }
            Step::Answer { set, all } => {
                if let Some((name, outcomes)) = pick(&truth, &store, *set) {
                    let told = if *all { outcomes.len() } else { outcomes.len().min(1) };
                    store.settle(&set_id(&name), &outcomes[..told], now).unwrap();
                }
            }
            Step::AnswerAgain { set } => {
                if !truth.sets.is_empty() {
                    let (name, outcomes) = &truth.sets[set % truth.sets.len()];
                    store.settle(&set_id(name), outcomes, now).unwrap();
                }
            }
            Step::Retry { order } => drop(store.retry(&sale_key(*order), now)),
            Step::Release { order } => drop(store.release(&sale_key(*order), now)),
            Step::Hold { order } => drop(store.hold(&sale_key(*order), &no_account(), now)),
            Step::Remap => drop(store.remap_open(now).unwrap()),
            Step::Undo { order } => {
                if store.undone(&sale_key(*order), "a person asked", now).is_ok() {
                    *truth.there.get_mut(&sale_key(*order)).unwrap() -= 1;
                }
            }
            Step::Reopen => {
                drop(store);
                store = open(folder.path());
                run = store.begin_run("test", now).unwrap();
            }
        }
        check(&store, &truth);
    }
    assert!(matches!(store.verify_audit().unwrap(), store::AuditCheck::Whole { .. }));
}

fn pick(truth: &Truth, store: &Store, number: usize) -> Option<(String, Vec<(EntryKey, Outcome)>)> {
    let open = store.open_sets().unwrap();
    let id = open.get(number.checked_rem(open.len())?)?.id.as_str().to_owned();
    truth.sets.iter().find(|(name, _)| *name == id).cloned()
}

fn check(store: &Store, truth: &Truth) {
    let ready: Vec<EntryKey> = store.ready(100).unwrap().into_iter().map(|entry| entry.key).collect();
    for number in 1..=ORDERS {
        let keys = [sale_key(number), EntryKey::new("invoice", order_id(number).as_str())];
        let there: u32 = keys.iter().map(|key| truth.there.get(key).copied().unwrap_or_default()).sum();
        assert!(there <= 1, "order {number} is in QuickBooks {there} times");
        for key in keys {
            let Some(entry) = store.entry(&key).unwrap() else { continue };
            let linked = store.link(&key).unwrap().is_some();
            assert_eq!(linked, entry.row.state == State::Posted, "{key} has a link if and only if it is posted");
            assert!(!(linked && ready.contains(&key)), "{key} is posted and ready");
            let is_there = truth.there.get(&key).is_some_and(|count| *count > 0);
            let known = entry.row.state == State::Posted || entry.row.state.in_flight();
            assert!(!is_there || known, "{key} is in QuickBooks and shown as {}", entry.row.state);
            assert!(!linked || is_there, "{key} is shown as posted and is not in QuickBooks");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_order_is_ever_in_quickbooks_twice(steps in steps()) {
        play(&steps);
    }
}
