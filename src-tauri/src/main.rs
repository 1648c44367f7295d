//! The desktop app: a window and its typed commands.
//!
//! Architecture invariant: nothing is decided here. A command passes one call on to the engine; accounting, SQL and XML
//! are never seen in this package.

// A console window behind the app would be a puzzle to a merchant; developers keep it for the log.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod bindings;
mod commands;

fn main() -> tauri::Result<()> {
    let builder = bindings::builder();
    tauri::Builder::default().invoke_handler(builder.invoke_handler()).run(tauri::generate_context!())
}
