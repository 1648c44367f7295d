//! The commands, their exit codes and their words: 0 done, 1 something needs attention, 2 nothing was touched.

use std::fs;

use rust_decimal::Decimal;
use whole_system_tests::{Program, World, trade};

#[test]
fn the_demo_carries_a_shop_over_to_the_cent() {
    let demo = Program::ask(&["demo", "--orders", "120", "--json"]);
    assert_eq!(demo.code, 0, "{}", demo.problems);
    let summary = demo.json();
    assert_eq!(summary["ties_out"], true);
    assert_eq!(summary["orders_in_shop"], 120);
    for table in [&summary["tieout"]["rows"], &summary["books"], &summary["finance"]] {
        let rows = table.as_array().unwrap();
        assert!(!rows.is_empty(), "{summary}");
        for row in rows {
            assert_eq!(row["difference"].as_str().unwrap().parse::<Decimal>().unwrap(), Decimal::ZERO, "{row}");
        }
    }
    let again = Program::ask(&["demo", "--orders", "120", "--json"]).json();
    assert_eq!(again["tieout"]["rows"], summary["tieout"]["rows"], "the same seed gave other figures");
}

#[test]
fn the_demo_in_summary_mode_has_an_entry_a_day_and_the_same_figures() {
    let [detailed, summary] =
        ["detailed", "summary"].map(|mode| Program::ask(&["demo", "--orders", "120", "--mode", mode, "--json"]));
    assert_eq!(summary.code, 0, "{}", summary.problems);
    let (detailed, summary) = (detailed.json(), summary.json());
    assert_eq!(summary["ties_out"], true);
    assert_eq!(summary["finance"], detailed["finance"]);
    assert!(summary["posted"]["journal_entry"].as_u64().unwrap() > 30, "{summary}");
    assert!(summary["posted"]["sales_receipt"].is_null(), "{summary}");
}

#[test]
fn the_demo_keeps_its_world_in_a_folder_that_it_makes() {
    let scratch = tempfile::tempdir().unwrap();
    let kept = scratch.path().join("new").join("kept");
    let demo = Program::ask(&["demo", "--orders", "10", "--keep", kept.to_str().unwrap()]);
    assert_eq!(demo.code, 0, "{demo:?}");
    assert!(demo.out.contains("SIMULATED"), "{demo:?}");
    let data = kept.join("data");
    let status = Program::ask(&["status", "--json", "--data-dir", data.to_str().unwrap()]);
    assert_eq!((status.code, &status.json()["documents"]), (0, &10.into()));
}

/// A folder that nobody can make, whoever runs the tests.
#[cfg(target_os = "linux")]
const PROTECTED: &str = "/sys/tillbridge";

#[cfg(target_os = "linux")]
#[test]
fn a_write_protected_data_folder_is_told_with_what_to_do() {
    let world = World::new(&trade(1));
    let answers = world.folder().join("answers.toml");
    let refused = Program::ask(&["init", "--data-dir", PROTECTED, "--config", answers.to_str().unwrap()]);
    assert_eq!(refused.code, 1, "{refused:?}");
    for words in [PROTECTED, "write protection", "start Tillbridge again"] {
        assert!(refused.problems.contains(words), "{refused:?}");
    }
}

#[test]
fn a_second_engine_on_the_same_data_says_so() {
    let mut world = World::new(&trade(20));
    world.start();
    let second = world.ask(&["run", "--once"]);
    assert_eq!(second.code, 1, "{second:?}");
    assert!(second.problems.contains("Another Tillbridge"), "{second:?}");
    world.settle();
    world.assert_exactly_once();
}

#[test]
fn a_folder_where_nothing_is_set_up_is_told_and_stays_as_it_is() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("nothing");
    let data = folder.to_str().unwrap();
    for command in [&["run"][..], &["qwc"]] {
        let mut arguments = command.to_vec();
        arguments.extend(["--data-dir", data]);
        let ended = Program::ask(&arguments);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.problems.contains("init"), "{ended:?}");
    }
    assert!(!folder.exists());
}

