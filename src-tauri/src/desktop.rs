//! What the commands work on: the engine's data, and the system around it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sync::{Message, api::ApiError};

use crate::system::System;

/// The state behind every command.
pub struct Desktop {
    folder: PathBuf,
    system: Arc<dyn System>,
}

impl Desktop {
    /// Over the data in `folder`.
    pub fn new(folder: PathBuf, system: Arc<dyn System>) -> Self {
        Self { folder, system }
    }

    /// Puts a question to the engine on a thread that may wait for the disk, so that the window's other questions go on.
    ///
    /// # Errors
    /// The engine's answer.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Path) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let folder = self.folder.clone();
        let answer = tauri::async_runtime::spawn_blocking(move || question(&folder)).await;
        answer.map_err(|error| ApiError { message: Message::new("store.failed").with("problem", error) })?
    }
}
