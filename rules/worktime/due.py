"""Due instants in local milliseconds, every convention, pauses included. The quick common case is in ``worktime``.

Pauses lengthen a limit. One that ends to the second grows by exactly the counted time that lies in them. One that ends with a
day grows by whole days. The day a case is suspended on is not counted, the day it is resumed on is. A pause that begins only
after the limit has run out changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence

from rules.instant import DAY
from rules.worktime.calendar import Calendar
from rules.worktime.hours import OfficeHours
from rules.worktime.limit import OFFICE_TIME, TO_THE_SECOND, Counting, Limit, Unit
from rules.worktime.ruler import WorkAxis
from rules.worktime.zone import add_months, from_epoch_day

Interval = tuple[int, int]
"""``[from, to)`` in local milliseconds, epoch days or ordinals of working days, as the place says."""

NATURAL = frozenset({Unit.calendar_days, Unit.months, Unit.years})


class DueDates:
    """The limits of one calendar, its office hours and one way of counting, on the wall clock of one place."""

    def __init__(self, calendar: Calendar, hours: OfficeHours, counting: Counting) -> None:
        self.calendar = calendar
        self.hours = hours
        self.counting = counting
        self.axis = WorkAxis(calendar, hours if counting.roll_start else OfficeHours())

    def due(self, start: int, limit: Limit, pauses: Sequence[Interval]) -> int:
        """Local milliseconds at which ``limit`` has run out: the last ones that are still in time.

        Not of natural hours, which no wall clock counts, nor of an instant item, of which the book says what it is.
        """
        unit = limit.unit
        if unit is Unit.due_instant:
            return self._given(start, limit.value, pauses)
        if not limit.value and limit.more is None and unit is not Unit.working_days:
            return start if unit in OFFICE_TIME else self._that_day(start, pauses)
        if unit in OFFICE_TIME:
            return self._office_time(start, limit.value * OFFICE_TIME[unit], pauses)
        if self.counting.ends == "second" and (limit.value or unit in NATURAL):
            if unit is Unit.working_days:
                return self._working_second(start, limit, pauses)
            return self._natural_second(start, limit, pauses, self.rolled)
        day = self.last_day(start, limit, pauses)
        return self.end_of(day, start)

    def days_after(self, due: int, granted: Limit, pauses: Sequence[Interval]) -> int:
        """Local milliseconds at which so many days more have run out, granted for a limit that ended at ``due``."""
        if self.counting.ends == "second":
            return self.due(due, granted, pauses)
        return self.end_of(self.last_day_after(due, granted, pauses, self.rolled), due)

    def last_day_after(self, due: int, granted: Limit, pauses: Sequence[Interval], rolled: Callable[[int], int]) -> int:
        """The epoch day on which days granted end that end with a day; the first is that after the day of ``due``."""
        first = self.first_after(due, granted)
        if granted.unit is Unit.working_days:
            return self._working_last(first, granted.value, pauses, due)
        spans = [self.paused_days(pause) for pause in pauses if pause[1] > due]
        return _prolonged(first + granted.value - 1, first, spans, 1, rolled)

    def first_after(self, due: int, granted: Limit) -> int:
        """The first of the days granted beyond a limit that ended at ``due``: the ordinal of a working day, or an epoch day."""
        day = due // DAY
        return self.calendar.ordinal_of_next(day) if granted.unit is Unit.working_days else day + 1

    def ends_with_a_day(self, limit: Limit) -> bool:
        """Whether ``limit`` ends with a day, by the book or because it has no other length than that day."""
        last = limit.more or limit
        if last.unit in TO_THE_SECOND:
            return False
        if not last.value and last.unit in NATURAL:
            return self.counting.zero_days == "day_end"
        return self.counting.ends != "second" or not last.value

    def start_point(self, start: int) -> int:
        """Where on the day ruler a limit in working days begins, rolled into the next work period or not."""
        day, time_of_day = divmod(start, DAY)
        if self.counting.roll_start or self.is_worked(day):
            return self.axis.days_at(start)
        # Not rolled: the point as far into the working day before, so that the next one is the first to count.
        return (self.calendar.ordinal_of(day) - 1) * self.axis.scale + time_of_day

    def first_counted(self, start: int, limit: Limit) -> int:
        """The first day that counts: the ordinal of a working day, or for natural units an epoch day."""
        skipped = int(not self.counting.first_day_counts)
        if limit.unit in NATURAL:
            return start // DAY + skipped
        if not limit.value:
            skipped = 0  # it ends with the working day it began on
        if self.counting.roll_start:
            return self.axis.days_at(start) // self.axis.scale + skipped
        day = start // DAY
        return self.calendar.ordinal_of_next(day) if skipped else self.calendar.ordinal_of(day)

    def unrolled_last_day(self, start: int, limit: Limit, pauses: Sequence[Interval]) -> int:
        """The epoch day the count itself ends on, before a day that is not worked pushes it on."""
        if self.counting.ends == "second" and limit.unit in NATURAL:
            return self._natural_second(start, limit, pauses, same_day) // DAY
        return self._counted_to(start, limit, pauses, same_day)

    def last_day(self, start: int, limit: Limit, pauses: Sequence[Interval]) -> int:
        """The epoch day on which a limit that ends with a day ends."""
        return self._counted_to(start, limit, pauses, self.rolled)

    def rolled(self, day: int) -> int:
        """``day``, or the next working day if the rule book rolls last days and it is none."""
        return self.calendar.day_at(self.calendar.ordinal_of(day)) if self.counting.roll_last_day else day

    def is_worked(self, day: int) -> bool:
        """Whether that epoch day is a working day."""
        return self.calendar.ordinal_of(day) != self.calendar.ordinal_of_next(day)

    def end_of(self, day: int, start: int) -> int:
        """When a limit ends on ``day``; never before it began, which falls back to the end of the day."""
        end = day * DAY + DAY - 1
        if self.counting.ends == "day_end":
            return end
        closing = day * DAY + self.hours.on(from_epoch_day(day)).close
        return closing if closing >= start else end

    def paused_days(self, pause: Interval) -> Interval:
        """The epoch days ``[from, to)`` a pause takes out of a limit that ends with a day.

        Where the day ends with the office, what happens after closing happens on the next day.
        """
        if self.counting.ends == "day_end":
            return pause[0] // DAY, pause[1] // DAY
        # A suspension in the evening does not revive a limit that ended at closing time; nor does a limit end before its case
        # is resumed.
        return self._day_by_closing(pause[0]), self._day_by_closing(pause[1])

    def _day_by_closing(self, local: int) -> int:
        day, time_of_day = divmod(local, DAY)
        return day + int(time_of_day >= self.hours.on(from_epoch_day(day)).close)

    def _counted_to(self, start: int, limit: Limit, pauses: Sequence[Interval], rolled: Callable[[int], int]) -> int:
        first = self.first_counted(start, limit)
        if limit.unit in NATURAL:
            last = self._natural_last(start, limit)
            return _prolonged(last, first, [self.paused_days(pause) for pause in pauses], 1, rolled)
        return self._working_last(first, max(limit.value, 1), pauses, start)

    def _working_last(self, first: int, value: int, pauses: Sequence[Interval], start: int) -> int:
        """The epoch day of the ``value``-th working day from the ordinal ``first`` on, pauses after ``start`` left out."""
        ordinal, day_at = self.calendar.ordinal_of, self.calendar.day_at
        last = first + value - 1
        for from_, to in [self.paused_days(pause) for pause in pauses if pause[1] > start]:
            if from_ > day_at(last):
                break  # what begins after the limit may end in a year nobody has a calendar for
            last += max(ordinal(to) - max(ordinal(from_), first), 0)
        return day_at(last)

    def _that_day(self, start: int, pauses: Sequence[Interval]) -> int:
        """No days at all (``0d``): the end of that very day, worked or not, or at once where the book says so."""
        if self.counting.zero_days == "second":
            return start
        day = start // DAY
        last = _prolonged(day, day, [self.paused_days(pause) for pause in pauses], 1, same_day)
        return self.end_of(last, start) if self.counting.ends == "closing_time" else last * DAY + DAY - 1

    def _given(self, start: int, given: int, pauses: Sequence[Interval]) -> int:
        """A due instant that was given: what was left of the working time before it is left after each pause.

        One outside office hours keeps its time of day, so that a whole day paused is a whole day more. None lies in a pause.
        """
        at, back = self.axis.office_at, self.axis.local_of_office
        due, point = given, at(given) if pauses else 0
        for from_, to in _since(start, pauses):
            if from_ >= due:
                break
            point += at(to) - at(from_)  # of all pauses together: many short ones are no day each
            moved = back(point)
            if back(at(given)) < given:
                moved = max(moved, moved // DAY * DAY + given % DAY)
            due = max(due, moved, to)
        return due

    def _natural_last(self, start: int, limit: Limit) -> int:
        last = self.after_natural(start, limit) // DAY
        if not self.counting.first_day_counts:
            return last
        # A month cut short for want of the corresponding day ends with its last day either way.
        own = last - (limit.more.value if limit.more is not None else 0)
        cut = limit.unit is not Unit.calendar_days and from_epoch_day(own).day < from_epoch_day(start // DAY).day
        return last - int(not cut)

    def _office_time(self, start: int, length: int, pauses: Sequence[Interval]) -> int:
        at, back = self.axis.office_at, self.axis.local_of_office
        point = at(start) + length
        due = back(point)
        for from_, to in _since(start, pauses):
            if from_ >= due:
                break
            point += at(to) - at(from_)
            due = back(point)
        return due

    def _working_second(self, start: int, limit: Limit, pauses: Sequence[Interval]) -> int:
        at, back = self.axis.days_at, self.axis.local_of_days
        point = self.start_point(start) + limit.value * self.axis.scale
        due = back(point)
        for from_, to in _since(start, pauses):
            if from_ >= due:
                break
            point += at(to) - at(from_)
            due = back(point)
        return due

    def _natural_second(self, start: int, limit: Limit, pauses: Sequence[Interval], rolled_day: Callable[[int], int]) -> int:
        def rolled(last: int) -> int:
            day, time_of_day = divmod(last + 1, DAY)
            return rolled_day(day) * DAY + time_of_day - 1

        # A pause that begins in the due millisecond itself comes too late, hence the one taken off and put back.
        return _prolonged(self.after_natural(start, limit) - 1, start, pauses, DAY, rolled) + 1

    def after_natural(self, local: int, limit: Limit, sign: int = 1) -> int:
        """``limit`` days, months or years on (or back, with ``sign`` -1), at the same time of day."""
        if limit.unit is Unit.calendar_days:
            return local + sign * limit.value * DAY
        months = limit.value * (12 if limit.unit is Unit.years else 1)
        days = limit.more.value if limit.more is not None else 0
        return (add_months(local // DAY, sign * months) + days) * DAY + local % DAY


def same_day(day: int) -> int:
    """What rolls nothing."""
    return day


def _since(start: int, pauses: Iterable[Interval]) -> Iterable[Interval]:
    return ((max(from_, start), to) for from_, to in pauses if to > start)


def _prolonged(last: int, first: int, pauses: Sequence[Interval], step: int, rolled: Callable[[int], int]) -> int:
    """``last`` moved on by every pause that begins by then, and rolled on to a working day.

    ``step`` is a day in the unit of the other arguments.
    """
    due = rolled(last)
    for from_, to in _since(first, pauses):
        if from_ > due:
            break
        if from_ <= last:
            last += to - from_
            due = max(due, rolled(last))  # rolling keeps the time of day, so a later end may roll to an earlier one
        elif to > due:
            # Between ``last`` and the working day it rolls to lies grace, not counted. A pause that begins there takes nothing
            # away, but the limit does not end before it is over.
            due = rolled(due - (due - to) // step * step)
    return due
