//! What the window may ask, one line each.

use std::path::PathBuf;

use sync::{
    Message,
    api::{self, ApiError, Status},
};
use tauri::{AppHandle, Manager, Runtime};

/// How the installation stands: set up or not, at work, in need of a decision.
#[tauri::command]
#[specta::specta]
pub async fn installation_status<R: Runtime>(app: AppHandle<R>) -> Result<Status, ApiError> {
    api::status_in(&data_folder(&app)?)
}

fn data_folder<R: Runtime>(app: &AppHandle<R>) -> Result<PathBuf, ApiError> {
    let folder = app.path().app_local_data_dir();
    folder.map_err(|error| ApiError { message: Message::new("store.failed").with("problem", error) })
}
