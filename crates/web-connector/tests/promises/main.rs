//! What the service promises to the Web Connector, to the agent behind it, and to everybody else.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod orders;
mod qwc_file;
mod refusals;
mod sessions;
mod shapes;
mod sign_in;
mod socket;
mod support;
mod wire;
mod wsdl;
