//! Preflight: what has to be so before the integration can start, point by point (BRIEF.md B3–B8, B10).
//!
//! What QuickBooks has to say is known from the last session with it; the shop is asked. What only the merchant knows she
//! confirms, and that is kept with its time.

use std::{env, ffi::OsString, fs, path::PathBuf};

use books::{DocumentKind, Entry, ListObject, Mapping, Money, NameSpace, mapping::ClosedPeriod};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{State, Store, StoreError};

use crate::{
    company::{Company, Pairing},
    config::{Config, Connection},
    hindrance,
    messages::Message,
    secrets::Secrets,
    shop::{self, ConnectError, Probe},
};

/// The setting that says since when the 0 % sales-tax item is wanted.
pub(crate) const FOOTER_WANTED: &str = "wanted.footer_item";

/// What somebody asked for before the start and is still to be made.
pub(crate) fn asked_for(store: &Store) -> Result<Vec<Entry>, StoreError> {
    if store.setting::<Timestamp>(FOOTER_WANTED)?.is_none() {
        return Ok(Vec::new());
    }
    let footer = store.entry(&books::footer_key())?;
    Ok(footer.filter(|footer| footer.row.state == State::Ready).and_then(|footer| footer.entry).into_iter().collect())
}

/// The setting that keeps what the merchant confirmed.
const CONFIRMED: &str = "confirmed";

/// The newest year of QuickBooks Desktop that this version was made for: 2024, which is Enterprise 24 (PRODUCT.md 1).
const NEWEST_YEAR: u16 = 2024;

/// The version of qbXML that everything is written in (PROTOCOL.md c.1).
const NEEDED_QBXML: &str = "13.0";

/// How far the computer's clock may be from Shopify's.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(2);

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// It is QuickBooks Desktop: not QuickBooks Online, not QuickBooks Point of Sale.
    Product,
    /// The release of QuickBooks is new enough.
    Release,
    /// Which edition it is.
    Edition,
    /// A company file is open, and it is the one.
    CompanyFile,
    /// Whether several users work with the company file.
    FileMode,
    /// Sales tax is on in QuickBooks.
    SalesTax,
    /// The 0 % sales-tax item is there.
    TaxItem,
    /// The closed period, beside the day from which orders are carried over.
    ClosingDate,
    /// The shop can be reached and lets us in.
    Shop,
    /// The app may read everything it needs.
    Scopes,
    /// Shop and books have the same currency.
    Currency,
    /// Shop and computer have the same time.
    TimeZone,
    /// The computer's clock is right.
    Clock,
    /// The migration of the data of QuickBooks Point of Sale is finished.
    PosMigration,
    /// This is the computer that runs QuickBooks Point of Sale.
    SameComputer,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It is as it should be.
    Found,
    /// It is not: something is to be done.
    NotFound,
    /// Nobody could say yet, or only the merchant can.
    CantTell,
}

/// What can be done about a point here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Have the 0 % sales-tax item made: [`create_tax_item`].
    CreateTaxItem,
    /// Confirm that the migration is finished, or that there is no QuickBooks Point of Sale: [`confirm`].
    ConfirmPosMigration,
    /// Confirm that this is the computer, or that there is no QuickBooks Point of Sale: [`confirm`].
    ConfirmSameComputer,
}

/// One point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Point {
    /// What was looked at.
    pub check: Check,
    /// What came of it.
    pub finding: Finding,
    /// The same in words, with what to do.
    pub message: Message,
    /// What can be done about it here.
    pub remedy: Option<Remedy>,
}

impl Point {
    fn new(check: Check, finding: Finding, message: Message) -> Self {
        Self { check, finding, message, remedy: None }
    }

    fn with(mut self, remedy: Remedy) -> Self {
        self.remedy = Some(remedy);
        self
    }
}

/// All points, in the order in which they are to be mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Preflight {
    /// The points.
    pub points: Vec<Point>,
}

impl Preflight {
    /// Whether nothing is in the way, as far as it can be told.
    pub fn is_clear(&self) -> bool {
        self.points.iter().all(|point| point.finding != Finding::NotFound)
    }
}

