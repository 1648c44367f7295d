//! What the program writes down of its work, for support: ids, never names. One file a day in the data folder's `logs`;
//! two weeks are kept.

use std::{fs, io, panic, path::Path};

use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{InitError, RollingFileAppender, Rotation},
};
use tracing_subscriber::EnvFilter;

/// How many days are kept.
const KEPT: usize = 14;

/// The folder of the logs in the data folder.
pub const FOLDER: &str = "logs";

/// Why nothing can be written down.
#[derive(Debug, thiserror::Error)]
pub enum NoLogs {
    /// The folder can't be made.
    #[error(transparent)]
    Folder(#[from] io::Error),
    /// No file can be opened in it.
    #[error(transparent)]
    File(#[from] InitError),
}

/// Writes down what is told from now on, panics too, until the guard is dropped; first, which version tells it.
///
/// # Errors
/// [`NoLogs`] when the folder can't be written to.
pub fn keep(data_folder: &Path, version: &str) -> Result<WorkerGuard, NoLogs> {
    let folder = data_folder.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("tillbridge")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder)?;
    let (writer, guard) = tracing_appender::non_blocking(files);
    let wanted = EnvFilter::try_from_env("TILLBRIDGE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // A second start of the logs, as tests make it, leaves the first in place.
    let _ = tracing_subscriber::fmt().with_env_filter(wanted).with_ansi(false).with_writer(writer).try_init();
    let as_before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        tracing::error!(%panic, "the program broke");
        as_before(panic);
    }));
    tracing::info!(version, system = std::env::consts::OS, "started");
    Ok(guard)
}
