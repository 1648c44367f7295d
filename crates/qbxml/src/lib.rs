//! qbXML messages as Rust types: written, read, checked against QuickBooks' own limits.
//!
//! A [`Request`] is a plain struct with QuickBooks' names; a [`MessageSet`] of them is checked and written as pure ASCII;
//! a [`Reader`] reads the answer as a stream, and [`answers`] a small one at once. Text is made to fit by one rule
//! ([`text`]), and each status code says what it means for the caller ([`Class`]).
//!
//! This crate must never know of accounting, of SQL, of HTTP and SOAP, of Shopify, or of the time of day.
//!
//! ```
//! use qbxml::{
//!     Amount, Class, MessageSet, MessageSetId, Object, Recovery, Ref, RequestId, SalesReceiptAdd, SalesReceiptLineAdd,
//!     limits, text,
//! };
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let receipt = SalesReceiptAdd {
//!     customer_ref: Some(Ref::name("Zoë Müller")),
//!     ref_number: Some(text::fit("#1001", limits::REF_NUMBER)),
//!     sales_receipt_line_add: vec![SalesReceiptLineAdd {
//!         item_ref: Some(Ref::name("Mugs:Blue")),
//!         amount: Some(Amount::new("18.00".parse()?)?),
//!         ..SalesReceiptLineAdd::default()
//!     }],
//!     ..SalesReceiptAdd::default()
//! };
//! let set = MessageSet {
//!     requests: vec![(RequestId::new("entry-71")?, receipt.into())],
//!     recovery: Recovery::New(MessageSetId::new("AZ3vQm9hT0mPqk1x2yC4dA")?),
//!     ..MessageSet::default()
//! };
//! let xml = set.to_xml()?;
//! assert!(xml.contains("<FullName>Zo&#235; M&#252;ller</FullName>"));
//!
//! let answer = r#"<QBXML><QBXMLMsgsRs messageSetStatusCode="0"><SalesReceiptAddRs requestID="entry-71" statusCode="0"
//!     statusSeverity="Info" statusMessage="Status OK"><SalesReceiptRet><TxnID>9A1-1782921959</TxnID></SalesReceiptRet>
//!     </SalesReceiptAddRs></QBXMLMsgsRs></QBXML>"#;
//! let set = qbxml::answers(answer)?;
//! assert_eq!(set.answers[0].head.status.class(), Class::Fine);
//! assert!(matches!(&set.answers[0].objects[0], Object::SalesReceipt(ret) if ret.txn_id.as_str() == "9A1-1782921959"));
//! # Ok(())
//! # }
//! ```

mod check;
mod enums;
mod field;
mod hresult;
pub mod limits;
mod macros;
mod message_set;
mod node;
mod object;
mod read;
mod report_enums;
mod request;
#[cfg(test)]
mod sample;
mod status;
#[cfg(test)]
mod tests;
pub mod text;
mod types;
mod value;
mod write;

pub use check::{FieldError, Problem};
pub use enums::*;
pub use hresult::{HResult, HResultError};
pub use message_set::{IdError, Invalid, MessageSet, MessageSetId, OnError, Recovery, RequestId, VERSION};
pub use node::ObjectError;
pub use object::Object;
pub use read::{Answer, AnswerSet, ErrorRecovery, Event, ReadError, Reader, ResponseHead, answers};
pub use report_enums::*;
pub use request::Request;
pub use status::{Class, SetStatus, Severity, Status, StatusCode};
pub use types::{
    account::*, activity::*, ar_refund_credit_card::*, bill::*, check::*, class::*, company::*, credit_memo::*,
    customer::*, data_ext::*, deposit::*, inventory_adjustment::*, invoice::*, item_discount::*, item_inventory::*,
    item_non_inventory::*, item_other_charge::*, item_payment::*, item_receipt::*, item_sales_tax::*, item_service::*,
    item_sides::*, item_subtotal::*, journal_entry::*, list_names::*, payment_method::*, purchase_lines::*,
    purchase_order::*, queries::*, query::*, receive_payment::*, removal::*, report::*, sales_order::*,
    sales_receipt::*, sales_tax_code::*, shared::*, standard_terms::*, transfer_inventory::*, vendor::*,
    vendor_credit::*,
};
pub use value::{
    Amount, Change, EditSequence, Guid, ListId, NumberError, Percent, Price, Quantity, Ref, TimeError, TxnId,
    TxnLineId, WallTime,
};
