//! Purchase orders, transfers and stock items: all of them, whole, and what came of what.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use books::{
    Document, Fact, Money,
    document::{PurchaseOrder, PurchaseState, StockItem, StockTransfer},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use shopify::{Cursor, Error, Feed, Page, decode_purchase_order};
use simulator::shop::SHOP_ZONE;

use crate::{
    simulated::Simulated,
    support::{Reply, Shop, TestClock, time, value},
};

const NOW: &str = "2026-11-23T12:00:00Z";

pub fn documents(pages: &[Page]) -> impl Iterator<Item = &Document> {
    pages.iter().flat_map(|page| &page.documents).map(|pulled| &pulled.document)
}

pub fn orders(pages: &[Page]) -> Vec<&PurchaseOrder> {
    documents(pages)
        .map(|document| match &document.fact {
            Fact::PurchaseOrder(order) => &**order,
            other => panic!("no purchase order: {other:?}"),
        })
        .collect()
}

fn transfers(pages: &[Page]) -> Vec<&StockTransfer> {
    documents(pages)
        .map(|document| match &document.fact {
            Fact::StockTransfer(transfer) => transfer,
            other => panic!("no transfer: {other:?}"),
        })
        .collect()
}

fn items(pages: &[Page]) -> BTreeMap<&str, &StockItem> {
    documents(pages)
        .map(|document| match &document.fact {
            Fact::StockItem(item) => (document.id.as_str(), item),
            other => panic!("no stock item: {other:?}"),
        })
        .collect()
}

pub fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::get(SHOP_ZONE).unwrap()).date()
}

pub fn cost(order: &PurchaseOrder, line: &books::DocumentId) -> Decimal {
    order.lines.iter().find(|known| known.id == *line).unwrap().unit_cost.unwrap().value()
}

/// What came, by order and day, added up from what was told.
pub fn received(orders: &[&PurchaseOrder]) -> BTreeMap<(String, Date), Decimal> {
    let mut sums: BTreeMap<_, Decimal> = BTreeMap::new();
    for order in orders {
        for receipt in &order.receipts {
            let worth = receipt.lines.iter().map(|line| cost(order, &line.line) * Decimal::from(line.accepted));
            *sums.entry((order.number.clone(), day(receipt.at))).or_default() += worth.sum::<Decimal>();
        }
    }
    sums.retain(|_, sum| !sum.is_zero());
    sums
}

pub fn outstanding(orders: &[&PurchaseOrder]) -> BTreeMap<String, Decimal> {
    let open = orders.iter().filter(|o| matches!(o.state, PurchaseState::Ordered | PurchaseState::PartlyReceived));
    let left = |order: &PurchaseOrder| -> Decimal {
        let came = |line: &books::DocumentId| -> u32 {
            order.receipts.iter().flat_map(|r| &r.lines).filter(|l| l.line == *line).map(|l| l.accepted).sum()
        };
        let left = |line: &books::document::PurchaseLine| {
            line.unit_cost.unwrap().value() * Decimal::from(line.quantity.saturating_sub(came(&line.id)))
        };
        order.lines.iter().map(left).sum()
    };
    open.map(|order| (order.number.clone(), left(order))).filter(|(_, left)| !left.is_zero()).collect()
}

