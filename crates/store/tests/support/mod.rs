//! A small shop and its entries, for the tests of the store.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;

use books::{
    Body, Currency, Document, DocumentId, Entry, EntryKey, EntryKind, Fact, Held, HeldReason, Link, Mapped, Money,
    Past, Posting, Postings,
    document::{DeliveryState, Order, PaymentState, Totals},
};
use jiff::{Timestamp, ToSpan, civil::date};
use qbxml::{ClassAdd, MessageSetId, RequestId, TxnId};
use store::{NewSet, Outcome, Pulled, RunId, Scope, Store, Version};

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
        carries: Vec::new(),
        undoes: Vec::new(),
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
        carries: Vec::new(),
        undoes: Vec::new(),
        body: Body::Class(ClassAdd::default()),
    }
}

pub fn held(number: u32, reason: HeldReason) -> Mapped {
    let held = Held {
        key: sale_key(number),
        document: order_id(number),
        kind: EntryKind::SalesReceipt,
        date: Some(date(2026, 11, 23)),
        title: format!("#{number}"),
        total: Money::cents(100),
        reasons: vec![reason],
    };
    Mapped { held: Some(Box::new(held)), ..Mapped::default() }
}

pub fn entries(entries: Vec<Entry>) -> Mapped {
    Mapped { entries, ..Mapped::default() }
}

pub fn nothing() -> Mapped {
    Mapped::default()
}

pub fn waits() -> Mapped {
    Mapped { waits: true, ..Mapped::default() }
}

pub fn no_account() -> HeldReason {
    HeldReason::NoAccount { purpose: "shipping".to_owned(), account: None }
}

/// Something about an order changes in the shop.
pub fn change(store: &Store, run: RunId, number: u32) {
    let (mut document, _) = store.document(&order_id(number)).unwrap().unwrap();
    document.updated_at += 1.minutes();
    let Fact::Order(order) = &mut document.fact else { panic!("only orders are mapped") };
    order.totals.tips += Money::cents(1);
    assert_eq!(pull(store, run, &[document]).changed, 1);
}

/// Maps an order, which is the oldest of those to be mapped; one that was mapped before changes first. Returns its past.
pub fn map(store: &Store, run: RunId, number: u32, mapped: &Mapped) -> Vec<Past> {
    if store.unmapped(u32::MAX).unwrap().iter().all(|(document, _)| document.id != order_id(number)) {
        change(store, run, number);
    }
    let mut seen = Vec::new();
    let count = store.map_unmapped(run, Scope::Everything, 1, at(2), |document, past, _| {
        assert_eq!(document.id, order_id(number));
        seen = past.to_vec();
        mapped.clone()
    });
    assert_eq!(count.unwrap(), 1, "order {number} can't be mapped now");
    seen
}

/// What was done to the form of another entry.
fn operation(role: &str, number: u32, kind: EntryKind, body: Body) -> Entry {
    let target = sale(number, 0, Vec::new());
    Entry { key: EntryKey::new(role, target.document.as_str()), kind, body, ..target }
}

/// An edit in place of an order's sale, from one total to another.
pub fn edit(number: u32, name: &str, from: i64, to: i64) -> Entry {
    let body = Body::Change {
        target: sale_key(number),
        before: Some(Box::new(sale(number, from, Vec::new()).body)),
        after: Box::new(sale(number, to, Vec::new()).body),
    };
    let postings = Postings::new(postings(to - from)).unwrap();
    Entry { postings, ..operation(name, number, EntryKind::Change, body) }
}

/// The voiding of an order's sale of this total, that takes these entries back.
pub fn undo(number: u32, total: i64, undoes: Vec<EntryKey>) -> Entry {
    let before = Box::new(sale(number, total, Vec::new()).body);
    let body = Body::Void { target: sale_key(number), before };
    let postings = Postings::new(postings(-total)).unwrap();
    Entry { postings, undoes, ..operation("undo", number, EntryKind::Void, body) }
}

pub fn undo_key(number: u32) -> EntryKey {
    EntryKey::new("undo", order_id(number).as_str())
}

/// The removal of a class that an order had needed.
pub fn removal(name: &str, order: u32) -> Entry {
    let made = class(name, order);
    let body = Body::Deletion { target: made.key.clone(), before: Box::new(made.body.clone()) };
    let undoes = vec![made.key.clone()];
    Entry { key: EntryKey::new("undo", made.key.as_str()), kind: EntryKind::Deletion, undoes, body, ..made }
}

/// What QuickBooks answers to an operation after which the form comes to this total.
pub fn done(total: i64) -> Outcome {
    Outcome::Done { edit_sequence: Some(format!("{}", 1_700_000_000 + total)), booked: Some(postings(total)) }
}

/// Sends these entries in a set of this name and settles them.
pub fn post(store: &Store, run: RunId, name: &str, outcomes: &[(EntryKey, Outcome)]) {
    let keys: Vec<EntryKey> = outcomes.iter().map(|(key, _)| key.clone()).collect();
    store.intend(run, &set(name, &keys), at(3)).unwrap();
    store.settle(&set_id(name), outcomes, at(4)).unwrap();
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
    map(&store, run, 1, &entries(vec![sale(1, 10, Vec::new())]));
    (store, run)
}

/// A store with one order posted.
pub fn with_posted_sale(folder: &Path) -> (Store, RunId) {
    let (store, run) = with_ready_sale(folder);
    post(&store, run, "S1", &[(sale_key(1), posted("T-1", 10))]);
    (store, run)
}

pub fn state(store: &Store, key: &EntryKey) -> store::State {
    store.entry(key).unwrap().unwrap().row.state
}
