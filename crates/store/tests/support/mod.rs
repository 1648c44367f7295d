//! A small shop and its entries, for the tests of the store.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;

use books::{
    Body, Currency, Document, DocumentId, Entry, EntryKey, EntryKind, Fact, Held, HeldReason, Link, Mapped, Money,
    Posting, Postings,
    document::{DeliveryState, Order, PaymentState, Totals},
};
use jiff::{Timestamp, ToSpan, civil::date};
use qbxml::{ClassAdd, MessageSetId, RequestId, TxnId};
use store::{NewSet, Outcome, Pulled, RunId, Store, Version};

/// `minutes` after the first moment of all tests.
pub fn at(minutes: i64) -> Timestamp {
    "2026-11-23T09:00:00Z".parse::<Timestamp>().unwrap() + minutes.minutes()
}

pub fn open(folder: &Path) -> Store {
    Store::open(folder, at(0)).unwrap().store
}

pub fn order_id(number: u32) -> DocumentId {
    DocumentId::new(format!("gid://shopify/Order/{number}"))
}

/// An order placed `number` minutes after the first moment, of `total` dollars.
pub fn order(number: u32, total: i64) -> Document {
    Document {
        id: order_id(number),
        updated_at: at(i64::from(number)),
        fact: Fact::Order(Box::new(Order {
            name: format!("#{number}"),
            placed_at: at(i64::from(number)),
            cancelled_at: None,
            test: false,
            currency: Currency::new("USD"),
            presentment_currency: Currency::new("USD"),
            taxes_included: false,
            payment_state: PaymentState::Paid,
            delivery_state: DeliveryState::Unfulfilled,
            edited: false,
            agreements: Vec::new(),
            terms: None,
            channel: "web".to_owned(),
            location: None,
            customer: None,
            buyer: None,
            billing_address: None,
            shipping_address: None,
            purchase_order_number: None,
            lines: Vec::new(),
            shipping: Vec::new(),
            fees: Vec::new(),
            payments: Vec::new(),
            refunds: Vec::new(),
            totals: Totals { total: Money::cents(total * 100), ..Totals::default() },
        })),
    }
}

pub fn pull(store: &Store, run: RunId, documents: &[Document]) -> store::PullCount {
    let pulled: Vec<Pulled<'_>> = documents.iter().map(|document| Pulled { document, raw: "{}" }).collect();
    store.save_pulled(run, "orders", &pulled, None, at(1)).unwrap()
}

pub fn sale_key(number: u32) -> EntryKey {
    EntryKey::new("sale", order_id(number).as_str())
}

pub fn postings(total: i64) -> Vec<Posting> {
    let posting =
        |account: &str, amount: i64| Posting { account: account.to_owned(), class: None, amount: Money::cents(amount) };
    vec![posting("Undeposited Funds", total * 100), posting("Sales", -total * 100)]
}

/// The sales receipt of an order.
pub fn sale(number: u32, total: i64, needs: Vec<EntryKey>) -> Entry {
    Entry {
        key: sale_key(number),
        document: order_id(number),
        kind: EntryKind::SalesReceipt,
        date: Some(date(2026, 11, 23)),
        number: format!("{number}"),
        title: format!("#{number}"),
        total: Money::cents(total * 100),
        postings: Postings::new(postings(total)).unwrap(),
        why: Vec::new(),
        needs,
        body: Body::SalesReceipt(Box::default()),
    }
}

pub fn class_key(name: &str) -> EntryKey {
    EntryKey::new("class", &name.to_lowercase())
}

/// A class that an order needs.
pub fn class(name: &str, order: u32) -> Entry {
    Entry {
        key: class_key(name),
        document: order_id(order),
        kind: EntryKind::Class,
        date: None,
        number: name.to_owned(),
        title: name.to_owned(),
        total: Money::ZERO,
        postings: Postings::default(),
        why: Vec::new(),
        needs: Vec::new(),
        body: Body::Class(ClassAdd::default()),
    }
}

pub fn held(number: u32, reason: HeldReason) -> Mapped {
    Mapped::Held(Box::new(Held {
        key: sale_key(number),
        document: order_id(number),
        kind: EntryKind::SalesReceipt,
        date: Some(date(2026, 11, 23)),
        title: format!("#{number}"),
        total: Money::cents(100),
        reasons: vec![reason],
    }))
}

pub fn no_account() -> HeldReason {
    HeldReason::NoAccount { purpose: "shipping".to_owned(), account: None }
}

/// Maps the newest version of an order.
pub fn map(store: &Store, run: RunId, number: u32, mapped: &Mapped) {
    let (_, version) = store.document(&order_id(number)).unwrap().unwrap();
    store.save_mapped(run, &order_id(number), version, mapped, at(2)).unwrap();
}

pub fn first_version() -> Version {
    Version::new(1)
}

pub fn set_id(name: &str) -> MessageSetId {
    MessageSetId::new(name).unwrap()
}

pub fn set(name: &str, keys: &[EntryKey]) -> NewSet {
    let requests =
        keys.iter().enumerate().map(|(at, key)| (RequestId::new(&format!("{name}-{at}")).unwrap(), key.clone()));
    NewSet {
        id: set_id(name),
        xml: format!("<QBXML>{name}</QBXML>"),
        requests: requests.collect(),
        purpose: "post".to_owned(),
    }
}

pub fn posted(id: &str, total: i64) -> Outcome {
    Outcome::Posted {
        link: Link::Transaction(TxnId::new(id)),
        edit_sequence: "1700000000".to_owned(),
        booked: postings(total),
        full_name: None,
    }
}

/// A store with one order mapped to a ready sales receipt.
pub fn with_ready_sale(folder: &Path) -> (Store, RunId) {
    let store = open(folder);
    let run = store.begin_run("test", at(0)).unwrap();
    pull(&store, run, &[order(1, 10)]);
    map(&store, run, 1, &Mapped::Entries(vec![sale(1, 10, Vec::new())]));
    (store, run)
}

/// A store with one order posted.
pub fn with_posted_sale(folder: &Path) -> (Store, RunId) {
    let (store, run) = with_ready_sale(folder);
    store.intend(run, &set("S1", &[sale_key(1)]), at(3)).unwrap();
    store.settle(&set_id("S1"), &[(sale_key(1), posted("T-1", 10))], at(4)).unwrap();
    (store, run)
}

pub fn state(store: &Store, key: &EntryKey) -> store::State {
    store.entry(key).unwrap().unwrap().row.state
}
