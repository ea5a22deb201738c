"""What a rule book refers to by name and the core does not know: zones and the national calendar. They are handed in."""

from collections.abc import Callable
from typing import NamedTuple

from rules.worktime.calendar import Calendar
from rules.worktime.zone import WallClock


class Almanac(NamedTuple):
    """Where zones and calendars come from when a book or a calendar is read. Both are asked for only as they are needed."""

    wall_clock: Callable[[str], WallClock]
    """The clock of an IANA key, the same one each time; ``BadRuleBook`` where there is no such zone."""

    national: Callable[[], Calendar]
    """The State Council's calendar, which books and other calendars call ``cn``."""
