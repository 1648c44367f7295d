#!/usr/bin/env python3
"""The engine against a SOAP client that is none of ours: `cargo xtask test` runs this with zeep installed.

    run.py --binaries FOLDER [--orders N] [--cli PROGRAM]

A simulated shop and a simulated company file are made, the engine is set up and started between them, and
zeep_session.py plays the Web Connector, session after session, until nothing is left to do. Then everything must be in
the company file, and tie out. The client is driven by Intuit's own description of the service where the environment
variable QBXML_SCHEMAS names the folder that holds it, else by the one that our endpoint gives.

One line is printed per step. Exit code 0: all went as expected. 1: it did not, and the last line says why.
"""

import argparse
import contextlib
import decimal
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

USER = "tillbridge"
SHOP_SECRET = "simulated-shop-secret"
PASSWORD = "simulated-password"
SESSIONS_AT_MOST = 40
WSDL = "quickbooks/wsdl/QBWebConnectorSvc.wsdl"

# The example's mapping, with the one answer that this shop's merchant has to give: where bank deposits arrive.
CONFIG = """
[shop]
address = "{domain}"
start_date = "2000-01-01"
base_url = "{address}"

[shop.sign_in]
kind = "client_credentials"
client_id = "simulated-client"
client_secret = {{ environment = "TILLBRIDGE_SHOP_SECRET" }}

[integration]
start = "when_ready"

[quickbooks]
port = 0
user_name = "{user}"
password = {{ environment = "TILLBRIDGE_QUICKBOOKS_PASSWORD" }}
"""
BANK_DEPOSITS = """
[gateways."Bank Deposit"]
clearing = "Undeposited Funds"
payment_method = "Bank Deposit"
"""


class Unexpected(Exception):
    """Something did not go as it should."""


def expect(holds, what):
    if not holds:
        raise Unexpected(what)


def run(command, may_end_with=(0,), **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=300, **options)
    name = pathlib.Path(command[0]).name
    expect(done.returncode in may_end_with, f"{name} {command[1]} ended with {done.returncode}: {done.stdout.strip()}")
    return done.stdout


