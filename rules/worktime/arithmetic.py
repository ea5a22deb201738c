"""The arithmetic of a card: which days were counted, which were not, and why. A card nobody can check convinces nobody.

Days from the beginning to the due day, those treated alike run together. For limits in working or calendar days the counted days
add up to the limit, whatever the calendar and the pauses. For hours and minutes the counted milliseconds do. Days granted beyond
a limit that is counted otherwise follow it, and add up to what was granted.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import msgspec

from rules.instant import DAY, Instant
from rules.worktime.due import NATURAL, same_day
from rules.worktime.limit import NATURAL_TIME, OFFICE_TIME, Limit, Unit
from rules.worktime.worktime import Worktime, is_one
from rules.worktime.zone import from_epoch_day

LabelledPause = tuple[Instant, Instant, str]
"""``[from, to)`` instants and why, such as ``inspection``."""


class CountedDays(msgspec.Struct, frozen=True, array_like=True):
    """Consecutive days treated alike, both ends included, as ISO dates.

    ``ms`` is the time counted, for hours and minutes only. ``reason`` is one of:

    - ``counted``;
    - ``make_up_day:国庆节`` (counted);
    - ``weekend``;
    - ``holiday:国庆节``;
    - ``first_day``: the day it began on;
    - ``outside_hours``: it began after closing time;
    - ``suspended:inspection``;
    - ``rolled``: the limit ended on a day not worked;
    - ``instant_item``: due the same working day;
    - ``same_day``, ``at_once``: no days, no time at all;
    - ``extension``: of the days granted beyond the limit (counted);
    - ``given``: the due instant is the window system's own word.
    """

    from_day: str
    to_day: str
    days: int
    counted: bool
    reason: str
    ms: int = 0


class _Day(NamedTuple):
    day: int  # epoch day
    counted: bool
    reason: str
    ms: int = 0


def arithmetic(
    worktime: Worktime, start: Instant, limit: Limit, pauses: Sequence[LabelledPause], due: Instant
) -> tuple[CountedDays, ...]:
    """The spans from ``start`` to ``due``, which is what ``worktime.due`` gave for the same limit and pauses."""
    limit = worktime.resolved(limit)
    if is_one(limit):
        return tuple(_run_together(_Count(worktime, start, limit, pauses, due).days()))
    assert limit.more is not None
    own = Limit(limit.value, limit.unit)
    ended = worktime.due(start, own, [(from_, to) for from_, to, _ in pauses])
    granted = _Count(worktime, ended, limit.more, pauses, due)
    return tuple(_run_together(chain(_Count(worktime, start, own, pauses, ended).days(), granted.days_after())))


class _Count:
    """One limit's days. Everything in local milliseconds, but ``begun``, ``ended`` and ``stops``: an hour that the clocks repeat
    has two instants."""

    def __init__(self, worktime: Worktime, start: Instant, limit: Limit, pauses: Sequence[LabelledPause], due: Instant) -> None:
        local = worktime.clock.to_local
        self.calendar, self.dates, self.counting = worktime.calendar, worktime.dates, worktime.counting
        self.clock, self.start, self.limit, self.due = worktime.clock, local(start), limit, local(due)
        self.begun, self.ended, self.stops = start, due, [(from_, to) for from_, to, _ in pauses]
        self.pauses = [(local(from_), local(to), why) for from_, to, why in pauses]
        self.plain = [(from_, to) for from_, to, _ in self.pauses]

    def days(self) -> Iterator[_Day]:
        unit, value = self.limit.unit, self.limit.value
        if unit is Unit.due_instant:
            return self._given()
        if unit in OFFICE_TIME and value:
            return self._office_time()
        if unit in NATURAL_TIME and value:
            return self._natural_time()
        if not value and self.limit.more is None:
            return self._nothing()
        return self._to_the_second() if self.counting.ends == "second" else self._to_the_day()

    def days_after(self) -> Iterator[_Day]:
        """Of days granted: those after the day on which the limit ended, which is where they begin."""
        if self.counting.ends == "second":
            days = self._to_the_second()
            next(days)
        else:
            days = self._days_granted()
        return (day._replace(reason="extension") if day.reason == "counted" else day for day in days)

    def _range(self) -> range:
        return range(self.start // DAY, self.due // DAY + 1)

    def _nothing(self) -> Iterator[_Day]:
        """No length at all: what is said of the day it ends on depends on the unit."""
        unit = self.limit.unit
        last = "instant_item" if unit is Unit.working_days else "same_day" if unit in NATURAL else "at_once"
        for day in self._range():
            if day == self.due // DAY:
                yield _Day(day, False, last)
            else:
                yield self._idle(day) or self._paused(day) or _Day(day, False, "outside_hours")

    def _given(self) -> Iterator[_Day]:
        for day in self._range():
            yield (day != self.due // DAY and self._paused(day)) or _Day(day, False, "given")

    def _natural_time(self) -> Iterator[_Day]:
        """In instants: a day has 23 or 25 hours where the clocks change."""
        at = self.clock.to_instant
        for day in self._range():
            begin, end = max(at(day * DAY), self.begun), min(at(day * DAY + DAY), self.ended)
            ms = end - begin - sum(min(to, end) - max(from_, begin) for from_, to in self.stops if to > begin and from_ < end)
            yield (not ms and self._touched(day)) or _Day(day, True, "counted", ms)

    def _office_time(self) -> Iterator[_Day]:
        at = self.dates.axis.office_at
        for day in self._range():
            begin, end = max(day * DAY, self.start), min(day * DAY + DAY, self.due)
            parts = ((max(from_, begin), min(to, end)) for from_, to in self.plain if to > begin and from_ < end)
            ms = at(end) - at(begin) - sum(at(to) - at(from_) for from_, to in parts)
            if ms:
                yield self._counted(day)._replace(ms=ms)
            else:
                yield self._idle(day) or self._touched(day) or _Day(day, False, "outside_hours")

    def _to_the_day(self) -> Iterator[_Day]:
        """Whole days: from the first that counts to the last, but for those a pause covers."""
        first = self.dates.first_counted(self.start, self.limit)
        return self._whole_days(self._range(), first, self.dates.unrolled_last_day(self.start, self.limit, self.plain))

    def _days_granted(self) -> Iterator[_Day]:
        """Whole days, too, from the day after the limit's own last."""
        last = self.dates.last_day_after(self.start, self.limit, self.plain, same_day)
        days = range(self.start // DAY + 1, self.due // DAY + 1)
        return self._whole_days(days, self.dates.first_after(self.start, self.limit), last)

    def _whole_days(self, days: range, first: int, last: int) -> Iterator[_Day]:
        natural = self.limit.unit in NATURAL
        for day in days:
            idle = None if natural else self._idle(day)
            place = day if natural else self.calendar.ordinal_of(day)
            if idle:
                yield idle
            elif place < first:
                yield _Day(day, False, "first_day" if place == first - 1 else "outside_hours")
            else:
                yield self._paused(day) or (self._counted(day) if day <= last else _Day(day, False, "rolled"))

    def _to_the_second(self) -> Iterator[_Day]:
        """Days completed at the due instant's time of day: with pauses of hours, a day counts when a whole one is full."""
        natural = self.limit.unit in NATURAL
        unit = DAY if natural else self.dates.axis.scale
        begin = self.start if natural else self.dates.start_point(self.start)
        until = self.due % DAY if natural else self.dates.axis.days_at(self.due) % unit
        last = self.dates.unrolled_last_day(self.start, self.limit, self.plain) if natural else self.due // DAY
        full = 0
        for day in self._range():
            idle = None if natural else self._idle(day)
            if idle:
                yield idle
                continue
            place = day if natural else self.calendar.ordinal_of(day)
            before, full = full, max(full, self._used(begin, place * unit + until) // unit)
            if day > last:
                yield self._paused(day) or _Day(day, False, "rolled")
            elif full > before:
                yield self._counted(day)
            elif place <= begin // unit:
                yield _Day(day, False, "first_day" if place == begin // unit else "outside_hours")
            else:
                yield self._touched(day) or _Day(day, False, "suspended")

    def _used(self, begin: int, point: int) -> int:
        """Counted time from ``begin`` to ``point`` on the limit's own ruler."""
        at = int if self.limit.unit in NATURAL else self.dates.axis.days_at
        spans = ((at(max(from_, self.start)), min(at(to), point)) for from_, to in self.plain if to > self.start)
        return point - begin - sum(max(to - from_, 0) for from_, to in spans)

    def _counted(self, day: int) -> _Day:
        made_up = "" if self.limit.unit in NATURAL else self.calendar.workdays.get(from_epoch_day(day))
        return _Day(day, True, f"make_up_day:{made_up}" if made_up else "counted")

    def _idle(self, day: int) -> _Day | None:
        if self.dates.is_worked(day):
            return None
        name = self.calendar.name_of(from_epoch_day(day))
        return _Day(day, False, name if name == "weekend" else f"holiday:{name}")

    def _paused(self, day: int) -> _Day | None:
        """Suspended for limits that skip whole days: from the day it began up to the day before it was resumed."""
        for pause, (_, _, why) in zip(self.plain, self.pauses, strict=True):
            from_, to = self.dates.paused_days(pause)
            if from_ <= day < to:
                return _Day(day, False, f"suspended:{why}")
        return None

    def _touched(self, day: int) -> _Day | None:
        """Suspended for limits that count to the millisecond: the pause that last took time by the end of this day."""
        begun = [why for from_, to, why in self.pauses if from_ < day * DAY + DAY and to > self.start and from_ < self.due]
        return _Day(day, False, f"suspended:{begun[-1]}") if begun else None


def _run_together(days: Iterable[_Day]) -> Iterator[CountedDays]:
    run: list[_Day] = []
    for day in days:
        if run and run[-1][1:3] != day[1:3]:
            yield _span(run)
            run = []
        run.append(day)
    if run:
        yield _span(run)


def _span(run: Sequence[_Day]) -> CountedDays:
    first, last = (from_epoch_day(run[end].day).isoformat() for end in (0, -1))
    return CountedDays(first, last, len(run), run[0].counted, run[0].reason, sum(day.ms for day in run))
