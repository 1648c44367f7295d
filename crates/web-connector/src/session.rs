//! The one session that may be open, and what each operation does to it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::{Agent, Answer, Clock, CompanyFile, Ended, Hello, Opening, Outgoing, Progress, Retry, SessionId};

/// How often a session may try another company file; the next failure ends it (PROTOCOL.md a.7).
const RETRIES: u8 = 2;
/// The word in `getLastError` that makes the Web Connector pause and ask again.
const NO_OP: &str = "NoOp";
const SESSION_UNKNOWN: &str = "This session has ended. The next update starts a new one.";
const NOT_ASKED: &str = "An answer came that nothing was asked for. The next update starts a new session.";

/// Keeps the session. Every method may block, as the agent may.
pub(crate) struct Sessions {
    agent: Arc<dyn Agent>,
    clock: Arc<dyn Clock>,
    idle: Duration,
    current: Mutex<Option<Session>>,
}

struct Session {
    id: SessionId,
    ticket: Uuid,
    heard: Duration,
    greeted: bool,
    retries: u8,
    last_percent: Option<i32>,
    stage: Stage,
}

/// What has been said last, and so what may come next.
enum Stage {
    /// The next request may be asked for.
    Ready,
    /// A request is out, its answer is awaited.
    Asked,
    /// The Web Connector was told to ask again later.
    Paused,
    /// The Web Connector was told that this is all.
    Done,
    /// The Web Connector was told to stop, for this reason.
    Stopped(String),
}

impl Sessions {
    pub(crate) fn new(agent: Arc<dyn Agent>, clock: Arc<dyn Clock>, idle: Duration) -> Self {
        Self { agent, clock, idle, current: Mutex::new(None) }
    }

    /// `authenticate`, after the proof: ticket and company file or keyword, and the session that was opened, if one
    /// was. A session that is still open ends: the client that comes anew has lost an answer, and with it the old
    /// ticket.
    pub(crate) fn open(&self) -> ([String; 2], Option<SessionId>) {
        let mut current = self.lock();
        self.expire(&mut current);
        self.end(&mut current, Ended::Replaced);
        let (id, ticket) = (SessionId::random(), Uuid::new_v4());
        let verdict = match self.agent.open(&id) {
            Opening::Work(file) => {
                *current = Some(Session {
                    id,
                    ticket,
                    heard: self.clock.now(),
                    greeted: false,
                    retries: 0,
                    last_percent: None,
                    stage: Stage::Ready,
                });
                tracing::info!(session = %id, "session opened");
                match file {
                    CompanyFile::Open => String::new(),
                    CompanyFile::Path(path) => path,
                }
            }
            Opening::NothingToDo => "none".to_owned(),
            Opening::Busy => "busy".to_owned(),
        };
        ([ticket.to_string(), verdict], current.as_ref().map(|session| session.id))
    }

    /// `sendRequestXML`: a qbXML document, or the empty text, to which `getLastError` gives the reason.
    pub(crate) fn next_request(&self, ticket: &str, hello: &Hello) -> String {
        self.with(ticket, |session| {
            if matches!(session.stage, Stage::Done | Stage::Stopped(_)) {
                return String::new();
            }
            let hello = (!session.greeted).then_some(hello);
            let outgoing = self.agent.next_request(&session.id, hello);
            session.greeted = true;
            let (stage, request) = match outgoing {
                Outgoing::Request(xml) if !xml.is_empty() => (Stage::Asked, xml),
                Outgoing::Request(_) | Outgoing::Done => (Stage::Done, String::new()),
                Outgoing::Pause => (Stage::Paused, String::new()),
                Outgoing::Stop(message) => (Stage::Stopped(message), String::new()),
            };
            session.stage = stage;
            request
        })
        .unwrap_or_default()
    }

    /// `receiveResponseXML`: the percentage, or -1, to which `getLastError` gives the reason.
    pub(crate) fn answer(&self, ticket: &str, response: &str, hresult: String, message: String) -> i32 {
        self.with(ticket, |session| {
            match (&session.stage, session.last_percent) {
                (Stage::Asked, _) => {}
                (_, Some(percent)) => return percent,
                (Stage::Stopped(_), None) => return -1,
                (_, None) => {
                    session.stage = Stage::Stopped(NOT_ASKED.to_owned());
                    return -1;
                }
            }
            let refused = !hresult.trim().is_empty() || (response.trim().is_empty() && !message.trim().is_empty());
            let answer = if refused { Answer::Refused { hresult, message } } else { Answer::Xml(response) };
            let (stage, percent) = match self.agent.answer(&session.id, answer) {
                Progress::Work { done, remaining } => (Stage::Ready, percentage(done, remaining)),
                Progress::Done => (Stage::Done, 100),
                Progress::Stop(message) => (Stage::Stopped(message), -1),
            };
            session.stage = stage;
            session.last_percent = Some(percent);
            percent
        })
        .unwrap_or(-1)
    }

