//! The engine: one installation at work. Runs on its schedule, and answers the Web Connector's calls.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use books::{
    Document, Fact, Mapped, Mapping,
    document::Shop,
    mapping::{Locations, NewLocation},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use qbxml::{IdError, MessageSetId};
use store::{PullCount, RunId, RunOutcome, Scope, State, Store, StoreError};
use tokio::sync::{Mutex as TurnLock, watch};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;
use web_connector::{
    Agent, Answer, CompanyFile, Ended, Hello, Opening, Outgoing, Progress as Percent, Retry, SessionId, SignIn,
};

use crate::{
    company::{Company, Installation},
    config::{Config, Start},
    conversation::{Conversation, Fault, Mapper, Parties, Reply, Turn},
    integration::{self, Integration, Plan, Stage},
    messages::{Language, Message},
    preflight::FOOTER_WANTED,
    schedule::Schedule,
    source::{Opening as FeedOpening, Source, SourceError, Told},
    tieout::{Period, WANTED},
    token::TokenRecord,
};

/// How often the scheduler looks at the clock. Short, because a computer that wakes from sleep does not say so.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(5);

/// How often our own data is backed up.
const BACK_UP_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How far the shop's search index may lag behind what happens (SHOPIFY.md 2.6).
const INDEX_LAG: SignedDuration = SignedDuration::from_mins(10);

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
    run: Option<OpenRun>,
    session: Option<Session>,
    last_run_at: Option<Timestamp>,
    last_call_at: Option<Timestamp>,
    /// Whether QuickBooks answered at least once since the program started.
    met: bool,
}

