//! The shop's lists: which objects a search finds, in which order, and from which cursor on.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::ops::{Bound, Range};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::catalogue::{LOCATIONS, Status};
use super::ids::Kind;
use super::model::{FinancialStatus, Fulfilment, Order};
use super::objects;
use super::search::{Compare, Search, number, time, word};
use super::state::{Place, State};
use super::stockroom;

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
    fn place(&self) -> Place {
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
    /// Whether the list may be walked to its end, as a bulk operation does.
    pub whole: bool,
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
    pub fn page(&self, ask: &Ask, all_orders: bool) -> Result<Page, PageError> {
        let search = Search::parse(ask.query);
        let tag = tag(&[ask.list, ask.query, ask.sort]);
        let (after, seen) = match ask.after {
            None => (None, 0),
            Some(cursor) => {
                let (place, seen) = read_cursor(cursor, tag).ok_or(PageError::Cursor)?;
                (Some(place), seen)
            }
        };
        let (mut rows, known) = self.rows(ask, &search, all_orders, after)?;
        let unknown = search.fields().into_iter().filter(|f| !known.contains(f)).map(str::to_owned).collect();
        let next = (rows.len() > ask.first).then(|| rows.remove(ask.first));
        if !ask.whole && seen + rows.len() > WALK {
            return Err(PageError::TooFar);
        }
        let cursors = rows.iter().enumerate().map(|(n, row)| write_cursor(row.place(), seen + n + 1, tag)).collect();
        Ok(Page { rows, has_next: next.is_some(), next, cursors, unknown })
    }

    /// The rows of one page, and the one after it. Long lists are read off an index from the cursor on.
    fn rows(
        &self,
        ask: &Ask,
        search: &Search,
        all_orders: bool,
        after: Option<Place>,
    ) -> Result<(Vec<Row>, &'static [&'static str]), PageError> {
        let by_update = ask.sort == "UPDATED_AT";
        let numbered = |count: usize| (0..count).map(|owner| (0, owner, 0));
        let trader = &self.trader;
        let catalogue = &trader.catalogue;
        let rows = match ask.list {
            "orders" => return Ok((self.orders_page(ask, search, all_orders, after), ORDER_FIELDS)),
            "tenderTransactions" => {
                let bounds = bounds(after, ask.repeat, search.span("processed_at", &trader.zone));
                let seen = |place: &Place| self.orders()[place.1].seen(trader.now, all_orders);
                let places = self.by_moved.range(bounds).copied().filter(seen);
                self.take(ask, Kind::TenderTransaction, search, places)
            }
            "customers" if by_update => {
                let bounds = bounds(after, ask.repeat, search.span("updated_at", &trader.zone));
                self.take(ask, Kind::Customer, search, self.customers_by_updated.range(bounds).copied())
            }
            "customers" => {
                let from = after.map_or(0, |place| place.1 + 1);
                let places = (from..trader.customers.len()).map(|owner| (0, owner, 0));
                self.take(ask, Kind::Customer, search, places)
            }
            "products" => {
                let living = |place: &Place| catalogue.products[place.1].status != Status::Deleted;
                let sort = |place: Place| {
                    let updated = objects::product_updated(&catalogue.products[place.1]);
                    (if by_update { updated.as_second() } else { 0 }, place.1, 0)
                };
                let places = numbered(catalogue.products.len()).filter(living).map(sort);
                self.take_sorted(ask, Kind::Product, search, places, after)
            }
            "productVariants" | "inventoryItems" => {
                let kind = if ask.list == "inventoryItems" { Kind::InventoryItem } else { Kind::ProductVariant };
                let living = |place: &Place| !catalogue.variants[place.1].deleted;
                self.take_sorted(ask, kind, search, numbered(catalogue.variants.len()).filter(living), after)
            }
            "locations" => self.take_sorted(ask, Kind::Location, search, numbered(LOCATIONS.len()), after),
            "giftCards" => {
                let sort =
                    |place: Place| (if by_update { self.card_changed(place.1).as_second() } else { 0 }, place.1, 0);
                let places = numbered(trader.gift_cards.len()).map(sort);
                self.take_sorted(ask, Kind::GiftCard, search, places, after)
            }
            "events" => self.take_sorted(ask, Kind::Event, search, numbered(self.deletions.len()), after),
            "inventoryPurchaseOrders" => {
                let orders = &self.purchasing.orders;
                let living = |place: &Place| !orders[place.1].deleted;
                let places = numbered(orders.len()).filter(living);
                self.take_sorted(ask, Kind::InventoryPurchaseOrder, search, places, after)
            }
            "inventoryTransfers" => {
                let places = stockroom::transfers(&self.purchasing);
                self.take_sorted(ask, Kind::InventoryTransfer, search, places, after)
            }
            "inventoryShipments" => {
                let places = stockroom::shipments(&self.purchasing);
                self.take_sorted(ask, Kind::InventoryShipment, search, places, after)
            }
            "companies" | "disputes" | "cashTrackingSessions" => Vec::new(),
            other => return Err(PageError::Unknown(other.to_owned())),
        };
        Ok((rows, OTHER_FIELDS))
    }

    /// As many of the places as the page and its next row need.
    fn take(&self, ask: &Ask, kind: Kind, search: &Search, places: impl Iterator<Item = Place>) -> Vec<Row> {
        places
            .filter(|place| search.matches(&|field, compare, values| self.judge(kind, *place, field, compare, values)))
            .map(|(sort, owner, position)| Row { sort, kind, owner, position })
            .take(ask.first.saturating_add(1))
            .collect()
    }

    /// The same of a short list, which is sorted first.
    fn take_sorted(
        &self,
        ask: &Ask,
        kind: Kind,
        search: &Search,
        places: impl Iterator<Item = Place>,
        after: Option<Place>,
    ) -> Vec<Row> {
        let mut places: Vec<Place> = places.filter(|place| after.is_none_or(|after| *place > after)).collect();
        places.sort_unstable();
        self.take(ask, kind, search, places.into_iter())
    }

    fn card_changed(&self, card: usize) -> Timestamp {
        let card = &self.trader.gift_cards[card];
        card.used.iter().map(|u| u.0).max().unwrap_or(card.sold)
    }

    /// Judges one term of a search for anything but orders.
    fn judge(&self, kind: Kind, place: Place, field: &str, compare: Compare, values: &[String]) -> Option<bool> {
        let (trader, (_, owner, position)) = (&self.trader, place);
        let when = |at: Timestamp| time(at, compare, values, &trader.zone);
        match (kind, field) {
            (Kind::Event, "action") => Some(word("destroy", values)),
            (Kind::Event, "subject_type") => Some(word(self.deletions[owner].subject, values)),
            (Kind::Event, "created_at") => when(self.deletions[owner].at),
            (Kind::Event, _) => None,
            (_, "id") => number(kind.number(owner, position), compare, values),
            (Kind::Customer, "updated_at") => when(objects::customer_updated(owner)),
            (Kind::Product, "updated_at") => when(objects::product_updated(&trader.catalogue.products[owner])),
            (Kind::Product, "status") => {
                let archived = trader.catalogue.products[owner].status == Status::Archived;
                Some(word(if archived { "archived" } else { "active" }, values))
            }
            (Kind::InventoryItem, "updated_at") => when(objects::item_updated(&trader.catalogue.variants[owner])),
            (Kind::GiftCard, "updated_at") => when(self.card_changed(owner)),
            (Kind::GiftCard, "created_at") => when(trader.gift_cards[owner].sold),
            (Kind::TenderTransaction, "processed_at") => when(self.orders()[owner].payments[position].at),
            (Kind::TenderTransaction, "test") => {
                Some(word(if self.orders()[owner].test { "true" } else { "false" }, values))
            }
            _ => None,
        }
    }

    fn orders_page(&self, ask: &Ask, search: &Search, all_orders: bool, after: Option<Place>) -> Vec<Row> {
        let trader = &self.trader;
        let zone = &trader.zone;
        let newest: BTreeSet<usize> = self.by_updated.iter().rev().take(ask.lag).map(|place| place.1).collect();
        let found = |place: &Place| {
            let order = &self.orders()[place.1];
            order.seen(trader.now, all_orders)
                && !newest.contains(&order.no)
                && search.matches(&|field, compare, values| order_matches(order, field, compare, values, zone))
        };
        let row = |(sort, owner, position): Place| Row { sort, kind: Kind::Order, owner, position };
        let most = ask.first.saturating_add(1);
        if ask.sort == "UPDATED_AT" {
            let bounds = bounds(after, ask.repeat, search.span("updated_at", zone));
            return self.by_updated.range(bounds).copied().filter(found).map(row).take(most).collect();
        }
        // Orders are numbered in the order of their time, so both bounds are found by halving.
        let created = search.span("created_at", zone);
        let second = |order: &Order| order.created.as_second();
        let begins = self.orders().partition_point(|o| second(o) < created.start);
        let ends = self.orders().partition_point(|o| second(o) < created.end);
        let id = search.exact("id").and_then(|id| id.rsplit('/').next().and_then(|n| n.parse::<u64>().ok()));
        let id = id.and_then(|number| super::ids::parse(&format!("gid://shopify/Order/{number}"))).map(|id| id.1);
        let (begins, ends) = id.map_or((begins, ends), |no| (no, no + 1));
        let from = after.map_or(begins, |place| (place.1 + usize::from(!ask.repeat)).max(begins));
        let sort = |no: usize| match ask.sort {
            "ID" | "ORDER_NUMBER" => 0,
            _ => second(&self.orders()[no]),
        };
        let places = (from..ends.min(self.len())).map(|no| (sort(no), no, 0));
        places.filter(found).map(row).take(most).collect()
    }
}

