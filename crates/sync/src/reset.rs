//! Reset: the initial integration can be done once, and only a code of support opens it again (BRIEF.md B9).
//!
//! A code is signed offline with support's key, is bound to one installation and the company file that it is paired with, and
//! is of use once. A reset touches nothing in QuickBooks: what is posted stays posted and known.

use std::path::PathBuf;

use jiff::Timestamp;
use ring::{
    digest,
    signature::{ED25519, UnparsedPublicKey},
};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

use crate::{
    company::{Installation, Pairing},
    messages::Message,
};

pub mod code;

/// The setting that keeps the resets.
const RESETS: &str = "integration.reset";

/// The public half of support's key that this program trusts: a line that begins with # is a comment.
const TRUSTED: &str = include_str!("support.pub");

/// The public half of a key of support.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupportKey([u8; 32]);

impl SupportKey {
    /// The one that this program was built with; none where it was built without.
    pub fn built_in() -> Option<Self> {
        TRUSTED.lines().find(|line| !line.starts_with('#') && !line.trim().is_empty()).and_then(Self::parse)
    }

    /// The key that a text stands for, as `cargo xtask support-key` prints it.
    pub fn parse(text: &str) -> Option<Self> {
        code::read(text).ok()?.try_into().ok().map(Self)
    }

    fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

/// What the merchant gives to support.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ResetRequest {
    /// The text to give.
    pub request: String,
    /// The installation.
    pub installation: String,
    /// The company file that it is paired with.
    pub company_file: String,
}

/// A reset that was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResetDone {
    /// The backup of our own data that was made before.
    pub backup: PathBuf,
    /// How many resets this installation has seen.
    pub count: u32,
}

impl ResetDone {
    /// What to tell the merchant.
    pub fn message(&self) -> Message {
        Message::new("reset.done").with("count", self.count).with("backup", self.backup.display())
    }
}

/// The resets of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resets {
    /// When the integration was opened again the last time.
    pub opened_again_at: Option<Timestamp>,
    /// How often it was.
    pub count: u32,
    /// The nonces of the codes that were used.
    used: Vec<String>,
}

impl Resets {
    /// The resets so far: the initial integration may be done again if it was done before the last one.
    ///
    /// # Errors
    /// What the store says.
    pub fn of(store: &Store) -> Result<Self, StoreError> {
        Ok(store.setting(RESETS)?.unwrap_or_default())
    }
}

/// Why there is no reset; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// Nothing is set up, or no company file is paired: there is nothing to reset.
    #[error("no company file is paired")]
    NotPaired,
    /// This program trusts no key of support.
    #[error("this program was built without a key of support")]
    NoKey,
    /// The code is mistyped, cut short, or something else.
    #[error("the code can't be read")]
    Unreadable,
    /// It is the request itself.
    #[error("that is the request, not the code")]
    Request,
    /// Support's key did not sign it.
    #[error("the code is not signed by support")]
    NotSigned,
    /// It is for another installation.
    #[error("the code is for another installation")]
    OtherInstallation,
    /// It is for another company file.
    #[error("the code is for another company file")]
    OtherFile,
    /// It was used before.
    #[error("the code was used before")]
    Used,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ResetError {
    /// What to tell the merchant.
    pub fn message(&self) -> Message {
        match self {
            Self::NotPaired => Message::new("reset.not_paired"),
            Self::NoKey => Message::new("reset.no_key"),
            Self::Unreadable => Message::new("reset.unreadable"),
            Self::Request => Message::new("reset.request"),
            Self::NotSigned => Message::new("reset.not_signed"),
            Self::OtherInstallation => Message::new("reset.other_installation"),
            Self::OtherFile => Message::new("reset.other_file"),
            Self::Used => Message::new("reset.used"),
            Self::Store(error) => Message::new("store.failed").with("problem", error),
        }
    }
}

/// What support needs to make a code.
///
/// # Errors
/// [`ResetError::NotPaired`], or what the store says.
pub fn request(store: &Store) -> Result<ResetRequest, ResetError> {
    let Subject { installation, pairing } = Subject::of(store)?;
    Ok(ResetRequest {
        request: code::write(&fingerprints(&installation, &pairing)),
        installation: installation.id.to_string(),
        company_file: pairing.file_name,
    })
}

/// Opens the initial integration again, if `text` is a code of `key` for this installation and company file that was not used
/// before. A backup of our own data is made first and kept.
///
/// # Errors
/// [`ResetError`]: what is wrong with the code; nothing was changed then.
pub fn carry_out(store: &Store, text: &str, key: Option<SupportKey>, now: Timestamp) -> Result<ResetDone, ResetError> {
    let subject = Subject::of(store)?;
    let key = key.ok_or(ResetError::NoKey)?;
    let code = code::read(text).map_err(|code::Unreadable| ResetError::Unreadable)?;
    if code.len() == code::REQUEST {
        return Err(ResetError::Request);
    }
    if code.len() != code::REQUEST + code::NONCE + code::SIGNATURE {
        return Err(ResetError::Unreadable);
    }
    let (request, rest) = code.split_at(code::REQUEST);
    let (nonce, signature) = rest.split_at(code::NONCE);
    if !key.signed(&code::signed(request, nonce), signature) {
        return Err(ResetError::NotSigned);
    }
    let ours = fingerprints(&subject.installation, &subject.pairing);
    let half = code::REQUEST / 2;
    if request.get(..half) != ours.get(..half) {
        return Err(ResetError::OtherInstallation);
    }
    if request != ours {
        return Err(ResetError::OtherFile);
    }
    let mut resets = Resets::of(store)?;
    let nonce = code::write(nonce);
    if resets.used.contains(&nonce) {
        return Err(ResetError::Used);
    }
    let backup = store.backup_for_good("before-reset", now)?;
    resets.used.push(nonce);
    resets.count += 1;
    resets.opened_again_at = Some(now);
    // One value in one transaction with its audit row: a kill leaves the code unused or the integration open.
    store.set_setting(RESETS, &resets, "support's code opened the initial integration again", now)?;
    Ok(ResetDone { backup, count: resets.count })
}

/// What a code is bound to.
struct Subject {
    installation: Installation,
    pairing: Pairing,
}

impl Subject {
    fn of(store: &Store) -> Result<Self, ResetError> {
        match (store.setting("installation")?, store.setting("pairing")?) {
            (Some(installation), Some(pairing)) => Ok(Self { installation, pairing }),
            _ => Err(ResetError::NotPaired),
        }
    }
}

/// Eight bytes that stand for the installation, and eight for its pairing with the company file.
fn fingerprints(installation: &Installation, pairing: &Pairing) -> Vec<u8> {
    let file = format!("{}\n{}\n{}", installation.id, pairing.file_name.to_lowercase(), pairing.paired_at);
    let half = |text: &str| {
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        digest.as_ref().iter().copied().take(code::REQUEST / 2).collect::<Vec<u8>>()
    };
    [half(&installation.id.to_string()), half(&file)].concat()
}
