//! The engine: one installation at work. Runs on its schedule, and answers the Web Connector's calls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use books::{Document, Fact, Mapped, Mapping, document::Shop};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use qbxml::{IdError, MessageSetId};
use store::{RunId, RunOutcome, State, Store, StoreError};
use tokio::sync::{Mutex as TurnLock, watch};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;
use web_connector::{
    Agent, Answer, CompanyFile, Ended, Hello, Opening, Outgoing, Progress as Percent, Retry, SessionId,
};

use crate::{
    company::Installation,
    config::Config,
    conversation::{Conversation, Fault, Mapper, Reply, Turn},
    messages::{Language, Message},
    schedule::Schedule,
    source::{Source, SourceError, Told},
};

/// How often the scheduler looks at the clock. Short, because a computer that wakes from sleep does not say so.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(5);

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
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
            Self::Store(error) => Message::new("store.failed").with("problem", error),
            Self::Stopped => Message::new("run.stopped"),
        }
    }
}

/// What is going on right now.
#[derive(Default)]
struct Live {
    /// The run whose entries the next session posts.
    run: Option<RunId>,
    session: Option<(SessionId, Conversation)>,
    last_run_at: Option<Timestamp>,
    last_call_at: Option<Timestamp>,
    /// Whether QuickBooks answered at least once since the program started.
    met: bool,
}

