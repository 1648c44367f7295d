//! Stocky's API as it was, on a real socket: its quirks, its faults, and that it is gone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use books::{
    Document, Fact,
    document::{PurchaseOrder, PurchaseState, StockAdjustment},
};
use jiff::{civil::date, tz::TimeZone};
use rust_decimal::Decimal;
use shopify::{
    Cursor, Page,
    stocky::{Stocky, StockyConfig, StockyError, StockyFeed},
};
use simulator::{
    shop::{SHOP_ZONE, Settings, Shop, Trade},
    stocky::{self, Fault},
};

use crate::{
    purchases::{documents, orders, outstanding, received},
    support::{Reply, TestClock},
};

const NOW: &str = "2026-08-30T12:00:00Z";

pub fn zone() -> TimeZone {
    TimeZone::get(SHOP_ZONE).unwrap()
}

/// A Stocky beside a shop that bought for so many days.
pub fn simulated(days: u32) -> stocky::Stocky {
    let shop = Shop::new(&Trade::new(23, 20, days, date(2026, 8, 28)), Settings::default()).unwrap();
    stocky::Stocky::new(shop.purchasing(), stocky::Settings::default())
}

async fn serve(stocky: &stocky::Stocky) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(stocky.clone().serve(listener, std::future::pending()));
    url
}

fn client(url: &str, key: &str, clock: &Arc<TestClock>) -> Result<Stocky, StockyError> {
    // Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = StockyConfig {
        shop: "harbour-and-pine".parse().unwrap(),
        base_url: Some(url.to_owned()),
        key: key.into(),
        user_agent: "Tillbridge/test".into(),
    };
    Stocky::new(config, clock.clone())
}

struct World {
    stocky: stocky::Stocky,
    client: Stocky,
    clock: Arc<TestClock>,
}

impl World {
    async fn open(days: u32) -> Self {
        let stocky = simulated(days);
        let url = serve(&stocky).await;
        let clock = TestClock::at(NOW);
        let client = client(&url, "simulated-stocky-key", &clock).unwrap();
        Self { stocky, client, clock }
    }

    async fn pull(&self, feed: StockyFeed, cursor: Option<&Cursor>) -> Result<Vec<Page>, StockyError> {
        let mut puller = self.client.pull(feed, cursor, zone());
        let mut pages = Vec::new();
        while let Some(page) = puller.next().await? {
            pages.push(page);
        }
        Ok(pages)
    }
}

fn charged_nothing(order: &simulator::purchasing::PurchaseOrder) -> bool {
    order.freight.is_zero() && order.adjustment.is_zero()
}

fn cursor(pages: &[Page]) -> &Cursor {
    &pages.last().unwrap().cursor
}

#[tokio::test]
async fn what_came_adds_up_to_stocky_s_own_figures() {
    let world = World::open(400).await;
    let pages = world.pull(StockyFeed::PurchaseOrders, None).await.unwrap();
    let told = orders(&pages);
    let purchasing = world.stocky.purchasing();
    assert_eq!(told.len(), purchasing.orders.len());
    let names: BTreeMap<u32, String> = purchasing.orders.iter().map(|o| (o.number, o.name())).collect();
    let expected =
        purchasing.received_value().into_iter().map(|((order, day), value)| ((names[&order].clone(), day), value));
    assert_eq!(received(&told), expected.collect());
    let open = purchasing.outstanding().into_iter().map(|(order, left)| (names[&order].clone(), left));
    assert_eq!(outstanding(&told), open.collect());
    for state in [
        PurchaseState::Draft,
        PurchaseState::Ordered,
        PurchaseState::PartlyReceived,
        PurchaseState::Received,
        PurchaseState::Closed,
    ] {
        assert!(told.iter().any(|order| order.state == state), "no order is {state:?}");
    }
    let charged: Decimal = told.iter().flat_map(|order| &order.charges).map(|charge| charge.amount.value()).sum();
    assert_eq!(charged, purchasing.orders.iter().map(|o| o.freight + o.adjustment).sum());
    for (order, own) in told.iter().zip(&purchasing.orders) {
        // Amounts are told to the cent, so the rate that they show is as good as the amounts are large.
        let off = order.exchange_rate.map(|rate| (rate - own.rate).abs());
        assert_eq!(off.is_some(), own.rate != Decimal::ONE && (own.ordered.is_some() || !charged_nothing(own)));
        assert!(off.unwrap_or_default() < Decimal::new(1, 2), "{}: {off:?}", order.number);
        assert!(own.ordered.is_some() || order.lines.iter().all(|line| line.unit_cost.is_none()));
        assert!(order.lines.iter().all(|line| line.item.is_some()));
    }
}

