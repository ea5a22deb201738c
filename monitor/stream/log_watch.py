"""What befalls the events topic behind the worker's back: records deleted before they were read, partitions that were added."""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from monitor import metrics
from monitor.kafka import KafkaUnavailable, partition_counts, patiently
from monitor.settings import Settings
from monitor.wire import Topics

log = logging.getLogger(__name__)
_EVERY = 15.0
"""Seconds between two looks at the number of partitions."""


class Where(NamedTuple):
    """A partition."""

    topic: str
    partition: int


def records_lost(where: Where, start: int, stop: int) -> None:
    """Say and count that the records at offsets ``[start, stop)`` are gone unread."""
    metrics.LOST_RECORDS.labels(str(where.partition)).inc(stop - start)
    log.error(
        "topic %s, partition %d: offsets %d to %d were deleted before they were read (%d of them): WHAT THEY TOLD IS NOT "
        "SUPERVISED. Have their senders send them again (a repetition is harmless), and let the topic keep its records longer "
        "(retention.ms, retention.bytes)",
        where.topic,
        where.partition,
        start,
        stop - 1,
        stop - start,
    )


async def watch_partitions(settings: Settings, partitions: int, waiting: Callable[[str], object] = lambda _: None) -> None:
    """Say when the events topic has another number of partitions than the ``partitions`` the worker began with; for ever.

    ``waiting`` is told why no broker answers, and "" once one does.
    """
    topic, known = Topics(settings.topics.prefix).events, partitions
    while True:
        await asyncio.sleep(_EVERY)
        try:
            found = (await patiently(lambda: partition_counts(settings.kafka), waiting)).get(topic, known)
        except KafkaUnavailable:
            continue  # everybody else says so
        if found != known:
            known = found
            metrics.UNREAD_PARTITIONS.set(max(0, found - partitions))
            log.error("%s", grown(settings, partitions, found))


def grown(settings: Settings, partitions: int, found: int) -> str:
    """What to say of an events topic that had ``partitions`` and has ``found`` now."""
    names = Topics(settings.topics.prefix)
    return (
        f"topic {names.events} had {partitions} partitions when this worker began, and has {found} now: WHAT LIES IN THE NEW "
        f"ONES IS NOT SUPERVISED. Stop all that writes there, and the workers. Give {names.alerts} {found} partitions, too; "
        f"delete topic {settings.changelog} and consumer group {settings.group}. Started again, the workers read the "
        "whole topic anew, and each case finds its new partition (docs/howto/recover.md)"
    )
