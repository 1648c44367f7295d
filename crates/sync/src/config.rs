//! The configuration: every onboarding answer in one TOML file, for use without a window.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use books::mapping::Mapping;
use jiff::{Timestamp, civil::Date};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tracing::info;

pub use crate::secrets::SecretPlace;
use crate::{
    integration::Plan,
    messages::Message,
    secrets::{SecretError, Secrets},
};

/// Name of the configuration in a data folder.
const FILE: &str = "config.toml";

/// The first line of a configuration that was written here.
const WRITTEN: &str = "# Written by Tillbridge. What somebody wrote here by hand before is in a file beside this one.";

/// The environment variables that name a simulated shop and a simulated Stocky. Only an address of this computer is taken.
const SIMULATED: [&str; 2] = ["TILLBRIDGE_SHOP_URL", "TILLBRIDGE_STOCKY_URL"];

/// The environment variable that names another port for the Web Connector, so that several can be at work beside each other.
const PORT: &str = "TILLBRIDGE_QUICKBOOKS_PORT";

/// Where a data folder keeps its configuration.
pub fn path_in(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// A complete, commented configuration with every setting at its default.
pub fn example() -> String {
    format!("{}\n{}", include_str!("config.example.toml").trim_end(), books::mapping::EXAMPLE)
}

/// Every onboarding answer.
#[derive(Clone, Debug)]
pub struct Config {
    /// The shop.
    pub shop: ShopConfig,
    /// QuickBooks.
    pub quickbooks: QuickBooksConfig,
    /// Where purchases come from.
    pub purchasing: PurchasesConfig,
    /// The initial integration.
    pub integration: IntegrationConfig,
    /// How documents become entries.
    pub mapping: Mapping,
}

/// The shop and how to sign in to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopConfig {
    /// Its permanent address.
    pub address: String,
    /// Another address to reach it at, for a simulated shop: plain http for loopback only.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Orders placed before this day, by the shop's calendar, are not carried over.
    pub start_date: Date,
    /// How to sign in.
    pub sign_in: SignIn,
}

/// How to sign in to the shop (SHOPIFY.md 6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SignIn {
    /// An app of the merchant's own, with tokens that renew themselves.
    ClientCredentials {
        /// The app's client id.
        client_id: String,
        /// Where its secret is.
        client_secret: SecretPlace,
    },
    /// An Admin API access token from before 2026.
    AccessToken {
        /// Where it is.
        token: SecretPlace,
    },
}

/// Where purchase orders, and what came of them, are read from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub enum PurchasesConfig {
    /// Nowhere: purchases are not carried over.
    #[default]
    None,
    /// Shopify's own purchase orders and transfers.
    Shopify,
    /// Stocky's API, which was shut down on 31 August 2026.
    Stocky {
        /// Where its key is.
        key: SecretPlace,
        /// Another address to reach it at, for a simulated Stocky: plain http for loopback only.
        #[serde(default)]
        base_url: Option<String>,
    },
    /// What was saved of Stocky.
    Archive {
        /// A file (ZIP, JSON or CSV), or a folder with such files.
        path: PathBuf,
    },
}

impl PurchasesConfig {
    /// Where its secret is, if it has one.
    pub const fn secret_place(&self) -> Option<&SecretPlace> {
        match self {
            Self::Stocky { key, .. } => Some(key),
            Self::None | Self::Shopify | Self::Archive { .. } => None,
        }
    }
}

/// How QuickBooks is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// Its Web Connector calls.
    #[default]
    WebConnector,
    /// Its request processor is called, on this computer; on Windows only.
    RequestProcessor,
}

/// QuickBooks, and the endpoint that its Web Connector calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuickBooksConfig {
    /// How it is reached.
    #[serde(default)]
    pub connection: Connection,
    /// The endpoint's port on this computer; 0 takes any free one.
    pub port: u16,
    /// The user name in the .qwc file.
    pub user_name: String,
    /// Where the app token is, the password with which QuickBooks signs in; without it, where it was put with
    /// [`crate::token`].
    #[serde(default)]
    pub password: Option<SecretPlace>,
    /// The company file's path, to have QuickBooks open that one; without it, the file that is open.
    #[serde(default)]
    pub company_file: Option<String>,
}

