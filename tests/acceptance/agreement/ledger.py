"""What lies in a site's topics: everything the workers wrote, and how far they have come."""

from collections.abc import Mapping
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CoordinatorNotAvailableError

from monitor.kafka import client_options
from monitor.wire import decode_alert
from rules.alerts import Alert
from rules.case import Case, decode_case
from tests.acceptance.agreement.result import Result, result
from tests.acceptance.agreement.site import Site


class Ledger:
    """Reads the topics of ``site``. An async context manager."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._options = client_options(site.settings.kafka)

    async def __aenter__(self) -> Self:
        self._consumer = AIOKafkaConsumer(**self._options, group_id=None, enable_auto_commit=False, max_poll_records=5000)
        self._admin = AIOKafkaAdminClient(**self._options)
        await self._consumer.start()
        await self._admin.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()
        await self._admin.close()

    async def ends(self) -> Mapping[int, int]:
        """Partition of the events topic to the offset after its last record."""
        ends: Mapping[TopicPartition, int] = await self._consumer.end_offsets(self._partitions(self._site.topics.events))
        return {where.partition: end for where, end in ends.items()}

    async def committed(self) -> Mapping[int, int]:
        """Partition to the offset up to which the workers are done: alerts and state durable."""
        try:
            offsets = await self._admin.list_consumer_group_offsets(self._site.settings.group)
        except CoordinatorNotAvailableError:  # a fresh broker, that has had no group yet
            return {}
        events = self._site.topics.events
        return {where.partition: found.offset for where, found in offsets.items() if where.topic == events}

    async def has_alerts(self) -> bool:
        """Whether any alert has come out yet."""
        ends = await self._consumer.end_offsets(self._partitions(self._site.topics.alerts))
        return any(ends.values())

    async def is_all_done(self) -> bool:
        """Whether the workers are done with everything appended so far."""
        committed = await self.committed()
        return all(committed.get(partition, 0) >= end for partition, end in (await self.ends()).items())

    async def all_done(self) -> None:
        """Wait until then."""
        await self._site.until(self.is_all_done, "everything consumed")

    async def records(self, topic: str) -> list[Any]:
        """Every record of ``topic``, partition by partition, in order."""
        partitions = self._partitions(topic)
        self._consumer.assign(partitions)
        await self._consumer.seek_to_beginning(*partitions)
        ends = await self._consumer.end_offsets(partitions)
        found: list[Any] = []
        while any([await self._consumer.position(where) < end for where, end in ends.items()]):
            for batch in (await self._consumer.getmany(timeout_ms=200)).values():
                found += batch
        return sorted(found, key=lambda record: (record.partition, record.offset))

    async def alerts(self) -> list[Alert]:
        """Every alert record, repeated ones included."""
        return [decode_alert(record.value) for record in await self.records(self._site.topics.alerts)]

    async def cases(self) -> list[Case]:
        """The case table as its changelog has it: what a worker that starts now would know."""
        rows = {record.key: record.value for record in await self.records(self._site.changelog)}
        return [decode_case(value) for key, value in rows.items() if value is not None and not key.startswith(b"\0")]

    async def result(self) -> Result:
        """What the site's workers came to."""
        return result(await self.alerts(), await self.cases())

    def _partitions(self, topic: str) -> list[TopicPartition]:
        return [TopicPartition(topic, number) for number in range(self._site.settings.topics.partitions)]
