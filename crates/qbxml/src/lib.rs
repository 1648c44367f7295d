//! qbXML messages as Rust types: written, read, checked against QuickBooks' own limits.
mod check;
mod enums;
mod field;
pub mod limits;
mod macros;
mod message_set;
mod node;
mod request;
pub mod text;
mod types;
mod value;
mod write;

pub use check::{FieldError, Problem};
pub use enums::*;
pub use message_set::{IdError, Invalid, MessageSet, MessageSetId, OnError, Recovery, RequestId, VERSION};
pub use node::ObjectError;
pub use request::Request;
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
