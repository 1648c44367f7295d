//! What may go wrong before there is a window, and what is said and done then.

use sync::{Language, Message, api::ApiError};

use crate::updates::plan::Release;

/// What happens after a start-up failure was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The program ends: without its data it can do nothing.
    End,
    /// The engine goes on; what failed is done without.
    GoOn,
}

/// A dialog of the operating system, and what happens once it is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    /// Its title.
    pub title: String,
    /// What is wrong and what to do.
    pub text: String,
    /// What happens then.
    pub then: Then,
}

/// The dialog for what the engine said when its data were opened.
pub fn refused(error: &ApiError, language: Language) -> Dialog {
    dialog("startup.stopped", &error.message, Then::End, language)
}

/// The dialog for a window that can't be made, as without the WebView2 Runtime.
pub fn no_window(problem: &impl ToString, language: Language) -> Dialog {
    dialog(
        "startup.without_window",
        &Message::new("startup.no_window").with("problem", problem.to_string()),
        Then::GoOn,
        language,
    )
}

/// A question of the operating system's about an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateOffer {
    /// Its title.
    pub title: String,
    /// What is new.
    pub text: String,
    /// The button that has it installed.
    pub now: String,
    /// The button that does not.
    pub later: String,
}

/// Letters of the notes that a dialog can show: it does not scroll.
const NOTES: usize = 800;

/// The question whether an update is to be installed.
pub fn update(release: &Release, language: Language) -> UpdateOffer {
    let mut notes: String = release.notes.chars().take(NOTES).collect();
    if notes.len() < release.notes.len() {
        notes.push('…');
    }
    let message = Message::new("update.offer_text").with("notes", notes);
    UpdateOffer {
        title: Message::new("update.offer").with("version", &release.version).text(language),
        text: message.text(language),
        now: Message::new("update.install_now").text(language),
        later: Message::new("update.later").text(language),
    }
}

/// The dialog for what had to be mended in the data; none for what nobody needs to know at once.
pub fn mended(notice: &Message, language: Language) -> Option<Dialog> {
    // That the data were brought up to date is told on the page "About".
    let is_loss = ["store.restored", "store.started_anew"].contains(&notice.code.as_str());
    is_loss.then(|| dialog("startup.mended", notice, Then::GoOn, language))
}

fn dialog(title: &str, message: &Message, then: Then, language: Language) -> Dialog {
    Dialog { title: Message::new(title).text(language), text: message.text(language), then }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use jiff::Timestamp;

    use super::*;

    /// What is said when the data in `folder` are opened.
    fn refusal(folder: &std::path::Path) -> Dialog {
        let error = sync::api::open(folder, Timestamp::UNIX_EPOCH).unwrap_err();
        refused(&error, Language::En)
    }

    #[test]
    fn data_that_another_program_works_with_are_told_as_such_and_the_program_ends() {
        let folder = tempfile::tempdir().unwrap();
        let _other = sync::api::open(folder.path(), Timestamp::UNIX_EPOCH).unwrap();
        let dialog = refusal(folder.path());
        assert!(dialog.text.contains("Another Tillbridge"), "{}", dialog.text);
        assert_eq!(dialog.then, Then::End);
    }

    #[test]
    fn a_data_folder_that_can_not_be_is_told_with_its_problem() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        fs::write(&file, "").unwrap();
        let dialog = refusal(&file);
        assert!(dialog.text.contains("data"), "{}", dialog.text);
        assert_eq!(dialog.then, Then::End);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_write_protected_data_folder_is_told_with_what_to_do_in_both_languages() {
        // Nobody can make a folder there, whoever runs the tests.
        let folder = std::path::Path::new("/sys/tillbridge");
        let error = sync::api::open(folder, Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(error.message.code, "store.not_writable");
        for (language, words) in [(Language::En, "write protection"), (Language::Nb, "skrivebeskyttelsen")] {
            let dialog = refused(&error, language);
            assert!(dialog.text.contains(words) && dialog.text.contains("/sys/tillbridge"), "{}", dialog.text);
            assert_eq!(dialog.then, Then::End);
        }
    }

    #[test]
    fn damaged_data_are_told_and_the_program_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        drop(sync::api::open(folder.path(), Timestamp::UNIX_EPOCH).unwrap());
        fs::write(folder.path().join("tillbridge.db"), "no database").unwrap();
        let (_store, notice) = sync::api::open(folder.path(), Timestamp::UNIX_EPOCH).unwrap();
        let dialog = mended(&Message::from(&notice.unwrap()), Language::En).unwrap();
        assert!(dialog.text.contains("damaged"), "{}", dialog.text);
        assert_eq!(dialog.then, Then::GoOn);
    }

    #[test]
    fn data_that_were_brought_up_to_date_need_no_dialog() {
        assert_eq!(mended(&Message::new("store.migrated").with("backup", "x"), Language::En), None);
    }

    #[test]
    fn without_webview2_the_engine_goes_on_and_what_to_install_is_told_in_both_languages() {
        for language in Language::ALL {
            let dialog = no_window(&"WebView2 not found", language);
            assert!(dialog.text.contains("WebView2 Runtime"), "{}", dialog.text);
            assert!(dialog.text.contains("WebView2 not found"), "{}", dialog.text);
            assert_eq!(dialog.then, Then::GoOn);
        }
    }

    #[test]
    fn data_of_a_newer_program_are_left_alone_and_what_to_install_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tillbridge.db");
        drop(sync::api::open(folder.path(), Timestamp::UNIX_EPOCH).unwrap());
        // SQLite keeps the version of the schema at byte 60 of the file.
        let mut newer = fs::read(&file).unwrap();
        newer[60..64].copy_from_slice(&1_000_u32.to_be_bytes());
        fs::write(&file, &newer).unwrap();
        for language in Language::ALL {
            let error = sync::api::open(folder.path(), Timestamp::UNIX_EPOCH).unwrap_err();
            assert_eq!(error.message.code, "store.too_new");
            let dialog = refused(&error, language);
            let words = if language == Language::En { "newest version" } else { "nyeste versjon" };
            assert!(dialog.text.contains(words), "{}", dialog.text);
            assert_eq!(dialog.then, Then::End);
        }
        assert_eq!(fs::read(&file).unwrap(), newer);
    }

    #[test]
    fn an_update_is_offered_with_what_is_new_in_both_languages() {
        let notes = "Faster.\n".repeat(1_000);
        let release = Release { version: "0.2.0".to_owned(), notes, published_at: None };
        let [english, norwegian] = Language::ALL.map(|language| update(&release, language));
        for offer in [&english, &norwegian] {
            assert!(offer.title.contains("0.2.0"), "{}", offer.title);
            assert!(offer.text.contains("Faster."), "{}", offer.text);
            assert!(offer.text.chars().count() < 2 * NOTES, "it is taller than the screen");
        }
        assert_ne!(english.now, norwegian.now);
        assert_ne!(english.later, norwegian.later);
    }

    #[test]
    fn every_title_has_words_in_both_languages() {
        for title in ["startup.stopped", "startup.without_window", "startup.mended"] {
            for language in Language::ALL {
                assert_ne!(Message::new(title).text(language), title);
            }
        }
    }
}
