//! The house rules that a compiler does not keep: `docs/architecture.md` gives the reasons.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a rule that can't be read is a failure

mod arrows;
mod guide;
mod messages;
mod sources;
mod ui;
mod window;
mod windows;
mod workflows;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders that hold nothing of ours.
const FOREIGN: &[&str] =
    &[".git", "target", "node_modules", "dist", "dist-screens", "dist-twin", "gen", "paraglide", "cache"];

/// The folder of the root Cargo.toml.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A text file of the project.
struct Source {
    /// From the root, with forward slashes.
    path: String,
    text: String,
}

/// Every text file below `folder` (from the root) whose name ends in one of `endings`; all text files without any.
fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    let mut left = vec![root.join(folder)];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if path.is_dir() {
                if !FOREIGN.contains(&name.as_str()) {
                    left.push(path);
                }
            } else if endings.is_empty() || endings.iter().any(|ending| name.ends_with(ending)) {
                // What is no UTF-8 is a picture or another binary.
                if let Ok(text) = fs::read_to_string(&path) {
                    let path = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                    found.push(Source { path, text });
                }
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Where `breaks` finds fault with a line: `path:number: line`.
fn faults<'a>(sources: impl IntoIterator<Item = &'a Source>, breaks: impl Fn(&str) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        for (number, line) in source.text.lines().enumerate().filter(|(_, line)| breaks(line)) {
            faults.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
        }
    }
    faults
}

/// Fails with all faults at once, one a line.
fn assert_none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}