/// What is decided about the initial integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntegrationConfig {
    /// Who starts it.
    pub start: Start,
    /// Whether the stock of the start date is put into the books.
    pub opening_stock: bool,
}

impl Default for IntegrationConfig {
    fn default() -> Self {
        Self { start: Start::ByHand, opening_stock: true }
    }
}

impl Default for QuickBooksConfig {
    fn default() -> Self {
        Self {
            connection: Connection::default(),
            port: 8087,
            user_name: "tillbridge".to_owned(),
            password: None,
            company_file: None,
        }
    }
}

/// Who starts the initial integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Somebody who has looked at the preview.
    ByHand,
    /// The engine, as soon as nothing stands in its way.
    WhenReady,
}

/// A configuration that can't be used; nothing was touched.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The text is no TOML, or a setting is missing, unknown or of the wrong kind.
    #[error("the configuration can't be read: {0}")]
    Unreadable(String),
    /// A setting has a value that can't be.
    #[error("{setting}: {problem}")]
    Value {
        /// The setting's name with its table.
        setting: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The request processor is to be called where there can't be one.
    #[error("there is no request processor on this system")]
    NoRequestProcessor,
    /// A secret is not where the configuration says.
    #[error("there is no secret in {0}")]
    NoSecret(SecretPlace),
    /// A secret can't be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The file can't be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl ConfigError {
    /// What to tell the merchant.
    pub fn message(&self) -> Message {
        match self {
            Self::Unreadable(problem) => Message::new("config.unreadable").with("problem", problem.trim()),
            Self::Value { setting, problem } => {
                Message::new("config.value").with("setting", setting).with("problem", problem)
            }
            Self::NoRequestProcessor => Message::new("config.no_request_processor"),
            Self::NoSecret(SecretPlace::Environment(variable)) => {
                Message::new("config.no_secret").with("variable", variable)
            }
            Self::NoSecret(place) => Message::new("secrets.missing").with("place", place),
            Self::Secret(error) => error.message(),
            Self::File { path, error } => {
                Message::new("config.file").with("file", path.display()).with("problem", error)
            }
        }
    }
}

/// What the configuration says of everything but the mapping.
#[derive(Deserialize, Serialize)]
struct Connections {
    shop: ShopConfig,
    quickbooks: QuickBooksConfig,
    #[serde(default)]
    purchasing: PurchasesConfig,
    #[serde(default)]
    integration: IntegrationConfig,
}

impl ShopConfig {
    /// Where the shop's own secret is.
    pub fn secret_place(&self) -> &SecretPlace {
        match &self.sign_in {
            SignIn::ClientCredentials { client_secret, .. } => client_secret,
            SignIn::AccessToken { token } => token,
        }
    }

    /// The shop's own secret.
    ///
    /// # Errors
    /// [`ConfigError::NoSecret`] where there is none, [`ConfigError::Secret`] where it can't be read.
    pub fn secret(&self, secrets: &Secrets) -> Result<SecretString, ConfigError> {
        let place = self.secret_place();
        secrets.read(place)?.ok_or_else(|| ConfigError::NoSecret(place.clone()))
    }
}