#[test]
fn a_wrong_configuration_is_refused_before_anything_is_made() {
    let world = World::new(&trade(5));
    let good = fs::read_to_string(world.data_path().join("config.toml")).unwrap();
    let folder = world.folder().join("new");
    let wrong = [
        ("user_name", "usr_name", "user_name"),
        ("start_date = \"2025-01-01\"", "start_date = \"yesterday\"", "start_date"),
        (".myshopify.com", ".example.com", "shop.address"),
        ("TILLBRIDGE_QUICKBOOKS_PASSWORD", "TILLBRIDGE_NOT_SET", "TILLBRIDGE_NOT_SET"),
        ("[shop.sign_in]", "[shop.sign_in", "TOML"),
    ];
    for (right, wrong, told) in wrong {
        assert!(good.contains(right), "{right}");
        let file = world.folder().join("wrong.toml");
        fs::write(&file, good.replace(right, wrong)).unwrap();
        let ended = Program::ask(&["init", "--data-dir", folder.to_str().unwrap(), "--config", file.to_str().unwrap()]);
        assert_eq!(ended.code, 2, "{wrong}: {ended:?}");
        assert!(ended.problems.contains(told), "{wrong}: {ended:?}");
        assert!(!folder.exists(), "{wrong}");
    }
}

#[test]
fn init_names_what_the_shop_does_not_let_the_app_read() {
    let world = World::new(&trade(5));
    world.shop.change(|settings| {
        settings.scopes.remove("read_products");
    });
    let folder = world.folder().join("new");
    let config = world.data_path().join("config.toml");
    let ended = Program::ask(&["init", "--data-dir", folder.to_str().unwrap(), "--config", config.to_str().unwrap()]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.problems.contains("read_products"), "{ended:?}");
}

#[test]
fn a_wrong_shop_secret_is_told_and_nothing_is_made() {
    let world = World::new(&trade(5));
    let folder = world.folder().join("new");
    let config = world.data_path().join("config.toml");
    let ended = Program::ask_with(
        &["init", "--data-dir", folder.to_str().unwrap(), "--config", config.to_str().unwrap()],
        &[("TILLBRIDGE_SHOP_SECRET", "another")],
    );
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.problems.contains("sign-in"), "{ended:?}");
    assert!(!folder.exists());
    assert!(!ended.problems.contains("another"), "the secret is shown: {ended:?}");
}

#[test]
fn a_run_has_told_how_much_it_read_and_posted() {
    let mut world = World::new(&trade(20));
    world.finish();
    let history = world.ask(&["history", "--json"]).json();
    let runs = history.as_array().unwrap();
    let sum = |number: &str| runs.iter().map(|run| run[number].as_u64().unwrap()).sum::<u64>();
    assert!(sum("documents") >= 20, "{history}");
    assert_eq!(sum("posted"), world.status("posted") as u64, "{history}");
}

#[test]
fn support_gets_no_names_addresses_or_secrets() {
    let mut world = World::new(&trade(40));
    world.finish();
    let bundle = world.ask(&["diagnostics"]).out;
    for name in world.company.names("Customer").iter().filter(|name| *name != "Shopify Customer") {
        assert!(!bundle.contains(name.as_str()), "{name}");
    }
    for secret in ["simulated-secret", "typed-once", "shpat_"] {
        assert!(!bundle.contains(secret), "{secret}");
        assert!(!world.problems().contains(secret), "{secret}");
    }
}

#[test]
fn the_mapping_and_the_ceilings_are_told_and_chosen_on_the_command_line() {
    let scratch = tempfile::tempdir().unwrap();
    let kept = scratch.path().join("kept");
    let demo = Program::ask(&["demo", "--orders", "10", "--keep", kept.to_str().unwrap()]);
    assert_eq!(demo.code, 0, "{demo:?}");
    let data = kept.join("data");
    let data = data.to_str().unwrap();
    let mapping = Program::ask(&["mapping", "--json", "--data-dir", data]);
    assert_eq!(mapping.code, 0, "{mapping:?}");
    let json = mapping.json();
    let sales = json.as_array().unwrap().iter().find(|category| category["key"] == "sales").unwrap();
    assert_eq!((&sales["chosen"], &sales["state"]), (&"Merchandise Sales".into(), &"fine".into()));
    assert_eq!(sales["proposed"]["full_name"], "Merchandise Sales");

    let wrong = Program::ask(&["mapping", "--data-dir", data, "--set", "sales=Inventory Asset"]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.problems.contains("OtherCurrentAsset") && wrong.problems.contains("Income"), "{wrong:?}");
    let set = Program::ask(&["mapping", "--data-dir", data, "--set", "gateways.klarna=Undeposited Funds"]);
    assert_eq!(set.code, 0, "{set:?}");
    let history = Program::ask(&["mapping", "--history", "--json", "--data-dir", data]).json();
    assert_eq!(history[0]["version"], 2, "{history}");
    assert!(history[0]["changes"].to_string().contains("gateways.klarna"), "{history}");

    let ceilings = Program::ask(&["ceilings", "--json", "--data-dir", data]);
    assert_eq!(ceilings.code, 0, "{ceilings:?}");
    assert_eq!(ceilings.json()["lists"][0]["ceiling"], 14_500);
}
