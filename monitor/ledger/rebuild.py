"""Makes the ledger anew from the topics, beside the one that runs, and puts it in its place.

The new one is read into a schema of its own, never beyond what the running one has read. At the end the running one is held up
for a moment. Both stand at the same offsets then, and the schemas change names in one transaction. Processes go on as if nothing
had happened. The audit log is no projection: it stays as it is. So do the figures of months that were dropped.
"""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from typing import Any

import psycopg
from aiokafka import TopicPartition
from psycopg import sql

from monitor.kafka import consuming, partition_counts, partition_of
from monitor.ledger.connection import LedgerMismatch, connected
from monitor.ledger.rows import Batch, Reading
from monitor.ledger.rows.batch import TopicPart
from monitor.ledger.rows.times import LocalDays
from monitor.ledger.schema import upgrade
from monitor.ledger.store import LedgerStore
from monitor.settings import Settings
from monitor.wire import Topics

log = logging.getLogger(__name__)
_NEAR = 20_000
"""Records by which the new one may be behind when the running one is held up."""


class _Rebuilding:
    def __init__(self, settings: Settings, partitions: int) -> None:
        self._settings = settings
        self.old, self.new = settings.ledger.namespace, f"{settings.ledger.namespace}_next"
        home = lambda key: partition_of(key, partitions)  # noqa: E731
        self._reading = Reading(Topics(settings.topics.prefix), settings.changelog, home, LocalDays(settings.zone))
        self.topics = self._reading.topics
        self.positions: dict[TopicPart, int] = {}
        self.records = 0

    async def targets(self, connection: psycopg.Connection, consumer: Any) -> dict[TopicPart, int]:
        """How far the running one has read; in a topic that was made anew, how far it goes."""
        query = sql.SQL("SELECT topic, partition, next FROM {} WHERE topic = ANY(%s)").format(
            sql.Identifier(self.old, "consumed")
        )
        read = {
            (topic, partition): next_ for topic, partition, next_ in connection.execute(query, [list(self.topics)]).fetchall()
        }
        ends = await consumer.end_offsets([TopicPartition(*part) for part in read]) if read else {}
        return {part: min(next_, ends[TopicPartition(*part)]) for part, next_ in read.items()}

    async def read_to(self, consumer: Any, store: LedgerStore, targets: Mapping[TopicPart, int]) -> None:
        """Read and write up to these offsets, exactly."""
        fresh = [part for part in targets if part not in self.positions]
        if fresh:
            self.positions |= await asyncio.to_thread(store.claim, fresh)
        left = {TopicPartition(*part): target for part, target in targets.items() if self.positions[part] < target}
        if not left:
            return
        consumer.assign(list(left))
        first = await consumer.beginning_offsets(list(left))
        for where, to in left.items():
            part = (where.topic, where.partition)
            if first[where] > self.positions[part]:  # deleted from the topic: what they told is not to be had any more
                begin = min(first[where], to)
                await asyncio.to_thread(store.skip, part, self.positions[part], begin)
                self.positions[part] = begin
            consumer.seek(where, self.positions[part])
        while left := {where: to for where, to in left.items() if self.positions[where.topic, where.partition] < to}:
            fetched = await consumer.getmany(*left, timeout_ms=500, max_records=self._settings.ledger.max_batch_records)
            batch = Batch()
            for where, records in fetched.items():
                part = (where.topic, where.partition)
                self._reading.take(batch, part, self.positions[part], [each for each in records if each.offset < left[where]])
            for where, to in left.items():  # the last offsets before the target may hold no records: compaction, transactions
                part = (where.topic, where.partition)
                if await consumer.position(where) >= to:
                    batch.parts[part] = (self.positions[part], to)
            if batch.parts:
                await asyncio.to_thread(store.write, batch)
                self.positions |= {part: upto for part, (_, upto) in batch.parts.items()}
                self.records += sum(batch.read.values())


async def rebuild(settings: Settings) -> int:
    """Make it anew and swap; the number of records read.

    :class:`~monitor.ledger.connection.LedgerMismatch` where there are no topics, or months were dropped meanwhile.
    """
    counts = await partition_counts(settings.kafka)
    job = _Rebuilding(settings, counts.get(Topics(settings.topics.prefix).events, 0))
    if missing := [topic for topic in job.topics if topic not in counts]:
        raise LedgerMismatch(f"topic {', '.join(missing)} is not there: there is nothing to make the ledger from")
    await asyncio.to_thread(_begin, settings, job)
    name = f"rebuild-{secrets.token_hex(6)}"
    async with consuming(settings) as consumer:
        with LedgerStore(settings.ledger, name, namespace=job.new, audits=False) as store, _owner(settings, job) as connection:
            while True:
                targets = await job.targets(connection, consumer)
                connection.commit()
                behind = sum(targets.values()) - sum(job.positions.get(part, 0) for part in targets)
                if job.positions and behind <= _NEAR:
                    break
                log.info("%d records behind the running ledger", behind)
                await job.read_to(consumer, store, targets)
            await _swap(job, consumer, store, connection)
    log.info("the ledger was made anew from %d records", job.records)
    return job.records


def _owner(settings: Settings, job: _Rebuilding) -> Any:
    return connected(settings.ledger, job.old, writer=False)


def _begin(settings: Settings, job: _Rebuilding) -> None:
    with _owner(settings, job) as connection:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(job.new)))
        connection.commit()
    upgrade(settings.ledger, job.new, settings.zone)
    with _owner(settings, job) as connection:
        spaces = {"old": sql.Identifier(job.old), "new": sql.Identifier(job.new)}
        connection.execute(sql.SQL("INSERT INTO {new}.sealed_figure SELECT * FROM {old}.sealed_figure").format(**spaces))
        sealed = "UPDATE {new}.installation SET sealed_before = (SELECT sealed_before FROM {old}.installation)"
        connection.execute(sql.SQL(sealed).format(**spaces))
        connection.commit()


async def _swap(job: _Rebuilding, consumer: Any, store: LedgerStore, connection: psycopg.Connection) -> None:
    """Hold the running one up, read the rest, change names.

    Whoever waits for a row of the old offsets finds its twin in the new ones, since a write names its conditions twice.
    """
    old, new, away = (sql.Identifier(name) for name in (job.old, job.new, f"{job.old}_old"))
    connection.execute(sql.SQL("SELECT 1 FROM {}.consumed FOR UPDATE").format(old))
    await job.read_to(consumer, store, await job.targets(connection, consumer))
    sealed = connection.execute(
        sql.SQL("SELECT o.sealed_before, n.sealed_before FROM {}.installation o, {}.installation n").format(old, new)
    ).fetchone()
    if sealed is None or sealed[0] != sealed[1]:
        raise LedgerMismatch("months were dropped while the ledger was made anew: start once more")
    connection.execute(
        sql.SQL("""
            UPDATE {new}.consumed n SET owner = o.owner, claimed_at = o.claimed_at, reached = greatest(n.reached, o.reached)
            FROM {old}.consumed o WHERE o.topic = n.topic AND o.partition = n.partition""").format(old=old, new=new)
    )
    connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(old, away))
    connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(new, old))
    connection.commit()
    connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(away))  # later: others may have been waiting in it
    connection.commit()
