//! The shop's side, told as documents: Shopify's Admin GraphQL API, version 2026-10.
//!
//! [`Client`] signs in, keeps to the cost budget, tries again what may pass, and never takes a partial answer.
//! [`Client::probe`] looks who the shop is and what the app may not read; [`Client::pull`] tells what changed, page by
//! page, as `books` documents, each with the raw JSON it came from and the cursor to store with it.
//!
//! This crate must never know of QuickBooks, accounts, mappings or the database, and it never changes anything in the
//! shop. Tokens and secrets appear in no log, error or `Debug` output.
//!
//! The program installs rustls' process-wide crypto provider once, before the first [`Client::new`].
//!
//! ```
//! use std::sync::Arc;
//! use shopify::{Client, Config, Credentials, Feed, INDEX_LAG, SystemClock};
//!
//! async fn first_orders(secret: secrecy::SecretString) -> Result<usize, shopify::Error> {
//!     let config = Config {
//!         shop: "harbour-pine".parse()?,
//!         base_url: None,
//!         credentials: Credentials::ClientCredentials { client_id: "0f3c".into(), client_secret: secret },
//!         user_agent: "Tillbridge/0.1".into(),
//!         index_lag: INDEX_LAG,
//!     };
//!     let client = Client::new(config, Arc::new(SystemClock))?;
//!     let now = jiff::Timestamp::now();
//!     let mut orders = client.pull(Feed::Orders { since: now }, None, now)?;
//!     let mut stored = 0;
//!     while let Some(page) = orders.next().await? {
//!         // One transaction stores `page.documents` and `page.cursor`.
//!         stored += page.documents.len();
//!     }
//!     Ok(stored)
//! }
//! ```

mod address;
mod auth;
mod budget;
mod bulk;
mod client;
mod clock;
mod decode;
mod error;
mod feed;
mod history;
mod ledger;
mod load;
mod order;
mod orders;
mod probe;
mod purchases;
mod questions;
mod rest;
mod stock;
pub mod stocky;
mod whole;

pub use address::{AddressError, ShopAddress};
pub use auth::Credentials;
pub use client::{API_VERSION, Client, Config, INDEX_LAG};
pub use clock::{Clock, Pause, SystemClock};
pub use decode::{decode_customer, decode_location, decode_shop, decode_variant};
pub use error::{DecodeError, Error, SignInError};
pub use feed::{Cursor, Feed, Page, Pulled, Puller};
pub use ledger::{DeletedOrder, Tender, Tenders};
pub use order::decode_order;
pub use probe::{NEEDED_SCOPES, Probe, Scope};
pub use purchases::{decode_purchase_order, decode_transfer};
pub use stock::decode_stock_item;
