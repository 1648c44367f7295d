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
    decode::{Connection, PageInfo, decode_customer, decode_location, decode_shop, decode_variant, read},
    error::{DecodeError, Error},
    load::{Load, Loader},
    orders::{By, OrdersWalk},
    questions::{CUSTOMERS, LOCATIONS, PRODUCT_VARIANTS, Question, SHOP_PROBE, STOCK_ITEMS},
    stock::{self, decode_stock_item},
};

/// What is asked for again although it was seen, because the search index lags (SHOPIFY.md 2.6).
pub(crate) const OVERLAP: Duration = Duration::from_mins(10);
const DAY: Duration = Duration::from_hours(24);
/// Objects in a page: the most that may be asked for (SHOPIFY.md 2.2).
pub(crate) const PAGE: usize = 250;

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
    /// Stock items that changed. What is on hand may move without that: without a cursor, all of them are told.
    StockItems,
    /// All purchase orders, each time, with what came of them.
    PurchaseOrders,
    /// All transfers, each time, with what arrived.
    Transfers,
    /// Orders that changed, whole.
    Orders {
        /// The first pull begins with what changed at or after this moment; later ones never go before it.
        since: Timestamp,
    },
    /// Orders by when they were made, whether or not they changed: the safety net for what the feed of changes missed
    /// (SHOPIFY.md 2.6). A new round begins without a cursor.
    Rescan {
        /// The first order's time, at the earliest.
        since: Timestamp,
    },
    /// All orders that were made in a span of time: the first load. Many of them come from files that Shopify writes, a
    /// month each; few are asked for page by page (SHOPIFY.md 2.5).
    History {
        /// The first order's time, at the earliest.
        from: Timestamp,
        /// Where the span ends; the moment of the first pull where it is not said.
        to: Option<Timestamp>,
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
pub(crate) struct Position {
    /// Everything that changed up to here has been seen; for orders by when they were made, everything made up to here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Timestamp>,
    /// A walk by id that is not at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    walk: Option<Walk>,
    /// A first load that has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) load: Option<Load>,
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
    pub(crate) client: &'c Client,
    feed: Feed,
    pub(crate) now: Timestamp,
    pub(crate) position: Position,
    pub(crate) after: Option<String>,
    pub(crate) orders: OrdersWalk<'c>,
    pub(crate) loader: Loader<'c>,
    seen: usize,
    pub(crate) done: bool,
}

/// An answer whose one field is the list asked for, whatever it is called.
#[derive(Deserialize)]
struct Listing {
    #[serde(alias = "locations", alias = "customers", alias = "productVariants", alias = "inventoryItems")]
    list: Connection<Box<RawValue>>,
}

/// What is needed of a node to walk on, whatever becomes of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    id: DocumentId,
    updated_at: Timestamp,
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
            after: None,
            orders: OrdersWalk::new(self),
            loader: Loader::default(),
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
            Feed::Customers => self.by_id(&CUSTOMERS, DAY, |raw| decode_customer(raw).map(Some)).await?,
            Feed::Variants => self.by_id(&PRODUCT_VARIANTS, OVERLAP, |raw| decode_variant(raw).map(Some)).await?,
            Feed::StockItems => self.by_id(&STOCK_ITEMS, OVERLAP, decode_stock_item).await?,
            Feed::PurchaseOrders => self.purchase_orders().await?,
            Feed::Transfers => self.transfers().await?,
            Feed::Orders { since } => {
                let from = self.position.seen.map_or(since, |seen| (seen - OVERLAP).max(since));
                self.orders(By::Change, from, self.now - self.client.index_lag).await?
            }
            Feed::Rescan { since } => {
                let from = self.position.seen.unwrap_or(since);
                self.orders(By::Making, from, self.now - self.client.index_lag).await?
            }
            Feed::History { from, to } => self.load(from, to).await?,
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
        let variables = json!({ "first": PAGE, "after": self.after });
        let Listing { list } = self.client.ask(&LOCATIONS, variables).await?;
        let documents =
            list.nodes.iter().map(|raw| pulled(&LOCATIONS, raw, decode_location)).collect::<Result<_, _>>()?;
        self.after = onward(list.page_info, self.after.as_ref(), &LOCATIONS)?;
        self.done = self.after.is_none();
        Ok(documents)
    }

    /// A feed that is walked in the order of its ids: a change behind the walker is found by the next walk, which begins
    /// where this one began.
    async fn by_id(
        &mut self,
        question: &'static Question,
        overlap: Duration,
        decode: fn(&str) -> Result<Option<Document>, DecodeError>,
    ) -> Result<Vec<Pulled>, Error> {
        let mut walk = self.position.walk.clone().unwrap_or(Walk { began: self.now, after: 0, latest: None });
        let mut query = format!("id:>={}", walk.after + 1);
        if let Some(seen) = self.position.seen {
            let from = seen - overlap;
            // Customers are found by whole days only.
            let from = if overlap == DAY { day(from) } else { second(from) };
            query = format!("updated_at:>='{from}' AND {query}");
        }
        let Listing { list } = self.client.ask(question, json!({ "first": PAGE, "query": query })).await?;
        let mut documents = Vec::with_capacity(list.nodes.len());
        let mut last = walk.after;
        for raw in &list.nodes {
            let head: Head = read(raw.get()).map_err(|source| question.unreadable(source))?;
            walk.latest = walk.latest.max(Some(head.updated_at));
            // Not every list can be told how to sort: one in another order could not be walked by id.
            last = number(&head.id).filter(|id| *id > last).ok_or_else(|| stuck(question))?;
            let mut raw = raw.get().to_owned();
            let mut document = decode(&raw);
            if let Err(DecodeError::Cut(_)) = document {
                let Some(whole) = stock::whole(self.client, &raw).await? else { continue };
                document = decode(&whole);
                raw = whole;
            }
            if let Some(document) = document.map_err(|source| question.unreadable(source))? {
                documents.push(Pulled { document, raw });
            }
        }
        if list.page_info.has_next_page {
            if last == walk.after {
                return Err(stuck(question));
            }
            walk.after = last;
            self.position.walk = Some(walk);
        } else {
            self.position.seen = walk.latest.map(|latest| latest.min(walk.began)).max(self.position.seen);
            self.position.walk = None;
            self.done = true;
        }
        Ok(documents)
    }

    async fn orders(&mut self, by: By, from: Timestamp, until: Timestamp) -> Result<Vec<Pulled>, Error> {
        let page = self.orders.page(by, from, until).await?;
        self.position.seen = page.latest.max(self.position.seen);
        self.done = !page.more;
        Ok(page.documents)
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

/// Where the next page begins, if there is one.
pub(crate) fn onward(
    info: PageInfo,
    before: Option<&String>,
    question: &'static Question,
) -> Result<Option<String>, Error> {
    match info.end_cursor {
        _ if !info.has_next_page => Ok(None),
        Some(next) if Some(&next) != before => Ok(Some(next)),
        _ => Err(stuck(question)),
    }
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
pub(crate) fn second(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}
