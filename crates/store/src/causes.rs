//! What entries are stuck by: held or refused, counted, looked at and freed by cause.

use std::{collections::BTreeMap, fmt, str::FromStr};

use books::HeldReason;
use jiff::Timestamp;
use rusqlite::params_from_iter;

use crate::{
    Store,
    decisions::{release, retry},
    entries::standings,
    error::StoreError,
    look::{EntryRow, ROW},
    state::State,
    words::read_json,
};

/// Why entries are stuck, as far as it says what is to be done: those of one cause are freed by one decision. An entry that
/// has several reasons belongs to its first.
///
/// Its text names it in links and questions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// Held or rejected.
    pub state: State,
    /// The reason's name, as it is stored.
    reason: String,
    /// The one of its facts that says what is to be acted upon, where there is such a one: the gateway, the purpose ….
    about: Option<String>,
}

/// Entries that are stuck by one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// The cause.
    pub cause: Cause,
    /// The reason of one of them.
    pub reason: HeldReason,
    /// How many they are.
    pub entries: u32,
}

/// Entries that were freed, of those that one call looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freed {
    /// How many.
    pub count: u32,
    /// The place of the last one, from which the next call goes on; none when there are no more.
    pub last: Option<i64>,
}

/// The fact that says what is to be acted upon.
fn fact(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "no_account" | "wrong_account_type" | "inactive_account" | "not_per_location" | "choice_gone" => "purpose",
        "list_full" => "list",
        "unknown_gateway" => "gateway",
        "unknown_tax" => "title",
        "unknown_location" => "location",
        "unknown_product_type" => "product_type",
        "name_taken" => "name",
        "foreign_currency" | "no_exchange_rate" => "currency",
        "no_unit_cost" | "unknown_goods" | "footer_taxed" => "item",
        "not_carried_yet" => "what",
        "refused" => "status",
        _ => return None,
    })
}

impl Cause {
    /// The cause of entries in this state with this reason.
    ///
    /// # Errors
    /// [`StoreError::Value`] for a reason that can't be stored.
    pub fn of(state: State, reason: &HeldReason) -> Result<Self, StoreError> {
        let stored = serde_json::to_value(reason)?;
        let text = |name: &str| match stored.get(name) {
            Some(serde_json::Value::String(text)) => text.clone(),
            other => other.map(ToString::to_string).unwrap_or_default(),
        };
        let reason = text("reason");
        let about = fact(&reason).map(text);
        Ok(Self { state, reason, about })
    }

    /// The condition on entries `e`, and its values.
    fn condition(&self) -> (String, Vec<String>) {
        let mut sql = String::from("e.state = ? AND json_extract(e.reasons, '$[0].reason') = ?");
        let mut values = vec![self.state.as_str().to_owned(), self.reason.clone()];
        if let (Some(name), Some(value)) = (fact(&self.reason), &self.about) {
            sql.push_str(" AND CAST(json_extract(e.reasons, '$[0].' || ?) AS TEXT) = ?");
            values.extend([name.to_owned(), value.clone()]);
        }
        (sql, values)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.state, self.reason)?;
        self.about.as_ref().map_or(Ok(()), |about| write!(f, ":{about}"))
    }
}

impl FromStr for Cause {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let mut parts = text.splitn(3, ':');
        let state = match parts.next() {
            Some("held") => State::Held,
            Some("rejected") => State::Rejected,
            _ => return Err(StoreError::Unknown(text.to_owned())),
        };
        let reason = parts.next().unwrap_or_default().to_owned();
        let about = parts.next().map(str::to_owned);
        if reason.is_empty() || about.is_some() != fact(&reason).is_some() {
            return Err(StoreError::Unknown(text.to_owned()));
        }
        Ok(Self { state, reason, about })
    }
}

