"""A range of the events topic as a file of lines: every record with its Kafka timestamp, ticks left out."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from monitor.kafka import KafkaUnavailable, client_options
from monitor.replay.backtest.lines import EARLIEST, LATEST, write_line
from monitor.replay.backtest.source import BacktestError, Seen, Source
from monitor.settings import Settings
from monitor.wire import MAX_VALUE_BYTES, Topics, decode_record, encode_event
from rules.errors import BadEvent
from rules.events import Tick, key_of

_PATIENCE = 30
"""Seconds without a record, in the middle of a range, before we give up."""


async def from_topic(settings: Settings, begin: int | None, end: int | None, folder: Path, seen: Seen) -> Source:
    """The records stamped in ``[begin, end)`` (epoch ms; None: from the first, to the last there is now).

    What cannot be read is counted by reason, as the worker would bury it. Raises :class:`BacktestError` for a topic that does
    not exist or holds nothing in the range, ``KafkaUnavailable`` without a broker.
    """
    topic = Topics(settings.topics.prefix).events
    made = Source(topic, folder / "topic.jsonl", Counter())
    held = await _partitions(topic, settings)
    async with _consumer(settings) as consumer:
        starts, stops = await _range(consumer, held, begin, end)
        wanted = [each for each in held if stops[each] > starts[each]]
        if not wanted:
            raise BacktestError(f"topic {topic} holds no records in that range: widen --from and --to")
        with made.path.open("wb", buffering=1 << 20) as out:
            await _copy(consumer, {each: (starts[each], stops[each]) for each in wanted}, _Copier(made, begin, end, out), seen)
    return made


@asynccontextmanager
async def _consumer(settings: Settings) -> AsyncIterator[Any]:
    consumer = AIOKafkaConsumer(
        **client_options(settings.kafka),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 << 20,
        fetch_max_bytes=32 << 20,
    )
    try:
        await consumer.start()
        yield consumer
    except KafkaError as error:
        raise KafkaUnavailable(f"reading from {settings.kafka.bootstrap} failed: {error}") from error
    finally:
        await consumer.stop()


async def _partitions(topic: str, settings: Settings) -> list[TopicPartition]:
    where = settings.kafka.bootstrap
    admin = AIOKafkaAdminClient(**client_options(settings.kafka))
    try:
        await admin.start()
        there = await admin.list_topics()
        if topic not in there:
            events = ", ".join(sorted(name for name in there if name.endswith(".events"))) or "none"
            raise BacktestError(f"topic {topic} does not exist at {where}; event topics there: {events}. --prefix names another")
        (described,) = await admin.describe_topics([topic])
    except KafkaError as error:
        raise KafkaUnavailable(f"no Kafka at {where}: {error}. Is it running, and is --bootstrap right?") from error
    finally:
        await admin.close()
    return [TopicPartition(topic, number) for number in sorted(part["partition"] for part in described["partitions"])]


_Offsets = dict[TopicPartition, int]


async def _range(consumer: Any, held: list[TopicPartition], begin: int | None, end: int | None) -> tuple[_Offsets, _Offsets]:
    starts: _Offsets = await consumer.beginning_offsets(held)
    stops: _Offsets = await consumer.end_offsets(held)
    ends = dict(stops)
    if begin is not None:
        found = await consumer.offsets_for_times(dict.fromkeys(held, begin))
        starts = {each: found[each].offset if found[each] else ends[each] for each in held}
    if end is not None:
        found = await consumer.offsets_for_times(dict.fromkeys(held, end))
        stops = {each: found[each].offset if found[each] else ends[each] for each in held}
    return starts, stops


class _Copier:
    """Checks records as the worker does, and writes those that can be used."""

    def __init__(self, made: Source, begin: int | None, end: int | None, out: BinaryIO) -> None:
        self._made = made
        self._begin, self._end = begin or EARLIEST, end or LATEST
        self._write = out.write
        self._now: dict[int, int] = {}
        self.read = 0

    def take(self, record: Any) -> None:
        """One record, in the order of its partition."""
        at = record.timestamp
        self.read += 1
        try:
            if not EARLIEST <= at < LATEST:
                raise BadEvent("impossible_time", f"the record's own timestamp is {at} ms")
            if not self._begin <= at < self._end:  # on a topic whose times go back, offsets tell the range only nearly
                self.read -= 1
                return
            now = self._now[record.partition] = max(at, self._now.get(record.partition, 0))
            self._made.last = max(self._made.last, now)
            line = self._line(record, at, now)
        except BadEvent as error:
            self._made.bad[error.reason] += 1
        else:
            if line is None:
                self._made.ticks += 1
            else:
                self._write(line)

    @staticmethod
    def _line(record: Any, at: int, now: int) -> bytes | None:
        value: bytes | None = record.value
        if value is None:
            raise BadEvent("invalid_json", "the record has no value")
        if len(value) > MAX_VALUE_BYTES:
            raise BadEvent("too_large", f"{len(value)} bytes")
        event = decode_record(value)
        if isinstance(event, Tick):
            return None
        if not record.key:
            raise BadEvent("missing_key", "a record without a key", "case")
        if key_of(event).encode() != record.key:
            raise BadEvent("key_mismatch", f"the key is {record.key!r}, the event says {key_of(event)!r}", "case")
        return write_line(at, now, encode_event(event) if b"\n" in value or b"\r" in value else value)


async def _copy(consumer: Any, ranges: dict[TopicPartition, tuple[int, int]], copier: _Copier, seen: Seen) -> None:
    consumer.assign(list(ranges))
    for each, (start, _) in ranges.items():
        consumer.seek(each, start)
    left, idle = set(ranges), 0
    while left:
        batches = await consumer.getmany(*left, timeout_ms=1000)
        idle = 0 if batches else idle + 1
        if idle >= _PATIENCE:
            still = ", ".join(str(each.partition) for each in sorted(left))
            raise KafkaUnavailable(f"the broker sent nothing for {_PATIENCE} s; partitions {still} are not read to the end")
        for each, records in batches.items():
            for record in records:
                if record.offset < ranges[each][1]:
                    copier.take(record)
        for each in list(left):  # by position: the last offsets of a range may hold no records (compaction, transactions)
            if await consumer.position(each) >= ranges[each][1]:
                left.discard(each)
                consumer.pause(each)
        seen(copier.read)
