"""Faust's Kafka transport, but a message is a whole fetched batch of one partition (URL scheme ``batch://``).

Faust pays about 300 µs per message: tracking, queues, callbacks, acknowledgement. Paid per batch that is nothing. The consumer
here hands on one message per partition and fetch; its value is the list of raw aiokafka records. The offset it commits is the
end of the longest prefix of batches that :meth:`Consumer.settle` was given. Rebalancing, recovery and exactly one owner per
partition stay Faust's. Written against faust-streaming 0.15.3; ``docs/explanation/worker.md`` lists what is reached into and
why.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any

import faust
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from monitor.kafka import READ_COMMITTED, UnreadableBatch

Records = list[Any]
_FOREVER_MS = 10**11


class BatchMessage(ConsumerMessage):  # type: ignore[misc]
    """One fetched batch. ``settled`` once all it caused is durable; Faust's own ``acked`` also means "skipped".

    ``follows`` is the offset it goes on from: ``sought``, that of the last seek, or the end of the batch before.
    """

    settled = False
    follows = 0
    sought = 0


class BatchSchema(faust.Schema):  # type: ignore[misc]
    """Leaves the records alone: decoding is the engine's business, and the table's."""

    def compile(self, app: Any, **_: Any) -> Callable[..., Awaitable[Any]]:
        """The decoder Faust calls per message."""

        async def decode(message: Any, *, propagate: bool = False) -> Any:
            return app.create_event(None, message.value, message.headers, message)

        return decode


class ConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """The thread that owns the aiokafka consumer; knows three things Faust has no setting for."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = self.app.fetch_wait_ms  # Faust hard-codes 1500
        consumer._isolation_level = READ_COMMITTED  # Faust's own setting for it would make its producer transactional, too
        return consumer

    async def seek_many(self, offsets: Mapping[TP, int]) -> None:
        """Seek without waiting for the broker; partitions that were taken from us meanwhile are left out."""
        await self.call_thread(self._seek_many, offsets)

    async def _seek_many(self, offsets: Mapping[TP, int]) -> None:
        consumer = self._ensure_consumer()
        assigned = self.assignment()
        for tp, offset in offsets.items():
            if tp in assigned:
                consumer.seek(tp, offset)


