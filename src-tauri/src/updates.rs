//! Updates of the program: looked for daily, told with what is new in them, and installed at a quiet moment.
//!
//! [`plan`] decides, [`feed`] fetches and checks, and what is here does one after the other.

pub mod feed;
pub mod plan;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use sync::{
    Host, Message,
    api::{self, ApiError, BegunUpdate, UpdateChannel, UpdateRecord},
};
use tauri::{AppHandle, Runtime};
use tauri_plugin_updater::Update;
use tokio::sync::{Notify, watch};

use self::{
    feed::{Feed, Offer},
    plan::{Fault, Moment, Plan, Release, Step, UpdateState, UpdateView},
};
use crate::{END_WITHIN, window};

/// Where in the data folder an update is kept until it is installed.
const FOLDER: &str = "updates";

/// How often it is looked whether anything is to be done. Short, because a moment that is quiet may be a short one.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Updates, as the window, the tray and the one who carries them out see them.
pub struct Updates {
    host: Arc<Host>,
    plan: Mutex<Plan>,
    wakes: Notify,
    changes: watch::Sender<UpdateView>,
}

impl Updates {
    /// Updates of an installation with the program's version `here`, by what is kept of them.
    ///
    /// # Errors
    /// [`ApiError`] when the store can't be read.
    pub fn new(host: &Arc<Host>, here: &str) -> Result<Self, ApiError> {
        let record = api::update_record(host.store())?;
        let plan = Plan::new(here, &record, host.now(), rand::random());
        let changes = watch::Sender::new(plan.view());
        Ok(Self { host: Arc::clone(host), plan: Mutex::new(plan), wakes: Notify::new(), changes })
    }

    /// The same for a program that looks for no updates, and why.
    #[must_use]
    pub fn off(self, why: Message) -> Self {
        self.with(|plan| plan.off(why))
    }

    /// The same for a test, which has no time for saying "later".
    #[must_use]
    fn at_once(self) -> Self {
        self.with(Plan::at_once)
    }

    fn with(self, other: impl FnOnce(Plan) -> Plan) -> Self {
        let Self { host, plan, wakes, .. } = self;
        let plan = other(plan.into_inner().unwrap_or_else(PoisonError::into_inner));
        let changes = watch::Sender::new(plan.view());
        Self { host, plan: Mutex::new(plan), wakes, changes }
    }

    /// How they stand.
    pub fn view(&self) -> UpdateView {
        self.plan().view()
    }

    /// Follows how they stand.
    pub fn changes(&self) -> watch::Receiver<UpdateView> {
        self.changes.subscribe()
    }

    /// The release that can be installed, if there is one.
    pub fn installable(&self) -> Option<Release> {
        match self.view().state {
            UpdateState::Ready { release, .. } | UpdateState::Waiting { release, .. } => Some(release),
            _ => None,
        }
    }

    /// Has it looked for now.
    pub fn check_now(&self) -> UpdateView {
        self.ordered(Plan::check_now)
    }

    /// Has what was found installed at the next quiet moment.
    pub fn install_now(&self) -> UpdateView {
        self.ordered(|plan, _| plan.install_now())
    }

    /// Has it installed tomorrow.
    pub fn postpone(&self) -> UpdateView {
        self.ordered(Plan::postpone)
    }

    /// Has the releases of a channel looked for from now on.
    ///
    /// # Errors
    /// [`ApiError`] when the store fails.
    pub fn choose(&self, channel: UpdateChannel) -> Result<UpdateView, ApiError> {
        let record = UpdateRecord { channel, ..api::update_record(self.host.store())? };
        api::keep_update_record(self.host.store(), &record, "somebody chose the channel", self.host.now())?;
        Ok(self.ordered(|plan, now| plan.choose(channel, now)))
    }

    fn ordered(&self, order: impl FnOnce(&mut Plan, Timestamp)) -> UpdateView {
        let view = self.change(order);
        self.wakes.notify_one();
        view
    }

    fn change<T>(&self, change: impl FnOnce(&mut Plan, Timestamp) -> T) -> UpdateView {
        self.decide(change).1
    }

