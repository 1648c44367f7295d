//! The simulator's own table of qbXML: which elements, in which order, of which type and length.
//!
//! The table is text (`schema/*.txt`), in the notation of PROTOCOL.md section d:
//! `Name s41` is required text of at most 41 characters; `?` optional, `*` any number, `+` one or more; `id`, `amt`,
//! `price`, `qty`, `pct`, `int`, `float`, `bool`, `date`, `datetime`, `guid`, `interval` are the types of c.8; `ref41` is
//! `{ ListID? id, FullName? s41 }`; `( A | B )` is a choice; `{ … }` are children; `$X` stands for a shared piece;
//! `@12.0` means since qbXML 12.0; names in brackets after a message's name are the attributes that it may carry.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::leaf::{Leaf, Problem};
use super::xml::Element;

const TEXTS: [&str; 10] = [
    include_str!("schema/common.txt"),
    include_str!("schema/lists.txt"),
    include_str!("schema/others.txt"),
    include_str!("schema/transactions.txt"),
    include_str!("schema/orders.txt"),
    include_str!("schema/money.txt"),
    include_str!("schema/purchases.txt"),
    include_str!("schema/sites.txt"),
    include_str!("schema/reports.txt"),
    include_str!("schema/other.txt"),
];

static SCHEMA: LazyLock<Result<Schema, SchemaError>> = LazyLock::new(|| Schema::parse(&TEXTS));

/// The table's own text is wrong: a mistake in this crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// A line that the notation does not know.
    #[error("schema table, {message}: expected {expected}, found {found:?}")]
    Syntax {
        /// The message or shared piece that is being read.
        message: String,
        /// What the notation wants there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A name that nothing defines.
    #[error("schema table: {0} is used and not defined")]
    Undefined(String),
}

/// What an element holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Leaf(Leaf),
    Group(Arc<Group>),
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub name: String,
    pub required: bool,
    pub many: bool,
    /// First qbXML version that has it, as major × 10 + minor; 0 = all.
    pub since: u16,
    pub content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Particle {
    Field(Field),
    Choice { alternatives: Vec<Vec<Particle>>, optional: bool, many: bool },
}

/// A sequence of elements, with an index by name for writing answers in order.
#[derive(Debug)]
pub(crate) struct Group {
    pub particles: Vec<Particle>,
    index: BTreeMap<String, (usize, Content)>,
}

/// One request or answer object.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub attributes: Vec<String>,
    pub group: Arc<Group>,
}

/// The whole table.
#[derive(Debug)]
pub(crate) struct Schema {
    messages: BTreeMap<String, Message>,
}

/// The document's structure is wrong: QuickBooks refuses all of it and does not say where. This says where, for the
/// simulator's log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Mismatch {
    #[error("unexpected or misplaced element {0}")]
    Unexpected(String),
    #[error("{0} is missing")]
    Missing(String),
    #[error("{0} may not hold this text")]
    Text(String),
    #[error("{0} may not carry the attribute {1}")]
    Attribute(String, String),
}

impl Schema {
    /// The table of this crate.
    pub fn get() -> Result<&'static Schema, SchemaError> {
        SCHEMA.as_ref().map_err(Clone::clone)
    }

    pub fn message(&self, name: &str) -> Option<&Message> {
        self.messages.get(name)
    }

    #[cfg(test)]
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.messages.keys().map(String::as_str)
    }

    fn parse(texts: &[&str]) -> Result<Self, SchemaError> {
        let mut sources = BTreeMap::new();
        let mut attributes = BTreeMap::new();
        for definition in texts.iter().flat_map(|text| text.split("\n\n")) {
            let definition = definition.trim();
            if definition.is_empty() || definition.starts_with('#') {
                continue;
            }
            let (head, body) = definition.split_once('=').ok_or_else(|| SchemaError::Syntax {
                message: definition.chars().take(40).collect(),
                expected: "=",
                found: String::new(),
            })?;
            let head = head.trim();
            let (name, list) = match head.split_once('[') {
                Some((name, list)) if name != "enum" => (name, list.trim_end_matches(']')),
                _ => (head, ""),
            };
            attributes.insert(name, list);
            sources.insert(name, tokens(body));
        }
        let mut messages = BTreeMap::new();
        for (name, list) in attributes {
            if name.starts_with('$') || name.starts_with("enum[") {
                continue;
            }
            let particles = Notation::new(&sources, name)?.sequence()?;
            let message = Message {
                attributes: list.split_whitespace().map(ToOwned::to_owned).collect(),
                group: Arc::new(Group::new(particles)),
            };
            messages.insert(name.to_owned(), message);
        }
        Ok(Self { messages })
    }
}

