//! Where secrets are kept: the operating system's credential store, an environment variable, or a file that only this user
//! can read, and that only when asked for by name (DESIGN.md 7). Never the database, a log, an export or a `Debug` output.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use keyring_core::{CredentialStore, Entry, Error as KeyringError};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::messages::Message;

/// Under which name Tillbridge's entries stand in the credential store.
const SERVICE: &str = "Tillbridge";

/// Where in the data folder secrets are kept in files.
const FOLDER: &str = "secrets";

/// Where a secret is kept; never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretPlace {
    /// The environment variable of this name.
    Environment(String),
    /// Tillbridge's entry of this name in the operating system's credential store: the Credential Manager of Windows, the
    /// Secret Service of Linux.
    CredentialStore(String),
    /// The file of this name in the data folder's own folder of secrets, readable for this user only.
    File(String),
}

impl SecretPlace {
    /// What is wrong with the name in it, if anything is.
    pub fn problem(&self) -> Option<&'static str> {
        match self {
            Self::Environment(name) | Self::CredentialStore(name) if name.trim().is_empty() => {
                Some("it must not be empty")
            }
            Self::File(name) if !is_plain(name) => Some("it must be the name of a file, without a folder"),
            _ => None,
        }
    }
}

impl fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::CredentialStore(name) => write!(f, "credential_store {name}"),
            Self::File(name) => write!(f, "file {name}"),
        }
    }
}

fn is_plain(name: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    !name.is_empty() && name.chars().all(allowed) && !name.starts_with('.')
}

/// Why a secret could not be read or kept. It never carries the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is no credential store that could be reached, as on a computer without a desktop.
    #[error("there is no credential store: {0}")]
    NoStore(String),
    /// The credential store is locked, or does not let us in.
    #[error("the credential store is locked: {0}")]
    Locked(String),
    /// The credential store failed.
    #[error("the credential store failed: {0}")]
    Store(String),
    /// A file of secrets can't be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Other users of the computer can read the file.
    #[error("others can read {0}")]
    OpenToOthers(PathBuf),
    /// It comes from an environment variable, which nobody can set for another process.
    #[error("it is taken from the environment variable {0}")]
    Fixed(String),
}

impl SecretError {
    /// What to tell the merchant.
    pub fn message(&self) -> Message {
        match self {
            Self::NoStore(problem) => Message::new("secrets.no_store").with("problem", problem),
            Self::Locked(problem) => Message::new("secrets.locked").with("problem", problem),
            Self::Store(problem) => Message::new("secrets.failed").with("problem", problem),
            Self::File { path, error } => {
                Message::new("secrets.failed").with("problem", format!("{}: {error}", path.display()))
            }
            Self::OpenToOthers(path) => Message::new("secrets.open_to_others").with("file", path.display()),
            Self::Fixed(variable) => Message::new("secrets.fixed").with("variable", variable),
        }
    }
}

impl From<KeyringError> for SecretError {
    /// Takes the kind and the system's words; an error that carries what was read is told by its kind alone.
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::NoStorageAccess(problem) => Self::Locked(problem.to_string()),
            KeyringError::PlatformFailure(problem) => Self::Store(problem.to_string()),
            KeyringError::TooLong(what, most) => Self::Store(format!("{what} is longer than {most}")),
            KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..) => {
                Self::Store("the entry holds no text".to_owned())
            }
            KeyringError::Ambiguous(entries) => Self::Store(format!("{} entries have the same name", entries.len())),
            other => Self::Store(other.to_string()),
        }
    }
}

