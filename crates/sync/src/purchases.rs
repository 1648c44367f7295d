//! Stocky as a source of purchases: its API as it was, and what was saved of it.

use std::{future::Future, path::PathBuf, pin::Pin, sync::Arc};

use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use shopify::{
    Cursor, ShopAddress, SystemClock,
    stocky::{self, ArchiveError, StockyConfig, StockyError, StockyFeed, StockyPuller},
};

use crate::{
    messages::Message,
    source::{Feed, Opening, Page, Source, SourceError, Told},
};

type Coming<'f> = Pin<Box<dyn Future<Output = Result<Option<Page>, SourceError>> + Send + 'f>>;

/// The most documents of a page of what was saved.
const PAGE: usize = 250;

/// Stocky's API.
pub(crate) struct Stocky(stocky::Stocky);

impl Stocky {
    pub(crate) fn new(shop: ShopAddress, key: SecretString, base_url: Option<String>) -> Result<Self, SourceError> {
        let user_agent = concat!("Tillbridge/", env!("CARGO_PKG_VERSION")).to_owned();
        let config = StockyConfig { shop, base_url, key, user_agent };
        stocky::Stocky::new(config, Arc::new(SystemClock)).map(Self).map_err(|error| api_error(&error))
    }
}

impl Source for Stocky {
    fn feeds(&self) -> Vec<&'static str> {
        vec!["stocky.suppliers", "stocky.purchases", "stocky.adjustments", "stocky.transfers"]
    }

    fn open(&self, feed: &'static str, opening: Opening) -> Result<Box<dyn Feed + '_>, SourceError> {
        let feed = match feed {
            "stocky.suppliers" => StockyFeed::Suppliers,
            "stocky.adjustments" => StockyFeed::Adjustments,
            "stocky.transfers" => StockyFeed::Transfers,
            _ => StockyFeed::PurchaseOrders,
        };
        let cursor = opening.cursor.map(Cursor::stored);
        Ok(Box::new(Pulling(self.0.pull(feed, cursor.as_ref(), opening.zone))))
    }
}

struct Pulling<'s>(StockyPuller<'s>);

impl Feed for Pulling<'_> {
    fn next(&mut self) -> Coming<'_> {
        Box::pin(async {
            let page = self.0.next().await.map_err(|error| api_error(&error))?;
            Ok(page.map(|page| Page {
                documents: page.documents.into_iter().map(told).collect(),
                cursor: page.cursor.as_str().to_owned(),
                ..Page::default()
            }))
        })
    }
}

fn told(pulled: shopify::Pulled) -> Told {
    Told { document: pulled.document, raw: pulled.raw }
}

fn api_error(error: &StockyError) -> SourceError {
    let (code, passing) = match error {
        StockyError::Retired(_) => ("stocky.retired", false),
        StockyError::Key(_) => ("stocky.key", false),
        StockyError::Server { .. } => ("stocky.server", true),
        StockyError::Network(_) | StockyError::Setup(_) => ("stocky.offline", true),
        StockyError::NotStocky { .. } => ("stocky.unreadable", true),
        StockyError::Record { .. } => ("stocky.record", false),
        StockyError::Address(_) => ("stocky.address", false),
    };
    let problem = match error {
        StockyError::Retired(why) => why.clone(),
        other => other.to_string(),
    };
    SourceError { message: Message::new(code).with("problem", problem), passing, only_this_feed: true }
}

/// What was saved of Stocky, in a file or a folder.
pub(crate) struct Saved {
    shop: ShopAddress,
    path: PathBuf,
}

impl Saved {
    pub(crate) fn new(shop: ShopAddress, path: PathBuf) -> Self {
        Self { shop, path }
    }
}

impl Source for Saved {
    fn feeds(&self) -> Vec<&'static str> {
        vec!["stocky.saved"]
    }

    fn open(&self, _: &'static str, opening: Opening) -> Result<Box<dyn Feed + '_>, SourceError> {
        let taken = opening.cursor.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Ok(Box::new(Reading { source: self, zone: opening.zone, taken, rest: None, done: false }))
    }
}

/// What was taken of the files, as they were then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    fingerprint: String,
    /// Lists that had not been saved whole.
    incomplete: Vec<String>,
}

