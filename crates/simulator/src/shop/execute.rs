//! Runs a checked document over the shop's object graph. Values come from the JSON graphs of `graph` and `objects`; what is
//! a connection, a list, money or a reference to another object is read off the schema.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use apollo_compiler::Schema;
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;
use apollo_compiler::schema::ExtendedType;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use super::access;
use super::ids::{self, Kind};
use super::lists::{Ask, Page, Row, read_cursor, tag, write_cursor};
use super::model::Presentment;
use super::search::{Search, word};
use super::state::State;
use super::{graph, objects, stockroom};

/// What the buyer sees amounts in, where that is not the shop's currency.
type Shown = Option<&'static Presentment>;

/// One request's view of the shop.
pub(crate) struct Session<'s> {
    pub state: &'s State,
    pub schema: &'s Schema,
    pub scopes: &'s BTreeSet<String>,
    pub personal_data: bool,
    pub domain: &'s str,
    pub client_id: &'s str,
    pub lag: usize,
    pub repeat: bool,
    /// Bulk operations as they stand, by number.
    pub bulk: &'s [Value],
    /// Of a bulk operation: where its list goes on. Page sizes are ignored then.
    pub walk: Option<Walk>,
    pub graphs: RefCell<BTreeMap<usize, Rc<Value>>>,
    pub unknown_terms: RefCell<Vec<String>>,
    /// The order that comes right after the page of orders that was given out.
    pub next_order: Cell<Option<usize>>,
}

/// How far a bulk operation has walked the root list.
#[derive(Default)]
pub(crate) struct Walk {
    pub after: Option<String>,
    /// The cursor to go on from, once a page was given and there is more.
    pub next: RefCell<Option<String>>,
}

/// How many rows of the root list a bulk operation takes at a time.
const BULK_ROWS: usize = 100;

enum Held<'a> {
    Borrowed(&'a Value),
    Owned(Value),
    Shared(Rc<Value>),
}

impl Held<'_> {
    fn get(&self) -> &Value {
        match self {
            Held::Borrowed(value) => value,
            Held::Owned(value) => value,
            Held::Shared(value) => value,
        }
    }
}

fn failed(message: impl Into<String>) -> FieldError {
    FieldError { message: message.into() }
}

fn leaf(value: &Value) -> JsonValue {
    match value {
        Value::Null => JsonValue::Null,
        Value::Bool(b) => JsonValue::Bool(*b),
        Value::Number(n) => JsonValue::Number(n.clone()),
        Value::String(s) => JsonValue::String(s.as_str().into()),
        Value::Array(items) => JsonValue::Array(items.iter().map(leaf).collect()),
        Value::Object(map) => JsonValue::Object(map.iter().map(|(k, v)| (k.as_str().into(), leaf(v))).collect()),
    }
}

