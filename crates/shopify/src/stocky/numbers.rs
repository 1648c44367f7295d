//! Stocky's loose values: numbers and texts are mixed, and dates come in two forms (SHOPIFY.md 7).

use books::money::Money;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::value::RawValue;

/// A number or a text, as it was written: no amount ever passes through floating point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loose(pub(super) String);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(reader)?;
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'"') => serde_json::from_str(text).map(Self).map_err(D::Error::custom),
            Some(b'-' | b'0'..=b'9') => Ok(Self(text.to_owned())),
            _ => Err(D::Error::custom("neither a number nor a text")),
        }
    }
}

/// Nothing for null and for a text without content.
pub(super) fn loose<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<String>, D::Error> {
    let value = Option::<Loose>::deserialize(reader)?;
    Ok(value.map(|Loose(text)| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

pub(super) fn id<'de, D: Deserializer<'de>>(reader: D) -> Result<u64, D::Error> {
    let Loose(text) = Loose::deserialize(reader)?;
    text.trim().parse().map_err(|_| D::Error::custom("not an id"))
}

pub(super) fn id_or_none<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<u64>, D::Error> {
    loose(reader)?.map(|text| text.parse().map_err(|_| D::Error::custom("not an id"))).transpose()
}

pub(super) fn decimal<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Decimal>, D::Error> {
    let read = |text: String| {
        let number = if text.contains(['e', 'E']) { Decimal::from_scientific(&text) } else { text.parse() };
        number.map(|number| number.normalize()).map_err(|_| D::Error::custom("not an amount"))
    };
    loose(reader)?.map(read).transpose()
}

pub(super) fn money<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Money>, D::Error> {
    Ok(decimal(reader)?.map(Money::new))
}

/// A moment in UTC, or, as Stocky writes some, a day and time by the shop's clock: `05/07/2026 10:00` is in July.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let local: DateTime = jiff::fmt::strtime::parse("%d/%m/%Y %H:%M", text).ok()?.to_datetime().ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Deserialize)]
    struct Held {
        #[serde(default, deserialize_with = "money")]
        value: Option<Money>,
    }

    #[test]
    fn amounts_are_read_to_the_last_digit_as_number_or_text() {
        for (json, expected) in [
            ("199.00", Some("199")),
            ("\"6.80\"", Some("6.8")),
            ("0.1000000000000000055", Some("0.1000000000000000055")),
            ("-12.5", Some("-12.5")),
            ("1.5e3", Some("1500")),
            ("\"\"", None),
            ("null", None),
        ] {
            let held: Held = serde_json::from_str(&format!(r#"{{"value":{json}}}"#)).unwrap();
            assert_eq!(held.value.map(|money| money.value().to_string()).as_deref(), expected, "{json}");
        }
        for bad in ["true", "\"12,50\"", "[1]"] {
            assert!(serde_json::from_str::<Held>(&format!(r#"{{"value":{bad}}}"#)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_by_the_shop_s_clock_has_the_day_first() {
        let zone = TimeZone::get("America/New_York").unwrap();
        assert_eq!(moment("05/07/2026 10:00", &zone), "2026-07-05T14:00:00Z".parse().ok());
        assert_eq!(moment("2026-07-05T10:00:00.000Z", &zone), "2026-07-05T10:00:00Z".parse().ok());
        assert_eq!(moment("07/25/2026 10:00", &zone), None);
    }
}
