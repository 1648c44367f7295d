//! Drives a SOAP endpoint over real HTTP as the QuickBooks Web Connector does (PROTOCOL.md a): the same calls in the
//! same order, the same headers and envelopes, with a simulated company file in the place of QuickBooks.
//!
//! It is deliberately no more forgiving than the real one: a result in the wrong namespace, a short `authenticate`
//! array or a fault ends the session with the Web Connector's own error number.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use simulator::company::Company;
//! use simulator::connector::WebConnector;
//!
//! let mut company = Company::open("shop.simqb".as_ref())?;
//! let mut connector = WebConnector::new("http://localhost:8787/qbwc", "user", "password");
//! let report = connector.run_once(&mut company).await?;
//! println!("{} message sets, ended: {:?}", report.sets, report.end);
//! # Ok(())
//! # }
//! ```

mod http;
mod soap;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::company::{Company, CompanyError};
use http::Address;

pub use http::HttpError;
pub use soap::SoapError;

/// The three queries that the Web Connector itself asks before the first request (PROTOCOL.md a.5).
const OPENING_QUERIES: &str = "<?xml version=\"1.0\"?><?qbxml version=\"13.0\"?><QBXML><QBXMLMsgsRq onError=\"continueOnError\">\
     <HostQueryRq requestID=\"0\" /><CompanyQueryRq requestID=\"1\" /><PreferencesQueryRq requestID=\"2\" />\
     </QBXMLMsgsRq></QBXML>";

/// How often the Web Connector tries other company files before it gives up.
const CONNECTION_TRIES: usize = 3;

/// Something that goes wrong in one round (one `sendRequestXML` and what follows it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// QuickBooks books, and the answer is never delivered: the session ends there.
    DropAnswer,
    /// The answer is delivered twice.
    DeliverTwice,
    /// The connection is closed and a new session signed in before the answer arrives, with the old ticket.
    DelayUntilAfter,
    /// QuickBooks dies before it books; the session ends there.
    KillBeforeBooking,
    /// QuickBooks dies after it booked and before it answers; the session ends there.
    KillAfterBooking,
}

/// A moment of one call, for tests that stop the endpoint just there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Index of the call in its session, from 0.
    pub call: usize,
    /// The operation, such as `sendRequestXML`.
    pub operation: &'static str,
    /// The moment.
    pub moment: Moment,
}

/// See [`Point`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing has been sent.
    Before,
    /// The whole request has been handed to the operating system, nothing of the answer has been read.
    Written,
    /// The whole answer has been read.
    Read,
}

/// One call and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The operation.
    pub operation: &'static str,
    /// The result, an array's texts joined by `|`; an error's text when there was none.
    pub answer: String,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The server said 100 percent and the connection was closed.
    Done,
    /// The server had no work (`none` or `busy`).
    NoWork,
    /// The user name or password was wrong (`nvu`): QBWC1040.
    NotAValidUser,
    /// The server does not want this Web Connector (`E:` or `O:`).
    ClientRefused(String),
    /// The company file could not be opened, and the server had no other.
    NoCompanyFile,
    /// The server ended the session with this error text.
    ServerError(String),
    /// The server asked for interactive mode.
    Interactive,
    /// The server paused with `NoOp` more often than [`WebConnector::most_pauses`].
    StillPausing,
    /// A call failed: the Web Connector's own error number and the cause.
    Failed {
        /// Such as 1012 for QBWC1012.
        code: u16,
        /// What was wrong.
        cause: String,
    },
    /// A planned fault ended it.
    Faulted(Fault),
}

/// What happened in one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionReport {
    /// All calls, in order.
    pub calls: Vec<Call>,
    /// What `receiveResponseXML` answered, in order.
    pub percents: Vec<i64>,
    /// What `getLastError` answered, and documents that QuickBooks refused.
    pub errors: Vec<String>,
    /// Message sets that QuickBooks was given.
    pub sets: usize,
    /// Seconds by which the server wants the next run postponed.
    pub postpone: Option<u64>,
    /// Lower bound in seconds that the server sets for the interval.
    pub least_interval: Option<u64>,
    /// How it ended.
    pub end: End,
}

