//! The engine: one installation at work. Runs on its schedule, and answers the Web Connector's calls or calls QuickBooks
//! itself.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use books::{
    Document, Fact, Mapped, Mapping,
    document::Shop,
    mapping::{Locations, NewLocation},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use qbxml::{IdError, MessageSetId};
use quickbooks_desktop::{QuickBooks, ThisComputer};
use serde::{Deserialize, Serialize};
use store::{PullCount, RunId, RunOutcome, Scope, State, Store, StoreError};
use tokio::sync::{Mutex as TurnLock, Notify, watch};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;
use web_connector::{
    Agent, Answer, CompanyFile, Ended, Hello, Opening, Outgoing, Progress as Percent, Retry, SessionId, SignIn,
};

use crate::{
    choices,
    company::{Company, Installation},
    config::{Config, Connection, Start},
    conversation::{Conversation, Fault, Mapper, Parties, Reply, Turn},
    hindrance,
    integration::{self, Integration, Plan, Stage},
    messages::{Language, Message},
    preflight::FOOTER_WANTED,
    request_processor,
    schedule::{self, Schedule, is_again_due},
    source::{Source, SourceError},
    tieout::{Period, START, WANTED},
    token::TokenRecord,
};

mod pull;

pub(crate) use pull::LEFT_OUT;

pub use request_processor::Patience;

/// How often the scheduler looks at the clock. Short, because a computer that wakes from sleep does not say so.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(5);

/// How often our own data is backed up.
const BACK_UP_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// How far the engine is with what it is doing, for those who watch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Progress {
    /// Whether the shop is being read, or a session with QuickBooks is open.
    pub running: bool,
    /// Documents pulled in this run.
    pub pulled: u32,
    /// Entries settled in the session with QuickBooks.
    pub settled: u32,
    /// Entries that wait to be sent.
    pub ready: u32,
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The shop could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was stopped.
    #[error("stopped")]
    Stopped,
}

impl RunError {
    /// What to tell the merchant.
    pub fn message(&self) -> Message {
        match self {
            Self::Source(error) => error.message.clone(),
            Self::Store(error) => error.into(),
            Self::Stopped => Message::new("run.stopped"),
        }
    }
}

/// What is going on right now.
#[derive(Default)]
struct Live {
    /// Since when the clock has gone on evenly, if it did not from the beginning: nobody set it, and the computer was awake.
    steady_since: Option<Timestamp>,
    /// Why the last run could not begin or end: our own data could not be read or written.
    store_trouble: Option<Message>,
    /// The run whose entries the next session posts.
    run: Option<OpenRun>,
    session: Option<Session>,
    last_run_at: Option<Timestamp>,
    last_call_at: Option<Timestamp>,
    /// Whether QuickBooks answered at least once since the program started.
    met: bool,
    /// Whether the shop is being read, or what it told mapped.
    at_it: bool,
    wanted: Wanted,
    /// Whether the last session ended because its time was over.
    left_early: bool,
}

/// What somebody wants done before it is due.
#[derive(Clone, Copy, Default)]
struct Wanted {
    /// A run.
    run: bool,
    /// What is to be mapped anew, after somebody chose.
    mapping: bool,
}

/// A run that has not come to its end.
struct OpenRun {
    id: RunId,
    began: Timestamp,
    pulled: PullCount,
}

/// A session with QuickBooks, with the run that it carries out.
struct Session {
    id: SessionId,
    conversation: Conversation,
    run: OpenRun,
}

/// One installation at work.
pub struct Engine {
    store: Arc<Store>,
    source: Arc<dyn Source>,
    mapper: Arc<EntryMapper>,
    installation: Installation,
    company_file: Option<String>,
    /// Whose request processor is called; none where the Web Connector calls.
    quickbooks: Option<Arc<dyn QuickBooks>>,
    patience: Patience,
    clock: Arc<dyn Clock>,
    live: Mutex<Live>,
    turn: TurnLock<()>,
    progress: watch::Sender<Progress>,
    /// How many sessions ended since the start.
    sessions: watch::Sender<u32>,
    schedule: Schedule,
    wakes: Notify,
    began: Timestamp,
}

