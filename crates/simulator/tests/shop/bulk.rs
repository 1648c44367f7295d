//! Bulk operations: refused where Shopify refuses, told as they go on, and whole once they are done.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use simulator::shop::{Fault, Mix, NewOrder, NewRefund, Portion, Shop};

use super::client::{Client, document, list, serve, shop};

const IDS: &str = "{ orders { edges { node { id name } } } }";

async fn run(client: &Client, query: &str) -> Value {
    let variables = json!({"query": query});
    client.data(&document("08_bulk_control"), Some("BulkRun"), variables).await["bulkOperationRunQuery"].take()
}

async fn poll(client: &Client, id: &Value) -> Value {
    client.data(&document("08_bulk_control"), Some("BulkPoll"), json!({"id": id})).await["bulkOperation"].take()
}

/// Runs a query and waits until it is no longer under way.
async fn finished(client: &Client, query: &str) -> Value {
    let begun = run(client, query).await;
    assert_eq!(begun["userErrors"], json!([]));
    assert_eq!(begun["bulkOperation"]["status"], "CREATED");
    loop {
        let told = poll(client, &begun["bulkOperation"]["id"]).await;
        if told["status"] != "CREATED" && told["status"] != "RUNNING" {
            return told;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn fetch(client: &Client, url: &Value) -> reqwest::Result<String> {
    client.http.get(url.as_str().unwrap()).send().await?.error_for_status()?.text().await
}

async fn lines(client: &Client, told: &Value) -> Vec<Value> {
    let text = fetch(client, &told["url"]).await.unwrap();
    assert_eq!(told["fileSize"], text.len().to_string());
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told["objectCount"], lines.len().to_string());
    lines
}

/// A shop of so many everyday orders and one that was refunded.
fn refunded(orders: u32) -> Shop {
    let shop = shop(|trade| trade.orders = orders);
    let id = shop.place(&NewOrder::default()).unwrap();
    shop.give_back(&id, &NewRefund { money: Portion::Exactly(1.into()), ..NewRefund::default() }).unwrap();
    shop
}

#[tokio::test]
async fn a_months_orders_come_whole_with_each_child_under_its_parent() {
    let shop = refunded(150);
    let client = serve(&shop).await;
    let query = document("07_orders_bulk").replace("2026-02-01", "2027-01-01");
    let told = finished(&client, &query).await;
    assert_eq!((&told["status"], &told["errorCode"]), (&json!("COMPLETED"), &Value::Null));
    assert_eq!(told["rootObjectCount"], "151");
    let lines = lines(&client, &told).await;
    let text = fetch(&client, &told["url"]).await.unwrap();
    assert!(text.contains(r#""id":"gid:\/\/shopify\/Order\/"#) && !text.contains("gid://"));
    let ids: BTreeSet<&str> = lines.iter().map(|l| l["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), lines.len(), "no object comes twice");
    let mut children: BTreeMap<&str, usize> = BTreeMap::new();
    for parent in lines.iter().filter_map(|l| l["__parentId"].as_str()) {
        assert!(ids.contains(parent), "{parent} is not in the file");
        *children.entry(parent).or_default() += 1;
    }
    let position = |id: &str| lines.iter().position(|l| l["id"] == id).unwrap();
    let early = lines.iter().enumerate().any(|(n, l)| l["__parentId"].as_str().is_some_and(|p| position(p) > n));
    assert!(early, "not grouped, some children come before their parents");
    // Counted against plain paging.
    for order in client.orders().await.into_iter().step_by(20) {
        let id = order["id"].as_str().unwrap();
        let of = |kind: &str| {
            let prefix = format!("gid://shopify/{kind}/");
            lines.iter().filter(|l| l["__parentId"] == id && l["id"].as_str().unwrap().starts_with(&prefix)).count()
        };
        assert_eq!(of("LineItem"), list(&order["lineItems"]).len());
        assert_eq!(of("SalesAgreement"), 1 + list(&order["refunds"]).len());
    }
    let refund = lines.iter().find(|l| l["__typename"] == "RefundAgreement").unwrap();
    assert_eq!(children[refund["id"].as_str().unwrap()], 1);
    let root = &lines[position(refund["__parentId"].as_str().unwrap())];
    assert_eq!(root["refunds"].as_array().unwrap().len(), 1, "plain lists stay in the line");
}

#[tokio::test]
async fn a_query_against_the_rules_is_refused_in_shopifys_words() {
    let client = serve(&shop(|trade| trade.orders = 1)).await;
    for (query, words) in [
        ("{ shop { name } }", "must contain at least one connection"),
        (
            "{ orders { nodes { id } } }",
            "'nodes' field directly on a connection is not supported. Invalid connection fields: 'orders'",
        ),
        (
            "{ orders { edges { node { name lineItems { edges { node { id } } } } } } }",
            "Connection fields without 'id': lineItems.",
        ),
        (
            "{ orders { edges { node { id refunds { id refundLineItems { nodes { id } } } } } } }",
            "a connection field within a list field",
        ),
        (
            "{ orders { edges { node { id agreements { edges { node { id sales { edges { node { id } } } } } } } } } a: orders { edges { node { id } } } b: orders { edges { node { id } } } c: orders { edges { node { id } } } }",
            "more than 5 connections",
        ),
        ("{ orders { edges { node { id colour } } } }", "Invalid bulk query"),
        ("{ node(id: \"gid://shopify/Order/1\") { id } }", "top level `node` field"),
    ] {
        let refused = run(&client, query).await;
        assert!(refused["bulkOperation"].is_null(), "{query}");
        let errors = list(&refused["userErrors"]);
        assert_eq!((&errors[0]["field"], &errors[0]["code"]), (&json!(["query"]), &json!("INVALID")));
        assert!(errors.iter().any(|e| e["message"].as_str().unwrap().contains(words)), "{query}: {errors:?}");
    }
}

#[tokio::test]
async fn five_run_at_a_time_and_one_that_is_cancelled_makes_room() {
    let shop = refunded(1);
    shop.change(|s| s.bulk_delay = Duration::from_hours(1));
    let client = serve(&shop).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(run(&client, IDS).await["bulkOperation"]["id"].clone());
    }
    assert_eq!(poll(&client, &ids[0]).await["status"], "CREATED");
    let refused = run(&client, IDS).await;
    assert_eq!(refused["userErrors"][0]["code"], "OPERATION_IN_PROGRESS");
    assert!(refused["userErrors"][0]["message"].as_str().unwrap().contains(ids[4].as_str().unwrap()));
    let listed = client.data(&document("08_bulk_control"), Some("BulkList"), json!({})).await;
    assert_eq!(list(&listed["bulkOperations"])[0]["id"], ids[4], "the newest first");
    let cancelled = client.data(&document("08_bulk_control"), Some("BulkCancel"), json!({"id": ids[1]})).await;
    assert_eq!(cancelled["bulkOperationCancel"]["bulkOperation"]["status"], "CANCELING");
    assert_eq!(poll(&client, &ids[1]).await["status"], "CANCELED");
    assert_eq!(run(&client, IDS).await["userErrors"], json!([]));
    let again = client.data(&document("08_bulk_control"), Some("BulkCancel"), json!({"id": ids[1]})).await;
    assert_eq!(list(&again["bulkOperationCancel"]["userErrors"]).len(), 1);
}

#[tokio::test]
async fn what_goes_wrong_with_an_operation_is_told() {
    let shop = refunded(9);
    let client = serve(&shop).await;
    shop.faults().push(Fault::BulkFails);
    shop.faults().push(Fault::BulkFailsHalfway);
    shop.faults().push(Fault::BulkExpires);
    let failed = finished(&client, IDS).await;
    assert_eq!((&failed["status"], &failed["errorCode"]), (&json!("FAILED"), &json!("INTERNAL_SERVER_ERROR")));
    assert!(failed["url"].is_null() && failed["partialDataUrl"].is_null());
    let halfway = finished(&client, IDS).await;
    assert_eq!(fetch(&client, &halfway["partialDataUrl"]).await.unwrap().lines().count(), 5);
    assert_eq!(finished(&client, IDS).await["status"], "EXPIRED");

    let good = finished(&client, IDS).await;
    shop.faults().push(Fault::CutFile);
    assert!(fetch(&client, &good["url"]).await.is_err(), "the file was not cut");
    assert_eq!(lines(&client, &good).await.len(), 10);
    shop.expire_bulk_urls();
    assert_eq!(fetch(&client, &good["url"]).await.unwrap_err().status().unwrap().as_u16(), 400);

    let none = finished(&client, "{ orders(query: \"name:#1\") { edges { node { id } } } }").await;
    assert_eq!((&none["status"], &none["url"], &none["objectCount"]), (&json!("COMPLETED"), &Value::Null, &json!("0")));
    shop.change(|s| {
        s.scopes.remove("read_customers");
    });
    let denied = finished(&client, "{ orders { edges { node { id customer { id } } } } }").await;
    assert_eq!((&denied["status"], &denied["errorCode"]), (&json!("FAILED"), &json!("ACCESS_DENIED")));
}

#[tokio::test]
async fn points_are_counted_as_the_answers_tell_them() {
    let shop = refunded(3);
    let client = serve(&shop).await;
    let query = "{ orders(first: 3) { nodes { id lineItems(first: 50) { nodes { id } } } } }";
    let cost = client.ask(query, None, json!({})).await["extensions"]["cost"].take();
    let points = shop.points();
    assert_eq!(points.queries, 1);
    assert_eq!(
        (json!(points.requested), json!(points.actual)),
        (cost["requestedQueryCost"].clone(), cost["actualQueryCost"].clone())
    );
    let begun = run(&client, IDS).await;
    let after = shop.points();
    assert!(after.requested - points.requested >= 10, "a mutation costs ten and its payload");
    poll(&client, &begun["bulkOperation"]["id"]).await;
    let polled = shop.points();
    assert_eq!((polled.queries, polled.requested - after.requested, polled.actual - after.actual), (3, 1, 1));
}

#[tokio::test]
async fn an_inventory_snapshot_lists_every_level() {
    let client = serve(&shop(|trade| {
        trade.orders = 1;
        trade.mix = Mix::everything();
    }))
    .await;
    let told = finished(&client, &document("12_inventory_bulk")).await;
    let lines = lines(&client, &told).await;
    let levels = lines.iter().filter(|l| !l["__parentId"].is_null()).count();
    let tracked = lines.iter().filter(|l| l["tracked"] == true).count();
    assert_eq!(levels, 2 * tracked);
}
