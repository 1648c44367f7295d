//! Against the simulated shop: what it charges, by the rule of SHOPIFY.md 2.3, and that nothing it tells is lost.

use std::{collections::BTreeSet, sync::Arc};

use crate::support::TestClock;
use books::document::{Fact, Order};
use jiff::{Timestamp, civil::date};
use shopify::{Client, Config, Credentials, Feed, decode_order};
use simulator::shop::{Bucket, Settings, Shop, Trade};

/// A served shop of `orders` orders and a client of it.
async fn open(orders: u32) -> (Shop, Client, Timestamp) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut trade = Trade::new(11, orders, 100, date(2026, 10, 31));
    // An order with more lines than a page asks for is asked for again.
    trade.mix.large_orders = 0;
    let shop = Shop::new(&trade, Settings { bucket: Bucket::GENEROUS, ..Settings::default() }).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(shop.clone().serve(listener, std::future::pending()));
    let config = Config {
        shop: "harbour-and-pine".parse().unwrap(),
        base_url: Some(url),
        credentials: Credentials::AccessToken(shop.token().into()),
        user_agent: "Tillbridge/test".into(),
        index_lag: shopify::INDEX_LAG,
    };
    let now = shop.now() + std::time::Duration::from_hours(1);
    let clock: Arc<TestClock> = TestClock::at(&now.to_string());
    (shop, Client::new(config, clock).unwrap(), now)
}

async fn pull(client: &Client, feed: Feed, now: Timestamp) -> Vec<Order> {
    let mut puller = client.pull(feed, None, now).unwrap();
    let mut orders = Vec::new();
    let mut ids = BTreeSet::new();
    while let Some(page) = puller.next().await.unwrap() {
        for pulled in page.documents {
            assert_eq!(decode_order(&pulled.raw).unwrap(), pulled.document);
            let Fact::Order(order) = pulled.document.fact else { panic!() };
            assert!(ids.insert(pulled.document.id), "told once");
            orders.push(*order);
        }
    }
    orders.sort_by(|a, b| a.placed_at.cmp(&b.placed_at).then_with(|| a.name.cmp(&b.name)));
    orders
}

/// `max(1, floor(2 ln n))` of SHOPIFY.md 2.3, for the sizes of pages that were recorded.
fn weight(rows: usize) -> f64 {
    f64::max(1.0, (2.0 * f64::from(u32::try_from(rows.max(1)).unwrap()).ln()).floor())
}

/// What walking `orders` orders costs by the rule in pages of `page` orders, whose dearest order costs `order` points.
fn walk(orders: usize, page: usize, order: f64) -> f64 {
    let (full, rest) = (orders / page, orders % page);
    let cost = |rows: usize| if rows == 0 { 0.0 } else { 2.0 + weight(rows) * order };
    f64::from(u32::try_from(full).unwrap()) * cost(page) + cost(rest)
}

#[tokio::test]
async fn a_plain_changed_order_costs_at_most_a_tenth_more_than_the_least_that_the_rule_allows() {
    let (shop, client, now) = open(1_000).await;
    let before = shop.points();
    let orders = pull(&client, Feed::Orders { since: Timestamp::UNIX_EPOCH }, now).await;
    let after = shop.points();
    assert_eq!(orders.len(), 1_000);
    assert_eq!(after.queries - before.queries, 4, "whole pages, and nothing beside them");
    let points = |points: u64| f64::from(u32::try_from(points).unwrap());
    assert!(points(after.requested - before.requested) / 4.0 <= 1_000.0, "one question may ask for 1,000 points");
    let charged = points(after.actual - before.actual);
    // The pages cost 2 points and, by weight, their dearest order: as much in pages of any size.
    let order = (charged / 4.0 - 2.0) / weight(250);
    let least = (1..=250).map(|page| walk(1_000, page, order)).fold(f64::INFINITY, f64::min);
    assert!(charged <= 1.1 * least, "charged {charged}, at least {least}");
}