/// A run that has not come to its end.
struct OpenRun {
    id: RunId,
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
            // In this order: a kill in between has it done again, and never forgotten.
            store.remap_open(now)?;
            store.set_setting("mapping", &config.mapping, "the mapping changed", now)?;
        }
        let mapper = Arc::new(EntryMapper {
            store: Arc::clone(&store),
            mapping: config.mapping.clone(),
            plan: config.plan(),
            start: config.integration.start,
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
        let result = result.and(self.map_all(run).await);
        let problem = result.as_ref().err().map(RunError::message);
        self.note_trouble("trouble.shop", problem.as_ref())?;
        tokio::task::block_in_place(|| self.back_up())?;
        if problem.is_some() || !self.has_work()? {
            let code = problem.map(|problem| problem.code);
            let open = self.live().run.take_if(|open| open.id == run);
            if let Some(open) = open {
                self.finish_run(&open, code)?;
            }
        }
        result
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
        if last.is_none_or(|last| now.duration_since(last) >= BACK_UP_EVERY) {
            self.store.backup(None, now)?;
            self.store.set_setting("backup_at", &now, "a backup was made", now)?;
        }
        Ok(())
    }

    async fn pull(&self, run: RunId) -> Result<(), RunError> {
        let began = self.clock.now();
        let mut missed = false;
        for name in self.source.feeds() {
            let opening = FeedOpening { cursor: self.store.cursor(name)?, now: self.clock.now(), missed };
            let mut feed = self.source.open(name, opening)?;
            while let Some(page) = feed.next().await? {
                let now = self.clock.now();
                let told: Vec<_> =
                    page.documents.iter().map(|Told { document, raw }| store::Pulled { document, raw }).collect();
                let count = tokio::task::block_in_place(|| {
                    self.remember_shop(&page.documents, now)?;
                    for id in &page.gone {
                        self.store.gone(id, now)?;
                    }
                    let unknown = self.store.unknown(&page.mentioned)?;
                    if !unknown.is_empty() {
                        warn!(
                            orders = unknown.len(),
                            "the shop mentions orders that it never told: they are looked for"
                        );
                        missed = true;
                    }
                    self.store.save_pulled(run, name, &told, Some(&page.cursor), now)
                })?;
                if let Some(open) = &mut self.live().run {
                    open.pulled.new += count.new;
                    open.pulled.changed += count.changed;
                }
                self.progress.send_modify(|progress| progress.pulled += count.new + count.changed);
            }
        }
        Ok(self.note_days_over(began)?)
    }

    /// Everything was read that happened in the shop before `began`: the days that were over by then can be posted as one.
    fn note_days_over(&self, began: Timestamp) -> Result<(), StoreError> {
        let Some(shop) = self.store.setting::<Shop>("shop")? else { return Ok(()) };
        let Ok(zone) = TimeZone::get(&shop.time_zone) else { return Ok(()) };
        let settled = began.saturating_sub(INDEX_LAG).unwrap_or(began).to_zoned(zone).date();
        match settled.yesterday() {
            Ok(over) => self.store.told_through(over, self.clock.now()),
            Err(_) => Ok(()),
        }
    }

    /// Keeps the shop's own facts where the mapping finds them.
    fn remember_shop(&self, documents: &[Told], now: Timestamp) -> Result<(), StoreError> {
        for told in documents {
            if let Fact::Shop(shop) = &told.document.fact
                && self.store.setting::<Shop>("shop")?.as_ref() != Some(shop)
            {
                self.store.remap_open(now)?;
                self.store.set_setting("shop", shop, "what the shop says of itself", now)?;
            }
        }
        Ok(())
    }

    async fn map_all(&self, run: RunId) -> Result<(), RunError> {
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
        if let Some(open) = waiting {
            self.finish_run(&open, Some("run.quickbooks_did_not_call".to_owned()))?;
        }
        let id = self.store.begin_run(trigger, now)?;
        self.live().run = Some(OpenRun { id, pulled: PullCount::default() });
        self.progress.send_replace(Progress::default());
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
            let run = match live.run.take() {
                Some(open) => Ok(open),
                None => self.store.begin_run("quickbooks", now).map(|id| OpenRun { id, pulled: PullCount::default() }),
            };
            match run {
                Ok(run) => {
                    let with = Parties {
                        installation: self.installation.clone(),
                        file_name: hello.company_file_name.clone(),
                        configured_file: self.company_file.clone(),
                        run: run.id,
                    };
                    let mapper: Arc<dyn Mapper> = Arc::clone(&self.mapper) as Arc<dyn Mapper>;
                    let conversation = Conversation::new(Arc::clone(&self.store), mapper, with, new_set_id);
                    live.session = Some(Session { id: *session, conversation, run });
                }
                Err(error) => return Outgoing::Stop(told(&Message::new("store.failed").with("problem", error))),
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
        let told = Message::new("quickbooks.not_reachable").with("hresult", hresult).with("message", message);
        if let Err(error) = self.note_trouble("trouble", Some(&told)) {
            error!(%error, "the store could not be written");
        }
        Retry::GiveUp
    }

    fn closed(&self, session: &SessionId, how: Ended) {
        let now = self.clock.now();
        let ended = self.live().session.take_if(|open| &open.id == session);
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
    mapping: Mapping,
    plan: Plan,
    start: Start,
}

impl Mapper for EntryMapper {
    fn map_some(&self, run: RunId, limit: u32, now: Timestamp) -> Result<u32, StoreError> {
        let Some(shop) = self.store.setting::<Shop>("shop")? else { return Ok(0) };
        let mapping = self.mapping_for(self.store.setting::<Company>("company")?.as_ref());
        let footer_wanted = self.store.setting::<Timestamp>(FOOTER_WANTED)?.is_some();
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
                _ => books::map(document, past, &context),
            }
        })
    }

    fn lists_are_read(&self, run: RunId, now: Timestamp) -> Result<(), StoreError> {
        self.prepare_once(run, now)?;
        let waits = Integration::of(&self.store)?.stage == Stage::NotStarted;
        if waits && self.start == Start::WhenReady {
            let mapping = self.mapping_for(self.store.setting::<Company>("company")?.as_ref());
            if let Err(error) = integration::start(&self.store, &mapping, self.plan, now) {
                info!(code = error.message.code, "the integration can't be started yet");
            }
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
        let mapping = self.mapping_for(self.store.setting::<Company>("company")?.as_ref());
        integration::prepare(&self.store, run, &mapping, self.plan, now)
    }

    /// The merchant's mapping as far as the company file can take it: without class tracking there are no classes.
    fn mapping_for(&self, company: Option<&Company>) -> Cow<'_, Mapping> {
        if company.is_none_or(|company| company.classes) {
            return Cow::Borrowed(&self.mapping);
        }
        let mut mapping = self.mapping.clone();
        mapping.locations = Locations { new: NewLocation::None, online: String::new(), classes: BTreeMap::new() };
        Cow::Owned(mapping)
    }

    /// Whether the sale was made before the day from which sales are carried over, by the shop's calendar.
    fn is_before_start(&self, document: &Document, shop: &Shop) -> bool {
        let Fact::Order(order) = &document.fact else { return false };
        let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
        order.placed_at.to_zoned(zone).date() < self.plan.from
    }
}
