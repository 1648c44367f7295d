//! Purchase orders and transfers, as Shopify has them itself from version 2026-10 on (SHOPIFY.md 5.3).
//!
//! Neither tells when it changed, so all of them are asked for each time, and what changed is found by the documents'
//! content. A purchase order does not tell what came: that hangs on the transfers linked with it, whose shipments tell
//! what was taken and what was refused.

use std::collections::BTreeMap;

use books::{
    document::{
        AdjustedLine, Document, DocumentId, Fact, GoodsReceipt, PurchaseLine, PurchaseOrder, PurchaseState,
        ReceivedLine, StockArrival, StockTransfer,
    },
    money::{Currency, Money},
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    client::Client,
    decode::{Connection, Reference, amount, filled, read, variant_title},
    error::{DecodeError, Error},
    feed::{Pulled, Puller, onward},
    questions::{
        PURCHASE_LINES_PAGE, PURCHASE_ORDERS, PURCHASE_TRANSFERS_PAGE, Question, SHIPMENT_LINES_PAGE,
        TRANSFER_SHIPMENTS_PAGE, TRANSFERS, TRANSFERS_BY_ID,
    },
};

/// Purchase orders or transfers in a page: with their parts, some hundred points (SHOPIFY.md 2.3).
const PAGE: usize = 25;

#[derive(Deserialize)]
struct Listing {
    #[serde(alias = "inventoryPurchaseOrders", alias = "inventoryTransfers")]
    list: Connection<Value>,
}

#[derive(Deserialize)]
struct Rest {
    node: Option<RestPage>,
}

#[derive(Deserialize)]
struct RestPage {
    page: Connection<Value>,
}

#[derive(Deserialize)]
struct Linked {
    nodes: Vec<Option<Value>>,
}

/// Asks for the rest of a list that is cut, by a question for its pages. `false` where what it belongs to is gone.
pub(crate) async fn fill(
    client: &Client,
    question: &'static Question,
    id: &str,
    list: &mut Value,
) -> Result<bool, Error> {
    let mut after = list["pageInfo"]["endCursor"].as_str().map(str::to_owned);
    while list["pageInfo"]["hasNextPage"] == true {
        let answer: Rest = client.ask(question, json!({ "id": id, "after": after })).await?;
        let Some(RestPage { page }) = answer.node else { return Ok(false) };
        if let Some(nodes) = list["nodes"].as_array_mut() {
            nodes.extend(page.nodes);
        }
        after = onward(page.page_info, after.as_ref(), question)?;
        list["pageInfo"] = json!({ "hasNextPage": after.is_some(), "endCursor": after });
    }
    Ok(true)
}

fn id_of(node: &Value) -> String {
    node["id"].as_str().unwrap_or_default().to_owned()
}

