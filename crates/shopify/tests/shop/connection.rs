//! Signing in, the cost budget, retries, and what each refusal becomes.

use std::{io::Write, sync::Arc, time::Duration};

use crate::support::{Asked, Reply, SECRET, SHOP_PROBE, Shop, TestClock, app, client, list, time, value};
use jiff::Timestamp;
use serde_json::json;
use shopify::{Client, Credentials, Error, Feed, Page, SignInError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const NOW: &str = "2026-11-23T12:00:00Z";

async fn ask(client: &Client) -> Result<Page, Error> {
    client.pull(Feed::Shop, None, time(NOW))?.next().await.map(Option::unwrap)
}

fn shop() -> Reply {
    Reply::data(&value(SHOP_PROBE))
}

fn costing(mut reply: Reply, requested: u32, available: u32) -> Reply {
    let mut body = value(&reply.body);
    body["extensions"] = json!({ "cost": {
        "requestedQueryCost": requested, "actualQueryCost": null,
        "throttleStatus": { "maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": 100.0 },
    }});
    reply.body = body.to_string();
    reply
}

/// Answers with `replies` in turn, the last one for ever.
fn in_turn(replies: Vec<fn() -> Reply>) -> impl FnMut(&Asked) -> Reply + Send + 'static {
    let mut turn = 0;
    move |_| {
        let reply = replies[turn.min(replies.len() - 1)];
        turn += 1;
        reply()
    }
}

async fn refused(reply: fn() -> Reply) -> (Error, usize) {
    let shop = Shop::open(in_turn(vec![reply])).await;
    let error = ask(&shop.client(&TestClock::at(NOW))).await.unwrap_err();
    let asked = shop.asked().len();
    (error, asked)
}

#[tokio::test]
async fn throttling_waits_for_the_missing_points_and_asks_again() {
    fn throttled() -> Reply {
        costing(Reply::error("THROTTLED", "Throttled"), 752, 352)
    }
    let shop = Shop::open(in_turn(vec![throttled, throttled, || costing(shop(), 10, 1990)])).await;
    let clock = TestClock::at(NOW);
    ask(&shop.client(&clock)).await.unwrap();
    assert_eq!(shop.asked().len(), 3);
    assert_eq!(clock.pauses(), [Duration::from_secs(4), Duration::from_secs(4)]);
}

#[tokio::test]
async fn the_budget_is_waited_for_before_shopify_has_to_refuse() {
    let shop = Shop::open(in_turn(vec![|| costing(shop(), 300, 100), || costing(shop(), 300, 1700)])).await;
    let clock = TestClock::at(NOW);
    let client = shop.client(&clock);
    ask(&client).await.unwrap();
    assert!(clock.pauses().is_empty());
    ask(&client).await.unwrap();
    assert_eq!(clock.pauses(), [Duration::from_secs(2)]);
    ask(&client).await.unwrap();
    assert_eq!(clock.pauses().len(), 1, "the bucket was full");
}

#[tokio::test]
async fn too_many_requests_waits_as_long_as_it_is_told() {
    fn busy() -> Reply {
        Reply { headers: vec![("retry-after", "2.0".into())], ..Reply::raw(429, "") }
    }
    let shop = Shop::open(in_turn(vec![busy, busy, shop])).await;
    let clock = TestClock::at(NOW);
    ask(&shop.client(&clock)).await.unwrap();
    assert_eq!(clock.pauses(), [Duration::from_secs(2); 2]);
}

#[tokio::test]
async fn a_failing_shopify_is_asked_five_times_with_longer_and_longer_pauses() {
    fn down() -> Reply {
        Reply { headers: vec![("x-request-id", "req-7".into())], ..Reply::raw(502, "<html>bad gateway</html>") }
    }
    let clock = TestClock::at(NOW);
    let shop = Shop::open(in_turn(vec![down])).await;
    let error = ask(&shop.client(&clock)).await.unwrap_err();
    assert!(matches!(&error, Error::Server { request_id, .. } if request_id == "req-7"), "{error:?}");
    assert_eq!(shop.asked().len(), 5);
    assert_eq!(clock.pauses(), [1, 2, 4, 8].map(Duration::from_secs));

    let internal: fn() -> Reply = || {
        let error = json!({ "errors": [{ "message": "Internal error.", "extensions": { "code": "INTERNAL_SERVER_ERROR", "requestId": "65a6" } }] });
        Reply::raw(200, &error.to_string())
    };
    let shop = Shop::open(in_turn(vec![internal, internal, self::shop])).await;
    ask(&shop.client(&TestClock::at(NOW))).await.unwrap();
    assert_eq!(shop.asked().len(), 3);
}