/// From the cursor on (or from the row of the cursor), within a span of seconds.
fn bounds(after: Option<Place>, repeat: bool, span: Range<i64>) -> (Bound<Place>, Bound<Place>) {
    let start = (span.start, 0, 0);
    let from = match after {
        Some(place) if place >= start && repeat => Bound::Included(place),
        Some(place) if place >= start => Bound::Excluded(place),
        _ => Bound::Included(start),
    };
    let end = (span.end, 0, 0);
    let end = match from {
        // A range that begins behind its end is empty, not an error.
        Bound::Included(place) | Bound::Excluded(place) if place >= end => (place.0, usize::MAX, usize::MAX),
        _ => end,
    };
    (from, Bound::Excluded(end))
}

impl Order {
    /// Whether a token may see the order: without `read_all_orders`, only those of the last 60 days (SHOPIFY.md 2.8).
    pub(crate) fn seen(&self, now: Timestamp, all_orders: bool) -> bool {
        let window = SignedDuration::from_hours(60 * 24);
        !self.is_deleted() && (all_orders || now.duration_since(self.created) <= window)
    }
}

const OTHER_FIELDS: &[&str] =
    &["id", "updated_at", "created_at", "processed_at", "test", "action", "subject_type", "status"];

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
            "open" | "not_closed" => order.closed_at().is_none(),
            "closed" => order.closed_at().is_some(),
            "cancelled" => order.cancelled.is_some(),
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
        "fulfillment_status" => {
            let status = match order.fulfilment() {
                Fulfilment::Unfulfilled => "unshipped",
                Fulfilment::Partly => "partial",
                Fulfilment::Fulfilled => "shipped",
            };
            Some(word(status, values))
        }
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

pub(crate) fn write_cursor(place: Place, seen: usize, tag: u64) -> String {
    let text = format!("{tag:x}.{}.{}.{}.{seen}", place.0, place.1, place.2);
    text.bytes().flat_map(|b| [b >> 4, b & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// The place and how many rows came up to it; `None` for a cursor that is not of this list.
pub(crate) fn read_cursor(cursor: &str, expected: u64) -> Option<(Place, usize)> {
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
