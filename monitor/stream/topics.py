"""Makes the worker's topics, and refuses to start where their partitions do not match."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from monitor.kafka import KafkaUnavailable, client_options, connected, create_topics, ensure_topics, no_kafka
from monitor.settings import KafkaSettings, Settings
from monitor.wire import Topics
from rules.errors import SupervisionError

_HOUR = 3_600_000
_ATTEMPTS, _PAUSE = 100, 0.1  # a new topic takes a moment to be known to every broker


class MismatchedTopics(SupervisionError):
    """Topics exist whose partitions cannot hold what belongs together."""


def changelog_name(settings: Settings) -> str:
    """The case table's changelog, as Faust names it."""
    return f"{settings.worker.group}-cases-changelog"


async def prepare_topics(settings: Settings) -> int:
    """Make what is missing; the number of partitions of the events topic, which all that goes with it must have.

    An events topic that exists decides, whatever the settings say. :class:`MismatchedTopics` and
    :class:`~monitor.kafka.KafkaUnavailable` say what to do.
    """
    names = Topics(settings.topics.prefix)
    events, alerts, changelog = names.events, names.alerts, changelog_name(settings)
    existing = (await _partitions(settings.kafka, [events]))[events]
    wanted = settings.topics.model_copy(update={"partitions": existing}) if existing else settings.topics
    await ensure_topics(settings.kafka, wanted)
    # A frozen worker may write late; until a record is this old both stay, and recovery takes the one that knows more.
    compact = {"cleanup.policy": "compact", "min.compaction.lag.ms": str(_HOUR)}
    await create_topics(settings.kafka, wanted, {changelog: compact})
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


async def _known(kafka: KafkaSettings, topics: Sequence[str]) -> dict[str, int]:
    """Partitions of topics that exist, once the broker asked has heard of all of them."""
    for _ in range(_ATTEMPTS):
        counts = await _partitions(kafka, topics)
        if all(counts.values()):
            return counts
        await asyncio.sleep(_PAUSE)
    missing = ", ".join(name for name, count in counts.items() if not count)
    raise KafkaUnavailable(f"Kafka at {kafka.bootstrap} does not show {missing}, which were made. May this user describe them?")


async def _partitions(kafka: KafkaSettings, topics: Sequence[str]) -> dict[str, int]:
    """How many partitions each topic has; 0 if it does not exist."""
    try:
        async with connected(AIOKafkaAdminClient(**client_options(kafka))) as admin:
            found: list[dict[str, Any]] = await admin.describe_topics(list(topics))
    except (KafkaError, OSError) as error:
        raise no_kafka(kafka, error) from error
    counts = {topic["topic"]: len(topic["partitions"]) for topic in found if not topic["error_code"]}
    return {name: counts.get(name, 0) for name in topics}
