//! QuickBooks Desktop on this computer, as Windows knows it: its request processor, through which a program hands qbXML
//! straight to it ([`Session`]), and its Web Connector as a program that is installed and running or is not
//! ([`Connector`]).
//!
//! It is the only room where unsafe code is, because COM has no other door, and the only one that knows Windows' ways. On
//! other systems it says that there is no QuickBooks, and that nothing can be told of the Web Connector.
//!
//! It must never know what the qbXML says, nor what a failure means for whoever asked: an HRESULT goes out as it came.
//!
//! ```
//! use quickbooks_desktop::{Application, QuickBooks, Session, ThisComputer};
//!
//! let asked = ThisComputer
//!     .request_processor()
//!     .and_then(|processor| Session::begin(processor, Application { id: "", name: "Terms" }, None))
//!     .and_then(|mut session| session.process("<?xml version=\"1.0\"?>..."));
//! # if cfg!(not(windows)) {
//! assert_eq!(asked.unwrap_err().to_string(), "0x80040154: There is no QuickBooks Desktop on this system.");
//! # }
//! ```

#[cfg(windows)]
mod com;
mod connector;
#[cfg(windows)]
mod program;
mod request_processor;

pub use connector::{Connector, Finding};
pub use request_processor::{
    Application, Failure, IS_AVAILABLE, QuickBooks, RequestProcessor, Session, ThisComputer, Ticket,
};
