//! What the commands work on: the engine in this process, and the system around it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use sync::{
    Host, Language, Message,
    api::{self, ApiError, ChosenModes, Preferences, PreferencesForm, Store, SystemStart, UpdateChannel},
    choices::CategoryView,
    export::{Export, ExportFormat, Exported},
    modes::ModesView,
    support,
};

use crate::{
    commands::Folder,
    exports::Exports,
    logs,
    system::{Picked, System},
    updates::{Updates, plan::UpdateView},
    words::{self, word},
};

/// The state behind every command.
pub struct Desktop {
    host: Arc<Host>,
    system: Arc<dyn System>,
    updates: Arc<Updates>,
    exports: Arc<Exports>,
    /// Files that were saved since the program was started: the page can have no others shown.
    saved: Mutex<BTreeSet<PathBuf>>,
}

/// What [`Desktop::save`] has written into a file; false when it was broken off.
type Written = Result<bool, ApiError>;

impl Desktop {
    /// Over an installation, in a system.
    pub fn new(host: Arc<Host>, system: Arc<dyn System>, updates: Arc<Updates>) -> Self {
        Self { host, system, updates, exports: Arc::default(), saved: Mutex::default() }
    }

    /// The installation.
    pub const fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Its updates.
    pub const fn updates(&self) -> &Arc<Updates> {
        &self.updates
    }

    /// What is being exported.
    pub const fn exports(&self) -> &Arc<Exports> {
        &self.exports
    }

    /// Puts a question to the engine on a thread that may wait for the disk, so that the window's other questions go on.
    ///
    /// # Errors
    /// The engine's answer.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Host) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let host = Arc::clone(&self.host);
        waiting(move || question(&host)).await
    }

    /// Chooses something of the mapping; the categories as they are then.
    pub(crate) async fn choose(
        &self,
        choice: impl FnOnce(&Store, Timestamp) -> Result<(), ApiError> + Send + 'static,
    ) -> Result<Vec<CategoryView>, ApiError> {
        self.ask(move |host| host.change(|store, now| choice(store, now).and_then(|()| api::categories(store)))).await
    }

    /// Has these modes hold from a day on; the modes as they are then.
    pub(crate) async fn change_modes(&self, from: String, modes: ChosenModes) -> Result<Vec<ModesView>, ApiError> {
        self.ask(move |host| {
            let change = modes.from_day(api::day(&from)?);
            host.change(|store, now| api::change_modes(store, change, now).and_then(|()| api::modes(store)))
        })
        .await
    }

    /// Asks where a file is to be, has it written there, and gives its path; none if she changed her mind. `name` is the key
    /// of the words that are suggested as its name.
    pub(crate) async fn save(
        &self,
        name: &'static str,
        ending: &'static str,
        write: impl FnOnce(&Host, &Path) -> Written + Send + 'static,
    ) -> Result<Option<String>, ApiError> {
        let (host, system) = (Arc::clone(&self.host), Arc::clone(&self.system));
        let saved = waiting(move || {
            let suggested = format!("{}.{ending}", word(name, language(&host)));
            let Some(place) = system.place_for(&suggested) else { return Ok(None) };
            Ok(write(&host, &place)?.then_some(place))
        })
        .await?;
        if let Some(place) = &saved {
            self.saved.lock().unwrap_or_else(PoisonError::into_inner).insert(place.clone());
        }
        Ok(saved.map(|place| place.display().to_string()))
    }

    /// Has something picked that is there.
    pub(crate) async fn pick(&self, what: Picked) -> Result<Option<String>, ApiError> {
        let system = Arc::clone(&self.system);
        waiting(move || Ok(system.pick(what).map(|path| path.display().to_string()))).await
    }

    /// Shows one of the program's folders, which is made where it is not there yet.
    pub(crate) async fn open(&self, which: Folder) -> Result<(), ApiError> {
        let system = Arc::clone(&self.system);
        self.ask(move |host| {
            let folder = match which {
                Folder::Data => host.folder().to_owned(),
                Folder::Backups => host.folder().join("backups"),
                Folder::Logs => Self::logs(host),
            };
            fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
            system.show(&folder)
        })
        .await
    }

    /// Shows a file in its folder, if it was saved since the program was started.
    pub(crate) async fn reveal(&self, path: String) -> Result<(), ApiError> {
        let path = PathBuf::from(path);
        if !self.saved.lock().unwrap_or_else(PoisonError::into_inner).contains(&path) {
            return Err(ApiError { message: Message::new("system.not_saved") });
        }
        let system = Arc::clone(&self.system);
        waiting(move || system.show(&path)).await
    }

    pub(crate) async fn preferences(&self) -> Result<Preferences, ApiError> {
        let system = Arc::clone(&self.system);
        self.ask(move |host| api::preferences(host.store(), system.start())).await
    }

    pub(crate) async fn set_preferences(&self, form: PreferencesForm) -> Result<Preferences, ApiError> {
        let system = Arc::clone(&self.system);
        self.ask(move |host| {
            system.set_start(form.start_with_system)?;
            api::set_preferences(host.store(), &form, host.now())?;
            api::preferences(host.store(), system.start())
        })
        .await
    }

    pub(crate) async fn choose_channel(&self, channel: UpdateChannel) -> Result<UpdateView, ApiError> {
        let updates = Arc::clone(&self.updates);
        waiting(move || updates.choose(channel)).await
    }

    /// The folder of the logs.
    pub(crate) fn logs(host: &Host) -> PathBuf {
        host.folder().join(logs::FOLDER)
    }

    /// Writes the bundle for support.
    pub(crate) fn bundle_to(host: &Host, place: &Path) -> Written {
        let files = support::diagnostics(host.store(), &Self::logs(host), host.now())?;
        support::save_diagnostics(&files, place).map(|()| true)
    }
}

/// Writes the .qwc file.
pub fn connector_file_to(host: &Host, place: &Path) -> Written {
    let text = api::connector_file(host)?;
    fs::write(place, text).map(|()| true).map_err(|error| {
        let message = Message::new("export.not_written").with("file", place.display()).with("problem", error);
        ApiError { message }
    })
}

/// How an export is written in the language of the window, as one of those that can be stopped.
pub fn exported(
    exports: &Arc<Exports>,
    format: ExportFormat,
    write: impl FnOnce(&Store, &Export<'_>, &Path) -> Result<Exported, ApiError> + Send + 'static,
) -> impl FnOnce(&Host, &Path) -> Written + Send + 'static {
    let exports = Arc::clone(exports);
    move |host, place| {
        let ongoing = exports.begin();
        let progress = &|done, total| ongoing.tell(done, total);
        let how = Export { format, language: language(host), now: host.now(), progress };
        Ok(write(host.store(), &how, place)? == Exported::Written)
    }
}

/// The language in which the program speaks: the one that somebody chose, or the system's.
pub fn language(host: &Host) -> Language {
    let chosen = api::preferences(host.store(), SystemStart::NotAvailable).ok().and_then(|chosen| chosen.language);
    chosen.unwrap_or_else(words::of_system)
}

/// Does something that may wait, for the disk or for somebody, on a thread of its own.
async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tauri::async_runtime::spawn_blocking(work).await.map_err(|error| failed(&error))?
}

/// The system could not do something.
pub fn failed(problem: &impl ToString) -> ApiError {
    ApiError { message: Message::new("system.failed").with("problem", problem.to_string()) }
}
