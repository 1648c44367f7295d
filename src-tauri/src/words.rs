//! The few words that are shown outside of the page. They are the page's own, from its catalogues.

use std::{collections::BTreeMap, sync::OnceLock};

use sync::Language;

/// The words for `key` in `language`. A key that the catalogue lacks stands for itself, so that nothing is ever silent.
pub fn word(key: &str, language: Language) -> String {
    catalogue(language).get(key).cloned().unwrap_or_else(|| key.to_owned())
}

/// The catalogue of the page: key to words.
fn catalogue(language: Language) -> &'static BTreeMap<String, String> {
    static CATALOGUES: OnceLock<[BTreeMap<String, String>; 2]> = OnceLock::new();
    let both = CATALOGUES.get_or_init(|| {
        [include_str!("../../ui/messages/en.json"), include_str!("../../ui/messages/nb.json")].map(read)
    });
    match language {
        Language::En => &both[0],
        Language::Nb => &both[1],
    }
}

/// Messages with variants are no plain text; none of those is shown outside of the page.
fn read(text: &str) -> BTreeMap<String, String> {
    let all: BTreeMap<String, serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    all.into_iter().filter_map(|(key, words)| Some((key, words.as_str()?.to_owned()))).collect()
}

/// The language of the system, where the catalogue has it; else English.
pub fn of_system() -> Language {
    language_of(sys_locale::get_locale().as_deref())
}

fn language_of(locale: Option<&str>) -> Language {
    let language = locale.unwrap_or_default().split(['-', '_']).next().unwrap_or_default().to_lowercase();
    if ["nb", "no", "nn"].contains(&language.as_str()) { Language::Nb } else { Language::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norwegian_is_spoken_to_norwegians_and_english_to_everybody_else() {
        for (locale, language) in [
            (Some("nb-NO"), Language::Nb),
            (Some("no_NO.UTF-8"), Language::Nb),
            (Some("nn-NO"), Language::Nb),
            (Some("en-US"), Language::En),
            (Some("de"), Language::En),
            (Some("C"), Language::En),
            (None, Language::En),
        ] {
            assert_eq!(language_of(locale), language, "{locale:?}");
        }
    }

    #[test]
    fn an_unknown_key_is_shown_rather_than_swallowed() {
        assert_eq!(word("no_such_key", Language::Nb), "no_such_key");
    }
}
