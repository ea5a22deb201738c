"""Makes the worker's topics, and refuses to start where their partitions do not match."""

from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from monitor.kafka import KafkaUnavailable, client_options, create_topics, ensure_topics
from monitor.settings import KafkaSettings, Settings
from monitor.wire import Topics
from rules.errors import SupervisionError

_HOUR = 3_600_000


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
    topics = Topics(settings.topics.prefix)
    changelog = changelog_name(settings)
    existing = await _partitions(settings.kafka, topics.events)
    wanted = settings.topics.model_copy(update={"partitions": existing}) if existing else settings.topics
    await ensure_topics(settings.kafka, wanted)
    # A frozen worker may write late; until a record is this old both stay, and recovery takes the one that knows more.
    compact = {"cleanup.policy": "compact", "min.compaction.lag.ms": str(_HOUR)}
    await create_topics(settings.kafka, wanted, {changelog: compact})
    partitions = await _partitions(settings.kafka, topics.events)
    for name in (topics.alerts, changelog):
        count = await _partitions(settings.kafka, name)
        if count != partitions:
            raise MismatchedTopics(
                f"topic {name} has {count} partitions, {topics.events} has {partitions}: they must be equal, since a case, its "
                f"state and its alerts share a partition. Make {name} anew with {partitions} partitions"
            )
    return partitions


async def _partitions(kafka: KafkaSettings, topic: str) -> int:
    """How many partitions a topic has; 0 if it does not exist."""
    admin = AIOKafkaAdminClient(**client_options(kafka))
    try:
        await admin.start()
        found: list[dict[str, Any]] = await admin.describe_topics([topic])
    except (KafkaError, OSError) as error:
        raise KafkaUnavailable(f"no Kafka at {kafka.bootstrap}: {error}. Is it running, and is kafka.bootstrap right?") from error
    finally:
        await admin.close()
    return len(found[0]["partitions"]) if found and not found[0]["error_code"] else 0
