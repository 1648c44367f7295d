//! A shop that has a bad day.

use simulator::shop::{Bucket, Fault, NewOrder, Trade};
use whole_system_tests::{World, trade};

#[test]
fn a_shop_with_faults_of_every_kind_loses_and_doubles_nothing() {
    let mut world = World::new(&trade(300));
    let faults = [
        Fault::ServerError,
        Fault::CutBody,
        Fault::HtmlBadGateway,
        Fault::InternalError,
        Fault::Throttled,
        Fault::TokensRevoked,
        Fault::Slow(300),
        Fault::EditBetweenPages,
        Fault::RepeatedRow,
    ];
    for fault in faults {
        world.shop.faults().push(fault);
    }
    world.start();
    assert_eq!(world.shop.faults().waiting(), 0, "not every fault came to pass");
    world.settle();
    world.assert_exactly_once();
    world.assert_same_as_undisturbed();
}

#[test]
fn a_shop_that_throttles_is_read_to_its_end() {
    let mut world = World::new(&trade(120));
    world.shop.change(|settings| settings.bucket = Bucket::STANDARD);
    world.finish();
    world.assert_exactly_once();
}

#[test]
fn orders_that_the_index_has_not_seen_yet_come_with_the_next_run() {
    let mut world = World::new(&trade(30));
    world.finish();
    world.shop.advance(10);
    world.shop.faults().push(Fault::IndexLag(5));
    world.start_engine();
    while world.status("documents") < 35 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    world.settle();
    world.kill();
    assert_eq!(world.status("documents"), 35);
    world.finish();
    world.assert_exactly_once();
}

#[test]
fn an_order_that_is_touched_is_not_booked_again() {
    let mut world = World::new(&trade(30));
    world.finish();
    let orders: Vec<String> = world.shop.with_orders(|orders| orders.iter().map(simulator::shop::Order::id).collect());
    for order in orders {
        assert!(world.shop.touch(&order));
    }
    world.shop.advance(1);
    world.finish();
    world.assert_exactly_once();
}

#[test]
fn a_shop_that_does_not_answer_is_told_and_the_next_run_catches_up() {
    let mut world = World::new(&trade(20));
    world.shop.faults().push_times(&Fault::ShopStatus(402), 50);
    world.start_engine();
    let told = || world.ask(&["history", "--json"]).json().to_string();
    let began = std::time::Instant::now();
    while !told().contains("shop.closed") {
        assert!(began.elapsed().as_secs() < 30, "nobody was told: {}", told());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    world.shop.faults().clear();
    world.finish();
    world.assert_exactly_once();
}

#[test]
fn an_order_that_the_shop_deleted_is_held_and_stays_in_the_books() {
    let mut world = World::new(&trade(5));
    world.finish();
    let order = world.shop.place(&NewOrder::default()).unwrap();
    world.finish();
    world.kill();
    let before = world.company.transactions();
    world.shop.delete(&order).unwrap();
    world.carry_over();
    assert_eq!(world.company.transactions(), before);
    assert_eq!(world.attention(), ["held.gone_from_shop"]);
}

#[test]
fn a_shop_whose_currency_is_not_that_of_the_books_is_held_and_told_why() {
    let mut world = World::new(&Trade { currency: "CAD", ..trade(8) });
    world.carry_over();
    assert_eq!(world.company.transactions(), []);
    assert_eq!(world.attention(), ["held.not_home_currency"]);
    let told = world.ask(&["status"]).out;
    assert!(told.contains("CAD") && told.contains("USD"), "{told}");
}
