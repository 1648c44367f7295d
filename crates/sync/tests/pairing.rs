//! The app token and where secrets are kept, with a session that proves it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use std::{fs, path::Path};

use keyring_core::mock;
use secrecy::{ExposeSecret, SecretString};
use support::World;
use sync::{
    Config, Message, SecretPlace, Secrets,
    api::{self, Store},
    config::QuickBooksConfig,
    removal::{self, Removed},
    secrets::SecretError,
    token::{AppToken, KeepIn, TokenStage},
};
use tempfile::TempDir;
use web_connector::{Agent, Keeper, Refusal, Secret, SignIn};

const TOKEN: &str = "q8R-2dd4f1f0_9b";

fn token(text: &str) -> AppToken {
    AppToken::parse(text, "tillbridge").unwrap()
}

fn config(password: Option<SecretPlace>) -> QuickBooksConfig {
    QuickBooksConfig { port: 0, user_name: "tillbridge".into(), password, ..QuickBooksConfig::default() }
}

/// A data folder that was set up, with a credential store that nobody else has.
struct Installation {
    folder: TempDir,
    secrets: Secrets,
    config: QuickBooksConfig,
}

impl Installation {
    fn new(password: Option<SecretPlace>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = jiff::Timestamp::UNIX_EPOCH;
        api::set_up(&Store::open(folder.path(), now).unwrap().store, &books::Mapping::default(), now).unwrap();
        let variables = |name: &str| (name == "TOKEN").then(|| " from-the-environment\n".to_owned());
        let secrets = Secrets::new(folder.path(), variables).with_store(mock::Store::new().unwrap());
        Self { folder, secrets, config: config(password) }
    }

    fn store(&self) -> Store {
        api::look(self.folder.path()).unwrap()
    }

    fn keep(&self, text: &str, keep_in: Option<KeepIn>) -> Result<String, Message> {
        let kept = api::keep_app_token(&self.store(), &self.config, &self.secrets, &token(text), keep_in);
        kept.map(|place| place.unwrap().to_string()).map_err(|error| error.message)
    }

    fn revoke(&self) {
        api::revoke_app_token(&self.store(), &self.config, &self.secrets).unwrap().unwrap();
    }

    fn keeper(&self) -> sync::token::TokenKeeper {
        let installation: serde_json::Value =
            Store::read_only(self.folder.path()).unwrap().setting("installation").unwrap().unwrap();
        sync::token::TokenKeeper::new(
            &self.secrets,
            &self.config,
            installation["id"].as_str().unwrap().parse().unwrap(),
        )
    }

    fn holds(&self, text: &str) -> bool {
        self.keeper().secret().is_some_and(|secret| secret.proves(text))
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("secrets").join("app-token")
    }
}

#[test]
fn a_token_is_kept_in_the_credential_store_unless_a_file_is_asked_for_by_name() {
    let one = Installation::new(None);
    assert!(one.keep(TOKEN, None).unwrap().starts_with("credential_store app-token "));
    assert!(one.holds(TOKEN));
    assert!(!one.file().exists());
    assert_eq!(one.keep("another-token", Some(KeepIn::File)).unwrap(), "file app-token");
    assert!(one.holds("another-token"));
    assert_eq!(one.keep("a-third-token", None).unwrap(), "file app-token", "it stays where it is");
    assert!(one.keep(TOKEN, Some(KeepIn::System)).unwrap().starts_with("credential_store"));
    assert!(!one.file().exists(), "a token that is of no use any more lies about");
    assert!(one.holds(TOKEN));
}

#[test]
fn a_replaced_token_is_of_no_use_at_once_and_a_revoked_one_lets_nobody_in() {
    for keep_in in [KeepIn::System, KeepIn::File] {
        let one = Installation::new(None);
        let keeper = one.keeper();
        one.keep(TOKEN, Some(keep_in)).unwrap();
        assert!(keeper.secret().unwrap().proves(TOKEN));
        one.keep("another-token", None).unwrap();
        assert!(!keeper.secret().unwrap().proves(TOKEN));
        assert!(keeper.secret().unwrap().proves("another-token"));
        one.revoke();
        assert!(keeper.secret().is_none());
        one.revoke();
    }
}