impl SessionReport {
    /// The operations called, in order.
    #[must_use]
    pub fn operations(&self) -> Vec<&'static str> {
        self.calls.iter().map(|call| call.operation).collect()
    }
}

/// The simulator itself failed; everything that the endpoint does wrong is in the report instead.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    /// The endpoint's address.
    #[error(transparent)]
    Address(#[from] HttpError),
    /// The company file could not be opened again after a planned kill.
    #[error(transparent)]
    Company(#[from] CompanyError),
}

/// Called at every [`Point`].
pub type Watcher = Box<dyn FnMut(&Point) + Send>;

/// A simulated Web Connector with one application in its list.
pub struct WebConnector {
    /// AppURL: `http://localhost:port/path`.
    pub url: String,
    /// User name, as in the .qwc file.
    pub user: String,
    /// Password, as the user typed it.
    pub password: String,
    /// The Web Connector's own version.
    pub version: String,
    /// How long a `NoOp` pauses; 5 seconds in the real one.
    pub pause: Duration,
    /// How many `NoOp` pauses one session may have.
    pub most_pauses: usize,
    /// Whether requests ask for `100 Continue` first, as .NET does.
    pub expect_continue: bool,
    /// When set, QuickBooks can't open the company file: HRESULT and message.
    pub cannot_open: Option<(String, String)>,
    /// Planned faults, by round of the session, from 0.
    pub faults: BTreeMap<usize, Fault>,
    /// Called before each call, when its request is written, and when its answer is read.
    pub on_point: Option<Watcher>,
}

/// Why a session stops before its regular end.
enum Stop {
    Session(End),
    Simulator(ConnectorError),
}

impl From<CompanyError> for Stop {
    fn from(error: CompanyError) -> Self {
        Self::Simulator(error.into())
    }
}

impl WebConnector {
    /// A Web Connector as it comes, with no faults.
    #[must_use]
    pub fn new(url: &str, user: &str, password: &str) -> Self {
        Self {
            url: url.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
            version: "34.0.10003.40".to_owned(),
            pause: Duration::from_secs(5),
            most_pauses: 100,
            expect_continue: true,
            cannot_open: None,
            faults: BTreeMap::new(),
            on_point: None,
        }
    }

    /// One session, from `serverVersion` to its end. What the endpoint does wrong ends the session and is told in the
    /// report.
    ///
    /// # Errors
    /// Only when the address is no address, or the company file can't be opened again after a planned kill.
    pub async fn run_once(&mut self, company: &mut Company) -> Result<SessionReport, ConnectorError> {
        let address = Address::parse(&self.url)?;
        let mut session = Session {
            connector: self,
            address,
            report: SessionReport {
                calls: Vec::new(),
                percents: Vec::new(),
                errors: Vec::new(),
                sets: 0,
                postpone: None,
                least_interval: None,
                end: End::Done,
            },
        };
        let stop = session.run(company).await;
        company.end_session();
        let mut report = session.report;
        match stop {
            Ok(end) | Err(Stop::Session(end)) => report.end = end,
            Err(Stop::Simulator(error)) => return Err(error),
        }
        Ok(report)
    }
}

struct Session<'a> {
    connector: &'a mut WebConnector,
    address: Address,
    report: SessionReport,
}

/// What signing in came to.
enum SignedIn {
    Work { ticket: String, file: String },
    Ended { ticket: String, end: End },
}

