"""One contender over the whole log, measured from outside and alike for all: by what stands on the broker and when.

The clock is the broker's: every changelog record has the instant it was appended and, inside, the offset of the last record
its case has seen. That gives the curve of progress over time. The measured stretch goes from the moment a tenth of the log
was durable to the end, so that start, joining the group and first fetches count for nobody.
"""

import asyncio
import hashlib
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.child import BenchmarkFailed, Child
from benchmarks.hall import Log
from benchmarks.site import Site
from benchmarks.topics import Commits, ends, make_changelog, read, read_changelog
from monitor.settings import Settings
from monitor.stream.partition.slices import CLOCK_KEY
from monitor.wire import Topics, decode_alert

WORKER, STOCK, LOOP, BEFORE = "supervise worker", "stock Faust", "hand-written loop", "worker before"
CONTENDERS = (WORKER, STOCK, LOOP)
"""``BEFORE`` joins them where another checkout is named: the worker of an earlier commit."""
_BEGIN_AT = 0.1
_LEAST = 0.8
"""Of the log: what must have left a trace. The last records may be ticks that change nothing; commits prove they were read."""
_STUCK = 120.0


class Run(NamedTuple):
    """One run: records and processor µs per record of the measured stretch, memory at its end, and what came out.

    ``states`` is a digest of the last row of every case in the changelog, byte for byte; of the worker's runs only.
    """

    contender: str
    rate: float
    cpu_us: float
    seconds: float
    rss: int
    alerts: dict[str, str]
    states: str = ""

    @property
    def digest(self) -> str:
        """Of the identities and final states of all alerts."""
        return hashlib.sha256(msgspec.json.encode(sorted(self.alerts.items()))).hexdigest()[:12]


class _Head(msgspec.Struct, array_like=True):
    """The first fields of an encoded case, and of the worker's record of a partition's clock."""

    first: object
    offset: int = -1


_head = msgspec.msgpack.Decoder(_Head).decode


def command(contender: str, settings_file: str) -> list[str]:
    """What to run with ``python -m``."""
    if contender in (WORKER, BEFORE):
        return ["monitor", "--log-level", "warning", "--settings", settings_file, "worker"]
    module = "stock_faust" if contender == STOCK else "handwritten"
    return [f"benchmarks.contenders.{module}", settings_file]


class Finish(NamedTuple):
    """A contender that has read the whole log: its process (ended, its samples kept), its settings, memory, alerts."""

    child: Child
    settings: Settings
    rss: int
    alerts: dict[str, str]


async def finish(place: Site, log: Log, contender: str, number: int, before: Path | None = None) -> Finish:
    """Run one contender from an empty state to the end of the log; nothing is timed. ``before`` is where ``BEFORE`` lives."""
    group = f"{log.prefix}-{number}-{contender.replace(' ', '-')}"
    file, settings = place.settings(log.prefix, group, log.book)
    topics = Topics(log.prefix)
    await make_changelog(settings)
    begin = await ends(settings, topics.alerts)
    home = before if contender == BEFORE else None
    with Child(group, place.folder, *command(contender, str(file)), home=home) as child:
        await _until_read(child, settings, topics.events, log)
        rss = child.rss()
    return Finish(child, settings, rss, await _final(settings, topics.alerts, begin))


async def run(place: Site, log: Log, contender: str, number: int, before: Path | None = None) -> Run:
    """The same, timed. :class:`BenchmarkFailed` where the log is too short to time it."""
    done = await finish(place, log, contender, number, before)
    first, last = _stretch(await _progress(done.settings), log, contender)
    records = last[1] - first[1]
    seconds = (last[0] - first[0]) / 1000
    cpu = done.child.cpu_between(first[0] / 1000, last[0] / 1000)
    states = await _states(done.settings) if contender in (WORKER, BEFORE) else ""
    return Run(contender, records / seconds, cpu / records * 1e6, seconds, done.rss, done.alerts, states)


async def _until_read(child: Child, settings: Settings, topic: str, log: Log) -> None:
    """Wait until everything is committed; one record short in a partition will do, some never commit the last."""
    moved, before = time.monotonic(), -1
    async with Commits(settings) as commits:
        while True:
            await asyncio.sleep(0.2)
            child.check()
            committed = await commits.of(topic)
            if all(committed.get(partition, 0) >= end - 1 for partition, end in log.ends.items()):
                return
            if (total := sum(committed.values())) != before:
                moved, before = time.monotonic(), total
            elif time.monotonic() - moved > _STUCK:
                raise BenchmarkFailed(f"{child.name} has not moved for {_STUCK:.0f} s at {total} of {log.records}")


async def _progress(settings: Settings) -> list[tuple[int, int]]:
    """(epoch ms, records of the log done by then), in order of time."""
    marks = []
    async for record in read_changelog(settings):
        if record.value:
            marks.append((record.timestamp, record.partition, _head(record.value).offset))
    marks.sort()
    reached: dict[int, int] = {}
    curve: list[tuple[int, int]] = []
    total = 0
    for at, partition, offset in marks:
        gain = offset + 1 - reached.get(partition, 0)
        if gain > 0:
            reached[partition] = offset + 1
            total += gain
        if curve and curve[-1][0] == at:
            curve[-1] = (at, total)
        else:
            curve.append((at, total))
    return curve


def _stretch(curve: list[tuple[int, int]], log: Log, contender: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first point with a tenth of the log done, and the first with all that was ever done."""
    total = curve[-1][1] if curve else 0
    if total < _LEAST * log.records:
        raise BenchmarkFailed(f"{contender} has stored the effect of {total} of {log.records} records only")
    start = next(point for point in curve if point[1] >= _BEGIN_AT * log.records)
    done = next(point for point in curve if point[1] == total)
    if done[0] <= start[0]:
        raise BenchmarkFailed(f"the log is too short for {contender}: nothing to measure, use more cases")
    return start, done


async def _states(settings: Settings) -> str:
    """A digest of the last row of every case, byte for byte."""
    last = {}
    async for record in read_changelog(settings):
        if record.key != CLOCK_KEY:
            last[record.key] = record.value
    rows = hashlib.sha256()
    for key in sorted(last):
        rows.update(key + b"\0" + (last[key] or b"") + b"\0")
    return rows.hexdigest()[:12]


async def _final(settings: Settings, topic: str, begin: dict[int, int]) -> dict[str, str]:
    """Identity to final state of every alert raised since ``begin``."""
    last: dict[str, tuple[int, str]] = {}
    async for record in read(settings, topic, begin):
        alert = decode_alert(record.value)
        if alert.id not in last or last[alert.id][0] < alert.change:
            last[alert.id] = (alert.change, alert.state)
    return {name: state for name, (_, state) in last.items()}
