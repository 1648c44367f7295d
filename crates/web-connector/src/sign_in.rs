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

    fn matches(&self, password: &str) -> Choice {
        self.0.ct_eq(Sha256::digest(password.as_bytes()).as_slice())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// User name and password together, so that neither alone can be told right from wrong.
pub(crate) struct Credentials {
    user_name: Secret,
    password: Secret,
}

impl Credentials {
    pub(crate) fn new(user_name: &str, password: Secret) -> Self {
        Self { user_name: Secret::new(user_name), password }
    }

    pub(crate) fn prove(&self, user_name: &str, password: &str) -> bool {
        (self.user_name.matches(user_name) & self.password.matches(password)).into()
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