#[tokio::test]
async fn an_answer_cut_short_is_asked_for_again_and_never_taken() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let mut served = 0;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 65536];
            let _ = stream.read(&mut request).await.unwrap();
            let body = format!("{{\"data\":{SHOP_PROBE}}}");
            let (head, part) = if served < 2 { (body.len() + 1, body.len() / 2) } else { (body.len(), body.len()) };
            served += 1;
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {head}\r\nconnection: close\r\n\r\n{}", &body[..part]);
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    let clock = TestClock::at(NOW);
    ask(&client(&url, Credentials::AccessToken(SECRET.into()), &clock)).await.unwrap();
    assert_eq!(clock.pauses().len(), 2);
    server.abort();
    let _ = server.await;
    let error = ask(&client(&url, Credentials::AccessToken(SECRET.into()), &clock)).await.unwrap_err();
    assert!(matches!(error, Error::Network(_)), "{error:?}");
}

#[tokio::test]
async fn a_page_that_is_not_shopifys_is_no_answer() {
    let (error, asked) = refused(|| Reply::raw(200, "<html>Please sign in to the hotel network</html>")).await;
    assert!(matches!(error, Error::Network(_)), "{error:?}");
    assert_eq!(asked, 5);
}

#[tokio::test]
async fn a_partial_answer_is_never_taken() {
    let (error, asked) = refused(|| {
        let mut body = json!({ "data": value(SHOP_PROBE) });
        body["errors"] = json!([{
            "message": "Access denied for accessScopes field.", "path": ["currentAppInstallation", "accessScopes"],
            "extensions": { "code": "ACCESS_DENIED", "requiredAccess": "the `read_apps` access scope." },
        }]);
        Reply::raw(200, &body.to_string())
    })
    .await;
    assert_eq!(asked, 1);
    assert!(
        matches!(&error, Error::MissingScope { path, required } if path == "currentAppInstallation.accessScopes" && required.contains("read_apps")),
        "{error:?}"
    );
}

