//! What the window may ask, one line each.

use std::{collections::BTreeMap, path::PathBuf};

use tauri::{AppHandle, Manager, Runtime};

use crate::status::{self, ApiError, Message, Status};

/// How the installation stands: set up or not, at work, in need of a decision.
#[tauri::command]
#[specta::specta]
pub async fn installation_status<R: Runtime>(app: AppHandle<R>) -> Result<Status, ApiError> {
    status::status(&data_folder(&app)?)
}

fn data_folder<R: Runtime>(app: &AppHandle<R>) -> Result<PathBuf, ApiError> {
    app.path().app_local_data_dir().map_err(|error| {
        let facts = BTreeMap::from([("problem".to_owned(), error.to_string())]);
        ApiError { message: Message { code: "store.failed".to_owned(), facts } }
    })
}