#[tokio::test]
async fn one_supplier_with_and_without_its_id_is_the_same() {
    let world = World::open(200).await;
    let suppliers = world.pull(StockyFeed::Suppliers, None).await.unwrap();
    let ids: BTreeSet<String> = documents(&suppliers).map(|document| document.id.to_string()).collect();
    assert!(ids.contains("stocky:Supplier/1"), "{ids:?}");
    let hidden = documents(&suppliers).any(|document| matches!(&document.fact, Fact::Supplier(told) if !told.active));
    assert!(hidden);
    let pages = world.pull(StockyFeed::PurchaseOrders, None).await.unwrap();
    let own = world.stocky.purchasing();
    assert!(own.orders.iter().any(|order| !order.has_supplier_id));
    for (order, own) in orders(&pages).into_iter().zip(&own.orders) {
        assert_eq!(order.supplier.as_ref().unwrap().as_str(), format!("stocky:Supplier/{}", own.supplier + 1));
    }
}

#[tokio::test]
async fn later_pulls_ask_for_what_changed() {
    let world = World::open(200).await;
    let first = world.pull(StockyFeed::PurchaseOrders, None).await.unwrap();
    let open = world.stocky.purchasing().orders.iter().position(|o| o.is_open() && o.deliveries.is_empty()).unwrap();
    world.stocky.take_asked();
    world.stocky.purchase(|purchasing| purchasing.deliver(open, crate::support::time("2026-08-30T11:00:00Z"), 0));
    let second = world.pull(StockyFeed::PurchaseOrders, Some(cursor(&first))).await.unwrap();
    assert!(world.stocky.take_asked()[0].contains("updated_since="));
    let told = orders(&second);
    let all = world.stocky.purchasing().orders.len();
    assert!(told.len() * 4 < all, "{} of {all} orders were told again", told.len());
    let name = world.stocky.purchasing().orders[open].name();
    assert!(told.iter().any(|order| order.number == name && order.state == PurchaseState::Received));
}

fn adjustments(pages: &[Page]) -> Vec<&StockAdjustment> {
    let adjustment = |document: &'_ Document| match &document.fact {
        Fact::StockAdjustment(_) => true,
        other => panic!("no adjustment: {other:?}"),
    };
    let told = documents(pages).filter(|document| adjustment(document));
    told.filter_map(|document| if let Fact::StockAdjustment(told) = &document.fact { Some(told) } else { None })
        .collect()
}

#[tokio::test]
async fn adjustments_come_with_their_items_and_only_when_something_changed() {
    let world = World::open(200).await;
    let first = world.pull(StockyFeed::Adjustments, None).await.unwrap();
    let told = adjustments(&first);
    let own = world.stocky.purchasing();
    assert_eq!(told.len(), own.adjustments.len());
    assert!(told.iter().any(|adjustment| adjustment.at.is_none()));
    assert!(told.iter().any(|adjustment| adjustment.reason == "Damaged Products"));
    let mut sums: BTreeMap<u64, i64> = BTreeMap::new();
    for line in told.iter().filter(|adjustment| adjustment.at.is_some()).flat_map(|adjustment| &adjustment.lines) {
        let variant: u64 = line.variant.as_ref().unwrap().short().parse().unwrap();
        let item = own.goods.iter().find(|good| good.variant == variant).unwrap().item;
        *sums.entry(item).or_default() += line.change;
    }
    sums.retain(|_, sum| *sum != 0);
    assert_eq!(sums, own.adjusted());

    assert_eq!(adjustments(&world.pull(StockyFeed::Adjustments, Some(cursor(&first))).await.unwrap()).len(), 0);
    world.stocky.purchase(|purchasing| {
        let planned = purchasing.adjustments.iter_mut().find(|adjustment| adjustment.at.is_none()).unwrap();
        planned.at = Some(crate::support::time("2026-08-30T11:00:00Z"));
    });
    let later = world.pull(StockyFeed::Adjustments, Some(cursor(&first))).await.unwrap();
    assert_eq!(adjustments(&later).len(), own.adjustments.len());
}