/// Something that only the merchant knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// The migration of the data of QuickBooks Point of Sale is finished.
    PosMigration,
    /// This is the computer that runs QuickBooks Point of Sale.
    SameComputer,
    /// QuickBooks Point of Sale is not used.
    NoPos,
}

/// What the merchant confirmed, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Confirmed {
    pos_migration: Option<Timestamp>,
    same_computer: Option<Timestamp>,
    no_pos: Option<Timestamp>,
}

/// What this computer says of itself.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Now, by its clock.
    pub now: Timestamp,
    /// Its time zone.
    pub time_zone: TimeZone,
    /// Whether QuickBooks Point of Sale left traces on it; none where that can't be told, as on anything but Windows.
    pub point_of_sale: Option<bool>,
}

impl Surroundings {
    /// Those of this computer.
    pub fn here() -> Self {
        Self {
            now: Timestamp::now(),
            time_zone: TimeZone::system(),
            point_of_sale: point_of_sale(|variable| env::var_os(variable)),
        }
    }
}

/// Looks for the folders of QuickBooks Point of Sale, in which Windows keeps programs and their data; the environment's
/// variables are looked up with `variable`.
fn point_of_sale(variable: impl Fn(&str) -> Option<OsString>) -> Option<bool> {
    let roots: Vec<PathBuf> = ["ProgramFiles(x86)", "ProgramFiles", "ProgramData"]
        .into_iter()
        .filter_map(|name| variable(name).map(PathBuf::from))
        .collect();
    if roots.is_empty() {
        return None;
    }
    let is_trace = |name: &OsString| name.to_string_lossy().starts_with("QuickBooks Point of Sale");
    let names = roots.iter().filter_map(|root| fs::read_dir(root.join("Intuit")).ok()).flatten().flatten();
    Some(names.map(|entry| entry.file_name()).any(|name| is_trace(&name)))
}

/// Looks at everything. The shop is asked; QuickBooks is not: what it said in the last session counts.
///
/// # Errors
/// What the store says; what is wrong outside is a point.
pub async fn preflight(
    store: &Store,
    config: Option<&Config>,
    secrets: &Secrets,
    here: &Surroundings,
) -> Result<Preflight, StoreError> {
    let seen = match config {
        None => Err(Unseen::not_connected()),
        Some(config) => shop::probe(config, secrets).await.map_err(|error| Unseen::from(&error)),
    };
    points(store, config, &seen, here)
}

/// The points with what was seen of the shop. Nobody is asked.
pub(crate) fn points(
    store: &Store,
    config: Option<&Config>,
    seen: &Result<Probe, Unseen>,
    here: &Surroundings,
) -> Result<Preflight, StoreError> {
    Ok(Preflight { points: Facts::read(store, config)?.points(seen, here) })
}

/// Why nothing is known of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unseen {
    finding: Finding,
    message: Message,
}

impl Unseen {
    /// No shop is connected.
    pub(crate) fn not_connected() -> Self {
        Self { finding: Finding::CantTell, message: Message::new("preflight.shop.not_connected") }
    }

    /// A shop is connected, and was not asked yet.
    pub(crate) fn not_asked() -> Self {
        Self { finding: Finding::CantTell, message: Message::new("preflight.shop.unknown") }
    }

    /// The shop did not let us in the last time, or could not be reached.
    pub(crate) fn failed(message: Message) -> Self {
        Self { finding: Finding::NotFound, message }
    }

    /// Why nothing else of the shop can be told either, in few words: the whole reason stands at the shop itself.
    fn in_short(&self) -> Message {
        let not_connected = Self::not_connected().message;
        if self.message == not_connected { not_connected } else { Message::new("preflight.shop.unknown") }
    }
}

impl From<&ConnectError> for Unseen {
    fn from(error: &ConnectError) -> Self {
        let (finding, message) = match error {
            ConnectError::Config(error) => (Finding::NotFound, error.message()),
            ConnectError::Source(error) if error.passing => (Finding::CantTell, error.message.clone()),
            ConnectError::Source(error) => (Finding::NotFound, error.message.clone()),
        };
        Self { finding, message }
    }
}

