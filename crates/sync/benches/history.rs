//! History over a shop of many orders: opening the list, each kind of filter, a page far down, a month of tie-outs.
//!
//! `cargo bench -p sync --bench history`; docs/performance.md has figures. `ORDERS` in the environment sets how many
//! orders there are, over 180 days.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench stops where it can't go on")]

mod long_history;

use std::{hint::black_box, sync::Arc, time::Duration};

use books::EntryKind;
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use long_history::{TODAY, fill};
use store::State;
use sync::{
    Host, Secrets, api,
    engine::Clock,
    history::{self, DocumentQuery, EntryQuery},
    host::Runs,
    tieout::{recent_days, tie_out_day, tie_out_days},
};

/// The clock of the history's last day.
struct LastDay;

impl Clock for LastDay {
    fn now(&self) -> Timestamp {
        TODAY.at(20, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp()
    }
}

fn orders() -> u32 {
    std::env::var("ORDERS").ok().and_then(|orders| orders.parse().ok()).unwrap_or(100_000)
}

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let all = orders();
    drop(fill(folder.path(), all));
    let secrets = Secrets::new(folder.path(), |_| None);
    let host = Host::open(folder.path(), secrets, Arc::new(LastDay), Runs::ByHand).unwrap();
    let store = host.store();
    let mut group = criterion.benchmark_group(format!("history of {all} orders"));
    let everything = EntryQuery::default;
    let text = |text: &str| EntryQuery { text: Some(text.to_owned()), ..everything() };
    let queries = [
        ("first page", everything(), 0),
        ("a page at the end", everything(), all - 50),
        ("in a state", EntryQuery { states: vec![State::Ready], ..everything() }, 0),
        ("in the most common state", EntryQuery { states: vec![State::Posted], ..everything() }, 0),
        ("of a kind", EntryQuery { kinds: vec![EntryKind::CreditMemo], ..everything() }, 0),
        ("of ten days", EntryQuery { from: Some(date(2026, 9, 1)), to: Some(date(2026, 9, 10)), ..everything() }, 0),
        ("of a run", EntryQuery { run: Some("17".to_owned()), ..everything() }, 0),
        ("by order number", text("#4711"), 0),
        ("by the buyer's name", text("synnøve nordmann 42"), 0),
        ("by a name that all of them have", text("nordmann"), 0),
        ("by amount", text("12,50"), 0),
        ("by TxnID", text("1A2B-1790000000"), 0),
        ("that nobody has", text("nowhere to be found"), 0),
    ];
    for (name, query, offset) in queries {
        let found = history::entries(store, &query, offset, 50).unwrap();
        group.bench_function(format!("{name} ({} found)", found.total), |bench| {
            bench.iter(|| history::entries(store, black_box(&query), offset, 50).unwrap());
        });
    }
    let named = DocumentQuery { text: Some("bjørn".to_owned()), ..DocumentQuery::default() };
    group.bench_function("documents by the buyer's name", |bench| {
        bench.iter(|| history::documents(store, black_box(&named), 0, 50).unwrap());
    });
    group.bench_function("the overview", |bench| bench.iter(|| api::overview(black_box(&host)).unwrap()));
    group.bench_function("what needs attention", |bench| bench.iter(|| api::attention(black_box(&host)).unwrap()));
    group.bench_function("tie-outs of 30 days, while nothing is written", |bench| {
        bench.iter(|| recent_days(black_box(&host), 30).unwrap());
    });
    group.sample_size(10);
    group.bench_function("tie-outs of 30 days", |bench| {
        bench.iter(|| tie_out_days(store, 30, black_box(TODAY)).unwrap());
    });
    group.bench_function("the tie-out of a day", |bench| {
        bench.iter(|| tie_out_day(store, black_box(TODAY)).unwrap());
    });
    group.finish();
}

criterion_group! {
    name = history_of_a_shop;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = benches
}
criterion_main!(history_of_a_shop);
