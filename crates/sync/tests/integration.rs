//! The initial integration: looked at before it is started, started once, carried over in order, safe to stop anywhere.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use books::{
    EntryKind, Fact, Mapping, Purpose,
    document::{Customer, StockItem, StockLevel, Variant},
};
use jiff::civil::date;
use rust_decimal::Decimal;
use simulator::company::{AccountSetup, Company, Edition, Setup};
use store::State;
use sync::integration::{self, Integration, Plan, Stage};

use crate::support::{Way, World, bought_by, by_hand, id, money, mugs, paid};

const PLAN: Plan = Plan { from: date(2026, 1, 1), opening_stock: true };

fn mug() -> Variant {
    Variant {
        sku: Some("MUG".into()),
        product_title: "Mug".into(),
        price: money("10.00"),
        unit_cost: Some(money("4.00")),
        tracked: true,
        ..Variant::default()
    }
}

fn stock(variant: u64, on_hand: i64, committed: i64) -> Fact {
    let levels = vec![StockLevel { location: id("Location", 1), on_hand, committed }];
    let (variant, unit_cost) = (id("ProductVariant", variant), Some(money("4.00")));
    Fact::StockItem(StockItem { variant, tracked: true, unit_cost, levels })
}

/// A shop with a buyer who has bought two mugs, one that never bought, and seven mugs left of which one is promised.
fn told(world: &World) {
    world.tell(id("ProductVariant", 1), Fact::Variant(mug()));
    world.tell(id("ProductVariant", 2), Fact::Variant(Variant { sku: Some("LAMP".into()), ..mug() }));
    world.tell(id("InventoryItem", 1), stock(1, 7, 1));
    world.tell(id("InventoryItem", 2), stock(2, 3, 0));
    for (number, name) in [(7, "Ada Davis"), (8, "Grace Hopper")] {
        world.tell(
            id("Customer", number),
            Fact::Customer(Customer { display_name: name.into(), ..Customer::default() }),
        );
    }
    world.sell(1001, &bought_by(paid(mugs(1001, 2)), "Ada Davis"));
}

fn start(world: &World) -> Result<(), String> {
    let started = integration::start(&world.store, &Mapping::default(), PLAN, world.now());
    started.map_err(|error| error.message.code)
}

fn stage(world: &World) -> Stage {
    Integration::of(&world.store).unwrap().stage
}

/// Names of the requests that write, in the order of sending.
fn written(world: &World) -> Vec<String> {
    let requests = world.sent.iter().flat_map(|xml| xml.split('<')).filter_map(|tag| tag.split("Rq ").next());
    let writes = |name: &&str| ["Add", "Mod", "Del", "Void"].iter().any(|verb| name.ends_with(verb));
    requests.filter(writes).map(str::to_owned).collect()
}

#[test]
fn before_the_start_nothing_is_written_and_everything_can_be_looked_at() {
    let mut world = World::not_started(Setup::new(Edition::Premier));
    told(&world);
    for _ in 0..3 {
        world.settle();
    }
    assert_eq!(written(&world), Vec::<String>::new());
    assert!(world.balances().is_empty());

    let ready = world.entries(State::Ready);
    let count = |kind| ready.iter().filter(|row| row.kind == kind).count();
    assert_eq!((count(EntryKind::Customer), count(EntryKind::SalesReceipt)), (2, 1), "{ready:#?}");
    let opening = ready.iter().find(|row| row.kind == EntryKind::InventoryAdjustment).unwrap();
    // Six mugs are free and two were sold since, and there are three lamps: eleven at 4.00.
    assert_eq!(opening.total, money("44.00"));
    assert_eq!(opening.date, Some(PLAN.from));
}

#[test]
fn after_the_start_lists_go_first_then_the_opening_stock_then_the_sales() {
    let mut world = World::not_started(Setup::new(Edition::Premier));
    told(&world);
    world.settle();
    start(&world).unwrap();
    assert_eq!(stage(&world), Stage::Beginning);
    world.settle();
    world.settle();
    assert_eq!(stage(&world), Stage::Done);
    world.assert_settled();

    let order = written(&world);
    let place = |name: &str| order.iter().position(|written| written == name).unwrap_or_else(|| panic!("{order:?}"));
    let last = |name: &str| order.iter().rposition(|written| written == name).unwrap();
    assert!(place("DataExtDefAdd") < place("CustomerAdd"), "the company file knows first whose it is: {order:?}");
    assert!(last("CustomerAdd") < place("InventoryAdjustmentAdd"), "{order:?}");
    assert!(last("ItemInventoryAdd") < place("InventoryAdjustmentAdd"), "{order:?}");
    assert!(place("InventoryAdjustmentAdd") < place("SalesReceiptAdd"), "{order:?}");
    assert_eq!(
        order.iter().filter(|name| *name == "CustomerAdd").count(),
        2,
        "buyers are carried over once: {order:?}"
    );
}

#[test]
fn the_stock_in_the_books_is_what_the_shop_has_and_has_not_promised() {
    let mut world = World::not_started(Setup::new(Edition::Premier));
    told(&world);
    world.settle();
    start(&world).unwrap();
    world.settle();
    let stock = world.company.stock();
    assert_eq!((stock["MUG"].quantity, stock["MUG"].value), (Decimal::from(6), Decimal::from(24)));
    assert_eq!((stock["LAMP"].quantity, stock["LAMP"].value), (Decimal::from(3), Decimal::from(12)));
    assert_eq!(world.balances()["Opening Balance Equity"], Decimal::from(-44));
    assert_eq!(world.balances()["Cost of Goods Sold"], Decimal::from(8));
}

