"""Where a case's records come from: a file through a mapping, or its partition of the events topic, read to the present end."""

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from monitor.explain.follow import Follower
from monitor.kafka import from_beginning, no_kafka, partition_of, partitions_of
from monitor.mapping import Arrival, Mapping, map_file
from monitor.recordfile import opened, read_line
from monitor.settings import Settings
from monitor.wire import Topics, decode_record, encode_event
from rules.errors import BadEvent, SupervisionError
from rules.events import TICK, Tick, key_of

_TICK = encode_event(TICK)


class Unreadable(SupervisionError):
    """The file or topic cannot be read; the text says what to change.

    Whose: the operator's.
    Mend: do what the text says.
    """


def follow_file(follower: Follower, file: Path, mapping: Mapping | None, until: int | None = None) -> None:
    """Give ``follower`` the case's records in order of arrival, waking it when a limit passes.

    The clock runs on to ``until``; by default to the last arrival of the whole file, after which the file knows nothing.
    """
    mine: list[Arrival] = []
    last = 0
    for arrival in _mapped(file, mapping) if mapping is not None else _lines(file):
        last = max(last, arrival.arrived)
        if key_of(arrival.event) == follower.key:
            mine.append(arrival)
    mine.sort(key=itemgetter(0))
    for arrived, event in mine:
        if until is not None and arrived > until:
            break
        follower.advance(arrived)
        follower.apply(event, arrived)
    follower.advance(last if until is None else until)


def _mapped(file: Path, mapping: Mapping) -> Iterator[Arrival]:
    for row in map_file(mapping, file):
        yield from row.arrivals


def _lines(file: Path) -> Iterator[Arrival]:
    try:
        with opened(file) as lines:
            for number, line in enumerate(lines, 1):
                try:
                    read = read_line(line)
                except BadEvent as error:
                    raise Unreadable(
                        f"{file}, line {number}: {error}. Without --mapping a file must be one that simulate --out wrote"
                    ) from None
                if read.event is not None:
                    yield Arrival(read.arrived, read.event)
    except (OSError, EOFError) as error:
        raise Unreadable(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None


async def follow_topic(follower: Follower, settings: Settings) -> None:
    """Give ``follower`` what its partition of the events topic holds now. Commits nothing, belongs to no group."""
    topic, key = Topics(settings.topics.prefix).events, follower.key.encode()
    partitions = await partitions_of(topic, settings, Unreadable)
    where = partitions[partition_of(key, len(partitions))]
    try:
        async with from_beginning(settings.kafka, where) as consumer:
            await _follow(follower, consumer, where, key)
    except KafkaError as error:
        raise no_kafka(settings.kafka, error, "--bootstrap") from error


async def _follow(follower: Follower, consumer: Any, where: TopicPartition, key: bytes) -> None:
    end = (await consumer.end_offsets([where]))[where]
    now = 0
    while await consumer.position(where) < end:
        for records in (await consumer.getmany(timeout_ms=1000)).values():
            for record in records:
                if record.offset < end:
                    now = max(now, record.timestamp)
                    _apply(follower, key, record.key, record.value, record.timestamp, now)
    follower.reach(now)


def _apply(follower: Follower, key: bytes, its_key: bytes | None, value: bytes | None, arrived: int, now: int) -> None:
    """What a worker would make of the record: a tick wakes every case, a record only its own."""
    if value == _TICK:
        follower.apply(TICK, now)
        return
    if its_key != key:
        return
    try:
        record = decode_record(value or b"")
        if not isinstance(record, Tick) and key_of(record) != follower.key:
            raise BadEvent("key_mismatch", f"the key is {follower.key!r}, the event says {key_of(record)!r}", "case")
        follower.apply(record, arrived, now)
    except BadEvent as error:
        follower.refuse(arrived, str(error))
