"""The embedded broker's life: restarts, violent ends, and errors that say what to do. All with real brokers."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from monitor.embedded.errors import EmbeddedError
from monitor.embedded.jars import ensure_jars
from monitor.embedded.kafka import EmbeddedKafka
from monitor.embedded.probe import brokers
from rules.errors import SupervisionError
from tests.monitor.embedded.processes import all_gone, is_alive, python
from tests.monitor.embedded.topics import make_topic, read_records, write_record

pytestmark = pytest.mark.kafka

HOLDER = """
import sys, time
from pathlib import Path
from monitor.embedded.kafka import EmbeddedKafka
kafka = EmbeddedKafka(Path(sys.argv[1]))
print(kafka.start(), kafka.pid, flush=True)
time.sleep(120)
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    """A broker of the test's own, not started; in a folder whose name is Chinese and has what Java's properties trip over."""
    embedded = EmbeddedKafka(tmp_path / "监察, 一号=#1\\")
    yield embedded
    embedded.stop()


async def test_a_restart_keeps_address_topics_and_records(broker: EmbeddedKafka) -> None:
    address = broker.start()
    assert broker.bootstrap == address
    assert re.fullmatch(r"127\.0\.0\.1:\d+", address)
    assert broker.start() == address  # already running: nothing happens
    await make_topic(address, "kept")
    await write_record(address, "kept", b"a case")
    pid = broker.pid
    assert pid is not None
    broker.stop()
    assert not is_alive(pid)
    assert broker.pid is None
    broker.stop()  # once more does no harm
    assert broker.start() == address
    assert await read_records(address, "kept", 1) == [b"a case"]


def test_the_broker_listens_on_loopback_only(broker: EmbeddedKafka) -> None:
    broker.start()
    if not Path(f"/proc/{broker.pid}/fd").exists():
        pytest.skip("needs Linux's /proc")
    links = []
    for descriptor in Path(f"/proc/{broker.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            links.append(str(descriptor.readlink()))
    sockets = {link[8:-1] for link in links if link.startswith("socket:[")}
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    listening = [row[1].rpartition(":")[0] for row in rows if row[3] == "0A" and row[9] in sockets]
    assert len(listening) == 2  # clients, and the controller
    assert set(listening) <= {"0100007F", "0000000000000000FFFF00000100007F"}


async def test_sigkill_of_the_parent_ends_the_broker_and_the_folder_is_usable_at_once(broker: EmbeddedKafka) -> None:
    holder = python(HOLDER, broker.data)
    assert holder.stdout is not None
    address, pid = holder.stdout.readline().split()
    await make_topic(address, "before")
    await write_record(address, "before", b"acknowledged")

    with pytest.raises(EmbeddedError, match=f"in use by process {holder.pid}") as caught:
        EmbeddedKafka(broker.data).start()
    assert str(broker.data) in str(caught.value)
    assert is_alive(int(pid))  # and the one that has it was not disturbed

    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert broker.start() == address  # waits for the old broker's end; no lock to clear away, no records lost
    assert not is_alive(int(pid))
    assert await read_records(address, "before", 1) == [b"acknowledged"]
    holder.communicate()


async def test_a_broker_killed_with_sigkill_loses_nothing_acknowledged(broker: EmbeddedKafka) -> None:
    address = broker.start()
    await make_topic(address, "kept")
    await write_record(address, "kept", b"acknowledged")
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGKILL)
    assert broker.wait() == 137
    assert not broker.is_running()
    assert "ended with status 137" in str(broker.failure())
    assert broker.start() == address
    assert await read_records(address, "kept", 1) == [b"acknowledged"]


def test_a_broker_whose_guard_was_killed_is_ended_by_stop(broker: EmbeddedKafka) -> None:
    broker.start()
    pid = broker.pid
    assert pid is not None
    guard = int(subprocess.run(["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, check=True).stdout)
    os.kill(guard, signal.SIGKILL)
    broker.stop()
    assert all_gone(pid)
    assert not (broker.data / "broker.pid").exists()


def test_the_broker_needs_no_java_on_the_path(broker: EmbeddedKafka, tmp_path: Path) -> None:
    ensure_jars()
    bare = tmp_path / "bin"
    bare.mkdir()
    environment = {"PATH": str(bare), "HOME": os.environ["HOME"]} | {
        name: os.environ[name] for name in ("SUPERVISE_CACHE", "XDG_CACHE_HOME") if name in os.environ
    }
    assert shutil.which("java", path=str(bare)) is None
    holder = python(HOLDER, broker.data, env=environment)
    assert holder.stdout is not None
    address, pid = holder.stdout.readline().split()
    assert brokers("127.0.0.1", int(address.rpartition(":")[2])) == 1
    program = subprocess.run(["ps", "-o", "args=", "-p", pid], capture_output=True, text=True, check=True).stdout
    assert program.startswith(str(Path(sys.prefix)))
    holder.kill()
    holder.communicate()
    assert all_gone(int(pid), timeout=25)


def test_a_taken_port_is_named(broker: EmbeddedKafka) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(EmbeddedError, match=f"taken by another program \\(127.0.0.1:{port}\\).*--port"):
            EmbeddedKafka(broker.data, port).start()
        assert not (broker.data / "log").exists()


def test_a_remembered_port_that_was_taken_meanwhile_is_replaced(broker: EmbeddedKafka) -> None:
    old = broker.start()
    broker.stop()
    with socket.create_server(("127.0.0.1", int(old.rpartition(":")[2]))):
        new = broker.start()
    assert new != old
    assert (broker.data / "port").read_text().strip() == new.rpartition(":")[2]


def test_a_wanted_port_is_used(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    with EmbeddedKafka(tmp_path, port) as kafka:
        assert kafka.bootstrap == f"127.0.0.1:{port}"


def test_a_jvm_that_will_not_start_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"(?s)could not be prepared.*heap"):
        EmbeddedKafka(tmp_path, heap_mb=1).start()


def test_a_broker_that_ends_at_once_is_quoted_with_its_log(broker: EmbeddedKafka) -> None:
    broker.start()
    broker.stop()
    meta = broker.data / "log" / "meta.properties"
    meta.write_text(meta.read_text().replace("node.id=1", "node.id=2"))
    with pytest.raises(EmbeddedError, match=r"(?s)ended with status [1-9].*node") as caught:
        broker.start()
    assert str(broker.data / "broker.log") in str(caught.value)
    assert isinstance(caught.value, SupervisionError)
    meta.write_text(meta.read_text().replace("node.id=2", "node.id=1"))
    broker.start()  # nothing of the failure is left over


def test_a_long_log_is_set_aside(broker: EmbeddedKafka) -> None:
    broker.data.mkdir()
    with (broker.data / "broker.log").open("wb") as log:
        log.truncate(10_000_001)
    broker.start()
    assert (broker.data / "broker.log.1").stat().st_size == 10_000_001
    assert (broker.data / "broker.log").stat().st_size < 100_000
