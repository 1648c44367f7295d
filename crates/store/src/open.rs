//! Opening: one process, a whole file, the right schema — and no data lost on the way (MODELS.md 3.4).

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, params};
use rusqlite_migration::{HookError, M, Migrations};
use serde::{Deserialize, Serialize};

use crate::{
    audit::{Note, Subject, note},
    backups::{self, backup_into, newest_good},
    connections::{Store, open_reader, open_writer},
    error::{OpenError, StoreError},
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
    ]
}

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
        open_with(folder, now, steps())
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
        match examine(&file, known).map_err(|error| told(error, &file))? {
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
    let lock = lock(folder).map_err(|error| told(error, &folder.join(LOCK)))?;
    let file = folder.join(FILE);
    open_locked(folder, &file, lock, now, steps).map_err(|error| told(error, &file))
}

fn open_locked(
    folder: &Path,
    file: &Path,
    lock: File,
    now: Timestamp,
    steps: Vec<M<'static>>,
) -> Result<Opened, OpenError> {
    let known = version_of(&steps);
    let mut recovery = None;
    let mut condition = examine(file, known)?;
    // A missing or empty file beside backups or damaged files was lost: it is not the first start.
    let lost = matches!(condition, Condition::Missing | Condition::Whole(0)) && had_one_before(folder)?;
    if lost || matches!(condition, Condition::Damaged(_)) {
        let recovered = recover(folder, file, known, now)?;
        condition = examine(file, known)?;
        recovery = Some(recovered);
    }

    let mut backup = None;
    if let Condition::Whole(found) = condition
        && found > 0
        && found < known
    {
        backup = Some(backup_into(&open_reader(file)?, &backups::folder(folder), now)?);
    }
    let mut writer = open_writer(file)?;
    Migrations::new(steps).to_latest(&mut writer).map_err(OpenError::Migration)?;
    begin(&mut writer, recovery.as_ref(), now).map_err(|error| match error {
        StoreError::Sql(error) => OpenError::Sql(error),
        other => OpenError::Io(io::Error::other(other)),
    })?;
    let notice = recovery.map(Notice::Recovered).or(backup.map(|backup| Notice::Migrated { backup }));
    Ok(Opened { store: Store::writer_of(folder.to_owned(), file.to_owned(), writer, lock), notice })
}

fn version_of(steps: &[M<'static>]) -> u32 {
    u32::try_from(steps.len()).unwrap_or(u32::MAX)
}

/// Keeps other processes out for as long as the file is open; the operating system releases it when the process ends,
/// however it ends.
fn lock(folder: &Path) -> Result<File, OpenError> {
    fs::create_dir_all(folder)?;
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked),
        Err(TryLockError::Error(error)) => Err(OpenError::Io(error)),
    }
}

/// What somebody can do something about, out of what SQLite and the system say of `file`.
fn told(error: OpenError, file: &Path) -> OpenError {
    let by_system = |error: &io::Error| match error.kind() {
        _ if is_held(error) => Some(OpenError::InUse(file.to_owned())),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Some(OpenError::NotWritable(file.parent().unwrap_or(file).to_owned()))
        }
        _ => None,
    };
    let better = match &error {
        OpenError::Io(error) => by_system(error),
        OpenError::Sql(error) => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Some(OpenError::InUse(file.to_owned())),
            // SQLite does not say why; the system does.
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly) => {
                let asked = |part| File::options().read(true).write(true).open(beside(file, part)).err();
                ["", "-wal", "-shm"].into_iter().filter_map(asked).find_map(|error| by_system(&error))
            }
            _ => None,
        },
        _ => None,
    };
    better.unwrap_or(error)
}

/// Windows lets a program keep a file from all others: ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33))
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
}
