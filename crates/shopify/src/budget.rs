//! The cost budget: how long to wait before the next question (SHOPIFY.md 2.3).
//!
//! Shopify keeps a bucket of points for each app and shop. A question is debited by its requested cost, then refunded to its
//! actual one; the bucket refills steadily.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::Deserialize;

/// What an answer says of its cost, in points.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cost {
    requested_query_cost: f64,
    throttle_status: Option<ThrottleStatus>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThrottleStatus {
    maximum_available: f64,
    currently_available: f64,
    restore_rate: f64,
}

/// The bucket as last seen, and what each question asked for the last time.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    requested: BTreeMap<&'static str, f64>,
    seen: Option<(Timestamp, ThrottleStatus)>,
}

impl Budget {
    pub(crate) fn note(&mut self, operation: &'static str, cost: &Cost, now: Timestamp) {
        self.requested.insert(operation, cost.requested_query_cost);
        if let Some(status) = &cost.throttle_status {
            self.seen = Some((now, status.clone()));
        }
    }

    /// How long until the bucket holds what `operation` asks for: `max(0, requested - available now) / restore`.
    /// Nothing is known of an operation that was never answered: it goes at once.
    pub(crate) fn wait(&self, operation: &'static str, now: Timestamp) -> Duration {
        let (Some(requested), Some((at, status))) = (self.requested.get(operation), &self.seen) else {
            return Duration::ZERO;
        };
        let restored = now.duration_since(*at).as_secs_f64().max(0.0) * status.restore_rate;
        let available = (status.currently_available + restored).min(status.maximum_available);
        let missing = requested.min(status.maximum_available) - available;
        // Below zero, or no rate at all: there is nothing to wait for.
        Duration::try_from_secs_f64(missing / status.restore_rate).unwrap_or(Duration::ZERO)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cost(requested: u32, available: u32) -> Cost {
        serde_json::from_str(&format!(
            r#"{{"requestedQueryCost":{requested},"actualQueryCost":1,
                "throttleStatus":{{"maximumAvailable":2000.0,"currentlyAvailable":{available},"restoreRate":100.0}}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn a_question_waits_exactly_until_the_bucket_holds_its_cost() {
        let start: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut budget = Budget::default();
        assert_eq!(budget.wait("A", start), Duration::ZERO, "nothing is known yet");
        budget.note("A", &cost(500, 100), start);
        assert_eq!(budget.wait("A", start), Duration::from_secs(4));
        assert_eq!(budget.wait("A", after(3)), Duration::from_secs(1));
        assert_eq!(budget.wait("A", after(60)), Duration::ZERO);
        assert_eq!(budget.wait("B", start), Duration::ZERO, "another question's cost is unknown");
        budget.note("B", &cost(10, 90), start);
        assert_eq!(budget.wait("A", start), Duration::from_millis(4100), "one bucket for all questions");
    }

    #[test]
    fn a_clock_that_goes_backwards_or_an_impossible_cost_never_waits_for_ever() {
        let start: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut budget = Budget::default();
        budget.note("A", &cost(5000, 0), start);
        assert_eq!(budget.wait("A", start), Duration::from_secs(20), "no more than a full bucket");
        assert_eq!(budget.wait("A", start - Duration::from_hours(1)), Duration::from_secs(20));
    }
}
