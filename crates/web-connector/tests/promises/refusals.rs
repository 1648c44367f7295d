//! Who may not speak to the endpoint, and what it does not read.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use web_connector::Peer;

use crate::support::{Endpoint, PORT, Script, config, envelope, get, post, text};

async fn status(request: Request<Body>) -> StatusCode {
    let endpoint = Endpoint::new(Script::default());
    let response = endpoint.send(request).await;
    let status = response.status();
    let text = text(response).await;
    assert!(status.is_success() || text.is_empty(), "a refusal says nothing: {text}");
    status
}

fn from(remote: &str) -> Request<Body> {
    let mut request = get("/qbwc");
    let local: SocketAddr = ([127, 0, 0, 1], PORT).into();
    request.extensions_mut().insert(ConnectInfo(Peer { remote: remote.parse().unwrap(), local }));
    request
}

#[tokio::test]
async fn only_this_computer_may_connect() {
    for remote in ["127.0.0.1:5", "127.8.0.1:5", "[::1]:5", "[::ffff:127.0.0.1]:5"] {
        assert_eq!(status(from(remote)).await, StatusCode::OK, "{remote}");
    }
    for remote in ["192.168.1.7:5", "0.0.0.0:5", "[fe80::1]:5", "[::ffff:10.0.0.1]:5", "8.8.8.8:80"] {
        assert_eq!(status(from(remote)).await, StatusCode::FORBIDDEN, "{remote}");
    }
    let mut unknown = get("/qbwc");
    unknown.extensions_mut().clear();
    assert_eq!(status(unknown).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn only_our_own_names_and_port_are_answered_to() {
    let with_host = |host: &str| {
        let mut request = get("/qbwc");
        request.headers_mut().insert(header::HOST, host.parse().unwrap());
        request
    };
    for host in ["localhost:8095", "LocalHost:8095", "127.0.0.1:8095", "[::1]:8095"] {
        assert_eq!(status(with_host(host)).await, StatusCode::OK, "{host}");
    }
    for host in [
        "localhost",
        "localhost:80",
        "localhost:8096",
        "evil.example:8095",
        "localhost.evil.example:8095",
        "localhost.:8095",
        "user@localhost:8095",
        "localhost:8095@evil.example",
        "0.0.0.0:8095",
        "192.168.1.7:8095",
        "",
        "local host:8095",
    ] {
        assert_eq!(status(with_host(host)).await, StatusCode::FORBIDDEN, "{host}");
    }
    let mut none = get("/qbwc");
    none.headers_mut().remove(header::HOST);
    assert_eq!(status(none).await, StatusCode::FORBIDDEN);
    let mut two = get("/qbwc");
    two.headers_mut().append(header::HOST, "evil.example".parse().unwrap());
    assert_eq!(status(two).await, StatusCode::FORBIDDEN);
    let mut absolute = get("http://evil.example/qbwc");
    absolute.headers_mut().insert(header::HOST, "localhost:8095".parse().unwrap());
    assert_eq!(status(absolute).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_web_page_is_refused_wherever_it_comes_from() {
    for origin in ["https://evil.example", "http://localhost:8095", "null"] {
        let mut request = post(envelope("serverVersion", &[]));
        request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        assert_eq!(status(request).await, StatusCode::FORBIDDEN, "{origin}");
    }
}

#[tokio::test]
async fn only_xml_is_read() {
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/xmlx", ""] {
        let mut request = post(envelope("serverVersion", &[]));
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
        assert_eq!(status(request).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
}

#[tokio::test]
async fn other_paths_and_methods_are_not_there() {
    for path in ["/", "/qbwc/", "/qbwc/x", "/QBWC", "//qbwc"] {
        assert_eq!(status(get(path)).await, StatusCode::NOT_FOUND, "{path}");
    }
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
        let mut request = get("/qbwc");
        *request.method_mut() = method.parse().unwrap();
        assert_eq!(status(request).await, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}

#[tokio::test]
async fn a_request_over_the_limit_is_refused_whether_it_says_its_length_or_not() {
    let mut config = config();
    let body = envelope("serverVersion", &[]);
    config.max_body_bytes = body.len();
    let endpoint = Endpoint::with_config(Script::default(), config);
    assert_eq!(endpoint.post(body.clone()).await.0, StatusCode::OK);
    assert_eq!(endpoint.post(format!("{body} ")).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let mut announced = post(body);
    announced.headers_mut().insert(header::CONTENT_LENGTH, "999999".parse().unwrap());
    assert_eq!(endpoint.send(announced).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_is_not_a_call_gets_a_clean_fault_that_repeats_nothing_of_it() {
    let endpoint = Endpoint::new(Script::default());
    let good = envelope("authenticate", &[("strUserName", "SECRET")]);
    let deep = format!("{}{}", "<SECRET>".repeat(100_000), "</SECRET>".repeat(100_000));
    let deeper_than_allowed = format!("{}{}", "<SECRET>".repeat(15), "</SECRET>".repeat(15));
    let header = format!("<soap:Header>{deeper_than_allowed}</soap:Header><soap:Body>");
    for body in [
        Vec::new(),
        b"SECRET".to_vec(),
        b"<SECRET".to_vec(),
        b"<SECRET/>".to_vec(),
        b"\xff\xfe<SECRET/>".to_vec(),
        good.as_bytes()[..good.len() - 3].to_vec(),
        good.as_bytes()[..good.len() / 2].to_vec(),
        good.replace("</soap:Body>", "").into_bytes(),
        format!("{good}{good}").into_bytes(),
        format!("{good}</SECRET>").into_bytes(),
        good.replacen("<soap:Envelope", "<!DOCTYPE SECRET [<!ENTITY a 'aaaa'>]><soap:Envelope", 1).into_bytes(),
        good.replace("SECRET", "&SECRET;").into_bytes(),
        good.replace("SECRET", "&#0;").into_bytes(),
        good.replace("SECRET", "&#xD800;").into_bytes(),
        good.replace("SECRET", "SECRET & more").into_bytes(),
        good.replace("SECRET", "<SECRET/>").into_bytes(),
        good.replace("SECRET", &deep).into_bytes(),
        good.replace("<soap:Body>", &header).into_bytes(),
        deep.into_bytes(),
        good.replace("authenticate", "SECRET").into_bytes(),
        good.replace("http://developer.intuit.com/", "http://SECRET/").into_bytes(),
        good.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
            .into_bytes(),
        good.replace("</soap:Body>", "<serverVersion xmlns='http://developer.intuit.com/'/></soap:Body>").into_bytes(),
        envelope("", &[]).replace("< xmlns=\"http://developer.intuit.com/\"></>", "").into_bytes(),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
        let (status, fault) = endpoint.post(body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{shown}");
        assert!(fault.contains("<faultcode>soap:Client</faultcode>"), "{shown}: {fault}");
        assert!(!fault.contains("SECRET"), "{fault}");
    }
    assert_eq!(endpoint.agent.asked(), []);
}
