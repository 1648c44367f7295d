#![allow(clippy::unwrap_used)]
use books::ListObject;
use jiff::civil::date;

use super::*;
use crate::{messages::Language, source::SourceError};

const NOON: &str = "2026-11-27T12:00:00Z";

fn company() -> Company {
    Company {
        file_name: "C:\\shop.qbw".into(),
        name: "Harbour & Pine".into(),
        product: "QuickBooks Premier 2024".into(),
        release: "34.0".into(),
        edition: Some(crate::company::Edition::Premier),
        country: Some("US".into()),
        qbxml_versions: vec!["12.0".into(), "13.0".into(), "16.0".into()],
        single_user: Some(true),
        sales_tax: true,
        sales_tax_item: Some("Sales Tax".into()),
        ..Company::default()
    }
}

fn tax_item(name: &str, rate: &str) -> ListObject {
    ListObject {
        id: qbxml::ListId::new("80000001-1"),
        space: NameSpace::Item,
        kind: "ItemSalesTax".into(),
        full_name: name.into(),
        active: true,
        account: Some(rate.into()),
        asset: None,
    }
}

fn facts() -> Facts {
    Facts {
        company: Some(company()),
        pairing: Some(Pairing { file_name: "C:\\shop.qbw".into(), paired_at: Timestamp::UNIX_EPOCH }),
        trouble: None,
        is_called: false,
        tax_items: vec![tax_item("Sales Tax", "0")],
        footer: Some(tax_item("Sales Tax", "0")),
        footer_wanted: false,
        confirmed: Confirmed { no_pos: Some(Timestamp::UNIX_EPOCH), ..Confirmed::default() },
        mapping: Mapping::default(),
        start: Some(date(2026, 1, 1)),
    }
}

fn probe() -> Probe {
    Probe {
        name: "Harbour & Pine".into(),
        currency: "USD".into(),
        time_zone: "America/New_York".into(),
        missing: Vec::new(),
        clock_ahead: Some(SignedDuration::from_secs(1)),
    }
}

fn here() -> Surroundings {
    Surroundings {
        now: NOON.parse().unwrap(),
        time_zone: TimeZone::get("America/Toronto").unwrap(),
        point_of_sale: None,
    }
}

struct World {
    facts: Facts,
    probe: Result<Probe, Unseen>,
    here: Surroundings,
}

impl World {
    fn new() -> Self {
        Self { facts: facts(), probe: Ok(probe()), here: here() }
    }

    fn points(&self) -> Vec<Point> {
        self.facts.points(&self.probe, &self.here)
    }

    /// Finding and code of one point, in a world that differs from the good one by `change`.
    fn told(check: Check, change: impl FnOnce(&mut Self)) -> (Finding, String) {
        let mut world = Self::new();
        change(&mut world);
        let points = world.points();
        let point = points.into_iter().find(|point| point.check == check).unwrap();
        for language in Language::ALL {
            let text = point.message.text(language);
            assert!(!text.contains('{') && text != point.message.code, "a fact or the words are missing: {text}");
        }
        (point.finding, point.message.code)
    }
}

fn of_company(change: impl FnOnce(&mut Company)) -> impl FnOnce(&mut World) {
    move |world| change(world.facts.company.as_mut().unwrap())
}

fn of_probe(change: impl FnOnce(&mut Probe)) -> impl FnOnce(&mut World) {
    move |world| change(world.probe.as_mut().unwrap())
}

macro_rules! assert_told {
    ($check:ident, $change:expr, $finding:ident, $code:literal) => {
        assert_eq!(World::told(Check::$check, $change), (Finding::$finding, $code.to_owned()));
    };
}

#[test]
fn where_all_is_well_every_point_is_found() {
    for point in World::new().points() {
        assert_eq!(point.finding, Finding::Found, "{point:?}");
        assert_eq!(point.remedy, None);
    }
    assert_eq!(World::new().points().len(), 15);
}

#[test]
fn before_quickbooks_has_called_nobody_can_say_what_it_would() {
    let mut world = World::new();
    world.facts = Facts { company: None, pairing: None, footer: None, tax_items: Vec::new(), ..facts() };
    let points = world.points();
    assert_eq!(points.len(), 15);
    let unknown = points.iter().filter(|point| point.message.code == "preflight.not_called").count();
    assert_eq!(unknown, 9);
    world.facts.is_called = true;
    let asked = world.points().into_iter().filter(|point| point.message.code == "preflight.not_asked").count();
    assert_eq!(asked, 9, "of the Web Connector nothing is said where QuickBooks is called");
    world.facts.is_called = false;
    assert!(Preflight { points }.is_clear(), "what nobody can say is in nobody's way");
    let trouble = Message::new("company.paired_elsewhere").with("file", "a.qbw");
    let left = |world: &mut World| {
        world.facts.company = None;
        world.facts.trouble = Some(trouble);
    };
    assert_told!(CompanyFile, left, NotFound, "company.paired_elsewhere");
}

