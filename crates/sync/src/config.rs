//! The configuration: every onboarding answer in one TOML file, for use without a window.

use books::mapping::Mapping;
use jiff::civil::Date;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub use crate::secrets::SecretPlace;
use crate::{
    integration::Plan,
    messages::Message,
    secrets::{SecretError, Secrets},
};

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

/// QuickBooks and the endpoint that its Web Connector calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuickBooksConfig {
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
    /// A secret is not where the configuration says.
    #[error("there is no secret in {0}")]
    NoSecret(SecretPlace),
    /// A secret can't be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl ConfigError {
    /// What to tell the merchant.
    pub fn message(&self) -> Message {
        match self {
            Self::Unreadable(problem) => Message::new("config.unreadable").with("problem", problem.trim()),
            Self::Value { setting, problem } => {
                Message::new("config.value").with("setting", setting).with("problem", problem)
            }
            Self::NoSecret(SecretPlace::Environment(variable)) => {
                Message::new("config.no_secret").with("variable", variable)
            }
            Self::NoSecret(place) => Message::new("secrets.missing").with("place", place),
            Self::Secret(error) => error.message(),
        }
    }
}

#[derive(Deserialize)]
struct Connections {
    shop: ShopConfig,
    quickbooks: QuickBooksConfig,
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
        let Connections { shop, quickbooks, integration } = toml::from_str(text).map_err(unreadable)?;
        let mut rest: toml::Table = toml::from_str(text).map_err(unreadable)?;
        rest.remove("shop");
        rest.remove("quickbooks");
        rest.remove("integration");
        let mapping = Mapping::deserialize(rest).map_err(unreadable)?;
        let config = Self { shop, quickbooks, integration, mapping };
        config.check()?;
        Ok(config)
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
        let places = [
            ("shop.sign_in", Some(self.shop.secret_place())),
            ("quickbooks.password", self.quickbooks.password.as_ref()),
        ];
        for (setting, place) in places {
            if let Some(problem) = place.and_then(SecretPlace::problem) {
                return value(setting, problem.to_owned());
            }
        }
        Ok(())
    }
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