#[tokio::test]
async fn transfers_are_told_and_missed_where_stocky_has_none() {
    let world = World::open(200).await;
    let pages = world.pull(StockyFeed::Transfers, None).await.unwrap();
    let own = world.stocky.purchasing();
    assert_eq!(documents(&pages).count(), own.transfers.len());
    let arrived = documents(&pages).filter_map(|document| match &document.fact {
        Fact::StockTransfer(transfer) => Some(transfer),
        _ => None,
    });
    let arrived: i64 = arrived.flat_map(|t| &t.arrivals).flat_map(|a| &a.lines).map(|line| line.change).sum();
    assert_eq!(arrived, (0..2).flat_map(|location| own.moved_to(location)).map(|(_, moved)| moved).sum::<i64>());
    world.stocky.change(|settings| settings.transfers = false);
    let pages = world.pull(StockyFeed::Transfers, None).await.unwrap();
    assert_eq!(documents(&pages).count(), 0);
}

#[tokio::test]
async fn long_lists_are_walked_whole_whichever_way_the_ids_lead() {
    let world = World::open(200).await;
    world.stocky.purchase(|purchasing| {
        let one = purchasing.orders[0].clone();
        for number in 5000..5600 {
            purchasing.orders.push(simulator::purchasing::PurchaseOrder { number, ..one.clone() });
        }
    });
    let many = world.stocky.purchasing().orders.len();
    for downwards in [false, true] {
        world.stocky.change(|settings| settings.downwards = downwards);
        let pages = world.pull(StockyFeed::PurchaseOrders, None).await.unwrap();
        let ids: BTreeSet<&str> = documents(&pages).map(|document| document.id.as_str()).collect();
        assert_eq!(ids.len(), many, "downwards: {downwards}");
        // From the middle on, as after a kill.
        let rest = world.pull(StockyFeed::PurchaseOrders, Some(&pages[0].cursor)).await.unwrap();
        assert_eq!(documents(&rest).count() + pages[0].documents.len(), many);
    }
}

#[tokio::test]
async fn what_may_pass_is_asked_again() {
    let world = World::open(100).await;
    for fault in [Fault::TooMany(7), Fault::Status(502), Fault::Html, Fault::CutBody] {
        world.stocky.push(fault);
    }
    let pages = world.pull(StockyFeed::Suppliers, None).await.unwrap();
    assert_eq!(documents(&pages).count(), world.stocky.purchasing().suppliers.len());
    assert_eq!(world.clock.pauses(), [7, 2, 4, 8].map(Duration::from_secs));
}

#[tokio::test]
async fn what_does_not_pass_says_what_it_is() {
    let refused = async |fault: Fault| {
        let world = World::open(100).await;
        for _ in 0..5 {
            world.stocky.push(fault.clone());
        }
        world.pull(StockyFeed::PurchaseOrders, None).await.unwrap_err()
    };
    assert!(matches!(refused(Fault::TooMany(1)).await, StockyError::Server { status: 429, .. }));
    assert!(matches!(refused(Fault::Status(503)).await, StockyError::Server { status: 503, .. }));
    assert!(matches!(refused(Fault::Html).await, StockyError::NotStocky { .. }));
    assert!(matches!(refused(Fault::CutBody).await, StockyError::NotStocky { .. }));
    for status in [301, 404, 410] {
        assert!(matches!(refused(Fault::Status(status)).await, StockyError::Retired(_)), "{status}");
    }
    let world = World::open(100).await;
    world.stocky.change(|settings| settings.key = "another".into());
    let error = world.pull(StockyFeed::Suppliers, None).await.unwrap_err();
    assert!(matches!(error, StockyError::Key(401)), "{error}");
    assert!(!format!("{error:?}").contains("simulated-stocky-key"));
}

#[tokio::test]
async fn a_name_that_is_gone_means_the_end_and_a_closed_door_does_not() {
    let clock = TestClock::at(NOW);
    let gone = client("https://stocky.invalid/", "key", &clock).unwrap();
    let error = gone.pull(StockyFeed::Suppliers, None, zone()).next().await.unwrap_err();
    assert!(matches!(error, StockyError::Retired(_)), "{error}");
    let closed = client("http://127.0.0.1:9/", "key", &clock).unwrap();
    let error = closed.pull(StockyFeed::Suppliers, None, zone()).next().await.unwrap_err();
    assert!(matches!(error, StockyError::Network(_)), "{error}");
    assert!(matches!(client("http://stocky.example/", "key", &clock), Err(StockyError::Address(_))));
}

