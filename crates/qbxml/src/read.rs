//! Reading answers as a stream: one record is in memory at a time.

use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
};

use quick_xml::events::{BytesStart, Event as XmlEvent};

use crate::{
    macros::form,
    message_set::RequestId,
    node::{FromNode, ObjectError, Record},
    object::Object,
    status::{SetStatus, Severity, Status, StatusCode},
    value::{EditSequence, Guid, ListId, TxnId},
};

/// How many bytes of XML one record, or the space between two, may take. The longest that QuickBooks can make, a
/// transaction with thousands of lines, is far shorter.
const RECORD_BYTES: usize = 32 << 20;

/// How deep elements may be nested; QuickBooks' answers have eight levels.
const DEPTH: usize = 32;

/// An answer that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// One record can't be understood. Reading goes on with the record after it.
    #[error("request {}: {error}", request_id.as_ref().map_or("?", RequestId::as_str))]
    Object {
        /// The request that it answers.
        request_id: Option<RequestId>,
        /// What is wrong with it.
        error: ObjectError,
    },
    /// The text is no well-formed XML.
    #[error("the answer is no well-formed XML: {0}")]
    Xml(String),
    /// The text ends before the answer does.
    #[error("the answer is cut off")]
    Truncated,
    /// The XML is no answer of QuickBooks.
    #[error("the answer has {found} where {expected} belongs")]
    Unexpected {
        /// What is there.
        found: String,
        /// What should be.
        expected: &'static str,
    },
    /// The text has a document type, which QuickBooks never sends and which could name other files.
    #[error("the answer has a document type")]
    DocumentType,
    /// Elements are nested too deep.
    #[error("the answer's elements are nested deeper than {DEPTH} levels")]
    TooDeep,
    /// A record is too long.
    #[error("a record of the answer is longer than {RECORD_BYTES} bytes")]
    TooLong,
    /// The text could not be fetched.
    #[error("the answer could not be fetched")]
    Io(#[from] io::Error),
}

form! {
    read
    /// What QuickBooks gives in place of an object that it saved and can't tell (PROTOCOL.md c.2): the request succeeded,
    /// and these are its ids.
    ErrorRecovery {
        list_id: Option<ListId> = "ListID",
        owner_id: Option<Guid> = "OwnerID",
        txn_id: Option<TxnId> = "TxnID",
        txn_number: Option<u32> = "TxnNumber",
        edit_sequence: Option<EditSequence> = "EditSequence",
        external_guid: Option<Guid> = "ExternalGUID",
    }
}

/// The head of an answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// The request that it answers.
    pub request_id: Option<RequestId>,
    /// The request's name, such as `SalesReceiptAdd`.
    pub name: String,
    /// What QuickBooks says of it.
    pub status: Status,
    /// How many objects a query found; inexact with an iterator.
    pub ret_count: Option<u32>,
    /// The iterator to go on with.
    pub iterator_id: Option<String>,
    /// How many objects it has left; 0 is the end.
    pub iterator_remaining: Option<u32>,
}

/// What comes next in an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The message set begins.
    MessageSet {
        /// Its id, when error recovery is used.
        new_message_set_id: Option<String>,
        /// What QuickBooks says of that id.
        status: Option<SetStatus>,
    },
    /// The answer to one request begins.
    Response(ResponseHead),
    /// An object of that answer.
    Object(Object),
    /// The ids of an object that was saved and can't be told.
    Recovered(ErrorRecovery),
    /// The answer to one request ends.
    EndResponse,
}

/// Where the reader is.
#[derive(Debug)]
enum Place {
    Start,
    InDocument,
    InSet,
    /// With `plain`, the record gathers the elements of an answer that has no element of its own for its object.
    InResponse {
        request_id: Option<RequestId>,
        plain: bool,
    },
    /// The record gathers what the report says of itself, until it is `told`.
    InReport {
        request_id: Option<RequestId>,
        told: bool,
    },
    InReportRows {
        request_id: Option<RequestId>,
    },
    End,
}