impl Session<'_> {
    fn order_graph(&self, no: usize) -> Option<Rc<Value>> {
        if let Some(graph) = self.graphs.borrow().get(&no) {
            return Some(Rc::clone(graph));
        }
        let order = self.state.order(no)?;
        if !order.seen(self.state.trader.now, self.scopes.contains("read_all_orders")) {
            return None;
        }
        let graph = Rc::new(graph::order(&self.state.trader, order));
        self.graphs.borrow_mut().insert(no, Rc::clone(&graph));
        Some(graph)
    }

    fn held(&self, kind: Kind, owner: usize, position: usize) -> Option<Held<'static>> {
        let state = self.state;
        let part = |list: &str| Some(Held::Owned(self.order_graph(owner)?.get(list)?.get(position)?.clone()));
        match kind {
            Kind::Order => self.order_graph(owner).map(Held::Shared),
            Kind::LineItem => part("lineItems"),
            Kind::ShippingLine => part("shippingLines"),
            Kind::OrderTransaction => part("transactions"),
            Kind::Refund => part("refunds"),
            Kind::Return => part("returns"),
            Kind::Fulfillment => part("fulfillments"),
            Kind::SalesAgreement => {
                let gid = Kind::SalesAgreement.gid(owner, position);
                let graph = self.order_graph(owner)?;
                let known = graph.get("agreements")?.as_array()?.iter().find(|a| a["id"] == gid.as_str())?;
                Some(Held::Owned(known.clone()))
            }
            Kind::Event => Some(Held::Owned(objects::deletion(state.deletions.get(owner)?, owner))),
            Kind::BulkOperation => state_of(self.bulk, owner),
            Kind::TenderTransaction => objects::tender(state.order(owner)?, position).map(Held::Owned),
            Kind::Customer => objects::customer(&state.trader, owner).map(Held::Owned),
            Kind::Product => objects::product(&state.trader, owner).map(Held::Owned),
            Kind::ProductVariant => objects::variant(&state.trader, owner).map(Held::Owned),
            Kind::InventoryItem => objects::inventory_item(state, owner).map(Held::Owned),
            Kind::Location => objects::location(owner).map(Held::Owned),
            Kind::InventoryPurchaseOrder => stockroom::purchase_order(&state.purchasing, owner).map(Held::Owned),
            Kind::InventoryTransfer => stockroom::transfer(&state.purchasing, owner, position).map(Held::Owned),
            Kind::InventoryShipment => stockroom::shipment(&state.purchasing, owner, position).map(Held::Owned),
            Kind::GiftCard => objects::gift_card(&state.trader, owner).map(Held::Owned),
            _ => None,
        }
    }

    fn is_object(&self, type_name: &str) -> bool {
        matches!(
            self.schema.types.get(type_name),
            Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
        )
    }

    fn object<'a>(&'a self, held: Held<'a>, declared: &str, shown: Shown) -> ResolvedValue<'a> {
        let type_name = held.get().get("__typename").and_then(Value::as_str).unwrap_or(declared).to_owned();
        ResolvedValue::object(Object { session: self, type_name, value: held, shown })
    }

    /// The currency that the buyer of an order sees; the order's parts have it too.
    fn shown(&self, kind: Kind, owner: usize) -> Shown {
        let of_order = matches!(
            kind,
            Kind::Order
                | Kind::LineItem
                | Kind::ShippingLine
                | Kind::OrderTransaction
                | Kind::Refund
                | Kind::Return
                | Kind::Fulfillment
                | Kind::SalesAgreement
        );
        if of_order { self.state.order(owner).and_then(|o| o.presentment) } else { None }
    }

    fn by_gid<'a>(&'a self, gid: &str, declared: &str) -> ResolvedValue<'a> {
        let Some((kind, owner, position)) = ids::parse(gid) else { return ResolvedValue::null() };
        let is_concrete = matches!(self.schema.types.get(declared), Some(ExtendedType::Object(_)));
        if is_concrete && kind.type_name() != declared {
            return ResolvedValue::null();
        }
        match self.held(kind, owner, position) {
            Some(held) => self.object(held, kind.type_name(), self.shown(kind, owner)),
            None => ResolvedValue::null(),
        }
    }

    /// A value of the graph as the declared type tells it.
    fn told<'a>(&'a self, value: &'a Value, declared: &'a str, limit: usize, shown: Shown) -> ResolvedValue<'a> {
        let currency = self.state.trader.trade.currency;
        match value {
            Value::Null => ResolvedValue::null(),
            Value::Array(items) => {
                let told = items.iter().take(limit).map(move |item| self.told(item, declared, limit, shown));
                ResolvedValue::list(told)
            }
            Value::String(amount) if declared == "MoneyBag" => ResolvedValue::object(Bag { amount, currency, shown }),
            Value::String(amount) if matches!(declared, "MoneyV2" | "PricingValue") => {
                ResolvedValue::object(Amount { amount: amount.clone(), currency })
            }
            Value::String(gid) if self.is_object(declared) => self.by_gid(gid, declared),
            Value::Object(_) if self.is_object(declared) => self.object(Held::Borrowed(value), declared, shown),
            other => ResolvedValue::leaf(leaf(other)),
        }
    }

    /// Refuses a field whose scope is missing, and empties personal data that may not be seen.
    fn guard<'a>(&self, type_name: &str, info: &ResolveInfo<'a>) -> Result<Option<ResolvedValue<'a>>, FieldError> {
        let field = info.field_name();
        if let Some(scope) = access::scope(type_name, field)
            && !self.scopes.contains(scope)
        {
            return Err(failed(access::refusal(field, scope)));
        }
        if !self.personal_data && access::is_personal(type_name, field) {
            let empty =
                if info.field_definition().ty.is_non_null() { ResolvedValue::leaf("") } else { ResolvedValue::null() };
            return Ok(Some(empty));
        }
        Ok(None)
    }

    fn page(&self, info: &ResolveInfo<'_>) -> Result<Page, FieldError> {
        let text = |name: &str| info.arguments().get(name).and_then(JsonValue::as_str);
        let is_orders = info.field_name() == "orders";
        let ask = Ask {
            list: info.field_name(),
            first: if self.walk.is_some() { BULK_ROWS } else { first(info) },
            after: self.walk.as_ref().map_or_else(|| text("after"), |walk| walk.after.as_deref()),
            whole: self.walk.is_some(),
            query: text("query").unwrap_or(""),
            sort: text("sortKey").unwrap_or(""),
            lag: if is_orders { self.lag } else { 0 },
            repeat: is_orders && self.repeat,
        };
        let page = self.state.page(&ask, self.scopes.contains("read_all_orders"));
        let page = page.map_err(|e| failed(e.to_string()))?;
        self.unknown_terms.borrow_mut().extend(page.unknown.iter().cloned());
        if is_orders {
            self.next_order.set(page.next.map(|row| row.owner));
        }
        if let (Some(walk), true) = (&self.walk, page.has_next) {
            *walk.next.borrow_mut() = page.cursors.last().cloned();
        }
        Ok(page)
    }

    /// Bulk operations, newest last unless turned round.
    fn bulk_operations<'a>(&'a self, info: &'a ResolveInfo<'a>) -> ResolvedValue<'a> {
        let query = info.arguments().get("query").and_then(JsonValue::as_str).unwrap_or("");
        let search = Search::parse(query);
        let judge = |job: &Value, field: &str, values: &[String]| match field {
            "status" => Some(word(job["status"].as_str().unwrap_or(""), values)),
            "operation_type" => Some(word("query", values)),
            "id" => Some(values.iter().any(|v| job["id"] == v.as_str())),
            _ => None,
        };
        let mut found: Vec<&Value> =
            self.bulk.iter().filter(|job| search.matches(&|field, _, values| judge(job, field, values))).collect();
        if info.arguments().get("reverse").and_then(JsonValue::as_bool) == Some(true) {
            found.reverse();
        }
        let has_next = found.len() > first(info);
        found.truncate(first(info));
        let cursors = found.iter().filter_map(|job| job["id"].as_str().map(str::to_owned)).collect();
        let nodes = found.into_iter().map(Element::Value).collect();
        let type_name = "BulkOperationConnection";
        ResolvedValue::object(Connection { session: self, type_name, nodes, cursors, has_next, shown: None })
    }
}

