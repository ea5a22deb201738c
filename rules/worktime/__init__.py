"""When a limit is over: zones, calendars, office hours, and the arithmetic that shows how a due instant came about."""

from rules.worktime.arithmetic import LabelledPause, Span
from rules.worktime.calendar import Calendar, china, from_dict
from rules.worktime.limit import OFFICE_TIME, Limit, Unit
from rules.worktime.worktime import Worktime
from rules.worktime.zone import from_epoch_day

__all__ = [
    "OFFICE_TIME",
    "Calendar",
    "LabelledPause",
    "Limit",
    "Span",
    "Unit",
    "Worktime",
    "china",
    "from_dict",
    "from_epoch_day",
]
