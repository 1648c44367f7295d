//! `cargo xtask test`, its quick part `check`, and `bindings`.

use std::{
    net::{TcpStream, ToSocketAddrs},
    process::Command,
    time::Duration,
};

use crate::{
    project::{DESKTOP, Project, SCHEMAS, Stop, cargo_command, works},
    report::Report,
    tools,
};

/// Everything that must pass.
pub fn test(project: &Project, _args: &[String]) -> Result<(), Stop> {
    let mut report = Report::default();
    say_whether_the_schema_is_here(project);
    quick(project, &mut report);
    report.step("engine: examples in the documentation", || {
        project.cargo(&["test", "--workspace", "--exclude", DESKTOP, "--doc"])
    });
    report.step("spelling", || project.run(&mut Command::new(tools::typos(project)?)));
    report.step("dependencies: licences, bans, sources", || deny(project, &["bans", "licenses", "sources"]));
    report.step("dependencies: advisories", || advisories(project));
    report.step("a SOAP client that is not ours", || soap_client(project));

    let installed = report.step("ui: install", || project.npm(&["ci"]));
    let mut ui = |name, script: &str| {
        report.step(name, || if installed { project.npm(&["run", script]) } else { Err(needs("ui: install")) })
    };
    ui("ui: format", "format:check");
    ui("ui: lint", "lint");
    ui("ui: types", "check");
    ui("ui: tests", "test");
    let built = ui("ui: build", "build");

    let libraries = report.step("desktop: libraries", || tools::desktop_libraries(project));
    let desktop = |args: &[&str]| if libraries { project.cargo(args) } else { Err(needs("desktop: libraries")) };
    report.step("desktop: lints", || desktop(&["clippy", "-p", DESKTOP, "--all-targets", "--", "-D", "warnings"]));
    report.step("desktop: tests, bindings among them", || desktop(&["test", "-p", DESKTOP]));
    let app = report.step("desktop: build", || {
        if libraries && built {
            project.tauri(&["build", "--debug", "--no-bundle", "--ci"])
        } else {
            Err(needs("desktop: libraries and ui: build"))
        }
    });
    report.step("the real window", || if app { window(project) } else { Err(needs("desktop: build")) });
    report.close()
}

/// The quick part, which needs no desktop library and no Node.
pub fn check(project: &Project, _args: &[String]) -> Result<(), Stop> {
    let mut report = Report::default();
    say_whether_the_schema_is_here(project);
    quick(project, &mut report);
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
        project.run(command.args(["test", "-p", DESKTOP, "bindings"]).env("TILLBRIDGE_WRITE_BINDINGS", "1"))
    });
    report.close()
}

fn quick(project: &Project, report: &mut Report) {
    report.step("format", || project.cargo(&["fmt", "--all", "--check"]));
    report.step("engine: lints", || {
        project.cargo(&["clippy", "--workspace", "--exclude", DESKTOP, "--all-targets", "--", "-D", "warnings"])
    });
    report.step("engine: tests, house rules among them", || {
        let runner: &[&str] =
            if works("cargo-nextest", &["--version"]) { &["nextest", "run"] } else { &["test", "--tests"] };
        project.cargo(&[runner, &["--workspace", "--exclude", DESKTOP]].concat())
    });
}

fn say_whether_the_schema_is_here(project: &Project) {
    match &project.schemas {
        Some(folder) => println!("QuickBooks' schema: {}", folder.display()),
        None => println!(
            "QuickBooks' schema is not here ({SCHEMAS} names its folder): the tests that judge our XML by it are skipped"
        ),
    }
}

/// A step that another one has left nothing to work on.
fn needs(step: &str) -> Stop {
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

/// A whole Web Connector session, spoken by zeep against our endpoint.
fn soap_client(project: &Project) -> Result<(), Stop> {
    let script = project.root.join("tests/soap/run.py");
    if !script.is_file() {
        return Err(Stop::Skipped("tests/soap/run.py is not there".into()));
    }
    project.run(Command::new(tools::python_with_zeep(project)?).arg(script))
}

/// The built app under a virtual display.
fn window(project: &Project) -> Result<(), Stop> {
    tools::window_driver(project)?;
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec", "tests/window/status.test.mjs"]);
    project.run(node.env("TILLBRIDGE_APP", project.debug_binary(DESKTOP)))
}
