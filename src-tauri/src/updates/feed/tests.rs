//! The real updater against a server of ours, with real signatures, and all that may be wrong with either.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::Cursor,
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::header,
    response::{Redirect, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use futures_util::{StreamExt, stream};
use minisign::KeyPair;
use serde_json::json;
use tauri::test::MockRuntime;
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, net::TcpListener};

use super::*;

/// Newer than this program, whatever that is.
pub(crate) const NEWER: &str = "99.0.0";

/// Somebody who publishes updates, and a program that trusts them.
pub(crate) struct Publisher {
    keys: KeyPair,
    pub(crate) installer: Vec<u8>,
}

impl Publisher {
    pub(crate) fn new() -> Self {
        let installer = (0_u32..50_000).flat_map(u32::to_be_bytes).collect();
        Self { keys: KeyPair::generate_unencrypted_keypair().unwrap(), installer }
    }

    /// A signature as `tauri signer` makes it.
    fn signature(&self, comment: &str) -> String {
        let (public, private) = (&self.keys.pk, &self.keys.sk);
        let made = minisign::sign(Some(public), private, Cursor::new(&self.installer), Some(comment), None).unwrap();
        BASE64.encode(made.to_string())
    }

    fn signed_for(&self, version: &str) -> String {
        self.signature(&format!("timestamp:1790000000\tfile:Tillbridge.msi\tversion:{version}"))
    }

    /// The list of a server at `address` with `version`, whose installer is signed for that one.
    fn list(&self, address: SocketAddr, version: &str) -> Value {
        list(version, &format!("http://{address}/Tillbridge.msi"), &self.signed_for(version))
    }

    /// A server that publishes `version` as it should be.
    pub(crate) async fn serve(&self, version: &str) -> SocketAddr {
        self.serve_altered(version, |_| {}).await
    }

    /// A server whose list was altered.
    async fn serve_altered(&self, version: &str, alter: impl FnOnce(&mut Value)) -> SocketAddr {
        let (listener, address) = listen().await;
        let mut list = self.list(address, version);
        alter(&mut list);
        serve(listener, publishing(&list, self.installer.clone()))
    }

    pub(crate) fn app(&self) -> tauri::App<MockRuntime> {
        app(&BASE64.encode(self.keys.pk.to_box().unwrap().to_string()))
    }

    fn program(&self, server: SocketAddr) -> Program {
        let (app, folder) = (self.app(), tempfile::tempdir().unwrap());
        let feed = Feed::new(app.handle(), Some(&format!("http://{server}")), folder.path().join("updates")).unwrap();
        Program { feed, folder, _app: app }
    }
}

struct Program {
    feed: Feed<MockRuntime>,
    folder: TempDir,
    _app: tauri::App<MockRuntime>,
}

impl Program {
    async fn check(&self) -> Result<Option<Offer>, Fault> {
        self.feed.check(UpdateChannel::Stable).await
    }

    /// Checks and downloads what there is.
    async fn update(&self) -> Result<(), Fault> {
        let offer = self.check().await?.unwrap();
        self.feed.download(&offer, |_| {}).await
    }

    fn has_kept_nothing(&self) -> bool {
        !self.folder.path().join("updates").join(INSTALLER).exists()
    }
}

fn app(key: &str) -> tauri::App<MockRuntime> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut context = tauri::test::mock_context(tauri::test::noop_assets());
    let config = context.config_mut();
    config.version = Some(env!("CARGO_PKG_VERSION").to_owned());
    // As it is shipped, but for the key.
    let shipped: Value = serde_json::from_str(include_str!("../../../../tauri.conf.json")).unwrap();
    let mut updater = shipped["plugins"]["updater"].clone();
    updater["pubkey"] = key.into();
    config.plugins.0.insert("updater".to_owned(), updater);
    tauri::test::mock_builder().plugin(tauri_plugin_updater::Builder::new().build()).build(context).unwrap()
}

