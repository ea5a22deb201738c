"""The catalog topic: reading it to its present end, following it, and appending to it."""

import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Self

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from monitor import metrics
from monitor.books.library import BadPublication, Library
from monitor.books.record import Published, encode
from monitor.kafka import LARGEST_PUBLICATION, KafkaUnavailable, connected, ensure_catalog, from_beginning, partition_counts
from monitor.settings import Settings
from monitor.wire import Topics
from rules.errors import SupervisionError

log = logging.getLogger(__name__)

_LARGEST_PLAIN = 64_000_000
"""Bytes before compression; beyond that nobody wants to decode it either."""


class TooLarge(SupervisionError):
    """A rule book that does not fit into one record, even compressed.

    Whose: the operator's.
    Mend: split the items over several books, or raise `max.message.bytes` of the topic and of the brokers.
    """


class CatalogReader:
    """Reads the catalog topic from its beginning. It belongs to no group and commits nothing.

    An async context manager; :class:`~monitor.kafka.client.KafkaUnavailable` if no broker answers when it is entered.
    """

    def __init__(self, settings: Settings) -> None:
        self._where = TopicPartition(Topics(settings.topics.prefix).catalog, 0)
        self._kafka = settings.kafka
        self._connection = AsyncExitStack()

    async def __aenter__(self) -> Self:
        reading = from_beginning(self._kafka, self._where, max_partition_fetch_bytes=2 * LARGEST_PUBLICATION)
        try:
            self._consumer = await self._connection.enter_async_context(reading)
        except (KafkaError, OSError) as error:
            raise self._unavailable(error) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.aclose()

    async def read_to_end(self, library: Library) -> int:
        """Lay everything there is now on the library; the offset at which it goes on."""
        try:
            end: int = (await self._consumer.end_offsets([self._where]))[self._where]
            while await self._consumer.position(self._where) < end:
                await self.read(library)
        except KafkaError as error:
            raise self._unavailable(error) from error
        return end

    async def read(self, library: Library) -> int:
        """Wait a second at most for records and lay them on the library; how many there were, unusable ones included."""
        batches = await self._consumer.getmany(self._where, timeout_ms=1000)
        records = [record for batch in batches.values() for record in batch]
        for record in records:
            lay(library, record)
        return len(records)

    def _unavailable(self, error: BaseException) -> KafkaUnavailable:
        return KafkaUnavailable(f"topic {self._where.topic} at {self._kafka.bootstrap} cannot be read: {error}")


def lay(library: Library, record: Any) -> None:
    """One record of the topic onto the library; what cannot be used shows in log and metric, and changes nothing."""
    try:
        library.take(record.key, record.value, record.timestamp, record.offset)
    except BadPublication as bad:
        _refused(record, bad.reason, str(bad))
    except Exception as error:
        _refused(record, "unreadable", f"{type(error).__name__}: {error}")


def _refused(record: Any, reason: str, text: str) -> None:
    metrics.CATALOG_ERRORS.labels(reason).inc()
    log.error(
        "record %d of %s cannot be used (%s): %s. The rule books stay as they were", record.offset, record.topic, reason, text
    )


async def read_library(settings: Settings, library: Library) -> int:
    """Lay what is published now on the library; the topic's end (0 if there is none).

    :class:`~monitor.kafka.client.KafkaUnavailable` without a broker. A topic that does not exist is not made.
    """
    if Topics(settings.topics.prefix).catalog not in await partition_counts(settings.kafka):
        return 0
    async with CatalogReader(settings) as catalog:
        return await catalog.read_to_end(library)


async def append(settings: Settings, records: Sequence[tuple[bytes, Published | None]]) -> list[int]:
    """Append records in order (None: a tombstone) and wait for the brokers; their offsets. Makes the topic if need be."""
    await ensure_catalog(settings.kafka, settings.topics)
    topic = Topics(settings.topics.prefix).catalog
    offsets: list[int] = []
    try:
        async with connected(
            AIOKafkaProducer, settings.kafka, acks="all", compression_type="gzip", max_request_size=_LARGEST_PLAIN
        ) as producer:
            for key, record in records:
                value = encode(record) if record is not None else None
                offsets.append((await producer.send_and_wait(topic, value, key=key, partition=0)).offset)
    except MessageSizeTooLargeError as error:
        raise TooLarge(
            f"{records[len(offsets)][0].decode()} is larger than topic {topic} takes ({LARGEST_PUBLICATION:,} bytes compressed, "
            "unless its max.message.bytes says otherwise)"
        ) from error
    except (KafkaError, OSError) as error:
        raise KafkaUnavailable(
            f"{settings.kafka.bootstrap} did not take it into {topic}: {error}. May this user write there?"
        ) from error
    return offsets
