//! The simple types of qbXML (PROTOCOL.md c.8): what a value must look like, and the status QuickBooks gives when it
//! does not (PROTOCOL.md c.9).

use std::sync::Arc;

/// A value's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// Text, at most so many characters.
    Text(Option<usize>),
    Id,
    Amount,
    Price,
    Quantity,
    Percent,
    Integer,
    Float,
    Boolean,
    Date,
    DateTime,
    Guid,
    /// A length of time, such as `PT8H30M`.
    Interval,
    Enum(Arc<[String]>),
}

/// A value that QuickBooks refuses with a status of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub code: u16,
    pub message: String,
}

impl Leaf {
    /// The type that the table's notation calls so.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "id" => Self::Id,
            "amt" => Self::Amount,
            "price" => Self::Price,
            "qty" => Self::Quantity,
            "pct" => Self::Percent,
            "int" => Self::Integer,
            "float" => Self::Float,
            "bool" => Self::Boolean,
            "date" => Self::Date,
            "datetime" => Self::DateTime,
            "guid" => Self::Guid,
            "interval" => Self::Interval,
            "s" => Self::Text(None),
            other => Self::Text(Some(other.strip_prefix('s')?.parse().ok()?)),
        })
    }

    /// Whether the reader of the document takes the text at all: only enumerations are checked there.
    pub fn admits(&self, text: &str) -> bool {
        match self {
            Self::Enum(values) => values.iter().any(|value| value == text),
            _ => true,
        }
    }

    /// What QuickBooks says about the value, if it does not take it.
    pub fn problem(&self, field: &str, text: &str) -> Option<Problem> {
        let converting = |code, kind: &str| {
            Some(Problem {
                code,
                message: format!("There was an error when converting the {kind} \"{text}\" in the field \"{field}\"."),
            })
        };
        match self {
            Self::Text(Some(length)) if text.chars().count() > *length => Some(Problem {
                code: 3070,
                message: format!(
                    "The string \"{text}\" in the field \"{field}\" is too long.  The maximum length is {length}."
                ),
            }),
            Self::Id if text.chars().count() > 36 => Some(Problem {
                code: 3000,
                message: format!("The given object ID \"{text}\" in the field \"{field}\" is invalid."),
            }),
            Self::Amount if !is_decimal(text, 13, &[0, 2]) => converting(3040, "amount"),
            Self::Price if !is_decimal(text, 10, &[0, 1, 2, 3, 4, 5]) => converting(3045, "price"),
            Self::Percent if !is_decimal(text, 10, &[0, 1, 2, 3, 4, 5]) => converting(3050, "percent"),
            Self::Quantity if !is_decimal(text, 10, &[0, 1, 2, 3, 4, 5]) => converting(3060, "quantity"),
            Self::Integer if text.parse::<i64>().is_err() => converting(3085, "number"),
            Self::Float if text.parse::<f64>().is_err() => converting(3085, "number"),
            Self::Boolean if !matches!(text, "" | "true" | "false" | "1" | "0") => converting(3010, "boolean"),
            Self::Date if !text.is_empty() && date(text).is_none() => converting(3020, "date"),
            Self::DateTime if !text.is_empty() && date_time(text).is_none() => converting(3020, "date"),
            Self::Interval if !text.starts_with("PT") => converting(3035, "time interval"),
            Self::Guid if !is_guid(text) => converting(3065, "GUID"),
            _ => None,
        }
    }
}

/// `[+-]?\d{1,whole}(\.\d{n})?` with n among `decimals`.
fn is_decimal(text: &str, whole: usize, decimals: &[usize]) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (left, right) = digits.split_once('.').map_or((digits, None), |(left, right)| (left, Some(right)));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (1..=whole).contains(&left.len())
        && all_digits(left)
        && right.is_none_or(|right| !right.is_empty() && all_digits(right) && decimals.contains(&right.len()))
}

fn is_guid(text: &str) -> bool {
    if text == "0" {
        return true;
    }
    let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else { return false };
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = inner.split('-').collect();
    parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A date between 1970 and 2038 (PROTOCOL.md c.7).
pub(crate) fn date(text: &str) -> Option<jiff::civil::Date> {
    if text.len() != 10 {
        return None;
    }
    let date: jiff::civil::Date = text.parse().ok()?;
    (1970..=2038).contains(&date.year()).then_some(date)
}

/// Date and time; the clock part may be shortened or missing, an offset is read and ignored: QuickBooks' own offsets
/// are wrong during daylight saving time (PROTOCOL.md c.7).
pub(crate) fn date_time(text: &str) -> Option<jiff::civil::DateTime> {
    let (day, clock) = text.split_once('T').map_or((text, None), |(day, clock)| (day, Some(clock)));
    let day = date(day)?;
    let Some(clock) = clock else { return Some(day.at(0, 0, 0, 0)) };
    let (clock, offset) = match clock.find(['+', '-']) {
        Some(at) => (&clock[..at], Some(&clock[at + 1..])),
        None => (clock, None),
    };
    let numbers = |text: &str| -> Option<Vec<i8>> {
        text.split(':').map(|part| if part.len() == 2 { part.parse().ok() } else { None }).collect()
    };
    let parts = numbers(clock)?;
    if let Some(offset) = offset
        && (parts.len() != 3 || numbers(offset)?.len() != 2)
    {
        return None;
    }
    let part = |index: usize| parts.get(index).copied().unwrap_or(0);
    if parts.len() > 3 {
        return None;
    }
    Some(day.to_datetime(jiff::civil::Time::new(part(0), part(1), part(2), 0).ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn code(leaf: &Leaf, text: &str) -> Option<u16> {
        leaf.problem("Field", text).map(|problem| problem.code)
    }

    #[test]
    fn amounts_have_no_decimals_or_exactly_two() {
        for good in ["0", "-1.00", "+12.34", "1234567890123.00"] {
            assert_eq!(code(&Leaf::Amount, good), None, "{good}");
        }
        for bad in ["", "10.5", "10.005", "1,000.00", "12345678901234", ".50", "1."] {
            assert_eq!(code(&Leaf::Amount, bad), Some(3040), "{bad}");
        }
    }

    #[test]
    fn prices_percents_and_quantities_have_at_most_five_decimals() {
        assert_eq!(code(&Leaf::Price, "1.12345"), None);
        assert_eq!(code(&Leaf::Price, "1.123456"), Some(3045));
        assert_eq!(code(&Leaf::Percent, "8.8755555"), Some(3050));
        assert_eq!(code(&Leaf::Quantity, "two"), Some(3060));
    }

    #[test]
    fn text_is_counted_in_characters_and_never_cut() {
        assert_eq!(code(&Leaf::Text(Some(3)), "caf"), None);
        assert_eq!(code(&Leaf::Text(Some(4)), "caf\u{e9}"), None);
        assert_eq!(code(&Leaf::Text(Some(3)), "caf\u{e9}"), Some(3070));
    }

    #[test]
    fn dates_times_and_guids_follow_their_patterns() {
        assert!(date("2026-02-29").is_none());
        assert!(date("1969-12-31").is_none());
        assert!(date_time("2026-07-01T12:30:00-08:00").is_some());
        assert!(date_time("2026-07-01T12:30-08:00").is_none());
        assert!(date_time("2026-07-01T12").is_some());
        assert_eq!(code(&Leaf::Guid, "{3B3B5B4A-1111-2222-3333-444455556666}"), None);
        assert_eq!(code(&Leaf::Guid, "3B3B5B4A-1111-2222-3333-444455556666"), Some(3065));
    }
}
