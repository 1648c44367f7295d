//! One question and its answer: tokens, cost budget, retries, and no partial answer ever taken.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use reqwest::{
    StatusCode, Url,
    header::{ACCEPT_ENCODING, HeaderValue, RANGE},
    redirect,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};
use tokio::sync::Mutex;

use crate::{
    address::ShopAddress,
    auth::{self, Credentials, Token},
    budget::{Budget, Cost},
    clock::Clock,
    decode,
    error::{Error, SignInError},
    questions::{Question, Reserve},
};

/// The version of the Admin API that all documents are written for (SHOPIFY.md 2.1).
pub const API_VERSION: &str = "2026-10";

/// How often a failing question is asked before giving up (SHOPIFY.md 2.4).
pub(crate) const TRIES: u32 = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const TIMEOUT: Duration = Duration::from_secs(90);
/// The longest that reading one file of a bulk operation may take, in one go.
const FILE_TIMEOUT: Duration = Duration::from_hours(6);

/// Which shop, and how to reach it. Shows no secret when printed.
#[derive(Clone, Debug)]
pub struct Config {
    /// The shop.
    pub shop: ShopAddress,
    /// Another place to find it, for a simulated shop; plain http only on this computer.
    pub base_url: Option<String>,
    /// How to sign in.
    pub credentials: Credentials,
    /// What to call this program: name and version.
    pub user_agent: String,
    /// How far behind the present an order is left alone, because the shop's search index lags; usually [`INDEX_LAG`].
    pub index_lag: Duration,
}

/// How far Shopify's search index is allowed to lag (SHOPIFY.md 2.6).
pub const INDEX_LAG: Duration = Duration::from_mins(1);

/// The shop, ready to be asked. One client per shop: it keeps the token and the cost budget, and asks one question at a
/// time. Every question only reads; dropping a future at any point is harmless.
///
/// The program installs rustls' process-wide crypto provider before [`Client::new`] (`rustls::crypto::ring`).
pub struct Client {
    http: reqwest::Client,
    base: Url,
    endpoint: Url,
    credentials: Credentials,
    clock: Arc<dyn Clock>,
    pub(crate) index_lag: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    budget: Budget,
    /// The version that answered last, from `X-Shopify-API-Version`.
    version: Option<String>,
    /// How far the shop's clock was ahead of ours at the last answer, by its `Date` header; whole seconds.
    clock_ahead: Option<SignedDuration>,
    /// What the shop refuses: it is no longer asked for.
    withheld: BTreeSet<Reserve>,
}

