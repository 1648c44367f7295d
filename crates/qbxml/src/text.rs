//! The one rule for text that QuickBooks can't hold.
//!
//! QuickBooks keeps Windows-1252 text; what arrives outside Latin-1 becomes a question mark or makes it refuse the whole
//! document, and what is too long is rejected, never cut (PROTOCOL.md a.10, c.8). So text is made to fit before it is
//! written, in this order:
//!
//! 1. The text is composed (Unicode NFC).
//! 2. Printable ASCII and Latin-1 from U+00A1 on stay as they are.
//! 3. White space of any kind, line ends among it, becomes one plain space per character.
//! 4. Control, zero-width and direction characters are dropped.
//! 5. Typographic signs get their ASCII spelling: `“` `"`, `–` `-`, `…` `...`, `€` `EUR`, `™` `(TM)`.
//! 6. Letters with marks that Latin-1 lacks lose the marks (`ő` `o`), compatibility forms are resolved (`ﬁ` `fi`).
//! 7. Whatever is left becomes `?`, one per character.
//! 8. Spaces at both ends go; the text is cut at the limit, and spaces at the new end go, too.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Makes `text` something QuickBooks can hold in a field of `max` characters, by the rule that heads this module.
///
/// ```
/// assert_eq!(qbxml::text::fit("  Café “Zoë” – 5\u{a0}€\n", 40), "Café \"Zoë\" - 5 EUR");
/// assert_eq!(qbxml::text::fit("Dvořák 王", 31), "Dvorák ?");
/// assert_eq!(qbxml::text::fit("too long by far", 9), "too long");
/// ```
pub fn fit(text: &str, max: usize) -> String {
    let mut fitted = String::with_capacity(text.len());
    for character in text.nfc() {
        push(character, &mut fitted);
    }
    cut(&fitted, max)
}

/// Makes `text` the name of a list entry: [`fit`], and before the cut `:`, which separates the levels of a list, becomes
/// `-`, and runs of spaces become one (PROTOCOL.md e).
///
/// ```
/// assert_eq!(qbxml::text::name("Shirt:  blue\tXL", 31), "Shirt- blue XL");
/// ```
pub fn name(text: &str, max: usize) -> String {
    let fitted = fit(&text.replace(':', "-"), usize::MAX);
    // Fitting can bring colons back, such as the full-width one.
    let joined = fitted.replace(':', "-").split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    cut(&joined, max)
}

/// Whether QuickBooks can hold every character of `text`: printable ASCII, and Latin-1 from U+00A0 on.
pub fn representable(text: &str) -> bool {
    first_unrepresentable(text).is_none()
}

pub(crate) fn first_unrepresentable(text: &str) -> Option<char> {
    text.chars().find(|character| !is_representable(*character))
}

const fn is_representable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a0}'..='\u{ff}')
}

fn cut(text: &str, max: usize) -> String {
    let text = text.trim_matches(' ');
    let end = text.char_indices().nth(max).map_or(text.len(), |(index, _)| index);
    text[..end].trim_end_matches(' ').to_owned()
}

fn push(character: char, fitted: &mut String) {
    if character.is_whitespace() {
        fitted.push(' ');
    } else if is_dropped(character) {
    } else if is_representable(character) {
        fitted.push(character);
    } else if let Some(spelling) = spelling(character) {
        fitted.push_str(spelling);
    } else {
        push_without_marks(character, fitted);
    }
}

/// Decomposes the character and keeps what can be held of it.
fn push_without_marks(character: char, fitted: &mut String) {
    let mut kept = String::new();
    for part in std::iter::once(character).nfkd().filter(|part| !is_combining_mark(*part)) {
        if part.is_whitespace() {
            kept.push(' ');
        } else if is_representable(part) {
            kept.push(part);
        } else if let Some(spelling) = spelling(part) {
            kept.push_str(spelling);
        } else {
            kept.clear();
            kept.push('?');
            break;
        }
    }
    // A mark that stands alone decomposes to nothing.
    fitted.push_str(&kept);
}