#[test]
fn stock_that_quickbooks_keeps_already_is_left_as_it_is() {
    let mut world = World::not_started(Setup::new(Edition::Premier));
    world.by_hand(
        "<ItemInventoryAddRq><ItemInventoryAdd><Name>LAMP</Name><IncomeAccountRef><FullName>Merchandise Sales</FullName>\
         </IncomeAccountRef><COGSAccountRef><FullName>Cost of Goods Sold</FullName></COGSAccountRef><AssetAccountRef>\
         <FullName>Inventory Asset</FullName></AssetAccountRef></ItemInventoryAdd></ItemInventoryAddRq>\
         <InventoryAdjustmentAddRq><InventoryAdjustmentAdd><AccountRef><FullName>Inventory Shrinkage</FullName></AccountRef>\
         <InventoryAdjustmentLineAdd><ItemRef><FullName>LAMP</FullName></ItemRef><ValueAdjustment><QuantityDifference>5\
         </QuantityDifference><ValueDifference>55.00</ValueDifference></ValueAdjustment></InventoryAdjustmentLineAdd>\
         </InventoryAdjustmentAdd></InventoryAdjustmentAddRq>",
    );
    told(&world);
    world.settle();
    start(&world).unwrap();
    world.settle();
    world.settle();
    world.assert_settled();
    let stock = world.company.stock();
    assert_eq!((stock["LAMP"].quantity, stock["LAMP"].value), (Decimal::from(5), Decimal::from(55)));
    assert_eq!(stock["MUG"].quantity, Decimal::from(6));
}

#[test]
fn it_can_be_started_once() {
    let mut world = World::not_started(Setup::new(Edition::Premier));
    told(&world);
    world.settle();
    start(&world).unwrap();
    assert_eq!(start(&world), Err("integration.started_before".into()));
    world.settle();
    world.settle();
    assert_eq!(start(&world), Err("integration.started_before".into()));
    assert_eq!(world.standing("InventoryAdjustment"), 1);
}

#[test]
fn what_stands_in_the_way_of_the_start_is_named() {
    let mut setup = Setup::new(Edition::Premier);
    setup.accounts.retain(|account: &AccountSetup| account.name != "Shipping Income");
    let mut world = World::not_started(setup);
    assert_eq!(start(&world), Err("integration.shop_not_read".into()));
    world.pull();
    assert_eq!(start(&world), Err("integration.quickbooks_not_read".into()));
    world.settle();
    assert_eq!(start(&world), Err("held.no_account".into()));
    assert_eq!(Purpose::Shipping.key(), "shipping");
    by_hand(
        &mut world.company,
        "<AccountAddRq><AccountAdd><Name>Shipping Income</Name><AccountType>Income</AccountType></AccountAdd></AccountAddRq>",
    );
    world.settle();
    start(&world).unwrap();
}

#[test]
fn another_company_file_may_be_looked_at_before_the_start_and_not_after_it() {
    let mut world = World::not_started(Setup::new(Edition::Premier));
    world.by_hand("<CustomerAddRq><CustomerAdd><Name>Ada Davis</Name></CustomerAdd></CustomerAddRq>");
    told(&world);
    world.settle();
    assert_eq!(world.entries(State::Ready).iter().filter(|row| row.kind == EntryKind::Customer).count(), 1);

    let folder = tempfile::tempdir().unwrap();
    let other = Company::create(&folder.path().join("other.simulated"), Setup::new(Edition::Premier)).unwrap();
    let first = std::mem::replace(&mut world.company, other);
    world.file_name = "C:\\other.qbw".into();
    world.settle();
    assert_eq!(
        world.entries(State::Ready).iter().filter(|row| row.kind == EntryKind::Customer).count(),
        2,
        "nobody is known in the other file"
    );

    start(&world).unwrap();
    world.company = first;
    world.file_name = "C:\\shop.qbw".into();
    world.pull();
    let problem = world.session_with(|_, _| Way::Through).unwrap();
    assert!(problem.contains("C:\\other.qbw"), "{problem}");
    assert_eq!(written(&world), Vec::<String>::new());
}

#[test]
fn a_pause_lasts_until_somebody_ends_it() {
    let mut world = World::not_started(Setup::new(Edition::Premier));
    told(&world);
    world.settle();
    start(&world).unwrap();
    integration::pause(&world.store, true, world.now()).unwrap();
    world.settle();
    world.settle();
    assert!(world.balances().is_empty());
    integration::pause(&world.store, false, world.now()).unwrap();
    world.settle();
    assert_eq!(stage(&world), Stage::Done);
    world.assert_settled();
}

#[test]
fn whatever_answer_is_lost_everything_is_carried_over_once() {
    let whole = {
        let mut world = World::not_started(Setup::new(Edition::Premier));
        told(&world);
        world.settle();
        start(&world).unwrap();
        world.sent.clear();
        world.settle();
        world.settle();
        (world.sent.len(), world.balances(), world.company.transactions().len())
    };
    for lost in 0..whole.0 {
        let mut world = World::not_started(Setup::new(Edition::Premier));
        told(&world);
        world.settle();
        start(&world).unwrap();
        world.pull();
        let mut message = 0;
        world.session_with(|_, _| {
            message += 1;
            if message == lost + 1 { Way::AnswerLost } else { Way::Through }
        });
        for _ in 0..4 {
            world.settle();
        }
        assert_eq!(stage(&world), Stage::Done, "message {lost}");
        world.assert_settled();
        assert_eq!(
            (world.balances(), world.company.transactions().len()),
            (whole.1.clone(), whole.2),
            "message {lost}"
        );
    }
}
