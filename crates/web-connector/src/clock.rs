//! Time, as the service sees it: how long it has been running.

use std::time::{Duration, Instant};

/// Tells the time since some fixed moment in this process; it never goes back.
pub trait Clock: Send + Sync + 'static {
    /// Time since the start.
    fn now(&self) -> Duration;
}

/// The computer's monotonic clock.
#[derive(Debug, Clone, Copy)]
pub struct MonotonicClock(Instant);

impl MonotonicClock {
    /// Starts counting now.
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for MonotonicClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
