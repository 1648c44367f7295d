//! What the window is told without asking.

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;

/// Something changed in the store or the engine: what is on screen is to be asked for again. At most four a second.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type, Event)]
pub struct Changed {}

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