/// Keeps what the merchant confirms.
///
/// # Errors
/// What the store says.
pub fn confirm(store: &Store, what: Confirmation, now: Timestamp) -> Result<(), StoreError> {
    let mut confirmed: Confirmed = store.setting(CONFIRMED)?.unwrap_or_default();
    match what {
        Confirmation::PosMigration => (confirmed.pos_migration, confirmed.no_pos) = (Some(now), None),
        Confirmation::SameComputer => (confirmed.same_computer, confirmed.no_pos) = (Some(now), None),
        Confirmation::NoPos => confirmed = Confirmed { no_pos: Some(now), ..Confirmed::default() },
    }
    store.set_setting(CONFIRMED, &confirmed, "the merchant confirmed it", now)
}

/// Has the 0 % sales-tax item made that the mapping puts into the footer of every form: an entry like all others, made once,
/// with the next session after the next run.
///
/// # Errors
/// What the store says.
pub fn create_tax_item(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    store.set_setting(FOOTER_WANTED, &now, "the merchant wants the 0 % sales-tax item", now)?;
    store.map_again(DocumentKind::Shop, now)?;
    Ok(())
}

/// What is known here.
struct Facts {
    /// As of the last session in which QuickBooks answered for the company file.
    company: Option<Company>,
    pairing: Option<Pairing>,
    /// Why the last session came to nothing.
    trouble: Option<Message>,
    /// Whether it is called on this computer, instead of its Web Connector calling.
    is_called: bool,
    /// The sales-tax items of the company file; none before its lists were read.
    tax_items: Vec<ListObject>,
    /// What has the name of the footer's item, of whatever kind.
    footer: Option<ListObject>,
    footer_wanted: bool,
    confirmed: Confirmed,
    /// The mapping that counts.
    mapping: Mapping,
    /// The day from which orders are carried over, where it is known.
    start: Option<Date>,
}

impl Facts {
    fn read(store: &Store, config: Option<&Config>) -> Result<Self, StoreError> {
        let mapping = match store.mapping()? {
            Some(mapping) => mapping,
            None => config.map(|config| config.mapping.clone()).unwrap_or_default(),
        };
        let world = store.world()?;
        let footer = books::Lists::named(&world, NameSpace::Item, mapping.tax.footer.trim());
        world.check()?;
        Ok(Self {
            company: store.setting("company")?,
            pairing: store.setting("pairing")?,
            trouble: store.setting::<Option<Message>>("trouble")?.flatten(),
            is_called: config.is_some_and(|config| config.quickbooks.connection == Connection::RequestProcessor),
            tax_items: store.objects(NameSpace::Item, "ItemSalesTax")?,
            footer,
            footer_wanted: store.setting::<Timestamp>(FOOTER_WANTED)?.is_some(),
            confirmed: store.setting(CONFIRMED)?.unwrap_or_default(),
            mapping,
            start: config.map(|config| config.shop.start_date),
        })
    }

    fn points(&self, probe: &Result<Probe, Unseen>, here: &Surroundings) -> Vec<Point> {
        let mut points = Vec::new();
        if let Some(company) = &self.company {
            points.extend([product(company), release(company), edition(company)]);
            points.push(self.company_file(company));
            points.extend([file_mode(company), sales_tax(company)]);
            points.push(self.tax_item());
            points.push(self.closing_date(company));
        } else {
            let asked = [
                Check::Product,
                Check::Release,
                Check::Edition,
                Check::CompanyFile,
                Check::FileMode,
                Check::SalesTax,
                Check::TaxItem,
                Check::ClosingDate,
            ];
            points.extend(asked.map(|check| self.not_called(check)));
        }
        points.extend(shop_points(probe));
        let company = self.company.as_ref().ok_or_else(|| self.unheard());
        points.push(currency(company, probe, &self.mapping.documents.home_currency));
        points.extend([time_zone(probe, here), clock(probe)]);
        points.extend([self.pos_migration(), self.same_computer(here)]);
        points
    }

    /// QuickBooks has not said anything yet, or was left before it could.
    fn not_called(&self, check: Check) -> Point {
        let stopped = self.trouble.as_ref().filter(|_| check == Check::CompanyFile);
        match stopped {
            Some(trouble) => Point::new(check, Finding::NotFound, trouble.clone()),
            None => Point::new(check, Finding::CantTell, self.unheard()),
        }
    }

