//! One record of an answer, as a small tree, and how fields are read from it.

use std::{ops::Range, str::FromStr};

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::value::{
    Amount, EditSequence, Guid, ListId, Percent, Price, Quantity, TxnId, TxnLineId, WallTime, parse_date,
};

/// One record: its elements in the order of the document, and their texts one behind the other. Reading the next record
/// into the same place takes no new memory.
#[derive(Debug, Default)]
pub(crate) struct Record {
    text: String,
    elements: Vec<Element>,
    open: Vec<usize>,
}

/// Where an element's name and text are, where the elements inside it begin, not counting its attributes, and where they
/// end.
#[derive(Debug)]
struct Element {
    name: Range<usize>,
    text: Range<usize>,
    inside: usize,
    end: usize,
}

impl Record {
    /// Forgets the record, to read another.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.elements.clear();
        self.open.clear();
    }

    /// Begins an element inside the one that is open.
    pub(crate) fn open(&mut self, name: &str) {
        let start = self.text.len();
        self.text.push_str(name);
        let end = self.text.len();
        self.open.push(self.elements.len());
        self.elements.push(Element { name: start..end, text: end..end, inside: self.elements.len() + 1, end: 0 });
    }

    /// Adds to the text of the open element. An element that holds others has no text of its own.
    pub(crate) fn text(&mut self, text: &str) {
        let count = self.elements.len();
        if let Some(element) = self.innermost().filter(|element| element.inside == count) {
            element.text.end += text.len();
            self.text.push_str(text);
        }
    }

    /// Adds the attributes of the element that has just been opened, as elements inside it: no element of QuickBooks has an
    /// attribute and an element of the same name.
    pub(crate) fn attributes(&mut self, attributes: &[(String, String)]) {
        for (name, value) in attributes {
            self.open(name);
            self.text(value);
            self.close();
        }
        let (inside, end) = (self.elements.len(), self.text.len());
        if let Some(element) = self.innermost() {
            element.inside = inside;
            element.text = end..end;
        }
    }

    fn innermost(&mut self) -> Option<&mut Element> {
        self.open.last().and_then(|open| self.elements.get_mut(*open))
    }

    /// Ends the open element, and says whether another one is open still.
    pub(crate) fn close(&mut self) -> bool {
        let end = self.elements.len();
        if let Some(element) = self.open.pop().and_then(|open| self.elements.get_mut(open)) {
            element.end = end;
        }
        !self.open.is_empty()
    }

    /// The record's own element. Without any element, one without name and contents.
    pub(crate) const fn root(&self) -> Node<'_> {
        Node { record: self, index: 0 }
    }
}

/// An element of a record: its own text, and the elements inside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    record: &'a Record,
    index: usize,
}

impl<'a> Node<'a> {
    /// The element's name.
    pub(crate) fn name(self) -> &'a str {
        self.part(|element| &element.name)
    }

    /// The element's own text.
    pub(crate) fn text(self) -> &'a str {
        self.part(|element| &element.text)
    }

    /// The elements directly inside it.
    pub(crate) fn children(self) -> impl Iterator<Item = Self> {
        let Self { record, index } = self;
        let end = record.elements.get(index).map_or(0, |element| element.end);
        let inside = move |index: usize| (index < end).then_some(Self { record, index });
        std::iter::successors(inside(index + 1), move |child| {
            record.elements.get(child.index).and_then(|element| inside(element.end))
        })
    }

    fn part(self, which: impl Fn(&'a Element) -> &'a Range<usize>) -> &'a str {
        let element = self.record.elements.get(self.index);
        element.and_then(|element| self.record.text.get(which(element).clone())).unwrap_or_default()
    }
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
    fn from_node(node: Node) -> Result<Option<Self>, ObjectError>;
}

/// A field that an element is read into.
pub(crate) trait ReadField {
    /// Takes the element in.
    fn read(&mut self, node: Node) -> Result<(), ObjectError>;

    /// Whether it is required and was not there.
    fn is_missing(&self) -> bool {
        false
    }
}

impl<T: FromNode> ReadField for Option<T> {
    fn read(&mut self, node: Node) -> Result<(), ObjectError> {
        *self = T::from_node(node)?;
        Ok(())
    }
}

impl<T: FromNode> ReadField for Vec<T> {
    fn read(&mut self, node: Node) -> Result<(), ObjectError> {
        self.extend(T::from_node(node)?);
        Ok(())
    }
}

impl FromNode for String {
    fn from_node(node: Node) -> Result<Option<Self>, ObjectError> {
        Ok((!node.text().is_empty()).then(|| node.text().to_owned()))
    }
}

macro_rules! ids {
    ($($type:ty),+ $(,)?) => {
        $(
            impl FromNode for $type {
                fn from_node(node: Node) -> Result<Option<Self>, ObjectError> {
                    let text = node.text().trim();
                    Ok((!text.is_empty()).then(|| Self::new(text)))
                }
            }

            impl ReadField for $type {
                fn read(&mut self, node: Node) -> Result<(), ObjectError> {
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
            fn from_node(node: Node) -> Result<Option<Self>, ObjectError> {
                let text = node.text().trim();
                if text.is_empty() {
                    return Ok(None);
                }
                let parse: fn(&str) -> Option<Self> = $parse;
                parse(text)
                    .map(Some)
                    .ok_or_else(|| ObjectError::Value { field: node.name().to_owned(), wanted: $wanted })
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
