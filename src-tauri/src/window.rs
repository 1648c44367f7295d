//! The window: made when somebody wants it, destroyed when it is closed. A web view that nobody sees would hold its memory
//! for nothing; the engine needs none.

use tauri::{AppHandle, Manager, Runtime, WebviewUrl, WebviewWindowBuilder};
use tauri_specta::Event;

use crate::{
    events::{Opened, Page},
    startup,
};

/// The window's label, to which its capability belongs.
const MAIN: &str = "main";

/// Brings the window to the front at `page`; makes it where there is none. What keeps it from being made is told in a
/// dialog of the system, and the program goes on.
pub fn show<R: Runtime>(app: &AppHandle<R>, page: Page) {
    let app = app.clone();
    // Windows makes a window's web view on the thread of the event loop alone, and not within one of its events.
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = show_or_fail(&app, page) {
            tracing::error!(%error, "the window can't be shown");
            crate::tell(&app, startup::no_window(&error, crate::language(&app)));
            // The update may be what mends it.
            crate::offer_update(&app);
        }
    });
}

fn show_or_fail<R: Runtime>(app: &AppHandle<R>, page: Page) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window(MAIN) {
        window.unminimize()?;
        window.show()?;
        window.set_focus()?;
        return Opened { page }.emit(app);
    }
    let mut config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == MAIN)
        .cloned()
        .ok_or(tauri::Error::WindowNotFound)?;
    // A new page does not listen yet, so its address says where it begins.
    config.url = WebviewUrl::App(format!("index.html#/{}", page.as_str()).into());
    WebviewWindowBuilder::from_config(app, &config)?.build()?;
    Ok(())
}

/// Whether there is a window.
pub fn is_open<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.get_webview_window(MAIN).is_some()
}

/// Whether somebody looks at the window.
pub fn is_seen<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.get_webview_window(MAIN).is_some_and(|window| window.is_focused().unwrap_or_default())
}
