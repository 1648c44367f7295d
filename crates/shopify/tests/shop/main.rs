//! The shop's side as its users see it: over a real socket, against a scripted shop.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a broken assumption is a failed test

mod connection;
mod cost;
mod decode;
mod feeds;
mod first_load;
mod history;
mod ledger;
mod load;
mod purchases;
mod saved;
mod simulated;
mod stocky;
mod support;
