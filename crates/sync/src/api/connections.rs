//! What is connected: the shop, QuickBooks, and where purchases come from.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use ring::rand::SystemRandom;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use shopify::{AddressError, ShopAddress};
use tracing::warn;
use uuid::Uuid;

use super::{ApiError, Reach, quickbooks_reach, setup};
use crate::{
    Host, Secrets,
    company::{Company, Pairing},
    config::{
        Config, ConfigError, Connection, IntegrationConfig, PurchasesConfig, QuickBooksConfig, SecretPlace, ShopConfig,
        SignIn,
    },
    endpoint,
    messages::Message,
    secrets::SecretError,
    shop::{self, ConnectError, Probe},
    token::{self, AppToken, KeepError, KeepIn, TokenRecord, TokenStage, TokenView},
};
use books::document::Shop;

/// The setting that keeps what was seen of the shop when it was asked last, as [`Seen`].
const SEEN: &str = "shop.seen";

/// Where a secret stands that is only tried.
const CANDIDATE: &str = "candidate";

/// How the app signs in to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ShopSignIn {
    /// With an app of the merchant's own: its client id and secret.
    ClientCredentials,
    /// With an Admin API access token from before 2026.
    AccessToken,
}

/// The shop as it is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ShopConnection {
    /// Its permanent address.
    pub address: String,
    /// How the app signs in.
    pub sign_in: ShopSignIn,
    /// The app's client id, where it has one.
    pub client_id: Option<String>,
    /// Orders placed before this day, by the shop's calendar, are not carried over.
    pub start_date: String,
    /// The shop's name, once it said so.
    pub name: Option<String>,
    /// The currency of its books.
    pub currency: Option<String>,
    /// Its time zone.
    pub time_zone: Option<String>,
    /// What is missing, each with what to do.
    pub missing: Vec<Message>,
    /// Why it could not be reached, or did not let us in.
    pub problem: Option<Message>,
}

/// The shop as somebody wants it connected.
#[derive(Clone, Serialize, Deserialize, specta::Type)]
pub struct ShopForm {
    /// Its address, as merchants paste it.
    pub address: String,
    /// How the app signs in.
    pub sign_in: ShopSignIn,
    /// The app's client id.
    pub client_id: Option<String>,
    /// The secret or the token; none to keep the one that is kept.
    pub secret: Option<String>,
}

impl std::fmt::Debug for ShopForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShopForm")
            .field("address", &self.address)
            .field("sign_in", &self.sign_in)
            .finish_non_exhaustive()
    }
}

/// What was seen of the shop when it was asked last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Seen {
    name: Option<String>,
    currency: Option<String>,
    time_zone: Option<String>,
    pub(crate) missing: Vec<Message>,
    pub(crate) problem: Option<Message>,
}

impl Seen {
    pub(crate) fn of(host: &Host) -> Result<Option<Self>, ApiError> {
        Ok(host.store().setting(SEEN)?)
    }

    /// The same as it would be told by the shop itself.
    pub(crate) fn probe(&self) -> Option<Probe> {
        let Self { name: Some(name), currency: Some(currency), time_zone: Some(time_zone), missing, problem: None } =
            self
        else {
            return None;
        };
        Some(Probe {
            name: name.clone(),
            currency: currency.clone(),
            time_zone: time_zone.clone(),
            missing: missing.clone(),
            clock_ahead: None,
        })
    }

    fn from(before: Option<Self>, probe: Result<&Probe, &ConnectError>) -> Self {
        match probe {
            Ok(probe) => Self {
                name: Some(probe.name.clone()),
                currency: Some(probe.currency.clone()),
                time_zone: Some(probe.time_zone.clone()),
                missing: probe.missing.clone(),
                problem: None,
            },
            Err(error) => Self { problem: Some(told(error)), ..before.unwrap_or_default() },
        }
    }

    /// Keeps what was seen.
    pub(crate) fn keep(host: &Host, probe: Result<&Probe, &ConnectError>) -> Result<Self, ApiError> {
        let seen = Self::from(Self::of(host)?, probe);
        host.store().set_setting(SEEN, &seen, "the shop was asked", host.now())?;
        Ok(seen)
    }
}

fn told(error: &ConnectError) -> Message {
    match error {
        ConnectError::Config(error) => error.message(),
        ConnectError::Source(error) => error.message.clone(),
    }
}