#[tokio::test]
async fn what_came_of_all_purchase_orders_adds_up_to_the_shop_s_own_figures() {
    let simulated = Simulated::open(60).await;
    let pages = simulated.pull(Feed::PurchaseOrders, None).await;
    let told = orders(&pages);
    let purchasing = simulated.shop.purchasing();
    assert_eq!(told.len(), purchasing.orders.len());
    let names: BTreeMap<u32, String> =
        purchasing.orders.iter().map(|o| (o.number, format!("PO{}", o.name()))).collect();
    let expected = purchasing.received_value().into_iter();
    let expected: BTreeMap<_, _> =
        expected.map(|((order, day), value)| ((names[&order].clone(), day), value)).collect();
    assert!(!expected.is_empty());
    assert_eq!(received(&told), expected);
    // A unit that was refused may still come: the shop waits for it, as long as the order is not full.
    let open = purchasing.outstanding().into_iter().map(|(order, left)| (names[&order].clone(), left));
    let full: BTreeSet<&String> =
        told.iter().filter(|o| o.state == PurchaseState::Received).map(|order| &order.number).collect();
    let open: BTreeMap<String, Decimal> = open.filter(|(order, _)| !full.contains(order)).collect();
    assert_eq!(outstanding(&told), open);
    for state in [
        PurchaseState::Draft,
        PurchaseState::Ordered,
        PurchaseState::PartlyReceived,
        PurchaseState::Received,
        PurchaseState::Closed,
    ] {
        assert!(told.iter().any(|order| order.state == state), "no order is {state:?}");
    }
    let longest = told.iter().map(|order| order.lines.len()).max();
    assert!(longest > Some(50), "no order is longer than a page: {longest:?}");
    assert!(told.iter().flat_map(|order| &order.receipts).flat_map(|r| &r.lines).any(|line| line.rejected > 0));
    let taxed = told.iter().flat_map(|order| &order.lines).find(|line| line.tax.is_positive()).unwrap();
    let whole = taxed.unit_cost.unwrap() * Decimal::from(taxed.quantity);
    assert_eq!(taxed.tax, (whole * Decimal::new(10, 2)).rounded());
}

#[tokio::test]
async fn a_purchase_order_that_lives_on_is_told_anew_and_one_that_does_not_is_the_same() {
    let simulated = Simulated::open(60).await;
    let before = simulated.pull(Feed::PurchaseOrders, None).await;
    let open = simulated.shop.purchasing().orders.iter().position(|o| o.is_open() && o.deliveries.is_empty()).unwrap();
    simulated.shop.purchase(|purchasing, at| purchasing.deliver(open, at, 1));
    let dearer = Decimal::new(123_456, 2);
    simulated.shop.purchase(|purchasing, at| purchasing.reprice(open, 0, dearer, at));
    let simulated = simulated.later(Duration::from_hours(2));
    let after = simulated.pull(Feed::PurchaseOrders, None).await;
    let facts = |pages: &[Page]| -> BTreeMap<String, Fact> {
        documents(pages).map(|document| (document.id.to_string(), document.fact.clone())).collect()
    };
    let (before, after) = (facts(&before), facts(&after));
    let changed: Vec<&Fact> = after.iter().filter(|(id, fact)| before[*id] != **fact).map(|(_, fact)| fact).collect();
    let [Fact::PurchaseOrder(order)] = &changed[..] else { panic!("{changed:#?}") };
    assert_eq!(order.lines[0].unit_cost, Some(Money::new(dearer)));
    let taken: u32 = order.receipts[0].lines.iter().map(|line| line.accepted).sum();
    assert_eq!(order.receipts[0].lines.iter().map(|line| line.rejected).sum::<u32>(), 1);
    assert_eq!(taken, order.lines.iter().map(|line| line.quantity).sum::<u32>() - 1);
    assert_eq!(order.state, PurchaseState::Received);
}

#[tokio::test]
async fn transfers_tell_what_arrived_where() {
    let simulated = Simulated::open(60).await;
    let pages = simulated.pull(Feed::Transfers, None).await;
    let told = transfers(&pages);
    let purchasing = simulated.shop.purchasing();
    let ordered = purchasing.orders.iter().filter(|o| o.ordered.is_some()).count();
    assert_eq!(told.len(), ordered + purchasing.transfers.len());
    assert_eq!(told.iter().filter(|transfer| transfer.from.is_none()).count(), ordered);
    assert!(told.iter().any(|transfer| transfer.cancelled && transfer.arrivals.is_empty()));
    for location in 0..2 {
        let id = simulated.shop.location(location);
        let mut sums: BTreeMap<u64, i64> = BTreeMap::new();
        let there = told.iter().filter(|t| t.from.is_some() && t.to.as_ref().is_some_and(|to| to.as_str() == id));
        for line in there.flat_map(|transfer| &transfer.arrivals).flat_map(|arrival| &arrival.lines) {
            let item: u64 = line.item.as_ref().unwrap().short().parse().unwrap();
            *sums.entry(item).or_default() += line.change;
        }
        assert_eq!(sums, purchasing.moved_to(location));
    }
}

