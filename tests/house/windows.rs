//! What Windows knows the product by, which no release may change.

use std::fs;

use serde_json::Value;

use crate::{assert_none, root};

/// By this Windows finds the version that is there and replaces it. Changed once, every merchant would have two.
const UPGRADE_CODE: &str = "6A9F2B90-A82C-473E-BF93-445608541DBA";

/// By this the data folder and the app's notifications are named.
const IDENTIFIER: &str = "app.tillbridge.desktop";

/// By these Windows knows which file, key and shortcut belongs to which part of the product.
const COMPONENTS: &[(&str, &str)] = &[
    ("App", "B9E0F1C6-5C1B-4B41-9B0C-5B0B7A6E7D01"),
    ("CommandLine", "B9E0F1C6-5C1B-4B41-9B0C-5B0B7A6E7D02"),
    ("WebView2Loader", "B9E0F1C6-5C1B-4B41-9B0C-5B0B7A6E7D03"),
    ("Registration", "B9E0F1C6-5C1B-4B41-9B0C-5B0B7A6E7D04"),
    ("Autostart", "B9E0F1C6-5C1B-4B41-9B0C-5B0B7A6E7D05"),
    ("StartMenu", "B9E0F1C6-5C1B-4B41-9B0C-5B0B7A6E7D06"),
];

fn config() -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("tauri.conf.json")).unwrap()).unwrap()
}

#[test]
fn windows_will_always_know_the_product() {
    let config = config();
    assert_eq!(config["bundle"]["windows"]["wix"]["upgradeCode"], UPGRADE_CODE);
    assert_eq!(config["identifier"], IDENTIFIER);
}

#[test]
fn windows_will_always_know_its_parts() {
    let installer = fs::read_to_string(root().join("src-tauri/windows/installer.wxs")).unwrap();
    let missing = COMPONENTS
        .iter()
        .filter(|(name, guid)| !installer.contains(&format!("<Component Id=\"{name}\" Guid=\"{guid}\"")))
        .map(|(name, _)| format!("{name} has another GUID"))
        .collect::<Vec<_>>();
    assert_none("a part of the product that Windows would not know again", &missing);
    let parts = installer.matches("<Component ").count();
    assert_eq!(parts, COMPONENTS.len(), "a new part gets a GUID of its own, and a line here");
}

#[test]
fn the_version_is_said_once() {
    let config = config();
    assert_eq!(config.get("version"), None, "Cargo.toml says the version; a second place would contradict it one day");
    assert_eq!(config["bundle"]["windows"]["wix"].get("version"), None);
}
