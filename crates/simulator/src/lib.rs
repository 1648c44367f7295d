//! A simulated company file and a simulated shop, for the demo and the tests.
//!
//! [`company`] behaves as QuickBooks Desktop does where it matters to a connector: it judges qbXML by its own table of
//! the schema, keeps books by double entry, and survives being killed. [`connector`] drives a SOAP endpoint as the
//! QuickBooks Web Connector does. [`shop`] serves the shop's side, [`stocky`] the purchasing app that Shopify shut down;
//! both tell the same [`purchasing`]. [`world`] puts shop, company file and Web Connector around one installation.
//!
//! This crate must never use the crates that it tests: reading, writing and judging are done here a second time, so
//! that one mistake can't hide on both sides. Nothing here is a real company file, and every screen says so.
//!
//! ```
//! use simulator::company::{Company, Edition, Setup};
//!
//! let folder = tempfile::tempdir()?;
//! let mut company = Company::create(&folder.path().join("shop.simqb"), Setup::new(Edition::Pro))?;
//! let answer = company.process(
//!     r#"<?xml version="1.0"?><?qbxml version="13.0"?>
//!     <QBXML><QBXMLMsgsRq onError="stopOnError">
//!       <CustomerAddRq requestID="1"><CustomerAdd><Name>Ada</Name></CustomerAdd></CustomerAddRq>
//!     </QBXMLMsgsRq></QBXML>"#,
//! )?;
//! assert!(answer.contains(r#"statusCode="0""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod company;
pub mod connector;
pub mod purchasing;
pub mod shop;
pub mod stocky;
pub mod world;
