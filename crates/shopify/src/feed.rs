//! The feeds: what changed in the shop, page by page, each page with the position to store together with it
//! (SHOPIFY.md 2.6).
//!
//! A position is what was *seen*, never what the local clock says: a clock that is wrong delays, and loses nothing.

use std::time::Duration;

use books::document::{Document, DocumentId};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};

use crate::{
    client::Client,
    decode::{PageInfo, decode_customer, decode_location, decode_shop, decode_variant, read},
    error::{DecodeError, Error},
    questions::{CUSTOMERS, LOCATIONS, ORDERS_PAGE, PRODUCT_VARIANTS, Question, SHOP_PROBE},
    whole::Completer,
};

/// What is asked for again although it was seen, because the search index lags (SHOPIFY.md 2.6).
const OVERLAP: Duration = Duration::from_mins(10);
const DAY: Duration = Duration::from_hours(24);
/// Shopify refuses to walk a list beyond 25,000 objects (SHOPIFY.md 2.2): a new walk begins well before.
const LONGEST_WALK: usize = 20_000;
/// Objects in a page of a plain feed.
const PAGE: usize = 250;
/// Lines, delivery charges, and entries of plain lists of one order in a page; few orders have more, and those are
/// asked for again, whole. Requested cost of a full page is below 800 of the 1,000 points that one question may take, and
/// per order a third of that of a page of 50: cost grows with the logarithm of the page (SHOPIFY.md 2.3).
const LINES: usize = 20;
const SHIPPING_LINES: usize = 4;
const LIST: usize = 20;

/// What to pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// The shop itself: one document, each time.
    Shop,
    /// All locations, each time.
    Locations,
    /// Customers that changed.
    Customers,
    /// Product variants that changed.
    Variants,
    /// Orders that changed, whole.
    Orders {
        /// The first pull begins with what changed at or after this moment; later ones never go before it.
        since: Timestamp,
    },
}

/// How far a feed has come, to be stored in the same transaction as the documents of its page. Opaque text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// A cursor that was stored before.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The meaning of a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    /// Everything that changed up to here has been seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Timestamp>,
    /// A walk by id that is not at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    walk: Option<Walk>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Walk {
    began: Timestamp,
    after: u64,
    /// The latest change met on this walk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latest: Option<Timestamp>,
}

impl Position {
    fn cursor(&self) -> Result<Cursor, Error> {
        serde_json::to_string(self).map(Cursor).map_err(|error| Error::BadCursor(error.to_string()))
    }
}

/// A document with the JSON text it was read from: verbatim, unless an order was too long for one answer and its lines
/// were joined. The text can be read again with the `decode_…` function of its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulled {
    /// What it says.
    pub document: Document,
    /// What Shopify wrote.
    pub raw: String,
}

/// A part of a feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The documents, oldest change first in the orders' feed. A document may come again in a later page or pull.
    pub documents: Vec<Pulled>,
    /// The position once these documents are stored. Resuming from it loses nothing.
    pub cursor: Cursor,
    /// How many documents this pull has given so far, this page included.
    pub seen: usize,
}

/// A pull that is under way: call [`Puller::next`] until there are no more pages. Dropping it at any point is harmless.
pub struct Puller<'c> {
    client: &'c Client,
    feed: Feed,
    now: Timestamp,
    position: Position,
    /// Where the current walk of the orders begins: fixed while Shopify's own cursor is in use.
    window: Option<Timestamp>,
    after: Option<String>,
    walked: usize,
    page_size: usize,
    completer: Completer<'c>,
    seen: usize,
    done: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    nodes: Vec<Box<RawValue>>,
    page_info: PageInfo,
}

/// An answer whose one field is the list asked for, whatever it is called.
#[derive(Deserialize)]
struct Listing {
    #[serde(alias = "locations", alias = "customers", alias = "productVariants", alias = "orders")]
    list: List,
}

#[derive(Deserialize)]
struct ShopAnswer {
    shop: Box<RawValue>,
}

impl Client {
    /// Begins to pull `feed` from where `cursor` left it, or from its beginning. `now` is the present moment: orders are
    /// left alone that changed within the index's lag before it.
    pub fn pull(&self, feed: Feed, cursor: Option<&Cursor>, now: Timestamp) -> Result<Puller<'_>, Error> {
        let position = match cursor {
            None => Position::default(),
            Some(cursor) => {
                serde_json::from_str(cursor.as_str()).map_err(|_| Error::BadCursor(cursor.as_str().to_owned()))?
            }
        };
        Ok(Puller {
            client: self,
            feed,
            now,
            position,
            window: None,
            after: None,
            walked: 0,
            page_size: PAGE,
            completer: Completer::new(self),
            seen: 0,
            done: false,
        })
    }
}

