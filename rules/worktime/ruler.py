"""Counted time as one growing integer: office time laid end to end over a calendar's working days.

Two rulers lie over the same days. On the *day ruler* every working day is ``scale`` long, whatever its office hours. The same
point of another working day is therefore exactly a multiple of ``scale`` away. On the *hour ruler* a day is as long as its
office hours in milliseconds. On both, time outside the office has no length. Friday's closing and Monday's opening are the same
point: an event between them counts from the next work period.
"""

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate
from math import lcm

from rules.instant import DAY
from rules.worktime.calendar import Calendar
from rules.worktime.hours import OfficeHours
from rules.worktime.zone import from_epoch_day


class WorkAxis:
    """The rulers of one calendar and its office hours. Local milliseconds in and out; ``UncoveredDate`` beyond the cover."""

    def __init__(self, calendar: Calendar, hours: OfficeHours) -> None:
        self.calendar = calendar
        self.uniform = not hours.seasons
        if self.uniform:
            self.hours = (hours.usual,) * len(calendar.working)
        else:
            self.hours = tuple(hours.on(from_epoch_day(day)) for day in calendar.working)
        self.scale = lcm(*{hours.length for hours in self.hours})

    @cached_property
    def _office_before(self) -> tuple[int, ...]:
        return (0, *accumulate(hours.length for hours in self.hours))

    def days_at(self, local: int) -> int:
        """The point on the day ruler; ``// scale`` is the ordinal of the working day it lies in or rolls on to."""
        day, time_of_day = divmod(local, DAY)
        ordinal = self.calendar.ordinal_of(day)
        if ordinal == self.calendar.ordinal_of_next(day):
            return ordinal * self.scale
        hours = self.hours[ordinal]
        return ordinal * self.scale + hours.elapsed(time_of_day) * (self.scale // hours.length)

    def local_of_days(self, point: int) -> int:
        """The latest local time at a point of the day ruler: the next opening, not the closing before it."""
        ordinal, rest = divmod(point, self.scale)
        day = self.calendar.day_at(ordinal)
        hours = self.hours[ordinal]
        return day * DAY + hours.opening_at(-(-rest * hours.length // self.scale))

    def office_at(self, local: int) -> int:
        """The point on the hour ruler: office milliseconds since the calendar's first day."""
        day, time_of_day = divmod(local, DAY)
        ordinal = self.calendar.ordinal_of(day)
        before = self._office_before[ordinal]
        if ordinal == self.calendar.ordinal_of_next(day):
            return before
        return before + self.hours[ordinal].elapsed(time_of_day)

    def local_of_office(self, point: int, *, latest: bool = False) -> int:
        """The earliest local time at a point of the hour ruler (a closing), or the latest (the opening after it)."""
        before = self._office_before
        ordinal = (bisect_right(before, point) if latest else max(bisect_left(before, point), 1)) - 1
        day = self.calendar.day_at(ordinal)
        rest, hours = point - before[ordinal], self.hours[ordinal]
        return day * DAY + (hours.opening_at(rest) if latest else hours.closing_at(rest))
