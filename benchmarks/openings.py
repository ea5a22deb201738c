"""A million open cases, as a worker would have left them in its changelog.

Every case was accepted with a promise of ten days and a statutory limit of twenty, counted to the second, and is in its
second stage; the promises end evenly spread over the next ten days, so a fifth of the cases has its warning already. On top
of them ``per_second`` cases whose promise ends at a random instant of the next ``horizon``: the ones that are waited for.
The states come out of the rules themselves; cases of the same second of acceptance differ in their key only.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from aiokafka import AIOKafkaProducer

from benchmarks.site import PARTITIONS
from benchmarks.topics import changelog_of
from monitor.books.files import load_book
from monitor.kafka import client_options, partition_of
from monitor.settings import Settings
from monitor.stream.partition.clock import ClockRecord
from monitor.stream.partition.slices import CLOCK_KEY
from rules.book import RuleBooks
from rules.case import Case, encode_case
from rules.drive import OneCase
from rules.events import TICK, Accepted, StageEntered, StageLeft
from rules.instant import DAY, HOUR, to_datetime
from rules.keys import case_key

PROMISE_DAYS = 10
ALIKE = 8
"""Cases accepted in the same second."""
REGION, HALL = "990100", "安和市政务服务中心"
_NUMBERED_BY = f"{REGION}-市场监管局"
_IN_FLIGHT = 32


class Filled(NamedTuple):
    """``due``: promise's end (epoch ms) by number of the cases that are waited for; ``bytes`` of encoded state in all."""

    cases: int
    due: dict[str, int]
    bytes: int
    seconds: float


def write_book(path: Path) -> None:
    """Limits in plain days, so that a deadline can lie at any instant of any date; otherwise like the default book's."""
    year = to_datetime(time.time_ns() // 1_000_000, load_book(Path("default")).zone).year
    rules = (
        ("case-promise", "case", 'limit = "promised"\nwarning = "2d before"\nyellow = "deadline"'),
        ("case-statutory", "case", 'limit = "statutory"\nred = "deadline"'),
        ("stage", "stage", 'limit = "15d"\nyellow = "deadline"'),
    )
    path.write_text(
        'extends = "default"\nname = "latency"\nversion = "latency-1"\n'
        f'[calendar]\nname = "plain"\nbase = "weekends"\nyears = [{year - 1}, {year}, {year + 1}]\n'
        "[counting]\nroll_start = false\nroll_last_day = false\n"
        + "".join(f'[[time_limits]]\nid = "{name}"\nclock = "{clock}"\n{rest}\n' for name, clock, rest in rules),
        "utf-8",
    )


async def fill(settings: Settings, book: Path, *, cases: int, horizon: float, per_second: float, seed: int = 1) -> Filled:
    """Write the changelog; ``horizon`` in seconds from the end of writing, which is estimated."""
    begun = time.monotonic()
    books = RuleBooks([load_book(book)])
    rng = random.Random(seed)
    written = 0
    producer = AIOKafkaProducer(**client_options(settings.kafka), max_batch_size=1 << 19, linger_ms=0)
    await producer.start()
    try:
        out = _Out(producer, changelog_of(settings))
        now = _now()
        for serial in range(0, cases, ALIKE):
            promise = now + int((horizon + rng.random() * (PROMISE_DAYS * DAY / 1000 - horizon)) * 1000)
            made = open_case(books, "", promise, now)
            for number in range(serial, min(serial + ALIKE, cases)):
                key = case_key(_NUMBERED_BY, f"{REGION}-{number:08d}")
                written += await out.add(key, msgspec.structs.replace(made, key=key))
        now = _now()
        due = {}
        for number in range(int(horizon * per_second)):
            name = f"{REGION}-due-{number:06d}"
            due[name] = now + int(rng.random() * horizon * 1000)
            written += await out.add(case_key(_NUMBERED_BY, name), open_case(books, name, due[name], now))
        clock = msgspec.msgpack.encode(ClockRecord(now=now, offset=-1, is_live=True))
        for partition in range(PARTITIONS):
            await out.append(partition, CLOCK_KEY, clock)
        await out.flush()
    finally:
        await producer.stop()
    return Filled(cases + len(due), due, written, time.monotonic() - begun)


def open_case(books: RuleBooks, key: str, promise: int, now: int) -> Case:
    """A case whose promise ends at ``promise``, as its records and the time until ``now`` have made it."""
    one = OneCase(books)
    accepted = promise - PROMISE_DAYS * DAY
    for record in _records(key, accepted):
        one.apply(record, accepted if isinstance(record, Accepted) else min(accepted + HOUR, now))
    one.apply(TICK, now)
    assert one.case is not None
    return msgspec.structs.replace(one.case, offset=-1)


def _records(key: str, accepted: int) -> Iterator[Any]:
    when = to_datetime(accepted, _ZONE)
    common: dict[str, Any] = {
        "case": key or "template",
        "region": REGION,
        "hall": HALL,
        "department": "市场监管局",
        "window": "SC-03",
    }
    soon = when + timedelta(hours=1)
    yield Accepted(id="1", at=when, item="SC-001", promised=f"{PROMISE_DAYS}d", statutory="20d", **common)
    yield StageEntered(id="2", at=when, stage="handling", handler="王伟", **common)
    yield StageLeft(id="3", at=soon, stage="handling", handler="王伟", **common)
    yield StageEntered(id="4", at=soon, stage="review", handler="李娜", **common)


class _Out:
    """Batches per partition on their way to the changelog."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer, self._topic = producer, topic
        self._builders = [producer.create_batch() for _ in range(PARTITIONS)]
        self._waiting: list[Any] = []

    async def add(self, key: str, case: Case) -> int:
        raw, value = key.encode(), encode_case(case)
        await self.append(partition_of(raw, PARTITIONS), raw, value)
        return len(value)

    async def append(self, partition: int, key: bytes, value: bytes) -> None:
        if self._builders[partition].append(timestamp=None, key=key, value=value) is None:
            await self._send(partition)
            self._builders[partition].append(timestamp=None, key=key, value=value)

    async def flush(self) -> None:
        for partition in range(PARTITIONS):
            await self._send(partition)
        await asyncio.gather(*self._waiting)

    async def _send(self, partition: int) -> None:
        builder, self._builders[partition] = self._builders[partition], self._producer.create_batch()
        self._waiting.append(await self._producer.send_batch(builder, self._topic, partition=partition))
        if len(self._waiting) > _IN_FLIGHT:
            await asyncio.gather(*self._waiting)
            self._waiting.clear()


def _now() -> int:
    return time.time_ns() // 1_000_000


_ZONE = load_book(Path("default")).zone
