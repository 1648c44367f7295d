//! The program behind the endpoint: what it is asked, and what it may answer.

use std::fmt;

use uuid::Uuid;

use crate::SignIn;

/// The program behind the endpoint.
///
/// Calls come one at a time and from a thread that may block, so a database may be used. Keep each call to a few
/// seconds: the Web Connector is waiting, and how long it waits is not documented (PROTOCOL.md a.7).
pub trait Agent: Send + Sync + 'static {
    /// Told of each sign-in, before [`Agent::open`] is asked; a program may pass it over.
    fn signed_in(&self, _how: &SignIn) {}

    /// Asked after user name and password were proven: what this session is for.
    ///
    /// Only [`Opening::Work`] opens a session; after the other answers nothing more is heard of this id.
    fn open(&self, session: &SessionId) -> Opening;

    /// The Web Connector asks for the next qbXML document.
    ///
    /// `hello` is there on the first call of a session, before anything was sent. A call while the last request has
    /// no answer yet means that the answer was lost on its way: whether QuickBooks carried the request out is
    /// unknown, and qbXML's error recovery has to find out (PROTOCOL.md a.7, c.3).
    fn next_request(&self, session: &SessionId, hello: Option<&Hello>) -> Outgoing;

    /// What QuickBooks answered to the last request.
    ///
    /// Called once for each request that was handed out, at most: an answer that arrives twice is dropped.
    fn answer(&self, session: &SessionId, answer: Answer<'_>) -> Progress;

    /// QuickBooks could not be opened. The Web Connector has tried twice by then.
    ///
    /// `hresult` is the COM error as hexadecimal text (PROTOCOL.md c.10), `message` is Intuit's text. The third
    /// failure of one session ends it, whatever the answer is.
    fn connection_error(&self, session: &SessionId, hresult: &str, message: &str) -> Retry;

    /// The session is over. Called exactly once for each opened session, after its last other call.
    fn closed(&self, session: &SessionId, how: Ended);
}

/// Names one session in the agent's own records.
///
/// It is not the ticket that the Web Connector shows on each call, so it may be written to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(Uuid);

impl SessionId {
    /// A new id, different from all others. The service makes its own; this one is for testing an agent by itself.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a sign-in is answered with (PROTOCOL.md a.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// There is work: the session opens, with this company file.
    Work(CompanyFile),
    /// Nothing to do: the Web Connector reports that and leaves QuickBooks alone.
    NothingToDo,
    /// Not now: for this run the Web Connector treats it like [`Opening::NothingToDo`].
    Busy,
}

/// The company file that the Web Connector shall use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompanyFile {
    /// The one that is open in QuickBooks.
    Open,
    /// The one at this full path, as Windows on the user's computer spells it.
    Path(String),
}

/// What the Web Connector tells with the first request of a session (PROTOCOL.md a.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Full path of the company file that is open.
    pub company_file_name: String,
    /// `US`, `CA`, `UK` or `AU`.
    pub country: String,
    /// Highest qbXML version that the installed QuickBooks understands: the part before the dot; 0 when it was not
    /// told.
    pub qbxml_major: u16,
    /// The part after the dot; 0 when it was not told.
    pub qbxml_minor: u16,
    /// One qbXML response document with the answers to HostQuery, CompanyQuery and PreferencesQuery.
    pub host_company_preferences: Option<String>,
}

/// What is sent to QuickBooks next.
#[derive(Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// This qbXML document, unescaped. Control characters that XML 1.0 forbids are left out on the wire; an empty
    /// text is no document and counts as [`Outgoing::Done`].
    Request(String),
    /// Nothing at this moment; the Web Connector asks again after five seconds and keeps the company file open.
    Pause,
    /// Nothing more.
    Done,
    /// End the session and show this text to the user.
    Stop(String),
}

/// What came back from QuickBooks.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer<'a> {
    /// The qbXML response document, unescaped, not checked in any way. Failures of single requests are inside it.
    Xml(&'a str),
    /// QuickBooks refused the whole document, or no answer could be had.
    Refused {
        /// The COM error as hexadecimal text such as `0x80040400` (PROTOCOL.md c.10).
        hresult: String,
        /// Intuit's text to it.
        message: String,
    },
}

/// Where the session stands after an answer (PROTOCOL.md a.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// There is more. The two counts, in any unit, make the percentage that the user sees: 0 to 99.
    Work {
        /// Units done in this session.
        done: u32,
        /// Units still to do.
        remaining: u32,
    },
    /// All done: the user sees 100 % and the session is closed.
    Done,
    /// End the session and show this text to the user.
    Stop(String),
}

/// What to try when QuickBooks could not be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retry {
    /// The company file at this full path.
    Path(String),
    /// The company file that is open in QuickBooks.
    OpenFile,
    /// Nothing: the session ends.
    GiveUp,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ended {
    /// The Web Connector closed it, as it does after success and after errors alike.
    Closed,
    /// Nothing was heard for [`Config::session_idle`](crate::Config::session_idle).
    Expired,
    /// The Web Connector signed in anew, which it does after it lost an answer (PROTOCOL.md a.7).
    Replaced,
    /// QuickBooks could not be opened.
    ConnectionFailed,
    /// The service went away while the session was open.
    ShutDown,
}

// qbXML holds customers' names, so neither of these shows its text in a log.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(xml) => write!(f, "Request({} bytes)", xml.len()),
            Self::Pause => f.write_str("Pause"),
            Self::Done => f.write_str("Done"),
            Self::Stop(message) => f.debug_tuple("Stop").field(message).finish(),
        }
    }
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Xml(xml) => write!(f, "Xml({} bytes)", xml.len()),
            Self::Refused { hresult, message } => {
                f.debug_struct("Refused").field("hresult", hresult).field("message", message).finish()
            }
        }
    }
}