#[test]
fn two_installations_on_one_computer_have_a_token_each() {
    let store = mock::Store::new().unwrap();
    let with_store = |mut one: Installation| {
        one.secrets = one.secrets.with_store(store.clone());
        one
    };
    let (one, other) = (with_store(Installation::new(None)), with_store(Installation::new(None)));
    one.keep(TOKEN, None).unwrap();
    assert!(!other.holds(TOKEN));
    other.keep("another-token", None).unwrap();
    assert!(one.holds(TOKEN));
}

#[test]
fn where_the_configuration_names_a_place_no_other_is_used() {
    let one = Installation::new(Some(SecretPlace::Environment("TOKEN".into())));
    assert!(one.holds("from-the-environment"), "blanks around it are left out");
    assert_eq!(one.keep(TOKEN, None).unwrap_err().code, "secrets.fixed");
    assert_eq!(one.keep(TOKEN, Some(KeepIn::File)).unwrap_err().code, "token.configured");

    let one = Installation::new(Some(SecretPlace::CredentialStore("mine".into())));
    assert_eq!(one.keep(TOKEN, Some(KeepIn::File)).unwrap_err().code, "token.configured");
    assert_eq!(one.keep(TOKEN, Some(KeepIn::System)).unwrap(), "credential_store mine");
    assert!(one.holds(TOKEN));
}

#[cfg(unix)]
#[test]
fn a_secret_in_a_file_is_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let one = Installation::new(None);
    one.keep(TOKEN, Some(KeepIn::File)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&one.file()), 0o600);
    one.keep("another-token", None).unwrap();
    assert_eq!(mode(&one.file()), 0o600);
    fs::set_permissions(one.file(), fs::Permissions::from_mode(0o644)).unwrap();
    let error = one.keeper().token().unwrap_err();
    assert!(matches!(error, SecretError::OpenToOthers(_)), "{error}");
    assert!(one.keeper().secret().is_none());
}

#[test]
fn a_credential_store_that_fails_says_so_and_lets_nobody_in() {
    let store = mock::Store::new().unwrap();
    let mut one = Installation::new(None);
    one.secrets = one.secrets.with_store(store.clone());
    one.keep(TOKEN, None).unwrap();
    let fail = |error| {
        let inner = store.inner.lock().unwrap();
        let entries = inner.borrow();
        entries.first().unwrap().set_error(error);
    };
    fail(keyring_core::Error::NoStorageAccess("locked by its owner".into()));
    let error = one.keeper().token().unwrap_err();
    assert_eq!(error.message().code, "secrets.locked");
    fail(keyring_core::Error::BadEncoding(TOKEN.as_bytes().to_vec()));
    let error = one.keeper().token().unwrap_err();
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
    fail(keyring_core::Error::PlatformFailure("gone".into()));
    assert!(one.keeper().secret().is_none());
    assert!(one.holds(TOKEN), "the next sign-in is not hindered by it");
}

#[test]
fn no_secret_is_shown_or_stored() {
    let one = Installation::new(None);
    one.keep(TOKEN, None).unwrap();
    let secret = SecretString::from(TOKEN.to_owned());
    one.secrets.write(&SecretPlace::CredentialStore("shop".into()), &secret).unwrap();
    let read = one.secrets.read(&SecretPlace::CredentialStore("shop".into())).unwrap().unwrap();
    assert_eq!(read.expose_secret(), TOKEN);
    let view = api::app_token(&one.store(), &one.config, &one.secrets).unwrap().unwrap();
    let shown = format!("{:?} {:?} {view:?} {:?}", one.secrets, one.keeper(), one.keeper().token().unwrap());
    assert!(!shown.contains(TOKEN), "{shown}");
    for file in fs::read_dir(one.folder.path()).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
        let bytes = fs::read(file.path()).unwrap();
        let found = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
        assert!(!found, "the token is in {:?}", file.path());
    }
}

