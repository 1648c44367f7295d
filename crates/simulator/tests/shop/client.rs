//! A bare client: signs in, asks, and walks pages.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use simulator::shop::{Settings, Shop, Trade};

pub struct Client {
    pub http: reqwest::Client,
    pub address: String,
    pub token: String,
}

/// Serves the shop on a free port until the test's runtime ends.
pub async fn serve(shop: &Shop) -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(shop.clone().serve(listener, std::future::pending()));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    Client { http, address, token: shop.token() }
}

pub fn shop(change: impl FnOnce(&mut Trade)) -> Shop {
    let mut trade = Trade::new(11, 300, 60, jiff::civil::date(2026, 10, 31));
    change(&mut trade);
    let settings = Settings { bucket: simulator::shop::Bucket::GENEROUS, ..Settings::default() };
    Shop::new(&trade, settings).unwrap()
}

pub fn document(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shop/");
    std::fs::read_to_string(format!("{folder}{name}.graphql")).unwrap()
}

impl Client {
    pub async fn post(&self, body: &Value) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/admin/api/2026-10/graphql.json", self.address);
        let request = self.http.post(url).header("X-Shopify-Access-Token", &self.token);
        request.header("Content-Type", "application/json").body(body.to_string()).send().await
    }

    pub async fn ask(&self, document: &str, operation: Option<&str>, variables: Value) -> Value {
        let body = json!({"query": document, "variables": variables, "operationName": operation});
        self.post(&body).await.unwrap().json().await.unwrap()
    }

    /// The data of an answer that must have no errors.
    pub async fn data(&self, document: &str, operation: Option<&str>, variables: Value) -> Value {
        let mut answer = self.ask(document, operation, variables).await;
        assert!(answer.get("errors").is_none(), "{}", answer["errors"]);
        answer["data"].take()
    }

    /// All nodes of a root list.
    pub async fn walk(&self, document: &str, operation: Option<&str>, list: &str, mut variables: Value) -> Vec<Value> {
        let mut nodes = Vec::new();
        loop {
            let data = self.data(document, operation, variables.clone()).await;
            nodes.extend(data[list]["nodes"].as_array().unwrap().iter().cloned());
            if data[list]["pageInfo"]["hasNextPage"] != true {
                return nodes;
            }
            variables["after"] = data[list]["pageInfo"]["endCursor"].clone();
        }
    }

    /// Every order in full, lines of long ones included.
    pub async fn orders(&self) -> Vec<Value> {
        let ids = self.walk("query($after: String) { orders(first: 250, after: $after, sortKey: ID) { nodes { id } pageInfo { hasNextPage endCursor } } }", None, "orders", json!({})).await;
        let (detail, more) = (document("02_order_detail"), document("03_order_connections"));
        let mut orders = Vec::new();
        for id in ids {
            let mut order = self.data(&detail, None, json!({"id": id["id"], "lines": 100})).await["order"].take();
            while order["lineItems"]["pageInfo"]["hasNextPage"] == true {
                let variables = json!({"id": id["id"], "after": order["lineItems"]["pageInfo"]["endCursor"]});
                let mut page =
                    self.data(&more, Some("OrderLineItemsPage"), variables).await["order"]["lineItems"].take();
                let nodes = page["nodes"].as_array_mut().unwrap();
                order["lineItems"]["nodes"].as_array_mut().unwrap().append(nodes);
                order["lineItems"]["pageInfo"] = page["pageInfo"].take();
            }
            orders.push(order);
        }
        orders
    }
}

/// A money bag, a money object or a plain amount as a decimal.
pub fn money(value: &Value) -> Decimal {
    let text = value.as_str().or_else(|| value["shopMoney"]["amount"].as_str()).or_else(|| value["amount"].as_str());
    Decimal::from_str(text.unwrap()).unwrap()
}

pub fn list(value: &Value) -> &Vec<Value> {
    value.as_array().or_else(|| value["nodes"].as_array()).unwrap()
}

/// The sum of one amount over a list.
pub fn sum(items: &Value, amount: impl Fn(&Value) -> Decimal) -> Decimal {
    list(items).iter().map(amount).sum()
}
