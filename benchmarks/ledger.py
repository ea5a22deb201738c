"""Events into PostgreSQL: the ledger's batches against one transaction an event, in turn, from the same records in memory.

Both decode the same bytes, write the same rows and keep their offsets in the same transaction. No broker is needed.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.child import BenchmarkFailed
from monitor.embedded.postgres import EmbeddedPostgres
from monitor.kafka import partition_of
from monitor.ledger import upgrade
from monitor.ledger.connection import connected
from monitor.ledger.rows import Batch, Reading
from monitor.ledger.rows.tables import EVENT, SMALL
from monitor.ledger.rows.times import LocalDays
from monitor.ledger.store import LedgerStore
from monitor.settings import LedgerSettings
from monitor.simulate.hall import generate
from monitor.wire import Topics, encode_event
from rules.events import key_of
from rules.instant import DAY, to_instant

PARTITIONS = 4
_START = datetime.fromisoformat("2025-09-01T00:00:00+08:00")
_PER_CASE = 8.6
"""Records per case and day of the simulated hall."""
_TOPICS = Topics("bench")


def run_ledger(out: Console, *, events: int, batch: int, one_by_one: int, repetitions: int, seed: int) -> None:
    """Write about ``events`` events in batches, and the first ``one_by_one`` of them one by one; print rates and ratio."""
    records = _records(events, seed)
    size = sum(len(each.value) for each in records) / len(records)
    out.print(f"{len(records):,} events, {size:.0f} bytes each, {batch:,} a batch; {one_by_one:,} of them one by one")
    rates: dict[str, list[float]] = {"batches": [], "one by one": []}
    with tempfile.TemporaryDirectory(prefix="supervise-bench-") as folder, EmbeddedPostgres(Path(folder) / "postgres") as server:
        for number in range(repetitions):
            settings = LedgerSettings(dsn=server.dsn, namespace=f"run{number}")
            rates["batches"].append(_timed(settings, records, lambda s, r: _in_batches(s, r, batch)))
            settings = LedgerSettings(dsn=server.dsn, namespace=f"single{number}")
            rates["one by one"].append(_timed(settings, records[:one_by_one], _one_by_one))
    table = Table(title="Events into PostgreSQL, one process", title_justify="left")
    for head in ("way", "events/s, median", "runs"):
        table.add_column(head, justify="left" if head == "way" else "right")
    for way, found in rates.items():
        table.add_row(way, f"{statistics.median(found):,.0f}", ", ".join(f"{rate:,.0f}" for rate in found))
    out.print(table)
    ratios = [fast / slow for fast, slow in zip(*rates.values(), strict=True)]
    out.print(
        f"batches are {statistics.median(ratios):.0f} times as fast (of each pair: {', '.join(f'{each:.0f}' for each in ratios)})"
    )


def _records(events: int, seed: int) -> list[Any]:
    found: list[Any] = []
    offsets = [0] * PARTITIONS
    start = to_instant(_START)
    for arrived, event in generate(seed, start, start + 40 * DAY, events / 40 / _PER_CASE * 1.6):
        key = key_of(event).encode()
        partition = partition_of(key, PARTITIONS)
        found.append(
            SimpleNamespace(
                topic=_TOPICS.events,
                partition=partition,
                offset=offsets[partition],
                timestamp=arrived,
                key=key,
                value=encode_event(event),
            )
        )
        offsets[partition] += 1
        if len(found) == events:
            break
    return found


def _timed(settings: LedgerSettings, records: Sequence[Any], write: Callable[[LedgerSettings, Sequence[Any]], None]) -> float:
    """Events a second; what was written is counted afterwards."""
    upgrade(settings)
    with LedgerStore(settings, "months") as store:  # the same start for both: months are made before the clock runs
        store._make_months(_read(records))
    began = time.perf_counter()
    write(settings, records)
    seconds = time.perf_counter() - began
    with connected(settings) as connection:
        row = connection.execute("SELECT count(*) FROM event").fetchone()
    if row != (len(records),):
        raise BenchmarkFailed(f"{row} rows of {len(records)} events")
    return len(records) / seconds


def _reading() -> Reading:
    return Reading(_TOPICS, "bench.changelog", lambda key: partition_of(key, PARTITIONS), LocalDays("Asia/Shanghai"))


def _read(records: Sequence[Any]) -> Batch:
    batch, reading = Batch(), _reading()
    for partition in range(PARTITIONS):
        part = [each for each in records if each.partition == partition]
        if part:
            reading.take(batch, (_TOPICS.events, partition), part[0].offset, part)
    return batch


def _in_batches(settings: LedgerSettings, records: Sequence[Any], size: int) -> None:
    with LedgerStore(settings, "batches") as store:
        store.claim([(_TOPICS.events, partition) for partition in range(PARTITIONS)])
        for start in range(0, len(records), size):
            store.write(_read(records[start : start + size]))


def _one_by_one(settings: LedgerSettings, records: Sequence[Any]) -> None:
    reading = _reading()
    inserts = {table.name: _insert(table) for table in (EVENT, *SMALL)}
    with LedgerStore(settings, "single") as store:
        store.claim([(_TOPICS.events, partition) for partition in range(PARTITIONS)])
    with connected(settings) as connection:
        for record in records:
            batch = Batch()
            reading.take(batch, (record.topic, record.partition), record.offset, [record])
            with connection.transaction():
                _insert_all(connection, batch, inserts)
                connection.execute(
                    "UPDATE consumed SET next = %s WHERE topic = %s AND partition = %s AND next = %s",
                    [record.offset + 1, record.topic, record.partition, record.offset],
                )


def _insert_all(connection: psycopg.Connection, batch: Batch, inserts: dict[str, str]) -> None:
    for table, rows in batch.rows.items():
        for row in rows:
            connection.execute(inserts[table], row)


def _insert(table: Any) -> str:
    names = ", ".join(f'"{name}"' for name in table.names)
    places = ", ".join("%b" if kind == "jsonb" else "%s" for _, kind in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING"
