"""Simulated records into Kafka: a batch per partition, each record with its own simulated time.

The events topic must be a CreateTime one. The first record of every partition is a tick whose header tells which simulation it
is. By what a topic already holds, the simulation begins there, goes on there, or must not touch it.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import InvalidTimestampError

from monitor.kafka import TICK_VALUE, Appender, Headers, KafkaUnavailable, connected, ensure_topics, stamped_by
from monitor.metrics import FED_EVENTS
from monitor.settings import Settings
from monitor.simulate.hall import BadSimulation
from monitor.wire import Topics, encode_event
from rules.events import Event, key_of

MARK = "supervise-simulation"
"""Header of the first record of every partition."""


class Standing(NamedTuple):
    """What the topic holds: the mark and time of its first record, and the time of the last record per partition."""

    mark: str
    origin: int
    last: tuple[int, ...]


class EventSender:
    """Appends records and ticks; ``flush`` returns when the broker has acknowledged all of them.

    ``add`` and ``tick`` must be called in order of time. Use as an async context manager.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = Topics(settings.topics.prefix).events
        self._appender = Appender(settings)
        self._skip: Sequence[int] = ()
        self.events = 0
        self.ticks = 0

    async def __aenter__(self) -> Self:
        await ensure_topics(self._settings.kafka, self._settings.topics, create_time=True)
        await _check_create_time(self._settings, self._topic)
        await self._appender.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._appender.__aexit__()

    async def standing(self) -> Standing | None:
        """What the topic holds, or None if it is empty. ``BadSimulation`` if it holds something else than a simulation."""
        return await _read_standing(self._settings, self._topic, self._appender.partitions)

    async def begin(self, mark: str, origin: int) -> None:
        """Write the first record of every partition: a tick that says which simulation this is."""
        for partition in range(self._appender.partitions):
            await self._append(partition, origin, None, TICK_VALUE, [(MARK, mark.encode())])
        await self.flush()

    def go_on_after(self, last: Sequence[int]) -> None:
        """Leave out every record that a partition has already."""
        self._skip = last

    async def add(self, arrived: int, event: Event) -> None:
        """One record with its simulated arrival time."""
        key = key_of(event).encode()
        partition = self._appender.home(key)
        if self._skip and arrived <= self._skip[partition]:
            return
        await self._append(partition, arrived, key, encode_event(event))
        FED_EVENTS.labels(type=type(event).__struct_config__.tag).inc()
        self.events += 1

    async def tick(self, now: int) -> None:
        """Tell every partition what time it is."""
        for partition in range(self._appender.partitions):
            if not self._skip or now > self._skip[partition]:
                await self._append(partition, now, None, TICK_VALUE)
                self.ticks += 1

    async def flush(self) -> None:
        """Hand over what has been collected, and wait until the broker has it."""
        with _simulated_time(self._topic):
            await self._appender.flush()

    async def _append(self, partition: int, at: int, key: bytes | None, value: bytes, headers: Headers = ()) -> None:
        with _simulated_time(self._topic):
            await self._appender.append(partition, at, key, value, headers)


@contextmanager
def _simulated_time(topic: str) -> Iterator[None]:
    """A time that the broker refuses is the simulation's fault, not the broker's."""
    try:
        yield
    except KafkaUnavailable as error:
        if isinstance(error.__cause__, InvalidTimestampError):
            raise BadSimulation(f"the broker refused the simulated time for {topic}: {error.__cause__}") from error
        raise


async def _check_create_time(settings: Settings, topic: str) -> None:
    stamp = await stamped_by(settings.kafka, topic)
    if stamp != "CreateTime":
        raise BadSimulation(
            f"topic {topic} is stamped by the broker ({stamp}): it belongs to a live installation, and simulated times would "
            "be overwritten there. Name another topics.prefix, or simulate through its gateway"
        )


async def _read_standing(settings: Settings, topic: str, partitions: int) -> Standing | None:
    async with connected(AIOKafkaConsumer, settings.kafka, enable_auto_commit=False) as consumer:
        held = [TopicPartition(topic, partition) for partition in range(partitions)]
        ends = await consumer.end_offsets(held)
        begins = await consumer.beginning_offsets(held)
        if all(ends[each] == begins[each] for each in held):
            return None
        consumer.assign(held)
        firsts = [await _record_at(consumer, each, begins[each]) for each in held if ends[each] > begins[each]]
        lasts = [await _record_at(consumer, each, ends[each] - 1) if ends[each] > begins[each] else None for each in held]
    marks = {dict(first.headers).get(MARK, b"").decode() for first in firsts}
    if len(marks) != 1 or "" in marks:
        raise BadSimulation(f"topic {topic} holds records that are no simulation: name another topics.prefix")
    return Standing(marks.pop(), min(first.timestamp for first in firsts), tuple(last.timestamp if last else 0 for last in lasts))


async def _record_at(consumer: Any, where: Any, offset: int) -> Any:
    consumer.pause(*[other for other in consumer.assignment() if other != where])
    consumer.resume(where)
    consumer.seek(where, offset)
    return await asyncio.wait_for(consumer.getone(where), timeout=30)
