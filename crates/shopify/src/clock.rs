//! Time, handed in from outside: tests wait for nothing.

use std::{future::Future, pin::Pin, time::Duration};

use jiff::Timestamp;

/// What a pause resolves to.
pub type Pause<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The time of day, and waiting.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Waits this long. Dropping the future ends the wait.
    fn sleep(&self, duration: Duration) -> Pause<'_>;
}

/// The computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) -> Pause<'_> {
        Box::pin(tokio::time::sleep(duration))
    }
}
