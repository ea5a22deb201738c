"""The time of a partition, from its records alone: what a stamp is worth, and what it takes to believe a leap.

Theory
------
The time of a partition is the running maximum of its stamps. On a topic whose feeder stamps the records that is all. On a live
one the broker stamps them, and a broker's clock can be wrong. One record stamped a day ahead would let every limit of that day
run out. Set right again, it would leave the partition a day ahead: each new case would get its card at once. A stamp a day
behind would date its record back, and the card of a new case would fall a day early.

A stamp is therefore believed by itself only within :data:`LEAP` of the time so far. What lies further ahead is a *leap*, what
lies further behind a *step back*. After an outage a leap is right; by a wrong clock it is not. No record can tell. So its record
is **held**, with all that follow, until something can tell. Nothing is dated by a stamp in doubt. What can tell is:

- A stamp near the time so far. The clock is right again: what is held arrived by then.
- A *tick*, the second source. It carries the time by the clock of the worker that wrote it. In a leap, time comes to the
  earlier of the two. So neither alone makes a card, and each alone can only make it late. What is stamped no later is let go.
- A tick that is *sure*: its worker has followed the broker's own stamps until they leapt, and goes on by a clock that nobody
  sets. All that is held arrived by the time it says, and after a step back time goes on by it.
- Silence. Stamps that go on for :data:`GO_ON` without a tick show that no worker was there to object. The broker's clock is then
  all there is. A leap is believed, and after a step back time goes on by as much as the stamps do.

All of it follows from the log. Replay, verification and a second worker read the same stamps and ticks. So they come to the
same time at each record. What is let go keeps the order of the log, and no record is dated after the time it is applied at. A
tick without a time of its own, as workers once wrote them, vouches for its stamp. The first record of a partition has nothing
to be compared with; its stamp is believed.
"""

from typing import Generic, NamedTuple, TypeVar

from rules.events import Tick
from rules.instant import HOUR, MINUTE, Instant

LEAP = 2 * MINUTE
"""How far a broker's stamp may lie beyond the time so far, or behind it, and be believed."""
GO_ON = 10 * MINUTE
"""How long stamps in doubt must go on without a tick to be all there is."""
EARLIEST, LATEST = 946_684_800_000 - 14 * HOUR, 4_102_444_800_000
"""Stamps that a clock can have: 2000 to 2099, epoch ms. 2000 begins in the easternmost zone: no local time is too early."""

T = TypeVar("T")


class Due(NamedTuple, Generic[T]):
    """A record that is not in doubt any more: when it arrived, and the time after it. Epoch ms."""

    record: T
    arrived: Instant
    now: Instant


class RecordTime(Generic[T]):
    """The time of one partition; ``T`` is whatever the caller holds a record in. ``now`` is 0 before the first."""

    def __init__(self, now: Instant = 0) -> None:
        self.now = now
        self.held: list[tuple[Instant, T]] = []
        """Records in doubt, with their stamps, in the order of the log."""
        self._heard = False
        self._run = 0

    def take(self, record: T, stamp: Instant, tick: Tick | None, *, live: bool) -> list[Due[T]]:
        """The next record, and what can be applied now, in order: mostly the record itself.

        ``live``: the broker stamped it. ``tick``: the record, if it is one.
        """
        if not live or self._is_near(stamp):
            reached = max(self.now, stamp) if EARLIEST <= stamp < LATEST else self.now
            due = self._let_go(reached) if self.held else []
            self.now = reached
            return [*due, Due(record, stamp, reached)]
        if not self.held or (self.held[-1][0] > self.now) is not (stamp > self.now) or stamp < self.held[-1][0]:
            self._run = stamp
        self.held.append((stamp, record))
        if tick is not None:
            self._heard = True
            return self._vouched(stamp, tick)
        if self._heard or not self.now or stamp - self._run < GO_ON:
            return []
        return self._let_go(stamp if stamp > self.now else self.now + stamp - self._run)

    def _is_near(self, stamp: Instant) -> bool:
        if not EARLIEST <= stamp < LATEST:
            return False
        return not self.now or -LEAP <= stamp - self.now <= LEAP

    def _vouched(self, stamp: Instant, tick: Tick) -> list[Due[T]]:
        """What the tick that was just held lets go, itself perhaps."""
        says = min(tick.at or stamp, LATEST - 1)
        if not self.now:  # stamps that no clock can have, and nothing to compare them with
            return []
        if stamp < self.now:
            return self._let_go(max(self.now, says)) if tick.sure else []
        known = max(self.now, min(stamp, says))
        if stamp - known <= LEAP:
            return self._let_go(stamp)
        return self._let_go(known) if tick.sure else self._let_go_until(known + LEAP)

    def _let_go(self, reached: Instant) -> list[Due[T]]:
        """All that is held: it arrived by ``reached``, which is the time now."""
        due = [
            self._due(stamp if max(self.now, EARLIEST) <= stamp <= reached else reached, record) for stamp, record in self.held
        ]
        self.held.clear()
        self.now = max(self.now, reached)
        self._heard = False
        return due

    def _let_go_until(self, last: Instant) -> list[Due[T]]:
        """What is stamped no later than ``last``, up to the first record that is."""
        number = next((number for number, (stamp, _) in enumerate(self.held) if stamp > last), len(self.held))
        due = [self._due(max(stamp, self.now), record) for stamp, record in self.held[:number]]
        del self.held[:number]
        return due

    def _due(self, arrived: Instant, record: T) -> Due[T]:
        self.now = max(self.now, arrived)
        return Due(record, arrived, self.now)
