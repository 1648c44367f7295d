//! What a merchant may rely on when the program starts: nothing is lost, nothing is guessed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use jiff::civil::Date;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use store::{Notice, OpenError, RECOVERED, Recovery, State, Store, StoreError};
use support::*;
use tempfile::tempdir;

const FILE: &str = "tillbridge.db";

fn copy(from: &Path, to: &Path) {
    for name in [FILE, "tillbridge.db-wal"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// A closed store with 200 posted-to-be orders, so that its file has many pages.
fn closed_with_orders(folder: &Path, backup: bool) -> PathBuf {
    let store = open(folder);
    let run = store.begin_run("test", at(0)).unwrap();
    pull(&store, run, &(1..=200).map(|number| order(number, 10)).collect::<Vec<_>>());
    if backup {
        store.backup(None, at(5)).unwrap();
    }
    pull(&store, run, &[order(999, 10)]);
    folder.join(FILE)
}

fn recovery(notice: Option<Notice>) -> Recovery {
    match notice {
        Some(Notice::Recovered(recovery)) => recovery,
        other => panic!("no recovery: {other:?}"),
    }
}

#[test]
fn an_intent_is_on_the_disk_when_intend_returns() {
    let folder = tempdir().unwrap();
    let (store, run) = with_ready_sale(folder.path());
    store.intend(run, &set("S1", &[sale_key(1)]), at(3)).unwrap();

    // What a killed program leaves behind: the files as they are, while the store is still open.
    let after = tempdir().unwrap();
    copy(folder.path(), after.path());
    let again = open(after.path());
    assert_eq!(state(&again, &sale_key(1)), State::Sent);
    let open_sets = again.open_sets().unwrap();
    assert_eq!(open_sets.len(), 1);
    assert_eq!(open_sets[0].xml, "<QBXML>S1</QBXML>");
    assert_eq!(open_sets[0].requests[0].1, sale_key(1));
    assert!(again.runs(1, None).unwrap()[0].interrupted, "the run did not end by itself");
}

#[test]
fn a_damaged_file_is_moved_aside_and_the_newest_backup_takes_its_place() {
    let folder = tempdir().unwrap();
    let file = closed_with_orders(folder.path(), true);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 8192].iter_mut().for_each(|byte| *byte ^= 0xA5);
    fs::write(&file, &bytes).unwrap();

    let opened = Store::open(folder.path(), at(10)).unwrap();
    let recovery = recovery(opened.notice);
    assert_eq!(fs::read(recovery.damaged.clone().unwrap()).unwrap(), bytes, "the damaged file is kept as it was");
    assert!(recovery.restored_from.is_some());
    assert!(opened.store.document(&order_id(200)).unwrap().is_some());
    assert!(opened.store.document(&order_id(999)).unwrap().is_none(), "it came after the backup");
    assert_eq!(opened.store.setting::<Recovery>(RECOVERED).unwrap(), Some(recovery), "told until somebody acts");
}

#[test]
fn a_truncated_file_is_damage_and_not_a_first_start() {
    for left in [0, 700, 5000, 90_000] {
        let folder = tempdir().unwrap();
        let file = closed_with_orders(folder.path(), true);
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..left]).unwrap();
        let opened = Store::open(folder.path(), at(10)).unwrap();
        assert!(recovery(opened.notice).restored_from.is_some(), "{left} bytes left");
        assert!(opened.store.document(&order_id(200)).unwrap().is_some(), "{left} bytes left");
    }
}

#[test]
fn a_lost_file_beside_backups_is_restored() {
    let folder = tempdir().unwrap();
    let file = closed_with_orders(folder.path(), true);
    fs::remove_file(file).unwrap();
    let opened = Store::open(folder.path(), at(10)).unwrap();
    let recovery = recovery(opened.notice);
    assert_eq!(recovery.damaged, None);
    assert!(opened.store.document(&order_id(1)).unwrap().is_some());
}

