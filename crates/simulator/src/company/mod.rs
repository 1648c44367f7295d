//! A simulated QuickBooks company file.
//!
//! [`Company::process`] takes a qbXML document and answers as QuickBooks does (PROTOCOL.md c): it refuses what the
//! schema refuses, keeps names unique, checks references and EditSequences, keeps message-set answers for error
//! recovery, and books every transaction by double entry, with stock at average cost. The books are in one file and
//! survive a kill at any moment.
//!
//! What differs from the real one: stock is costed when a sale is booked and not again when something earlier
//! changes; one application is assumed; units of measure, bins of inventory sites and the booking of other currencies
//! are off; bills are not paid, so that vendor credits stay whole; group lines, links from orders to invoices and item
//! lines of checks are refused as features that are off (3250); reports are on accrual basis.

mod about;
mod adjustments;
mod books;
mod chart;
mod credits;
mod crowd;
mod data_ext;
mod envelope;
mod form;
mod ids;
mod index;
mod journal;
mod kinds;
mod leaf;
mod ledger;
mod lists;
mod merge;
mod opening;
mod packed;
mod payments;
mod postings;
mod purchase_orders;
mod purchases;
mod query;
mod recovery;
mod references;
mod refunds;
mod report;
mod sales;
mod schema;
mod setup;
mod sites;
mod status;
mod stock;
mod transactions;
mod view;
pub(crate) mod xml;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use books::Books;
use envelope::MessageSet;
use journal::{FORMAT, Header, Journal, NOTICE, Record};
use query::Iterators;
use recovery::Recovery;
use schema::Schema;

pub use ids::{LineId, ListId, TxnId};
pub use journal::JournalError;
pub use schema::SchemaError;
pub use setup::{AccountSetup, Capacities, Crowd, Edition, Setup};
pub use status::HResultError;
pub use view::{Posting, StockView, TransactionView};

/// What every screen that shows a simulated company must say.
pub const SIMULATED: &str = NOTICE;

/// A company file can't be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum CompanyError {
    /// The file.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// This crate's own table of qbXML.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A message set in the file is not one that this version would have taken.
    #[error("company file: a message set in it is refused: {0}")]
    Replay(#[from] HResultError),
    /// The set-up names a time zone that does not exist.
    #[error("time zone {0} is not known")]
    TimeZone(String),
    /// The set-up has a list element that QuickBooks would not take.
    #[error("set-up: {0}")]
    Setup(String),
}

type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// An open company file. Only one process can have it open.
pub struct Company {
    path: PathBuf,
    schema: &'static Schema,
    zone: TimeZone,
    clock: Clock,
    journal: Journal,
    books: Books,
    recovery: Recovery,
    iterators: Iterators,
    keep_answers: bool,
    /// Set when a write failed: memory is ahead of the file, so nothing more may be answered.
    broken: bool,
}

impl std::fmt::Debug for Company {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Company").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Company {
    /// Makes a new company file; `path` must not exist yet.
    pub fn create(path: &Path, setup: Setup) -> Result<Self, CompanyError> {
        Self::create_at(path, setup, Box::new(Timestamp::now))
    }

