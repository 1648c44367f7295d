//! Shopify as a source.

use std::{future::Future, pin::Pin, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use shopify::{Client, Credentials, Cursor, Error, Puller};

use crate::{
    config::{Config, ConfigError, SignIn},
    messages::Message,
    source::{Feed, Page, Source, SourceError, Told},
};

/// Names of the feeds, and so of their stored cursors: what others refer to comes first.
const FEEDS: &[&str] =
    &["shopify.shop", "shopify.locations", "shopify.variants", "shopify.customers", "shopify.orders"];

/// Why the shop could not be connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The shop can't be reached or does not let us in.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// The shop of a configuration.
struct Shop {
    client: Client,
    since: Timestamp,
}

fn client(config: &Config, variable: impl Fn(&str) -> Option<String>) -> Result<Client, ConnectError> {
    let credentials = match &config.shop.sign_in {
        SignIn::ClientCredentials { client_id, client_secret } => Credentials::ClientCredentials {
            client_id: client_id.clone(),
            client_secret: client_secret.read(variable)?,
        },
        SignIn::AccessToken { token } => Credentials::AccessToken(token.read(variable)?),
    };
    let settings = shopify::Config {
        shop: config.shop.address.parse().map_err(|error| source_error(&Error::Address(error)))?,
        base_url: config.shop.base_url.clone(),
        credentials,
        user_agent: concat!("Tillbridge/", env!("CARGO_PKG_VERSION")).to_owned(),
        index_lag: shopify::INDEX_LAG,
    };
    Ok(Client::new(settings, Arc::new(shopify::SystemClock)).map_err(|error| source_error(&error))?)
}

/// Connects to the shop of a configuration; its secrets are looked up with `variable`. Nothing is asked of it yet.
pub fn connect(config: &Config, variable: impl Fn(&str) -> Option<String>) -> Result<Arc<dyn Source>, ConnectError> {
    // A day earlier than any time zone's midnight: orders placed before the start are told apart when they are mapped.
    let since = config.shop.start_date.yesterday().unwrap_or(config.shop.start_date);
    let since = since.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp());
    Ok(Arc::new(Shop { client: client(config, variable)?, since }))
}

/// What a first look at the shop shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The shop's name.
    pub name: String,
    /// The currency of its books.
    pub currency: String,
    /// Its time zone.
    pub time_zone: String,
    /// What is missing, each with what to do.
    pub missing: Vec<Message>,
}

/// Signs in to the shop of a configuration and looks what is missing.
pub async fn probe(config: &Config, variable: impl Fn(&str) -> Option<String>) -> Result<Probe, ConnectError> {
    let probe = client(config, variable)?.probe().await.map_err(|error| source_error(&error))?;
    let mut missing: Vec<Message> =
        probe.missing.iter().map(|scope| Message::new("shop.missing_scope").with("scope", scope.as_str())).collect();
    if probe.buyers_told == Some(false) {
        missing.push(Message::new("shop.buyers_not_told"));
    }
    Ok(Probe {
        name: probe.shop.name,
        currency: probe.shop.currency.code().to_owned(),
        time_zone: probe.shop.time_zone,
        missing,
    })
}

impl Source for Shop {
    fn feeds(&self) -> &'static [&'static str] {
        FEEDS
    }

    fn open(
        &self,
        feed: &'static str,
        cursor: Option<String>,
        now: Timestamp,
    ) -> Result<Box<dyn Feed + '_>, SourceError> {
        let which = match feed {
            "shopify.shop" => shopify::Feed::Shop,
            "shopify.locations" => shopify::Feed::Locations,
            "shopify.variants" => shopify::Feed::Variants,
            "shopify.customers" => shopify::Feed::Customers,
            _ => shopify::Feed::Orders { since: self.since },
        };
        let cursor = cursor.map(Cursor::stored);
        let puller = match self.client.pull(which, cursor.as_ref(), now) {
            // A cursor of another version: from the beginning, where what is known already is nothing new.
            Err(Error::BadCursor(_)) => self.client.pull(which, None, now),
            other => other,
        };
        Ok(Box::new(ShopFeed(puller.map_err(|error| source_error(&error))?)))
    }
}

struct ShopFeed<'c>(Puller<'c>);

impl Feed for ShopFeed<'_> {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Page>, SourceError>> + Send + '_>> {
        Box::pin(async {
            let page = self.0.next().await.map_err(|error| source_error(&error))?;
            Ok(page.map(|page| Page {
                documents: page
                    .documents
                    .into_iter()
                    .map(|pulled| Told { document: pulled.document, raw: pulled.raw })
                    .collect(),
                cursor: page.cursor.as_str().to_owned(),
            }))
        })
    }
}

fn source_error(error: &Error) -> SourceError {
    let (code, passing) = match error {
        Error::Address(_) | Error::Setup(_) | Error::SignIn(_) => ("shop.sign_in", false),
        Error::MissingScope { .. } => ("shop.missing_scope", false),
        Error::ShopClosed { .. } => ("shop.closed", false),
        Error::Server { .. } => ("shop.server", true),
        Error::Network(_) => ("shop.offline", true),
        Error::BadDocument { .. } | Error::BadInput { .. } | Error::BadCursor(_) => ("shop.bad_request", false),
        Error::Decode { .. } | Error::Unsteady(_) => ("shop.cut_short", true),
    };
    let fact = match error {
        Error::MissingScope { path, required } => ("scope", format!("{path}: {required}")),
        other => ("problem", other.to_string()),
    };
    SourceError { message: Message::new(code).with(fact.0, fact.1), passing }
}
