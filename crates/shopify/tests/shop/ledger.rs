//! The safety nets beside the documents: money that moved, and orders that are gone.

use crate::support::{Reply, Shop, TestClock, list, time};
use books::Money;
use serde_json::json;
use shopify::Tender;

const NOW: &str = "2026-11-23T12:00:00Z";

#[tokio::test]
async fn tenders_are_read_week_by_week_to_the_last_page() {
    let tender = |id: u64, amount: &str| {
        json!({
            "id": format!("gid://shopify/TenderTransaction/{id}"), "processedAt": "2026-11-02T10:00:00Z", "test": false,
            "paymentMethod": "cash", "amount": { "amount": amount, "currencyCode": "CAD" },
            "order": { "id": "gid://shopify/Order/1" },
        })
    };
    let shop = Shop::open(move |asked| {
        let (search, after) = (asked.search(), asked.variables()["after"].clone());
        let (nodes, next) = match (search.contains(">='2026-11-01T00:00:00Z'"), after.as_str()) {
            (true, None) => (vec![tender(1, "12.50"), tender(2, "-12.5")], Some("c1")),
            (true, Some("c1")) => (vec![tender(3, "1")], None),
            (false, None) => {
                let mut gone = tender(4, "3");
                gone["order"] = json!(null);
                gone["processedAt"] = json!(null);
                gone["test"] = json!(true);
                (vec![gone], None)
            }
            other => panic!("{other:?}"),
        };
        Reply::data(&list("tenderTransactions", &nodes, next))
    })
    .await;
    let client = shop.client(&TestClock::at(NOW));
    let mut tenders = client.tenders(time("2026-11-01T00:00:00Z"), time("2026-11-10T00:00:00Z"));
    let mut all: Vec<Tender> = Vec::new();
    while let Some(page) = tenders.next().await.unwrap() {
        all.extend(page);
    }
    let numbers: Vec<&str> = all.iter().map(|tender| tender.id.short()).collect();
    assert_eq!(numbers, ["1", "2", "3", "4"]);
    assert_eq!(all[0].amount + all[1].amount, Money::ZERO, "what went back is below zero");
    assert_eq!((all[0].method.as_deref(), all[0].currency.code(), all[0].test), (Some("cash"), "CAD", false));
    assert_eq!((&all[3].order, all[3].at, all[3].test), (&None, None, true));
    let searches: Vec<String> = shop.asked().iter().map(crate::support::Asked::search).collect();
    assert_eq!(searches[0], "processed_at:>='2026-11-01T00:00:00Z' AND processed_at:<'2026-11-08T00:00:00Z'");
    assert_eq!(searches[2], "processed_at:>='2026-11-08T00:00:00Z' AND processed_at:<'2026-11-10T00:00:00Z'");
}

#[tokio::test]
async fn orders_that_were_deleted_are_told_by_id_and_nothing_else_that_was() {
    let event = |action: &str, kind: &str, id: u64| {
        json!({
            "createdAt": "2026-11-20T09:00:00Z", "action": action, "subjectType": kind,
            "subjectId": format!("gid://shopify/Order/{id}"),
        })
    };
    let shop = Shop::open(move |asked| match asked.variables()["after"].as_str() {
        None => {
            Reply::data(&list("events", &[event("destroy", "ORDER", 1), event("destroy", "PRODUCT", 2)], Some("c")))
        }
        // Not every event is about something.
        _ => Reply::data(&list(
            "events",
            &[
                event("create", "ORDER", 3),
                event("destroy", "ORDER", 4),
                json!({ "createdAt": NOW, "action": "destroy" }),
            ],
            None,
        )),
    })
    .await;
    let deleted = shop.client(&TestClock::at(NOW)).deleted_orders(time("2026-11-01T00:00:00Z")).await.unwrap();
    let ids: Vec<&str> = deleted.iter().map(|order| order.id.short()).collect();
    assert_eq!(ids, ["1", "4"]);
    assert_eq!(deleted[0].at, time("2026-11-20T09:00:00Z"));
    assert_eq!(
        shop.asked()[0].search(),
        "action:destroy AND subject_type:ORDER AND created_at:>='2026-11-01T00:00:00Z'"
    );
}
