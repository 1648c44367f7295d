//! The app token: the secret with which QuickBooks signs in to our endpoint (BRIEF.md B11–B13).
//!
//! QuickBooks' *Manage Web Apps* makes one; where a QuickBooks has no such page, [`AppToken::generate`] does, and it is typed
//! into the Web Connector beside the .qwc file. What tokens of QuickBooks look like is told nowhere (PROTOCOL.md f), so only
//! what must hold is asked of one. Whether it is the right one is seen when QuickBooks signs in with it.

use std::fmt;

use jiff::Timestamp;
use ring::rand::SecureRandom;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};
use tracing::warn;
use uuid::Uuid;
use web_connector::{Keeper, Refusal, Secret, SignIn};

use crate::{
    config::QuickBooksConfig,
    messages::Message,
    secrets::{SecretError, SecretPlace, Secrets},
};

/// The fewest characters that a token may have: fewer could be guessed.
const SHORTEST: usize = 8;

/// The most characters that a token may have: more is a whole page that was pasted.
const LONGEST: usize = 256;

/// What generated tokens are written with: nothing that looks like something else, and no shift key.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// Groups of a generated token, and characters in each: 25 characters are 123 bits.
const GROUPS: usize = 5;

/// Name of the file that holds the token where that was asked for.
const FILE: &str = "app-token";

/// The setting that holds what is known of the token; never the token itself.
const RECORD: &str = "token";

/// Refusals are counted up to here, so that a program that tries on and on does not fill the database.
const MOST_COUNTED: u32 = 1000;

/// An app token.
#[derive(Clone)]
pub struct AppToken(SecretString);

/// What is wrong with a text that was to be an app token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is nothing but blanks.
    #[error("the token is empty")]
    Empty,
    /// The same token stands there twice.
    #[error("the token was pasted twice")]
    Twice,
    /// There are blanks or line ends within it.
    #[error("the token has blanks or line ends within it")]
    Spaces,
    /// It stands between quotation marks.
    #[error("the token stands between quotation marks")]
    Quotes,
    /// It is the user name, or has it before or behind it.
    #[error("the token contains the user name")]
    UserName,
    /// It is an address or a file's content.
    #[error("that is an address or a file, not a token")]
    SomethingElse,
    /// There are characters in it that are not on every keyboard.
    #[error("the token has characters that a token can't have")]
    Characters,
    /// It is shorter than any token.
    #[error("the token is too short")]
    Short,
    /// It is longer than any token.
    #[error("the token is too long")]
    Long,
}

impl TokenError {
    /// What to tell the merchant.
    pub fn message(self) -> Message {
        match self {
            Self::Empty => Message::new("token.wrong.empty"),
            Self::Twice => Message::new("token.wrong.twice"),
            Self::Spaces => Message::new("token.wrong.spaces"),
            Self::Quotes => Message::new("token.wrong.quotes"),
            Self::UserName => Message::new("token.wrong.user_name"),
            Self::SomethingElse => Message::new("token.wrong.something_else"),
            Self::Characters => Message::new("token.wrong.characters"),
            Self::Short => Message::new("token.wrong.short").with("least", SHORTEST),
            Self::Long => Message::new("token.wrong.long").with("most", LONGEST),
        }
    }
}

/// The system gave no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random numbers")]
pub struct NoRandomness;

impl AppToken {
    /// Takes a token as it was pasted; blanks and line ends around it are left out. `user_name` is the one in the .qwc file.
    ///
    /// # Errors
    /// [`TokenError`]: the one thing that is most likely wrong.
    pub fn parse(pasted: &str, user_name: &str) -> Result<Self, TokenError> {
        let text = pasted.trim();
        let bare: String = text.split_whitespace().collect();
        let (first, second) = bare.split_at_checked(bare.len() / 2).unwrap_or((&bare, ""));
        if bare.is_empty() {
            return Err(TokenError::Empty);
        }
        if first == second && first.len() >= SHORTEST {
            return Err(TokenError::Twice);
        }
        if text.contains("://") || text.starts_with('<') {
            return Err(TokenError::SomethingElse);
        }
        if names(&bare, user_name) {
            return Err(TokenError::UserName);
        }
        if bare != text {
            return Err(TokenError::Spaces);
        }
        if is_quoted(text) {
            return Err(TokenError::Quotes);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Characters);
        }
        match text.len() {
            ..SHORTEST => Err(TokenError::Short),
            SHORTEST..=LONGEST => Ok(Self(text.to_owned().into())),
            _ => Err(TokenError::Long),
        }
    }

    /// A new token, for a QuickBooks without Manage Web Apps: easy to read out and to type.
    ///
    /// # Errors
    /// [`NoRandomness`] when `random` fails.
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        // The largest multiple of the alphabet's length that a byte can hold: what is above would favour some letters.
        const FAIR: u8 = 248;
        let mut letters = Vec::with_capacity(GROUPS * GROUPS);
        while letters.len() < GROUPS * GROUPS {
            let mut bytes = [0; 32];
            random.fill(&mut bytes).map_err(|_| NoRandomness)?;
            let fair = bytes.into_iter().filter(|byte| *byte < FAIR);
            letters
                .extend(fair.filter_map(|byte| ALPHABET.get(usize::from(byte) % ALPHABET.len())).map(|&l| l as char));
        }
        letters.truncate(GROUPS * GROUPS);
        let groups: Vec<String> = letters.chunks(GROUPS).map(|group| group.iter().collect()).collect();
        Ok(Self(groups.join("-").into()))
    }

    /// The token, to be shown to the merchant or to be kept.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl fmt::Debug for AppToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppToken(..)")
    }
}