fn stage(world: &World) -> (TokenStage, Option<String>) {
    let secrets = Secrets::new(Path::new("none"), |_| Some(TOKEN.to_owned()));
    let config = config(Some(SecretPlace::Environment("TOKEN".into())));
    let keeper = sync::token::TokenKeeper::new(&secrets, &config, world.engine.installation().id);
    let record = sync::token::TokenRecord::of(&world.store).unwrap();
    let view = sync::token::view(&keeper, &record).unwrap();
    (view.stage, view.refused.map(|message| message.code))
}

fn sign_in(world: &World, text: &str) {
    world.engine.signed_in(&SignIn::Proven { fingerprint: Secret::new(text).fingerprint() });
}

#[test]
fn a_token_is_proven_by_a_session_in_which_quickbooks_answered_for_a_company_file() {
    let mut world = World::new();
    assert_eq!(stage(&world), (TokenStage::Waiting, None));
    sign_in(&world, TOKEN);
    assert_eq!(stage(&world), (TokenStage::Waiting, None), "a sign-in alone proves no company file");
    world.settle();
    assert_eq!(stage(&world), (TokenStage::Proven, None));
    // Another token: what was proven of the old one is of no use, and the pairing stays.
    sign_in(&world, "another-token");
    assert_eq!(stage(&world).0, TokenStage::Waiting);
    assert!(world.store.setting::<serde_json::Value>("pairing").unwrap().is_some());
}

#[test]
fn refused_sign_ins_are_counted_and_told_until_one_succeeds() {
    let world = World::new();
    let attention = || {
        let status = api::status(&world.store).unwrap();
        status.attention.into_iter().map(|point| point.message).find(|message| message.code.starts_with("token."))
    };
    assert_eq!(attention(), None);
    for _ in 0..3 {
        world.engine.signed_in(&SignIn::Refused(Refusal::OtherPassword));
    }
    let told = attention().unwrap();
    assert_eq!((told.code.as_str(), told.facts["count"].as_str()), ("token.refused.other", "3"));
    world.engine.signed_in(&SignIn::Refused(Refusal::Twice));
    assert_eq!(stage(&world).1.as_deref(), Some("token.refused.twice"));
    sign_in(&world, TOKEN);
    assert_eq!(attention(), None);
}

#[test]
fn what_is_removed_leaves_neither_data_nor_secrets_nor_what_is_not_ours() {
    let config = |installation: &Installation| Config {
        quickbooks: installation.config.clone(),
        ..Config::parse(&sync::config::example()).unwrap()
    };
    let one = Installation::new(None);
    one.keep(TOKEN, None).unwrap();
    let keeper = one.keeper();
    let remove = || removal::remove(one.folder.path(), Some(&config(&one)), &one.secrets, jiff::Timestamp::UNIX_EPOCH);

    fs::write(one.folder.path().join("letter.txt"), "not ours").unwrap();
    let engine = api::open(one.folder.path(), jiff::Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(remove().unwrap_err().message.code, "store.locked");
    assert!(one.holds(TOKEN), "an engine at work keeps its token");
    drop(engine);

    assert_eq!(remove().unwrap(), Removed::AllThatIsOurs);
    assert!(keeper.token().unwrap().is_none(), "the token outlived its installation");
    let left: Vec<_> = fs::read_dir(one.folder.path()).unwrap().map(|item| item.unwrap().file_name()).collect();
    assert_eq!(left, ["letter.txt"]);
    assert_eq!(remove().unwrap(), Removed::NothingThere);
}

#[test]
fn a_folder_of_ours_alone_goes_with_its_data() {
    let one = Installation::new(None);
    one.keep(TOKEN, Some(KeepIn::File)).unwrap();
    let removed = removal::remove(one.folder.path(), None, &one.secrets, jiff::Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(removed, Removed::Everything);
    assert!(!one.folder.path().exists());
}
