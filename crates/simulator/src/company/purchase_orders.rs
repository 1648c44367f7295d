//! Purchase orders: what was ordered, what of it came, and the links from what came to what was ordered.
//!
//! A bill or an item receipt names a whole order (LinkToTxnID: all that is still open) or a line of one (LinkToTxn,
//! without ItemRef: the line has it; PROTOCOL.md d). An order tells its quantities as they are now. A receipt is not
//! turned into a bill: it is deleted, and the bill is linked to the order.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::books::{Body, Books, Line, Txn, money, number};
use super::credits;
use super::ids::{LineId, ListId, TxnId};
use super::kinds::{LineInfo, TxnInfo};
use super::packed::Packed;
use super::purchases;
use super::sales::due_date;
use super::status::Status;
use super::transactions::{Draft, DraftLine};
use super::xml::Element;

/// What came of one line.
#[derive(Debug, Clone, Copy, Default)]
struct Received {
    quantity: Decimal,
    /// Of it, what came by item receipt.
    unbilled: Decimal,
}

/// What one line orders.
#[derive(Debug)]
struct Ordered {
    item: ListId,
    /// Nothing where somebody closed the line or its order.
    quantity: Decimal,
}

/// All lines of a company's purchase orders, and the links to them.
#[derive(Debug, Default)]
pub(crate) struct PurchaseOrders {
    ordered: BTreeMap<LineId, Ordered>,
    received: BTreeMap<LineId, Received>,
    /// What is still to come of each item.
    coming: BTreeMap<ListId, Decimal>,
    /// The bills and item receipts of each order.
    purchases: BTreeMap<TxnId, BTreeSet<TxnId>>,
}

impl PurchaseOrders {
    /// Takes note of a transaction, be it an order or what came of one.
    pub fn insert(&mut self, txn: &Txn) {
        for (id, ordered) in ordered_lines(txn) {
            self.change(&id, |all| {
                all.ordered.insert(id.clone(), ordered);
            });
        }
        for receipt in &txn.body.receipts {
            self.purchases.entry(receipt.order.clone()).or_default().insert(txn.id.clone());
            self.receive(txn, &receipt.line, receipt.quantity);
        }
    }

    /// Takes back what [`Self::insert`] did.
    pub fn remove(&mut self, txn: &Txn) {
        for (id, _) in ordered_lines(txn) {
            self.change(&id, |all| {
                all.ordered.remove(&id);
            });
        }
        for receipt in &txn.body.receipts {
            self.purchases.entry(receipt.order.clone()).or_default().remove(&txn.id);
            self.receive(txn, &receipt.line, -receipt.quantity);
        }
    }

    fn receive(&mut self, txn: &Txn, line: &LineId, quantity: Decimal) {
        self.change(line, |all| {
            let received = all.received.entry(line.clone()).or_default();
            received.quantity += quantity;
            if txn.info.name == "ItemReceipt" {
                received.unbilled += quantity;
            }
        });
    }

    /// Does something to one line, and counts again what is to come of its item.
    fn change(&mut self, line: &LineId, change: impl FnOnce(&mut Self)) {
        self.count(line, Decimal::NEGATIVE_ONE);
        change(self);
        self.count(line, Decimal::ONE);
    }

    fn count(&mut self, line: &LineId, sign: Decimal) {
        if let Some(item) = self.ordered.get(line).map(|ordered| ordered.item.clone()) {
            let open = self.open(Some(line));
            *self.coming.entry(item).or_default() += sign * open;
        }
    }

    /// The bills and item receipts of an order.
    pub fn purchases(&self, order: &TxnId) -> Vec<TxnId> {
        self.purchases.get(order).into_iter().flatten().cloned().collect()
    }

    fn received(&self, line: Option<&LineId>) -> Received {
        line.and_then(|line| self.received.get(line)).copied().unwrap_or_default()
    }

    /// What is still to come of a line.
    fn open(&self, line: Option<&LineId>) -> Decimal {
        let ordered = line.and_then(|line| self.ordered.get(line)).map_or(Decimal::ZERO, |ordered| ordered.quantity);
        (ordered - self.received(line).quantity).max(Decimal::ZERO)
    }
}