#[tokio::test]
async fn stock_items_that_changed_are_told_and_all_of_them_when_no_cursor_is_given() {
    let simulated = Simulated::open(20).await;
    let first = simulated.pull(Feed::StockItems, None).await;
    let all = items(&first);
    assert!(all.len() > 80);
    let (id, item) = all.iter().find(|(_, item)| item.tracked).unwrap();
    assert_eq!(item.levels.len(), 2);
    // Something that changed, so that the others lie long before it: it is asked for again, as the index lags.
    let last = all.keys().last().unwrap();
    simulated.shop.change_cost(last, Decimal::ONE);
    let cursor: Cursor = simulated.pull(Feed::StockItems, None).await.last().unwrap().cursor.clone();
    let simulated = simulated.later(Duration::from_hours(2));

    simulated.shop.change_cost(id, Decimal::new(4711, 2));
    simulated.shop.recount(id, 1, -3);
    let other = all.keys().find(|other| other != &id && all[*other].tracked).unwrap();
    simulated.shop.recount(other, 0, 5);
    let simulated = simulated.later(Duration::from_hours(2));
    let changed = simulated.pull(Feed::StockItems, Some(&cursor)).await;
    let changed = items(&changed);
    assert_eq!(changed.keys().collect::<Vec<_>>(), [id, last]);
    assert_eq!(changed[id].unit_cost, Some(Money::cents(4711)));
    assert_eq!(changed[id].levels[1].on_hand, item.levels[1].on_hand - 3);

    let anew = simulated.pull(Feed::StockItems, None).await;
    let anew = items(&anew);
    assert_eq!(anew.len(), all.len());
    assert_eq!(anew[other].levels[0].on_hand, all[other].levels[0].on_hand + 5);
}

#[tokio::test]
async fn a_missing_permission_names_what_it_takes() {
    for (scope, feed) in [
        ("read_inventory", Feed::StockItems),
        ("read_inventory_purchase_orders", Feed::PurchaseOrders),
        ("read_inventory_transfers", Feed::PurchaseOrders),
        ("read_inventory_transfers", Feed::Transfers),
        ("read_inventory_shipments", Feed::Transfers),
    ] {
        let simulated = Simulated::open(20).await;
        simulated.shop.change(|settings| {
            settings.scopes.remove(scope);
        });
        let client = simulated.client();
        let mut puller = client.pull(feed, None, simulated.now).unwrap();
        let error = puller.next().await.unwrap_err();
        assert!(matches!(&error, Error::MissingScope { required, .. } if required.contains(scope)), "{error}");
    }
}

fn connection(nodes: &[Value], next: Option<&str>) -> Value {
    json!({ "nodes": nodes, "pageInfo": { "hasNextPage": next.is_some(), "endCursor": next } })
}

fn shipment(id: u64, received: Option<&str>, lines: &[(u64, u64, u32, u32)]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(line, item, accepted, rejected)| {
            json!({
                "id": format!("gid://shopify/InventoryShipmentLineItem/{line}"),
                "acceptedQuantity": accepted, "rejectedQuantity": rejected,
                "inventoryItem": { "id": format!("gid://shopify/InventoryItem/{item}"), "sku": "MUG" },
            })
        })
        .collect();
    json!({
        "id": format!("gid://shopify/InventoryShipment/{id}"), "dateReceived": received,
        "lineItems": connection(&lines, None),
    })
}

