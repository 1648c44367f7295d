//! What the window is told without asking.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use specta::Type;
use sync::Progress;
use tauri::{AppHandle, Runtime};
use tauri_specta::Event;
use tokio::sync::watch;

use crate::{desktop::Desktop, exports::ExportProgress, updates::plan::UpdateView};

/// The least time from one event to the next of the same name.
const LEAST: Duration = Duration::from_millis(250);

/// How far the engine is. At most four a second; the last one of a run is always told.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type, Event)]
#[serde(transparent)]
pub struct Progressed(pub Progress);

/// Something changed in the store or the engine: what is on screen is to be asked for again. At most four a second.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type, Event)]
pub struct Changed {}

/// How far an export is. At most four a second; its end is always told.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type, Event)]
#[serde(transparent)]
pub struct Exporting(pub ExportProgress);

/// How updates of the program stand. At most four a second.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
#[serde(transparent)]
pub struct Updated(pub UpdateView);

/// The window was asked for at a page, from the tray or a notification.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type, Event)]
pub struct Opened {
    /// The page.
    pub page: Page,
}

/// A page of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// Home.
    Home,
    /// Needs attention.
    Attention,
    /// History.
    History,
    /// Settings.
    Settings,
    /// The onboarding.
    Setup,
}

impl Page {
    /// Its word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Attention => "attention",
            Self::History => "history",
            Self::Settings => "settings",
            Self::Setup => "setup",
        }
    }
}

/// Tells the window of all that changes, as long as the host is there.
pub fn follow<R: Runtime>(app: &AppHandle<R>, desktop: &Desktop) {
    let host = desktop.host();
    let to = app.clone();
    let changes = paced(host.changes(), LEAST, move |_| drop(Changed {}.emit(&to)));
    tauri::async_runtime::spawn(changes);
    let to = app.clone();
    let progress = paced(host.progress(), LEAST, move |progress| drop(Progressed(progress).emit(&to)));
    tauri::async_runtime::spawn(progress);
    let to = app.clone();
    let exports = paced(desktop.exports().changes(), LEAST, move |progress| drop(Exporting(progress).emit(&to)));
    tauri::async_runtime::spawn(exports);
    let to = app.clone();
    let told = paced(desktop.updates().changes(), LEAST, move |view| drop(Updated(view).emit(&to)));
    tauri::async_runtime::spawn(told);
}

/// Tells each value but those that are replaced within `least` of the one before; always the last.
async fn paced<T: Clone + Send + Sync + 'static>(
    mut values: watch::Receiver<T>,
    least: Duration,
    tell: impl Fn(T) + Send + 'static,
) {
    while values.changed().await.is_ok() {
        let value = values.borrow_and_update().clone();
        tell(value);
        tokio::time::sleep(least).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_burst_of_changes_is_told_as_it_stands_at_its_end() {
        let (sender, receiver) = watch::channel(0);
        let (to, mut told) = mpsc::unbounded_channel();
        let telling = tokio::spawn(paced(receiver, Duration::from_millis(10), move |value| to.send(value).unwrap()));
        sender.send_replace(1);
        assert_eq!(told.recv().await, Some(1));
        // Nothing else runs on this thread meanwhile.
        for value in 2..=1000 {
            sender.send_replace(value);
        }
        drop(sender);
        telling.await.unwrap();
        assert_eq!(told.recv().await, Some(1000));
        assert_eq!(told.recv().await, None);
    }
}
