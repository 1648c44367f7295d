//! Shopify as a source.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use secrecy::SecretString;
use shopify::{Client, Credentials, Error, ShopAddress};

use crate::{
    config::{Config, ConfigError, PurchasesConfig, SecretPlace, SignIn},
    messages::Message,
    purchases,
    secrets::Secrets,
    source::{Feed, Opening, Several, Source, SourceError},
};

mod feeds;

/// Names of the feeds, and so of their stored cursors: what others refer to comes first, safety nets come last.
const FEEDS: &[&str] = &[
    "shopify.shop",
    "shopify.locations",
    "shopify.variants",
    "shopify.stock",
    "shopify.customers",
    "shopify.orders",
    "shopify.deletions",
    "shopify.tenders",
    "shopify.rescan",
];

/// Names of the feeds of Shopify's own purchase orders, which are read where the merchant buys with them.
const PURCHASES: &[&str] = &["shopify.purchases", "shopify.transfers"];

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
    client: Arc<Client>,
    since: Timestamp,
}

/// Stocky's key.
fn stocky_key(key: &SecretPlace, secrets: &Secrets) -> Result<SecretString, ConnectError> {
    Ok(secrets.read(key).map_err(ConfigError::from)?.ok_or_else(|| ConfigError::NoSecret(key.clone()))?)
}

/// The purchase orders of a shop.
struct Purchases(Arc<Client>);

fn client(config: &Config, secrets: &Secrets) -> Result<Client, ConnectError> {
    let secret = config.shop.secret(secrets)?;
    let credentials = match &config.shop.sign_in {
        SignIn::ClientCredentials { client_id, .. } => {
            Credentials::ClientCredentials { client_id: client_id.clone(), client_secret: secret }
        }
        SignIn::AccessToken { .. } => Credentials::AccessToken(secret),
    };
    let settings = shopify::Config {
        shop: address(config)?,
        base_url: config.shop.base_url.clone(),
        credentials,
        user_agent: concat!("Tillbridge/", env!("CARGO_PKG_VERSION")).to_owned(),
        index_lag: shopify::INDEX_LAG,
    };
    Ok(Client::new(settings, Arc::new(shopify::SystemClock)).map_err(|error| source_error(&error))?)
}

/// Connects to the shop of a configuration, and to where its purchases come from. Nothing is asked of them yet.
pub fn connect(config: &Config, secrets: &Secrets) -> Result<Arc<dyn Source>, ConnectError> {
    // A day earlier than any time zone's midnight: orders placed before the start are told apart when they are mapped.
    let since = config.shop.start_date.yesterday().unwrap_or(config.shop.start_date);
    let since = since.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp());
    let client = Arc::new(client(config, secrets)?);
    let mut sources: Vec<Arc<dyn Source>> = vec![Arc::new(Shop { client: Arc::clone(&client), since })];
    match &config.purchasing {
        PurchasesConfig::None => {}
        PurchasesConfig::Shopify => sources.push(Arc::new(Purchases(client))),
        PurchasesConfig::Stocky { key, base_url } => {
            sources.push(Arc::new(purchases::Stocky::new(
                address(config)?,
                stocky_key(key, secrets)?,
                base_url.clone(),
            )?));
        }
        PurchasesConfig::Archive { path } => {
            sources.push(Arc::new(purchases::Saved::new(address(config)?, path.clone())));
        }
    }
    Ok(Arc::new(Several::new(sources)))
}

fn address(config: &Config) -> Result<ShopAddress, ConnectError> {
    Ok(config.shop.address.parse().map_err(|error| source_error(&Error::Address(error)))?)
}

/// What Shopify's own purchase orders take beside `read_inventory` (SHOPIFY.md 5.3).
const PURCHASE_SCOPES: [&str; 3] =
    ["read_inventory_purchase_orders", "read_inventory_transfers", "read_inventory_shipments"];

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
    /// How far Shopify's clock is ahead of this computer's, to a second or two; where it says so.
    pub clock_ahead: Option<SignedDuration>,
}