impl Config {
    /// Reads a configuration and checks everything that can be checked without asking anybody.
    ///
    /// # Errors
    /// [`ConfigError`]: what is wrong, with the line where it can be told.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let unreadable = |error: toml::de::Error| ConfigError::Unreadable(error.to_string());
        let Connections { shop, quickbooks, purchasing, integration } = toml::from_str(text).map_err(unreadable)?;
        let mut rest: toml::Table = toml::from_str(text).map_err(unreadable)?;
        rest.remove("shop");
        rest.remove("quickbooks");
        rest.remove("purchasing");
        rest.remove("integration");
        let mapping = Mapping::deserialize(rest).map_err(unreadable)?;
        let config = Self { shop, quickbooks, purchasing, integration, mapping };
        config.check()?;
        Ok(config)
    }

    /// The configuration in a data folder; none where there is none.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(folder: &Path) -> Result<Option<Self>, ConfigError> {
        let path = path_in(folder);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ConfigError::File { path, error }),
        };
        Self::parse(&text).map(Some)
    }

    /// The same, reaching the simulated shop and Stocky on this computer that the environment names, where it names any.
    #[must_use]
    pub(crate) fn simulated(mut self, secrets: &Secrets) -> Self {
        // Without encryption no address but one of this computer is taken by those who ask there.
        let [shop, stocky] =
            SIMULATED.map(|name| secrets.variable(name).filter(|address| address.starts_with("http://")));
        self.shop.base_url = self.shop.base_url.or(shop);
        if let PurchasesConfig::Stocky { base_url, .. } = &mut self.purchasing {
            *base_url = base_url.take().or(stocky);
        }
        if let Some(port) = secrets.variable(PORT).and_then(|port| port.parse().ok()) {
            self.quickbooks.port = port;
        }
        self
    }

    /// Writes everything but the mapping into the data folder: the file is the old one or the new one at any moment. What
    /// the file says of the mapping stays in it; a file that somebody wrote by hand is kept under another name.
    ///
    /// # Errors
    /// [`ConfigError`]: nothing was changed then.
    pub fn write(&self, folder: &Path, now: Timestamp) -> Result<(), ConfigError> {
        let path = path_in(folder);
        let failed = |error| ConfigError::File { path: path.clone(), error };
        let before = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let unreadable = |problem: String| ConfigError::Unreadable(problem);
        let mut all: toml::Table = match &before {
            Some(text) => toml::from_str(text).map_err(|error| unreadable(error.to_string()))?,
            None => toml::Table::new(),
        };
        let connections = Connections {
            shop: self.shop.clone(),
            quickbooks: self.quickbooks.clone(),
            purchasing: self.purchasing.clone(),
            integration: self.integration,
        };
        all.extend(toml::Table::try_from(connections).map_err(|error| unreadable(error.to_string()))?);
        let text = toml::to_string_pretty(&all).map_err(|error| unreadable(error.to_string()))?;
        if let Some(before) = before.filter(|before| !before.starts_with(WRITTEN)) {
            let kept = folder.join(format!("config.by-hand-{}.toml", now.strftime("%Y%m%dT%H%M%SZ")));
            replace(&kept, before.as_bytes()).map_err(failed)?;
            info!(file = %kept.display(), "the configuration that somebody wrote by hand was kept");
        }
        replace(&path, format!("{WRITTEN}\n\n{text}").as_bytes()).map_err(failed)
    }

    /// What is decided about the start.
    pub const fn plan(&self) -> Plan {
        Plan { from: self.shop.start_date, opening_stock: self.integration.opening_stock }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let value = |setting, problem: String| Err(ConfigError::Value { setting, problem });
        if let Err(error) = self.shop.address.parse::<shopify::ShopAddress>() {
            return value("shop.address", error.to_string());
        }
        if self.quickbooks.user_name.trim().is_empty() {
            return value("quickbooks.user_name", "it must not be empty".to_owned());
        }
        if self.quickbooks.connection == Connection::RequestProcessor && !quickbooks_desktop::IS_AVAILABLE {
            return Err(ConfigError::NoRequestProcessor);
        }
        let places = [
            ("shop.sign_in", Some(self.shop.secret_place())),
            ("quickbooks.password", self.quickbooks.password.as_ref()),
            ("purchasing.key", self.purchasing.secret_place()),
        ];
        for (setting, place) in places {
            if let Some(problem) = place.and_then(SecretPlace::problem) {
                return value(setting, problem.to_owned());
            }
        }
        Ok(())
    }
}

