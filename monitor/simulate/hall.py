"""The simulated hall: every case of every day, its records in the order in which they arrive.

The hall starts empty at ``start`` and fills up within about six weeks. All chance comes from one ``random.Random(seed)``. The
same arguments give the same records; a later ``end`` only adds to them.

A day's cases are lived through to their ends at once. Their records go on the pile of the day they arrive on; a pile is sorted
and given out when its day comes. A record never arrives before its case began, so nothing can come too late for its pile. Memory
holds the records still to come of open cases, and no more.
"""

import random
from collections.abc import Iterable, Iterator

from monitor.simulate.attendance import on_duty
from monitor.simulate.catalog import WeightedItems, build_catalog
from monitor.simulate.complaints import complain, numbers
from monitor.simulate.courses import apply_at_window, live_through
from monitor.simulate.life import Habits, Life, SimulatedArrival
from monitor.simulate.rhythm import Rhythm, day_of, online_instant
from rules.errors import SupervisionError
from rules.events import Applied, Channel, Consulted, Event, StageEntered, StageLeft
from rules.worktime import from_epoch_day

_WEEKDAY = (1.22, 1.06, 0.98, 0.93, 0.81, 0.85, 0.75)
"""Monday is the busiest day; Saturdays and Sundays are make-up days."""
_OFF_HALL_SHY = 1.6
"""Departments with less trouble than this handle things outside the hall only rarely."""


class BadSimulation(SupervisionError):
    """What was asked for cannot be simulated; the text says what to ask for instead.

    Whose: the operator's.
    Mend: ask for what the text offers instead.
    """


def generate(
    seed: int,
    start: int,
    end: int,
    cases_per_day: float,
    *,
    habits: Habits | None = None,
    rhythm: Rhythm | None = None,
    mark: str = "",
) -> Iterator[tuple[int, Event]]:
    """Records of a hall with ``cases_per_day`` cases on a mean working day, as (arrived, event), in arrival order.

    ``start`` and ``end`` are epoch ms: cases begin at or after ``start``; records that arrive at or after ``end`` are left
    out. ``mark`` begins every case key, to keep several simulations apart. Lazy. Raises ``BadSimulation`` where the calendar
    does not cover the days.
    """
    rhythm = rhythm or Rhythm()
    if end > rhythm.end:
        raise BadSimulation(f"the calendar ends at {from_epoch_day(day_of(rhythm.end))}: choose an earlier time to simulate")
    if cases_per_day <= 0:
        raise BadSimulation(f"{cases_per_day} cases a day: give a number above 0")
    return _Hall(seed, rhythm, habits or Habits(), mark).records(start, end, cases_per_day)


