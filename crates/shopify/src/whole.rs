//! Orders, whole: those that do not fit their page are asked for alone, those to which something happened get their
//! history, several in one question.

use books::document::{Document, DocumentId};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::{
    client::Client,
    decode::{PageInfo, read},
    error::{DecodeError, Error},
    feed::Pulled,
    order::{LONGEST, OrderNode},
    questions::{ORDER_DETAIL, ORDER_HISTORY, ORDER_LINE_ITEMS_PAGE, ORDER_TERMS, Question},
    rest,
};

/// How often to begin anew when an order changes between its pages.
const TRIES: usize = 3;

/// Agreements, rows of an agreement, refunds, and goods of a refund that are asked for at once; few orders have more, and
/// those are walked to the end. Requested cost is about 340 of the 1,000 points that one question may take.
const AGREEMENTS: usize = 10;
const ROWS: usize = 25;
const GOODS: usize = 20;

#[derive(Deserialize)]
struct Answer<T> {
    order: Option<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinesPage {
    updated_at: Timestamp,
    line_items: Lines,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lines {
    nodes: Vec<Value>,
    page_info: Value,
}

#[derive(Deserialize)]
struct ByIds {
    nodes: Vec<Option<Value>>,
}

/// Makes orders whole. Keeps how many orders Shopify lets it ask about at once.
pub(crate) struct Completer<'c> {
    client: &'c Client,
    batch: usize,
}

/// An order of a page, and what there is to do about it.
enum Candidate {
    Whole(Box<Pulled>),
    /// Its history is to be asked for.
    Incomplete {
        id: DocumentId,
        updated_at: Timestamp,
        order: Value,
        history: bool,
        terms: bool,
    },
    /// It is to be asked for alone.
    Anew(DocumentId),
    Deleted,
}

impl<'c> Completer<'c> {
    pub(crate) fn new(client: &'c Client) -> Self {
        Self { client, batch: LONGEST }
    }

    /// Makes a page of orders whole, in their order. Those that were deleted meanwhile are left out. Plain lists were asked
    /// for with `first: asked`. With `doubt`, orders whose lines do not come to their sum are asked for again: their parts
    /// were put together. An edited order's sums differ anyway (SHOPIFY.md 3.2).
    pub(crate) async fn orders(
        &mut self,
        page: &[Box<RawValue>],
        asked: usize,
        doubt: bool,
    ) -> Result<Vec<Pulled>, Error> {
        let mut candidates = page.iter().map(|raw| candidate(raw, asked, doubt)).collect::<Result<Vec<_>, _>>()?;
        self.add(&mut candidates, &ORDER_TERMS, |candidate| {
            matches!(candidate, Candidate::Incomplete { terms: true, .. })
        })
        .await?;
        self.add(&mut candidates, &ORDER_HISTORY, |candidate| {
            matches!(candidate, Candidate::Incomplete { history: true, .. })
        })
        .await?;
        let mut pulled = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            match candidate {
                Candidate::Whole(order) => pulled.push(*order),
                Candidate::Incomplete { id, updated_at, order, history, .. } => {
                    let told =
                        if history { self.fill(&id, updated_at, order).await? } else { Some(finish(&id, &order)?) };
                    match told {
                        Some(order) => pulled.push(order),
                        None => pulled.extend(self.order(&id).await?),
                    }
                }
                Candidate::Anew(id) => pulled.extend(self.order(&id).await?),
                Candidate::Deleted => {}
            }
        }
        Ok(pulled)
    }

    /// Asks `question` about all orders that it is `meant` for, and joins what is told with what is known of them.
    async fn add(
        &mut self,
        candidates: &mut [Candidate],
        question: &'static Question,
        meant: fn(&Candidate) -> bool,
    ) -> Result<(), Error> {
        let mut open: Vec<&mut Candidate> = candidates.iter_mut().filter(|candidate| meant(candidate)).collect();
        while !open.is_empty() {
            let now: Vec<&DocumentId> = open.iter().take(self.batch).filter_map(|candidate| candidate.id()).collect();
            let Some(told) = self.by_ids(question, &now).await? else { continue };
            let count = now.len();
            for (candidate, told) in open.drain(..count).zip(told) {
                candidate.join(told);
            }
        }
        Ok(())
    }

