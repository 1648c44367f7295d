//! The connections: one writer behind a lock, and readers that never wait for it.

use std::{
    fmt,
    fs::File,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::{OpenError, StoreError};

/// How long a connection waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements kept prepared by each connection: more than this crate has.
const STATEMENTS: usize = 128;

/// Readers kept open while idle.
const IDLE_READERS: usize = 4;

/// The database of one installation: documents, entries, links, runs, settings and the audit.
///
/// It may be shared between threads: writings queue up for the one writer, readings see what was committed last and
/// never wait for a writing.
#[derive(Debug)]
pub struct Store {
    pub(crate) folder: PathBuf,
    file: PathBuf,
    writer: Option<Mutex<Connection>>,
    readers: Mutex<Vec<Connection>>,
    listener: OnceLock<Listener>,
    /// Kept open, because closing it lets another process in.
    lock: Option<File>,
}

/// Is called after each writing.
struct Listener(Box<dyn Fn() + Send + Sync>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

impl Store {
    /// A store that reads only.
    pub(crate) fn reader_of(folder: PathBuf, file: PathBuf) -> Self {
        Self { folder, file, writer: None, readers: Mutex::default(), listener: OnceLock::new(), lock: None }
    }

    /// A store that reads and writes; `writer` is ready for use.
    pub(crate) fn writer_of(folder: PathBuf, file: PathBuf, writer: Connection, lock: File) -> Self {
        Self {
            folder,
            file,
            writer: Some(Mutex::new(writer)),
            readers: Mutex::default(),
            listener: OnceLock::new(),
            lock: Some(lock),
        }
    }

    /// Has `listener` called after each writing that came to its end, on the thread that wrote; it must be quick. The first
    /// listener stays.
    pub fn on_writing(&self, listener: impl Fn() + Send + Sync + 'static) {
        self.listener.get_or_init(|| Listener(Box::new(listener)));
    }

    /// Closes every connection and gives the folder, and the lock that keeps other processes out of it.
    pub(crate) fn close(self) -> Result<(PathBuf, File), StoreError> {
        let Self { folder, lock, .. } = self;
        Ok((folder, lock.ok_or(StoreError::ReadOnly)?))
    }

    /// Does `work` in one transaction that holds the write lock from its beginning. When it returns, everything is on
    /// the disk; when it fails, nothing was done.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.writer()?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        drop(connection);
        if let Some(Listener(listener)) = self.listener.get() {
            listener();
        }
        Ok(done)
    }

    /// The writer's connection, for what can't be done in a transaction.
    pub(crate) fn writer(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        // A panic in another thread rolled its transaction back: the connection is as good as before.
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does `work` on one state of the database.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.reader()?;
        let done = work(&connection.transaction()?)?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        Ok(done)
    }

    /// A reader of the caller's own.
    pub(crate) fn reader(&self) -> Result<Connection, StoreError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(match idle {
            Some(connection) => connection,
            None => open_reader(&self.file)?,
        })
    }
}

/// A connection that can't write.
pub(crate) fn open_reader(file: &Path) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    prepare(&connection)?;
    Ok(connection)
}

/// The connection that writes; makes the file where there is none.
///
/// # Errors
/// [`OpenError::NotDurable`] unless write-ahead logging and full synchronisation are on (DESIGN.md 4).
pub(crate) fn open_writer(file: &Path) -> Result<Connection, OpenError> {
    let connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&connection)?;
    let journal: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")?;
    let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    if journal != "wal" || synchronous != 2 {
        return Err(OpenError::NotDurable(format!("journal_mode {journal}, synchronous {synchronous}")));
    }
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}
