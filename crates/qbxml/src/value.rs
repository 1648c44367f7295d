//! The values that fields hold: ids, numbers, references, times. A value that exists is one QuickBooks takes.

use std::{fmt, str::FromStr};

use jiff::civil::DateTime;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A number that QuickBooks can't hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value} has more than {decimals} decimals or more than {integer_digits} digits before the point")]
pub struct NumberError {
    /// The number.
    pub value: Decimal,
    /// How many decimals it may have.
    pub decimals: u32,
    /// How many digits it may have before the point.
    pub integer_digits: u32,
}

fn fits(value: Decimal, decimals: u32, integer_digits: u32) -> Result<Decimal, NumberError> {
    let value = value.normalize();
    let digits_before = value.trunc().mantissa().unsigned_abs().checked_ilog10().map_or(1, |log| log + 1);
    if value.scale() > decimals || digits_before > integer_digits {
        Err(NumberError { value, decimals, integer_digits })
    } else {
        Ok(value)
    }
}

macro_rules! numbers {
    ($($(#[$meta:meta])* $name:ident: $decimals:literal decimals, $digits:literal digits;)+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(try_from = "Decimal", into = "Decimal")]
            pub struct $name(Decimal);

            impl $name {
                #[doc = concat!("Takes a number of at most ", stringify!($decimals), " decimals (zeros at the end don't count) and ",
                    stringify!($digits), " digits before the point.")]
                pub fn new(value: Decimal) -> Result<Self, NumberError> {
                    fits(value, $decimals, $digits).map(Self)
                }

                /// The number.
                pub const fn value(self) -> Decimal {
                    self.0
                }
            }

            impl TryFrom<Decimal> for $name {
                type Error = NumberError;

                fn try_from(value: Decimal) -> Result<Self, NumberError> {
                    Self::new(value)
                }
            }

            impl From<$name> for Decimal {
                fn from(number: $name) -> Self {
                    number.0
                }
            }
        )+
    };
}

numbers! {
    /// An amount of money (AMTTYPE, PROTOCOL.md c.8), written with exactly two decimals.
    Amount: 2 decimals, 13 digits;
    /// A price, rate or cost (PRICETYPE, PROTOCOL.md c.8).
    Price: 5 decimals, 10 digits;
    /// A quantity (QUANTYPE, PROTOCOL.md c.8).
    Quantity: 5 decimals, 10 digits;
    /// A percentage (PERCENTTYPE, PROTOCOL.md c.8): 8.25 stands for 8.25 %.
    Percent: 5 decimals, 10 digits;
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.2}", self.0)
    }
}

macro_rules! plain_display {
    ($($name:ident),+) => {
        $(impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}", self.0)
            }
        })+
    };
}

plain_display!(Price, Quantity, Percent);

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident;)+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(String);

            impl $name {
                /// Takes the text as QuickBooks gave it; a request is checked for its length before it is sent.
                pub fn new(text: impl Into<String>) -> Self {
                    Self(text.into())
                }

                /// The text.
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.write_str(&self.0)
                }
            }

            impl From<&str> for $name {
                fn from(text: &str) -> Self {
                    Self::new(text)
                }
            }

            impl From<String> for $name {
                fn from(text: String) -> Self {
                    Self(text)
                }
            }
        )+
    };
}

ids! {
    /// The id of a list entry, opaque, at most 36 characters (PROTOCOL.md c.5).
    ListId;
    /// The id of a transaction, opaque, at most 36 characters (PROTOCOL.md c.5).
    TxnId;
    /// The id of a line of a transaction, opaque, at most 36 characters (PROTOCOL.md c.5).
    TxnLineId;
    /// The version of an object: a Mod must name the current one, else QuickBooks answers 3200 (PROTOCOL.md c.5). At most
    /// 16 characters, and not a number.
    EditSequence;
}

impl TxnLineId {
    /// The text that stands for a new line in a Mod.
    pub const NEW: &'static str = "-1";

