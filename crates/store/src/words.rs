//! How values become columns: one way for times, one for ids and enums.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::error::StoreError;

/// A time as RFC 3339 in UTC with milliseconds, so that text order is time order.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// A time that [`time`] wrote.
pub(crate) fn read_time(text: &str) -> Result<Timestamp, StoreError> {
    text.parse().map_err(|_| StoreError::Malformed { what: "time", text: text.to_owned() })
}

/// The plain text of an id or of an enum without fields: what serde writes for it, without quotes.
pub(crate) fn word(value: &impl Serialize) -> Result<String, StoreError> {
    Ok(match serde_json::to_value(value)? {
        Value::String(text) => text,
        other => other.to_string(),
    })
}

/// What [`word`] wrote.
pub(crate) fn read_word<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_value(Value::String(text.to_owned()))?)
}

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?)
}

/// What [`json`] wrote.
pub(crate) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_str(text)?)
}