impl Engine {
    /// An engine over an opened store. An installation's ids are made at its first start.
    pub fn new(
        store: Arc<Store>,
        source: Arc<dyn Source>,
        config: &Config,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let now = clock.now();
        let installation = installation(&store, now)?;
        choices::take_configuration(&store, &config.mapping, now)?;
        let from = config.plan().from;
        if store.setting::<Date>(START)? != Some(from) {
            store.set_setting(START, &from, "the day from which on all is carried over", now)?;
        }
        let mapper =
            Arc::new(EntryMapper { store: Arc::clone(&store), plan: config.plan(), start: config.integration.start });
        Ok(Self {
            store,
            source,
            mapper,
            installation,
            company_file: config.quickbooks.company_file.clone(),
            quickbooks: match config.quickbooks.connection {
                Connection::WebConnector => None,
                Connection::RequestProcessor => Some(Arc::new(ThisComputer)),
            },
            patience: Patience::default(),
            clock,
            live: Mutex::default(),
            turn: TurnLock::new(()),
            progress: watch::Sender::default(),
            sessions: watch::Sender::default(),
            schedule: Schedule::default(),
            wakes: Notify::new(),
            began: now,
        })
    }

    /// The same, telling its progress to those who watch `progress`.
    #[must_use]
    pub fn telling(mut self, progress: watch::Sender<Progress>) -> Self {
        self.progress = progress;
        self
    }

    /// The same, calling the request processor of this QuickBooks.
    #[must_use]
    pub fn calling(mut self, quickbooks: Arc<dyn QuickBooks>, patience: Patience) -> Self {
        self.quickbooks = Some(quickbooks);
        self.patience = patience;
        self
    }

    /// How it reaches QuickBooks.
    pub const fn connection(&self) -> Connection {
        if self.quickbooks.is_some() { Connection::RequestProcessor } else { Connection::WebConnector }
    }

    /// The store behind it.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// This installation's ids.
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Follows what it is doing.
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// When QuickBooks was last in touch since this engine began: its Web Connector called, or it was called and opened its
    /// company file.
    pub fn last_call_at(&self) -> Option<Timestamp> {
        self.live().last_call_at
    }

    /// Since when the Web Connector has been silent, as far as it could have called: not before this engine began, the
    /// computer woke up, or somebody set the clock.
    pub fn silent_since(&self) -> Timestamp {
        let live = self.live();
        let since = live.steady_since.unwrap_or(self.began);
        live.last_call_at.map_or(since, |call| call.max(since))
    }

    /// Why runs can't begin or end: our own data can't be read or written just now. It is tried again all the time.
    pub fn store_trouble(&self) -> Option<Message> {
        self.live().store_trouble.clone()
    }

