//! The Web Connector as a program on this computer.

use std::{fs, io};

use quickbooks_desktop::{Connector, Finding as Known};
use serde::{Deserialize, Serialize};

use super::{ApiError, connector_file};
use crate::{Host, messages::Message, preflight::Finding};

/// Name of the .qwc file in the data folder. The Web Connector keeps what it says, not where it was.
const FILE: &str = "Tillbridge.qwc";

/// What this computer knows of the Web Connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ConnectorView {
    /// Whether it is installed.
    pub installed: Finding,
    /// Whether it is running.
    pub running: Finding,
    /// Whether Windows starts it when this user signs in.
    pub starts_with_windows: Finding,
    /// Its version, where it is known.
    pub version: Option<String>,
}

impl From<Connector> for ConnectorView {
    fn from(connector: Connector) -> Self {
        let finding = |known| match known {
            Known::Yes => Finding::Found,
            Known::No => Finding::NotFound,
            Known::CantTell => Finding::CantTell,
        };
        Self {
            installed: finding(connector.is_installed),
            running: finding(connector.is_running),
            starts_with_windows: finding(connector.starts_with_windows),
            version: connector.version,
        }
    }
}

/// What this computer knows of the Web Connector; nothing on systems other than Windows.
pub fn connector() -> ConnectorView {
    Connector::find().into()
}

/// Has the Web Connector open the .qwc file, where it asks whether to take it and for the app token.
///
/// # Errors
/// [`ApiError`]: it is not on this computer, or can't be started; the file is in the data folder then, if it could be
/// written.
pub fn open_connector_file(host: &Host) -> Result<(), ApiError> {
    let text = connector_file(host)?;
    let path = host.folder().join(FILE);
    let opened: io::Result<()> = fs::write(&path, text).and_then(|()| Connector::find().open(&path));
    opened.map_err(|error| {
        let told = Message::new("connector.cannot_open");
        ApiError::new(told.with("problem", error).with("file", path.display()))
    })
}
