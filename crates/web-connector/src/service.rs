//! The endpoint: who may speak to it, and how HTTP carries the calls.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    sync::{Arc, Weak},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequest, Request, State, connect_info::Connected},
    http::{HeaderMap, Method, StatusCode, Uri, header, uri::Authority},
    response::{IntoResponse, Response},
    serve::IncomingStream,
};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::{
    Agent, ClientVersion, Clock, Ended, Keeper, SessionId, SignIn,
    session::Sessions,
    sign_in::{Credentials, Throttle},
    soap::{self, Call, Returned},
    version, wsdl,
};

/// How long a client may take to send one request.
const BODY_TIMEOUT: Duration = Duration::from_mins(1);
/// How long open connections may hold up the end of [`serve`].
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

const XML: &str = "text/xml; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// How the endpoint is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The user name of the .qwc file, which the Web Connector sends with each sign-in.
    pub user_name: String,
    /// Path of the endpoint, beginning with a slash; the .qwc file's AppURL has to end with it.
    pub path: String,
    /// Name that the user sees in the Web Connector's log and on a plain GET.
    pub product: String,
    /// Version of the product, shown with its name.
    pub version: String,
    /// A session that is not heard of for so long has expired. QuickBooks works between two calls, so this has to be
    /// longer than its longest query; a Web Connector that crashed does not wait for it, because a new sign-in ends
    /// the old session.
    pub session_idle: Duration,
    /// Largest request, in bytes. QuickBooks' answers arrive escaped, which makes them about a half larger.
    pub max_body_bytes: usize,
    /// Oldest Web Connector that is accepted; any when `None`. A newer one is never refused (PROTOCOL.md a.3).
    pub minimum_client_version: Option<ClientVersion>,
}

impl Config {
    /// The usual set-up: path `/qbwc`, sessions expire after 30 minutes, requests of 64 MiB at most, any Web Connector.
    pub fn new(user_name: &str, product: &str, version: &str) -> Self {
        Self {
            user_name: user_name.to_owned(),
            path: "/qbwc".to_owned(),
            product: product.to_owned(),
            version: version.to_owned(),
            session_idle: Duration::from_mins(30),
            max_body_bytes: 64 * 1024 * 1024,
            minimum_client_version: None,
        }
    }
}

/// The two ends of a connection. [`serve`] attaches it to each request; without it every request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Address of the client; it has to be a loopback address.
    pub remote: SocketAddr,
    /// Our own address; the `Host` header has to name its port.
    pub local: SocketAddr,
}

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        let remote = *stream.remote_addr();
        // Port 0 fits no Host header, so without our own address every request is refused.
        let local = stream.io().local_addr().unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)));
        Self { remote, local }
    }
}

/// The endpoint as a router, for [`serve`] or for a test.
///
/// It has to be polled within a Tokio runtime. An open session ends with [`Ended::ShutDown`] when the last clone of
/// the router is dropped. Requests without a [`Peer`] (as `ConnectInfo<Peer>` among the request's extensions) are
/// refused.
pub fn service(config: Config, agent: Arc<dyn Agent>, secret: impl Keeper, clock: Arc<dyn Clock>) -> Router {
    let limit = DefaultBodyLimit::max(config.max_body_bytes);
    let service = Service {
        credentials: Credentials::new(&config.user_name, secret),
        agent: agent.clone(),
        throttle: tokio::sync::Mutex::default(),
        sessions: Arc::new(Sessions::new(agent, clock.clone(), config.session_idle)),
        clock,
        config,
    };
    Router::new().fallback(handle).layer(limit).with_state(Arc::new(service))
}

