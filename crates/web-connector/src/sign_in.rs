//! Who may open a session: the proof, and the slowing down of those who guess.

use std::time::Duration;

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// The password that the Web Connector has to show. Only its hash is kept, and the text is never shown.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes the password as the user types it into the Web Connector.
    pub fn new(password: &str) -> Self {
        Self(Sha256::digest(password.as_bytes()).into())
    }

    /// Whether this is the password. The time it takes does not depend on where the two differ.
    #[must_use]
    pub fn proves(&self, password: &str) -> bool {
        self.matches(password).into()
    }

    /// Tells passwords apart and gives nothing away: 24 bits of a hash of the hash.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let [first, second, third, ..]: [u8; 32] = Sha256::digest(self.0).into();
        format!("{first:02x}{second:02x}{third:02x}")
    }

    fn matches(&self, password: &str) -> Choice {
        self.0.ct_eq(Sha256::digest(password.as_bytes()).as_slice())
    }
}

/// Keeps the password, and is asked for it at each sign-in: one that was replaced is of no use from then on.
pub trait Keeper: Send + Sync + 'static {
    /// The password that holds now. Without one nobody gets in.
    fn secret(&self) -> Option<Secret>;
}

/// A password that stays the same.
impl Keeper for Secret {
    fn secret(&self) -> Option<Secret> {
        Some(self.clone())
    }
}

/// How a sign-in ended, for the program behind the endpoint. The other side only ever learns whether it may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// User name and password are right.
    Proven {
        /// See [`Secret::fingerprint`].
        fingerprint: String,
    },
    /// They are not.
    Refused(Refusal),
}

/// What was wrong with a sign-in, as near as it can be told without showing what was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// No password is set: nobody gets in.
    NoPassword,
    /// The user name is not the one of the .qwc file.
    OtherUserName,
    /// Nothing was typed as the password.
    Empty,
    /// The password with blanks or line ends around or within it.
    WithSpaces,
    /// The password between quotation marks.
    WithQuotes,
    /// The password twice in a row.
    Twice,
    /// Another password.
    OtherPassword,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// User name and password together, so that the answer never shows which of them was wrong.
pub(crate) struct Credentials {
    user_name: Secret,
    keeper: Box<dyn Keeper>,
}

impl Credentials {
    pub(crate) fn new(user_name: &str, keeper: impl Keeper) -> Self {
        Self { user_name: Secret::new(user_name), keeper: Box::new(keeper) }
    }

    /// May block, as the keeper may.
    pub(crate) fn prove(&self, user_name: &str, password: &str) -> SignIn {
        let Some(secret) = self.keeper.secret() else { return SignIn::Refused(Refusal::NoPassword) };
        let (known, proven) = (self.user_name.matches(user_name), secret.matches(password));
        if (known & proven).into() {
            return SignIn::Proven { fingerprint: secret.fingerprint() };
        }
        SignIn::Refused(if proven.into() { Refusal::OtherUserName } else { what_is_wrong(&secret, password) })
    }
}

/// How a wrong password came about, where it is the right one in disguise.
fn what_is_wrong(secret: &Secret, offered: &str) -> Refusal {
    const QUOTES: &[char] = &['"', '\'', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '`'];
    let bare: String = offered.split_whitespace().collect();
    let (first, second) = bare.split_at_checked(bare.len() / 2).unwrap_or((&bare, ""));
    if bare.is_empty() {
        Refusal::Empty
    } else if secret.proves(offered.trim()) || secret.proves(&bare) {
        Refusal::WithSpaces
    } else if secret.proves(bare.trim_matches(QUOTES)) {
        Refusal::WithQuotes
    } else if first == second && secret.proves(first) {
        Refusal::Twice
    } else {
        Refusal::OtherPassword
    }
}

const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(8);

/// Makes each sign-in after a failed one wait: half a second, doubling with each further failure up to eight seconds,
/// counted from that failure. A success forgets the failures.
#[derive(Default)]
pub(crate) struct Throttle {
    failures: u32,
    not_before: Duration,
}

impl Throttle {
    /// How long the next attempt has to wait from `now`.
    pub(crate) fn wait(&self, now: Duration) -> Duration {
        self.not_before.saturating_sub(now)
    }

    pub(crate) fn record(&mut self, success: bool, now: Duration) {
        if success {
            *self = Self::default();
        } else {
            let doubled = 2_u32.saturating_pow(self.failures);
            self.failures = self.failures.saturating_add(1);
            self.not_before = now.saturating_add(FIRST_DELAY.saturating_mul(doubled).min(LONGEST_DELAY));
        }
    }
}
