//! From the app token to the reset, as commands: each says what is wrong and what to do, and nothing of the secret.

use std::fs;

use simulator::connector::End;
use whole_system_tests::{Program, World, trade};

const TOKEN: &str = "q8R-2dd4f1f0_9b";

/// A world in which the app token is not in an environment variable.
fn world() -> World {
    let world = World::new(&trade(5));
    world.reconfigure("password = { environment = \"TILLBRIDGE_QUICKBOOKS_PASSWORD\" }\n", "");
    world
}

fn paste(world: &World, text: &str, more: &[&str]) -> whole_system_tests::Ended {
    let data = world.data();
    let mut arguments = vec!["token", "--paste", "--secrets", "file", "--data-dir", &data];
    arguments.extend(more);
    Program::feed(&arguments, text)
}

fn stage(world: &World) -> String {
    world.ask(&["token", "--json"]).json()["stage"].as_str().unwrap().to_owned()
}

#[test]
fn a_token_is_given_proven_by_a_session_replaced_and_revoked_while_the_engine_runs() {
    let mut world = world();
    // The data folder's file of secrets is asked for by name: a test has no credential store of its own.
    let given = paste(&world, &format!("  {TOKEN}\r\n"), &[]);
    assert_eq!(given.code, 0, "{given:?}");
    assert!(!format!("{given:?}").contains(TOKEN), "{given:?}");
    assert_eq!(stage(&world), "waiting");
    world.start();
    let session =
        |world: &mut World, token: &str| world.session_with(|connector, _| connector.password = token.to_owned()).end;
    assert_eq!(session(&mut world, TOKEN), End::Done);
    assert_eq!(stage(&world), "proven");

    let again = paste(&world, "another-token", &[]);
    assert_eq!(again.code, 1, "a proven token is not replaced by mistake: {again:?}");
    assert_eq!(paste(&world, "another-token", &["--replace"]).code, 0);
    assert_eq!(session(&mut world, TOKEN), End::NotAValidUser, "the old token still opens");
    assert!(world.attention().contains(&"token.refused.other".to_owned()), "{:?}", world.attention());
    assert_eq!(session(&mut world, "another-tokenanother-token"), End::NotAValidUser);
    assert!(world.attention().contains(&"token.refused.twice".to_owned()));
    assert_eq!(stage(&world), "waiting");
    assert_eq!(session(&mut world, "another-token"), End::Done);
    assert_eq!(stage(&world), "proven");
    assert!(world.attention().iter().all(|code| !code.starts_with("token.")), "{:?}", world.attention());

    assert_eq!(world.ask(&["token", "--revoke"]).code, 0);
    assert_eq!(session(&mut world, "another-token"), End::NotAValidUser);
    assert!(world.attention().contains(&"token.refused.none".to_owned()));
    for secret in [TOKEN, "another-token"] {
        assert!(!world.problems().contains(secret), "a token is in the log");
        assert!(!world.ask(&["diagnostics"]).out.contains(secret));
    }
}

#[test]
fn what_is_wrong_with_a_pasted_token_is_told_and_nothing_is_kept() {
    let world = world();
    for (pasted, told) in [
        ("", "empty field"),
        ("two words in it", "blanks"),
        (&TOKEN.repeat(2), "twice"),
        ("\"q8R-2dd4f1f0_9b\"", "quotation marks"),
    ] {
        let ended = paste(&world, pasted, &[]);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(told == "empty field" || ended.problems.contains(told), "{ended:?}");
        assert!(!ended.problems.contains("q8R"), "the token is shown: {ended:?}");
    }
    assert!(!world.data_path().join("secrets").exists());
}

#[test]
fn a_generated_token_is_printed_once_and_lets_quickbooks_in() {
    let mut world = world();
    let made = world.ask(&["token", "--generate", "--secrets", "file"]);
    assert_eq!(made.code, 0, "{made:?}");
    let token = made.out.lines().next().unwrap().to_owned();
    assert_eq!(token.len(), 29, "{made:?}");
    assert!(!world.ask(&["token"]).out.contains(&token), "it is shown again");
    world.start();
    assert_eq!(world.session_with(|connector, _| connector.password = token).end, End::Done);
}

