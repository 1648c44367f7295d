//! What the simulated company file promises.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
#![allow(clippy::print_stderr)] // a skipped check says so

mod books;
mod credits;
mod crowd;
mod file;
mod ledger;
mod lists;
mod names;
mod orders;
mod purchases;
mod queries;
mod recovery;
mod reports;
mod sales;
mod schema;
mod sites;
mod support;
