//! One installation at work inside a process: its data opened for good, and the engine, its endpoint and its schedule kept
//! running over them, whatever is connected, unreachable or taken.
//!
//! What keeps the engine from working is a state of the host ([`Trouble`]) and never a failure: all questions can be asked
//! all the same, and what may pass is tried again without anybody's doing.

use std::{
    future,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use jiff::Timestamp;
use store::{OpenError, Store, StoreError};
use tokio::{
    sync::{Mutex as TurnLock, Notify, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::{
    company::Installation,
    config::{Config, ConfigError, Connection, QuickBooksConfig},
    endpoint,
    engine::{self, Clock, Engine, Progress},
    messages::Message,
    secrets::Secrets,
    shop::{self, ConnectError},
    tieout::LastDays,
    token::TokenKeeper,
};

/// How long until a port that was taken is tried again.
const PORT_AGAIN: Duration = Duration::from_secs(5);

/// How long until anything else that may pass is tried again. Longer, because some credential stores ask somebody each time.
const AGAIN: Duration = Duration::from_mins(1);

/// Who has runs begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// The schedule, and whoever wants one at once.
    OnSchedule,
    /// The caller alone, with [`Engine::run_once`].
    ByHand,
}

/// Why the engine is not at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No shop is connected yet.
    NotConnected,
    /// The configuration can't be used.
    Configuration(Message),
    /// A secret can't be read.
    Secret(Message),
    /// What the configuration says of the shop, or of where purchases come from, can't be used.
    Shop(Message),
    /// The endpoint's port can't be used.
    Port {
        /// The port.
        port: u16,
        /// What the system says.
        problem: String,
    },
    /// Our own data can't be read or written.
    Store(Message),
}

impl Trouble {
    /// What to tell the merchant.
    pub fn message(&self) -> Message {
        match self {
            Self::NotConnected => Message::new("setup.shop_not_connected"),
            Self::Configuration(message) | Self::Secret(message) | Self::Shop(message) | Self::Store(message) => {
                message.clone()
            }
            Self::Port { port, problem } => Message::new("quickbooks.port").with("port", port).with("problem", problem),
        }
    }

    /// How long until it is tried again; none where somebody has to do something first.
    const fn again_in(&self) -> Option<Duration> {
        match self {
            Self::NotConnected | Self::Configuration(_) | Self::Shop(_) => None,
            Self::Port { .. } => Some(PORT_AGAIN),
            Self::Secret(_) | Self::Store(_) => Some(AGAIN),
        }
    }
}

impl From<ConfigError> for Trouble {
    fn from(error: ConfigError) -> Self {
        match &error {
            ConfigError::Secret(_) => Self::Secret(error.message()),
            _ => Self::Configuration(error.message()),
        }
    }
}

impl From<ConnectError> for Trouble {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Config(error) => error.into(),
            ConnectError::Source(error) => Self::Shop(error.message),
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(Message::from(&error))
    }
}

/// An engine at work with its endpoint and its schedule.
struct Work {
    engine: Arc<Engine>,
    /// The port at which the Web Connector is answered.
    port: u16,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Work {
    /// Has everything come to its end.
    async fn end(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        if let Err(error) = self.engine.wind_up() {
            error!(%error, "the end of a run could not be noted");
        }
    }
}

#[derive(Default)]
struct State {
    /// As the file has it; none while nothing is connected.
    config: Option<Arc<Config>>,
    work: Option<Work>,
    trouble: Option<Trouble>,
}

/// One installation at work. It is shared: all of it may be called from any thread, within a Tokio runtime of several.
pub struct Host {
    folder: PathBuf,
    store: Arc<Store>,
    installation: Installation,
    notice: Option<Message>,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    runs: Runs,
    state: Mutex<State>,
    /// One change of what is at work at a time.
    turn: TurnLock<()>,
    /// Something is in the way that may pass, or is so no more.
    troubled: Arc<Notify>,
    stop: CancellationToken,
    changes: Arc<watch::Sender<u64>>,
    progress: watch::Sender<Progress>,
    last_days: LastDays,
}

impl Host {
    /// Opens the data in `folder`, which one program at a time can. Nothing is at work yet.
    ///
    /// # Errors
    /// [`OpenError`]: the data can't be used, by whoever it may be.
    pub fn open(folder: &Path, secrets: Secrets, clock: Arc<dyn Clock>, runs: Runs) -> Result<Arc<Self>, OpenError> {
        let now = clock.now();
        let opened = Store::open(folder, now)?;
        let store = Arc::new(opened.store);
        let installation = engine::installation(&store, now)?;
        let changes = Arc::new(watch::Sender::new(0));
        let told = Arc::clone(&changes);
        store.on_writing(move || told.send_modify(|count: &mut u64| *count = count.wrapping_add(1)));
        Ok(Arc::new(Self {
            folder: folder.to_owned(),
            store,
            installation,
            notice: opened.notice.as_ref().map(Message::from),
            secrets,
            clock,
            runs,
            state: Mutex::default(),
            turn: TurnLock::new(()),
            troubled: Arc::default(),
            stop: CancellationToken::new(),
            changes,
            progress: watch::Sender::default(),
            last_days: LastDays::default(),
        }))
    }

