//! Requests in the shapes that clients send them, with the headers that come along.

use axum::{body::Body, http::Request};
use web_connector::Outgoing;

use crate::support::{Asked, Endpoint, PASSWORD, Script, USER, post, result, text, two_strings};

async fn send(endpoint: &Endpoint, request: Request<Body>) -> String {
    let response = endpoint.send(request).await;
    let status = response.status();
    let text = text(response).await;
    assert_eq!(status, 200, "{text}");
    text
}

#[tokio::test]
async fn the_real_clients_request_without_parameters() {
    let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Body>\
        <serverVersion xmlns=\"http://developer.intuit.com/\" /></soap:Body></soap:Envelope>";
    let mut request = post(body);
    let agent = "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)";
    request.headers_mut().insert("User-Agent", agent.parse().unwrap());
    request.headers_mut().insert("SOAPAction", "\"http://developer.intuit.com/serverVersion\"".parse().unwrap());
    let endpoint = Endpoint::new(Script::default());
    assert_eq!(result(&send(&endpoint, request).await, "serverVersion"), "Bookkeeper 1.2.3");
}

#[tokio::test]
async fn server_version_takes_any_parameter() {
    let endpoint = Endpoint::new(Script::default());
    for parameter in ["ticket", "strVersion", "whatever"] {
        assert_eq!(endpoint.result("serverVersion", &[(parameter, "x")]).await, "Bookkeeper 1.2.3");
    }
}

#[tokio::test]
async fn soap_action_quoted_or_not_or_missing_or_wrong() {
    let endpoint = Endpoint::new(Script::default());
    for action in [
        Some("\"http://developer.intuit.com/serverVersion\""),
        Some("http://developer.intuit.com/serverVersion"),
        Some("\"\""),
        Some(""),
        Some("\"http://developer.intuit.com/authenticate\""),
        None,
    ] {
        let mut request = post(crate::support::envelope("serverVersion", &[]));
        if let Some(action) = action {
            request.headers_mut().insert("SOAPAction", action.parse().unwrap());
        }
        assert_eq!(result(&send(&endpoint, request).await, "serverVersion"), "Bookkeeper 1.2.3");
    }
}

#[tokio::test]
async fn prefixes_headers_comments_and_a_byte_order_mark_make_no_difference() {
    let (user, password) = (USER, crate::support::escape(PASSWORD));
    let bodies = [
        format!(
            "\u{feff}<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:ns1=\"http://developer.intuit.com/\">\
             <SOAP-ENV:Body><ns1:authenticate><ns1:strUserName>{user}</ns1:strUserName><ns1:strPassword>{password}</ns1:strPassword>\
             </ns1:authenticate></SOAP-ENV:Body></SOAP-ENV:Envelope>"
        ),
        format!(
            "<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'>\n <Header><a:b xmlns:a='urn:x' mustUnderstand='0'><strUserName>\
             no</strUserName></a:b></Header>\n <Body>\n  <authenticate xmlns='http://developer.intuit.com/'>\n   <!-- who -->\n   \
             <strUserName>{user}</strUserName>\n   <strPassword>{password}</strPassword>\n  </authenticate>\n </Body>\n</Envelope>\n"
        ),
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><authenticate xmlns=\"http://developer.intuit.com/\">\
             <strPassword><![CDATA[{PASSWORD}]]></strPassword><strUserName>t&#105;l&#x6C;</strUserName></authenticate></s:Body></s:Envelope>"
        ),
    ];
    for body in bodies {
        let endpoint = Endpoint::new(Script::default());
        let (_, verdict) = two_strings(&send(&endpoint, post(body)).await);
        assert_eq!(verdict, "");
    }
}

#[tokio::test]
async fn an_rpc_style_request_is_understood() {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" xmlns:tns=\"http://developer.intuit.com/\" \
         xmlns:types=\"http://developer.intuit.com/encodedTypes\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Body soap:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\">\
         <q1:authenticate xmlns:q1=\"http://developer.intuit.com/\"><strUserName xsi:type=\"xsd:string\">{USER}</strUserName>\
         <strPassword xsi:type=\"xsd:string\">{}</strPassword></q1:authenticate></soap:Body></soap:Envelope>",
        crate::support::escape(PASSWORD)
    );
    let endpoint = Endpoint::new(Script::default());
    assert_eq!(two_strings(&send(&endpoint, post(body)).await).1, "");
}

/// What the agent gets when this stands in the `response` element.
async fn received(in_element: &str) -> String {
    let endpoint =
        Endpoint::new(Script { outgoing: [Outgoing::Request("<Q/>".to_owned())].into(), ..Script::default() });
    let ticket = endpoint.sign_in().await;
    endpoint.next(&ticket).await;
    let body = crate::support::envelope("receiveResponseXML", &[("ticket", &ticket), ("response", "HERE")]);
    send(&endpoint, post(body.replace("HERE", in_element))).await;
    match endpoint.agent.asked().pop() {
        Some(Asked::Answered(_, xml)) => xml,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_is_unescaped_exactly_once_escaped_or_in_cdata() {
    let xml = "<?xml version=\"1.0\" ?>\n<Name>Wax &amp; \u{e9}&#233;</Name>";
    assert_eq!(received(&crate::support::escape(xml)).await, xml);
    assert_eq!(received(&format!("<![CDATA[{xml}]]>")).await, xml);
    assert_eq!(received("&lt;a&gt;<![CDATA[&amp;]]>&amp;amp;<!-- -->&lt;/a&gt;").await, "<a>&amp;&amp;</a>");
    assert_eq!(received("a\r\nb&#13;&#10;c&#xD;d").await, "a\nb\r\nc\rd", "line ends as XML has them");
    assert_eq!(received("&#x1F;").await, "\u{1f}", "the old .NET writer lets it through");
}