fn state_of(bulk: &[Value], owner: usize) -> Option<Held<'static>> {
    bulk.get(owner).cloned().map(Held::Owned)
}

/// Page size; the cost check has refused what is out of bounds already.
fn first(info: &ResolveInfo<'_>) -> usize {
    let first = info.arguments().get("first").and_then(JsonValue::as_i64).and_then(|n| usize::try_from(n).ok());
    first.unwrap_or(usize::MAX)
}

/// The query's own fields.
pub(crate) struct Root<'s>(pub &'s Session<'s>);

impl ObjectValue for Root<'_> {
    fn type_name(&self) -> &'static str {
        "QueryRoot"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let session = self.0;
        if let Some(emptied) = session.guard("QueryRoot", info)? {
            return Ok(emptied);
        }
        let declared = info.field_definition().ty.inner_named_type().as_str();
        let gid = || info.arguments().get("id").and_then(JsonValue::as_str).unwrap_or("");
        if info.field_name() == "bulkOperations" {
            return Ok(session.bulk_operations(info));
        }
        if declared.ends_with("Connection") {
            let page = session.page(info)?;
            let nodes = page.rows.into_iter().map(Element::Row).collect();
            return Ok(ResolvedValue::object(Connection {
                session,
                type_name: declared,
                nodes,
                cursors: page.cursors,
                has_next: page.has_next,
                shown: None,
            }));
        }
        Ok(match info.field_name() {
            "order" | "refund" | "customer" | "node" | "bulkOperation" => session.by_gid(gid(), declared),
            "nodes" => {
                let ids =
                    info.arguments().get("ids").and_then(JsonValue::as_array).map(Vec::as_slice).unwrap_or_default();
                let told = |id: &JsonValue| session.by_gid(id.as_str().unwrap_or(""), declared);
                ResolvedValue::list(ids.iter().map(told))
            }
            "ordersCount" => {
                let limit =
                    info.arguments().get("limit").and_then(JsonValue::as_i64).and_then(|n| usize::try_from(n).ok());
                let query = info.arguments().get("query").and_then(JsonValue::as_str).unwrap_or("");
                let ask = Ask { list: "orders", first: usize::MAX, query, whole: true, ..Ask::default() };
                let page = session.state.page(&ask, session.scopes.contains("read_all_orders"));
                let found = page.map_err(|e| failed(e.to_string()))?.rows.len();
                let limit = limit.unwrap_or(usize::MAX);
                let precision = if found > limit { "AT_LEAST" } else { "EXACT" };
                let count = serde_json::json!({"count": found.min(limit), "precision": precision});
                session.object(Held::Owned(count), "Count", None)
            }
            "shop" => session.object(Held::Owned(objects::shop(&session.state.trader, session.domain)), declared, None),
            "currentAppInstallation" => session.object(
                Held::Owned(objects::app_installation(session.client_id, session.scopes)),
                declared,
                None,
            ),
            "publicApiVersions" => {
                let versions = ["2026-01", "2026-04", "2026-07", "2026-10"].into_iter().map(|handle| {
                    let version = serde_json::json!({"handle": handle, "displayName": handle, "supported": true});
                    session.object(Held::Owned(version), "ApiVersion", None)
                });
                ResolvedValue::list(versions)
            }
            "inventoryProperties" => {
                let names = ["available", "on_hand", "committed", "incoming"].map(|name| {
                    serde_json::json!({"name": name, "displayName": name, "isInUse": true, "belongsTo": [], "comprises": []})
                });
                session.object(Held::Owned(serde_json::json!({"quantityNames": names})), declared, None)
            }
            // The shop takes cards through a processor whose payouts are not told here.
            "shopifyPaymentsAccount" => ResolvedValue::null(),
            "currentBulkOperation" => match session.bulk.last() {
                Some(newest) => session.object(Held::Borrowed(newest), declared, None),
                None => ResolvedValue::null(),
            },
            other => return Err(failed(format!("{other} is not simulated"))),
        })
    }
}

