#!/usr/bin/env python3
"""An update of the app by itself, in the Windows that WINEPREFIX names: `cargo xtask test` runs this.

    updater.py --earlier FILE --newer FILE --version VERSION

The earlier version is installed, given the data of a simulated shop, and started as Windows starts it when somebody signs
in: without a window. A server on this computer publishes the newer one, whose version is given and whose signature for the
updater is beside it. The app has to find it, download it, check it, have Windows' installer put it in its own place, and
come back as the newer version with its data. Before that, it is offered the same with a byte changed, which it has to
refuse.

One line is printed per promise that was kept. Exit code 0: all were. 1: one was not, and the last line says which.
"""

import argparse
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

from installer import FOR_THIS_USER, IDENTIFIER, OURS, WEBVIEW2, Windows
from promises import exit_code, expect

EARLIER = "0.0.1"
# The app looks for updates a minute after its start at the latest; the rest is time for a busy computer.
WITHIN_SECONDS = 240
TARGET = "windows-x86_64-msi"


class Publisher(http.server.BaseHTTPRequestHandler):
    """The update server: lists, and the installer that they name."""

    def do_GET(self):
        list_ = json.dumps(self.server.list).encode()
        known = {"/stable/latest.json": list_, "/Tillbridge.msi": self.server.installer}
        found = known.get(self.path)
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Length", str(len(found or b"")))
        self.end_headers()
        self.wfile.write(found or b"")
        self.server.asked.append(self.path)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def publishing(version, installer, signature):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    server.address = f"http://127.0.0.1:{server.server_port}"
    server.installer, server.asked = installer, []
    platform = {"url": f"{server.address}/Tillbridge.msi", "signature": signature}
    server.list = {"version": version, "notes": "Faster.", "pub_date": "2026-01-01T00:00:00Z", "platforms": {TARGET: platform}}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def display():
    """A screen that nobody sees: Windows' installer shows how far it is."""
    with subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1024x768x24"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as screen:
        try:
            yield f":{screen.stdout.readline().decode().strip()}"
        finally:
            screen.terminate()


class Test:
    def __init__(self, earlier, newer, version):
        self.windows = Windows()
        self.earlier, self.newer, self.version = str(earlier), newer, version
        self.programs = self.windows.local / "Programs/Tillbridge"
        self.data = self.windows.local / IDENTIFIER

    def play(self):
        self.windows.run("reg", "add", WEBVIEW2, "/v", "pv", "/d", "140.0.0.0", "/f")
        self.windows.msiexec("/i", self.earlier, FOR_THIS_USER)
        world = self.windows.local / "world"
        self.cli("demo", "--orders", "20", "--keep", world)
        shutil.copytree(world / "data", self.data)
        self.is_installed(EARLIER)
        before = self.answers()
        expect(before["documents"] > 0 and before["posted"] > 0, f"nothing was posted: {before}")
        installer = self.newer.read_bytes()
        signature = self.newer.with_name(f"{self.newer.name}.sig").read_text()

        altered = installer[:-1] + bytes([installer[-1] ^ 1])
        with publishing(self.version, altered, signature) as server, self.running(server):
            self.until(lambda: self.has_logged("update.signature"), "an altered installer was not refused", server)
        self.is_installed(EARLIER)
        print("an altered installer is refused")

        with publishing(self.version, installer, signature) as server, self.running(server):
            self.until(lambda: self.has_logged("started", f'version="{self.version}"'), "the newer version never started", server)
            self.is_installed(self.version)
            installed = (self.programs / "tillbridge.exe").read_bytes()
            expect(installed == self.newer.with_name("tillbridge.exe").read_bytes(), "the app is another one")
            expect(self.answers() == before, "the update changed what the engine knows")
        print("the app has updated itself, and came back with its data")
        self.windows.msiexec("/x", str(self.newer), FOR_THIS_USER, "REMOVEDATA=1")

    def cli(self, *words):
        return self.windows.run(str(self.programs / "tillbridge-cli.exe"), *map(str, words), may_end_with=(0, 1))

    def answers(self):
        ask = lambda what: json.loads(self.cli(what, "--data-dir", self.data, "--json"))
        status = ask("status")
        return {"documents": status["documents"], "posted": status["posted"], "mapping": ask("mapping"), "tie-out": ask("tieout")}

    def is_installed(self, version):
        expect(self.windows.value(rf"HKCU\{OURS}", "Version") == version, f"the registry has another version than {version}")
        expect(self.windows.versions() == [version], f"the list of programs shows {self.windows.versions()}")

    def logs(self):
        return "".join(path.read_text("utf-8", "replace") for path in sorted((self.data / "logs").glob("*.log")))

    def has_logged(self, *words):
        return any(all(word in line for word in words) for line in self.logs().splitlines())

    @contextlib.contextmanager
    def running(self, server):
        """The app at work, under whichever version."""
        environment = os.environ | {"TILLBRIDGE_UPDATES_URL": server.address}
        with display() as screen:
            command = ["wine", str(self.programs / "tillbridge.exe"), "--hidden"]
            environment["DISPLAY"] = screen
            with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as app:
                try:
                    yield
                finally:
                    self.windows.run("taskkill", "/f", "/im", "tillbridge.exe", may_end_with=(0, 128))
                    app.wait(60)

    def until(self, is_so, otherwise, server):
        end = time.monotonic() + WITHIN_SECONDS
        while not is_so():
            expect(time.monotonic() < end, f"{otherwise}; the server was asked for {server.asked}; the app says:\n{self.logs()}")
            time.sleep(1)


def main():
    parser = argparse.ArgumentParser(description="An update of the app by itself, under Wine.")
    parser.add_argument("--earlier", required=True, type=pathlib.Path)
    parser.add_argument("--newer", required=True, type=pathlib.Path)
    parser.add_argument("--version", required=True)
    arguments = parser.parse_args()
    return exit_code(Test(arguments.earlier, arguments.newer, arguments.version).play, "the app updates itself")


if __name__ == "__main__":
    sys.exit(main())
