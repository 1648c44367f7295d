//! `run`: the engine at work in the foreground.

use std::{path::Path, sync::Arc};

use sync::{
    ConfigError, Host, Message, SecretPlace,
    api::ApiError,
    config::Connection,
    engine::SystemClock,
    host::{Runs, Trouble},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Done,
    commands::{self, Failure},
    print,
};

/// Runs the installation in `folder` until it is stopped, or for one run and one session with QuickBooks.
pub async fn run(folder: &Path, once: bool) -> Result<Done, Failure> {
    commands::read_config(&commands::config_path(folder))?;
    let runs = if once { Runs::ByHand } else { Runs::OnSchedule };
    let host = Host::open(folder, commands::secrets(folder), Arc::new(SystemClock), runs).map_err(ApiError::from)?;
    if let Some(notice) = host.notice() {
        print::problem(&print::words(notice));
    }
    host.start().await;
    let done = at_work(&host, once).await;
    host.stop().await;
    done
}

async fn at_work(host: &Host, once: bool) -> Result<Done, Failure> {
    let Some(engine) = host.engine() else {
        return Err(host.trouble().unwrap_or(Trouble::NotConnected).into());
    };
    let keeper = host.keeper();
    let is_called = engine.connection() == Connection::RequestProcessor;
    if !is_called && keeper.token().map_err(ConfigError::from)?.is_none() {
        if let SecretPlace::Environment(_) = keeper.place() {
            return Err(ConfigError::NoSecret(keeper.place()).into());
        }
        print::problem(&print::words(&Message::new("token.not_given")));
    }
    let stop = CancellationToken::new();
    tokio::spawn({
        let stop = stop.clone();
        async move {
            let _ = tokio::signal::ctrl_c().await;
            stop.cancel();
        }
    });
    if is_called {
        print::line("QuickBooks on this computer is called after each run");
    } else {
        print::line(&format!("QuickBooks' Web Connector is answered at {}", sync::endpoint::address(host.port())));
    }
    let mut attention = false;
    if once {
        match engine.run_once("by hand", &stop).await {
            Ok(()) => engine.session_ended(&stop).await,
            // Without the shop there is nothing new to post: nobody waits for a session that may never come.
            Err(error) => {
                print::problem(&print::words(&error.message()));
                attention = true;
            }
        }
    } else {
        stop.cancelled().await;
    }
    let status = sync::api::status(host.store())?;
    for point in &status.attention {
        print::problem(&print::words(&point.message));
    }
    Ok(if attention || !status.attention.is_empty() { Done::Attention } else { Done::Well })
}
