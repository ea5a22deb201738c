"""Appends replayed records to the events topic: one open batch per partition, each record with its own arrival time."""

import asyncio
from collections import Counter
from functools import lru_cache
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from monitor.kafka import KafkaUnavailable, client_options, partition_of
from monitor.metrics import FED_EVENTS
from monitor.settings import Settings
from monitor.wire import DeadLetter, Topics, encode_event, encode_json
from rules.events import TICK, Event, key_of

_BATCH_BYTES = 262_144
_IN_FLIGHT = 64
"""Batches handed over but not acknowledged, beyond which we wait for the broker: bounds memory at about 16 MB."""
_TICK = encode_event(TICK)


class Writer:
    """Use as an async context manager, in order of time. ``flush`` returns once the broker has acknowledged everything."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topics = Topics(settings.topics.prefix)
        self._waiting: list[asyncio.Future[Any]] = []
        self._builders: list[Any] = []
        self.events: Counter[str] = Counter()
        self.ticks = 0

    async def __aenter__(self) -> Self:
        self._producer = AIOKafkaProducer(
            **client_options(self._settings.kafka), acks="all", enable_idempotence=True, max_batch_size=_BATCH_BYTES, linger_ms=0
        )
        await self._producer.start()
        partitions = len(await self._producer.partitions_for(self._topics.events))
        self._builders = [self._producer.create_batch() for _ in range(partitions)]
        self._partition = lru_cache(maxsize=65_536)(lambda key: partition_of(key, partitions))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def event(self, arrived: int, event: Event) -> None:
        """One event, stamped with its arrival (epoch ms)."""
        key = key_of(event).encode()
        await self._append(self._partition(key), arrived, key, encode_event(event))
        self.events[str(type(event).__struct_config__.tag)] += 1

    async def tick(self, now: int) -> None:
        """Tell every partition what time it is."""
        for partition in range(len(self._builders)):
            await self._append(partition, now, None, _TICK)
        self.ticks += 1

    async def dead_letter(self, letter: DeadLetter) -> None:
        """A row that could not be used."""
        await self._bound(await self._producer.send(self._topics.dead_letters, encode_json(letter)))

    async def flush(self) -> None:
        """Hand over what has been collected and wait until the broker has it."""
        for partition in range(len(self._builders)):
            await self._hand_over(partition)
        await self._settle()
        for kind, count in self.events.items():
            FED_EVENTS.labels(type=kind).inc(count)
        self.events.clear()

    async def _append(self, partition: int, at: int, key: bytes | None, value: bytes) -> None:
        if self._builders[partition].append(timestamp=at, key=key, value=value) is None:
            await self._hand_over(partition)
            self._builders[partition].append(timestamp=at, key=key, value=value)

    async def _hand_over(self, partition: int) -> None:
        builder = self._builders[partition]
        if builder.record_count():
            builder.close()
            self._builders[partition] = self._producer.create_batch()
            await self._bound(await self._producer.send_batch(builder, self._topics.events, partition=partition))

    async def _bound(self, sent: "asyncio.Future[Any]") -> None:
        self._waiting.append(sent)
        if len(self._waiting) >= _IN_FLIGHT:
            await self._settle()

    async def _settle(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            await asyncio.gather(*waiting)
        except KafkaError as error:
            raise KafkaUnavailable(f"writing to {self._topics.events} failed: {error}") from error
