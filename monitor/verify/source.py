"""Where records and alerts come from: the topics up to a common point, or a file of records beside the alerts topic."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CoordinatorNotAvailableError, KafkaError

from monitor.kafka import KafkaUnavailable, connected, consuming, partition_of, partitions_of, read_ranges, read_whole
from monitor.recordfile import Seen, opened, read_line
from monitor.settings import Settings
from monitor.verify.issued import AlertTrail
from monitor.verify.recount import Recount
from monitor.wire import Topics
from rules.book import RuleBooks
from rules.errors import BadEvent, SupervisionError
from rules.events import TICK

_OFTEN = 5000
_EVERYTHING = 2**63


class VerifyError(SupervisionError):
    """The cards cannot be verified against this; the text says what to change.

    Whose: the operator's.
    Mend: do what the text says.
    """


class Partition(NamedTuple):
    """A partition computed anew; ``cut`` if its first records are no longer there."""

    recount: Recount
    cut: bool


async def read_topics(settings: Settings, books: RuleBooks, seen: Seen) -> tuple[AlertTrail, list[Partition]]:
    """Both topics. The common point is what the workers have committed: up to there alerts and state are durable.

    The order matters: first that point, then the end of the alerts, then the end of the events. Every alert read therefore stems
    from an event read, whatever the workers do meanwhile.
    """
    topics = Topics(settings.topics.prefix)
    events = await partitions_of(topics.events, settings, VerifyError)
    alerts = await partitions_of(topics.alerts, settings, VerifyError)
    points = await _committed(settings, events)
    issued = AlertTrail()
    async with consuming(settings) as consumer:
        ends = await consumer.end_offsets(alerts)
        firsts, stops = await consumer.beginning_offsets(events), await consumer.end_offsets(events)
        found = {each: Recount(books, _home(each.partition, len(events)), points[each]) for each in events}
        read = 0

        def take(record: Any) -> None:
            nonlocal read
            read += 1
            where = TopicPartition(record.topic, record.partition)
            found[where].take(record.offset, record.timestamp, record.key, record.value, live=record.timestamp_type == 1)

        wanted = {each: (firsts[each], stops[each]) for each in events if stops[each] > firsts[each]}
        await read_ranges(consumer, wanted, take, lambda: seen(read))
        begins = await consumer.beginning_offsets(alerts)
        ranges = {each: (begins[each], ends[each]) for each in alerts if ends[each] > begins[each]}
        await read_ranges(consumer, ranges, lambda record: issued.take(record.value), lambda: seen(read + issued.read))
    return issued, [Partition(found[each], firsts[each] > 0) for each in events]


async def read_file(file: Path, settings: Settings, books: RuleBooks, seen: Seen) -> tuple[AlertTrail, list[Partition]]:
    """Records of a file, as simulate --out or an archive has them, and all of the alerts topic.

    A file need not have ticks: each of its records brings the time to every case.
    """
    recount = Recount(books, lambda key: True, _EVERYTHING)
    try:
        with opened(file) as lines:
            for number, line in enumerate(lines):
                _line(recount, number, line)
                if number % _OFTEN == 0:
                    seen(number)
    except (OSError, EOFError) as error:
        raise VerifyError(f"{file} cannot be read: {error}") from None
    issued = AlertTrail()
    alerts = await partitions_of(Topics(settings.topics.prefix).alerts, settings, VerifyError)
    async with consuming(settings) as consumer:
        await read_whole(consumer, alerts, lambda record: issued.take(record.value), lambda: seen(recount.events + issued.read))
    issued.forget_tallies()  # counts are the workers' own: no file of reports has them
    return issued, [Partition(recount, False)]


def _line(recount: Recount, number: int, line: bytes) -> None:
    try:
        read = read_line(line)
        recount.apply(2 * number, read.now, TICK)
        recount.apply(2 * number + 1, read.arrived, read.event)
    except BadEvent as error:
        recount.refused[error.reason] += 1


def _home(partition: int, partitions: int) -> Callable[[bytes], bool]:
    return lambda key: partition_of(key, partitions) == partition


async def _committed(settings: Settings, events: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Up to which offset the workers are done with each partition."""
    group = settings.group
    try:
        async with connected(AIOKafkaAdminClient, settings.kafka) as admin:
            found = await admin.list_consumer_group_offsets(group)
    except CoordinatorNotAvailableError:  # a fresh broker, that has had no group yet
        found = {}
    except KafkaError as error:
        raise KafkaUnavailable(f"the offsets of group {group} cannot be read: {error}") from error
    if not any(each in found for each in events):
        raise VerifyError(
            f"worker group {group} has committed nothing for {events[0].topic}: no worker has run there under that name. "
            "topics.prefix and worker.group in the settings must be the workers'"
        )
    return {each: max(found[each].offset, 0) if each in found else 0 for each in events}
