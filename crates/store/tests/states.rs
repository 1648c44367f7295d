//! Whatever is done in whatever order: nothing is in QuickBooks twice, and what is shown as booked is what is there.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use std::collections::BTreeMap;

use books::{Body, Document, Entry, EntryKey, Fact, Mapped, Money, Past};
use jiff::civil::Date;
use proptest::prelude::*;
use store::{Outcome, Scope, Selection, State, Store};
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
    /// Everything unmapped is mapped: as what it is, held, waiting, or as nothing new.
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
    /// What is posted of an order is to be taken back.
    Undo {
        order: u32,
    },
    /// The order is deleted in the shop.
    Delete {
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
        2 => order.clone().prop_map(|order| Step::Undo { order }),
        1 => order.prop_map(|order| Step::Delete { order }),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

/// QuickBooks as it really is: what each set came to, decided when it was sent, and the totals that stand there now.
#[derive(Default)]
struct Truth {
    sets: Vec<(String, Vec<(EntryKey, Outcome)>)>,
    there: BTreeMap<EntryKey, i64>,
}

impl Truth {
    /// QuickBooks takes every entry but each third, which it refuses or never saw.
    fn take(&mut self, name: &str, entries: &[Entry]) {
        let mut outcomes = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let number = self.sets.len() * 7 + at;
            let outcome = match number % 6 {
                2 => Outcome::Refused { status: 3140, message: "no".to_owned() },
                5 => Outcome::Again,
                _ => self.carry_out(entry, number),
            };
            outcomes.push((entry.key.clone(), outcome));
        }
        self.sets.push((name.to_owned(), outcomes));
    }

    fn carry_out(&mut self, entry: &Entry, number: usize) -> Outcome {
        let amount: Money = entry.postings.iter().map(|posting| posting.amount).filter(|a| !a.is_negative()).sum();
        match &entry.body {
            Body::Void { target, .. } => {
                assert!(self.there.remove(target).is_some(), "{target} is voided and was not there");
                Outcome::Done { edit_sequence: None, booked: None }
            }
            Body::Change { target, .. } => {
                let total = self.there.get_mut(target).expect("what is changed is there");
                *total = dollars(entry.total);
                done(*total)
            }
            _ => {
                let before = self.there.insert(entry.key.clone(), dollars(amount));
                assert_eq!(before, None, "{} is posted twice", entry.key);
                posted(&format!("T-{number}"), dollars(amount))
            }
        }
    }
}

fn dollars(amount: Money) -> i64 {
    i64::try_from(amount.value().trunc().mantissa()).unwrap() / 10_i64.pow(amount.value().trunc().scale())
}

/// What an order comes to beyond its past: a sale, or an edit of it; nothing once the sale was undone.
fn mapped(document: &Document, past: &[Past]) -> Mapped {
    let Fact::Order(order) = &document.fact else { panic!("only orders are mapped") };
    let number: u32 = document.id.short().parse().unwrap();
    let total = dollars(order.totals.total);
    let standing: Vec<&Past> = past.iter().filter(|past| past.entry.undoes.is_empty()).collect();
    let Some(last) = standing.last() else { return entries(vec![sale(number, total, Vec::new())]) };
    let before = dollars(last.entry.total);
    if standing.iter().any(|past| past.undone) || before == total {
        return nothing();
    }
    let mut edit = edit(number, &format!("edit{}", standing.len()), before, total);
    edit.total = Money::cents(total * 100);
    entries(vec![edit])
}

/// What takes everything back that is posted of an order.
fn planned(store: &Store, number: u32) -> Vec<Entry> {
    let gone = store.undoable(&Selection::Entry(sale_key(number))).unwrap();
    let Some(last) = gone.last() else { return Vec::new() };
    vec![undo(number, dollars(last.total), gone.iter().map(|entry| entry.key.clone()).collect())]
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
                store
                    .map_unmapped(run, Scope::Everything, 10, now, |document, past, _| match shape {
                        0 => nothing(),
                        1 => Mapped {
                            held: held(document.id.short().parse().unwrap(), no_account()).held,
                            ..mapped(document, past)
                        },
                        2 => waits(),
                        _ => mapped(document, past),
                    })
                    .unwrap();
            }
            Step::Send => {
                let ready = store.ready(10).unwrap();
                let keys: Vec<EntryKey> = ready.iter().map(|entry| entry.key.clone()).collect();
                let name = format!("S{minute}");
                store.intend(run, &set(&name, &keys), now).unwrap();
                truth.take(&name, &ready);
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
            // A second planning while the first is on its way is refused.
            Step::Undo { order } => drop(store.plan_undo(run, &planned(&store, *order), &BTreeMap::new(), now)),
            Step::Delete { order } => drop(store.gone(&order_id(*order), now).unwrap()),
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
    let filter = store::EntryFilter { states: State::ALL.to_vec(), limit: Some(999), ..Default::default() };
    let rows = store.entries(&filter).unwrap();
    for row in &rows {
        let linked = store.linked(&row.key).unwrap().is_some();
        assert_eq!(linked, row.state == State::Posted, "{} stands somewhere if and only if it is posted", row.key);
        assert!(!(linked && ready.contains(&row.key)), "{} is posted and ready", row.key);
    }
    let in_flight = |number: u32| rows.iter().any(|row| row.document == order_id(number) && row.state.in_flight());
    for number in (1..=ORDERS).filter(|number| !in_flight(*number)) {
        // Nothing is open about it: what is shown is what is there.
        let there = truth.there.get(&sale_key(number)).copied();
        let sale = store.entry(&sale_key(number)).unwrap();
        let shown = sale.is_some_and(|sale| sale.row.state == State::Posted);
        assert_eq!(shown, there.is_some(), "order {number}");
        let document = order_id(number);
        let booked: Vec<_> = store
            .booked_between(Date::MIN, Date::MAX)
            .unwrap()
            .into_iter()
            .filter(|row| row.document == document)
            .flat_map(|row| row.postings)
            .collect();
        assert_eq!(sum(booked.iter()), Money::cents(there.unwrap_or(0) * 100), "booked of order {number}");
        let past = store.past(&document).unwrap();
        let meant = past.iter().filter(|past| !past.undone && past.entry.undoes.is_empty());
        let meant = meant.flat_map(|past| past.entry.postings.iter());
        assert_eq!(sum(meant), Money::cents(there.unwrap_or(0) * 100), "posted of order {number}");
    }
}

/// What came in on the bank's side.
fn sum<'a>(postings: impl Iterator<Item = &'a books::Posting>) -> Money {
    postings.filter(|posting| posting.account == "Undeposited Funds").map(|posting| posting.amount).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_order_is_ever_in_quickbooks_twice(steps in steps()) {
        play(&steps);
    }
}