    /// `connectionError`: the company file to try next, or `done`.
    pub(crate) fn connection_error(&self, ticket: &str, hresult: &str, message: &str) -> String {
        let next = self.with(ticket, |session| {
            let retry = self.agent.connection_error(&session.id, hresult, message);
            session.retries = session.retries.saturating_add(1);
            match retry {
                _ if session.retries > RETRIES => None,
                Retry::Path(path) => Some(path),
                Retry::OpenFile => Some(String::new()),
                Retry::GiveUp => None,
            }
        });
        if next == Some(None) {
            self.close(ticket, Ended::ConnectionFailed);
        }
        next.flatten().unwrap_or_else(|| "done".to_owned())
    }

    /// `getLastError`: the text for the user, or the word that asks for a pause.
    pub(crate) fn last_error(&self, ticket: &str) -> String {
        self.with(ticket, |session| match &session.stage {
            Stage::Paused => NO_OP.to_owned(),
            Stage::Stopped(message) => message.clone(),
            Stage::Ready | Stage::Asked => "No error.".to_owned(),
            Stage::Done => "Nothing left to do.".to_owned(),
        })
        .unwrap_or_else(|| SESSION_UNKNOWN.to_owned())
    }

    /// Ends the session that has this ticket, if there is one.
    pub(crate) fn close(&self, ticket: &str, how: Ended) {
        let mut current = self.lock();
        self.expire(&mut current);
        if current.as_ref().is_some_and(|session| session.has(ticket)) {
            self.end(&mut current, how);
        }
    }

    /// Ends the session if it was idle too long. How much longer it may be idle; `None` when it has ended.
    pub(crate) fn idle_left(&self, id: SessionId) -> Option<Duration> {
        let mut current = self.lock();
        self.expire(&mut current);
        current.as_ref().filter(|session| session.id == id).map(|session| self.left(session))
    }

    /// Runs `act` on the session that has this ticket. The time the agent takes is not idle time.
    fn with<R>(&self, ticket: &str, act: impl FnOnce(&mut Session) -> R) -> Option<R> {
        let mut current = self.lock();
        self.expire(&mut current);
        let session = current.as_mut().filter(|session| session.has(ticket))?;
        let result = act(session);
        session.heard = self.clock.now();
        Some(result)
    }

    fn expire(&self, current: &mut Option<Session>) {
        if current.as_ref().is_some_and(|session| self.left(session).is_zero()) {
            self.end(current, Ended::Expired);
        }
    }

    fn left(&self, session: &Session) -> Duration {
        session.heard.saturating_add(self.idle).saturating_sub(self.clock.now())
    }

    // The session is taken out first, so that an agent that panics is not told twice.
    fn end(&self, current: &mut Option<Session>, how: Ended) {
        if let Some(session) = current.take() {
            tracing::info!(session = %session.id, ?how, "session ended");
            self.agent.closed(&session.id, how);
        }
    }

    // A lock is poisoned when the agent panicked; the session's state was not touched then.
    fn lock(&self) -> MutexGuard<'_, Option<Session>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sessions {
    /// Tells the agent of a session that is still open. The agent may block, and the last owner may be a task of the
    /// runtime, so it is told from a thread of its own.
    fn drop(&mut self) {
        if self.lock().is_none() {
            return;
        }
        let this = &*self;
        std::thread::scope(|scope| {
            let told = scope.spawn(|| this.end(&mut this.lock(), Ended::ShutDown)).join();
            if told.is_err() {
                tracing::error!("the agent failed at the end of its session");
            }
        });
    }
}

impl Session {
    fn has(&self, ticket: &str) -> bool {
        Uuid::try_parse(ticket.trim()).is_ok_and(|shown| shown.as_bytes().ct_eq(self.ticket.as_bytes()).into())
    }
}

/// 0 to 99: 100 would end the session.
fn percentage(done: u32, remaining: u32) -> i32 {
    let (done, all) = (u64::from(done), u64::from(done) + u64::from(remaining));
    let percent = (done * 100).checked_div(all).unwrap_or(0).min(99);
    i32::try_from(percent).unwrap_or(99)
}
