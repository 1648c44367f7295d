//! Safety nets beside the documents (SHOPIFY.md 2.6): the shop's own list of money that moved, and of orders that are gone.

use std::time::Duration;

use books::{
    document::DocumentId,
    money::{Currency, Money},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::{
    client::Client,
    decode::{Connection, Reference, amount},
    error::Error,
    feed::{PAGE, onward, second},
    questions::{DELETED_ORDERS, TENDER_TRANSACTIONS},
};

/// A walk over the tenders begins anew for each week, so that it stays far below the longest walk that Shopify allows
/// (SHOPIFY.md 2.2).
const WEEK: Duration = Duration::from_hours(7 * 24);

/// Money that moved, as the shop's ledger of tenders has it: never changed afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tender {
    /// Shopify's id.
    pub id: DocumentId,
    /// The order that it belongs to; none where that was deleted.
    pub order: Option<DocumentId>,
    /// When.
    pub at: Option<Timestamp>,
    /// How it was paid: `credit_card`, `cash`, `gift_card` …. Not a gateway's name.
    pub method: Option<String>,
    /// Above zero from the buyer, below zero to the buyer.
    pub amount: Money,
    /// The currency of the amount: the one that the buyer paid in.
    pub currency: Currency,
    /// A test payment: no money moved.
    pub test: bool,
}

/// An order that was deleted in the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedOrder {
    /// The order's id.
    pub id: DocumentId,
    /// When it was deleted.
    pub at: Timestamp,
}

/// The tenders of a span of time: call [`Tenders::next`] until there are no more pages.
pub struct Tenders<'c> {
    client: &'c Client,
    from: Timestamp,
    until: Timestamp,
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TendersAnswer {
    tender_transactions: Connection<TenderNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TenderNode {
    id: DocumentId,
    processed_at: Option<Timestamp>,
    test: bool,
    payment_method: Option<String>,
    amount: Price,
    order: Option<Reference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Price {
    #[serde(deserialize_with = "amount")]
    amount: Money,
    currency_code: String,
}

#[derive(Deserialize)]
struct EventsAnswer {
    events: Option<Connection<EventNode>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventNode {
    created_at: Timestamp,
    action: String,
    subject_id: Option<DocumentId>,
    subject_type: Option<String>,
}

impl Client {
    /// Begins to read the tenders from `from` until before `until`. A page of 250 costs about 20 points.
    pub fn tenders(&self, from: Timestamp, until: Timestamp) -> Tenders<'_> {
        Tenders { client: self, from, until, after: None }
    }

    /// The orders that were deleted since, oldest first. Shopify remembers it for a year. 250 of them cost about 13 points.
    pub async fn deleted_orders(&self, since: Timestamp) -> Result<Vec<DeletedOrder>, Error> {
        let query = format!("action:destroy AND subject_type:ORDER AND created_at:>='{}'", second(since));
        let mut deleted = Vec::new();
        let mut after = None;
        loop {
            let variables = json!({ "first": PAGE, "after": after, "query": query });
            let answer: EventsAnswer = self.ask(&DELETED_ORDERS, variables).await?;
            let Some(events) = answer.events else { return Ok(deleted) };
            // What a search finds is not all that was asked for: the words are looked at again.
            let destroyed =
                |event: &EventNode| event.action == "destroy" && event.subject_type.as_deref() == Some("ORDER");
            deleted.extend(
                events
                    .nodes
                    .into_iter()
                    .filter(destroyed)
                    .filter_map(|event| event.subject_id.map(|id| DeletedOrder { id, at: event.created_at })),
            );
            after = onward(events.page_info, after.as_ref(), &DELETED_ORDERS)?;
            if after.is_none() {
                return Ok(deleted);
            }
        }
    }
}

impl Tenders<'_> {
    /// The next page, which may be empty, or nothing at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Tender>>, Error> {
        if self.from >= self.until {
            return Ok(None);
        }
        let week = (self.from + WEEK).min(self.until);
        let query = format!("processed_at:>='{}' AND processed_at:<'{}'", second(self.from), second(week));
        let variables = json!({ "first": PAGE, "after": self.after, "query": query });
        let answer: TendersAnswer = self.client.ask(&TENDER_TRANSACTIONS, variables).await?;
        let list = answer.tender_transactions;
        self.after = onward(list.page_info, self.after.as_ref(), &TENDER_TRANSACTIONS)?;
        if self.after.is_none() {
            self.from = week;
        }
        Ok(Some(list.nodes.into_iter().map(tender).collect()))
    }
}

fn tender(node: TenderNode) -> Tender {
    Tender {
        id: node.id,
        order: node.order.map(|order| order.id),
        at: node.processed_at,
        method: node.payment_method,
        amount: node.amount.amount,
        currency: Currency::new(&node.amount.currency_code),
        test: node.test,
    }
}