#[test]
fn a_restoring_that_was_cut_short_is_finished_at_the_next_start() {
    let folder = tempdir().unwrap();
    let file = closed_with_orders(folder.path(), true);
    // The program ended after the damaged file was moved aside and before its log was.
    fs::rename(&file, folder.path().join("tillbridge.db.damaged-20261123T080000Z")).unwrap();
    fs::write(folder.path().join("tillbridge.db-wal"), [7; 4096]).unwrap();
    fs::write(folder.path().join("tillbridge.db.restoring"), b"half a copy").unwrap();
    let opened = Store::open(folder.path(), at(10)).unwrap();
    assert!(recovery(opened.notice).restored_from.is_some());
    assert!(opened.store.document(&order_id(200)).unwrap().is_some());
    drop(opened.store);
    assert_eq!(Store::open(folder.path(), at(11)).unwrap().notice, None, "told once");
}

#[test]
fn a_store_may_be_shared_between_threads() {
    let folder = tempdir().unwrap();
    let (store, run) = with_ready_sale(folder.path());
    std::thread::scope(|threads| {
        for number in 10..14 {
            let store = &store;
            threads.spawn(move || {
                pull(store, run, &[order(number, 10)]);
                assert!(store.document(&order_id(number)).unwrap().is_some());
            });
        }
    });
    assert_eq!(store.unmapped(10).unwrap().len(), 4);
    assert!(matches!(store.verify_audit().unwrap(), store::AuditCheck::Whole { .. }));
}

#[test]
fn damage_without_a_backup_is_told_and_nothing_is_deleted() {
    let folder = tempdir().unwrap();
    let file = closed_with_orders(folder.path(), false);
    fs::write(&file, b"this is no database, whatever its name says").unwrap();
    let opened = Store::open(folder.path(), at(10)).unwrap();
    let recovery = recovery(opened.notice);
    assert_eq!(recovery.restored_from, None);
    assert!(recovery.damaged.unwrap().exists());
    assert_eq!(opened.store.counts().unwrap().documents.len(), 0);
}

#[test]
fn a_damaged_backup_is_passed_over_for_an_older_good_one() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = store.begin_run("test", at(0)).unwrap();
    pull(&store, run, &[order(1, 10)]);
    let good = store.backup(None, at(5)).unwrap();
    let bad = store.backup(None, at(6)).unwrap();
    drop(store);
    fs::write(bad, b"damaged").unwrap();
    fs::write(folder.path().join(FILE), b"damaged too").unwrap();
    let opened = Store::open(folder.path(), at(10)).unwrap();
    assert_eq!(recovery(opened.notice).restored_from, Some(good));
    assert!(opened.store.document(&order_id(1)).unwrap().is_some());
}

#[test]
fn a_newer_database_is_refused_and_left_untouched() {
    let folder = tempdir().unwrap();
    let file = closed_with_orders(folder.path(), true);
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.execute_batch("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(connection);
    let before = fs::read(&file).unwrap();
    for opened in [Store::open(folder.path(), at(10)).map(|_| ()), Store::read_only(folder.path()).map(|_| ())] {
        assert!(matches!(opened, Err(OpenError::TooNew { found: 99, .. })), "{opened:?}");
    }
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn the_first_schema_is_what_the_fixture_was_made_by() {
    let schema = |file: &Path| {
        let connection = rusqlite::Connection::open(file).unwrap();
        let mut statement =
            connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let made = tempdir().unwrap();
    let connection = rusqlite::Connection::open(made.path().join(FILE)).unwrap();
    connection.execute_batch(include_str!("../migrations/0001_first.sql")).unwrap();
    drop(connection);
    let old = tempdir().unwrap();
    fs::write(old.path().join(FILE), include_bytes!("fixtures/first.db")).unwrap();
    assert_eq!(schema(&old.path().join(FILE)), schema(&made.path().join(FILE)), "a released step is never edited");
}

#[test]
fn a_database_of_the_first_schema_opens_with_all_it_holds() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join(FILE), include_bytes!("fixtures/first.db")).unwrap();
    let store = open(folder.path());
    assert_eq!(state(&store, &sale_key(1)), State::Posted);
    assert_eq!(store.document(&order_id(1)).unwrap().unwrap().0, order(1, 10));
    assert_eq!(store.linked(&sale_key(1)).unwrap().unwrap().booked, postings(10));
    assert_eq!(store.past(&order_id(1)).unwrap().len(), 1);
    assert!(matches!(store.verify_audit().unwrap(), store::AuditCheck::Whole { .. }));
}

#[test]
fn a_second_opening_is_kept_out_until_the_first_one_ends() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    assert!(matches!(Store::open(folder.path(), at(1)), Err(OpenError::Locked)));
    drop(store);
    assert!(Store::open(folder.path(), at(1)).is_ok());
}

