//! When a notification of the system says that something needs attention.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sync::{Message, api::Attention};

/// The least time from one notification to the next.
const LEAST: SignedDuration = SignedDuration::from_hours(1);

/// Facts that move while the cause stays the same.
const MOVING: &[&str] = &["at", "count", "last", "problem"];

/// What was told, and when.
#[derive(Debug, Default)]
pub struct Notices {
    /// Causes that somebody knows of; none before the first look, which tells what was there before.
    known: Option<BTreeSet<String>>,
    last: Option<Timestamp>,
}

/// Whether anybody wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Yes.
    Yes,
    /// Notifications are off, or the window is in front: whatever is new is seen there.
    No,
}

impl Notices {
    /// How many causes a notification should tell of now; none for no notification. What is new while it is too early waits.
    pub fn due(&mut self, attention: &[Attention], wanted: Wanted, now: Timestamp) -> Option<usize> {
        let causes: BTreeSet<String> = attention.iter().map(|point| cause(&point.message)).collect();
        let Some(known) = self.known.as_mut().filter(|_| wanted == Wanted::Yes) else {
            self.known = Some(causes);
            return None;
        };
        // What has gone is new when it comes again.
        known.retain(|cause| causes.contains(cause));
        let is_new = causes.iter().any(|cause| !known.contains(cause));
        // A clock that was set back must not silence it for longer.
        let is_early = self.last.is_some_and(|last| last <= now && now < last + LEAST);
        if !is_new || is_early {
            return None;
        }
        let count = causes.len();
        self.known = Some(causes);
        self.last = Some(now);
        Some(count)
    }
}

fn cause(message: &Message) -> String {
    let facts: Vec<String> = message
        .facts
        .iter()
        .filter(|(name, _)| !MOVING.contains(&name.as_str()))
        .map(|(name, fact)| format!("{name}={fact}"))
        .collect();
    format!("{} {}", message.code, facts.join(" "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-27T{text}:00Z").parse().unwrap()
    }

    fn attention(codes: &[&str]) -> Vec<Attention> {
        codes.iter().map(|code| Attention { message: Message::new(code), entries: 1 }).collect()
    }

    /// After a first look at what was there before.
    fn after(codes: &[&str]) -> Notices {
        let mut notices = Notices::default();
        assert_eq!(notices.due(&attention(codes), Wanted::Yes, at("08:00")), None);
        notices
    }

    #[test]
    fn what_was_there_at_the_start_is_nothing_new() {
        let mut notices = after(&["a"]);
        assert_eq!(notices.due(&attention(&["a"]), Wanted::Yes, at("09:00")), None);
    }

    #[test]
    fn something_new_is_told_once() {
        let mut notices = after(&["a"]);
        assert_eq!(notices.due(&attention(&["a", "b"]), Wanted::Yes, at("08:01")), Some(2));
        assert_eq!(notices.due(&attention(&["a", "b"]), Wanted::Yes, at("12:00")), None);
    }

    #[test]
    fn it_is_told_once_an_hour_at_most_and_what_came_between_is_not_lost() {
        let mut notices = after(&[]);
        assert_eq!(notices.due(&attention(&["a"]), Wanted::Yes, at("09:00")), Some(1));
        assert_eq!(notices.due(&attention(&["a", "b"]), Wanted::Yes, at("09:59")), None);
        assert_eq!(notices.due(&attention(&["a", "b"]), Wanted::Yes, at("10:00")), Some(2));
    }

    #[test]
    fn what_has_gone_meanwhile_is_not_told() {
        let mut notices = after(&[]);
        assert_eq!(notices.due(&attention(&["a"]), Wanted::Yes, at("09:00")), Some(1));
        assert_eq!(notices.due(&attention(&["b"]), Wanted::Yes, at("09:30")), None);
        assert_eq!(notices.due(&attention(&[]), Wanted::Yes, at("10:30")), None);
    }

    #[test]
    fn what_comes_again_is_told_again() {
        let mut notices = after(&["a"]);
        assert_eq!(notices.due(&attention(&[]), Wanted::Yes, at("09:00")), None);
        assert_eq!(notices.due(&attention(&["a"]), Wanted::Yes, at("10:00")), Some(1));
    }

    #[test]
    fn who_wants_none_gets_none_and_is_not_told_afterwards_of_what_was_seen() {
        let mut notices = after(&[]);
        assert_eq!(notices.due(&attention(&["a"]), Wanted::No, at("09:00")), None);
        assert_eq!(notices.due(&attention(&["a"]), Wanted::Yes, at("10:00")), None);
        assert_eq!(notices.due(&attention(&["a", "b"]), Wanted::Yes, at("10:01")), Some(2));
    }

    #[test]
    fn a_cause_whose_count_moves_is_the_same_cause_and_another_account_is_another() {
        let refused = |count: u32| {
            vec![Attention { message: Message::new("token.refused.other").with("count", count), entries: 0 }]
        };
        let mut notices = after(&[]);
        assert_eq!(notices.due(&refused(1), Wanted::Yes, at("09:00")), Some(1));
        assert_eq!(notices.due(&refused(2), Wanted::Yes, at("10:30")), None);
        let unmapped = |gateway: &str| {
            vec![Attention { message: Message::new("held.gateway").with("gateway", gateway), entries: 1 }]
        };
        assert_eq!(notices.due(&unmapped("paypal"), Wanted::Yes, at("12:00")), Some(1));
        assert_eq!(notices.due(&unmapped("klarna"), Wanted::Yes, at("14:00")), Some(1));
    }

    #[test]
    fn a_clock_set_back_does_not_silence_it() {
        let mut notices = after(&[]);
        assert_eq!(notices.due(&attention(&["a"]), Wanted::Yes, at("12:00")), Some(1));
        assert_eq!(notices.due(&attention(&["b"]), Wanted::Yes, at("09:00")), Some(1));
    }
}
