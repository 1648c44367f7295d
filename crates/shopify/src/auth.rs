//! Signing in (SHOPIFY.md 6.1, 6.2).

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{
    client::{Failure, closed},
    error::{Error, SignInError},
};

/// How this installation proves who it is. Shows no secret when printed.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// An app of the merchant's own in the Dev Dashboard: tokens live 24 hours and are fetched as needed.
    ClientCredentials {
        /// The app's client id.
        client_id: String,
        /// The app's client secret.
        client_secret: SecretString,
    },
    /// A token made in the shop's admin before 2026: lives until it is revoked.
    AccessToken(SecretString),
}

/// A token and when to stop using it.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) secret: SecretString,
    expires_at: Option<Timestamp>,
}

/// Renewed when less than this is left.
const MARGIN: Duration = Duration::from_mins(5);

impl Token {
    pub(crate) fn lasting(secret: SecretString) -> Self {
        Self { secret, expires_at: None }
    }

    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| now + MARGIN <= at)
    }
}

#[derive(Deserialize)]
struct Grant {
    access_token: SecretString,
    expires_in: u32,
}

#[derive(Deserialize)]
struct Refusal {
    error: Option<String>,
    error_description: Option<String>,
}

/// Exchanges the app's id and secret for a token of 24 hours.
pub(crate) async fn sign_in(
    http: &reqwest::Client,
    base: &Url,
    client_id: &str,
    client_secret: &SecretString,
    now: Timestamp,
) -> Result<Token, Failure> {
    let url = base.join("admin/oauth/access_token").map_err(|_| Error::Setup("the sign-in address is wrong".into()))?;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", client_secret.expose_secret()),
    ];
    let response = http.post(url).form(&form).send().await.map_err(Failure::network)?;
    let status = response.status();
    let body = response.bytes().await.map_err(Failure::network)?;
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Failure::server("sign-in", None));
    }
    if !status.is_success() {
        return Err(closed(status).unwrap_or_else(|| refusal(status, &body).into()).into());
    }
    let grant: Grant = serde_json::from_slice(&body).map_err(|_| {
        // The body may hold a token: it is not quoted.
        Error::from(SignInError::Refused { status: status.as_u16(), message: "an answer without a token".into() })
    })?;
    let lifetime = Duration::from_secs(u64::from(grant.expires_in));
    Ok(Token { secret: grant.access_token, expires_at: Some(now + lifetime) })
}

fn refusal(status: StatusCode, body: &[u8]) -> SignInError {
    let text = String::from_utf8_lossy(body);
    let refusal: Option<Refusal> = serde_json::from_slice(body).ok();
    let code = refusal.as_ref().and_then(|refusal| refusal.error.as_deref()).unwrap_or_default();
    // Shopify answers some of these with a page for people instead of JSON (SHOPIFY.md 6.2).
    let says = |word: &str| code == word || text.contains(word);
    if says("shop_not_permitted") {
        SignInError::ShopNotPermitted
    } else if says("app_not_installed") {
        SignInError::AppNotInstalled
    } else if says("invalid_client") || says("application_cannot_be_found") || status == StatusCode::UNAUTHORIZED {
        SignInError::WrongSecret
    } else {
        let message = refusal.and_then(|refusal| refusal.error_description.or(refusal.error));
        SignInError::Refused { status: status.as_u16(), message: message.unwrap_or_else(|| "no reason given".into()) }
    }
}