    /// That QuickBooks has not said anything yet.
    fn unheard(&self) -> Message {
        Message::new(if self.is_called { "preflight.not_asked" } else { "preflight.not_called" })
    }

    fn company_file(&self, company: &Company) -> Point {
        let (finding, message) = match (&self.trouble, &self.pairing) {
            (Some(trouble), _) if is_about_the_file(trouble) => (Finding::NotFound, trouble.clone()),
            _ if company.sample => (Finding::NotFound, Message::new("preflight.company_file.sample")),
            (_, Some(pairing)) => {
                (Finding::Found, Message::new("preflight.company_file.paired").with("file", &pairing.file_name))
            }
            // It is paired by the start.
            (_, None) => (Finding::Found, Message::new("preflight.company_file.open").with("file", &company.file_name)),
        };
        Point::new(Check::CompanyFile, finding, message.with("company", &company.name))
    }

    fn tax_item(&self) -> Point {
        let name = self.mapping.tax.footer.trim();
        let is_zero = |object: &ListObject| {
            object.account.as_deref().and_then(|rate| rate.parse::<Money>().ok()) == Some(Money::ZERO)
        };
        let point = |finding, code: Message| Point::new(Check::TaxItem, finding, code.with("item", name));
        match &self.footer {
            Some(item) if item.kind != "ItemSalesTax" || !item.active => {
                point(Finding::NotFound, Message::new("preflight.tax_item.taken").with("kind", &item.kind))
            }
            Some(item) if is_zero(item) => point(Finding::Found, Message::new("preflight.tax_item.found")),
            Some(item) => {
                let rate = item.account.as_deref().unwrap_or("?");
                point(Finding::NotFound, Message::new("preflight.tax_item.taxed").with("rate", rate))
            }
            None if self.footer_wanted => point(Finding::CantTell, Message::new("preflight.tax_item.wanted")),
            None => {
                let other = self.tax_items.iter().find(|item| item.active && is_zero(item));
                let message = match other {
                    Some(other) => Message::new("preflight.tax_item.other").with("other", &other.full_name),
                    None => Message::new("preflight.tax_item.missing"),
                };
                point(Finding::NotFound, message).with(Remedy::CreateTaxItem)
            }
        }
    }

    fn closing_date(&self, company: &Company) -> Point {
        let (finding, message) = match (company.closing_date, self.start) {
            (None, _) => (Finding::Found, Message::new("preflight.closing_date.none")),
            (Some(_), None) => (Finding::CantTell, Message::new("preflight.shop.not_connected")),
            (Some(date), Some(start)) if date < start => {
                (Finding::Found, Message::new("preflight.closing_date.before").with("date", date).with("start", start))
            }
            (Some(date), Some(start)) => {
                let moves = self.mapping.documents.closed_period != ClosedPeriod::Hold;
                let message =
                    Message::new(if moves { "preflight.closing_date.moved" } else { "preflight.closing_date.held" });
                let finding = if moves { Finding::Found } else { Finding::NotFound };
                (finding, message.with("date", date).with("start", start))
            }
        };
        Point::new(Check::ClosingDate, finding, message)
    }

    fn pos_migration(&self) -> Point {
        let (finding, message) = match self.confirmed {
            Confirmed { no_pos: Some(at), .. } => (Finding::Found, confirmed("preflight.pos.none", at)),
            Confirmed { pos_migration: Some(at), .. } => (Finding::Found, confirmed("preflight.pos.migrated", at)),
            _ => {
                let message = Message::new("preflight.pos.migration_unknown");
                return Point::new(Check::PosMigration, Finding::CantTell, message).with(Remedy::ConfirmPosMigration);
            }
        };
        Point::new(Check::PosMigration, finding, message)
    }

