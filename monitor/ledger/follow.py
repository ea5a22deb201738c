"""Reads the topics into the ledger, as one of several processes that share their partitions.

Kafka says which partitions are ours, the database from where. Nothing is committed to Kafka. While one batch is being written in
a thread the next is fetched and decoded. Neither a database nor a broker that is away ends it: it says so once and tries again.
"""

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, suppress
from functools import lru_cache
from typing import Any

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from monitor import metrics
from monitor.kafka import connected, ensure_one_partition, partition_counts, partition_of
from monitor.ledger.audit.heads import Heads
from monitor.ledger.connection import LedgerMismatch, LedgerUnavailable, unavailable
from monitor.ledger.rows import Batch, Reading
from monitor.ledger.rows.batch import TopicPart
from monitor.ledger.rows.times import LocalDays
from monitor.ledger.store import LedgerStore, Overtaken
from monitor.settings import Settings
from monitor.wire import Topics
from rules.errors import SupervisionError

log = logging.getLogger(__name__)
_SHORTEST, _LONGEST = 0.5, 15.0
"""Seconds between two tries, from first to last."""
_LEAVES = (KafkaError, OSError, TimeoutError, psycopg.OperationalError, psycopg.InterfaceError, LedgerUnavailable)


class _NotThere(SupervisionError):
    """Topics are missing; whoever writes them makes them."""


class LedgerReader:
    """One process's part of the work. ``says`` is told what keeps it from that, and "" once it has partitions."""

    def __init__(self, settings: Settings, says: Callable[[str], object] = lambda why: None) -> None:
        self._settings = settings
        self._topics = Topics(settings.topics.prefix)
        self._says = says
        self._complaint = ""

    async def run(self) -> None:
        """Read for ever; ends by being cancelled, after what was under way is written."""
        pause = _SHORTEST
        while True:
            try:
                async with _Session(self._settings, self._topics, self._given) as session:
                    pause = _SHORTEST
                    await session.follow()
            except Overtaken as error:
                metrics.LEDGER_OVERTAKEN.inc()
                log.warning("%s: asking for partitions again", error)
            except (*_LEAVES, _NotThere) as error:
                self._complain(error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST)

    def _given(self, parts: Iterable[TopicPart]) -> None:
        metrics.LEDGER_CONNECTED.set(1)
        self._complaint = ""
        self._says("")

    def _complain(self, error: BaseException) -> None:
        metrics.LEDGER_CONNECTED.set(0)
        if isinstance(error, psycopg.Error):
            error = unavailable(self._settings.ledger, error)
        complaint = str(error) or type(error).__name__
        self._says(complaint)
        if complaint != self._complaint:  # once per kind of trouble: a database that is down for a night must not fill the log
            log.warning("%s (trying again)", complaint)
            self._complaint = complaint


