//! A walk over whole orders, by when they changed or by when they were made.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use crate::{
    client::Client,
    decode::{Connection, read},
    error::Error,
    feed::{PAGE, Pulled, onward, second},
    questions::ORDERS_PAGE,
    whole::Completer,
};

/// Shopify refuses to walk a list beyond 25,000 objects (SHOPIFY.md 2.2): a new walk begins well before.
const LONGEST_WALK: usize = 20_000;
/// Lines, delivery charges, and entries of plain lists of one order in a page; few orders have more, and those are
/// asked for again, whole. Requested cost of a full page is below 800 of the 1,000 points that one question may take, and
/// per order a third of that of a page of 50: cost grows with the logarithm of the page (SHOPIFY.md 2.3), and so with that
/// of the lines: from 13 on, all orders of a page that has one such order would cost more.
const LINES: usize = 12;
const SHIPPING_LINES: usize = 4;
const LIST: usize = 20;

/// So many orders are gathered before they are made whole: few have a history, and one question tells up to 250 histories
/// for the price of the dearest (SHOPIFY.md 2.3).
const GATHERED: usize = 4 * PAGE;

/// By which time orders are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// When they changed last.
    Change,
    /// When they were made.
    Making,
}

impl By {
    fn search(self) -> &'static str {
        match self {
            Self::Change => "updated_at",
            Self::Making => "created_at",
        }
    }

    fn sort_key(self) -> &'static str {
        match self {
            Self::Change => "UPDATED_AT",
            Self::Making => "CREATED_AT",
        }
    }

    /// The search for what lies in a span of time, in whole seconds.
    pub(crate) fn span(self, from: Timestamp, until: Timestamp) -> String {
        let (name, from, until) = (self.search(), second(from), second(until));
        format!("{name}:>='{from}' AND {name}:<'{until}'")
    }
}

/// What is told of a walk at once.
pub(crate) struct OrdersPage {
    pub(crate) documents: Vec<Pulled>,
    /// The time of the last order in it.
    pub(crate) latest: Option<Timestamp>,
    /// Whether the walk goes on.
    pub(crate) more: bool,
}

/// Where a walk is. Shopify's own cursor is good for this run only, so it is not part of what is stored.
pub(crate) struct OrdersWalk<'c> {
    client: &'c Client,
    pub(crate) completer: Completer<'c>,
    page_size: usize,
    /// Where the current walk begins: fixed while Shopify's own cursor is in use.
    from: Option<Timestamp>,
    after: Option<String>,
    walked: usize,
    /// Orders that are still to be made whole: an error loses none of them.
    gathered: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Answer {
    orders: Connection<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Times {
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl<'c> OrdersWalk<'c> {
    pub(crate) fn new(client: &'c Client) -> Self {
        Self {
            client,
            completer: Completer::new(client),
            page_size: PAGE,
            from: None,
            after: None,
            walked: 0,
            gathered: Vec::new(),
        }
    }

    /// The next orders from `from` until before `until`; `from` counts for the beginning of a walk only. After the last
    /// orders the next call begins another walk.
    pub(crate) async fn page(&mut self, by: By, from: Timestamp, until: Timestamp) -> Result<OrdersPage, Error> {
        let from = *self.from.get_or_insert(from);
        let query = by.span(from, until);
        while self.gathered.is_empty() || self.after.is_some() && self.gathered.len() < GATHERED {
            let list = self.list(by, &query).await?;
            self.after = onward(list.page_info, self.after.as_ref(), &ORDERS_PAGE)?;
            self.walked += list.nodes.len();
            self.gathered.extend(list.nodes);
            if self.gathered.is_empty() {
                break;
            }
        }
        let latest = self.gathered.last().map(|raw| time(by, raw)).transpose()?;
        let documents = self.completer.orders(&self.gathered, LIST, false).await?;
        self.gathered.clear();
        let more = self.after.is_some();
        if !more {
            self.rest();
        } else if self.walked >= LONGEST_WALK && latest.is_some_and(|latest| latest > from) {
            self.rest();
            self.from = latest;
        }
        Ok(OrdersPage { documents, latest, more })
    }

    /// A page of the list as Shopify tells it.
    async fn list(&mut self, by: By, query: &str) -> Result<Connection<Box<RawValue>>, Error> {
        loop {
            let variables = json!({
                "first": self.page_size, "after": self.after, "query": query, "sortKey": by.sort_key(),
                "lines": LINES, "shippingLines": SHIPPING_LINES, "list": LIST,
            });
            match self.client.ask::<Answer>(&ORDERS_PAGE, variables).await {
                Ok(answer) => return Ok(answer.orders),
                // The rules of the cost are Shopify's to change: smaller pages still get through.
                Err(Error::BadInput { code, .. }) if code == "MAX_COST_EXCEEDED" && self.page_size > 1 => {
                    self.page_size /= 2;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks for one order of the span: what the shop refuses to tell is known afterwards.
    pub(crate) async fn look(&self, from: Timestamp, until: Timestamp) -> Result<(), Error> {
        let variables = json!({
            "first": 1, "after": null, "query": By::Making.span(from, until), "sortKey": By::Making.sort_key(),
            "lines": 1, "shippingLines": 1, "list": 1,
        });
        self.client.ask::<serde::de::IgnoredAny>(&ORDERS_PAGE, variables).await?;
        Ok(())
    }

    fn rest(&mut self) {
        self.from = None;
        self.after = None;
        self.walked = 0;
    }
}

/// When an order was made, or changed last.
pub(crate) fn time(by: By, raw: &RawValue) -> Result<Timestamp, Error> {
    let times: Times = read(raw.get()).map_err(|source| ORDERS_PAGE.unreadable(source))?;
    Ok(match by {
        By::Change => times.updated_at,
        By::Making => times.created_at,
    })
}
