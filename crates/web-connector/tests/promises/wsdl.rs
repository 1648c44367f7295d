//! The description of the service.

use std::{collections::BTreeMap, fs, path::Path};

use quick_xml::{Reader, events::Event};

use crate::support::{Endpoint, Script, get, text};

async fn ours() -> String {
    text(Endpoint::new(Script::default()).send(get("/qbwc?wsdl")).await).await
}

/// Each wrapper element of the schema with its children: name, type and the least number of times it occurs.
fn wrappers(wsdl: &str) -> BTreeMap<String, Vec<[String; 3]>> {
    let mut reader = Reader::from_str(wsdl);
    let mut wrappers: BTreeMap<String, Vec<[String; 3]>> = BTreeMap::new();
    let mut current = String::new();
    loop {
        let (event, opens) = match reader.read_event().unwrap() {
            Event::Start(start) => (start, true),
            Event::Empty(start) => (start, false),
            Event::Eof => return wrappers,
            _ => continue,
        };
        let attribute = |name: &str| {
            let found = event.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
            found.map(|attribute| attribute.value.to_string()).unwrap_or_default()
        };
        let local = event.local_name();
        match (local.as_ref(), opens) {
            ("element" | "complexType", true) if !attribute("name").is_empty() => {
                current = attribute("name");
                wrappers.insert(current.clone(), Vec::new());
            }
            ("element", false) => {
                let child = [attribute("name"), attribute("type"), attribute("minOccurs")];
                wrappers.get_mut(&current).unwrap().push(child);
            }
            _ => {}
        }
    }
}

/// All values of this attribute on elements of this name, sorted.
fn values(wsdl: &str, element: &str, attribute: &str) -> Vec<String> {
    let mut values: Vec<String> = wsdl
        .split('<')
        .filter(|tag| tag.starts_with(element))
        .filter_map(|tag| {
            tag.split_once(&format!("{attribute}=\""))?.1.split_once('"').map(|(value, _)| value.to_owned())
        })
        .collect();
    values.sort();
    values
}

#[tokio::test]
async fn the_address_is_the_one_that_was_asked() {
    let endpoint = Endpoint::new(Script::default());
    for (path, host) in
        [("/qbwc?wsdl", "localhost:8095"), ("/qbwc?WSDL", "127.0.0.1:8095"), ("/qbwc?wsdl", "[::1]:8095")]
    {
        let mut request = get(path);
        request.headers_mut().insert("host", host.parse().unwrap());
        let response = endpoint.send(request).await;
        assert_eq!(response.headers()["content-type"], "text/xml; charset=utf-8");
        let wsdl = text(response).await;
        assert!(wsdl.contains(&format!("<soap:address location=\"http://{host}/qbwc\"/>")), "{wsdl}");
    }
}

#[tokio::test]
async fn every_operation_of_the_web_connector_is_described_and_answered() {
    let endpoint = Endpoint::new(Script::default());
    let wsdl = ours().await;
    let actions = values(&wsdl, "soap:operation", "soapAction");
    assert_eq!(actions.len(), 11);
    for action in actions {
        let operation = action.strip_prefix("http://developer.intuit.com/").unwrap();
        let answer = endpoint.call(operation, &[]).await;
        assert!(
            answer.contains(&format!("<{operation}Response xmlns=\"http://developer.intuit.com/\"><{operation}Result"))
        );
    }
}

#[tokio::test]
async fn operations_parameters_and_results_are_those_of_intuits_description() {
    let Ok(folder) = std::env::var("QBXML_SCHEMAS") else {
        eprintln!("skipped: QBXML_SCHEMAS is not set");
        return;
    };
    let theirs = fs::read_to_string(Path::new(&folder).join("quickbooks/wsdl/QBWebConnectorSvc.wsdl")).unwrap();
    let ours = ours().await;
    let (described, expected) = (wrappers(&ours), wrappers(&theirs));
    assert_eq!(expected.len(), 17, "eight operations in and out, and the array");
    for (name, children) in expected {
        assert_eq!(described.get(&name), Some(&children), "{name}");
    }
    for (element, attribute) in [
        ("soap:operation", "soapAction"),
        ("wsdl:message", "name"),
        ("wsdl:part", "element"),
        ("wsdl:input", "message"),
    ] {
        let ours = values(&ours, element, attribute);
        let missing: Vec<String> =
            values(&theirs, element, attribute).into_iter().filter(|value| !ours.contains(value)).collect();
        assert_eq!(missing, Vec::<String>::new());
    }
    for (element, attribute) in
        [("wsdl:portType", "name"), ("wsdl:binding", "name"), ("wsdl:service", "name"), ("wsdl:port", "name")]
    {
        assert_eq!(values(&ours, element, attribute), values(&theirs, element, attribute));
    }
}