    /// A line that the Mod adds.
    pub fn new_line() -> Self {
        Self::new(Self::NEW)
    }
}

/// A GUID in braces (GUIDTYPE, PROTOCOL.md c.8). The nil one, which is the default, is written `0`: as OwnerID it stands
/// for the custom fields that QuickBooks' user sees (PROTOCOL.md c.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Guid(Uuid);

impl Guid {
    /// The OwnerID of the custom fields that QuickBooks' user sees.
    pub const CUSTOM_FIELDS: Self = Self(Uuid::nil());

    /// The GUID without braces.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for Guid {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_nil() { formatter.write_str("0") } else { write!(formatter, "{{{}}}", self.0) }
    }
}

impl FromStr for Guid {
    type Err = uuid::Error;

    /// Reads `0`, or a GUID with or without braces.
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        if text == "0" { Ok(Self::CUSTOM_FIELDS) } else { Uuid::try_parse(text).map(Self) }
    }
}

/// A reference to a list entry in a request: by id, or by full name (PROTOCOL.md c.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ref {
    /// By ListID.
    Id(ListId),
    /// By FullName: the path, with colons between the levels.
    Name(String),
}

impl Ref {
    /// A reference by full name.
    pub fn name(full_name: impl Into<String>) -> Self {
        Self::Name(full_name.into())
    }
}

impl Default for Ref {
    /// A reference to nothing, which no check lets pass.
    fn default() -> Self {
        Self::Name(String::new())
    }
}

impl From<ListId> for Ref {
    fn from(id: ListId) -> Self {
        Self::Id(id)
    }
}

/// A clearable field of a Mod request. QuickBooks keeps what a Mod does not name and clears what it names with an empty
/// element (PROTOCOL.md a.10, c.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change<T> {
    /// Leaves it as it is: no element is written.
    #[default]
    Keep,
    /// Gives it this value.
    Set(T),
    /// Empties it: the one case in which an empty element is written.
    Clear,
}

impl<T> From<Option<T>> for Change<T> {
    /// The value, or emptiness: for callers who know the whole new state.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

/// A wall-clock time of the computer that QuickBooks runs on (DATETIMETYPE).
///
/// QuickBooks adds the wrong offset to its times during daylight saving, so the offset is ignored when one is read and
/// never written (PROTOCOL.md c.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WallTime(DateTime);

impl WallTime {
    /// Takes a time; fractions of a second are cut off, for QuickBooks has none.
    pub fn new(time: DateTime) -> Self {
        Self(time.date().at(time.hour(), time.minute(), time.second(), 0))
    }

    /// The time.
    pub const fn value(self) -> DateTime {
        self.0
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// Text that is no date and time of QuickBooks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time")]
pub struct TimeError;

impl FromStr for WallTime {
    type Err = TimeError;

    /// Reads `yyyy-mm-dd[Thh[:mm[:ss[±hh:mm]]]]`; parts may have one digit, as Intuit's schema allows.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let (day, time) = text.split_once('T').unwrap_or((text, ""));
        let day = parse_date(day).ok_or(TimeError)?;
        let time = time.split(['+', '-', 'Z']).next().unwrap_or_default();
        let time = time.split_once('.').map_or(time, |(seconds, _)| seconds);
        let mut parts = [0_i8; 3];
        if !time.is_empty() {
            let mut given = time.split(':');
            for (part, text) in parts.iter_mut().zip(given.by_ref()) {
                *part = text.parse().map_err(|_| TimeError)?;
            }
            if given.next().is_some() {
                return Err(TimeError);
            }
        }
        let [hour, minute, second] = parts;
        let time = jiff::civil::Time::new(hour, minute, second, 0).map_err(|_| TimeError)?;
        Ok(Self(day.to_datetime(time)))
    }
}

/// Reads `yyyy-mm-dd`; month and day may have one digit.
pub(crate) fn parse_date(text: &str) -> Option<jiff::civil::Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