/// The lines of an order that order something.
fn ordered_lines(txn: &Txn) -> Vec<(LineId, Ordered)> {
    if txn.info.name != "PurchaseOrder" {
        return Vec::new();
    }
    let closed = |line: &Line| [&txn.fields, &line.fields].iter().any(|fields| flag(fields, "IsManuallyClosed"));
    let lines = txn.body.lines.iter().filter_map(|line| {
        let quantity = if closed(line) { Decimal::ZERO } else { ordered(line) };
        Some((line.id.clone()?, Ordered { item: line.fields.reference("ItemRef")?, quantity }))
    });
    lines.collect()
}

/// Whether a type of transaction may be linked to purchase orders.
pub(crate) fn receives(info: &TxnInfo) -> bool {
    matches!(info.name, "Bill" | "ItemReceipt")
}

/// `PurchaseOrder`: lines and a total that post nothing.
pub(crate) fn book_purchase_order(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let mut body = Body::default();
    for line in &draft.lines {
        let mut fields = line.fields.clone();
        if let Some(item) = super::books::reference_in(&fields, "ItemRef").and_then(|id| books.lists.get(&id)) {
            if fields.iter().all(|field| field.name != "Desc") {
                fields.extend(purchases::description(item).map(|text| Element::leaf("Desc", text)));
            }
            body.total += purchases::priced(item, line, "Rate", &mut fields);
        } else {
            body.total += line.decimal("Amount").unwrap_or_default();
        }
        body.lines.push(Line::of(line, &fields));
    }
    if body.total < Decimal::ZERO {
        return Err(Status::saving(draft.info.name, "Transaction amount must be positive."));
    }
    if let Some(previous) = draft.previous {
        keep_received(books, draft, previous)?;
    }
    let mut computed = vec![Element::leaf("TotalAmount", money(body.total))];
    computed.extend(due_date(books, draft, 0));
    if draft.text("ExpectedDate").is_none() {
        computed.push(Element::leaf("ExpectedDate", draft.date.to_string()));
    }
    body.computed = Packed::of(&computed);
    Ok(body)
}

/// A line that something was received of stays, with its item; so does the vendor.
fn keep_received(books: &Books, draft: &Draft, previous: &Txn) -> Result<(), Status> {
    if books.purchase_orders.purchases(&previous.id).is_empty() {
        return Ok(());
    }
    if draft.reference("VendorRef") != previous.reference("VendorRef") {
        let vendor = draft.reference("VendorRef");
        let why = "The vendor cannot be changed while other transactions are linked.";
        return Err(Status::rule("VendorRef", vendor.as_ref().map_or("", ListId::as_str), why));
    }
    for line in &draft.lines {
        let before = previous.body.lines.iter().find(|before| before.id == line.id && line.id.is_some());
        let Some(before) = before.filter(|before| !flag(&before.fields, "IsManuallyClosed")) else { continue };
        let closing = matches!(line.text("IsManuallyClosed"), Some("true" | "1"));
        if closing && books.purchase_orders.received(line.id.as_ref()).quantity >= ordered(before) {
            return Err(Status::rule("IsManuallyClosed", "true", "The line has been received in full."));
        }
    }
    for line in &previous.body.lines {
        if books.purchase_orders.received(line.id.as_ref()).quantity.is_zero() {
            continue;
        }
        let kept = draft.lines.iter().find(|kept| kept.id == line.id);
        let item = kept.and_then(|kept| super::books::reference_in(&kept.fields, "ItemRef"));
        if item != line.fields.reference("ItemRef") {
            let id = line.id.as_ref().map_or("", LineId::as_str);
            return Err(Status::rule("TxnLineID", id, "The line has been received."));
        }
    }
    Ok(())
}

fn flag(fields: &Packed, name: &str) -> bool {
    matches!(fields.text(name), Some("true" | "1"))
}

/// A line without an item orders nothing; one without a quantity orders one.
fn ordered(line: &Line) -> Decimal {
    if line.fields.reference("ItemRef").is_none() {
        return Decimal::ZERO;
    }
    line.fields.text("Quantity").map_or(Some(Decimal::ONE), |text| text.parse().ok()).unwrap_or_default()
}

/// Whether nothing is to come any more.
pub(crate) fn is_closed(books: &Books, order: &Txn) -> bool {
    order.body.lines.iter().all(|line| books.purchase_orders.open(line.id.as_ref()).is_zero())
}

