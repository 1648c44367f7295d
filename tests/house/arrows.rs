//! Which room may use which, and which library belongs to which room, over `cargo metadata`.

use std::process::Command;

use serde_json::Value;

use crate::{assert_none, root, sources};

/// Our packages, and what of ours each may use (the table of `docs/architecture.md`).
const ARROWS: &[(&str, &[&str])] = &[
    ("qbxml", &[]),
    ("web-connector", &[]),
    ("simulator", &[]),
    ("quickbooks-desktop", &[]),
    ("xtask", &[]),
    ("books", &["qbxml"]),
    ("shopify", &["books"]),
    ("store", &["books", "qbxml"]),
    ("sync", &["books", "qbxml", "quickbooks-desktop", "shopify", "store", "web-connector"]),
    ("tillbridge-cli", &["sync", "simulator"]),
    ("tillbridge", &["sync"]),
    ("whole-system-tests", EVERYTHING),
];
const EVERYTHING: &[&str] = &[
    "books",
    "qbxml",
    "quickbooks-desktop",
    "shopify",
    "simulator",
    "store",
    "sync",
    "tillbridge-cli",
    "web-connector",
];

/// Rooms whose own tests may use the simulator too.
const TESTED_WITH_SIMULATOR: &[&str] = &["quickbooks-desktop", "shopify", "sync", "tillbridge"];

/// Libraries, by the beginning of their name, and the only rooms that may build on them.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("quick-xml", &["qbxml", "simulator", "web-connector"]),
    ("tauri", &["tillbridge"]),
    // The app asks for its updates.
    ("reqwest", &["shopify", "simulator", "tillbridge"]),
    ("axum", &["simulator", "web-connector"]),
    ("windows-registry", &["quickbooks-desktop", "tillbridge"]),
];

/// What would let the accounting touch the world.
const IMPURE: &[&str] = &["axum", "quick-xml", "rand", "reqwest", "rusqlite", "tokio"];

struct Dependency {
    from: String,
    to: String,
    is_for_tests: bool,
}

fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn name(value: &Value) -> String {
    value["name"].as_str().unwrap().to_owned()
}

fn dependencies() -> Vec<Dependency> {
    let mut found = Vec::new();
    for package in packages() {
        for dependency in package["dependencies"].as_array().unwrap() {
            let is_for_tests = dependency["kind"] == "dev";
            found.push(Dependency { from: name(&package), to: name(dependency), is_for_tests });
        }
    }
    found
}

fn allowed(package: &str) -> &'static [&'static str] {
    ARROWS.iter().find(|(name, _)| *name == package).unwrap_or_else(|| panic!("{package} is not in the table")).1
}

#[test]
fn arrows_go_one_way() {
    let mut faults = Vec::new();
    for Dependency { from, to, is_for_tests } in dependencies() {
        let is_ours = ARROWS.iter().any(|(name, _)| *name == to);
        let may = allowed(&from).contains(&to.as_str())
            || (is_for_tests && to == "simulator" && TESTED_WITH_SIMULATOR.contains(&from.as_str()));
        if is_ours && !may {
            faults.push(format!("{from} uses {to}"));
        }
    }
    assert_none("a room uses one that the table does not give it", &faults);
}

#[test]
fn every_room_is_in_the_table() {
    let mut ours: Vec<String> = packages().iter().map(name).collect();
    let mut table: Vec<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    ours.sort();
    table.sort();
    assert_eq!(ours, table);
}

#[test]
fn each_library_stays_in_its_room() {
    let mut faults = Vec::new();
    for Dependency { from, to, is_for_tests } in dependencies() {
        for (library, rooms) in LIBRARIES {
            if !is_for_tests && to.starts_with(library) && !rooms.contains(&from.as_str()) {
                faults.push(format!("{from} uses {to}"));
            }
        }
    }
    assert_none("a library outside its room", &faults);
}

#[test]
fn the_accounting_has_no_way_to_the_world() {
    let faults: Vec<String> = dependencies()
        .into_iter()
        .filter(|found| found.from == "books" && !found.is_for_tests && IMPURE.contains(&found.to.as_str()))
        .map(|found| found.to)
        .collect();
    assert_none("books must stay free of", &faults);
}

#[test]
fn every_package_keeps_the_common_lints_and_licence() {
    let mut faults = Vec::new();
    for package in packages() {
        if package["license"] != "MIT OR Apache-2.0" {
            faults.push(format!("{} has another licence", name(&package)));
        }
    }
    let manifests = sources("", &["Cargo.toml"]);
    for manifest in manifests.iter().filter(|manifest| !manifest.path.contains("/fuzz/")) {
        if !manifest.text.contains("[lints]\nworkspace = true\n") {
            faults.push(format!("{} does not take the workspace's lints", manifest.path));
        }
    }
    assert_none("a package on its own ways", &faults);
}