    fn same_computer(&self, here: &Surroundings) -> Point {
        let message = match (self.confirmed, here.point_of_sale) {
            (Confirmed { no_pos: Some(at), .. }, _) => confirmed("preflight.pos.none", at),
            (Confirmed { same_computer: Some(at), .. }, _) => confirmed("preflight.pos.same_computer", at),
            (_, Some(true)) => Message::new("preflight.pos.here"),
            (_, traces) => {
                let code = match traces {
                    Some(_) => Message::new("preflight.pos.not_here"),
                    None => Message::new("preflight.pos.computer_unknown"),
                };
                return Point::new(Check::SameComputer, Finding::CantTell, code).with(Remedy::ConfirmSameComputer);
            }
        };
        Point::new(Check::SameComputer, Finding::Found, message)
    }
}

/// That sales tax is off is a point of its own, and what else ended a session is no matter of the company file.
fn is_about_the_file(trouble: &Message) -> bool {
    let code = trouble.code.as_str();
    hindrance::reach(trouble).is_some() || (code.starts_with("company.") && code != "company.sales_tax_off")
}

fn confirmed(code: &str, at: Timestamp) -> Message {
    Message::new(code).with("at", at.strftime("%F %R UTC"))
}

/// That a Desktop answered proves that it is not QuickBooks Online.
fn product(company: &Company) -> Point {
    let product = company.product.to_lowercase();
    let (finding, message) = if product.contains("point of sale") {
        (Finding::NotFound, Message::new("preflight.product.pos"))
    } else if product.contains("online") {
        (Finding::NotFound, Message::new("preflight.product.online"))
    } else {
        (Finding::Found, Message::new("preflight.product.desktop"))
    };
    Point::new(Check::Product, finding, message.with("product", &company.product))
}

fn release(company: &Company) -> Point {
    let takes_ours = company.qbxml_versions.iter().any(|version| version == NEEDED_QBXML);
    let (finding, message) = match company.year() {
        _ if company.qbxml_versions.is_empty() => (Finding::CantTell, Message::new("preflight.release.unknown")),
        _ if !takes_ours => (Finding::NotFound, Message::new("preflight.release.too_old")),
        None => (Finding::CantTell, Message::new("preflight.release.unknown")),
        Some(year) if year < NEWEST_YEAR => {
            (Finding::Found, Message::new("preflight.release.older").with("year", year).with("newest", NEWEST_YEAR))
        }
        Some(_) => (Finding::Found, Message::new("preflight.release.newest")),
    };
    let message = message.with("product", &company.product).with("release", &company.release);
    Point::new(Check::Release, finding, message)
}

fn edition(company: &Company) -> Point {
    let (finding, message) = if let Some(edition) = company.edition {
        (Finding::Found, Message::new("preflight.edition.found").with("edition", edition.name()))
    } else {
        (Finding::CantTell, Message::new("preflight.edition.unknown").with("product", &company.product))
    };
    Point::new(Check::Edition, finding, message)
}

fn file_mode(company: &Company) -> Point {
    let (finding, message) = match company.single_user {
        Some(true) => (Finding::Found, Message::new("preflight.mode.single")),
        Some(false) => (Finding::Found, Message::new("preflight.mode.several")),
        None => (Finding::CantTell, Message::new("preflight.mode.unknown")),
    };
    Point::new(Check::FileMode, finding, message)
}

fn sales_tax(company: &Company) -> Point {
    let (finding, message) = if let Some(obstacle) = company.obstacle() {
        (Finding::NotFound, obstacle)
    } else {
        let item = company.sales_tax_item.as_deref().unwrap_or("-");
        (Finding::Found, Message::new("preflight.sales_tax.on").with("item", item))
    };
    Point::new(Check::SalesTax, finding, message)
}

fn shop_points(probe: &Result<Probe, Unseen>) -> [Point; 2] {
    match probe {
        Ok(probe) => {
            let found = Message::new("preflight.shop.found").with("shop", &probe.name);
            let scopes: Vec<&str> =
                probe.missing.iter().filter_map(|missing| missing.facts.get("scope").map(String::as_str)).collect();
            let (finding, message) = match (scopes.as_slice(), probe.missing.first()) {
                ([], None) => (Finding::Found, Message::new("preflight.scopes.found")),
                ([], Some(kept_back)) => (Finding::Found, kept_back.clone()),
                (scopes, _) => (Finding::NotFound, Message::new("shop.missing_scope").with("scope", scopes.join(", "))),
            };
            [Point::new(Check::Shop, Finding::Found, found), Point::new(Check::Scopes, finding, message)]
        }
        Err(unseen) => [
            Point::new(Check::Shop, unseen.finding, unseen.message.clone()),
            Point::new(Check::Scopes, Finding::CantTell, unseen.in_short()),
        ],
    }
}

