//! The developer's commands. `cargo xtask` alone explains them.
//!
//! They need nothing but Rust and Node: what else a command needs it installs, or it says what it goes without.

// Talking on the terminal is what this program is for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod demo;
mod project;
mod release;
mod report;
mod suite;
mod support;
mod tools;
mod windows;

use std::{env, process::ExitCode};

use project::{Project, Stop};

const HELP: &str = "\
Tillbridge, the developer's commands:

  cargo xtask demo [-- ARGS]   the main job on embedded defaults: a simulated shop and a simulated company file, the
                               engine between them; then the window, where there is a display.
                               ARGS go to `tillbridge-cli demo`, for instance: -- --orders 200 --seed 7
  cargo xtask test             everything that must pass; what can't run here is named and counted as skipped
  cargo xtask check            the quick part of it: format, lints and tests of the engine, without any desktop library
  cargo xtask bindings         writes ui/src/lib/backend/bindings.ts anew from the commands in src-tauri
  cargo xtask windows [--quick]
                               the Windows product, made on Debian: programs, installer, signatures; proven under Wine;
                               --quick builds it without optimization
  cargo xtask sign FILE...     signs files for Windows with the command of TILLBRIDGE_SIGN_COMMAND; `tauri build` calls it
  cargo xtask release [--dry-run] [--channel stable|beta]
                               what is published of a version: lists for the updater, bills of materials, checksums;
                               without --dry-run it is uploaded with the command of TILLBRIDGE_PUBLISH_COMMAND
  cargo xtask updater-key FILE [--trust]
                               makes the key pair of updates: the private half goes into FILE, which is kept offline; with
                               --trust, programs built from here on take what it signs
  cargo xtask screenshots      pictures of every screen over the real engine with simulated data, in both languages and
                               themes, into ui/dist-screens/engine
  cargo xtask support-key FILE [--trust]
                               makes support's key pair: the private half goes into FILE, which is kept offline; with
                               --trust, programs built from here on take its codes
  cargo xtask support-code --key FILE REQUEST
                               the code that opens the initial integration again, for the request of `tillbridge-cli reset`

Needs Rust and Node 20.19 or newer. Whatever else is missing is installed under target/, or named.
";

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let command = args.next();
    let rest: Vec<String> = args.collect();
    let run: fn(&Project, &[String]) -> Result<(), Stop> = match command.as_deref() {
        Some("demo") => demo::run,
        Some("test") => suite::test,
        Some("check") => suite::check,
        Some("bindings") => suite::bindings,
        Some("windows") => windows::windows,
        Some("sign") => windows::sign,
        Some("release") => release::release,
        Some("updater-key") => release::key,
        Some("screenshots") => suite::screenshots,
        Some("support-key") => support::key,
        Some("support-code") => support::code,
        None | Some("help" | "-h" | "--help") => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Some(other) => {
            eprintln!("There is no command `{other}`.\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match Project::find().and_then(|project| run(&project, &rest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("{stop}");
            ExitCode::FAILURE
        }
    }
}
