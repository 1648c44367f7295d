//! What the window may ask, one line each.

use tauri::{AppHandle, Manager, Runtime};

use crate::status::{self, ApiError, Status};

/// How the installation stands: set up or not, running, in need of a decision.
#[tauri::command]
#[specta::specta]
pub async fn installation_status<R: Runtime>(app: AppHandle<R>) -> Result<Status, ApiError> {
    let data_dir = app
        .path()
        .app_local_data_dir()
        .map_err(|_| ApiError::NoDataFolder)?;
    status::status(&data_dir)
}