/// Whether the text is the user name, or has it at one of its ends. Very short names are in many a token.
fn names(text: &str, user_name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), user_name.trim().to_lowercase());
    name.len() >= 4 && (text.starts_with(&name) || text.ends_with(&name))
}

fn is_quoted(text: &str) -> bool {
    let is_quote = |letter: char| {
        matches!(letter, '"' | '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{ab}' | '\u{bb}')
    };
    text.starts_with(is_quote) || text.ends_with(is_quote)
}

/// Where a token is to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum KeepIn {
    /// The operating system's credential store.
    System,
    /// A file in the data folder that only this user can read.
    File,
}

/// Why a token could not be kept or taken away.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The place can't be used.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The configuration names another place.
    #[error("the configuration keeps the token in {0}")]
    Configured(SecretPlace),
}

impl KeepError {
    /// What to tell the merchant.
    pub fn message(&self) -> Message {
        match self {
            Self::Secret(error) => error.message(),
            Self::Configured(place) => Message::new("token.configured").with("place", place),
        }
    }
}

/// Keeps the token of one installation, and is asked for it whenever QuickBooks signs in.
#[derive(Clone, Debug)]
pub struct TokenKeeper {
    secrets: Secrets,
    configured: Option<SecretPlace>,
    installation: Uuid,
}

impl TokenKeeper {
    /// The keeper of an installation's token.
    pub fn new(secrets: &Secrets, config: &QuickBooksConfig, installation: Uuid) -> Self {
        Self { secrets: secrets.clone(), configured: config.password.clone(), installation }
    }

    /// Where the token is, or would be.
    pub fn place(&self) -> SecretPlace {
        let chosen = if self.secrets.has_file(FILE) { KeepIn::File } else { KeepIn::System };
        self.configured.clone().unwrap_or_else(|| self.own(chosen))
    }

    /// The token that holds now.
    ///
    /// # Errors
    /// [`SecretError`] when its place can't be read.
    pub fn token(&self) -> Result<Option<AppToken>, SecretError> {
        Ok(self.secrets.read(&self.place())?.map(AppToken))
    }

    /// Keeps a token in place of the one that was there, which is of no use from now on. Returns where it is.
    ///
    /// # Errors
    /// [`KeepError`]; the token that was there then still holds.
    pub fn keep(&self, token: &AppToken, keep_in: Option<KeepIn>) -> Result<SecretPlace, KeepError> {
        let place = match (&self.configured, keep_in) {
            (Some(place), None) => place.clone(),
            (Some(place @ SecretPlace::Environment(_)), _)
            | (Some(place @ SecretPlace::File(_)), Some(KeepIn::System))
            | (Some(place @ SecretPlace::CredentialStore(_)), Some(KeepIn::File)) => {
                return Err(KeepError::Configured(place.clone()));
            }
            (Some(place), Some(_)) => place.clone(),
            (None, Some(keep_in)) => self.own(keep_in),
            (None, None) => self.place(),
        };
        self.secrets.write(&place, token.secret())?;
        if self.configured.is_none() {
            self.forget_other(&place)?;
        }
        Ok(place)
    }

    /// Takes the token away: nobody gets in any more.
    ///
    /// # Errors
    /// [`SecretError`] when it may still be somewhere.
    pub fn revoke(&self) -> Result<(), SecretError> {
        let place = self.place();
        self.secrets.remove(&place)?;
        if self.configured.is_none() { self.forget_other(&place) } else { Ok(()) }
    }

    fn own(&self, keep_in: KeepIn) -> SecretPlace {
        match keep_in {
            KeepIn::System => SecretPlace::CredentialStore(format!("{FILE} {}", self.installation)),
            KeepIn::File => SecretPlace::File(FILE.to_owned()),
        }
    }