impl From<ConnectError> for ApiError {
    fn from(error: ConnectError) -> Self {
        Self::new(told(&error))
    }
}

impl From<ConfigError> for ApiError {
    fn from(error: ConfigError) -> Self {
        Self::new(error.message())
    }
}

fn view(config: &Config, seen: Seen) -> ShopConnection {
    let (sign_in, client_id) = match &config.shop.sign_in {
        SignIn::ClientCredentials { client_id, .. } => (ShopSignIn::ClientCredentials, Some(client_id.clone())),
        SignIn::AccessToken { .. } => (ShopSignIn::AccessToken, None),
    };
    let address = config.shop.address.parse::<ShopAddress>();
    ShopConnection {
        address: address.map_or_else(|_| config.shop.address.clone(), |address| address.to_string()),
        sign_in,
        client_id,
        start_date: config.shop.start_date.to_string(),
        name: seen.name,
        currency: seen.currency,
        time_zone: seen.time_zone,
        missing: seen.missing,
        problem: seen.problem,
    }
}

/// The shop as it is connected, by asking it; none where none is.
///
/// # Errors
/// [`ApiError`] when the store fails; that the shop can't be reached is in the answer.
pub async fn shop_connection(host: &Host) -> Result<Option<ShopConnection>, ApiError> {
    let Some(config) = host.connected() else { return Ok(None) };
    let probe = shop::probe(&config, host.secrets()).await;
    let seen = Seen::keep(host, probe.as_ref())?;
    Ok(Some(view(&config, seen)))
}

/// Signs in to a shop, and connects it if that succeeds: the secret goes into the credential store, or into a file that only
/// this user can read where the computer has no credential store; everything else into the configuration.
///
/// # Errors
/// [`ApiError`]: the address is none, the shop does not let us in or can't be reached, or it is another shop than the one
/// that was read; nothing was changed then.
pub async fn connect_shop(host: &Host, form: &ShopForm) -> Result<ShopConnection, ApiError> {
    let address = shop_address(&form.address)?;
    let before = host.config();
    let before = before.as_deref();
    if let Some(before) = before
        && before.shop.address.parse::<ShopAddress>().is_ok_and(|known| known != address)
        && host.store().setting::<Shop>("shop")?.is_some()
    {
        let (known, address) = (&before.shop.address, address);
        return Err(ApiError::new(Message::new("setup.other_shop").with("shop", known).with("other", address)));
    }
    let given = form.secret.as_deref().map(str::trim).filter(|secret| !secret.is_empty());
    let secret: SecretString = match (given, before.filter(|before| sign_in_of(before) == form.sign_in)) {
        (Some(given), _) => given.to_owned().into(),
        (None, Some(before)) => before.shop.secret(host.secrets())?,
        (None, None) => return Err(ApiError::new(Message::new("setup.no_secret"))),
    };
    let client_id = form.client_id.as_deref().map(str::trim).filter(|id| !id.is_empty());
    if form.sign_in == ShopSignIn::ClientCredentials && client_id.is_none() {
        return Err(ApiError::new(Message::new("setup.no_client_id")));
    }
    let signed_in = |place: SecretPlace| match form.sign_in {
        ShopSignIn::ClientCredentials => {
            SignIn::ClientCredentials { client_id: client_id.unwrap_or_default().to_owned(), client_secret: place }
        }
        ShopSignIn::AccessToken => SignIn::AccessToken { token: place },
    };
    let mut config = before.cloned().unwrap_or_else(|| first(host, &address));
    config.shop.address = address.to_string();
    config.shop.sign_in = signed_in(SecretPlace::Environment(CANDIDATE.to_owned()));

    let tried = Config { purchasing: PurchasesConfig::None, ..config.clone() }.simulated(host.secrets());
    let candidate = secret.clone();
    let alone =
        Secrets::new(host.folder(), move |name| (name == CANDIDATE).then(|| candidate.expose_secret().to_owned()));
    let probe = shop::probe(&tried, &alone).await?;

    let place = match (given, before) {
        (None, Some(before)) => before.shop.secret_place().clone(),
        _ => keep(host, "shop", &secret)?,
    };
    config.shop.sign_in = signed_in(place.clone());
    if before.is_none() {
        config.quickbooks.port = endpoint::free_port(config.quickbooks.port).await;
    }
    let written = host.reconfigure(|_| Ok::<_, ConfigError>(config.clone())).await;
    if let Err(error) = written {
        if given.is_some() {
            forget(host, &place);
        }
        return Err(error.into());
    }
    if let Some(old) = before.map(|before| before.shop.secret_place()).filter(|old| **old != place) {
        forget(host, old);
    }
    let seen = Seen::keep(host, Ok(&probe))?;
    Ok(view(&config, seen))
}

