//! What the window may ask, one line each.

use sync::api::{self, ApiError, Status};
use tauri::State;

use crate::desktop::Desktop;

/// How the installation stands: set up or not, at work, in need of a decision.
#[tauri::command]
#[specta::specta]
pub async fn installation_status(desktop: State<'_, Desktop>) -> Result<Status, ApiError> {
    desktop.ask(api::status).await
}
