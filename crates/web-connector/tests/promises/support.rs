//! A scripted agent, a clock that is set by hand, and requests as clients send them.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, Response, StatusCode, header},
};
use tower::ServiceExt;
use web_connector::{
    Agent, Answer, Clock, CompanyFile, Config, Ended, Hello, Keeper, Opening, Outgoing, Peer, Progress, Retry, Secret,
    SessionId, SignIn, service,
};

pub const USER: &str = "till";
pub const PASSWORD: &str = "correct horse & <battery>";
pub const PORT: u16 = 8095;

/// What the agent was asked, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Open(SessionId),
    Next(SessionId, Option<Hello>),
    Answered(SessionId, String),
    Refused(SessionId, String, String),
    ConnectionError(SessionId, String, String),
    Closed(SessionId, Ended),
}

/// Answers from its scripts; when one is used up, with work, requests and progress without end.
#[derive(Debug, Default)]
pub struct Script {
    pub openings: VecDeque<Opening>,
    pub outgoing: VecDeque<Outgoing>,
    pub progress: VecDeque<Progress>,
    pub retries: VecDeque<Retry>,
    pub panics_in_next_request: bool,
}

#[derive(Default)]
pub struct ScriptedAgent {
    pub script: Mutex<Script>,
    pub sign_ins: Mutex<Vec<SignIn>>,
    asked: Mutex<Vec<Asked>>,
}

impl ScriptedAgent {
    pub fn new(script: Script) -> Arc<Self> {
        Arc::new(Self { script: Mutex::new(script), ..Self::default() })
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn endings(&self) -> Vec<Ended> {
        let closed = |asked| if let Asked::Closed(_, how) = asked { Some(how) } else { None };
        self.asked().into_iter().filter_map(closed).collect()
    }

    /// Waits until a session has ended, which may be told from a thread that nothing else waits for.
    pub async fn wait_for_an_ending(&self) {
        let ended = async {
            while self.endings().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), ended).await.expect("no session has ended");
    }

    fn note(&self, asked: Asked) {
        self.asked.lock().unwrap().push(asked);
    }
}

impl Agent for ScriptedAgent {
    fn signed_in(&self, how: &SignIn) {
        self.sign_ins.lock().unwrap().push(how.clone());
    }

    fn open(&self, session: &SessionId) -> Opening {
        self.note(Asked::Open(*session));
        self.script.lock().unwrap().openings.pop_front().unwrap_or(Opening::Work(CompanyFile::Open))
    }

    fn next_request(&self, session: &SessionId, hello: Option<&Hello>) -> Outgoing {
        self.note(Asked::Next(*session, hello.cloned()));
        let panics = self.script.lock().unwrap().panics_in_next_request;
        assert!(!panics, "scripted");
        let request = || Outgoing::Request("<QBXML/>".to_owned());
        self.script.lock().unwrap().outgoing.pop_front().unwrap_or_else(request)
    }

    fn answer(&self, session: &SessionId, answer: Answer<'_>) -> Progress {
        self.note(match answer {
            Answer::Xml(xml) => Asked::Answered(*session, xml.to_owned()),
            Answer::Refused { hresult, message } => Asked::Refused(*session, hresult, message),
        });
        let progress = Progress::Work { done: 1, remaining: 1 };
        self.script.lock().unwrap().progress.pop_front().unwrap_or(progress)
    }

    fn connection_error(&self, session: &SessionId, hresult: &str, message: &str) -> Retry {
        self.note(Asked::ConnectionError(*session, hresult.to_owned(), message.to_owned()));
        self.script.lock().unwrap().retries.pop_front().unwrap_or(Retry::OpenFile)
    }

    fn closed(&self, session: &SessionId, how: Ended) {
        self.note(Asked::Closed(*session, how));
    }
}

#[derive(Default)]
pub struct HandClock(Mutex<Duration>);

impl HandClock {
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

pub fn config() -> Config {
    Config::new(USER, "Bookkeeper", "1.2.3")
}

/// An endpoint without a socket.
pub struct Endpoint {
    pub router: Router,
    pub agent: Arc<ScriptedAgent>,
    pub clock: Arc<HandClock>,
}

impl Endpoint {
    pub fn new(script: Script) -> Self {
        Self::with_config(script, config())
    }