fn sign_in_of(config: &Config) -> ShopSignIn {
    match config.shop.sign_in {
        SignIn::ClientCredentials { .. } => ShopSignIn::ClientCredentials,
        SignIn::AccessToken { .. } => ShopSignIn::AccessToken,
    }
}

fn shop_address(text: &str) -> Result<ShopAddress, ApiError> {
    text.parse().map_err(|error| {
        ApiError::new(match error {
            AddressError::OtherDomain(domain) => Message::new("setup.public_domain").with("domain", domain),
            AddressError::Empty => Message::new("setup.no_address"),
            _ => Message::new("setup.no_shop_address").with("address", text.trim()),
        })
    })
}

/// The configuration with which an installation begins: from the first day of this month on.
fn first(host: &Host, address: &ShopAddress) -> Config {
    Config {
        shop: ShopConfig {
            address: address.to_string(),
            base_url: None,
            start_date: setup::first_start_date(host.now()),
            sign_in: SignIn::AccessToken { token: SecretPlace::Environment(CANDIDATE.to_owned()) },
        },
        quickbooks: QuickBooksConfig::default(),
        purchasing: PurchasesConfig::None,
        integration: IntegrationConfig::default(),
        mapping: books::Mapping::default(),
    }
}

/// Keeps a secret in a place of its own, so that the one that was kept before holds until the configuration names this one.
fn keep(host: &Host, what: &str, secret: &SecretString) -> Result<SecretPlace, ApiError> {
    let name = format!("{what} {} {}", host.installation().id, Uuid::new_v4());
    let place = SecretPlace::CredentialStore(name);
    match host.secrets().write(&place, secret) {
        Err(SecretError::NoStore(_)) => {
            let place = SecretPlace::File(format!("{what}-{}", Uuid::new_v4()));
            host.secrets().write(&place, secret)?;
            Ok(place)
        }
        kept => Ok(kept.map(|()| place)?),
    }
}

/// Takes a secret away that nothing names any more, if [`keep`] put it there: what somebody keeps under a name of their own
/// may be of use elsewhere. One that stays is no harm.
fn forget(host: &Host, place: &SecretPlace) {
    let is_ours = match place {
        SecretPlace::Environment(_) => false,
        SecretPlace::CredentialStore(name) => name.contains(&host.installation().id.to_string()),
        SecretPlace::File(name) => name
            .split_once('-')
            .is_some_and(|(what, id)| ["shop", "stocky"].contains(&what) && id.parse::<Uuid>().is_ok()),
    };
    if !is_ours {
        return;
    }
    if let Err(error) = host.secrets().remove(place) {
        warn!(%error, "a secret that is of no use any more could not be removed");
    }
}

/// A token that was made here, which is shown once.
#[derive(Clone, Serialize, Deserialize, specta::Type)]
pub struct GeneratedToken {
    /// The token.
    pub token: String,
    /// How far it is.
    pub view: TokenView,
}

/// The app token, as far as it is.
///
/// # Errors
/// [`ApiError`] when its place can't be read.
pub fn token(host: &Host) -> Result<TokenView, ApiError> {
    Ok(token::view(&host.keeper(), &TokenRecord::of(host.store())?)?)
}

/// Takes the app token that QuickBooks made, in place of the one that there is if `replace` says so.
///
/// # Errors
/// [`ApiError`]: it is none, there is one already, or it can't be kept; nothing was changed then.
pub fn paste_token(host: &Host, pasted: &str, replace: bool) -> Result<TokenView, ApiError> {
    let given = AppToken::parse(pasted, &host.quickbooks().user_name);
    keep_token(host, &given.map_err(|error| ApiError::new(error.message()))?, replace)
}

/// Makes an app token, for a QuickBooks without Manage Web Apps.
///
/// # Errors
/// [`ApiError`]: there is one already, or it can't be kept; nothing was changed then.
pub fn generate_token(host: &Host, replace: bool) -> Result<GeneratedToken, ApiError> {
    let made = AppToken::generate(&SystemRandom::new())
        .map_err(|error| ApiError::new(Message::new("token.no_randomness").with("problem", error)))?;
    let view = keep_token(host, &made, replace)?;
    Ok(GeneratedToken { token: made.secret().expose_secret().to_owned(), view })
}

