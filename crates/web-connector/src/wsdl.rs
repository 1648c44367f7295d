//! The service's description, for people and tools; the Web Connector itself never reads it.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, Event},
};

use crate::soap::INTUIT;

type Xml = Writer<Vec<u8>>;

/// Name, parameters with their type, type of the result (PROTOCOL.md a.2).
type Operation = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const OPERATIONS: [Operation; 11] = [
    ("serverVersion", &[("strVersion", STRING)], STRING),
    ("clientVersion", &[("strVersion", STRING)], STRING),
    ("authenticate", &[("strUserName", STRING), ("strPassword", STRING)], "tns:ArrayOfString"),
    (
        "sendRequestXML",
        &[
            ("ticket", STRING),
            ("strHCPResponse", STRING),
            ("strCompanyFileName", STRING),
            ("qbXMLCountry", STRING),
            ("qbXMLMajorVers", INT),
            ("qbXMLMinorVers", INT),
        ],
        STRING,
    ),
    ("receiveResponseXML", &[("ticket", STRING), ("response", STRING), ("hresult", STRING), ("message", STRING)], INT),
    ("connectionError", &[("ticket", STRING), ("hresult", STRING), ("message", STRING)], STRING),
    ("getLastError", &[("ticket", STRING)], STRING),
    ("closeConnection", &[("ticket", STRING)], STRING),
    ("getInteractiveURL", &[("wcTicket", STRING), ("sessionID", STRING)], STRING),
    ("interactiveDone", &[("wcTicket", STRING)], STRING),
    ("interactiveRejected", &[("wcTicket", STRING), ("reason", STRING)], STRING),
];

const STRING: &str = "s:string";
const INT: &str = "s:int";

/// The description of the service at `address`.
pub(crate) fn document(address: &str) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer
        .create_element("wsdl:definitions")
        .with_attributes([
            ("xmlns:wsdl", "http://schemas.xmlsoap.org/wsdl/"),
            ("xmlns:soap", "http://schemas.xmlsoap.org/wsdl/soap/"),
            ("xmlns:s", "http://www.w3.org/2001/XMLSchema"),
            ("xmlns:tns", INTUIT),
            ("targetNamespace", INTUIT),
        ])
        .write_inner_content(|writer| {
            types(writer)?;
            OPERATIONS.iter().try_for_each(|(name, ..)| messages(writer, name))?;
            port_type(writer)?;
            binding(writer)?;
            service(writer, address)
        })?;
    Ok(writer.into_inner())
}

fn types(writer: &mut Xml) -> io::Result<()> {
    within(writer, "wsdl:types", &[], |writer| {
        within(writer, "s:schema", &[("elementFormDefault", "qualified"), ("targetNamespace", INTUIT)], |writer| {
            for (name, parameters, result) in OPERATIONS {
                wrapper(writer, name, parameters)?;
                wrapper(writer, &format!("{name}Response"), &[(&format!("{name}Result"), result)])?;
            }
            within(writer, "s:complexType", &[("name", "ArrayOfString")], |writer| {
                within(writer, "s:sequence", &[], |writer| {
                    let many = [("minOccurs", "0"), ("maxOccurs", "unbounded"), ("name", "string")];
                    empty(writer, "s:element", &[&many[..], &[("nillable", "true"), ("type", STRING)]].concat())
                })
            })
        })
    })
}

fn wrapper(writer: &mut Xml, name: &str, children: &[(&str, &str)]) -> io::Result<()> {
    within(writer, "s:element", &[("name", name)], |writer| {
        within(writer, "s:complexType", &[], |writer| {
            within(writer, "s:sequence", &[], |writer| {
                children.iter().try_for_each(|(child, kind)| {
                    let least = if *kind == INT { "1" } else { "0" };
                    let occurs = [("minOccurs", least), ("maxOccurs", "1")];
                    empty(writer, "s:element", &[&occurs[..], &[("name", child), ("type", kind)]].concat())
                })
            })
        })
    })
}

fn messages(writer: &mut Xml, name: &str) -> io::Result<()> {
    for (message, element) in [("SoapIn", ""), ("SoapOut", "Response")] {
        within(writer, "wsdl:message", &[("name", &format!("{name}{message}"))], |writer| {
            empty(writer, "wsdl:part", &[("name", "parameters"), ("element", &format!("tns:{name}{element}"))])
        })?;
    }
    Ok(())
}

fn port_type(writer: &mut Xml) -> io::Result<()> {
    within(writer, "wsdl:portType", &[("name", "QBWebConnectorSvcSoap")], |writer| {
        OPERATIONS.iter().try_for_each(|(name, ..)| {
            within(writer, "wsdl:operation", &[("name", name)], |writer| {
                empty(writer, "wsdl:input", &[("message", &format!("tns:{name}SoapIn"))])?;
                empty(writer, "wsdl:output", &[("message", &format!("tns:{name}SoapOut"))])
            })
        })
    })
}

fn binding(writer: &mut Xml) -> io::Result<()> {
    let attributes = [("name", "QBWebConnectorSvcSoap"), ("type", "tns:QBWebConnectorSvcSoap")];
    within(writer, "wsdl:binding", &attributes, |writer| {
        let transport = [("transport", "http://schemas.xmlsoap.org/soap/http"), ("style", "document")];
        empty(writer, "soap:binding", &transport)?;
        OPERATIONS.iter().try_for_each(|(name, ..)| {
            within(writer, "wsdl:operation", &[("name", name)], |writer| {
                let action = format!("{INTUIT}{name}");
                empty(writer, "soap:operation", &[("soapAction", &action), ("style", "document")])?;
                within(writer, "wsdl:input", &[], |writer| empty(writer, "soap:body", &[("use", "literal")]))?;
                within(writer, "wsdl:output", &[], |writer| empty(writer, "soap:body", &[("use", "literal")]))
            })
        })
    })
}

fn service(writer: &mut Xml, address: &str) -> io::Result<()> {
    within(writer, "wsdl:service", &[("name", "QBWebConnectorSvc")], |writer| {
        let port = [("name", "QBWebConnectorSvcSoap"), ("binding", "tns:QBWebConnectorSvcSoap")];
        within(writer, "wsdl:port", &port, |writer| empty(writer, "soap:address", &[("location", address)]))
    })
}

fn within(
    writer: &mut Xml,
    name: &str,
    attributes: &[(&str, &str)],
    content: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    writer.create_element(name).with_attributes(attributes.iter().copied()).write_inner_content(content)?;
    Ok(())
}

fn empty(writer: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    writer.create_element(name).with_attributes(attributes.iter().copied()).write_empty()?;
    Ok(())
}
