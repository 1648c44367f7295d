//! What the simulated Web Connector promises, against an endpoint that says what a script says.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use simulator::company::{Company, Edition, Setup};
use simulator::connector::{End, Fault, Moment, WebConnector};

/// Answers in order, by operation; the last one stays.
type Script = BTreeMap<&'static str, Vec<&'static str>>;

#[derive(Default)]
struct Endpoint {
    script: Script,
    bodies: Vec<String>,
    headers: Vec<HeaderMap>,
}

type Shared = Arc<Mutex<Endpoint>>;

const ADD: &str = "&lt;?xml version=\"1.0\"?&gt;&lt;?qbxml version=\"13.0\"?&gt;&lt;QBXML&gt;&lt;QBXMLMsgsRq onError=\"stopOnError\" newMessageSetID=\"m1\"&gt;\
    &lt;CustomerAddRq requestID=\"7\"&gt;&lt;CustomerAdd&gt;&lt;Name&gt;Ada&lt;/Name&gt;&lt;/CustomerAdd&gt;&lt;/CustomerAddRq&gt;\
    &lt;/QBXMLMsgsRq&gt;&lt;/QBXML&gt;";

async fn answer(State(endpoint): State<Shared>, headers: HeaderMap, body: String) -> String {
    let mut endpoint = endpoint.lock().unwrap();
    let action = headers["soapaction"].to_str().unwrap().trim_matches('"').to_owned();
    let operation = action.rsplit('/').next().unwrap();
    endpoint.bodies.push(body);
    endpoint.headers.push(headers);
    let answers = endpoint.script.get_mut(operation).unwrap_or_else(|| panic!("{operation} is not in the script"));
    let text = if answers.len() > 1 { answers.remove(0) } else { answers[0] };
    if let Some(fault) = text.strip_prefix("fault:") {
        return envelope(&format!(
            "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>{fault}</faultstring></soap:Fault>"
        ));
    }
    let result = match operation {
        "authenticate" => format!("<string>{}</string>", text.replace('|', "</string><string>")),
        _ => text.to_owned(),
    };
    envelope(&format!(
        "<{operation}Response xmlns=\"http://developer.intuit.com/\"><{operation}Result>{result}</{operation}Result></{operation}Response>"
    ))
}

fn envelope(body: &str) -> String {
    format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>{body}</soap:Body></soap:Envelope>"
    )
}

struct Bench {
    connector: WebConnector,
    company: Company,
    endpoint: Shared,
    _folder: tempfile::TempDir,
}