fn keep_token(host: &Host, given: &AppToken, replace: bool) -> Result<TokenView, ApiError> {
    let keeper = host.keeper();
    if !replace && token(host)?.stage != TokenStage::NotGiven {
        return Err(ApiError::new(Message::new("token.given_before")));
    }
    match keeper.keep(given, None) {
        Err(KeepError::Secret(SecretError::NoStore(_))) => keeper.keep(given, Some(KeepIn::File))?,
        kept => kept?,
    };
    host.told();
    token(host)
}

/// Takes the app token away: QuickBooks can't sign in any more.
///
/// # Errors
/// [`ApiError`] when it may still be somewhere.
pub fn revoke_token(host: &Host) -> Result<TokenView, ApiError> {
    host.keeper().revoke()?;
    host.told();
    token(host)
}

/// How QuickBooks is connected, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QuickBooksConnection {
    /// How it is reached. Where it is called on this computer, it needs neither the address nor a token.
    pub connection: Connection,
    /// The endpoint's address.
    pub address: String,
    /// The user name in the .qwc file.
    pub user_name: String,
    /// The endpoint's port.
    pub port: u16,
    /// The company file that is paired, or else was open the last time.
    pub company_file: Option<String>,
    /// QuickBooks' product, as it said itself.
    pub product: Option<String>,
    /// Its release.
    pub release: Option<String>,
    /// When QuickBooks was in touch last since the engine began (RFC 3339, UTC).
    pub last_call_at: Option<String>,
    /// Whether it can be reached.
    pub reach: Reach,
}

/// How QuickBooks is connected, and what is known of it.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn quickbooks_connection(host: &Host) -> Result<QuickBooksConnection, ApiError> {
    let company: Option<Company> = host.store().setting("company")?;
    let pairing: Option<Pairing> = host.store().setting("pairing")?;
    let port = host.port();
    let reach = quickbooks_reach(host)?;
    let file = pairing.map(|pairing| pairing.file_name);
    let QuickBooksConfig { connection, user_name, .. } = host.quickbooks();
    Ok(QuickBooksConnection {
        connection,
        address: endpoint::address(port),
        user_name,
        port,
        company_file: file.or_else(|| company.as_ref().map(|company| company.file_name.clone())),
        product: company.as_ref().map(|company| company.product.clone()),
        release: company.map(|company| company.release),
        last_call_at: reach.at.clone(),
        reach,
    })
}

/// The .qwc file for the Web Connector.
///
/// # Errors
/// [`ApiError`] when the Web Connector would refuse it.
pub fn connector_file(host: &Host) -> Result<String, ApiError> {
    let made = endpoint::qwc(host.installation(), &host.quickbooks().user_name, host.port());
    made.map_err(|error| {
        ApiError::new(Message::new("config.value").with("setting", "quickbooks").with("problem", error))
    })
}

/// Where purchases come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PurchasingSource {
    /// Nowhere: purchases are not carried over.
    None,
    /// Shopify's own purchase orders and transfers.
    Shopify,
    /// Stocky's API, as it was.
    Stocky,
    /// What was saved of Stocky.
    Archive,
}

/// Where purchases come from, as it is decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Purchasing {
    /// Where from.
    pub source: PurchasingSource,
    /// Whether somebody decided it.
    pub decided: bool,
    /// Where the archive is.
    pub path: Option<String>,
    /// Whether a key of Stocky's is kept.
    pub has_key: bool,
    /// What does not stand in the way and should be known.
    pub problem: Option<Message>,
}

/// Where purchases are to come from.
#[derive(Clone, Serialize, Deserialize, specta::Type)]
pub struct PurchasingChoice {
    /// Where from.
    pub source: PurchasingSource,
    /// Stocky's key; none to keep the one that is kept.
    pub key: Option<String>,
    /// Where the archive is.
    pub path: Option<String>,
}

