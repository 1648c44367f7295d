//! A simulated Shopify shop: "Harbour & Pine", with a year of made-up but consistent trade behind the Admin GraphQL API
//! 2026-10. SIMULATED: no real data.
//!
//! [`Trade`] says what trade to make up, [`Settings`] how the shop answers. A [`Shop`] is a handle that can be cloned: one
//! clone serves HTTP while another lets the shop live on, makes things go wrong, or asks for the shop's own figures.
//!
//! ```
//! use simulator::shop::{Settings, Shop, Trade};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let trade = Trade::new(7, 50, 30, jiff::civil::date(2026, 10, 31));
//! let shop = Shop::new(&trade, Settings::default())?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let serving = tokio::spawn(shop.clone().serve(listener, std::future::pending()));
//! let figures = shop.finance(jiff::civil::date(2026, 10, 2), trade.ends);
//! assert_eq!(figures.total.net_sales, figures.total.gross_sales + figures.total.discounts);
//! serving.abort();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access;
mod aftermath;
mod agreements;
mod answer;
mod bulk;
mod bulk_rules;
mod catalogue;
mod cost;
mod events;
mod execute;
mod faults;
mod finance;
mod graph;
mod graph_payments;
mod graph_refunds;
mod ids;
mod lists;
mod model;
mod objects;
mod orders;
mod parts;
mod payments;
mod people;
mod purse;
mod search;
mod server;
mod state;
mod stockroom;
mod trade;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use tokio::time::Instant;

use crate::purchasing::Purchasing;

pub use catalogue::{Rate, SALES_TAX};
pub use cost::{Bucket, Points};
pub use events::LifeError;
pub use faults::{Fault, Faults};
pub use finance::{Figures, Finance};
pub use model::{
    Channel, FinancialStatus, Fulfilment, Gateway, Order, PRESENTMENTS, Presentment, Reason, Restock, Terms,
};
pub use orders::{Change, Goods, NewLine, NewOrder, NewRefund, NewReturn, Paid, Portion, Settlement};
pub use trade::{Mix, SHOP_ZONE, Trade};

pub(crate) use model::cents;

use cost::Level;
use state::State;
use trade::Trader;

/// The number in the global id of one of the shop's two locations.
pub(crate) fn location_number(index: usize) -> u64 {
    ids::Kind::Location.number(index, 0)
}

/// A shop that can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// A date is out of range, or the time zone database lacks the shop's zone.
    #[error("the trade has no such time: {0}")]
    Time(#[from] jiff::Error),
    /// The schema that comes with the simulator does not parse.
    #[error("the shop's schema is damaged: {0}")]
    Schema(String),
}

/// Whether an app may sign in by client credentials (SHOPIFY.md 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installation {
    /// The app is installed and in the shop's organization.
    Installed,
    /// The app is not installed on the shop.
    Missing,
    /// App and shop are in different organizations.
    OtherOrganization,
}

/// How the shop answers. Everything here can be changed while it is served.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The shop's permanent domain.
    pub domain: String,
    /// The app's client id.
    pub client_id: String,
    /// The app's client secret.
    pub client_secret: String,
    /// Whether the app may sign in at all.
    pub installation: Installation,
    /// The scopes that a token gets.
    pub scopes: BTreeSet<String>,
    /// How long a token is good; Shopify's are good for 24 hours.
    pub token_lifetime: Duration,
    /// The bucket that queries are paid from.
    pub bucket: Bucket,
    /// How long a bulk operation takes: created for the first quarter of it, then running. It takes longer where its file
    /// is not written by then.
    pub bulk_delay: Duration,
    /// Whether the app may see names, addresses, phone numbers and e-mail addresses (protected customer data, level 2).
    pub personal_data: bool,
}

impl Default for Settings {
    /// An installed app with every scope, tokens for 24 hours, Shopify's standard bucket.
    fn default() -> Settings {
        Settings {
            domain: "harbour-and-pine.myshopify.com".to_owned(),
            client_id: "simulated-client".to_owned(),
            client_secret: "simulated-secret".to_owned(),
            installation: Installation::Installed,
            scopes: access::SCOPES.iter().map(|s| (*s).to_owned()).collect(),
            token_lifetime: Duration::from_secs(86_399),
            bucket: Bucket::STANDARD,
            bulk_delay: Duration::ZERO,
            personal_data: true,
        }
    }
}

