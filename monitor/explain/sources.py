"""Where a case's records come from: a file through a mapping, or its partition of the events topic, read to the present end."""

from collections.abc import Iterator
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from monitor.explain.follow import Follower
from monitor.kafka import consuming, from_beginning, no_kafka, partition_of, partitions_of, read_event, read_whole
from monitor.mapping import Arrival, Mapping, map_file
from monitor.recordfile import opened, read_line
from monitor.settings import Settings
from monitor.wire import Topics
from rules.errors import BadEvent, SupervisionError
from rules.events import TICK, Record, Tick, key_of
from rules.keys import is_case, number_of_case
from rules.recordtime import RecordTime

_TICK = b'{"type":"tick"'
"""How every tick begins."""


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
    for arrival in _arrivals(file, mapping):
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


def keys_in_file(case: str, file: Path, mapping: Mapping | None) -> list[str]:
    """The keys of those cases of the file that ``case`` names: by its number, or by its key."""
    return sorted({key for arrival in _arrivals(file, mapping) if _is_named(key := key_of(arrival.event), case)})


async def keys_in_topic(case: str, settings: Settings) -> list[str]:
    """The same for the events topic. Unless ``case`` is a key of its own, all partitions are read."""
    if not is_case(case):
        return [case]
    topic = Topics(settings.topics.prefix).events
    partitions = await partitions_of(topic, settings, Unreadable)
    found: set[str] = set()

    def take(record: Any) -> None:
        if record.key and record.key.endswith(number):
            with suppress(BadEvent):
                event = read_event(record.key, record.value)
                if not isinstance(event, Tick) and _is_named(key := key_of(event), case):
                    found.add(key)

    number = case.encode()
    async with consuming(settings) as consumer:
        await read_whole(consumer, partitions, take)
    return sorted(found)


def _is_named(key: str, case: str) -> bool:
    return case in (key, number_of_case(key))


def _arrivals(file: Path, mapping: Mapping | None) -> Iterator[Arrival]:
    return _mapped(file, mapping) if mapping is not None else _lines(file)


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


class _Raw(NamedTuple):
    """A record as far as it was read: what it says, or what is wrong with it; neither if it is of another case."""

    event: Record | None
    fault: str


async def _follow(follower: Follower, consumer: Any, where: TopicPartition, key: bytes) -> None:
    end = (await consumer.end_offsets([where]))[where]
    time: RecordTime[_Raw] = RecordTime()
    while await consumer.position(where) < end:
        for records in (await consumer.getmany(timeout_ms=1000)).values():
            for record in records:
                if record.offset < end:
                    _take(follower, key, record, time)
    follower.reach(time.now)


def _take(follower: Follower, key: bytes, raw: Any, time: RecordTime[_Raw]) -> None:
    """What a worker would make of the record: a tick wakes every case, a record only its own."""
    read = _read(follower.key, raw.key, raw.value or b"")
    tick = read.event if isinstance(read.event, Tick) else None
    for (event, fault), arrived, now in time.take(read, raw.timestamp, tick, live=raw.timestamp_type == 1):
        if isinstance(event, Tick):
            follower.apply(TICK, now)
        elif event is not None:
            follower.apply(event, arrived, now)
        elif fault:
            follower.refuse(arrived, fault, now)


def _read(key: str, its_key: bytes | None, value: bytes) -> _Raw:
    mine, bare = its_key == key.encode(), its_key == number_of_case(key).encode()
    if not mine and not bare and not value.startswith(_TICK):
        return _Raw(None, "")
    try:
        event = read_event(its_key, value)
    except BadEvent as error:
        return _Raw(None, str(error) if mine else "")  # else nobody knows whose it is
    return _Raw(event if isinstance(event, Tick) or key_of(event) == key else None, "")