type Variables = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The secrets of one installation.
#[derive(Clone)]
pub struct Secrets {
    folder: PathBuf,
    variables: Variables,
    /// A credential store in place of the operating system's.
    store: Option<Arc<CredentialStore>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Secrets {
    /// The secrets of the installation whose data are in `folder`; environment variables are looked up with `variables`
    /// (the process' environment in the program). The operating system's credential store is not opened before it is needed.
    pub fn new(folder: &Path, variables: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let (folder, variables) = (folder.join(FOLDER), Arc::new(variables));
        Self { folder, variables, store: None }
    }

    /// The same with another credential store in place of the operating system's.
    #[must_use]
    pub fn with_store(mut self, store: Arc<CredentialStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// The secret in `place`, without blanks around it; none where there is none.
    ///
    /// # Errors
    /// [`SecretError`]; a place that can be looked at and is empty is no error.
    pub fn read(&self, place: &SecretPlace) -> Result<Option<SecretString>, SecretError> {
        let text = match place {
            SecretPlace::Environment(name) => (self.variables)(name),
            SecretPlace::CredentialStore(name) => self.entry(name, |entry| match entry.get_password() {
                Ok(text) => Ok(Some(text)),
                Err(KeyringError::NoEntry) => Ok(None),
                Err(error) => Err(error.into()),
            })?,
            SecretPlace::File(name) => self.read_file(name)?,
        };
        let secret = text.map(SecretString::from);
        Ok(secret.map(|text| text.expose_secret().trim().to_owned()).filter(|text| !text.is_empty()).map(Into::into))
    }

    /// Puts a secret into `place`, over the one that was there.
    ///
    /// # Errors
    /// [`SecretError`]; [`SecretError::Fixed`] for an environment variable.
    pub fn write(&self, place: &SecretPlace, secret: &SecretString) -> Result<(), SecretError> {
        match place {
            SecretPlace::Environment(name) => Err(SecretError::Fixed(name.clone())),
            SecretPlace::CredentialStore(name) => {
                self.entry(name, |entry| Ok(entry.set_password(secret.expose_secret())?))
            }
            SecretPlace::File(name) => self.write_file(name, secret),
        }
    }

    /// Takes the secret out of `place`. Where there is none, that is as good.
    ///
    /// # Errors
    /// As of [`Secrets::write`].
    pub fn remove(&self, place: &SecretPlace) -> Result<(), SecretError> {
        match place {
            SecretPlace::Environment(name) => Err(SecretError::Fixed(name.clone())),
            SecretPlace::CredentialStore(name) => self.entry(name, |entry| match entry.delete_credential() {
                Ok(()) | Err(KeyringError::NoEntry) => Ok(()),
                Err(error) => Err(error.into()),
            }),
            SecretPlace::File(name) => {
                let path = self.folder.join(name);
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(SecretError::File { path, error }),
                    _ => Ok(()),
                }
            }
        }
    }

    /// An environment variable, which holds no secret.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name)
    }

    /// Whether the file of this name is there.
    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    /// Does something with an entry of the credential store, on a thread of its own: the store waits for others, and must
    /// not do so on a thread of the asynchronous runtime.
    fn entry<T: Send>(
        &self,
        name: &str,
        act: impl FnOnce(&Entry) -> Result<T, SecretError> + Send,
    ) -> Result<T, SecretError> {
        // Opened anew each time: it may have gone away and come back, as at a new sign-in to the desktop.
        let work = || {
            let store = self.store.clone().map_or_else(system_store, Ok)?;
            act(&store.build(SERVICE, name, None)?)
        };
        let joined = thread::scope(|scope| scope.spawn(work).join());
        joined.unwrap_or_else(|_| Err(SecretError::Store("it broke down".to_owned())))
    }

    fn read_file(&self, name: &str) -> Result<Option<String>, SecretError> {
        let path = self.folder.join(name);
        match fs::read_to_string(&path) {
            Ok(text) if is_private(&path) => Ok(Some(text)),
            Ok(_) => Err(SecretError::OpenToOthers(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SecretError::File { path, error }),
        }
    }

    /// The file appears only once it is whole, and is nobody else's to read from the first byte on.
    fn write_file(&self, name: &str, secret: &SecretString) -> Result<(), SecretError> {
        let path = self.folder.join(name);
        let part = self.folder.join(format!("{name}.part"));
        let write = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            match fs::remove_file(&part) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = private_file().write(true).create_new(true).open(&part)?;
            file.write_all(secret.expose_secret().as_bytes())?;
            file.sync_all()?;
            fs::rename(&part, &path)
        };
        write().map_err(|error| SecretError::File { path: path.clone(), error })
    }
}

#[cfg(target_os = "linux")]
fn system_store() -> Result<Arc<CredentialStore>, SecretError> {
    match zbus_secret_service_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(SecretError::NoStore(error.to_string())),
    }
}

#[cfg(windows)]
fn system_store() -> Result<Arc<CredentialStore>, SecretError> {
    match windows_native_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(SecretError::NoStore(error.to_string())),
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
fn system_store() -> Result<Arc<CredentialStore>, SecretError> {
    Err(SecretError::NoStore("it is known on Windows and Linux only".to_owned()))
}

#[cfg(unix)]
fn private_file() -> fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    options.mode(0o600);
    options
}

/// On Windows the folder of a user's own data is closed to other users.
#[cfg(not(unix))]
fn private_file() -> fs::OpenOptions {
    fs::OpenOptions::new()
}

/// Whether the file's mode lets neither the group nor others do anything.
#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|about| about.permissions().mode().trailing_zeros() >= 6)
}

#[cfg(not(unix))]
fn is_private(_path: &Path) -> bool {
    true
}
