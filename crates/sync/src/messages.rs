//! The one catalogue of what is said to people: stable codes, words in English and Norwegian (bokmål).
//!
//! The words are in `messages/en.json` and `messages/nb.json`, keyed by code, with `{placeholders}`. Window, command line
//! and logs all take them from here; nobody compares texts, only codes.

use std::{collections::BTreeMap, sync::OnceLock};

use books::{EntryKind, HeldReason, Why};
use serde::{Deserialize, Serialize};
use store::{Notice, State, StoreError};

use crate::choices;

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Norwegian, bokmål.
    Nb,
}

impl Language {
    /// All languages of the catalogue.
    pub const ALL: [Self; 2] = [Self::En, Self::Nb];

    /// The catalogue: code to words.
    pub fn catalogue(self) -> &'static BTreeMap<String, String> {
        static CATALOGUES: OnceLock<[BTreeMap<String, String>; 2]> = OnceLock::new();
        let both = CATALOGUES.get_or_init(|| {
            [include_str!("../messages/en.json"), include_str!("../messages/nb.json")]
                .map(|text| serde_json::from_str(text).unwrap_or_default())
        });
        match self {
            Self::En => &both[0],
            Self::Nb => &both[1],
        }
    }
}

/// Something to tell a person: a code and the facts that go into its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Message {
    /// Stable code, such as `company.sales_tax_off`.
    pub code: String,
    /// Facts by placeholder.
    pub facts: BTreeMap<String, String>,
}

impl Message {
    /// A message without facts.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), facts: BTreeMap::new() }
    }

    /// The message with one more fact.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)] // callers give facts as they have them, owned or borrowed
    pub fn with(mut self, placeholder: &str, fact: impl ToString) -> Self {
        self.facts.insert(placeholder.to_owned(), fact.to_string());
        self
    }

    /// The words in `language`. A code that the catalogue lacks stands for itself, so that nothing is ever silent.
    pub fn text(&self, language: Language) -> String {
        let Some(words) = language.catalogue().get(&self.code) else { return self.code.clone() };
        self.facts.iter().fold(words.clone(), |text, (placeholder, fact)| {
            text.replace(&format!("{{{placeholder}}}"), &said(placeholder, fact, language))
        })
    }

    fn of_tagged(code: &str, value: &impl Serialize, tag: &str) -> Self {
        let mut message = Self::new(code);
        if let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(value) {
            for (name, field) in fields.into_iter().filter(|(name, _)| name != tag) {
                let fact = match field {
                    serde_json::Value::Null => String::new(),
                    serde_json::Value::String(text) => text,
                    serde_json::Value::Array(items) => items
                        .iter()
                        .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                        .collect::<Vec<_>>()
                        .join(", "),
                    other => other.to_string(),
                };
                message.facts.insert(name, fact);
            }
        }
        message
    }
}

/// A fact in the words of `language`, where it is a key of ours.
fn said(placeholder: &str, fact: &str, language: Language) -> String {
    let words = language.catalogue().get(&code_of_fact(placeholder, fact)).cloned();
    let of_category = || choices::words_of(fact, language).filter(|_| ["purpose", "key"].contains(&placeholder));
    words.or_else(of_category).unwrap_or_else(|| fact.to_owned())
}

/// The code under which the catalogues have the words of a fact that is a key of ours.
fn code_of_fact(placeholder: &str, fact: &str) -> String {
    match placeholder {
        "purpose" | "key" => format!("category.{fact}"),
        "list" => format!("list.{fact}"),
        "paid" => format!("paid.{fact}"),
        "delivered" => format!("delivered.{fact}"),
        "form" => format!("form.{fact}"),
        "gateway" => format!("gateway.{fact}"),
        _ => String::new(),
    }
}

impl From<EntryKind> for Message {
    fn from(kind: EntryKind) -> Self {
        Self::new(&format!("kind.{}", word(&kind)))
    }
}

impl From<State> for Message {
    fn from(state: State) -> Self {
        Self::new(&format!("state.{}", state.as_str()))
    }
}

impl From<&StoreError> for Message {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Busy => Self::new("store.busy"),
            StoreError::DiskFull => Self::new("store.disk_full"),
            _ => Self::new("store.failed").with("problem", error),
        }
    }
}

impl From<&Notice> for Message {
    fn from(notice: &Notice) -> Self {
        match notice {
            Notice::Migrated { backup } => Self::new("store.migrated").with("backup", backup.display()),
            Notice::Recovered(recovery) => {
                let damaged =
                    recovery.damaged.as_ref().map_or_else(|| "-".to_owned(), |path| path.display().to_string());
                match &recovery.restored_from {
                    Some(backup) => {
                        Self::new("store.restored").with("damaged", damaged).with("backup", backup.display())
                    }
                    None => Self::new("store.started_anew").with("damaged", damaged),
                }
            }
        }
    }
}

/// The word that stands for a value of an enumeration in data.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

impl From<&HeldReason> for Message {
    fn from(reason: &HeldReason) -> Self {
        Self::of_tagged(reason.code(), reason, "reason")
    }
}

impl From<&Why> for Message {
    fn from(why: &Why) -> Self {
        Self::of_tagged(why.code(), why, "why")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use books::mapping::Form;

    use super::*;

    fn placeholders(words: &str) -> Vec<&str> {
        let mut found: Vec<_> =
            words.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn both_languages_say_the_same_things_with_the_same_facts() {
        let [en, nb] = Language::ALL.map(Language::catalogue);
        assert!(en.len() > 20, "the English catalogue could not be read");
        assert_eq!(en.keys().collect::<Vec<_>>(), nb.keys().collect::<Vec<_>>());
        for (code, words) in en {
            assert_eq!(placeholders(words), placeholders(&nb[code]), "{code}");
        }
    }

    #[test]
    fn every_purpose_of_an_account_has_words() {
        for purpose in books::Purpose::ALL {
            let code = format!("category.{}", purpose.key());
            assert!(Language::En.catalogue().contains_key(&code), "{code}");
        }
    }

    #[test]
    fn a_held_reason_names_what_it_is_about() {
        let reason = HeldReason::UnknownGateway { gateway: "klarna".into() };
        let text = Message::from(&reason).text(Language::En);
        assert!(text.contains("Klarna"), "{text}");
    }

    #[test]
    fn facts_that_are_keys_of_ours_are_said_in_words() {
        let full = HeldReason::ListFull { list: "names".into(), used: 10, ceiling: 10 };
        assert!(Message::from(&full).text(Language::Nb).contains("navn"));
        let gone = HeldReason::ChoiceGone { purpose: "sales_tax".into(), name: "Tax".into() };
        assert!(Message::from(&gone).text(Language::Nb).contains("Skyldig omsetningsavgift"));
        let inactive = |purpose: &str| {
            let reason = HeldReason::InactiveAccount { purpose: purpose.into(), account: "Till".into() };
            Message::from(&reason).text(Language::En)
        };
        assert!(inactive("gateways.klarna").contains("chosen for Payments through Klarna, is"));
        assert!(inactive("by_location.Harbour St. 1.tips").contains("chosen for Tips (Harbour St. 1), is"));
        for form in [Form::SalesReceipt, Form::Invoice, Form::SalesOrder, Form::Wait] {
            let code = code_of_fact("form", form.key());
            assert!(Language::En.catalogue().contains_key(&code), "{code}");
        }
    }

    #[test]
    fn an_unknown_code_is_shown_rather_than_swallowed() {
        assert_eq!(Message::new("no.such.code").text(Language::Nb), "no.such.code");
    }
}