/// An endpoint whose script is the regular one with some answers replaced.
async fn bench(changes: &[(&'static str, &[&'static str])]) -> Bench {
    let mut script: Script = BTreeMap::from([
        ("serverVersion", vec!["1.0"]),
        ("clientVersion", vec![""]),
        ("authenticate", vec!["ticket-1|"]),
        ("sendRequestXML", vec![ADD]),
        ("receiveResponseXML", vec!["100"]),
        ("connectionError", vec!["done"]),
        ("getLastError", vec!["NoOp"]),
        ("closeConnection", vec!["OK"]),
    ]);
    for (operation, answers) in changes {
        script.insert(operation, answers.to_vec());
    }
    let endpoint = Arc::new(Mutex::new(Endpoint { script, ..Endpoint::default() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = Router::new().route("/qbwc", post(answer)).with_state(Arc::clone(&endpoint));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = tempfile::tempdir().unwrap();
    let company = Company::create(&folder.path().join("a.simqb"), Setup::new(Edition::Pro)).unwrap();
    let mut connector = WebConnector::new(&format!("http://127.0.0.1:{port}/qbwc"), "user", "secret");
    connector.pause = Duration::from_millis(1);
    Bench { connector, company, endpoint, _folder: folder }
}

#[tokio::test]
async fn a_session_calls_in_the_real_ones_order_and_books() {
    let mut bench = bench(&[("sendRequestXML", &[ADD, ADD]), ("receiveResponseXML", &["50", "100"])]).await;
    let report = bench.connector.run_once(&mut bench.company).await.unwrap();
    assert_eq!(
        report.operations(),
        [
            "serverVersion",
            "clientVersion",
            "authenticate",
            "sendRequestXML",
            "receiveResponseXML",
            "sendRequestXML",
            "receiveResponseXML",
            "closeConnection"
        ]
    );
    assert_eq!((report.end, report.percents, report.sets), (End::Done, vec![50, 100], 2));
    assert_eq!(bench.company.names("Customer"), ["Ada"]);
    let endpoint = bench.endpoint.lock().unwrap();
    for answer in [
        "HostQueryRs requestID=&quot;0&quot;",
        "CompanyQueryRs requestID=&quot;1&quot;",
        "PreferencesQueryRs requestID=&quot;2&quot;",
    ] {
        assert!(endpoint.bodies[3].contains(answer), "the first request carries the opening answers");
        assert!(!endpoint.bodies[5].contains(answer), "later ones do not");
    }
    assert!(endpoint.bodies[4].contains("requestID=&quot;7&quot; statusCode=&quot;0&quot;"));
    let headers = &endpoint.headers[2];
    assert_eq!(headers["soapaction"], "\"http://developer.intuit.com/authenticate\"");
    assert!(headers["user-agent"].to_str().unwrap().contains("MS Web Services Client Protocol"));
    assert_eq!(headers["expect"], "100-continue");
}

#[tokio::test]
async fn no_work_and_a_wrong_password_never_reach_the_company_file() {
    for (second, end) in [("none", End::NoWork), ("busy", End::NoWork), ("nvu", End::NotAValidUser)] {
        let answer: &'static str = Box::leak(format!("t|{second}|60|30").into_boxed_str());
        let mut bench = bench(&[("authenticate", &[answer])]).await;
        let report = bench.connector.run_once(&mut bench.company).await.unwrap();
        assert_eq!(report.end, end);
        assert_eq!((report.postpone, report.least_interval), (Some(60), Some(30)));
        assert!(!report.operations().contains(&"sendRequestXML"));
    }
}

#[tokio::test]
async fn an_authenticate_answer_of_one_string_is_qbwc1012() {
    let mut bench = bench(&[("authenticate", &["ticket"])]).await;
    let report = bench.connector.run_once(&mut bench.company).await.unwrap();
    assert!(matches!(report.end, End::Failed { code: 1012, .. }), "{:?}", report.end);
}

#[tokio::test]
async fn a_company_file_that_cannot_be_opened_is_a_connection_error() {
    let mut closed = bench(&[]).await;
    closed.connector.cannot_open = Some(("0x80040408".to_owned(), "Could not start QuickBooks.".to_owned()));
    let report = closed.connector.run_once(&mut closed.company).await.unwrap();
    assert_eq!(report.end, End::NoCompanyFile);
    assert_eq!(&report.operations()[3..], ["connectionError", "closeConnection"]);
    assert!(closed.endpoint.lock().unwrap().bodies[3].contains("<hresult>0x80040408</hresult>"));

    let mut other = bench(&[("authenticate", &["t|C:\\other.qbw"]), ("connectionError", &[""])]).await;
    let report = other.connector.run_once(&mut other.company).await.unwrap();
    assert_eq!(report.end, End::Done, "an empty answer means the file now open");
}

#[tokio::test]
async fn no_op_pauses_and_asks_again_and_an_error_text_ends() {
    let mut bench = bench(&[
        ("sendRequestXML", &["", "NoOp", ADD, ""]),
        ("receiveResponseXML", &["50"]),
        ("getLastError", &["NoOp", "NoOp", "out of paper"]),
    ])
    .await;
    let report = bench.connector.run_once(&mut bench.company).await.unwrap();
    assert_eq!(report.end, End::ServerError("out of paper".to_owned()));
    assert_eq!(report.sets, 1);
    assert_eq!(report.operations().last(), Some(&"closeConnection"));
}

#[tokio::test]
async fn a_negative_percent_asks_for_the_error_and_closes() {
    let mut bench = bench(&[("receiveResponseXML", &["-101"]), ("getLastError", &["bad answer"])]).await;
    let report = bench.connector.run_once(&mut bench.company).await.unwrap();
    assert_eq!(report.end, End::ServerError("bad answer".to_owned()));
    assert_eq!(&report.operations()[4..], ["receiveResponseXML", "getLastError", "closeConnection"]);
}

#[tokio::test]
async fn a_document_that_quickbooks_refuses_comes_back_as_an_hresult() {
    let mut bench = bench(&[("sendRequestXML", &["&lt;QBXML/&gt;"])]).await;
    let report = bench.connector.run_once(&mut bench.company).await.unwrap();
    assert_eq!(report.errors.len(), 1);
    let endpoint = bench.endpoint.lock().unwrap();
    assert!(endpoint.bodies[4].contains("<response /><hresult>0x80040423</hresult>"), "{}", endpoint.bodies[4]);
}

#[tokio::test]
async fn a_fault_and_a_dead_endpoint_end_with_the_web_connectors_own_numbers() {
    let mut faulty = bench(&[("sendRequestXML", &["fault:oops"])]).await;
    let report = faulty.connector.run_once(&mut faulty.company).await.unwrap();
    assert!(matches!(&report.end, End::Failed { code: 1041, cause } if cause.contains("oops")), "{:?}", report.end);
    faulty.connector.url = "http://127.0.0.1:9/".to_owned();
    let report = faulty.connector.run_once(&mut faulty.company).await.unwrap();
    assert!(matches!(report.end, End::Failed { code: 1031, .. }));
}

#[tokio::test]
async fn planned_faults_lose_double_or_delay_an_answer() {
    let delivered = |bench: &Bench| {
        let endpoint = bench.endpoint.lock().unwrap();
        endpoint.bodies.iter().filter(|body| body.contains("<receiveResponseXML")).cloned().collect::<Vec<_>>()
    };
    for (fault, booked, times) in [
        (Fault::DropAnswer, true, 0),
        (Fault::KillBeforeBooking, false, 0),
        (Fault::KillAfterBooking, true, 0),
        (Fault::DeliverTwice, true, 2),
    ] {
        let mut bench = bench(&[]).await;
        bench.connector.faults.insert(0, fault);
        let report = bench.connector.run_once(&mut bench.company).await.unwrap();
        assert_eq!(bench.company.names("Customer").len(), usize::from(booked), "{fault:?}");
        assert_eq!(delivered(&bench).len(), times, "{fault:?}");
        if times == 0 {
            assert_eq!(report.end, End::Faulted(fault));
        }
    }
    let mut late = bench(&[("authenticate", &["one|", "two|"]), ("receiveResponseXML", &["-1", "100"])]).await;
    late.connector.faults.insert(0, Fault::DelayUntilAfter);
    let report = late.connector.run_once(&mut late.company).await.unwrap();
    assert_eq!(report.end, End::Done);
    let bodies = delivered(&late);
    assert!(bodies[0].contains("<ticket>one</ticket>") && bodies[1].contains("<ticket>two</ticket>"));
    assert_eq!(late.company.names("Customer"), ["Ada"], "the second round sent the same set again");
}

#[tokio::test]
async fn every_call_passes_its_three_points_in_order() {
    let mut bench = bench(&[]).await;
    let points = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&points);
    bench.connector.on_point = Some(Box::new(move |point| seen.lock().unwrap().push(*point)));
    bench.connector.run_once(&mut bench.company).await.unwrap();
    let points = points.lock().unwrap();
    assert_eq!(points.len(), 6 * 3);
    for (index, call) in points.chunks(3).enumerate() {
        assert!(call.iter().all(|point| point.call == index && point.operation == call[0].operation));
        let moments: Vec<Moment> = call.iter().map(|point| point.moment).collect();
        assert_eq!(moments, [Moment::Before, Moment::Written, Moment::Read]);
    }
}
