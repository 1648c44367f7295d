//! `cargo xtask test`, its quick part `check`, and `bindings`.

use std::{
    fs,
    net::{TcpStream, ToSocketAddrs},
    path::Path,
    process::Command,
    time::Duration,
};

use crate::{
    project::{DESKTOP, Project, SCHEMAS, Stop, cargo_command},
    report::Report,
    tools, windows,
};

/// The environment variable that names the command line program to the whole-system tests.
pub const CLI: &str = "TILLBRIDGE_CLI";

/// The entries of the history that the screens are scrolled through.
const LONG_HISTORY: u32 = 100_000;

/// Which packages a step is about.
///
/// Cargo unites the features of all packages that it is asked for, so the same selection everywhere means that every
/// dependency is built once.
#[derive(Clone, Copy)]
pub enum Scope {
    /// All of them.
    Everything,
    /// All but the desktop package, which alone needs desktop libraries.
    Engine,
}

impl Scope {
    /// The arguments for Cargo that select the packages.
    fn selection(self) -> &'static [&'static str] {
        match self {
            Self::Everything => &["--workspace"],
            Self::Engine => &["--workspace", "--exclude", DESKTOP],
        }
    }

    /// Runs `cargo WORDS SELECTION MORE`.
    fn cargo(self, project: &Project, words: &[&str], more: &[&str]) -> Result<(), Stop> {
        project.cargo(&[words, self.selection(), more].concat())
    }
}

/// Everything that must pass.
pub fn test(project: &Project, _args: &[String]) -> Result<(), Stop> {
    let mut report = Report::default();
    let libraries = report.step("desktop: libraries", || tools::desktop_libraries(project));
    // Without the libraries of the window the engine is still tested.
    let scope = if libraries { Scope::Everything } else { Scope::Engine };
    let programs = quick(project, &mut report, scope);
    report.step("examples in the documentation", || scope.cargo(project, &["test", "--doc"], &[]));
    report.step("a SOAP client that is not ours", || {
        if programs { soap_client(project, None) } else { Err(needs("programs and tests: build")) }
    });
    report.step("spelling", || project.run(&mut Command::new(tools::typos(project)?)));
    report.step("workflows", || {
        // Offline, so that it finds the same everywhere.
        project.run(Command::new(tools::zizmor(project)?).args(["--offline", "--quiet", ".github"]))
    });
    report.step("dependencies: licences, bans, sources", || deny(project, &["bans", "licenses", "sources"]));
    report.step("dependencies: advisories", || advisories(project));

    let installed = report.step("ui: install", || project.npm(&["ci"]));
    let mut ui = |name, script: &str| {
        report.step(name, || if installed { project.npm(&["run", script]) } else { Err(needs("ui: install")) });
    };
    ui("ui: format", "format:check");
    ui("ui: lint", "lint");
    ui("ui: types", "check");
    ui("ui: tests", "test");

    let browser = report.step("the screens: a browser", || tools::browser(project));
    report.step("the screens, on prepared answers", || {
        if installed && browser {
            screens(project, "screens")
        } else {
            Err(needs("ui: install and the screens: a browser"))
        }
    });
    report.step("the screens, on the real engine", || {
        if libraries && installed && browser {
            engine_screens(project, "engine")
        } else {
            Err(needs("desktop: libraries, ui: install and the screens: a browser"))
        }
    });

    // It builds the UI too.
    let app = report.step("desktop: build", || {
        if libraries && installed {
            // What follows the dashes goes to Cargo: the packages and targets of the steps above, so that only what knows
            // Tauri is built again.
            project.tauri(&["build", "--debug", "--no-bundle", "--ci", "--", "--workspace", "--tests"])
        } else {
            Err(needs("desktop: libraries and ui: install"))
        }
    });
    report.step("the real window", || if app { window(project) } else { Err(needs("desktop: build")) });

    if programs {
        windows::prove(project, &mut report, scope);
    }
    report.close()
}

/// Pictures of every screen over the real engine, into a folder that Git does not see.
pub fn screenshots(project: &Project, _args: &[String]) -> Result<(), Stop> {
    tools::desktop_libraries(project)?;
    project.ui_installed()?;
    tools::browser(project)?;
    engine_screens(project, "pictures")?;
    println!("The pictures are in ui/dist-screens/engine");
    Ok(())
}

/// The quick part, which needs no desktop library and no Node.
pub fn check(project: &Project, _args: &[String]) -> Result<(), Stop> {
    let mut report = Report::default();
    quick(project, &mut report, Scope::Engine);
    report.close()
}

/// Writes the bindings anew, by the test that otherwise compares them.
pub fn bindings(project: &Project, _args: &[String]) -> Result<(), Stop> {
    let mut report = Report::default();
    let libraries = report.step("desktop: libraries", || tools::desktop_libraries(project));
    report.step("bindings", || {
        if !libraries {
            return Err(needs("desktop: libraries"));
        }
        let mut command = cargo_command();
        command.args(["test", "--package", DESKTOP, "--lib", "bindings"]);
        project.run(command.env("TILLBRIDGE_WRITE_BINDINGS", "1"))
    });
    report.close()
}