impl std::fmt::Debug for PurchasingChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PurchasingChoice").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Where purchases come from, as it is decided.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn purchasing(host: &Host) -> Result<Purchasing, ApiError> {
    let kept = setup::Kept::of(host.store())?;
    let config = host.config();
    let purchases = config.as_ref().map(|config| &config.purchasing);
    let (source, path) = match purchases {
        None | Some(PurchasesConfig::None) => (PurchasingSource::None, None),
        Some(PurchasesConfig::Shopify) => (PurchasingSource::Shopify, None),
        Some(PurchasesConfig::Stocky { .. }) => (PurchasingSource::Stocky, None),
        Some(PurchasesConfig::Archive { path }) => (PurchasingSource::Archive, Some(path.display().to_string())),
    };
    Ok(Purchasing {
        source,
        decided: kept.purchasing_decided || source != PurchasingSource::None,
        path,
        has_key: purchases.and_then(PurchasesConfig::secret_place).is_some(),
        problem: kept.purchasing_problem,
    })
}

/// Decides where purchases come from, if they can be read there: Stocky is really asked, an archive really read.
///
/// # Errors
/// [`ApiError`]: why nothing can be read there; nothing was changed then.
pub async fn choose_purchasing(host: &Host, choice: &PurchasingChoice) -> Result<Purchasing, ApiError> {
    let Some(before) = host.config() else { return Err(not_connected()) };
    let given = choice.key.as_deref().map(str::trim).filter(|key| !key.is_empty());
    let kept = before.purchasing.secret_place().cloned();
    let mut secrets = host.secrets().clone();
    let tried = match choice.source {
        PurchasingSource::None => PurchasesConfig::None,
        PurchasingSource::Shopify => PurchasesConfig::Shopify,
        PurchasingSource::Stocky => {
            let key = match (given, kept.clone()) {
                (Some(given), _) => {
                    let key = given.to_owned();
                    secrets = Secrets::new(host.folder(), move |name| (name == CANDIDATE).then(|| key.clone()));
                    SecretPlace::Environment(CANDIDATE.to_owned())
                }
                (None, Some(kept)) => kept,
                (None, None) => return Err(ApiError::new(Message::new("setup.no_stocky_key"))),
            };
            PurchasesConfig::Stocky { key, base_url: None }
        }
        PurchasingSource::Archive => {
            let path = choice.path.as_deref().map(str::trim).filter(|path| !path.is_empty());
            let path = path.ok_or_else(|| ApiError::new(Message::new("setup.no_archive")))?;
            PurchasesConfig::Archive { path: PathBuf::from(path) }
        }
    };
    let mut config = Config { purchasing: tried, ..Config::clone(&before) };
    let problem =
        shop::prove_purchases(&config.clone().simulated(host.secrets()), &secrets, (&zone(host)?, host.now())).await?;
    let new_place = match (&mut config.purchasing, given) {
        (PurchasesConfig::Stocky { key, .. }, Some(given)) => {
            *key = keep(host, "stocky", &given.to_owned().into())?;
            Some(key.clone())
        }
        _ => None,
    };
    let purchasing = config.purchasing.clone();
    let written = host.reconfigure(|now| {
        let now = now.ok_or_else(not_connected)?;
        Ok::<_, ApiError>(Config { purchasing: purchasing.clone(), ..now.clone() })
    });
    if let Err(error) = written.await {
        if let Some(place) = &new_place {
            forget(host, place);
        }
        return Err(error);
    }
    if let Some(old) = kept.filter(|old| config.purchasing.secret_place() != Some(old)) {
        forget(host, &old);
    }
    setup::Kept::change(host, |kept| {
        kept.purchasing_decided = true;
        kept.purchasing_problem = problem;
    })?;
    self::purchasing(host)
}

/// Reads again where purchases come from.
pub(super) async fn prove_purchasing(host: &Host) -> Result<Option<Message>, ApiError> {
    let Some(config) = host.connected() else { return Err(not_connected()) };
    let problem = shop::prove_purchases(&config, host.secrets(), (&zone(host)?, host.now())).await?;
    setup::Kept::change(host, |kept| kept.purchasing_problem.clone_from(&problem))?;
    Ok(problem)
}

pub(super) fn not_connected() -> ApiError {
    ApiError::new(Message::new("setup.shop_not_connected"))
}

/// The shop's time zone, as far as it is known.
fn zone(host: &Host) -> Result<TimeZone, ApiError> {
    let seen = Seen::of(host)?.and_then(|seen| seen.time_zone);
    Ok(seen.and_then(|zone| TimeZone::get(&zone).ok()).unwrap_or(TimeZone::UTC))
}