struct Reading<'s> {
    source: &'s Saved,
    zone: TimeZone,
    /// What the stored cursor says; none where nothing was taken yet.
    taken: Option<Taken>,
    /// What is still to be told, and what to keep once it is.
    rest: Option<(std::vec::IntoIter<Told>, Taken)>,
    done: bool,
}

impl Feed for Reading<'_> {
    fn next(&mut self) -> Coming<'_> {
        Box::pin(async {
            if self.done {
                return Ok(None);
            }
            if self.rest.is_none() {
                let (shop, path) = (self.source.shop.clone(), self.source.path.clone());
                let (zone, taken) = (self.zone.clone(), self.taken.clone());
                // Archives are read from disk and unpacked, which may take a while.
                let read = tokio::task::block_in_place(move || read(&shop, &path, &zone, taken.as_ref()));
                let Some((documents, taken)) = read.map_err(|error| saved_error(&error))? else {
                    self.done = true;
                    return self.taken.as_ref().map_or(Ok(None), whole);
                };
                self.rest = Some((documents.into_iter(), taken));
            }
            let Some((rest, taken)) = &mut self.rest else { return Ok(None) };
            let documents: Vec<Told> = rest.by_ref().take(PAGE).collect();
            // The cursor moves on only with the last page: a kill in between has all of it told again.
            let cursor = if rest.len() == 0 { Some(&*taken) } else { self.taken.as_ref() };
            let cursor = cursor.map_or_else(String::new, |taken| serde_json::to_string(taken).unwrap_or_default());
            if rest.len() == 0 {
                self.taken = Some(taken.clone());
                self.rest = None;
            }
            Ok(Some(Page { documents, cursor, ..Page::default() }))
        })
    }
}

/// What was saved, where it is not what was taken already.
fn read(
    shop: &ShopAddress,
    path: &std::path::Path,
    zone: &TimeZone,
    taken: Option<&Taken>,
) -> Result<Option<(Vec<Told>, Taken)>, ArchiveError> {
    let fingerprint = stocky::fingerprint(path)?;
    if taken.is_some_and(|taken| taken.fingerprint == fingerprint) {
        return Ok(None);
    }
    let saved = stocky::read_saved(path, shop, zone)?;
    Ok(Some((saved.documents.into_iter().map(told).collect(), Taken { fingerprint, incomplete: saved.incomplete })))
}

/// Reads all of what was saved; returns that it is incomplete, if it is.
pub(crate) fn look_at_saved(
    shop: &ShopAddress,
    path: &std::path::Path,
    zone: &TimeZone,
) -> Result<Option<Message>, SourceError> {
    let saved = tokio::task::block_in_place(|| stocky::read_saved(path, shop, zone));
    let incomplete = saved.map_err(|error| saved_error(&error))?.incomplete;
    Ok((!incomplete.is_empty()).then(|| Message::new("archive.incomplete").with("lists", incomplete.join(", "))))
}

/// What was taken is told to be incomplete as long as it is.
fn whole(taken: &Taken) -> Result<Option<Page>, SourceError> {
    if taken.incomplete.is_empty() {
        return Ok(None);
    }
    let message = Message::new("archive.incomplete").with("lists", taken.incomplete.join(", "));
    Err(SourceError { message, passing: false, only_this_feed: true })
}

fn saved_error(error: &ArchiveError) -> SourceError {
    let message = match error {
        ArchiveError::Missing { file, problem } => {
            Message::new("archive.missing").with("file", file).with("problem", problem)
        }
        ArchiveError::Damaged { file, problem } => {
            Message::new("archive.damaged").with("file", file).with("problem", problem)
        }
        ArchiveError::Unsafe { file, problem } => {
            Message::new("archive.unsafe").with("file", file).with("problem", problem)
        }
        ArchiveError::Unknown { file } => Message::new("archive.unknown").with("file", file),
        ArchiveError::OtherShop { file, shop } => {
            Message::new("archive.other_shop").with("file", file).with("shop", shop)
        }
        ArchiveError::Row { file, line, problem } => {
            Message::new("archive.row").with("file", file).with("line", line).with("problem", problem)
        }
    };
    SourceError { message, passing: false, only_this_feed: true }
}
