"""Reads what the wall shows from Kafka: all figures (their topic is compacted), the latest alerts, then both live.

The feed never gives up: no broker, no topics yet, a broker that dies are states (:class:`FeedState`) that the screens show, and
it tries again. After a broken connection everything is read anew; nothing is published until that is done, so screens
never see a half-read picture. Whether Kafka is still there is asked every two seconds, because a consumer that gets no
records cannot tell silence from loss.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from monitor.kafka import connected, has_reached, leaves
from monitor.settings import KafkaSettings
from monitor.wall.hub import Hub
from monitor.wall.picture import Feed, FeedState
from monitor.wire import Topics, decode_alert, decode_figures
from rules.errors import SupervisionError

ALERTS_READ_BACK = 2_000
"""Alert records per partition read at the start."""

_PROBE_EVERY = 2.0
_WORKERS_EVERY = 5.0
_PROBE_TIMEOUT = 3.0
_RETRY_AFTER = 1.0
_POLL_MS = 200
_MAX_RECORDS = 2_000

logger = logging.getLogger(__name__)


class _NotReady(SupervisionError):
    """The topics are not there yet; whoever writes them makes them."""


class _Rewound(SupervisionError):
    """The topic ends before our position: it was made anew, and so must be the picture."""


class FeedReader:
    """Carries records from the topics into ``hub`` and says when there is something to publish.

    ``changed`` is called after records were applied. It is given the Kafka timestamps (epoch ms) of the alert records that had
    an effect. None are given while loading: those are old. After a change of the feed's state it is called with none, too.
    """

    def __init__(
        self, kafka: KafkaSettings, topics: Topics, hub: Hub, changed: Callable[[list[int]], object], group: str = ""
    ) -> None:
        """``group`` is the workers': how many are in it is asked now and then."""
        self._kafka = kafka
        self._group = group
        self._workers = -1
        self._topics = topics
        self._hub = hub
        self._changed = changed
        self._state: FeedState = "waiting"
        self._read_at = 0
        self._positions: dict[TopicPartition, int] = {}
        self._complaint = ""

    @property
    def feed(self) -> Feed:
        """How the feed does, for screens and ``/healthz``."""
        return Feed(self._state, self._read_at, self._hub.clock, self._workers)

    @property
    def whole(self) -> bool:
        """Whether the hub holds a whole picture; False while it is being read (anew)."""
        return self._state in ("live", "lost")

    async def run(self) -> None:
        """Read for ever; ends only by being cancelled."""
        while True:
            # No group: every wall reads all partitions, and leaves no trace on the cluster. No reset: an offset that is not there
            # any more means that the topic is another one, and then everything must be read anew.
            reading = connected(AIOKafkaConsumer, self._kafka, enable_auto_commit=False, auto_offset_reset="none")
            try:
                async with reading as consumer:
                    await self._follow(consumer)
            except* (KafkaError, SupervisionError, OSError, TimeoutError) as errors:
                self._complain(leaves(errors))
            self._enter("lost" if self.whole else "waiting")
            await asyncio.sleep(_RETRY_AFTER)

    def _enter(self, state: FeedState) -> None:
        if state != self._state:
            self._state = state
            self._changed([])

    def _complain(self, errors: Iterable[BaseException]) -> None:
        # Once per kind of trouble: a broker that is down for a night must not fill the log.
        complaint = "; ".join(f"{type(error).__name__}: {error}" for error in errors)
        if complaint != self._complaint:
            logger.warning("wall cannot read %s: %s (trying again)", self._kafka.bootstrap, complaint)
            self._complaint = complaint

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        partitions = await self._assign(consumer)
        ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        self._positions = dict(await consumer.beginning_offsets(partitions))
        for partition in partitions:
            if partition.topic == self._topics.alerts:
                self._positions[partition] = max(self._positions[partition], ends[partition] - ALERTS_READ_BACK)
        for partition, offset in self._positions.items():
            consumer.seek(partition, offset)
        self._hub.reset()
        self._enter("loading")
        self._complaint = ""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read(consumer, ends))
            tasks.create_task(self._probe(consumer))
            if self._group:
                tasks.create_task(self._count_workers())

    async def _assign(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        """All partitions of both topics. Asks for all topics first: asking for one that is missing could make it."""
        wanted = {self._topics.figures, self._topics.alerts}
        missing = wanted - await consumer.topics()
        if missing:
            raise _NotReady(f"topic {', '.join(sorted(missing))} does not exist yet: start a worker, it makes its topics")
        consumer.subscribe(sorted(wanted))
        while {partition.topic for partition in consumer.assignment()} != wanted:  # noqa: ASYNC110 - aiokafka has no event for it
            await asyncio.sleep(0.02)
        return sorted(consumer.assignment())

    async def _read(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> None:
        while True:
            batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_MAX_RECORDS)
            stamps = [stamp for partition, records in batches.items() for stamp in self._apply(partition, records)]
            if self._state == "loading":
                if await has_reached(consumer, ends):
                    self._enter("live")
            elif batches:
                self._changed(stamps)
            # A flood must not starve the screens of heartbeats.
            await asyncio.sleep(0)

    def _apply(self, partition: TopicPartition, records: list[Any]) -> list[int]:
        """Apply one partition's records; the stamps of alerts that had an effect."""
        stamps: list[int] = []
        for record in records:
            try:
                if partition.topic == self._topics.alerts:
                    if record.value is not None and self._hub.put_alert(decode_alert(record.value), record.timestamp):
                        stamps.append(record.timestamp)
                elif record.value is None:
                    self._hub.drop_figures(record.key)
                else:
                    self._hub.put_figures(decode_figures(record.value))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                logger.warning("%s[%d]@%d skipped: %s", record.topic, record.partition, record.offset, error)
        if records:
            self._positions[partition] = records[-1].offset + 1
            self._read_at = int(time.time() * 1000)
        return stamps

    async def _probe(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            await asyncio.sleep(_PROBE_EVERY)
            try:
                ends = await asyncio.wait_for(consumer.end_offsets(list(self._positions)), _PROBE_TIMEOUT)
            except (KafkaError, TimeoutError) as error:
                self._complain([error])
                if self._state == "live":
                    self._enter("lost")
                continue
            if self._state == "lost":
                self._enter("live")
                self._complaint = ""
            for partition, end in ends.items():
                if end < self._positions[partition]:
                    self._enter("waiting")
                    raise _Rewound(f"{partition.topic} ends at {end}, we have read to {self._positions[partition]}")

    async def _count_workers(self) -> None:
        """Ask who is in the workers' group. A user who may not ask leaves it unknown, and says so once."""
        while True:
            try:
                async with connected(AIOKafkaAdminClient, self._kafka) as admin:
                    while True:
                        workers = await asyncio.wait_for(_members(admin, self._group), _PROBE_TIMEOUT)
                        self._take_workers(workers)
                        await asyncio.sleep(_WORKERS_EVERY)
            except (KafkaError, SupervisionError, OSError, TimeoutError) as error:
                self._take_workers(-1)
                logger.warning("wall cannot ask who is in the group %s: %s", self._group, error, extra={"kind": "workers"})
            await asyncio.sleep(_WORKERS_EVERY)

    def _take_workers(self, workers: int) -> None:
        if workers != self._workers:
            self._workers = workers
            self._changed([])


async def _members(admin: AIOKafkaAdminClient, group: str) -> int:
    """How many members a consumer group has; -1 where the broker does not say."""
    (answer,) = await admin.describe_consumer_groups([group])
    error, _, _, _, _, members = answer.groups[0][:6]
    return -1 if error else len(members)
