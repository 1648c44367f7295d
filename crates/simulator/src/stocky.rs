//! A simulated Stocky: its API v2 as it was until 31 August 2026, with its quirks (SHOPIFY.md 7), and the archives and
//! tables that merchants saved of it. SIMULATED: no real data.
//!
//! ```
//! use simulator::shop::{Settings, Shop, Trade};
//! use simulator::stocky::{self, Stocky};
//!
//! let trade = Trade::new(7, 20, 60, jiff::civil::date(2026, 8, 31));
//! let shop = Shop::new(&trade, Settings::default())?;
//! let stocky = Stocky::new(shop.purchasing(), stocky::Settings::default());
//! assert!(stocky.table(b';').starts_with("\u{feff}PO Number;"));
//! # Ok::<(), simulator::shop::ShopError>(())
//! ```

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::purchasing::Purchasing;

mod records;
mod saved;
mod server;

pub use saved::pack;

/// How Stocky answers. Everything here can be changed while it is served.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The shop's permanent domain, as the header `Store-Name` must tell it.
    pub shop: String,
    /// The key.
    pub key: String,
    /// Whether transfers are told: later versions were reported to lack them.
    pub transfers: bool,
    /// Whether `since_id` tells what comes before an id, newest first, as has been reported too.
    pub downwards: bool,
    /// The status that every question is answered with, once Stocky is shut down.
    pub retired: Option<u16>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            shop: "harbour-and-pine.myshopify.com".to_owned(),
            key: "simulated-stocky-key".to_owned(),
            transfers: true,
            downwards: false,
            retired: None,
        }
    }
}

/// One thing that goes wrong with the next question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// HTTP 429 with this many seconds in `Retry-After`.
    TooMany(u64),
    /// This status without a body.
    Status(u16),
    /// HTTP 200 with a page to look at.
    Html,
    /// The connection breaks after half of the answer.
    CutBody,
}

struct Inner {
    purchasing: Purchasing,
    settings: Settings,
    faults: VecDeque<Fault>,
    asked: Vec<String>,
}

/// A handle to the simulated Stocky; clones are the same one.
#[derive(Clone)]
pub struct Stocky {
    inner: Arc<Mutex<Inner>>,
}

impl Stocky {
    /// A Stocky that keeps these purchases.
    pub fn new(purchasing: Purchasing, settings: Settings) -> Stocky {
        let inner = Inner { purchasing, settings, faults: VecDeque::new(), asked: Vec::new() };
        Stocky { inner: Arc::new(Mutex::new(inner)) }
    }

    /// Looks at all that is bought and moved.
    pub fn purchasing(&self) -> Purchasing {
        self.lock().purchasing.clone()
    }

    /// Lets something happen to what is bought and moved.
    pub fn purchase<T>(&self, happen: impl FnOnce(&mut Purchasing) -> T) -> T {
        happen(&mut self.lock().purchasing)
    }

    /// Changes how it answers.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.lock().settings);
    }

    /// One more thing that shall go wrong, after those that wait already.
    pub fn push(&self, fault: Fault) {
        self.lock().faults.push_back(fault);
    }

    /// What was asked, path and query, in order; asked for once.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().asked)
    }

    /// A page of one list as the API would write it with all records on it, newest first.
    pub fn page(&self, list: &str) -> Option<String> {
        let inner = self.lock();
        let mut records = records::list(&inner.purchasing, list)?;
        records.reverse();
        Some(records::body(list, &records))
    }

    /// The archive that the tool stocky-rescue would have saved, as a ZIP file.
    pub fn archive(&self) -> Vec<u8> {
        let inner = self.lock();
        saved::archive(&inner.purchasing, &inner.settings.shop)
    }

    /// The table of purchase orders, with this separator.
    pub fn table(&self, separator: u8) -> String {
        saved::table(&self.lock().purchasing, char::from(separator))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lists that Stocky tells.
pub(crate) const LISTS: [&str; 6] =
    ["purchase_orders", "suppliers", "stock_adjustments", "stock_adjustment_items", "stock_transfers", "tax_types"];

/// The id of a record.
pub(crate) fn id(record: &Value) -> u64 {
    record["id"].as_u64().unwrap_or_default()
}
