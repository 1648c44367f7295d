//! `cargo xtask demo`: the main job, and the window where there is a display.

use std::{env, process::Command};

use crate::{
    project::{DESKTOP, Project, Stop, cargo_command},
    tools,
};

/// Runs the demo; without a display, or without what a window needs, it says so and goes on.
pub fn run(project: &Project, args: &[String]) -> Result<(), Stop> {
    println!("==> the main job: a simulated shop, a simulated company file, the engine between them");
    let mut command = cargo_command();
    // Without optimization: it runs for seconds, and a program that is built for merchants takes minutes to build.
    command.args(["run", "--package", "tillbridge-cli", "--", "demo"]);
    project.run(command.args(args.iter().filter(|arg| *arg != "--")))?;

    if !has_display() {
        println!("==> no display here, so no window");
        return Ok(());
    }
    println!("==> the window (it shows this computer's own installation; close it to end)");
    match window(project) {
        Err(Stop::Skipped(why)) => println!("No window: {why}"),
        other => other?,
    }
    Ok(())
}

fn window(project: &Project) -> Result<(), Stop> {
    tools::desktop_libraries(project)?;
    project.ui_installed()?;
    project.tauri(&["build", "--debug", "--no-bundle", "--ci"])?;
    project.run(&mut Command::new(project.debug_binary(DESKTOP)))
}

fn has_display() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}