fn transfer(id: u64, shipments: &[Value]) -> Value {
    json!({
        "id": format!("gid://shopify/InventoryTransfer/{id}"), "name": "T1", "status": "IN_PROGRESS",
        "origin": null, "destination": null, "shipments": connection(shipments, None),
    })
}

fn line(id: u64, item: Option<u64>, quantity: u32) -> Value {
    json!({
        "id": format!("gid://shopify/InventoryPurchaseOrderLineItem/{id}"),
        "title": "Mug", "variantTitle": "Default Title", "supplierSku": "S-1", "totalQuantity": quantity,
        "taxPercent": null, "unitCost": { "amount": "6.50", "currencyCode": "USD" }, "subtotal": null, "totalCost": null,
        "inventoryItem": item.map(|item| json!({ "id": format!("gid://shopify/InventoryItem/{item}"), "sku": "MUG" })),
    })
}

fn purchase(lines: &[Value], transfers: &[Value]) -> Value {
    json!({
        "id": "gid://shopify/InventoryPurchaseOrder/1", "name": "PO1", "status": "ORDERED", "currency": "USD",
        "dateCreated": "2026-10-01T10:00:00Z", "orderedAt": "2026-10-02T10:00:00Z", "archivedAt": null,
        "origin": { "supplierName": " Pine Works " }, "destination": { "location": { "id": "gid://shopify/Location/1" } },
        "lineItems": connection(lines, None), "transfers": connection(transfers, None),
    })
}

