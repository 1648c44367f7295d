//! Where updates come from: the list of a channel's newest release, and the signed installer that it names.
//!
//! The list is asked for here, so that it can be bounded; what it says is judged by Tauri's updater, which also downloads
//! the installer and checks its signature: it must be made by the key that this program was built with, and for the very
//! version that the list names.

use std::{
    fs,
    io::{self, Write},
    net::IpAddr,
    path::PathBuf,
    time::Duration,
};

use reqwest::{ClientBuilder, StatusCode, header::ACCEPT, redirect::Policy};
use serde_json::Value;
use sync::{Message, api::UpdateChannel};
use tauri::{AppHandle, Config, Runtime, Url};
use tauri_plugin_updater::{Error, Update, UpdaterExt};
use tokio::sync::Notify;

use super::plan::{Fault, Release};

/// Sends the program to an update server on this computer, for tests: an `http://` address of loopback, nothing else. What
/// comes from there is installed at the first quiet moment, without an hour for saying "later".
pub const SERVER: &str = "TILLBRIDGE_UPDATES_URL";

/// What a list calls the installer for this program.
const TARGET: &str = "windows-x86_64-msi";
/// What stands for the channel in the address of the lists.
const CHANNEL: &str = "{{channel}}";
/// Bytes that a list may have.
const LIST_AT_MOST: usize = 256 * 1024;
/// Bytes that an installer may have.
const INSTALLER_AT_MOST: usize = 100 * 1024 * 1024;
/// How long a connection may take to be made.
const CONNECT_WITHIN: Duration = Duration::from_secs(20);
/// How long the other side may say nothing.
const SILENT_AT_MOST: Duration = Duration::from_mins(1);
/// Redirects that are followed.
const REDIRECTS: usize = 5;
/// The installer that was downloaded.
const INSTALLER: &str = "update.msi";

/// Which addresses may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    /// Encrypted ones alone.
    Https,
    /// Those, and this computer's own without encryption.
    OrLoopback,
}

impl Transport {
    fn allows(self, url: &Url) -> bool {
        let is_here = || url.host_str().is_some_and(is_loopback);
        url.scheme() == "https" || self == Self::OrLoopback && url.scheme() == "http" && is_here()
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A release as the list tells it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What is told of it.
    pub release: Release,
    list: Value,
}

/// A place where updates come from.
pub struct Feed<R: Runtime> {
    app: AppHandle<R>,
    address: String,
    transport: Transport,
    folder: PathBuf,
    installer_at_most: usize,
}

impl<R: Runtime> Feed<R> {
    /// The place that the configuration names, or `server` instead of it. What is downloaded is kept in `folder`, where
    /// whatever an earlier start left is removed.
    ///
    /// # Errors
    /// Why this program takes no updates.
    pub fn new(app: &AppHandle<R>, server: Option<&str>, folder: PathBuf) -> Result<Self, Message> {
        let server = server.and_then(|server| server.parse::<Url>().ok());
        let server = server.filter(|server| server.scheme() == "http" && Transport::OrLoopback.allows(server));
        if server.is_none() && !cfg!(windows) {
            return Err(Message::new("update.not_here"));
        }
        let (Some(_), Some(address)) = (configured(app.config(), "/pubkey"), configured(app.config(), "/endpoints/0"))
        else {
            return Err(Message::new("update.no_key"));
        };
        let (address, transport) = match server {
            Some(server) => {
                (format!("{}/{CHANNEL}/latest.json", server.as_str().trim_end_matches('/')), Transport::OrLoopback)
            }
            None => (address, Transport::Https),
        };
        if let Err(error) = fs::remove_dir_all(&folder)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "what was downloaded earlier can't be removed");
        }
        Ok(Self { app: app.clone(), address, transport, folder, installer_at_most: INSTALLER_AT_MOST })
    }

    /// Whether it is a test's, on this computer.
    pub fn is_a_tests(&self) -> bool {
        self.transport == Transport::OrLoopback
    }

    /// Asks whether there is something newer than this program.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn check(&self, channel: UpdateChannel) -> Result<Option<Offer>, Fault> {
        let address = self.address.replace(CHANNEL, channel.as_str());
        let address = address.parse().map_err(|_| unreadable("address"))?;
        if !self.transport.allows(&address) {
            return Err(insecure(&address));
        }
        let Some(text) = self.list(address).await? else { return Ok(None) };
        let list: Value = serde_json::from_slice(&text).map_err(|error| unreadable(&error))?;
        let Some(update) = self.update(&list, &[])? else { return Ok(None) };
        if !is_numeric(&update.version) {
            return Err(unreadable(&update.version));
        }
        if !self.transport.allows(&update.download_url) {
            return Err(insecure(&update.download_url));
        }
        let published_at = list["pub_date"].as_str().map(str::to_owned);
        let release = Release { version: update.version, notes: update.body.unwrap_or_default(), published_at };
        Ok(Some(Offer { release, list }))
    }

    /// Downloads the installer of an offer, and keeps it if its signature is right; `progressed` is told how much of it is
    /// here, in percent.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn download(&self, offer: &Offer, progressed: impl Fn(u32)) -> Result<(), Fault> {
        let update = self.same(offer, &[])?;
        let (mut here, too_big) = (0, Notify::new());
        let download = update.download(
            |bytes, all| {
                here += bytes;
                if here.max(all.map_or(0, |all| usize::try_from(all).unwrap_or(usize::MAX))) > self.installer_at_most {
                    too_big.notify_one();
                }
                let percent = all.filter(|all| *all > 0).map_or(0, |all| here as u64 * 100 / all);
                progressed(u32::try_from(percent).unwrap_or(100));
            },
            || {},
        );
        let installer = tokio::select! {
            biased;
            // What was begun is broken off with it.
            () = too_big.notified() => return Err(Fault::Refused(Message::new("update.too_big"))),
            downloaded = download => downloaded.map_err(fault)?,
        };
        let kept = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = fs::File::create(self.folder.join(INSTALLER))?;
            file.write_all(&installer)?;
            file.sync_all()
        };
        kept().map_err(|error| not_kept(&error))
    }

    /// The installer that was downloaded for an offer, and with what it is to be installed; `arguments` are for it.
    ///
    /// # Errors
    /// [`Fault`]
    pub fn downloaded(&self, offer: &Offer, arguments: &[&str]) -> Result<(Update, Vec<u8>), Fault> {
        let update = self.same(offer, arguments)?;
        let installer = fs::read(self.folder.join(INSTALLER)).map_err(|error| not_kept(&error))?;
        update.verify(&installer).map_err(fault)?;
        Ok((update, installer))
    }

    /// The list at an address; none where there is nothing to list.
    async fn list(&self, address: Url) -> Result<Option<Vec<u8>>, Fault> {
        let client = client(ClientBuilder::new(), self.transport).build().map_err(|error| unreached(&error))?;
        let asked = client.get(address).header(ACCEPT, "application/json").send().await;
        let mut response = asked.map_err(|error| unreached(&error))?;
        match response.status() {
            StatusCode::NO_CONTENT => return Ok(None),
            status if !status.is_success() => return Err(server(&status)),
            _ => {}
        }
        let mut text = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| unreached(&error))? {
            text.extend_from_slice(&part);
            if text.len() > LIST_AT_MOST {
                return Err(unreadable("size"));
            }
        }
        Ok(Some(text))
    }

    fn same(&self, offer: &Offer, arguments: &[&str]) -> Result<Update, Fault> {
        self.update(&offer.list, arguments)?.ok_or_else(|| Fault::Refused(Message::new("update.wrong_version")))
    }

    /// What Tauri's updater reads in a list; none if it is not newer than this program.
    fn update(&self, list: &Value, arguments: &[&str]) -> Result<Option<Update>, Fault> {
        let transport = self.transport;
        let builder = self.app.updater_builder().target(TARGET).configure_client(move |new| client(new, transport));
        // The arguments say all: left to itself, the updater has it come back with those of the program's own start.
        let builder = builder.restart_after_install(false).installer_args(arguments);
        let updater = builder.build().map_err(fault)?;
        updater.restore_update(list.clone()).map_err(fault)
    }
}

