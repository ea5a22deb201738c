"""What time it is at the broker that stamps a partition, as its stamps tell, and whether they can be believed.

Theory
------
This machine's clock may be wrong, so it is never asked what time it is. It is asked how much time has passed. That clock nobody
sets (monotonic; it counts a suspension, too). A tick measures the broker's: its stamp lies between its sending and its
acknowledgement. So the broker is ahead of our monotonic clock by an amount between two bounds. Each tick narrows them, and they
widen by what two clocks may drift apart. This is NTP's arithmetic with one exchange.

Three sources tell the time, each as a distance from the monotonic clock:

- **the stamp** of the tick just sent;
- **what was followed**: the broker's earlier stamps, carried on. Bounds that no longer meet mean that the broker's clock was set;
- **the reference**: this machine's clock when the process began, carried on. A clock set meanwhile does not move it. So where
  broker and worker share a machine, a jump of its clock has no second witness.

A stamp near the time of the log is followed, as is a small jump. A large one is followed if the reference agrees. Else it is
told, what was followed is carried on, and ticks say so (``sure``): the log decides by :mod:`rules.recordtime`. A worker that has
followed nothing yet says what the reference says, and is not sure. A reference behind the log is wrong for certain. Then stamps
that run evenly for :data:`EVEN` are followed: nobody is left who could disagree.
"""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from monitor import metrics
from rules.recordtime import LEAP

log = logging.getLogger(__name__)

DRIFT = 0.0005
"""What two clocks that are being steered may drift apart, per unit of time."""
WORST = 5_000
"""Milliseconds of uncertainty beyond which a measurement is refused."""
TOLD = 1_000
"""Milliseconds by which a clock must have been set to be worth a line."""
EVEN = 60_000
"""Milliseconds that stamps must run evenly, where the only other source is wrong for certain."""
OFTEN, SELDOM = 60_000, 3_600_000
"""Milliseconds between two lines about what holds up cards, and about what does not."""


def monotonic_ms() -> float:
    """Milliseconds of a clock that nobody sets."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) * 1000


def wall_ms() -> int:
    """This machine's time, epoch milliseconds."""
    return time.time_ns() // 1_000_000


class OwnClock:
    """This machine's clocks. ``reference`` is what its own said when the process began, carried on (epoch ms)."""

    def __init__(self, monotonic: Callable[[], float] = monotonic_ms, wall: Callable[[], int] = wall_ms) -> None:
        self.monotonic, self.wall = monotonic, wall
        self._ahead = wall() - monotonic()

    @property
    def reference(self) -> float:
        return self._ahead + self.monotonic()


class Measured(NamedTuple):
    """A tick: when it was sent and acknowledged (monotonic ms), and how the broker stamped it (epoch ms)."""

    sent: float
    stamp: int
    acknowledged: float


class _Bounds(NamedTuple):
    """How far the broker's clock is ahead of the monotonic one, at least and at most, as measured at ``at``. Milliseconds."""

    low: float
    high: float
    at: float

    def at_time(self, now: float) -> "_Bounds":
        drift = (now - self.at) * DRIFT
        return _Bounds(self.low - drift, self.high + drift, now)

    def beyond(self, other: "_Bounds") -> float:
        """How far ``other`` lies beyond these, below 0 before them; 0 where they meet."""
        return max(other.low - self.high, 0.0) + min(other.high - self.low, 0.0)

    def met(self, other: "_Bounds") -> "_Bounds":
        return _Bounds(max(self.low, other.low), min(self.high, other.high), other.at)


def _bounds(tick: Measured) -> _Bounds:
    return _Bounds(tick.stamp - tick.acknowledged, tick.stamp + 1 - tick.sent, tick.acknowledged)


