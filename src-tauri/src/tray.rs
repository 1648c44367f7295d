//! The icon beside the clock: how things stand, and a small menu. What it shows is data, made without a window.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sync::Language;
use tauri::{
    AppHandle, Runtime,
    image::Image,
    menu::{Menu, MenuBuilder, MenuItemBuilder},
    tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent},
};

use crate::{
    events::Page,
    glance::{Glance, Standing},
    window,
    words::word,
};

const TRAY: &str = "tray";

/// What can be chosen in the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The window.
    Open,
    /// A run at once.
    SyncNow,
    /// No posting until it is resumed.
    Pause,
    /// Posting again.
    Resume,
    /// The window at what needs attention.
    Attention,
    /// The question whether an update is to be installed.
    Update,
    /// The end of the program, engine and all.
    Quit,
}

impl Choice {
    const ALL: [Self; 7] =
        [Self::Open, Self::SyncNow, Self::Pause, Self::Resume, Self::Attention, Self::Update, Self::Quit];

    /// The key of its words, which is its id in the menu too.
    const fn key(self) -> &'static str {
        match self {
            Self::Open => "tray_open",
            Self::SyncNow => "tray_sync_now",
            Self::Pause => "tray_pause",
            Self::Resume => "tray_resume",
            Self::Attention => "tray_attention",
            Self::Update => "tray_update",
            Self::Quit => "tray_quit",
        }
    }
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// How things stand; it can't be chosen.
    Standing(String),
    /// Something to choose.
    Choice(Choice, String),
    /// A line between.
    Line,
}

/// The menu for how things stand.
pub fn menu(glance: &Glance, language: Language) -> Vec<Item> {
    let choice = |choice: Choice| Item::Choice(choice, word(choice.key(), language));
    let mut items = vec![Item::Standing(standing(glance.standing, language)), Item::Line, choice(Choice::Open)];
    if glance.attention > 0 {
        let words = word(Choice::Attention.key(), language).replace("{count}", &glance.attention.to_string());
        items.push(Item::Choice(Choice::Attention, words));
    }
    if glance.is_at_work {
        items.push(choice(Choice::SyncNow));
        items.push(choice(if glance.standing == Standing::Paused { Choice::Resume } else { Choice::Pause }));
    }
    if let Some(version) = &glance.update {
        let words = word(Choice::Update.key(), language).replace("{version}", version);
        items.extend([Item::Line, Item::Choice(Choice::Update, words)]);
    }
    items.extend([Item::Line, choice(Choice::Quit)]);
    items
}

/// What is shown when the pointer rests on the icon.
pub fn tooltip(glance: &Glance, language: Language) -> String {
    format!("Tillbridge\n{}", standing(glance.standing, language))
}

fn standing(standing: Standing, language: Language) -> String {
    word(
        match standing {
            Standing::NotSetUp => "tray_not_set_up",
            Standing::Fine => "tray_fine",
            Standing::Working => "tray_working",
            Standing::NeedsAttention => "tray_needs_attention",
            Standing::Paused => "tray_paused",
            Standing::Unreachable => "tray_unreachable",
        },
        language,
    )
}

/// Width and height of the icon in pixels.
const SIDE: usize = 32;

/// The program's icon with a dot of the state's colour in its corner, ringed in white so that it is seen on light and dark
/// taskbars alike; while all is fine there is none.
fn icon(standing: Standing) -> Image<'static> {
    let plain = tauri::include_image!("src-tauri/icons/32x32.png");
    let colour: [u8; 3] = match standing {
        Standing::Fine => return plain,
        Standing::Working => [0x2b, 0x6c, 0xb0],
        Standing::NeedsAttention => [0xd9, 0x48, 0x0f],
        Standing::NotSetUp | Standing::Paused | Standing::Unreachable => [0x6b, 0x72, 0x80],
    };
    let mut pixels = plain.rgba().to_vec();
    for (index, pixel) in pixels.chunks_exact_mut(4).enumerate() {
        // Twice the distance from the middle of the dot, so that pixels are measured at their middles.
        let (right, down) = (2 * (index % SIDE) + 1, 2 * (index / SIDE) + 1);
        let distance = right.abs_diff(46).pow(2) + down.abs_diff(46).pow(2);
        if distance <= 13 * 13 {
            pixel.copy_from_slice(&[colour[0], colour[1], colour[2], 0xff]);
        } else if distance <= 17 * 17 {
            pixel.copy_from_slice(&[0xff; 4]);
        }
    }
    Image::new_owned(pixels, plain.width(), plain.height())
}

