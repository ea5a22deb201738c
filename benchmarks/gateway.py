"""Events a second through the gateway, single and in arrays of 100, in turn with an earlier commit where one is given."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.servers import Running, request, saturated, started, until_ready
from benchmarks.site import site
from monitor.wire import encode_json
from rules.events import Accepted

CONNECTIONS = 32
SECONDS = 4.0


def _bodies(at_once: int) -> Iterator[bytes]:
    for connection in range(CONNECTIONS):
        events = [
            Accepted(
                id=f"{connection}-{number}", case=f"C{connection}-{number}", at=datetime(2026, 3, 2, tzinfo=UTC), region="430100",
                department="公安局", hall="h", window="12", item="ID-CARD", promised="10wd",
            )
            for number in range(at_once)
        ]  # fmt: skip
        yield encode_json(events if at_once > 1 else events[0])


class Measured(NamedTuple):
    """Medians of one way of sending."""

    which: str
    at_once: int
    rate: float
    microseconds: float
    """Processor time of the gateway for one event."""


def gateway(before: Path | None, repetitions: int, kafka: str | None = None) -> list[Measured]:
    """Single events and arrays of 100, each checkout in turn."""
    trees = {"this": None, **({"before": before.resolve()} if before else {})}
    found: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    with site(kafka) as here:
        for _ in range(repetitions):
            for which, tree in trees.items():
                with started("gateway", here.folder, here.bootstrap, tree) as (running, token):
                    for at_once in (1, 100):
                        sent = [request(token.token, body) for body in _bodies(at_once)]
                        found[which, at_once].append(asyncio.run(_measured(running, sent, at_once)))
    return [
        Measured(which, at_once, median(rate for rate, _ in runs), median(work for _, work in runs))
        for (which, at_once), runs in found.items()
    ]


async def _measured(running: Running, sent: list[bytes], at_once: int) -> tuple[float, float]:
    await until_ready(running.port)
    before = running.worked()
    events = at_once * await saturated(running.port, sent, SECONDS)
    return events / SECONDS, (running.worked() - before) / events * 1e6
