//! `run`: the engine at work in the foreground.

use std::{path::Path, sync::Arc};

use sync::{
    ConfigError, Engine, Message, SecretPlace,
    engine::{Clock, SystemClock},
    token::TokenKeeper,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Done,
    commands::{self, Failure},
    print,
};

/// Runs the installation in `folder` until it is stopped, or for one run and one session with QuickBooks.
pub async fn run(folder: &Path, once: bool) -> Result<Done, Failure> {
    let config = commands::read_config(&commands::config_path(folder))?;
    let secrets = commands::secrets(folder);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let source = sync::shop::connect(&config, &secrets)?;
    let store = commands::open(folder)?;
    let engine = Arc::new(Engine::new(Arc::new(store), source, &config, clock)?);
    let keeper = TokenKeeper::new(&secrets, &config.quickbooks, engine.installation().id);
    if keeper.token().map_err(ConfigError::from)?.is_none() {
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
    let port = config.quickbooks.port;
    let listeners = sync::endpoint::listen(port).await.map_err(|error| Failure::Port { port, error })?;
    let port = listeners.first().and_then(|listener| listener.local_addr().ok()).map_or(port, |address| address.port());
    print::line(&format!("QuickBooks' Web Connector is answered at {}", sync::endpoint::address(port)));
    let serving = tokio::spawn(sync::endpoint::serve(
        Arc::clone(&engine),
        listeners,
        config.quickbooks.user_name.clone(),
        keeper,
        stop.clone(),
    ));
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
        stop.cancel();
    } else {
        engine.keep_running(&stop).await;
    }
    let served = serving.await.map_err(std::io::Error::other).flatten();
    served.map_err(|error| Failure::Port { port, error })?;
    let status = sync::api::status(engine.store())?;
    for point in &status.attention {
        print::problem(&print::words(&point.message));
    }
    Ok(if attention || !status.attention.is_empty() { Done::Attention } else { Done::Well })
}