    /// As [`Self::create`], with a clock of the caller's.
    pub fn create_with_clock(
        path: &Path,
        setup: Setup,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Result<Self, CompanyError> {
        Self::create_at(path, setup, Box::new(clock))
    }

    fn create_at(path: &Path, setup: Setup, clock: Clock) -> Result<Self, CompanyError> {
        let zone = zone_of(&setup)?;
        let created = wall_time(&zone, clock());
        let header = Header { notice: NOTICE.to_owned(), format: FORMAT, created, setup };
        let books = founded(&header, &zone)?;
        let journal = Journal::create(path, &header)?;
        Self::assemble(path, journal, books, zone, clock)
    }

    /// Opens a company file and carries out again what it says.
    pub fn open(path: &Path) -> Result<Self, CompanyError> {
        Self::open_at(path, Box::new(Timestamp::now))
    }

    /// As [`Self::open`], with a clock of the caller's.
    pub fn open_with_clock(
        path: &Path,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Result<Self, CompanyError> {
        Self::open_at(path, Box::new(clock))
    }

    fn open_at(path: &Path, clock: Clock) -> Result<Self, CompanyError> {
        let (journal, header, records) = Journal::open(path)?;
        let zone = zone_of(&header.setup)?;
        let books = founded(&header, &zone)?;
        let mut company = Self::assemble(path, journal, books, zone, clock)?;
        for record in records {
            company.replay(record?)?;
        }
        company.end_session();
        Ok(company)
    }

    fn assemble(
        path: &Path,
        journal: Journal,
        books: Books,
        zone: TimeZone,
        clock: Clock,
    ) -> Result<Self, CompanyError> {
        Ok(Self {
            path: path.to_owned(),
            schema: Schema::get()?,
            zone,
            clock,
            journal,
            books,
            recovery: Recovery::default(),
            iterators: Iterators::default(),
            keep_answers: true,
            broken: false,
        })
    }

    fn replay(&mut self, record: Record) -> Result<(), CompanyError> {
        match record {
            Record::ClosingDate { date } => self.books.setup.closing_date = date,
            Record::Set { at, text, keep, answer } => {
                let set = MessageSet::read(self.schema, &text)?;
                self.books.now = at;
                self.recovery.handle(&set, keep, &mut self.books, self.schema, &mut self.iterators);
                if let (Some(id), Some(answer)) = (&set.new_id, answer) {
                    self.recovery.restore(id, &answer);
                }
            }
        }
        Ok(())
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether each message set is flushed to the disk before it is answered (the default). Without it a kill of the
    /// process loses nothing, a power cut may.
    pub fn set_durable(&mut self, durable: bool) {
        self.journal.durable = durable;
    }

    /// Switches the keeping of message-set answers off: sets are carried out and answered with 9005 (PROTOCOL.md c.3).
    pub fn set_keep_answers(&mut self, keep: bool) {
        self.keep_answers = keep;
    }

    /// Sets or lifts the closing date, as the administrator does in QuickBooks' preferences.
    pub fn set_closing_date(&mut self, date: Option<Date>) -> Result<(), CompanyError> {
        self.journal.append(&Record::ClosingDate { date })?;
        self.books.setup.closing_date = date;
        Ok(())
    }

    /// Kills QuickBooks and starts it again: what is in memory is lost, the file is read anew.
    pub fn crash(&mut self) -> Result<(), CompanyError> {
        let durable = self.journal.durable;
        let clock = std::mem::replace(&mut self.clock, Box::new(Timestamp::now));
        self.journal.unlock()?;
        let path = self.path.clone();
        *self = Self::open_at(&path, clock)?;
        self.journal.durable = durable;
        Ok(())
    }

    /// Ends QuickBooks' session: open iterators are lost.
    pub fn end_session(&mut self) {
        self.iterators = Iterators::default();
    }

    /// Takes one whole qbXML document and gives the answer document. When this returns `Ok`, what was written is in
    /// the file.
    ///
    /// # Errors
    /// The document as a whole is refused: nothing of it was carried out.
    pub fn process(&mut self, qbxml: &str) -> Result<String, HResultError> {
        if self.broken {
            return Err(HResultError::new(0x8004_0402, "an earlier write to the company file failed"));
        }
        let set = MessageSet::read(self.schema, qbxml)?;
        self.books.now = wall_time(&self.zone, (self.clock)());
        let handled = self.recovery.handle(&set, self.keep_answers, &mut self.books, self.schema, &mut self.iterators);
        if handled.changed {
            let record = Record::Set {
                at: self.books.now,
                text: qbxml.to_owned(),
                keep: self.keep_answers,
                answer: set.new_id.is_some().then(|| handled.answer.clone()),
            };
            if let Err(error) = self.journal.append(&record) {
                self.broken = true;
                return Err(HResultError::new(0x8004_0402, error.to_string()));
            }
        }
        Ok(handled.answer)
    }
}

fn zone_of(setup: &Setup) -> Result<TimeZone, CompanyError> {
    TimeZone::get(&setup.time_zone).map_err(|_| CompanyError::TimeZone(setup.time_zone.clone()))
}

/// QuickBooks' clock has whole seconds.
fn wall_time(zone: &TimeZone, now: Timestamp) -> DateTime {
    let wall = zone.to_datetime(now);
    wall.with().subsec_nanosecond(0).build().unwrap_or(wall)
}

/// The books of a new company: its set-up, made through the same door as every later element.
fn founded(header: &Header, zone: &TimeZone) -> Result<Books, CompanyError> {
    let winter = jiff::civil::date(header.created.year(), 1, 1).at(0, 0, 0, 0);
    let seconds = zone.to_zoned(winter).map_or(0, |zoned| zoned.offset().seconds());
    let sign = if seconds < 0 { '-' } else { '+' };
    let offset = format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60);
    let mut books = Books::new(header.setup.clone(), header.created, offset);
    for (list, element) in setup::elements(&header.setup) {
        let Some(info) = kinds::list_named(list) else { continue };
        lists::add(&mut books, info, &element).map_err(|status| CompanyError::Setup(status.message))?;
    }
    Ok(books)
}