    /// Puts the engine to work, if something is connected, and keeps it at work until [`Host::stop`].
    pub async fn start(self: &Arc<Self>) {
        self.put_to_work().await;
        let (host, stop) = (Arc::downgrade(self), self.stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = try_again(&host) => {}
            }
        });
    }

    /// Has everything come to its end. The data stay open until the host itself is gone.
    pub async fn stop(&self) {
        self.stop.cancel();
        let _turn = self.turn.lock().await;
        let work = self.state().work.take();
        if let Some(work) = work {
            work.end().await;
        }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data, for questions. What changes something goes through [`Host::change`].
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What had to be mended when the data were opened.
    pub fn notice(&self) -> Option<&Message> {
        self.notice.as_ref()
    }

    /// Changes something in the data, as somebody decided; what that frees is mapped at once.
    pub fn change<T>(&self, act: impl FnOnce(&Store, Timestamp) -> T) -> T {
        let done = act(&self.store, self.clock.now());
        if let Some(engine) = self.engine() {
            engine.want_mapping();
        }
        done
    }

    /// Has a run begin at once; after one that goes on, another one.
    ///
    /// # Errors
    /// Why there is no engine at work that could.
    pub fn sync_now(&self) -> Result<(), Trouble> {
        match (self.engine(), self.trouble()) {
            (Some(engine), _) => engine.want_run(),
            (None, trouble) => return Err(trouble.unwrap_or(Trouble::NotConnected)),
        }
        Ok(())
    }

    /// Tells that something changed in the data or in what is at work; how often in between does not matter.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Follows what the engine is doing, whichever engine that is.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    pub(crate) const fn last_days(&self) -> &LastDays {
        &self.last_days
    }

    /// Why the engine is not at work, if it is not, or why it can't do its work just now.
    pub fn trouble(&self) -> Option<Trouble> {
        let trouble = self.state().trouble.clone();
        trouble.or_else(|| self.engine()?.store_trouble().map(Trouble::Store))
    }

    /// The engine at work, if one is.
    pub fn engine(&self) -> Option<Arc<Engine>> {
        self.state().work.as_ref().map(|work| Arc::clone(&work.engine))
    }

    /// The port at which the Web Connector is answered: the one in use, or else the one that the configuration names.
    pub fn port(&self) -> u16 {
        let at_work = self.state().work.as_ref().map(|work| work.port);
        at_work.unwrap_or_else(|| self.quickbooks().port)
    }

    /// The configuration as the file has it; none while nothing is connected.
    pub fn config(&self) -> Option<Arc<Config>> {
        self.state().config.clone()
    }

    /// The configuration that counts: what the environment says of simulated worlds included.
    pub(crate) fn connected(&self) -> Option<Config> {
        self.config().map(|config| Config::clone(&config).simulated(&self.secrets))
    }

    /// What the configuration says of QuickBooks, or would as it is made.
    pub(crate) fn quickbooks(&self) -> QuickBooksConfig {
        self.config().map(|config| config.quickbooks.clone()).unwrap_or_default()
    }

    /// The secrets.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// This installation's ids.
    pub(crate) fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Keeps the app token.
    pub fn keeper(&self) -> TokenKeeper {
        TokenKeeper::new(&self.secrets, &self.quickbooks(), self.installation.id)
    }

    /// Changes the configuration by `change`, which is given the present one, and puts an engine to work that follows it.
    ///
    /// # Errors
    /// What `change` says, or that the file can't be written; nothing was changed then.
    pub(crate) async fn reconfigure<E: From<ConfigError>>(
        &self,
        change: impl FnOnce(Option<&Config>) -> Result<Config, E>,
    ) -> Result<(), E> {
        let _turn = self.turn.lock().await;
        let config = change(self.config().as_deref())?;
        config.write(&self.folder, self.clock.now())?;
        self.renew().await;
        Ok(())
    }

    async fn put_to_work(&self) {
        let _turn = self.turn.lock().await;
        self.renew().await;
    }

    /// Replaces what is at work by what the configuration says now. The caller has the turn.
    async fn renew(&self) {
        let old = self.state().work.take();
        if let Some(old) = old {
            old.end().await;
        }
        if self.stop.is_cancelled() {
            return;
        }
        let begun = self.begin().await;
        {
            let mut state = self.state();
            state.trouble = match begun {
                Ok(work) => {
                    state.work = Some(work);
                    None
                }
                Err(trouble) => {
                    info!(code = trouble.message().code, "the engine is not at work");
                    Some(trouble)
                }
            };
        }
        self.troubled.notify_one();
        self.told();
    }

    async fn begin(&self) -> Result<Work, Trouble> {
        let read = Config::read(&self.folder)?.map(Arc::new);
        self.state().config.clone_from(&read);
        let Some(read) = read else { return Err(Trouble::NotConnected) };
        let config = Config::clone(&read).simulated(&self.secrets);
        let source = tokio::task::block_in_place(|| shop::connect(&config, &self.secrets))?;
        let port = config.quickbooks.port;
        let listeners = match config.quickbooks.connection {
            Connection::WebConnector => endpoint::listen(port).await,
            Connection::RequestProcessor => Ok(Vec::new()),
        };
        let listeners = listeners.map_err(|error| Trouble::Port { port, problem: error.to_string() })?;
        let address = listeners.first().and_then(|listener| listener.local_addr().ok());
        let engine = Engine::new(Arc::clone(&self.store), source, &config, Arc::clone(&self.clock))?;
        let engine = Arc::new(engine.telling(self.progress.clone()));
        let stop = self.stop.child_token();
        let mut tasks = JoinSet::new();
        let serving = endpoint::serve(
            Arc::clone(&engine),
            listeners,
            config.quickbooks.user_name.clone(),
            TokenKeeper::new(&self.secrets, &config.quickbooks, self.installation.id),
            stop.clone(),
        );
        let broken = stop.clone();
        tasks.spawn(async move {
            if let Err(error) = serving.await {
                error!(%error, "the endpoint broke down");
                broken.cancel();
            }
        });
        if self.runs == Runs::OnSchedule {
            let (engine, stop) = (Arc::clone(&engine), stop.clone());
            let watching = (Arc::clone(&engine), stop.clone());
            tasks.spawn(async move { engine.keep_running(&stop).await });
            tasks.spawn(async move {
                let (engine, stop) = watching;
                stop.run_until_cancelled(engine.watch_clock()).await;
            });
        }
        Ok(Work { engine, port: address.map_or(port, |address| address.port()), stop, tasks })
    }

    /// What to wait for before the engine is put to work again.
    fn waits_for(&self) -> Waits {
        let state = self.state();
        match (&state.work, state.trouble.as_ref().and_then(Trouble::again_in)) {
            (Some(work), _) => Waits::Broken(work.stop.clone()),
            (None, Some(time)) => Waits::For(time),
            (None, None) => Waits::ForSomebody,
        }
    }

    /// Tells that something changed that is not in the store.
    pub(crate) fn told(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not keep the others from working on: what is in it is replaced as a whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

enum Waits {
    /// The endpoint may break down.
    Broken(CancellationToken),
    /// Time alone may help.
    For(Duration),
    /// Somebody has to do something.
    ForSomebody,
}

/// Puts the engine to work again whenever what was in the way may have passed, as long as there is a host.
async fn try_again(host: &Weak<Host>) {
    loop {
        let Some(there) = host.upgrade() else { return };
        let (waits, troubled) = (there.waits_for(), Arc::clone(&there.troubled));
        // The host can go away while it is waited for.
        drop(there);
        let again = async {
            match waits {
                Waits::Broken(stopped) => {
                    stopped.cancelled().await;
                    tokio::time::sleep(PORT_AGAIN).await;
                }
                Waits::For(time) => tokio::time::sleep(time).await,
                Waits::ForSomebody => future::pending().await,
            }
        };
        let is_due = tokio::select! {
            () = again => true,
            () = troubled.notified() => false,
        };
        if let (true, Some(there)) = (is_due, host.upgrade()) {
            there.put_to_work().await;
        }
    }
}
