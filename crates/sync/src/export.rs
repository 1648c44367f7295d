//! Export: entries and the tie-out as files for the accountant, as a table for a spreadsheet (CSV) or as pages (PDF).
//!
//! A table has plain ISO dates and decimal points whatever the language, because it is to be computed with; pages have them
//! as people of the language write them. Asking where a file goes is the window's affair. A file appears whole or not at
//! all: it is written beside its place and moved there when it is done.

mod entries;
mod locale;
mod pages;
mod table;
mod tie_out;

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    ops::ControlFlow,
    path::Path,
};

use books::document::Shop;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};
use tempfile::NamedTempFile;

pub use entries::{MOST_IN_PDF, export_entries};
pub use tie_out::export_tie_out;

use crate::{
    api::ApiError,
    company::Pairing,
    messages::{Language, Message},
};

/// The form of an exported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// A table: comma-separated values in UTF-8, with the mark at the beginning by which Excel knows that.
    Csv,
    /// Pages to print or to send.
    Pdf,
}

/// How something is exported.
pub struct Export<'a> {
    /// The form of the file.
    pub format: ExportFormat,
    /// The language of its words, and of dates and numbers on pages.
    pub language: Language,
    /// The time, to be printed on pages.
    pub now: Timestamp,
    /// Is told how many of how many are done, and may break it off.
    pub progress: &'a dyn Fn(u32, u32) -> ControlFlow<()>,
}

/// How an export ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Exported {
    /// The file is there.
    Written,
    /// It was broken off, and there is no file.
    Cancelled,
}

/// What went wrong on the way to a file.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Disk(#[from] io::Error),
    #[error("{0}")]
    Pages(String),
    #[error("there are too many")]
    TooMany { entries: u32, most: u32 },
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        Self::Disk(error.into())
    }
}

impl Failure {
    fn told(self, to: &Path) -> ApiError {
        match self {
            Self::Store(error) => error.into(),
            Self::TooMany { entries, most } => {
                ApiError::new(Message::new("export.too_many").with("entries", entries).with("most", most))
            }
            Self::Disk(error) => not_written(to, &error),
            Self::Pages(problem) => not_written(to, &problem),
        }
    }
}

fn not_written(to: &Path, problem: &impl ToString) -> ApiError {
    ApiError::new(Message::new("export.not_written").with("file", to.display()).with("problem", problem.to_string()))
}

/// Has `write` fill a file that is moved to its place once it is whole.
fn into_file(
    to: &Path,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> Result<Exported, Failure>,
) -> Result<Exported, ApiError> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = || {
        let mut file = NamedTempFile::new_in(folder)?;
        let mut buffer = BufWriter::new(file.as_file_mut());
        if write(&mut buffer)? == Exported::Cancelled {
            return Ok(Exported::Cancelled);
        }
        buffer.flush()?;
        drop(buffer);
        file.persist(to).map_err(|error| error.error)?;
        Ok(Exported::Written)
    };
    whole().map_err(|failure: Failure| failure.told(to))
}

impl Export<'_> {
    fn words(&self, code: &str) -> String {
        Message::new(code).text(self.language)
    }
}

/// Whose figures these are, as every page says.
struct Letterhead {
    shop: String,
    /// The company file's name, without its folder.
    company_file: String,
    zone: TimeZone,
}

impl Letterhead {
    fn of(store: &Store) -> Result<Self, StoreError> {
        let shop = store.setting::<Shop>("shop")?;
        let pairing = store.setting::<Pairing>("pairing")?;
        let zone = shop.as_ref().and_then(|shop| TimeZone::get(&shop.time_zone).ok()).unwrap_or(TimeZone::UTC);
        let file = pairing.map(|pairing| pairing.file_name).unwrap_or_default();
        let company_file = file.rsplit(['\\', '/']).next().unwrap_or_default().to_owned();
        Ok(Self { shop: shop.map(|shop| shop.name).unwrap_or_default(), company_file, zone })
    }
}
