//! SIMULATED: makes the data of a shop of many orders, for the tests of the screens. `long-history FOLDER ORDERS`
#![allow(clippy::unwrap_used, reason = "a helper of tests stops where it can't go on")]

#[path = "../benches/long_history/mod.rs"]
mod long_history;

use std::{env, path::PathBuf};

fn main() {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap());
    let orders = arguments.next().unwrap().parse().unwrap();
    long_history::fill(&folder, orders);
}
