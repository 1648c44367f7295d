//! The Web Connector as a program on this computer.

use std::{
    io,
    path::{Path, PathBuf},
    process::Command,
};

/// Whether something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Nobody here can tell.
    CantTell,
}

/// What this computer knows of the Web Connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connector {
    /// The program; none where it is not known.
    pub program: Option<PathBuf>,
    /// Its version, such as `34.0.10003.40`.
    pub version: Option<String>,
    /// Whether it is installed.
    pub is_installed: Finding,
    /// Whether somebody of this computer has it running.
    pub is_running: Finding,
    /// Whether it starts when this user signs in to Windows.
    pub starts_with_windows: Finding,
}

impl Connector {
    /// Where nothing can be told.
    pub const UNKNOWN: Self = Self {
        program: None,
        version: None,
        is_installed: Finding::CantTell,
        is_running: Finding::CantTell,
        starts_with_windows: Finding::CantTell,
    };

    /// Looks for it.
    pub fn find() -> Self {
        #[cfg(windows)]
        return crate::program::find();
        #[cfg(not(windows))]
        Self::UNKNOWN
    }

    /// Has it open a .qwc file, as a double click on the file does: it asks the user whether to take the application.
    ///
    /// # Errors
    /// It is not installed here, or can't be started.
    pub fn open(&self, file: &Path) -> io::Result<()> {
        let program = self.program.as_ref().ok_or(io::ErrorKind::NotFound)?;
        Command::new(program).arg(file).spawn().map(drop)
    }
}