    /// Only one of our own two places holds a token. Where there is no credential store, there is none in it.
    fn forget_other(&self, place: &SecretPlace) -> Result<(), SecretError> {
        [KeepIn::System, KeepIn::File]
            .into_iter()
            .map(|keep_in| self.own(keep_in))
            .filter(|own| own != place)
            .try_for_each(|other| match self.secrets.remove(&other) {
                Err(SecretError::NoStore(_)) => Ok(()),
                removed => removed,
            })
    }
}

impl Keeper for TokenKeeper {
    fn secret(&self) -> Option<Secret> {
        let token = self.token().unwrap_or_else(|error| {
            warn!(%error, "the app token can't be read, so nobody gets in");
            None
        });
        token.map(|token| Secret::new(token.secret().expose_secret()))
    }
}

/// What is known of the token by what QuickBooks did with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Tells the token with which QuickBooks signed in last from others (24 bits of a hash).
    fingerprint: Option<String>,
    /// The session that proved it.
    proven: Option<Proof>,
    /// Sign-ins that were refused since the last one that was not.
    refused: Option<Refused>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Proof {
    at: Timestamp,
    company_file: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Refused {
    count: u32,
    last_at: Timestamp,
    message: Message,
}

impl TokenRecord {
    /// What is known so far.
    pub fn of(store: &Store) -> Result<Self, StoreError> {
        Ok(store.setting(RECORD)?.unwrap_or_default())
    }

    /// That QuickBooks can't sign in, if it can't.
    pub fn trouble(&self) -> Option<Message> {
        let Refused { count, last_at, message } = self.refused.as_ref()?;
        Some(message.clone().with("count", count).with("last", last_at.strftime("%F %R UTC")))
    }

    /// Whether QuickBooks signed in with a token that no session has proven yet.
    pub(crate) fn wants_proof(&self) -> bool {
        self.fingerprint.is_some() && self.proven.is_none()
    }

    /// Notes how a sign-in ended.
    pub(crate) fn note_sign_in(store: &Store, how: &SignIn, now: Timestamp) -> Result<(), StoreError> {
        let before = Self::of(store)?;
        let mut record = before.clone();
        match how {
            SignIn::Proven { fingerprint } => {
                if record.fingerprint.as_ref() != Some(fingerprint) {
                    record = Self { fingerprint: Some(fingerprint.clone()), ..Self::default() };
                }
                record.refused = None;
            }
            SignIn::Refused(why) => {
                let count = record.refused.as_ref().map_or(0, |refused| refused.count);
                if count >= MOST_COUNTED {
                    return Ok(());
                }
                record.refused = Some(Refused { count: count + 1, last_at: now, message: refusal(*why) });
            }
        }
        record.save(store, &before, "QuickBooks signed in, or tried to", now)
    }

    /// Notes that QuickBooks answered for a company file in a session that was opened with the token.
    pub(crate) fn note_proof(store: &Store, company_file: &str, now: Timestamp) -> Result<(), StoreError> {
        let before = Self::of(store)?;
        if before.proven.as_ref().is_some_and(|proof| proof.company_file == company_file) {
            return Ok(());
        }
        let proven = Some(Proof { at: now, company_file: company_file.to_owned() });
        Self { proven, ..before.clone() }.save(store, &before, "a session proved the app token", now)
    }

    fn save(&self, store: &Store, before: &Self, why: &str, now: Timestamp) -> Result<(), StoreError> {
        if self == before { Ok(()) } else { store.set_setting(RECORD, self, why, now) }
    }
}

fn refusal(why: Refusal) -> Message {
    match why {
        Refusal::NoPassword => Message::new("token.refused.none"),
        Refusal::OtherUserName => Message::new("token.refused.user_name"),
        Refusal::Empty => Message::new("token.refused.empty"),
        Refusal::WithSpaces => Message::new("token.refused.spaces"),
        Refusal::WithQuotes => Message::new("token.refused.quotes"),
        Refusal::Twice => Message::new("token.refused.twice"),
        Refusal::OtherPassword => Message::new("token.refused.other"),
    }
}

/// How far a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TokenStage {
    /// There is none: QuickBooks can't sign in.
    NotGiven,
    /// There is one; QuickBooks has not answered in a session with it yet.
    Waiting,
    /// QuickBooks has signed in with it and answered for a company file.
    Proven,
}

/// The token as shown, without the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TokenView {
    /// How far it is.
    pub stage: TokenStage,
    /// The same in words, with what to do.
    pub message: Message,
    /// That QuickBooks tried to sign in and was refused since the last time that it was not, and what to do.
    pub refused: Option<Message>,
    /// Where it is kept.
    pub place: String,
}

