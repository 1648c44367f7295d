//! One record of an answer, as a small tree, and how fields are read from it.

use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::value::{
    Amount, EditSequence, Guid, ListId, Percent, Price, Quantity, TxnId, TxnLineId, WallTime, parse_date,
};

/// An element: its own text, and the elements inside it.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Node>,
}

/// A record that can't be understood. The records after it can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// An id that every such record has is missing.
    #[error("{record} has no {field}")]
    Missing {
        /// The record's element.
        record: String,
        /// The missing element.
        field: &'static str,
    },
    /// A value is not of the type that the element has.
    #[error("{field} is no {wanted}")]
    Value {
        /// The element.
        field: String,
        /// What it should be.
        wanted: &'static str,
    },
}

impl ObjectError {
    pub(crate) fn missing(record: &str, field: &'static str) -> Self {
        Self::Missing { record: record.to_owned(), field }
    }
}

/// A value or record that can be read from an element. `None` stands for an empty element.
pub(crate) trait FromNode: Sized {
    fn from_node(node: &Node) -> Result<Option<Self>, ObjectError>;
}

/// A field that an element is read into.
pub(crate) trait ReadField {
    /// Takes the element in.
    fn read(&mut self, node: &Node) -> Result<(), ObjectError>;

    /// Whether it is required and was not there.
    fn is_missing(&self) -> bool {
        false
    }
}

impl<T: FromNode> ReadField for Option<T> {
    fn read(&mut self, node: &Node) -> Result<(), ObjectError> {
        *self = T::from_node(node)?;
        Ok(())
    }
}

impl<T: FromNode> ReadField for Vec<T> {
    fn read(&mut self, node: &Node) -> Result<(), ObjectError> {
        self.extend(T::from_node(node)?);
        Ok(())
    }
}

impl FromNode for String {
    fn from_node(node: &Node) -> Result<Option<Self>, ObjectError> {
        Ok((!node.text.is_empty()).then(|| node.text.clone()))
    }
}

macro_rules! ids {
    ($($type:ty),+ $(,)?) => {
        $(
            impl FromNode for $type {
                fn from_node(node: &Node) -> Result<Option<Self>, ObjectError> {
                    let text = node.text.trim();
                    Ok((!text.is_empty()).then(|| Self::new(text)))
                }
            }

            impl ReadField for $type {
                fn read(&mut self, node: &Node) -> Result<(), ObjectError> {
                    if let Some(id) = Self::from_node(node)? {
                        *self = id;
                    }
                    Ok(())
                }

                fn is_missing(&self) -> bool {
                    self.as_str().is_empty()
                }
            }
        )+
    };
}

ids!(EditSequence, ListId, TxnId, TxnLineId);

macro_rules! values {
    ($($type:ty: $wanted:literal, $parse:expr;)+) => {
        $(impl FromNode for $type {
            fn from_node(node: &Node) -> Result<Option<Self>, ObjectError> {
                let text = node.text.trim();
                if text.is_empty() {
                    return Ok(None);
                }
                let parse: fn(&str) -> Option<Self> = $parse;
                parse(text)
                    .map(Some)
                    .ok_or_else(|| ObjectError::Value { field: node.name.clone(), wanted: $wanted })
            }
        })+
    };
}

values! {
    Amount: "amount", |text| Self::new(decimal(text)?).ok();
    Price: "price", |text| Self::new(rate(text)?).ok();
    Quantity: "quantity", |text| Self::new(rate(text)?).ok();
    Percent: "percentage", |text| Self::new(rate(text)?).ok();
    Decimal: "number", decimal;
    Date: "date", parse_date;
    WallTime: "date and time", |text| text.parse().ok();
    Guid: "GUID", |text| text.parse().ok();
    u32: "number", |text| text.parse().ok();
    bool: "true or false", |text| match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    };
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

/// Rates and quantities are rounded to the five decimals that qbXML has, should QuickBooks ever send more: no amount of
/// money depends on them. Amounts are taken as they are, or not at all.
fn rate(text: &str) -> Option<Decimal> {
    decimal(text).map(|number| number.round_dp(5))
}
