//! Checks before sending: QuickBooks rejects what breaks its limits, often a whole message set and without naming the
//! field (PROTOCOL.md c.1, c.8), so nothing leaves unchecked.

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The field is required and empty, or given and empty. Only a Mod request may send an empty element, and says so
    /// with [`Change::Clear`](crate::Change::Clear).
    #[error("is empty")]
    Empty,
    /// The text has more characters than QuickBooks takes; it would reject it, not cut it.
    #[error("has {length} characters, and may have {limit}")]
    TooLong {
        /// How many it has.
        length: usize,
        /// How many it may have.
        limit: usize,
    },
    /// The text has a character that QuickBooks can't hold; see [`text::fit`](crate::text::fit).
    #[error("has a character that QuickBooks can't hold (U+{:04X})", u32::from(*character))]
    Unrepresentable {
        /// The first such character.
        character: char,
    },
    /// The date is outside 1970-01-01 to 2038-01-19.
    #[error("is a date outside 1970-01-01 to 2038-01-19")]
    DateOutOfRange,
    /// The number is smaller than QuickBooks takes.
    #[error("is smaller than {minimum}")]
    TooSmall {
        /// The smallest that it takes.
        minimum: u32,
    },
    /// None of the fields is given, of which one must be.
    #[error("one of these must be given")]
    NoneOf,
    /// Several of the fields are given, of which only one may be.
    #[error("only one of these may be given")]
    SeveralOf,
    /// An iterator needs a filter with the number of records to return (PROTOCOL.md c.4).
    #[error("an iterator needs a filter with MaxReturned")]
    IteratorWithoutMaximum,
}

/// A field of a request that QuickBooks would not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{request}: {field} {problem}")]
pub struct FieldError {
    /// The request, such as `SalesReceiptAdd`.
    pub request: &'static str,
    /// The field's path inside it, such as `SalesReceiptLineAdd[2]/Desc`; repeated elements are counted from 1.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// Gathers the problems of one request.
#[derive(Debug)]
pub(crate) struct Checker {
    request: &'static str,
    path: Vec<String>,
    index: Option<usize>,
    errors: Vec<FieldError>,
}

impl Checker {
    /// A checker for the request of that name.
    pub(crate) const fn new(request: &'static str) -> Self {
        Self { request, path: Vec::new(), index: None, errors: Vec::new() }
    }

    /// Notes a problem of the field `name` of the aggregate that is being looked at.
    pub(crate) fn report(&mut self, name: &str, problem: Problem) {
        let label = self.label(name);
        let field = if self.path.is_empty() { label } else { format!("{}/{label}", self.path.join("/")) };
        self.errors.push(FieldError { request: self.request, field, problem });
    }

    /// Looks at the inside of the aggregate `name`.
    pub(crate) fn inside(&mut self, name: &str, look: impl FnOnce(&mut Self)) {
        let label = self.label(name);
        self.path.push(label);
        look(self);
        self.path.pop();
    }

    /// Looks at one of several elements of the same name; `index` counts from 0.
    pub(crate) fn numbered(&mut self, index: usize, look: impl FnOnce(&mut Self)) {
        self.index = Some(index);
        look(self);
        self.index = None;
    }

    /// The name with its number, when it is one of several.
    fn label(&mut self, name: &str) -> String {
        match self.index.take() {
            Some(index) => format!("{name}[{}]", index + 1),
            None => name.to_owned(),
        }
    }

    /// The problems found, if any.
    pub(crate) fn finish(self) -> Result<(), Vec<FieldError>> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }
}
