//! Exports that are being written: how far they are, and their stopping.

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicU32, Ordering},
};

use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::watch;

/// How far an export is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ExportProgress {
    /// Whether a file is being written.
    pub running: bool,
    /// Entries that are done.
    pub done: u32,
    /// Entries in all.
    pub total: u32,
}

/// The exports of this program: one at a time as a rule, and all are stopped together.
#[derive(Default)]
pub struct Exports {
    progress: watch::Sender<ExportProgress>,
    /// How often somebody had them stopped.
    stops: AtomicU32,
}

impl Exports {
    /// How far an export is, as it changes.
    pub fn changes(&self) -> watch::Receiver<ExportProgress> {
        self.progress.subscribe()
    }

    /// Stops what is being written. There is no file of it then.
    pub fn stop(&self) {
        self.stops.fetch_add(1, Ordering::Relaxed);
    }

    /// Begins an export, which goes on until the answer is dropped.
    pub fn begin(&self) -> Ongoing<'_> {
        self.progress.send_replace(ExportProgress { running: true, ..ExportProgress::default() });
        Ongoing { exports: self, stops: self.stops.load(Ordering::Relaxed) }
    }
}

/// An export that is being written.
pub struct Ongoing<'a> {
    exports: &'a Exports,
    stops: u32,
}

impl Ongoing<'_> {
    /// Tells how far it is, and hears whether it is to go on.
    pub fn tell(&self, done: u32, total: u32) -> ControlFlow<()> {
        self.exports.progress.send_replace(ExportProgress { running: true, done, total });
        if self.exports.stops.load(Ordering::Relaxed) == self.stops {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

impl Drop for Ongoing<'_> {
    fn drop(&mut self) {
        self.exports.progress.send_replace(ExportProgress::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_is_for_what_is_being_written_and_not_for_what_comes_after() {
        let exports = Exports::default();
        exports.stop();
        let first = exports.begin();
        assert!(first.tell(0, 2).is_continue());
        assert_eq!(*exports.changes().borrow(), ExportProgress { running: true, done: 0, total: 2 });
        exports.stop();
        assert!(first.tell(1, 2).is_break());
        drop(first);
        assert_eq!(*exports.changes().borrow(), ExportProgress::default());
        assert!(exports.begin().tell(0, 2).is_continue());
    }
}