/// Signs in to the shop of a configuration and looks what is missing.
pub async fn probe(config: &Config, secrets: &Secrets) -> Result<Probe, ConnectError> {
    if let PurchasesConfig::Stocky { key, .. } = &config.purchasing {
        stocky_key(key, secrets)?;
    }
    let probe = client(config, secrets)?.probe().await.map_err(|error| source_error(&error))?;
    let mut missing: Vec<Message> =
        probe.missing.iter().map(|scope| Message::new("shop.missing_scope").with("scope", scope.as_str())).collect();
    let optional = PURCHASE_SCOPES.iter().filter(|_| config.purchasing == PurchasesConfig::Shopify);
    let optional =
        optional.map(|scope| ("shop.purchases_scope", *scope)).chain([("shop.stock_scope", "read_inventory")]);
    for (code, scope) in optional.filter(|(_, scope)| !probe.grants(scope)) {
        missing.push(Message::new(code).with("scope", scope));
    }
    if probe.buyers_told == Some(false) {
        missing.push(Message::new("shop.buyers_not_told"));
    }
    Ok(Probe {
        name: probe.shop.name,
        currency: probe.shop.currency.code().to_owned(),
        time_zone: probe.shop.time_zone,
        missing,
        clock_ahead: probe.clock_ahead,
    })
}

/// Really asks where purchases come from: reads a first page of Stocky's, or all of what was saved. Returns what does not
/// stand in the way and should be known.
///
/// # Errors
/// [`ConnectError`]: nothing can be read from there.
pub(crate) async fn prove_purchases(
    config: &Config,
    secrets: &Secrets,
    (zone, now): (&TimeZone, Timestamp),
) -> Result<Option<Message>, ConnectError> {
    let shop = address(config)?;
    match &config.purchasing {
        PurchasesConfig::None => Ok(None),
        PurchasesConfig::Shopify => {
            let missing = probe(config, secrets).await?.missing;
            Ok(missing.into_iter().find(|missing| missing.code == "shop.purchases_scope"))
        }
        PurchasesConfig::Stocky { key, base_url } => {
            let stocky = purchases::Stocky::new(shop, stocky_key(key, secrets)?, base_url.clone())?;
            let opening = Opening { cursor: None, now, missed: false, zone: zone.clone() };
            for name in stocky.feeds().into_iter().take(1) {
                stocky.open(name, opening.clone())?.next().await?;
            }
            Ok(None)
        }
        PurchasesConfig::Archive { path } => Ok(purchases::look_at_saved(&shop, path, zone)?),
    }
}

impl Source for Shop {
    fn feeds(&self) -> Vec<&'static str> {
        FEEDS.to_vec()
    }

    fn open(&self, feed: &'static str, opening: Opening) -> Result<Box<dyn Feed + '_>, SourceError> {
        let client = &self.client;
        let opened = match feed {
            "shopify.shop" => feeds::plain(client, shopify::Feed::Shop, opening),
            "shopify.locations" => feeds::plain(client, shopify::Feed::Locations, opening),
            "shopify.variants" => feeds::plain(client, shopify::Feed::Variants, opening),
            "shopify.customers" => feeds::plain(client, shopify::Feed::Customers, opening),
            "shopify.stock" => return feeds::stock(client, &opening).map_err(|error| beside(feed, &error)),
            "shopify.deletions" => Ok(feeds::deletions(client, self.since, &opening)),
            "shopify.tenders" => Ok(feeds::tenders(client, &opening)),
            "shopify.rescan" => feeds::rescan(client, &opening),
            _ => feeds::orders(client, self.since, opening),
        };
        opened.map_err(|error| source_error(&error))
    }
}

impl Source for Purchases {
    fn feeds(&self) -> Vec<&'static str> {
        PURCHASES.to_vec()
    }

    fn open(&self, feed: &'static str, opening: Opening) -> Result<Box<dyn Feed + '_>, SourceError> {
        let list = if feed == "shopify.transfers" { shopify::Feed::Transfers } else { shopify::Feed::PurchaseOrders };
        feeds::listed(&self.0, feed, list, &opening).map_err(|error| beside(feed, &error))
    }
}

/// What stops a feed without which sales are carried over all the same.
fn beside(feed: &str, error: &Error) -> SourceError {
    let SourceError { message, passing, .. } = source_error(error);
    let message = match error {
        Error::MissingScope { required, .. } => {
            let code = if feed == "shopify.stock" { "shop.stock_scope" } else { "shop.purchases_scope" };
            Message::new(code).with("scope", required)
        }
        // An older version of the API, or a shop that Shopify gives no purchase orders.
        Error::BadDocument { message: problem, .. } if feed != "shopify.stock" => {
            Message::new("shop.no_purchases").with("problem", problem)
        }
        _ => message,
    };
    SourceError { message, passing, only_this_feed: true }
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
    SourceError { message: Message::new(code).with(fact.0, fact.1), passing, only_this_feed: false }
}