/// What is on order of an item.
pub(crate) fn on_order(books: &Books, item: &ListId) -> Decimal {
    books.purchase_orders.coming.get(item).copied().unwrap_or_default()
}

/// Whether all of the order came, whether it is closed, and what is linked to it.
pub(crate) fn tell_purchase_order(books: &Books, txn: &Txn) -> Vec<Element> {
    let received = |line: &Line| books.purchase_orders.received(line.id.as_ref()).quantity >= ordered(line);
    let mut fields = vec![Element::leaf("IsFullyReceived", txn.body.lines.iter().all(received).to_string())];
    if txn.text("IsManuallyClosed").is_none() {
        fields.push(Element::leaf("IsManuallyClosed", "false"));
    }
    for purchase in books.purchase_orders.purchases(&txn.id).iter().filter_map(|id| books.txns.get(id)) {
        fields.push(link(purchase, &txn.id, purchase));
    }
    fields
}

/// What a line of an order tells besides what it was given.
pub(crate) fn tell_line(books: &Books, txn: &Txn, line: &Line) -> Vec<Element> {
    if txn.info.name != "PurchaseOrder" {
        return Vec::new();
    }
    let received = books.purchase_orders.received(line.id.as_ref());
    let billed = received.unbilled.is_zero() && received.quantity >= ordered(line) && !received.quantity.is_zero();
    let closed = flag(&txn.fields, "IsManuallyClosed") || flag(&line.fields, "IsManuallyClosed");
    vec![
        Element::leaf("ReceivedQuantity", number(received.quantity)),
        Element::leaf("UnbilledQuantity", number(received.unbilled)),
        Element::leaf("IsBilled", billed.to_string()),
        Element::leaf("IsManuallyClosed", closed.to_string()),
    ]
}

/// One link between an order and what came of it, as `told` is seen from the other.
fn link(purchase: &Txn, order: &TxnId, told: &Txn) -> Element {
    let receipts = purchase.body.receipts.iter().filter(|receipt| receipt.order == *order);
    let amount: Decimal = receipts.map(|receipt| receipt.amount).sum();
    let mut link = credits::linked(told, amount);
    if let Some(kind) = link.children.iter_mut().find(|field| field.name == "LinkType") {
        "QUANTYPE".clone_into(&mut kind.text);
    }
    link
}

/// The orders that a bill or an item receipt is linked to.
pub(crate) fn linked_orders(books: &Books, txn: &Txn) -> Vec<Element> {
    let orders: BTreeSet<&TxnId> = txn.body.receipts.iter().map(|receipt| &receipt.order).collect();
    let orders = orders.into_iter().filter_map(|id| books.txns.get(id));
    orders.map(|order| link(txn, &order.id, order)).collect()
}

/// The order and the line that a line of a bill or an item receipt is linked to.
pub(crate) fn link_in(fields: &[Element]) -> Option<(TxnId, LineId)> {
    let link = fields.iter().find(|field| field.name == "LinkToTxn")?;
    Some((TxnId::new(link.text_of("TxnID")?), LineId::new(link.text_of("TxnLineID")?)))
}

/// The lines of a new bill or item receipt: those that LinkToTxnID stands for, then those that are given. QuickBooks
/// takes a whole order or lines of it, not both, and lines only in the order's own order, one order after the other
/// (Intuit's developer guide, "Linking item receipt and bill to purchase order").
pub(crate) fn linked_lines(
    books: &Books,
    info: &'static TxnInfo,
    whole: &[&str],
    given: Vec<DraftLine>,
) -> Result<Vec<DraftLine>, Status> {
    let mut places: BTreeMap<TxnId, usize> = BTreeMap::new();
    let mut latest: Option<TxnId> = None;
    for (order_id, line_id) in given.iter().filter_map(|line| link_in(&line.fields)) {
        let line = line_id.as_str();
        if whole.contains(&order_id.as_str()) {
            let why = "A purchase order is linked as a whole or by its lines, not both.";
            return Err(Status::rule("LinkToTxnID", order_id.as_str(), why));
        }
        let lines = &order(books, order_id.as_str())?.body.lines;
        let place = lines.iter().position(|own| own.id.as_ref() == Some(&line_id));
        let place = place.ok_or_else(|| Status::gone(line))?;
        let earlier = places.insert(order_id.clone(), place);
        let returned = earlier.is_some() && latest.as_ref() != Some(&order_id);
        if returned || earlier.is_some_and(|earlier| earlier > place) {
            let why = "Linked lines must keep the order of the purchase order, one purchase order after the other.";
            return Err(Status::rule("TxnLineID", line, why));
        }
        latest = Some(order_id);
    }
    let mut lines = Vec::new();
    for id in whole {
        lines.extend(open_lines(books, info, id)?);
    }
    lines.extend(given);
    Ok(lines)
}

