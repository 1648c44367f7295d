#!/usr/bin/env python3
"""The installer's promises, one after the other, in the Windows that WINEPREFIX names: `cargo xtask test` runs this.

    installer.py --installer FILE --earlier FILE

Both are the same product; the second one says that it is of an earlier version. The Windows is one that nothing of ours
was installed in. One line is printed per promise that was kept. Exit code 0: all were. 1: one was not, and the last line
says which.

Wine takes the packages' "for this user, unless otherwise said" for "for all users", so every call says ALLUSERS. It
shows no dialogs here, has no WebView2 and no QuickBooks: docs/windows-checklist.md is for those.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from promises import exit_code, expect

FOR_THIS_USER = "ALLUSERS="
FOR_ALL_USERS = "ALLUSERS=1"
# What Windows Installer ends with, as far as a process on Linux is told of it: the lowest eight bits.
DONE = 0
FATAL = 1603 & 0xFF
RESTART_WANTED = 3010 & 0xFF
OURS = r"Software\Tillbridge\Tillbridge"
RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
UNINSTALL = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall"
WEBVIEW2 = r"HKLM\Software\Wow6432Node\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
PROGRAMS = {"tillbridge.exe", "tillbridge-cli.exe", "WebView2Loader.dll"}
IDENTIFIER = "app.tillbridge.desktop"


class Windows:
    def __init__(self):
        self.drive = pathlib.Path(os.environ["WINEPREFIX"], "drive_c")
        self.profile = next(path for path in (self.drive / "users").iterdir() if path.name != "Public")
        self.local = self.profile / "AppData/Local"

    def run(self, *command, may_end_with=(0,), **options):
        done = subprocess.run(
            ["wine", *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, timeout=180, **options
        )
        said = done.stdout.decode("utf-8", "replace").replace("\r", "")
        expect(done.returncode in may_end_with, f"{' '.join(map(str, command))} ended with {done.returncode}: {said.strip()}")
        return said

    def msiexec(self, *words, may_end_with=(DONE,)):
        # The empty ALLUSERS goes last: Wine takes the word after it for its value.
        self.run("msiexec", "/qn", *sorted(words, key=lambda word: word == FOR_THIS_USER), may_end_with=may_end_with)

    def value(self, key, name):
        """What the registry holds there, or None."""
        said = self.run("reg", "query", key, "/v", name, may_end_with=(0, 1))
        lines = [line.split(None, 2) for line in said.splitlines() if line.startswith("    ")]
        return lines[0][2].strip() if lines and len(lines[0]) > 2 else None

    def versions(self):
        """The versions of ours that the list of installed programs shows; Wine keeps one list for everybody."""
        said = self.run("reg", "query", UNINSTALL, "/s", may_end_with=(0, 1))
        found, name, version = [], None, None
        for line in [*said.splitlines(), "HKEY"]:
            words = line.split(None, 2)
            if line.startswith("HKEY"):
                found += [version] if name == "Tillbridge" else []
                name, version = None, None
            elif len(words) == 3 and words[0] == "DisplayName":
                name = words[2].strip()
            elif len(words) == 3 and words[0] == "DisplayVersion":
                version = words[2].strip()
        return found

    def shortcuts(self):
        menus = [self.profile / "AppData/Roaming/Microsoft/Windows/Start Menu", self.drive / "ProgramData/Microsoft/Windows/Start Menu"]
        return [str(path.relative_to(self.drive)) for menu in menus for path in menu.rglob("Tillbridge*.lnk")]


class Test:
    def __init__(self, installer, earlier):
        self.windows = Windows()
        self.installer, self.earlier = str(installer), str(earlier)
        self.version = installer.name.split("_")[1]
        self.own = self.windows.local / "Programs/Tillbridge"
        self.common = self.windows.drive / "Program Files/Tillbridge"
        self.data = self.windows.local / IDENTIFIER
        self.token = None

    def play(self):
        for promise in (
            self.without_webview2_it_refuses,
            self.for_this_user_it_needs_nothing_of_the_computer,
            self.nobody_gets_it_twice,
            self.the_engine_works_where_it_was_installed,
            self.an_update_keeps_data_mapping_and_secrets_while_a_program_runs,
            self.an_earlier_version_is_refused,
            self.a_repair_brings_back_what_is_missing,
            self.an_uninstall_leaves_the_data_and_nothing_else,
            self.for_all_users_it_starts_with_windows_when_asked_to,
            self.an_uninstall_takes_the_data_too_when_asked_to,
        ):
            promise()
            print(promise.__name__.replace("_", " ").replace("webview2", "WebView2").replace("windows", "Windows"))

    def programs(self, folder):
        return {path.name for path in folder.iterdir()} if folder.is_dir() else set()

    def cli(self, *words, folder=None, may_end_with=(0, 1), **options):
        return self.windows.run(str((folder or self.own) / "tillbridge-cli.exe"), *map(str, words), may_end_with=may_end_with, **options)

    def answers(self, folder=None):
        """What the engine knows, by itself: everything but the time."""
        ask = lambda *words: json.loads(self.cli(*words, "--data-dir", self.data, "--json", folder=folder))
        status = ask("status")
        return {
            "documents": status["documents"],
            "posted": status["posted"],
            "mapping": ask("mapping"),
            "tie-out": ask("tieout"),
            "token": ask("token")["stage"],
        }

    def nothing_is_installed(self):
        expect(not self.own.exists() and not self.common.exists(), "program files are there")
        for root in ("HKCU", "HKLM"):
            expect(self.windows.value(rf"{root}\{OURS}", "InstallFolder") is None, f"{root} knows it")
        expect(self.windows.versions() == [], "the list of programs shows it")
        expect(self.windows.shortcuts() == [], f"shortcuts are there: {self.windows.shortcuts()}")
        for key in (RUN, APPROVED):
            expect(self.windows.value(key, "Tillbridge") is None, "it starts with Windows")

    def is_installed(self, version):
        expect(self.programs(self.own) == PROGRAMS, f"the programs are {self.programs(self.own)}")
        expect(self.windows.value(rf"HKCU\{OURS}", "Version") == version, "the registry has another version")
        expect(self.windows.versions() == [version], f"the list of programs shows {self.windows.versions()}")

    def without_webview2_it_refuses(self):
        self.windows.msiexec("/i", self.installer, FOR_THIS_USER, may_end_with=(FATAL,))
        self.nothing_is_installed()
        self.windows.msiexec("/i", self.installer, FOR_THIS_USER, "NOWEBVIEW2=1")
        self.is_installed(self.version)
        self.windows.msiexec("/x", self.installer, FOR_THIS_USER)
        self.nothing_is_installed()
        # From here on it is as if the Runtime were there.
        self.windows.run("reg", "add", WEBVIEW2, "/v", "pv", "/d", "140.0.0.0", "/f")

    def for_this_user_it_needs_nothing_of_the_computer(self):
        self.windows.msiexec("/i", self.earlier, FOR_THIS_USER)
        self.is_installed("0.0.1")
        expect(not self.common.exists(), "program files of all users are there")
        expect(self.windows.value(rf"HKLM\{OURS}", "InstallFolder") is None, "the computer's registry knows it")
        expect(len(self.windows.shortcuts()) == 1, f"shortcuts: {self.windows.shortcuts()}")
        expect(self.windows.shortcuts()[0].startswith("users"), f"shortcuts: {self.windows.shortcuts()}")
        expect(self.windows.value(RUN, "Tillbridge") is None, "it starts with Windows unasked")

    def nobody_gets_it_twice(self):
        self.windows.msiexec("/i", self.installer, FOR_ALL_USERS, may_end_with=(FATAL,))
        expect(not self.common.exists(), "it is there for all users too")
        self.is_installed("0.0.1")

    def the_engine_works_where_it_was_installed(self):
        version = self.cli("--version", may_end_with=(0,))
        expect(self.version in version, f"the program says {version}")
        # A name as in Norway, and a path that is longer than Windows once allowed.
        world = self.windows.local.joinpath("Ærlig Østerås", *["a folder with a long name"] * 10)
        self.cli("demo", "--orders", "20", "--keep", world, may_end_with=(0,))
        shutil.copytree(world / "data", self.data)
        shutil.rmtree(self.windows.local / "Ærlig Østerås")
        # Without a place for the app token, so that the credential store is taken.
        config = re.sub(r"(?m)^password = .*\n", "", self.cli("config", "example", may_end_with=(0,)))
        (self.data / "config.toml").write_text(config, encoding="utf-8")
        said = self.cli("token", "--data-dir", self.data, "--generate", "--replace")
        expect("credential_store" in said, f"the token is kept elsewhere: {said}")
        self.before = self.answers()
        expect(self.before["documents"] > 0 and self.before["posted"] > 0, f"nothing was posted: {self.before}")
        expect(self.before["token"] != "not_given", "the credential store did not keep the token")

    def an_update_keeps_data_mapping_and_secrets_while_a_program_runs(self):
        with self.running():
            self.windows.msiexec("/i", self.installer, FOR_THIS_USER, may_end_with=(DONE, RESTART_WANTED))
        # What was in use is replaced when Windows starts again, if not before.
        self.windows.run("wineboot", "--restart")
        self.is_installed(self.version)
        expect(self.answers() == self.before, "the update changed what the engine knows")

    def an_earlier_version_is_refused(self):
        self.windows.msiexec("/i", self.earlier, FOR_THIS_USER, may_end_with=(FATAL,))
        self.is_installed(self.version)
        expect(self.answers() == self.before, "the refused version changed something")

    def a_repair_brings_back_what_is_missing(self):
        (self.own / "tillbridge.exe").unlink()
        self.windows.run("reg", "delete", rf"HKCU\{OURS}", "/v", "Version", "/f")
        self.windows.msiexec("/i", self.installer, FOR_THIS_USER, "REINSTALL=ALL")
        self.is_installed(self.version)

    def an_uninstall_leaves_the_data_and_nothing_else(self):
        # As the app's own setting writes it.
        self.windows.run("reg", "add", RUN, "/v", "Tillbridge", "/d", "tillbridge.exe", "/f")
        self.windows.run("reg", "add", APPROVED, "/v", "Tillbridge", "/t", "REG_BINARY", "/d", "020000000000000000000000", "/f")
        self.windows.msiexec("/x", self.installer, FOR_THIS_USER)
        self.nothing_is_installed()
        expect((self.data / "tillbridge.db").exists(), "the data are gone")

    def for_all_users_it_starts_with_windows_when_asked_to(self):
        self.windows.msiexec("/i", self.earlier, FOR_ALL_USERS, "AUTOSTART=1")
        self.is_installed_for_all("0.0.1")
        self.windows.msiexec("/i", self.installer, FOR_THIS_USER, may_end_with=(FATAL,))
        self.is_installed_for_all("0.0.1")
        self.windows.msiexec("/i", self.installer, FOR_ALL_USERS)
        self.is_installed_for_all(self.version)
        expect(self.answers(self.common) == self.before, "the engine knows something else")

    def is_installed_for_all(self, version):
        expect(self.programs(self.common) == PROGRAMS, f"the programs are {self.programs(self.common)}")
        expect(not self.own.exists(), "it is there for this user too")
        expect(self.windows.value(rf"HKLM\{OURS}", "Version") == version, "the registry has another version")
        expect(self.windows.versions() == [version], f"the list of programs shows {self.windows.versions()}")
        starts = self.windows.value(RUN, "Tillbridge")
        expect(starts and r"Program Files\Tillbridge\tillbridge.exe" in starts, f"what starts with Windows is {starts}")

    def an_uninstall_takes_the_data_too_when_asked_to(self):
        self.windows.msiexec("/x", self.installer, FOR_ALL_USERS, "REMOVEDATA=1")
        self.nothing_is_installed()
        expect(not self.data.exists(), f"data are left: {self.programs(self.data)}")
        kept = self.windows.run("reg", "query", r"HKCU\Software\Wine\Credential Manager", "/s", may_end_with=(0, 1))
        expect("Tillbridge" not in kept, "a secret outlived the data")

    @contextlib.contextmanager
    def running(self):
        """One of the installed programs at work: it waits for a secret."""
        command = ["wine", str(self.own / "tillbridge-cli.exe"), "secret", "--data-dir", str(self.data)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
            try:
                yield
                expect(program.poll() is None, "the program that was to be at work had ended")
            finally:
                program.kill()


def main():
    parser = argparse.ArgumentParser(description="The installer's promises, under Wine.")
    parser.add_argument("--installer", required=True, type=pathlib.Path)
    parser.add_argument("--earlier", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    return exit_code(Test(arguments.installer, arguments.earlier).play, "the installer keeps its promises")


if __name__ == "__main__":
    sys.exit(main())
