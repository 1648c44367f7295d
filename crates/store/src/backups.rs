//! Backups: whole copies of the database in a folder beside it.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use rusqlite::Connection;

use crate::{
    Store,
    error::{OpenError, StoreError},
    open::{Condition, beside, examine},
};

/// How many are kept.
const KEPT: usize = 3;

const PREFIX: &str = "tillbridge-";
const SUFFIX: &str = ".db";

/// How a backup's name tells its time.
const TIME: &str = "%Y%m%dT%H%M%S%3fZ";

/// Where the backups of the database in `data` are.
pub(crate) fn folder(data: &Path) -> PathBuf {
    data.join("backups")
}

/// All backups in `folder`, oldest first; their names tell their times.
pub(crate) fn all(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let items = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for item in items {
        let item = item?;
        let name = item.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
            found.push(item.path());
        }
    }
    found.sort();
    Ok(found)
}

/// The time that a backup's name tells.
fn named_at(backup: &Path) -> Option<Timestamp> {
    let name = backup.file_name()?.to_str()?;
    let time = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    DateTime::strptime(TIME, time).ok()?.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp())
}

/// The newest backup that is whole and not newer than this program.
pub(crate) fn newest_good(folder: &Path, known: u32) -> Result<Option<PathBuf>, OpenError> {
    for backup in all(folder)?.into_iter().rev() {
        match examine(&backup, known) {
            Ok(Condition::Whole(1..)) => return Ok(Some(backup)),
            Ok(_) | Err(OpenError::TooNew { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Writes a backup into `folder` and drops the oldest ones.
pub(crate) fn backup_into(connection: &Connection, folder: &Path, now: Timestamp) -> Result<PathBuf, OpenError> {
    fs::create_dir_all(folder)?;
    // A clock that was set back must not make the newest backup the oldest one: that is the one which would be dropped.
    let newest = all(folder)?.last().and_then(|newest| named_at(newest));
    let at = newest.map_or(now, |newest| now.max(newest + SignedDuration::from_millis(1)));
    let backup = folder.join(format!("{PREFIX}{}{SUFFIX}", at.strftime(TIME)));
    copy_to(connection, &backup)?;
    let found = all(folder)?;
    for old in found.iter().take(found.len().saturating_sub(KEPT)) {
        fs::remove_file(old)?;
    }
    Ok(backup)
}

/// Copies the whole database into the file `to`, which appears only once it is complete.
fn copy_to(connection: &Connection, to: &Path) -> Result<(), OpenError> {
    let part = beside(to, ".part");
    match fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let name = part.to_str().ok_or_else(|| OpenError::NotWritable(part.clone()))?;
    connection.execute("VACUUM INTO ?", [name])?;
    File::options().write(true).open(&part)?.sync_all()?;
    fs::rename(part, to)?;
    Ok(())
}

/// A backup as it lies on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its file's name.
    pub name: String,
    /// When it was made.
    pub at: Timestamp,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Store {
    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The backups in the data folder, those that stay for good too, the latest first.
    pub fn backups(&self) -> Result<Vec<Backup>, StoreError> {
        let items = match fs::read_dir(folder(&self.folder)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut backups = Vec::new();
        for item in items {
            let item = item?;
            let name = item.file_name().to_string_lossy().into_owned();
            if name.ends_with(SUFFIX) {
                let about = item.metadata()?;
                let at = Timestamp::try_from(about.modified()?).unwrap_or_default();
                backups.push(Backup { name, at, bytes: about.len() });
            }
        }
        backups.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| other.name.cmp(&one.name)));
        Ok(backups)
    }

    /// Writes a backup that stays until somebody removes it, beside the others; `why` begins its name. Returns where it is.
    pub fn backup_for_good(&self, why: &str, now: Timestamp) -> Result<PathBuf, StoreError> {
        let folder = folder(&self.folder);
        fs::create_dir_all(&folder)?;
        self.backup(Some(&folder.join(format!("{why}-{}{SUFFIX}", now.strftime(TIME)))), now)
    }

    /// Writes a backup to the file `to`, or without one into the data folder's own backups, of which the newest three
    /// are kept. Returns where it is. A file that is there already is replaced.
    pub fn backup(&self, to: Option<&Path>, now: Timestamp) -> Result<PathBuf, StoreError> {
        let connection = self.reader()?;
        let made = match to {
            Some(to) => copy_to(&connection, to).map(|()| to.to_owned()),
            None => backup_into(&connection, &folder(&self.folder), now),
        };
        made.map_err(|error| match error {
            OpenError::Busy => StoreError::Busy,
            OpenError::Sql(error) => error.into(),
            OpenError::Io(error) => error.into(),
            other => StoreError::Io(io::Error::other(other)),
        })
    }
}
