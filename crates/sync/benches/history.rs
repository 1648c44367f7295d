//! History over a shop of many orders: opening the list, each kind of filter, a page far down, a month of tie-outs.
//!
//! `cargo bench -p sync --bench history`; docs/performance.md has figures. `ORDERS` in the environment sets how many
//! orders there are, over 180 days.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench stops where it can't go on")]

use std::{hint::black_box, path::Path, time::Duration};

use books::{
    Body, Currency, Document, DocumentId, Entry, EntryKey, EntryKind, Fact, Link, Mapped, Mapping, Money, Posting,
    Postings,
    document::{
        Address, Customer, DeliveryState, Order, OrderLine, Payment, PaymentKind, PaymentState, PaymentStatus, Shop,
        Totals, Variant,
    },
};
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
};
use qbxml::{MessageSetId, RequestId, TxnId};
use store::{MappingWhy, NewSet, Outcome, Pulled, RunId, Scope, State, Store};
use sync::{
    history::{self, DocumentQuery, EntryQuery},
    tieout::{tie_out_day, tie_out_days},
};

const TODAY: Date = date(2026, 11, 20);
const DAYS: u32 = 180;
const NAMES: [&str; 8] = ["Åse", "Bjørn", "Chloé", "Łukasz", "Ingrid", "Nils", "Synnøve", "Thomas"];

fn orders() -> u32 {
    std::env::var("ORDERS").ok().and_then(|orders| orders.parse().ok()).unwrap_or(100_000)
}

fn id(kind: &str, number: u32) -> DocumentId {
    DocumentId::new(format!("gid://shopify/{kind}/{number}"))
}

fn day_of(number: u32, all: u32) -> Date {
    let back = i64::from(DAYS - 1) - i64::from(number) * i64::from(DAYS) / i64::from(all + 1);
    TODAY.saturating_sub(back.days())
}

/// A paid order of one line.
fn order(number: u32, all: u32) -> Document {
    let total = Money::cents(1000 + i64::from(number % 9000));
    let placed_at = day_of(number, all).at(15, 0, 0, 0).in_tz("America/New_York").unwrap().timestamp();
    let name = NAMES[number as usize % NAMES.len()];
    let buyer = format!("{name} Nordmann {}", number % 7000);
    let item = Variant { sku: Some("MUG".into()), product_title: "Mug".into(), price: total, ..Variant::default() };
    let line = OrderLine {
        id: id("LineItem", number),
        variant: Some(id("ProductVariant", 1)),
        item,
        quantity: 1,
        unit_price: total,
        discounts: Vec::new(),
        taxes: Vec::new(),
        duties: Money::ZERO,
        tip: false,
    };
    let payment = Payment {
        id: id("OrderTransaction", number),
        kind: PaymentKind::Sale,
        status: PaymentStatus::Success,
        gateway: "shopify_payments".into(),
        at: placed_at,
        amount: total,
        parent: None,
        rounding: Money::ZERO,
        test: false,
    };
    let address =
        Address { name: buyer.clone(), line1: "Storgata 1".into(), city: "Bergen".into(), ..Address::default() };
    let fact = Order {
        name: format!("#{number}"),
        placed_at,
        cancelled_at: None,
        test: false,
        currency: Currency::new("USD"),
        presentment_currency: Currency::new("USD"),
        taxes_included: false,
        payment_state: PaymentState::Paid,
        delivery_state: DeliveryState::Fulfilled,
        edited: false,
        agreements: Vec::new(),
        terms: None,
        channel: "web".into(),
        location: None,
        customer: None,
        buyer: Some(Customer { display_name: buyer, ..Customer::default() }),
        billing_address: Some(address.clone()),
        shipping_address: Some(address),
        purchase_order_number: None,
        lines: vec![line],
        shipping: Vec::new(),
        fees: Vec::new(),
        payments: vec![payment],
        refunds: Vec::new(),
        totals: Totals { subtotal: total, total, received: total, ..Totals::default() },
    };
    Document { id: id("Order", number), updated_at: placed_at, fact: Fact::Order(Box::new(fact)) }
}

