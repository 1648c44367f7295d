//! The proof under Wine. What Wine can't show, WebView2 and QuickBooks, is in docs/windows-checklist.md.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{Made, at};
use crate::{
    project::{Project, Stop, output, works},
    suite::{Scope, soap_client, whole_system},
};

/// Wine 8 lacks a library by which Rust's programs draw random numbers; this stands in for it, in the tests alone.
const RANDOM: &str = "\
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) {
  return length <= 0xffffffff && RtlGenRandom(bytes, (ULONG)length);
}
";

/// Runs a program as root without root's right to write everywhere.
const MODEST: &[&str] = &["setpriv", "--bounding-set", "-dac_override,-dac_read_search"];

/// A Windows of our own, which nothing was installed in before.
#[derive(Debug)]
pub struct Wine {
    prefix: PathBuf,
}

impl Wine {
    /// Makes one anew.
    pub fn start(project: &Project) -> Result<Self, Stop> {
        let prefix = project.target.join("windows/wine");
        if prefix.exists() {
            fs::remove_dir_all(&prefix).map_err(at(&prefix))?;
        }
        fs::create_dir_all(&prefix).map_err(at(&prefix))?;
        let wine = Self { prefix };
        project.run(wine.environment(Command::new("wineboot").arg("--init").stderr(Stdio::null())))?;
        let source = wine.prefix.join("random.c");
        fs::write(&source, RANDOM).map_err(at(&source))?;
        let library = wine.prefix.join("drive_c/windows/system32/bcryptprimitives.dll");
        project.run(
            Command::new("x86_64-w64-mingw32-gcc")
                .args(["-O2", "-shared", "-o"])
                .arg(library)
                .arg(&source)
                .arg("-ladvapi32"),
        )?;
        Ok(wine)
    }

    /// The engine: the main job, a SOAP client that is none of ours, and the whole-system tests of the commands.
    pub fn engine(&self, project: &Project, scope: Scope, program: &Path) -> Result<(), Stop> {
        let program = self.script(project, program)?;
        project.run(Command::new(&program).arg("demo"))?;
        soap_client(project, Some(&program))?;
        whole_system(project, scope, &program)
    }

    /// Where the data may be, and what may be wrong with the computer.
    pub fn first_run(&self, project: &Project, program: &Path) -> Result<(), Stop> {
        // Root may write everywhere, unless it gives that up before Wine's server starts, which does the writing.
        self.end();
        let mut python = if works(MODEST[0], &[&MODEST[1..], &["true"]].concat()) {
            let mut modest = Command::new(MODEST[0]);
            modest.args(&MODEST[1..]).arg("python3");
            modest
        } else {
            Command::new("python3")
        };
        python.args(["-B", "tests/windows/first_run.py"]).arg("--cli").arg(program);
        let done = project.run(self.environment(&mut python));
        self.end();
        done
    }

    /// The installer: everything that it promises, one after the other.
    pub fn installer(&self, project: &Project, made: &Made) -> Result<(), Stop> {
        let mut python = Command::new("python3");
        python
            .args(["-B", "tests/windows/installer.py"])
            .arg("--installer")
            .arg(&made.installer)
            .arg("--earlier")
            .arg(&made.earlier);
        project.run(self.environment(&mut python))
    }

    /// An update of the app by itself, from its server to the newer version at work.
    pub fn updater(&self, project: &Project, made: &Made) -> Result<(), Stop> {
        let mut python = Command::new("python3");
        python
            .args(["-B", "tests/windows/updater.py"])
            .arg("--earlier")
            .arg(&made.earlier)
            .arg("--newer")
            .arg(&made.update)
            .arg("--version")
            .arg(&project.version);
        project.run(self.environment(&mut python))
    }

    /// A program of this system that runs a Windows program.
    fn script(&self, project: &Project, program: &Path) -> Result<PathBuf, Stop> {
        let path = self.prefix.join("tillbridge-cli");
        let text = format!(
            "#!/bin/sh\nexport WINEPREFIX='{}' WINEARCH=win64 WINEDEBUG=-all\nexec wine '{}' \"$@\"\n",
            self.prefix.display(),
            program.display()
        );
        fs::write(&path, text).map_err(at(&path))?;
        project.run(Command::new("chmod").arg("+x").arg(&path))?;
        Ok(path)
    }

    /// Has COM ready: on a busy computer its service is not always there when a program first wants it, and then not for as
    /// long as this Windows runs. Where it can't be had the tests say so.
    pub fn start_com(&self) -> Result<(), Stop> {
        for _ in 0..3 {
            self.end();
            let net = |words: &[&str]| output(self.environment(Command::new("wine").arg("net").args(words)));
            // It fails where the service runs already.
            let _ = net(&["start", "RpcSs"]);
            if net(&["start"])?.contains("Remote Procedure Call") {
                break;
            }
        }
        Ok(())
    }

    /// Ends everything that runs in it.
    fn end(&self) {
        for word in ["--kill", "--wait"] {
            let _ = self.environment(Command::new("wineserver").arg(word)).status();
        }
    }

    /// Has a command take place in this Windows.
    pub fn environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("WINEPREFIX", &self.prefix).env("WINEARCH", "win64").env("WINEDEBUG", "-all");
        // Wine would put what it installs into this computer's own menu.
        command.env("WINEDLLOVERRIDES", "winemenubuilder.exe=")
    }
}

/// A path of this system as Windows' programs know it.
pub fn path(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}

impl Drop for Wine {
    fn drop(&mut self) {
        // What Wine keeps running in the background would outlive us by minutes.
        self.end();
    }
}
