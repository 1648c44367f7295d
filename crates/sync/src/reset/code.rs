//! How reset requests and support codes look as text, and what of them is signed. `cargo xtask support-code` is built from
//! this file too, so it uses nothing of ours.
//!
//! A request is [`REQUEST`] bytes: eight that stand for the installation, and eight for the company file. A code is the
//! request that it answers, a [`NONCE`] and an Ed25519 [`SIGNATURE`] over [`signed`]. Both are written in Crockford's base 32
//! with three bytes of a hash behind them, so that a mistyped one is told from one that is not support's.

use std::fmt::Write;

use ring::digest;

/// Bytes of a request.
pub const REQUEST: usize = 16;

/// Bytes that make each code another one.
pub const NONCE: usize = 8;

/// Bytes of a signature.
pub const SIGNATURE: usize = 64;

/// What a signature is for, so that one can't serve for anything else.
const PURPOSE: &[u8] = b"Tillbridge: open the initial integration again, version 1";

/// Crockford's base 32: nothing that looks like something else.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const CHECK: usize = 3;

/// Letters between two dashes.
const GROUP: usize = 5;

/// It is mistyped, cut short, or something else altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// The text that stands for `bytes`.
pub fn write(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut buffer, mut bits, mut letters) = (0_u32, 0, 0);
    let all = bytes.iter().copied().chain(check(bytes)).map(Some).chain([None]);
    for byte in all {
        (buffer, bits) = match byte {
            Some(byte) => (buffer << 8 | u32::from(byte), bits + 8),
            // What is left of the last letter is filled with zeroes.
            None if bits > 0 => (buffer << (5 - bits), 5),
            None => break,
        };
        while bits >= 5 {
            bits -= 5;
            if letters > 0 && letters % GROUP == 0 {
                text.push('-');
            }
            let letter = ALPHABET.get((buffer >> bits & 31) as usize).copied().unwrap_or_default();
            let _ = text.write_char(char::from(letter));
            letters += 1;
        }
        buffer &= (1 << bits) - 1;
    }
    text
}

/// The bytes that `text` stands for. Case, blanks and dashes do not matter, and letters that look like figures are those.
///
/// # Errors
/// [`Unreadable`].
pub fn read(text: &str) -> Result<Vec<u8>, Unreadable> {
    let (mut buffer, mut bits) = (0_u32, 0);
    let mut bytes = Vec::new();
    for letter in
        text.chars().filter(|letter| !(letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}')))
    {
        let letter = match letter.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            other => other,
        };
        let value = ALPHABET.iter().position(|&known| char::from(known) == letter).ok_or(Unreadable)?;
        buffer = buffer << 5 | u32::try_from(value).map_err(|_| Unreadable)?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits & 255).map_err(|_| Unreadable)?);
        }
        buffer &= (1 << bits) - 1;
    }
    let checked = bytes.len().checked_sub(CHECK).ok_or(Unreadable)?;
    let found = bytes.split_off(checked);
    if buffer == 0 && bits < 5 && found == check(&bytes) { Ok(bytes) } else { Err(Unreadable) }
}

/// What is signed in the code that answers `request`.
pub fn signed(request: &[u8], nonce: &[u8]) -> Vec<u8> {
    [PURPOSE, request, nonce].concat()
}

fn check(bytes: &[u8]) -> [u8; CHECK] {
    let digest = digest::digest(&digest::SHA256, bytes);
    let mut check = [0; CHECK];
    check.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    check
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_length_comes_back_as_it_was() {
        for length in 0..100_u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37)).collect();
            assert_eq!(read(&write(&bytes)).unwrap(), bytes);
        }
    }

    #[test]
    fn case_blanks_dashes_and_what_looks_alike_do_not_matter() {
        let bytes = [0, 0, 0, 0, 0, 0x08, 0x42, 0x10, 0x84, 0x21];
        let text = write(&bytes);
        assert!(text.contains('0') && text.contains('1') && text.contains('-'), "{text}");
        let typed = text.to_lowercase().replace('0', "o").replace('1', "l").replace('-', " \u{2013}\n");
        assert_eq!(read(&typed).unwrap(), bytes);
        assert_eq!(read(&text.replace('1', "I").replace('-', "")).unwrap(), bytes);
    }

    #[test]
    fn one_wrong_letter_or_a_missing_one_is_seen() {
        let text = write(&[7; 88]);
        for (at, right) in text.char_indices().filter(|(_, letter)| *letter != '-') {
            let wrong = if right == 'Q' { "R" } else { "Q" };
            let mut typed = text.clone();
            typed.replace_range(at..=at, wrong);
            assert_eq!(read(&typed), Err(Unreadable), "{typed}");
            assert_eq!(read(&text[..at]), Err(Unreadable), "{}", &text[..at]);
        }
        assert_eq!(read(&format!("{text}0")), Err(Unreadable));
        assert_eq!(read("not a code"), Err(Unreadable));
    }
}
