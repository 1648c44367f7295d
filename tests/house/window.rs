//! The window: what the page may do is what the app's commands are, and nothing else.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::root;

fn json(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

/// The words between quotation marks in `text`.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_window_may_call_exactly_the_commands_that_the_bindings_have() {
    let bindings = fs::read_to_string(root().join("ui/src/lib/backend/bindings.ts")).unwrap();
    let called: BTreeSet<String> = bindings
        .split("__TAURI_INVOKE<")
        .skip(1)
        .filter_map(|call| Some(call.split_once(">(\"")?.1.split_once('"')?.0.to_owned()))
        .collect();
    let permissions = fs::read_to_string(root().join("src-tauri/permissions/commands.toml")).unwrap();
    let (_, allowed) = permissions.split_once("commands.allow = ").unwrap();
    assert!(called.len() > 50, "the bindings could not be read");
    assert_eq!(quoted(allowed), called);
}

#[test]
fn beyond_its_commands_the_window_may_only_listen() {
    let capability = json("src-tauri/capabilities/main.json");
    let permissions: Vec<&str> =
        capability["permissions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(permissions, ["allow-commands", "core:event:allow-listen", "core:event:allow-unlisten"]);
    assert_eq!(capability["windows"], serde_json::json!(["main"]));
    assert!(capability.get("remote").is_none(), "a page from elsewhere is let in");
    let capabilities = fs::read_dir(root().join("src-tauri/capabilities")).unwrap().count();
    assert_eq!(capabilities, 1, "there is another capability");
}

#[test]
fn the_page_loads_nothing_but_its_own_files() {
    let configuration = json("tauri.conf.json");
    let policy = configuration["app"]["security"]["csp"].as_object().unwrap();
    assert_eq!(policy["default-src"], "'none'");
    for (directive, sources) in policy {
        for source in sources.as_str().unwrap().split(' ') {
            let is_own = ["'none'", "'self'"].contains(&source);
            let is_way_to_the_app = directive == "connect-src" && ["ipc:", "http://ipc.localhost"].contains(&source);
            assert!(is_own || is_way_to_the_app, "{directive} {source}");
        }
    }
    assert_eq!(configuration["app"]["security"]["freezePrototype"], true);
    assert!(configuration["app"].get("withGlobalTauri").is_none(), "Tauri is put where any script finds it");
}

#[test]
fn the_page_keeps_nothing_in_the_storage_of_the_web_view() {
    let all = crate::sources("ui/src", &[".ts", ".js", ".svelte"]);
    let is_kept = |line: &str| {
        ["localStorage", "sessionStorage", "indexedDB", "document.cookie"].iter().any(|word| line.contains(word))
    };
    crate::assert_none("something is kept in the web view", &crate::faults(&all, is_kept));
}
