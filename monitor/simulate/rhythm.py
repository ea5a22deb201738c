"""When people in a hall do things: a working-time axis bent by the rhythm of the day.

A ``point`` is a real number. Its whole part counts working days of China's calendar. Its fraction is how much of that day's work
is done. Equal fractions are equal work, so points drawn evenly come out with the day's peaks. Adding 10.0 to a point is ten
working days later at the same time of day. A limit counted to the second is counted so, too.
"""

from bisect import bisect_right
from datetime import datetime, timedelta, timezone
from itertools import accumulate

from monitor.almanac import china
from rules.instant import DAY, HOUR, MINUTE, SECOND
from rules.worktime import Calendar, from_epoch_day

ZONE = timezone(timedelta(hours=8), "CST")
"""China's time: one offset all year since 1991."""
_OFFSET = 8 * HOUR

_AT = [minutes * MINUTE for minutes in (540, 600, 660, 690, 720, 810, 870, 960, 990, 1020)]
"""09:00, 10, 11, 11:30, 12 and 13:30, 14:30, 16, 16:30, 17:00; the office is closed between 12 and half past one."""
_SHARE = [0.22, 0.22, 0.07, 0.04, 0.0, 0.12, 0.24, 0.06, 0.03]
"""Share of the day's work between two of them."""
_UNTIL = [0.0, *accumulate(_SHARE)]

OPENS, CLOSES = _AT[0], _AT[-1]
LUNCH = (_AT[4], _AT[5])

_AWAKE = [minutes * MINUTE for minutes in (0, 60, 420, 540, 720, 840, 1080, 1320, 1440)]
_ONLINE = [0.0, *accumulate([0.03, 0.02, 0.08, 0.22, 0.12, 0.23, 0.24, 0.06])]
"""The same for people at home: mostly by day and in the evening, a few at night."""


class Rhythm:
    """Points to instants and back, over the years the calendar covers."""

    def __init__(self, calendar: Calendar | None = None) -> None:
        self._calendar = calendar or china()
        self._working = self._calendar.working

    @property
    def end(self) -> int:
        """The first instant the calendar does not cover."""
        return (self._calendar.first + len(self._calendar.before) - 1) * DAY - _OFFSET

    def is_workday(self, day: int) -> bool:
        """Whether epoch day ``day`` is worked; ``UncoveredDate`` outside the calendar."""
        return self._calendar.is_workday(from_epoch_day(day))

    def first_point(self, day: int) -> int:
        """The opening of epoch day ``day``, or of the next working day if it is not one."""
        return self._calendar.ordinal_of(day)

    def instant(self, point: float) -> int:
        """The instant of a point, on the whole second; the calendar's end for anything beyond it."""
        day = int(point)
        if day >= len(self._working):
            return self.end
        return self._working[day] * DAY - _OFFSET + _time_of(point - day, _UNTIL, _AT)

    def point(self, instant: int) -> float:
        """The point at ``instant``, or the next opening when the office is closed then."""
        day, time = divmod(instant + _OFFSET, DAY)
        if time >= CLOSES:
            return self._calendar.ordinal_of_next(day)
        point = self._calendar.ordinal_of(day)
        if time <= OPENS or self._calendar.ordinal_of_next(day) == point:
            return point
        index = bisect_right(_AT, time) - 1
        done = (time - _AT[index]) / (_AT[index + 1] - _AT[index])
        return point + _UNTIL[index] + done * _SHARE[index]


def online_instant(day: int, draw: float) -> int:
    """When on epoch day ``day`` somebody at home does something; ``draw`` is even in [0, 1)."""
    return day * DAY - _OFFSET + _time_of(draw, _ONLINE, _AWAKE)


def day_of(instant: int) -> int:
    """The epoch day of an instant, in China."""
    return (instant + _OFFSET) // DAY


def midnight_of(day: int) -> int:
    """The instant at which epoch day ``day`` begins in China."""
    return day * DAY - _OFFSET


def is_office_time(instant: int) -> bool:
    """Whether the hour is one at which the hall is open; says nothing about the day."""
    time = (instant + _OFFSET) % DAY
    return OPENS <= time < CLOSES and not LUNCH[0] <= time < LUNCH[1]


def until_morning(instant: int) -> int:
    """The same instant by day or in the evening; at night (21:00 to 08:00) the morning after, a while past eight."""
    day, time = divmod(instant + _OFFSET, DAY)
    if 8 * HOUR <= time < 21 * HOUR:
        return instant
    return (day + (time >= 21 * HOUR)) * DAY + 8 * HOUR + time % (30 * MINUTE) - _OFFSET


def as_datetime(instant: int) -> datetime:
    """The wall-clock time of an instant, as events carry it."""
    return datetime.fromtimestamp(instant / SECOND, ZONE)


def _time_of(fraction: float, until: list[float], at: list[int]) -> int:
    """Time of day, whole seconds in milliseconds, when ``fraction`` of the day's work is done."""
    index = min(bisect_right(until, fraction), len(at) - 1) - 1
    share = (fraction - until[index]) / (until[index + 1] - until[index])
    return (at[index] + int(share * (at[index + 1] - at[index]))) // SECOND * SECOND
