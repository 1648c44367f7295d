#!/usr/bin/env python3
"""Where the data may be, and what may be wrong with the computer, in the Windows that WINEPREFIX names: `cargo xtask test`
runs this.

    first_run.py --cli FILE

What the program can't work with it has to tell with the code that support knows, and with what to do; it has to touch
nothing, and to go on once the hindrance is gone.

One line is printed per promise that was kept. Exit code 0: all were. 1: one was not, and the last line says which.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import socket
import stat
import subprocess
import sys

from promises import exit_code, expect

SECRETS = {"TILLBRIDGE_SHOP_SECRET": "simulated-secret", "TILLBRIDGE_QUICKBOOKS_PASSWORD": "typed-once"}
# One folder more than Windows once allowed paths to be long.
LONG = ["a folder with a long name, as they come about in companies"] * 6


class Test:
    def __init__(self, cli):
        self.cli = str(cli)
        self.drive = pathlib.Path(os.environ["WINEPREFIX"], "drive_c")
        self.user = self.drive / "users/Åse Marie Øverås"
        self.data = self.user / "AppData/Local/app.tillbridge.desktop"

    def play(self):
        for promise in (
            self.a_user_may_be_called_as_she_is,
            self.a_path_may_be_longer_than_windows_once_allowed,
            self.a_port_that_is_taken_is_told_and_nothing_is_lost,
            self.a_database_that_another_program_has_locked_is_told,
            self.a_database_that_another_program_shares_with_nobody_is_told,
            self.a_folder_that_can_not_be_written_is_told,
        ):
            promise()
            print(promise.__name__.replace("_", " ").replace("windows", "Windows"))

    def windows_path(self, path):
        return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")

    def ask(self, *words, data=None):
        """Exit code, what was printed, and what was said of problems."""
        where = ["--data-dir", self.windows_path(data or self.data)]
        done = subprocess.run(["wine", self.cli, *words, *where], env=os.environ | SECRETS, capture_output=True, check=False, timeout=120)
        out, problems = (part.decode("utf-8", "replace").replace("\r", "") for part in (done.stdout, done.stderr))
        return done.returncode, out, problems

    def told(self, code, *words, data=None):
        """The problem that a command ends with; it has to have this code, and to say what to do."""
        ended, _, problems = self.ask(*words, data=data)
        expect(ended == 1 and f"[{code}]" in problems, f"{' '.join(words)} ended with {ended} instead of {code}: {problems}")
        return problems

    def status(self, data=None):
        ended, out, problems = self.ask("status", "--json", data=data)
        expect(ended in (0, 1), f"status ended with {ended}: {problems}")
        return json.loads(out)["documents"]

    def installation(self, data):
        """An installation with a few orders in it, all of it made by the program."""
        data.parent.mkdir(parents=True)
        world = self.windows_path(data.parent / "world")
        subprocess.run(["wine", self.cli, "demo", "--orders", "10", "--keep", world], stdout=subprocess.DEVNULL, check=True, timeout=120)
        (data.parent / "world/data").rename(data)
        expect(self.status(data) == 10, "the orders are not there")
        done = subprocess.run(["wine", self.cli, "config", "example"], capture_output=True, check=True, timeout=120)
        text = done.stdout.decode("utf-8").replace("\r", "")
        # A shop that can't be reached is enough here.
        for asked, answer in (("your-shop", "nowhere"), ('# base_url = "http://127.0.0.1:8090"', 'base_url = "http://127.0.0.1:9"')):
            expect(asked in text, f"the example configuration has no {asked}")
            text = text.replace(asked, answer, 1)
        (data / "config.toml").write_text(text, encoding="utf-8")
        ended, _, problems = self.ask("pause", data=data)
        expect(ended == 0, f"nothing can be written: {problems}")
        bundle = data.parent / "Støtte til Åse.zip"
        ended, _, problems = self.ask("diagnostics", "--to", self.windows_path(bundle), data=data)
        expect(ended == 0 and bundle.stat().st_size > 0, f"the support bundle is not there: {problems}")

    def a_user_may_be_called_as_she_is(self):
        self.installation(self.data)

    def a_path_may_be_longer_than_windows_once_allowed(self):
        data = self.user.joinpath(*LONG) / "app.tillbridge.desktop"
        expect(len(self.windows_path(data / "tillbridge.db")) > 260, "the path is short")
        self.installation(data)

    def a_port_that_is_taken_is_told_and_nothing_is_lost(self):
        config = self.data / "config.toml"
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            text, count = re.subn(r"(?m)^port = .*$", f"port = {port}", config.read_text("utf-8"))
            expect(count == 1, "the configuration has no port")
            config.write_text(text, encoding="utf-8")
            problem = self.told("quickbooks.port", "run", "--once")
        expect(str(port) in problem and "Close that program" in problem, f"it does not say what to do: {problem}")
        _, _, problems = self.ask("run", "--once")
        expect("quickbooks.port" not in problems, f"the port is free: {problems}")
        expect(self.status() == 10, "orders are gone")

    def a_database_that_another_program_has_locked_is_told(self):
        # Locks of this system hold for Wine's programs too; these are SQLite's own, by a program that is none of ours.
        lock = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('PRAGMA locking_mode = EXCLUSIVE'); " \
            "db.execute('BEGIN EXCLUSIVE'); print('locked', flush=True); sys.stdin.read()"
        with self.holding([sys.executable, "-c", lock, self.data / "tillbridge.db"]) as other:
            expect(other.stdout.readline() == b"locked\n", "the other program has no lock")
            self.is_told_as_in_use()
        expect(self.status() == 10, "orders are gone")

    def a_database_that_another_program_shares_with_nobody_is_told(self):
        # Windows' own command line opens a file so that nobody else may write to it; what it writes here is nothing.
        before = (self.data / "tillbridge.db").read_bytes()
        with self.holding(["wine", "cmd", "/c", "echo open& set /p ANSWER=>>tillbridge.db"]) as other:
            expect(other.stdout.readline().strip() == b"open", "the other program did not start")
            self.is_told_as_in_use()
        expect((self.data / "tillbridge.db").read_bytes() == before, "the database was touched")
        expect(self.status() == 10, "orders are gone")

    def is_told_as_in_use(self):
        problem = self.told("store.in_use", "resume")
        expect("Wait until it is done" in problem, f"it does not say what to do: {problem}")

    @contextlib.contextmanager
    def holding(self, command):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, cwd=self.data, **pipes) as other:
            try:
                yield other
                expect(other.poll() is None, "the other program ended too early")
            finally:
                other.stdin.close()
                other.wait(60)

    def a_folder_that_can_not_be_written_is_told(self):
        everything = [self.data, *self.data.rglob("*")]
        before = {path: path.stat().st_mode for path in everything}
        try:
            for path in reversed(everything):
                path.chmod(before[path] & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
            expect(not os.access(self.data, os.W_OK), "this user may write everywhere")
            for words in (("resume",), ("run", "--once")):
                problem = self.told("store.not_writable", *words)
                expect("Take the write protection off" in problem, f"it does not say what to do: {problem}")
        finally:
            for path, mode in before.items():
                path.chmod(mode)
        expect(self.status() == 10, "orders are gone")


def main():
    parser = argparse.ArgumentParser(description="Where the data may be, and what may be wrong with the computer.")
    parser.add_argument("--cli", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    return exit_code(Test(arguments.cli).play, "what may be wrong with the computer is told")


if __name__ == "__main__":
    sys.exit(main())
