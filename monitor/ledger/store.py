"""Writes batches: rows, audit log and offsets in one transaction, so that a repetition is nothing and a gap impossible.

Each partition of each topic has a row in ``consumed``: the next offset, and the process that may write. A process *claims* a
partition when its consumer group gives it to it, which puts its name there. A write locks those rows first. Where another name
stands by now, or another offset than the batch begins at, it is a late process: nothing is written (:class:`Overtaken`).
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any, Self

import psycopg
from psycopg import sql

from monitor import metrics
from monitor.ledger import statements
from monitor.ledger.audit.chain import AuditEntry, Digests, Link, end_of
from monitor.ledger.connection import connected
from monitor.ledger.months import BY_MONTH, begin, make_months, month_of, months_of
from monitor.ledger.rows import TABLES, Batch, LedgerTable
from monitor.ledger.rows.batch import TopicPart
from monitor.ledger.rows.tables import AUDIT_ENTRY, CASE, DEAD_LETTER, EVENT, SMALL, STAGED_ALERT
from monitor.ledger.rows.times import at
from monitor.settings import LedgerSettings
from rules.errors import SupervisionError
from rules.instant import to_instant

_TABLE = {table.name: table for table in TABLES} | {"alert": STAGED_ALERT}
_ALWAYS = begin(month_of(at(0)))
_FAR = 2**62
"""Beyond every offset: nothing is taken for new."""


class Overtaken(SupervisionError):
    """Another process has taken a partition over; this batch was not written, since that process reads it, too.

    Whose: nobody's; it is what keeps rows from being written twice.
    Mend: nothing; the process asks its group for partitions again.
    """


class LedgerStore:
    """One connection that writes; a context manager. ``owner`` is this process's name, unlike any other's."""

    def __init__(self, settings: LedgerSettings, owner: str, *, namespace: str = "", audits: bool = True) -> None:
        """``audits``: whether what is new is entered into the audit log. A ledger made anew leaves it alone."""
        self._settings = settings
        self._namespace = namespace or settings.namespace
        self._owner = owner
        self._audits = audits
        self._digests = Digests(settings.digest)
        self._months: set[tuple[str, Any]] = set()
        self._reached: dict[TopicPart, int] = {}
        self.heads: dict[str, Link] = {}
        """The end of each chain this process appends to."""

    def __enter__(self) -> Self:
        self._open = connected(self._settings, self._namespace)
        self._connection = self._open.__enter__()
        try:
            for table in statements.STAGED:
                self._connection.execute(statements.staging(table))
            self._look_at_months()
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)

    def claim(self, parts: Iterable[TopicPart]) -> dict[TopicPart, int]:
        """Make these partitions ours; the offset each is to be read from."""
        claimed = {}
        for topic, partition in sorted(parts):
            row = self._connection.execute(statements.CLAIM, [topic, partition, self._owner]).fetchone()
            assert row is not None
            claimed[topic, partition], self._reached[topic, partition] = row
        self._connection.commit()
        # Another process may have appended meanwhile, and have ended before it told Kafka so.
        chains = [f"{topic.rpartition('.')[2]}/{partition}" for topic, partition in claimed] if self._audits else []
        with self._connection.transaction(), self._connection.cursor() as cursor:
            self.heads = {chain: link for chain in chains if (link := self._last(cursor, chain)).seq}
        return claimed

    def write(self, batch: Batch) -> None:
        """One transaction. :class:`Overtaken` where a partition is no longer ours; then nothing is written."""
        began = time.perf_counter()
        self._make_months(batch)
        try:
            heads = self._in_one_go(batch)
        except (psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation):
            # What was taken for new is there, or a month is gone: somebody has worked on the database. From now on we look.
            self._reached = dict.fromkeys(self._reached, _FAR)
            self._look_at_months()
            self.heads.clear()
            self._make_months(batch)
            heads = self._in_one_go(batch)
        self.heads = heads
        for part, (_, upto) in batch.parts.items():
            self._reached[part] = max(self._reached.get(part, 0), upto)
        metrics.LEDGER_BATCH_SECONDS.observe(time.perf_counter() - began)
        for (topic, outcome), records in batch.read.items():
            metrics.LEDGER_RECORDS.labels(topic, outcome).inc(records)

    def _in_one_go(self, batch: Batch) -> dict[str, Link]:
        heads = dict(self.heads)
        with self._connection.transaction(), self._connection.cursor() as cursor:
            self._lock(cursor, batch)
            self._put(cursor, batch, heads)
            self._advance(cursor, batch)
        return heads

    def skip(self, part: TopicPart, before: int, to: int) -> None:
        """Note that the offsets ``[before, to)`` are gone from the topic and will never be read."""
        self._connection.execute(statements.ADVANCE, [to, to, *part, before, self._owner])
        self._connection.commit()

    def _lock(self, cursor: psycopg.Cursor, batch: Batch) -> None:
        topics, partitions = zip(*batch.parts, strict=True)
        cursor.execute(statements.LOCK, [list(topics), list(partitions)])
        held = {(topic, partition): (next_, owner) for topic, partition, next_, _, owner in cursor.fetchall()}
        for part, (start, _) in batch.parts.items():
            if held.get(part) != (start, self._owner):
                raise Overtaken(
                    f"{part[0]}[{part[1]}] belongs to another process by now: {start} offered, {held.get(part)} found"
                )

    def _advance(self, cursor: psycopg.Cursor, batch: Batch) -> None:
        for part, (start, upto) in batch.parts.items():
            cursor.execute(statements.ADVANCE, [upto, upto, *part, start, self._owner])
            if cursor.rowcount != 1:
                raise Overtaken(f"{part[0]}[{part[1]}] was taken over while a batch was being written")

    def _put(self, cursor: psycopg.Cursor, batch: Batch, heads: dict[str, Link]) -> None:
        cursor.execute(
            "SELECT sealed_before, sealed_before::timestamp AT TIME ZONE zone FROM installation WHERE sealed_before IS NOT NULL"
        )
        row = cursor.fetchone()
        floor, midnight = (begin(row[0]), row[1]) if row is not None else (_ALWAYS, _ALWAYS)
        for table in (EVENT, DEAD_LETTER):
            self._put_plainly(cursor, table, [row for row in batch.rows.get(table.name, ()) if row[0] >= floor], batch)
        for table in SMALL:
            rows = _since(midnight, table, batch.rows.get(table.name, ()))
            if rows:
                _copy(cursor, table, rows, staged=True)
                cursor.execute(statements.insert_new(table))
        self._put_cases(cursor, batch, floor)
        repeated = self._put_alerts(cursor, batch, floor)
        if self._audits:
            self._append(cursor, batch, repeated, heads, to_instant(floor))

    def _put_plainly(self, cursor: psycopg.Cursor, table: LedgerTable, rows: Sequence[tuple[Any, ...]], batch: Batch) -> None:
        """Rows whose name is their offset: beyond what was ever reached they are new, and go straight into place."""
        if not rows:
            return
        is_new = all(start >= self._reached.get(part, 0) for part, (start, _) in batch.parts.items())
        _copy(cursor, table, rows, staged=not is_new)
        if not is_new:
            cursor.execute(statements.insert_new(table))

    def _put_cases(self, cursor: psycopg.Cursor, batch: Batch, floor: Any) -> None:
        gone = [key for key, state in batch.cases.items() if state is None]
        if gone:
            cursor.execute(statements.CASES_GONE, [gone])
        rows = [row for state in batch.cases.values() if state is not None for row in state[1]]
        if rows:
            _copy(cursor, CASE, rows, staged=True)
            cursor.execute(statements.CYCLES_GONE)
            cursor.execute(statements.CASES, [floor.date()])

    def _put_alerts(self, cursor: psycopg.Cursor, batch: Batch, floor: Any) -> set[tuple[int, int]]:
        """Partition and offset of each record that repeats a change: one not beyond the newest before it, here or in the table.

        Where a batch ends makes no difference to that, so a chain does not depend on it.
        """
        repeated: set[tuple[int, int]] = set()
        newest: dict[str, int] = {}
        new: list[tuple[Any, ...]] = []
        names = STAGED_ALERT.names
        id_, change, partition, offset = (names.index(name) for name in ("id", "change", "record_partition", "record_offset"))
        for row in batch.rows.get("alert", ()):
            if row[change] > newest.get(row[id_], -1):
                newest[row[id_]] = row[change]
                new.append(row)
            else:
                repeated.add((row[partition], row[offset]))
        if new:
            _copy(cursor, STAGED_ALERT, new, staged=True)
            cursor.execute(statements.REPEATED_ALERTS)
            repeated |= set(cursor.fetchall())
            cursor.execute(statements.ALERT_CHANGES, [floor])
            cursor.execute(statements.ALERTS)
        return repeated

    def _append(
        self, cursor: psycopg.Cursor, batch: Batch, repeated: set[tuple[int, int]], heads: dict[str, Link], floor: int
    ) -> None:
        """What is new, to the end of its chain. An entry up to the chain's last offset stands there already.

        One that comes after its month was sealed is entered into the first month that is kept.
        """
        linked = []
        for chain, entries in batch.entries.items():
            last, partition = heads.get(chain) or self._last(cursor, chain), int(chain.rpartition("/")[2])
            for entry in entries:
                # A topic that was made anew begins at 0 again, and later.
                is_known = entry.offset <= last.offset and entry.recorded_at <= last.entered_at
                if is_known or (entry.kind == "alert" and (partition, entry.offset) in repeated):
                    continue
                row = self._digests.link(chain, last, entry._replace(recorded_at=max(entry.recorded_at, floor)))
                linked.append((row.chain, row.seq, at(row.entered_at), row.kind, row.subject, row.offset, row.body, row.digest))
                last = end_of(row)
            heads[chain] = last
        if linked:
            _copy(cursor, AUDIT_ENTRY, linked)

    def _last(self, cursor: psycopg.Cursor, chain: str) -> Link:
        cursor.execute(statements.LAST_ENTRY, [chain, chain])
        row = cursor.fetchone()
        return Link(row[0], to_instant(row[1]), row[2], row[3]) if row is not None else self._digests.beginning(chain)

    def _look_at_months(self) -> None:
        self._months = {(table, month) for table in BY_MONTH for month in months_of(self._connection, table)}
        row = self._connection.execute(statements.SEALED).fetchone()
        self._first = row[0] if row is not None else _ALWAYS.date()
        self._connection.commit()

    def _make_months(self, batch: Batch) -> None:
        """See to it that every row has a month to go to. Made before the transaction, so that nobody waits for it."""
        wanted = set()
        for name, column in BY_MONTH.items():
            source = "alert" if name == "alert_change" else name
            place = _TABLE[source].names.index(column) if name != "audit_entry" else -1
            wanted |= {(name, month_of(row[place])) for row in batch.rows.get(source, ()) if place >= 0}
        for entries in batch.entries.values():
            wanted |= {("audit_entry", max(self._first, month_of(at(entry.recorded_at)))) for entry in entries}
        if missing := wanted - self._months:
            make_months(self._settings, self._namespace, missing)
            self._months |= missing


def _since(midnight: Any, table: LedgerTable, rows: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
    """Rows of days that are kept. A retraction is, however old: what it takes back may be kept, too."""
    if "happened_at" not in table.names:
        return rows
    place = table.names.index("happened_at")
    return [row for row in rows if row[place] >= midnight]


def _copy(cursor: psycopg.Cursor, table: LedgerTable, rows: Sequence[tuple[Any, ...]], *, staged: bool = False) -> None:
    """Binary COPY into the table, or into its temporary one."""
    target = sql.Identifier(f"in_{table.name}" if staged else table.name)
    names = sql.SQL(", ").join(map(sql.Identifier, table.names))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(target, names)) as copy:
        copy.set_types(table.types)
        write = copy.write_row
        for row in rows:
            write(row)


__all__ = ["AuditEntry", "LedgerStore", "Overtaken"]