class _Hall:
    def __init__(self, seed: int, rhythm: Rhythm, habits: Habits, mark: str) -> None:
        self._rng = random.Random(seed)  # noqa: S311  # a simulation must be repeatable
        self._catalog: WeightedItems = build_catalog(self._rng)
        self._duty = random.Random(f"{seed} on duty")  # noqa: S311  # its own, so that the cases stay those of the seed
        self._offices = tuple(dict.fromkeys(office for office, _ in self._catalog.choices))
        self._rhythm = rhythm
        self._habits = habits
        self._mark = mark
        self._piles: dict[int, list[SimulatedArrival]] = {}

    def records(self, start: int, end: int, cases_per_day: float) -> Iterator[tuple[int, Event]]:
        for day in range(day_of(start), day_of(end - 1) + 1):
            self._live(day, cases_per_day, start)
            if self._habits.on_duty and self._rhythm.is_workday(day):
                self._pile_up(arrival for arrival in on_duty(self._duty, day, self._offices, self._mark) if arrival[0] >= start)
            for arrived, _, event in sorted(self._piles.pop(day, ()), key=_order):
                if arrived >= end:
                    return
                yield arrived, event

    def _live(self, day: int, cases_per_day: float, start: int) -> None:
        """All cases that begin on this day, at the windows and at home, and complaints that name no case."""
        rng, online = self._rng, self._habits.online
        date = from_epoch_day(day)
        worked = self._rhythm.is_workday(day)
        load = cases_per_day * _WEEKDAY[date.weekday()]
        walk_in = self._draw(load * (1 - online)) if worked else 0
        at_home = self._draw(load * online if worked else cases_per_day * online * 0.35)
        stamp = self._mark + date.strftime("%Y%m%d")
        complaint = numbers(stamp)
        first = self._rhythm.first_point(day)
        begun = sorted([(first + rng.random() * 0.995, True) for _ in range(walk_in)]) + [
            (rng.random(), False) for _ in range(at_home)
        ]
        for serial, (draw, at_window) in enumerate(begun, 1):
            life = self._walk_in(f"{stamp}{serial:05d}", draw) if at_window else self._online(f"{stamp}{serial:05d}", day, draw)
            if rng.random() < self._habits.complaint * life.office.trouble:
                point = self._rhythm.point(life.arrivals[-1][0])
                complain(life, next(complaint), int(point) + rng.random())
            self._pile(life, start)
        for _ in range(self._draw(cases_per_day * 0.001) if worked else 0):
            number = next(complaint)
            life = self._begin("", number, "hall")
            complain(life, number, first + rng.random())
            self._pile(life, start)

    def _draw(self, mean: float) -> int:
        """A whole number near ``mean``: Poisson's spread, rounded up or down by chance, so that small means work too."""
        return max(0, int(self._rng.gauss(mean, min(mean, mean**0.5)) + self._rng.random()))

    def _begin(self, key: str, ids: str, channel: Channel) -> Life:
        office, item = self._rng.choices(self._catalog.choices, cum_weights=self._catalog.cumulated)[0]
        rng, habits = self._rng, self._habits
        if channel == "hall" and key:
            outside = habits.off_hall * (2.0 if office.trouble > _OFF_HALL_SHY else 0.6)
            draw = rng.random()
            channel = "off-hall" if draw < outside else "self-service" if draw < outside + 0.04 else "hall"
        life = Life(rng, self._rhythm, key=key, ids=ids, office=office, item=item, channel=channel)
        if rng.random() < habits.late_typist:
            life.types_late(0.35)
        return life

    def _walk_in(self, key: str, start: float) -> Life:
        life = self._begin(key, key, "hall")
        if self._rng.random() < 0.05:
            life.record(Consulted, start - (start - int(start)) * 0.1)
        apply_at_window(life, start)
        last = live_through(life, self._habits, start)
        if self._rng.random() < self._habits.back_entry:
            life.enter_at_once(int(last) + self._rng.randrange(1, 6) + 0.75 + 0.2 * self._rng.random())
        return life

    def _online(self, key: str, day: int, draw: float) -> Life:
        """Applied for at home at any hour; the window looks at it in office hours."""
        life = self._begin(key, key, "online")
        applied = online_instant(day, draw)
        life.record_online(Applied, applied)
        opened = self._rhythm.point(applied) + self._rng.random() * 0.3
        if life.item.promised:
            life.record(StageEntered, opened, stage="pre-review", handler=life.window.clerks[0])
            opened += self._rng.uniform(0.02, 1.2)
            life.record(StageLeft, opened, stage="pre-review", handler=life.window.clerks[0])
        live_through(life, self._habits, opened)
        return life

    def _pile(self, life: Life, start: int) -> None:
        if min(arrival[0] for arrival in life.arrivals) < start:
            return
        self._pile_up(life.arrivals)

    def _pile_up(self, arrivals: Iterable[SimulatedArrival]) -> None:
        for arrival in arrivals:
            self._piles.setdefault(day_of(arrival[0]), []).append(arrival)


def _order(arrival: SimulatedArrival) -> tuple[int, str, int]:
    """By arrival; of equal ones the case or window decides, then the order within it."""
    return arrival[0], arrival[2].case or arrival[2].window, arrival[1]
