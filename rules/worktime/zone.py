"""One time zone as integers: what the wall clock shows at an instant, and back, without a datetime.

"Local milliseconds" are milliseconds since 1970-01-01T00:00 *of the wall clock*: ``local // DAY`` is the local day,
``local % DAY`` the time of day. Adding days to them keeps the time of day across a change to summer time, which is how
limits counted in days behave.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.errors import BadRuleBook
from rules.instant import DAY, to_instant

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
"""``date.toordinal()`` of epoch day 0."""

_FIRST_YEAR, _LAST_YEAR = 1960, 2100
_STEP = timedelta(days=7)  # no zone changes its offset twice within a week
_MILLISECOND = timedelta(milliseconds=1)


def epoch_day(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH_ORDINAL


def from_epoch_day(number: int) -> date:
    """The date of an epoch day."""
    return date.fromordinal(number + EPOCH_ORDINAL)


def add_months(day: int, months: int) -> int:
    """The corresponding epoch day ``months`` later (or earlier); the month's last day where there is none.

    Civil Code art. 202: 到期月的对应日为期间的最后一日；没有对应日的，月末日为期间的最后一日. Each call starts from the
    day given, so 31 January plus two months is 31 March.
    """
    start = from_epoch_day(day)
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    following = date(year + month0 // 11, (month0 + 1) % 12 + 1, 1).toordinal()
    first = date(year, month0 + 1, 1).toordinal()
    return min(first + start.day, following) - 1 - EPOCH_ORDINAL


class _Transitions(NamedTuple):
    instants: tuple[int, ...]  # when the offset changes
    offsets: tuple[int, ...]  # one more than changes
    walls: tuple[int, ...]  # from which local ms on the new offset is the one to subtract


class Clock:
    """The wall clock of one zone, for the years 1960 to 2100 (beyond them the nearest known offset holds).

    A wall time that exists twice means the first of the two; one that does not exist means the instant as many
    milliseconds after the gap began as it lies behind the gap's beginning (PEP 495, ``fold=0``).
    """

    __slots__ = ("changes", "offsets", "walls", "zone")

    def __init__(self, zone: str) -> None:
        """``zone`` is an IANA key such as ``Asia/Shanghai``; an unknown one is a ``BadRuleBook``."""
        self.zone = zone
        self.changes, self.offsets, self.walls = _transitions(zone)

    def to_local(self, instant: int) -> int:
        """Local milliseconds of an instant."""
        return instant + self.offsets[bisect_right(self.changes, instant)]

    def to_instant(self, local: int) -> int:
        """The instant at which the wall clock shows ``local``."""
        return local - self.offsets[bisect_right(self.walls, local)]

    def day_of(self, instant: int) -> date:
        """The local date of an instant."""
        return from_epoch_day(self.to_local(instant) // DAY)


@lru_cache(maxsize=64)
def _transitions(zone: str) -> _Transitions:
    """Every change of the zone's offset, found by looking once a week and halving the weeks that differ."""
    try:
        info = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as problem:
        raise BadRuleBook("zone", [f"{zone!r} is no time zone: give an IANA key such as 'Asia/Shanghai'"]) from problem
    low, end = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    instants: list[int] = []
    offsets = [_offset(info, low)]
    while low < end:
        high = low + _STEP
        if _offset(info, high) != offsets[-1]:
            change = _change_between(info, low, high)
            instants.append(to_instant(change))
            offsets.append(_offset(info, change))
        low = high
    steps = zip(instants, offsets, offsets[1:], strict=False)
    return _Transitions(tuple(instants), tuple(offsets), tuple(at + max(old, new) for at, old, new in steps))


def _offset(zone: ZoneInfo, when: datetime) -> int:
    shift = when.astimezone(zone).utcoffset()
    return 0 if shift is None else shift // _MILLISECOND


def _change_between(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second in (low, high] with another offset than at ``low``."""
    before = _offset(zone, low)
    seconds = (high - low) // timedelta(seconds=1)
    known = 0
    while seconds - known > 1:
        middle = (known + seconds) // 2
        if _offset(zone, low + timedelta(seconds=middle)) == before:
            known = middle
        else:
            seconds = middle
    return low + timedelta(seconds=seconds)
