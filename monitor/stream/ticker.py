"""Appends a tick to a partition when its earliest wake-up has come. Live partitions only, one tick on its way at most.

The broker's clock decides; ours only says when to ask. A tick stamped before the wake-up would wake nobody. Each tick therefore
measures how far the broker's clock is from ours: its stamp lies between our sending and its acknowledgement. The next one is
sent by the broker's time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

LONGEST_SLEEP = 60.0
"""Seconds after which the clock is looked at again, in case somebody set it."""
RETRY = 0.005
"""Seconds until a tick that came too early is repeated, at the earliest."""


def clock_ms() -> int:
    """This machine's time, epoch milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass
class Skew:
    """By how many milliseconds the broker's clock is behind ours, as bounds that ticks have narrowed down.

    Zero while zero is possible; else the bound that makes sure a tick is not stamped too early.
    """

    low: int = -(1 << 62)
    high: int = 1 << 62

    def observe(self, sent: int, stamp: int, acknowledged: int) -> None:
        """A record sent at ``sent`` was stamped ``stamp`` before it was acknowledged."""
        low, high = max(self.low, sent - stamp), min(self.high, acknowledged - stamp)
        if low > high:  # somebody's clock was set
            low, high = sent - stamp, acknowledged - stamp
        self.low, self.high = low, high

    @property
    def value(self) -> int:
        """What to wait beyond an instant of ours."""
        return 0 if self.low <= 0 <= self.high else self.high


@dataclass
class _Partition:
    due: Callable[[int], int]
    """The earliest wake-up, 0 for none; exact if it is not after the argument."""
    timer: asyncio.TimerHandle | None = None
    on_its_way: bool = False
    offset: int = -1
    applied: int = -1
    not_before: float = 0.0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


class Ticker:
    """``send(partition)`` appends a tick and returns its (offset, stamp) once acknowledged."""

    def __init__(
        self, send: Callable[[int], Awaitable[tuple[int, int]]], failed: Callable[[BaseException], Awaitable[None]]
    ) -> None:
        self._send = send
        self._failed = failed
        self._partitions: dict[int, _Partition] = {}
        self._skew = Skew()

    def watch(self, partition: int, due: Callable[[int], int]) -> None:
        """This partition is ours now."""
        self.forget(partition)
        self._partitions[partition] = _Partition(due)
        self.arm(partition)

    def forget(self, partition: int) -> None:
        """It is not ours any more."""
        gone = self._partitions.pop(partition, None)
        if gone is not None and gone.timer is not None:
            gone.timer.cancel()

    def forget_all(self) -> None:
        """None is ours: a rebalance began, or the end."""
        for partition in list(self._partitions):
            self.forget(partition)

    def applied(self, partition: int, tick_offset: int) -> None:
        """A batch was applied; its last tick, or any before, lay at ``tick_offset``."""
        watched = self._partitions.get(partition)
        if watched is None:
            return
        watched.applied = max(watched.applied, tick_offset)
        self._arrived(partition, watched)

    def _arrived(self, partition: int, watched: _Partition) -> None:
        """Go on once the tick under way has been both acknowledged and applied, in whichever order."""
        if watched.on_its_way and watched.applied >= watched.offset >= 0:
            watched.on_its_way, watched.offset = False, -1
        self.arm(partition)

    def arm(self, partition: int) -> None:
        """Set the timer to the earliest wake-up."""
        watched = self._partitions.get(partition)
        if watched is None or watched.on_its_way:
            return
        if watched.timer is not None:
            watched.timer.cancel()
            watched.timer = None
        due = watched.due(0)
        if not due:
            return
        loop = asyncio.get_running_loop()
        wait = min((due + self._skew.value) / 1000 - time.time(), LONGEST_SLEEP)
        wait = max(wait, watched.not_before - loop.time(), 0.0)
        watched.timer = loop.call_later(wait, self._ring, partition)

    def _ring(self, partition: int) -> None:
        watched = self._partitions.get(partition)
        if watched is None:
            return
        watched.timer = None
        now = clock_ms() - self._skew.value
        due = watched.due(now)
        if not due or due > now:
            self.arm(partition)
            return
        watched.on_its_way = True
        task = asyncio.create_task(self._tick(partition, watched))
        watched.tasks.add(task)
        task.add_done_callback(watched.tasks.discard)

    async def _tick(self, partition: int, watched: _Partition) -> None:
        sent = clock_ms()
        try:
            watched.offset, stamp = await self._send(partition)
        except Exception as error:
            await self._failed(error)
            return
        self._skew.observe(sent, stamp, clock_ms())
        watched.not_before = asyncio.get_running_loop().time() + RETRY
        if self._partitions.get(partition) is watched:
            self._arrived(partition, watched)
