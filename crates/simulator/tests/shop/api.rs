//! How the simulated shop answers: documents, pages, searches, refusals, the bucket and what goes wrong on request.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use simulator::shop::{Bucket, Fault, FinancialStatus, Installation, Mix};

use super::client::{Client, document, list, serve, shop};

const CHANGED: &str = "query($first: Int = 20, $after: String, $query: String) { orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) { nodes { id name updatedAt test } pageInfo { hasNextPage endCursor } } }";

fn ids(nodes: &[Value]) -> Vec<String> {
    nodes.iter().map(|n| n["id"].as_str().unwrap().to_owned()).collect()
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("")
}

#[tokio::test]
async fn every_document_of_a_connector_is_answered_without_errors() {
    let shop = shop(|trade| trade.mix = Mix::everything());
    let client = serve(&shop).await;
    let refunded = shop.with_orders(|orders| {
        let first = orders.iter().find(|o| o.financial_status() == FinancialStatus::PartiallyRefunded);
        first.unwrap().id()
    });
    let refund = client
        .data("query($id: ID!) { order(id: $id) { refunds(first: 5) { id } } }", None, json!({"id": refunded}))
        .await;
    let refund = &refund["order"]["refunds"][0]["id"];
    let probe = client.data(&document("00_shop_probe"), None, json!({})).await;
    assert_eq!(probe["shop"]["ianaTimezone"], "America/New_York");
    for (name, operation, variables) in [
        ("01_orders_changed", None, json!({"query": "status:any"})),
        ("02_order_detail", None, json!({"id": refunded})),
        ("03_order_connections", Some("OrderLineItemsPage"), json!({"id": refunded})),
        ("03_order_connections", Some("RefundLineItemsPage"), json!({"id": refund})),
        ("04_order_agreements", None, json!({"id": refunded})),
        ("05_order_returns", None, json!({"id": refunded})),
        ("06_orders_page_full", None, json!({"query": ""})),
        ("10_product_variants", Some("ProductVariants"), json!({})),
        ("10_product_variants", Some("ProductsChanged"), json!({"query": ""})),
        ("10_product_variants", Some("ProductsDeleted"), json!({})),
        ("14_customers", None, json!({})),
        ("15_locations", None, json!({})),
        ("17_tender_transactions", None, json!({})),
        ("18_gift_cards", None, json!({})),
    ] {
        let data = client.data(&document(name), operation, variables).await;
        assert!(data.as_object().unwrap().values().all(|v| !v.is_null()), "{name}: {data}");
    }
}