impl Group {
    fn new(particles: Vec<Particle>) -> Self {
        let mut index = BTreeMap::new();
        let mut next = 0;
        index_fields(&particles, &mut next, false, &mut index);
        Self { particles, index }
    }

    /// Checks an element's children against the sequence; adds the values that QuickBooks would refuse one by one.
    pub fn check(&self, parent: &Element, version: u16, problems: &mut Vec<Problem>) -> Result<(), Mismatch> {
        if !parent.text.trim().is_empty() {
            return Err(Mismatch::Text(parent.name.clone()));
        }
        let end = sequence(&self.particles, &parent.name, &parent.children, 0, version, problems)?;
        match parent.children.get(end) {
            Some(child) => Err(Mismatch::Unexpected(format!("{} in {}", child.name, parent.name))),
            None => Ok(()),
        }
    }

    /// Puts fields into the table's order and leaves out what the table does not have.
    pub fn arrange(&self, fields: Vec<Element>) -> Vec<Element> {
        let mut placed: Vec<(usize, Element)> = fields
            .into_iter()
            .filter_map(|mut field| {
                let (position, content) = self.index.get(&field.name)?;
                if let Content::Group(group) = content {
                    field.children = group.arrange(std::mem::take(&mut field.children));
                }
                Some((*position, field))
            })
            .collect();
        placed.sort_by_key(|(position, _)| *position);
        placed.into_iter().map(|(_, field)| field).collect()
    }
}

/// Fields of a repeated choice share one position, so that lines keep their own order.
fn index_fields(
    particles: &[Particle],
    next: &mut usize,
    shared: bool,
    index: &mut BTreeMap<String, (usize, Content)>,
) {
    for particle in particles {
        match particle {
            Particle::Field(field) => {
                index.entry(field.name.clone()).or_insert_with(|| (*next, field.content.clone()));
                if !shared {
                    *next += 1;
                }
            }
            Particle::Choice { alternatives, many, .. } => {
                for alternative in alternatives {
                    index_fields(alternative, next, shared || *many, index);
                }
                *next += 1;
            }
        }
    }
}

fn sequence(
    particles: &[Particle],
    parent: &str,
    children: &[Element],
    mut at: usize,
    version: u16,
    problems: &mut Vec<Problem>,
) -> Result<usize, Mismatch> {
    for particle in particles {
        match particle {
            Particle::Field(field) => {
                let mut count = 0;
                while let Some(child) = children.get(at) {
                    if child.name != field.name || field.since > version || (count > 0 && !field.many) {
                        break;
                    }
                    check_field(field, child, version, problems)?;
                    at += 1;
                    count += 1;
                }
                if field.required && count == 0 {
                    return Err(Mismatch::Missing(format!("{} in {parent}", field.name)));
                }
            }
            Particle::Choice { alternatives, optional, many } => {
                let mut count = 0;
                while let Some(child) = children.get(at) {
                    let chosen = alternatives.iter().find(|alternative| starts(alternative, &child.name, version));
                    let Some(chosen) = chosen.filter(|_| count == 0 || *many) else { break };
                    at = sequence(chosen, parent, children, at, version, problems)?;
                    count += 1;
                }
                let nullable = *optional || alternatives.iter().any(|alternative| nullable(alternative));
                if count == 0 && !nullable {
                    return Err(Mismatch::Missing(format!("one of several elements in {parent}")));
                }
            }
        }
    }
    Ok(at)
}

