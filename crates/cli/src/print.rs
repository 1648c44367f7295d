//! What goes to the screen. Facts go to standard output, problems to standard error.
#![allow(clippy::print_stdout, clippy::print_stderr)] // the one place where a command line program speaks

use std::{
    io::{IsTerminal, Write},
    sync::OnceLock,
};

use serde::Serialize;
use sync::{Language, Message};

static LANGUAGE: OnceLock<Language> = OnceLock::new();

/// Sets the language of what is printed, once.
pub fn set_language(language: Language) {
    let _ = LANGUAGE.set(language);
}

/// The language of what is printed.
pub fn language() -> Language {
    LANGUAGE.get().copied().unwrap_or_default()
}

/// A message in the chosen language.
pub fn words(message: &Message) -> String {
    message.text(language())
}

/// A message about something that is wrong, with the code that stays the same in every language and version.
pub fn trouble(message: &Message) -> String {
    format!("{} [{}]", words(message), message.code)
}

/// One line of facts.
pub fn line(text: &str) {
    // A reader that went away (`| head`) is no reason to fail.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A text of several lines as it stands.
pub fn text(text: &str) {
    let _ = write!(std::io::stdout(), "{text}");
}

/// One line about something that is wrong.
pub fn problem(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// An answer as JSON, on several lines.
pub fn json(value: &impl Serialize) {
    line(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// How far something is: one line that is written over on a screen, nothing where nobody watches.
pub fn progress(text: &str) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        let _ = write!(out, "\r\x1b[2K{text}");
        let _ = out.flush();
    }
}

/// Ends the line of [`progress`].
pub fn progress_done() {
    progress("");
}

/// Which way a column of a table leans.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lean {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table with a line under its heads; columns as wide as their widest cell.
pub fn table(heads: &[(&str, Lean)], rows: &[Vec<String>]) {
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .chain(heads.get(column).map(|(head, _)| head.chars().count()))
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let print = |cells: &[String]| {
        let cells: Vec<String> = cells
            .iter()
            .zip(&widths)
            .zip(heads)
            .map(|((cell, width), (_, lean))| match lean {
                Lean::Left => format!("{cell:<width$}"),
                Lean::Right => format!("{cell:>width$}"),
            })
            .collect();
        line(format!("  {}", cells.join("  ")).trim_end());
    };
    print(&heads.iter().map(|(head, _)| (*head).to_owned()).collect::<Vec<_>>());
    print(&widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>());
    for row in rows {
        print(row);
    }
}
