//! The support bundle: it says how an installation stands and tells nothing of anybody.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::{collections::BTreeSet, fs, io::Read};

use books::{
    Fact,
    document::{Address, Customer},
};
use serde_json::{Value, json};
use sync::support::{GONE, diagnostics, save_diagnostics};

use crate::support::{World, id, mugs, paid};

/// What must never leave, in every form in which it may stand somewhere.
const PLANTED: &[&str] = &[
    "Åse",
    "Ødegård",
    "Anna",
    "Berg",
    "anna",
    "berg",
    "anna.berg@example.com",
    "example.com",
    "Storgata",
    "4711.25",
    "4,711.25",
    "4711,25",
    "4711",
    "shpat_0a1b2c3d4e5f",
    "shpss_deadbeef",
    "hunter2",
    "Harbour",
    "harbour-pine",
    "Pine.qbw",
    "MUG-SECRET",
];

fn planted_everywhere() -> World {
    let mut world = World::new();
    world.file_name = "C:\\Users\\Anna Berg\\Harbour & Pine.qbw".into();
    let mut order = paid(mugs(1001, 2));
    order.buyer = Some(Customer {
        display_name: "Åse Ødegård".into(),
        email: Some("anna.berg@example.com".into()),
        ..Customer::default()
    });
    order.billing_address =
        Some(Address { name: "Anna Berg".into(), line1: "Storgata 1".into(), ..Address::default() });
    order.lines[0].item.sku = Some("MUG-SECRET".into());
    order.channel = "shpat_0a1b2c3d4e5f".into();
    world.sell(1001, &order);
    let customer = Customer { display_name: "Anna Berg".into(), ..Customer::default() };
    world.tell(id("Customer", 7), Fact::Customer(customer));
    world.pull();
    let hidden = json!({
        "Anna Berg": "4711.25",
        "token": "shpat_0a1b2c3d4e5f",
        "password": "hunter2",
        "shpss_deadbeef": true,
        "amounts": [4711.25, "4,711.25", "4711,25"],
        "e_mail": "anna.berg@example.com",
        "note": "posted for Anna Berg, Storgata 1: 4711.25",
        "order": "gid://shopify/Order/1001",
    });
    let now = world.now();
    world.store.set_setting("poll.minutes", &hidden, "for Anna Berg", now).unwrap();
    world.store.set_setting("shpss_deadbeef", &"anna.berg@example.com", "a test", now).unwrap();
    let run = world.store.begin_run("Anna Berg", now).unwrap();
    let outcome = store::RunOutcome { code: Some("hunter2".into()), ..store::RunOutcome::default() };
    world.store.finish_run(run, &outcome, now).unwrap();
    world
}

fn logs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let line = json!({
        "timestamp": "2026-11-27T10:00:00.123456Z",
        "level": "WARN",
        "target": "sync::engine",
        "fields": {
            "message": "sign-in failed for Anna Berg at Storgata 1 with hunter2",
            "error": "Harbour & Pine.qbw: anna.berg@example.com owes 4,711.25",
            "entry": "sale:gid://shopify/Order/1001",
            "shpat_0a1b2c3d4e5f": "shpss_deadbeef",
            "status": 3170,
            "rate": 4711.25,
        },
    });
    let plain = "2026-11-27T10:00:00Z ERROR sync::engine: the database was damaged name=\"Åse Ødegård\" \
                 token=shpat_0a1b2c3d4e5f txn=1A2B-1790000001 total=4711,25 anna harbour-pine.myshopify.com MUG-SECRET";
    fs::write(folder.path().join("Anna Berg.log"), format!("{line}\n{plain}\n")).unwrap();
    fs::write(folder.path().join("broken.log"), b"\xff\xfe Anna Berg \xc3").unwrap();
    fs::create_dir(folder.path().join("Berg")).unwrap();
    folder
}

#[test]
fn nothing_of_anybody_is_in_the_bundle_wherever_it_was_planted() {
    let (world, logs) = (planted_everywhere(), logs());
    let files = diagnostics(&world.store, logs.path(), world.now()).unwrap();
    assert!(files.len() >= 5, "{files:?}");
    for file in &files {
        for secret in PLANTED {
            for text in [&file.text, &file.name] {
                assert!(!text.contains(secret), "{secret} is in {}:\n{}", file.name, file.text);
            }
        }
    }
}

#[test]
fn the_bundle_says_what_support_needs() {
    let (world, logs) = (planted_everywhere(), logs());
    let files = diagnostics(&world.store, logs.path(), world.now()).unwrap();
    let text = |name: &str| files.iter().find(|file| file.name == name).unwrap().text.as_str();
    let value = |name: &str| -> Value { serde_json::from_str(text(name)).unwrap() };

    let summary = value("summary.json");
    assert_eq!(summary["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(summary["schema_version"], world.store.schema_version().unwrap());
    assert_eq!(summary["documents"]["order"], 1);
    assert!(summary["quickbooks"]["product"].as_str().unwrap().contains("QuickBooks"));
    assert!(summary["lists"].as_array().unwrap().iter().any(|list| list["kind"] == "Account"));
    assert!(summary["audit"]["Whole"]["rows"].as_u64().unwrap() > 0);
    let runs = value("runs.json");
    assert_eq!((&runs[0]["trigger"], &runs[0]["problem"]["code"]), (&json!(GONE), &json!(GONE)));
    assert!(runs[0]["started_at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    let settings = value("settings.json");
    assert_eq!(settings["poll.minutes"]["value"]["order"], "gid://shopify/Order/1001", "ids are kept");
    assert_eq!(settings[GONE], 1, "all settings but the planted one are named: {settings}");
    assert_eq!(settings["mapping"]["customers"]["mode"], "detailed");

    let logs: BTreeSet<&str> =
        files.iter().filter(|file| file.name.starts_with("logs/")).flat_map(|file| file.text.lines()).collect();
    let told = logs.iter().copied().collect::<Vec<_>>().join("\n");
    for kept in [
        "2026-11-27T10:00:00.123456Z",
        "WARN",
        "sync::engine",
        "sign-in failed for",
        "sale:gid://shopify/Order/1001",
        "3170",
        "ERROR",
        "the database was damaged",
        "1A2B-1790000001",
    ] {
        assert!(told.contains(kept), "{kept} is missing:\n{told}");
    }
}

#[test]
fn the_zip_holds_the_files_that_were_shown_word_for_word() {
    let world = planted_everywhere();
    let folder = tempfile::tempdir().unwrap();
    let files = diagnostics(&world.store, &folder.path().join("no logs yet"), world.now()).unwrap();
    let to = folder.path().join("bundle.zip");
    save_diagnostics(&files, &to).unwrap();
    let mut zip = zip::ZipArchive::new(fs::File::open(&to).unwrap()).unwrap();
    assert_eq!(zip.len(), files.len());
    for file in &files {
        let mut text = String::new();
        zip.by_name(&file.name).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, file.text);
    }
    let error = save_diagnostics(&files, folder.path()).unwrap_err();
    assert_eq!(error.message.code, "export.not_written");
}
