"""When a limit is over: zones, calendars, office hours, and the arithmetic that shows how a due instant came about."""

from rules.worktime.almanac import Almanac
from rules.worktime.arithmetic import CountedDays, LabelledPause, arithmetic
from rules.worktime.calendar import Calendar
from rules.worktime.calendar_table import parse_calendar
from rules.worktime.hours import OfficeHours
from rules.worktime.limit import (
    DAY_UNITS,
    GIVEN,
    LIMIT_FORM,
    NATURAL_TIME,
    OFFICE_TIME,
    TO_THE_SECOND,
    Counting,
    Granted,
    Limit,
    Unit,
)
from rules.worktime.worktime import Pauses, Worktime
from rules.worktime.zone import WallClock, epoch_day, from_epoch_day

__all__ = [
    "DAY_UNITS",
    "GIVEN",
    "LIMIT_FORM",
    "NATURAL_TIME",
    "OFFICE_TIME",
    "TO_THE_SECOND",
    "Almanac",
    "Calendar",
    "CountedDays",
    "Counting",
    "Granted",
    "LabelledPause",
    "Limit",
    "OfficeHours",
    "Pauses",
    "Unit",
    "WallClock",
    "Worktime",
    "arithmetic",
    "epoch_day",
    "from_epoch_day",
    "parse_calendar",
]
