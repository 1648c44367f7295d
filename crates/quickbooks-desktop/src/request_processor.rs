//! One session with the request processor, and what it may answer.

use std::fmt;

use tracing::debug;

/// Whether there can be a request processor on this system.
pub const IS_AVAILABLE: bool = cfg!(windows);

/// Who asks, as QuickBooks shows it and keeps its permission: the name must never change.
#[derive(Clone, Copy, Debug)]
pub struct Application<'a> {
    /// Its id; may be empty.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("0x{hresult:08X}: {message}")]
pub struct Failure {
    /// The HRESULT (PROTOCOL.md c.10), or COM's own.
    pub hresult: u32,
    /// Intuit's words to it, or Windows'.
    pub message: String,
}

/// What a begun session is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket(pub String);

/// Where a request processor is to be had.
pub trait QuickBooks: Send + Sync {
    /// A request processor, for the calling thread alone.
    ///
    /// # Errors
    /// It is not installed, or its process can't be started.
    fn request_processor(&self) -> Result<Box<dyn RequestProcessor>, Failure>;
}

/// The request processor's calls, in the order in which they have to come (PROTOCOL.md g). Each may take as long as
/// QuickBooks does, such as 40 seconds for opening a company file. [`Session`] keeps the order.
pub trait RequestProcessor {
    /// Makes the application known.
    ///
    /// # Errors
    /// [`Failure`], as for each of these calls.
    fn open_connection(&mut self, application: Application<'_>) -> Result<(), Failure>;

    /// Has QuickBooks open the company file at this full path, in whatever mode it is; without a path it is the file that
    /// is open. QuickBooks is started where that is needed and allowed.
    fn begin_session(&mut self, company_file: Option<&str>) -> Result<Ticket, Failure>;

    /// Full path of the company file that is open.
    fn company_file(&mut self, ticket: &Ticket) -> Result<String, Failure>;

    /// Has a qbXML document carried out. A failure says nothing of whether it was.
    fn process(&mut self, ticket: &Ticket, qbxml: &str) -> Result<String, Failure>;

    /// Lets go of the company file.
    fn end_session(&mut self, ticket: &Ticket) -> Result<(), Failure>;

    /// Lets go of QuickBooks, which closes if it was started for this.
    fn close_connection(&mut self) -> Result<(), Failure>;
}

/// QuickBooks of this computer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThisComputer;

impl QuickBooks for ThisComputer {
    #[cfg(windows)]
    fn request_processor(&self) -> Result<Box<dyn RequestProcessor>, Failure> {
        crate::com::request_processor()
    }

    #[cfg(not(windows))]
    fn request_processor(&self) -> Result<Box<dyn RequestProcessor>, Failure> {
        /// "Class not registered".
        const NOT_REGISTERED: u32 = 0x8004_0154;
        Err(Failure { hresult: NOT_REGISTERED, message: "There is no QuickBooks Desktop on this system.".to_owned() })
    }
}

/// An open company file. Dropping it lets go of it and of QuickBooks, whatever happened before.
pub struct Session {
    processor: Box<dyn RequestProcessor>,
    /// None when the company file could not be opened.
    ticket: Option<Ticket>,
}

impl Session {
    /// Opens the company file at this full path, or takes the one that is open.
    ///
    /// # Errors
    /// What QuickBooks says; nothing is left open then.
    pub fn begin(
        mut processor: Box<dyn RequestProcessor>,
        application: Application<'_>,
        company_file: Option<&str>,
    ) -> Result<Self, Failure> {
        processor.open_connection(application)?;
        let mut session = Self { processor, ticket: None };
        session.ticket = Some(session.processor.begin_session(company_file)?);
        Ok(session)
    }

    /// Full path of the company file that is open.
    ///
    /// # Errors
    /// What QuickBooks says.
    pub fn company_file(&mut self) -> Result<String, Failure> {
        let ticket = self.ticket.as_ref().ok_or_else(not_begun)?;
        self.processor.company_file(ticket)
    }

    /// Has a qbXML document carried out, and gives the answer document.
    ///
    /// # Errors
    /// What QuickBooks says. Only some HRESULTs tell that nothing was carried out.
    pub fn process(&mut self, qbxml: &str) -> Result<String, Failure> {
        let ticket = self.ticket.as_ref().ok_or_else(not_begun)?;
        self.processor.process(ticket, qbxml)
    }
}

/// What QuickBooks itself says to it.
fn not_begun() -> Failure {
    Failure { hresult: 0x8004_040C, message: "The session has not begun.".to_owned() }
}

impl Drop for Session {
    fn drop(&mut self) {
        let ended = self.ticket.take().map_or(Ok(()), |ticket| self.processor.end_session(&ticket));
        // The connection is closed even when the session could not be ended: QuickBooks may be gone.
        for failure in [ended, self.processor.close_connection()].into_iter().filter_map(Result::err) {
            debug!(%failure, "QuickBooks was left");
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Session").field("ticket", &self.ticket).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::{Arc, Mutex},
    };

    use super::*;

    const APPLICATION: Application<'static> = Application { id: "", name: "Tillbridge" };

    /// Writes down what it is asked; one call of its fails.
    struct Diary {
        calls: Arc<Mutex<Vec<&'static str>>>,
        failing: &'static str,
    }

    impl Diary {
        fn call<T>(&self, name: &'static str, answer: T) -> Result<T, Failure> {
            self.calls.lock().unwrap().push(name);
            if self.failing == name {
                return Err(Failure { hresult: 0x8004_0414, message: "A dialog is open.".to_owned() });
            }
            Ok(answer)
        }
    }

    impl RequestProcessor for Diary {
        fn open_connection(&mut self, _: Application<'_>) -> Result<(), Failure> {
            self.call("open", ())
        }
        fn begin_session(&mut self, _: Option<&str>) -> Result<Ticket, Failure> {
            self.call("begin", Ticket("1".to_owned()))
        }
        fn company_file(&mut self, _: &Ticket) -> Result<String, Failure> {
            self.call("file", String::new())
        }
        fn process(&mut self, _: &Ticket, _: &str) -> Result<String, Failure> {
            self.call("process", String::new())
        }
        fn end_session(&mut self, _: &Ticket) -> Result<(), Failure> {
            self.call("end", ())
        }
        fn close_connection(&mut self) -> Result<(), Failure> {
            self.call("close", ())
        }
    }

    /// The calls of a session in which `failing` fails and then `act` happens.
    fn calls(failing: &'static str, act: impl FnOnce(Session)) -> Vec<&'static str> {
        let calls = Arc::default();
        let diary = Diary { calls: Arc::clone(&calls), failing };
        if let Ok(session) = Session::begin(Box::new(diary), APPLICATION, None) {
            let _ = catch_unwind(AssertUnwindSafe(|| act(session)));
        }
        let calls = calls.lock().unwrap();
        calls.clone()
    }

    fn ask(mut session: Session) {
        let _ = session.process("");
    }

    #[test]
    fn what_was_opened_is_closed_on_every_way_out() {
        assert_eq!(calls("", ask), ["open", "begin", "process", "end", "close"]);
        assert_eq!(calls("process", ask), ["open", "begin", "process", "end", "close"]);
        assert_eq!(calls("end", ask), ["open", "begin", "process", "end", "close"]);
        assert_eq!(calls("begin", ask), ["open", "begin", "close"]);
        assert_eq!(calls("open", ask), ["open"]);
        assert_eq!(calls("", |_session| panic!("on purpose")), ["open", "begin", "end", "close"]);
    }
}