#[tokio::test]
async fn the_mix_holds_what_it_promises() {
    let shop = shop(|trade| trade.orders = 1500);
    let client = serve(&shop).await;
    let orders = client.walk(&document("06_orders_page_full"), None, "orders", json!({"query": "", "first": 50})).await;
    let has = |what: &str, is: &dyn Fn(&Value) -> bool| assert!(orders.iter().any(is), "no {what}");
    let line = |is: fn(&Value) -> bool| move |o: &Value| list(&o["lineItems"]).iter().any(is);
    let gateways = |o: &Value| {
        let paid = list(&o["transactions"]).iter().filter(|t| t["status"] == "SUCCESS");
        paid.map(|t| t["gateway"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    has("long order", &|o| o["lineItems"]["pageInfo"]["hasNextPage"] == true);
    has("test order", &|o| o["test"] == true);
    has("unpaid order", &|o| o["displayFinancialStatus"] == "PENDING");
    has("authorized order", &|o| o["displayFinancialStatus"] == "AUTHORIZED");
    has("free order", &|o| o["totalPriceSet"]["shopMoney"]["amount"] == "0.0");
    has("guest", &|o| o["customer"].is_null());
    has("order at a till", &|o| o["sourceName"] == "pos" && !o["retailLocation"].is_null());
    has("gift card sold", &line(|l| l["isGiftCard"] == true));
    has("tip", &line(|l| l["title"] == "Tip"));
    has("title of 255 characters", &line(|l| l["title"].as_str().unwrap().chars().count() == 255));
    has("gift card redeemed", &|o| gateways(o).contains("gift_card"));
    has("two gateways", &|o| gateways(o).len() > 1 && !gateways(o).contains("gift_card"));
    has("change", &|o| list(&o["transactions"]).iter().any(|t| t["kind"] == "CHANGE"));
    has("channel's own tax", &|o| list(&o["taxLines"]).iter().any(|t| t["channelLiable"] == true));
    assert!(orders.iter().all(|o| list(&o["refunds"]).is_empty()), "paid orders have no refunds");
}

#[test]
fn the_same_seed_makes_the_same_shop() {
    let figures = || {
        shop(|trade| trade.mix = Mix::everything())
            .finance(jiff::civil::date(2026, 1, 1), jiff::civil::date(2026, 12, 31))
    };
    assert_eq!(figures(), figures());
    let other = shop(|trade| trade.seed = 12).finance(jiff::civil::date(2026, 1, 1), jiff::civil::date(2026, 12, 31));
    assert_ne!(figures().total, other.total);
}

#[tokio::test]
async fn a_window_of_changes_holds_what_changed_in_it_and_later_changes_come_in_the_next() {
    let shop = shop(|_| {});
    let client = serve(&shop).await;
    let all = client.walk(CHANGED, None, "orders", json!({})).await;
    assert_eq!(all.len(), 300);
    let times: Vec<&str> = all.iter().map(|o| o["updatedAt"].as_str().unwrap()).collect();
    assert!(times.is_sorted());
    let (from, to) = (times[50], times[200]);
    let window = client
        .walk(CHANGED, None, "orders", json!({"query": format!("updated_at:>='{from}' AND updated_at:<'{to}'")}))
        .await;
    assert!(window.iter().all(|o| o["updatedAt"].as_str().unwrap() >= from && o["updatedAt"].as_str().unwrap() < to));
    assert!(window.len() >= 140, "{}", window.len());

    let before = shop.now().to_string();
    let mut expected = shop.advance(3);
    let old = all[0]["id"].as_str().unwrap().to_owned();
    assert!(shop.touch(&old));
    expected.push(old);
    let next = client.walk(CHANGED, None, "orders", json!({"query": format!("updated_at:>'{before}'")})).await;
    assert_eq!(ids(&next), expected);
    let by_id = client.walk(CHANGED, None, "orders", json!({"query": format!("id:{}", expected[0])})).await;
    assert_eq!(ids(&by_id), &expected[..1]);
}

#[tokio::test]
async fn pages_refuse_wrong_sizes_and_foreign_cursors() {
    let shop = shop(|_| {});
    let client = serve(&shop).await;
    for document in ["{ orders { nodes { id } } }", "{ orders(first: 251) { nodes { id } } }"] {
        assert_eq!(code(&client.ask(document, None, json!({})).await), "BAD_REQUEST", "{document}");
    }
    let page = client.data(CHANGED, None, json!({"query": "test:false"})).await;
    let cursor = page["orders"]["pageInfo"]["endCursor"].clone();
    let foreign = client.ask(CHANGED, None, json!({"query": "test:true", "after": cursor})).await;
    assert_eq!(code(&foreign), "BAD_REQUEST");
    let unknown = client.ask("{ orders(first: 1) { nodes { id colour } } }", None, json!({})).await;
    assert_eq!(code(&unknown), "undefinedField");
    assert_eq!(unknown["errors"][0]["message"], "Field 'colour' doesn't exist on type 'Order'");
}

#[tokio::test]
async fn a_plain_list_is_cut_without_a_word() {
    let shop = shop(|_| {});
    let client = serve(&shop).await;
    let id = shop.with_orders(|orders| orders[0].id());
    let document = "query($id: ID!) { order(id: $id) { transactionsCount { count } transactions(first: 0) { id } } }";
    let data = client.data(document, None, json!({"id": id})).await;
    assert!(list(&data["order"]["transactions"]).is_empty());
}

#[tokio::test]
async fn a_missing_scope_nulls_the_field_and_says_which() {
    let shop = shop(|_| {});
    shop.change(|s| {
        s.scopes.remove("read_customers");
    });
    let client = serve(&shop).await;
    let id = shop.with_orders(|orders| orders.iter().find(|o| !o.is_test()).unwrap().id());
    let answer =
        client.ask("query($id: ID!) { order(id: $id) { name customer { id } } }", None, json!({"id": id})).await;
    assert_eq!(code(&answer), "ACCESS_DENIED");
    assert_eq!(answer["errors"][0]["path"], json!(["order", "customer"]));
    assert_eq!(answer["errors"][0]["extensions"]["requiredAccess"], "`read_customers` access scope.");
    assert!(answer["data"]["order"]["name"].is_string() && answer["data"]["order"]["customer"].is_null());
}

#[tokio::test]
async fn without_leave_for_personal_data_names_are_empty_and_amounts_are_not() {
    let shop = shop(|_| {});
    shop.change(|s| s.personal_data = false);
    let client = serve(&shop).await;
    let data = client.data(&document("14_customers"), None, json!({})).await;
    let customer = &data["customers"]["nodes"][0];
    assert!(customer["firstName"].is_null() && customer["defaultAddress"].is_null());
    assert!(customer["id"].is_string());
}

#[tokio::test]
async fn without_all_orders_only_sixty_days_are_seen() {
    let shop = shop(|trade| trade.days = 200);
    let client = serve(&shop).await;
    let all = client.walk(CHANGED, None, "orders", json!({})).await.len();
    shop.change(|s| {
        s.scopes.remove("read_all_orders");
    });
    let recent = client.walk(CHANGED, None, "orders", json!({})).await.len();
    assert!(recent > 0 && recent < all, "{recent} of {all}");
}

#[tokio::test]
async fn the_price_of_a_query_is_what_was_recorded_and_an_empty_bucket_throttles() {
    let shop = shop(|_| {});
    shop.change(|s| s.bucket = Bucket { maximum: 450.0, restore: 0.001 });
    let client = serve(&shop).await;
    let id = shop.with_orders(|orders| orders[0].id());
    let detail = document("02_order_detail");
    let answer = client.ask(&detail, None, json!({"id": id})).await;
    let cost = &answer["extensions"]["cost"];
    let requested = cost["requestedQueryCost"].as_i64().unwrap();
    assert!((190..=230).contains(&requested), "{requested}");
    let actual = cost["actualQueryCost"].as_i64().unwrap();
    assert!(actual > 0 && actual < requested, "{actual}");
    let mut last = answer;
    for _ in 0..60 {
        last = client.ask(&detail, None, json!({"id": id})).await;
    }
    assert_eq!(code(&last), "THROTTLED");
    assert!(last.get("data").is_none() && last["extensions"]["cost"]["actualQueryCost"].is_null());
    assert!(last["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"].as_f64().unwrap() < 250.0);
}

#[tokio::test]
async fn one_query_may_not_cost_more_than_a_thousand_points() {
    let client = serve(&shop(|_| {})).await;
    let dear = "{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { id duties { id taxLines { title } } taxLines { title } discountAllocations { discountApplication { index } } } } again: lineItems(first: 250) { nodes { id taxLines { title } } } } } }";
    assert_eq!(code(&client.ask(dear, None, json!({})).await), "MAX_COST_EXCEEDED");
}

async fn sign_in(client: &Client, secret: &str) -> (u16, String) {
    let form = format!("grant_type=client_credentials&client_id=simulated%2Dclient&client_secret={secret}");
    let request = client.http.post(format!("{}/admin/oauth/access_token", client.address));
    let response = request.header("Content-Type", "application/x-www-form-urlencoded").body(form).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_token_is_good_for_its_time_and_no_longer() {
    let shop = shop(|_| {});
    let mut client = serve(&shop).await;
    shop.change(|s| s.token_lifetime = Duration::from_hours(1));
    let (status, body) = sign_in(&client, "simulated-secret").await;
    let grant: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, grant["expires_in"].as_i64()), (200, Some(3600)));
    assert!(grant["scope"].as_str().unwrap().contains("read_orders"));
    client.token = grant["access_token"].as_str().unwrap().to_owned();
    client.data("{ shop { name } }", None, json!({})).await;

    shop.change(|s| s.token_lifetime = Duration::ZERO);
    client.token = shop.token();
    let refused = client.post(&json!({"query": "{ shop { name } }"})).await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["x-shopify-api-version"], "2026-10");
    assert!(refused.text().await.unwrap().contains("[API] Invalid API key or access token"));
}

#[tokio::test]
async fn a_wrong_sign_in_is_told_why() {
    let shop = shop(|_| {});
    let client = serve(&shop).await;
    assert!(matches!(sign_in(&client, "wrong").await, (400, body) if body.contains("invalid_client")));
    shop.change(|s| s.installation = Installation::Missing);
    assert!(matches!(sign_in(&client, "simulated-secret").await, (400, body) if body.contains("app_not_installed")));
    shop.change(|s| s.installation = Installation::OtherOrganization);
    assert!(matches!(sign_in(&client, "simulated-secret").await, (400, body) if body.contains("shop_not_permitted")));
}

#[tokio::test]
async fn what_shall_go_wrong_goes_wrong_once_and_in_order() {
    let shop = shop(|_| {});
    let client = serve(&shop).await;
    let body = json!({"query": "{ shop { name } }"});
    let faults = shop.faults();
    faults.push(Fault::ServerError);
    faults.push(Fault::HtmlBadGateway);
    faults.push(Fault::Unauthorized);
    faults.push(Fault::ShopStatus(402));
    faults.push(Fault::InternalError);
    faults.push(Fault::Throttled);
    faults.push(Fault::CutBody);
    for expected in [500, 502, 401, 402] {
        assert_eq!(client.post(&body).await.unwrap().status(), expected);
    }
    for expected in ["INTERNAL_SERVER_ERROR", "THROTTLED"] {
        let answer: Value = client.post(&body).await.unwrap().json().await.unwrap();
        assert_eq!(code(&answer), expected);
    }
    assert!(client.post(&body).await.unwrap().text().await.is_err(), "the body was not cut");
    client.data("{ shop { name } }", None, json!({})).await;
    assert_eq!(faults.waiting(), 0);
}

#[tokio::test]
async fn the_index_may_lag_pages_may_repeat_and_orders_may_move_between_pages() {
    let shop = shop(|_| {});
    let client = serve(&shop).await;
    let new = shop.place_order();
    shop.faults().push(Fault::IndexLag(1));
    let lagging = client.data(CHANGED, None, json!({"query": format!("id:{new}")})).await;
    assert!(list(&lagging["orders"]).is_empty(), "the index does not know the order yet");
    let found = client.data("query($id: ID!) { order(id: $id) { id } }", None, json!({"id": new})).await;
    assert_eq!(found["order"]["id"], new.as_str());

    let all = ids(&client.walk(CHANGED, None, "orders", json!({})).await);
    shop.faults().push(Fault::RepeatedRow);
    let repeated = ids(&client.walk(CHANGED, None, "orders", json!({})).await);
    assert_eq!(repeated.len(), all.len() + 1);
    assert_eq!(repeated[19], repeated[20]);

    shop.faults().push(Fault::EditBetweenPages);
    let moved = ids(&client.walk(CHANGED, None, "orders", json!({})).await);
    assert_eq!(moved.last(), Some(&all[20]), "the edited order comes last");
    assert_eq!(moved.len(), all.len());
}

#[tokio::test]
async fn the_local_routes_give_figures_and_take_faults() {
    let shop = shop(|_| {});
    let client = serve(&shop).await;
    let get = client.http.get(format!("{}/simulated/finance.json?paid=true", client.address));
    let told: Value = get.send().await.unwrap().json().await.unwrap();
    let from = jiff::civil::date(2000, 1, 1);
    let paid = shop.finance_of(from, jiff::civil::date(2100, 1, 1), |o| o.financial_status() == FinancialStatus::Paid);
    assert_eq!(told["total"]["total"], paid.total.total.to_string());
    let post = client.http.post(format!("{}/simulated/faults", client.address));
    post.body(r#"["server_error", {"slow": 1}, {"shop_status": 423}]"#).send().await.unwrap();
    assert_eq!(shop.faults().waiting(), 3);
}
