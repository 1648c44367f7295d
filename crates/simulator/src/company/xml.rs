//! A small XML tree: read from and written as the text that QuickBooks exchanges.
//!
//! QuickBooks keeps Latin-1 text only (PROTOCOL.md a.10): other characters written raw make the whole document
//! unreadable, and given as character references they turn into `?`.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// How deep elements may be nested; qbXML itself stays below ten.
const MAX_DEPTH: usize = 32;

/// One element: a name, attributes, and either text or children.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    pub fn leaf(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into(), ..Self::default() }
    }

    pub fn group(name: &str, children: Vec<Element>) -> Self {
        Self { name: name.to_owned(), children, ..Self::default() }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of a child; `None` when it is missing or empty.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    /// Appends the element to a document, indenting nothing: QuickBooks' answers carry line ends, which is decoration.
    pub fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(value, out);
            out.push('"');
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str(" />\n");
            return;
        }
        out.push('>');
        if self.children.is_empty() {
            escape(&self.text, out);
        } else {
            out.push('\n');
            for child in &self.children {
                child.write(out);
            }
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push_str(">\n");
    }
}

/// Appends text with the five special characters replaced.
pub(crate) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            other => out.push(other),
        }
    }
}

/// A document as read: its processing instructions and its root element.
#[derive(Debug)]
pub(crate) struct Document {
    /// Target and content of every processing instruction before the root.
    pub instructions: Vec<(String, String)>,
    pub root: Element,
}

/// The text is not XML that QuickBooks would read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum XmlError {
    #[error("not well-formed: {0}")]
    Syntax(String),
    #[error("a character that QuickBooks cannot hold stands in the text itself")]
    Character,
    #[error("a document type declaration")]
    DocType,
    #[error("nested deeper than {MAX_DEPTH} elements")]
    Depth,
    #[error("text between elements")]
    MixedContent,
}

/// Whether a document may hold characters outside Latin-1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// As QuickBooks keeps text: raw characters outside are an error, character references to them become `?`.
    Latin1,
    /// All of Unicode, as in SOAP envelopes.
    Unicode,
}

/// Reads one document.
pub(crate) fn read(text: &str, charset: Charset) -> Result<Document, XmlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if charset == Charset::Latin1 && text.chars().any(|c| u32::from(c) > 0xFF) {
        return Err(XmlError::Character);
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut instructions = Vec::new();
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    loop {
        let event = reader.read_event().map_err(|error| XmlError::Syntax(error.to_string()))?;
        match event {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(XmlError::Depth);
                }
                if root.is_some() && open.is_empty() {
                    return Err(XmlError::Syntax("two roots".to_owned()));
                }
                open.push(element_of(&start)?);
            }
            Event::Empty(start) => {
                let element = element_of(&start)?;
                close(element, &mut open, &mut root)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or_else(|| XmlError::Syntax("unexpected end".to_owned()))?;
                close(element, &mut open, &mut root)?;
            }
            Event::Text(content) => append(&mut open, &content.xml_content(quick_xml::XmlVersion::Explicit1_0))?,
            Event::CData(content) => append(&mut open, &content.xml_content(quick_xml::XmlVersion::Explicit1_0))?,
            Event::GeneralRef(reference) => {
                let character = if let Some(character) =
                    reference.resolve_char_ref().map_err(|error| XmlError::Syntax(error.to_string()))?
                {
                    if charset == Charset::Latin1 && u32::from(character) > 0xFF { '?' } else { character }
                } else {
                    match reference.xml_content(quick_xml::XmlVersion::Explicit1_0).as_ref() {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        other => return Err(XmlError::Syntax(format!("unknown entity {other}"))),
                    }
                };
                append(&mut open, character.encode_utf8(&mut [0; 4]))?;
            }
            Event::PI(instruction) => {
                instructions.push((instruction.target().to_owned(), instruction.content().trim().to_owned()));
            }
            Event::DocType(_) => return Err(XmlError::DocType),
            Event::Comment(_) | Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    if !open.is_empty() {
        return Err(XmlError::Syntax("the document ends inside an element".to_owned()));
    }
    let root = root.ok_or_else(|| XmlError::Syntax("no root element".to_owned()))?;
    Ok(Document { instructions, root })
}

fn element_of(start: &BytesStart<'_>) -> Result<Element, XmlError> {
    let syntax = |error: &dyn std::fmt::Display| XmlError::Syntax(error.to_string());
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| syntax(&error))?;
        let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).map_err(|error| syntax(&error))?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name: start.name().as_ref().to_owned(), attributes, ..Element::default() })
}

fn append(open: &mut [Element], text: &str) -> Result<(), XmlError> {
    match open.last_mut() {
        Some(element) => {
            element.text.push_str(text);
            Ok(())
        }
        None if text.trim().is_empty() => Ok(()),
        None => Err(XmlError::MixedContent),
    }
}

/// Puts a finished element into its parent; blanks between elements are dropped, other text there is an error.
fn close(mut element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), XmlError> {
    if !element.children.is_empty() {
        if !element.text.trim().is_empty() {
            return Err(XmlError::MixedContent);
        }
        element.text.clear();
    }
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => return Err(XmlError::Syntax("two roots".to_owned())),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn latin_1_survives_and_other_characters_become_question_marks_or_an_error() {
        let document = read("<a>caf&#233; &#8364; &amp; \u{e9}</a>", Charset::Latin1).unwrap();
        assert_eq!(document.root.text, "caf\u{e9} ? & \u{e9}");
        assert!(matches!(read("<a>\u{20ac}</a>", Charset::Latin1), Err(XmlError::Character)));
        assert_eq!(read("<a>\u{20ac}</a>", Charset::Unicode).unwrap().root.text, "\u{20ac}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let element = Element::group("a", vec![Element::leaf("b", "x < y & \"z\""), Element::leaf("c", "")]);
        let mut text = String::new();
        element.write(&mut text);
        assert_eq!(read(&text, Charset::Latin1).unwrap().root, element);
    }

    #[test]
    fn a_document_type_deep_nesting_and_stray_text_are_refused() {
        assert!(matches!(read("<!DOCTYPE a><a/>", Charset::Latin1), Err(XmlError::DocType)));
        let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
        assert!(matches!(read(&deep, Charset::Latin1), Err(XmlError::Depth)));
        assert!(matches!(read("<a>text<b/></a>", Charset::Latin1), Err(XmlError::MixedContent)));
        assert!(read("<a><b></a>", Charset::Latin1).is_err());
        assert!(read("<a/><b/>", Charset::Latin1).is_err());
    }
}
