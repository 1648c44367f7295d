//! The shop's lists: which objects a search finds, in which order, and from which cursor on.

use std::cmp::Reverse;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::State;
use super::catalogue::LOCATIONS;
use super::ids::Kind;
use super::model::{FinancialStatus, Order};
use super::objects;
use super::search::{Compare, Search, number, time, word};

/// No list goes further than this (SHOPIFY.md 2.2).
const WALK: usize = 25_000;

/// One object in a list, with its place in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub sort: i64,
    pub kind: Kind,
    pub owner: usize,
    pub position: usize,
}

impl Row {
    fn place(&self) -> (i64, usize, usize) {
        (self.sort, self.owner, self.position)
    }
}

/// What a page is asked for with.
#[derive(Debug, Default)]
pub(crate) struct Ask<'a> {
    pub list: &'a str,
    pub first: usize,
    pub after: Option<&'a str>,
    pub query: &'a str,
    pub sort: &'a str,
    /// How many of the newest orders the index does not know yet.
    pub lag: usize,
    /// Whether the page begins with the row before it.
    pub repeat: bool,
}

#[derive(Debug)]
pub(crate) struct Page {
    pub rows: Vec<Row>,
    pub has_next: bool,
    /// The row that the next page begins with.
    pub next: Option<Row>,
    /// One cursor for each row.
    pub cursors: Vec<String>,
    /// Fields of the search that the list does not know.
    pub unknown: Vec<String>,
}

/// A page that can't be given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error("Invalid cursor for current pagination sort.")]
    Cursor,
    #[error("Cannot paginate beyond {WALK} objects. Narrow the query instead.")]
    TooFar,
    #[error("The list {0} is not simulated.")]
    Unknown(String),
}

impl State {
    /// Whether the token may see the order: without `read_all_orders`, only those of the last 60 days (SHOPIFY.md 2.8).
    pub fn visible(&self, order: &Order, all_orders: bool) -> bool {
        let window = SignedDuration::from_hours(60 * 24);
        all_orders || self.trader.now.duration_since(order.created) <= window
    }

    pub fn page(&self, ask: &Ask, all_orders: bool) -> Result<Page, PageError> {
        let search = Search::parse(ask.query);
        let (rows, known) = self.rows(ask, &search, all_orders)?;
        let unknown = search.fields().into_iter().filter(|f| !known.contains(f)).map(str::to_owned).collect();
        let tag = tag(&[ask.list, ask.query, ask.sort]);
        let (from, seen) = match ask.after {
            None => (0, 0),
            Some(cursor) => {
                let (place, seen) = read_cursor(cursor, tag).ok_or(PageError::Cursor)?;
                (rows.partition_point(|r| r.place() <= place), seen)
            }
        };
        let from = if ask.repeat { from.saturating_sub(1) } else { from };
        if seen + ask.first.min(rows.len() - from) > WALK {
            return Err(PageError::TooFar);
        }
        let page: Vec<Row> = rows[from..].iter().take(ask.first).copied().collect();
        let next = rows.get(from + page.len()).copied();
        let cursors = page.iter().enumerate().map(|(n, row)| write_cursor(row.place(), seen + n + 1, tag)).collect();
        Ok(Page { rows: page, has_next: next.is_some(), next, cursors, unknown })
    }