/// Puts the icon beside the clock. Where the system has no such place, the program goes on without.
pub fn put<R: Runtime>(app: &AppHandle<R>, glance: &Glance, language: Language, chosen: fn(&AppHandle<R>, Choice)) {
    let made = || {
        TrayIconBuilder::with_id(TRAY)
            .icon(icon(glance.standing))
            .tooltip(tooltip(glance, language))
            .menu(&built(app, &menu(glance, language))?)
            .show_menu_on_left_click(false)
            .on_menu_event(move |app, event| {
                if let Some(choice) = Choice::ALL.into_iter().find(|choice| event.id() == choice.key()) {
                    chosen(app, choice);
                }
            })
            .on_tray_icon_event(|icon, event| {
                let left = MouseButton::Left;
                if matches!(event, TrayIconEvent::Click { button, button_state: MouseButtonState::Up, .. } if button == left)
                {
                    window::show(icon.app_handle(), Page::Home);
                }
            })
            .build(app)
    };
    // Without the library for it, Linux's half of the tray panics instead of saying so.
    match catch_unwind(AssertUnwindSafe(made)) {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(%error, "there is no icon beside the clock"),
        Err(_) => tracing::warn!("there is no icon beside the clock: a library is missing"),
    }
}

/// Shows how things stand now.
pub fn update<R: Runtime>(app: &AppHandle<R>, glance: &Glance, language: Language) -> tauri::Result<()> {
    let Some(tray) = app.tray_by_id(TRAY) else { return Ok(()) };
    tray.set_icon(Some(icon(glance.standing)))?;
    tray.set_tooltip(Some(tooltip(glance, language)))?;
    tray.set_menu(Some(built(app, &menu(glance, language))?))
}

fn built<R: Runtime>(app: &AppHandle<R>, items: &[Item]) -> tauri::Result<Menu<R>> {
    let mut menu = MenuBuilder::new(app);
    for item in items {
        menu = match item {
            Item::Line => menu.separator(),
            Item::Standing(text) => menu.item(&MenuItemBuilder::new(text).enabled(false).build(app)?),
            Item::Choice(choice, text) => menu.item(&MenuItemBuilder::with_id(choice.key(), text).build(app)?),
        };
    }
    menu.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glance(standing: Standing) -> Glance {
        Glance { standing, attention: 0, is_at_work: true, update: None }
    }

    fn choices(glance: &Glance) -> Vec<Choice> {
        let choice = |item| if let Item::Choice(choice, _) = item { Some(choice) } else { None };
        menu(glance, Language::En).into_iter().filter_map(choice).collect()
    }

    #[test]
    fn the_menu_begins_with_how_things_stand_and_ends_with_the_way_out() {
        let menu = menu(&glance(Standing::Fine), Language::En);
        assert_eq!(menu.first(), Some(&Item::Standing(standing(Standing::Fine, Language::En))));
        assert!(matches!(menu.last(), Some(Item::Choice(Choice::Quit, _))));
    }

    #[test]
    fn what_is_paused_can_be_resumed_and_what_runs_can_be_paused() {
        assert_eq!(choices(&glance(Standing::Paused)), [Choice::Open, Choice::SyncNow, Choice::Resume, Choice::Quit]);
        assert_eq!(choices(&glance(Standing::Fine)), [Choice::Open, Choice::SyncNow, Choice::Pause, Choice::Quit]);
    }

    #[test]
    fn before_anything_is_set_up_there_is_nothing_to_sync_or_pause() {
        let fresh = Glance { is_at_work: false, ..glance(Standing::NotSetUp) };
        assert_eq!(choices(&fresh), [Choice::Open, Choice::Quit]);
    }

    #[test]
    fn what_needs_attention_is_counted_in_the_language_of_the_merchant() {
        let glance = Glance { attention: 3, ..glance(Standing::NeedsAttention) };
        let text = |language| {
            let menu = menu(&glance, language);
            let found = menu.into_iter().find_map(|item| match item {
                Item::Choice(Choice::Attention, text) => Some(text),
                _ => None,
            });
            found.unwrap_or_default()
        };
        let [english, norwegian] = Language::ALL.map(text);
        assert!(english.contains('3') && norwegian.contains('3'), "{english} {norwegian}");
        assert_ne!(english, norwegian);
    }

    #[test]
    fn an_update_can_be_installed_without_the_window_before_anything_is_set_up_too() {
        let glance = Glance { is_at_work: false, update: Some("0.2.0".to_owned()), ..glance(Standing::NotSetUp) };
        assert_eq!(choices(&glance), [Choice::Open, Choice::Update, Choice::Quit]);
        for language in Language::ALL {
            let told = |item: &Item| matches!(item, Item::Choice(Choice::Update, text) if text.contains("0.2.0"));
            assert!(menu(&glance, language).iter().any(told), "{language:?}");
        }
    }

    #[test]
    fn each_state_has_words_in_both_languages() {
        for state in Standing::ALL {
            for language in Language::ALL {
                assert!(!standing(state, language).starts_with("tray_"), "{state:?}");
            }
        }
    }

    #[test]
    fn the_icon_differs_where_somebody_should_look() {
        let plain = icon(Standing::Fine);
        for state in [Standing::Working, Standing::NeedsAttention, Standing::Paused] {
            assert_ne!(icon(state).rgba(), plain.rgba(), "{state:?}");
        }
        assert_ne!(icon(Standing::Working).rgba(), icon(Standing::NeedsAttention).rgba());
    }
}
