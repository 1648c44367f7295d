//! Shopify's feeds, with the cursors that this program keeps of them.
//!
//! Orders are loaded once, by when they were made, and followed from there by when they changed. Three nets are spread
//! below that (SHOPIFY.md 2.6): what was deleted, money that moved for an order that was never told, and all orders of the
//! last weeks once a week.

use std::{collections::BTreeSet, future::Future, pin::Pin};

use books::{DocumentId, Fact};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shopify::{Client, Cursor, Error, Puller};

use super::{beside, source_error};
use crate::{
    schedule::is_again_due,
    source::{Feed, Opening, Page, SourceError, Told},
};

/// What is asked for twice where one way of asking goes over into another: the shop's index may lag so far.
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);
/// From one rescan to the next.
const RESCAN_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);
/// From one reading of all stock to the next: what is on hand moves without a stock item being told anew.
const ALL_STOCK_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// From one reading of all purchase orders, or transfers, to the next: they do not tell when they changed.
const ALL_PURCHASES_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// How far money that moved is looked for again, by the latest that was met: the clock of this computer may be wrong.
const TENDERS_AGAIN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far a rescan looks back.
const RESCAN: SignedDuration = SignedDuration::from_hours(60 * 24);

type Coming<'f> = Pin<Box<dyn Future<Output = Result<Option<Page>, SourceError>> + Send + 'f>>;

/// A feed as Shopify has it.
pub(super) fn plain(client: &Client, feed: shopify::Feed, opening: Opening) -> Result<Box<dyn Feed + '_>, Error> {
    let Opening { cursor, now, .. } = opening;
    Ok(Box::new(Plain(pull(client, feed, cursor, now)?)))
}

/// Orders: the first load, and what changed since.
pub(super) fn orders(client: &Client, since: Timestamp, opening: Opening) -> Result<Box<dyn Feed + '_>, Error> {
    let Opening { cursor, now, .. } = opening;
    let place = match cursor {
        None => Place::Load { began: now, latest: None, cursor: None },
        // What was stored before there was a first load of its own is Shopify's cursor of what changed.
        Some(text) => serde_json::from_str(&text).unwrap_or(Place::Changes { since, cursor: Some(text) }),
    };
    let puller = place.pull(client, since, now)?;
    Ok(Box::new(Orders { client, since, now, place, puller }))
}

/// What was deleted in the shop.
pub(super) fn deletions<'c>(client: &'c Client, first: Timestamp, opening: &Opening) -> Box<dyn Feed + 'c> {
    let since = opening.cursor.as_deref().and_then(|text| text.parse().ok());
    Box::new(Deletions { client, since: Some(since.unwrap_or(first)) })
}

/// Money that moved, for the orders that it names.
pub(super) fn tenders<'c>(client: &'c Client, opening: &Opening) -> Box<dyn Feed + 'c> {
    let until = opening.now - OVERLAP;
    let since: Option<Timestamp> = opening.cursor.as_deref().and_then(|text| text.parse().ok());
    // What was paid before the first load is in it. A place that has not come yet was told by a clock that was ahead.
    let since = since.map_or(opening.now, |since| if since > opening.now { until - TENDERS_AGAIN } else { since });
    let walk = (since < until).then(|| client.tenders(since, until));
    Box::new(Tenders { walk, since, until, latest: None, first: opening.cursor.is_none() })
}

/// All orders of the last weeks, once a week, or at once when something was missed.
pub(super) fn rescan<'c>(client: &'c Client, opening: &Opening) -> Result<Box<dyn Feed + 'c>, Error> {
    let now = opening.now;
    let known: Option<Round> = opening.cursor.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let is_due = |round: &Round| opening.missed || is_again_due(round.began, RESCAN_EVERY, now);
    let round = match known {
        // The first load has just told everything.
        None if !opening.missed => return Ok(Box::new(Rescan { round: Round::new(now), puller: None, over: false })),
        Some(round) if round.done && !is_due(&round) => {
            return Ok(Box::new(Rescan { round, puller: None, over: true }));
        }
        Some(round) if !round.done => round,
        _ => Round::new(now),
    };
    let feed = shopify::Feed::Rescan { since: round.began - RESCAN };
    let puller = pull(client, feed, round.cursor.clone(), now)?;
    Ok(Box::new(Rescan { round, puller: Some(puller), over: false }))
}

/// Stock: all of it once a day, and in between the items that changed.
pub(super) fn stock<'c>(client: &'c Client, opening: &Opening) -> Result<Box<dyn Feed + 'c>, Error> {
    let now = opening.now;
    let known: Option<Round> = opening.cursor.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let round = known.filter(|round| !round.done || !is_again_due(round.began, ALL_STOCK_EVERY, now));
    let round = round.unwrap_or_else(|| Round::new(now));
    let puller = pull(client, shopify::Feed::StockItems, round.cursor.clone(), now)?;
    Ok(Box::new(Stock { round, puller }))
}