/// A piece of XML.
enum Token<'a> {
    Open(BytesStart<'a>),
    Text(Cow<'a, str>),
    Close,
    /// A comment or the like, which says nothing.
    Nothing,
    End,
}

/// Reads an answer, event by event.
///
/// Memory stays in proportion to one record, however long the answer is. Unknown elements are skipped and unknown objects
/// named, so that a newer QuickBooks does not break reading.
pub struct Reader<R> {
    source: Source<R>,
    buffer: Vec<u8>,
    record: Record,
    place: Place,
    /// An event that was read together with the one before it.
    waiting: Option<Event>,
}

impl<R: BufRead> Reader<R> {
    /// Reads from `source`.
    pub fn new(source: R) -> Self {
        let mut xml = quick_xml::Reader::from_reader(Guard { source, left: RECORD_BYTES });
        xml.config_mut().expand_empty_elements = true;
        Self {
            source: Source { xml, depth: 0 },
            buffer: Vec::new(),
            record: Record::default(),
            place: Place::Start,
            waiting: None,
        }
    }

    /// The next event; none at the end of the answer.
    ///
    /// # Errors
    ///
    /// [`ReadError::Object`] for a record that can't be understood: the next call goes on after it. After any other error
    /// `None` is all that follows.
    #[allow(clippy::should_implement_trait, reason = "a for loop would hide that reading goes on after some errors")]
    pub fn next(&mut self) -> Result<Option<Event>, ReadError> {
        if let Some(event) = self.waiting.take() {
            return Ok(Some(event));
        }
        let result = self.advance();
        if !matches!(result, Ok(_) | Err(ReadError::Object { .. })) {
            self.place = Place::End;
        }
        result
    }

    fn advance(&mut self) -> Result<Option<Event>, ReadError> {
        loop {
            if matches!(self.place, Place::End) {
                return Ok(None);
            }
            self.source.allow_a_record();
            match self.source.token(&mut self.buffer)? {
                Token::Open(tag) => {
                    let (name, attributes) = (tag.name().0.to_owned(), all_attributes(&tag)?);
                    if let Some(event) = self.opened(name, &attributes)? {
                        return Ok(Some(event));
                    }
                }
                Token::Close => {
                    if let Some(event) = self.closed()? {
                        return Ok(Some(event));
                    }
                }
                // White space between elements; anything else would not be QuickBooks'.
                Token::Text(text) if text.trim().is_empty() => {}
                Token::Text(_) => return Err(unexpected("text", "an element")),
                Token::Nothing => {}
                Token::End => return Err(ReadError::Truncated),
            }
        }
    }

    fn opened(&mut self, name: String, attributes: &[(String, String)]) -> Result<Option<Event>, ReadError> {
        let attribute =
            |wanted: &str| attributes.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
        match &mut self.place {
            Place::Start if name == "QBXML" => {
                self.place = Place::InDocument;
                Ok(None)
            }
            Place::Start => Err(ReadError::Unexpected { found: name, expected: "QBXML" }),
            Place::InDocument if name == "QBXMLMsgsRs" => {
                self.place = Place::InSet;
                Ok(Some(Event::MessageSet {
                    new_message_set_id: attribute("newMessageSetID").map(str::to_owned),
                    status: attribute("messageSetStatusCode").map(SetStatus::from_text),
                }))
            }
            Place::InSet if name.ends_with("Rs") => {
                let head = response_head(&name, attribute)?;
                let plain = Object::knows(&name);
                if plain {
                    self.record.clear();
                    self.record.open(&name);
                }
                self.place = Place::InResponse { request_id: head.request_id.clone(), plain };
                Ok(Some(Event::Response(head)))
            }
            Place::InResponse { request_id, plain: false } => {
                let request_id = request_id.clone();
                if name == "ErrorRecovery" {
                    self.read_record(&name, attributes)?;
                    ErrorRecovery::from_node(self.record.root())
                        .map(|recovery| recovery.map(Event::Recovered))
                        .map_err(|error| ReadError::Object { request_id, error })
                } else if name == "ReportRet" {
                    self.record.clear();
                    self.record.open(&name);
                    self.place = Place::InReport { request_id, told: false };
                    Ok(None)
                } else if Object::knows(&name) {
                    self.read_record(&name, attributes)?;
                    self.object(request_id)
                } else {
                    self.skip()?;
                    Ok(Some(Event::Object(Object::Unknown(name))))
                }
            }
            Place::InReport { request_id, told: false } if name == "ReportData" => {
                let request_id = request_id.clone();
                self.record.close();
                self.place = Place::InReportRows { request_id: request_id.clone() };
                self.object(request_id)
            }
            Place::InResponse { plain: true, .. } | Place::InReport { told: false, .. } => {
                self.read_element(&name, attributes)?;
                Ok(None)
            }
            Place::InReportRows { request_id } if Object::knows(&name) => {
                let request_id = request_id.clone();
                self.read_record(&name, attributes)?;
                self.object(request_id)
            }
            Place::InDocument | Place::InSet | Place::InReport { .. } | Place::InReportRows { .. } | Place::End => {
                self.skip()?;
                Ok(None)
            }
        }
    }

    fn closed(&mut self) -> Result<Option<Event>, ReadError> {
        match std::mem::replace(&mut self.place, Place::End) {
            Place::InResponse { request_id, plain } => {
                self.place = Place::InSet;
                if plain && !self.record.close() && self.record.root().children().next().is_some() {
                    self.waiting = Some(Event::EndResponse);
                    self.object(request_id)
                } else {
                    Ok(Some(Event::EndResponse))
                }
            }
            Place::InReportRows { request_id } => {
                self.place = Place::InReport { request_id, told: true };
                Ok(None)
            }
            Place::InReport { request_id, told } => {
                self.place = Place::InResponse { request_id: request_id.clone(), plain: false };
                if told {
                    Ok(None)
                } else {
                    self.record.close();
                    self.object(request_id)
                }
            }
            Place::InSet => {
                self.place = Place::InDocument;
                Ok(None)
            }
            Place::Start | Place::InDocument | Place::End => Ok(None),
        }
    }

    /// The object that the record is.
    fn object(&self, request_id: Option<RequestId>) -> Result<Option<Event>, ReadError> {
        Object::from_node(self.record.root())
            .map(|object| Some(Event::Object(object)))
            .map_err(|error| ReadError::Object { request_id, error })
    }

    /// Reads the element that has just been opened, as a record of its own.
    fn read_record(&mut self, name: &str, attributes: &[(String, String)]) -> Result<(), ReadError> {
        self.record.clear();
        self.read_element(name, attributes)
    }

    /// Reads the element that has just been opened into the record.
    fn read_element(&mut self, name: &str, attributes: &[(String, String)]) -> Result<(), ReadError> {
        let outside = self.source.depth;
        self.record.open(name);
        self.record.attributes(attributes);
        loop {
            match self.source.token(&mut self.buffer)? {
                Token::Open(tag) => {
                    self.record.open(tag.name().0);
                    if !tag.attributes_raw().is_empty() {
                        self.record.attributes(&all_attributes(&tag)?);
                    }
                }
                Token::Text(text) => self.record.text(&text),
                Token::Close => {
                    self.record.close();
                    if self.source.depth < outside {
                        return Ok(());
                    }
                }
                Token::Nothing => {}
                Token::End => return Err(ReadError::Truncated),
            }
        }
    }

    /// Skips the element that has just been opened.
    fn skip(&mut self) -> Result<(), ReadError> {
        let inside = self.source.depth;
        while self.source.depth >= inside {
            // Nothing of it is kept, so only a single piece of it can be too long.
            self.source.allow_a_record();
            if matches!(self.source.token(&mut self.buffer)?, Token::End) {
                return Err(ReadError::Truncated);
            }
        }
        Ok(())
    }
}

/// The XML, piece by piece.
struct Source<R> {
    xml: quick_xml::Reader<Guard<R>>,
    depth: usize,
}

impl<R: BufRead> Source<R> {
    /// Lets as many bytes through as a record may have.
    fn allow_a_record(&mut self) {
        self.xml.get_mut().left = RECORD_BYTES;
    }

    fn token<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Token<'b>, ReadError> {
        buffer.clear();
        match self.xml.read_event_into(buffer)? {
            XmlEvent::Start(tag) => {
                self.depth += 1;
                if self.depth > DEPTH { Err(ReadError::TooDeep) } else { Ok(Token::Open(tag)) }
            }
            XmlEvent::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(Token::Close)
            }
            XmlEvent::Text(text) => Ok(Token::Text(text.xml10_content())),
            XmlEvent::CData(text) => Ok(Token::Text(text.xml10_content())),
            XmlEvent::GeneralRef(reference) => {
                let text = match reference.resolve_char_ref()? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&reference)
                        .ok_or_else(|| unexpected(&reference, "a predefined entity"))?
                        .to_owned(),
                };
                Ok(Token::Text(text.into()))
            }
            XmlEvent::DocType(_) => Err(ReadError::DocumentType),
            XmlEvent::Eof => Ok(Token::End),
            XmlEvent::Decl(_) | XmlEvent::PI(_) | XmlEvent::Comment(_) | XmlEvent::Empty(_) => Ok(Token::Nothing),
        }
    }
}

