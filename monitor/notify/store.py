"""The notices topic: what is to be told and what became of it, and how far the alerts topic has been read.

Both are written in one transaction of Kafka's. Whoever reads the topic from its beginning (it is compacted) knows what its last
writer knew. The transaction's name belongs to one process at a time: a second notifier shuts the first one out.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Self

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import ProducerFenced

from monitor.kafka import connected, consuming, ensure_one_partition, read_whole
from monitor.notify.notice import Notice, decode_notice, encode_notice
from monitor.notify.notices import Notices
from monitor.settings import Settings
from monitor.wire import Topics
from rules.errors import SupervisionError

POSITION = "position|"
"""Begins the keys that say up to which offset a partition of the alerts topic has been read."""
Positions = dict[int, int]


class AnotherNotifier(SupervisionError):
    """Another notifier of the same installation has started: this one sends nothing any more.

    Whose: the operator's.
    Mend: run one `supervise notify run` per installation; the one that was started last goes on.
    """


class NoticeStore:
    """Use as an async context manager. It makes its topic, one partition, compacted."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.topic = Topics(settings.topics.prefix).notices
        self._connection = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await ensure_one_partition(self._settings.kafka, self._settings.topics, self.topic)
        writing = connected(
            AIOKafkaProducer, self._settings.kafka, acks="all", transactional_id=f"{self._settings.topics.prefix}.notify"
        )
        self._producer: Any = await self._connection.enter_async_context(writing)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.aclose()

    async def load(self, notices: Notices) -> Positions:
        """Give the notices back what was written; the positions in the alerts topic, none before the very first start."""
        positions: Positions = {}
        for key, value in await read_notices(self._settings):
            if key.startswith(POSITION):
                if value is not None:
                    positions[int(key.removeprefix(POSITION))] = int(json.loads(value))
            else:
                notices.restore(key, decode_notice(value) if value is not None else None)
        return positions

    async def write(self, notices: Sequence[Notice], positions: Mapping[int, int] = {}, forgotten: Sequence[str] = ()) -> None:
        """All of it or nothing, acknowledged. :class:`AnotherNotifier` once somebody else writes."""
        try:
            async with self._producer.transaction():
                for notice in notices:
                    await self._producer.send(self.topic, encode_notice(notice), key=notice.id.encode())
                for key in forgotten:
                    await self._producer.send(self.topic, None, key=key.encode())
                for partition, offset in positions.items():
                    await self._producer.send(self.topic, json.dumps(offset).encode(), key=f"{POSITION}{partition}".encode())
        except ProducerFenced:
            raise AnotherNotifier("another notifier has started: this one ends, so that nobody is told twice") from None


async def read_notices(settings: Settings) -> list[tuple[str, bytes | None]]:
    """(key, value) of every record of the topic there is at this moment, in order."""
    found: list[tuple[str, bytes | None]] = []
    async with consuming(settings) as consumer:
        where = TopicPartition(Topics(settings.topics.prefix).notices, 0)
        await read_whole(consumer, [where], lambda record: found.append((record.key.decode(), record.value)))
    return found