impl Client {
    /// A client that has not yet spoken to the shop.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let base = config.shop.base_url(config.base_url.as_deref())?;
        let endpoint = base
            .join(&format!("admin/api/{API_VERSION}/graphql.json"))
            .map_err(|_| Error::Setup("the shop's address has no path".into()))?;
        // A redirect could carry the token to another host.
        let mut builder = reqwest::Client::builder()
            .user_agent(config.user_agent)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .read_timeout(TIMEOUT)
            .gzip(true);
        if base.scheme() == "http" {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| Error::Setup(chain(&error)))?;
        let state = Mutex::default();
        Ok(Self { http, base, endpoint, credentials: config.credentials, clock, index_lag: config.index_lag, state })
    }

    /// Asks until there is a whole answer, or a reason why there will be none, and reads it.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        question: &'static Question,
        variables: Value,
    ) -> Result<T, Error> {
        let data = self.run(question, &variables).await?;
        decode::read(data.get()).map_err(|source| question.unreadable(source))
    }

    /// The document of a question as the shop answers it, to be run by the shop itself.
    pub(crate) async fn text(&self, question: &Question) -> String {
        question.text(&self.state.lock().await.withheld)
    }

    /// Waits.
    pub(crate) async fn pause(&self, pause: Duration) {
        self.clock.sleep(pause).await;
    }

    /// Opens a file that the shop has written, from its byte `from` on where the other side can. It lies on another host:
    /// the token is not sent, and plain http is refused except from a simulated shop.
    pub(crate) async fn open(&self, url: Url, from: u64) -> Result<reqwest::Response, Failure> {
        if url.scheme() != "https" && self.base.scheme() != "http" {
            return Err(Error::Network("the address of a bulk operation's file is not encrypted".into()).into());
        }
        let mut request = self.http.get(url).timeout(FILE_TIMEOUT).header(ACCEPT_ENCODING, "identity");
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        request.send().await.map_err(Failure::network)
    }

    /// The version of the API that gave the last answer.
    pub(crate) async fn version(&self) -> Option<String> {
        self.state.lock().await.version.clone()
    }

    /// How far the shop's clock was ahead of ours at the last answer.
    pub(crate) async fn clock_ahead(&self) -> Option<SignedDuration> {
        self.state.lock().await.clock_ahead
    }

    async fn run(&self, question: &'static Question, variables: &Value) -> Result<Box<RawValue>, Error> {
        let mut state = self.state.lock().await;
        let mut renewed = false;
        let mut failures = 0;
        loop {
            let pause = state.budget.wait(question.name, self.clock.now());
            if !pause.is_zero() {
                tracing::debug!(operation = question.name, ?pause, "waiting for the cost budget");
                self.clock.sleep(pause).await;
            }
            let failure = match self.attempt(&mut state, question, variables).await {
                Ok(data) => return Ok(data),
                Err(failure) => failure,
            };
            match failure {
                Failure::Throttled(after) => {
                    let pause = state.budget.wait(question.name, self.clock.now());
                    // Told to wait although the bucket looks full enough: another program drinks from it.
                    if pause.is_zero() {
                        self.clock.sleep(after).await;
                    }
                }
                Failure::Unauthorized => {
                    let renewable = matches!(self.credentials, Credentials::ClientCredentials { .. });
                    if renewed || !renewable {
                        return Err(SignInError::TokenInvalid.into());
                    }
                    renewed = true;
                    state.token = None;
                }
                Failure::Refused(refusal) => {
                    let part = question.parts.iter().find(|part| refusal.is_of(part.reserve));
                    match part {
                        Some(part) if state.withheld.insert(part.reserve) => {
                            tracing::warn!(operation = question.name, what = ?part.reserve, "the shop does not tell it");
                        }
                        _ => return Err(refusal.into_error()),
                    }
                }
                Failure::Passing(error) => {
                    failures += 1;
                    if failures == TRIES {
                        return Err(error);
                    }
                    tracing::debug!(operation = question.name, %error, failures, "asking again");
                    self.clock.sleep(Duration::from_secs(1 << (failures - 1))).await;
                }
                Failure::Final(error) => return Err(error),
            }
        }
    }

    async fn attempt(
        &self,
        state: &mut State,
        question: &'static Question,
        variables: &Value,
    ) -> Result<Box<RawValue>, Failure> {
        let token = self.token(state).await?;
        let mut header =
            HeaderValue::from_str(token.secret.expose_secret()).map_err(|_| Error::from(SignInError::TokenInvalid))?;
        header.set_sensitive(true);
        let text = question.text(&state.withheld);
        let response = self
            .http
            .post(self.endpoint.clone())
            .header("X-Shopify-Access-Token", header)
            .json(&json!({ "query": text, "variables": variables, "operationName": question.name }))
            .send()
            .await
            .map_err(Failure::network)?;
        let status = response.status();
        let text_of =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let request_id = text_of("X-Request-Id");
        let retry_after =
            text_of("Retry-After").and_then(|text| text.parse::<f32>().ok()).filter(|seconds| *seconds > 0.0);
        let version = text_of("X-Shopify-API-Version");
        let date = text_of("Date").and_then(|text| rfc2822::parse(&text).ok());
        state.clock_ahead = date.map(|date| date.timestamp().duration_since(self.clock.now()));
        let body = response.bytes().await.map_err(Failure::network)?;
        if status.is_server_error() {
            return Err(Failure::server(question.name, request_id));
        }
        match status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err(Failure::Unauthorized),
            StatusCode::TOO_MANY_REQUESTS => return Err(Failure::Throttled(pause_after(retry_after))),
            _ => {
                let message = format!("HTTP {}", status.as_u16());
                let error = closed(status).unwrap_or(Error::BadDocument { operation: question.name, message });
                return Err(error.into());
            }
        }
        note_version(state, version);
        // A proxy's or a captive portal's page in place of an answer, or an answer cut short.
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|_| Failure::Passing(Error::Network("the answer is cut short, or not Shopify's".into())))?;
        // What cannot be read of the cost spoils no answer.
        if let Ok(cost) = Cost::deserialize(&answer.extensions["cost"]) {
            state.budget.note(question.name, &cost, self.clock.now());
        }
        if let Some(problem) = answer.errors.and_then(worst) {
            return Err(problem.into_failure(question.name, request_id, pause_after(retry_after)));
        }
        answer.data.ok_or_else(|| Failure::server(question.name, request_id))
    }

    async fn token(&self, state: &mut State) -> Result<Token, Failure> {
        match (&self.credentials, &state.token) {
            (Credentials::AccessToken(secret), _) => Ok(Token::lasting(secret.clone())),
            (_, Some(token)) if token.is_fresh(self.clock.now()) => Ok(token.clone()),
            (Credentials::ClientCredentials { client_id, client_secret }, _) => {
                let now: Timestamp = self.clock.now();
                let token = auth::sign_in(&self.http, &self.base, client_id, client_secret, now).await?;
                state.token = Some(token.clone());
                Ok(token)
            }
        }
    }
}

