//! qbXML's own error recovery: the answers of message sets, kept by their ID (PROTOCOL.md c.3).

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::books::Books;
use super::envelope::MessageSet;
use super::query::Iterators;
use super::schema::Schema;
use super::xml::Element;

/// Longest message-set ID (PROTOCOL.md c.3).
const ID_LENGTH: usize = 23;
const CLEAR_ALL: &str = "ClearAllMessageSets";

/// One set's answer.
#[derive(Debug, Clone)]
struct Kept {
    checksum: [u8; 32],
    answer: String,
}

/// The answers that a company file keeps.
#[derive(Debug, Default)]
pub(crate) struct Recovery {
    kept: BTreeMap<String, Kept>,
}

/// What a message set came to.
#[derive(Debug)]
pub(crate) struct Handled {
    pub answer: String,
    /// Whether the file must remember the set: books or kept answers changed.
    pub changed: bool,
}

impl Recovery {
    /// Handles one set: carries it out, or gives the kept answer. With `keep` false the answer can't be kept (9005).
    pub fn handle(
        &mut self,
        set: &MessageSet,
        keep: bool,
        books: &mut Books,
        schema: &Schema,
        iterators: &mut Iterators,
    ) -> Handled {
        let (old, new) = (set.old_id.as_deref(), set.new_id.as_deref());
        let told = |answer: String| Handled { answer, changed: false };
        if new.is_some_and(|id| id.chars().count() > ID_LENGTH) {
            return told(document(&[], new, Some(9004)));
        }
        if set.requests.is_empty()
            && let Some(handled) = self.asked_only(old, new)
        {
            return handled;
        }
        let checksum: [u8; 32] = Sha256::digest(set.content().as_bytes()).into();
        if let Some(kept) = new.and_then(|id| self.kept.get(id)) {
            if kept.checksum == checksum {
                return told(kept.answer.clone());
            }
            return told(document(&[], new, Some(9001)));
        }
        let cleared = self.clear(old);
        let outcome = set.carry_out(books, schema, iterators);
        let status = match (old, new) {
            (None, None) => None,
            (Some(_), None) if !cleared => Some(600),
            (_, Some(_)) if !keep => Some(9005),
            _ => Some(0),
        };
        let answer = document(&outcome.answers, new, status);
        if let Some(id) = new.filter(|_| keep) {
            self.kept.insert(id.to_owned(), Kept { checksum, answer: answer.clone() });
        }
        Handled { answer, changed: outcome.changed || cleared || new.is_some() }
    }

    /// A set without requests asks for what is kept, or clears it.
    fn asked_only(&mut self, old: Option<&str>, new: Option<&str>) -> Option<Handled> {
        let id = old?;
        if id == CLEAR_ALL {
            return None;
        }
        if new.is_some_and(|new| new != id) {
            return None;
        }
        let kept = self.kept.get(id).map(|kept| kept.answer.clone());
        Some(match (kept, new) {
            (Some(answer), Some(_)) => Handled { answer, changed: false },
            (None, Some(_)) => Handled { answer: document(&[], new, Some(9002)), changed: false },
            (Some(answer), None) => {
                self.kept.remove(id);
                Handled { answer, changed: true }
            }
            (None, None) => Handled { answer: document(&[], None, Some(600)), changed: false },
        })
    }

    /// Forgets the answers that the old ID names; false when there was none.
    fn clear(&mut self, old: Option<&str>) -> bool {
        match old {
            Some(CLEAR_ALL) => {
                self.kept.clear();
                true
            }
            Some(id) => self.kept.remove(id).is_some(),
            None => false,
        }
    }

    /// Puts the answer in place that was given when the set was first handled.
    pub fn restore(&mut self, id: &str, answer: &str) {
        if let Some(kept) = self.kept.get_mut(id) {
            answer.clone_into(&mut kept.answer);
        }
    }
}

/// A whole answer document.
fn document(answers: &[Element], id: Option<&str>, status: Option<u16>) -> String {
    let mut attributes = Vec::new();
    if let Some(id) = id {
        attributes.push(("newMessageSetID".to_owned(), id.to_owned()));
    }
    if let Some(status) = status {
        attributes.push(("messageSetStatusCode".to_owned(), status.to_string()));
    }
    let set = Element { name: "QBXMLMsgsRs".to_owned(), attributes, text: String::new(), children: answers.to_vec() };
    let mut text = "<?xml version=\"1.0\" ?>\n".to_owned();
    Element::group("QBXML", vec![set]).write(&mut text);
    text
}