/// Asks for all shipments of a transfer, with all their lines.
async fn fill_transfer(client: &Client, transfer: &mut Value) -> Result<bool, Error> {
    let id = id_of(transfer);
    if !fill(client, &TRANSFER_SHIPMENTS_PAGE, &id, &mut transfer["shipments"]).await? {
        return Ok(false);
    }
    for shipment in transfer["shipments"]["nodes"].as_array_mut().into_iter().flatten() {
        let id = id_of(shipment);
        if !fill(client, &SHIPMENT_LINES_PAGE, &id, &mut shipment["lineItems"]).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Puller<'_> {
    /// A page of purchase orders, each with the whole of its transfers. One that is deleted meanwhile is left out.
    pub(crate) async fn purchase_orders(&mut self) -> Result<Vec<Pulled>, Error> {
        let orders = self.listed(&PURCHASE_ORDERS).await?;
        let mut whole = Vec::new();
        for mut order in orders {
            let id = id_of(&order);
            if fill(self.client, &PURCHASE_LINES_PAGE, &id, &mut order["lineItems"]).await?
                && fill(self.client, &PURCHASE_TRANSFERS_PAGE, &id, &mut order["transfers"]).await?
            {
                whole.push(order);
            }
        }
        let ids: Vec<String> =
            whole.iter().filter_map(|order| order["transfers"]["nodes"].as_array()).flatten().map(id_of).collect();
        let mut transfers: BTreeMap<String, Value> = BTreeMap::new();
        for some in ids.chunks(PAGE) {
            let answer: Linked = self.client.ask(&TRANSFERS_BY_ID, json!({ "ids": some })).await?;
            for mut transfer in answer.nodes.into_iter().flatten() {
                if fill_transfer(self.client, &mut transfer).await? {
                    transfers.insert(id_of(&transfer), transfer);
                }
            }
        }
        for order in &mut whole {
            if let Some(linked) = order["transfers"]["nodes"].as_array_mut() {
                *linked = linked.iter().filter_map(|link| transfers.get(&id_of(link)).cloned()).collect();
            }
        }
        let read = |order: &Value| told(order, &PURCHASE_ORDERS, |json| decode_purchase_order(json, self.now));
        whole.iter().map(read).collect()
    }

    /// A page of transfers with all that arrived. One that is deleted meanwhile is left out.
    pub(crate) async fn transfers(&mut self) -> Result<Vec<Pulled>, Error> {
        let mut documents = Vec::new();
        for mut transfer in self.listed(&TRANSFERS).await? {
            if fill_transfer(self.client, &mut transfer).await? {
                documents.push(told(&transfer, &TRANSFERS, |json| decode_transfer(json, self.now))?);
            }
        }
        Ok(documents)
    }

    async fn listed(&mut self, question: &'static Question) -> Result<Vec<Value>, Error> {
        let variables = json!({ "first": PAGE, "after": self.after });
        let Listing { list } = self.client.ask(question, variables).await?;
        self.after = onward(list.page_info, self.after.as_ref(), question)?;
        self.done = self.after.is_none();
        Ok(list.nodes)
    }
}

fn told(
    node: &Value,
    question: &'static Question,
    decode: impl Fn(&str) -> Result<Document, DecodeError>,
) -> Result<Pulled, Error> {
    let raw = node.to_string();
    let document = decode(&raw).map_err(|source| question.unreadable(source))?;
    Ok(Pulled { document, raw })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Priced {
    #[serde(deserialize_with = "amount")]
    amount: Money,
    currency_code: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderNode {
    id: DocumentId,
    name: String,
    status: String,
    currency: String,
    date_created: Timestamp,
    ordered_at: Option<Timestamp>,
    archived_at: Option<Timestamp>,
    origin: Option<SupplierNode>,
    destination: Option<PlaceNode>,
    line_items: Connection<LineNode>,
    transfers: Connection<TransferNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SupplierNode {
    supplier_name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PlaceNode {
    location: Option<Reference>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineNode {
    id: DocumentId,
    title: Option<String>,
    variant_title: Option<String>,
    supplier_sku: Option<String>,
    total_quantity: u32,
    tax_percent: Option<Decimal>,
    unit_cost: Option<Priced>,
    subtotal: Option<Priced>,
    total_cost: Option<Priced>,
    inventory_item: Option<ItemNode>,
}

#[derive(Debug, Deserialize)]
struct ItemNode {
    id: DocumentId,
    sku: Option<String>,
}

#[derive(Debug, Deserialize)]
struct TransferNode {
    id: DocumentId,
    name: String,
    status: String,
    origin: Option<PlaceNode>,
    destination: Option<PlaceNode>,
    shipments: Connection<ShipmentNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShipmentNode {
    id: DocumentId,
    date_received: Option<Timestamp>,
    line_items: Option<Connection<ShippedNode>>,
}

impl ShipmentNode {
    fn lines(&self) -> impl Iterator<Item = &ShippedNode> {
        self.line_items.iter().flat_map(|lines| &lines.nodes)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShippedNode {
    id: DocumentId,
    accepted_quantity: u32,
    rejected_quantity: u32,
    inventory_item: Option<ItemNode>,
}

fn place(place: Option<PlaceNode>) -> Option<DocumentId> {
    place?.location.map(|location| location.id)
}

fn whole(transfer: &TransferNode) -> Result<(), DecodeError> {
    if transfer.shipments.more() {
        return Err(DecodeError::Cut("shipments"));
    }
    let cut =
        transfer.shipments.nodes.iter().any(|shipment| shipment.line_items.as_ref().is_some_and(Connection::more));
    if cut { Err(DecodeError::Cut("shipments.lineItems")) } else { Ok(()) }
}

/// Reads a purchase order as the feed keeps it, its transfers included. Shopify does not tell when one changed: `asked_at`
/// stands for it.
///
/// Shopify knows two states only; what came says the rest. Goods count as come once their shipment has a date of receipt:
/// until then nobody says on which day they belong into the books. A line that came and that the order does not have keeps
/// its shipment line's id.
pub fn decode_purchase_order(json: &str, asked_at: Timestamp) -> Result<Document, DecodeError> {
    let node: OrderNode = read(json)?;
    if node.line_items.more() {
        return Err(DecodeError::Cut("lineItems"));
    }
    if node.transfers.more() {
        return Err(DecodeError::Cut("transfers"));
    }
    node.transfers.nodes.iter().try_for_each(whole)?;
    let currency = Currency::new(&node.currency);
    let lines: Vec<PurchaseLine> =
        node.line_items.nodes.into_iter().map(|line| purchase_line(line, &currency)).collect();
    let mut left: Vec<u32> = lines.iter().map(|line| line.quantity).collect();
    let mut shipments: Vec<&ShipmentNode> =
        node.transfers.nodes.iter().flat_map(|transfer| &transfer.shipments.nodes).collect();
    shipments.sort_by_key(|shipment| (shipment.date_received.is_none(), shipment.date_received, &shipment.id));
    let mut receipts = Vec::new();
    let mut came = false;
    for shipment in shipments {
        let mut received: Vec<ReceivedLine> = Vec::new();
        for shipped in shipment.lines() {
            share_out(shipped, &lines, &mut left, &mut received);
        }
        came |= !received.is_empty();
        if let (Some(at), false) = (shipment.date_received, received.is_empty()) {
            receipts.push(GoodsReceipt { id: shipment.id.clone(), at, lines: received });
        }
    }
    let all_came = came && left.iter().all(|left| *left == 0);
    let state = match node.status.as_str() {
        "DRAFT" => PurchaseState::Draft,
        "ORDERED" if all_came => PurchaseState::Received,
        "ORDERED" if node.archived_at.is_some() => PurchaseState::Closed,
        "ORDERED" if came => PurchaseState::PartlyReceived,
        "ORDERED" => PurchaseState::Ordered,
        other => PurchaseState::Other(other.to_owned()),
    };
    let order = PurchaseOrder {
        number: node.name,
        supplier: None,
        supplier_name: node.origin.and_then(|origin| filled(origin.supplier_name)).unwrap_or_default(),
        supplier_invoice: None,
        state,
        currency,
        exchange_rate: None,
        created_at: node.date_created,
        ordered_at: node.ordered_at,
        expected: None,
        payment_due: None,
        location: place(node.destination),
        lines,
        charges: Vec::new(),
        receipts,
    };
    Ok(Document { id: node.id, updated_at: asked_at, fact: Fact::PurchaseOrder(Box::new(order)) })
}

/// Tax is what the whole costs beyond its parts. Where only a percentage is told, it is worked out to the cent.
fn purchase_line(line: LineNode, currency: &Currency) -> PurchaseLine {
    // An amount in another currency than the order's says nothing that could be added up.
    let told = |priced: Option<Priced>| {
        priced.filter(|priced| Currency::new(&priced.currency_code) == *currency).map(|priced| priced.amount)
    };
    let unit_cost = told(line.unit_cost);
    let subtotal = told(line.subtotal).or_else(|| unit_cost.map(|cost| cost * Decimal::from(line.total_quantity)));
    let tax = match (subtotal, told(line.total_cost), line.tax_percent) {
        (Some(subtotal), Some(total), _) => total - subtotal,
        (Some(subtotal), None, Some(percent)) => (subtotal * (percent / Decimal::ONE_HUNDRED)).rounded(),
        _ => Money::ZERO,
    };
    let title = filled(line.title).unwrap_or_default();
    let title = match variant_title(line.variant_title) {
        Some(variant) => format!("{title} - {variant}"),
        None => title,
    };
    let (item, sku) = line.inventory_item.map_or((None, None), |item| (Some(item.id), item.sku));
    let sku = filled(sku).or_else(|| filled(line.supplier_sku));
    PurchaseLine { id: line.id, item, sku, title, quantity: line.total_quantity, unit_cost, tax }
}

/// Shares what came of an item among the order's lines of that item: each takes what it still waits for, the last one all
/// that is too much.
fn share_out(shipped: &ShippedNode, lines: &[PurchaseLine], left: &mut [u32], received: &mut Vec<ReceivedLine>) {
    let item = shipped.inventory_item.as_ref().map(|item| &item.id);
    let of_item: Vec<usize> =
        (0..lines.len()).filter(|at| item.is_some() && lines[*at].item.as_ref() == item).collect();
    let (mut accepted, mut rejected) = (shipped.accepted_quantity, shipped.rejected_quantity);
    for (place, at) in of_item.iter().enumerate() {
        let last = place + 1 == of_item.len();
        let taken = if last { accepted } else { accepted.min(left[*at]) };
        left[*at] -= taken.min(left[*at]);
        let refused = if last { rejected } else { rejected.min(left[*at]) };
        left[*at] -= refused.min(left[*at]);
        accepted -= taken;
        rejected -= refused;
        add(received, &lines[*at].id, taken, refused);
    }
    add(received, &shipped.id, accepted, rejected);
}

fn add(received: &mut Vec<ReceivedLine>, line: &DocumentId, accepted: u32, rejected: u32) {
    if accepted + rejected == 0 {
        return;
    }
    match received.iter_mut().find(|known| known.line == *line) {
        Some(known) => {
            known.accepted += accepted;
            known.rejected += rejected;
        }
        None => received.push(ReceivedLine { line: line.clone(), accepted, rejected }),
    }
}

/// Reads a transfer as the feed keeps it. Shopify does not tell when one changed: `asked_at` stands for it.
pub fn decode_transfer(json: &str, asked_at: Timestamp) -> Result<Document, DecodeError> {
    let node: TransferNode = read(json)?;
    whole(&node)?;
    let mut arrivals: Vec<StockArrival> = node
        .shipments
        .nodes
        .iter()
        .filter_map(|shipment| {
            let lines: Vec<AdjustedLine> = shipment.lines().filter_map(arrived).collect();
            let at = shipment.date_received.filter(|_| !lines.is_empty())?;
            Some(StockArrival { id: shipment.id.clone(), at, lines })
        })
        .collect();
    arrivals.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    let transfer = StockTransfer {
        number: node.name,
        from: place(node.origin),
        to: place(node.destination),
        cancelled: node.status == "CANCELED",
        arrivals,
    };
    Ok(Document { id: node.id, updated_at: asked_at, fact: Fact::StockTransfer(transfer) })
}

fn arrived(line: &ShippedNode) -> Option<AdjustedLine> {
    let sku = line.inventory_item.as_ref().and_then(|item| filled(item.sku.clone()));
    let item = line.inventory_item.as_ref().map(|item| item.id.clone());
    let title = sku.clone().unwrap_or_default();
    let change = i64::from(line.accepted_quantity);
    (change > 0).then_some(AdjustedLine { item, variant: None, sku, title, change })
}
