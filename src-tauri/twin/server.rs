//! The HTTP side of the twin: commands, events and pages.

use std::{
    path::{Component, Path as FilePath, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response, Sse, sse},
    routing::{get, post},
};
use futures_util::stream;
use serde_json::Value;
use simulator::world::{ConnectorOrders, World};
use tauri::{
    App, Listener, WebviewWindow,
    ipc::{CallbackFn, InvokeBody, InvokeResponseBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response},
    webview::InvokeRequest,
};
use tokio::sync::broadcast;

/// The typed events of the app, by their names.
const EVENTS: [&str; 5] = ["changed", "progressed", "exporting", "updated", "opened"];
/// Events that a slow page may be behind.
const BACKLOG: usize = 256;
/// Where the pages are for Tauri: what comes from there is its own.
const PAGES: &str = "tauri://localhost";

struct Twin {
    window: WebviewWindow<MockRuntime>,
    events: broadcast::Sender<(&'static str, String)>,
    world: Arc<World>,
    pages: PathBuf,
    policy: String,
}

/// The routes over the window of the app.
pub fn router(
    app: &App<MockRuntime>,
    window: WebviewWindow<MockRuntime>,
    pages: &FilePath,
    world: Arc<World>,
) -> Router {
    let events = broadcast::Sender::new(BACKLOG);
    for name in EVENTS {
        let events = events.clone();
        // Nobody listens where no page is open.
        app.listen_any(name, move |event| drop(events.send((name, event.payload().to_owned()))));
    }
    let policy = app.config().app.security.csp.as_ref().map(ToString::to_string).unwrap_or_default();
    // Here the commands are at the pages' own address.
    let policy = policy.replace("ipc: http://ipc.localhost", "'self'");
    Router::new()
        .route("/ipc/{command}", post(command))
        .route("/events", get(listen))
        .fallback(page)
        .layer(middleware::from_fn(same_origin))
        .with_state(Arc::new(Twin { window, events, world, pages: pages.to_owned(), policy }))
}

/// No page but its own may ask it anything.
async fn same_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_here = ["127.0.0.1", "localhost"].contains(&host.split(':').next().unwrap_or_default());
    let is_own =
        headers.get(header::ORIGIN).is_none_or(|origin| origin.as_bytes() == format!("http://{host}").as_bytes());
    if is_here && is_own { next.run(request).await } else { StatusCode::FORBIDDEN.into_response() }
}

async fn command(State(twin): State<Arc<Twin>>, Path(command): Path<String>, body: Bytes) -> Response {
    let Ok(arguments) = serde_json::from_slice::<Value>(if body.is_empty() { b"{}" } else { &body }) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Ok(url) = PAGES.parse() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let request = InvokeRequest {
        cmd: command,
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url,
        body: InvokeBody::Json(arguments.clone()),
        headers: HeaderMap::new(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    let pasted = token_of(&arguments);
    let window = twin.window.clone();
    let answer = tokio::task::spawn_blocking(move || get_ipc_response(&window, request)).await;
    let json = [(header::CONTENT_TYPE, "application/json")];
    match answer {
        Ok(Ok(InvokeResponseBody::Json(text))) => {
            let made = serde_json::from_str(&text).ok().and_then(|answer| token_of(&answer));
            if let Some(password) = made.or(pasted) {
                // Somebody types it into the Web Connector at once.
                let orders = ConnectorOrders { password: Some(password), ..ConnectorOrders::default() };
                if let Err(error) = twin.world.connector(orders).await {
                    return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
                }
            }
            (json, text).into_response()
        }
        Ok(Ok(InvokeResponseBody::Raw(bytes))) => bytes.into_response(),
        Ok(Err(refusal)) => (StatusCode::UNPROCESSABLE_ENTITY, json, refusal.to_string()).into_response(),
        Err(broken) => (StatusCode::INTERNAL_SERVER_ERROR, broken.to_string()).into_response(),
    }
}

/// An app token that a command was given, or has made.
fn token_of(value: &Value) -> Option<String> {
    value.get("token").and_then(Value::as_str).map(str::to_owned)
}

async fn listen(State(twin): State<Arc<Twin>>) -> Response {
    let events = stream::unfold(twin.events.subscribe(), async |mut events| {
        loop {
            match events.recv().await {
                Ok((name, payload)) => {
                    let event = sse::Event::default().event(name).data(payload);
                    return Some((Ok::<_, std::convert::Infallible>(event), events));
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    });
    Sse::new(events).keep_alive(sse::KeepAlive::default()).into_response()
}

async fn page(State(twin): State<Arc<Twin>>, uri: Uri) -> Response {
    let asked = FilePath::new(uri.path().trim_start_matches('/'));
    let asked = if asked.as_os_str().is_empty() { FilePath::new("index.html") } else { asked };
    if asked.components().any(|part| !matches!(part, Component::Normal(_))) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(bytes) = tokio::fs::read(twin.pages.join(asked)).await else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match asked.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript",
        "css" => "text/css",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" => "application/json",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, &twin.policy)], bytes).into_response()
}