#[tokio::test]
async fn every_refusal_has_its_own_meaning_and_is_not_repeated() {
    let (error, asked) = refused(|| Reply::error("undefinedField", "Field 'x' doesn't exist")).await;
    assert!(matches!(error, Error::BadDocument { .. }), "{error:?}");
    assert_eq!(asked, 1);
    let (error, asked) = refused(|| Reply::error("BAD_REQUEST", "invalid cursor")).await;
    assert!(matches!(error, Error::BadInput { .. }), "{error:?}");
    assert_eq!(asked, 1);
    for (status, reply) in [402, 403, 404, 423].into_iter().zip([
        || Reply::raw(402, r#"{"errors":"Unavailable Shop"}"#),
        || Reply::raw(403, ""),
        || Reply::raw(404, r#"{"errors":"Not Found"}"#),
        || Reply::raw(423, ""),
    ] as [fn() -> Reply; 4])
    {
        let (error, asked) = refused(reply).await;
        assert!(matches!(error, Error::ShopClosed { status: found, .. } if found == status), "{error:?}");
        assert_eq!(asked, 1);
    }
    let (error, _) = refused(|| Reply::data(&json!({ "shop": { "id": 5 } }))).await;
    assert!(error.to_string().contains("the answer to ShopProbe could not be read"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_so_that_the_token_stays_here() {
    let elsewhere = Shop::open(|_| shop()).await;
    let target = elsewhere.url.clone();
    let here = Shop::open(move |_| Reply { headers: vec![("location", target.clone())], ..Reply::raw(307, "") }).await;
    let error = ask(&here.client(&TestClock::at(NOW))).await.unwrap_err();
    assert!(matches!(error, Error::ShopClosed { status: 307, .. }), "{error:?}");
    assert!(elsewhere.asked().is_empty());
}

/// A shop whose tokens are numbered, and which refuses all but the newest.
fn issuing(mut valid: impl FnMut(&str) -> bool + Send + 'static) -> impl FnMut(&Asked) -> Reply + Send + 'static {
    let mut issued = 0;
    move |asked| {
        if asked.path == "/admin/oauth/access_token" {
            assert!(asked.body.contains("grant_type=client_credentials") && asked.body.contains("client_id=app-id"));
            issued += 1;
            let grant =
                json!({ "access_token": format!("shpat_{issued}"), "scope": "read_orders", "expires_in": 86399 });
            return Reply::raw(200, &grant.to_string());
        }
        assert_eq!(asked.path, "/admin/api/2026-10/graphql.json");
        if valid(&asked.token) {
            shop()
        } else {
            Reply::raw(401, r#"{"errors":"[API] Invalid API key or access token"}"#)
        }
    }
}

#[tokio::test]
async fn a_token_is_kept_for_a_day_and_renewed_five_minutes_before_its_end() {
    let shop = Shop::open(issuing(|_| true)).await;
    let clock = TestClock::at(NOW);
    let client = client(&shop.url, app(), &clock);
    let tokens = |shop: &Shop| shop.asked().iter().map(|asked| asked.token.clone()).collect::<Vec<_>>();
    ask(&client).await.unwrap();
    clock.forward(Duration::from_secs(86399 - 300));
    ask(&client).await.unwrap();
    assert_eq!(tokens(&shop), ["", "shpat_1", "shpat_1"]);
    clock.forward(Duration::from_secs(1));
    ask(&client).await.unwrap();
    assert_eq!(tokens(&shop), ["", "shpat_1", "shpat_1", "", "shpat_2"]);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_then_the_merchant_is_asked() {
    let shop = Shop::open(issuing(|token| token == "shpat_2")).await;
    ask(&client(&shop.url, app(), &TestClock::at(NOW))).await.unwrap();
    assert_eq!(shop.asked().len(), 4);

    let shop = Shop::open(issuing(|_| false)).await;
    let error = ask(&client(&shop.url, app(), &TestClock::at(NOW))).await.unwrap_err();
    assert!(matches!(error, Error::SignIn(SignInError::TokenInvalid)), "{error:?}");
    assert_eq!(shop.asked().len(), 4);

    let (error, asked) = refused(|| Reply::raw(401, "")).await;
    assert!(matches!(error, Error::SignIn(SignInError::TokenInvalid)), "{error:?}");
    assert_eq!(asked, 1, "a pasted token cannot be renewed");
}

#[tokio::test]
async fn each_failed_sign_in_says_what_to_do() {
    for (status, body, expected) in [
        (
            400,
            r#"{"error":"shop_not_permitted","error_description":"Client credentials cannot be performed on this shop."}"#,
            SignInError::ShopNotPermitted,
        ),
        (
            400,
            "<html>Oauth error shop_not_permitted: Client credentials cannot be performed on this shop.</html>",
            SignInError::ShopNotPermitted,
        ),
        (400, r#"{"error":"app_not_installed"}"#, SignInError::AppNotInstalled),
        (401, r#"{"error":"invalid_client"}"#, SignInError::WrongSecret),
        (
            400,
            r#"{"error":"invalid_request","error_description":"grant_type"}"#,
            SignInError::Refused { status: 400, message: "grant_type".into() },
        ),
        (200, r#"{"scope":""}"#, SignInError::Refused { status: 200, message: "an answer without a token".into() }),
    ] {
        let shop = Shop::open(move |_| Reply::raw(status, body)).await;
        match ask(&client(&shop.url, app(), &TestClock::at(NOW))).await.unwrap_err() {
            Error::SignIn(found) => assert_eq!(found, expected),
            other => panic!("{other:?}"),
        }
        assert_eq!(shop.asked().len(), 1);
    }
    let shop = Shop::open(|_| Reply::raw(404, "<html>no such shop</html>")).await;
    let error = ask(&client(&shop.url, app(), &TestClock::at(NOW))).await.unwrap_err();
    assert!(matches!(error, Error::ShopClosed { status: 404, .. }), "{error:?}");
}

#[tokio::test]
async fn the_probe_names_missing_permissions_and_whether_buyers_are_told() {
    let shop = Shop::open(|asked| match asked.operation().as_str() {
        "ShopProbe" => Reply { headers: vec![("x-shopify-api-version", "2027-01".into())], ..shop() },
        _ => Reply::error("ACCESS_DENIED", "This app is not approved to use the email field. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."),
    })
    .await;
    let probe = shop.client(&TestClock::at(NOW)).probe().await.unwrap();
    assert_eq!(probe.shop.time_zone, "America/New_York");
    assert_eq!(probe.plan, "Basic");
    assert_eq!(
        probe.missing.iter().map(shopify::Scope::as_str).collect::<Vec<_>>(),
        ["read_all_orders", "read_locations"]
    );
    assert_eq!(probe.buyers_told, Some(false));

    let shop = Shop::open(|asked| match asked.operation().as_str() {
        "ShopProbe" => Reply { headers: vec![("x-shopify-api-version", "2027-01".into())], ..self::shop() },
        _ => Reply {
            headers: vec![("x-shopify-api-version", "2027-01".into())],
            ..Reply::data(&json!({ "orders": { "nodes": [] } }))
        },
    })
    .await;
    let probe = shop.client(&TestClock::at(NOW)).probe().await.unwrap();
    assert_eq!(probe.buyers_told, Some(true));
    assert_eq!(probe.api_version.as_deref(), Some("2027-01"));
}

#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Write::write(&mut *self.0.lock().unwrap(), bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_error_or_debug_output_shows_a_secret_or_a_token() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let mut said = vec![format!("{:?}", app())];
    let down = Shop::open(issuing(|_| false)).await;
    said.push(format!("{:?}", ask(&client(&down.url, app(), &TestClock::at(NOW))).await.unwrap_err()));
    let failing =
        Shop::open(|asked| if asked.token.is_empty() { issuing(|_| true)(asked) } else { Reply::raw(500, "") }).await;
    said.push(format!("{:?}", ask(&client(&failing.url, app(), &TestClock::at(NOW))).await.unwrap_err()));
    let offline = client("http://127.0.0.1:1", app(), &TestClock::at(NOW));
    said.push(format!("{:?}", ask(&offline).await.unwrap_err()));
    let unreadable = client(&failing.url, Credentials::AccessToken(format!("{SECRET}\n").into()), &TestClock::at(NOW));
    said.push(format!("{:?}", ask(&unreadable).await.unwrap_err()));

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("asking again"), "the log is captured: {log}");
    for secret in [SECRET, "shpat_1", "shpss_"] {
        assert!(said.iter().all(|text| !text.contains(secret)), "{said:?}");
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn an_error_never_quotes_what_a_buyer_wrote() {
    let shop = Shop::open(|_| {
        let mut customer = value(crate::support::CUSTOMER);
        customer["taxExempt"] = json!("Ada Byron");
        Reply::data(&list("customers", &[customer], None))
    })
    .await;
    let client = shop.client(&TestClock::at(NOW));
    let mut customers = client.pull(Feed::Customers, None, Timestamp::UNIX_EPOCH).unwrap();
    let error = customers.next().await.unwrap_err().to_string();
    assert!(error.contains("taxExempt"), "{error}");
    assert!(!error.contains("Ada"), "{error}");
}

#[tokio::test]
async fn the_probe_tells_how_far_the_shops_clock_is_ahead_by_its_date() {
    for (date, ahead) in
        [("Mon, 23 Nov 2026 12:05:00 GMT", Some(300)), ("Mon, 23 Nov 2026 11:59:00 GMT", Some(-60)), ("soon", None)]
    {
        let shop = Shop::open(move |asked| {
            let orders = Reply::data(&json!({ "orders": { "nodes": [] } }));
            let reply = if asked.operation() == "ShopProbe" { shop() } else { orders };
            Reply { headers: vec![("date", date.to_owned())], ..reply }
        })
        .await;
        let probe = shop.client(&TestClock::at(NOW)).probe().await.unwrap();
        assert_eq!(probe.clock_ahead.map(|ahead| ahead.as_secs()), ahead, "{date}");
    }
}