fn read(order: &Value) -> PurchaseOrder {
    match decode_purchase_order(&order.to_string(), time(NOW)).unwrap().fact {
        Fact::PurchaseOrder(order) => *order,
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_lines_of_one_item_share_what_came_of_it() {
    let came = shipment(1, Some("2026-10-09T10:00:00Z"), &[(1, 7, 5, 1)]);
    let order = read(&purchase(&[line(1, Some(7), 4), line(2, Some(7), 4)], &[transfer(1, &[came])]));
    let shares: Vec<(u32, u32)> = order.receipts[0].lines.iter().map(|line| (line.accepted, line.rejected)).collect();
    assert_eq!(shares, [(4, 0), (1, 1)]);
    assert_eq!(order.state, PurchaseState::PartlyReceived);
    assert_eq!(order.supplier_name, "Pine Works");
    assert_eq!(order.lines[0].title, "Mug");
}

#[test]
fn what_came_without_having_been_ordered_is_told_under_its_own_id() {
    let came = shipment(1, Some("2026-10-09T10:00:00Z"), &[(31, 8, 2, 0)]);
    let order = read(&purchase(&[line(1, Some(7), 4), line(2, None, 1)], &[transfer(1, &[came])]));
    assert_eq!(order.receipts[0].lines[0].line.as_str(), "gid://shopify/InventoryShipmentLineItem/31");
}

#[test]
fn goods_without_a_date_of_receipt_wait_for_it() {
    let came = shipment(1, None, &[(1, 7, 3, 0)]);
    let order = read(&purchase(&[line(1, Some(7), 4)], &[transfer(1, &[came])]));
    assert_eq!((order.receipts.len(), order.state), (0, PurchaseState::PartlyReceived));
}

#[test]
fn a_cost_in_another_currency_than_the_order_s_is_not_taken_for_one() {
    let mut strange = line(1, Some(7), 4);
    strange["unitCost"]["currencyCode"] = json!("EUR");
    assert_eq!(read(&purchase(&[strange], &[])).lines[0].unit_cost, None);
}

#[tokio::test]
async fn lists_that_are_cut_are_asked_for_to_their_end() {
    let many: Vec<Value> = (0..3).map(|n| line(n, Some(n), 1)).collect();
    let rest = many.clone();
    let shop = Shop::open(move |asked| match asked.operation().as_str() {
        "PurchaseOrders" => {
            let mut order = purchase(&many[..2], &[json!({ "id": "gid://shopify/InventoryTransfer/1" })]);
            order["lineItems"] = connection(&many[..2], Some("L2"));
            order["transfers"]["pageInfo"] = json!({ "hasNextPage": true, "endCursor": "T1" });
            Reply::data(&json!({ "inventoryPurchaseOrders": connection(&[order], None) }))
        }
        "PurchaseLinesPage" => Reply::data(&json!({ "node": { "page": connection(&rest[2..], None) } })),
        "PurchaseTransfersPage" => {
            let second = json!({ "id": "gid://shopify/InventoryTransfer/2" });
            Reply::data(&json!({ "node": { "page": connection(&[second], None) } }))
        }
        "TransfersById" => {
            let mut first = transfer(1, &[shipment(11, Some("2026-10-09T10:00:00Z"), &[(1, 0, 1, 0)])]);
            first["shipments"]["pageInfo"] = json!({ "hasNextPage": true, "endCursor": "S1" });
            Reply::data(&json!({ "nodes": [first, transfer(2, &[]), null] }))
        }
        "TransferShipmentsPage" => {
            let mut more = shipment(12, Some("2026-10-10T10:00:00Z"), &[(2, 1, 1, 0)]);
            more["lineItems"]["pageInfo"] = json!({ "hasNextPage": true, "endCursor": "P1" });
            Reply::data(&json!({ "node": { "page": connection(&[more], None) } }))
        }
        "ShipmentLinesPage" => {
            let lines = shipment(12, None, &[(3, 2, 1, 0)])["lineItems"].clone();
            Reply::data(&json!({ "node": { "page": lines } }))
        }
        other => panic!("{other} was not expected"),
    })
    .await;
    let client = shop.client(&TestClock::at(NOW));
    let mut puller = client.pull(Feed::PurchaseOrders, None, time(NOW)).unwrap();
    let page = puller.next().await.unwrap().unwrap();
    let told = orders(std::slice::from_ref(&page))[0].clone();
    assert_eq!((told.lines.len(), told.state), (3, PurchaseState::Received));
    assert_eq!(told.receipts.iter().map(|receipt| receipt.lines.len()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(decode_purchase_order(&page.documents[0].raw, time(NOW)).unwrap(), page.documents[0].document);
    assert!(puller.next().await.unwrap().is_none());
}

#[tokio::test]
async fn an_item_at_many_locations_is_told_whole_and_one_without_a_variant_not_at_all() {
    let level = |location: u64, on_hand: i64| {
        json!({
            "location": { "id": format!("gid://shopify/Location/{location}") },
            "quantities": [
                { "name": "committed", "quantity": 2 },
                { "name": "on_hand", "quantity": on_hand },
            ],
        })
    };
    let item = move |id: u64, variants: &[Value], next: Option<&str>| {
        json!({
            "id": format!("gid://shopify/InventoryItem/{id}"), "updatedAt": "2026-10-01T10:00:00Z", "tracked": true,
            "unitCost": null, "variants": { "nodes": variants },
            "inventoryLevels": connection(&[level(2, -4)], next),
        })
    };
    let variant = value(r#"{"id":"gid://shopify/ProductVariant/5"}"#);
    let shop = Shop::open(move |asked| match asked.operation().as_str() {
        "StockItems" => {
            let items = [item(1, std::slice::from_ref(&variant), Some("C")), item(2, &[], None)];
            Reply::data(&json!({ "inventoryItems": connection(&items, None) }))
        }
        _ => Reply::data(&json!({ "node": { "page": connection(&[level(1, 9)], None) } })),
    })
    .await;
    let client = shop.client(&TestClock::at(NOW));
    let page = client.pull(Feed::StockItems, None, time(NOW)).unwrap().next().await.unwrap().unwrap();
    let told = items(std::slice::from_ref(&page))["gid://shopify/InventoryItem/1"].clone();
    assert_eq!(page.documents.len(), 1);
    let levels: Vec<(i64, i64)> = told.levels.iter().map(|level| (level.on_hand, level.committed)).collect();
    assert_eq!(levels, [(9, 2), (-4, 2)]);
    assert_eq!(told.unit_cost, None);
}
