//! The second way to QuickBooks: its request processor on this computer, called after each run instead of waiting for the
//! Web Connector. It carries the same sessions, so that everything they promise holds here too.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use quickbooks_desktop::{Application, Failure, QuickBooks, Session};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};
use web_connector::{Agent, Answer, CompanyFile, Ended, Hello, Opening, Outgoing, Progress, Retry, SessionId};

/// As QuickBooks shows us and keeps its permission; it must never change.
const APPLICATION: Application<'static> = Application { id: "", name: "Tillbridge" };

/// How often a session may try to open a company file, as the Web Connector does.
const TRIES: u8 = 3;

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// After how long a session is ended though there is more to do, so that people get at their company file.
    pub session: Duration,
    /// How much longer QuickBooks may take for its last answer, as behind a window of its own that nobody closes.
    pub answer: Duration,
    /// How long the company file is left alone before the session that goes on.
    pub between: Duration,
    /// How long a session may still take once it is to be stopped.
    pub stop: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            session: Duration::from_mins(10),
            answer: Duration::from_mins(5),
            between: Duration::from_secs(10),
            stop: Duration::from_secs(10),
        }
    }
}

/// Holds one session with QuickBooks, if there is anything to do for one. When it is over, or given up, nothing is open any
/// more; a call from which QuickBooks does not come back is left to its own thread.
pub(crate) async fn hold_session(
    agent: Arc<dyn Agent>,
    quickbooks: Arc<dyn QuickBooks>,
    patience: Patience,
    stop: &CancellationToken,
) {
    let call = Arc::new(Call { agent, id: SessionId::random(), is_closed: AtomicBool::new(false) });
    let Opening::Work(file) = tokio::task::block_in_place(|| call.agent.open(&call.id)) else { return };
    let (over, mut held) = oneshot::channel();
    let own = stop.child_token();
    // A thread of its own: COM objects belong to the thread that made them, and any call may take very long.
    let thread = thread::Builder::new().name("quickbooks".to_owned()).spawn({
        let (call, own) = (Arc::clone(&call), own.clone());
        move || {
            call.carry(file, &*quickbooks, &own);
            let _ = over.send(());
        }
    });
    if let Err(error) = thread {
        error!(%error, "no thread for QuickBooks");
    }
    let how = tokio::select! {
        // Closed already, but where the thread broke down.
        _ = &mut held => Ended::ShutDown,
        () = stop.cancelled() => Ended::ShutDown,
        () = tokio::time::sleep(patience.session + patience.answer) => Ended::Expired,
    };
    own.cancel();
    if !held.is_terminated() && tokio::time::timeout(patience.stop, held).await.is_err() {
        warn!("QuickBooks does not come back from a call");
    }
    tokio::task::block_in_place(|| call.close(how));
}

/// One session.
struct Call {
    agent: Arc<dyn Agent>,
    id: SessionId,
    is_closed: AtomicBool,
}

impl Call {
    /// Carries requests to QuickBooks and its answers back, on the calling thread.
    fn carry(&self, file: CompanyFile, quickbooks: &dyn QuickBooks, stop: &CancellationToken) {
        let Some((mut session, hello)) = self.open(file, quickbooks) else {
            return self.close(Ended::ConnectionFailed);
        };
        let mut hello = Some(hello);
        while let Outgoing::Request(qbxml) = self.agent.next_request(&self.id, hello.take().as_ref()) {
            let answered = session.process(&qbxml);
            let answer = match &answered {
                Ok(answer) => Answer::Xml(answer),
                Err(failure) => Answer::Refused { hresult: hresult(failure), message: failure.message.clone() },
            };
            let progress = self.agent.answer(&self.id, answer);
            if !matches!(progress, Progress::Work { .. }) || stop.is_cancelled() {
                break;
            }
        }
        drop(session);
        self.close(if stop.is_cancelled() { Ended::ShutDown } else { Ended::Closed });
    }

    /// The company file that the agent names, open; none when it can't be, which the agent was told then.
    fn open(&self, mut file: CompanyFile, quickbooks: &dyn QuickBooks) -> Option<(Session, Hello)> {
        for _ in 0..TRIES {
            let path = match &file {
                CompanyFile::Open => None,
                CompanyFile::Path(path) => Some(path.as_str()),
            };
            let begun = quickbooks.request_processor().and_then(|processor| {
                let mut session = Session::begin(processor, APPLICATION, path)?;
                let company_file_name = session.company_file()?;
                Ok((session, hello(company_file_name)))
            });
            let failure = match begun {
                Ok(begun) => return Some(begun),
                Err(failure) => failure,
            };
            file = match self.agent.connection_error(&self.id, &hresult(&failure), &failure.message) {
                Retry::Path(path) => CompanyFile::Path(path),
                Retry::OpenFile => CompanyFile::Open,
                Retry::GiveUp => return None,
            };
        }
        None
    }

    /// Tells the agent once that the session is over, whoever comes first.
    fn close(&self, how: Ended) {
        if !self.is_closed.swap(true, Ordering::AcqRel) {
            self.agent.closed(&self.id, how);
        }
    }
}

/// What else the Web Connector tells at the beginning is asked by the agent itself.
fn hello(company_file_name: String) -> Hello {
    let (country, host_company_preferences) = (String::new(), None);
    Hello { company_file_name, country, qbxml_major: 0, qbxml_minor: 0, host_company_preferences }
}

fn hresult(failure: &Failure) -> String {
    format!("0x{:08X}", failure.hresult)
}