impl Puller<'_> {
    /// The next page, or nothing when the feed is at its end. A page may be empty. After an error the pull may be tried
    /// again: nothing was skipped.
    pub async fn next(&mut self) -> Result<Option<Page>, Error> {
        if self.done {
            return Ok(None);
        }
        let documents = match self.feed {
            Feed::Shop => self.shop().await?,
            Feed::Locations => self.locations().await?,
            Feed::Customers => self.by_id(&CUSTOMERS, DAY, decode_customer).await?,
            Feed::Variants => self.by_id(&PRODUCT_VARIANTS, OVERLAP, decode_variant).await?,
            Feed::Orders { since } => self.orders(since).await?,
        };
        self.seen += documents.len();
        Ok(Some(Page { documents, cursor: self.position.cursor()?, seen: self.seen }))
    }

    async fn shop(&mut self) -> Result<Vec<Pulled>, Error> {
        let answer: ShopAnswer = self.client.ask(&SHOP_PROBE, json!({})).await?;
        let pulled = pulled(&SHOP_PROBE, &answer.shop, |raw| decode_shop(raw, self.now))?;
        self.done = true;
        Ok(vec![pulled])
    }

    async fn locations(&mut self) -> Result<Vec<Pulled>, Error> {
        let variables = json!({ "first": self.page_size, "after": self.after });
        let Listing { list } = self.client.ask(&LOCATIONS, variables).await?;
        let documents =
            list.nodes.iter().map(|raw| pulled(&LOCATIONS, raw, decode_location)).collect::<Result<_, _>>()?;
        self.turn_page(&LOCATIONS, list.page_info)?;
        Ok(documents)
    }

    /// A feed that is walked in the order of its ids: a change behind the walker is found by the next walk, which begins
    /// where this one began.
    async fn by_id(
        &mut self,
        question: &'static Question,
        overlap: Duration,
        decode: fn(&str) -> Result<Document, DecodeError>,
    ) -> Result<Vec<Pulled>, Error> {
        let mut walk = self.position.walk.clone().unwrap_or(Walk { began: self.now, after: 0, latest: None });
        let mut query = format!("id:>={}", walk.after + 1);
        if let Some(seen) = self.position.seen {
            let from = seen - overlap;
            // Customers are found by whole days only.
            let from = if overlap == DAY { day(from) } else { second(from) };
            query = format!("updated_at:>='{from}' AND {query}");
        }
        let Listing { list } = self.client.ask(question, json!({ "first": self.page_size, "query": query })).await?;
        let documents: Vec<Pulled> =
            list.nodes.iter().map(|raw| pulled(question, raw, decode)).collect::<Result<_, _>>()?;
        walk.latest = documents.iter().map(|pulled| pulled.document.updated_at).max().max(walk.latest);
        if list.page_info.has_next_page {
            let last = documents.last().and_then(|pulled| number(&pulled.document.id)).filter(|id| *id > walk.after);
            walk.after = last.ok_or_else(|| stuck(question))?;
            self.position.walk = Some(walk);
        } else {
            self.position.seen = walk.latest.map(|latest| latest.min(walk.began)).max(self.position.seen);
            self.position.walk = None;
            self.done = true;
        }
        Ok(documents)
    }

    async fn orders(&mut self, since: Timestamp) -> Result<Vec<Pulled>, Error> {
        let from =
            *self.window.get_or_insert_with(|| self.position.seen.map_or(since, |seen| (seen - OVERLAP).max(since)));
        let until = self.now - self.client.index_lag;
        let query = format!("updated_at:>='{}' AND updated_at:<'{}'", second(from), second(until));
        let list = loop {
            let variables = json!({
                "first": self.page_size, "after": self.after, "query": query, "sortKey": "UPDATED_AT",
                "lines": LINES, "shippingLines": SHIPPING_LINES, "list": LIST,
            });
            match self.client.ask::<Listing>(&ORDERS_PAGE, variables).await {
                Ok(listing) => break listing.list,
                // The rules of the cost are Shopify's to change: smaller pages still get through.
                Err(Error::BadInput { code, .. }) if code == "MAX_COST_EXCEEDED" && self.page_size > 1 => {
                    self.page_size /= 2;
                }
                Err(error) => return Err(error),
            }
        };
        let walked = list.nodes.len();
        let latest = list.nodes.last().map(|raw| changed(raw)).transpose()?;
        let documents = self.completer.orders(list.nodes, LIST).await?;
        self.walked += walked;
        self.turn_page(&ORDERS_PAGE, list.page_info)?;
        self.position.seen = latest.max(self.position.seen);
        if self.walked >= LONGEST_WALK && latest.is_some_and(|latest| latest > from) {
            self.window = latest;
            self.after = None;
            self.walked = 0;
        }
        Ok(documents)
    }

    fn turn_page(&mut self, question: &'static Question, info: PageInfo) -> Result<(), Error> {
        self.done = !info.has_next_page;
        if info.has_next_page && (info.end_cursor.is_none() || info.end_cursor == self.after) {
            return Err(stuck(question));
        }
        self.after = info.end_cursor;
        Ok(())
    }
}

fn pulled(
    question: &'static Question,
    raw: &RawValue,
    decode: impl Fn(&str) -> Result<Document, DecodeError>,
) -> Result<Pulled, Error> {
    let document = decode(raw.get()).map_err(|source| question.unreadable(source))?;
    Ok(Pulled { document, raw: raw.get().to_owned() })
}

/// When an order changed.
fn changed(raw: &RawValue) -> Result<Timestamp, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Changed {
        updated_at: Timestamp,
    }
    read::<Changed>(raw.get()).map(|order| order.updated_at).map_err(|source| ORDERS_PAGE.unreadable(source))
}

/// More is announced, but the way to it is not told.
fn stuck(question: &'static Question) -> Error {
    let source = DecodeError::Shape { path: "pageInfo.endCursor".into(), message: "leads nowhere".into() };
    question.unreadable(source)
}

/// The number in a global id: `gid://shopify/Customer/123` has 123.
fn number(id: &DocumentId) -> Option<u64> {
    id.short().split('?').next()?.parse().ok()
}

/// Whole seconds, as Shopify's search wants them.
fn second(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}