#[tokio::test]
async fn the_records_of_the_api_s_own_pages_are_read_with_all_their_quirks() {
    let orders_page = r#"{ "purchase_orders": [
      { "id": "3", "number": "1002A", "sequential_id": 1002, "invoice_number": "INV-77",
        "created_at": "2026-07-01T10:00:00.000Z", "updated_at": "2026-07-05T10:00:00.000Z",
        "ordered_at": "2026-07-01T10:05:00.000Z", "expected_on": "2026-07-04", "payment_due_on": "2026-08-01",
        "archived": true, "supplier_name": "AGRON", "supplier_id": null, "currency": "usd",
        "shopify_receive_location_id": 34915680278, "adjustments": 0.0, "adjustments_local": 0.0,
        "shipping": 12.5, "shipping_local": 17.0, "shipping_tax_type": 1,
        "purchase_items": [
          { "id": 9, "sku": "MUG-WHT", "inventory_item_id": "37791323160598", "product_title": "Mug",
            "variant_title": "White", "quantity": 10, "status": "delivered", "cost_price": "6.80",
            "supplier_cost_price": "5.00", "tax_type_id": 1, "received_at": null, "updated_at": "05/07/2026 10:00" },
          { "id": 10, "sku": "", "inventory_item_id": null, "product_title": "Lid", "variant_title": "Default",
            "quantity": "4", "status": "not delivered", "cost_price": 1.36, "supplier_cost_price": 1.00,
            "tax_type_id": 99, "received_at": null, "updated_at": "05/07/2026 10:00" } ] } ] }"#;
    let shop = crate::support::Shop::open(move |asked| {
        let body = match asked.path.rsplit('/').next().unwrap() {
            "purchase_orders.json" => orders_page,
            "suppliers.json" => {
                r#"{ "suppliers": [{ "id": 7, "name": "agron", "updated_at": "2026-01-01T00:00:00Z", "is_hidden": false }] }"#
            }
            _ => r#"{ "tax_types": [{ "id": 1, "tax_rate": "10.0", "updated_at": "2026-01-01T00:00:00Z" }] }"#,
        };
        Reply::raw(200, body)
    })
    .await;
    let client = client(&shop.url, "key", &TestClock::at(NOW)).unwrap();
    let page = client.pull(StockyFeed::PurchaseOrders, None, zone()).next().await.unwrap().unwrap();
    let order: &PurchaseOrder = orders(std::slice::from_ref(&page))[0];
    assert_eq!(page.documents[0].document.id.as_str(), "stocky:PurchaseOrder/3");
    assert_eq!((order.number.as_str(), order.currency.code()), ("1002A", "USD"));
    assert_eq!(order.supplier.as_ref().unwrap().as_str(), "stocky:Supplier/7");
    assert_eq!(order.exchange_rate, Some(Decimal::new(136, 2)));
    assert_eq!(order.location.as_ref().unwrap().as_str(), "gid://shopify/Location/34915680278");
    assert_eq!(order.state, PurchaseState::Closed);
    let [mug, lid] = &order.lines[..] else { panic!("{:?}", order.lines) };
    assert_eq!((mug.unit_cost, mug.tax), (Some(books::Money::cents(500)), books::Money::cents(500)));
    assert_eq!((lid.unit_cost, lid.sku.as_deref(), lid.title.as_str()), (None, None, "Lid"));
    let charges: Vec<(&str, String)> =
        order.charges.iter().map(|charge| (charge.title.as_str(), charge.amount.to_string())).collect();
    assert_eq!(charges, [("Shipping", "12.50".to_owned()), ("Tax on shipping", "1.25".to_owned())]);
    assert_eq!(order.receipts[0].at, crate::support::time("2026-07-05T14:00:00Z"));
}

#[tokio::test]
async fn the_archive_after_the_api_is_nothing_new() {
    let world = World::open(300).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stocky.zip");
    std::fs::write(&path, world.stocky.archive()).unwrap();
    let saved = shopify::stocky::read_saved(&path, &"harbour-and-pine".parse().unwrap(), &zone()).unwrap();
    let saved: BTreeMap<String, Document> =
        saved.documents.into_iter().map(|pulled| (pulled.document.id.to_string(), pulled.document)).collect();
    let mut told = 0;
    for feed in [StockyFeed::Suppliers, StockyFeed::PurchaseOrders, StockyFeed::Adjustments] {
        for document in documents(&world.pull(feed, None).await.unwrap()) {
            assert_eq!(saved.get(document.id.as_str()), Some(document));
            told += 1;
        }
    }
    assert_eq!(told, saved.len());
}
