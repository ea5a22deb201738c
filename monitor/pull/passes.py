"""One pass over the table: rows in, events out, the cursor after them."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from monitor.mapping import MappedRow, Mapping, map_objects
from monitor.pull.cursor import Cursor, Key, digest_of, key_of_row
from monitor.pull.spec import PullSpec
from monitor.pull.table import SourceTable
from monitor.wire import DeadLetter, in_words
from rules.events import Event

FUTURE = timedelta(hours=1)
"""A key further ahead of this machine's clock is a wrong clock: the row is taken, the cursor stays."""


class Sink(Protocol):
    """Where events go."""

    async def deliver(self, events: Sequence[Event], letters: Sequence[DeadLetter]) -> None:
        """Return once everything is kept for good."""


class Pass(msgspec.Struct):
    """What a pass came to. ``rows`` are new or changed, ``repeated`` were sent before."""

    rows: int = 0
    repeated: int = 0
    events: int = 0
    bad: Counter[str] = msgspec.field(default_factory=Counter)
    shown: list[str] = msgspec.field(default_factory=list)

    @property
    def is_all_bad(self) -> bool:
        """Whether there were rows and none was usable."""
        return 0 < self.rows == self.bad.total()

    def __str__(self) -> str:
        """One line, and the first bad rows."""
        bad = (
            f"{self.bad.total():,} ({', '.join(f'{reason} {count:,}' for reason, count in self.bad.most_common())})"
            if self.bad
            else "0"
        )
        return "\n".join([f"rows {self.rows:,} · events {self.events:,} · bad rows {bad}", *self.shown])


async def pull_once(spec: PullSpec, table: SourceTable, mapping: Mapping, zone: ZoneInfo, cursor: Cursor, sink: Sink) -> Pass:
    """Send every row that is new since the last pass. The cursor is saved after each batch that ``sink`` has kept."""
    done = Pass()
    batches = table.rows(cursor.begin())
    with ThreadPoolExecutor(1, "pull") as thread:  # one thread: drivers tie a connection to the one that made it
        loop = asyncio.get_running_loop()
        try:
            while (batch := await loop.run_in_executor(thread, _next, batches)) is not None:
                await _take(batch, spec, mapping, zone, cursor, sink, done)
        finally:
            await loop.run_in_executor(thread, _close, batches)
    return done


async def _take(
    batch: list[dict[str, object]], spec: PullSpec, mapping: Mapping, zone: ZoneInfo, cursor: Cursor, sink: Sink, done: Pass
) -> None:
    latest = datetime.now(UTC).astimezone(zone) + FUTURE
    fresh: list[tuple[Key, str, dict[str, object]]] = []
    for row in batch:
        digest = digest_of(row)
        if cursor.is_sent(digest):
            done.repeated += 1
        else:
            fresh.append((key_of_row(row[spec.key], spec.key), digest, row))
    if not fresh:
        return
    mapped = list(map_objects(mapping, [row for _, _, row in fresh]))
    letters = [_letter(row, key, spec) for row, (key, _, _) in zip(mapped, fresh, strict=True) if row.error is not None]
    events = [arrival.event for row in mapped for arrival in row.arrivals]
    await sink.deliver(events, letters)
    for key, digest, _ in fresh:
        cursor.took(key, digest, latest)
    cursor.save()
    done.rows += len(fresh)
    done.events += len(events)
    done.bad.update(letter.reason for letter in letters)
    done.shown += [
        f"{letter.source}: {in_words(letter.reason, letter.message, letter.field)}" for letter in letters[: 3 - len(done.shown)]
    ]


def _letter(row: MappedRow, key: Key, spec: PullSpec) -> DeadLetter:
    """The bad row, named by its key: a table has no row numbers."""
    return msgspec.structs.replace(row.dead_letter(spec.table), source=f"{spec.table}, {spec.key} {key}")


def _next(batches: Iterator[list[dict[str, object]]]) -> list[dict[str, object]] | None:
    return next(batches, None)


def _close(batches: Iterator[list[dict[str, object]]]) -> None:
    close = getattr(batches, "close", None)
    if close is not None:
        close()
