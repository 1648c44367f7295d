//! The desktop app: a window and its typed commands around the engine.

// A console window behind the app would be a puzzle to a merchant; developers keep it for the log.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> Result<(), desktop::StartError> {
    desktop::run()
}
