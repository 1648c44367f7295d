//! The HTTP side: sign-in, the GraphQL endpoint, and the simulator's own routes under `/simulated/`.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::{get, post};
use jiff::civil::Date;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::net::TcpListener;
use tokio_util::io::ReaderStream;

use super::bulk::Download;
use super::faults::{Fault, Occasion};
use super::model::FinancialStatus;
use super::{Installation, Shop};

/// The version that is served, whatever version a path asks for.
const VERSION: &str = "2026-10";

const WRONG_TOKEN: &str = "[API] Invalid API key or access token (unrecognized login or wrong password)";

impl Shop {
    /// Serves the shop until `shutdown` is done; requests under way are finished first.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        self.desk().address = listener.local_addr().ok().map(|address| format!("http://{address}"));
        let router = Router::new()
            .route("/admin/oauth/access_token", post(sign_in))
            .route("/admin/api/{version}/graphql.json", post(graphql))
            .route("/simulated/bulk/{file}", get(bulk_file))
            .route("/simulated/finance.json", get(finance))
            .route("/simulated/faults", post(faults))
            .route("/simulated/advance", post(advance))
            .route("/simulated/touch", post(touch))
            .with_state(self);
        axum::serve(listener, router).with_graceful_shutdown(shutdown).await
    }
}

fn reply(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert("x-shopify-api-version", HeaderValue::from_static(VERSION));
    response
}

fn reply_json(status: StatusCode, body: &Value) -> Response<Body> {
    reply(status, "application/json; charset=utf-8", body.to_string())
}

/// The value of one field of a form or of a query string.
fn field(form: &str, name: &str) -> Option<String> {
    form.split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| decode(value))
}

fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                let digits = std::str::from_utf8(&digits).unwrap_or("00");
                bytes.push(u8::from_str_radix(digits, 16).unwrap_or(b'?'));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn sign_in(State(shop): State<Shop>, body: Bytes) -> Response<Body> {
    if let Some(early) = shop.fault_before_reading().await.0 {
        return early;
    }
    let form = String::from_utf8_lossy(&body);
    let is = |name: &str, expected: &str| field(&form, name).as_deref() == Some(expected);
    let refuse = |error: &str, description: &str| {
        reply_json(StatusCode::BAD_REQUEST, &json!({"error": error, "error_description": description}))
    };
    let mut desk = shop.desk();
    if !is("grant_type", "client_credentials") {
        return refuse("unsupported_grant_type", "Only client_credentials is simulated.");
    }
    if !is("client_id", &desk.settings.client_id) {
        return refuse("application_cannot_be_found", "No application with this client id.");
    }
    if !is("client_secret", &desk.settings.client_secret) {
        return refuse("invalid_client", "The client secret is wrong.");
    }
    match desk.settings.installation {
        Installation::Installed => {
            let token = desk.grant();
            let scope: Vec<&str> = desk.settings.scopes.iter().map(String::as_str).collect();
            let lifetime = desk.settings.token_lifetime.as_secs();
            reply_json(
                StatusCode::OK,
                &json!({"access_token": token, "scope": scope.join(","), "expires_in": lifetime}),
            )
        }
        Installation::Missing => refuse("app_not_installed", "The app is not installed on this shop."),
        Installation::OtherOrganization => reply(
            StatusCode::BAD_REQUEST,
            "text/html; charset=utf-8",
            "Oauth error shop_not_permitted: Client credentials cannot be performed on this shop.",
        ),
    }
}

async fn graphql(State(shop): State<Shop>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let (early, fault) = shop.fault_before_reading().await;
    if let Some(early) = early {
        return early;
    }
    let token = headers.get("x-shopify-access-token").and_then(|t| t.to_str().ok()).unwrap_or("");
    if !shop.desk().knows(token) {
        return reply_json(StatusCode::UNAUTHORIZED, &json!({"errors": WRONG_TOKEN}));
    }
    let Ok(request) = serde_json::from_slice(&body) else {
        return reply_json(
            StatusCode::BAD_REQUEST,
            &json!({"errors": "The request is not a JSON object with a query."}),
        );
    };
    let answer = shop.answer(&request, fault.as_ref());
    if fault == Some(Fault::CutBody) {
        return cut(&answer);
    }
    reply(StatusCode::OK, "application/json; charset=utf-8", answer)
}

