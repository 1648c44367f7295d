//! qbXML messages as Rust types: written, read, checked against QuickBooks' own limits.
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
pub use request::Request;
pub use status::{Class, SetStatus, Severity, Status, StatusCode};
pub use types::{
    account::*, class::*, company::*, customer::*, data_ext::*, invoice::*, item_discount::*, item_inventory::*,
    item_non_inventory::*, item_other_charge::*, item_payment::*, item_sales_tax::*, item_service::*, item_sides::*,
    item_subtotal::*, payment_method::*, queries::*, query::*, receive_payment::*, removal::*, sales_receipt::*,
    sales_tax_code::*, shared::*,
};
pub use value::{
    Amount, Change, EditSequence, Guid, ListId, NumberError, Percent, Price, Quantity, Ref, TimeError, TxnId,
    TxnLineId, WallTime,
};
