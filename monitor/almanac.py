"""The almanac of this machine: zones as ``zoneinfo`` has them, China's calendar as the ``chinese_calendar`` package has it.

The core reads no files and no packages of others: whoever reads a book hands :data:`ALMANAC` to it.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

from rules.errors import BadRuleBook
from rules.instant import Instant, to_instant
from rules.worktime import Almanac, Calendar, WallClock

_FIRST_YEAR, _LAST_YEAR = 1960, 2100
_STEP = timedelta(days=7)  # no zone changes its offset twice within a week
_SECOND = timedelta(seconds=1)
_MILLISECOND = timedelta(milliseconds=1)


@lru_cache(maxsize=64)
def wall_clock(zone: str) -> WallClock:
    """The clock of an IANA key such as ``Asia/Shanghai``, good for the years 1960 to 2100.

    A key that no zone has is a ``BadRuleBook``.
    """
    try:
        info = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as problem:
        raise BadRuleBook("zone", [f"{zone!r} is no time zone: give an IANA key such as 'Asia/Shanghai'"]) from problem
    changes, offsets = _transitions(info)
    return WallClock(zone, info, changes, offsets)


@lru_cache(maxsize=1)
def china() -> Calendar:
    """The State Council's yearly tables as the ``chinese_calendar`` package holds them, for exactly its years."""
    tables = chinese_calendar.constants
    chinese = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    holidays = {day: chinese[english] for day, english in tables.holidays.items()}
    workdays = {day: chinese[english] for day, english in tables.workdays.items()}
    return Calendar("cn", {day.year for day in holidays}, holidays, workdays)


ALMANAC = Almanac(wall_clock, china)


def _transitions(zone: tzinfo) -> tuple[list[Instant], list[int]]:
    """Every change of the zone's offset, found by looking once a week and halving the weeks that differ, and all offsets."""
    low, end = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    changes: list[Instant] = []
    offsets = [_offset(zone, low)]
    while low < end:
        high = low + _STEP
        if _offset(zone, high) != offsets[-1]:
            change = _change_between(zone, low, high)
            changes.append(to_instant(change))
            offsets.append(_offset(zone, change))
        low = high
    return changes, offsets


def _offset(zone: tzinfo, when: datetime) -> int:
    shift = when.astimezone(zone).utcoffset()
    return 0 if shift is None else shift // _MILLISECOND


def _change_between(zone: tzinfo, low: datetime, high: datetime) -> datetime:
    """The first second in (low, high] with another offset than at ``low``."""
    before = _offset(zone, low)
    seconds = (high - low) // _SECOND
    known = 0
    while seconds - known > 1:
        middle = (known + seconds) // 2
        if _offset(zone, low + timedelta(seconds=middle)) == before:
            known = middle
        else:
            seconds = middle
    return low + timedelta(seconds=seconds)
