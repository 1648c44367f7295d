//! Taking an installation away: its data and its secrets, as an uninstall does for a merchant who asks for it.

use std::{fs, io, path::Path};

use jiff::Timestamp;
use store::Store;

use crate::{
    api::{self, ApiError},
    config::Config,
    messages::Message,
    secrets::{SecretPlace, Secrets},
};

/// What stands in a data folder beside the database: the configuration, the .qwc file, secrets in files, logs, an update that
/// was downloaded, and what the window's browser keeps. Whatever else is there is not ours.
const BESIDE: &[&str] = &["config.toml", "tillbridge.qwc", "secrets", "logs", "updates", "EBWebView"];

/// What a removal left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// Nothing: the folder is gone too.
    Everything,
    /// Files that are not ours, and therefore the folder.
    AllThatIsOurs,
    /// There was no installation, and nothing was touched.
    NothingThere,
}

/// Removes the installation in `folder`: first its secrets, so that none outlives what says where they are, then its data.
/// What was posted stays in QuickBooks, but nothing knows any more that it is there: an installation made anew must not be
/// started over the same days.
///
/// # Errors
/// [`ApiError`], among others when an engine is at work there; what is not removed yet stays as it is.
pub fn remove(folder: &Path, config: Option<&Config>, secrets: &Secrets, now: Timestamp) -> Result<Removed, ApiError> {
    if !Store::is_in(folder) {
        return Ok(Removed::NothingThere);
    }
    // Open from here on, which keeps every engine out.
    let (store, _) = api::open(folder, now)?;
    if let Some(config) = config {
        let places = [Some(config.shop.secret_place()), config.purchasing.secret_place()];
        for place in places.into_iter().flatten() {
            match place {
                // What an environment variable says is not ours to take away.
                SecretPlace::Environment(_) => {}
                place => secrets.remove(place)?,
            }
        }
        if !matches!(config.quickbooks.password, Some(SecretPlace::Environment(_))) {
            api::revoke_app_token(&store, &config.quickbooks, secrets)?;
        }
    }
    store.remove()?;
    for name in BESIDE {
        let path = folder.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&error)),
            _ => {}
        }
    }
    match fs::remove_dir(folder) {
        Ok(()) => Ok(Removed::Everything),
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(Removed::AllThatIsOurs),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &io::Error) -> ApiError {
    ApiError::new(Message::new("store.failed").with("problem", error))
}