impl Session<'_> {
    async fn run(&mut self, company: &mut Company) -> Result<End, Stop> {
        self.call("serverVersion", &[]).await?;
        let version = self.connector.version.clone();
        let answer = self.text("clientVersion", &[("strVersion", &version)]).await?;
        match answer.split_once(':') {
            _ if answer.is_empty() => {}
            Some(("W", warning)) => self.report.errors.push(format!("warning: {warning}")),
            Some(("E" | "O", _)) => return Ok(End::ClientRefused(answer)),
            _ => return Ok(End::Failed { code: 1046, cause: answer }),
        }
        let (ticket, file) = match self.authenticate().await? {
            SignedIn::Work { ticket, file } => (ticket, file),
            SignedIn::Ended { end: End::NotAValidUser, .. } => return Ok(End::NotAValidUser),
            SignedIn::Ended { ticket, end } => {
                self.text("closeConnection", &[("ticket", &ticket)]).await?;
                return Ok(end);
            }
        };
        if !self.open_company_file(company, &ticket, file).await? {
            self.text("closeConnection", &[("ticket", &ticket)]).await?;
            return Ok(End::NoCompanyFile);
        }
        let (end, ticket) = self.rounds(company, ticket).await?;
        self.text("closeConnection", &[("ticket", &ticket)]).await?;
        Ok(end)
    }

    async fn authenticate(&mut self) -> Result<SignedIn, Stop> {
        let (user, password) = (self.connector.user.clone(), self.connector.password.clone());
        let parts = self.call("authenticate", &[("strUserName", &user), ("strPassword", &password)]).await?;
        let [ticket, work, rest @ ..] = parts.as_slice() else {
            let cause = "Index was outside the bounds of the array.".to_owned();
            return Err(Stop::Session(End::Failed { code: 1012, cause }));
        };
        let number = |index: usize| rest.get(index).and_then(|text| text.parse().ok());
        self.report.postpone = number(0);
        self.report.least_interval = number(1);
        let ended = |end| SignedIn::Ended { ticket: ticket.clone(), end };
        Ok(match work.to_lowercase().as_str() {
            "nvu" => ended(End::NotAValidUser),
            "none" | "busy" => ended(End::NoWork),
            _ => SignedIn::Work { ticket: ticket.clone(), file: work.clone() },
        })
    }

    /// Opens the company file that the server names (empty: the one now open); asks the server for another when it
    /// can't be.
    async fn open_company_file(&mut self, company: &Company, ticket: &str, first: String) -> Result<bool, Stop> {
        let here = company.path().to_string_lossy().into_owned();
        let mut wanted = first;
        for _ in 0..CONNECTION_TRIES {
            let (hresult, message) = match &self.connector.cannot_open {
                Some((hresult, message)) => (hresult.clone(), message.clone()),
                None if wanted.is_empty() || wanted == here => return Ok(true),
                None => (
                    "0x8004040A".to_owned(),
                    "A QuickBooks company data file is already open and it is different from the one requested."
                        .to_owned(),
                ),
            };
            let parameters = [("ticket", ticket), ("hresult", &hresult), ("message", &message)];
            let answer = self.text("connectionError", &parameters).await?;
            if answer.eq_ignore_ascii_case("done") {
                return Ok(false);
            }
            wanted = answer;
        }
        Ok(false)
    }

    /// The request loop; gives the end and the ticket to close.
    async fn rounds(&mut self, company: &mut Company, mut ticket: String) -> Result<(End, String), Stop> {
        let file = company.path().to_string_lossy().into_owned();
        let mut opening = company
            .process(OPENING_QUERIES)
            .map_err(|error| Stop::Session(End::Failed { code: 1014, cause: error.to_string() }))?;
        let mut pauses = 0;
        let mut round = 0;
        loop {
            let parameters = [
                ("ticket", ticket.as_str()),
                ("strHCPResponse", &opening),
                ("strCompanyFileName", &file),
                ("qbXMLCountry", "US"),
                ("qbXMLMajorVers", "16"),
                ("qbXMLMinorVers", "0"),
            ];
            let request = self.text("sendRequestXML", &parameters).await?;
            opening.clear();
            if request.is_empty() || request == "NoOp" {
                let error = self.text("getLastError", &[("ticket", &ticket)]).await?;
                match error.as_str() {
                    "NoOp" if pauses < self.connector.most_pauses => {
                        pauses += 1;
                        tokio::time::sleep(self.connector.pause).await;
                        continue;
                    }
                    "NoOp" => return Ok((End::StillPausing, ticket)),
                    "Interactive mode" => return Ok((End::Interactive, ticket)),
                    _ => {}
                }
                self.report.errors.push(error.clone());
                return Ok((End::ServerError(error), ticket));
            }
            let fault = self.connector.faults.get(&round).copied();
            round += 1;
            if fault == Some(Fault::KillBeforeBooking) {
                company.crash()?;
                return Err(Stop::Session(End::Faulted(Fault::KillBeforeBooking)));
            }
            self.report.sets += 1;
            let (response, hresult, message) = match company.process(&request) {
                Ok(response) => (response, String::new(), String::new()),
                Err(error) => {
                    self.report.errors.push(format!("{error} ({})", error.detail));
                    (String::new(), error.hex(), error.message)
                }
            };
            let old_ticket = ticket.clone();
            match fault {
                Some(Fault::KillAfterBooking) => {
                    company.crash()?;
                    return Err(Stop::Session(End::Faulted(Fault::KillAfterBooking)));
                }
                Some(Fault::DropAnswer) => return Err(Stop::Session(End::Faulted(Fault::DropAnswer))),
                Some(Fault::DelayUntilAfter) => {
                    self.text("closeConnection", &[("ticket", &ticket)]).await?;
                    match self.authenticate().await? {
                        SignedIn::Work { ticket: new, .. } => ticket = new,
                        SignedIn::Ended { ticket: new, end } => {
                            self.deliver(&old_ticket, &response, &hresult, &message).await?;
                            return Ok((end, new));
                        }
                    }
                }
                _ => {}
            }
            let mut percent = self.deliver(&old_ticket, &response, &hresult, &message).await?;
            if fault == Some(Fault::DeliverTwice) {
                percent = self.deliver(&old_ticket, &response, &hresult, &message).await?;
            }
            if ticket != old_ticket {
                continue;
            }
            if percent < 0 {
                let error = self.text("getLastError", &[("ticket", &ticket)]).await?;
                self.report.errors.push(error.clone());
                return Ok((End::ServerError(error), ticket));
            }
            if percent >= 100 {
                return Ok((End::Done, ticket));
            }
        }
    }

    async fn deliver(&mut self, ticket: &str, response: &str, hresult: &str, message: &str) -> Result<i64, Stop> {
        let parameters = [("ticket", ticket), ("response", response), ("hresult", hresult), ("message", message)];
        let answer = self.text("receiveResponseXML", &parameters).await?;
        let percent = answer
            .trim()
            .parse()
            .map_err(|_| Stop::Session(End::Failed { code: 1042, cause: format!("{answer:?} is not a number") }))?;
        self.report.percents.push(percent);
        Ok(percent)
    }

    /// One call whose result is a single text.
    async fn text(&mut self, operation: &'static str, parameters: &[(&str, &str)]) -> Result<String, Stop> {
        Ok(self.call(operation, parameters).await?.into_iter().next().unwrap_or_default())
    }

    async fn call(&mut self, operation: &'static str, parameters: &[(&str, &str)]) -> Result<Vec<String>, Stop> {
        let body = soap::request(operation, parameters);
        let call = self.report.calls.len();
        let watcher = &mut self.connector.on_point;
        let mut reach = |moment| {
            if let Some(watcher) = watcher {
                watcher(&Point { call, operation, moment });
            }
        };
        reach(Moment::Before);
        let written = || reach(Moment::Written);
        let expect = self.connector.expect_continue;
        let answer = http::post(&self.address, &soap::action(operation), &body, expect, written).await;
        let result = match answer {
            Ok(answer) => {
                reach(Moment::Read);
                let result = soap::result(operation, &answer.body).map_err(|error| error.to_string());
                match (answer.status, result) {
                    (200, result) => result,
                    (status, Err(cause)) => Err(format!("HTTP {status}: {cause}")),
                    (status, Ok(_)) => Err(format!("HTTP {status}")),
                }
            }
            Err(error) => Err(error.to_string()),
        };
        let answer = match &result {
            Ok(parts) => parts.join("|"),
            Err(cause) => cause.clone(),
        };
        self.report.calls.push(Call { operation, answer });
        result.map_err(|cause| Stop::Session(End::Failed { code: error_number(operation), cause }))
    }
}

/// The Web Connector's own error number for a call that failed (PROTOCOL.md b).
fn error_number(operation: &str) -> u16 {
    match operation {
        "serverVersion" => 1031,
        "clientVersion" => 1036,
        "sendRequestXML" => 1041,
        "receiveResponseXML" => 1042,
        "getLastError" => 1043,
        "closeConnection" => 1044,
        "connectionError" => 1045,
        _ => 1012,
    }
}
