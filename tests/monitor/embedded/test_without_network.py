"""Proof by a network namespace that has nothing but loopback: the second start asks nobody, the first says what it lacks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.embedded.jars import ensure_jars
from monitor.embedded.kafka import EmbeddedKafka
from tests.monitor.embedded.processes import ROOT
from tests.monitor.embedded.topics import make_topic, write_record

pytestmark = pytest.mark.kafka

# Brings loopback up (SIOCSIFFLAGS, IFF_UP | IFF_RUNNING), proves that there is no way out, then runs what is asked.
NAMESPACE = """
import asyncio, errno, fcntl, socket, struct, sys
from pathlib import Path
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
with socket.socket() as s:
    assert s.connect_ex(("192.0.2.1", 443)) == errno.ENETUNREACH
assert [name for _, name in socket.if_nameindex()] == ["lo"]
from monitor.embedded.errors import EmbeddedError
from monitor.embedded.kafka import EmbeddedKafka
from tests.monitor.embedded.topics import read_records
count = int(sys.argv[2])
try:
    with EmbeddedKafka(Path(sys.argv[1])) as kafka:
        print(kafka.bootstrap, asyncio.run(read_records(kafka.bootstrap, "kept", count)) if count else "")
except EmbeddedError as error:
    print(error)
"""


def run_in_namespace(data: Path, count: int) -> str:
    """What :data:`NAMESPACE` prints, after reading ``count`` records; skips the test where namespaces are not to be had."""
    own_network = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    try:
        probe = subprocess.run([*own_network, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("needs Linux's unshare")
    if probe.returncode:
        pytest.skip(f"no network namespace here: {probe.stderr.decode().strip()}")
    command = [*own_network, sys.executable, "-W", "error", "-c", NAMESPACE, str(data), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_second_start_needs_no_network_and_keeps_the_topics(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path) as first:
        address = first.bootstrap
        await make_topic(address, "kept")
        await write_record(address, "kept", b"a case")
    assert run_in_namespace(tmp_path, 1) == f"{address} [b'a case']\n"


def test_a_first_start_without_network_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERVISE_CACHE", str(tmp_path / "cache"))
    said = run_in_namespace(tmp_path / "data", 0)
    assert "cannot download" in said
    assert "The first start needs the network once" in said


def test_a_first_start_without_network_works_with_the_jars_copied_there(tmp_path: Path) -> None:
    ensure_jars()
    assert run_in_namespace(tmp_path, 0).startswith("127.0.0.1:")