/// Serves the router on a loopback address until `shutdown` is ready.
///
/// Connections that are still open then get ten seconds to finish. Windows resolves `localhost` to `::1` first and to
/// `127.0.0.1` second; to be found at both at once, serve two listeners of the same port with clones of one router.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidInput`] when the listener is not bound to a loopback address; else what the socket says.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !is_loopback(address) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the endpoint listens on loopback addresses alone"));
    }
    tracing::info!(%address, "the endpoint is open");
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let signal = async move {
        shutdown.await;
        // Nobody listens when serving has failed already.
        let _ = stopping.send(());
    };
    let make_service = router.into_make_service_with_connect_info::<Peer>();
    let deadline = async {
        match stopped.await {
            Ok(()) => tokio::time::sleep(SHUTDOWN_TIMEOUT).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        result = axum::serve(listener, make_service).with_graceful_shutdown(signal) => result,
        () = deadline => Ok(()),
    }
}

struct Service {
    config: Config,
    credentials: Credentials,
    agent: Arc<dyn Agent>,
    throttle: tokio::sync::Mutex<Throttle>,
    sessions: Arc<Sessions>,
    clock: Arc<dyn Clock>,
}

async fn handle(State(service): State<Arc<Service>>, request: Request) -> Response {
    if let Err(reason) = trusted(&request) {
        tracing::warn!(reason, "request refused");
        return StatusCode::FORBIDDEN.into_response();
    }
    if request.uri().path() != service.config.path {
        return StatusCode::NOT_FOUND.into_response();
    }
    match *request.method() {
        Method::GET | Method::HEAD => service.describe(request.uri(), request.headers()),
        Method::POST => service.post(request).await,
        _ => (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD, POST")]).into_response(),
    }
}

/// Only programs on this computer that mean to speak to us: no other machine, no web page in the user's browser (which
/// sends `Origin`), no page that lets its own host name point here (which shows in `Host`).
fn trusted(request: &Request) -> Result<(), &'static str> {
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<Peer>>() else {
        return Err("unknown peer");
    };
    if !is_loopback(peer.remote) {
        return Err("peer is not on this computer");
    }
    if request.headers().contains_key(header::ORIGIN) {
        return Err("sent by a web page");
    }
    let host = the_host(request.headers()).ok_or("not exactly one readable Host header")?;
    if !names_us(&host, peer.local.port()) || request.uri().authority().is_some_and(|named| *named != host) {
        return Err("meant for another host");
    }
    Ok(())
}

fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

fn the_host(headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none())?;
    Authority::try_from(host.as_bytes()).ok()
}

fn names_us(host: &Authority, port: u16) -> bool {
    let name = host.host();
    let known = name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]";
    known && port != 0 && !host.as_str().contains('@') && host.port_u16().unwrap_or(80) == port
}

impl Service {
    /// A plain GET: the Web Connector only wants a 200 (PROTOCOL.md a.9); `?wsdl` gets the description.
    fn describe(&self, uri: &Uri, headers: &HeaderMap) -> Response {
        let asks_for_wsdl = uri.query().is_some_and(|query| query.eq_ignore_ascii_case("wsdl"));
        if let (true, Some(host)) = (asks_for_wsdl, the_host(headers)) {
            return xml(StatusCode::OK, wsdl::document(&format!("http://{host}{}", self.config.path)));
        }
        let text = format!(
            "{} {}\nThe QuickBooks Web Connector can reach this address.\n",
            self.config.product, self.config.version
        );
        (StatusCode::OK, [(header::CONTENT_TYPE, TEXT)], text).into_response()
    }

