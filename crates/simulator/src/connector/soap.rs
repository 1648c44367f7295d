//! SOAP envelopes as .NET writes them, and the reading of their answers (PROTOCOL.md a.1, a.2).

use crate::company::xml::{self, Charset, Element, XmlError};

/// Intuit's namespace, which every operation and result must be in.
const INTUIT: &str = "http://developer.intuit.com/";
const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// An answer that the Web Connector can't use.
#[derive(Debug, thiserror::Error)]
pub enum SoapError {
    /// Not XML.
    #[error("the answer is not well-formed XML: {0}")]
    Xml(String),
    /// XML, but not the envelope or the result that belongs there.
    #[error("the answer has no {0} in the right namespace")]
    Missing(String),
    /// A SOAP fault.
    #[error("the server answers a fault: {0}")]
    Fault(String),
}

impl From<XmlError> for SoapError {
    fn from(error: XmlError) -> Self {
        Self::Xml(error.to_string())
    }
}

/// `"http://developer.intuit.com/<operation>"`.
pub(super) fn action(operation: &str) -> String {
    format!("{INTUIT}{operation}")
}

/// One request envelope.
pub(super) fn request(operation: &str, parameters: &[(&str, &str)]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"{ENVELOPE}\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\
         <soap:Body><{operation} xmlns=\"{INTUIT}\""
    );
    if parameters.is_empty() {
        text.push_str(" />");
    } else {
        text.push('>');
        for (name, value) in parameters {
            if value.is_empty() {
                text.extend(["<", name, " />"]);
                continue;
            }
            text.extend(["<", name, ">"]);
            // Line ends are kept as they are; a bare carriage return would be read as a line feed.
            for (index, part) in value.split('\r').enumerate() {
                if index > 0 {
                    text.push_str("&#xD;");
                }
                xml::escape(part, &mut text);
            }
            text.extend(["</", name, ">"]);
        }
        text.extend(["</", operation, ">"]);
    }
    text.push_str("</soap:Body></soap:Envelope>");
    text
}

/// The texts of a result: one for a string or number, all of them for an array.
pub(super) fn result(operation: &str, answer: &str) -> Result<Vec<String>, SoapError> {
    let document = xml::read(answer, Charset::Unicode)?;
    let mut root = document.root;
    put_in_namespaces(&mut root, &[]);
    let find = |parent: &Element, namespace: &str, name: &str| {
        let full = format!("{{{namespace}}}{name}");
        parent.child(&full).cloned().ok_or_else(|| SoapError::Missing(name.to_owned()))
    };
    if root.name != format!("{{{ENVELOPE}}}Envelope") {
        return Err(SoapError::Missing("Envelope".to_owned()));
    }
    let body = find(&root, ENVELOPE, "Body")?;
    if let Some(fault) = body.child(&format!("{{{ENVELOPE}}}Fault")) {
        return Err(SoapError::Fault(fault.text_of("{}faultstring").unwrap_or_default().to_owned()));
    }
    let response = find(&body, INTUIT, &format!("{operation}Response"))?;
    let result = find(&response, INTUIT, &format!("{operation}Result"))?;
    if operation == "authenticate" {
        let strings: Vec<String> =
            result.all(&format!("{{{INTUIT}}}string")).map(|string| string.text.clone()).collect();
        return Ok(strings);
    }
    Ok(vec![result.text])
}

/// Writes every name as `{namespace}name`.
fn put_in_namespaces(element: &mut Element, outer: &[(String, String)]) {
    let mut scope = outer.to_vec();
    for (name, value) in &element.attributes {
        if name == "xmlns" {
            scope.push((String::new(), value.clone()));
        } else if let Some(prefix) = name.strip_prefix("xmlns:") {
            scope.push((prefix.to_owned(), value.clone()));
        }
    }
    let (prefix, local) = element.name.split_once(':').unwrap_or(("", &element.name));
    let namespace = scope.iter().rev().find(|(known, _)| known == prefix).map_or("", |(_, uri)| uri.as_str());
    element.name = format!("{{{namespace}}}{local}");
    for child in &mut element.children {
        put_in_namespaces(child, &scope);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn envelope(body: &str) -> String {
        format!("<s:Envelope xmlns:s=\"{ENVELOPE}\"><s:Body>{body}</s:Body></s:Envelope>")
    }

    #[test]
    fn a_result_is_read_whatever_the_prefix_and_only_in_intuits_namespace() {
        let good = format!(
            "<q:closeConnectionResponse xmlns:q=\"{INTUIT}\"><q:closeConnectionResult>OK &amp; done</q:closeConnectionResult></q:closeConnectionResponse>"
        );
        assert_eq!(result("closeConnection", &envelope(&good)).unwrap(), ["OK & done"]);
        let bad = good.replace(INTUIT, "http://developer.intuit.com");
        assert!(matches!(result("closeConnection", &envelope(&bad)), Err(SoapError::Missing(_))));
    }

    #[test]
    fn strings_of_an_array_count_only_in_intuits_namespace() {
        let array = |attributes: &str| {
            envelope(&format!(
                "<authenticateResponse xmlns=\"{INTUIT}\"><authenticateResult><string {attributes}>t</string><string {attributes} /></authenticateResult></authenticateResponse>"
            ))
        };
        assert_eq!(result("authenticate", &array("")).unwrap(), ["t", ""]);
        let foreign = array("xmlns=\"http://schemas.microsoft.com/2003/10/Serialization/Arrays\"");
        assert_eq!(result("authenticate", &foreign).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn qbxml_travels_escaped_once_and_line_ends_survive() {
        let text = request("receiveResponseXML", &[("ticket", ""), ("response", "<a>\r\n&amp;</a>")]);
        let root = xml::read(&text, Charset::Unicode).unwrap().root;
        assert_eq!(root.children[0].children[0].children[1].text, "<a>\r\n&amp;</a>");
        assert!(text.contains("<ticket />"));
    }
}
