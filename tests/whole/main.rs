//! What a merchant and her support ask of the program, and what the shop and QuickBooks may do to it.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test's failure is a panic

mod by_hand;
mod commands;
mod documentation;
mod first_load;
mod life;
mod modes;
mod onboarding;
mod quickbooks;
mod shop;
mod start;
mod undo;
