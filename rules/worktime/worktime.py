"""Working time: when a limit has run out, how much of it is used, in which office hours an instant lies.

A :class:`Worktime` binds a zone, a calendar, office hours and the rule book's way of counting. Instants (milliseconds
since the epoch) go in and come out. The conventions, and where they are from:

- *To the second* (``ends = "second"``; Hunan, Boston): a limit of N working days ends at the time of day it began at. One that
  begins at 10:00 ends at 10:00 of the N-th working day after; one millisecond later is overdue. Where office hours differ by
  season the same point of the working day is meant. An example: a quarter of the day used stays a quarter of the day used.
- *To the day's end* (``day_end``, ``closing_time``; Civil Code art. 200-204): the day it begins on is not counted. The N-th
  counted day is the last.
- *The start rolls* (Jiangsu, Boston): what happens outside office hours counts from the next work period.
- *The last day rolls* (art. 203): natural days, months and years that end on a holiday end on the next working day.
- *Months* (art. 202) end on the corresponding day, or on the month's last one where there is none.
- *Working hours* and minutes always end to the second. A limit used up at closing time is over then, not at the next opening.
- *Natural hours* and minutes run through nights and holidays, from the instant they begin at (art. 201 ¶2).
- *Nothing* of a unit (limit 0): ``0wd`` ends with the working day it (rolled) began on. The end is closing time, or with
  ``day_end`` the day's end. ``0d`` ends with that very day, worked or not. ``0wh`` and ``0h`` end at once.
- *Instant items* (即办件) have the limit that the book gives them: that of ``0wd`` unless it says otherwise.
- *Days granted* (许可法 art. 42) are days beyond the limit, whatever that is counted in.
- *A due instant* that was given moves with pauses and days granted, and is otherwise the instant it is.

Nothing walks from day to day: prefix sums and bisection, on integers.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date

from rules.instant import DAY, Instant
from rules.worktime.calendar import Calendar
from rules.worktime.due import NATURAL, DueDates
from rules.worktime.hours import OfficeHours
from rules.worktime.limit import NATURAL_TIME, OFFICE_TIME, Counting, Limit, Unit
from rules.worktime.zone import WallClock

__all__ = ["Counting", "Limit", "OfficeHours", "Unit", "Worktime"]

Pauses = Sequence[tuple[Instant, Instant]]
"""Suspensions, ``[from, to)`` instants, sorted and disjoint."""

_WORKING_DAYS = Unit.working_days
_CALENDAR_DAYS = Unit.calendar_days
_WORKING = frozenset({Unit.working_days, *OFFICE_TIME, Unit.instant_item, Unit.due_instant})
"""Units of which the office time is what is used up."""


class Worktime:
    """Limits in one place. Build it once and keep it; all its methods are pure.

    Every method that asks about a day in a year its calendar does not cover raises ``UncoveredDate``. Natural days,
    months and years ask the calendar only if ``counting.roll_last_day`` is set.
    """

    def __init__(
        self, clock: WallClock, calendar: Calendar, hours: OfficeHours | None = None, counting: Counting | None = None
    ) -> None:
        """Without ``hours`` the office is open all day; ``counting`` has the civil defaults."""
        self.clock = clock
        self.calendar = calendar
        self.hours = hours or OfficeHours()
        self.counting = counting or Counting()
        self.dates = DueDates(calendar, self.hours, self.counting)
        self._instant_item = Limit.parse(self.counting.instant)
        self._bind()

    def _bind(self) -> None:
        """Everything the quick path of ``due`` touches, one attribute away."""
        self._changes, self._offsets, self._walls = self.clock.changes, self.clock.offsets, self.clock.walls
        self._first, self._before, self._working = self.calendar.first, self.calendar.before, self.calendar.working
        self._days = len(self._before) - 1
        self._quick = not self.hours.seasons or self.counting.ends == "day_end"
        self._opening = self.hours.usual.bounds[0]
        self._bounds = () if self.hours.seasons else self.hours.usual.bounds
        self._hours = self.dates.axis.hours
        self._rolls = self.counting.roll_start
        self._rolls_last = self.counting.roll_last_day
        self._skip = int(self.counting.first_day_counts)
        ends = {"second": None, "day_end": DAY - 1, "closing_time": self.hours.usual.close}
        self._end = ends[self.counting.ends]

    def due(self, start: Instant, limit: Limit, pauses: Pauses = ()) -> Instant:
        """The last instant that is still in time for ``limit`` begun at ``start``, ``pauses`` not counted.

        Called for every stage of every case, so the common limits without pauses are computed right here.
        """
        value, unit = limit.value, limit.unit
        if value and not pauses and self._quick and limit.more is None:
            local = start + self._offsets[bisect_right(self._changes, start)]
            if unit is _WORKING_DAYS:
                due = self._after_working_days(local, value)
            elif unit is _CALENDAR_DAYS:
                due = self._after_calendar_days(local, value)
            else:
                return self._any_due(start, limit, ())
            if due < local:  # its first day counts and the office has closed: the rest of the day is left
                due = due // DAY * DAY + DAY - 1
            return due - self._offsets[bisect_right(self._walls, due)]
        _check(pauses)
        return self._any_due(start, self.resolved(limit), pauses)

    def resolved(self, limit: Limit) -> Limit:
        """``limit``, or what the book says that an instant item is."""
        if limit.unit is not Unit.instant_item:
            return limit
        own, more = self._instant_item, limit.more
        return own.extended(more.value, more.unit) if more is not None else own

    def _any_due(self, start: Instant, limit: Limit, pauses: Pauses) -> Instant:
        """:meth:`due` of every kind of limit but an instant item's."""
        if not is_one(limit):
            assert limit.more is not None
            own = self._any_due(start, Limit(limit.value, limit.unit), pauses)
            return self._in_wall_time(own, limit.more, pauses, self.dates.days_after)
        if limit.unit in NATURAL_TIME:
            return _elapsed(start, limit.value * NATURAL_TIME[limit.unit], pauses)
        if limit.unit is Unit.due_instant:
            limit = Limit(self.clock.to_local(limit.value), Unit.due_instant)
            if not pauses:
                return self.clock.to_instant(limit.value)
        return self._in_wall_time(start, limit, pauses, self.dates.due)

    def _in_wall_time(
        self, start: Instant, limit: Limit, pauses: Pauses, due: Callable[[int, Limit, Sequence[tuple[int, int]]], int]
    ) -> Instant:
        to_local = self.clock.to_local
        return self.clock.to_instant(due(to_local(start), limit, [(to_local(from_), to_local(to)) for from_, to in pauses]))

    def _after_working_days(self, local: int, value: int) -> int:
        day = local // DAY
        index = day - self._first
        if index < 0 or index >= self._days:
            raise self.calendar.uncovered(day)
        time_of_day = local - day * DAY
        before = self._before
        ordinal = before[index]
        if before[index + 1] == ordinal:  # not worked
            if self._rolls:
                time_of_day = self._opening
            elif not self._skip:
                ordinal -= 1
        elif self._rolls:
            bounds = self._bounds or self._hours[ordinal].bounds
            at = bisect_right(bounds, time_of_day)
            if not at & 1:  # before, between or after the sessions
                if at == len(bounds):
                    ordinal += 1
                    at = 0
                time_of_day = bounds[at]
        ordinal += value - self._skip
        if ordinal >= len(self._working):
            raise self.calendar.uncovered(self._first + self._days)
        end = self._end
        return self._working[ordinal] * DAY + (time_of_day if end is None else end)

    def _after_calendar_days(self, local: int, value: int) -> int:
        day = local // DAY
        time_of_day = local - day * DAY
        day += value - self._skip
        if self._rolls_last:
            index = day - self._first
            if index < 0 or index >= self._days:
                raise self.calendar.uncovered(day)
            ordinal = self._before[index]
            if self._before[index + 1] == ordinal:
                day = self.calendar.day_at(ordinal)
        end = self._end
        return day * DAY + (time_of_day if end is None else end)

    def before(self, due: Instant, limit: Limit) -> Instant:
        """The instant ``limit`` ahead of ``due``, for warnings: "2 working days before", at the same time of day.

        Working hours and minutes are taken off in office time; the instant is an opening rather than the closing before it.
        """
        local = self.clock.to_local(due)
        if not limit.value:
            return due
        if limit.unit is Unit.working_days:
            day = self.calendar.day_at(self.calendar.ordinal_of(local // DAY) - limit.value)
            return self.clock.to_instant(day * DAY + local % DAY)
        if limit.unit in OFFICE_TIME:
            axis = self.dates.axis
            point = axis.office_at(local) - limit.value * OFFICE_TIME[limit.unit]
            return self.clock.to_instant(axis.local_of_office(point, latest=True))
        if limit.unit in NATURAL_TIME:
            return due - limit.value * NATURAL_TIME[limit.unit]
        return self.clock.to_instant(self.dates.after_natural(local, limit, -1))

    def after(self, due: Instant, limit: Limit) -> Instant:
        """The instant ``limit`` past ``due``, for cards: "more than 3 days over", at the same time of day."""
        local = self.clock.to_local(due)
        if not limit.value:
            return due
        if limit.unit is Unit.working_days:
            day = self.calendar.day_at(self.calendar.ordinal_of_next(local // DAY) + limit.value - 1)
            return self.clock.to_instant(day * DAY + local % DAY)
        if limit.unit in OFFICE_TIME:
            axis = self.dates.axis
            point = axis.office_at(local) + limit.value * OFFICE_TIME[limit.unit]
            return self.clock.to_instant(axis.local_of_office(point))
        if limit.unit in NATURAL_TIME:
            return due + limit.value * NATURAL_TIME[limit.unit]
        return self.clock.to_instant(self.dates.after_natural(local, limit))

    def fraction(self, start: Instant, due: Instant, num: int, den: int, unit: Unit, pauses: Pauses = ()) -> Instant:
        """The instant by which ``num/den`` of the counted time from ``start`` to ``due`` is used (Jiangsu warns at 4/5).

        Counted time is office time for working days and hours, instant items and due instants, else all time. Pauses are taken
        out to the millisecond. Never before ``start`` nor after ``due``; ``due`` itself where no counted time lies between them.
        """
        to_local, axis = self.clock.to_local, self.dates.axis
        at = axis.office_at if unit in _WORKING else int
        back = axis.local_of_office if unit in _WORKING else int
        begin, end = at(to_local(start)), at(to_local(due))
        spans = [(at(to_local(from_)), at(to_local(to))) for from_, to in _within(start, due, pauses)]
        total = end - begin - sum(to - from_ for from_, to in spans)
        if total <= 0:
            return due
        point = begin - (-total * num // den)
        for from_, to in spans:
            if from_ >= point:
                break
            point += to - from_
        return min(max(self.clock.to_instant(back(point)), start), due)

    def day_of(self, instant: Instant) -> date:
        """The local date of an instant."""
        return self.clock.day_of(instant)

    def covers(self, instant: Instant) -> bool:
        """Whether the calendar says anything about the local date of an instant."""
        return self.calendar.covers(self.day_of(instant))

    def in_office(self, instant: Instant) -> bool:
        """Whether the office is open: a working day, within a session."""
        day, time_of_day = divmod(self.clock.to_local(instant), DAY)
        return self.dates.is_worked(day) and self.hours.on(self.day_of(instant)).is_open(time_of_day)

    def opens_within(self, first: Instant, last: Instant) -> bool:
        """Whether the office is open at any instant from ``first`` to ``last``, both counted."""
        if self.in_office(first) or self.in_office(last):
            return True
        at = self.dates.axis.office_at
        return at(self.clock.to_local(first)) < at(self.clock.to_local(last))


def is_one(limit: Limit) -> bool:
    """Whether ``limit`` is counted in one go: nothing was granted beyond it, or calendar days beyond other natural ones."""
    return limit.more is None or (limit.unit in NATURAL and limit.more.unit is _CALENDAR_DAYS)


def _elapsed(start: Instant, length: int, pauses: Pauses) -> Instant:
    due = start + length
    for from_, to in pauses:
        if from_ >= due:
            break
        due += max(to - max(from_, start), 0)
    return due


def _check(pauses: Pauses) -> None:
    """Out of order, pauses would be counted wrongly in silence; that is a bug of the caller's."""
    last = None
    for from_, to in pauses:
        if to < from_ or (last is not None and from_ < last):
            raise ValueError(f"pauses must be sorted, disjoint and each end after it begins: {list(pauses)}")
        last = to


def _within(start: int, end: int, pauses: Pauses) -> Pauses:
    _check(pauses)
    return [(max(from_, start), min(to, end)) for from_, to in pauses if to > start and from_ < end]
