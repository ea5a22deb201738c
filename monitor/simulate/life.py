"""One simulated case while it goes its way: a header filled in once, records with when they happened and arrived.

Most records arrive seconds after they happened. Some clerks type late (hours, up to a day); some cases are typed in as a
whole when all is over (补录). The two times are kept apart, as the monitor keeps them.
"""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from monitor.simulate.catalog import HALL, REGION, Office, SimulatedItem, Window
from monitor.simulate.rhythm import Rhythm, as_datetime, until_morning
from rules.events import Channel, Event
from rules.instant import HOUR, SECOND

SimulatedArrival = tuple[int, int, Event]
"""When it arrived (epoch ms), a number that keeps equal arrivals in order, the event."""


class Habits(NamedTuple):
    """How the hall misbehaves, as chances. The defaults are a slightly troubled hall: about 95 % on time."""

    late: float = 0.082
    """Of a committed case to end after its promise, times the department's trouble."""
    stuck: float = 0.35
    """Of a late case to pass its statutory limit too."""
    late_instant: float = 0.018
    """Of an instant item not to be done on its day, likewise."""
    unfinished: float = 0.004
    """Of a case to be left lying for good."""
    not_accepted: float = 0.02
    withdrawn: float = 0.012
    returned: float = 0.008
    voided: float = 0.004
    supplement: float = 0.09
    suspended: float = 0.07
    overrun: float = 0.12
    """Of a special procedure to take more than its approved days."""
    extended: float = 0.025
    sent_back: float = 0.02
    """Of a reviewer to return the case to its handler."""
    late_issue: float = 0.02
    off_hall: float = 0.012
    online: float = 0.22
    late_typist: float = 0.05
    back_entry: float = 0.007
    complaint: float = 0.002
    rated: float = 0.4
    on_duty: bool = True
    """Whether the windows report who sits there."""


class Life:
    """One case. ``record`` notes what happened; ``arrivals`` are the records with their arrival times.

    ``key`` is the case key, empty for a complaint that names no case. A record's id is ``ids`` and its number within the
    case, so it is the same in every run of a seed.
    """

    __slots__ = ("_header", "_ids", "_lateness", "_number", "arrivals", "item", "office", "rhythm", "rng", "window")

    def __init__(
        self, rng: random.Random, rhythm: Rhythm, *, key: str, ids: str, office: Office, item: SimulatedItem, channel: Channel
    ) -> None:
        self.rng, self.rhythm, self.office, self.item = rng, rhythm, office, item
        self.window: Window = rng.choice(office.windows)
        self.arrivals: list[SimulatedArrival] = []
        self._number = 0
        self._lateness = 0.0
        in_hall = channel != "off-hall"
        self._ids = ids
        self._header: dict[str, Any] = {
            "region": REGION,
            "hall": HALL,
            "case": key,
            "department": office.name,
            "window": self.window.name if in_hall else "",
            "operator": rng.choice(self.window.clerks),
            "channel": channel,
            "terminal": self.window.terminal if in_hall else f"PC-{self.window.name[:2]}-{rng.randrange(20, 60)}",
            "item": item.code,
        }

    def types_late(self, chance: float) -> None:
        """From now on each record is typed in late with this chance."""
        self._lateness = chance

    def record(self, kind: Callable[..., Event], point: float, **more: object) -> float:
        """Record that ``kind`` happened at a point of working time; gives the point back."""
        at = self.rhythm.instant(point)
        delay = int(self.rng.random() * 8 * SECOND) + 200
        if self._lateness and self.rng.random() < self._lateness:
            delay = self._typed_after(at)
        self._append(kind, at, at + delay, more)
        return point

    def record_online(self, kind: Callable[..., Event], instant: int, **more: object) -> None:
        """Record what somebody did at home, at any hour; machines report it at once."""
        nobody = {"operator": "", "terminal": ""}
        self._append(kind, instant, instant + int(self.rng.random() * 1500) + 50, {**nobody, **more})

    def enter_at_once(self, point: float) -> None:
        """Back-entry: everything recorded so far is typed in together, seconds apart, at this point."""
        arrived = max(self.rhythm.instant(point), self.arrivals[-1][0])
        for index, (_, number, event) in enumerate(self.arrivals):
            arrived += 1 * SECOND + int(self.rng.random() * 2 * SECOND)
            self.arrivals[index] = (arrived, number, event)

    def _typed_after(self, at: int) -> int:
        """Hours later, the same evening or the next morning: a day at most, and never at night."""
        delay = min(int(self.rng.expovariate(1 / (3 * HOUR))) + HOUR // 2, 24 * HOUR)
        return min(until_morning(at + delay) - at, 24 * HOUR)

    def _append(self, kind: Callable[..., Event], at: int, arrived: int, more: dict[str, object]) -> None:
        self._number += 1
        event = kind(id=f"{self._ids}-{self._number}", at=as_datetime(at), **{**self._header, **more})
        self.arrivals.append((arrived, self._number, event))
