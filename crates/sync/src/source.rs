//! Where documents come from, as the engine sees it.

use std::{future::Future, pin::Pin, sync::Arc};

use books::{Document, DocumentId};
use jiff::{Timestamp, tz::TimeZone};

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
#[derive(Clone, Debug)]
pub struct Opening {
    /// The value stored with its last page; none at the very beginning.
    pub cursor: Option<String>,
    /// Now.
    pub now: Timestamp,
    /// Another feed has mentioned something that was never told: what is a safety net is due at once.
    pub missed: bool,
    /// The shop's time zone, once the shop has told it: some sources write times by its clock.
    pub zone: TimeZone,
}

/// Why a source could not be read. Nothing of the failed page was kept; the next run goes on from the last one stored.
#[derive(Debug, thiserror::Error)]
#[error("{}", message.text(crate::messages::Language::En))]
pub struct SourceError {
    /// What to tell the merchant.
    pub message: Message,
    /// Whether waiting alone may help, so that nobody needs to act yet.
    pub passing: bool,
    /// Whether the other feeds go on without this one: it is told, and nothing else stops.
    pub only_this_feed: bool,
}

/// One stream of documents of a source, with a cursor of its own.
pub trait Feed: Send {
    /// The next page; none when the feed has nothing more to say for now.
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Page>, SourceError>> + Send + '_>>;
}

/// Where documents come from.
pub trait Source: Send + Sync {
    /// The names of its feeds in the order in which to read them: what others refer to comes first. They name the stored
    /// cursors, so no two sources have one in common.
    fn feeds(&self) -> Vec<&'static str>;
    /// Opens a feed where it was left.
    fn open(&self, feed: &'static str, opening: Opening) -> Result<Box<dyn Feed + '_>, SourceError>;
}

/// Several sources as one, read one after the other.
pub struct Several(Vec<Arc<dyn Source>>);

impl Several {
    /// All feeds of these sources.
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Self {
        Self(sources)
    }
}

impl Source for Several {
    fn feeds(&self) -> Vec<&'static str> {
        self.0.iter().flat_map(|source| source.feeds()).collect()
    }

    fn open(&self, feed: &'static str, opening: Opening) -> Result<Box<dyn Feed + '_>, SourceError> {
        match self.0.iter().find(|source| source.feeds().contains(&feed)) {
            Some(source) => source.open(feed, opening),
            None => Ok(Box::new(Nothing)),
        }
    }
}

/// A feed that nobody has.
struct Nothing;

impl Feed for Nothing {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Page>, SourceError>> + Send + '_>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}