    async fn post(self: Arc<Self>, request: Request) -> Response {
        if !is_xml(request.headers()) {
            return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
        }
        let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let announced = announced.and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > self.config.max_body_bytes) {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        }
        let body = match tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await {
            Ok(Ok(body)) => body,
            Ok(Err(rejection)) => return rejection.status().into_response(),
            Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
        };
        let call = match Call::read(&body) {
            Ok(call) => call,
            Err(error) => {
                tracing::warn!(%error, "request is not a call");
                return xml(StatusCode::BAD_REQUEST, soap::write_fault("Client", &error.to_string()));
            }
        };
        drop(body);
        let operation = call.name();
        let Some(returned) = self.perform(call).await else {
            tracing::error!(operation, "the agent failed");
            return xml(StatusCode::INTERNAL_SERVER_ERROR, soap::write_fault("Server", "internal error"));
        };
        tracing::debug!(operation, "answered");
        xml(StatusCode::OK, soap::write_response(operation, &returned))
    }

    /// Carries a call out; `None` when the agent panicked.
    async fn perform(self: Arc<Self>, call: Call) -> Option<Returned> {
        let Call::Authenticate { user_name, password } = call else {
            return tokio::task::spawn_blocking(move || self.answer(call)).await.ok();
        };
        // Held while waiting: whoever tries many passwords at once gets no more tries than one after the other.
        let mut throttle = self.throttle.lock().await;
        tokio::time::sleep(throttle.wait(self.clock.now())).await;
        let service = Arc::clone(&self);
        let proven = tokio::task::spawn_blocking(move || service.proven(&user_name, &password)).await.ok()?;
        throttle.record(proven, self.clock.now());
        drop(throttle);
        if proven { tokio::task::spawn_blocking(move || self.open()).await.ok() } else { Some(refused()) }
    }

    fn proven(&self, user_name: &str, password: &str) -> bool {
        let sign_in = self.credentials.prove(user_name, password);
        if let SignIn::Refused(why) = &sign_in {
            tracing::warn!(?why, "sign-in failed");
        }
        self.agent.signed_in(&sign_in);
        matches!(sign_in, SignIn::Proven { .. })
    }

    fn open(&self) -> Returned {
        let (returned, opened) = self.sessions.open();
        if let Some(id) = opened {
            tokio::spawn(expire_in_time(Arc::downgrade(&self.sessions), id));
        }
        Returned::Strings(returned)
    }

    fn answer(&self, call: Call) -> Returned {
        let sessions = &self.sessions;
        Returned::Text(match call {
            Call::ServerVersion => format!("{} {}", self.config.product, self.config.version),
            Call::ClientVersion { version } => version::verdict(&version, self.config.minimum_client_version),
            // The proof comes before this; without it nobody gets in.
            Call::Authenticate { .. } => return refused(),
            Call::SendRequestXml { ticket, hello } => sessions.next_request(&ticket, &hello),
            Call::ReceiveResponseXml { ticket, response, hresult, message } => {
                return Returned::Number(sessions.answer(&ticket, &response, hresult, message));
            }
            Call::ConnectionError { ticket, hresult, message } => {
                sessions.connection_error(&ticket, &hresult, &message)
            }
            Call::GetLastError { ticket } => sessions.last_error(&ticket),
            Call::CloseConnection { ticket } => {
                sessions.close(&ticket, Ended::Closed);
                "OK".to_owned()
            }
            Call::GetInteractiveUrl | Call::InteractiveRejected => String::new(),
            Call::InteractiveDone => "Done".to_owned(),
        })
    }
}

/// The answer to a sign-in that was not proven: a ticket that opens nothing.
fn refused() -> Returned {
    Returned::Strings([Uuid::new_v4().to_string(), "nvu".to_owned()])
}

/// Sees to it that a session that is never heard of again ends in time, and not only at the next call.
async fn expire_in_time(sessions: Weak<Sessions>, id: SessionId) {
    while let Some(sessions) = sessions.upgrade() {
        match tokio::task::spawn_blocking(move || sessions.idle_left(id)).await {
            Ok(Some(left)) => tokio::time::sleep(left).await,
            Ok(None) | Err(_) => break,
        }
    }
}

/// Anything else could come from a form on a web page.
fn is_xml(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("text/xml") || kind.eq_ignore_ascii_case("application/xml")
}

fn xml(status: StatusCode, body: io::Result<Vec<u8>>) -> Response {
    match body {
        Ok(body) => (status, [(header::CONTENT_TYPE, XML)], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
