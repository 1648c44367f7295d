//! What the simulated company file promises.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
#![allow(clippy::print_stderr)] // a skipped check says so

mod books;
mod file;
mod lists;
mod queries;
mod recovery;
mod sales;
mod schema;
mod support;