fn note_version(state: &mut State, version: Option<String>) {
    if state.version != version {
        if let Some(other) = version.as_deref().filter(|other| *other != API_VERSION) {
            tracing::warn!(asked = API_VERSION, answered = other, "Shopify answers with another API version");
        }
        state.version = version;
    }
}

fn pause_after(seconds: Option<f32>) -> Duration {
    Duration::try_from_secs_f32(seconds.unwrap_or(1.0)).unwrap_or(Duration::from_secs(1))
}

/// What a status says about the shop itself (SHOPIFY.md 2.4), if anything.
pub(crate) fn closed(status: StatusCode) -> Option<Error> {
    let why = match status.as_u16() {
        300..=399 => "it has moved to another address",
        402 => "it is frozen because a bill is not paid",
        403 => "it forbids the access",
        404 => "there is no such shop, or it has been closed",
        423 => "it is locked",
        _ => return None,
    };
    Some(Error::ShopClosed { status: status.as_u16(), why })
}

/// An error with its causes. The address is left out: it says nothing new.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Why one attempt gave no answer, by what to do next.
pub(crate) enum Failure {
    /// Wait at least this long where the budget knows no better, then ask again.
    Throttled(Duration),
    /// The token is not valid.
    Unauthorized,
    /// Something was asked for that the app may not read.
    Refused(Refusal),
    /// It may pass: ask again a few times.
    Passing(Error),
    /// It will not pass.
    Final(Error),
}

/// Shopify's refusal to tell one field.
pub(crate) struct Refusal {
    /// It is about protected customer data.
    protected: bool,
    path: Vec<String>,
    required: String,
}

impl Refusal {
    fn is_of(&self, reserve: Reserve) -> bool {
        match reserve.scope() {
            None => self.protected,
            Some((scope, field)) => self.required.contains(scope) || self.path.iter().any(|step| step == field),
        }
    }

    fn into_error(self) -> Error {
        Error::MissingScope { path: self.path.join("."), required: self.required }
    }
}

impl Failure {
    pub(crate) fn network(error: reqwest::Error) -> Self {
        Self::Passing(Error::Network(chain(&error.without_url())))
    }

    pub(crate) fn server(operation: &'static str, request_id: Option<String>) -> Self {
        Self::Passing(Error::Server { operation, request_id: request_id.unwrap_or_else(|| "unknown".into()) })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Box<RawValue>>,
    errors: Option<Problems>,
    #[serde(default)]
    extensions: Value,
}

/// Shopify writes a list; some of its gateways write one text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Problems {
    List(Vec<Problem>),
    Text(String),
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    message: String,
    #[serde(default)]
    path: Vec<Value>,
    #[serde(default)]
    extensions: ProblemExtensions,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProblemExtensions {
    #[serde(default)]
    code: String,
    request_id: Option<String>,
    required_access: Option<String>,
}

/// The problem that decides: throttling first, because nothing else was even tried then.
fn worst(problems: Problems) -> Option<Problem> {
    let mut list = match problems {
        Problems::List(list) => list,
        Problems::Text(message) => {
            vec![Problem { message, path: Vec::new(), extensions: ProblemExtensions::default() }]
        }
    };
    list.sort_by_key(|problem| problem.extensions.code != "THROTTLED");
    list.into_iter().next()
}

impl Problem {
    fn into_failure(self, operation: &'static str, request_id: Option<String>, pause: Duration) -> Failure {
        let Self { message, path, extensions } = self;
        match extensions.code.as_str() {
            "THROTTLED" => Failure::Throttled(pause),
            "ACCESS_DENIED" => Failure::Refused(Refusal {
                protected: message.contains("protected-customer-data") || message.contains("not approved to"),
                path: path.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                required: extensions.required_access.unwrap_or(message),
            }),
            "INTERNAL_SERVER_ERROR" | "TIMEOUT" => Failure::server(operation, extensions.request_id.or(request_id)),
            "SHOP_INACTIVE" => Error::ShopClosed { status: 200, why: "it is not active" }.into(),
            code @ ("BAD_REQUEST" | "MAX_INPUT_SIZE_EXCEEDED" | "MAX_COST_EXCEEDED") => {
                Error::BadInput { operation, code: code.to_owned(), message }.into()
            }
            _ => Error::BadDocument { operation, message }.into(),
        }
    }
}
