//! Whole-system tests: what no room can show alone.
//!
//! - `house/` holds the house rules: which room may use which, and what the sources never contain.
//! - `exactly_once/` kills, cuts, doubles and restores, and then counts what is in the company file.
//! - `whole/` asks the program what a merchant and her support would ask it.
//! - `window/` drives the built desktop app through WebDriver; `cargo xtask test` starts it, since it needs Node.
//!
//! The library is what those tests stand on: a [`World`] with a simulated shop and a simulated company file, and the real
//! `tillbridge-cli` between them as a process of its own, so that it can be killed as a process is killed. It knows the
//! program only from outside: its command line, its port, its data folder. The package must never be a dependency of a
//! room.
//!
//! ```no_run
//! use whole_system_tests::{World, trade};
//!
//! let mut world = World::new(&trade(40));
//! world.start();
//! world.settle();
//! world.assert_exactly_once();
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)] // a test's failure is a panic

mod counting;
mod program;
mod world;

pub use counting::{Books, essence};
pub use program::{Ended, Program};
pub use world::{World, copy_folder, generous, quiet_shop, trade};
