//! What the steps need beside Rust and Node: looked for, then installed, then gone without.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::project::{Project, Stop, works};

/// Versions that the project was checked with.
const TYPOS: &str = "1.52.0";
const CARGO_DENY: &str = "0.20.2";
const ZEEP: &str = "4.3.*";

/// Debian's packages for a window, and for driving it without a screen.
const DESKTOP_PACKAGES: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "libxdo-dev",
    "libssl-dev",
    "webkit2gtk-driver",
    "xvfb",
    "dbus",
];

/// A spell checker for source text.
pub fn typos(project: &Project) -> Result<PathBuf, Stop> {
    if works("typos", &["--version"]) {
        return Ok("typos".into());
    }
    // The wheel holds the finished program, which saves minutes of building.
    if let Ok(python) = python_with(project, "typos", &format!("typos=={TYPOS}")) {
        return Ok(python.with_file_name(format!("typos{}", std::env::consts::EXE_SUFFIX)));
    }
    cargo_install(project, "typos-cli", "typos", TYPOS)
}

/// The judge of licences and sources of dependencies.
pub fn cargo_deny(project: &Project) -> Result<PathBuf, Stop> {
    if works("cargo-deny", &["--version"]) {
        return Ok("cargo-deny".into());
    }
    cargo_install(project, "cargo-deny", "cargo-deny", CARGO_DENY)
}

/// A Python that has zeep, a SOAP client that is none of ours.
pub fn python_with_zeep(project: &Project) -> Result<PathBuf, Stop> {
    python_with(project, "zeep", &format!("zeep=={ZEEP}"))
}

/// Makes sure that a window can be built here.
pub fn desktop_libraries(project: &Project) -> Result<(), Stop> {
    if !cfg!(target_os = "linux") || works("pkg-config", &["--exists", "webkit2gtk-4.1"]) {
        return Ok(());
    }
    apt_install(project, "the libraries of the window")
}

/// Makes sure that a window can be driven without a screen.
pub fn window_driver(project: &Project) -> Result<(), Stop> {
    if !cfg!(target_os = "linux") {
        return Err(Stop::Skipped("the window is driven on Linux only".into()));
    }
    if works("WebKitWebDriver", &["--help"]) && works("Xvfb", &["-help"]) && works("dbus-run-session", &["--version"]) {
        return Ok(());
    }
    apt_install(project, "WebKitWebDriver, Xvfb and dbus-run-session")
}

fn apt_install(project: &Project, what: &str) -> Result<(), Stop> {
    println!("Missing: {what}. Installing Debian packages: {}", DESKTOP_PACKAGES.join(" "));
    if !works("apt-get", &["--version"]) {
        return Err(Stop::Skipped(format!("{what} are missing, and there is no apt-get to install them with")));
    }
    let is_root = works("sh", &["-c", "test \"$(id -u)\" = 0"]);
    if !is_root && !works("sudo", &["-n", "true"]) {
        let why = format!(
            "{what} are missing, and installing them needs root: apt-get install {}",
            DESKTOP_PACKAGES.join(" ")
        );
        return Err(Stop::Skipped(why));
    }
    let apt = |args: &[&str]| {
        let mut command = Command::new(if is_root { "env" } else { "sudo" });
        if !is_root {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=900", "-qq"]);
        project.run(command.args(args))
    };
    apt(&["update"])
        .and_then(|()| apt(&[&["install", "-y", "--no-install-recommends"], DESKTOP_PACKAGES].concat()))
        .map_err(|stop| Stop::Skipped(format!("{what} could not be installed: {stop}")))
}

fn cargo_install(project: &Project, package: &str, binary: &str, version: &str) -> Result<PathBuf, Stop> {
    let root = project.tools();
    let path = root.join("bin").join(format!("{binary}{}", std::env::consts::EXE_SUFFIX));
    if works(&path, &["--version"]) {
        return Ok(path);
    }
    println!("Missing: {package}. Building it once, under {}", root.display());
    // A target folder of its own: the project's locks and flags are not this tool's.
    let build = root.join("build");
    let (root, build) = (root.to_string_lossy(), build.to_string_lossy());
    project
        .cargo(&[
            "install",
            "--quiet",
            "--locked",
            package,
            "--version",
            version,
            "--root",
            &root,
            "--target-dir",
            &build,
        ])
        .map_err(|stop| Stop::Skipped(format!("{package} could not be installed: {stop}")))?;
    Ok(path)
}

/// The Python of a virtual environment `target/tools/NAME` in which `requirement` is installed.
fn python_with(project: &Project, name: &str, requirement: &str) -> Result<PathBuf, Stop> {
    let home = project.tools().join(name);
    let python = if cfg!(windows) { home.join("Scripts/python.exe") } else { home.join("bin/python") };
    if works(&python, &["-m", "pip", "show", "--quiet", name]) {
        return Ok(python);
    }
    println!("Missing: {name}. Installing it with pip, under {}", home.display());
    let missing = |why: &dyn std::fmt::Display| Stop::Skipped(format!("{name} could not be installed: {why}"));
    let system = ["python3", "python"].into_iter().find(|program| works(program, &["--version"]));
    let system = system.ok_or_else(|| missing(&"there is no Python"))?;
    project.run(Command::new(system).args(["-m", "venv"]).arg(&home)).map_err(|stop| missing(&stop))?;
    pip_install(project, &python, requirement).map_err(|stop| missing(&stop))?;
    Ok(python)
}

fn pip_install(project: &Project, python: &Path, requirement: &str) -> Result<(), Stop> {
    project.run(Command::new(python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        requirement,
    ]))
}