/// With one currency only, QuickBooks does not say which: then the books are taken to be in the one that is `set`, and the
/// country that the product is made for bears that out or not.
fn currency(company: Result<&Company, Message>, probe: &Result<Probe, Unseen>, set: &str) -> Point {
    let by_country = |company: &Company| match company.country.as_deref() {
        Some("US") => Some("USD"),
        Some("CA") => Some("CAD"),
        Some("UK") => Some("GBP"),
        Some("AU") => Some("AUD"),
        _ => None,
    };
    let (finding, message) = match (company, probe) {
        (Err(unheard), _) => (Finding::CantTell, unheard),
        (_, Err(unseen)) => (Finding::CantTell, unseen.in_short()),
        (Ok(company), Ok(probe)) => {
            let books = company.currency();
            let books = books.as_ref().map(books::Currency::code);
            let (finding, message) = match books {
                Some(books) if books == probe.currency => (Finding::Found, Message::new("preflight.currency.same")),
                Some(books) => (Finding::NotFound, Message::new("preflight.currency.differs").with("books", books)),
                None if company.multi_currency => {
                    let books = company.home_currency.as_deref().unwrap_or("-");
                    (Finding::CantTell, Message::new("preflight.currency.unknown").with("books", books))
                }
                None if set.trim() != probe.currency => {
                    (Finding::NotFound, Message::new("preflight.currency.differs").with("books", set.trim()))
                }
                None if by_country(company) == Some(probe.currency.as_str()) => {
                    (Finding::Found, Message::new("preflight.currency.by_country"))
                }
                None => (Finding::CantTell, Message::new("preflight.currency.not_told")),
            };
            (finding, message.with("shop", &probe.currency).with("country", company.country.as_deref().unwrap_or("-")))
        }
    };
    Point::new(Check::Currency, finding, message)
}

/// Entries are dated by the shop's days, whatever the computer's zone is; that the two differ is good to know.
fn time_zone(probe: &Result<Probe, Unseen>, here: &Surroundings) -> Point {
    let (finding, message) = match probe {
        Err(unseen) => (Finding::CantTell, unseen.in_short()),
        Ok(probe) => {
            let ours = here.time_zone.to_offset(here.now);
            let (finding, message) = match TimeZone::get(&probe.time_zone) {
                Err(_) => (Finding::CantTell, Message::new("preflight.time_zone.unknown")),
                Ok(zone) if zone.to_offset(here.now) == ours => {
                    (Finding::Found, Message::new("preflight.time_zone.same"))
                }
                Ok(zone) => {
                    let shop = zone.to_offset(here.now);
                    (
                        Finding::Found,
                        Message::new("preflight.time_zone.differs").with("offset", shop).with("here", ours),
                    )
                }
            };
            (finding, message.with("zone", &probe.time_zone))
        }
    };
    Point::new(Check::TimeZone, finding, message)
}

fn clock(probe: &Result<Probe, Unseen>) -> Point {
    let (finding, message) = match probe.as_ref().map(|probe| probe.clock_ahead) {
        Err(unseen) => (Finding::CantTell, unseen.in_short()),
        Ok(None) => (Finding::CantTell, Message::new("preflight.clock.unknown")),
        Ok(Some(ahead)) if ahead.abs() <= CLOCK_TOLERANCE => (Finding::Found, Message::new("preflight.clock.right")),
        Ok(Some(ahead)) => {
            let code = if ahead.is_positive() { "preflight.clock.slow" } else { "preflight.clock.fast" };
            (Finding::NotFound, Message::new(code).with("minutes", ahead.abs().as_mins()))
        }
    };
    Point::new(Check::Clock, finding, message)
}

#[cfg(test)]
mod tests;