@contextlib.contextmanager
def running(command, pattern, **options):
    """Starts a program and gives the match of `pattern` in what it prints; interrupts it at the end."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options) as program:
        try:
            yield first_match(program.stdout, pattern)
        finally:
            program.send_signal(signal.SIGINT)
            try:
                program.wait(timeout=30)
            except subprocess.TimeoutExpired:
                program.kill()
                raise Unexpected(f"{pathlib.Path(command[0]).name} did not stop when asked to") from None
    expect(program.returncode == 0, f"{pathlib.Path(command[0]).name} ended with {program.returncode}")


def first_match(lines, pattern):
    for line in lines:
        found = re.search(pattern, line)
        if found:
            return found
    raise Unexpected(f"no line with {pattern}")


class Test:
    def __init__(self, binaries, folder, orders, cli):
        ending = ".exe" if os.name == "nt" else ""
        self.cli, self.company, self.shop = (
            str(binaries / f"{name}{ending}") for name in ("tillbridge-cli", "simulated-company", "simulated-shop")
        )
        self.cli = cli or self.cli
        self.data = str(folder / "data")
        self.company_file = str(folder / "Simulated Company.qbw")
        self.config = folder / "config.toml"
        self.orders = orders
        self.environment = {
            **os.environ,
            "TILLBRIDGE_SHOP_SECRET": SHOP_SECRET,
            "TILLBRIDGE_QUICKBOOKS_PASSWORD": PASSWORD,
        }

    def ask(self, command):
        # 1 only says that something needs attention, and what does is in the answer.
        answer = run([self.cli, command, "--data-dir", self.data, "--json"], (0, 1), env=self.environment)
        return json.loads(answer)

    def play(self):
        run([self.company, "create", self.company_file, "--edition", "premier"], stderr=subprocess.DEVNULL)
        print("made a simulated company file")
        shop = [self.shop, "--orders", str(self.orders), "--days", "30", "--client-secret", SHOP_SECRET]
        with running(shop, r"^address +(\S+)") as found:
            print(f"the simulated shop is at {found[1]}")
            self.set_up(found[1])
            command = [self.cli, "run", "--data-dir", self.data]
            with running(command, r"http://localhost:\d+/\S*", env=self.environment) as found:
                print(f"the engine answers at {found[0]}")
                self.sessions(found[0])
        self.check()

    def set_up(self, address):
        example = run([self.cli, "config", "example"])
        mapping = example[example.index("[accounts]") :].replace("[liability_gateways]", f"{BANK_DEPOSITS}\n[liability_gateways]")
        domain = re.search(r'^address = "([^"]+)"', example, re.MULTILINE)[1]
        self.config.write_text(CONFIG.format(domain=domain, address=address, user=USER) + mapping, encoding="utf-8")
        said = run([self.cli, "init", "--data-dir", self.data, "--config", str(self.config)], env=self.environment)
        print(f"set up: {said.splitlines()[0]}")

    def sessions(self, url):
        for number in range(1, SESSIONS_AT_MOST + 1):
            lines = self.session(url)
            status = self.ask("status")
            left = status["ready"] + status["uncertain"]
            calls = sum(line.startswith("receiveResponseXML") for line in lines)
            print(f"session {number}: {calls} requests answered, {status['posted']} entries posted, {left} to go")
            nothing_to_do = any(line.startswith("authenticate") and "'none'" in line for line in lines)
            if nothing_to_do and status["posted"] > 0:
                expect(left == 0, f"the service says that nothing is left, but {left} entries are")
                return
            if calls == 0:
                # The shop is still being read.
                time.sleep(0.5)
        raise Unexpected(f"not done after {SESSIONS_AT_MOST} sessions")

    def session(self, url):
        script = pathlib.Path(__file__).with_name("zeep_session.py")
        command = [sys.executable, str(script), "--url", url, "--user", USER, "--password", PASSWORD]
        command += ["--processor", shlex.join([self.company, "process", self.company_file])]
        command += ["--company-file", self.company_file, "--pause", "0.5"]
        wsdl = pathlib.Path(os.environ.get("QBXML_SCHEMAS", "-"), WSDL)
        if wsdl.is_file():
            command += ["--wsdl", str(wsdl)]
        return run(command, stderr=subprocess.DEVNULL).splitlines()

    def check(self):
        status = self.ask("status")
        print(f"status: {json.dumps(status)}")
        expect(status["documents"] > 0, "no order was read")
        expect(status["stage"] == "fine", f"the stage is {status['stage']}")
        for state in ("ready", "uncertain", "held", "rejected"):
            expect(status[state] == 0, f"{status[state]} entries are {state}")
        tieout = self.ask("tieout")
        print(f"tie-out: {tieout['shop_sales']} sales, {tieout['company_transactions']} transactions")
        expect(tieout["shop_sales"] > 0 and len(tieout["rows"]) > 3, "the tie-out is of nothing")
        for row in tieout["rows"]:
            expect(float(row["difference"]) == 0, f"{row['account']} is off by {row['difference']}")
            expect(decimal.Decimal(row["shop"]) == decimal.Decimal(row["company"]), f"{row['account']}: {row['shop']} against {row['company']}")


def main():
    parser = argparse.ArgumentParser(description="The engine against a SOAP client that is none of ours.")
    parser.add_argument("--binaries", required=True, type=pathlib.Path, help="folder of the built programs")
    parser.add_argument("--orders", type=int, default=60)
    parser.add_argument("--cli", help="the engine's program, where it is not the one in that folder")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    try:
        with tempfile.TemporaryDirectory(prefix="tillbridge-soap-") as folder:
            Test(arguments.binaries, pathlib.Path(folder), arguments.orders, arguments.cli).play()
    except (Unexpected, OSError, ValueError, subprocess.SubprocessError) as error:
        print(f"unexpected: {type(error).__name__}: {error}")
        return 1
    print("all of it is posted and ties out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
