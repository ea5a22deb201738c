"""Makes the worker's topics, and refuses to start where their partitions do not match."""

import asyncio
import logging
from collections.abc import Sequence

from monitor.kafka import KafkaUnavailable, create_topics, ensure_topics, partition_counts, stamped_by
from monitor.settings import KafkaSettings, Settings
from monitor.wire import MAX_ROW_BYTES, Topics
from rules.errors import SupervisionError

log = logging.getLogger(__name__)
CHANGELOG_CONFIG = {
    "cleanup.policy": "compact",
    "min.compaction.lag.ms": "3600000",
    "message.timestamp.type": "LogAppendTime",
    "max.message.bytes": str(MAX_ROW_BYTES),
}
"""The broker stamps it: else it would refuse what its own clock finds too late. A frozen worker may write late. Until a record is
an hour old both stay, and recovery takes the one that knows more."""
_ATTEMPTS, _PAUSE = 100, 0.1  # a new topic takes a moment to be known to every broker


class MismatchedTopics(SupervisionError):
    """Topics exist whose partitions cannot hold what belongs together.

    Whose: the operator's.
    Mend: make the topic that the text names anew, with the partitions it says.
    """


def changelog_name(settings: Settings) -> str:
    """The case table's changelog, as Faust names it."""
    return settings.changelog


async def prepare_topics(settings: Settings) -> int:
    """Make what is missing; the number of partitions of the events topic, which all that goes with it must have.

    An events topic that exists decides, whatever the settings say. :class:`MismatchedTopics` and
    :class:`~monitor.kafka.client.KafkaUnavailable` say what to do.
    """
    names = Topics(settings.topics.prefix)
    events, alerts, changelog = names.events, names.alerts, changelog_name(settings)
    existing = (await partition_counts(settings.kafka)).get(events, 0)
    wanted = settings.topics.model_copy(update={"partitions": existing}) if existing else settings.topics
    await ensure_topics(settings.kafka, wanted)
    await create_topics(settings.kafka, wanted, {changelog: CHANGELOG_CONFIG})
    counts = await _known(settings.kafka, [events, alerts, changelog, names.catalog])
    if counts[names.catalog] != 1:
        raise MismatchedTopics(
            f"topic {names.catalog} has {counts[names.catalog]} partitions: it must have one, since the order of what is "
            "published counts. Make it anew, and publish the books again"
        )
    for name in (alerts, changelog):
        if counts[name] != counts[events]:
            raise MismatchedTopics(
                f"topic {name} has {counts[name]} partitions, {events} has {counts[events]}: they must be equal, since a case, "
                f"its state and its alerts share a partition. Make {name} anew with {counts[events]} partitions"
            )
    return counts[events]


async def check_clock(settings: Settings) -> None:
    """Say it loudly where the events topic is not stamped by the broker: nothing but its feeder's ticks lets time pass there.

    That is right for a replay or a simulation. In a hall it would mean that no limit ever runs out, and that nobody notices.
    """
    topic = Topics(settings.topics.prefix).events
    stamp = await stamped_by(settings.kafka, topic)
    if stamp != "LogAppendTime":
        log.warning(
            "topic %s is stamped by whoever writes to it (message.timestamp.type=%s): time passes there by its feeder's ticks "
            "alone, as in a replay or a simulation. IN A LIVE HALL NO LIMIT WILL EVER RUN OUT: set it to LogAppendTime, as "
            "docs/howto/recover.md says",
            topic,
            stamp,
        )


async def _known(kafka: KafkaSettings, topics: Sequence[str]) -> dict[str, int]:
    """Partitions of topics that exist, once the broker asked has heard of all of them."""
    for _ in range(_ATTEMPTS):
        counts = await partition_counts(kafka)
        if set(topics) <= set(counts):
            return counts
        await asyncio.sleep(_PAUSE)
    missing = ", ".join(name for name in topics if name not in counts)
    raise KafkaUnavailable(f"Kafka at {kafka.bootstrap} does not show {missing}, which were made. May this user describe them?")
