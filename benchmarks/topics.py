"""Looking at topics from outside: ends, commits, whole contents."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError

from benchmarks.site import PARTITIONS
from monitor.kafka import client_options, create_topics
from monitor.settings import Settings


def changelog_of(settings: Settings) -> str:
    """The changelog of a contender's cases."""
    return f"{settings.group}-cases-changelog"


def _groups_of(settings: Settings) -> tuple[str, str]:
    """Consumer group of a contender, and of a worker of a commit whose group did not carry the prefix yet."""
    return settings.group, settings.worker.group


async def make_changelog(settings: Settings) -> None:
    """Make a run's changelog, stamped by the broker, so that its progress can be read off it afterwards."""
    config = {"cleanup.policy": "compact", "min.compaction.lag.ms": "3600000", "message.timestamp.type": "LogAppendTime"}
    await create_topics(settings.kafka, settings.topics, {f"{group}-cases-changelog": config for group in _groups_of(settings)})


async def read_changelog(settings: Settings) -> AsyncIterator[Any]:
    """Every row that a contender, or a worker of an earlier commit, has stored."""
    for group in _groups_of(settings):
        async for record in read(settings, f"{group}-cases-changelog"):
            yield record


async def ends(settings: Settings, topic: str) -> dict[int, int]:
    """The end offset of each partition."""
    consumer = AIOKafkaConsumer(**client_options(settings.kafka), enable_auto_commit=False)
    await consumer.start()
    try:
        found = await consumer.end_offsets([TopicPartition(topic, partition) for partition in range(PARTITIONS)])
    finally:
        await consumer.stop()
    return {tp.partition: end for tp, end in found.items()}


async def read(settings: Settings, topic: str, begin: Mapping[int, int] | None = None) -> AsyncIterator[Any]:
    """Every record that is there now, from ``begin`` on; in order within each partition."""
    until = {partition: end for partition, end in (await ends(settings, topic)).items() if end > (begin or {}).get(partition, 0)}
    if not until:  # nothing to assign: aiokafka cancels whoever stops a consumer without partitions
        return
    consumer = AIOKafkaConsumer(**client_options(settings.kafka), enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, partition) for partition in until])
        for partition in until:
            consumer.seek(TopicPartition(topic, partition), (begin or {}).get(partition, 0))
        while until:
            for tp, records in (await consumer.getmany(timeout_ms=500, max_records=5000)).items():
                for record in records:
                    yield record
                if tp.partition in until and records[-1].offset + 1 >= until[tp.partition]:
                    del until[tp.partition]
    finally:
        await consumer.stop()


_NOT_YET = (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError)
"""What a broker that has just started answers for a group it has never heard of."""


class Commits:
    """Watches what a consumer group has committed; an async context manager."""

    def __init__(self, settings: Settings) -> None:
        self._groups = _groups_of(settings)
        self._admin = AIOKafkaAdminClient(**client_options(settings.kafka))

    async def __aenter__(self) -> "Commits":
        await self._admin.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._admin.close()

    async def of(self, topic: str) -> dict[int, int]:
        """The committed offset of each partition that has one."""
        committed: dict[int, int] = {}
        for group in self._groups:
            try:
                found = await self._admin.list_consumer_group_offsets(group)
            except _NOT_YET:
                continue
            committed |= {tp.partition: meta.offset for tp, meta in found.items() if tp.topic == topic}
        return committed