/// What mutations answer; it was worked out before.
pub(crate) struct MutationRoot<'s> {
    pub session: &'s Session<'s>,
    /// By the field's response key.
    pub told: &'s BTreeMap<String, Value>,
}

impl ObjectValue for MutationRoot<'_> {
    fn type_name(&self) -> &'static str {
        "Mutation"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let declared = info.field_definition().ty.inner_named_type().as_str();
        match self.told.get(info.field_selections()[0].response_key().as_str()) {
            Some(payload) => Ok(self.session.object(Held::Borrowed(payload), declared, None)),
            None => Err(failed(format!("{} is not simulated", info.field_name()))),
        }
    }
}

struct Object<'s> {
    session: &'s Session<'s>,
    type_name: String,
    value: Held<'s>,
    shown: Shown,
}

impl ObjectValue for Object<'_> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let session = self.session;
        if let Some(emptied) = session.guard(&self.type_name, info)? {
            return Ok(emptied);
        }
        let field = info.field_name();
        let Some(value) = self.value.get().get(field) else {
            return Err(failed(format!("{}.{field} is not simulated", self.type_name)));
        };
        let declared = info.field_definition().ty.inner_named_type().as_str();
        if let (true, Value::Array(items)) = (declared.ends_with("Connection"), value) {
            return self.connection(info, declared, items);
        }
        if let (Value::Array(items), Some(names)) = (value, info.arguments().get("names").and_then(JsonValue::as_array))
        {
            let asked =
                move |item: &&Value| names.iter().any(|n| n.as_str() == item.get("name").and_then(Value::as_str));
            return Ok(ResolvedValue::list(
                items.iter().filter(asked).map(|item| session.told(item, declared, usize::MAX, None)),
            ));
        }
        Ok(session.told(value, declared, first(info), self.shown))
    }
}

