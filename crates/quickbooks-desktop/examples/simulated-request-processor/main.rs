//! The request processor of a QuickBooks that is none, for tests on Windows: a COM server of its own process, answering
//! through the simulator's company file. It keeps one company file open and quits when nobody has had it for a while.
//!
//! `--register` makes it this user's request processor, `--unregister` undoes that. Windows starts it with `-Embedding`
//! when somebody wants one. Its company file and what it is to fail with are told by files in the folder that
//! `--register` was given: `company.simulated`, and `fail.txt` with a method and an HRESULT, such as
//! `BeginSession 0x80040414`; `ProcessRequest! 0x800706BA` fails after the request was carried out. A failure happens
//! once.

#[cfg(windows)]
mod server;

#[cfg(windows)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    server::main()
}

#[cfg(not(windows))]
fn main() {}
