//! Stocky's feeds: what changed, page by page, each with the position to store together with it.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Stocky, StockyError,
    api::{Ask, PAGE},
    record::{self, Head, List, Lists},
};
use crate::{
    error::DecodeError,
    feed::{Cursor, OVERLAP, Page, Pulled},
};

/// What to pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockyFeed {
    /// Suppliers that changed.
    Suppliers,
    /// Purchase orders that changed.
    PurchaseOrders,
    /// All stock adjustments, when one of them or of their items changed.
    Adjustments,
    /// Transfers that changed; none where Stocky does not tell them.
    Transfers,
}

impl StockyFeed {
    fn list(self) -> List {
        match self {
            Self::Suppliers => List::Suppliers,
            Self::PurchaseOrders => List::PurchaseOrders,
            Self::Adjustments => List::Adjustments,
            Self::Transfers => List::Transfers,
        }
    }
}

/// The meaning of a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    /// Everything that changed up to here has been seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Timestamp>,
    /// A walk that is not at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    walk: Option<Walk>,
}

/// A walk along the ids of a list. With `since_id` Stocky tells upwards; that it may tell downwards has been seen too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Walk {
    /// The last id that was told; none yet at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<u64>,
    /// The latest change met on this walk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latest: Option<Timestamp>,
    #[serde(skip)]
    done: bool,
}

/// A pull that is under way: call [`StockyPuller::next`] until there are no more pages. Dropping it is harmless.
pub struct StockyPuller<'s> {
    stocky: &'s Stocky,
    feed: StockyFeed,
    zone: TimeZone,
    position: Position,
    lists: Option<Lists>,
    seen: usize,
    done: bool,
}

impl Stocky {
    /// Begins to pull `feed` from where `cursor` left it. What Stocky wrote by the shop's clock is read in `zone`. A cursor
    /// that is not one of this version means from the beginning: what is known already is nothing new.
    pub fn pull(&self, feed: StockyFeed, cursor: Option<&Cursor>, zone: TimeZone) -> StockyPuller<'_> {
        let position = cursor.and_then(|cursor| serde_json::from_str(cursor.as_str()).ok()).unwrap_or_default();
        StockyPuller { stocky: self, feed, zone, position, lists: None, seen: 0, done: false }
    }

    /// The next page of a walk.
    async fn step(
        &self,
        list: List,
        walk: &mut Walk,
        updated_since: Option<Timestamp>,
    ) -> Result<Vec<Box<RawValue>>, StockyError> {
        let ask = Ask { since_id: Some(walk.after.unwrap_or(0)), updated_since };
        let mut records = self.page(list, ask).await?.unwrap_or_default();
        if records.is_empty() && walk.after.is_none() && updated_since.is_none() {
            // Where "since" means "before", nothing comes before the first.
            records = self.page(list, Ask::default()).await?.unwrap_or_default();
        }
        let mut ids = Vec::with_capacity(records.len());
        for record in &records {
            let head = Head::of(record).ok_or_else(|| list.unreadable(record, stuck()))?;
            walk.latest = walk.latest.max(head.updated_at);
            ids.push(head.id);
        }
        walk.done = records.len() < PAGE;
        if let (false, [first, .., last]) = (walk.done, &ids[..]) {
            let upwards = first < last;
            let straight = ids.windows(2).all(|pair| (pair[0] < pair[1]) == upwards && pair[0] != pair[1]);
            let onward = walk.after.is_none_or(|after| (after < *first) == upwards && after != *first);
            if !(straight && onward) {
                return Err(list.unreadable(&records[0], stuck()));
            }
            walk.after = Some(*last);
        }
        Ok(records)
    }

    /// A whole list.
    async fn all(&self, list: List) -> Result<Vec<Box<RawValue>>, StockyError> {
        let mut walk = Walk::default();
        let mut records = Vec::new();
        while !walk.done {
            records.extend(self.step(list, &mut walk, None).await?);
        }
        Ok(records)
    }

    /// Whether a list has anything that changed later than this.
    async fn news(&self, list: List, seen: Timestamp) -> Result<bool, StockyError> {
        let mut walk = Walk::default();
        while !walk.done {
            self.step(list, &mut walk, Some(seen)).await?;
            if walk.latest > Some(seen) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The ids of a list do not lead through it.
fn stuck() -> DecodeError {
    DecodeError::Shape { path: "id".into(), message: "the list is in no order that could be followed".into() }
}

impl StockyPuller<'_> {
    /// The next page, or nothing when the feed is at its end. After an error the pull may be tried again.
    pub async fn next(&mut self) -> Result<Option<Page>, StockyError> {
        if self.done {
            return Ok(None);
        }
        let documents = match self.feed {
            StockyFeed::Adjustments => self.adjustments().await?,
            _ => self.changed().await?,
        };
        self.seen += documents.len();
        let cursor = Cursor::stored(serde_json::to_string(&self.position).unwrap_or_default());
        Ok(Some(Page { documents, cursor, seen: self.seen }))
    }

    async fn changed(&mut self) -> Result<Vec<Pulled>, StockyError> {
        let mut walk = self.position.walk.clone().unwrap_or_default();
        let since = self.position.seen.map(|seen| seen - OVERLAP);
        let records = self.stocky.step(self.feed.list(), &mut walk, since).await?;
        let documents = self.read(&records).await?;
        self.done = walk.done;
        if walk.done {
            self.position = Position { seen: walk.latest.max(self.position.seen), walk: None };
        } else {
            self.position.walk = Some(walk);
        }
        Ok(documents)
    }

    async fn read(&mut self, records: &[Box<RawValue>]) -> Result<Vec<Pulled>, StockyError> {
        match self.feed {
            StockyFeed::Suppliers => records.iter().map(|record| record::supplier(record)).collect(),
            StockyFeed::Transfers => records.iter().map(|record| record::transfer(record, &self.zone)).collect(),
            _ if records.is_empty() => Ok(Vec::new()),
            _ => {
                if self.lists.is_none() {
                    let suppliers = self.stocky.all(List::Suppliers).await?;
                    self.lists = Some(Lists::new(&suppliers, &self.stocky.all(List::TaxTypes).await?)?);
                }
                let lists = self.lists.clone().unwrap_or_default();
                records.iter().map(|record| record::purchase_order(record, &lists, &self.zone)).collect()
            }
        }
    }

    /// An adjustment's items are a list of their own that can't be asked for by adjustment.
    async fn adjustments(&mut self) -> Result<Vec<Pulled>, StockyError> {
        self.done = true;
        if let Some(seen) = self.position.seen
            && !self.stocky.news(List::Adjustments, seen).await?
            && !self.stocky.news(List::AdjustmentItems, seen).await?
        {
            return Ok(Vec::new());
        }
        let adjustments = self.stocky.all(List::Adjustments).await?;
        let items = self.stocky.all(List::AdjustmentItems).await?;
        let latest = adjustments.iter().chain(&items).filter_map(|record| Head::of(record)?.updated_at).max();
        let documents = record::adjustments(&adjustments, &items)?;
        self.position.seen = latest.max(self.position.seen);
        Ok(documents)
    }
}
