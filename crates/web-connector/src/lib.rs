//! The SOAP service that the QuickBooks Web Connector calls, its sessions, and the .qwc file.
//!
//! The Web Connector is a program beside QuickBooks Desktop that polls a web service: "anything to do?", carries the
//! qbXML it is given into the company file, and brings the answer back. This crate is that service for any program:
//! implement [`Agent`], make a [`service`], [`serve`] it on a loopback address.
//!
//! It must never know what the qbXML says, nor whose program is behind it: a document is a text that goes out and a
//! text that comes back.
//!
//! ```
//! use std::sync::Arc;
//! use web_connector::{
//!     Agent, Answer, CompanyFile, Config, Ended, Hello, MonotonicClock, Opening, Outgoing, Progress, Retry, Secret,
//!     SessionId,
//! };
//!
//! /// Asks QuickBooks for its terms, once per session.
//! struct Terms;
//!
//! impl Agent for Terms {
//!     fn open(&self, _: &SessionId) -> Opening {
//!         Opening::Work(CompanyFile::Open)
//!     }
//!     fn next_request(&self, _: &SessionId, _: Option<&Hello>) -> Outgoing {
//!         let query = r#"<?xml version="1.0"?><?qbxml version="13.0"?>
//!             <QBXML><QBXMLMsgsRq onError="stopOnError"><TermsQueryRq/></QBXMLMsgsRq></QBXML>"#;
//!         Outgoing::Request(query.to_owned())
//!     }
//!     fn answer(&self, _: &SessionId, _: Answer<'_>) -> Progress {
//!         Progress::Done
//!     }
//!     fn connection_error(&self, _: &SessionId, _: &str, _: &str) -> Retry {
//!         Retry::GiveUp
//!     }
//!     fn closed(&self, _: &SessionId, _: Ended) {}
//! }
//!
//! # async fn run() -> std::io::Result<()> {
//! let config = Config::new("terms", "Terms", "1.0.0");
//! let secret = Secret::new("what the user types into the Web Connector");
//! let router = web_connector::service(config, Arc::new(Terms), secret, Arc::new(MonotonicClock::start()));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8095").await?;
//! web_connector::serve(listener, router, std::future::pending()).await
//! # }
//! ```

mod agent;
mod clock;
mod qwc;
mod service;
mod session;
mod sign_in;
mod soap;
mod version;
mod wsdl;

pub use agent::{Agent, Answer, CompanyFile, Ended, Hello, Opening, Outgoing, Progress, Retry, SessionId};
pub use clock::{Clock, MonotonicClock};
pub use qwc::{PersonalData, Qwc, QwcError, Unattended};
pub use service::{Config, Peer, serve, service};
pub use sign_in::{Keeper, Refusal, Secret, SignIn};
pub use version::{ClientVersion, ClientVersionError};