impl Shop {
    /// The next fault: either it is the whole answer, or it goes along with the request.
    async fn fault_before_reading(&self) -> (Option<Response<Body>>, Option<Fault>) {
        let Some(fault) = self.inner.faults.take(Occasion::Request) else { return (None, None) };
        if let Some(delay) = fault.delay() {
            tokio::time::sleep(delay).await;
        }
        let early = match &fault {
            Fault::ServerError => Some(reply(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "")),
            Fault::HtmlBadGateway => Some(reply(
                StatusCode::BAD_GATEWAY,
                "text/html; charset=utf-8",
                "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Something went wrong</h1></body></html>",
            )),
            Fault::InternalError => {
                let id = "65a6c3a3-4cbf-4f3f-9eef-e2a95594ad00-1782085581";
                let message = format!(
                    "Internal error. Looks like something went wrong on our end.\nRequest ID: {id} (include this in support requests)."
                );
                let error =
                    json!({"message": message, "extensions": {"requestId": id, "code": "INTERNAL_SERVER_ERROR"}});
                Some(reply_json(StatusCode::OK, &json!({"errors": [error]})))
            }
            Fault::Unauthorized => Some(reply_json(StatusCode::UNAUTHORIZED, &json!({"errors": WRONG_TOKEN}))),
            Fault::TokensRevoked => {
                self.desk().tokens.clear();
                Some(reply_json(StatusCode::UNAUTHORIZED, &json!({"errors": WRONG_TOKEN})))
            }
            Fault::ShopStatus(code) => {
                let words = match code {
                    402 => "Unavailable Shop",
                    403 => "Forbidden",
                    404 => "Not Found",
                    423 => "Locked",
                    _ => "Unavailable",
                };
                let status = StatusCode::from_u16(*code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Some(reply_json(status, &json!({"errors": words})))
            }
            _ => None,
        };
        (early, Some(fault))
    }
}

/// A reader that only fails, once what was read before it could be sent.
struct Broken {
    waited: bool,
}

impl AsyncRead for Broken {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.waited {
            return Poll::Ready(Err(io::Error::from(io::ErrorKind::ConnectionAborted)));
        }
        self.waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The file of a bulk operation, streamed: neither side needs to hold it.
async fn bulk_file(State(shop): State<Shop>, Path(name): Path<String>, RawQuery(query): RawQuery) -> Response<Body> {
    let number = name.strip_suffix(".jsonl").and_then(|n| n.parse().ok());
    let half = query.and_then(|q| field(&q, "part")).is_some_and(|part| part == "half");
    let gone = |status: StatusCode, code: &str| {
        reply(
            status,
            "application/xml; charset=UTF-8",
            format!("<?xml version='1.0'?><Error><Code>{code}</Code></Error>"),
        )
    };
    match number.map_or(Download::Missing, |n| shop.download(n, half)) {
        Download::Missing => gone(StatusCode::NOT_FOUND, "NoSuchKey"),
        Download::Expired => gone(StatusCode::BAD_REQUEST, "ExpiredToken"),
        Download::File { file, bytes, cut } => {
            let file = tokio::fs::File::from_std(file);
            let mut response = if cut {
                let half = file.take(bytes / 2).chain(Broken { waited: false });
                reply(StatusCode::OK, "application/jsonl", Body::from_stream(ReaderStream::new(half)))
            } else {
                reply(StatusCode::OK, "application/jsonl", Body::from_stream(ReaderStream::new(file.take(bytes))))
            };
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
            response
        }
    }
}

/// Announces the whole answer, sends half of it and drops the connection.
fn cut(answer: &str) -> Response<Body> {
    let half = io::Cursor::new(answer.as_bytes()[..answer.len() / 2].to_vec());
    let body = Body::from_stream(ReaderStream::new(half.chain(Broken { waited: false })));
    let mut response = reply(StatusCode::OK, "application/json; charset=utf-8", body);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(answer.len()));
    response
}

/// `?from=2026-01-01&to=2026-01-31&paid=true`; without dates, everything.
async fn finance(State(shop): State<Shop>, RawQuery(query): RawQuery) -> Response<Body> {
    let query = query.unwrap_or_default();
    let date = |name: &str, otherwise: Date| field(&query, name).and_then(|d| d.parse().ok()).unwrap_or(otherwise);
    let from = date("from", Date::new(1970, 1, 1).unwrap_or_default());
    let to = date("to", Date::new(9999, 12, 31).unwrap_or_default());
    let only_paid = field(&query, "paid").is_some_and(|p| p == "true");
    let figures = shop.finance_of(from, to, |o| !only_paid || o.financial_status() == FinancialStatus::Paid);
    reply_json(StatusCode::OK, &serde_json::to_value(figures).unwrap_or_default())
}

/// A JSON array of faults: `["cut_body", {"slow": 500}, {"shop_status": 402}]`.
async fn faults(State(shop): State<Shop>, body: Bytes) -> Response<Body> {
    match serde_json::from_slice::<Vec<Fault>>(&body) {
        Ok(faults) => {
            for fault in faults {
                shop.faults().push(fault);
            }
            reply_json(StatusCode::OK, &json!({"waiting": shop.faults().waiting()}))
        }
        Err(wrong) => reply_json(StatusCode::BAD_REQUEST, &json!({"errors": wrong.to_string()})),
    }
}

/// `?orders=5`
async fn advance(State(shop): State<Shop>, RawQuery(query): RawQuery) -> Response<Body> {
    let orders = query.and_then(|q| field(&q, "orders")).and_then(|n| n.parse().ok()).unwrap_or(1);
    reply_json(StatusCode::OK, &json!({"placed": shop.advance(orders), "now": shop.now().to_string()}))
}

/// `?order=gid://shopify/Order/…`
async fn touch(State(shop): State<Shop>, RawQuery(query): RawQuery) -> Response<Body> {
    let order = query.and_then(|q| field(&q, "order")).unwrap_or_default();
    reply_json(StatusCode::OK, &json!({"touched": shop.touch(&order)}))
}
