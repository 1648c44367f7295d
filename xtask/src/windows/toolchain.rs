//! Rust for Windows on Debian: the distribution's compiler, and its own source of the standard library built for Windows.
//!
//! rustup would bring a finished standard library, but from a server that builds without the open internet do not reach.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use super::{
    COMMAND_LINE, at,
    installer::EARLIER,
    signing,
    wine::{self, Wine},
};
use crate::{
    project::{DESKTOP, Project, Stop, output},
    suite::CLI,
};

const TARGET: &str = "x86_64-pc-windows-gnu";
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

/// What Tauri lays over tauri.conf.json.
const CONFIG: &str = "TAURI_CONFIG";

/// What the tests of Windows alone are made of.
const TESTS: &[&str] = &["--example", "simulated-request-processor", "--test", "com", "--test", "same_computer"];

/// How the programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// Without optimization, as for a test.
    Debug,
    /// As merchants get it.
    Release,
}

/// A compiler for Windows.
#[derive(Debug)]
pub struct Toolchain {
    /// The folder of the standard library, as rustc wants it.
    sysroot: PathBuf,
    /// Cargo's target folder for Windows; its own, because the compiler is another one.
    target: PathBuf,
}

impl Toolchain {
    /// Builds the standard library once for each version of the compiler.
    pub fn prepare(project: &Project) -> Result<Self, Stop> {
        let version = output(Command::new(RUSTC).arg("--version"))?;
        let version = version.split_whitespace().nth(1).unwrap_or("unknown");
        let sysroot = project.tools().join(format!("windows-std-{version}"));
        let toolchain = Self { target: project.target.join("windows"), sysroot };
        let libraries = toolchain.sysroot.join("lib/rustlib").join(TARGET).join("lib");
        if !libraries.is_dir() {
            println!(
                "Missing: Rust's standard library for Windows. Building it once, under {}",
                toolchain.sysroot.display()
            );
            build_std(project, &libraries)?;
        }
        Ok(toolchain)
    }

    /// The folder of the built programs.
    pub fn programs(&self, build: Build) -> PathBuf {
        let profile = match build {
            Build::Debug => "debug",
            Build::Release => "release",
        };
        self.target.join(TARGET).join(profile)
    }

    /// The app as an earlier version.
    pub fn earlier_app(&self, build: Build) -> PathBuf {
        self.programs(build).join("earlier").join(format!("{DESKTOP}.exe"))
    }

    /// Builds the app, with the screens in it, and the command line program; and the app once more, as an earlier version
    /// that will update itself.
    pub fn build(&self, project: &Project, build: Build) -> Result<(), Stop> {
        project.ui_installed()?;
        project.npm(&["run", "build"])?;
        let (app, earlier) = (self.programs(build).join(format!("{DESKTOP}.exe")), self.earlier_app(build));
        self.build_as(project, build, Some(EARLIER))?;
        fs::create_dir_all(earlier.parent().unwrap_or(&self.target)).map_err(at(&earlier))?;
        fs::copy(&app, &earlier).map_err(at(&app))?;
        self.build_as(project, build, None)
    }

    fn build_as(&self, project: &Project, build: Build, version: Option<&str>) -> Result<(), Stop> {
        let mut command = self.cargo("build", build);
        command.args(selection(build, true)).arg("--bins").env(CONFIG, config(project, version)?);
        match build {
            Build::Debug => command.args(TESTS),
            Build::Release => command.arg("--release"),
        };
        project.run(&mut command)
    }

    /// Runs the tests of what only Windows has. They need no optimization, whatever the product is built with.
    pub fn test(&self, project: &Project, build: Build, wine: &Wine) -> Result<(), Stop> {
        let with_app = build == Build::Debug;
        if !with_app {
            project.run(
                self.cargo("build", Build::Debug).args(selection(Build::Debug, false)).arg("--bins").args(TESTS),
            )?;
        }
        let mut command = self.cargo("test", Build::Debug);
        command.args(selection(Build::Debug, with_app)).args(["--test", "com", "--test", "same_computer"]);
        if with_app {
            // As it was built.
            command.env(CONFIG, config(project, None)?);
        }
        wine.start_com()?;
        command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine");
        command.env(CLI, wine::path(&self.programs(Build::Debug).join(format!("{COMMAND_LINE}.exe"))));
        project.run(wine.environment(&mut command))
    }