/// Characters without a shape of their own: controls, soft hyphen, zero-width and direction marks, variation selectors,
/// tags, the byte-order mark.
fn is_dropped(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// ASCII spellings of the characters that Windows-1252 has beyond Latin-1, and of letters and signs that Unicode does
/// not decompose.
fn spelling(character: char) -> Option<&'static str> {
    Some(match character {
        '‘' | '’' | '‛' | '′' | 'ʼ' | 'ʹ' => "'",
        '‚' => ",",
        '“' | '”' | '„' | '‟' | '″' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '‹' => "<",
        '›' => ">",
        '•' | '‣' | '∙' => "*",
        '…' => "...",
        '†' => "+",
        '‡' => "++",
        '‰' => "o/oo",
        'ˆ' => "^",
        '˜' => "~",
        'ƒ' => "f",
        '⁄' | '∕' => "/",
        '€' => "EUR",
        '₤' => "GBP",
        '₹' => "INR",
        '₽' => "RUB",
        '₺' => "TRY",
        '₴' => "UAH",
        '₩' => "KRW",
        '₪' => "ILS",
        '₫' => "VND",
        '₿' => "BTC",
        '™' => "(TM)",
        '℠' => "(SM)",
        '№' => "No.",
        '×' => "x",
        'Œ' => "OE",
        'œ' => "oe",
        'Ł' => "L",
        'ł' => "l",
        'Đ' => "D",
        'đ' => "d",
        'Ħ' => "H",
        'ħ' => "h",
        'ı' => "i",
        'ĸ' => "k",
        'Ŋ' => "N",
        'ŋ' => "n",
        'Ŧ' => "T",
        'ŧ' => "t",
        'ẞ' => "SS",
        'Ə' => "A",
        'ə' => "a",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn latin_1_stays_as_it_is() {
        let text = "Ça coûte £5 ½ ¿Qué? Ærø Weiß ÿ";
        assert_eq!(fit(text, 99), text);
    }

    #[test]
    fn every_character_of_windows_1252_beyond_latin_1_has_an_ascii_spelling() {
        let beyond = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
        for character in beyond.chars() {
            let fitted = fit(&character.to_string(), 9);
            assert!(fitted.is_ascii() && fitted != "?", "{character} became {fitted}");
        }
    }

    #[test]
    fn decomposed_text_is_composed_before_it_is_judged() {
        assert_eq!(fit("Cafe\u{301}", 4), "Café");
        assert_eq!(fit("o\u{30b}", 4), "o");
    }

    #[test]
    fn line_ends_and_tabs_become_spaces_and_controls_go() {
        assert_eq!(fit("a\tb\r\nc\u{0}\u{7f}\u{85}d", 99), "a b  c d");
    }

    #[test]
    fn emoji_become_one_question_mark_per_picture() {
        assert_eq!(fit("I \u{2764}\u{fe0f} tea \u{1f375}", 99), "I ? tea ?");
    }

    #[test]
    fn a_cut_never_leaves_a_space_at_the_end() {
        assert_eq!(fit("ab cd", 3), "ab");
        assert_eq!(fit("éé éé", 4), "éé é");
        assert_eq!(fit("abc", 0), "");
    }

    #[test]
    fn a_name_has_no_colon_even_from_a_full_width_one() {
        assert_eq!(name("a：b : c", 31), "a-b - c");
    }

    proptest! {
        #[test]
        fn fitted_text_is_always_representable_within_the_limit_and_stable(text in any::<String>(), max in 0_usize..60) {
            let fitted = fit(&text, max);
            prop_assert!(representable(&fitted));
            prop_assert!(fitted.chars().count() <= max);
            prop_assert_eq!(fit(&fitted, max), fitted.clone());
            prop_assert_eq!(fitted.trim_matches(' '), fitted.as_str());
        }

        #[test]
        fn a_name_is_fitted_has_no_colon_and_no_double_space_and_is_stable(text in "[ -~\u{a0}-\u{17f}\t:：\u{2000}-\u{2030}]{0,60}", max in 0_usize..60) {
            let made = name(&text, max);
            prop_assert_eq!(fit(&made, max), made.clone());
            prop_assert!(!made.contains(':') && !made.contains("  "));
            prop_assert_eq!(name(&made, max), made);
        }

        #[test]
        fn representable_text_of_printable_characters_is_never_changed(text in "[!-~¡-¬®-ÿ]{0,40}") {
            prop_assert!(representable(&text));
            prop_assert_eq!(fit(&text, 40), text);
        }
    }
}