#[test]
fn where_the_configuration_takes_the_token_from_the_environment_no_other_is_kept() {
    let world = World::new(&trade(5));
    assert_eq!(stage(&world), "waiting");
    let ended = world.ask(&["token", "--generate", "--replace"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.problems.contains("TILLBRIDGE_QUICKBOOKS_PASSWORD"), "{ended:?}");
}

#[test]
fn the_shops_secret_can_be_kept_in_a_file_of_the_data_folder() {
    let world = World::new(&trade(5));
    world.reconfigure("{ environment = \"TILLBRIDGE_SHOP_SECRET\" }", "{ file = \"shop\" }");
    let run = world.ask(&["run", "--once"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.problems.contains("file shop"), "{run:?}");
    let kept = Program::feed(&["secret", "--data-dir", &world.data()], "simulated-secret\n");
    assert_eq!(kept.code, 0, "{kept:?}");
    let points = world.ask(&["preflight", "--json"]).json();
    let shop = points["points"].as_array().unwrap().iter().find(|point| point["check"] == "shop").unwrap();
    assert_eq!(shop["finding"], "found", "{points}");
}

fn finding(world: &World, check: &str) -> (String, String) {
    let found = world.ask(&["preflight", "--json"]).json();
    let point = found["points"].as_array().unwrap().iter().find(|point| point["check"] == check).unwrap().clone();
    (point["finding"].as_str().unwrap().to_owned(), point["message"]["code"].as_str().unwrap().to_owned())
}

#[test]
fn preflight_says_what_it_can_before_and_after_quickbooks_has_called() {
    let mut world = World::new(&trade(5));
    let before = world.ask(&["preflight"]);
    assert_eq!(before.code, 0, "what nobody can say yet is in nobody's way: {before:?}");
    assert!(before.out.contains("has not called yet"), "{before:?}");
    assert_eq!(finding(&world, "clock"), ("found".into(), "preflight.clock.right".into()));
    world.finish();
    world.kill();
    for check in
        ["product", "release", "edition", "company_file", "sales_tax", "tax_item", "shop", "scopes", "currency"]
    {
        assert_eq!(finding(&world, check).0, "found", "{check}");
    }
    assert_eq!(finding(&world, "pos_migration").0, "cant_tell");
    assert_eq!(world.ask(&["preflight", "--confirm", "no-pos"]).code, 0);
    assert_eq!(finding(&world, "same_computer"), ("found".into(), "preflight.pos.none".into()));
    world.shop.change(|settings| {
        settings.scopes.remove("read_products");
    });
    let missing = world.ask(&["preflight", "--language", "nb"]);
    assert_eq!(missing.code, 1, "{missing:?}");
    assert!(missing.out.contains("read_products") && missing.out.contains("Appen får ikke lese"), "{missing:?}");
}

#[test]
fn the_tax_item_of_0_percent_is_made_when_it_is_asked_for() {
    let mut world = World::new(&trade(5));
    world.reconfigure("footer = \"Sales Tax\"", "footer = \"Shopify Tax\"");
    assert_eq!(world.ask(&["preflight", "--create-tax-item"]).code, 0);
    world.finish();
    world.kill();
    assert_eq!(finding(&world, "tax_item"), ("found".into(), "preflight.tax_item.found".into()));
    world.assert_exactly_once();
}

#[test]
fn a_reset_needs_a_code_of_support() {
    let mut world = World::new(&trade(5));
    let early = world.ask(&["reset"]);
    assert_eq!(early.code, 1, "{early:?}");
    assert!(early.problems.contains("not paired"), "{early:?}");
    world.finish();
    world.kill();
    let request = world.ask(&["reset", "--json"]).json();
    let text = request["request"].as_str().unwrap();
    assert!(text.len() < 50, "{text}");
    let posted = world.company.transactions().len();
    let wrong = world.ask(&["reset", "--code", text]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    let backups = world.data_path().join("backups");
    let made = fs::read_dir(backups).unwrap().flatten();
    let for_reset = made.filter(|file| file.file_name().to_string_lossy().starts_with("before-reset")).count();
    assert_eq!((for_reset, world.company.transactions().len()), (0, posted));
}
