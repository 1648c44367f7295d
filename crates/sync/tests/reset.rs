//! Reset codes: right ones, and all the wrong ones.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::json;
use store::{AuditCheck, Store};
use sync::{
    integration::{Integration, Stage},
    reset::{self, ResetError, Resets, SupportKey, code},
};
use tempfile::TempDir;

const NOW: &str = "2026-11-27T09:30:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// Support: a key of its own, made for the test.
struct Support(Ed25519KeyPair);

impl Support {
    fn new() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    fn key(&self) -> Option<SupportKey> {
        SupportKey::parse(&code::write(self.0.public_key().as_ref()))
    }

    fn answer(&self, request: &str, nonce: u8) -> String {
        let request = code::read(request).unwrap();
        let nonce = [nonce; code::NONCE];
        let signature = self.0.sign(&code::signed(&request, &nonce));
        code::write(&[request.as_slice(), &nonce, signature.as_ref()].concat())
    }
}

/// A paired installation.
struct Installation {
    _folder: TempDir,
    store: Store,
}

impl Installation {
    fn new(id: u128) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), now()).unwrap().store;
        let ids = json!({ "id": uuid::Uuid::from_u128(id), "file_id": uuid::Uuid::from_u128(2) });
        store.set_setting("installation", &ids, "test", now()).unwrap();
        let one = Self { _folder: folder, store };
        one.pair("C:\\Books\\shop.qbw");
        one
    }

    fn pair(&self, file: &str) {
        let pairing = json!({ "file_name": file, "paired_at": NOW });
        self.store.set_setting("pairing", &pairing, "test", now()).unwrap();
    }

    fn request(&self) -> String {
        reset::request(&self.store).unwrap().request
    }

    /// Why a code is refused, and that nothing came of it.
    fn refusal(&self, text: &str, support: &Support) -> String {
        let before = (Resets::of(&self.store).unwrap(), self.store.audit(None, u32::MAX).unwrap());
        let error = reset::carry_out(&self.store, text, support.key(), now()).unwrap_err();
        assert_eq!((Resets::of(&self.store).unwrap(), self.store.audit(None, u32::MAX).unwrap()), before);
        error.message().code
    }
}

#[test]
fn a_code_of_support_opens_the_integration_again_after_a_backup_and_once() {
    let (one, support) = (Installation::new(1), Support::new());
    assert_eq!(Resets::of(&one.store).unwrap().opened_again_at, None);
    let text = support.answer(&one.request(), 1);
    let done = reset::carry_out(&one.store, &text, support.key(), now()).unwrap();
    let backup = done.backup.clone();
    assert!(backup.exists());
    assert_eq!((Resets::of(&one.store).unwrap().opened_again_at, done.count), (Some(now()), 1));
    let audit = one.store.audit(None, u32::MAX).unwrap();
    assert_eq!(audit.last().unwrap().subject, "integration.reset");
    assert!(matches!(one.store.verify_audit().unwrap(), AuditCheck::Whole { .. }));
    assert_eq!(one.refusal(&text, &support), "reset.used");

    let another = support.answer(&one.request(), 2);
    assert_eq!(reset::carry_out(&one.store, &another, support.key(), now()).unwrap().count, 2);
    assert_eq!(one.refusal(&text, &support), "reset.used");
    for day in 1..9 {
        one.store.backup(None, now() + jiff::SignedDuration::from_hours(24 * day)).unwrap();
    }
    assert!(backup.exists(), "daily backups push it out");
}

#[test]
fn what_was_reset_can_be_seen_in_the_backup_as_it_was_before() {
    let (one, support) = (Installation::new(1), Support::new());
    let done = reset::carry_out(&one.store, &support.answer(&one.request(), 1), support.key(), now()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(&done.backup, folder.path().join("tillbridge.db")).unwrap();
    let before = Store::open(folder.path(), now()).unwrap().store;
    assert_eq!(Resets::of(&before).unwrap(), Resets::default());
    assert!(before.setting::<BTreeMap<String, String>>("pairing").unwrap().is_some());
}

#[test]
fn a_code_is_taken_however_it_is_typed() {
    let support = Support::new();
    let ways: [fn(String) -> String; 4] = [
        |text| text.to_lowercase(),
        |text| text.replace('-', " "),
        |text| format!("  {}\r\n", text.replace('-', "")),
        |text| text.replace('-', "-\n"),
    ];
    for way in ways {
        let one = Installation::new(1);
        let text = way(support.answer(&one.request(), 1));
        reset::carry_out(&one.store, &text, support.key(), now()).unwrap();
    }
}

#[test]
fn every_wrong_code_is_refused_for_what_is_wrong_with_it() {
    let (one, support) = (Installation::new(1), Support::new());
    let right = support.answer(&one.request(), 1);
    assert_eq!(one.refusal("", &support), "reset.unreadable");
    assert_eq!(one.refusal(&right[..right.len() - 6], &support), "reset.unreadable");
    assert_eq!(one.refusal(&format!("{right}-{right}"), &support), "reset.unreadable");
    assert_eq!(one.refusal(&one.request(), &support), "reset.request");
    assert_eq!(one.refusal(&Support::new().answer(&one.request(), 1), &support), "reset.not_signed");

    let other = Installation::new(9);
    assert_eq!(one.refusal(&support.answer(&other.request(), 1), &support), "reset.other_installation");
    one.pair("C:\\Books\\another.qbw");
    assert_eq!(one.refusal(&right, &support), "reset.other_file");
    one.pair("c:\\books\\SHOP.qbw");
    assert!(reset::carry_out(&one.store, &right, support.key(), now()).is_ok(), "Windows has one name in any case");
}

#[test]
fn an_altered_code_is_refused_wherever_it_was_altered() {
    let (one, support) = (Installation::new(1), Support::new());
    let bytes = code::read(&support.answer(&one.request(), 1)).unwrap();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        assert_eq!(one.refusal(&code::write(&altered), &support), "reset.not_signed", "byte {at}");
    }
}

#[test]
fn without_a_key_or_a_paired_company_file_there_is_no_reset() {
    let (one, support) = (Installation::new(1), Support::new());
    let text = support.answer(&one.request(), 1);
    assert!(matches!(reset::carry_out(&one.store, &text, None, now()), Err(ResetError::NoKey)));
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), now()).unwrap().store;
    assert!(matches!(reset::request(&store), Err(ResetError::NotPaired)));
    assert!(matches!(reset::carry_out(&store, &text, support.key(), now()), Err(ResetError::NotPaired)));
}

#[test]
fn the_built_in_key_can_be_read_where_there_is_one() {
    let text = include_str!("../src/support.pub");
    let has_one = text.lines().any(|line| !line.starts_with('#') && !line.trim().is_empty());
    assert_eq!(SupportKey::built_in().is_some(), has_one);
}

#[test]
fn a_reset_opens_the_integration_again_and_only_until_the_next_start() {
    let (one, support) = (Installation::new(1), Support::new());
    let started = |at: &str| json!({ "stage": "done", "started_at": at, "paused": false });
    one.store.set_setting("integration", &started("2026-11-20T09:00:00Z"), "test", now()).unwrap();
    assert_eq!(Integration::of(&one.store).unwrap().stage, Stage::Done);
    let code = support.answer(&one.request(), 1);
    reset::carry_out(&one.store, &code, support.key(), now()).unwrap();
    assert_eq!(Integration::of(&one.store).unwrap().stage, Stage::NotStarted);
    one.store.set_setting("integration", &started("2026-11-27T10:00:00Z"), "test", now()).unwrap();
    assert_eq!(Integration::of(&one.store).unwrap().stage, Stage::Done);
}
