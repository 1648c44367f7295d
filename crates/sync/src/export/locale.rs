//! Numbers and dates as people of a language write them.

use books::Money;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::messages::Language;

/// Keeps the parts of a number on one line, and is what Norwegian puts between thousands.
const NARROW: char = '\u{a0}';

impl Language {
    /// `1,234.50` or `1 234,50`; below zero with a true minus.
    pub(super) fn amount(self, amount: Money) -> String {
        let plain = amount.abs().to_string();
        let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, "00"));
        let (thousands, point) = match self {
            Self::En => (',', '.'),
            Self::Nb => (NARROW, ','),
        };
        let mut text = String::with_capacity(plain.len() + 6);
        if amount.is_negative() {
            text.push('−');
        }
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(thousands);
            }
            text.push(digit);
        }
        text.push(point);
        text.push_str(decimals);
        text
    }

    /// `11/27/2026` or `27.11.2026`.
    pub(super) fn date(self, date: Date) -> String {
        match self {
            Self::En => date.strftime("%m/%d/%Y").to_string(),
            Self::Nb => date.strftime("%d.%m.%Y").to_string(),
        }
    }

    /// A date with the time of day in a zone.
    pub(super) fn moment(self, at: Timestamp, zone: &TimeZone) -> String {
        let there = at.to_zoned(zone.clone());
        let time = match self {
            Self::En => there.strftime("%-I:%M %p").to_string(),
            Self::Nb => there.strftime("%H:%M").to_string(),
        };
        format!("{} {time}", self.date(there.date()))
    }

    /// Width and height of the paper in points: US Letter, or A4.
    pub(super) const fn paper(self) -> (f32, f32) {
        match self {
            Self::En => (612.0, 792.0),
            Self::Nb => (595.0, 842.0),
        }
    }

    /// The language's code, as files name it.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Nb => "nb",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_dates_are_written_as_in_the_merchants_country() {
        let written =
            |language: Language| [1, 99_999, -123_450, 123_456_789].map(|cents| language.amount(Money::cents(cents)));
        assert_eq!(written(Language::En), ["0.01", "999.99", "−1,234.50", "1,234,567.89"]);
        assert_eq!(written(Language::Nb), ["0,01", "999,99", "−1\u{a0}234,50", "1\u{a0}234\u{a0}567,89"]);
        let date = jiff::civil::date(2026, 11, 7);
        assert_eq!([Language::En, Language::Nb].map(|language| language.date(date)), ["11/07/2026", "07.11.2026"]);
    }
}
