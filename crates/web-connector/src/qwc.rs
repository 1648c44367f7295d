//! The .qwc file, with which the user adds a program to the Web Connector.

use std::io;

use axum::http::Uri;
use quick_xml::{
    Writer,
    events::{BytesDecl, Event},
};
use uuid::Uuid;

use crate::soap::text;

/// What a .qwc file says (PROTOCOL.md b). The password is not in it: the user types it into the Web Connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qwc {
    /// Name shown to the user, and the key in the Web Connector's list.
    pub app_name: String,
    /// Intuit's id of the program; empty is usual.
    pub app_id: String,
    /// Address of the endpoint: `http://localhost:<port>/…`, or https.
    pub app_url: String,
    /// What the program does, at most 80 characters.
    pub app_description: String,
    /// Address of a page with help. It has to answer a GET when the file is added.
    pub app_support: String,
    /// User name that the Web Connector sends with each sign-in.
    pub user_name: String,
    /// The program's id, the same for ever.
    pub owner_id: Uuid,
    /// The company file's id, the same for ever: another one for the same file is refused with QBWC1039.
    pub file_id: Uuid,
    /// Minutes between two updates, at least 1. The user can change it.
    pub run_every_minutes: u32,
    /// Whether the Web Connector shows a balloon at each update.
    pub notify: bool,
    /// Whether QuickBooks has to be reachable while nobody is logged in.
    pub unattended: Unattended,
    /// Whether the program needs data such as social security numbers.
    pub personal_data: PersonalData,
}

/// Whether updates while QuickBooks is closed are a must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unattended {
    /// The user has to allow them.
    Required,
    /// The user may allow them.
    Optional,
}

/// Whether the program reads personal data in Intuit's sense: social security and card numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalData {
    /// It never does.
    NotNeeded,
    /// It does, if the user allows it.
    Optional,
    /// It cannot do without.
    Required,
}

/// Why the Web Connector would refuse the file.
#[derive(Debug, thiserror::Error)]
pub enum QwcError {
    /// An element that has to have a text has none.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A text holds control characters, line ends among them.
    #[error("{0} has to be one line without control characters")]
    NotOneLine(&'static str),
    /// The description is longer than the Web Connector shows.
    #[error("AppDescription has {0} characters; 80 are the most")]
    DescriptionTooLong(usize),
    /// Not an absolute http or https address.
    #[error("{0} is not an http or https address")]
    NotAnAddress(&'static str),
    /// The Web Connector refuses numeric addresses (QBWC1001, QBWC1002).
    #[error("{0} has to name a host, such as localhost, not an IP address")]
    IpAddress(&'static str),
    /// Plain http is accepted for localhost alone (QBWC1010).
    #[error("AppURL has to be https, or http on localhost")]
    NotHttps,
    /// QBWC1000.
    #[error("AppSupport has to be in the same domain as AppURL")]
    OtherDomain,
    /// The nil id stands for nothing.
    #[error("{0} is the nil id")]
    NilId(&'static str),
    /// The interval has to be one minute at least.
    #[error("the interval has to be at least one minute")]
    NoInterval,
    /// The text could not be written.
    #[error("the file could not be written")]
    Write(#[from] io::Error),
}

impl Qwc {
    /// The file's text, after the checks that the Web Connector makes when it is added (PROTOCOL.md a.9, b).
    pub fn to_xml(&self) -> Result<String, QwcError> {
        self.check()?;
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", None, None)))?;
        let unattended = match self.unattended {
            Unattended::Required => "umpRequired",
            Unattended::Optional => "umpOptional",
        };
        let personal_data = match self.personal_data {
            PersonalData::NotNeeded => "pdpNotNeeded",
            PersonalData::Optional => "pdpOptional",
            PersonalData::Required => "pdpRequired",
        };
        writer.create_element("QBWCXML").write_inner_content(|writer| {
            for (name, value) in [
                ("AppName", self.app_name.as_str()),
                ("AppID", &self.app_id),
                ("AppURL", &self.app_url),
                ("AppDescription", &self.app_description),
                ("AppSupport", &self.app_support),
                ("UserName", &self.user_name),
                ("OwnerID", &braced(self.owner_id)),
                ("FileID", &braced(self.file_id)),
                ("QBType", "QBFS"),
                ("Style", "Document"),
                ("IsReadOnly", "false"),
                ("Notify", if self.notify { "true" } else { "false" }),
                ("UnattendedModePref", unattended),
                ("PersonalDataPref", personal_data),
            ] {
                text(writer, name, value)?;
            }
            writer
                .create_element("Scheduler")
                .write_inner_content(|writer| text(writer, "RunEveryNMinutes", &self.run_every_minutes.to_string()))?;
            Ok(())
        })?;
        let mut bytes = writer.into_inner();
        bytes.push(b'\n');
        Ok(String::from_utf8(bytes).map_err(io::Error::other)?)
    }

    fn check(&self) -> Result<(), QwcError> {
        for (name, value, required) in [
            ("AppName", &self.app_name, true),
            ("AppID", &self.app_id, false),
            ("AppURL", &self.app_url, true),
            ("AppDescription", &self.app_description, true),
            ("AppSupport", &self.app_support, true),
            ("UserName", &self.user_name, true),
        ] {
            if required && value.trim().is_empty() {
                return Err(QwcError::Missing(name));
            }
            if value.chars().any(char::is_control) {
                return Err(QwcError::NotOneLine(name));
            }
        }
        let length = self.app_description.chars().count();
        if length > 80 {
            return Err(QwcError::DescriptionTooLong(length));
        }
        let (app_host, app_is_https) = host("AppURL", &self.app_url)?;
        let (support_host, _) = host("AppSupport", &self.app_support)?;
        let app_is_local = app_host == "localhost";
        if !app_is_local && !app_is_https {
            return Err(QwcError::NotHttps);
        }
        if !app_is_local && app_host != support_host {
            return Err(QwcError::OtherDomain);
        }
        if self.owner_id.is_nil() {
            return Err(QwcError::NilId("OwnerID"));
        }
        if self.file_id.is_nil() {
            return Err(QwcError::NilId("FileID"));
        }
        if self.run_every_minutes == 0 {
            return Err(QwcError::NoInterval);
        }
        Ok(())
    }
}

/// The host of an address in lower case, and whether it is https.
fn host(element: &'static str, address: &str) -> Result<(String, bool), QwcError> {
    let uri: Uri = address.parse().map_err(|_| QwcError::NotAnAddress(element))?;
    let https = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(QwcError::NotAnAddress(element)),
    };
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    if host.is_empty() {
        return Err(QwcError::NotAnAddress(element));
    }
    if host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err(QwcError::IpAddress(element));
    }
    Ok((host, https))
}

fn braced(id: Uuid) -> String {
    id.braced().to_string()
}