/// Returns whether the programs are built.
fn quick(project: &Project, report: &mut Report, scope: Scope) -> bool {
    report.step("QuickBooks' schema", || schema(project));
    report.step("format", || project.cargo(&["fmt", "--all", "--check"]));
    report.step("lints", || scope.cargo(project, &["clippy"], &["--all-targets", "--", "-D", "warnings"]));
    let programs =
        report.step("programs and tests: build", || scope.cargo(project, &["build", "--bins", "--tests"], &[]));
    report.step("tests, house rules and bindings among them", || {
        if !programs {
            return Err(needs("programs and tests: build"));
        }
        let mut command = cargo_command();
        command.args(["test", "--tests", "--no-fail-fast"]).args(scope.selection());
        project.run(command.env(CLI, project.debug_binary("tillbridge-cli")))
    });
    programs
}

/// The tests judge our XML by QuickBooks' own schema where it is; without it they say that they skip.
fn schema(project: &Project) -> Result<(), Stop> {
    let Some(folder) = &project.schemas else {
        return Err(Stop::Skipped(format!("it is not here; {SCHEMAS} names its folder")));
    };
    println!("{}", folder.display());
    tools::xmllint(project)
}

/// A step that another one has left nothing to work on.
pub fn needs(step: &str) -> Stop {
    Stop::Skipped(format!("needs `{step}`, which did not pass"))
}

fn deny(project: &Project, checks: &[&str]) -> Result<(), Stop> {
    project.run(Command::new(tools::cargo_deny(project)?).args(["--workspace", "check"]).args(checks))
}

/// The database of advisories is fetched from GitHub, so this step needs the network.
fn advisories(project: &Project) -> Result<(), Stop> {
    let address = ("github.com", 443).to_socket_addrs().ok().and_then(|mut found| found.next());
    let reachable = address.is_some_and(|to| TcpStream::connect_timeout(&to, Duration::from_secs(5)).is_ok());
    if !reachable {
        return Err(Stop::Skipped("github.com, where the advisories are kept, can't be reached".into()));
    }
    deny(project, &["advisories"])
}

/// Whole Web Connector sessions, spoken by zeep against our endpoint; with the command line program `cli` in place of the
/// one that was built for this system.
pub fn soap_client(project: &Project, cli: Option<&Path>) -> Result<(), Stop> {
    let mut python = Command::new(tools::python_with_zeep(project)?);
    python.arg("tests/soap/run.py").arg("--binaries").arg(project.debug_binaries());
    if let Some(cli) = cli {
        python.arg("--cli").arg(cli);
    }
    project.run(&mut python)
}

/// The whole-system tests of the commands, with the command line program `cli`.
pub fn whole_system(project: &Project, scope: Scope, cli: &Path) -> Result<(), Stop> {
    let mut command = cargo_command();
    command.arg("test").args(scope.selection()).args(["--test", "whole", "commands::"]);
    project.run(command.env(CLI, cli))
}

/// One of the UI's scripts that look at the screens in a browser of the system.
fn screens(project: &Project, script: &str) -> Result<(), Stop> {
    project.npm(&["run", script])
}

/// The same with a twin of the app behind the screens, and the data of a shop of many orders.
fn engine_screens(project: &Project, script: &str) -> Result<(), Stop> {
    Scope::Everything.cargo(project, &["build"], &["--example", "twin", "--example", "long-history"])?;
    let examples = project.debug_binaries().join("examples");
    let history = project.target.join("long-history");
    // Made once: a newer engine brings it up to date itself, as it does a merchant's.
    if !history.exists() {
        println!("Making a history of {LONG_HISTORY} entries, once, in {}", history.display());
        let unfinished = project.target.join(format!("long-history-{}", std::process::id()));
        let mut making = Command::new(examples.join("long-history"));
        project.run(making.arg(unfinished.join("data")).arg(LONG_HISTORY.to_string()))?;
        fs::rename(&unfinished, &history).map_err(|error| Stop::Skipped(error.to_string()))?;
    }
    let mut npm = project.npm_command(&["run", script]);
    npm.env("TILLBRIDGE_TWIN", examples.join("twin")).env("TILLBRIDGE_LONG_HISTORY", &history);
    project.run(&mut npm)
}

/// The built app under a virtual display.
fn window(project: &Project) -> Result<(), Stop> {
    tools::window_driver(project)?;
    let mut node = Command::new("node");
    // By their names: what a folder means to Node differs from version to version.
    let tests = fs::read_dir(project.root.join("tests/window")).into_iter().flatten().flatten().map(|file| file.path());
    let tests = tests.filter(|path| path.to_string_lossy().ends_with(".test.mjs"));
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"]).args(tests);
    node.env("TILLBRIDGE_APP", project.debug_binary(DESKTOP));
    project.run(node.env("TILLBRIDGE_WORLD", project.debug_binary("simulated-world")))
}
