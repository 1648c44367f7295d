//! Where documents come from, as the engine sees it.

use std::{future::Future, pin::Pin};

use books::{Document, DocumentId};
use jiff::Timestamp;

use crate::messages::Message;

/// A document as its source told it, with the source's own words kept.
#[derive(Clone, Debug)]
pub struct Told {
    /// What it says.
    pub document: Document,
    /// The source's text, verbatim.
    pub raw: String,
}

/// Documents that belong together with the place from which to go on.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What the source told.
    pub documents: Vec<Told>,
    /// Documents that the source has deleted.
    pub gone: Vec<DocumentId>,
    /// Documents that the source has in mind while it tells of something else: one that is not known was missed.
    pub mentioned: Vec<DocumentId>,
    /// Where to go on once all this is stored; opaque.
    pub cursor: String,
}

/// Where and when a feed is opened.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// The value stored with its last page; none at the very beginning.
    pub cursor: Option<String>,
    /// Now.
    pub now: Timestamp,
    /// Another feed has mentioned something that was never told: what is a safety net is due at once.
    pub missed: bool,
}

/// Why a source could not be read. Nothing of the failed page was kept; the next run goes on from the last one stored.
#[derive(Debug, thiserror::Error)]
#[error("{}", message.text(crate::messages::Language::En))]
pub struct SourceError {
    /// What to tell the merchant.
    pub message: Message,
    /// Whether waiting alone may help, so that nobody needs to act yet.
    pub passing: bool,
}

/// One stream of documents of a source, with a cursor of its own.
pub trait Feed: Send {
    /// The next page; none when the feed has nothing more to say for now.
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Page>, SourceError>> + Send + '_>>;
}

/// Where documents come from: Shopify today, purchasing sources later.
pub trait Source: Send + Sync {
    /// The names of its feeds in the order in which to read them: what others refer to comes first.
    fn feeds(&self) -> &'static [&'static str];
    /// Opens a feed where it was left.
    fn open(&self, feed: &'static str, opening: Opening) -> Result<Box<dyn Feed + '_>, SourceError>;
}