impl Object<'_> {
    /// A page of an array that is told as a connection.
    fn connection<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
        declared: &'a str,
        items: &'a [Value],
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let parent = self.value.get().get("id").and_then(Value::as_str).unwrap_or("");
        let tag = tag(&[info.field_name(), parent]);
        let from = match info.arguments().get("after").and_then(JsonValue::as_str) {
            None => 0,
            Some(cursor) => {
                read_cursor(cursor, tag).ok_or_else(|| failed("Invalid cursor for current pagination sort."))?.1
            }
        };
        let items = items.get(from..).unwrap_or(&[]);
        let most = if self.session.walk.is_some() { usize::MAX } else { first(info) };
        let nodes: Vec<Element> = items.iter().take(most).map(Element::Value).collect();
        Ok(ResolvedValue::object(Connection {
            session: self.session,
            type_name: declared,
            cursors: (0..nodes.len()).map(|n| write_cursor((0, 0, 0), from + n + 1, tag)).collect(),
            has_next: items.len() > nodes.len(),
            nodes,
            shown: self.shown,
        }))
    }
}

enum Element<'a> {
    Value(&'a Value),
    Row(Row),
}

struct Connection<'s> {
    session: &'s Session<'s>,
    type_name: &'s str,
    nodes: Vec<Element<'s>>,
    cursors: Vec<String>,
    has_next: bool,
    shown: Shown,
}

impl Connection<'_> {
    fn element<'a>(&'a self, element: &'a Element<'a>, declared: &'a str) -> ResolvedValue<'a> {
        match element {
            Element::Value(value) => self.session.told(value, declared, usize::MAX, self.shown),
            Element::Row(row) => match self.session.held(row.kind, row.owner, row.position) {
                Some(held) => self.session.object(held, declared, self.session.shown(row.kind, row.owner)),
                None => ResolvedValue::null(),
            },
        }
    }
}

impl ObjectValue for Connection<'_> {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let declared = info.field_definition().ty.inner_named_type().as_str();
        Ok(match info.field_name() {
            "nodes" => ResolvedValue::list(self.nodes.iter().map(|node| self.element(node, declared))),
            "edges" => {
                let edges = (0..self.nodes.len())
                    .map(|index| ResolvedValue::object(Edge { of: self, index, type_name: declared }));
                ResolvedValue::list(edges)
            }
            "pageInfo" => ResolvedValue::object(PageInfo { has_next: self.has_next, end: self.cursors.last() }),
            other => return Err(failed(format!("{other} of a connection is not simulated"))),
        })
    }
}

struct Edge<'s> {
    of: &'s Connection<'s>,
    index: usize,
    type_name: &'s str,
}

impl ObjectValue for Edge<'_> {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let declared = info.field_definition().ty.inner_named_type().as_str();
        Ok(match info.field_name() {
            "node" => self.of.element(&self.of.nodes[self.index], declared),
            other => return Err(failed(format!("{other} of an edge is not simulated"))),
        })
    }
}

struct PageInfo<'s> {
    has_next: bool,
    end: Option<&'s String>,
}

impl ObjectValue for PageInfo<'_> {
    fn type_name(&self) -> &'static str {
        "PageInfo"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        Ok(match info.field_name() {
            "hasNextPage" => ResolvedValue::leaf(self.has_next),
            _ => self.end.map_or_else(ResolvedValue::null, |end| ResolvedValue::leaf(end.as_str())),
        })
    }
}

struct Bag<'s> {
    amount: &'s str,
    currency: &'static str,
    shown: Shown,
}

impl ObjectValue for Bag<'_> {
    fn type_name(&self) -> &'static str {
        "MoneyBag"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let own = || Amount { amount: self.amount.to_owned(), currency: self.currency };
        Ok(ResolvedValue::object(match (info.field_name(), self.shown) {
            ("presentmentMoney", Some(shown)) => {
                let amount = self.amount.parse::<Decimal>().unwrap_or_default() * shown.rate;
                let strategy = RoundingStrategy::MidpointAwayFromZero;
                let amount = graph::money(amount.round_dp_with_strategy(shown.places, strategy));
                Amount { amount: amount.as_str().unwrap_or("0.0").to_owned(), currency: shown.currency }
            }
            _ => own(),
        }))
    }
}

struct Amount {
    amount: String,
    currency: &'static str,
}

impl ObjectValue for Amount {
    fn type_name(&self) -> &'static str {
        "MoneyV2"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        Ok(ResolvedValue::leaf(if info.field_name() == "amount" { self.amount.as_str() } else { self.currency }))
    }
}