#[test]
fn another_product_than_quickbooks_desktop_is_told_apart() {
    assert_told!(
        Product,
        of_company(|c| c.product = "QuickBooks Point of Sale 19.0".into()),
        NotFound,
        "preflight.product.pos"
    );
    assert_told!(Product, of_company(|c| c.product = "QuickBooks Online".into()), NotFound, "preflight.product.online");
    assert_told!(Edition, of_company(|c| c.edition = None), CantTell, "preflight.edition.unknown");
}

#[test]
fn an_older_release_works_as_long_as_it_takes_what_is_written_to_it() {
    assert_told!(Release, of_company(|c| c.release = "35.0".into()), Found, "preflight.release.newest");
    assert_told!(Release, of_company(|c| c.release = "31.0".into()), Found, "preflight.release.older");
    let too_old = |c: &mut Company| (c.release, c.qbxml_versions) = ("22.0".into(), vec!["12.0".into()]);
    assert_told!(Release, of_company(too_old), NotFound, "preflight.release.too_old");
    assert_told!(Release, of_company(|c| c.qbxml_versions.clear()), CantTell, "preflight.release.unknown");
    assert_told!(Release, of_company(|c| c.release = "?".into()), CantTell, "preflight.release.unknown");
}

#[test]
fn the_company_file_is_the_paired_one_and_no_sample() {
    assert_told!(CompanyFile, of_company(|c| c.sample = true), NotFound, "preflight.company_file.sample");
    let wrong = |world: &mut World| {
        let trouble = Message::new("company.wrong_file").with("file", "b").with("expected", "a");
        world.facts.trouble = Some(trouble);
    };
    assert_told!(CompanyFile, wrong, NotFound, "company.wrong_file");
    assert_told!(CompanyFile, |world: &mut World| world.facts.pairing = None, Found, "preflight.company_file.open");
    assert_told!(FileMode, of_company(|c| c.single_user = Some(false)), Found, "preflight.mode.several");
    assert_told!(FileMode, of_company(|c| c.single_user = None), CantTell, "preflight.mode.unknown");
}

#[test]
fn sales_tax_is_on_and_has_an_item_of_0_percent() {
    assert_told!(SalesTax, of_company(|c| c.sales_tax = false), NotFound, "company.sales_tax_off");
    let footer = |item: Option<ListObject>| move |world: &mut World| world.facts.footer = item;
    let kind = |kind: &str| ListObject { kind: kind.into(), ..tax_item("Sales Tax", "0") };
    assert_told!(TaxItem, footer(Some(tax_item("sales tax", "0.00"))), Found, "preflight.tax_item.found");
    assert_told!(TaxItem, footer(Some(tax_item("Sales Tax", "8.25"))), NotFound, "preflight.tax_item.taxed");
    assert_told!(TaxItem, footer(Some(kind("ItemSalesTaxGroup"))), NotFound, "preflight.tax_item.taken");
    let inactive = ListObject { active: false, ..tax_item("Sales Tax", "0") };
    assert_told!(TaxItem, footer(Some(inactive)), NotFound, "preflight.tax_item.taken");
    let other = |world: &mut World| {
        world.facts.footer = None;
        world.facts.tax_items = vec![tax_item("State", "4"), tax_item("Exempt", "0")];
    };
    assert_told!(TaxItem, other, NotFound, "preflight.tax_item.other");
    let none = |world: &mut World| (world.facts.footer, world.facts.tax_items) = (None, Vec::new());
    assert_told!(TaxItem, none, NotFound, "preflight.tax_item.missing");
    let wanted = |world: &mut World| (world.facts.footer, world.facts.footer_wanted) = (None, true);
    assert_told!(TaxItem, wanted, CantTell, "preflight.tax_item.wanted");
}

#[test]
fn a_closed_period_matters_where_orders_would_fall_into_it() {
    let closed = |at| of_company(move |c: &mut Company| c.closing_date = Some(at));
    assert_told!(ClosingDate, closed(date(2025, 12, 31)), Found, "preflight.closing_date.before");
    assert_told!(ClosingDate, closed(date(2026, 1, 1)), NotFound, "preflight.closing_date.held");
    let moved = |world: &mut World| {
        world.facts.company.as_mut().unwrap().closing_date = Some(date(2026, 1, 1));
        world.facts.mapping.documents.closed_period = ClosedPeriod::FirstOpenDay;
    };
    assert_told!(ClosingDate, moved, Found, "preflight.closing_date.moved");
}