class _Session(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """From one connection to the first trouble."""

    def __init__(self, settings: Settings, topics: Topics, given: Callable[[Iterable[TopicPart]], object]) -> None:
        self._settings = settings
        self._topics = topics
        self._given = given
        self._positions: dict[TopicPart, int] = {}
        self._generation = 0
        self._writing: asyncio.Future[None] | None = None
        self._failure: Exception | None = None
        self._turn = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "_Session":
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._settled(quietly=True)
            with suppress(*_LEAVES):
                await self._heads.publish(self._store.heads, at_once=True)
        finally:
            await self._stack.aclose()

    async def _open(self) -> None:
        settings = self._settings
        wanted = (self._topics.events, self._topics.alerts, self._topics.dead_letters, settings.changelog)
        counts = await partition_counts(settings.kafka)
        if missing := [topic for topic in wanted if topic not in counts]:
            raise _NotThere(f"topic {', '.join(missing)} does not exist yet: start a worker, it makes its topics")
        await ensure_one_partition(settings.kafka, settings.topics, self._topics.audit_heads)
        partitions = counts[self._topics.events]
        home = lru_cache(maxsize=65_536)(lambda key: partition_of(key, partitions))
        self._reading = Reading(self._topics, settings.changelog, home, LocalDays(settings.zone))
        owner = f"{socket.gethostname()}-{secrets.token_hex(6)}"
        store = LedgerStore(settings.ledger, owner)
        self._store = await asyncio.to_thread(store.__enter__)
        self._stack.push_async_callback(asyncio.to_thread, store.__exit__, None, None, None)
        producer = await self._stack.enter_async_context(connected(AIOKafkaProducer, settings.kafka, acks="all"))
        self._heads = Heads(producer, self._topics, settings.ledger)
        self._consumer = await self._stack.enter_async_context(
            connected(
                AIOKafkaConsumer,
                settings.kafka,
                group_id=f"{settings.topics.prefix}.{settings.ledger.group}",
                enable_auto_commit=False,
                auto_offset_reset="none",
                session_timeout_ms=int(settings.worker.session_timeout * 1000),
                max_partition_fetch_bytes=4 << 20,
            )
        )
        self._consumer.subscribe(list(wanted), listener=self)

    async def follow(self) -> None:
        """Fetch, decode, write, until something is in the way."""
        most, wait = self._settings.ledger.max_batch_records, self._settings.ledger.fetch_wait_ms
        while True:
            generation = self._generation
            fetched = await self._consumer.getmany(timeout_ms=wait, max_records=most)
            if self._failure is not None:
                raise self._failure
            if generation != self._generation:  # what was fetched before the change may not be ours, nor all of what is
                for (topic, partition), position in self._positions.items():
                    self._consumer.seek(TopicPartition(topic, partition), position)
                continue
            if fetched:
                await self._take(fetched, generation)
            elif self._writing is not None:
                await self._settled()
            await self._heads.publish(self._store.heads)

    async def _take(self, fetched: dict[Any, list[Any]], generation: int) -> None:
        batch = Batch()
        for where, records in fetched.items():
            part = (where.topic, where.partition)
            if part in self._positions and records:
                self._reading.take(batch, part, self._positions[part], records)
                highwater = self._consumer.highwater(where)
                if highwater is not None:
                    metrics.LEDGER_LAG.labels(*_labels(part)).set(max(0, highwater - batch.parts[part][1]))
        async with self._turn:
            await self._settled()
            if generation == self._generation and batch.parts:
                self._positions |= {part: upto for part, (_, upto) in batch.parts.items()}
                self._writing = asyncio.ensure_future(asyncio.to_thread(self._store.write, batch))

    async def _settled(self, *, quietly: bool = False) -> None:
        """Wait for the batch that is being written; its error is ours."""
        writing, self._writing = self._writing, None
        if writing is None:
            return
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            with suppress(*_LEAVES, Overtaken):
                await writing  # a transaction is not left in the middle
            raise
        except (*_LEAVES, Overtaken):
            if not quietly:
                raise

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Bring to an end what was begun, before another gets them."""
        self._generation += 1
        async with self._turn:
            await self._settled(quietly=True)
            self._positions.clear()
            with suppress(*_LEAVES):  # whoever has them next tells Kafka, too
                await self._heads.publish(self._store.heads, at_once=True)

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Make them ours in the database, and go where it says."""
        # Kafka keeps no offsets of ours. Until the database has said where, nothing is fetched, and aiokafka asks for none.
        self._consumer.pause(*assigned)
        for each in assigned:
            self._consumer.seek(each, 0)
        parts = sorted((each.topic, each.partition) for each in assigned)
        try:
            async with self._turn:
                await self._claim(parts)
        except Exception as error:  # aiokafka would log it and go on: follow raises it
            self._failure = error
            return
        log.info("ready: partitions %s", ", ".join(f"{topic}[{partition}]" for topic, partition in parts) or "none")
        self._given(parts)

    async def _claim(self, parts: list[TopicPart]) -> None:
        claimed = await asyncio.to_thread(self._store.claim, parts)
        for part, next_ in claimed.items():
            claimed[part] = await self._checked(part, next_)
            self._consumer.seek(TopicPartition(*part), claimed[part])
        self._positions = claimed
        self._generation += 1
        self._consumer.resume(*(TopicPartition(*part) for part in parts))

    async def _checked(self, part: TopicPart, next_: int) -> int:
        """Where to go on: behind what was deleted unread; not at all in a topic that ends before we stand."""
        where = TopicPartition(*part)
        first: int = (await self._consumer.beginning_offsets([where]))[where]
        last: int = (await self._consumer.end_offsets([where]))[where]
        if next_ > last:
            raise LedgerMismatch(
                f"{part[0]}[{part[1]}] ends at {last}, the ledger has read to {next_}: the topic was made anew. "
                "supervise ledger rebuild makes the ledger anew from it"
            )
        if next_ >= first:
            return next_
        if next_ > 0 or part[0] != self._settings.changelog:
            metrics.LEDGER_LOST.labels(_labels(part)[0]).inc(first - next_)
            log.error(
                "%s[%d]: offsets %d to %d were deleted before the ledger had read them. Let the topic keep its records longer",
                *part, next_, first - 1,
            )  # fmt: skip
        await asyncio.to_thread(self._store.skip, part, next_, first)
        return first


def _labels(part: TopicPart) -> tuple[str, str]:
    return part[0].rpartition(".")[2], str(part[1])
