"""The log that all contenders read: the simulated hall's records with a tick per simulated hour, and its rule book."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks.child import BenchmarkFailed
from benchmarks.site import Site
from benchmarks.topics import ends
from monitor.books.files import load_book
from monitor.kafka import ensure_topics, topic_config
from monitor.settings import Settings
from monitor.simulate.feeder import run_simulate
from monitor.simulate.files import write_book
from monitor.wire import Topics

_LIVE = datetime.fromisoformat("2025-10-20T09:00:00+08:00")
"""Where the simulated history ends: the National Day holiday and its make-up days lie in it."""
_WORKING_SHARE = 0.68
"""Working days among days, roughly."""


class Log(NamedTuple):
    """What lies in the events topic of ``prefix``: ``ends`` per partition, ``events`` without ticks."""

    prefix: str
    book: Path
    events: int
    ticks: int
    ends: dict[int, int]

    @property
    def records(self) -> int:
        """Events and ticks."""
        return sum(self.ends.values())


def _without_rates(book: Path) -> None:
    """Switch off what is about many cases: the contenders judge each case by itself and have nowhere to count."""
    book.write_text('drop = ["rates"]\n' + book.read_text("utf-8"), "utf-8")


def _without_other_families(book: Path) -> None:
    """Switch off everything but the time limits of cases: process rules, complaints and reviews, windows on duty, what people
    do with cards."""
    loaded = load_book(book)
    limits = {"case", "branch", "stage", "special", "acceptance", "pre-review", "issuance", "delivery"}
    others = [("time_limits", rule.id) for rule in loaded.time_limits if rule.clock not in limits]
    others += [("process", rule.id) for rule in loaded.process]
    with book.open("a", encoding="utf-8") as out:
        for table, rule in others:
            out.write(f'\n[[{table}]]\nid = "{rule}"\noff = true\n')


async def write_log(place: Site, prefix: str, cases: int, days: int, seed: int, families: str = "all") -> tuple[Log, Settings]:
    """Simulate about ``cases`` cases within ``days`` days into the events topic of ``prefix``; ``families`` as in the command."""
    book = place.folder / "book.toml"
    write_book(book)
    _without_rates(book)
    if families == "time-limits":
        _without_other_families(book)
    _, settings = place.settings(prefix, f"{prefix}-feeder", book)
    await ensure_topics(settings.kafka, settings.topics, create_time=True)
    await _visible(settings, Topics(prefix).events)
    daily = cases / (days * _WORKING_SHARE)
    fed = await run_simulate(settings, seed=seed, start=_LIVE, cases_per_day=daily, backfill_days=days, seconds=0, progress=False)
    return Log(prefix, book, fed.events, fed.ticks, await ends(settings, Topics(prefix).events)), settings


async def _visible(settings: Settings, topic: str) -> None:
    """A broker confirms a new topic a moment before it can describe it, and the feeder asks at once."""
    for _ in range(100):
        if "message.timestamp.type" in await topic_config(settings.kafka, topic):
            return
        await asyncio.sleep(0.1)
    raise BenchmarkFailed(f"topic {topic} was made, but the broker does not describe it after 10 s")