    pub fn with_config(script: Script, config: Config) -> Self {
        Self::with_keeper(script, config, Secret::new(PASSWORD))
    }

    pub fn with_keeper(script: Script, config: Config, keeper: impl Keeper) -> Self {
        let agent = ScriptedAgent::new(script);
        let clock = Arc::new(HandClock::default());
        let router = service(config, agent.clone(), keeper, clock.clone());
        Self { router, agent, clock }
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Status and text of the answer to a POST of this body.
    pub async fn post(&self, body: impl Into<Body>) -> (StatusCode, String) {
        let response = self.send(post(body)).await;
        let status = response.status();
        (status, text(response).await)
    }

    /// Calls an operation as .NET does and returns the whole envelope; it is never a fault.
    pub async fn call(&self, operation: &str, parameters: &[(&str, &str)]) -> String {
        let (status, text) = self.post(envelope(operation, parameters)).await;
        assert_eq!(status, StatusCode::OK, "{operation}: {text}");
        text
    }

    /// Calls an operation and returns its result.
    pub async fn result(&self, operation: &str, parameters: &[(&str, &str)]) -> String {
        result(&self.call(operation, parameters).await, operation)
    }

    /// Ticket and verdict.
    pub async fn sign_in_as(&self, user: &str, password: &str) -> (String, String) {
        let parameters = [("strUserName", user), ("strPassword", password)];
        two_strings(&self.call("authenticate", &parameters).await)
    }

    /// The ticket of a new session.
    pub async fn sign_in(&self) -> String {
        self.sign_in_as(USER, PASSWORD).await.0
    }

    pub async fn next(&self, ticket: &str) -> String {
        self.result("sendRequestXML", &[("ticket", ticket), ("qbXMLMajorVers", "16"), ("qbXMLMinorVers", "0")]).await
    }

    pub async fn answer(&self, ticket: &str, response: &str) -> String {
        self.result("receiveResponseXML", &[("ticket", ticket), ("response", response)]).await
    }

    pub async fn last_error(&self, ticket: &str) -> String {
        self.result("getLastError", &[("ticket", ticket)]).await
    }

    pub async fn close(&self, ticket: &str) -> String {
        self.result("closeConnection", &[("ticket", ticket)]).await
    }
}

pub fn peer() -> ConnectInfo<Peer> {
    ConnectInfo(Peer {
        remote: SocketAddr::from(([127, 0, 0, 1], 50_000)),
        local: SocketAddr::from(([127, 0, 0, 1], PORT)),
    })
}

pub fn post(body: impl Into<Body>) -> Request<Body> {
    Request::post("/qbwc")
        .header(header::HOST, format!("localhost:{PORT}"))
        .header(header::CONTENT_TYPE, "text/xml; charset=utf-8")
        .extension(peer())
        .body(body.into())
        .unwrap()
}

pub fn get(path: &str) -> Request<Body> {
    Request::get(path).header(header::HOST, format!("localhost:{PORT}")).extension(peer()).body(Body::empty()).unwrap()
}

pub async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

/// The request of a .NET client.
pub fn envelope(operation: &str, parameters: &[(&str, &str)]) -> String {
    let mut elements = String::new();
    for (name, value) in parameters {
        elements.extend(["<", name, ">", &escape(value), "</", name, ">"]);
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\
         <soap:Body><{operation} xmlns=\"http://developer.intuit.com/\">{elements}</{operation}></soap:Body>\
         </soap:Envelope>"
    )
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescape(text: &str) -> String {
    text.replace("&#13;", "\r").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The text of an operation's result element.
pub fn result(envelope: &str, operation: &str) -> String {
    if envelope.contains(&format!("<{operation}Result />")) {
        return String::new();
    }
    between(envelope, &format!("<{operation}Result>"), &format!("</{operation}Result>"))
}

pub fn two_strings(envelope: &str) -> (String, String) {
    let ticket = between(envelope, "<string>", "</string>");
    let (_, second) = envelope.split_once("</string>").unwrap();
    let verdict =
        if second.starts_with("<string />") { String::new() } else { between(second, "<string>", "</string>") };
    (ticket, verdict)
}

fn between(text: &str, start: &str, end: &str) -> String {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    let (inner, _) = rest.split_once(end).unwrap_or_else(|| panic!("no {end} in {text}"));
    unescape(inner)
}
