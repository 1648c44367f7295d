//! The rest of an order's history, where it is longer than what one question tells: agreements and returns are walked one
//! at a time with all their rows, refunds with all their goods.

use books::document::DocumentId;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    client::Client,
    decode::Connection,
    error::{DecodeError, Error},
    feed::onward,
    questions::{AGREEMENTS_PAGE, Question, REFUND_PAGE, RETURNS_PAGE},
};

#[derive(Deserialize)]
struct Answer<T> {
    order: Option<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    updated_at: Timestamp,
    page: Connection<Value>,
}

#[derive(Deserialize)]
struct RefundAnswer {
    refund: Option<RefundStep>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefundStep {
    refund_line_items: Connection<Value>,
    order_adjustments: Value,
    transactions: Value,
}

/// Replaces each list of the history that is cut by the whole one. `false` where the order changed or was deleted
/// meanwhile: what was read so far is of no use.
pub(crate) async fn fill(
    client: &Client,
    id: &DocumentId,
    updated_at: Timestamp,
    order: &mut Value,
) -> Result<bool, Error> {
    for (list, rows, question) in
        [("agreements", "sales", &AGREEMENTS_PAGE), ("returns", "returnLineItems", &RETURNS_PAGE)]
    {
        if cut(&order[list]) || order[list]["nodes"].as_array().into_iter().flatten().any(|node| cut(&node[rows])) {
            let Some(nodes) = walk(client, question, id, updated_at, rows).await? else { return Ok(false) };
            order[list] = whole(&nodes);
        }
    }
    for refund in order["refunds"].as_array_mut().into_iter().flatten() {
        let lists = ["refundLineItems", "orderAdjustments", "transactions"];
        if lists.into_iter().any(|list| cut(&refund[list])) && !all_goods(client, refund).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn cut(list: &Value) -> bool {
    list["pageInfo"]["hasNextPage"] == true
}

fn whole(nodes: &[Value]) -> Value {
    json!({ "nodes": nodes, "pageInfo": { "hasNextPage": false, "endCursor": null } })
}

/// All nodes of a list of the order, each with all its rows, or nothing where the order changed or was deleted meanwhile.
async fn walk(
    client: &Client,
    question: &'static Question,
    id: &DocumentId,
    updated_at: Timestamp,
    rows_name: &str,
) -> Result<Option<Vec<Value>>, Error> {
    let mut nodes = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let mut rows = Vec::new();
        let mut rows_after: Option<String> = None;
        let (mut node, info) = loop {
            let variables = json!({ "id": id, "after": after, "rowsAfter": rows_after });
            let answer: Answer<Step> = client.ask(question, variables).await?;
            let Some(step) = answer.order.filter(|step| step.updated_at == updated_at) else { return Ok(None) };
            let info = step.page.page_info;
            let Some(mut node) = step.page.nodes.into_iter().next() else { return Ok(Some(nodes)) };
            let page = node.as_object_mut().and_then(|node| node.remove("rows")).unwrap_or_default();
            let page: Connection<Value> =
                serde_json::from_value(page).map_err(|_| question.unreadable(DecodeError::Cut("rows")))?;
            rows.extend(page.nodes);
            match onward(page.page_info, rows_after.as_ref(), question)? {
                Some(next) => rows_after = Some(next),
                None => break (node, info),
            }
        };
        node[rows_name] = whole(&rows);
        nodes.push(node);
        match onward(info, after.as_ref(), question)? {
            Some(next) => after = Some(next),
            None => return Ok(Some(nodes)),
        }
    }
}

/// Gives a refund all its goods; `false` where it has been deleted.
async fn all_goods(client: &Client, refund: &mut Value) -> Result<bool, Error> {
    let mut goods = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let variables = json!({ "id": refund["id"], "after": after });
        let answer: RefundAnswer = client.ask(&REFUND_PAGE, variables).await?;
        let Some(step) = answer.refund else { return Ok(false) };
        goods.extend(step.refund_line_items.nodes);
        after = onward(step.refund_line_items.page_info, after.as_ref(), &REFUND_PAGE)?;
        if after.is_none() {
            refund["refundLineItems"] = whole(&goods);
            refund["orderAdjustments"] = step.order_adjustments;
            refund["transactions"] = step.transactions;
            return Ok(true);
        }
    }
}
