"""Who sits at the windows of the simulated hall: every window opens each working day, and now and then nobody is there.

Chances are an inference. In a hall of a hundred windows they make an absence of more than ten minutes every other day or so. One
of more than half an hour comes about once a week. Both are enough to be seen and too little to drown the rest.
"""

import random
from collections.abc import Callable, Iterable, Iterator

from monitor.simulate.catalog import HALL, REGION, Office, Window
from monitor.simulate.life import SimulatedArrival
from monitor.simulate.rhythm import CLOSES, LUNCH, OPENS, as_datetime, midnight_of
from rules.events import AttendantArrived, AttendantLeft, Event, WindowClosed, WindowOpened
from rules.instant import MINUTE, SECOND

_BREAK = 0.25
"""Of a window to be left for a few minutes on a day."""
_LONG = 0.02
"""Of such a break to last longer than ten minutes, times the trouble of the department."""
_UNOPENED = 0.001
"""Of a window not to open on time, likewise."""


def on_duty(rng: random.Random, day: int, offices: Iterable[Office], mark: str) -> Iterator[SimulatedArrival]:
    """The attendance of every window on epoch day ``day``, a working day, as it arrives: devices report within seconds."""
    for office in offices:
        for window in office.windows:
            yield from _WindowDay(rng, day, office, window, mark).arrivals()


class _WindowDay:
    def __init__(self, rng: random.Random, day: int, office: Office, window: Window, mark: str) -> None:
        self._rng, self._day, self._office, self._window = rng, day, office, window
        self._ids = f"{mark}Z{day}-{window.name}"
        self._arrivals: list[SimulatedArrival] = []

    def arrivals(self) -> list[SimulatedArrival]:
        """Opened, somebody there, the noon break, a short absence at most, closed; in order of what happened."""
        rng, trouble = self._rng, self._office.trouble
        clerk = rng.choice(self._window.clerks)
        opens = OPENS + int(rng.random() * 4 * MINUTE)
        if rng.random() < _UNOPENED * trouble:
            opens += rng.randrange(20, 90) * MINUTE
        self._tell(WindowOpened, opens)
        self._tell(AttendantArrived, opens + 1 * SECOND, clerk)
        if rng.random() < _BREAK:
            away = rng.randrange(2, 9) if rng.random() > _LONG * trouble else rng.randrange(12, 50)
            left = rng.choice([LUNCH[0] - 90 * MINUTE, LUNCH[1] + 60 * MINUTE]) + rng.randrange(0, 30) * MINUTE
            if left > opens:
                self._tell(AttendantLeft, left, clerk)
                self._tell(AttendantArrived, left + away * MINUTE, clerk)
        closes = CLOSES - 10 * SECOND - int(rng.random() * MINUTE)
        self._tell(WindowClosed, closes)
        self._tell(AttendantLeft, closes, clerk)
        return self._arrivals

    def _tell(self, kind: Callable[..., Event], time: int, operator: str = "") -> None:
        at = midnight_of(self._day) + time
        number = len(self._arrivals) + 1
        who = {"operator": operator} if operator else {}
        event = kind(
            id=f"{self._ids}-{number}",
            at=as_datetime(at),
            region=REGION,
            hall=HALL,
            department=self._office.name,
            window=self._window.name,
            terminal=self._window.terminal,
            **who,
        )
        self._arrivals.append((at + int(self._rng.random() * 3 * SECOND) + 200, number, event))
