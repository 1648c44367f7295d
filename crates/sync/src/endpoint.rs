//! The endpoint that QuickBooks' Web Connector calls, and the .qwc file that tells it where.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;
use web_connector::{MonotonicClock, PersonalData, Qwc, QwcError, Unattended};

use crate::{
    company::{Installation, OWNER_ID},
    engine::Engine,
    token::TokenKeeper,
};

/// Path of the endpoint.
const PATH: &str = "/qbwc";

/// Opens the endpoint's port on this computer's loopback addresses; 0 takes any free one. Windows looks `localhost` up as
/// `::1` first, so that address is listened at too where there is one.
///
/// # Errors
/// What the socket says, such as that the port is taken.
pub async fn listen(port: u16) -> io::Result<Vec<TcpListener>> {
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let port = first.local_addr()?.port();
    let second = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok();
    Ok(std::iter::once(first).chain(second).collect())
}

/// The port `first`, or the first one after it that nobody uses; `first` where none of the next few is free.
pub(crate) async fn free_port(first: u16) -> u16 {
    for port in first..=first.saturating_add(20) {
        if listen(port).await.is_ok() {
            return port;
        }
    }
    first
}

/// Answers the Web Connector's calls on `listeners` until `stop`. Who signs in has to show the token that holds at that
/// moment.
///
/// # Errors
/// What the sockets say; a listener that is not on loopback is refused (DESIGN.md 7).
pub async fn serve(
    engine: Arc<Engine>,
    listeners: Vec<TcpListener>,
    user_name: String,
    token: TokenKeeper,
    stop: CancellationToken,
) -> io::Result<()> {
    let config = web_connector::Config {
        path: PATH.to_owned(),
        ..web_connector::Config::new(&user_name, "Tillbridge", env!("CARGO_PKG_VERSION"))
    };
    let router = web_connector::service(config, engine, token, Arc::new(MonotonicClock::start()));
    let mut serving = JoinSet::new();
    for listener in listeners {
        serving.spawn(web_connector::serve(listener, router.clone(), stop.clone().cancelled_owned()));
    }
    drop(router);
    while let Some(served) = serving.join_next().await {
        served.map_err(io::Error::other)??;
    }
    Ok(())
}

/// The endpoint's address as the Web Connector takes it: `localhost`, never a number (PROTOCOL.md a.9).
pub fn address(port: u16) -> String {
    format!("http://localhost:{port}{PATH}")
}

/// The .qwc file of an installation.
///
/// # Errors
/// [`QwcError`] when the Web Connector would refuse it.
pub fn qwc(installation: &Installation, user_name: &str, port: u16) -> Result<String, QwcError> {
    Qwc {
        app_name: "Tillbridge".to_owned(),
        app_id: String::new(),
        app_url: address(port),
        app_description: "Carries your Shopify shop's sales into this company file".to_owned(),
        app_support: address(port),
        user_name: user_name.to_owned(),
        owner_id: OWNER_ID,
        file_id: installation.file_id,
        run_every_minutes: 5,
        notify: false,
        unattended: Unattended::Optional,
        personal_data: PersonalData::NotNeeded,
    }
    .to_xml()
}