/// What is kept about the clients.
struct Desk {
    settings: Settings,
    level: Level,
    tokens: BTreeMap<String, Instant>,
    granted: u32,
    points: Points,
    /// How often each field of the root was answered.
    answered: BTreeMap<String, u64>,
    /// Where the shop is served, once it is.
    address: Option<String>,
}

struct Inner {
    schema: Valid<Schema>,
    state: RwLock<State>,
    desk: Mutex<Desk>,
    documents: Mutex<BTreeMap<String, Arc<Valid<ExecutableDocument>>>>,
    faults: Faults,
    bulk: Mutex<bulk::Jobs>,
}

/// A handle to the simulated shop; clones are the same shop.
#[derive(Clone)]
pub struct Shop {
    inner: Arc<Inner>,
}

const SCHEMA: &str = include_str!("admin-2026-10.graphql");

impl Shop {
    /// Makes up the trade. Ten thousand orders take well under two seconds in a release build.
    pub fn new(trade: &Trade, settings: Settings) -> Result<Shop, ShopError> {
        let schema = Schema::parse_and_validate(SCHEMA, "admin-2026-10.graphql");
        let schema = schema.map_err(|e| ShopError::Schema(e.errors.to_string()))?;
        let mut trader = Trader::new(trade)?;
        let orders = trader.all()?;
        let level = Level::full(settings.bucket);
        Ok(Shop {
            inner: Arc::new(Inner {
                schema,
                state: RwLock::new(State::new(trader, orders)),
                desk: Mutex::new(Desk {
                    settings,
                    level,
                    tokens: BTreeMap::new(),
                    granted: 0,
                    points: Points::default(),
                    answered: BTreeMap::new(),
                    address: None,
                }),
                documents: Mutex::new(BTreeMap::new()),
                faults: Faults::default(),
                bulk: Mutex::default(),
            }),
        })
    }

    /// Things that shall go wrong.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// The shop's own figures for the days `from` to `to` (both included), test orders left out.
    pub fn finance(&self, from: Date, to: Date) -> Finance {
        self.finance_of(from, to, |_| true)
    }

    /// The same, only of the orders that `counts` picks.
    pub fn finance_of(&self, from: Date, to: Date, counts: impl Fn(&Order) -> bool) -> Finance {
        let state = self.state();
        let orders = state.orders().iter().filter(|o| !o.is_deleted() && counts(o));
        finance::finance(orders, &state.trader.zone, from, to)
    }

    /// Looks at all orders that were ever placed, oldest first, deleted ones too.
    pub fn with_orders<T>(&self, look: impl FnOnce(&[Order]) -> T) -> T {
        look(self.state().orders())
    }

    /// The shop's clock.
    pub fn now(&self) -> Timestamp {
        self.state().trader.now
    }

    /// Sets the shop's clock; it never goes back.
    pub fn set_now(&self, now: Timestamp) {
        let mut state = self.state_mut();
        state.trader.now = state.trader.now.max(now);
    }

    /// Points that queries asked for and paid since the shop began.
    pub fn points(&self) -> Points {
        self.desk().points
    }

    /// How often a question was answered, by the root's field that it asks for, such as `orders` or `events`.
    pub fn answered(&self, field: &str) -> u64 {
        self.desk().answered.get(field).copied().unwrap_or_default()
    }

    /// One more order a few minutes later; its global id. Where the mix says so, an older order lives on too.
    pub fn place_order(&self) -> String {
        let mut state = self.state_mut();
        let no = state.len();
        let order = state.trader.next(no);
        let id = order.id();
        state.push(order);
        state.let_one_live_on();
        id
    }

    /// The global id of one of the shop's two locations.
    pub fn location(&self, index: usize) -> String {
        ids::Kind::Location.gid(index, 0)
    }