fn check_field(field: &Field, child: &Element, version: u16, problems: &mut Vec<Problem>) -> Result<(), Mismatch> {
    for (name, _) in &child.attributes {
        let allowed = (name == "useMacro" && matches!(field.content, Content::Leaf(Leaf::Id)))
            || (name == "defMacro" && child.name.ends_with("Add"));
        if !allowed {
            return Err(Mismatch::Attribute(child.name.clone(), name.clone()));
        }
    }
    match &field.content {
        Content::Leaf(leaf) => {
            if !child.children.is_empty() || !leaf.admits(&child.text) {
                return Err(Mismatch::Text(child.name.clone()));
            }
            if let Some(problem) = leaf.problem(&child.name, &child.text) {
                problems.push(problem);
            }
            Ok(())
        }
        Content::Group(group) => group.check(child, version, problems),
    }
}

/// Whether a sequence may begin with an element of this name.
fn starts(particles: &[Particle], name: &str, version: u16) -> bool {
    for particle in particles {
        match particle {
            Particle::Field(field) => {
                if field.name == name && field.since <= version {
                    return true;
                }
            }
            Particle::Choice { alternatives, .. } => {
                if alternatives.iter().any(|alternative| starts(alternative, name, version)) {
                    return true;
                }
            }
        }
        if !nullable(std::slice::from_ref(particle)) {
            return false;
        }
    }
    false
}

/// Whether a sequence may be empty.
fn nullable(particles: &[Particle]) -> bool {
    particles.iter().all(|particle| match particle {
        Particle::Field(field) => !field.required,
        Particle::Choice { alternatives, optional, .. } => {
            *optional || alternatives.iter().any(|alternative| nullable(alternative))
        }
    })
}

fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() || matches!(character, '$' | '_' | '.') {
            word.push(character);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if !character.is_whitespace() {
            tokens.push(character.to_string());
        }
    }
    if !word.is_empty() {
        tokens.push(word);
    }
    tokens
}

/// Reads the notation, token by token.
struct Notation<'a> {
    sources: &'a BTreeMap<&'a str, Vec<String>>,
    message: &'a str,
    tokens: &'a [String],
    at: usize,
}

impl<'a> Notation<'a> {
    fn new(sources: &'a BTreeMap<&'a str, Vec<String>>, message: &'a str) -> Result<Self, SchemaError> {
        let tokens = sources.get(message).ok_or_else(|| SchemaError::Undefined(message.to_owned()))?;
        Ok(Self { sources, message, tokens, at: 0 })
    }

    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn take(&mut self, token: &str) -> bool {
        let here = self.peek() == token;
        if here {
            self.at += 1;
        }
        here
    }

    fn expect(&mut self, token: &'static str) -> Result<(), SchemaError> {
        if self.take(token) { Ok(()) } else { Err(self.error(token)) }
    }

    fn error(&self, expected: &'static str) -> SchemaError {
        SchemaError::Syntax { message: self.message.to_owned(), expected, found: self.peek().to_owned() }
    }

