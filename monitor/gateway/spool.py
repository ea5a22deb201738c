"""Accepted records on this machine's disk while the broker is away: durable before they are acknowledged, bounded, in order.

One SQLite file with a write-ahead log, synced at every commit. Requests that come together share a commit. A record leaves the
file when the broker has it; one killed in between sends it again, and its id makes that harmless.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

from monitor.gateway.broker import Outgoing
from monitor.metrics import GATEWAY_SPOOL_BYTES, GATEWAY_SPOOL_RECORDS
from rules.errors import SupervisionError

T = TypeVar("T")
_ROW_BYTES = 64
"""What a row costs beside its content, about."""
_ORDINARY_BYTES = 65536
_FORMAT = 1


class BadSpool(SupervisionError):
    """The spool's file cannot be used.

    Whose: the operator's.
    Mend: name a file that this user may write, on a disk with room, that no other gateway has open.
    """


class SpoolFull(SupervisionError):
    """The spool takes no more: its bound is reached, or the disk refuses.

    Whose: the operator's.
    Mend: bring the broker back, or give the spool more room (`gateway.spool_mib`).
    """


class Spooled(NamedTuple):
    """Records in the order in which they came, and the mark up to which they are removed."""

    upto: int
    records: list[Outgoing]


class Spool:
    """The file and what waits in it; use as an async context manager. All that touches the disk runs in a thread of its own."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        """:class:`BadSpool` where the file cannot be used: before anything listens."""
        self._most = most_bytes
        self._pending: list[tuple[Sequence[Outgoing], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self.filled = asyncio.Event()
        try:
            self._file = self._thread.submit(_opened, path).result()
            self.records, self.bytes = self._thread.submit(_counted, self._file).result()
        except (sqlite3.Error, OSError) as error:
            self._thread.shutdown()
            raise BadSpool(f"gateway.spool: {path}: {error}") from None
        self._reserved = self.bytes
        self._tell()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._writing is not None:
            await asyncio.wait([self._writing])
        await self._in_thread(self._file.close)
        self._thread.shutdown()

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits, nor is about to."""
        return not self.records and not self._pending and (self._writing is None or self._writing.done())

    @property
    def has_room(self) -> bool:
        """Whether it takes a request of ordinary size."""
        return self._reserved + _ORDINARY_BYTES <= self._most

    async def keep(self, records: Sequence[Outgoing]) -> None:
        """Return once they are on the disk; :class:`SpoolFull` where they do not fit."""
        size = _size(records)
        if self._reserved + size > self._most:
            raise SpoolFull(f"the spool is full: {self.records} records, {self.bytes >> 20} of {self._most >> 20} MiB")
        self._reserved += size
        kept = asyncio.get_running_loop().create_future()
        self._pending.append((records, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        try:
            await asyncio.shield(kept)
        except sqlite3.Error as error:
            raise SpoolFull(f"the spool cannot be written: {error}") from None

    async def first(self, most: int) -> Spooled | None:
        """The oldest records, at most so many; None where there are none."""
        return await self._in_thread(lambda: _first(self._file, most))

    async def remove(self, spooled: Spooled) -> None:
        """Forget records that the broker has."""
        await self._in_thread(lambda: _remove(self._file, spooled.upto))
        size = _size(spooled.records)
        self._reserved -= size
        self._count(-len(spooled.records), -size)

    async def _write(self) -> None:
        """Commit what has come together, until nothing is pending."""
        while self._pending:
            together, self._pending = self._pending, []
            records = [record for each, _ in together for record in each]
            try:
                await self._in_thread(partial(_append, self._file, records))
            except sqlite3.Error as error:
                self._reserved -= _size(records)
                for _, kept in together:
                    _settle(kept, error)
                continue
            self._count(len(records), _size(records))
            for _, kept in together:
                _settle(kept)

    def _count(self, records: int, size: int) -> None:
        self.records += records
        self.bytes += size
        self._tell()

    def _tell(self) -> None:
        GATEWAY_SPOOL_RECORDS.set(self.records)
        GATEWAY_SPOOL_BYTES.set(self.bytes)
        if self.records:
            self.filled.set()
        else:
            self.filled.clear()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _settle(kept: "asyncio.Future[None]", error: sqlite3.Error | None = None) -> None:
    if kept.done():  # whoever waited was cancelled
        return
    if error is None:
        kept.set_result(None)
    else:
        kept.set_exception(error)


def _size(records: Sequence[Outgoing]) -> int:
    return sum(len(record.key or b"") + len(record.value) + _ROW_BYTES for record in records)


def _opened(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # cases are nobody else's business
    file = sqlite3.connect(path, isolation_level=None, timeout=1.0)
    for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
        file.execute(f"PRAGMA {pragma}")
    (version,) = file.execute("PRAGMA user_version").fetchone()
    if version not in (0, _FORMAT):
        raise sqlite3.DatabaseError(f"format {version} is not known here")
    file.execute("CREATE TABLE IF NOT EXISTS waiting (seq INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB, value BLOB NOT NULL)")
    file.execute(f"PRAGMA user_version = {_FORMAT}")
    return file


def _counted(file: sqlite3.Connection) -> tuple[int, int]:
    query = f"SELECT count(*), coalesce(sum(coalesce(length(key), 0) + length(value) + {_ROW_BYTES}), 0) FROM waiting"  # noqa: S608
    records, size = file.execute(query).fetchone()
    return records, size


def _append(file: sqlite3.Connection, records: Sequence[Outgoing]) -> None:
    file.execute("BEGIN IMMEDIATE")
    try:
        file.executemany("INSERT INTO waiting (key, value) VALUES (?, ?)", records)
        file.execute("COMMIT")
    except BaseException:
        if file.in_transaction:
            file.execute("ROLLBACK")
        raise


def _first(file: sqlite3.Connection, most: int) -> Spooled | None:
    rows = file.execute("SELECT seq, key, value FROM waiting ORDER BY seq LIMIT ?", (most,)).fetchall()
    return Spooled(rows[-1][0], [Outgoing(key, value) for _, key, value in rows]) if rows else None


def _remove(file: sqlite3.Connection, upto: int) -> None:
    file.execute("DELETE FROM waiting WHERE seq <= ?", (upto,))
