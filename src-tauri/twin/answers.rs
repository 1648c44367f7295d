//! Who answers the dialogs of the operating system in its place.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use desktop::system::{Picked, System};
use serde::{Deserialize, Serialize};
use sync::api::{ApiError, SystemStart};

/// A system without a screen: files are saved in one folder, and the rest is as a test has said.
pub struct Answers {
    saved: PathBuf,
    now: Mutex<Answer>,
}

/// What the system says; `GET /control/system` reads it, `POST` replaces it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Answer {
    /// Whether she changes her mind in every dialog.
    cancels: bool,
    /// What is picked where something is to be picked.
    picks: Option<PathBuf>,
    /// What was shown in the system's own way, the latest last.
    shown: Vec<PathBuf>,
    /// Whether the program starts with the computer.
    start: SystemStart,
}

impl Default for Answer {
    fn default() -> Self {
        Self { cancels: false, picks: None, shown: Vec::new(), start: SystemStart::Off }
    }
}

impl Answers {
    /// Saves into `folder`, which is made.
    pub fn new(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { saved: folder.to_owned(), now: Mutex::default() })
    }

    fn now(&self) -> MutexGuard<'_, Answer> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl System for Answers {
    fn place_for(&self, suggested_name: &str) -> Option<PathBuf> {
        (!self.now().cancels).then(|| self.saved.join(suggested_name))
    }

    fn pick(&self, _what: Picked) -> Option<PathBuf> {
        let now = self.now();
        now.picks.clone().filter(|_| !now.cancels)
    }

    fn show(&self, path: &Path) -> Result<(), ApiError> {
        self.now().shown.push(path.to_owned());
        Ok(())
    }

    fn start(&self) -> SystemStart {
        self.now().start
    }

    fn set_start(&self, on: bool) -> Result<(), ApiError> {
        let mut now = self.now();
        now.start = match (on, now.start) {
            (_, kept @ (SystemStart::NotAvailable | SystemStart::SwitchedOffBySystem)) => kept,
            (true, _) => SystemStart::On,
            (false, _) => SystemStart::Off,
        };
        Ok(())
    }
}

/// `/control/system`.
pub fn router(answers: Arc<Answers>) -> Router {
    Router::new().route("/control/system", get(read).post(replace)).with_state(answers)
}

async fn read(State(answers): State<Arc<Answers>>) -> Response {
    match serde_json::to_string(&*answers.now()) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn replace(State(answers): State<Arc<Answers>>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(answer) => {
            *answers.now() = answer;
            read(State(answers)).await
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}
