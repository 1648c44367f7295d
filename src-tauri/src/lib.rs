//! The desktop app around the engine: a window and its typed commands, the icon beside the clock, notifications, and what
//! is said when the program can't start.
//!
//! Architecture invariant: nothing is decided here. A command passes one call on to the engine; accounting, SQL and XML
//! are never seen in this package.

pub mod bindings;
mod commands;
pub mod desktop;
pub mod events;
pub mod exports;
mod glance;
mod logs;
mod notices;
mod startup;
pub mod system;
mod tray;
pub mod updates;
mod watch;
mod window;
mod words;

use std::{
    env, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sync::{
    Host, Language, Secrets,
    api::{self, ApiError},
    engine::SystemClock,
    host::Runs,
};
use tauri::{App, AppHandle, Context, Manager, RunEvent, Runtime};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

use crate::{
    desktop::Desktop,
    events::Page,
    startup::{Dialog, Then},
    system::{HIDDEN, Native},
    tray::Choice,
};

/// Puts the data elsewhere than where the system keeps programs' data: for tests, and for support.
pub const DATA_FOLDER: &str = "TILLBRIDGE_DATA_DIR";

/// How long the engine has to come to its end when somebody quits. What is cut off then is recovered at the next start.
const END_WITHIN: Duration = Duration::from_secs(5);

/// Why the program could not even begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system gave no threads.
    #[error(transparent)]
    Threads(#[from] io::Error),
    /// There is no way to a screen, or no place for data.
    #[error(transparent)]
    Tauri(#[from] tauri::Error),
}

/// What the app is made from: configuration, pages, capabilities.
pub fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

/// Runs the app until somebody quits it.
///
/// # Errors
/// [`StartError`]. What goes wrong once there is a way to a screen is told in dialogs instead.
pub fn run() -> Result<(), StartError> {
    // The TLS library asks for the provider to be chosen once, before the first connection.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    tauri::async_runtime::set(runtime.handle().clone());
    let commands = bindings::builder();
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| started_again(app, &arguments)))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .invoke_handler(commands.invoke_handler())
        .setup(move |app| {
            commands.mount_events(app);
            start(app)?;
            Ok(())
        })
        .build(context())?
        .run(|app, event| match event {
            // The last window was closed; the engine goes on without.
            RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
            RunEvent::Exit => end(app),
            _ => {}
        });
    Ok(())
}

/// Opens the data and puts everything in its place. What can't be is told in a dialog of the system.
fn start<R: Runtime>(app: &mut App<R>) -> Result<(), tauri::Error> {
    let app = app.handle();
    let folder = match env::var_os(DATA_FOLDER) {
        Some(folder) => PathBuf::from(folder),
        None => app.path().app_local_data_dir()?,
    };
    match logs::keep(&folder, &app.package_info().version.to_string()) {
        Ok(guard) => {
            app.manage(guard);
        }
        // The data are in the same folder, so that their opening tells what is wrong with it.
        Err(error) => tracing::warn!(%error, "there are no logs"),
    }
    match open(&folder) {
        Ok(host) => match put_to_work(app, &host) {
            Ok(()) if is_hidden(env::args()) => {}
            Ok(()) => window::show(app, Page::Home),
            Err(error) => refuse(app, &error),
        },
        Err(error) => refuse(app, &error),
    }
    Ok(())
}

fn refuse<R: Runtime>(app: &AppHandle<R>, error: &ApiError) {
    tracing::error!(%error, "the data can't be opened");
    tell(app, startup::refused(error, words::of_system()));
}

fn open(folder: &Path) -> Result<Arc<Host>, ApiError> {
    let secrets = Secrets::new(folder, |name| env::var(name).ok());
    Ok(Host::open(folder, secrets, Arc::new(SystemClock), Runs::OnSchedule)?)
}

