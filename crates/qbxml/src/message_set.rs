//! Message sets: what is sent to QuickBooks at a time.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{check::FieldError, limits, request::Request, text, write::Writer};

/// The qbXML version that is written: every supported QuickBooks takes it (PROTOCOL.md c.1).
pub const VERSION: &str = "13.0";

/// An id that QuickBooks would not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It is empty.
    #[error("the id is empty")]
    Empty,
    /// It is too long.
    #[error("the id has {length} characters, and may have {limit}")]
    TooLong {
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        limit: usize,
    },
    /// It has a character that is not printable ASCII.
    #[error("the id has a character that is not printable ASCII")]
    NotAscii,
}

fn checked(id: &str, limit: usize) -> Result<String, IdError> {
    let length = id.chars().count();
    if id.is_empty() {
        Err(IdError::Empty)
    } else if length > limit {
        Err(IdError::TooLong { length, limit })
    } else if !(id.is_ascii() && text::representable(id)) {
        Err(IdError::NotAscii)
    } else {
        Ok(id.to_owned())
    }
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident [$limit:expr];)+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(try_from = "String", into = "String")]
            pub struct $name(String);

            impl $name {
                /// Takes printable ASCII within the limit.
                pub fn new(id: &str) -> Result<Self, IdError> {
                    checked(id, $limit).map(Self)
                }

                /// The text.
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.write_str(&self.0)
                }
            }

            impl TryFrom<String> for $name {
                type Error = IdError;

                fn try_from(id: String) -> Result<Self, IdError> {
                    Self::new(&id)
                }
            }

            impl From<$name> for String {
                fn from(id: $name) -> Self {
                    id.0
                }
            }
        )+
    };
}

ids! {
    /// The id of a request, at most 50 characters; its answer carries it (PROTOCOL.md c.1).
    RequestId [limits::REQUEST_ID];
    /// The id of a message set, at most 23 characters: a UUID with hyphens is too long (PROTOCOL.md c.3).
    MessageSetId [limits::MESSAGE_SET_ID];
}

/// What QuickBooks does when a request of the set fails. Its third choice, rolling back, it always refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnError {
    /// Goes on with the next request.
    #[default]
    Continue,
    /// Stops; the requests after it are answered as not processed.
    Stop,
}

/// How the set uses QuickBooks' error recovery (PROTOCOL.md c.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recovery {
    /// Not at all: for sets that only read.
    #[default]
    None,
    /// QuickBooks keeps the answer under this id; the identical set under the same id brings it back and writes nothing.
    New(MessageSetId),
    /// The same, and an older answer is forgotten.
    NewAfter {
        /// The id of this set.
        new: MessageSetId,
        /// The id of the set whose answer is no longer needed.
        clear: MessageSetId,
    },
    /// Asks for the stored answer and keeps it. The set has no requests.
    Ask(MessageSetId),
    /// Asks for the stored answer and forgets it. The set has no requests.
    Forget(MessageSetId),
}

impl Recovery {
    const fn only_asks(&self) -> bool {
        matches!(self, Self::Ask(_) | Self::Forget(_))
    }
}

/// A message set: the requests that are sent at a time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageSet {
    /// The requests, each with the id that its answer will carry.
    pub requests: Vec<(RequestId, Request)>,
    /// What to do when one of them fails.
    pub on_error: OnError,
    /// How a lost answer can be got back.
    pub recovery: Recovery,
}

/// A message set that QuickBooks would not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// There is nothing to ask.
    #[error("the message set has no requests")]
    NoRequests,
    /// A set that asks for a stored answer has requests.
    #[error("a message set that asks for a stored answer has requests")]
    AsksWithRequests,
    /// A set that writes has no id, so a lost answer could not be got back.
    #[error("{request} writes, and the message set has no id")]
    WritesWithoutId {
        /// The first request that writes.
        request: &'static str,
    },
    /// Two requests have the same id, so their answers could not be told apart.
    #[error("two requests have the id {0}")]
    SameRequestId(RequestId),
    /// Fields that break QuickBooks' limits.
    #[error("request {request_id}: {}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Fields {
        /// The request.
        request_id: RequestId,
        /// What is wrong with it.
        errors: Vec<FieldError>,
    },
}

impl MessageSet {
    /// Checks the set and writes it as a qbXML document in pure ASCII.
    ///
    /// # Errors
    ///
    /// What QuickBooks would not take; nothing is written then.
    pub fn to_xml(&self) -> Result<String, Invalid> {
        self.check()?;
        let mut writer = Writer::default();
        writer.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?><?qbxml version=\"");
        writer.raw(VERSION);
        writer.raw("\"?>");
        writer.open("QBXML");
        writer.begin_tag("QBXMLMsgsRq");
        writer.attribute(
            "onError",
            match self.on_error {
                OnError::Continue => "continueOnError",
                OnError::Stop => "stopOnError",
            },
        );
        let (new, old) = match &self.recovery {
            Recovery::None => (None, None),
            Recovery::New(id) => (Some(id), None),
            Recovery::NewAfter { new, clear } => (Some(new), Some(clear)),
            Recovery::Ask(id) => (Some(id), Some(id)),
            Recovery::Forget(id) => (None, Some(id)),
        };
        if let Some(id) = new {
            writer.attribute("newMessageSetID", id.as_str());
        }
        if let Some(id) = old {
            writer.attribute("oldMessageSetID", id.as_str());
        }
        writer.end_tag();
        for (id, request) in &self.requests {
            request.write(id.as_str(), &mut writer);
        }
        writer.close("QBXMLMsgsRq");
        writer.close("QBXML");
        Ok(writer.finish())
    }

    fn check(&self) -> Result<(), Invalid> {
        if self.recovery.only_asks() != self.requests.is_empty() {
            return Err(if self.requests.is_empty() { Invalid::NoRequests } else { Invalid::AsksWithRequests });
        }
        let mut ids = std::collections::BTreeSet::new();
        for (id, request) in &self.requests {
            if !ids.insert(id) {
                return Err(Invalid::SameRequestId(id.clone()));
            }
            if request.writes() && self.recovery == Recovery::None {
                return Err(Invalid::WritesWithoutId { request: request.name() });
            }
            request.check().map_err(|errors| Invalid::Fields { request_id: id.clone(), errors })?;
        }
        Ok(())
    }
}