/// A list that does not tell what changed: all of it, at most once an hour, and what is not on it any more.
pub(super) fn listed<'c>(
    client: &'c Client,
    name: &'static str,
    feed: shopify::Feed,
    opening: &Opening,
) -> Result<Box<dyn Feed + 'c>, Error> {
    let now = opening.now;
    let known: Option<Reading> = opening.cursor.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let is_due = known.as_ref().is_none_or(|known| is_again_due(known.at, ALL_PURCHASES_EVERY, now));
    let puller = if is_due { Some(pull(client, feed, None, now)?) } else { None };
    let known = known.unwrap_or_default();
    Ok(Box::new(Listed { name, known, reading: Reading { at: now, ids: BTreeSet::new() }, puller }))
}

/// Begins at a stored cursor. One of another version means from the beginning, where what is known already is nothing new.
fn pull(client: &Client, feed: shopify::Feed, cursor: Option<String>, now: Timestamp) -> Result<Puller<'_>, Error> {
    match client.pull(feed, cursor.map(Cursor::stored).as_ref(), now) {
        Err(Error::BadCursor(_)) => client.pull(feed, None, now),
        other => other,
    }
}

async fn next_page(puller: &mut Puller<'_>) -> Result<Option<Page>, SourceError> {
    pulled(puller).await.map_err(|error| source_error(&error))
}

async fn pulled(puller: &mut Puller<'_>) -> Result<Option<Page>, Error> {
    Ok(puller.next().await?.map(|page| Page {
        documents: page
            .documents
            .into_iter()
            .map(|pulled| Told { document: pulled.document, raw: pulled.raw })
            .collect(),
        cursor: page.cursor.as_str().to_owned(),
        ..Page::default()
    }))
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

struct Plain<'c>(Puller<'c>);

impl Feed for Plain<'_> {
    fn next(&mut self) -> Coming<'_> {
        Box::pin(next_page(&mut self.0))
    }
}

/// How far the orders are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Place {
    /// All orders that were made up to the beginning of the load. The latest one that was met tells where to go on from: the
    /// clock of this computer may be wrong.
    Load { began: Timestamp, latest: Option<Timestamp>, cursor: Option<String> },
    /// What changed since.
    Changes { since: Timestamp, cursor: Option<String> },
}

impl Place {
    fn pull<'c>(&self, client: &'c Client, from: Timestamp, now: Timestamp) -> Result<Puller<'c>, Error> {
        match self {
            Self::Load { began, cursor, .. } => {
                pull(client, shopify::Feed::History { from, to: Some(*began) }, cursor.clone(), now)
            }
            Self::Changes { since, cursor } => {
                pull(client, shopify::Feed::Orders { since: *since }, cursor.clone(), now)
            }
        }
    }
}

struct Orders<'c> {
    client: &'c Client,
    since: Timestamp,
    now: Timestamp,
    place: Place,
    puller: Puller<'c>,
}

impl Feed for Orders<'_> {
    fn next(&mut self) -> Coming<'_> {
        Box::pin(async {
            loop {
                if let Some(mut page) = next_page(&mut self.puller).await? {
                    if let Place::Load { latest, .. } = &mut self.place {
                        *latest = page.documents.iter().filter_map(placed_at).max().max(*latest);
                    }
                    let (Place::Load { cursor, .. } | Place::Changes { cursor, .. }) = &mut self.place;
                    *cursor = Some(page.cursor);
                    page.cursor = text(&self.place);
                    return Ok(Some(page));
                }
                let Place::Load { began, latest, .. } = &self.place else { return Ok(None) };
                let since = latest.map_or(self.since, |latest| (latest.min(*began) - OVERLAP).max(self.since));
                self.place = Place::Changes { since, cursor: None };
                let opened = self.place.pull(self.client, self.since, self.now);
                self.puller = opened.map_err(|error| source_error(&error))?;
            }
        })
    }
}

fn placed_at(told: &Told) -> Option<Timestamp> {
    match &told.document.fact {
        Fact::Order(order) => Some(order.placed_at),
        _ => None,
    }
}

struct Deletions<'c> {
    client: &'c Client,
    /// None once it was told.
    since: Option<Timestamp>,
}

impl Feed for Deletions<'_> {
    fn next(&mut self) -> Coming<'_> {
        Box::pin(async {
            let Some(since) = self.since.take() else { return Ok(None) };
            let deleted = self.client.deleted_orders(since).await.map_err(|error| source_error(&error))?;
            let latest = deleted.iter().map(|order| order.at).max();
            let gone = deleted.into_iter().map(|order| order.id).collect();
            Ok(Some(Page { gone, cursor: latest.unwrap_or(since).to_string(), ..Page::default() }))
        })
    }
}