    /// The global id of a purchase order, by its place in [`Purchasing::orders`].
    pub fn purchase_order(&self, index: usize) -> String {
        ids::Kind::InventoryPurchaseOrder.gid(index, 0)
    }

    /// Looks at all that the shop buys and moves.
    pub fn purchasing(&self) -> Purchasing {
        self.state().purchasing.clone()
    }

    /// Lets something happen to what the shop buys and moves, a second later.
    pub fn purchase<T>(&self, happen: impl FnOnce(&mut Purchasing, Timestamp) -> T) -> T {
        let mut state = self.state_mut();
        let at = state.tick();
        happen(&mut state.purchasing, at)
    }

    /// The goods of an inventory item cost something else from now on. `false` where there is no such item.
    pub fn change_cost(&self, item: &str, cost: Decimal) -> bool {
        let mut state = self.state_mut();
        let at = state.tick();
        let index = ids::parse(item).filter(|id| id.0 == ids::Kind::InventoryItem).map(|id| id.1);
        match index.and_then(|index| state.trader.catalogue.variants.get_mut(index)) {
            Some(variant) => {
                variant.cost = Some(cost);
                variant.costed = Some(at);
                true
            }
            None => false,
        }
    }

    /// So many more of an inventory item are on hand at a location: its `updatedAt` does not move.
    pub fn recount(&self, item: &str, location: usize, change: i64) {
        if let Some((ids::Kind::InventoryItem, index, _)) = ids::parse(item) {
            *self.state_mut().recounted.entry((index, location)).or_default() += change;
        }
    }

    /// Archives a product: `products` goes on telling it. `false` where there is no such product.
    pub fn archive_product(&self, product: &str) -> bool {
        self.retire(product, catalogue::Status::Archived)
    }

    /// Deletes a product with its variants, or one variant: old lines name neither any more. `false` where there is none.
    pub fn delete_product(&self, product_or_variant: &str) -> bool {
        self.retire(product_or_variant, catalogue::Status::Deleted)
    }

    fn retire(&self, gid: &str, status: catalogue::Status) -> bool {
        match ids::parse(gid) {
            Some((kind @ (ids::Kind::Product | ids::Kind::ProductVariant), index, _)) => {
                self.state_mut().retire(kind, index, status)
            }
            _ => false,
        }
    }

    /// So many more orders; their global ids.
    pub fn advance(&self, orders: usize) -> Vec<String> {
        (0..orders).map(|_| self.place_order()).collect()
    }

    /// Tags the order: its `updatedAt` moves to now, nothing changes for the books. `false` where there is no such order.
    pub fn touch(&self, order: &str) -> bool {
        let Some((ids::Kind::Order, no, _)) = ids::parse(order) else { return false };
        self.state_mut().touch(no)
    }

    /// Refunds all that is left of an order, restocked, now. `false` where there is nothing to refund.
    pub fn refund(&self, order: &str) -> bool {
        let all = self.with_orders(|orders| {
            let order = orders.get(ids::parse(order)?.1)?;
            (order.received() > order.refunded()).then(|| events::refund_rest(order, Restock::Return, None))
        });
        all.is_some_and(|all| self.give_back(order, &all).is_ok())
    }

    /// Changes how the shop answers. A changed bucket begins full.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) {
        let mut desk = self.desk();
        let before = desk.settings.bucket;
        change(&mut desk.settings);
        if desk.settings.bucket != before {
            desk.level = Level::full(desk.settings.bucket);
        }
    }

    /// A good access token without the sign-in, as a merchant with an old custom app has one.
    pub fn token(&self) -> String {
        self.desk().grant()
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.inner.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.inner.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.inner.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn grant(&mut self) -> String {
        self.granted += 1;
        let token =
            format!("shpat_{:032x}", u128::from(self.granted).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
        self.tokens.insert(token.clone(), Instant::now() + self.settings.token_lifetime);
        token
    }

    fn knows(&self, token: &str) -> bool {
        self.tokens.get(token).is_some_and(|until| Instant::now() < *until)
    }
}
