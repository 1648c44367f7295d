//! What the sources never contain.

use std::fs;

use crate::{Source, assert_none, faults, root, sources};

/// Our prose and code. Data that others wrote keeps the form they gave it.
const TEXT: &[&str] =
    &[".rs", ".toml", ".json", ".ts", ".js", ".mjs", ".svelte", ".css", ".html", ".md", ".py", ".ps1", ".yml", "run"];

/// This file has to name what it forbids.
fn is_this_file(source: &Source) -> bool {
    source.path == "tests/house/sources.rs"
}

#[test]
fn nothing_is_left_to_be_done_in_a_comment() {
    const MARKS: &[&str] = &["TODO", "FIXME", "XXX:", "todo!(", "unimplemented!(", "dbg!("];
    let all = sources("", TEXT);
    let own = all.iter().filter(|source| !is_this_file(source));
    let faults = faults(own, |line| MARKS.iter().any(|mark| line.contains(mark)));
    assert_none("work left behind", &faults);
}

#[test]
fn no_path_of_somebodys_machine_is_written_down() {
    const PATHS: &[&str] = &["/work/", "/root/", "/home/", "/tmp/", "/Users/"];
    let all = sources("", TEXT);
    let own = all.iter().filter(|source| !is_this_file(source) && !source.path.ends_with("package-lock.json"));
    let is_path = |line: &str, path: &str| {
        // `src/work/…` is a path of ours, `https://…/work/` somebody's address, `#/home/` a place of the window: a machine
        // path begins at its first slash.
        line.match_indices(path)
            .any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric() || "._-}#".contains(before)))
    };
    let faults = faults(own, |line| PATHS.iter().any(|path| is_path(line, path)));
    assert_none("a machine path", &faults);
}

#[test]
fn lines_end_the_same_way_everywhere() {
    let attributes = fs::read_to_string(root().join(".gitattributes")).unwrap();
    assert!(attributes.lines().any(|line| line == "* text=auto eol=lf"), ".gitattributes lets line endings vary");
    let faults: Vec<String> =
        sources("", TEXT).into_iter().filter(|source| source.text.contains('\r')).map(|source| source.path).collect();
    assert_none("carriage returns", &faults);
}

#[test]
fn sql_is_only_in_the_store() {
    let is_sql = |line: &str| {
        let has = |word: &str| line.contains(word);
        has("INSERT INTO ")
            || has("DELETE FROM ")
            || has("CREATE TABLE ")
            || has("SELECT ") && has(" FROM ")
            || has("UPDATE ") && has(" SET ")
    };
    let all = sources("", &[".rs", ".ts", ".svelte", ".sql"]);
    // An .msi is a small database too, and none of ours.
    let may = |path: &str| path.starts_with("crates/store/") || path == "xtask/src/windows/wixl.rs";
    let others = all.iter().filter(|source| !may(&source.path) && !is_this_file(source));
    assert_none("SQL outside crates/store", &faults(others, is_sql));
}

#[test]
fn unsafe_code_is_only_where_windows_is_called() {
    let all = sources("", &[".rs", "Cargo.toml"]);
    let others = all.iter().filter(|source| {
        let is_the_room = source.path.starts_with("crates/quickbooks-desktop/");
        !is_the_room && source.path != "Cargo.toml" && !source.path.contains("/fuzz/") && !is_this_file(source)
    });
    assert_none(
        "unsafe code outside its room",
        &faults(others, |line| line.contains("unsafe_code") || line.contains("unsafe {")),
    );
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"deny\""), "the workspace lets unsafe code pass");
}

#[test]
fn the_accounting_reads_no_clock_file_or_socket() {
    const WORLD: &[&str] = &[
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "f64",
        "f32",
    ];
    let all = sources("crates/books/src", &[".rs"]);
    assert!(!all.is_empty());
    assert_none(
        "books touches the world, or floats",
        &faults(&all, |line| WORLD.iter().any(|word| line.contains(word))),
    );
}

#[test]
fn every_crate_opens_with_what_it_is_for() {
    let mut faults = Vec::new();
    for source in sources("crates", &["src/lib.rs", "lib.rs", "main.rs"]) {
        let is_entry = source.path.split('/').count() == 4 && source.path.split('/').nth(2) == Some("src");
        if !is_entry {
            continue;
        }
        let documentation: Vec<&str> = source.text.lines().take_while(|line| line.starts_with("//!")).collect();
        let length: usize = documentation.iter().map(|line| line.len()).sum();
        if source.path.ends_with("lib.rs") {
            if length < 300 {
                faults.push(format!("{}: says too little of what the crate is for", source.path));
            }
            if !documentation.iter().any(|line| line.starts_with("//! ```")) {
                faults.push(format!("{}: has no example", source.path));
            }
        } else if length < 60 {
            faults.push(format!("{}: says too little of what the program is for", source.path));
        }
    }
    assert_none("crate documentation", &faults);
}

#[test]
fn the_licences_are_here() {
    for (file, words) in [("LICENSE-MIT", "Permission is hereby granted"), ("LICENSE-APACHE", "Version 2.0")] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains(words), "{file} is not the licence");
    }
}
