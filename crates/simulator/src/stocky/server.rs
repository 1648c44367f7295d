//! The HTTP side of the simulated Stocky.

use std::future::Future;
use std::io;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::get;
use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;

use super::{Fault, LISTS, Stocky, id, records};

/// Records on a page where the question does not say, and the most that it may say.
const PAGE: (usize, usize) = (50, 250);

impl Stocky {
    /// Serves Stocky until `shutdown` is done.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let router = Router::new().route("/api/v2/{file}", get(list)).with_state(self);
        axum::serve(listener, router).with_graceful_shutdown(shutdown).await
    }
}

fn reply(status: u16, kind: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}

const HTML: &str = "<!DOCTYPE html><html><head><title>Stocky</title></head><body><h1>Sign in</h1></body></html>";

async fn list(
    State(stocky): State<Stocky>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    let query = query.unwrap_or_default();
    let mut inner = stocky.lock();
    inner.asked.push(format!("{file}?{query}"));
    let fault = inner.faults.pop_front();
    match fault {
        Some(Fault::TooMany(seconds)) => {
            let mut response = reply(429, "text/plain", "");
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
            return response;
        }
        Some(Fault::Status(status)) => return reply(status, "text/plain", ""),
        Some(Fault::Html) => return reply(200, "text/html; charset=utf-8", HTML),
        Some(Fault::CutBody) | None => {}
    }
    if let Some(status) = inner.settings.retired {
        return reply(status, "text/html; charset=utf-8", HTML);
    }
    let told = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if told("Store-Name") != inner.settings.shop || told("Authorization") != format!("API KEY={}", inner.settings.key) {
        return reply(401, "application/json", r#"{"error":"Invalid API key"}"#);
    }
    let name = file.strip_suffix(".json").unwrap_or(&file);
    let is_there = LISTS.contains(&name) && (inner.settings.transfers || name != "stock_transfers");
    let Some(all) = records::list(&inner.purchasing, name).filter(|_| is_there) else {
        return reply(404, "text/html; charset=utf-8", HTML);
    };
    let page = page(all, &query, inner.settings.downwards);
    let body = records::body(name, &page);
    drop(inner);
    if fault == Some(Fault::CutBody) {
        let half = Bytes::from(body.as_bytes()[..body.len() / 2].to_vec());
        return reply(200, "application/json", half);
    }
    reply(200, "application/json", body)
}

fn page(all: Vec<Value>, query: &str, downwards: bool) -> Vec<Value> {
    let told = |name: &str| {
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let since: Option<Timestamp> = told("updated_since").and_then(|text| text.replace("%3A", ":").parse().ok());
    let changed = |record: &Value| {
        let at: Option<Timestamp> = record["updated_at"].as_str().and_then(|text| text.parse().ok());
        since.is_none_or(|since| at.is_none_or(|at| at >= since))
    };
    let since_id: Option<u64> = told("since_id").and_then(|text| text.parse().ok());
    let mut found: Vec<Value> = all
        .into_iter()
        .filter(changed)
        .filter(|record| since_id.is_none_or(|since| if downwards { id(record) < since } else { id(record) > since }))
        .collect();
    if since_id.is_none() || downwards {
        found.reverse();
    }
    let offset = told("offset").and_then(|text| text.parse().ok()).filter(|_| since_id.is_none()).unwrap_or(0);
    let limit = told("limit").and_then(|text| text.parse().ok()).unwrap_or(PAGE.0).min(PAGE.1);
    found.into_iter().skip(offset).take(limit).collect()
}