    fn cargo(&self, word: &str, build: Build) -> Command {
        let mut command = cargo();
        command.args([word, "--locked", "--target", TARGET, "--target-dir"]).arg(&self.target);
        command.env("CARGO_ENCODED_RUSTFLAGS", format!("--sysroot\u{1f}{}", self.sysroot.display()));
        if build == Build::Debug {
            // What the linker writes into the programs for debuggers makes them ten times as big.
            command.env("CARGO_PROFILE_DEV_DEBUG", "false").env("CARGO_PROFILE_DEV_STRIP", "true");
        }
        command
    }
}

/// The packages: one selection for all that is built without optimization, so that every dependency is built once.
fn selection(build: Build, with_app: bool) -> Vec<&'static str> {
    let mut words = vec!["--package", COMMAND_LINE];
    if with_app {
        // Tauri's own feature for an app that carries its screens instead of asking a development server for them.
        words.extend(["--package", DESKTOP, "--features", "tauri/custom-protocol"]);
    }
    if build == Build::Debug {
        words.extend(["--package", "quickbooks-desktop", "--package", "whole-system-tests"]);
    }
    words
}

/// What differs from tauri.conf.json, as Tauri takes it. Without the updater's real key the app trusts the one that signs
/// instead of it.
fn config(project: &Project, version: Option<&str>) -> Result<String, Stop> {
    let mut config = json!({});
    if !signing::has_updater_key() {
        config["plugins"]["updater"]["pubkey"] = signing::test_updater_public_key(project)?.into();
    }
    if let Some(version) = version {
        config["version"] = version.into();
    }
    Ok(config.to_string())
}

fn cargo() -> Command {
    let mut command = Command::new(CARGO);
    // rustup's Cargo, which runs this program, has set these for its own compiler.
    for name in ["CARGO", "LD_LIBRARY_PATH", "RUSTUP_TOOLCHAIN", "RUSTFLAGS"] {
        command.env_remove(name);
    }
    command.env("RUSTC", RUSTC).env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", "x86_64-w64-mingw32-gcc");
    command
}

/// The standard library is built as a dependency of a program that does nothing, and what came of it is laid out as rustc
/// expects it; after that the product is built by plain stable Cargo.
fn build_std(project: &Project, libraries: &Path) -> Result<(), Stop> {
    let seed = project.tools().join("windows-std-seed");
    let source = seed.join("src");
    fs::create_dir_all(&source).map_err(at(&source))?;
    let write = |path: PathBuf, text: &str| fs::write(&path, text).map_err(at(&path));
    write(source.join("main.rs"), "fn main() {}\n")?;
    write(
        seed.join("Cargo.toml"),
        "[workspace]\n[package]\nname = \"seed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[profile.release]\ndebug = 0\n",
    )?;
    let mut command = cargo();
    command
        .args(["build", "--release", "-Z", "build-std=std,panic_unwind,test", "--target", TARGET])
        .current_dir(&seed);
    // The bitcode is for optimization across crates, when the app is linked.
    command.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", "-Cembed-bitcode=yes");
    project.run(command.arg("--target-dir").arg(seed.join("target")))?;

    let built = seed.join("target").join(TARGET).join("release/deps");
    let part = libraries.with_extension("part");
    let _ = fs::remove_dir_all(&part);
    fs::create_dir_all(&part).map_err(at(&part))?;
    for file in fs::read_dir(&built).map_err(at(&built))?.flatten() {
        let name = file.file_name();
        if Path::new(&name).extension().is_some_and(|ending| ending == "rlib") {
            fs::copy(file.path(), part.join(&name)).map_err(at(&built))?;
        }
    }
    fs::rename(&part, libraries).map_err(at(libraries))?;
    fs::remove_dir_all(&seed).map_err(at(&seed))
}
