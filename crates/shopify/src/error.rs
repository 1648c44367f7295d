//! Everything that can go wrong with the shop, by what there is to do about it (SHOPIFY.md 2.4).

use crate::address::AddressError;

/// Why the shop's side could not be told.
///
/// No variant ever carries a token or a secret, nor the body of an order.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address or base URL cannot be used. To do: correct the configuration.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The HTTP client could not be built, for instance because no TLS provider is installed. To do: a defect of the program.
    #[error("the network could not be set up: {0}")]
    Setup(String),
    /// Signing in failed. To do: the merchant checks the app and its secret.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// A permission is missing. To do: grant it in the app's configuration and release it; until then that kind of
    /// document is not read at all.
    #[error("the app may not read {path}: {required}")]
    MissingScope {
        /// The field that was refused, such as `orders`.
        path: String,
        /// Which permission it takes, in Shopify's words.
        required: String,
    },
    /// The shop does not answer: frozen (402), forbidden (403), unknown (404) or locked (423). To do: look at the shop.
    #[error("the shop is closed to this app (HTTP {status}): {why}")]
    ShopClosed {
        /// The HTTP status.
        status: u16,
        /// What that status means.
        why: &'static str,
    },
    /// Shopify's own failure, five times in a row. To do: try again at the next run; give the id to Shopify's support.
    #[error("Shopify failed to answer {operation} (request {request_id})")]
    Server {
        /// The question's name.
        operation: &'static str,
        /// Shopify's id of the request, or `unknown`.
        request_id: String,
    },
    /// Nothing or only a part came through, five times in a row: offline, no such name, no TLS, a cut answer.
    /// To do: try again at the next run.
    #[error("no connection to Shopify: {0}")]
    Network(String),
    /// Shopify does not accept the question itself. To do: a defect, or an API version that is gone; never retried.
    #[error("Shopify does not accept {operation}: {message}")]
    BadDocument {
        /// The question's name.
        operation: &'static str,
        /// Shopify's words.
        message: String,
    },
    /// Shopify does not accept a value in the question. To do: a defect; never retried.
    #[error("Shopify does not accept the values of {operation} ({code}): {message}")]
    BadInput {
        /// The question's name.
        operation: &'static str,
        /// Shopify's code, such as `BAD_REQUEST` or `MAX_COST_EXCEEDED`.
        code: String,
        /// Shopify's words.
        message: String,
    },
    /// An answer that is not what was asked for. To do: a defect, or an API version that is gone.
    /// Of an order nothing is told then, and the feed stays before it: never a part of an order.
    #[error("the answer to {operation}{} could not be read: {source}", about(order.as_ref()))]
    Decode {
        /// The question's name.
        operation: &'static str,
        /// The order that it is about, where it is one order's fault.
        order: Option<String>,
        /// Where and why.
        source: DecodeError,
    },
    /// An order changed each time while its pages were read. To do: try again at the next run.
    #[error("order {0} changes while it is being read")]
    Unsteady(String),
    /// A stored cursor that this version cannot read. To do: start the feed anew without a cursor; nothing is lost.
    #[error("the stored position of the feed cannot be read: {0:?}")]
    BadCursor(String),
}

fn about(order: Option<&String>) -> String {
    order.map(|order| format!(" about {order}")).unwrap_or_default()
}

/// Why signing in failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The client id or the secret is wrong.
    #[error(
        "Shopify does not know this client id and secret; copy them again from the app's settings in the Dev Dashboard"
    )]
    WrongSecret,
    /// The app belongs to another organisation than the shop (`shop_not_permitted`).
    #[error("the app and the shop belong to different organisations; make the app in the shop's own organisation")]
    ShopNotPermitted,
    /// The app is not installed in the shop (`app_not_installed`).
    #[error("the app is not installed in this shop; install it from the Dev Dashboard, then try again")]
    AppNotInstalled,
    /// The access token is not valid (any more).
    #[error("the access token is not valid; it was revoked, or the app was removed from the shop")]
    TokenInvalid,
    /// Anything else that Shopify says to a sign-in.
    #[error("Shopify refuses the sign-in (HTTP {status}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Shopify's error code or words.
        message: String,
    },
}

/// Where an answer, or a stored document, is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A field is missing or of another type.
    #[error("at {path}: {message}")]
    Shape {
        /// The path to the field, such as `orders.nodes[3].name`.
        path: String,
        /// What is wrong there. Never holds the value of a text field.
        message: String,
    },
    /// A list is longer than what was given of it.
    #[error("{0} is longer than what was given of it")]
    Cut(&'static str),
}
