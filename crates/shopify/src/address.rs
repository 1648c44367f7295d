//! Which shop: its permanent address.

use std::{fmt, net::IpAddr, str::FromStr};

use reqwest::Url;

/// A shop's permanent address: the name before `.myshopify.com`, in lower case.
///
/// Reads what merchants paste: `harbour-pine`, `harbour-pine.myshopify.com`, `https://harbour-pine.myshopify.com/admin`
/// and `https://admin.shopify.com/store/harbour-pine/orders`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShopAddress(String);

/// Why a text is no shop address, or a base URL cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was given.
    #[error("the shop address is empty; it looks like my-shop.myshopify.com")]
    Empty,
    /// The shop's public domain, or another site altogether.
    #[error(
        "{0:?} is not the shop's permanent address; that one ends in .myshopify.com (in Shopify: Settings, Domains)"
    )]
    OtherDomain(String),
    /// A character that no shop address has.
    #[error("{0:?} is not a shop address: only letters, digits and hyphens stand before .myshopify.com")]
    BadName(String),
    /// A base URL that is no URL.
    #[error("{0:?} is not a web address")]
    BadUrl(String),
    /// A base URL without encryption that leaves this computer.
    #[error("{0:?} is refused: without https only this computer itself (127.0.0.1, localhost) may be addressed")]
    PlainHttp(String),
}

const SUFFIX: &str = ".myshopify.com";
const ADMIN: &str = "admin.shopify.com/store/";

impl ShopAddress {
    /// The full host name: `harbour-pine.myshopify.com`.
    pub fn host(&self) -> String {
        format!("{}{SUFFIX}", self.0)
    }

    /// The name before `.myshopify.com`.
    pub fn name(&self) -> &str {
        &self.0
    }

    pub(crate) fn base_url(&self, other: Option<&str>) -> Result<Url, AddressError> {
        let Some(text) = other else {
            let text = format!("https://{}/", self.host());
            return Url::parse(&text).map_err(|_| AddressError::BadUrl(text));
        };
        let mut url = Url::parse(text).map_err(|_| AddressError::BadUrl(text.to_owned()))?;
        let loopback = url.host_str().is_some_and(|host| {
            host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        });
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(AddressError::PlainHttp(text.to_owned())),
            _ => return Err(AddressError::BadUrl(text.to_owned())),
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(url)
    }
}

impl FromStr for ShopAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let lower = text.trim().to_ascii_lowercase();
        let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).unwrap_or(&lower);
        let rest = rest.strip_prefix(ADMIN).unwrap_or(rest);
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host.is_empty() {
            return Err(AddressError::Empty);
        }
        let name = match host.strip_suffix(SUFFIX) {
            Some(name) => name,
            None if host.contains('.') => return Err(AddressError::OtherDomain(host.to_owned())),
            None => host,
        };
        let good = !name.is_empty()
            && !name.starts_with('-')
            && !name.ends_with('-')
            && name.len() <= 63
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if good { Ok(Self(name.to_owned())) } else { Err(AddressError::BadName(host.to_owned())) }
    }
}

impl fmt::Display for ShopAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{SUFFIX}", self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn whatever_a_merchant_pastes_is_the_same_shop() {
        for text in [
            "harbour-pine",
            " Harbour-Pine.myshopify.com ",
            "https://harbour-pine.myshopify.com/admin",
            "http://harbour-pine.myshopify.com?x=1",
            "https://admin.shopify.com/store/harbour-pine/orders",
        ] {
            assert_eq!(text.parse::<ShopAddress>().unwrap().to_string(), "harbour-pine.myshopify.com", "{text}");
        }
    }

    #[test]
    fn what_is_no_shop_address_says_why() {
        let parse = |text: &str| text.parse::<ShopAddress>().unwrap_err();
        assert_eq!(parse("  "), AddressError::Empty);
        assert_eq!(parse("www.harbourpine.com"), AddressError::OtherDomain("www.harbourpine.com".into()));
        assert_eq!(parse("harbour pine"), AddressError::BadName("harbour pine".into()));
        assert_eq!(
            parse("x.myshopify.com.evil.example"),
            AddressError::OtherDomain("x.myshopify.com.evil.example".into())
        );
        assert!(matches!(parse("user@x.myshopify.com"), AddressError::BadName(_)));
    }

    #[test]
    fn plain_http_stays_on_this_computer() {
        let shop: ShopAddress = "x".parse().unwrap();
        assert_eq!(shop.base_url(None).unwrap().as_str(), "https://x.myshopify.com/");
        assert_eq!(shop.base_url(Some("http://127.0.0.1:80/shop")).unwrap().as_str(), "http://127.0.0.1/shop/");
        assert!(shop.base_url(Some("http://[::1]:8080")).is_ok());
        assert!(shop.base_url(Some("http://localhost:8080")).is_ok());
        for refused in ["http://example.com", "http://127.0.0.1.example.com", "http://10.0.0.1"] {
            assert_eq!(shop.base_url(Some(refused)), Err(AddressError::PlainHttp(refused.into())));
        }
        assert!(matches!(shop.base_url(Some("ftp://127.0.0.1")), Err(AddressError::BadUrl(_))));
    }
}
