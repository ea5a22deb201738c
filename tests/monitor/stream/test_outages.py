"""Brokers that are away: workers wait, say so, and go on by themselves; nothing acknowledged is lost, no card is false."""

import asyncio
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.embedded.kafka import EmbeddedKafka
from monitor.embedded.ports import free_port
from tests.acceptance.agreement.files import IS_LONG
from tests.monitor.stream.hall import Feed, Hall, accepted, concluded, feed

pytestmark = pytest.mark.kafka
DAY = timedelta(days=1)
SILENCE = 90.0 if IS_LONG else 20.0
"""Seconds that the broker is away."""


@pytest.fixture
def broker(tmp_path: Path) -> EmbeddedKafka:
    """A broker of its own, since it is stopped."""
    return EmbeddedKafka(tmp_path / "kafka", port=free_port())


@pytest.fixture
async def own(broker: EmbeddedKafka, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Hall]:
    hall = Hall(f"127.0.0.1:{broker._port}", topic_prefix, tmp_path)
    yield hall
    hall.close()
    await asyncio.to_thread(broker.stop)


def now(event: Feed) -> Feed:
    """The broker stamps it."""
    return event._replace(at=None)


def probe(port: int) -> tuple[int, str]:
    """What ``/readyz`` says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


async def test_a_worker_started_without_a_broker_waits_says_so_and_begins_once_it_is_there(
    own: Hall, broker: EmbeddedKafka
) -> None:
    port = free_port()
    worker = own.worker(metrics_port=port)
    await own.until(lambda: "waiting for 0 s by now: no Kafka at" in own.log_of(worker), "the worker to wait")
    assert "Is it running, and is kafka.bootstrap right?" in own.log_of(worker)
    assert probe(port)[0] == 503
    assert "waiting for Kafka: no Kafka at" in probe(port)[1]
    await asyncio.sleep(3)
    assert worker.poll() is None
    assert own.log_of(worker).count("waiting for") == 1, "one line a minute"
    await asyncio.to_thread(broker.start)
    await own.ready(worker, 90)
    assert probe(port) == (200, "ready\n")
    assert "Traceback" not in own.log_of(worker)


async def test_a_worker_that_waits_ends_well_when_it_is_stopped(own: Hall) -> None:
    worker = own.worker()
    await own.until(lambda: "waiting for 0 s by now" in own.log_of(worker), "the worker to wait")
    assert await own.stop(worker) == 0
    assert "stopped while waiting for Kafka" in own.log_of(worker)


@pytest.mark.parametrize("how", ["stopped", "frozen"])
async def test_workers_outlive_a_silent_broker_and_cards_of_that_time_fall_once_it_is_back(
    own: Hall, broker: EmbeddedKafka, how: str
) -> None:
    await asyncio.to_thread(broker.start)
    await own.open(create_time=False)
    workers = [own.worker(), own.worker()]
    for worker in workers:
        await own.ready(worker, 90)
    due = datetime.now(UTC) + timedelta(seconds=8) - DAY
    overdue, kept = [f"over{number}" for number in range(20)], [f"kept{number}" for number in range(20)]
    await own.append([now(feed(accepted(case, due, "1d"))) for case in [*overdue, *kept]])
    await own.append([now(feed(concluded(case, datetime.now(UTC)))) for case in kept])
    await asyncio.sleep(2)
    assert not await own.alerts()
    pid = broker.pid
    assert pid is not None
    if how == "stopped":
        await asyncio.to_thread(broker.stop)
    else:
        os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(SILENCE)
    assert [worker.poll() for worker in workers] == [None, None], own._logs()
    if how == "stopped":
        await asyncio.to_thread(broker.start)
    else:
        os.kill(pid, signal.SIGCONT)
    back = time.monotonic()
    fallen: set[str] = set()
    while fallen != set(overdue):
        assert time.monotonic() - back < 90, f"{len(fallen)} cards; {own._logs()}"
        await asyncio.sleep(0.5)
        fallen = {alert.case for alert in await own.alerts() if alert.level == "yellow"}
    assert [worker.poll() for worker in workers] == [None, None], own._logs()
    print(f"{how} for {SILENCE:.0f} s: all cards {time.monotonic() - back:.1f} s after its return")