fn all_attributes(tag: &BytesStart) -> Result<Vec<(String, String)>, ReadError> {
    tag.attributes()
        .map(|attribute| {
            let attribute = attribute.map_err(quick_xml::Error::from)?;
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0)?;
            Ok((attribute.key.0.to_owned(), value.into_owned()))
        })
        .collect()
}

fn response_head<'a>(element: &str, attribute: impl Fn(&str) -> Option<&'a str>) -> Result<ResponseHead, ReadError> {
    let code = attribute("statusCode").and_then(|code| code.parse::<i32>().ok());
    let code = code.ok_or_else(|| unexpected(element, "an answer with a statusCode"))?;
    Ok(ResponseHead {
        request_id: attribute("requestID").and_then(|id| RequestId::new(id).ok()),
        name: element.strip_suffix("Rs").unwrap_or(element).to_owned(),
        status: Status {
            code: StatusCode::from(code),
            severity: Severity::from_text(attribute("statusSeverity").unwrap_or_default()),
            message: attribute("statusMessage").unwrap_or_default().to_owned(),
        },
        ret_count: attribute("retCount").and_then(|count| count.parse().ok()),
        iterator_id: attribute("iteratorID").map(str::to_owned),
        iterator_remaining: attribute("iteratorRemainingCount").and_then(|count| count.parse().ok()),
    })
}