    fn rows(
        &self,
        ask: &Ask,
        search: &Search,
        all_orders: bool,
    ) -> Result<(Vec<Row>, &'static [&'static str]), PageError> {
        let zone = &self.trader.zone;
        let trader = &self.trader;
        let plain = |kind: Kind, count: usize| -> Vec<Row> {
            let matches = |index: &usize| {
                search.matches(&|field, compare, values| match field {
                    "id" => number(kind.number(*index, 0), compare, values),
                    _ => None,
                })
            };
            (0..count).filter(matches).map(|owner| Row { sort: 0, kind, owner, position: 0 }).collect()
        };
        let mut rows = match ask.list {
            "orders" => return Ok((self.orders(ask, search, all_orders), ORDER_FIELDS)),
            "customers" => {
                let found = |index: &usize| {
                    search.matches(&|field, compare, values| match field {
                        "id" => number(Kind::Customer.number(*index, 0), compare, values),
                        "updated_at" => time(objects::customer_updated(*index), compare, values, zone),
                        _ => None,
                    })
                };
                let row = |owner| {
                    let sort = if ask.sort == "UPDATED_AT" { objects::customer_updated(owner).as_second() } else { 0 };
                    Row { sort, kind: Kind::Customer, owner, position: 0 }
                };
                (0..trader.customers.len()).filter(found).map(row).collect()
            }
            "products" => plain(Kind::Product, trader.catalogue.products.len()),
            "productVariants" => plain(Kind::ProductVariant, trader.catalogue.variants.len()),
            "inventoryItems" => plain(Kind::InventoryItem, trader.catalogue.variants.len()),
            "locations" => plain(Kind::Location, LOCATIONS.len()),
            "giftCards" => self.gift_cards(ask, search),
            "tenderTransactions" => self.tenders(search, all_orders),
            "events"
            | "companies"
            | "disputes"
            | "inventoryTransfers"
            | "inventoryShipments"
            | "inventoryPurchaseOrders"
            | "cashTrackingSessions"
            | "bulkOperations" => Vec::new(),
            other => return Err(PageError::Unknown(other.to_owned())),
        };
        rows.sort_by_key(Row::place);
        Ok((rows, &["id", "updated_at", "created_at", "processed_at", "test", "action", "subject_type"]))
    }

    fn orders(&self, ask: &Ask, search: &Search, all_orders: bool) -> Vec<Row> {
        let zone = &self.trader.zone;
        let mut newest: Vec<(Timestamp, usize)> = Vec::new();
        if ask.lag > 0 {
            newest.extend(self.orders.iter().map(|o| (o.updated, o.no)));
            newest.sort_unstable_by_key(|place| Reverse(*place));
            newest.truncate(ask.lag);
        }
        let sort = |order: &Order| match ask.sort {
            "UPDATED_AT" => order.updated.as_second(),
            "ID" | "ORDER_NUMBER" => 0,
            _ => order.created.as_second(),
        };
        let mut rows: Vec<Row> = self
            .orders
            .iter()
            .filter(|o| self.visible(o, all_orders) && !newest.contains(&(o.updated, o.no)))
            .filter(|o| search.matches(&|field, compare, values| order_matches(o, field, compare, values, zone)))
            .map(|o| Row { sort: sort(o), kind: Kind::Order, owner: o.no, position: 0 })
            .collect();
        rows.sort_by_key(Row::place);
        rows
    }

    fn gift_cards(&self, ask: &Ask, search: &Search) -> Vec<Row> {
        let changed = |index: usize| {
            let card = &self.trader.gift_cards[index];
            card.used.iter().map(|u| u.0).max().unwrap_or(card.sold)
        };
        (0..self.trader.gift_cards.len())
            .filter(|index| {
                search.matches(&|field, compare, values| match field {
                    "id" => number(Kind::GiftCard.number(*index, 0), compare, values),
                    "updated_at" => time(changed(*index), compare, values, &self.trader.zone),
                    "created_at" => time(self.trader.gift_cards[*index].sold, compare, values, &self.trader.zone),
                    _ => None,
                })
            })
            .map(|owner| {
                let sort = if ask.sort == "UPDATED_AT" { changed(owner).as_second() } else { 0 };
                Row { sort, kind: Kind::GiftCard, owner, position: 0 }
            })
            .collect()
    }

    fn tenders(&self, search: &Search, all_orders: bool) -> Vec<Row> {
        let mut rows = Vec::new();
        for order in self.orders.iter().filter(|o| self.visible(o, all_orders)) {
            for (position, payment) in order.payments.iter().enumerate() {
                let moved = payment.received() - payment.refunded();
                let matches = search.matches(&|field, compare, values| match field {
                    "id" => number(Kind::TenderTransaction.number(order.no, position), compare, values),
                    "processed_at" => time(payment.at, compare, values, &self.trader.zone),
                    "test" => Some(word(if order.test { "true" } else { "false" }, values)),
                    _ => None,
                });
                if !moved.is_zero() && matches {
                    let sort = payment.at.as_second();
                    rows.push(Row { sort, kind: Kind::TenderTransaction, owner: order.no, position });
                }
            }
        }
        rows
    }
}

const ORDER_FIELDS: &[&str] = &[
    "updated_at",
    "created_at",
    "processed_at",
    "id",
    "name",
    "status",
    "financial_status",
    "fulfillment_status",
    "test",
    "customer_id",
    "",
];

fn order_matches(order: &Order, field: &str, compare: Compare, values: &[String], zone: &TimeZone) -> Option<bool> {
    match field {
        "updated_at" => time(order.updated, compare, values, zone),
        "created_at" | "processed_at" => time(order.created, compare, values, zone),
        "id" => number(Kind::Order.number(order.no, 0), compare, values),
        "name" | "" => {
            let name = order.name();
            Some(values.iter().any(|v| *v == name || *v == name[1..]))
        }
        "status" => Some(values.iter().any(|v| match v.as_str() {
            "open" => order.cancelled.is_none() && order.fulfilled.is_none(),
            "closed" => order.fulfilled.is_some(),
            "cancelled" => order.cancelled.is_some(),
            "not_closed" => order.fulfilled.is_none(),
            _ => true,
        })),
        "financial_status" => {
            let status = match order.financial_status() {
                FinancialStatus::Authorized => "authorized",
                FinancialStatus::Pending => "pending",
                FinancialStatus::Paid => "paid",
                FinancialStatus::PartiallyPaid => "partially_paid",
                FinancialStatus::PartiallyRefunded => "partially_refunded",
                FinancialStatus::Refunded => "refunded",
                FinancialStatus::Voided => "voided",
            };
            Some(word(status, values))
        }
        "fulfillment_status" => Some(word(if order.fulfilled.is_some() { "shipped" } else { "unshipped" }, values)),
        "test" => Some(word(if order.test { "true" } else { "false" }, values)),
        "customer_id" => order.customer.map_or(Some(false), |c| number(Kind::Customer.number(c, 0), compare, values)),
        _ => None,
    }
}

/// Ties a cursor to what it was given out for.
pub(crate) fn tag(parts: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

pub(crate) fn write_cursor(place: (i64, usize, usize), seen: usize, tag: u64) -> String {
    let text = format!("{tag:x}.{}.{}.{}.{seen}", place.0, place.1, place.2);
    text.bytes().flat_map(|b| [b >> 4, b & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// The place and how many rows came up to it; `None` for a cursor that is not of this list.
pub(crate) fn read_cursor(cursor: &str, expected: u64) -> Option<((i64, usize, usize), usize)> {
    let bytes: Option<Vec<u8>> =
        cursor.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    let text = String::from_utf8(bytes?).ok()?;
    let mut parts = text.split('.');
    if u64::from_str_radix(parts.next()?, 16).ok()? != expected {
        return None;
    }
    let sort = parts.next()?.parse().ok()?;
    let owner = parts.next()?.parse().ok()?;
    let position = parts.next()?.parse().ok()?;
    let seen = parts.next()?.parse().ok()?;
    Some(((sort, owner, position), seen))
}
