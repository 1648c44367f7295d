//! When the next run is due: about every five minutes, and not settable by the merchant.

use jiff::{SignedDuration, Timestamp};

/// Between two looks at the clock, which are a few seconds apart, so much does not go by while the computer is awake.
const JUMP: SignedDuration = SignedDuration::from_mins(1);

/// Whether between two looks at the clock the computer slept, or somebody set the clock.
pub(crate) fn has_jumped(before: Timestamp, now: Timestamp) -> bool {
    now < before || now.duration_since(before) >= JUMP
}

/// Whether something that was done at `last` is to be done again after `every`. A time that has not come yet was told by a
/// clock that has been set back since: waiting for it to come again could take days.
pub(crate) fn is_again_due(last: Timestamp, every: SignedDuration, now: Timestamp) -> bool {
    last > now || now.duration_since(last) >= every
}

/// The rhythm of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Time from one run to the next.
    pub every: SignedDuration,
    /// How long before the Web Connector's next expected call a run begins, so that what it finds goes along with it.
    pub lead: SignedDuration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { every: SignedDuration::from_mins(5), lead: SignedDuration::from_secs(40) }
    }
}

impl Schedule {
    /// When the run after the one begun at `last_run` is due. It falls a little before the Web Connector's next expected
    /// call, where its last call is known, so that shop and QuickBooks are never a whole turn apart.
    pub fn next(&self, last_run: Option<Timestamp>, last_call: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let Some(last_run) = last_run else { return now };
        if last_run > now {
            // The clock was set back; waiting for it to catch up could take days.
            return now;
        }
        let regular = last_run + self.every;
        match last_call {
            // A run that began before the last call has been carried; the next one goes along with the next call.
            Some(call) if call >= last_run && call <= now => regular.min(call + self.every - self.lead),
            _ => regular,
        }
    }

    /// Whether a run is due. However many turns were missed (sleep, shutdown), it is one run that is due.
    pub fn is_due(&self, last_run: Option<Timestamp>, last_call: Option<Timestamp>, now: Timestamp) -> bool {
        self.next(last_run, last_call, now) <= now
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-23T{text}Z").parse().unwrap()
    }

    #[test]
    fn runs_are_five_minutes_apart() {
        let schedule = Schedule::default();
        assert_eq!(schedule.next(Some(at("10:00:00")), None, at("10:01:00")), at("10:05:00"));
        assert!(!schedule.is_due(Some(at("10:00:00")), None, at("10:04:59")));
        assert!(schedule.is_due(Some(at("10:00:00")), None, at("10:05:00")));
    }

    #[test]
    fn a_run_begins_shortly_before_the_web_connector_is_expected() {
        let schedule = Schedule::default();
        assert_eq!(schedule.next(Some(at("10:00:00")), Some(at("10:01:00")), at("10:02:00")), at("10:05:00"));
        assert_eq!(schedule.next(Some(at("10:00:00")), Some(at("10:00:10")), at("10:02:00")), at("10:04:30"));
    }

    #[test]
    fn a_night_of_sleep_is_caught_up_by_one_run() {
        let schedule = Schedule::default();
        let woken = "2026-11-24T07:00:00Z".parse().unwrap();
        assert!(schedule.is_due(Some(at("23:00:00")), None, woken));
        assert!(!schedule.is_due(Some(woken), None, woken + SignedDuration::from_secs(1)));
    }

    #[test]
    fn a_clock_set_back_does_not_stop_the_runs() {
        assert!(Schedule::default().is_due(Some(at("12:00:00")), None, at("10:00:00")));
    }

    #[test]
    fn whatever_the_clock_is_set_to_one_run_comes_at_once_and_the_next_after_five_minutes() {
        let schedule = Schedule::default();
        let second = SignedDuration::from_secs(1);
        let (mut now, mut last_run) = (at("12:00:00"), at("12:00:00"));
        for hours in [-1, 1, -26, 26, -24 * 400, 24 * 400, 7, -7] {
            now += SignedDuration::from_hours(hours);
            // What the Web Connector did last was noted by the clock as it was before.
            let last_call = Some(last_run + second);
            assert!(schedule.is_due(Some(last_run), last_call, now), "{hours} hours");
            last_run = now;
            let mut runs = 0;
            for _ in 0..600 {
                now += second;
                if schedule.is_due(Some(last_run), last_call, now) {
                    (last_run, runs) = (now, runs + 1);
                }
            }
            assert_eq!(runs, 2, "ten minutes after the clock was set by {hours} hours");
        }
    }

    #[test]
    fn what_is_done_once_a_day_is_done_again_when_the_clock_was_set_back() {
        let day = SignedDuration::from_hours(24);
        assert!(!is_again_due(at("10:00:00"), day, at("10:00:01")));
        assert!(is_again_due(at("10:00:00"), day, at("10:00:00") + day));
        assert!(is_again_due(at("10:00:00"), day, at("09:59:59")));
    }
}
