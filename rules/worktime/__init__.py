"""When a limit is over: zones, calendars, office hours, and the arithmetic that shows how a due instant came about."""

from rules.worktime.almanac import Almanac
from rules.worktime.arithmetic import CountedDays, LabelledPause
from rules.worktime.calendar import Calendar
from rules.worktime.calendar_table import parse_calendar
from rules.worktime.limit import OFFICE_TIME, Limit, Unit
from rules.worktime.worktime import Worktime
from rules.worktime.zone import WallClock, from_epoch_day

__all__ = [
    "OFFICE_TIME",
    "Almanac",
    "Calendar",
    "CountedDays",
    "LabelledPause",
    "Limit",
    "Unit",
    "WallClock",
    "Worktime",
    "from_epoch_day",
    "parse_calendar",
]