class BrokerTime:
    """The clock of the broker that stamps one partition."""

    def __init__(self, partition: int, own: OwnClock) -> None:
        self.partition = partition
        self.is_measured = False
        self._own = own
        self._followed: _Bounds | None = None
        self._even: tuple[_Bounds, float] | None = None
        self._in_doubt = False
        self._told: dict[str, float] = {}

    @property
    def is_followed(self) -> bool:
        """Whether the broker's stamps have been believed so far."""
        return self._followed is not None

    @property
    def now(self) -> int:
        """What time it is at the broker, at least; by the reference where its stamps are not followed yet. Epoch ms."""
        if self._followed is None:
            return int(self._own.reference)
        return int(self._own.monotonic() + self._followed.low)

    def observe(self, tick: Measured, reached: int, doubt: int) -> None:
        """``tick`` was acknowledged and applied; the time of the log is ``reached`` now, its last stamp ``doubt`` beyond it."""
        self.is_measured = True
        seen = _bounds(tick)
        if (spread := (seen.high - seen.low) / 2) > WORST:
            text = "partition %d: the broker took %.1f s to stamp a tick, so its clock is known to %.1f s only: not used"
            self._tell("slow", text, self.partition, spread / 500, spread / 1000)
            return
        before = self._followed.at_time(seen.at) if self._followed is not None else None
        jump = before.beyond(seen) if before is not None else 0.0
        if before is not None and not jump:
            self._follow(before.met(seen), 0)
        elif (abs(jump) <= LEAP and not doubt) or (doubt >= 0 and self._agrees(seen)):
            self._follow(seen, jump)
        elif before is None and self._is_even(seen, reached, doubt):
            self._follow(seen, 0)
        else:
            self._disbelieve(tick, reached, jump, doubt)

    def _agrees(self, seen: _Bounds) -> bool:
        ahead = self._own.reference - self._own.monotonic()
        return seen.low - LEAP <= ahead <= seen.high + LEAP

    def _is_even(self, seen: _Bounds, reached: int, doubt: int) -> bool:
        """Whether the reference is wrong for certain, and the stamps have run evenly for long enough."""
        if doubt < 0 or self._own.reference >= reached - LEAP:
            self._even = None
            return False
        if self._even is None or self._even[0].at_time(seen.at).beyond(seen):
            self._even = seen, seen.at
        return seen.at - self._even[1] >= EVEN

    def _follow(self, seen: _Bounds, jump: float) -> None:
        self._followed, self._even = seen, None
        if self._in_doubt:
            self._in_doubt = False
            self._told.clear()
            log.warning("partition %d: the clock of its broker is believed again", self.partition)
        label = str(self.partition)
        metrics.CLOCK_DOUBT.labels(label).set(0)
        behind = self._own.wall() - self._own.monotonic() - (seen.low + seen.high) / 2
        metrics.CLOCK_OFFSET.labels(label).set(behind / 1000)
        metrics.CLOCK_UNCERTAINTY.labels(label).set((seen.high - seen.low) / 2000)
        if abs(jump) >= TOLD:
            metrics.CLOCK_JUMPS.labels(label, "ahead" if jump > 0 else "back").inc()
            log.warning("partition %d: the clock of its broker was set %s; ticks follow it", self.partition, _by(jump))
        if abs(behind) > LEAP:
            text = (
                "this machine's clock is %s that of the broker of partition %d. No card depends on it; set it right all the same"
            )
            self._tell("own", text, _off(behind), self.partition)

    def _disbelieve(self, tick: Measured, reached: int, jump: float, doubt: int) -> None:
        off = jump or doubt
        label = str(self.partition)
        if not self._in_doubt:
            metrics.CLOCK_JUMPS.labels(label, "ahead" if off > 0 else "back").inc()
        self._in_doubt = True
        metrics.CLOCK_DOUBT.labels(label).set(off / 1000)
        if self._followed is not None:
            text = (
                "partition %d: THE CLOCK OF ITS BROKER WAS SET %s, and this machine's clock does not agree: not believed. "
                "Limits run out by the time before, carried on. Set the broker's clock right; if it is right now, restart the "
                "workers"
            )
            self._tell("jump", text, self.partition, _by(jump).upper())
        else:
            text = (
                "partition %d: THE CLOCK OF ITS BROKER IS %s the last records, this machine's %s them, and nothing tells which "
                "is right: what is stamped later than both agree on waits, and no card falls for it. Set the wrong one right, "
                "and restart this worker if it was this machine's"
            )
            own = self._own.reference - reached
            self._tell("doubt", text, self.partition, _off(doubt).upper(), _off(own))

    def _tell(self, kind: str, text: str, *values: object) -> None:
        now = self._own.monotonic()
        grave = kind in ("jump", "doubt")
        if kind not in self._told or now - self._told[kind] >= (OFTEN if grave else SELDOM):
            self._told[kind] = now
            (log.error if grave else log.warning)(text, *values)


def _off(milliseconds: float) -> str:
    return f"{_length(milliseconds)} {'ahead of' if milliseconds > 0 else 'behind'}"


def _by(milliseconds: float) -> str:
    return f"{'ahead' if milliseconds > 0 else 'back'} by {_length(milliseconds)}"


def _length(milliseconds: float) -> str:
    seconds = abs(milliseconds) / 1000
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.1f} s"
