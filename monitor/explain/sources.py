"""Where a case's records come from: a file through a mapping, or its partition of the events topic, read to the present end."""

from collections.abc import Iterator
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from monitor.explain.follow import Follower
from monitor.kafka import consuming, from_beginning, no_kafka, partition_of, partitions_of, read_event, read_ranges
from monitor.mapping import Arrival, Mapping, map_file
from monitor.recordfile import opened, read_line
from monitor.settings import Settings
from monitor.wire import Topics, encode_event
from rules.errors import BadEvent, SupervisionError
from rules.events import TICK, Tick, key_of
from rules.keys import is_case, number_of_case

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
        starts, stops = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        ranges = {each: (starts[each], stops[each]) for each in partitions if stops[each] > starts[each]}
        if ranges:
            await read_ranges(consumer, ranges, take, lambda: None)
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
    bare = its_key == number_of_case(follower.key).encode()
    if its_key != key and not bare:
        return
    try:
        record = read_event(its_key, value)
        if isinstance(record, Tick) or key_of(record) == follower.key:
            follower.apply(record, arrived, now)
    except BadEvent as error:
        if not bare:  # else nobody knows whose it is
            follower.refuse(arrived, str(error))
