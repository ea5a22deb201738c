"""Publishes counts that changed, after the changelog that made them durable, a few times a second at most."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import Any

from monitor.stream import gauges
from monitor.stream.outbox import Sender
from monitor.stream.partition.slices import Slice
from monitor.wire import Figures, encode_json
from rules.case import Count, Place

INTERVAL = 0.2
"""Seconds between two publications of one partition's figures."""


class FiguresPublisher:
    """Collects the figures of settled slices and writes the latest of each place to the figures topic."""

    def __init__(self, sender: Sender, topic: str, failed: Callable[[BaseException], Coroutine[Any, Any, None]]) -> None:
        self._sender = sender
        self._topic = topic
        self._failed = failed
        self._pending: defaultdict[int, dict[Place, tuple[Count, int]]] = defaultdict(dict)
        self._scheduled: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def note(self, part: Slice) -> None:
        """This slice is settled: its figures may be shown."""
        if not part.figures:
            return
        pending = self._pending[part.partition]
        for place, count in part.figures.items():
            pending[place] = (count, part.at)
        if part.partition not in self._scheduled:
            self._scheduled.add(part.partition)
            asyncio.get_running_loop().call_later(INTERVAL, self._publish_soon, part.partition)

    async def flush(self) -> None:
        """Publish what is pending and wait until the broker has it."""
        for partition in list(self._pending):
            self._start(partition)
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _publish_soon(self, partition: int) -> None:
        self._scheduled.discard(partition)
        self._start(partition)

    def _start(self, partition: int) -> None:
        if self._pending.get(partition):
            task = asyncio.create_task(self._publish(partition, self._pending.pop(partition)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _publish(self, partition: int, pending: dict[Place, tuple[Count, int]]) -> None:
        try:
            sent = []
            for place, (count, at) in pending.items():
                figures = Figures(partition, *place, *count, at)
                value = encode_json(figures)
                sent.append(await self._sender.send_one(self._topic, figures.key, value))
                gauges.figures_sent(figures.key, value)
            await asyncio.gather(*sent)
        except Exception as error:
            await self._failed(error)
