//! Over a real socket.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};
use web_connector::{Ended, MonotonicClock, Outgoing, Progress, Secret, serve, service};

use crate::support::{PASSWORD, Script, ScriptedAgent, USER, config, envelope, result, two_strings};

struct Server {
    address: SocketAddr,
    agent: Arc<ScriptedAgent>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
}

async fn start(script: Script, on: &str) -> Server {
    let agent = ScriptedAgent::new(script);
    let clock = Arc::new(MonotonicClock::start());
    let mut config = config();
    config.max_body_bytes = 100_000;
    let router = service(config, agent.clone(), Secret::new(PASSWORD), clock);
    let listener = TcpListener::bind(on).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(serve(listener, router, async {
        stopped.await.ok();
    }));
    Server { address, agent, stop, running }
}

impl Server {
    async fn call(&self, client: &reqwest::Client, operation: &str, parameters: &[(&str, &str)]) -> String {
        let response = client
            .post(format!("http://{}/qbwc", self.address))
            .header("Content-Type", "text/xml; charset=utf-8")
            .header("SOAPAction", format!("\"http://developer.intuit.com/{operation}\""))
            .body(envelope(operation, parameters))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        response.text().await.unwrap()
    }

    async fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

fn client() -> reqwest::Client {
    // The client insists on one, although it never speaks TLS here; a second installation changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_session_over_http() {
    for on in ["127.0.0.1:0", "[::1]:0"] {
        let server = start(
            Script {
                outgoing: [Outgoing::Request("<QBXML>1</QBXML>".to_owned())].into(),
                progress: [Progress::Done].into(),
                ..Script::default()
            },
            on,
        )
        .await;
        let client = client();
        let greeting = client.get(format!("http://{}/qbwc", server.address)).send().await.unwrap();
        assert_eq!(greeting.status(), 200);
        let head = client.head(format!("http://{}/qbwc", server.address)).send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.text().await.unwrap().as_str()), (200, ""));
        let sign_in = server.call(&client, "authenticate", &[("strUserName", USER), ("strPassword", PASSWORD)]).await;
        let (ticket, _) = two_strings(&sign_in);
        let ticket = ("ticket", ticket.as_str());
        let request = server.call(&client, "sendRequestXML", &[ticket]).await;
        assert_eq!(result(&request, "sendRequestXML"), "<QBXML>1</QBXML>");
        let percent = server.call(&client, "receiveResponseXML", &[ticket, ("response", "<QBXML/>")]).await;
        assert_eq!(result(&percent, "receiveResponseXML"), "100");
        server.call(&client, "closeConnection", &[ticket]).await;
        assert_eq!(server.agent.endings(), [Ended::Closed]);
        server.stop.send(()).unwrap();
        server.running.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_expects_100_continue_gets_it() {
    let server = start(Script::default(), "127.0.0.1:0").await;
    let body = envelope("serverVersion", &[]);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /qbwc HTTP/1.1\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 2.0.50727.8009)\r\n\
         Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"http://developer.intuit.com/serverVersion\"\r\n\
         Host: localhost:{}\r\nContent-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        server.address.port(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let (head, envelope) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.to_ascii_lowercase().contains(&format!("content-length: {}", envelope.len())), "{head}");
    assert_eq!(result(envelope, "serverVersion"), "Bookkeeper 1.2.3");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_announces_too_much_is_refused_before_it_is_sent() {
    let server = start(Script::default(), "127.0.0.1:0").await;
    let port = server.address.port();
    let request = format!(
        "POST /qbwc HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: text/xml\r\nContent-Length: 100001\r\n\
         Expect: 100-continue\r\nConnection: close\r\n\r\n"
    );
    assert!(server.raw(&request).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_name_or_a_web_page_is_refused() {
    let server = start(Script::default(), "127.0.0.1:0").await;
    let port = server.address.port();
    let get = |headers: String| format!("GET /qbwc HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
    for (headers, status) in [
        (format!("Host: localhost:{port}\r\n"), "200"),
        (format!("Host: rebound.example:{port}\r\n"), "403"),
        ("Host: localhost\r\n".to_owned(), "403"),
        (String::new(), "403"),
        (format!("Host: localhost:{port}\r\nOrigin: null\r\n"), "403"),
    ] {
        let answer = server.raw(&get(headers.clone())).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{headers}: {answer}");
    }
}

#[tokio::test]
async fn a_listener_that_others_can_reach_is_refused() {
    let agent = Arc::new(ScriptedAgent::default());
    let router = service(config(), agent, Secret::new(PASSWORD), Arc::new(MonotonicClock::start()));
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let error = serve(listener, router, std::future::pending()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutting_down_ends_the_open_session_and_does_not_wait_for_idle_connections() {
    let server = start(Script::default(), "127.0.0.1:0").await;
    let client = client();
    server.call(&client, "authenticate", &[("strUserName", USER), ("strPassword", PASSWORD)]).await;
    server.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), server.running).await.unwrap().unwrap().unwrap();
    server.agent.wait_for_an_ending().await;
    assert_eq!(server.agent.endings(), [Ended::ShutDown]);
}
