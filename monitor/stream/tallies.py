"""Writes what the partitions' cases add to the tallies back into the events topic, now and then (:mod:`rules.rates.counting`).

A report is taken between two batches and need not wait until they are durable. After a crash the same records lead to the same
counts. It must not move anybody's time either: its own partition may be ahead of the one it goes to. On a topic whose feeder
owns the clock it is therefore stamped with the earliest time there is.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from monitor import metrics
from monitor.stream.outbox import Sender
from monitor.stream.partition.engine import PartitionEngine
from monitor.wire import encode_json
from rules.recordtime import EARLIEST

AT_ONCE = 10
PAUSE = 0.05
"""So many reports, and seconds until the next: judging a tally takes about a millisecond, and cards must not wait for that."""


class TallyPublisher:
    """Asks each engine for its reports ``interval`` seconds after something changed, and sends them on their way."""

    def __init__(
        self,
        sender: Sender,
        topic: str,
        home: Callable[[bytes], int],
        interval: float,
        failed: Callable[[BaseException], Coroutine[Any, Any, None]],
    ) -> None:
        self._sender, self._topic, self._home, self._interval, self._failed = sender, topic, home, interval, failed
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._busy: set[int] = set()
        self._due: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False
        self._turn = asyncio.Lock()

    def begun(self, engine: PartitionEngine) -> None:
        """A batch is being applied: its counts are not those of any offset."""
        self._busy.add(engine.partition)

    def applied(self, engine: PartitionEngine) -> None:
        """The batch was applied, or the partition recovered."""
        partition = engine.partition
        self._busy.discard(partition)
        if partition in self._due:
            self._publish(engine)
        elif engine.tallies.changes and partition not in self._timers:
            self._timers[partition] = asyncio.get_running_loop().call_later(self._interval, self._ring, engine)

    def forget(self, partition: int) -> None:
        """It is not ours any more."""
        if timer := self._timers.pop(partition, None):
            timer.cancel()
        self._due.discard(partition)
        self._busy.discard(partition)

    async def drain(self) -> None:
        """Send the rest without pauses, and wait until the broker has it."""
        self._draining = True
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        self._draining = False

    def _ring(self, engine: PartitionEngine) -> None:
        self._timers.pop(engine.partition, None)
        if engine.partition in self._busy:
            self._due.add(engine.partition)
        else:
            self._publish(engine)

    def _publish(self, engine: PartitionEngine) -> None:
        self._due.discard(engine.partition)
        reports = [(report.case.encode(), encode_json(report)) for report in engine.take_tallies()]
        if reports:
            task = asyncio.create_task(self._send(reports, live=engine.clock.is_live))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, reports: list[tuple[bytes, bytes]], *, live: bool) -> None:
        stamp = None if live else EARLIEST
        try:
            async with self._turn:  # a partition's reports must come in their order
                for begin in range(0, len(reports), AT_ONCE):
                    sent = [
                        await self._sender.send_one(self._topic, key, value, partition=self._home(key), timestamp_ms=stamp)
                        for key, value in reports[begin : begin + AT_ONCE]
                    ]
                    await asyncio.gather(*sent)
                    if not self._draining:
                        await asyncio.sleep(PAUSE)
        except Exception as error:
            await self._failed(error)
        else:
            metrics.TALLIES.inc(len(reports))