impl Store {
    /// What entries are stuck by, the cause of most entries first.
    pub fn stuck(&self) -> Result<Vec<Stuck>, StoreError> {
        let mut causes: BTreeMap<Cause, Stuck> = BTreeMap::new();
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT state, reasons, count(*) FROM entries WHERE state IN ('held', 'rejected')
                 GROUP BY state, reasons",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let reasons: Vec<HeldReason> = read_json(&row.get::<_, String>(1)?)?;
                let Some(reason) = reasons.into_iter().next() else { continue };
                let (cause, count): (_, u32) = (Cause::of(row.get(0)?, &reason)?, row.get(2)?);
                let stuck = causes.entry(cause.clone()).or_insert(Stuck { cause, reason, entries: 0 });
                stuck.entries += count;
            }
            Ok(())
        })?;
        let mut causes: Vec<Stuck> = causes.into_values().collect();
        causes.sort_by_key(|stuck| std::cmp::Reverse(stuck.entries));
        Ok(causes)
    }

    /// Entries that are stuck by this cause, the latest made first: at most `limit`, after the first `offset`.
    pub fn stuck_by(&self, cause: &Cause, offset: u32, limit: u32) -> Result<Vec<EntryRow>, StoreError> {
        let (condition, mut values) = cause.condition();
        values.extend([limit.to_string(), offset.to_string()]);
        self.read(|tx| {
            tx.prepare_cached(&format!(
                "{ROW} WHERE {condition} ORDER BY e.id DESC LIMIT CAST(? AS INTEGER) OFFSET CAST(? AS INTEGER)"
            ))?
            .query_and_then(params_from_iter(values), EntryRow::read)?
            .collect()
        })
    }

    /// Frees entries that are stuck by this cause, in one transaction: at most `limit` of those after the place `after`.
    /// Held ones are freed as by [`Store::release`], refused ones as by [`Store::retry`]; parts of days, which can't be
    /// tried alone, are passed over.
    pub fn free(&self, cause: &Cause, after: Option<i64>, limit: u32, now: Timestamp) -> Result<Freed, StoreError> {
        let (condition, mut values) = cause.condition();
        values.extend([after.unwrap_or(0).to_string(), limit.to_string()]);
        self.write(|tx| {
            let found = format!(
                "entries e WHERE {condition} AND e.id > CAST(? AS INTEGER) ORDER BY e.id LIMIT CAST(? AS INTEGER)"
            );
            let mut freed = Freed { count: 0, last: None };
            for entry in standings(tx, &found, params_from_iter(&values))? {
                freed.last = Some(entry.id);
                let done = if cause.state == State::Held { release(tx, &entry, now) } else { retry(tx, &entry, now) };
                match done {
                    Ok(()) => freed.count += 1,
                    Err(StoreError::PartOfDay { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(freed)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn a_cause_is_found_again_by_its_text() {
        let reasons = [
            HeldReason::UnknownGateway { gateway: "klarna: pay: later".into() },
            HeldReason::NoAccount { purpose: "by_location.Oslo.sales".into(), account: None },
            HeldReason::Refused { status: 3140, message: "told: something".into() },
            HeldReason::HistoryMissing,
        ];
        for reason in reasons {
            for state in [State::Held, State::Rejected] {
                let cause = Cause::of(state, &reason).unwrap();
                assert_eq!(cause.to_string().parse::<Cause>().unwrap(), cause);
            }
        }
        for text in ["", "held", "posted:refused:1", "held:refused", "held:history_missing:x"] {
            assert!(text.parse::<Cause>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_differs_only_in_what_nobody_acts_upon_is_one_cause() {
        let on =
            |day: &str| HeldReason::ClosedPeriod { date: day.parse().unwrap(), closed_until: day.parse().unwrap() };
        let cause = |reason| Cause::of(State::Held, &reason).unwrap();
        assert_eq!(cause(on("2026-01-01")), cause(on("2026-02-01")));
        let tax = |title: &str| cause(HeldReason::UnknownTax { title: title.into() });
        assert_ne!(tax("MVA"), tax("VAT"));
    }
}
