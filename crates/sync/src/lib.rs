//! The engine: pulls what happened in the shop, has it mapped, posts it to QuickBooks and settles every answer.
//!
//! It owns the order of things (DESIGN.md 3) and the promise of exactly once (DESIGN.md 4), and offers the functions that
//! the window and the command line share ([`api`]). It talks to the shop through [`Source`] and to QuickBooks through a
//! [`Conversation`], which any transport can carry: the Web Connector, which polls, or the request processor of a QuickBooks
//! on this computer, which is called.
//!
//! It must never know of SQL, of XML as text, or of accounts and taxes: those are `store`'s, `qbxml`'s and `books`'.
//!
//! ```
//! use sync::schedule::Schedule;
//! let now: jiff::Timestamp = "2026-11-23T10:00:00Z".parse()?;
//! // The first run is due at once.
//! assert!(Schedule::default().is_due(None, None, now));
//! # Ok::<(), jiff::Error>(())
//! ```

pub mod api;
pub mod ceilings;
pub mod choices;
mod company;
pub mod config;
pub mod conversation;
pub mod endpoint;
pub mod engine;
pub mod export;
mod hindrance;
pub mod history;
pub mod host;
pub mod integration;
mod lists;
pub mod messages;
pub mod modes;
pub mod preflight;
mod purchases;
mod questions;
pub mod removal;
mod request_processor;
pub mod reset;
pub mod schedule;
pub mod secrets;
mod settle;
pub mod shop;
pub mod source;
pub mod support;
mod target;
pub mod tieout;
pub mod token;
pub mod undo;

pub use config::{Config, ConfigError};
pub use conversation::Conversation;
pub use engine::{Engine, Progress};
pub use host::Host;
pub use messages::{Language, Message};
pub use secrets::{SecretPlace, Secrets};
pub use source::Source;
