//! `cargo xtask windows`: the Windows product, made on Debian.

mod installer;
mod product;
mod signing;
mod toolchain;
mod wine;
mod wixl;

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    project::{Project, Stop},
    report::Report,
    suite::{Scope, needs},
    tools,
};
use installer::package;
use product::Product;
use toolchain::{Build, Toolchain};
use wine::Wine;

pub use installer::installer_in;
pub use signing::{check_updater_signature, command, has_updater_key, run_command, sign, test_updater_public_key};

/// The command line program's package and name.
const COMMAND_LINE: &str = "tillbridge-cli";

/// What the product may weigh at most, in bytes.
const MEGABYTE: u64 = 1024 * 1024;
const INSTALLER_AT_MOST: u64 = 15 * MEGABYTE;
const INSTALLED_AT_MOST: u64 = 40 * MEGABYTE;
const COMMAND_LINE_AT_MOST: u64 = 12 * MEGABYTE;

/// Why the Windows product could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WindowsError {
    /// A file can't be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// tauri.conf.json lacks what the installer is made of.
    #[error("tauri.conf.json says nothing of {0}")]
    NotConfigured(&'static str),
    /// The installer's text is not what it should be.
    #[error("src-tauri/windows/installer.wxs: {0}")]
    Template(String),
    /// The command that signs can't be understood.
    #[error("{0} is to be a list of words in JSON, one of them %1: [\"signtool\", \"sign\", \"%1\"]")]
    SignCommand(&'static str),
    /// A signature is not what it should be.
    #[error("{file}: {problem}")]
    Signature {
        /// The signed file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Something is bigger than it may be.
    #[error("{what} has {size} bytes, and may have {most}")]
    TooBig {
        /// What it is.
        what: &'static str,
        /// Its size.
        size: u64,
        /// The most that it may be.
        most: u64,
    },
}

/// Adds the path to what the system says.
fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Stop + '_ {
    move |error| WindowsError::File { path: path.to_owned(), error }.into()
}

/// Builds, signs and packages the product, proves it under Wine, and ends with what was made. With `--quick` it is built
/// without optimization, in less time and without looking at the sizes.
pub fn windows(project: &Project, args: &[String]) -> Result<(), Stop> {
    let build = if args.iter().any(|arg| arg == "--quick") { Build::Debug } else { Build::Release };
    let mut report = Report::default();
    let mut made = None;
    let natives = report.step("the simulated world", || project.cargo(&["build", "--package", "simulator", "--bins"]));
    if natives {
        steps(project, &mut report, Scope::Engine, build, &mut made);
    }
    let closed = report.close();
    if let Some(made) = made {
        println!("\n{:>12}  Artifact", "Bytes");
        for file in [&made.app, &made.command_line, &made.loader, &made.installer, &made.updater_signature] {
            println!("{:>12}  {}", size(file)?, file.display());
        }
        println!("{:>12}  installed", made.installed()?);
    }
    closed
}

/// The part of `cargo xtask test` that is about Windows: the same without optimization, over programs for this system that
/// are built already.
pub fn prove(project: &Project, report: &mut Report, scope: Scope) {
    steps(project, report, scope, Build::Debug, &mut None);
}

/// The files of the product, signed.
#[derive(Debug)]
struct Made {
    app: PathBuf,
    command_line: PathBuf,
    loader: PathBuf,
    installer: PathBuf,
    updater_signature: PathBuf,
    /// An earlier version, for the proof that an update takes, and keeps what is there.
    earlier: PathBuf,
    /// The installer as the earlier version finds it on its update server, with the updater's signature beside it.
    update: PathBuf,
}

impl Made {
    fn installed(&self) -> Result<u64, Stop> {
        Ok(size(&self.app)? + size(&self.command_line)? + size(&self.loader)?)
    }
}

fn steps(project: &Project, report: &mut Report, scope: Scope, build: Build, made: &mut Option<Made>) {
    let mut toolchain = None;
    report.step("windows: tools", || {
        tools::windows_tools(project)?;
        toolchain = Some(Toolchain::prepare(project)?);
        Ok(())
    });
    let built = report.step("windows: build", || {
        let toolchain = toolchain.as_ref().ok_or_else(|| needs("windows: tools"))?;
        toolchain.build(project, build)
    });
    let toolchain = || toolchain.as_ref().filter(|_| built).ok_or_else(|| needs("windows: build"));

    let command_line = |toolchain: &Toolchain| toolchain.programs(build).join(format!("{COMMAND_LINE}.exe"));
    let mut wine = None;
    report.step("windows: the engine under Wine", || {
        let program = command_line(toolchain()?);
        wine.insert(Wine::start(project)?).engine(project, scope, &program)
    });
    let wine = || wine.as_ref().ok_or_else(|| needs("windows: the engine under Wine"));
    report.step("windows: where the data may be, and what may be wrong", || {
        wine()?.first_run(project, &command_line(toolchain()?))
    });
    report.step("windows: QuickBooks on the same computer", || toolchain()?.test(project, build, wine()?));
    report.step("windows: installer", || {
        let toolchain = toolchain()?;
        let (programs, earlier) = (toolchain.programs(build), toolchain.earlier_app(build));
        *made = Some(package(project, &Product::read(project)?, &programs, &earlier)?);
        Ok(())
    });
    let made = || made.as_ref().ok_or_else(|| needs("windows: installer"));
    report.step("windows: both signatures", || signing::verify(project, made()?));
    if build == Build::Release {
        report.step("windows: sizes", || within_budget(made()?));
    }
    report.step("windows: the installer under Wine", || wine()?.installer(project, made()?));
    report.step("windows: an update by itself, under Wine", || wine()?.updater(project, made()?));
}

fn within_budget(made: &Made) -> Result<(), Stop> {
    let budgets = [
        ("the installer", size(&made.installer)?, INSTALLER_AT_MOST),
        ("what is installed", made.installed()?, INSTALLED_AT_MOST),
        ("tillbridge-cli.exe", size(&made.command_line)?, COMMAND_LINE_AT_MOST),
    ];
    for (what, size, most) in budgets {
        println!("{what}: {size} of {most} bytes");
        if size > most {
            return Err(WindowsError::TooBig { what, size, most }.into());
        }
    }
    Ok(())
}

fn size(file: &Path) -> Result<u64, Stop> {
    Ok(fs::metadata(file).map_err(at(file))?.len())
}