/// Puts a file in the place of another one, so that there is a whole one at any moment.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = fs::File::create(&part)?;
    io::Write::write_all(&mut file, content)?;
    file.sync_all()?;
    fs::rename(&part, path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_example_is_a_complete_configuration_at_its_defaults() {
        let config = Config::parse(&example()).unwrap();
        assert_eq!(config.mapping, Mapping::default());
        assert_eq!(config.quickbooks.port, 8087);
    }

    #[test]
    fn each_source_of_purchases_has_its_own_settings() {
        let with = |table: &str| {
            let text = example().replace("source = \"none\"", table);
            Config::parse(&text).map(|config| config.purchasing)
        };
        assert_eq!(with("source = \"none\"").unwrap(), PurchasesConfig::None);
        assert_eq!(with("source = \"shopify\"").unwrap(), PurchasesConfig::Shopify);
        let key = SecretPlace::Environment("KEY".into());
        let stocky = with("source = \"stocky\"\nkey = { environment = \"KEY\" }").unwrap();
        assert_eq!(stocky, PurchasesConfig::Stocky { key, base_url: None });
        let archive = with("source = \"archive\"\npath = 'C:\\Stocky'").unwrap();
        assert_eq!(archive, PurchasesConfig::Archive { path: "C:\\Stocky".into() });
        assert!(with("source = \"stocky\"").is_err());
        assert!(with("source = \"archive\"\npth = 'C:\\Stocky'").is_err());
    }

    #[test]
    fn the_request_processor_can_be_chosen_on_windows_and_elsewhere_it_is_said_that_it_can_not() {
        let with = |line: &str| Config::parse(&example().replace("connection = \"web_connector\"", line));
        assert_eq!(with("").unwrap().quickbooks.connection, Connection::WebConnector);
        let chosen = with("connection = \"request_processor\"");
        if cfg!(windows) {
            assert_eq!(chosen.unwrap().quickbooks.connection, Connection::RequestProcessor);
        } else {
            assert_eq!(chosen.unwrap_err().message().code, "config.no_request_processor");
        }
        assert!(with("connection = \"polling\"").is_err());
    }

    #[test]
    fn a_misspelt_setting_is_named() {
        let text = example().replace("user_name", "usr_name");
        let error = Config::parse(&text).unwrap_err().to_string();
        assert!(error.contains("usr_name") || error.contains("user_name"), "{error}");
    }

    #[test]
    fn a_missing_secret_names_its_place() {
        let secrets = Secrets::new(std::path::Path::new("nowhere"), |_| Some("  ".into()));
        let mut shop = Config::parse(&example()).unwrap().shop;
        let error = shop.secret(&secrets).unwrap_err();
        assert_eq!(error.message().code, "config.no_secret");
        assert_eq!(error.message().facts["variable"], "TILLBRIDGE_SHOP_SECRET");
        shop.sign_in = SignIn::AccessToken { token: SecretPlace::File("shop".into()) };
        let error = shop.secret(&secrets).unwrap_err();
        assert_eq!(error.message().facts["place"], "file shop");
    }

    #[test]
    fn a_secret_can_be_in_three_kinds_of_places() {
        let places = [
            ("{ environment = \"NAME\" }", Some(SecretPlace::Environment("NAME".into()))),
            ("{ credential_store = \"a shop\" }", Some(SecretPlace::CredentialStore("a shop".into()))),
            ("{ file = \"shop.secret\" }", Some(SecretPlace::File("shop.secret".into()))),
            ("{ file = \"../shop\" }", None),
            ("{ file = \"\" }", None),
            ("{ credential_store = \" \" }", None),
            ("{ keyring = \"shop\" }", None),
            ("\"the secret itself\"", None),
        ];
        for (text, place) in places {
            let config = example().replace("{ environment = \"TILLBRIDGE_QUICKBOOKS_PASSWORD\" }", text);
            assert_eq!(Config::parse(&config).ok().map(|config| config.quickbooks.password), place.map(Some), "{text}");
        }
    }
}