#[test]
fn the_shop_lets_us_in_and_tells_what_is_needed() {
    let fails = |code: &str, passing| {
        let message = Message::new(code).with("problem", "no");
        move |world: &mut World| {
            let error = ConnectError::Source(SourceError { message, passing, only_this_feed: false });
            world.probe = Err(Unseen::from(&error));
        }
    };
    assert_told!(Shop, fails("shop.sign_in", false), NotFound, "shop.sign_in");
    assert_told!(Shop, fails("shop.offline", true), CantTell, "shop.offline");
    assert_told!(Scopes, fails("shop.offline", true), CantTell, "preflight.shop.unknown");
    let none = |world: &mut World| world.probe = Err(Unseen::not_connected());
    assert_told!(Scopes, none, CantTell, "preflight.shop.not_connected");
    assert_told!(Currency, none, CantTell, "preflight.shop.not_connected");
    assert_told!(TimeZone, none, CantTell, "preflight.shop.not_connected");
    assert_told!(Clock, none, CantTell, "preflight.shop.not_connected");
    let missing =
        ["read_products", "read_locations"].map(|scope| Message::new("shop.missing_scope").with("scope", scope));
    assert_told!(Scopes, of_probe(|probe| probe.missing = missing.to_vec()), NotFound, "shop.missing_scope");
    let kept_back = vec![Message::new("shop.buyers_not_told")];
    assert_told!(Scopes, of_probe(|probe| probe.missing = kept_back), Found, "shop.buyers_not_told");
}

#[test]
fn shop_and_books_have_the_same_currency() {
    let several = |name: &str| {
        let name = name.to_owned();
        of_company(|c: &mut Company| (c.multi_currency, c.home_currency) = (true, Some(name)))
    };
    assert_told!(Currency, several("US Dollar"), Found, "preflight.currency.same");
    assert_told!(Currency, several("Euro"), NotFound, "preflight.currency.differs");
    assert_told!(Currency, several("Shell Money"), CantTell, "preflight.currency.unknown");
    assert_told!(Currency, of_company(|c| c.country = Some("CA".into())), CantTell, "preflight.currency.not_told");
    assert_told!(Currency, of_probe(|probe| probe.currency = "EUR".into()), NotFound, "preflight.currency.differs");
}

#[test]
fn the_clock_is_right_to_two_minutes_and_another_time_zone_is_told() {
    let ahead =
        |seconds| of_probe(move |probe: &mut Probe| probe.clock_ahead = Some(SignedDuration::from_secs(seconds)));
    assert_told!(Clock, ahead(-120), Found, "preflight.clock.right");
    assert_told!(Clock, ahead(-121), NotFound, "preflight.clock.fast");
    assert_told!(Clock, ahead(3600), NotFound, "preflight.clock.slow");
    assert_told!(Clock, of_probe(|probe| probe.clock_ahead = None), CantTell, "preflight.clock.unknown");
    let zone = |name: &str| {
        let name = name.to_owned();
        of_probe(|probe: &mut Probe| probe.time_zone = name)
    };
    assert_told!(TimeZone, zone("Europe/Oslo"), Found, "preflight.time_zone.differs");
    assert_told!(TimeZone, zone("Mars/Olympus"), CantTell, "preflight.time_zone.unknown");
}

#[test]
fn what_only_the_merchant_knows_she_confirms() {
    let with = |confirmed: Confirmed, traces| {
        move |world: &mut World| (world.facts.confirmed, world.here.point_of_sale) = (confirmed, traces)
    };
    let at = Some(Timestamp::UNIX_EPOCH);
    let nothing = Confirmed::default();
    assert_told!(PosMigration, with(nothing, None), CantTell, "preflight.pos.migration_unknown");
    assert_told!(SameComputer, with(nothing, None), CantTell, "preflight.pos.computer_unknown");
    assert_told!(SameComputer, with(nothing, Some(false)), CantTell, "preflight.pos.not_here");
    assert_told!(SameComputer, with(nothing, Some(true)), Found, "preflight.pos.here");
    let migrated = Confirmed { pos_migration: at, ..nothing };
    assert_told!(PosMigration, with(migrated, None), Found, "preflight.pos.migrated");
    assert_told!(SameComputer, with(migrated, None), CantTell, "preflight.pos.computer_unknown");
    let same = Confirmed { same_computer: at, ..nothing };
    assert_told!(SameComputer, with(same, Some(false)), Found, "preflight.pos.same_computer");
    assert_told!(PosMigration, |_| {}, Found, "preflight.pos.none");
}

#[test]
fn the_folders_of_quickbooks_point_of_sale_give_it_away() {
    let folder = tempfile::tempdir().unwrap();
    let variable = |name: &str| (name == "ProgramData").then(|| folder.path().as_os_str().to_owned());
    assert_eq!(point_of_sale(|_| None), None);
    assert_eq!(point_of_sale(variable), Some(false));
    fs::create_dir_all(folder.path().join("Intuit").join("QuickBooks Enterprise Solutions 24.0")).unwrap();
    assert_eq!(point_of_sale(variable), Some(false));
    fs::create_dir_all(folder.path().join("Intuit").join("QuickBooks Point of Sale 19.0")).unwrap();
    assert_eq!(point_of_sale(variable), Some(true));
}
