//! A shop of many orders with all of its history, as the store keeps it: one sales receipt an order, posted but for the
//! last few.

use std::path::Path;

use books::{
    Body, Currency, Document, DocumentId, Entry, EntryKey, EntryKind, Fact, Link, Mapped, Mapping, Money, Posting,
    Postings,
    document::{
        Address, Customer, DeliveryState, Order, OrderLine, Payment, PaymentKind, PaymentState, PaymentStatus, Shop,
        Totals, Variant,
    },
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
};
use qbxml::{MessageSetId, RequestId, TxnId};
use store::{MappingWhy, NewSet, Outcome, Pulled, RunId, Scope, Store};

/// The last day of the history.
pub const TODAY: Date = date(2026, 11, 20);
const DAYS: u32 = 180;
const NAMES: [&str; 8] = ["Åse", "Bjørn", "Chloé", "Łukasz", "Ingrid", "Nils", "Synnøve", "Thomas"];

/// The id of something of the shop's.
pub fn id(kind: &str, number: u32) -> DocumentId {
    DocumentId::new(format!("gid://shopify/{kind}/{number}"))
}

fn day_of(number: u32, all: u32) -> Date {
    let back = i64::from(DAYS - 1) - i64::from(number) * i64::from(DAYS) / i64::from(all + 1);
    TODAY.saturating_sub(back.days())
}

/// A paid order of one line.
pub fn order(number: u32, all: u32) -> Document {
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
pub fn sale(document: &Document) -> Entry {
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
pub fn post(store: &Store, run: RunId, set: u32, now: Timestamp) {
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

/// Fills a new store in `folder` with `all` orders, over 180 days.
pub fn fill(folder: &Path, all: u32) -> Store {
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