    /// Follows the clock, which may jump: the computer sleeps, or somebody sets it.
    pub async fn watch_clock(&self) -> Infallible {
        let mut before = self.clock.now();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            before = self.look_at_clock(before);
        }
    }

    /// Looks at the clock a moment after `before`, and returns what it says. Where it has jumped since, what was noted by it
    /// does not lie in the time to come.
    pub fn look_at_clock(&self, before: Timestamp) -> Timestamp {
        let now = self.clock.now();
        if schedule::has_jumped(before, now) {
            let mut live = self.live();
            live.steady_since = Some(now);
            live.last_call_at = live.last_call_at.map(|call| call.min(now));
        }
        now
    }

    /// When the next run is due; none while one goes on.
    pub fn next_run_at(&self) -> Option<Timestamp> {
        let live = self.live();
        let next = self.schedule.next(live.last_run_at, self.call_to_follow(&live), self.clock.now());
        (!live.at_it).then_some(next)
    }

    /// Has the next run begin at once, where [`Engine::keep_running`] is at it. After a run that is going on there is
    /// another one, because what is wanted may have happened after that was read.
    pub fn want_run(&self) {
        self.live().wanted.run = true;
        self.wakes.notify_one();
    }

    /// Has what is to be mapped anew mapped at once, where [`Engine::keep_running`] is at it.
    pub fn want_mapping(&self) {
        self.live().wanted.mapping = true;
        self.wakes.notify_one();
    }

    /// Closes the run that waits for QuickBooks: this engine won't be called any more.
    ///
    /// # Errors
    /// What the store says.
    pub fn wind_up(&self) -> Result<(), StoreError> {
        let open = self.live().run.take();
        open.map_or(Ok(()), |open| self.finish_run(&open, None))
    }

    /// The Web Connector's last call, by which runs are timed; where QuickBooks is called, nobody is waited for.
    fn call_to_follow(&self, live: &Live) -> Option<Timestamp> {
        live.last_call_at.filter(|_| self.quickbooks.is_none())
    }

    /// Runs on schedule until `stop`, and calls QuickBooks after each run where that is the way to it. A run that fails is
    /// told in the log and in the history; the next one comes all the same.
    pub async fn keep_running(self: &Arc<Self>, stop: &CancellationToken) {
        loop {
            let now = self.clock.now();
            let (due, wanted) = {
                let mut live = self.live();
                let is_due = self.schedule.is_due(live.last_run_at, self.call_to_follow(&live), now);
                (is_due, std::mem::take(&mut live.wanted))
            };
            let done = match wanted {
                Wanted { run: true, .. } => Some(self.run_once("by hand", stop).await),
                _ if due => Some(self.run_once("schedule", stop).await),
                Wanted { mapping: true, .. } => Some(self.map_again(stop).await),
                Wanted { .. } => None,
            };
            if let Some(done) = done {
                self.note_ended(&done);
            }
            if due || wanted.run {
                self.call_quickbooks(stop).await;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wakes.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// One run up to the point where QuickBooks is needed: pulls what is new and maps it. What it finds is posted when the
    /// Web Connector calls. Runs never overlap.
    ///
    /// # Errors
    /// [`RunError`]; everything pulled before the failure is kept.
    pub async fn run_once(&self, trigger: &str, stop: &CancellationToken) -> Result<(), RunError> {
        let _turn = self.turn.lock().await;
        let now = self.clock.now();
        let run = self.begin_run(trigger, now)?;
        self.live().last_run_at = Some(now);
        let at_it = AtIt::new(self);
        let result = tokio::select! {
            result = self.pull(run) => result,
            () = stop.cancelled() => Err(RunError::Stopped),
        };
        let result = result.and(self.map_all(run, stop).await);
        drop(at_it);
        let problem = result.as_ref().err().map(RunError::message);
        // That somebody stopped it says nothing of the shop.
        if !matches!(result, Err(RunError::Stopped)) {
            self.note_trouble("trouble.shop", problem.as_ref())?;
            tokio::task::block_in_place(|| self.back_up())?;
        }
        if problem.is_some() || !self.has_work()? {
            let code = problem.map(|problem| problem.code);
            let open = self.live().run.take_if(|open| open.id == run);
            if let Some(open) = open {
                self.finish_run(&open, code)?;
            }
        }
        result
    }

    /// Maps what somebody's choice or decision lets be mapped anew, in the run that waits for QuickBooks or one of its own.
    async fn map_again(&self, stop: &CancellationToken) -> Result<(), RunError> {
        let _turn = self.turn.lock().await;
        if self.store.unmapped(1)?.is_empty() || !integration::lists_are_read(&self.store)? {
            return Ok(());
        }
        let waiting = self.live().run.as_ref().map(|open| open.id);
        let run = waiting.map_or_else(|| self.begin_run("choice", self.clock.now()), Ok)?;
        let at_it = AtIt::new(self);
        let mapped = self.map_all(run, stop).await;
        drop(at_it);
        if waiting.is_none() && !self.has_work()? {
            let open = self.live().run.take_if(|open| open.id == run);
            open.map_or(Ok(()), |open| self.finish_run(&open, None))?;
        }
        mapped
    }

    /// What can't be told in the store, because that is what failed, is told by the engine itself.
    fn note_ended(&self, run: &Result<(), RunError>) {
        if let Err(problem) = run {
            warn!(code = problem.message().code, %problem, "the run did not come to its end");
        }
        self.live().store_trouble = match run {
            Err(problem @ RunError::Store(_)) => Some(problem.message()),
            _ => None,
        };
    }

    /// Keeps what is wrong where the status shows it, until it is right again.
    fn note_trouble(&self, key: &str, problem: Option<&Message>) -> Result<(), StoreError> {
        if self.store.setting::<Option<Message>>(key)?.flatten().as_ref() == problem {
            return Ok(());
        }
        self.store.set_setting(key, &problem, "what is wrong, or that nothing is any more", self.clock.now())
    }

    /// A backup a day, of which the store keeps the newest few.
    fn back_up(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let last: Option<Timestamp> = self.store.setting("backup_at")?;
        if last.is_none_or(|last| is_again_due(last, BACK_UP_EVERY, now)) {
            self.store.backup(None, now)?;
            self.store.set_setting("backup_at", &now, "a backup was made", now)?;
        }
        Ok(())
    }

    async fn map_all(&self, run: RunId, stop: &CancellationToken) -> Result<(), RunError> {
        // Before QuickBooks has told its lists, nothing can be mapped: it is done in the first session then.
        if !integration::lists_are_read(&self.store)? {
            return Ok(());
        }
        self.mapper.prepare_once(run, self.clock.now())?;
        loop {
            let mapped = tokio::task::block_in_place(|| {
                let live = self.live();
                // A session maps for itself between its message sets; two at it could undo each other's work.
                if live.session.is_some() { Ok(0) } else { self.mapper.map_some(run, 500, self.clock.now()) }
            })?;
            if mapped < 500 {
                return Ok(());
            }
            if stop.is_cancelled() {
                return Err(RunError::Stopped);
            }
            tokio::task::yield_now().await;
        }
    }

    /// Where QuickBooks is called: sessions until there is nothing more to do for one.
    async fn call_quickbooks(self: &Arc<Self>, stop: &CancellationToken) {
        let Some(quickbooks) = &self.quickbooks else { return };
        while !stop.is_cancelled() {
            let agent = Arc::clone(self) as Arc<dyn Agent>;
            request_processor::hold_session(agent, Arc::clone(quickbooks), self.patience, stop).await;
            if !std::mem::take(&mut self.live().left_early) {
                return;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(self.patience.between) => {}
            }
        }
    }

    /// Waits until a session with QuickBooks that did its work has ended, or until there is nothing to do for one. Where
    /// QuickBooks is called, it is called now.
    pub async fn session_ended(self: &Arc<Self>, stop: &CancellationToken) {
        if self.quickbooks.is_some() {
            return self.call_quickbooks(stop).await;
        }
        let mut sessions = self.sessions.subscribe();
        if !self.has_work().unwrap_or(true) {
            return;
        }
        tokio::select! {
            _ = sessions.changed() => {}
            () = stop.cancelled() => {}
        }
    }

    fn begin_run(&self, trigger: &str, now: Timestamp) -> Result<RunId, StoreError> {
        let waiting = self.live().run.take();
        if let Some(open) = waiting {
            // A run that somebody wanted comes before the Web Connector is expected.
            let was_expected = now.duration_since(open.began) >= self.schedule.every - self.schedule.lead * 2;
            let code = match self.connection() {
                Connection::WebConnector => was_expected.then_some("run.quickbooks_did_not_call"),
                Connection::RequestProcessor => Some("run.quickbooks_not_reached"),
            };
            self.finish_run(&open, code.map(str::to_owned))?;
        }
        let id = self.store.begin_run(trigger, now)?;
        self.live().run = Some(OpenRun { id, began: now, pulled: PullCount::default() });
        self.progress.send_modify(|progress| *progress = Progress { running: progress.running, ..Progress::default() });
        Ok(id)
    }

    fn finish_run(&self, open: &OpenRun, code: Option<String>) -> Result<(), StoreError> {
        let mut outcome = RunOutcome {
            documents_new: open.pulled.new,
            documents_changed: open.pulled.changed,
            code,
            ..RunOutcome::default()
        };
        for (state, count) in self.store.states_of(open.id)? {
            match state {
                State::Posted => outcome.posted += count,
                State::Rejected => outcome.rejected += count,
                State::Held => outcome.held += count,
                State::Sent | State::Uncertain => outcome.uncertain += count,
                State::Ready | State::Summarised | State::Undone | State::Dropped => {}
            }
        }
        self.store.finish_run(open.id, &outcome, self.clock.now())
    }

    /// Whether the next session has anything to do. What is held or was refused counts: it may be freed by what somebody
    /// changed in QuickBooks.
    fn has_work(&self) -> Result<bool, StoreError> {
        let integration = Integration::of(&self.store)?;
        if integration.stage == Stage::NotStarted {
            return Ok(true);
        }
        if integration.paused && self.live().met {
            return Ok(false);
        }
        if !self.live().met || !self.store.open_sets()?.is_empty() || !self.store.unmapped(1)?.is_empty() {
            return Ok(true);
        }
        if self.store.setting::<Option<Period>>(WANTED)?.flatten().is_some() {
            return Ok(true);
        }
        if TokenRecord::of(&self.store)?.wants_proof() {
            return Ok(true);
        }
        for state in [State::Ready, State::Held, State::Rejected] {
            if self.store.has_any(state)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tells those who watch whether anything goes on.
    fn tell_running(&self) {
        let running = {
            let live = self.live();
            live.at_it || live.session.is_some()
        };
        self.progress.send_if_modified(|progress| std::mem::replace(&mut progress.running, running) != running);
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        // A panic elsewhere must not keep the others from working on: every state that matters is in the store.
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a session over a fault in our own house; returns what to say.
    fn fail(&self, session: &SessionId, fault: &Fault) -> String {
        error!(%fault, "the session with QuickBooks failed on our side");
        match &mut self.live().session {
            Some(Session { id, conversation, .. }) if id == session => told(&conversation.fail(fault)),
            _ => String::new(),
        }
    }

    fn with_conversation<T>(
        &self,
        session: &SessionId,
        act: impl FnOnce(&mut Conversation) -> Result<T, Fault>,
    ) -> Option<Result<T, Fault>> {
        let mut live = self.live();
        match &mut live.session {
            Some(Session { id, conversation, .. }) if id == session => Some(act(conversation)),
            _ => None,
        }
    }
}

/// As long as it is there, the shop is being read or what it told mapped.
struct AtIt<'e>(&'e Engine);

impl<'e> AtIt<'e> {
    fn new(engine: &'e Engine) -> Self {
        engine.live().at_it = true;
        engine.tell_running();
        Self(engine)
    }
}

impl Drop for AtIt<'_> {
    fn drop(&mut self) {
        self.0.live().at_it = false;
        self.0.tell_running();
    }
}

/// This installation's ids, made at its first start.
pub fn installation(store: &Store, now: Timestamp) -> Result<Installation, StoreError> {
    if let Some(installation) = store.setting("installation")? {
        return Ok(installation);
    }
    let installation = Installation { id: Uuid::new_v4(), file_id: Uuid::new_v4() };
    store.set_setting("installation", &installation, "first start", now)?;
    Ok(installation)
}

/// A new message set's id: 92 random bits as 23 hexadecimal digits, the longest that QuickBooks takes (PROTOCOL.md c.3).
/// Random, so that not even a restored backup of our own data can use an id twice.
fn new_set_id() -> Result<MessageSetId, IdError> {
    let id = Uuid::new_v4().simple().to_string();
    MessageSetId::new(id.get(..23).unwrap_or(&id))
}

/// The Web Connector shows what it is told in one language.
fn told(message: &Message) -> String {
    message.text(Language::En)
}

impl Agent for Engine {
    fn signed_in(&self, how: &SignIn) {
        if let Err(error) = TokenRecord::note_sign_in(&self.store, how, self.clock.now()) {
            error!(%error, "the store could not be written");
        }
    }

    fn open(&self, _session: &SessionId) -> Opening {
        if self.connection() == Connection::WebConnector {
            self.live().last_call_at = Some(self.clock.now());
        }
        match self.has_work() {
            Ok(true) => Opening::Work(self.company_file.clone().map_or(CompanyFile::Open, CompanyFile::Path)),
            Ok(false) => Opening::NothingToDo,
            Err(error) => {
                error!(%error, "the store could not be read");
                Opening::Busy
            }
        }
    }

    fn next_request(&self, session: &SessionId, hello: Option<&Hello>) -> Outgoing {
        let now = self.clock.now();
        if let Some(hello) = hello {
            let mut live = self.live();
            live.last_call_at = Some(now);
            let waiting = live.run.take();
            let run = waiting.map_or_else(
                || {
                    let run = self.store.begin_run("quickbooks", now);
                    run.map(|id| OpenRun { id, began: now, pulled: PullCount::default() })
                },
                Ok,
            );
            match run {
                Ok(run) => {
                    let with = Parties {
                        installation: self.installation.clone(),
                        file_name: hello.company_file_name.clone(),
                        configured_file: self.company_file.clone(),
                        run: run.id,
                        until: self.quickbooks.as_ref().map(|_| now + self.patience.session),
                    };
                    let mapper: Arc<dyn Mapper> = Arc::clone(&self.mapper) as Arc<dyn Mapper>;
                    let conversation = Conversation::new(Arc::clone(&self.store), mapper, with, new_set_id);
                    live.session = Some(Session { id: *session, conversation, run });
                }
                Err(error) => return Outgoing::Stop(told(&Message::from(&error))),
            }
            drop(live);
            self.tell_running();
        }
        match self.with_conversation(session, |conversation| conversation.next(now)) {
            None => Outgoing::Done,
            Some(Ok(Turn::Send(xml))) => Outgoing::Request(xml),
            Some(Ok(Turn::Finished)) => {
                self.live().met = true;
                Outgoing::Done
            }
            Some(Ok(Turn::Stop(message))) => Outgoing::Stop(message.text(Language::En)),
            Some(Err(fault)) => Outgoing::Stop(self.fail(session, &fault)),
        }
    }

    fn answer(&self, session: &SessionId, answer: Answer<'_>) -> Percent {
        let now = self.clock.now();
        let reply = match &answer {
            Answer::Xml(xml) => Reply::Xml(xml),
            Answer::Refused { hresult, message } => Reply::Refused { hresult, message },
        };
        let settled = self.with_conversation(session, |conversation| {
            conversation.answered(reply, now)?;
            if let Some(file) = conversation.company_file() {
                TokenRecord::note_proof(&self.store, file, now)?;
            }
            let more = conversation.has_more(now)?;
            Ok((conversation.settled(), more, conversation.stopped()))
        });
        match settled {
            None => Percent::Done,
            Some(Err(fault)) => Percent::Stop(self.fail(session, &fault)),
            Some(Ok((_, _, Some(message)))) => Percent::Stop(message.text(Language::En)),
            Some(Ok((_, false, None))) => {
                self.live().met = true;
                Percent::Done
            }
            Some(Ok((settled, true, None))) => {
                let ready = self.store.to_do().unwrap_or_default();
                self.progress.send_modify(|progress| {
                    progress.settled = settled;
                    progress.ready = ready;
                });
                Percent::Work { done: settled, remaining: ready.max(1) }
            }
        }
    }

    fn connection_error(&self, _session: &SessionId, hresult: &str, message: &str) -> Retry {
        warn!(hresult, "QuickBooks could not be opened");
        let told = hindrance::message_of(hresult, message);
        if let Err(error) = self.note_trouble("trouble", Some(&told)) {
            error!(%error, "the store could not be written");
        }
        Retry::GiveUp
    }

    fn closed(&self, session: &SessionId, how: Ended) {
        let now = self.clock.now();
        let ended = {
            let mut live = self.live();
            let ended = live.session.take_if(|open| &open.id == session);
            live.left_early = ended.as_ref().is_some_and(|ended| ended.conversation.left_early());
            ended
        };
        self.tell_running();
        let Some(Session { mut conversation, run, .. }) = ended else { return };
        let stopped = conversation.stopped();
        let noted = conversation.close(&format!("the session ended: {how:?}"), now).map_err(|fault| fault.to_string());
        let noted = noted.and_then(|()| {
            self.note_trouble("trouble", stopped.as_ref())
                .and_then(|()| self.finish_run(&run, stopped.map(|message| message.code)))
                .map_err(|error| error.to_string())
        });
        match noted {
            Ok(()) => info!(settled = conversation.settled(), ?how, "the session with QuickBooks ended"),
            Err(problem) => error!(problem, "the end of a session could not be noted"),
        }
        self.sessions.send_modify(|sessions| *sessions += 1);
    }
}

/// The merchant's mapping over the store's documents.
struct EntryMapper {
    store: Arc<Store>,
    plan: Plan,
    start: Start,
}

impl Mapper for EntryMapper {
    fn map_some(&self, run: RunId, limit: u32, now: Timestamp) -> Result<u32, StoreError> {
        let Some(shop) = self.store.setting::<Shop>("shop")? else { return Ok(0) };
        let mapping = mapping_for(self.store.mapping()?.unwrap_or_default(), self.store.setting("company")?.as_ref());
        let footer_wanted = self.store.setting::<Timestamp>(FOOTER_WANTED)?.is_some();
        let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
        let scope = match Integration::of(&self.store)?.stage {
            Stage::Beginning => Scope::Beginning,
            Stage::NotStarted | Stage::History | Stage::Done => Scope::Everything,
        };
        self.store.map_unmapped(run, scope, limit, now, |document, past, world| {
            if self.is_before_start(document, &shop) {
                return Mapped::default();
            }
            let company = world.company();
            let context =
                books::Context { mapping: &mapping, shop: &shop, lists: world, facts: world, company: &company };
            match &document.fact {
                Fact::Customer(_) | Fact::Variant(_) | Fact::Supplier(_) => {
                    books::opening::introduce(document, self.plan.from, &context)
                }
                Fact::Shop(_) if footer_wanted => books::footer_item(document, &context),
                _ => books::map(&books::since(document, past, self.plan.from, &zone), past, &context),
            }
        })
    }

    fn lists_are_read(&self, run: RunId, now: Timestamp) -> Result<(), StoreError> {
        self.prepare_once(run, now)?;
        let waits = Integration::of(&self.store)?.stage == Stage::NotStarted;
        if waits
            && self.start == Start::WhenReady
            && let Err(error) = integration::start(&self.store, self.plan, self.start, now)
        {
            info!(code = error.message.code, "the integration can't be started yet");
        }
        Ok(())
    }
}

impl EntryMapper {
    /// Has everything that a start would carry over worked out once, so that the preview shows it.
    fn prepare_once(&self, run: RunId, now: Timestamp) -> Result<(), StoreError> {
        if Integration::of(&self.store)?.stage != Stage::NotStarted || integration::is_prepared(&self.store, now)? {
            return Ok(());
        }
        let mapping = mapping_for(self.store.mapping()?.unwrap_or_default(), self.store.setting("company")?.as_ref());
        integration::prepare(&self.store, run, &mapping, self.plan, now)
    }

    /// Whether the sale was made before the day from which sales are carried over, by the shop's calendar.
    fn is_before_start(&self, document: &Document, shop: &Shop) -> bool {
        let Fact::Order(order) = &document.fact else { return false };
        let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
        order.placed_at.to_zoned(zone).date() < self.plan.from
    }
}

/// The merchant's mapping as far as the company file can take it: without class tracking there are no classes.
fn mapping_for(mut mapping: Mapping, company: Option<&Company>) -> Mapping {
    if company.is_some_and(|company| !company.classes) {
        let sites = std::mem::take(&mut mapping.locations.sites);
        let classes = BTreeMap::new();
        mapping.locations = Locations { new: NewLocation::None, online: String::new(), classes, sites };
    }
    mapping
}