#[test]
fn a_second_process_is_kept_out() {
    const FOLDER: &str = "STORE_TEST_FOLDER";
    if let Some(folder) = std::env::var_os(FOLDER) {
        // The second process.
        assert!(matches!(Store::open(Path::new(&folder), at(1)), Err(OpenError::Locked)));
        assert!(Store::read_only(Path::new(&folder)).is_ok());
        return;
    }
    let folder = tempdir().unwrap();
    let _store = open(folder.path());
    let second = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_second_process_is_kept_out"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stdout));
}

#[test]
fn a_database_that_another_program_keeps_locked_is_told_and_left_alone() {
    let folder = tempdir().unwrap();
    drop(open(folder.path()));
    let other = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    assert!(matches!(Store::open(folder.path(), at(1)), Err(OpenError::InUse(_))));
    assert!(matches!(Store::read_only(folder.path()), Err(OpenError::InUse(_))));
    drop(other);
    assert!(Store::open(folder.path(), at(1)).is_ok());
}

#[test]
fn a_reader_sees_what_the_engine_writes_and_writes_nothing() {
    let folder = tempdir().unwrap();
    assert!(matches!(Store::read_only(folder.path()), Err(OpenError::Missing)));
    let (store, _) = with_ready_sale(folder.path());
    let reader = Store::read_only(folder.path()).unwrap();
    assert_eq!(state(&reader, &sale_key(1)), State::Ready);
    assert!(matches!(reader.begin_run("test", at(1)), Err(StoreError::ReadOnly)));
    drop(store);
    assert_eq!(state(&Store::read_only(folder.path()).unwrap(), &sale_key(1)), State::Ready, "without an engine too");
}

#[test]
fn reading_goes_on_while_a_writing_is_under_way() {
    let folder = tempdir().unwrap();
    let (store, run) = with_ready_sale(folder.path());
    // Another connection holds the write lock for as long as this test looks.
    let writer = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; UPDATE entries SET title = 'not committed'").unwrap();
    assert_eq!(store.entry(&sale_key(1)).unwrap().unwrap().row.title, "#1");
    let mut seen = 0;
    store
        .documents_touching((Date::MIN, Date::MAX), (at(0), at(100)), |order, _| {
            assert!(store.document(&order.id).unwrap().is_some(), "readings may be nested");
            seen += 1;
        })
        .unwrap();
    assert_eq!(seen, 1);
    writer.execute_batch("ROLLBACK").unwrap();
    store.intend(run, &set("S1", &[sale_key(1)]), at(3)).unwrap();
}

#[test]
fn three_backups_are_kept() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let made: Vec<PathBuf> = (1..=5).map(|minute| store.backup(None, at(minute)).unwrap()).collect();
    let kept: Vec<bool> = made.iter().map(|backup| backup.exists()).collect();
    assert_eq!(kept, [false, false, true, true, true]);
    let elsewhere = folder.path().join("mine.db");
    assert_eq!(store.backup(Some(&elsewhere), at(9)).unwrap(), elsewhere);
}
