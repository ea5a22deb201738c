"""Reading ranges of a topic once, outside any group: which partitions there are, their records in order, and what is in one."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from monitor.kafka.client import KafkaUnavailable, connected, partition_counts
from monitor.settings import KafkaSettings, Settings
from monitor.wire import MAX_VALUE_BYTES, checked_key, decode_record
from rules.errors import BadEvent, SupervisionError
from rules.events import Record, Tick

_PATIENCE = 30
"""Seconds without a record, in the middle of a range, before we give up."""


@asynccontextmanager
async def consuming(settings: Settings) -> AsyncIterator[Any]:
    """A consumer that commits nothing; a broker's failure is a :class:`KafkaUnavailable`."""
    reading = connected(
        AIOKafkaConsumer,
        settings.kafka,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 << 20,
        fetch_max_bytes=32 << 20,
    )
    try:
        async with reading as consumer:
            yield consumer
    except KafkaError as error:
        raise KafkaUnavailable(f"reading from {settings.kafka.bootstrap} failed: {error}") from error


@asynccontextmanager
async def from_beginning(kafka: KafkaSettings, partition: TopicPartition, **options: Any) -> AsyncIterator[Any]:
    """A consumer of one partition, at its first record. It commits nothing."""
    reading = connected(AIOKafkaConsumer, kafka, enable_auto_commit=False, auto_offset_reset="earliest", **options)
    async with reading as consumer:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        yield consumer


async def partitions_of(topic: str, settings: Settings, fault: type[SupervisionError]) -> list[TopicPartition]:
    """Those of an existing topic; else ``fault``, which names the topics of that kind that do exist."""
    where, kind = settings.kafka.bootstrap, topic.rpartition(".")[2]
    there = await partition_counts(settings.kafka, "--bootstrap")
    if topic not in there:
        others = ", ".join(sorted(name for name in there if name.endswith(f".{kind}"))) or "none"
        raise fault(f"topic {topic} does not exist at {where}; {kind} topics there: {others}. --prefix names another")
    return [TopicPartition(topic, number) for number in range(there[topic])]


async def read_ranges(
    consumer: Any, ranges: Mapping[TopicPartition, tuple[int, int]], take: Callable[[Any], None], done: Callable[[], None]
) -> None:
    """Hand every record at offsets ``[start, stop)`` of each partition to ``take``, in order; ``done`` after each fetch."""
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
                    take(record)
        for each in list(left):  # by position: the last offsets of a range may hold no records (compaction, transactions)
            if await consumer.position(each) >= ranges[each][1]:
                left.discard(each)
                consumer.pause(each)
        done()


async def read_whole(
    consumer: Any, partitions: Sequence[TopicPartition], take: Callable[[Any], None], done: Callable[[], None] = lambda: None
) -> None:
    """Hand all that ``partitions`` hold at this moment to ``take``, each in its order; ``done`` after each fetch."""
    starts, stops = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    ranges = {each: (starts[each], stops[each]) for each in partitions if starts[each] < stops[each]}
    if ranges:
        await read_ranges(consumer, ranges, take, done)


async def has_reached(consumer: Any, ends: Mapping[TopicPartition, int]) -> bool:
    """Whether it stands at these offsets or behind them."""
    return all([await consumer.position(partition) >= end for partition, end in ends.items()])


def read_event(key: bytes | None, value: bytes | None) -> Record:
    """What a record of the events topic says, checked as the worker does; :class:`BadEvent` for what it would bury."""
    if value is None:
        raise BadEvent("invalid_json", "the record has no value")
    if len(value) > MAX_VALUE_BYTES:
        raise BadEvent("too_large", f"{len(value)} bytes")
    event = decode_record(value)
    if isinstance(event, Tick):
        return event
    checked_key(event, key)
    return event