/// What Tauri's updater says, in our words.
fn fault(error: Error) -> Fault {
    match error {
        Error::TargetNotFound(_) | Error::TargetsNotFound(_) => Fault::Refused(Message::new("update.wrong_computer")),
        Error::SignedVersionMismatch { .. } | Error::MissingSignedVersion => {
            Fault::Refused(Message::new("update.wrong_version"))
        }
        Error::Minisign(_) | Error::Base64(_) | Error::SignatureUtf8(_) => {
            Fault::Refused(Message::new("update.signature"))
        }
        Error::Serialization(error) => unreadable(&error),
        Error::Reqwest(error) => unreached(&error),
        Error::Network(problem) => server(&problem),
        Error::Io(error) => not_kept(&error),
        other => Fault::Failed(Message::new("update.failed").with("problem", other)),
    }
}

/// Why nobody was reached.
fn unreached(error: &reqwest::Error) -> Fault {
    let mut cause: &dyn std::error::Error = error;
    loop {
        if let Some(Elsewhere(address)) = cause.downcast_ref() {
            return insecure(address);
        }
        match cause.source() {
            Some(inner) => cause = inner,
            // What came in between is told by the innermost of the causes.
            None => return Fault::Failed(Message::new("update.offline").with("problem", cause)),
        }
    }
}

/// Something leads to an address that is not asked.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not asked")]
struct Elsewhere(Url);

/// How every connection is made; proxies are those of the system and of the environment.
fn client(builder: ClientBuilder, transport: Transport) -> ClientBuilder {
    let redirects = Policy::custom(move |attempt| {
        if !transport.allows(attempt.url()) {
            let address = attempt.url().clone();
            attempt.error(Elsewhere(address))
        } else if attempt.previous().len() > REDIRECTS {
            attempt.stop()
        } else {
            attempt.follow()
        }
    });
    builder.redirect(redirects).connect_timeout(CONNECT_WITHIN).read_timeout(SILENT_AT_MOST)
}

/// A text in the updater's part of the configuration, if it says anything.
fn configured(config: &Config, place: &str) -> Option<String> {
    let text = config.plugins.0.get("updater")?.pointer(place)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// Windows' installers know no other versions than three numbers.
fn is_numeric(version: &str) -> bool {
    version.split('.').count() == 3 && version.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit())
}

fn insecure(url: &Url) -> Fault {
    Fault::Refused(Message::new("update.insecure").with("address", url))
}

fn unreadable(problem: &(impl ToString + ?Sized)) -> Fault {
    Fault::Failed(Message::new("update.unreadable").with("problem", problem.to_string()))
}

fn server(problem: &impl ToString) -> Fault {
    Fault::Failed(Message::new("update.server").with("problem", problem.to_string()))
}

fn not_kept(error: &io::Error) -> Fault {
    Fault::Failed(match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Message::new("update.no_space"),
        _ => Message::new("update.failed").with("problem", error),
    })
}

#[cfg(test)]
pub(super) mod tests;
