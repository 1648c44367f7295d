//! Version numbers of the Web Connector.

use std::{fmt, str::FromStr};

/// A Web Connector version such as `2.3.0.215`, compared number by number; missing parts count as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientVersion([u32; 4]);

/// The text is not a version: one to four numbers with dots between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a Web Connector version is one to four numbers with dots between them, such as 2.3.0.215")]
pub struct ClientVersionError;

impl FromStr for ClientVersion {
    type Err = ClientVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = [0; 4];
        for (place, number) in text.trim().split('.').enumerate() {
            let part = parts.get_mut(place).ok_or(ClientVersionError)?;
            *part = number.parse().map_err(|_| ClientVersionError)?;
        }
        Ok(Self(parts))
    }
}

impl fmt::Display for ClientVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, build] = self.0;
        write!(f, "{major}.{minor}.{patch}.{build}")
    }
}

/// The answer to `clientVersion` (PROTOCOL.md a.3): the empty text lets the client go on, `O:` names the version that
/// is needed. A newer client is never refused, and one that cannot be read is believed to be newer.
pub(crate) fn verdict(told: &str, minimum: Option<ClientVersion>) -> String {
    match (told.parse::<ClientVersion>(), minimum) {
        (Ok(client), Some(minimum)) if client < minimum => format!("O:{minimum}"),
        _ => String::new(),
    }
}