    fn decide<T>(&self, change: impl FnOnce(&mut Plan, Timestamp) -> T) -> (T, UpdateView) {
        let mut plan = self.plan();
        let decided = change(&mut plan, self.host.now());
        let view = plan.view();
        self.changes.send_if_modified(|known| {
            let is_new = *known != view;
            known.clone_from(&view);
            is_new
        });
        (decided, view)
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is done with an installer that was checked.
pub trait Installer: Send + Sync + 'static {
    /// Whether an administrator has to say yes.
    fn asks_administrator(&self) -> bool;

    /// Whether the window is open.
    fn has_window(&self) -> bool;

    /// Begins the installation, and ends the program.
    ///
    /// # Errors
    /// [`Fault`]: it could not be begun.
    fn install(&self, update: &Update, installer: &[u8]) -> Result<(), Fault>;

    /// Ends the program and starts it again, as it was.
    fn start_anew(&self);
}

/// Does what is to be done about updates, as long as the program runs.
pub async fn keep<R: Runtime>(updates: Arc<Updates>, feed: Feed<R>, installer: impl Installer) {
    let mut offer: Option<Offer> = None;
    loop {
        let step = match moment(&updates, &installer).await {
            Ok(moment) => updates.decide(|plan, now| plan.next(&Moment { now, ..moment })).0,
            Err(error) => {
                tracing::error!(%error, "whether the moment is quiet is not known");
                Step::Wait
            }
        };
        match step {
            Step::Wait => {
                tokio::select! {
                    () = updates.wakes.notified() => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
            }
            Step::Check(channel) => {
                let found = feed.check(channel).await.inspect_err(told);
                let release = found.as_ref().map(|found| found.as_ref().map(|offer| offer.release.clone()));
                let release = release.map_err(Clone::clone);
                if let Ok(found) = found {
                    offer = found;
                }
                updates.change(|plan, now| plan.checked(channel, release, now));
            }
            Step::Download(version) => {
                let done = match offer.as_ref().filter(|offer| offer.release.version == version) {
                    Some(offer) => {
                        let progressed = |percent| drop(updates.change(|plan, _| plan.progressed(&version, percent)));
                        feed.download(offer, progressed).await
                    }
                    None => Err(gone()),
                };
                updates.change(|plan, now| plan.downloaded(&version, done.inspect_err(told), now));
            }
            Step::Install(version) => {
                let offer = offer.as_ref().filter(|offer| offer.release.version == version);
                let done = match offer {
                    Some(offer) => install(&updates, &feed, &installer, offer).await,
                    None => Err(gone()),
                };
                if let Err(fault) = done.inspect_err(told) {
                    updates.change(|plan, now| plan.not_installed(fault, now));
                }
            }
        }
    }
}

async fn moment(updates: &Arc<Updates>, installer: &impl Installer) -> Result<Moment, ApiError> {
    let host = Arc::clone(&updates.host);
    // The store may wait for the disk.
    let asked = tauri::async_runtime::spawn_blocking(move || api::not_quiet(&host)).await;
    Ok(Moment {
        now: updates.host.now(),
        not_quiet: asked.map_err(|error| crate::desktop::failed(&error))??,
        has_window: installer.has_window(),
        asks_administrator: installer.asks_administrator(),
    })
}

/// Ends the engine and hands over to the installer. Once the engine has ended, the program does too, whatever happens: it
/// comes back as the new version, or as the old one.
async fn install<R: Runtime>(
    updates: &Updates,
    feed: &Feed<R>,
    installer: &impl Installer,
    offer: &Offer,
) -> Result<(), Fault> {
    let arguments = arguments(installer.has_window(), installer.asks_administrator());
    let (update, package) = feed.downloaded(offer, &arguments)?;
    let (host, version) = (&updates.host, &offer.release.version);
    tracing::info!(version, "an update is installed");
    let has_ended = tokio::time::timeout(END_WITHIN, host.stop()).await.is_ok();
    // Something may have begun while the engine came to its end.
    let is_quiet = has_ended && matches!(api::not_quiet(host), Ok(None));
    let from = updates.view().version;
    if is_quiet && keep_begun(host, from, version).is_ok() {
        let _ = installer.install(&update, &package).inspect_err(told);
    } else {
        tracing::warn!(has_ended, "the moment was not quiet after all");
    }
    installer.start_anew();
    Ok(())
}

/// Says to the next start of the program what was begun.
fn keep_begun(host: &Host, from: String, to: &str) -> Result<(), ApiError> {
    let begun = Some(BegunUpdate { from, to: to.to_owned() });
    let record = UpdateRecord { begun, ..api::update_record(host.store())? };
    api::keep_update_record(host.store(), &record, "an update is installed", host.now())
}

/// What the .msi is told: that the program is to come back, as it was; and that it is for all users, where it was.
fn arguments(has_window: bool, for_all_users: bool) -> Vec<&'static str> {
    let back: &[&str] = if has_window { &["AUTOLAUNCHAPP=1"] } else { &["AUTOLAUNCHAPP=1", "LAUNCHAPPARGS=--hidden"] };
    let users: &[&str] = if for_all_users { &["ALLUSERS=1"] } else { &[] };
    [back, users].concat()
}

fn gone() -> Fault {
    Fault::Failed(Message::new("update.failed").with("problem", "gone"))
}

fn told(fault: &Fault) {
    let (Fault::Refused(message) | Fault::Failed(message)) = fault;
    tracing::warn!(code = message.code, facts = ?message.facts, "there is no update");
}

/// The updates of this program: carried out from now on, if it takes any.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn begin<R: Runtime>(app: &AppHandle<R>, host: &Arc<Host>) -> Result<Arc<Updates>, ApiError> {
    let updates = Updates::new(host, &app.package_info().version.to_string())?;
    let server = std::env::var(feed::SERVER).ok();
    match Feed::new(app, server.as_deref(), host.folder().join(FOLDER)) {
        Ok(feed) => {
            let updates = Arc::new(if feed.is_a_tests() { updates.at_once() } else { updates });
            tauri::async_runtime::spawn(keep(Arc::clone(&updates), feed, ThisComputer(app.clone())));
            Ok(updates)
        }
        Err(why) => Ok(Arc::new(updates.off(why))),
    }
}