/// A line for everything that is still open of an order: what LinkToTxnID stands for.
fn open_lines(books: &Books, info: &'static TxnInfo, id: &str) -> Result<Vec<DraftLine>, Status> {
    let order = order(books, id)?;
    let kind: &'static LineInfo =
        info.lines.iter().find(|kind| kind.add == "ItemLineAdd").ok_or_else(|| Status::feature_off("LinkToTxnID"))?;
    let open = order.body.lines.iter().filter(|line| !books.purchase_orders.open(line.id.as_ref()).is_zero());
    let lines: Vec<DraftLine> = open
        .map(|line| {
            let line = line.id.as_ref().map_or("", LineId::as_str);
            let link = vec![Element::leaf("TxnID", id), Element::leaf("TxnLineID", line)];
            DraftLine { id: None, kind, fields: vec![Element::group("LinkToTxn", link)] }
        })
        .collect();
    if lines.is_empty() {
        return Err(Status::rule("LinkToTxnID", id, "The purchase order is closed."));
    }
    Ok(lines)
}

fn order<'a>(books: &'a Books, id: &str) -> Result<&'a Txn, Status> {
    books.txns.get(id).filter(|txn| txn.info.name == "PurchaseOrder").ok_or_else(|| Status::gone(id))
}

/// Fills a linked line in from the line of the order: what it does not say itself is as ordered, and the quantity is
/// what is still open.
pub(crate) fn fill_in(books: &Books, draft: &Draft, line: &DraftLine) -> Result<Vec<Element>, Status> {
    let Some((order_id, line_id)) = link_in(&line.fields) else { return Ok(line.fields.clone()) };
    // A line that is saved has everything, and its link was judged when it was made.
    if line.id.is_some() {
        return Ok(line.fields.clone());
    }
    let order = order(books, order_id.as_str())?;
    if order.reference("VendorRef") != draft.reference("VendorRef") {
        return Err(Status::rule("TxnID", order_id.as_str(), "The purchase order is of another vendor."));
    }
    let ordered_line = order.body.lines.iter().find(|own| own.id.as_ref() == Some(&line_id));
    let ordered_line = ordered_line.ok_or_else(|| Status::gone(line_id.as_str()))?;
    if line.fields.iter().any(|field| field.name == "ItemRef") {
        return Err(Status::rule(
            "ItemRef",
            "",
            "A line that is linked to a purchase order takes its item from there.",
        ));
    }
    let open = books.purchase_orders.open(Some(&line_id));
    if open.is_zero() {
        return Err(Status::rule("TxnLineID", line_id.as_str(), "The line of the purchase order is closed."));
    }
    let has = |name: &str| line.fields.iter().any(|field| field.name == name);
    let mut fields = line.fields.clone();
    for field in ordered_line.fields.open() {
        let taken = ["ItemRef", "Desc", "ClassRef", "CustomerRef", "OverrideItemAccountRef"];
        if taken.contains(&field.name.as_str()) && !has(&field.name) {
            fields.push(field);
        }
    }
    for name in ["ClassRef", "InventorySiteRef"] {
        let headed = order.reference(name).filter(|_| fields.iter().all(|field| field.name != name));
        fields.extend(headed.map(|id| Element::group(name, vec![Element::leaf("ListID", id.as_str())])));
    }
    let quantity = line.decimal("Quantity").unwrap_or(open);
    if !has("Quantity") {
        fields.push(Element::leaf("Quantity", number(quantity)));
    }
    if !has("Cost") && !has("Amount") {
        let copied = if quantity == ordered(ordered_line) { ("Amount", "Amount") } else { ("Rate", "Cost") };
        fields.extend(ordered_line.fields.text(copied.0).map(|text| Element::leaf(copied.1, text)));
    }
    Ok(fields)
}