    /// Asks about several orders at once; nothing where that were too many, so that fewer are to be tried.
    async fn by_ids(
        &mut self,
        question: &'static Question,
        ids: &[&DocumentId],
    ) -> Result<Option<Vec<Option<Value>>>, Error> {
        let variables = if std::ptr::eq(question, &raw const ORDER_TERMS) {
            json!({ "ids": ids })
        } else {
            json!({ "ids": ids, "agreements": AGREEMENTS, "sales": ROWS, "list": LONGEST, "goods": GOODS })
        };
        match self.client.ask::<ByIds>(question, variables).await {
            Ok(answer) if answer.nodes.len() == ids.len() => Ok(Some(answer.nodes)),
            Ok(_) => Err(question.unreadable(DecodeError::Cut("nodes"))),
            // The rules of the cost are Shopify's to change: fewer orders at once still get through.
            Err(Error::BadInput { code, .. }) if code == "MAX_COST_EXCEEDED" && ids.len() > 1 => {
                self.batch = ids.len() / 2;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The order by itself, or nothing where it has been deleted.
    async fn order(&mut self, id: &DocumentId) -> Result<Option<Pulled>, Error> {
        for _ in 0..TRIES {
            let variables = json!({ "id": id, "lines": LONGEST, "shippingLines": LONGEST, "list": LONGEST });
            let answer: Answer<Box<RawValue>> = self.client.ask(&ORDER_DETAIL, variables).await?;
            let Some(raw) = answer.order else { return Ok(None) };
            let node: OrderNode = read_order(&raw)?;
            if !node.has_history() && node.cut(LONGEST).is_none() {
                return Ok(Some(Pulled { document: node.into_document(), raw: raw.get().to_owned() }));
            }
            let order: Value = read(raw.get()).map_err(|source| ORDER_DETAIL.unreadable(source))?;
            let Some(mut order) = with_all_lines(self.client, &node, order).await? else { continue };
            if node.has_history() {
                let told = loop {
                    if let Some(told) = self.by_ids(&ORDER_HISTORY, &[id]).await? {
                        break told.into_iter().next().flatten();
                    }
                };
                let Some(told) = told else { return Ok(None) };
                if !join(&mut order, told, node.updated_at) {
                    continue;
                }
            }
            if let Some(pulled) = self.fill(id, node.updated_at, order).await? {
                return Ok(Some(pulled));
            }
        }
        Err(Error::Unsteady(id.to_string()))
    }

    /// Walks the lists of the order's history that were longer than what was told of them. Nothing where the order changed
    /// meanwhile.
    async fn fill(&self, id: &DocumentId, updated_at: Timestamp, mut order: Value) -> Result<Option<Pulled>, Error> {
        if !rest::fill(self.client, id, updated_at, &mut order).await? {
            return Ok(None);
        }
        finish(id, &order).map(Some)
    }
}

impl Candidate {
    fn id(&self) -> Option<&DocumentId> {
        match self {
            Self::Incomplete { id, .. } => Some(id),
            _ => None,
        }
    }

    fn join(&mut self, told: Option<Value>) {
        let Self::Incomplete { id, updated_at, order, .. } = self else { return };
        match told {
            None => *self = Self::Deleted,
            Some(told) => {
                if !join(order, told, *updated_at) {
                    *self = Self::Anew(id.clone());
                }
            }
        }
    }
}

fn candidate(raw: &RawValue, asked: usize, doubt: bool) -> Result<Candidate, Error> {
    let node: OrderNode = read_order(raw)?;
    if node.cut(asked).is_some() || doubt && !node.has_history() && !node.lines_add_up() {
        return Ok(Candidate::Anew(node.id));
    }
    let (history, terms) = (node.has_history(), node.lacks_schedules());
    if !history && !terms {
        return Ok(Candidate::Whole(Box::new(Pulled { document: node.into_document(), raw: raw.get().to_owned() })));
    }
    let order = read(raw.get()).map_err(|source| unreadable(&node.id, source))?;
    Ok(Candidate::Incomplete { id: node.id, updated_at: node.updated_at, order, history, terms })
}

/// Adds to the order what was told of it apart: `false` where that is of another version of it.
fn join(order: &mut Value, told: Value, updated_at: Timestamp) -> bool {
    let Value::Object(told) = told else { return false };
    if let Some(at) = told.get("updatedAt")
        && at.as_str().and_then(|at| at.parse().ok()) != Some(updated_at)
    {
        return false;
    }
    for (name, value) in told {
        match (name.as_str(), order.get_mut("refunds").and_then(Value::as_array_mut)) {
            ("id" | "updatedAt", _) => {}
            ("refunds", Some(known)) => join_refunds(known, &value),
            _ => order[name] = value,
        }
    }
    true
}

fn join_refunds(known: &mut [Value], told: &Value) {
    for refund in known {
        let same = told.as_array().into_iter().flatten().find(|other| other["id"] == refund["id"]);
        if let (Value::Object(refund), Some(Value::Object(more))) = (refund, same) {
            refund.extend(more.clone());
        }
    }
}

/// Reads a whole order that was put together.
fn finish(id: &DocumentId, order: &Value) -> Result<Pulled, Error> {
    let raw = order.to_string();
    let document: Document = crate::decode_order(&raw).map_err(|source| unreadable(id, source))?;
    Ok(Pulled { document, raw })
}

fn read_order(raw: &RawValue) -> Result<OrderNode, Error> {
    #[derive(Deserialize)]
    struct Named {
        id: DocumentId,
    }
    read(raw.get()).map_err(|source| {
        let id = read::<Named>(raw.get()).map_or_else(|_| DocumentId::new("of an unreadable id"), |named| named.id);
        unreadable(&id, source)
    })
}

fn unreadable(id: &DocumentId, source: DecodeError) -> Error {
    Error::Decode { operation: ORDER_DETAIL.name, order: Some(id.to_string()), source }
}

/// The order with the lines of all further pages, or nothing where it changed meanwhile.
async fn with_all_lines(client: &Client, node: &OrderNode, mut order: Value) -> Result<Option<Value>, Error> {
    loop {
        let info: PageInfo = serde_json::from_value(order["lineItems"]["pageInfo"].clone()).map_err(|_| lost())?;
        if !info.has_next_page {
            return Ok(Some(order));
        }
        let Some(after) = info.end_cursor else { return Err(lost()) };
        let variables = json!({ "id": node.id, "after": after, "lines": LONGEST });
        let answer: Answer<LinesPage> = client.ask(&ORDER_LINE_ITEMS_PAGE, variables).await?;
        let Some(page) = answer.order.filter(|page| page.updated_at == node.updated_at) else { return Ok(None) };
        match order["lineItems"]["nodes"].as_array_mut() {
            Some(lines) if !page.line_items.nodes.is_empty() => lines.extend(page.line_items.nodes),
            _ => return Err(lost()),
        }
        order["lineItems"]["pageInfo"] = page.line_items.page_info;
    }
}

fn lost() -> Error {
    let source =
        DecodeError::Shape { path: "order.lineItems".into(), message: "the further pages lead nowhere".into() };
    ORDER_LINE_ITEMS_PAGE.unreadable(source)
}
