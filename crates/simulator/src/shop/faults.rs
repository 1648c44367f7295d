//! Things that go wrong on request.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;

/// One thing that goes wrong with the next request that it fits. Those about pages wait for a page request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// HTTP 500 without a body.
    ServerError,
    /// HTTP 502 with an HTML page, as a proxy answers.
    HtmlBadGateway,
    /// HTTP 200 with `INTERNAL_SERVER_ERROR` and a request id.
    InternalError,
    /// HTTP 200 with `THROTTLED`, whatever the bucket holds.
    Throttled,
    /// HTTP 401; the token stays good.
    Unauthorized,
    /// HTTP 401, and every token that was given out is dead.
    TokensRevoked,
    /// The shop is frozen (402), forbidden (403), not found (404) or locked (423).
    ShopStatus(u16),
    /// The connection breaks after half of the answer.
    CutBody,
    /// The answer comes only after this many milliseconds.
    Slow(u64),
    /// After the next page of orders, the order that the page after it would begin with is edited: its `updatedAt` moves on.
    EditBetweenPages,
    /// The next page begins with the last row of the page before.
    RepeatedRow,
    /// The search index lags: this many of the most recently changed orders are not in the next list of orders, while
    /// `order(id:)` finds them.
    IndexLag(usize),
    /// The next bulk operation fails and leaves nothing behind.
    BulkFails,
    /// The next bulk operation fails and leaves the first half of its file behind (`partialDataUrl`).
    BulkFailsHalfway,
    /// The next bulk operation expires before it is done.
    BulkExpires,
    /// The connection breaks in the middle of the next file of a bulk operation.
    CutFile,
}

/// What is about to be answered, as far as faults care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// Any request, before it is read.
    Request,
    /// A list of orders.
    Orders {
        /// Whether it goes on from a cursor.
        next_page: bool,
    },
    /// A bulk operation begins.
    BulkRun,
    /// The file of a bulk operation is fetched.
    Download,
}

impl Fault {
    fn fits(&self, occasion: Occasion) -> bool {
        match self {
            Fault::RepeatedRow => occasion == Occasion::Orders { next_page: true },
            Fault::EditBetweenPages | Fault::IndexLag(_) => matches!(occasion, Occasion::Orders { .. }),
            Fault::BulkFails | Fault::BulkFailsHalfway | Fault::BulkExpires => occasion == Occasion::BulkRun,
            Fault::CutFile => occasion == Occasion::Download,
            _ => occasion == Occasion::Request,
        }
    }
    pub(crate) fn delay(&self) -> Option<Duration> {
        match self {
            Fault::Slow(milliseconds) => Some(Duration::from_millis(*milliseconds)),
            _ => None,
        }
    }
}

/// The faults that are still to come, in order.
#[derive(Debug, Default)]
pub struct Faults {
    queue: Mutex<VecDeque<Fault>>,
}

impl Faults {
    /// One more, after those that wait already.
    pub fn push(&self, fault: Fault) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }
    /// The same for the next `times` requests.
    pub fn push_times(&self, fault: &Fault, times: usize) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).extend(std::iter::repeat_n(fault.clone(), times));
    }
    /// How many are still to come.
    pub fn waiting(&self) -> usize {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
    /// Forgets those that are still to come.
    pub fn clear(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
    pub(crate) fn take(&self, occasion: Occasion) -> Option<Fault> {
        self.take_if(occasion, |_| true)
    }
    pub(crate) fn take_if(&self, occasion: Occasion, wanted: fn(&Fault) -> bool) -> Option<Fault> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let index = queue.iter().position(|f| f.fits(occasion) && wanted(f))?;
        queue.remove(index)
    }
}
