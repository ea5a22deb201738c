"""One time zone as integers: what the wall clock shows at an instant, and back, without a datetime.

"Local milliseconds" are milliseconds since 1970-01-01T00:00 *of the wall clock*: ``local // DAY`` is the local day,
``local % DAY`` the time of day. Adding days to them keeps the time of day across a change to summer time, which is how
limits counted in days behave. When a zone changed its offset is data of others, and handed in (:mod:`rules.worktime.almanac`).
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, tzinfo
from itertools import pairwise

from rules.instant import DAY, Instant

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
"""``date.toordinal()`` of epoch day 0."""


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


class WallClock:
    """The wall clock of one zone. Before the first change handed in, and after the last, the nearest offset holds.

    A wall time that exists twice means the first of the two: 01:30 on the night clocks go back is the first 01:30. One that
    does not exist lies as far behind the gap as behind its beginning: 02:30 on the night clocks go forward is 03:30.
    These are the rules of PEP 495 with ``fold=0``.
    """

    __slots__ = ("changes", "offsets", "tzinfo", "walls", "zone")

    def __init__(self, zone: str, tzinfo: tzinfo, changes: Iterable[Instant], offsets: Iterable[int]) -> None:
        """The clock of ``zone``, an IANA key such as ``Asia/Shanghai``; ``tzinfo`` is the same zone to render times with.

        ``changes`` are the instants from which on another offset holds. ``offsets`` are the milliseconds by which the wall
        clock is ahead of UTC: before the first change, then from each change on.
        """
        self.zone = zone
        self.tzinfo = tzinfo
        self.changes = tuple(changes)
        self.offsets = tuple(offsets)
        steps = zip(self.changes, pairwise(self.offsets), strict=True)
        self.walls = tuple(at + max(old, new) for at, (old, new) in steps)
        """From which local milliseconds on the new offset is the one to subtract."""

    def to_local(self, instant: Instant) -> int:
        """Local milliseconds of an instant."""
        return instant + self.offsets[bisect_right(self.changes, instant)]

    def to_instant(self, local: int) -> Instant:
        """The instant at which the wall clock shows ``local``."""
        return local - self.offsets[bisect_right(self.walls, local)]

    def day_of(self, instant: Instant) -> date:
        """The local date of an instant."""
        return from_epoch_day(self.to_local(instant) // DAY)