fn unexpected(found: &str, expected: &'static str) -> ReadError {
    ReadError::Unexpected { found: found.to_owned(), expected }
}

impl From<quick_xml::Error> for ReadError {
    fn from(error: quick_xml::Error) -> Self {
        use quick_xml::errors::{Error, IllFormedError, SyntaxError};
        match error {
            Error::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => Self::TooLong,
            Error::Io(error) => Self::Io(io::Error::new(error.kind(), error)),
            Error::Syntax(SyntaxError::InvalidBangMarkup) => Self::Xml(error.to_string()),
            Error::Syntax(_) | Error::IllFormed(IllFormedError::UnclosedReference) => Self::Truncated,
            other => Self::Xml(other.to_string()),
        }
    }
}

/// Hands out no more than `left` bytes, so that neither a record nor a single tag or text can fill the memory.
struct Guard<R> {
    source: R,
    left: usize,
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let bytes = self.source.fill_buf()?;
        if self.left == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(&bytes[..bytes.len().min(self.left)])
    }

    fn consume(&mut self, count: usize) {
        self.left -= count.min(self.left);
        self.source.consume(count);
    }
}

/// The answers of a small message set, all in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnswerSet {
    /// What QuickBooks says of the message set's id, when error recovery is used.
    pub status: Option<SetStatus>,
    /// The answers, in the order of the requests.
    pub answers: Vec<Answer>,
}

/// The answer to one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What QuickBooks says of the request.
    pub head: ResponseHead,
    /// The objects of the answer.
    pub objects: Vec<Object>,
    /// The ids of an object that was saved and can't be told.
    pub recovered: Option<ErrorRecovery>,
    /// What is wrong with the records that can't be understood. The request itself is as its status says.
    pub unreadable: Vec<ObjectError>,
}

/// Reads a small answer at once; a long one is for [`Reader`].
pub fn answers(xml: &str) -> Result<AnswerSet, ReadError> {
    let mut reader = Reader::new(xml.as_bytes());
    let mut set = AnswerSet::default();
    loop {
        let event = match reader.next() {
            Ok(Some(event)) => event,
            Ok(None) => return Ok(set),
            Err(ReadError::Object { error, .. }) => {
                if let Some(answer) = set.answers.last_mut() {
                    answer.unreadable.push(error);
                }
                continue;
            }
            Err(error) => return Err(error),
        };
        match (event, set.answers.last_mut()) {
            (Event::MessageSet { status, .. }, _) => set.status = status,
            (Event::Response(head), _) => {
                set.answers.push(Answer { head, objects: Vec::new(), recovered: None, unreadable: Vec::new() });
            }
            (Event::Object(object), Some(answer)) => answer.objects.push(object),
            (Event::Recovered(recovery), Some(answer)) => answer.recovered = Some(recovery),
            (Event::Object(_) | Event::Recovered(_) | Event::EndResponse, _) => {}
        }
    }
}