/// Its sales receipt.
fn sale(document: &Document) -> Entry {
    let Fact::Order(order) = &document.fact else { unreachable!("only orders are sold") };
    let posting = |account: &str, amount| Posting { account: account.to_owned(), class: None, amount };
    let total = order.totals.total;
    let postings = vec![posting("Shopify Payments Clearing", total), posting("Merchandise Sales", -total)];
    Entry {
        key: EntryKey::new("sale", document.id.as_str()),
        document: document.id.clone(),
        kind: EntryKind::SalesReceipt,
        date: Some(order.placed_at.in_tz("America/New_York").unwrap().date()),
        number: order.name.trim_start_matches('#').to_owned(),
        title: order.name.clone(),
        total,
        postings: Postings::new(postings).unwrap(),
        why: Vec::new(),
        needs: Vec::new(),
        carries: Vec::new(),
        undoes: Vec::new(),
        part_of: None,
        body: Body::SalesReceipt(Box::default()),
    }
}

/// Puts what is ready into QuickBooks, but for the last few.
fn post(store: &Store, run: RunId, set: u32, now: Timestamp) {
    let ready: Vec<Entry> = store.ready(500).unwrap();
    let id = MessageSetId::new(&format!("set-{set}")).unwrap();
    let request = |place: usize| RequestId::new(&format!("{place:04}")).unwrap();
    let requests = ready.iter().enumerate().map(|(place, entry)| (request(place), entry.key.clone()));
    let (xml, purpose) = ("<QBXML/>".to_owned(), "post".to_owned());
    store.intend(run, &NewSet { id: id.clone(), xml, requests: requests.collect(), purpose }, now).unwrap();
    let outcomes: Vec<(EntryKey, Outcome)> = ready
        .iter()
        .enumerate()
        .map(|(place, entry)| {
            let outcome = Outcome::Posted {
                link: Link::Transaction(TxnId::new(format!("{set:X}A{place:X}-1790000000"))),
                edit_sequence: "1".to_owned(),
                booked: entry.postings.iter().cloned().collect(),
                full_name: None,
                lines: Vec::new(),
            };
            (entry.key.clone(), outcome)
        })
        .collect();
    store.settle(&id, &outcomes, now).unwrap();
}

fn fill(folder: &Path, all: u32) -> Store {
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    let store = Store::open(folder, now).unwrap().store;
    let shop = Shop {
        name: "Harbour & Pine".into(),
        domain: "harbour-pine.myshopify.com".into(),
        currency: Currency::new("USD"),
        time_zone: "America/New_York".into(),
        taxes_included: false,
    };
    store.set_setting("shop", &shop, "a bench", now).unwrap();
    store.save_mapping(&Mapping::default(), MappingWhy::Configured, now).unwrap();
    for (set, from) in (1..=all).step_by(500).enumerate() {
        let run = store.begin_run("timer", now).unwrap();
        let documents: Vec<Document> = (from..(from + 500).min(all + 1)).map(|number| order(number, all)).collect();
        let raw = "{}".repeat(500);
        let pulled: Vec<_> = documents.iter().map(|document| Pulled { document, raw: &raw }).collect();
        store.save_pulled(run, "orders", &pulled, None, now).unwrap();
        store
            .map_unmapped(run, Scope::Everything, 500, now, |document, _, _| Mapped {
                entries: vec![sale(document)],
                ..Mapped::default()
            })
            .unwrap();
        if from + 500 < all {
            post(&store, run, u32::try_from(set).unwrap(), now);
        }
        store.finish_run(run, &store::RunOutcome::default(), now).unwrap();
    }
    store
}

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let all = orders();
    let store = fill(folder.path(), all);
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
        ("by a name that half of them have", text("nordmann"), 0),
        ("by amount", text("12,50"), 0),
        ("by TxnID", text("1A2B-1790000000"), 0),
        ("that nobody has", text("nowhere to be found"), 0),
    ];
    for (name, query, offset) in queries {
        let found = history::entries(&store, &query, offset, 50).unwrap();
        group.bench_function(format!("{name} ({} found)", found.total), |bench| {
            bench.iter(|| history::entries(&store, black_box(&query), offset, 50).unwrap());
        });
    }
    let named = DocumentQuery { text: Some("bjørn".to_owned()), ..DocumentQuery::default() };
    group.bench_function("documents by the buyer's name", |bench| {
        bench.iter(|| history::documents(&store, black_box(&named), 0, 50).unwrap());
    });
    group.sample_size(10);
    group.bench_function("tie-outs of 30 days", |bench| {
        bench.iter(|| tie_out_days(&store, 30, black_box(TODAY)).unwrap());
    });
    group.bench_function("the tie-out of a day", |bench| {
        bench.iter(|| tie_out_day(&store, black_box(TODAY)).unwrap());
    });
    group.finish();
}

criterion_group! {
    name = history_of_a_shop;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = benches
}
criterion_main!(history_of_a_shop);
