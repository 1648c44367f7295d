//! The program under test, as a process.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    sync::{Arc, Mutex, OnceLock},
};

use serde_json::Value;

/// The environment variables that the configuration names, and what the simulated world takes.
const SECRETS: [(&str, &str); 2] =
    [("TILLBRIDGE_SHOP_SECRET", "simulated-secret"), ("TILLBRIDGE_QUICKBOOKS_PASSWORD", "typed-once")];

/// The user name and the password that the Web Connector signs in with.
pub(crate) const SIGN_IN: (&str, &str) = ("tillbridge", SECRETS[1].1);

/// Names the program where it is built already, as `cargo xtask test` has done: by itself Cargo would build most
/// dependencies again for it, because it unites the features of just the packages that it is asked for.
const READY: &str = "TILLBRIDGE_CLI";

/// The command line program, built once with the profile and into the target folder of the running test.
fn path() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(ready) = std::env::var_os(READY) {
            return ready.into();
        }
        let test = std::env::current_exe().unwrap();
        let profile_folder = test.ancestors().nth(2).unwrap();
        let profile = match profile_folder.file_name().unwrap().to_str().unwrap() {
            "debug" => "dev",
            other => other,
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "tillbridge-cli", "--profile", profile, "--target-dir"])
            .arg(profile_folder.parent().unwrap())
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
            .status()
            .unwrap();
        assert!(built.success(), "tillbridge-cli can't be built");
        profile_folder.join(format!("tillbridge-cli{}", std::env::consts::EXE_SUFFIX))
    })
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(path());
    command.args(arguments).envs(SECRETS).env_remove("TILLBRIDGE_LOG").stdin(Stdio::null());
    command
}

/// A command that came to its end.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it said of problems.
    pub problems: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), problems: text(&output.stderr) }
    }

    /// What it printed, as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON: {error}: {self:?}"))
    }
}

/// A `tillbridge-cli run` at work; it is killed when this is dropped.
#[derive(Debug)]
pub struct Program {
    child: Arc<Mutex<Child>>,
    /// Kept open, so that the program can go on printing.
    _out: BufReader<ChildStdout>,
    /// Where the Web Connector finds it.
    pub(crate) url: String,
}

impl Program {
    /// Runs one command to its end, with `more` in its environment; an empty value takes a variable away.
    pub fn ask_with(arguments: &[&str], more: &[(&str, &str)]) -> Ended {
        let mut command = command(arguments);
        for (variable, value) in more {
            if value.is_empty() {
                command.env_remove(variable)
            } else {
                command.env(variable, value)
            };
        }
        Ended::of(&command.output().unwrap())
    }

    /// Runs one command to its end.
    pub fn ask(arguments: &[&str]) -> Ended {
        Self::ask_with(arguments, &[])
    }

    /// Runs one command to its end, with this on its standard input.
    pub fn feed(arguments: &[&str], input: &str) -> Ended {
        let mut command = command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that wants no input may be gone before it is written.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Ended::of(&child.wait_with_output().unwrap())
    }

    /// Starts the engine over a data folder and waits until it listens; what it says of problems goes to `problems`.
    pub(crate) fn start(data: &str, problems: &Path) -> Self {
        let file = File::options().create(true).append(true).open(problems).unwrap();
        let mut child = command(&["run", "--data-dir", data]).stdout(Stdio::piped()).stderr(file).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let url = line.split_whitespace().last().filter(|word| word.starts_with("http://")).map(str::to_owned);
        let Some(url) = url else {
            let _ = child.wait();
            panic!("the engine did not start: {line:?} {}", std::fs::read_to_string(problems).unwrap());
        };
        Self { child: Arc::new(Mutex::new(child)), _out: out, url }
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// Something that kills the process at once, as SIGKILL does, and returns when it is gone.
    pub fn killer(&self) -> impl Fn() + Send + 'static {
        let child = Arc::clone(&self.child);
        move || {
            let mut child = child.lock().unwrap();
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.killer()();
    }
}