struct Tenders<'c> {
    walk: Option<shopify::Tenders<'c>>,
    since: Timestamp,
    until: Timestamp,
    /// The latest that was met.
    latest: Option<Timestamp>,
    /// Nothing is asked yet: only the place to begin at is kept.
    first: bool,
}

impl Feed for Tenders<'_> {
    fn next(&mut self) -> Coming<'_> {
        Box::pin(async {
            if std::mem::take(&mut self.first) {
                return Ok(Some(Page { cursor: self.since.to_string(), ..Page::default() }));
            }
            let Some(walk) = &mut self.walk else { return Ok(None) };
            let page = walk.next().await.map_err(|error| source_error(&error))?;
            let Some(tenders) = page else {
                // The place moves on only once all of it was told, and to the clock's own time only long afterwards.
                self.walk = None;
                let place = self.since.max(self.until - TENDERS_AGAIN).max(self.latest.unwrap_or(self.since));
                return Ok(Some(Page { cursor: place.min(self.until).to_string(), ..Page::default() }));
            };
            self.latest = tenders.iter().filter_map(|tender| tender.at).max().max(self.latest);
            let of_orders = tenders.into_iter().filter(|tender| !tender.test).filter_map(|tender| tender.order);
            let mentioned = of_orders.collect();
            Ok(Some(Page { mentioned, cursor: self.since.to_string(), ..Page::default() }))
        })
    }
}

/// A rescan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Round {
    began: Timestamp,
    cursor: Option<String>,
    done: bool,
}

impl Round {
    const fn new(began: Timestamp) -> Self {
        Self { began, cursor: None, done: false }
    }
}

struct Rescan<'c> {
    round: Round,
    /// None when there is nothing to ask for in this round.
    puller: Option<Puller<'c>>,
    over: bool,
}

impl Feed for Rescan<'_> {
    fn next(&mut self) -> Coming<'_> {
        Box::pin(async {
            if self.over {
                return Ok(None);
            }
            let page = match &mut self.puller {
                Some(puller) => next_page(puller).await?,
                None => None,
            };
            let mut page = page.unwrap_or_else(|| {
                self.over = true;
                Page::default()
            });
            if self.over {
                self.round.done = true;
            } else {
                self.round.cursor = Some(std::mem::take(&mut page.cursor));
            }
            page.cursor = text(&self.round);
            Ok(Some(page))
        })
    }
}

/// All stock items of a day, and then those that changed: the cursor leads from the one into the other.
struct Stock<'c> {
    round: Round,
    puller: Puller<'c>,
}

impl Feed for Stock<'_> {
    fn next(&mut self) -> Coming<'_> {
        Box::pin(async {
            let page = pulled(&mut self.puller).await.map_err(|error| beside("shopify.stock", &error))?;
            let mut page = match page {
                Some(page) => page,
                None if self.round.done => return Ok(None),
                None => {
                    self.round.done = true;
                    let cursor = self.round.cursor.clone().unwrap_or_default();
                    Page { cursor, ..Page::default() }
                }
            };
            self.round.cursor = Some(std::mem::take(&mut page.cursor));
            page.cursor = text(&self.round);
            Ok(Some(page))
        })
    }
}

/// What was on a list when it was read last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Reading {
    at: Timestamp,
    ids: BTreeSet<DocumentId>,
}

struct Listed<'c> {
    name: &'static str,
    known: Reading,
    reading: Reading,
    /// None when there is nothing to ask for now, or no more.
    puller: Option<Puller<'c>>,
}

impl Feed for Listed<'_> {
    fn next(&mut self) -> Coming<'_> {
        Box::pin(async {
            let Some(puller) = &mut self.puller else { return Ok(None) };
            let page = pulled(puller).await.map_err(|error| beside(self.name, &error))?;
            if let Some(mut page) = page {
                self.reading.ids.extend(page.documents.iter().map(|told| told.document.id.clone()));
                // Only a list that was read to its end says what is gone from it.
                page.cursor = text(&self.known);
                return Ok(Some(page));
            }
            self.puller = None;
            let gone = self.known.ids.difference(&self.reading.ids).cloned().collect();
            Ok(Some(Page { gone, cursor: text(&self.reading), ..Page::default() }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_from_before_the_first_load_is_no_place_of_ours() {
        let stored = r#"{"seen":"2026-11-01T00:00:00Z"}"#;
        assert!(serde_json::from_str::<Place>(stored).is_err());
        let place = Place::Load { began: Timestamp::UNIX_EPOCH, latest: None, cursor: Some(stored.to_owned()) };
        assert_eq!(serde_json::from_str::<Place>(&text(&place)).ok(), Some(place));
    }
}
