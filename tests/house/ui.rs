//! The UI: one way to the engine, and every word in every language.

use std::{collections::BTreeMap, fs};

use serde_json::{Map, Value};

use crate::{assert_none, faults, root, sources};

fn catalogue(language: &str) -> Map<String, Value> {
    let text = fs::read_to_string(root().join(format!("ui/messages/{language}.json"))).unwrap();
    let mut catalogue: Map<String, Value> = serde_json::from_str(&text).unwrap();
    catalogue.remove("$schema");
    catalogue
}

/// The names in braces, sorted and each once: a message with a plural has them in every form.
fn placeholders(message: &Value) -> Vec<String> {
    let mut names: Vec<String> = texts(message)
        .iter()
        .flat_map(|text| text.split('{').skip(1))
        .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Every text in a message; one with a plural has several.
fn texts(message: &Value) -> Vec<&str> {
    match message {
        Value::String(text) => vec![text],
        Value::Array(parts) => parts.iter().flat_map(texts).collect(),
        Value::Object(parts) => parts.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn only_the_backend_folder_knows_tauri() {
    let all = sources("ui/src", &[".ts", ".js", ".svelte"]);
    let others = all.iter().filter(|source| !source.path.starts_with("ui/src/lib/backend/"));
    assert_none(
        "Tauri outside ui/src/lib/backend",
        &faults(others, |line| line.contains("@tauri-apps") || line.contains("__TAURI")),
    );
}

#[test]
fn every_message_is_there_in_both_languages_with_the_same_placeholders() {
    let shapes = |language| -> BTreeMap<String, Vec<String>> {
        catalogue(language).iter().map(|(key, message)| (key.clone(), placeholders(message))).collect()
    };
    assert!(shapes("en").len() > 10, "the English catalogue could not be read");
    assert_eq!(shapes("en"), shapes("nb"));
}

#[test]
fn every_message_is_used() {
    let code: String = sources("ui/src", &[".ts", ".svelte"]).into_iter().map(|source| source.text).collect();
    // What is shown outside of the page, beside the clock and by the system, takes its words from the same catalogue.
    let app: String = sources("src-tauri/src", &[".rs"]).into_iter().map(|source| source.text).collect();
    let is_used = |key: &str| {
        let call = format!("m.{key}");
        app.contains(&format!("\"{key}\""))
            || code
                .match_indices(&call)
                .any(|(at, _)| !code[at + call.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_'))
    };
    let unused: Vec<String> = catalogue("en").keys().filter(|key| !is_used(key)).cloned().collect();
    assert_none("messages that nothing shows", &unused);
}

#[test]
fn no_text_is_baked_into_a_component() {
    let mut faults = Vec::new();
    for source in sources("ui/src", &[".svelte"]) {
        let baked = baked_text(&without_elements(
            &source.text,
            &[("<script", "</script>"), ("<style", "</style>"), ("<!--", "-->")],
        ));
        if !baked.is_empty() {
            faults.push(format!("{}: {baked}", source.path));
        }
    }
    assert_none("text in a component", &faults);
}

#[test]
fn the_search_for_baked_text_finds_it() {
    assert_eq!(baked_text("<p class=\"a\">{m.b()} Hello</p>"), "Hello");
    assert_eq!(baked_text("<button onclick={() => { go(); }} title=\"Go on\">{m.b()}</button>"), "title=\"Go on\"");
    assert_eq!(baked_text("{#if a > b}<p>{a}</p>{/if}"), "");
}

fn without_elements(text: &str, elements: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (open, close) in elements {
        while let Some(start) = text.find(open) {
            let end = text[start..].find(close).map_or(text.len(), |at| start + at + close.len());
            text.replace_range(start..end, "");
        }
    }
    text
}

/// Words that stand in the markup itself, outside of tags and braces, or in an attribute that is read out to people.
fn baked_text(markup: &str) -> String {
    const SPOKEN: &[&str] = &["alt=\"", "aria-label=\"", "placeholder=\"", "title=\""];
    let (mut braces, mut in_tag, mut words) = (0_u32, false, String::new());
    for (at, sign) in markup.char_indices() {
        match sign {
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            _ if braces > 0 => {}
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if !in_tag => words.push(sign),
            _ => {
                if let Some(name) = SPOKEN
                    .iter()
                    .find(|name| markup[at..].starts_with(*name) && markup[..at].ends_with(char::is_whitespace))
                {
                    let value = markup[at + name.len()..].split('"').next().unwrap_or_default();
                    if !value.starts_with('{') {
                        words.push_str(&markup[at..=at + name.len() + value.len()]);
                    }
                }
            }
        }
    }
    if words.contains(char::is_alphabetic) {
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        String::new()
    }
}
