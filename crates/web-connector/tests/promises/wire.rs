//! The answers, byte for byte.

use axum::http::{Method, header};
use web_connector::{CompanyFile, Opening, Outgoing, Progress};

use crate::support::{Endpoint, PASSWORD, Script, USER, config, envelope, get, post, text};

/// The envelope around what an operation answers.
fn golden(operation: &str, result: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\
         <soap:Body><{operation}Response xmlns=\"http://developer.intuit.com/\">{result}</{operation}Response>\
         </soap:Body></soap:Envelope>"
    )
}

#[tokio::test]
async fn the_answers_of_a_session_byte_for_byte() {
    let endpoint = Endpoint::new(Script {
        outgoing: [Outgoing::Request(
            "<?xml version=\"1.0\"?>\n<Q a='1'>\u{e9} &amp; \"x\" ]]>\r\u{1}\t</Q>".to_owned(),
        )]
        .into(),
        progress: [Progress::Done].into(),
        ..Script::default()
    });
    let answer = endpoint.call("serverVersion", &[]).await;
    assert_eq!(answer, golden("serverVersion", "<serverVersionResult>Bookkeeper 1.2.3</serverVersionResult>"));
    let answer = endpoint.call("clientVersion", &[("strVersion", "2.3.0.215")]).await;
    assert_eq!(answer, golden("clientVersion", "<clientVersionResult />"));
    let answer = endpoint.call("authenticate", &[("strUserName", USER), ("strPassword", PASSWORD)]).await;
    let (ticket, _) = crate::support::two_strings(&answer);
    let strings = format!("<authenticateResult><string>{ticket}</string><string /></authenticateResult>");
    assert_eq!(answer, golden("authenticate", &strings));
    let ticket = [("ticket", ticket.as_str())];
    let answer = endpoint.call("sendRequestXML", &ticket).await;
    let request = "<sendRequestXMLResult>&lt;?xml version=\"1.0\"?&gt;\n&lt;Q a='1'&gt;\u{e9} &amp;amp; \"x\" ]]&gt;&#13;\t&lt;/Q&gt;\
                   </sendRequestXMLResult>";
    assert_eq!(answer, golden("sendRequestXML", request));
    let answer = endpoint.call("receiveResponseXML", &ticket).await;
    assert_eq!(answer, golden("receiveResponseXML", "<receiveResponseXMLResult>100</receiveResponseXMLResult>"));
    let answer = endpoint.call("sendRequestXML", &ticket).await;
    assert_eq!(answer, golden("sendRequestXML", "<sendRequestXMLResult />"));
    let answer = endpoint.call("getLastError", &ticket).await;
    assert_eq!(answer, golden("getLastError", "<getLastErrorResult>Nothing left to do.</getLastErrorResult>"));
    let answer = endpoint.call("connectionError", &ticket).await;
    assert_eq!(answer, golden("connectionError", "<connectionErrorResult />"));
    let answer = endpoint.call("closeConnection", &ticket).await;
    assert_eq!(answer, golden("closeConnection", "<closeConnectionResult>OK</closeConnectionResult>"));
    let answer = endpoint.call("getInteractiveURL", &[("wcTicket", "x"), ("sessionID", "y")]).await;
    assert_eq!(answer, golden("getInteractiveURL", "<getInteractiveURLResult />"));
    let answer = endpoint.call("interactiveDone", &[("wcTicket", "x")]).await;
    assert_eq!(answer, golden("interactiveDone", "<interactiveDoneResult>Done</interactiveDoneResult>"));
    let answer = endpoint.call("interactiveRejected", &[("wcTicket", "x"), ("reason", "y")]).await;
    assert_eq!(answer, golden("interactiveRejected", "<interactiveRejectedResult />"));
}

#[tokio::test]
async fn a_sign_in_always_answers_two_strings() {
    for (opening, password, second) in [
        (Opening::Work(CompanyFile::Open), PASSWORD, "<string />"),
        (Opening::Work(CompanyFile::Path("C:\\A & B.qbw".to_owned())), PASSWORD, "<string>C:\\A &amp; B.qbw</string>"),
        (Opening::NothingToDo, PASSWORD, "<string>none</string>"),
        (Opening::Busy, PASSWORD, "<string>busy</string>"),
        (Opening::Busy, "wrong", "<string>nvu</string>"),
    ] {
        let endpoint = Endpoint::new(Script { openings: [opening].into(), ..Script::default() });
        let answer = endpoint.call("authenticate", &[("strUserName", USER), ("strPassword", password)]).await;
        let (ticket, _) = crate::support::two_strings(&answer);
        let strings = format!("<authenticateResult><string>{ticket}</string>{second}</authenticateResult>");
        assert_eq!(answer, golden("authenticate", &strings));
    }
}

#[tokio::test]
async fn a_fault_byte_for_byte() {
    let (status, fault) = Endpoint::new(Script::default()).post("<html/>").await;
    assert_eq!(status, 400);
    let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\
         <soap:Body><soap:Fault><faultcode>soap:Client</faultcode>\
         <faultstring>the request is not a SOAP 1.1 envelope</faultstring></soap:Fault></soap:Body></soap:Envelope>";
    assert_eq!(fault, expected);
}

#[tokio::test]
async fn the_headers_say_what_the_body_is() {
    let endpoint = Endpoint::new(Script::default());
    let response = endpoint.send(post(envelope("serverVersion", &[]))).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/xml; charset=utf-8");
    let length: usize = response.headers()[header::CONTENT_LENGTH].to_str().unwrap().parse().unwrap();
    assert_eq!(text(response).await.len(), length);
}

#[tokio::test]
async fn a_plain_get_answers_200_with_a_short_text_and_head_without() {
    let endpoint = Endpoint::new(Script::default());
    for path in ["/qbwc", "/qbwc?help"] {
        let response = endpoint.send(get(path)).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8");
        let expected = "Bookkeeper 1.2.3\nThe QuickBooks Web Connector can reach this address.\n";
        assert_eq!(text(response).await, expected);
    }
    let mut head = get("/qbwc");
    *head.method_mut() = Method::HEAD;
    let response = endpoint.send(head).await;
    assert_eq!(response.status(), 200);
    assert_eq!(text(response).await, "");
}

#[tokio::test]
async fn the_path_is_the_configured_one() {
    for path in ["/books/service.asmx", "/{odd}/:path/*"] {
        let mut config = config();
        path.clone_into(&mut config.path);
        let endpoint = Endpoint::with_config(Script::default(), config);
        assert_eq!(endpoint.send(get("/qbwc")).await.status(), 404);
        if let Ok(uri) = path.parse() {
            let mut request = get("/qbwc");
            *request.uri_mut() = uri;
            assert_eq!(endpoint.send(request).await.status(), 200);
        }
    }
}
