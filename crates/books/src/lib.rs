//! The accounting: source-neutral documents and the merchant's mapping become balanced entries.
//!
//! Everything here is a pure function: no clock, no network, no database, no files. What the company file holds is asked
//! through [`Lists`], what else the shop has told through [`Facts`]; both are answered by whoever calls.
//!
//! This crate must never know of SQL, XML, HTTP or Shopify's JSON. It speaks of QuickBooks only through `qbxml`'s typed
//! requests, which an [`Entry`] carries so that what is shown as debits and credits is what is sent.
//!
//! ```
//! use books::Money;
//! let price: Money = "19.99".parse()?;
//! assert_eq!((price + price).to_string(), "39.98");
//! # Ok::<(), books::money::NotMoney>(())
//! ```

mod body;
pub mod categories;
pub mod changes;
mod choice;
mod day;
pub mod document;
pub mod entry;
mod forms;
mod identity;
mod items;
mod ledger;
mod life;
pub mod lists;
mod map;
pub mod mapping;
pub mod money;
mod names;
mod needs;
pub mod opening;
mod parties;
mod plan;
pub mod proposals;
mod purchases;
mod purpose;
mod reasons;
mod sale;
mod sums;
pub mod tieout;
mod undo;

pub use body::{Applied, Body, CostLine, Linked, Moved, NoRequest, OrderLines};
pub use categories::{Category, Met};
pub use document::{ContentHash, Day, Document, DocumentId, DocumentKind, Fact};
pub use entry::{Entry, EntryKey, EntryKind, Event, Held, Link, Mapped, Past, Posting, Postings};
pub use identity::{Identity, identity};
pub use lists::{Ceilings, CompanyFile, Facts, FullList, ListObject, Lists, NameSpace};
pub use map::{Context, footer_item, footer_key, map};
pub use mapping::{Mapping, Purpose};
pub use money::{Currency, Money};
pub use purchases::since;
pub use reasons::{HeldReason, Why};
pub use undo::{Removal, undo};
