//! Stocky's API v2 as it was: only lists, page by page, with a key (SHOPIFY.md 7).

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::{StatusCode, Url, header::HeaderValue, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;

use super::{StockyError, record::List};
use crate::{
    address::ShopAddress,
    client::{TRIES, chain},
    clock::Clock,
    feed::second,
};

const ADDRESS: &str = "https://stocky.shopifyapps.com/";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const TIMEOUT: Duration = Duration::from_secs(90);
/// Records in a page: the most that may be asked for.
pub(super) const PAGE: usize = 250;

/// Which shop's Stocky, and how to reach it. Shows no secret when printed.
#[derive(Clone, Debug)]
pub struct StockyConfig {
    /// The shop.
    pub shop: ShopAddress,
    /// Another place to find it, for a simulated Stocky; plain http only on this computer.
    pub base_url: Option<String>,
    /// The key, from Stocky's preferences (API access).
    pub key: SecretString,
    /// What to call this program: name and version.
    pub user_agent: String,
}

/// Stocky, ready to be asked. Every question only reads.
pub struct Stocky {
    http: reqwest::Client,
    base: Url,
    store: String,
    key: SecretString,
    clock: Arc<dyn Clock>,
}

/// What to ask a list for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ask {
    /// Only records after this one.
    pub(super) since_id: Option<u64>,
    /// Only records that changed at or after this moment.
    pub(super) updated_since: Option<Timestamp>,
}

/// Why one attempt gave no answer.
enum Failure {
    /// Wait at least this long, then ask again.
    Busy(Duration),
    /// It may pass: ask again a few times.
    Passing(StockyError),
    /// It will not pass.
    Final(StockyError),
}

impl Stocky {
    /// A client that has not yet spoken to Stocky.
    pub fn new(config: StockyConfig, clock: Arc<dyn Clock>) -> Result<Self, StockyError> {
        let base = config.shop.base_url(Some(config.base_url.as_deref().unwrap_or(ADDRESS)))?;
        // A redirect could carry the key to another host.
        let mut builder = reqwest::Client::builder()
            .user_agent(config.user_agent)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .gzip(true);
        if base.scheme() == "http" {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| StockyError::Setup(chain(&error)))?;
        Ok(Self { http, base, store: config.shop.host(), key: config.key, clock })
    }

    /// One page of a list; nothing where Stocky has no such list.
    pub(super) async fn page(&self, list: List, ask: Ask) -> Result<Option<Vec<Box<RawValue>>>, StockyError> {
        let mut failures = 0;
        loop {
            let failure = match self.attempt(list, ask).await {
                Ok(page) => return Ok(page),
                Err(Failure::Final(error)) => return Err(error),
                Err(failure) => failure,
            };
            failures += 1;
            let (pause, error) = match failure {
                Failure::Busy(pause) => (pause, StockyError::Server { list: list.name(), status: 429 }),
                Failure::Passing(error) | Failure::Final(error) => (Duration::from_secs(1 << (failures - 1)), error),
            };
            if failures == TRIES {
                return Err(error);
            }
            tracing::debug!(list = list.name(), %error, failures, "asking again");
            self.clock.sleep(pause).await;
        }
    }

    async fn attempt(&self, list: List, ask: Ask) -> Result<Option<Vec<Box<RawValue>>>, Failure> {
        let mut url = self
            .base
            .join(&format!("api/v2/{}.json", list.name()))
            .map_err(|_| Failure::Final(StockyError::Setup("Stocky's address has no path".into())))?;
        url.query_pairs_mut().append_pair("limit", &PAGE.to_string());
        if let Some(id) = ask.since_id {
            url.query_pairs_mut().append_pair("since_id", &id.to_string());
        }
        if let Some(moment) = ask.updated_since {
            url.query_pairs_mut().append_pair("updated_since", &second(moment));
        }
        let mut key = HeaderValue::from_str(&format!("API KEY={}", self.key.expose_secret()))
            .map_err(|_| Failure::Final(StockyError::Key(0)))?;
        key.set_sensitive(true);
        let sent = self.http.get(url).header("Store-Name", &self.store).header("Authorization", key).send().await;
        let response = sent.map_err(Failure::network)?;
        let status = response.status();
        let pause = response.headers().get("Retry-After").and_then(|value| value.to_str().ok());
        let pause = pause.and_then(|text| text.parse().ok()).map_or(Duration::from_secs(1), Duration::from_secs);
        let body = response.bytes().await.map_err(Failure::network)?;
        match status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND if list.is_optional() => return Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(Failure::Final(StockyError::Key(status.as_u16())));
            }
            StatusCode::TOO_MANY_REQUESTS => return Err(Failure::Busy(pause)),
            StatusCode::GONE | StatusCode::NOT_FOUND => return Err(Failure::retired(format!("HTTP {status}"))),
            _ if status.is_redirection() => return Err(Failure::retired("its address leads elsewhere".into())),
            _ => {
                let error = StockyError::Server { list: list.name(), status: status.as_u16() };
                return Err(if status.is_server_error() { Failure::Passing(error) } else { Failure::Final(error) });
            }
        }
        let text = std::str::from_utf8(&body).ok();
        let records = text.and_then(|text| list.records(text));
        records.map(Some).ok_or(Failure::Passing(StockyError::NotStocky { list: list.name() }))
    }
}

impl Failure {
    fn retired(why: String) -> Self {
        Self::Final(StockyError::Retired(why))
    }

    fn network(error: reqwest::Error) -> Self {
        let words = chain(&error.without_url());
        // The name is gone from the network, as it will be one day after the shutdown. Whoever is offline is told so by
        // the shop's side, which is asked first.
        if words.contains("dns error") || words.contains("failed to lookup address") {
            return Self::retired(words);
        }
        Self::Passing(StockyError::Network(words))
    }
}
