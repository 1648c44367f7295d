//! Preflight with what a session told, and the 0 % sales-tax item that is made when somebody wants it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use std::path::Path;

use books::{EntryKind, Mapping};
use jiff::{Timestamp, tz::TimeZone};
use simulator::company::{Company, Edition, Setup};
use store::{State, Store};
use support::{Way, World, by_hand};
use sync::{
    Config, Secrets,
    preflight::{self, Check, Confirmation, Finding, Preflight, Remedy, Surroundings},
};

fn here() -> Surroundings {
    Surroundings { now: Timestamp::UNIX_EPOCH, time_zone: TimeZone::UTC, point_of_sale: None }
}

/// The preflight of a world whose shop can't be reached.
fn look(world: &World) -> Preflight {
    let config = Config::parse(&sync::config::example()).unwrap();
    look_at(&world.store, &config)
}

fn look_at(store: &Store, config: &Config) -> Preflight {
    let secrets = Secrets::new(Path::new("none"), |_| None);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(preflight::preflight(store, Some(config), &secrets, &here())).unwrap()
}

#[test]
fn the_last_session_tells_what_quickbooks_has_to_say() {
    let world = World::new();
    let points = look(&world).points;
    let of = |check: Check| points.iter().find(|point| point.check == check).unwrap();
    assert_eq!(of(Check::Release).message.code, "preflight.release.newest");
    assert_eq!(of(Check::Edition).message.facts["edition"], "Premier");
    assert_eq!(of(Check::FileMode).message.code, "preflight.mode.single");
    assert_eq!(of(Check::CompanyFile).message.facts["file"], "C:\\shop.qbw");
    assert_eq!(of(Check::SalesTax).finding, Finding::Found);
    // The example's secret is not set: the shop is not asked.
    assert_eq!(
        (of(Check::Shop).finding, of(Check::Shop).message.code.as_str()),
        (Finding::NotFound, "config.no_secret")
    );
    assert_eq!(of(Check::Clock).finding, Finding::CantTell);
}

#[test]
fn every_edition_of_the_simulator_is_told_with_its_ceilings() {
    for (edition, name, names) in [(Edition::Pro, "pro", 14_500), (Edition::Enterprise, "enterprise", 100_000)] {
        let world = World::with(Setup::new(edition), Mapping::default());
        let company: serde_json::Value = world.store.setting("company").unwrap().unwrap();
        assert_eq!(company["edition"], name);
        assert!(company["names_ceiling"].as_u64().unwrap() >= names, "{company}");
        for list in ["accounts_ceiling", "classes_ceiling", "terms_ceiling", "payment_methods_ceiling"] {
            assert!(company[list].as_u64().unwrap() > 1000, "{company}");
        }
        assert_eq!(company["inventory_sites"], false);
        assert!(company["qbxml_versions"].as_array().unwrap().contains(&"13.0".into()));
    }
}

fn tax_items(company: &mut Company) -> usize {
    by_hand(company, "<ItemSalesTaxQueryRq/>").matches("<ItemSalesTaxRet>").count()
}

#[test]
fn a_sales_tax_item_of_0_percent_is_made_once_when_somebody_wants_it() {
    let mut config = Config::parse(&sync::config::example()).unwrap();
    config.mapping.tax.footer = "Shopify Tax".into();
    let mut world = World::with(Setup::new(Edition::Premier), config.mapping.clone());
    let before = tax_items(&mut world.company);
    let told = |world: &World| {
        let point = look_at(&world.store, &config).points.into_iter().find(|point| point.check == Check::TaxItem);
        point.map(|point| (point.finding, point.message.code, point.remedy)).unwrap()
    };
    let missing = (Finding::NotFound, "preflight.tax_item.other".to_owned(), Some(Remedy::CreateTaxItem));
    assert_eq!(told(&world), missing, "the company file has another one of 0 %");

    preflight::create_tax_item(&world.store, Timestamp::now()).unwrap();
    assert_eq!(told(&world).1, "preflight.tax_item.wanted");
    world.pull();
    // The answer is lost: it is asked for, and never made twice.
    world.session_with(|_, xml| if xml.contains("ItemSalesTaxAdd") { Way::AnswerLost } else { Way::Through });
    preflight::create_tax_item(&world.store, Timestamp::now()).unwrap();
    world.settle();
    world.settle();
    assert_eq!(tax_items(&mut world.company), before + 1);
    assert_eq!(told(&world), (Finding::Found, "preflight.tax_item.found".to_owned(), None));
    let items: Vec<_> = world.entries(State::Posted).into_iter().map(|row| (row.kind, row.title)).collect();
    assert_eq!(items, [(EntryKind::Item, "Shopify Tax".to_owned())]);
    world.assert_settled();
}

#[test]
fn what_is_confirmed_is_kept_with_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let now: Timestamp = "2026-11-27T09:30:00Z".parse().unwrap();
    let store = Store::open(folder.path(), now).unwrap().store;
    let config = Config::parse(&sync::config::example()).unwrap();
    let look = |check| look_at(&store, &config).points.into_iter().find(|point| point.check == check).unwrap();
    assert_eq!(look(Check::PosMigration).remedy, Some(Remedy::ConfirmPosMigration));
    preflight::confirm(&store, Confirmation::PosMigration, now).unwrap();
    let point = look(Check::PosMigration);
    assert_eq!((point.finding, point.message.facts["at"].as_str()), (Finding::Found, "2026-11-27 09:30 UTC"));
    assert_eq!(look(Check::SameComputer).finding, Finding::CantTell);
    preflight::confirm(&store, Confirmation::NoPos, now).unwrap();
    assert_eq!(look(Check::SameComputer).message.code, "preflight.pos.none");
    preflight::confirm(&store, Confirmation::SameComputer, now).unwrap();
    assert_eq!(look(Check::SameComputer).message.code, "preflight.pos.same_computer");
    assert_eq!(look(Check::PosMigration).finding, Finding::CantTell, "it is used after all");
}