fn put_to_work<R: Runtime>(app: &AppHandle<R>, host: &Arc<Host>) -> Result<(), ApiError> {
    let updates = updates::begin(app, host)?;
    watch::begin(app, host, &updates);
    let desktop = Desktop::new(Arc::clone(host), Arc::new(Native::new(app)), updates);
    events::follow(app, &desktop);
    app.manage(desktop);
    if let Some(dialog) = host.notice().and_then(|notice| startup::mended(notice, language(app))) {
        tell(app, dialog);
    }
    let host = Arc::clone(host);
    tauri::async_runtime::spawn(async move { host.start().await });
    tauri::async_runtime::spawn(asked_to_end(app.clone()));
    Ok(())
}

/// The system asks programs to end by signals, where it has them.
async fn asked_to_end<R: Runtime>(app: AppHandle<R>) {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            return;
        };
        tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if interrupted.await.is_err() {
        return;
    }
    app.exit(0);
}

fn end<R: Runtime>(app: &AppHandle<R>) {
    if let Some(desktop) = app.try_state::<Desktop>() {
        // What is half written is taken away again.
        desktop.exports().stop();
        let host = Arc::clone(desktop.host());
        let ended = tauri::async_runtime::block_on(async { tokio::time::timeout(END_WITHIN, host.stop()).await });
        tracing::info!(in_time = ended.is_ok(), "ended");
    }
}

fn started_again<R: Runtime>(app: &AppHandle<R>, arguments: &[String]) {
    if !is_hidden(arguments) && app.try_state::<Desktop>().is_some() {
        window::show(app, Page::Home);
    }
}

fn is_hidden(arguments: impl IntoIterator<Item = impl AsRef<str>>) -> bool {
    arguments.into_iter().any(|argument| argument.as_ref() == HIDDEN)
}

/// Does what was chosen in the menu of the tray.
fn chosen<R: Runtime>(app: &AppHandle<R>, choice: Choice) {
    let Some(desktop) = app.try_state::<Desktop>() else { return };
    let host = Arc::clone(desktop.host());
    let done = match choice {
        Choice::Open => return window::show(app, Page::Home),
        Choice::Attention => return window::show(app, Page::Attention),
        Choice::Update => return offer_update(app),
        Choice::Quit => return app.exit(0),
        Choice::SyncNow => host.sync_now().map_err(|trouble| ApiError { message: trouble.message() }),
        Choice::Pause => host.change(|store, now| api::pause(store, true, now)),
        Choice::Resume => host.change(|store, now| api::pause(store, false, now)),
    };
    if let Err(error) = done {
        tracing::warn!(%error, ?choice, "what was chosen beside the clock was not done");
        // Home says why.
        window::show(app, Page::Home);
    }
}

/// Asks in a dialog of the system whether the update that is ready is to be installed: a way that needs no window.
fn offer_update<R: Runtime>(app: &AppHandle<R>) {
    let Some(desktop) = app.try_state::<Desktop>() else { return };
    let updates = Arc::clone(desktop.updates());
    let Some(release) = updates.installable() else { return };
    let offer = startup::update(&release, language(app));
    let dialog = app.dialog().message(offer.text).title(offer.title).kind(MessageDialogKind::Info);
    dialog.buttons(MessageDialogButtons::OkCancelCustom(offer.now, offer.later)).show(move |wanted| {
        if wanted {
            updates.install_now()
        } else {
            updates.postpone()
        };
    });
}

/// Shows a dialog of the system, and ends the program after it where it has to.
fn tell<R: Runtime>(app: &AppHandle<R>, dialog: Dialog) {
    let after = app.clone();
    let shown = app.dialog().message(dialog.text).title(dialog.title).kind(MessageDialogKind::Error);
    shown.show(move |_| match dialog.then {
        Then::End => after.exit(1),
        Then::GoOn => {}
    });
}

/// The language in which the program speaks outside of its page.
fn language<R: Runtime>(app: &AppHandle<R>) -> Language {
    app.try_state::<Desktop>().map_or_else(words::of_system, |desktop| desktop::language(desktop.host()))
}
