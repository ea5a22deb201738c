"""From an instant falling due to its alert on the broker, with a million open cases; recovery and memory on the way.

The events topic is live (stamped by the broker), so the worker makes the ticks: what is measured is its timer, the tick's way
through the broker, the rules, and the alert's way to the broker. Lag = the alert record's LogAppendTime − its ``due_at``.
"""

import asyncio
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable
from pathlib import Path
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.table import Table

from benchmarks.child import BenchmarkFailed, Child
from benchmarks.contest import WORKER, command
from benchmarks.openings import Filled, fill, write_book
from benchmarks.site import Site
from benchmarks.topics import make_changelog, read
from benchmarks.traffic import traffic
from monitor.embedded.ports import free_port
from monitor.kafka import ensure_topics
from monitor.settings import Settings
from monitor.wire import Topics, decode_alert
from rules.instant import to_instant

_PATIENCE = 600.0
_SETTLE = 5.0
_TARGET_MS = 250


class Window(NamedTuple):
    """A measured stretch: what went on, from when to when (epoch ms), the worker's share of one core."""

    name: str
    begin: int
    end: int
    cpu: float


class Lag(NamedTuple):
    """One alert: when it fell due, how many ms later it stood on the broker."""

    case: str
    level: str
    due: int
    ms: int


async def latency(place: Site, out: Console, *, cases: int, seconds: float, per_second: float, rate: float) -> bool:
    """Fill, recover, wait, print; whether p99 is within the target in every window and no alert is missing."""
    book = place.folder / "latency.toml"
    write_book(book)
    empty = await _empty_rss(place, book)
    port = free_port()
    file, settings = place.settings("wait", "wait", book, port)
    await ensure_topics(settings.kafka, settings.topics)
    await make_changelog(settings)
    horizon = 2 * seconds + 3 * _SETTLE + 30 + cases / 10_000
    filled = await fill(settings, book, cases=cases, horizon=horizon, per_second=per_second)
    out.print(
        f"changelog: {filled.cases:,} open cases, {filled.bytes / filled.cases:.0f} bytes each, {filled.seconds:.0f} s; "
        f"{len(filled.due):,} of them fall due within {horizon:.0f} s"
    )
    started = time.monotonic()
    with Child("wait", place.folder, *command(WORKER, str(file))) as child:
        recovery = await _ready(child, port)
        ready = time.monotonic() - started
        await asyncio.sleep(_SETTLE)
        rss = child.rss()
        quiet = await _window(child, "no other traffic", asyncio.sleep(seconds))
        busy = await _window(child, f"{rate:,.0f} events/s beside", traffic(settings, cases, rate, seconds))
        peak = child.peak_rss()
        await asyncio.sleep(_SETTLE)
    lags = await _lags(settings)
    out.print(
        f"recovery: {recovery:.1f} s ({filled.cases / recovery:,.0f} cases/s), {ready:.1f} s from the start of the process\n"
        f"memory: {rss / 1e6:,.0f} MB, {(rss - empty) / filled.cases:,.0f} bytes per open case "
        f"({empty / 1e6:.0f} MB without any); highest {peak / 1e6:,.0f} MB"
    )
    return _report(out, filled, [quiet, busy], lags)


async def _empty_rss(place: Site, book: Path) -> int:
    """Bytes of a worker that has nothing to remember."""
    port = free_port()
    file, settings = place.settings("empty", "empty", book, port)
    await ensure_topics(settings.kafka, settings.topics)
    with Child("empty", place.folder, *command(WORKER, str(file))) as child:
        await _ready(child, port)
        await asyncio.sleep(1)
        return child.rss()


async def _window(child: Child, name: str, work: Awaitable[object]) -> Window:
    begin = time.time()
    await work
    end = time.time()
    return Window(name, int(begin * 1000), int(end * 1000), child.cpu_between(begin, end) / (end - begin))


async def _ready(child: Child, port: int) -> float:
    """Wait for the worker to have recovered; how many seconds that took by its own metric."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        child.check()
        seconds = await asyncio.to_thread(_metric, port, "supervise_recovery_seconds")
        if seconds > 0:
            return seconds
        await asyncio.sleep(0.1)
    raise BenchmarkFailed(f"the worker has not recovered within {_PATIENCE:.0f} s; its log is {child.log}")


def _metric(port: int, name: str) -> float:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
    except (urllib.error.URLError, OSError):
        return 0.0
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return next((sample.value for sample in samples if sample.name == name), 0.0)


async def _lags(settings: Settings) -> list[Lag]:
    """Every alert when it was first raised."""
    lags = []
    async for record in read(settings, Topics(settings.topics.prefix).alerts):
        alert = decode_alert(record.value)
        if alert.change == 1:
            due = to_instant(alert.due_at)
            lags.append(Lag(alert.case, alert.level, due, record.timestamp - due))
    return lags


def _report(out: Console, filled: Filled, windows: list[Window], lags: list[Lag]) -> bool:
    table = Table(title=f"from falling due to the alert on the broker, {filled.cases:,} open cases (ms)")
    for heading in ("window", "seconds", "alerts", "missing", "p50", "p99", "max", "worker's CPU"):
        table.add_column(heading, justify="left" if heading == "window" else "right")
    good = True
    cards = {lag.case for lag in lags if lag.level == "yellow"}
    for window in windows:
        ms = sorted(lag.ms for lag in lags if window.begin <= lag.due < window.end)
        missing = sum(window.begin <= due < window.end and case not in cards for case, due in filled.due.items())
        p50, p99 = (_quantile(ms, share) for share in (0.5, 0.99))
        good = good and bool(ms) and not missing and p99 <= _TARGET_MS
        table.add_row(
            window.name,
            f"{(window.end - window.begin) / 1000:.0f}",
            f"{len(ms):,}",
            str(missing),
            *(f"{value}" for value in (p50, p99, ms[-1] if ms else 0)),
            f"{window.cpu:.1%} of a core",
        )
    out.print(table)
    out.print(f"target: p99 ≤ {_TARGET_MS} ms and none missing: {'met' if good else 'NOT MET'}")
    return good


def _quantile(ordered: list[int], share: float) -> int:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0