fn list(version: &str, url: &str, signature: &str) -> Value {
    json!({
        "version": version,
        "notes": "It is faster.",
        "pub_date": "2026-11-27T12:00:00Z",
        "platforms": { TARGET: { "url": url, "signature": signature } },
    })
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn serve(listener: TcpListener, router: Router) -> SocketAddr {
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn publishing(list: &Value, installer: Vec<u8>) -> Router {
    let (list, installer) = (list.to_string(), Bytes::from(installer));
    Router::new()
        .route("/stable/latest.json", get(move || async move { list }))
        .route("/Tillbridge.msi", get(move || async move { installer }))
}

/// A server that gives every question this answer.
async fn answering(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> SocketAddr {
    let (listener, _) = listen().await;
    serve(listener, Router::new().fallback(move || async move { answer() }))
}

fn refused(fault: &Fault) -> &str {
    let Fault::Refused(message) = fault else { panic!("{fault:?} is tried again") };
    &message.code
}

fn failed(fault: &Fault) -> &str {
    let Fault::Failed(message) = fault else { panic!("{fault:?} is final") };
    &message.code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_version_is_told_downloaded_and_kept_as_it_was_signed() {
    let publisher = Publisher::new();
    let program = publisher.program(publisher.serve(NEWER).await);
    let offer = program.check().await.unwrap().unwrap();
    let published_at = Some("2026-11-27T12:00:00Z".to_owned());
    assert_eq!(offer.release, Release { version: NEWER.to_owned(), notes: "It is faster.".to_owned(), published_at });
    let last = AtomicU32::new(0);
    program.feed.download(&offer, |percent| last.store(percent, Ordering::Relaxed)).await.unwrap();
    assert_eq!(last.into_inner(), 100);
    let (update, installer) = program.feed.downloaded(&offer, &[]).unwrap();
    assert_eq!(installer, publisher.installer);
    assert_eq!(update.version, NEWER);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_channel_is_another_list() {
    let publisher = Publisher::new();
    let program = publisher.program(publisher.serve(NEWER).await);
    assert_eq!(failed(&program.feed.check(UpdateChannel::Beta).await.unwrap_err()), "update.server");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_and_every_older_version_is_no_update_however_well_it_is_signed() {
    let publisher = Publisher::new();
    for version in ["0.0.1", env!("CARGO_PKG_VERSION")] {
        let program = publisher.program(publisher.serve(version).await);
        assert!(program.check().await.unwrap().is_none(), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_installer_under_a_new_number_is_refused() {
    let publisher = Publisher::new();
    let old = publisher.signed_for("0.0.1");
    let server = publisher.serve_altered(NEWER, |list| list["platforms"][TARGET]["signature"] = old.into()).await;
    let program = publisher.program(server);
    assert_eq!(refused(&program.update().await.unwrap_err()), "update.wrong_version");
    assert!(program.has_kept_nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_says_no_version_is_refused() {
    let publisher = Publisher::new();
    let bare = publisher.signature("timestamp:1790000000\tfile:Tillbridge.msi");
    let server = publisher.serve_altered(NEWER, |list| list["platforms"][TARGET]["signature"] = bare.into()).await;
    assert_eq!(refused(&publisher.program(server).update().await.unwrap_err()), "update.wrong_version");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_signed_is_refused() {
    let (publisher, stranger) = (Publisher::new(), Publisher::new());
    let program = publisher.program(stranger.serve(NEWER).await);
    assert_eq!(refused(&program.update().await.unwrap_err()), "update.signature");
    assert!(program.has_kept_nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_signature_or_half_of_one_is_refused() {
    let publisher = Publisher::new();
    let whole = publisher.signed_for(NEWER);
    for signature in [String::new(), "no Base64!".to_owned(), whole[..whole.len() / 2].to_owned()] {
        let server =
            publisher.serve_altered(NEWER, |list| list["platforms"][TARGET]["signature"] = signature.into()).await;
        assert_eq!(refused(&publisher.program(server).update().await.unwrap_err()), "update.signature");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_or_shortened_installer_is_refused() {
    let publisher = Publisher::new();
    let mut altered = publisher.installer.clone();
    altered[1_000] ^= 1;
    let shortened = publisher.installer[..publisher.installer.len() / 2].to_vec();
    for installer in [altered, shortened, Vec::new()] {
        let (listener, address) = listen().await;
        serve(listener, publishing(&publisher.list(address, NEWER), installer));
        let program = publisher.program(address);
        assert_eq!(refused(&program.update().await.unwrap_err()), "update.signature");
        assert!(program.has_kept_nothing());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_breaks_off_is_tried_again() {
    let publisher = Publisher::new();
    let (listener, broken) = listen().await;
    let installer = publisher.installer.clone();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", installer.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&installer[..10_000]).await.unwrap();
    });
    let url = format!("http://{broken}/Tillbridge.msi");
    let server = publisher.serve_altered(NEWER, |list| list["platforms"][TARGET]["url"] = url.into()).await;
    let program = publisher.program(server);
    assert_eq!(failed(&program.update().await.unwrap_err()), "update.offline");
    assert!(program.has_kept_nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_altered_on_the_disk_meanwhile_is_refused() {
    let publisher = Publisher::new();
    let program = publisher.program(publisher.serve(NEWER).await);
    let offer = program.check().await.unwrap().unwrap();
    program.feed.download(&offer, |_| {}).await.unwrap();
    fs::write(program.folder.path().join("updates").join(INSTALLER), "something else").unwrap();
    let Err(fault) = program.feed.downloaded(&offer, &[]) else { panic!("it would be installed") };
    assert_eq!(refused(&fault), "update.signature");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_other_computers_is_refused() {
    let publisher = Publisher::new();
    let server = publisher
        .serve_altered(NEWER, |list| {
            let installer = list["platforms"][TARGET].take();
            list["platforms"] = json!({ "darwin-aarch64": installer });
        })
        .await;
    assert_eq!(refused(&publisher.program(server).check().await.unwrap_err()), "update.wrong_computer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_or_out_of_order_is_tried_again() {
    let publisher = Publisher::new();
    let (listener, nobody) = listen().await;
    drop(listener);
    assert_eq!(failed(&publisher.program(nobody).check().await.unwrap_err()), "update.offline");
    for status in [StatusCode::NOT_FOUND, StatusCode::INTERNAL_SERVER_ERROR, StatusCode::PROXY_AUTHENTICATION_REQUIRED]
    {
        let server = answering(move || Response::builder().status(status).body(Body::empty()).unwrap()).await;
        let fault = publisher.program(server).check().await.unwrap_err();
        assert_eq!(failed(&fault), "update.server");
        let Fault::Failed(message) = fault else { unreachable!() };
        assert!(message.facts["problem"].contains(status.as_str()), "{message:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installer_that_is_not_there_is_tried_again() {
    let publisher = Publisher::new();
    let server = publisher
        .serve_altered(NEWER, |list| {
            let url = list["platforms"][TARGET]["url"].as_str().unwrap().replace("Tillbridge", "Missing");
            list["platforms"][TARGET]["url"] = url.into();
        })
        .await;
    assert_eq!(failed(&publisher.program(server).update().await.unwrap_err()), "update.server");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_instead_of_a_list_and_a_list_without_sense_are_told_as_such() {
    let publisher = Publisher::new();
    let bodies = [
        "<!doctype html><title>Sign in to the hotel's network</title>".to_owned(),
        "{\"version\": \"99.0.0\"}".to_owned(),
        list("99.0.0-beta.1", "https://example.com/x.msi", "").to_string(),
        list("new", "https://example.com/x.msi", "").to_string(),
        list(NEWER, "no address", "").to_string(),
        "[".repeat(1_000),
        String::new(),
    ];
    for body in bodies {
        let server = answering(move || Response::new(Body::from(body.clone()))).await;
        assert_eq!(failed(&publisher.program(server).check().await.unwrap_err()), "update.unreadable");
    }
}

/// A body that has no end.
fn endless() -> Response {
    let bytes = Bytes::from_static(&[b' '; 16 * 1024]);
    Response::new(Body::from_stream(stream::repeat_with(move || Ok::<_, io::Error>(bytes.clone()))))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_an_end_is_broken_off() {
    let publisher = Publisher::new();
    let program = publisher.program(answering(endless).await);
    assert_eq!(failed(&program.check().await.unwrap_err()), "update.unreadable");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installer_without_an_end_is_broken_off() {
    let publisher = Publisher::new();
    let url = format!("http://{}/Tillbridge.msi", answering(endless).await);
    let server = publisher.serve_altered(NEWER, |list| list["platforms"][TARGET]["url"] = url.into()).await;
    let mut program = publisher.program(server);
    program.feed.installer_at_most = 1024 * 1024;
    assert_eq!(refused(&program.update().await.unwrap_err()), "update.too_big");
    assert!(program.has_kept_nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installer_that_announces_too_much_is_broken_off_at_once() {
    let publisher = Publisher::new();
    let server = answering(|| {
        let first = stream::once(async { Ok::<_, io::Error>(Bytes::from_static(b"x")) });
        let body = Body::from_stream(first.chain(stream::pending()));
        Response::builder().header(header::CONTENT_LENGTH, "1000000000000").body(body).unwrap()
    })
    .await;
    let url = format!("http://{server}/Tillbridge.msi");
    let server = publisher.serve_altered(NEWER, |list| list["platforms"][TARGET]["url"] = url.into()).await;
    assert_eq!(refused(&publisher.program(server).update().await.unwrap_err()), "update.too_big");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leads_to_an_address_without_encryption() {
    let publisher = Publisher::new();
    let to = "http://updates.example.com/latest.json";
    let server = answering(move || axum::response::IntoResponse::into_response(Redirect::temporary(to))).await;
    assert_eq!(refused(&publisher.program(server).check().await.unwrap_err()), "update.insecure");

    let alter = |list: &mut Value| list["platforms"][TARGET]["url"] = "http://updates.example.com/x.msi".into();
    let server = publisher.serve_altered(NEWER, alter).await;
    assert_eq!(refused(&publisher.program(server).check().await.unwrap_err()), "update.insecure");

    let redirecting = answering(move || axum::response::IntoResponse::into_response(Redirect::temporary(to))).await;
    let url = format!("http://{redirecting}/x.msi");
    let server = publisher.serve_altered(NEWER, |list| list["platforms"][TARGET]["url"] = url.into()).await;
    assert_eq!(refused(&publisher.program(server).update().await.unwrap_err()), "update.insecure");
}

#[test]
fn without_encryption_only_tests_are_reached_and_those_only_on_this_computer() {
    let allows = |transport: Transport, url: &str| transport.allows(&url.parse().unwrap());
    for here in ["http://127.0.0.1:8765/x", "http://[::1]:8765/x", "http://localhost/x"] {
        assert!(allows(Transport::OrLoopback, here), "{here}");
        assert!(!allows(Transport::Https, here), "{here}");
    }
    for elsewhere in ["http://example.com/x", "http://127.0.0.1.example.com/x", "ftp://127.0.0.1/x", "file:///x"] {
        assert!(!allows(Transport::OrLoopback, elsewhere), "{elsewhere}");
    }
    assert!(allows(Transport::Https, "https://updates.example.com/x"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_environment_sends_it_to_a_server_elsewhere() {
    let (app, folder) = (Publisher::new().app(), tempfile::tempdir().unwrap());
    for server in ["http://updates.example.com", "https://updates.example.com", "file:///x", "nonsense"] {
        let feed = Feed::new(app.handle(), Some(server), folder.path().to_owned());
        match feed {
            Err(why) => assert_eq!(why.code, "update.not_here"),
            Ok(feed) => assert_eq!(feed.transport, Transport::Https),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_without_a_key_takes_no_updates() {
    let (app, folder) = (app(""), tempfile::tempdir().unwrap());
    let Err(why) = Feed::new(app.handle(), Some("http://127.0.0.1:1"), folder.path().to_owned()) else {
        panic!("it trusts nobody, and asks all the same")
    };
    assert_eq!(why.code, "update.no_key");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_tried_again() {
    let publisher = Publisher::new();
    let program = publisher.program(publisher.serve(NEWER).await);
    let folder = program.folder.path().join("updates");
    fs::create_dir_all(&folder).unwrap();
    // A file of the system's that is always full.
    std::os::unix::fs::symlink("/dev/full", folder.join(INSTALLER)).unwrap();
    assert_eq!(failed(&program.update().await.unwrap_err()), "update.no_space");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_start_downloaded_is_removed() {
    let publisher = Publisher::new();
    let (app, folder) = (publisher.app(), tempfile::tempdir().unwrap());
    let updates = folder.path().join("updates");
    fs::create_dir_all(&updates).unwrap();
    fs::write(updates.join(INSTALLER), "old").unwrap();
    Feed::new(app.handle(), Some("http://127.0.0.1:1"), updates.clone()).unwrap();
    assert!(!updates.exists());
}

/// In an environment of its own: [`it_goes_through_the_proxy_of_the_environment`] starts it, with nothing but the proxy.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by another test, behind a proxy"]
async fn behind_a_proxy() {
    let publisher = Publisher::new();
    let (listener, nobody) = listen().await;
    drop(listener);
    let program = publisher.program(nobody);
    assert_eq!(program.check().await.unwrap().unwrap().release.version, NEWER);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_through_the_proxy_of_the_environment() {
    let publisher = Publisher::new();
    let proxy = publisher.serve(NEWER).await;
    let test = std::env::current_exe().unwrap();
    let mut behind = tokio::process::Command::new(test);
    behind.args(["--ignored", "--exact", "updates::feed::tests::behind_a_proxy"]);
    for name in ["NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY"] {
        behind.env_remove(name);
    }
    let done = behind.env("http_proxy", format!("http://{proxy}")).output().await.unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && told.contains("1 passed"), "{told}");
}
