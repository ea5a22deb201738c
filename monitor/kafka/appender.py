"""Appends records that carry their own times to the events topic: one open batch per partition, many batches under way."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import lru_cache
from typing import Any, Self

from aiokafka.errors import KafkaError

from monitor.kafka.client import KafkaUnavailable, partition_of, producing
from monitor.settings import Settings
from monitor.wire import Topics, encode_event
from rules.events import TICK

_BATCH_BYTES = 262_144
_IN_FLIGHT = 64
"""Batches handed over but not acknowledged, beyond which we wait for the broker: bounds memory at about 16 MB."""
TICK_VALUE = encode_event(TICK)
"""The bytes of a tick."""
Headers = Sequence[tuple[str, bytes]]


class Appender:
    """Use as an async context manager, in order of time. ``flush`` returns once the broker has acknowledged everything.

    What the broker refuses is a :class:`KafkaUnavailable` from its own error, at the latest with ``flush``.
    """

    def __init__(self, settings: Settings) -> None:
        self.topic = Topics(settings.topics.prefix).events
        self.partitions = 0
        self._settings = settings
        self._connection = AsyncExitStack()
        self._builders: list[Any] = []
        self._waiting: list[asyncio.Future[Any]] = []
        self.home = lru_cache(maxsize=65_536)(self._home)
        """The partition of a key."""

    async def __aenter__(self) -> Self:
        writing = producing(self._settings.kafka, self.topic, max_batch_size=_BATCH_BYTES, linger_ms=0)
        self._producer, self.partitions = await self._connection.enter_async_context(writing)
        self._builders = [self._producer.create_batch() for _ in range(self.partitions)]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.aclose()

    async def append(self, partition: int, at: int, key: bytes | None, value: bytes, headers: Headers = ()) -> None:
        """One record, stamped with ``at`` (epoch ms)."""
        if self._builders[partition].append(timestamp=at, key=key, value=value, headers=[*headers]) is None:
            await self._hand_over(partition)
            self._builders[partition].append(timestamp=at, key=key, value=value, headers=[*headers])

    async def send(self, topic: str, value: bytes) -> None:
        """One record for another topic, without key or time of its own."""
        await self._bound(await self._producer.send(topic, value))

    async def flush(self) -> None:
        """Hand over what has been collected and wait until the broker has it."""
        for partition in range(self.partitions):
            await self._hand_over(partition)
        await self._settle()

    def _home(self, key: bytes) -> int:
        return partition_of(key, self.partitions)

    async def _hand_over(self, partition: int) -> None:
        builder = self._builders[partition]
        if builder.record_count():
            builder.close()
            self._builders[partition] = self._producer.create_batch()
            await self._bound(await self._producer.send_batch(builder, self.topic, partition=partition))

    async def _bound(self, sent: "asyncio.Future[Any]") -> None:
        self._waiting.append(sent)
        if len(self._waiting) >= _IN_FLIGHT:
            await self._settle()

    async def _settle(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            await asyncio.gather(*waiting)
        except KafkaError as error:
            raise KafkaUnavailable(f"writing to {self.topic} failed: {error}") from error
