//! The simulated shop on a real socket, and all that a client is told of it.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, civil::date};
use shopify::{Client, Clock, Config, Credentials, Cursor, Feed, Page, Pause};
use simulator::shop::{Bucket, Mix, Order, Points, Settings, Shop, Trade};

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
        // Another test may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = Config {
            shop: "harbour-and-pine".parse().unwrap(),
            base_url: Some(self.url.clone()),
            credentials: Credentials::AccessToken(self.shop.token().into()),
            user_agent: "Tillbridge/test".into(),
            index_lag: shopify::INDEX_LAG,
        };
        Client::new(config, Arc::new(Hurried(self.now))).unwrap()
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

    /// The same shop after a pause.
    pub fn later(self, pause: Duration) -> Self {
        self.shop.set_now(self.shop.now() + pause);
        Self { now: self.now + pause, ..self }
    }

    /// What a feed tells from a cursor on, and what that cost.
    pub async fn pull_for(&self, feed: Feed, cursor: Option<&Cursor>) -> (Vec<Page>, Points) {
        let before = self.shop.points();
        let pages = self.pull(feed, cursor).await;
        let after = self.shop.points();
        let points = Points {
            queries: after.queries - before.queries,
            requested: after.requested - before.requested,
            actual: after.actual - before.actual,
        };
        (pages, points)
    }
}

/// A clock that stands, and waits no longer than the shop's own work takes: it writes its files beside.
struct Hurried(Timestamp);

impl Clock for Hurried {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn sleep(&self, duration: Duration) -> Pause<'_> {
        Box::pin(tokio::time::sleep(duration.min(Duration::from_millis(50))))
    }
}