/// The token as it stands.
///
/// # Errors
/// [`SecretError`] when its place can't be read.
pub fn view(keeper: &TokenKeeper, record: &TokenRecord) -> Result<TokenView, SecretError> {
    let place = keeper.place().to_string();
    let refused = record.trouble();
    let token = match keeper.token() {
        // Where there is no credential store there is no token in it; what to do instead is what to say.
        Err(error @ SecretError::NoStore(_)) => {
            return Ok(TokenView { stage: TokenStage::NotGiven, message: error.message(), refused, place });
        }
        token => token?,
    };
    let fingerprint = token.map(|token| Secret::new(token.secret().expose_secret()).fingerprint());
    let proven = record.proven.as_ref().filter(|_| record.fingerprint == fingerprint);
    let (stage, message) = match (fingerprint, proven) {
        (None, _) => (TokenStage::NotGiven, Message::new("token.not_given")),
        (Some(_), None) => (TokenStage::Waiting, Message::new("token.waiting")),
        (Some(_), Some(proof)) => {
            let message = Message::new("token.proven")
                .with("at", proof.at.strftime("%F %R UTC"))
                .with("file", &proof.company_file);
            (TokenStage::Proven, message)
        }
    };
    Ok(TokenView { stage, message, refused, place })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use ring::rand::SystemRandom;

    use super::*;

    const TOKEN: &str = "q8R-2dd4f1f0_9b";

    fn wrong(pasted: &str) -> Option<TokenError> {
        AppToken::parse(pasted, "tillbridge").err()
    }

    #[test]
    fn blanks_around_a_pasted_token_are_left_out() {
        let token = AppToken::parse(&format!("\r\n\t {TOKEN} \n"), "tillbridge").unwrap();
        assert_eq!(token.secret().expose_secret(), TOKEN);
    }

    #[test]
    fn what_is_wrong_with_a_pasted_token_is_told() {
        let wrongs = [
            ("", TokenError::Empty),
            (" \r\n", TokenError::Empty),
            (&TOKEN.repeat(2), TokenError::Twice),
            (&format!("{TOKEN}\n{TOKEN}\n"), TokenError::Twice),
            ("q8R-2dd4 f1f0_9b", TokenError::Spaces),
            ("q8R-2dd4\nf1f0_9b", TokenError::Spaces),
            (&format!("\"{TOKEN}\""), TokenError::Quotes),
            (&format!("\u{201c}{TOKEN}\u{201d}"), TokenError::Quotes),
            (&format!("tillbridge:{TOKEN}"), TokenError::UserName),
            (&format!("{TOKEN} Tillbridge"), TokenError::UserName),
            ("tillbridge", TokenError::UserName),
            ("http://localhost:8087/qbwc", TokenError::SomethingElse),
            ("<?xml version=\"1.0\"?><QBWCXML/>", TokenError::SomethingElse),
            ("q8R\u{2013}2dd4f1f0", TokenError::Characters),
            ("q8R\u{0}2dd4f1f0", TokenError::Characters),
            ("seven77", TokenError::Short),
            (&"ab1".repeat(99), TokenError::Long),
        ];
        for (pasted, expected) in wrongs {
            assert_eq!(wrong(pasted), Some(expected), "{pasted:?}");
        }
        for fine in [TOKEN, "12345678", "{8E5A9D4C-7C1B-4B1A-9E38-0C1D2E3F4A5B}", "a+b/c==%&<>!"] {
            assert_eq!(wrong(fine), None, "{fine}");
        }
    }

    #[test]
    fn a_generated_token_is_long_easy_to_type_and_never_the_same() {
        let random = SystemRandom::new();
        let mut seen = BTreeSet::new();
        for _ in 0..200 {
            let token = AppToken::generate(&random).unwrap();
            let text = token.secret().expose_secret().to_owned();
            assert_eq!(text.split('-').map(str::len).collect::<Vec<_>>(), [5; 5], "{text}");
            assert!(!text.contains(['0', 'o', 'O', '1', 'l', 'i', 'I']), "{text}");
            assert_eq!(wrong(&text), None, "{text}");
            assert!(seen.insert(text));
        }
        let letters: BTreeSet<char> = seen.iter().flat_map(|text| text.chars()).collect();
        assert_eq!(letters.len(), ALPHABET.len() + 1, "some letter never comes");
    }

    #[test]
    fn a_token_is_never_shown() {
        let token = AppToken::parse(TOKEN, "tillbridge").unwrap();
        assert_eq!(format!("{token:?}"), "AppToken(..)");
    }
}