/// The computer that the program runs on.
struct ThisComputer<R: Runtime>(AppHandle<R>);

impl<R: Runtime> Installer for ThisComputer<R> {
    #[cfg(windows)]
    fn asks_administrator(&self) -> bool {
        // The installer writes it, for all users of the computer only there.
        windows_registry::LOCAL_MACHINE.open(r"Software\Tillbridge\Tillbridge").is_ok()
    }

    #[cfg(not(windows))]
    fn asks_administrator(&self) -> bool {
        false
    }

    fn has_window(&self) -> bool {
        window::is_open(&self.0)
    }

    #[cfg(windows)]
    fn install(&self, update: &Update, installer: &[u8]) -> Result<(), Fault> {
        update.install(installer).map_err(|error| Fault::Failed(Message::new("update.failed").with("problem", error)))
    }

    #[cfg(not(windows))]
    fn install(&self, _update: &Update, _installer: &[u8]) -> Result<(), Fault> {
        Err(Fault::Failed(Message::new("update.not_here")))
    }

    fn start_anew(&self) {
        self.0.request_restart();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sync::{Secrets, engine::SystemClock, host::Runs};
    use tempfile::TempDir;

    use super::{
        feed::tests::{NEWER, Publisher},
        *,
    };
    use crate::system::HIDDEN;

    const HERE: &str = env!("CARGO_PKG_VERSION");

    /// Installs nothing, and keeps what it was to install.
    #[derive(Clone, Default)]
    struct Kept {
        done: Arc<Mutex<Vec<String>>>,
        installer: Arc<Mutex<Vec<u8>>>,
        fails: bool,
    }

    impl Installer for Kept {
        fn asks_administrator(&self) -> bool {
            false
        }

        fn has_window(&self) -> bool {
            true
        }

        fn install(&self, update: &Update, installer: &[u8]) -> Result<(), Fault> {
            self.done.lock().unwrap().push(format!("installs {}", update.version));
            installer.clone_into(&mut self.installer.lock().unwrap());
            if self.fails { Err(gone()) } else { Ok(()) }
        }

        fn start_anew(&self) {
            self.done.lock().unwrap().push("starts anew".to_owned());
        }
    }

    /// A program at work with a data folder of its own, whose updates come from `publisher`.
    struct Program {
        host: Arc<Host>,
        updates: Arc<Updates>,
        installer: Kept,
        folder: TempDir,
        _app: tauri::App<tauri::test::MockRuntime>,
    }

    impl Program {
        async fn start(publisher: &Publisher, installer: Kept) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let host = open(&folder);
            host.start().await;
            let updates = Arc::new(Updates::new(&host, HERE).unwrap());
            let (app, server) = (publisher.app(), format!("http://{}", publisher.serve(NEWER).await));
            let feed = Feed::new(app.handle(), Some(&server), folder.path().join(FOLDER)).unwrap();
            tokio::spawn(keep(Arc::clone(&updates), feed, installer.clone()));
            Self { host, updates, installer, folder, _app: app }
        }

        /// Waits until it stands so.
        async fn until(&self, is_so: impl Fn(&UpdateState) -> bool) {
            let mut changes = self.updates.changes();
            let reached = changes.wait_for(|view| is_so(&view.state));
            tokio::time::timeout(Duration::from_mins(1), reached).await.unwrap().unwrap();
        }

        async fn until_started_anew(&self) -> Vec<String> {
            for _ in 0..600 {
                let done = self.installer.done.lock().unwrap().clone();
                if done.iter().any(|done| done == "starts anew") {
                    return done;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            panic!("it never started anew");
        }
    }

    fn open(folder: &TempDir) -> Arc<Host> {
        let secrets = Secrets::new(folder.path(), |_| None);
        Host::open(folder.path(), secrets, Arc::new(SystemClock), Runs::ByHand).unwrap()
    }

    #[test]
    fn it_comes_back_as_it_was() {
        assert_eq!(arguments(true, false), ["AUTOLAUNCHAPP=1"]);
        assert_eq!(arguments(false, false), ["AUTOLAUNCHAPP=1", &format!("LAUNCHAPPARGS={HIDDEN}")]);
        assert_eq!(arguments(true, true), ["AUTOLAUNCHAPP=1", "ALLUSERS=1"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_found_is_handed_to_the_installer_once_somebody_says_so() {
        let publisher = Publisher::new();
        let program = Program::start(&publisher, Kept::default()).await;
        program.updates.check_now();
        program.until(|state| matches!(state, UpdateState::Ready { .. })).await;
        assert_eq!(program.updates.installable().unwrap().version, NEWER);
        assert_eq!(*program.installer.done.lock().unwrap(), [""; 0], "nobody said so, and the window is open");
        program.updates.install_now();
        assert_eq!(program.until_started_anew().await, [format!("installs {NEWER}"), "starts anew".to_owned()]);
        assert_eq!(*program.installer.installer.lock().unwrap(), publisher.installer);
        // The next start sees by its own version whether it took; here it is the old one that starts.
        let record = api::update_record(program.host.store()).unwrap();
        assert_eq!(record.begun.unwrap().to, NEWER);
        let UpdateState::Failed { message, .. } = Updates::new(&program.host, HERE).unwrap().view().state else {
            panic!("the old version believes that it is the new one")
        };
        assert_eq!(message.code, "update.not_installed");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_installation_that_can_not_begin_brings_the_program_back_with_its_data() {
        let publisher = Publisher::new();
        let program = Program::start(&publisher, Kept { fails: true, ..Kept::default() }).await;
        program.updates.choose(UpdateChannel::Stable).unwrap();
        program.updates.install_now();
        program.updates.check_now();
        program.until(|state| matches!(state, UpdateState::Ready { .. })).await;
        program.updates.install_now();
        program.until_started_anew().await;
        let Program { host, updates, folder, .. } = program;
        drop((host, updates));
        assert!(sync::api::Store::is_in(folder.path()));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_channel_is_kept_from_one_start_to_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let host = open(&folder);
        assert_eq!(Updates::new(&host, HERE).unwrap().view().channel, UpdateChannel::Stable);
        Updates::new(&host, HERE).unwrap().choose(UpdateChannel::Beta).unwrap();
        assert_eq!(Updates::new(&host, HERE).unwrap().view().channel, UpdateChannel::Beta);
    }
}
