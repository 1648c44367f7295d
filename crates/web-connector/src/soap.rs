//! The envelope: SOAP 1.1, document/literal, read leniently and written in one fixed form (PROTOCOL.md a.1, a.2).

use std::{collections::BTreeMap, io};

use quick_xml::{
    NsReader, Writer,
    events::{BytesDecl, BytesText, Event},
    name::{Namespace, ResolveResult},
};

/// Intuit's namespace, for every operation and every result.
pub(crate) const INTUIT: &str = "http://developer.intuit.com/";
/// The namespace of a SOAP 1.1 envelope.
const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Deeper than any header of a real client; the body needs four.
const MAX_DEPTH: usize = 16;

/// One operation with its parameters. A parameter that was not sent is the empty text.
pub(crate) enum Call {
    ServerVersion,
    ClientVersion { version: String },
    Authenticate { user_name: String, password: String },
    SendRequestXml { ticket: String, hello: crate::Hello },
    ReceiveResponseXml { ticket: String, response: String, hresult: String, message: String },
    ConnectionError { ticket: String, hresult: String, message: String },
    GetLastError { ticket: String },
    CloseConnection { ticket: String },
    GetInteractiveUrl,
    InteractiveDone,
    InteractiveRejected,
}

/// What an operation returns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Returned {
    Text(String),
    Number(i32),
    Strings([String; 2]),
}

/// Why a request is not a call. The texts go to whoever sent it, so they repeat nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SoapError {
    #[error("the request is not UTF-8 text")]
    NotUtf8,
    #[error("the request is not well-formed XML")]
    NotWellFormed,
    #[error("a document type declaration is not allowed")]
    DocType,
    #[error("an entity is used that XML does not define")]
    Entity,
    #[error("elements are nested too deeply")]
    TooDeep,
    #[error("the request is not a SOAP 1.1 envelope")]
    NotAnEnvelope,
    #[error("the body has to hold exactly one operation")]
    NotOneOperation,
    #[error("the operation is not known here")]
    UnknownOperation,
    #[error("a parameter has to be text")]
    ParameterIsNotText,
}

impl Call {
    /// The operation's name on the wire.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::ServerVersion => "serverVersion",
            Self::ClientVersion { .. } => "clientVersion",
            Self::Authenticate { .. } => "authenticate",
            Self::SendRequestXml { .. } => "sendRequestXML",
            Self::ReceiveResponseXml { .. } => "receiveResponseXML",
            Self::ConnectionError { .. } => "connectionError",
            Self::GetLastError { .. } => "getLastError",
            Self::CloseConnection { .. } => "closeConnection",
            Self::GetInteractiveUrl => "getInteractiveURL",
            Self::InteractiveDone => "interactiveDone",
            Self::InteractiveRejected => "interactiveRejected",
        }
    }

    /// Reads a request body. The operation is known by its element alone: clients differ in how they send SOAPAction.
    pub(crate) fn read(body: &[u8]) -> Result<Self, SoapError> {
        let text = std::str::from_utf8(body).map_err(|_| SoapError::NotUtf8)?;
        let (operation, parameters) = read_body(text.strip_prefix('\u{feff}').unwrap_or(text))?;
        Self::from_parts(&operation, parameters)
    }

    fn from_parts(operation: &str, mut parameters: BTreeMap<String, String>) -> Result<Self, SoapError> {
        let mut take = |name: &str| parameters.remove(name).unwrap_or_default();
        Ok(match operation {
            "serverVersion" => Self::ServerVersion,
            "clientVersion" => Self::ClientVersion { version: take("strVersion") },
            "authenticate" => Self::Authenticate { user_name: take("strUserName"), password: take("strPassword") },
            "sendRequestXML" => Self::SendRequestXml {
                ticket: take("ticket"),
                hello: crate::Hello {
                    company_file_name: take("strCompanyFileName"),
                    country: take("qbXMLCountry"),
                    qbxml_major: take("qbXMLMajorVers").trim().parse().unwrap_or_default(),
                    qbxml_minor: take("qbXMLMinorVers").trim().parse().unwrap_or_default(),
                    host_company_preferences: Some(take("strHCPResponse")).filter(|text| !text.trim().is_empty()),
                },
            },
            "receiveResponseXML" => Self::ReceiveResponseXml {
                ticket: take("ticket"),
                response: take("response"),
                hresult: take("hresult"),
                message: take("message"),
            },
            "connectionError" => {
                Self::ConnectionError { ticket: take("ticket"), hresult: take("hresult"), message: take("message") }
            }
            "getLastError" => Self::GetLastError { ticket: take("ticket") },
            "closeConnection" => Self::CloseConnection { ticket: take("ticket") },
            "getInteractiveURL" => Self::GetInteractiveUrl,
            "interactiveDone" => Self::InteractiveDone,
            "interactiveRejected" => Self::InteractiveRejected,
            _ => return Err(SoapError::UnknownOperation),
        })
    }
}