/// One installation at work.
pub struct Engine {
    store: Arc<Store>,
    source: Arc<dyn Source>,
    mapper: Arc<EntryMapper>,
    installation: Installation,
    company_file: Option<String>,
    clock: Arc<dyn Clock>,
    live: Mutex<Live>,
    turn: TurnLock<()>,
    progress: watch::Sender<Progress>,
    /// How many sessions ended since the start.
    sessions: watch::Sender<u32>,
    schedule: Schedule,
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
        if store.setting::<Mapping>("mapping")?.as_ref() != Some(&config.mapping) {
            store.set_setting("mapping", &config.mapping, "the mapping changed", now)?;
            store.remap_open(now)?;
        }
        let mapper = Arc::new(EntryMapper {
            store: Arc::clone(&store),
            mapping: config.mapping.clone(),
            start_date: config.shop.start_date,
        });
        Ok(Self {
            store,
            source,
            mapper,
            installation,
            company_file: config.quickbooks.company_file.clone(),
            clock,
            live: Mutex::default(),
            turn: TurnLock::new(()),
            progress: watch::Sender::default(),
            sessions: watch::Sender::default(),
            schedule: Schedule::default(),
        })
    }

    /// The store behind it.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// This installation's ids.
    /// This installation's ids.
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Follows what it is doing.
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Runs on schedule until `stop`. A run that fails is told in the log and in the history; the next one comes all the
    /// same.
    pub async fn keep_running(&self, stop: &CancellationToken) {
        loop {
            let now = self.clock.now();
            let due = {
                let live = self.live();
                self.schedule.is_due(live.last_run_at, live.last_call_at, now)
            };
            if due && let Err(problem) = self.run_once("schedule", stop).await {
                warn!(code = problem.message().code, %problem, "the run did not come to its end");
            }
            tokio::select! {
                () = stop.cancelled() => return,
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
        let result = tokio::select! {
            result = self.pull(run) => result,
            () = stop.cancelled() => Err(RunError::Stopped),
        };
        let mapped = self.map_all(run).await;
        if let Err(problem) = result.as_ref().map_err(RunError::message).and(mapped.as_ref().map_err(RunError::message))
        {
            self.finish_run(run, Some(problem.code))?;
        } else if !self.has_work()? {
            self.finish_run(run, None)?;
        }
        result.and(mapped)
    }

    async fn pull(&self, run: RunId) -> Result<(), RunError> {
        for name in self.source.feeds() {
            let mut feed = self.source.open(name, self.store.cursor(name)?, self.clock.now())?;
            while let Some(page) = feed.next().await? {
                let now = self.clock.now();
                let told: Vec<_> =
                    page.documents.iter().map(|Told { document, raw }| store::Pulled { document, raw }).collect();
                let count = tokio::task::block_in_place(|| {
                    self.remember_shop(&page.documents, now)?;
                    self.store.save_pulled(run, name, &told, Some(&page.cursor), now)
                })?;
                self.progress.send_modify(|progress| progress.pulled += count.new + count.changed);
            }
        }
        Ok(())
    }

    /// Keeps the shop's own facts where the mapping finds them.
    fn remember_shop(&self, documents: &[Told], now: Timestamp) -> Result<(), StoreError> {
        for told in documents {
            if let Fact::Shop(shop) = &told.document.fact
                && self.store.setting::<Shop>("shop")?.as_ref() != Some(shop)
            {
                self.store.set_setting("shop", shop, "what the shop says of itself", now)?;
                self.store.remap_open(now)?;
            }
        }
        Ok(())
    }

    async fn map_all(&self, run: RunId) -> Result<(), RunError> {
        // Before QuickBooks has told its lists, nothing can be mapped: it is done in the first session then.
        if self.store.setting::<serde_json::Value>("list.customers")?.is_none() {
            return Ok(());
        }
        loop {
            let mapped = tokio::task::block_in_place(|| self.mapper.map_some(run, 500, self.clock.now()))?;
            if mapped < 500 {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    /// Waits until a session with QuickBooks that did its work has ended, or until there is nothing to do for one.
    pub async fn session_ended(&self, stop: &CancellationToken) {
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
        if let Some(run) = waiting {
            self.finish_run(run, Some("run.quickbooks_did_not_call".to_owned()))?;
        }
        let run = self.store.begin_run(trigger, now)?;
        self.live().run = Some(run);
        self.progress.send_replace(Progress::default());
        Ok(run)
    }

    fn finish_run(&self, run: RunId, problem: Option<String>) -> Result<(), StoreError> {
        let mut live = self.live();
        if live.run == Some(run) && live.session.is_none() {
            live.run = None;
        }
        drop(live);
        self.store.finish_run(run, &RunOutcome { code: problem, ..RunOutcome::default() }, self.clock.now())
    }

    /// Whether the next session has anything to do.
    fn has_work(&self) -> Result<bool, StoreError> {
        Ok(!self.live().met
            || !self.store.open_sets()?.is_empty()
            || !self.store.unmapped(1)?.is_empty()
            || !self.store.ready(1)?.is_empty())
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        // A panic elsewhere must not keep the others from working on: every state that matters is in the store.
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_conversation<T>(
        &self,
        session: &SessionId,
        act: impl FnOnce(&mut Conversation) -> Result<T, Fault>,
    ) -> Option<Result<T, Fault>> {
        let mut live = self.live();
        match &mut live.session {
            Some((open, conversation)) if open == session => Some(act(conversation)),
            _ => None,
        }
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

fn told(fault: &Fault) -> String {
    error!(%fault, "the session with QuickBooks failed on our side");
    Message::new("session.failed").with("problem", fault).text(Language::En)
}

impl Agent for Engine {
    fn open(&self, _session: &SessionId) -> Opening {
        self.live().last_call_at = Some(self.clock.now());
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
            let run = match live.run {
                Some(run) => Ok(run),
                None => self.store.begin_run("quickbooks", now),
            };
            match run {
                Ok(run) => {
                    live.run = Some(run);
                    let mapper: Arc<dyn Mapper> = Arc::clone(&self.mapper) as Arc<dyn Mapper>;
                    let conversation = Conversation::new(
                        Arc::clone(&self.store),
                        mapper,
                        self.installation.clone(),
                        run,
                        &hello.company_file_name,
                        new_set_id,
                    );
                    live.session = Some((*session, conversation));
                }
                Err(error) => return Outgoing::Stop(told(&error.into())),
            }
        }
        match self.with_conversation(session, |conversation| conversation.next(now)) {
            None => Outgoing::Done,
            Some(Ok(Turn::Send(xml))) => Outgoing::Request(xml),
            Some(Ok(Turn::Finished)) => {
                self.live().met = true;
                Outgoing::Done
            }
            Some(Ok(Turn::Stop(message))) => Outgoing::Stop(message.text(Language::En)),
            Some(Err(fault)) => Outgoing::Stop(told(&fault)),
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
            let more = conversation.has_more(now)?;
            Ok((conversation.settled(), more, conversation.stopped()))
        });
        match settled {
            None => Percent::Done,
            Some(Err(fault)) => Percent::Stop(told(&fault)),
            Some(Ok((_, _, Some(message)))) => Percent::Stop(message.text(Language::En)),
            Some(Ok((_, false, None))) => {
                self.live().met = true;
                Percent::Done
            }
            Some(Ok((settled, true, None))) => {
                let counts = self.store.counts().unwrap_or_default();
                let ready = counts.entries.get(&State::Ready).copied().unwrap_or_default();
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
        let told = Message::new("quickbooks.not_reachable").with("hresult", hresult).with("message", message);
        if let Err(error) = self.store.set_setting("trouble", &told, "QuickBooks could not be opened", self.clock.now())
        {
            error!(%error, "the store could not be written");
        }
        Retry::GiveUp
    }

    fn closed(&self, session: &SessionId, how: Ended) {
        let now = self.clock.now();
        let (conversation, run) = {
            let mut live = self.live();
            match live.session.take() {
                Some((open, conversation)) if &open == session => (conversation, live.run.take()),
                other => {
                    live.session = other;
                    return;
                }
            }
        };
        let mut conversation = conversation;
        let stopped = conversation.stopped();
        let result = conversation
            .close(&format!("the session ended: {how:?}"), now)
            .map_err(|fault| fault.to_string())
            .and_then(|()| {
                let outcome =
                    RunOutcome { code: stopped.as_ref().map(|message| message.code.clone()), ..RunOutcome::default() };
                self.store
                    .set_setting("trouble", &stopped, "how the last session with QuickBooks ended", now)
                    .and_then(|()| run.map_or(Ok(()), |run| self.store.finish_run(run, &outcome, now)))
                    .map_err(|error| error.to_string())
            });
        match result {
            Ok(()) => {
                info!(settled = conversation.settled(), ?how, "the session with QuickBooks ended");
            }
            Err(problem) => error!(problem, "the end of a session could not be noted"),
        }
        self.sessions.send_modify(|sessions| *sessions += 1);
    }
}

/// The merchant's mapping over the store's documents.
struct EntryMapper {
    store: Arc<Store>,
    mapping: Mapping,
    start_date: Date,
}

impl Mapper for EntryMapper {
    fn map_some(&self, run: RunId, limit: u32, now: Timestamp) -> Result<u32, StoreError> {
        let Some(shop) = self.store.setting::<Shop>("shop")? else { return Ok(0) };
        self.store.map_unmapped(run, limit, now, |document, world| {
            if self.is_before_start(document, &shop) {
                return Mapped::Nothing;
            }
            books::map(document, &books::Context { mapping: &self.mapping, shop: &shop, lists: world, facts: world })
        })
    }
}

impl EntryMapper {
    /// Whether the sale was made before the day from which sales are carried over, by the shop's calendar.
    fn is_before_start(&self, document: &Document, shop: &Shop) -> bool {
        let Fact::Order(order) = &document.fact else { return false };
        let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
        order.placed_at.to_zoned(zone).date() < self.start_date
    }
}
