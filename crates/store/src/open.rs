//! Opening: one process, a whole file, the right schema — and no data lost on the way (MODELS.md 3.4).

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, params};
use rusqlite_migration::{HookError, M, Migrations};
use serde::{Deserialize, Serialize};

use crate::{
    audit::{Note, Subject, note},
    backups::{self, backup_into, newest_good},
    connections::{Store, open_reader, open_writer},
    error::{OpenError, StoreError, is_held},
    runs::RunId,
    search,
    words::{json, time},
};

/// The schema, step by step. A released step is never edited: a change is a new step.
fn steps() -> Vec<M<'static>> {
    vec![
        M::up(include_str!("../migrations/0001_first.sql")),
        M::up(include_str!("../migrations/0002_order_lives.sql")),
        M::up(include_str!("../migrations/0003_purchases.sql")),
        M::up(include_str!("../migrations/0004_accounts.sql")),
        M::up(include_str!("../migrations/0005_summary.sql")),
        M::up_with_hook(include_str!("../migrations/0006_history.sql"), |tx| {
            search::index_all(tx).map_err(|error| HookError::Hook(error.to_string()))
        }),
        M::up(include_str!("../migrations/0007_overview.sql")),
    ]
}

/// How often, and after how long, opening is tried again when another program is in the way, as an antivirus is that looks at
/// the file just when the computer has started.
const OPEN_AGAIN: u32 = 4;
const OPEN_PAUSE: Duration = Duration::from_millis(500);

const FILE: &str = "tillbridge.db";
const LOCK: &str = "tillbridge.lock";

/// The setting that says that the database was restored, as a [`Recovery`]. It stays until somebody sets it to `null`:
/// entries posted after the backup was made are not known as posted, so QuickBooks is to be asked before anything is
/// sent (DESIGN.md 4).
pub const RECOVERED: &str = "store.recovered";

/// A store that was opened, and what is to be told about it.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// What happened while it was opened, if anything did.
    pub notice: Option<Notice>,
}

/// What happened while the database was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It was damaged or missing, and was replaced.
    Recovered(Recovery),
    /// It was brought to a newer schema, and a backup was made before.
    Migrated {
        /// The backup.
        backup: PathBuf,
    },
}

/// How a damaged database was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// Where the damaged file was moved; none if it was missing.
    pub damaged: Option<PathBuf>,
    /// The backup that took its place; none if there was no good one, so that it is empty now.
    pub restored_from: Option<PathBuf>,
    /// When that was.
    pub at: Timestamp,
}

/// What is known of a database file before anything is changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// There is no file.
    Missing,
    /// It can't be read as a database, or its inner checks fail.
    Damaged(String),
    /// A whole database with this schema version.
    Whole(u32),
}

impl Store {
    /// Opens the database in `folder` for reading and writing, and makes it where there is none.
    ///
    /// A damaged file is moved aside, never deleted, and the newest good backup takes its place; an older schema is
    /// brought up to date after a backup; runs that did not end are marked interrupted.
    ///
    /// # Errors
    /// See [`OpenError`]; a newer database is left untouched.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Opened, OpenError> {
        let mut again = OPEN_AGAIN;
        loop {
            match open_with(folder, now, steps()) {
                Err(error) if again > 0 && error.may_pass() => {
                    tracing::warn!(%error, "the database can't be opened yet");
                    again -= 1;
                    thread::sleep(OPEN_PAUSE);
                }
                other => return other,
            }
        }
    }

    /// Whether there is a database in `folder`, whatever its condition.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// Removes the database, its backups and the damaged ones that were moved aside, for good.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], and what the operating system says; what is not removed yet stays as it is.
    pub fn remove(self) -> Result<(), StoreError> {
        let (folder, lock) = self.close()?;
        for item in fs::read_dir(&folder)? {
            let item = item?;
            if item.file_name().to_string_lossy().starts_with(FILE) {
                fs::remove_file(item.path())?;
            }
        }
        match fs::remove_dir_all(backups::folder(&folder)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        // Windows lets nobody remove a folder with a file in it that somebody has open.
        drop(lock);
        fs::remove_file(folder.join(LOCK))?;
        Ok(())
    }

    /// Opens the database in `folder` for reading, beside an engine that may be running: no lock, no writing.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn read_only(folder: &Path) -> Result<Self, OpenError> {
        let file = folder.join(FILE);
        let known = version_of(&steps());
        // Readers beside a writer share a file with it, and make it where there is none.
        match examine(&file, known).map_err(|error| explained(error, folder))? {
            Condition::Missing => Err(OpenError::Missing),
            Condition::Damaged(how) => Err(OpenError::Damaged(how)),
            Condition::Whole(found) if found < known => Err(OpenError::NotMigrated { found, known }),
            Condition::Whole(_) => Ok(Self::reader_of(folder.to_owned(), file)),
        }
    }

    /// The schema version of the database: how many steps it went through.
    pub fn schema_version(&self) -> Result<u32, StoreError> {
        self.read(|tx| Ok(tx.query_row("PRAGMA user_version", [], |row| row.get(0))?))
    }
}

