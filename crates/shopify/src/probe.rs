//! Is everything there that the connector needs? Asked when the shop is connected, and once a day.

use books::document::Shop;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    client::Client,
    decode::ShopNode,
    error::Error,
    questions::{PROTECTED_DATA_PROBE, SHOP_PROBE},
};

/// A permission of the app, by Shopify's name: `read_orders`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(String);

impl Scope {
    /// The permission of this name.
    pub fn new(handle: impl Into<String>) -> Self {
        Self(handle.into())
    }

    /// Shopify's name of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The permissions that the feeds need. Without `read_all_orders` Shopify shows the last 60 days only (SHOPIFY.md 2.8).
pub const NEEDED_SCOPES: [&str; 5] =
    ["read_orders", "read_all_orders", "read_customers", "read_products", "read_locations"];

/// What a first look at the shop shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// The shop.
    pub shop: Shop,
    /// The name of its plan.
    pub plan: String,
    /// The API version that answered, where it says so; another than [`crate::API_VERSION`] means that one is gone.
    pub api_version: Option<String>,
    /// What the app may do.
    pub granted: Vec<Scope>,
    /// What it may not do and should.
    pub missing: Vec<Scope>,
    /// Whether names, addresses and e-mail of buyers are told. Without them everything is posted to one customer
    /// (SHOPIFY.md 2.8). `None`: not known, because orders may not be read.
    pub buyers_told: Option<bool>,
    /// How far Shopify's clock is ahead of this computer's, to a second or two; where the answer says so.
    pub clock_ahead: Option<SignedDuration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    shop: ShopWithPlan,
    current_app_installation: Installation,
}

#[derive(Deserialize)]
struct ShopWithPlan {
    #[serde(flatten)]
    shop: ShopNode,
    plan: Plan,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan {
    public_display_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Installation {
    access_scopes: Vec<AccessScope>,
}

#[derive(Deserialize)]
struct AccessScope {
    handle: Scope,
}

impl Client {
    /// Signs in and looks around: who the shop is, and what is missing. Missing permissions are no error here.
    pub async fn probe(&self) -> Result<Probe, Error> {
        let answer: Answer = self.ask(&SHOP_PROBE, json!({})).await?;
        let granted: Vec<Scope> =
            answer.current_app_installation.access_scopes.into_iter().map(|scope| scope.handle).collect();
        // A permission to write includes the one to read.
        let has = |needed: &str| {
            granted.iter().any(|scope| {
                scope.as_str() == needed || scope.as_str().strip_prefix("write_") == needed.strip_prefix("read_")
            })
        };
        let missing: Vec<Scope> = NEEDED_SCOPES.into_iter().filter(|needed| !has(needed)).map(Scope::new).collect();
        let buyers_told = if has("read_orders") && has("read_customers") {
            match self.ask::<Value>(&PROTECTED_DATA_PROBE, json!({})).await {
                Ok(_) => Some(true),
                Err(Error::MissingScope { .. }) => Some(false),
                Err(error) => return Err(error),
            }
        } else {
            None
        };
        Ok(Probe {
            shop: answer.shop.shop.into_shop(),
            plan: answer.shop.plan.public_display_name,
            api_version: self.version().await,
            granted,
            missing,
            buyers_told,
            clock_ahead: self.clock_ahead().await,
        })
    }
}
