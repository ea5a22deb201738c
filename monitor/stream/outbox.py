"""Makes slices durable in order: alerts acknowledged, then changelog, then the offset.

Slices of different partitions go on side by side. Within a partition order is kept at every step. Alerts are sent in the order
of the slices. The changelog of a slice is sent once its own alerts are acknowledged and its predecessor's changelog is sent.
Slices are reported settled in order. A crash can therefore repeat an alert (same id, same change), but never keep a state and
lose its alert.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Protocol

from monitor.stream.faults import PlannedCrash
from monitor.stream.partition.slices import Slice
from monitor.wire import Topics, encode_json

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds without an acknowledgement until that is said."""
OFTEN = 60.0
"""Seconds until it is said again."""
MAX_UNSETTLED = 16
"""Slices on their way to the broker; more wait, and with them the partitions that made them."""

Futures = list[asyncio.Future[Any]]


class Sender(Protocol):
    """The producer, as :class:`monitor.stream.faust.transport.Producer`."""

    async def send_records(
        self, topic: str, partition: int, records: Iterable[tuple[bytes | None, bytes | None]], latest: int
    ) -> Futures: ...

    async def send_one(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        *,
        partition: int | None = None,
        timestamp_ms: int | None = None,
        headers: Any = None,
    ) -> asyncio.Future[Any]: ...


class _Turn:
    """One slice's place in its partition's queue."""

    def __init__(self) -> None:
        self.alerts_sent = asyncio.Event()
        self.changes_sent = asyncio.Event()
        self.settled = asyncio.Event()

    @classmethod
    def over(cls) -> "_Turn":
        """The one before the first."""
        turn = cls()
        for event in (turn.alerts_sent, turn.changes_sent, turn.settled):
            event.set()
        return turn


class Outbox:
    """``settled(slice, written, seconds)`` is called in order, with the offsets of its changelog records (empty: none, or nobody
    knows which)."""

    def __init__(
        self,
        sender: Sender,
        topics: Topics,
        changelog: str,
        settled: Callable[[Slice, range, float], None],
        failed: Callable[[BaseException], Coroutine[Any, Any, None]],
        fault: PlannedCrash,
        acknowledged: Callable[[bool], object] = bool,
    ) -> None:
        self._sender = sender
        self._topics = topics
        self._changelog = changelog
        self._settled = settled
        self._failed = failed
        self._fault, self._tell = fault, acknowledged
        self._last: dict[int, _Turn] = {}
        self._room = asyncio.Semaphore(MAX_UNSETTLED)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_waiting = False
        self._told = 0.0

    async def put(self, part: Slice, done: Callable[[], Awaitable[None]]) -> None:
        """Take a slice; ``done`` is called once it is settled. Waits while too many are under way."""
        await self._room.acquire()
        before = self._last.get(part.partition) or _Turn.over()
        turn = self._last[part.partition] = _Turn()
        task = asyncio.create_task(self._make_durable(part, before, turn, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _make_durable(self, part: Slice, before: _Turn, turn: _Turn, done: Callable[[], Awaitable[None]]) -> None:
        began = time.perf_counter()
        try:
            await before.alerts_sent.wait()
            self._fault.reach("before-alerts", len(part.alerts))
            urgent = await self._send_urgent(part) if part.is_urgent else []
            turn.alerts_sent.set()
            await self._acknowledged(urgent)
            self._fault.reach("after-alerts", len(part.alerts))
            await before.changes_sent.wait()
            changes = await self._send_changes(part) if part.changes else []
            turn.changes_sent.set()
            written = _written(await self._acknowledged(changes), len(part.changes))
            self._fault.reach("after-changelog", len(part.alerts))
            await before.settled.wait()
            self._settled(part, written, time.perf_counter() - began)
            await done()
            turn.settled.set()
        except Exception as error:
            await self._failed(error)  # nothing behind it in this partition will be sent
        finally:
            self._room.release()

    async def _send_urgent(self, part: Slice) -> Futures:
        sender, sent = self._sender, []
        if part.alerts:
            sent += await sender.send_records(self._topics.alerts, part.partition, part.alerts, part.at)
        for letter in part.dead:
            sent.append(await sender.send_one(self._topics.dead_letters, letter.key or None, encode_json(letter)))
        for record in part.reroutes:
            sent.append(
                await sender.send_one(
                    self._topics.events,
                    record.key,
                    record.value,
                    partition=record.partition,
                    timestamp_ms=record.timestamp,
                    headers=record.headers,
                )
            )
        return sent

    async def _send_changes(self, part: Slice) -> Futures:
        return await self._sender.send_records(self._changelog, part.partition, part.changes.items(), part.at)

    async def _acknowledged(self, sent: Futures) -> list[int]:
        """Wait for the broker; the offset it gave to the first record of each batch."""
        if not sent:
            return []
        began = time.monotonic()
        while (await asyncio.wait(sent, timeout=PATIENCE))[1]:
            now = time.monotonic()
            if now - self._told >= OFTEN or not self._is_waiting:
                self._is_waiting, self._told = True, now
                self._tell(False)
                log.warning("Kafka has not acknowledged what was sent for %.0f s; waiting, nothing is lost", now - began)
        answers = [future.result().offset for future in sent]
        if self._is_waiting:
            self._is_waiting = False
            self._tell(True)
            log.warning("Kafka acknowledges again")
        return answers


def _written(batches: list[int], records: int) -> range:
    """The offsets of so many records, sent in batches that begin at these; empty if somebody else's lie between them."""
    if not batches or min(batches) < 0 or max(batches) >= min(batches) + records:
        return range(0)
    return range(min(batches), min(batches) + records)
