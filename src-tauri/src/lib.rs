//! The desktop app around the engine: a window and its typed commands, the icon beside the clock, notifications, and what
//! is said when the program can't start.
//!
//! Architecture invariant: nothing is decided here. A command passes one call on to the engine; accounting, SQL and XML
//! are never seen in this package.

pub mod bindings;
mod commands;
pub mod desktop;
pub mod events;
mod glance;
mod logs;
mod notices;
mod startup;
pub mod system;
mod tray;
mod window;
mod words;

use std::{env, io, path::PathBuf, sync::Arc};

use sync::Language;
use tauri::{App, AppHandle, Context, Manager, RunEvent, Runtime};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

use crate::{
    desktop::Desktop,
    events::Page,
    glance::Glance,
    startup::{Dialog, Then},
    system::HIDDEN,
    tray::Choice,
};

/// Puts the data elsewhere than where the system keeps programs' data: for tests, and for support.
pub const DATA_FOLDER: &str = "TILLBRIDGE_DATA_DIR";

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
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| second_start(app, &arguments)))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(commands.invoke_handler())
        .setup(move |app| {
            commands.mount_events(app);
            start(app)?;
            Ok(())
        })
        .build(context())?
        .run(|_, event| {
            if let RunEvent::ExitRequested { code: None, api, .. } = event {
                // The last window was closed; the engine goes on without.
                api.prevent_exit();
            }
        });
    Ok(())
}

fn start<R: Runtime>(app: &mut App<R>) -> Result<(), tauri::Error> {
    let app = app.handle();
    let folder = match env::var_os(DATA_FOLDER) {
        Some(folder) => PathBuf::from(folder),
        None => app.path().app_local_data_dir()?,
    };
    match logs::keep(&folder) {
        Ok(guard) => {
            app.manage(guard);
        }
        Err(error) => tracing::warn!(%error, "there are no logs"),
    }
    app.manage(Desktop::new(folder.clone(), Arc::new(system::Native::new(app))));
    if let Ok(status) = sync::api::status(&folder) {
        tray::put(app, &Glance::from(&status), language(app), chosen);
    }
    if !env::args().any(|argument| argument == HIDDEN) {
        window::show(app, Page::Home);
    }
    Ok(())
}

fn second_start<R: Runtime>(app: &AppHandle<R>, arguments: &[String]) {
    if !arguments.iter().any(|argument| argument == HIDDEN) {
        window::show(app, Page::Home);
    }
}

fn chosen<R: Runtime>(app: &AppHandle<R>, choice: Choice) {
    match choice {
        Choice::Open | Choice::SyncNow | Choice::Pause | Choice::Resume => window::show(app, Page::Home),
        Choice::Attention => window::show(app, Page::Attention),
        Choice::Quit => app.exit(0),
    }
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
fn language<R: Runtime>(_app: &AppHandle<R>) -> Language {
    words::of_system()
}
