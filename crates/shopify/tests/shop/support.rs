//! A shop on a real socket that answers as a test tells it to, and a clock that waits for nothing.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::IntoResponse,
    routing::any,
};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};
use shopify::{Client, Clock, Config, Credentials, Pause};

pub const ORDER: &str = include_str!("../fixtures/order.json");
pub const HISTORY: &str = include_str!("../fixtures/history.json");
pub const SHOP_PROBE: &str = include_str!("../fixtures/shop_probe.json");
pub const CUSTOMER: &str = include_str!("../fixtures/customer.json");
pub const VARIANT: &str = include_str!("../fixtures/variant.json");
pub const SECRET: &str = "shpss_the-secret-itself";

/// One request as the shop received it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub token: String,
    pub range: String,
    pub body: String,
}

impl Asked {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub fn operation(&self) -> String {
        self.json()["operationName"].as_str().unwrap_or_default().to_owned()
    }

    pub fn variables(&self) -> Value {
        self.json()["variables"].clone()
    }

    pub fn search(&self) -> String {
        self.variables()["query"].as_str().unwrap_or_default().to_owned()
    }

    pub fn document(&self) -> String {
        self.json()["query"].as_str().unwrap_or_default().to_owned()
    }
}

/// What the shop sends back.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn data(data: &Value) -> Self {
        Self::raw(200, &json!({ "data": data }).to_string())
    }

    pub fn error(code: &str, message: &str) -> Self {
        let errors = json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
        Self::raw(200, &errors.to_string())
    }

    pub fn raw(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.to_owned() }
    }
}

type Script = Box<dyn FnMut(&Asked) -> Reply + Send>;

struct Shared {
    script: Mutex<Script>,
    asked: Mutex<Vec<Asked>>,
}

/// A shop that answers by `script` and remembers what it was asked.
pub struct Shop {
    pub url: String,
    shared: Arc<Shared>,
}

impl Shop {
    pub async fn open(script: impl FnMut(&Asked) -> Reply + Send + 'static) -> Self {
        let shared = Arc::new(Shared { script: Mutex::new(Box::new(script)), asked: Mutex::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(any(answer)).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared }
    }

    pub fn asked(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.shared.asked.lock().unwrap()
    }

    pub fn operations(&self) -> Vec<String> {
        self.asked().iter().map(Asked::operation).collect()
    }

    pub fn client(&self, clock: &Arc<TestClock>) -> Client {
        client(&self.url, Credentials::AccessToken(SECRET.into()), clock)
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let token = headers.get("x-shopify-access-token").map(|value| value.to_str().unwrap().to_owned());
    let asked = Asked {
        path: uri.path().to_owned(),
        token: token.unwrap_or_default(),
        range: headers.get("range").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let reply = (shared.script.lock().unwrap())(&asked);
    shared.asked.lock().unwrap().push(asked);
    let mut headers = HeaderMap::new();
    for (name, value) in reply.headers {
        headers.insert(name, value.parse().unwrap());
    }
    (StatusCode::from_u16(reply.status).unwrap(), headers, reply.body)
}

pub fn client(url: &str, credentials: Credentials, clock: &Arc<TestClock>) -> Client {
    // Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = Config {
        shop: "harbour-pine".parse().unwrap(),
        base_url: Some(url.to_owned()),
        credentials,
        user_agent: "Tillbridge/test".into(),
        index_lag: shopify::INDEX_LAG,
    };
    Client::new(config, clock.clone()).unwrap()
}

pub fn app() -> Credentials {
    Credentials::ClientCredentials { client_id: "app-id".into(), client_secret: SecretString::from(SECRET) }
}

/// A clock that jumps instead of waiting, and remembers the jumps.
pub struct TestClock {
    now: Mutex<Timestamp>,
    pauses: Mutex<Vec<Duration>>,
}

impl TestClock {
    pub fn at(now: &str) -> Arc<Self> {
        Arc::new(Self { now: Mutex::new(time(now)), pauses: Mutex::default() })
    }

    pub fn forward(&self, duration: Duration) {
        *self.now.lock().unwrap() += duration;
    }

    pub fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> Pause<'_> {
        self.forward(duration);
        self.pauses.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// An order like the fixture, with another id and time of change.
pub fn order(id: u64, updated_at: Timestamp) -> Value {
    let mut order = value(ORDER);
    order["id"] = json!(format!("gid://shopify/Order/{id}"));
    order["updatedAt"] = json!(updated_at.to_string());
    order
}

/// An order to which something happened, as its page tells it: edited, part of it returned and refunded.
pub fn changed_order(id: u64, updated_at: Timestamp) -> Value {
    let mut order = order(id, updated_at);
    order["edited"] = json!(true);
    order["returnStatus"] = json!("RETURNED");
    order["refunds"] = json!([{
        "id": "gid://shopify/Refund/8001", "processedAt": "2026-11-22T10:00:00Z",
        "totalRefundedSet": { "shopMoney": { "amount": "48.68" } },
    }]);
    let refund = json!({
        "id": "gid://shopify/OrderTransaction/6003", "kind": "REFUND", "status": "SUCCESS", "test": false,
        "gateway": "shopify_payments", "createdAt": "2026-11-22T10:00:00Z", "processedAt": "2026-11-22T10:00:00Z",
        "amountSet": { "shopMoney": { "amount": "48.68" } }, "amountRoundingSet": null,
        "parentTransaction": { "id": "gid://shopify/OrderTransaction/6002" },
    });
    order["transactions"].as_array_mut().unwrap().push(refund);
    order["transactionsCount"]["count"] = json!(3);
    order
}

/// The history of such an order, as it is asked for apart.
pub fn history(id: u64, updated_at: Timestamp) -> Value {
    let mut history = value(HISTORY);
    history["id"] = json!(format!("gid://shopify/Order/{id}"));
    history["updatedAt"] = json!(updated_at.to_string());
    history
}

/// The same order with its history, as the feed keeps it.
pub fn lived(change: impl Fn(&mut Value)) -> Value {
    let at = time("2026-11-22T10:00:01Z");
    let (mut order, mut history) = (changed_order(1001, at), history(1001, at));
    order["agreements"] = history["agreements"].take();
    order["returns"] = history["returns"].take();
    let goods = history["refunds"][0].as_object_mut().unwrap();
    order["refunds"][0].as_object_mut().unwrap().append(goods);
    change(&mut order);
    order
}

/// The answer to a list.
pub fn list(name: &str, nodes: &[Value], next: Option<&str>) -> Value {
    json!({ name: { "nodes": nodes, "pageInfo": { "hasNextPage": next.is_some(), "endCursor": next } } })
}