fn open_with(folder: &Path, now: Timestamp, steps: Vec<M<'static>>) -> Result<Opened, OpenError> {
    let lock = lock(folder)?;
    open_locked(folder, lock, now, steps).map_err(|error| explained(error, folder))
}

/// The same error, unless what is behind it is that nothing can be written or that another program holds a file.
fn explained(error: OpenError, folder: &Path) -> OpenError {
    // SQLite does not say why; the system does.
    let why = match &error {
        OpenError::Io(error) => behind(error, folder),
        OpenError::Sql(error) if OpenError::is_of_the_disk(error) => {
            try_writing(folder).err().and_then(|error| behind(&error, folder))
        }
        _ => None,
    };
    why.unwrap_or(error)
}

/// What the system's refusal means, where somebody can do something about it.
fn behind(error: &io::Error, folder: &Path) -> Option<OpenError> {
    match error.kind() {
        _ if is_held(error) => Some(OpenError::Busy),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Some(OpenError::NotWritable(folder.to_owned())),
        _ => None,
    }
}

/// Whether files can be made in the folder, and the database in it be changed; nothing of it is.
fn try_writing(folder: &Path) -> io::Result<()> {
    let probe = folder.join(format!("{FILE}.probe"));
    File::create(&probe).and_then(|_| fs::remove_file(&probe))?;
    for part in ["", "-wal", "-shm"] {
        match OpenOptions::new().read(true).write(true).open(beside(&folder.join(FILE), part)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn open_locked(folder: &Path, lock: File, now: Timestamp, steps: Vec<M<'static>>) -> Result<Opened, OpenError> {
    let file = folder.join(FILE);
    let known = version_of(&steps);
    let mut recovery = None;
    let mut condition = examine(&file, known)?;
    // A missing or empty file beside backups or damaged files was lost: it is not the first start.
    let lost = matches!(condition, Condition::Missing | Condition::Whole(0)) && had_one_before(folder)?;
    if lost || matches!(condition, Condition::Damaged(_)) {
        let recovered = recover(folder, &file, known, now)?;
        condition = examine(&file, known)?;
        recovery = Some(recovered);
    }

    let mut backup = None;
    if let Condition::Whole(found) = condition
        && found > 0
        && found < known
    {
        backup = Some(backup_into(&open_reader(&file)?, &backups::folder(folder), now)?);
    }
    let mut writer = open_writer(&file)?;
    Migrations::new(steps).to_latest(&mut writer).map_err(|error| match error {
        // Another program is in the way, or the file can't be written: that says nothing of the step.
        rusqlite_migration::Error::RusqliteError { err, .. } if OpenError::is_of_the_disk(&err) => err.into(),
        other => OpenError::Migration(other),
    })?;
    begin(&mut writer, recovery.as_ref(), now)?;
    let notice = recovery.map(Notice::Recovered).or(backup.map(|backup| Notice::Migrated { backup }));
    Ok(Opened { store: Store::writer_of(folder.to_owned(), file, writer, lock), notice })
}

fn version_of(steps: &[M<'static>]) -> u32 {
    u32::try_from(steps.len()).unwrap_or(u32::MAX)
}

/// Keeps other processes out for as long as the file is open; the operating system releases it when the process ends,
/// however it ends.
fn lock(folder: &Path) -> Result<File, OpenError> {
    let not_writable = |error: io::Error| behind(&error, folder).unwrap_or(OpenError::Io(error));
    fs::create_dir_all(folder).map_err(not_writable)?;
    let lock =
        OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(LOCK)).map_err(not_writable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked),
        Err(TryLockError::Error(error)) => Err(OpenError::Io(error)),
    }
}

/// Looks at the file without changing it. Only what SQLite calls damage is damage: any other failure is an error and
/// never means "empty".
///
/// # Errors
/// [`OpenError::TooNew`] before anything else is looked at.
pub(crate) fn examine(file: &Path, known: u32) -> Result<Condition, OpenError> {
    let length = match fs::metadata(file) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Condition::Missing),
        Err(error) => return Err(error.into()),
    };
    // SQLite would throw away the log of an empty file, and with it all that was written since.
    if length == 0 && fs::metadata(beside(file, "-wal")).is_ok_and(|log| log.len() > 0) {
        return Ok(Condition::Damaged("the file is empty beside its log".to_owned()));
    }
    match check(file) {
        Ok((found, _)) if found > known => Err(OpenError::TooNew { found, known }),
        Ok((found, None)) => Ok(Condition::Whole(found)),
        Ok((_, Some(how))) => Ok(Condition::Damaged(how)),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Ok(Condition::Damaged(error.to_string())),
            _ => Err(error.into()),
        },
    }
}

