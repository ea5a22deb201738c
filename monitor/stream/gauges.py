"""Feeds the worker's metrics from batches and slices, never from single records."""

import logging
import time
from collections.abc import Iterable
from typing import Any

from monitor import metrics
from monitor.books import Library
from monitor.stream.partition.engine import PartitionEngine
from monitor.stream.partition.slices import CLOCK_KEY, Slice

log = logging.getLogger(__name__)

LARGE_ROW = 65_536
"""Bytes: a hundred times a usual case."""
_MINUTE = 60.0
_named_at = -_MINUTE
_PER_PARTITION = (
    metrics.CONSUMER_LAG, metrics.OPEN_CASES, metrics.CASES, metrics.STATE_BYTES,
    metrics.WAKEUPS_PENDING, metrics.UNCOVERED_CASES,
    metrics.CLOCK_OFFSET, metrics.CLOCK_UNCERTAINTY, metrics.CLOCK_DOUBT, metrics.HELD_RECORDS,
)  # fmt: skip


def batch_applied(records: int, seconds: float) -> None:
    """One fetched batch went through the engine."""
    metrics.BATCH_RECORDS.observe(records)
    metrics.BATCH_SECONDS.observe(seconds)


def slice_settled(part: Slice, seconds: float) -> None:
    """One slice is durable."""
    metrics.SETTLE_SECONDS.observe(seconds)
    for (kind, outcome), number in part.outcomes.items():
        metrics.EVENTS.labels(kind, outcome).inc(number)
    for alerted in part.alerted:
        metrics.ALERTS.labels(*alerted).inc()
    for lag in part.lags:
        metrics.DETECTION_LAG.observe(lag)
    for letter in part.dead:
        metrics.DEAD_LETTERS.labels(letter.reason).inc()
    if part.reroutes:
        metrics.REROUTED.inc(len(part.reroutes))
    _written("alerts", part.alerts)
    _written("changelog", part.changes.items())
    _rows(part)


def figures_sent(key: bytes, value: bytes) -> None:
    """One place's figures went out."""
    _written("figures", ((key, value),))


def _written(topic: str, records: Iterable[tuple[bytes, bytes | None]]) -> None:
    metrics.WRITTEN_BYTES.labels(topic).inc(sum([len(key) + len(value or b"") for key, value in records]))


def _rows(part: Slice) -> None:
    """How large the rows are that were written; a large one is named, once a minute at most."""
    global _named_at  # noqa: PLW0603
    largest, key = 0, b""
    for case, row in part.changes.items():
        if row is not None and case != CLOCK_KEY:
            size = len(row)
            metrics.ROW_BYTES.observe(size)
            if size > largest:
                largest, key = size, case
    if largest >= LARGE_ROW and time.monotonic() - _named_at >= _MINUTE:
        _named_at = time.monotonic()
        log.warning(
            "the row of %r has %d bytes (partition %d): see who fills it up",
            key.decode("utf-8", "replace"),
            largest,
            part.partition,
        )


def engine_state(engine: PartitionEngine) -> None:
    """What the partition holds now."""
    label, board = str(engine.partition), engine.scoreboard
    metrics.OPEN_CASES.labels(label).set(board.open)
    metrics.CASES.labels(label).set(len(engine.cases))
    metrics.STATE_BYTES.labels(label).set(engine.cases.bytes)
    metrics.WAKEUPS_PENDING.labels(label).set(board.waiting)
    metrics.UNCOVERED_CASES.labels(label).set(board.uncovered)
    metrics.HELD_RECORDS.labels(label).set(len(engine.clock.held))


def origin(library: Library, version: str) -> str:
    """Where the book of that version comes from: ``published`` or ``file``."""
    return "published" if library.is_published(version) else "file"


def rule_books(library: Library) -> None:
    """The books this worker knows now."""
    metrics.RULE_BOOKS.clear()
    for book in library.books:
        metrics.RULE_BOOKS.labels(book.version, book.digest, origin(library, book.version)).set(1)


def partition_gone(partition: int) -> None:
    """It is another worker's to measure."""
    for gauge in _PER_PARTITION:
        remove_quietly(gauge, str(partition))


def remove_quietly(gauge: Any, label: str) -> None:
    """Drop one label of a gauge, if it is there."""
    try:
        gauge.remove(label)
    except KeyError:
        pass
