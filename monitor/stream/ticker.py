"""Appends a tick to a partition when its earliest wake-up has come. Live partitions only, one tick on its way at most.

The broker's clock decides when that is; this machine's own is never asked (:mod:`monitor.stream.broker_time`). Each tick measures
it. So the first one is sent as soon as anything waits, and one a minute after that, by some partition. A tick that came too early
wakes nobody and is repeated, less and less often. While stamps are in doubt, a tick a second says what time it ought to be.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from monitor.stream.broker_time import BrokerTime, Measured, OwnClock
from rules.events import Tick

LONGEST_SLEEP = 60.0
"""Seconds after which the clock is looked at again, and a tick sent to measure it."""
RETRY, RARELY = 0.005, 5.0
"""Seconds until a tick that came too early is repeated: at first, and at last."""
IN_DOUBT = 1.0
"""Seconds between ticks while stamps are in doubt."""


class RecordClock(Protocol):
    """The time of the log, as :class:`monitor.stream.partition.clock.PartitionClock`."""

    now: int

    @property
    def doubt(self) -> int: ...


@dataclass
class _Partition:
    due: Callable[[int], int]
    """The earliest wake-up, 0 for none; exact if it is not after the argument."""
    clock: RecordClock
    broker: BrokerTime
    timer: asyncio.TimerHandle | None = None
    on_its_way: bool = False
    offset: int = -1
    taken: int = -1
    measured: Measured | None = None
    sent_at: float = -LONGEST_SLEEP
    not_before: float = 0.0
    retry: float = RETRY
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


class Ticker:
    """``send(partition, tick)`` appends a tick and returns its (offset, stamp) once acknowledged."""

    def __init__(
        self,
        send: Callable[[int, Tick], Awaitable[tuple[int, int]]],
        failed: Callable[[BaseException], Awaitable[None]],
        own: OwnClock | None = None,
    ) -> None:
        self._send = send
        self._failed = failed
        self._own = own or OwnClock()
        self._partitions: dict[int, _Partition] = {}
        self._brokers: dict[int, BrokerTime] = {}

    def watch(self, partition: int, due: Callable[[int], int], clock: RecordClock) -> None:
        """This partition is ours now. What is known of its broker's clock outlives a rebalance."""
        self.forget(partition)
        broker = self._brokers.setdefault(partition, BrokerTime(partition, self._own))
        self._partitions[partition] = _Partition(due, clock, broker)
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

    def applied(self, partition: int, taken: int) -> None:
        """A batch was applied; the engine has taken its records up to the offset ``taken``."""
        watched = self._partitions.get(partition)
        if watched is None:
            return
        watched.taken = max(watched.taken, taken)
        self._arrived(partition, watched)

    def _arrived(self, partition: int, watched: _Partition) -> None:
        """Go on once the tick under way has been both acknowledged and applied, in whichever order."""
        if watched.on_its_way and watched.measured is not None and watched.taken >= watched.offset:
            watched.broker.observe(watched.measured, watched.clock.now, watched.clock.doubt)
            watched.on_its_way, watched.offset, watched.measured = False, -1, None
            self._pause(watched)
        self.arm(partition)

    def _pause(self, watched: _Partition) -> None:
        """Hold the next tick back for longer each time, where the last one woke nobody whose time has come by the broker."""
        now = watched.broker.now
        is_early = 0 < watched.due(now) <= now
        watched.retry = min(2 * watched.retry, RARELY) if is_early else RETRY
        watched.not_before = asyncio.get_running_loop().time() + watched.retry

    def arm(self, partition: int) -> None:
        """Set the timer to the earliest wake-up."""
        watched = self._partitions.get(partition)
        if watched is None or watched.on_its_way:
            return
        if watched.timer is not None:
            watched.timer.cancel()
            watched.timer = None
        wait = self._wait(watched)
        if wait is not None:
            watched.timer = asyncio.get_running_loop().call_later(wait, self._ring, partition)

    def _wait(self, watched: _Partition) -> float | None:
        """Seconds until a tick is wanted; None: until a record comes."""
        due, broker = watched.due(0), watched.broker
        now = asyncio.get_running_loop().time()
        if watched.clock.doubt:
            every = IN_DOUBT if broker.is_followed or not broker.is_measured else RARELY
        elif not due:
            return None
        elif not broker.is_measured:
            every = 0.0
        elif not broker.is_followed:
            every = RARELY
        else:
            every = LONGEST_SLEEP * len(self._partitions)  # one a minute, by some partition
        wait = watched.sent_at + every - now
        if due and broker.is_followed:
            wait = min(wait, (due - broker.now) / 1000)
        return min(max(wait, watched.not_before - now, 0.0), LONGEST_SLEEP)

    def _ring(self, partition: int) -> None:
        watched = self._partitions.get(partition)
        if watched is None:
            return
        watched.timer = None
        watched.due(watched.broker.now)  # exact now, if it has come
        if (self._wait(watched) or 0.0) > 0 or not (watched.due(0) or watched.clock.doubt):
            self.arm(partition)
            return
        watched.on_its_way = True
        task = asyncio.create_task(self._tick(partition, watched))
        watched.tasks.add(task)
        task.add_done_callback(watched.tasks.discard)

    async def _tick(self, partition: int, watched: _Partition) -> None:
        broker = watched.broker
        watched.sent_at = asyncio.get_running_loop().time()
        sent = self._own.monotonic()
        try:
            watched.offset, stamp = await self._send(partition, Tick(broker.now, broker.is_followed))
        except Exception as error:
            await self._failed(error)
            return
        watched.measured = Measured(sent, stamp, self._own.monotonic())
        if self._partitions.get(partition) is watched:
            self._arrived(partition, watched)
