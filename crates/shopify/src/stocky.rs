//! Stocky, the purchasing app that Shopify shut down on 31 August 2026 (SHOPIFY.md 7): its API v2 as it was, and the
//! archives and tables that merchants saved of it.
//!
//! All of them tell the same documents under the same ids, `stocky:PurchaseOrder/2`, so that what was read from one is
//! nothing new when it comes from another. Only Stocky's own table of purchase orders has no ids: its orders are told
//! under their number, `stocky:PurchaseOrder/no.1002A`, as things that are older than whatever else is known of them.

mod api;
mod archive;
mod numbers;
mod pull;
mod record;
mod table;

use crate::{address::AddressError, error::DecodeError};

pub use api::{Stocky, StockyConfig};
pub use archive::{ArchiveError, Saved, fingerprint, read_saved};
pub use pull::{StockyFeed, StockyPuller};

/// Why Stocky could not be read. No variant ever carries the key.
#[derive(Debug, thiserror::Error)]
pub enum StockyError {
    /// The address can't be used. To do: correct the configuration.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The HTTP client could not be built. To do: a defect of the program.
    #[error("the network could not be set up: {0}")]
    Setup(String),
    /// Stocky is not there any more. To do: import what was saved of it, or go on with Shopify's own purchase orders.
    #[error("Stocky was shut down: {0}")]
    Retired(String),
    /// The key is wrong, or not this shop's. To do: copy it again from Stocky's preferences.
    #[error("Stocky does not take the key (HTTP {0})")]
    Key(u16),
    /// Stocky's own failure, five times in a row. To do: try again at the next run.
    #[error("Stocky failed to answer {list} (HTTP {status})")]
    Server {
        /// What was asked for.
        list: &'static str,
        /// The HTTP status.
        status: u16,
    },
    /// Nothing or only a part came through, five times in a row. To do: try again at the next run.
    #[error("no connection to Stocky: {0}")]
    Network(String),
    /// An answer that is no list of what was asked for, such as a page to look at. To do: try again at the next run.
    #[error("Stocky answered {list} with something else")]
    NotStocky {
        /// What was asked for.
        list: &'static str,
    },
    /// A record that can't be read. To do: a defect; the feed stays before it.
    #[error("the record {record} of Stocky could not be read: {source}")]
    Record {
        /// Which one: `purchase_orders 17`.
        record: String,
        /// Where and why.
        source: DecodeError,
    },
}
