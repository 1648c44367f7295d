//! Where things are, and how programs are run.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{release::ReleaseError, support::SupportError, windows::WindowsError};

/// The name of the desktop package, which alone needs desktop libraries.
pub const DESKTOP: &str = "tillbridge";

/// The environment variable that tells the tests where QuickBooks' schema is.
pub const SCHEMAS: &str = "QBXML_SCHEMAS";

/// Why a step did not pass.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The machine lacks something that can't be had; the step says nothing about the code.
    #[error("skipped: {0}")]
    Skipped(String),
    /// A program found fault, or broke.
    #[error("`{program}` ended with {status}")]
    Failed {
        /// What was run.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// A program could not be started.
    #[error("`{program}` could not be started: {error}")]
    NotStarted {
        /// What was to be run.
        program: String,
        /// What the system says.
        error: io::Error,
    },
    /// Cargo's own description of the workspace can't be read.
    #[error("`cargo metadata` gave no readable answer")]
    NoMetadata,
    /// Support's key or code could not be made.
    #[error(transparent)]
    Support(#[from] SupportError),
    /// The Windows product could not be made.
    #[error(transparent)]
    Windows(#[from] WindowsError),
    /// The version could not be published.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// At least one step of a suite failed; the table above names it.
    #[error("not everything passed")]
    NotAllPassed,
}

/// The checkout that the commands work on.
pub struct Project {
    /// The folder of the root Cargo.toml.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// The version of everything in the workspace.
    pub version: String,
    /// The folder with QuickBooks' own schema, if it is here: the tests judge our XML by it.
    pub schemas: Option<PathBuf>,
}

impl Project {
    /// Asks Cargo where the workspace and its target folder are.
    pub fn find() -> Result<Self, Stop> {
        let output = cargo_command()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| Stop::NotStarted { program: "cargo metadata".into(), error })?;
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|_| Stop::NoMetadata)?;
        let folder = |key: &str| metadata[key].as_str().map(PathBuf::from).ok_or(Stop::NoMetadata);
        let root = folder("workspace_root")?;
        let schemas = env::var_os(SCHEMAS).map_or_else(|| root.join("../shared/schemas"), PathBuf::from);
        let schemas = schemas.join("quickbooks").is_dir().then_some(schemas);
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let version = packages.filter(|package| package["name"] == DESKTOP).find_map(|app| app["version"].as_str());
        let version = version.ok_or(Stop::NoMetadata)?.to_owned();
        Ok(Self { target: folder("target_directory")?, version, schemas, root })
    }

    /// Where tools are kept that a command has installed for itself.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The folder of the programs that were built without optimization.
    pub fn debug_binaries(&self) -> PathBuf {
        self.target.join("debug")
    }

    /// One of them.
    pub fn debug_binary(&self, name: &str) -> PathBuf {
        self.debug_binaries().join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// Cargo, in the root.
    pub fn cargo(&self, args: &[&str]) -> Result<(), Stop> {
        self.run(cargo_command().args(args))
    }

    /// npm, in `ui/`.
    pub fn npm(&self, args: &[&str]) -> Result<(), Stop> {
        self.run(&mut self.npm_command(args))
    }

    /// The same, not run yet.
    pub fn npm_command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(npm());
        command.args(args).current_dir(self.root.join("ui"));
        command
    }

    /// What npm prints, in `ui/`.
    pub fn npm_output(&self, args: &[&str]) -> Result<String, Stop> {
        output(Command::new(npm()).args(args).current_dir(self.root.join("ui")))
    }

    /// Makes sure that the UI can be built: what it is built with is what its lock file says.
    pub fn ui_installed(&self) -> Result<(), Stop> {
        let ui = self.root.join("ui");
        if is_newer(&ui.join("node_modules/.package-lock.json"), &ui.join("package-lock.json")) {
            return Ok(());
        }
        println!("Missing: what the UI is built with. Installing it into ui/node_modules");
        self.npm(&["ci"])
    }

    /// The Tauri CLI, which `npm ci` puts into `ui/`, in the root beside tauri.conf.json.
    pub fn tauri(&self, args: &[&str]) -> Result<(), Stop> {
        self.run(Command::new(npm()).args(["run", "tauri", "--"]).args(args))
    }

    /// Runs a program in the root, unless it names another folder, and lets it talk.
    pub fn run(&self, command: &mut Command) -> Result<(), Stop> {
        if command.get_current_dir().is_none() {
            command.current_dir(&self.root);
        }
        if let Some(schemas) = &self.schemas {
            command.env(SCHEMAS, schemas);
        }
        // A test compares with what is committed; it never writes it anew.
        command.env("INSTA_UPDATE", "no");
        // `cargo run` has set these for xtask itself; ring's build script would take them for a reason to build it anew.
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
                command.env_remove(name);
            }
        }
        let program = describe(command);
        println!("$ {program}");
        let status = command.status().map_err(|error| Stop::NotStarted { program: program.clone(), error })?;
        if status.success() { Ok(()) } else { Err(Stop::Failed { program, status }) }
    }
}

/// The Cargo that runs this program.
pub fn cargo_command() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// On Windows npm is a script, which is not found without its ending.
fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// What a program prints.
pub fn output(command: &mut Command) -> Result<String, Stop> {
    let program = describe(command);
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| Stop::NotStarted { program: program.clone(), error })?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Stop::Failed { program, status: output.status })
    }
}

fn is_newer(path: &Path, than: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    match (changed(path), changed(than)) {
        (Some(path), Some(than)) => path >= than,
        _ => false,
    }
}

fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Whether a program can be started and is content with `args`.
pub fn works(program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