class Consumer(driver.Consumer):  # type: ignore[misc]
    """Yields batches, loses none across rebalances, commits what is settled.

    ``_wanted`` is the exact offset each partition must go on from. Whatever does not begin there is cut or fetched again. A hole
    that stays (compaction, retention, transaction markers) is accepted the second time. Where a source's log begins
    behind it, ``app.on_lost`` hears of it. Batches that cannot be read go to ``app.on_failure``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._inflight: defaultdict[TP, deque[BatchMessage]] = defaultdict(deque)
        self._wanted: dict[TP, int] = {}
        self._sought: dict[TP, int] = {}
        self._trusted: set[TP] = set()
        self._holes: dict[TP, int] = {}
        self._seeks = 0
        self._mark = (0, 0)
        self._sought_generation = -1

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    # Fetching

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, BatchMessage]]:  # noqa: ASYNC109  # Faust's signature
        """One message per partition that has something."""
        records, active = await self._wait_next_records(timeout)
        if not records or self.should_stop:
            return
        generation = self.app.consumer_generation_id
        stale = self._mark != (generation, self._seeks)
        for tp, fetched in records.items():
            wanted = active is None or tp in active or tp in self._buffered_partitions
            if not self.flow_active or generation != self.app.consumer_generation_id or not wanted:
                await self._rewind(tp)
                continue
            follows = self._wanted.get(tp, 0)
            batch = await self._continuing(tp, fetched, stale)
            if batch:
                yield tp, self._message(tp, batch, follows, generation)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109
        generation = self.app.consumer_generation_id
        self._mark = (generation, self._seeks)
        if self._sought_generation != generation:
            # Faust's recovery resumes the source partitions before it has sought them: hold them back until then.
            active_partitions = {tp for tp in active_partitions or () if not self._is_source(tp)}
            if not active_partitions:
                await asyncio.sleep(0.01)
                return {}
        try:
            return await super()._getmany(active_partitions, timeout)
        except UnreadableBatch as error:
            await self.app.on_failure(error)
            await asyncio.sleep(1)  # whoever was told ends the app
            return {}

    async def _continuing(self, tp: TP, records: Records, stale: bool) -> Records:
        """The records from the wanted offset on; nothing, and a seek back, if they begin beyond it for no good reason."""
        wanted = self._wanted.get(tp)
        if wanted is None:
            return []
        if records[0].offset < wanted:
            records = [record for record in records if record.offset >= wanted]
            if not records:
                return []
        first = records[0].offset
        # A fetch can be under way while Faust seeks, and then its records are from before.
        if first > wanted and (stale or tp not in self._trusted) and self._holes.get(tp) != first:
            self._holes[tp] = first
            await self._rewind(tp)
            return []
        if first > wanted and self._is_source(tp):
            start = (await self.earliest_offsets(tp))[tp]
            if start > wanted:  # else a transaction's marker lies there, or what it has aborted
                self.app.on_lost(tp, wanted, min(start, first))
        self._trusted.add(tp)
        self._holes.pop(tp, None)
        self._wanted[tp] = records[-1].offset + 1
        return records

    def _message(self, tp: TP, records: Records, follows: int, generation: int) -> BatchMessage:
        last = records[-1]
        stamp = last.timestamp / 1000.0
        message = BatchMessage(
            tp.topic, tp.partition, last.offset, stamp, last.timestamp_type, None, None, records, None, 0, 0, tp,
            generation_id=generation,
        )  # fmt: skip
        message.follows, message.sought = follows, self._sought.get(tp, 0)
        self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
        if self._is_source(tp):
            self._inflight[tp].append(message)
        return message

    def _is_source(self, tp: TP) -> bool:
        return bool(self.app.topics.acks_enabled_for(tp.topic))

    # Seeking

    async def perform_seek(self) -> None:
        """Go on from the committed offsets; from the beginning of the log where there are none, or where it lies beyond them."""
        self._inflight.clear()
        committed = {tp: offset for tp, offset in (await self.seek_to_committed()).items() if self._is_source(tp)}
        starts = dict(await self.earliest_offsets(*committed)) if committed else {}
        gone = {tp: starts[tp] for tp, offset in committed.items() if offset and offset < starts[tp]}
        for tp, start in gone.items():
            self.app.on_lost(tp, committed[tp], start)
        positions = {driver.TP(*tp): max(offset or 0, starts[tp]) for tp, offset in committed.items()}
        await self._thread.seek_many({tp: offset for tp, offset in positions.items() if offset != committed[tp]})
        self._committed_offset.update({tp: committed[tp] or None for tp in positions})
        self._note_seek(positions)
        self._inflight.clear()
        for tp, start in gone.items():  # committed though nothing follows, so that the next start does not tell it again
            self._inflight[tp].append(_end_of_gap(driver.TP(*tp), start))
        self._sought_generation = self.app.consumer_generation_id

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Seek exactly there (recovery does, in the changelog)."""
        await super().seek_wait(partitions)
        self._note_seek(partitions)

    def _note_seek(self, positions: Mapping[TP, int]) -> None:
        for tp, offset in positions.items():
            self._wanted[tp] = self._sought[tp] = offset
            self._read_offset[tp] = offset
            self._trusted.discard(tp)
            self._holes.pop(tp, None)
        self._seeks += 1

    async def _rewind(self, tp: TP) -> None:
        """What was fetched is not used: fetch it again."""
        wanted = self._wanted.get(tp)
        if wanted is not None:
            self._trusted.discard(tp)
            await self._thread.seek_many({tp: wanted})

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Nothing: a batch spans its gaps."""

    # Committing

    def settle(self, message: BatchMessage) -> None:
        """All that this batch caused is acknowledged by the broker."""
        message.settled = True

    def committed(self, tp: TP) -> int:
        """The offset a new owner would start from; 0 if none is known."""
        return self._committed_offset.get(tp) or 0

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterable[TP]:
        return [tp for tp in self._inflight if topics is None or tp in topics or tp.topic in topics]

    def _new_offset(self, tp: TP) -> int | None:
        queue, offset = self._inflight[tp], None
        while queue and queue[0].settled:
            offset = queue.popleft().offset + 1
        self._acked[tp].clear()
        self._acked_index[tp].clear()
        return offset


def _end_of_gap(tp: TP, start: int) -> BatchMessage:
    """A batch of nothing, settled, that ends before ``start``."""
    message = BatchMessage(tp.topic, tp.partition, start - 1, 0.0, 0, None, None, [], None, 0, 0, tp)
    message.settled = True
    return message


class Producer(driver.Producer):  # type: ignore[misc]
    """Sends many records to one partition at once, and keeps what no broker takes until one does."""

    async def on_start(self) -> None:
        """As Faust's; but no batch is given up because the broker was away, however long."""
        await super().on_start()
        producer = self._ensure_producer()
        producer._message_accumulator._batch_ttl = float("inf")
        producer._request_timeout_ms = _FOREVER_MS  # how long one batch of a partition may wait for the one before it

    async def send_records(
        self, topic: str, partition: int, records: Iterable[tuple[bytes | None, bytes | None]], latest: int
    ) -> list[asyncio.Future[Any]]:
        """Queue (key, value) pairs in order; one future per produced batch.

        They are stamped no later than ``latest`` (epoch ms), the time of the log. Where a topic keeps our stamps, its broker
        refuses those that its clock finds too late.
        """
        producer, stamp = self._ensure_producer(), min(latest, time.time_ns() // 1_000_000)
        sent: list[asyncio.Future[Any]] = []
        batch = producer.create_batch()
        for key, value in records:
            if batch.append(key=key, value=value, timestamp=stamp) is None:
                sent.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                batch.append(key=key, value=value, timestamp=stamp)
        if batch.record_count():
            sent.append(await producer.send_batch(batch, topic, partition=partition))
        return sent

    async def send_one(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        *,
        partition: int | None = None,
        timestamp_ms: int | None = None,
        headers: Any = None,
    ) -> asyncio.Future[Any]:
        """Queue one record; the partition is chosen by the key unless given."""
        future: asyncio.Future[Any] = await self._ensure_producer().send(
            topic, value, key=key, partition=partition, timestamp_ms=timestamp_ms, headers=headers
        )
        return future


class Transport(driver.Transport):  # type: ignore[misc]
    """Entry point ``batch`` of ``faust.transports``."""

    Consumer = Consumer
    Producer = Producer
