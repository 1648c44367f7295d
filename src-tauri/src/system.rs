//! What the operating system does for the program: dialogs for files, folders that open, and the start with the computer.
//! Behind a trait, so that a test can answer in its place.

use std::path::{Path, PathBuf};

use auto_launch::{AutoLaunch, AutoLaunchBuilder, WindowsEnableMode};
use sync::api::{ApiError, SystemStart};
use tauri::{AppHandle, Runtime};
use tauri_plugin_dialog::DialogExt;

use crate::desktop::failed;

/// With this argument the program starts without its window, as it does with the computer.
pub const HIDDEN: &str = "--hidden";

/// What is to be picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// The operating system. Its dialogs wait for somebody, so they are not for the thread of the event loop.
pub trait System: Send + Sync {
    /// Asks where a new file is to be; none if she changed her mind.
    fn place_for(&self, suggested_name: &str) -> Option<PathBuf>;

    /// Asks for something that is there; none if she changed her mind.
    fn pick(&self, what: Picked) -> Option<PathBuf>;

    /// Shows a folder, or a file in its folder.
    ///
    /// # Errors
    /// What the system says.
    fn show(&self, path: &Path) -> Result<(), ApiError>;

    /// Whether the program starts with the computer.
    fn start(&self) -> SystemStart;

    /// Has the program start with the computer, or not any more. What somebody has switched off in the system stays off.
    ///
    /// # Errors
    /// What the system says.
    fn set_start(&self, on: bool) -> Result<(), ApiError>;
}

/// The operating system that the app runs on.
pub struct Native<R: Runtime> {
    app: AppHandle<R>,
    launch: Option<AutoLaunch>,
}

impl<R: Runtime> Native<R> {
    /// The system around `app`.
    pub fn new(app: &AppHandle<R>) -> Self {
        let launch = launch().inspect_err(|error| tracing::warn!(%error, "the start with the computer can't be set"));
        Self { app: app.clone(), launch: launch.ok() }
    }
}

impl<R: Runtime> System for Native<R> {
    fn place_for(&self, suggested_name: &str) -> Option<PathBuf> {
        let dialog = self.app.dialog().file().set_file_name(suggested_name);
        let ending = Path::new(suggested_name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        dialog.add_filter(ending.to_uppercase(), &[ending]).blocking_save_file()?.into_path().ok()
    }

    fn pick(&self, what: Picked) -> Option<PathBuf> {
        let dialog = self.app.dialog().file();
        let picked = match what {
            Picked::File => dialog.blocking_pick_file(),
            Picked::Folder => dialog.blocking_pick_folder(),
        };
        picked?.into_path().ok()
    }

    fn show(&self, path: &Path) -> Result<(), ApiError> {
        if path.is_dir() {
            tauri_plugin_opener::open_path(path, None::<&str>).map_err(|error| failed(&error))
        } else {
            tauri_plugin_opener::reveal_item_in_dir(path).map_err(|error| failed(&error))
        }
    }

    fn start(&self) -> SystemStart {
        let Some(launch) = &self.launch else { return SystemStart::NotAvailable };
        match (launch.is_enabled(), is_switched_off(launch.get_app_name())) {
            (_, true) => SystemStart::SwitchedOffBySystem,
            (Ok(true), false) => SystemStart::On,
            (Ok(false), false) => SystemStart::Off,
            (Err(_), false) => SystemStart::NotAvailable,
        }
    }

    fn set_start(&self, on: bool) -> Result<(), ApiError> {
        let Some(launch) = &self.launch else { return Ok(()) };
        match (on, self.start()) {
            // Entering it anew would put the switch of the system back on, against what somebody decided there.
            (true, SystemStart::SwitchedOffBySystem) | (false, SystemStart::Off) => Ok(()),
            (true, _) => launch.enable().map_err(|error| failed(&error)),
            (false, _) => launch.disable().map_err(|error| failed(&error)),
        }
    }
}

/// The entry of this program among those that start with the computer, for this user alone.
fn launch() -> Result<AutoLaunch, Box<dyn std::error::Error>> {
    let program = std::env::current_exe()?;
    // Windows takes the text for a command line, in which a path with blanks stands between quotation marks.
    let path = if cfg!(windows) { format!("\"{}\"", program.display()) } else { program.display().to_string() };
    let launch = AutoLaunchBuilder::new()
        .set_app_name("Tillbridge")
        .set_app_path(&path)
        .set_windows_enable_mode(WindowsEnableMode::CurrentUser)
        .set_args(&[HIDDEN])
        .build()?;
    Ok(launch)
}

/// Whether somebody has switched the entry off in the Task Manager.
#[cfg(windows)]
fn is_switched_off(name: &str) -> bool {
    const APPROVED: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";
    let value = windows_registry::CURRENT_USER.open(APPROVED).and_then(|key| key.get_value(name));
    value.is_ok_and(|value| is_disapproved(&value))
}

/// No other system has such a switch.
#[cfg(not(windows))]
const fn is_switched_off(_name: &str) -> bool {
    false
}

/// What the Task Manager notes of an entry: its first byte is even while the entry is on, and odd once it was switched off.
#[cfg(any(windows, test))]
fn is_disapproved(noted: &[u8]) -> bool {
    noted.first().is_some_and(|first| first % 2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_task_manager_notes_is_read_as_it_means_it() {
        let at = [0x5b, 0x1e, 0x8a, 0x3c, 0x11, 0x22, 0xdb, 0x01];
        let noted = |first: u8| [[first, 0, 0, 0].as_slice(), &at].concat();
        for (first, is_off) in [(2, false), (6, false), (3, true), (7, true)] {
            assert_eq!(is_disapproved(&noted(first)), is_off, "{first}");
        }
        assert!(!is_disapproved(&[]));
    }
}
