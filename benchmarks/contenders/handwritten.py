"""A hand-written aiokafka loop: about as fast as this job gets in Python, and all that a loop leaves out.

Kept: the rules, the case table recoverable from its changelog, wake-ups, coalesced changes, alerts acknowledged before the
changelog is sent, offsets committed only after both. Left out, though a hall needs them: bad records (the first one ends the
loop), records in the wrong partition, figures, metrics, ticks of its own, rebalancing with more than one member.
"""

import asyncio
import gc
import sys
import time
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from monitor.books.files import load_books
from monitor.kafka import client_options
from monitor.settings import Settings, load_settings
from monitor.wire import Topics, decode_record, encode_json
from rules.book import RuleBooks
from rules.case import Case, decode_case, encode_case
from rules.events import TICK, Tick
from rules.step import Delivery, step, wake_at

_UNSETTLED = 4
_COMMIT_EVERY = 0.5

Pairs = list[tuple[bytes, bytes]]


class Partition:
    """The cases of one partition, encoded, and what they wait for."""

    def __init__(self, books: RuleBooks) -> None:
        self._books = books
        self._cases: dict[bytes, bytes] = {}
        self._waits: dict[bytes, int] = {}
        self._heap: list[tuple[int, bytes]] = []
        self._now = 0

    def restore(self, key: bytes, encoded: bytes) -> None:
        """A case from the changelog."""
        self._cases[key] = encoded
        self._wait(key, wake_at(decode_case(encoded), self._books))

    def apply(self, records: list[Any]) -> tuple[Pairs, Pairs]:
        """Apply a fetched batch: (alerts, changes)."""
        opened: dict[bytes, Case | None] = {}
        changed: dict[bytes, Case] = {}
        alerts: Pairs = []
        for record in records:
            event = decode_record(record.value)
            self._now = max(self._now, record.timestamp)
            if isinstance(event, Tick):
                while self._heap and self._heap[0][0] <= self._now:
                    due, key = heappop(self._heap)
                    if self._waits.get(key) == due:
                        self._one(key, TICK, record, opened, changed, alerts)
            else:
                self._one(record.key, event, record, opened, changed, alerts)
        changes = [(key, encode_case(case)) for key, case in changed.items()]
        self._cases.update(changes)
        return alerts, changes

    def _one(
        self,
        key: bytes,
        event: Any,
        record: Any,
        opened: dict[bytes, Case | None],
        changed: dict[bytes, Case],
        alerts: Pairs,
    ) -> None:
        if key in opened:
            case = opened[key]
        else:
            encoded = self._cases.get(key)
            case = decode_case(encoded) if encoded else None
        outcome = step(case, Delivery(event, record.timestamp, record.offset), self._books, self._now)
        opened[key] = outcome.case
        if outcome.case is not None and outcome.case is not case:
            changed[key] = outcome.case
        for alert in outcome.alerts:
            alerts.append((key, encode_json(alert)))
        self._wait(key, outcome.wake_at)

    def _wait(self, key: bytes, wake: int | None) -> None:
        if wake is None:
            self._waits.pop(key, None)
        elif self._waits.get(key) != wake:
            self._waits[key] = wake
            heappush(self._heap, (wake, key))


class Loop:
    """Consumer, producer and what is under way between them."""

    def __init__(self, settings: Settings, books: RuleBooks) -> None:
        self._topics = Topics(settings.topics.prefix)
        self._changelog = f"{settings.group}-cases-changelog"
        self._books = books
        self._settings = settings
        self._partitions: dict[int, Partition] = {}
        self._room = asyncio.Semaphore(_UNSETTLED)
        self._done: dict[TopicPartition, OffsetAndMetadata] = {}

    async def run(self) -> None:
        """Read until killed."""
        options = client_options(self._settings.kafka)
        worker = self._settings.worker
        self._producer = AIOKafkaProducer(**options, linger_ms=0, max_batch_size=1 << 19, acks="all")
        self._consumer = AIOKafkaConsumer(
            self._topics.events,
            **options,
            group_id=self._settings.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=worker.fetch_wait_ms,
        )
        await self._producer.start()
        await self._consumer.start()
        while not self._consumer.assignment():  # noqa: ASYNC110  # aiokafka has nothing to wait for
            await asyncio.sleep(0.05)
        await self._recover(options)
        before: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        before.set_result(None)
        committed = time.monotonic()
        while True:
            fetched = await self._consumer.getmany(timeout_ms=200, max_records=worker.max_batch_records)
            if fetched:
                before = await self._take(fetched, before)
            if self._done and time.monotonic() - committed > _COMMIT_EVERY:
                committed, done, self._done = time.monotonic(), self._done, {}
                await self._consumer.commit(done)

    async def _recover(self, options: dict[str, Any]) -> None:
        self._partitions = {tp.partition: Partition(self._books) for tp in self._consumer.assignment()}
        reader = AIOKafkaConsumer(**options, enable_auto_commit=False)
        await reader.start()
        try:
            held = [TopicPartition(self._changelog, partition) for partition in self._partitions]
            until = {tp: end for tp, end in (await reader.end_offsets(held)).items() if end}
            reader.assign(held)
            await reader.seek_to_beginning(*held)
            while until:
                for tp, records in (await reader.getmany(timeout_ms=200, max_records=5000)).items():
                    for record in records:
                        self._partitions[tp.partition].restore(record.key, record.value)
                    if tp in until and records[-1].offset + 1 >= until[tp]:
                        del until[tp]
        finally:
            await reader.stop()

    async def _take(self, fetched: dict[TopicPartition, list[Any]], before: asyncio.Future[Any]) -> asyncio.Future[Any]:
        await self._room.acquire()
        alerts, changes, offsets = [], {}, {}
        for tp, records in fetched.items():
            raised, changes[tp.partition] = self._partitions[tp.partition].apply(records)
            alerts += await self._send(self._topics.alerts, tp.partition, raised)
            offsets[tp] = OffsetAndMetadata(records[-1].offset + 1, "")
        return asyncio.ensure_future(self._settle(alerts, changes, offsets, before))

    async def _settle(
        self, alerts: list[Any], changes: dict[int, Pairs], offsets: dict[Any, Any], before: asyncio.Future[Any]
    ) -> None:
        await asyncio.gather(*alerts)
        await before
        sent = [future for partition, pairs in changes.items() for future in await self._send(self._changelog, partition, pairs)]
        await asyncio.gather(*sent)
        self._done.update(offsets)
        self._room.release()

    async def _send(self, topic: str, partition: int, pairs: Pairs) -> list[Any]:
        sent: list[Any] = []
        batch = self._producer.create_batch()
        for key, value in pairs:
            if batch.append(key=key, value=value, timestamp=None) is None:
                sent.append(await self._producer.send_batch(batch, topic, partition=partition))
                batch = self._producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
        if batch.record_count():
            sent.append(await self._producer.send_batch(batch, topic, partition=partition))
        return sent


def main(file: Path) -> None:
    """Run with the settings in ``file`` until killed."""
    settings = load_settings(file)
    gc.set_threshold(200_000, 20, 1000)
    uvloop.install()
    asyncio.run(Loop(settings, load_books(settings.worker.books)).run())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
