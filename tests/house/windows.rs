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
fn what_the_installer_says_fits_into_it_in_both_languages() {
    let installer = fs::read_to_string(root().join("src-tauri/windows/installer.wxs")).unwrap();
    let name = config()["productName"].as_str().unwrap().to_owned();
    let mut messages = Vec::new();
    for part in installer.split("Message=\"").skip(1) {
        messages.push(part.split('"').next().unwrap().replace("{{product_name}}", &name));
    }
    assert_eq!(messages.len(), 4, "{messages:#?}");
    for message in messages {
        assert!(message.encode_utf16().count() <= 255, "Windows cuts it off: {message}");
        assert!(message.contains(" / "), "one language only: {message}");
    }
}

#[test]
fn the_installer_and_the_app_start_it_with_windows_in_the_same_way() {
    let installer = fs::read_to_string(root().join("src-tauri/windows/installer.wxs")).unwrap();
    let app = fs::read_to_string(root().join("src-tauri/src/system.rs")).unwrap();
    let hidden = app.split("pub const HIDDEN: &str = \"").nth(1).unwrap().split('"').next().unwrap();
    assert!(
        installer.contains(&format!("Value=\"&quot;[#App]&quot; {hidden}\"")),
        "another command line than {hidden}"
    );
    assert!(app.contains(&format!("set_app_name(\"{}\")", config()["productName"].as_str().unwrap())));
}

#[test]
fn the_version_is_said_once() {
    let config = config();
    assert_eq!(config.get("version"), None, "Cargo.toml says the version; a second place would contradict it one day");
    assert_eq!(config["bundle"]["windows"]["wix"].get("version"), None);
}
