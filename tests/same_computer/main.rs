//! QuickBooks on the same computer, by COM: the program and a simulated request processor in a process of its own. On
//! Windows, or under Wine. `cargo build --package quickbooks-desktop --examples` makes the request processor before.
#![cfg(windows)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's failure is a panic")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use simulator::company::{Company, Edition, Setup};
use whole_system_tests::{World, generous, trade};

/// This user's request processor, until it is dropped.
struct Registered(PathBuf);

impl Registered {
    fn new(folder: &Path) -> Self {
        let deps = env::current_exe().unwrap();
        let server = deps.ancestors().nth(2).unwrap().join("examples").join("simulated-request-processor.exe");
        let registered = Command::new(&server).arg("--register").arg(folder).status();
        assert!(registered.expect("the simulated request processor was not built").success());
        Self(server)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let _ = Command::new(&self.0).arg("--unregister").status();
    }
}

#[test]
fn what_the_shop_sold_is_in_quickbooks_once_whatever_happens_to_the_calls() {
    let shop = simulator::shop::Shop::new(&trade(20), generous()).unwrap();
    let mut world = World::answering(shop, Setup::new(Edition::Premier), |answers| {
        answers
            .replace("connection = \"web_connector\"", "connection = \"request_processor\"")
            .replace("start = \"by_hand\"", "start = \"when_ready\"")
            .replace("opening_stock = true", "opening_stock = false")
    });
    let quickbooks = world.folder().join("quickbooks");
    fs::create_dir(&quickbooks).unwrap();
    let file = quickbooks.join("company.simulated");
    drop(Company::create(&file, Setup::new(Edition::Premier)).unwrap());
    let _registered = Registered::new(&quickbooks);
    let fail = |failure: &str| fs::write(quickbooks.join("fail.txt"), failure).unwrap();

    fail("BeginSession 0x80040414");
    world.ask(&["run", "--once"]);
    assert_eq!(world.attention(), ["quickbooks.dialog_open"]);
    for failure in
        ["ProcessRequest! exit", "ProcessRequest! 0x80010105", "ProcessRequest 0x80040424", "EndSession 0x80040402"]
    {
        fail(failure);
        let told = world.ask(&["run", "--once"]);
        assert!([0, 1].contains(&told.code), "{failure}: {told:?}");
    }
    for _ in 0..5 {
        world.ask(&["run", "--once"]);
    }
    world.company = Company::open(&file).unwrap();
    world.assert_exactly_once();
    let tied = world.ask(&["tieout", "--json"]);
    assert_eq!(tied.code, 0, "{tied:?}");
}
