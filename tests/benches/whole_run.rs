//! The whole run, measured: a shop's orders into a company file, with the engine as a process of its own.
//!
//! `cargo bench -p whole-system-tests --bench whole_run -- 10000 idle`; docs/performance.md has figures. With `idle` it
//! goes on to measure a run with nothing to do, which takes five minutes more. With `integration` the shop has a past: ten
//! thousand customers and five thousand items with their stock are carried over before the orders.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and stops where it can't go on")]

use std::{
    fs,
    time::{Duration, Instant},
};

use jiff::civil::date;
use simulator::{
    company::{Edition, Setup},
    connector::End,
    shop::{Mix, Shop, Trade},
};
use whole_system_tests::{World, generous};

/// What the operating system knows of a process.
struct Usage {
    /// Processor time used so far.
    processor: Duration,
    /// The most memory that it held at any time, in MB; none where the system does not tell.
    peak: Option<f64>,
}

/// Reads Linux's account of a process; elsewhere nothing is told.
fn usage(process: u32) -> Usage {
    let read = |file: &str| fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
    let stat = read("stat");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or_default();
    let peak = read("status").lines().find_map(|line| {
        let kilobytes = line.strip_prefix("VmHWM:")?.trim().trim_end_matches(" kB").trim();
        kilobytes.parse::<f64>().ok().map(|kilobytes| kilobytes / 1024.0)
    });
    // A tick is a hundredth of a second on Linux.
    Usage { processor: Duration::from_millis((ticks(11) + ticks(12)) * 10), peak }
}

/// Sessions until nothing is left to do; returns how many there were.
fn settle(world: &mut World, orders: usize) -> u32 {
    let mut sessions = 0;
    loop {
        let report = world.session();
        match report.end {
            End::Done => sessions += 1,
            End::NoWork if world.status("documents") >= orders => return sessions,
            End::NoWork => std::thread::sleep(Duration::from_millis(100)),
            _ => panic!("{:?} {:?} {}", report.end, report.errors, world.problems()),
        }
    }
}

fn main() {
    let orders = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let mix = Mix { pending_refunds: 0, ..Mix::everything() };
    let trade = Trade { mix, ..Trade::new(11, orders, 180, date(2025, 6, 30)) };
    // A hundred thousand orders have more buyers than the smaller editions have room for.
    let setup = Setup::new(Edition::Enterprise);
    let mut world = if std::env::args().any(|argument| argument == "integration") {
        let trade = Trade { customers: Some(10_000), more_items: 4_900, ..trade };
        let shop = Shop::new(&trade, generous()).unwrap();
        World::answering(shop, setup, |answers| answers.replace("start = \"by_hand\"", "start = \"when_ready\""))
    } else {
        World::with(&trade, setup)
    };
    let there = world.shop.with_orders(|orders| orders.iter().filter(|order| !order.is_deleted()).count());

    let began = Instant::now();
    world.start_engine();
    let sessions = settle(&mut world, there);
    let took = began.elapsed();
    let full = usage(world.process().unwrap());
    println!("{there} orders from the shop to the company file: {took:.1?}, {sessions} sessions");
    let names = |list| world.company.names(list).len();
    println!("  with {} customers and {} items", names("Customer"), names("ItemInventory"));
    println!("  the engine's processor time: {:.1?}", full.processor);
    println!("  the engine's peak memory: {}", full.peak.map_or("not told".to_owned(), |peak| format!("{peak:.0} MB")));
    let points = world.shop.points();
    println!("  Shopify points: {} in {} queries", points.actual, points.queries);

    if !std::env::args().any(|argument| argument == "idle") {
        return;
    }
    world.start_engine();
    settle(&mut world, there);
    let before = usage(world.process().unwrap());
    // A look at the shop every five minutes, and the Web Connector's call after it.
    std::thread::sleep(Duration::from_secs(310));
    settle(&mut world, there);
    let after = usage(world.process().unwrap());
    println!("a run with nothing to do:");
    println!("  the engine's processor time: {:.0?}", after.processor.saturating_sub(before.processor));
    println!(
        "  the engine's peak memory: {}",
        after.peak.map_or("not told".to_owned(), |peak| format!("{peak:.0} MB"))
    );
}
