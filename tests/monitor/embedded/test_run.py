"""``run_kafka`` in the foreground, as ``supervise kafka`` runs it."""

import os
import re
import signal
from pathlib import Path

import pytest

from monitor.embedded.probe import brokers
from tests.monitor.embedded.processes import all_gone, python

pytestmark = pytest.mark.kafka

RUN = "import sys; from pathlib import Path; from monitor.embedded.run import run_kafka; run_kafka(Path(sys.argv[1]), None)"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_broker_in_the_foreground_prints_its_address_and_ends_when_asked(number: signal.Signals, tmp_path: Path) -> None:
    running = python(RUN, tmp_path)
    assert running.stdout is not None
    address = running.stdout.readline().strip()
    assert re.fullmatch(r"127\.0\.0\.1:\d+", address)
    assert brokers("127.0.0.1", int(address.rpartition(":")[2])) == 1
    broker = int((tmp_path / "broker.pid").read_text())
    running.send_signal(number)
    output, errors = running.communicate(timeout=30)
    assert running.returncode == 0
    assert output == ""
    assert "starting Apache Kafka" in errors
    assert "Ctrl-C" in errors
    assert "Traceback" not in errors
    assert all_gone(broker, timeout=1)


def test_a_broker_that_ends_by_itself_is_an_error(tmp_path: Path) -> None:
    running = python(RUN, tmp_path)
    assert running.stdout is not None
    running.stdout.readline()
    broker = int((tmp_path / "broker.pid").read_text())
    os.kill(broker, signal.SIGKILL)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 1
    assert "ended with status 137" in errors
