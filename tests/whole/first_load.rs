//! The first load of a shop with a past.

use std::time::{Duration, Instant};

use simulator::shop::{Mix, Trade};
use whole_system_tests::{World, trade};

/// So many orders that the shop is asked for files of them; most are tests, which the books never see.
const ORDERS: u32 = 2_200;

#[test]
fn a_first_load_that_is_killed_goes_on_where_it_was_and_posts_each_order_once() {
    let mut everyday = Mix::paid_orders();
    everyday.test_orders = 860;
    let mut world = World::new(&Trade { mix: everyday, ..trade(ORDERS) });
    world.start_engine();
    let began = Instant::now();
    while world.status("documents") == 0 {
        assert!(began.elapsed() < Duration::from_mins(1), "nothing was loaded: {}", world.problems());
        std::thread::sleep(Duration::from_millis(5));
    }
    world.kill();
    let loaded = world.status("documents");
    assert!(loaded < ORDERS as usize, "it was killed too late: {loaded}");
    let files = world.shop.answered("bulkOperationRunQuery");
    assert!(files > 0, "no file was asked for");
    world.start();
    assert_eq!(world.status("documents"), ORDERS as usize);
    assert_eq!(world.shop.answered("bulkOperationRunQuery"), files, "a file that was there was asked for again");
    world.settle();
    world.assert_exactly_once();
}
