//! Whole-system tests: what no room can show alone.
//!
//! - `house/` holds the house rules: which room may use which, and what the sources never contain.
//! - `window/` drives the built desktop app through WebDriver; `cargo xtask test` starts it, since it needs Node.
//!
//! The package itself has nothing to offer to others, and must never be a dependency of a room.
