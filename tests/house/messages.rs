//! The engine's catalogue of messages: what it lists is said somewhere, and what is said is listed.

use std::{collections::BTreeMap, fs};

use crate::{assert_none, root, sources};

/// Families of codes that are put together from a prefix and the word of a value, as in `state.held`.
const FAMILIES: &[&str] = &["category.", "delivered.", "form.", "gateway.", "kind.", "list.", "paid.", "state."];

/// The English catalogue; that the other one says the same is a test of the crate.
fn catalogue() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("crates/sync/messages/en.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The engine's code and the app's, which says with the engine's words what keeps it from starting; without the tests at
/// the end of their files.
fn code() -> String {
    let engine = sources("crates", &[".rs"]).into_iter().filter(|source| source.path.split('/').nth(2) == Some("src"));
    engine
        .chain(sources("src-tauri/src", &[".rs"]))
        .map(|source| source.text.split("#[cfg(test)]").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn every_message_of_the_engine_is_used() {
    let code = code();
    let is_used = |key: &str| match FAMILIES.iter().find(|family| key.starts_with(**family)) {
        Some(family) => code.contains(&format!("\"{family}{{")),
        None => code.contains(&format!("\"{key}\"")),
    };
    let unused: Vec<String> = catalogue().into_keys().filter(|key| !is_used(key)).collect();
    assert_none("messages that nothing says", &unused);
}

#[test]
fn every_message_that_is_said_has_words() {
    const CALL: &str = "Message::new(\"";
    let (code, catalogue) = (code(), catalogue());
    let said: Vec<&str> = code.split(CALL).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
    assert!(said.len() > 10, "the calls were not found");
    let unknown: Vec<String> =
        said.into_iter().filter(|key| !catalogue.contains_key(*key)).map(str::to_owned).collect();
    assert_none("messages without words", &unknown);
}
