//! Where documents come from, as the engine sees it.

use std::{future::Future, pin::Pin};

use books::Document;
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
#[derive(Clone, Debug)]
pub struct Page {
    /// What the source told.
    pub documents: Vec<Told>,
    /// Where to go on once these documents are stored; opaque.
    pub cursor: String,
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
    /// Opens a feed at `cursor`, the value stored with its last page; none at the very beginning.
    fn open(
        &self,
        feed: &'static str,
        cursor: Option<String>,
        now: Timestamp,
    ) -> Result<Box<dyn Feed + '_>, SourceError>;
}
