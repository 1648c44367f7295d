//! What a merchant and her support ask of the program, and what the shop and QuickBooks may do to it.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test's failure is a panic

mod commands;
mod documentation;
mod quickbooks;
mod shop;
