//! The proof under Wine. What Wine can't show, WebView2 and QuickBooks, is in docs/windows-checklist.md.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{Made, at};
use crate::{
    project::{Project, Stop},
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

    /// The installer: everything that it promises, one after the other.
    pub fn installer(&self, project: &Project, made: &Made) -> Result<(), Stop> {
        let mut python = Command::new("python3");
        python
            .arg("tests/windows/installer.py")
            .arg("--installer")
            .arg(&made.installer)
            .arg("--earlier")
            .arg(&made.earlier);
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

    fn environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("WINEPREFIX", &self.prefix).env("WINEARCH", "win64").env("WINEDEBUG", "-all");
        // Wine would put what it installs into this computer's own menu.
        command.env("WINEDLLOVERRIDES", "winemenubuilder.exe=")
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        // What Wine keeps running in the background would outlive us by minutes.
        let _ = self.environment(Command::new("wineserver").arg("--kill")).status();
    }
}
