//! Writing XML as pure ASCII.

use std::fmt::Write as _;

/// Builds a document, element by element.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    xml: String,
}

impl Writer {
    /// Writes `xml` as it is.
    pub(crate) fn raw(&mut self, xml: &str) {
        self.xml.push_str(xml);
    }

    /// Opens an element that has no attributes.
    pub(crate) fn open(&mut self, name: &str) {
        self.xml.push('<');
        self.xml.push_str(name);
        self.xml.push('>');
    }

    /// Begins a start tag, which [`Writer::attribute`] goes on with and [`Writer::end_tag`] ends.
    pub(crate) fn begin_tag(&mut self, name: &str) {
        self.xml.push('<');
        self.xml.push_str(name);
    }

    /// Adds an attribute to the start tag that is open.
    pub(crate) fn attribute(&mut self, name: &str, value: &str) {
        self.xml.push(' ');
        self.xml.push_str(name);
        self.xml.push_str("=\"");
        self.escaped(value);
        self.xml.push('"');
    }

    /// Ends the start tag that is open.
    pub(crate) fn end_tag(&mut self) {
        self.xml.push('>');
    }

    /// Closes an element.
    pub(crate) fn close(&mut self, name: &str) {
        self.xml.push_str("</");
        self.xml.push_str(name);
        self.xml.push('>');
    }

    /// Writes an element that holds text only.
    pub(crate) fn element(&mut self, name: &str, text: &str) {
        self.open(name);
        self.escaped(text);
        self.close(name);
    }

    /// The document.
    pub(crate) fn finish(self) -> String {
        self.xml
    }

    fn escaped(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.xml.push_str("&amp;"),
                '<' => self.xml.push_str("&lt;"),
                '>' => self.xml.push_str("&gt;"),
                '"' => self.xml.push_str("&quot;"),
                ' '..='~' => self.xml.push(character),
                // Writing to a String can't fail.
                _ => drop(write!(self.xml, "&#{};", u32::from(character))),
            }
        }
    }
}
