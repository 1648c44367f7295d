#!/usr/bin/env python3
"""Plays the QuickBooks Web Connector for one session, with an independent SOAP library (zeep).

    zeep_session.py --url http://localhost:8095/qbwc --user NAME --password PASSWORD \
        [--wsdl FILE-OR-URL] [--processor COMMAND] [--company-file PATH] [--pause SECONDS] [--rounds N]

serverVersion, clientVersion, authenticate, then sendRequestXML and receiveResponseXML until the service says that it
is done, then closeConnection. Each qbXML request is given to COMMAND on its standard input, and what COMMAND prints is
the answer; without --processor every request gets an empty answer document. One line is printed per call.

Exit code 0: the session went as the Web Connector expects (also when there was nothing to do). 1: it did not, and the
last line says why.
"""

import argparse
import shlex
import subprocess
import sys
import time

import zeep
from zeep.transports import Transport

BINDING = "{http://developer.intuit.com/}QBWebConnectorSvcSoap"
EMPTY_ANSWER = '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs></QBXMLMsgsRs></QBXML>'
# What the Web Connector asks QuickBooks by itself and hands over with the first request.
GREETING = (
    '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
    '<HostQueryRq requestID="0"/><CompanyQueryRq requestID="1"/><PreferencesQueryRq requestID="2"/>'
    "</QBXMLMsgsRq></QBXML>"
)
# Our service's text when it has said that nothing is left; any other text is an error that the user would see.
NOTHING_LEFT = "Nothing left to do."


class Unexpected(Exception):
    """The service did something that the Web Connector cannot go on with."""


def shown(text, limit=60):
    text = " ".join((text or "").split())
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def processor(command):
    if command is None:
        return lambda request: EMPTY_ANSWER

    def process(request):
        done = subprocess.run(shlex.split(command), input=request.encode(), stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise Unexpected(f"the processor failed with {done.returncode}")
        return done.stdout.decode()

    return process


def last_error(service, ticket):
    text = service.getLastError(ticket=ticket) or ""
    print(f"getLastError: {text}")
    return text


def rounds(service, ticket, arguments, process):
    greeting = process(GREETING) if arguments.processor else ""
    for _ in range(arguments.rounds):
        request = service.sendRequestXML(
            ticket=ticket,
            strHCPResponse=greeting,
            strCompanyFileName=arguments.company_file,
            qbXMLCountry="US",
            qbXMLMajorVers=16,
            qbXMLMinorVers=0,
        )
        greeting = ""
        print(f"sendRequestXML: {shown(request)}")
        if not request or request == "NoOp":
            text = last_error(service, ticket)
            if text == "NoOp":
                time.sleep(arguments.pause)
                continue
            if text == NOTHING_LEFT:
                return
            raise Unexpected(f"the service stopped: {text}")
        percent = service.receiveResponseXML(ticket=ticket, response=process(request), hresult="", message="")
        print(f"receiveResponseXML: {percent}")
        if percent == 100:
            return
        if percent is None or not 0 <= percent < 100:
            raise Unexpected(f"the service stopped: {last_error(service, ticket)}")
    raise Unexpected(f"not done after {arguments.rounds} rounds")


def session(arguments):
    client = zeep.Client(arguments.wsdl or f"{arguments.url}?wsdl", transport=Transport(timeout=30, operation_timeout=90))
    service = client.create_service(BINDING, arguments.url)
    print(f"serverVersion: {service.serverVersion()}")
    verdict = service.clientVersion(strVersion="2.3.0.215") or ""
    print(f"clientVersion: {verdict}")
    if verdict and not verdict.startswith("W:"):
        raise Unexpected(f"this client is not accepted: {verdict}")
    answer = service.authenticate(strUserName=arguments.user, strPassword=arguments.password)
    if not isinstance(answer, list) or len(answer) < 2:
        raise Unexpected("authenticate did not answer two strings")
    ticket, verdict = answer[0] or "", answer[1] or ""
    print(f"authenticate: ticket of {len(ticket)} characters, {verdict!r}")
    if verdict.lower() in ("none", "busy"):
        return
    if verdict.lower() == "nvu":
        raise Unexpected("user name or password is wrong")
    try:
        rounds(service, ticket, arguments, processor(arguments.processor))
    finally:
        print(f"closeConnection: {service.closeConnection(ticket=ticket)}")


def main():
    parser = argparse.ArgumentParser(description="Plays the QuickBooks Web Connector for one session.")
    parser.add_argument("--url", required=True, help="address of the endpoint")
    parser.add_argument("--wsdl", help="file or address of the description; the endpoint's own when not given")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--processor", help="command that turns a qbXML request into its answer")
    parser.add_argument("--company-file", default=r"C:\Books\Company.qbw")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds to wait after NoOp")
    parser.add_argument("--rounds", type=int, default=10_000, help="give up after so many requests")
    arguments = parser.parse_args()
    try:
        session(arguments)
    except (Unexpected, zeep.exceptions.Error, OSError) as error:
        print(f"unexpected: {type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
