"""Events into PostgreSQL: the ledger's batches against one transaction an event, in turn, from the same records in memory.

Both decode the same bytes, write the same rows and keep their offsets in the same transaction. No broker is needed.
"""

import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

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
    runs: dict[str, list[Run]] = {"batches": [], "one by one": []}
    with tempfile.TemporaryDirectory(prefix="supervise-bench-") as folder, EmbeddedPostgres(Path(folder) / "postgres") as server:
        for number in range(repetitions):
            settings = LedgerSettings(dsn=server.dsn, namespace=f"run{number}")
            runs["batches"].append(_timed(server, settings, records, lambda s, r: _in_batches(s, r, batch)))
            settings = LedgerSettings(dsn=server.dsn, namespace=f"single{number}")
            runs["one by one"].append(_timed(server, settings, records[:one_by_one], _one_by_one))
    table = Table(title="Events into PostgreSQL, one process", title_justify="left")
    for head in ("way", "events/s, median", "runs", "CPU µs/event, ledger", "PostgreSQL"):
        table.add_column(head, justify="left" if head == "way" else "right")
    for way, found in runs.items():
        rates = [run.rate for run in found]
        own, servers = (statistics.median(each) for each in zip(*(run[1:] for run in found), strict=True))
        shown = ", ".join(f"{rate:,.0f}" for rate in rates)
        table.add_row(way, f"{statistics.median(rates):,.0f}", shown, f"{own:.1f}", f"{servers:.1f}")
    out.print(table)
    pairs = list(zip(*runs.values(), strict=True))
    ratios = [batched.rate / single.rate for batched, single in pairs]
    work = [(single.own + single.servers) / (batched.own + batched.servers) for batched, single in pairs]
    out.print(
        f"batches are {statistics.median(ratios):.0f} times as fast, and take a {statistics.median(work):.0f}th of the work"
    )


class Run(NamedTuple):
    """One run: events a second, and microseconds of processor an event, ours and PostgreSQL's."""

    rate: float
    own: float
    servers: float


def _server_seconds(server: EmbeddedPostgres) -> float:
    """Processor time of the server, its processes, and those that have ended."""
    used = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text("utf-8").rpartition(") ")[2].split()
            if str(server.pid) in (stat.parent.name, fields[1]):
                used += sum(map(int, fields[11 : 15 if stat.parent.name == str(server.pid) else 13]))
    return used / os.sysconf("SC_CLK_TCK")


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


def _timed(
    server: EmbeddedPostgres,
    settings: LedgerSettings,
    records: Sequence[Any],
    write: Callable[[LedgerSettings, Sequence[Any]], None],
) -> Run:
    """One run; what was written is counted afterwards."""
    upgrade(settings)
    with LedgerStore(settings, "months") as store:  # the same start for both: months are made before the clock runs
        store._make_months(_read(records, _reading()))
    began, own, servers = time.perf_counter(), time.process_time(), _server_seconds(server)
    write(settings, records)
    seconds, own, servers = time.perf_counter() - began, time.process_time() - own, _server_seconds(server) - servers
    with connected(settings) as connection:
        row = connection.execute("SELECT count(*) FROM event").fetchone()
    if row != (len(records),):
        raise BenchmarkFailed(f"{row} rows of {len(records)} events")
    return Run(len(records) / seconds, own / len(records) * 1e6, servers / len(records) * 1e6)


def _reading() -> Reading:
    home = lru_cache(maxsize=65_536)(lambda key: partition_of(key, PARTITIONS))
    return Reading(_TOPICS, "bench.changelog", home, LocalDays("Asia/Shanghai"))


def _read(records: Sequence[Any], reading: Reading) -> Batch:
    batch = Batch()
    for partition in range(PARTITIONS):
        part = [each for each in records if each.partition == partition]
        if part:
            reading.take(batch, (_TOPICS.events, partition), part[0].offset, part)
    return batch


def _in_batches(settings: LedgerSettings, records: Sequence[Any], size: int) -> None:
    reading = _reading()
    with LedgerStore(settings, "batches") as store:
        store.claim([(_TOPICS.events, partition) for partition in range(PARTITIONS)])
        for start in range(0, len(records), size):
            store.write(_read(records[start : start + size], reading))


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