/// The schema version, and the first fault that SQLite's own check finds.
fn check(file: &Path) -> rusqlite::Result<(u32, Option<String>)> {
    let connection = open_reader(file)?;
    let version = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i32>(0))?;
    let verdict = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    let verdict = match verdict {
        Err(error) if error.sqlite_error_code() != Some(ErrorCode::DatabaseCorrupt) => return Err(error),
        Err(error) => error.to_string(),
        Ok(verdict) => verdict,
    };
    Ok((u32::try_from(version).unwrap_or(0), (verdict != "ok").then_some(verdict)))
}

fn had_one_before(folder: &Path) -> Result<bool, OpenError> {
    if !backups::all(&backups::folder(folder))?.is_empty() {
        return Ok(true);
    }
    for item in fs::read_dir(folder)? {
        if item?.file_name().to_string_lossy().starts_with(&format!("{FILE}.damaged-")) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Moves the damaged file aside with its log, and puts the newest good backup in its place.
fn recover(folder: &Path, file: &Path, known: u32, now: Timestamp) -> Result<Recovery, OpenError> {
    let restored_from = newest_good(&backups::folder(folder), known)?;
    // Copied first: a full disk leaves the damaged file where it is.
    let copy = beside(file, ".restoring");
    if let Some(backup) = &restored_from {
        fs::copy(backup, &copy)?;
        // For writing, because Windows flushes no other file.
        File::options().write(true).open(&copy)?.sync_all()?;
    }
    let aside = beside(file, &format!(".damaged-{}", now.strftime("%Y%m%dT%H%M%SZ")));
    let mut damaged = None;
    // The file goes first: if this ends half-way, the next start finds no file, never an older state without its log.
    for part in ["", "-wal", "-shm"] {
        match fs::rename(beside(file, part), beside(&aside, part)) {
            Ok(()) if part.is_empty() => damaged = Some(aside.clone()),
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    if restored_from.is_some() {
        fs::rename(&copy, file)?;
    }
    tracing::error!(code = "store.recovered", restored = restored_from.is_some(), "the database was damaged or lost");
    Ok(Recovery { damaged, restored_from, at: now })
}

/// `file` with `suffix` after its name.
pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// What every opening writes: that it was recovered, and which runs were interrupted.
fn begin(writer: &mut Connection, recovery: Option<&Recovery>, now: Timestamp) -> Result<(), StoreError> {
    let tx = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if let Some(recovery) = recovery {
        tx.execute(
            "INSERT OR REPLACE INTO settings (key, value, changed_at) VALUES (?, ?, ?)",
            params![RECOVERED, json(recovery)?, time(now)],
        )?;
        let detail = if recovery.restored_from.is_some() { "a backup was restored" } else { "no backup was there" };
        note(&tx, &Note { run: None, what: Subject::Database, subject: "recovered", state: None, detail }, now)?;
    }
    let interrupted: Vec<RunId> = tx
        .prepare("UPDATE runs SET finished_at = ?, interrupted = 1 WHERE finished_at IS NULL RETURNING id")?
        .query_map([time(now)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for run in interrupted {
        let subject = run.number().to_string();
        let detail = "the program ended before the run did";
        note(&tx, &Note { run: Some(run), what: Subject::Run, subject: &subject, state: None, detail }, now)?;
    }
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn an_older_schema_is_backed_up_and_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        let store = Store::open(folder.path(), now).unwrap().store;
        store.set_setting("kept", &7, "a test", now).unwrap();
        drop(store);
        let known = version_of(&steps());

        let later = [M::up("CREATE TABLE later (id INTEGER)"), M::up("ALTER TABLE later ADD b TEXT")];
        let opened = open_with(folder.path(), now, steps().into_iter().chain(later).collect()).unwrap();
        let Some(Notice::Migrated { backup }) = opened.notice else { panic!("no backup was made") };
        assert_eq!(opened.store.setting("kept").unwrap(), Some(7));
        assert_eq!(examine(&backup, known).unwrap(), Condition::Whole(known));
        assert_eq!(examine(&folder.path().join(FILE), known + 2).unwrap(), Condition::Whole(known + 2));
        drop(opened.store);
        let Err(OpenError::TooNew { found, .. }) = Store::open(folder.path(), now) else { panic!("a newer one opens") };
        assert_eq!(found, known + 2);
    }

    #[test]
    fn a_step_that_fails_leaves_the_older_schema() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        drop(Store::open(folder.path(), now).unwrap());
        let known = version_of(&steps());
        let later = [M::up("CREATE TABLE later (id INTEGER)"), M::up("THIS IS NO SQL")];
        let steps = steps().into_iter().chain(later).collect();
        assert!(matches!(open_with(folder.path(), now, steps), Err(OpenError::Migration(_))));
        assert_eq!(examine(&folder.path().join(FILE), known).unwrap(), Condition::Whole(known));
        let again = Store::open(folder.path(), now).unwrap();
        assert_eq!(again.notice, None);
    }

    /// The tables and columns of a database that hold something, with how many rows: what a step may add to and never lose.
    fn rows(file: &Path) -> BTreeMap<String, u32> {
        let connection = open_reader(file).unwrap();
        let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let mut tables = connection.prepare(tables).unwrap();
        let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        let count =
            |table: &String| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0));
        names.into_iter().map(|table| (table.clone(), count(&table).unwrap())).collect()
    }

    /// A folder with the database that a program of this version left: the first version's, brought up step by step.
    fn of_version(version: usize) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        fs::write(&file, include_bytes!("../tests/fixtures/first.db")).unwrap();
        let steps = steps().into_iter().take(version).collect();
        Migrations::new(steps).to_latest(&mut open_writer(&file).unwrap()).unwrap();
        folder
    }

    #[test]
    fn a_database_of_every_earlier_version_is_backed_up_and_opens_with_all_it_holds() {
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        let known = version_of(&steps());
        let newest = of_version(steps().len());
        drop(Store::open(newest.path(), now).unwrap());
        let expected = rows(&newest.path().join(FILE));
        for version in 1..known {
            let folder = of_version(usize::try_from(version).unwrap());
            let file = folder.path().join(FILE);
            let before = rows(&file);
            let refused = Store::read_only(folder.path()).map(|_| ());
            assert!(matches!(refused, Err(OpenError::NotMigrated { found, .. }) if found == version), "{refused:?}");
            let opened = Store::open(folder.path(), now).unwrap();
            let Some(Notice::Migrated { backup }) = opened.notice else { panic!("version {version}: no backup") };
            assert_eq!(opened.store.schema_version().unwrap(), known);
            assert!(matches!(opened.store.verify_audit().unwrap(), crate::AuditCheck::Whole { .. }));
            let detail = opened.store.entries(&crate::EntryFilter::default()).unwrap();
            assert_eq!(
                detail.iter().map(|row| row.state.as_str()).collect::<Vec<_>>(),
                ["posted"],
                "version {version}"
            );
            drop(opened.store);
            assert_eq!(rows(&file), expected, "version {version}");
            // The backup is what an older program goes on with.
            assert_eq!(examine(&backup, version).unwrap(), Condition::Whole(version));
            assert_eq!(rows(&backup), before, "version {version}");
        }
    }

    #[test]
    fn a_step_that_is_killed_half_way_leaves_the_older_schema_and_is_done_at_the_next_start() {
        const FOLDER: &str = "STORE_TEST_KILLED_STEP";
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        let killed: fn(&rusqlite::Transaction<'_>) -> rusqlite_migration::HookResult = |_| std::process::abort();
        let known = version_of(&steps());
        let later = |killing: bool| {
            let change = M::up("ALTER TABLE settings ADD COLUMN later TEXT; UPDATE settings SET later = 'x'");
            let last = "CREATE TABLE last (id INTEGER)";
            let last = if killing { M::up_with_hook(last, killed) } else { M::up(last) };
            steps().into_iter().chain([change, last]).collect()
        };
        if let Some(folder) = std::env::var_os(FOLDER) {
            // The process that is killed, after everything was changed and before any of it counts.
            let _ = open_with(Path::new(&folder), now, later(true));
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), now).unwrap().store;
        store.set_setting("kept", &7, "a test", now).unwrap();
        drop(store);
        let own = "open::tests::a_step_that_is_killed_half_way_leaves_the_older_schema_and_is_done_at_the_next_start";
        let ended = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", own])
            .env(FOLDER, folder.path())
            .output()
            .unwrap();
        assert!(!ended.status.success(), "it was not killed: {}", String::from_utf8_lossy(&ended.stdout));
        assert_eq!(examine(&folder.path().join(FILE), known).unwrap(), Condition::Whole(known));
        let opened = Store::open(folder.path(), now).unwrap();
        assert_eq!(
            (opened.notice, opened.store.setting("kept").unwrap()),
            (None, Some(7)),
            "the older program goes on"
        );
        drop(opened.store);
        let opened = open_with(folder.path(), now, later(false)).unwrap();
        assert!(matches!(opened.notice, Some(Notice::Migrated { .. })));
        assert_eq!(opened.store.setting("kept").unwrap(), Some(7));
        assert_eq!(opened.store.schema_version().unwrap(), known + 2);
    }
}
