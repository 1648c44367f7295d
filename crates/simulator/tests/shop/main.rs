//! The simulated shop as a connector sees it: over a real socket.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod api;
mod books;
mod bulk;
mod client;
mod lives;
mod trade;