    fn word(&mut self) -> Result<&'a str, SchemaError> {
        match self.tokens.get(self.at) {
            Some(word) if word.starts_with(|c: char| c.is_alphanumeric() || c == '$') => {
                self.at += 1;
                Ok(word)
            }
            _ => Err(self.error("a name")),
        }
    }

    fn sequence(&mut self) -> Result<Vec<Particle>, SchemaError> {
        let mut particles = Vec::new();
        loop {
            if self.peek().starts_with('$') {
                let shared = self.word()?;
                particles.extend(Notation::new(self.sources, shared)?.sequence_to_end()?);
            } else if self.take("(") {
                particles.push(self.choice()?);
            } else {
                particles.push(Particle::Field(self.field()?));
            }
            if !self.take(",") {
                return Ok(particles);
            }
        }
    }

    fn sequence_to_end(mut self) -> Result<Vec<Particle>, SchemaError> {
        let particles = self.sequence()?;
        if self.at == self.tokens.len() { Ok(particles) } else { Err(self.error("the end")) }
    }

    fn choice(&mut self) -> Result<Particle, SchemaError> {
        let mut alternatives = Vec::new();
        loop {
            alternatives.push(self.sequence()?);
            if self.take("|") {
                continue;
            }
            self.expect(")")?;
            let (optional, many) = self.occurrence();
            return Ok(Particle::Choice { alternatives, optional, many });
        }
    }

    fn occurrence(&mut self) -> (bool, bool) {
        if self.take("?") {
            (true, false)
        } else if self.take("*") {
            (true, true)
        } else {
            (false, self.take("+"))
        }
    }

    fn field(&mut self) -> Result<Field, SchemaError> {
        let name = self.word()?.to_owned();
        let (optional, many) = self.occurrence();
        let mut since = self.since()?;
        let content = self.content()?;
        since = since.max(self.since()?);
        Ok(Field { name, required: !optional, many, since, content })
    }

    fn since(&mut self) -> Result<u16, SchemaError> {
        if !self.take("@") {
            return Ok(0);
        }
        let version = self.word()?;
        version_number(version).ok_or_else(|| self.error("a version"))
    }

    fn content(&mut self) -> Result<Content, SchemaError> {
        if self.take("{") {
            let particles = self.sequence()?;
            self.expect("}")?;
            return Ok(Content::Group(Arc::new(Group::new(particles))));
        }
        let word = self.word()?;
        if word == "enum" {
            return self.enumeration();
        }
        if let Some(length) = word.strip_prefix("ref").filter(|rest| rest.chars().all(|c| c.is_ascii_digit())) {
            let length = length.parse().ok();
            let field = |name: &str, leaf| {
                let content = Content::Leaf(leaf);
                Particle::Field(Field { name: name.to_owned(), required: false, many: false, since: 0, content })
            };
            let particles = vec![field("ListID", Leaf::Id), field("FullName", Leaf::Text(length))];
            return Ok(Content::Group(Arc::new(Group::new(particles))));
        }
        if let Some(leaf) = Leaf::named(word) {
            return Ok(Content::Leaf(leaf));
        }
        let particles = Notation::new(self.sources, word)?.sequence_to_end()?;
        Ok(Content::Group(Arc::new(Group::new(particles))))
    }

    fn enumeration(&mut self) -> Result<Content, SchemaError> {
        let mut values: Vec<String> = Vec::new();
        if self.take("[") {
            let name = format!("enum[{}]", self.word()?);
            self.expect("]")?;
            let tokens = self.sources.get(name.as_str()).ok_or_else(|| SchemaError::Undefined(name.clone()))?;
            values.extend(tokens.iter().filter(|token| *token != "|").cloned());
        } else {
            self.expect("(")?;
            values.push(self.word()?.to_owned());
            while self.take("|") {
                values.push(self.word()?.to_owned());
            }
            self.expect(")")?;
        }
        if self.take("=") {
            self.word()?;
        }
        Ok(Content::Leaf(Leaf::Enum(values.into())))
    }
}

/// `13.0` as 130.
pub(crate) fn version_number(text: &str) -> Option<u16> {
    let (major, minor) = text.split_once('.')?;
    let (major, minor): (u16, u16) = (major.parse().ok()?, minor.parse().ok()?);
    (major < 100 && minor < 10).then_some(major * 10 + minor)
}

#[cfg(test)]
mod tests;
