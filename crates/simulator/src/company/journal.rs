//! The company file on disk: an append-only journal. The first line is the set-up, each further line one accepted
//! message set; opening the file carries them out again. A line counts once its line end is there, so a kill at any
//! byte loses at most the set that was never answered.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::setup::Setup;

/// What the first line says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    /// Tells everybody who opens the file what it is.
    pub notice: String,
    pub format: u32,
    pub created: DateTime,
    pub setup: Setup,
}

/// The notice and the format that this version writes.
pub(crate) const NOTICE: &str = "SIMULATED QuickBooks: not a real company file";
pub(crate) const FORMAT: u32 = 1;

/// What happened to a company, in order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Record {
    /// A message set that changed something.
    Set {
        at: DateTime,
        text: String,
        /// False when the answer could not be kept (9005).
        keep: bool,
        /// The answer, of sets that have an ID.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        answer: Option<String>,
    },
    /// Somebody at the QuickBooks window set or lifted the closing date.
    ClosingDate { date: Option<jiff::civil::Date> },
}

/// A file that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Reading or writing failed.
    #[error("company file: {0}")]
    Io(#[from] std::io::Error),
    /// Another process has the file open.
    #[error("company file: in use by another process")]
    InUse,
    /// A line inside the file, not its end, is damaged.
    #[error("company file: line {line} is damaged: {source}")]
    Damaged {
        /// Line number, from 1.
        line: usize,
        /// What the reader says.
        source: serde_json::Error,
    },
    /// The file has no first line: it is empty or not a simulated company file.
    #[error("company file: not a simulated company file")]
    NoHeader,
    /// The file was written by another version.
    #[error("company file: format {0} is not known")]
    Format(u32),
}

/// An open company file, locked against other processes.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    /// Whether each set is flushed to the disk before it is answered.
    pub durable: bool,
}

impl Journal {
    /// Makes a new file; it must not exist.
    pub fn create(path: &Path, header: &Header) -> Result<Self, JournalError> {
        let file = OpenOptions::new().read(true).append(true).create_new(true).open(path)?;
        lock(&file)?;
        let mut journal = Self { file, durable: true };
        journal.write(header)?;
        Ok(journal)
    }

    /// Opens a file and reads its first line; the records are read as they are asked for.
    pub fn open(path: &Path) -> Result<(Self, Header, Records), JournalError> {
        let mut file = OpenOptions::new().read(true).append(true).open(path)?;
        lock(&file)?;
        file.seek(SeekFrom::Start(0))?;
        let reader = BufReader::new(file.try_clone()?);
        let mut records = Records { reader, line: 0, end: 0, text: Vec::new() };
        if !records.advance()? {
            return Err(JournalError::NoHeader);
        }
        let header: Header = serde_json::from_slice(&records.text).map_err(|_| JournalError::NoHeader)?;
        if header.format != FORMAT {
            return Err(JournalError::Format(header.format));
        }
        Ok((Self { file, durable: true }, header, records))
    }

    /// Adds one record; it is safe once this returns.
    pub fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        self.write(record)
    }

    /// Lets another handle of the file be opened; this one must not be written through any more.
    pub fn unlock(&self) -> Result<(), JournalError> {
        Ok(self.file.unlock()?)
    }

    fn write(&mut self, value: &impl Serialize) -> Result<(), JournalError> {
        let mut line = serde_json::to_vec(value).map_err(std::io::Error::from)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        if self.durable {
            self.file.sync_data()?;
        }
        Ok(())
    }
}

/// The records of a file, one at a time: a year of orders does not fit into memory as text.
#[derive(Debug)]
pub(crate) struct Records {
    reader: BufReader<File>,
    /// Number of the present line, from 1.
    line: usize,
    /// Where the present line ends in the file.
    end: u64,
    text: Vec<u8>,
}

impl Records {
    /// Reads the next line; false at the end. A last line without its end was never answered and is cut off.
    fn advance(&mut self) -> Result<bool, JournalError> {
        self.text.clear();
        let length = self.reader.read_until(b'\n', &mut self.text)?;
        if self.text.ends_with(b"\n") {
            self.line += 1;
            self.end += length as u64;
            return Ok(true);
        }
        if length > 0 {
            let file = self.reader.get_ref();
            file.set_len(self.end)?;
            file.sync_all()?;
        }
        Ok(false)
    }
}

impl Iterator for Records {
    type Item = Result<Record, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(true) => Some(
                serde_json::from_slice(&self.text).map_err(|source| JournalError::Damaged { line: self.line, source }),
            ),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

fn lock(file: &File) -> Result<(), JournalError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => Err(JournalError::InUse),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}