/// The operation's name and its parameters, whatever prefixes the client uses. Attributes are not looked at, so the
/// `xsi:type` and `encodingStyle` of an RPC client do no harm.
fn read_body(text: &str) -> Result<(String, BTreeMap<String, String>), SoapError> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut depth = 0_usize;
    let mut root_seen = false;
    let mut in_body = false;
    let mut operation: Option<String> = None;
    let mut parameters = BTreeMap::new();
    let mut open: Option<(String, String)> = None;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_| SoapError::NotWellFormed)?;
        match event {
            Event::Start(start) => {
                depth += 1;
                let name = start.local_name();
                let name = name.as_ref();
                let within = |uri: &str| namespace == ResolveResult::Bound(Namespace(uri));
                match depth {
                    1 if root_seen => return Err(SoapError::NotWellFormed),
                    1 if name == "Envelope" && within(ENVELOPE) => root_seen = true,
                    1 => return Err(SoapError::NotAnEnvelope),
                    2 => in_body = name == "Body" && within(ENVELOPE),
                    3 if in_body && operation.is_some() => return Err(SoapError::NotOneOperation),
                    3 if in_body && within(INTUIT) => operation = Some(name.to_owned()),
                    3 if in_body => return Err(SoapError::UnknownOperation),
                    4 if in_body => open = Some((name.to_owned(), String::new())),
                    deep if deep > MAX_DEPTH => return Err(SoapError::TooDeep),
                    _ if in_body => return Err(SoapError::ParameterIsNotText),
                    _ => {}
                }
            }
            Event::End(_) => {
                depth = depth.checked_sub(1).ok_or(SoapError::NotWellFormed)?;
                parameters.extend(open.take());
            }
            Event::DocType(_) => return Err(SoapError::DocType),
            Event::Eof if depth > 0 => return Err(SoapError::NotWellFormed),
            Event::Eof => break,
            Event::Text(piece) => append(&mut open, &piece.xml10_content()),
            Event::CData(piece) => append(&mut open, &piece.xml10_content()),
            Event::GeneralRef(reference) => {
                let resolved = reference.resolve_char_ref().map_err(|_| SoapError::NotWellFormed)?;
                let character = match (resolved, reference.xml10_content().as_ref()) {
                    (Some(character), _) => character,
                    (None, "lt") => '<',
                    (None, "gt") => '>',
                    (None, "amp") => '&',
                    (None, "quot") => '"',
                    (None, "apos") => '\'',
                    (None, _) => return Err(SoapError::Entity),
                };
                append(&mut open, character.encode_utf8(&mut [0; 4]));
            }
            Event::Empty(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
        }
    }
    match (root_seen, operation) {
        (false, _) => Err(SoapError::NotAnEnvelope),
        (true, None) => Err(SoapError::NotOneOperation),
        (true, Some(operation)) => Ok((operation, parameters)),
    }
}

fn append(open: &mut Option<(String, String)>, text: &str) {
    if let Some((_, value)) = open {
        value.push_str(text);
    }
}

/// The response envelope of an operation.
pub(crate) fn write_response(operation: &str, returned: &Returned) -> io::Result<Vec<u8>> {
    envelope(|writer| {
        writer.create_element(format!("{operation}Response")).with_attribute(("xmlns", INTUIT)).write_inner_content(
            |writer| {
                let result = format!("{operation}Result");
                match returned {
                    Returned::Text(value) => text(writer, &result, value),
                    Returned::Number(number) => text(writer, &result, &number.to_string()),
                    Returned::Strings(values) => {
                        writer.create_element(result).write_inner_content(|writer| {
                            values.iter().try_for_each(|value| text(writer, "string", value))
                        })?;
                        Ok(())
                    }
                }
            },
        )?;
        Ok(())
    })
}

/// A SOAP fault: `Client` when the request was at fault, `Server` when we were.
pub(crate) fn write_fault(code: &str, message: &str) -> io::Result<Vec<u8>> {
    envelope(|writer| {
        writer.create_element("soap:Fault").write_inner_content(|writer| {
            text(writer, "faultcode", &format!("soap:{code}"))?;
            text(writer, "faultstring", message)
        })?;
        Ok(())
    })
}

fn envelope(body: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new());
    writer.config_mut().add_space_before_slash_in_empty_elements = true;
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer
        .create_element("soap:Envelope")
        .with_attribute(("xmlns:soap", ENVELOPE))
        .with_attribute(("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"))
        .with_attribute(("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"))
        .write_inner_content(|writer| {
            writer.create_element("soap:Body").write_inner_content(body)?;
            Ok(())
        })?;
    Ok(writer.into_inner())
}

/// One element with text. The empty text still gets its element: the Web Connector counts them (PROTOCOL.md a.4).
pub(crate) fn text(writer: &mut Writer<Vec<u8>>, name: &str, value: &str) -> io::Result<()> {
    let element = writer.create_element(name);
    let escaped = escape(value);
    if escaped.is_empty() {
        element.write_empty()?;
    } else {
        element.write_text_content(BytesText::from_escaped(escaped))?;
    }
    Ok(())
}

/// Text as it stands in an element. What XML 1.0 cannot say is left out, and a carriage return is written as a
/// reference, because a reader would turn it into a line feed.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + value.len() / 4);
    for character in value.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' | '\n' => escaped.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(character),
        }
    }
    escaped
}
