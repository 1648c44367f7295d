//! The simulated shop on a real socket, and all that a client is told of it.

use std::time::Duration;

use jiff::{Timestamp, civil::date};
use shopify::{Client, Credentials, Cursor, Feed, Page};
use simulator::shop::{Bucket, Mix, Order, Points, Settings, Shop, Trade};

use crate::support::{TestClock, client};

/// A hundred days of trade, served and never throttled.
pub struct Simulated {
    pub shop: Shop,
    /// When the first order was made.
    pub from: Timestamp,
    /// After everything that happened.
    pub now: Timestamp,
    url: String,
}

impl Simulated {
    /// A shop of `orders` orders to which everything happens, but that none is deleted.
    pub async fn open(orders: u32) -> Self {
        let mut trade = Trade::new(11, orders, 100, date(2026, 10, 31));
        trade.mix = Mix { deletions: 0, ..Mix::everything() };
        let shop = Shop::new(&trade, Settings { bucket: Bucket::GENEROUS, ..Settings::default() }).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(shop.clone().serve(listener, std::future::pending()));
        let from = shop.with_orders(|orders| orders.iter().map(Order::created_at).min()).unwrap();
        let now = shop.now() + Duration::from_hours(1);
        Self { shop, from, now, url }
    }

    /// A client that knows nothing yet.
    pub fn client(&self) -> Client {
        let clock = TestClock::at(&self.now.to_string());
        client(&self.url, Credentials::AccessToken(self.shop.token().into()), &clock)
    }

    /// What a feed tells from a cursor on to its end.
    pub async fn pull(&self, feed: Feed, cursor: Option<&Cursor>) -> Vec<Page> {
        let client = self.client();
        let mut puller = client.pull(feed, cursor, self.now).unwrap();
        let mut pages = Vec::new();
        while let Some(page) = puller.next().await.unwrap() {
            pages.push(page);
        }
        pages
    }

    /// What a feed tells from its beginning, and what that cost.
    pub async fn pull_for(&self, feed: Feed) -> (Vec<Page>, Points) {
        let before = self.shop.points();
        let pages = self.pull(feed, None).await;
        let after = self.shop.points();
        let points = Points {
            queries: after.queries - before.queries,
            requested: after.requested - before.requested,
            actual: after.actual - before.actual,
        };
        (pages, points)
    }
}
