"""How long a limit is and how it is counted. See :mod:`rules.worktime` for what follows from it."""

import re
from enum import StrEnum
from typing import Literal

import msgspec

from rules.instant import HOUR, MINUTE

_FORMS = (
    "give a whole number and a unit: 20d (days), 10wd (working days), 3mo (months), 1y (years), 4wh (working hours), "
    "15wm (working minutes)"
)
LIMIT_FORM = r"(\d{1,4})(d|wd|mo|y|wh|wm)"
"""A limit in short, as a regular expression."""
_SHORT = re.compile(LIMIT_FORM)


class Unit(StrEnum):
    """What a limit is counted in: the units that deployed supervision systems know, hours for stages, and minutes for windows."""

    calendar_days = "calendar_days"
    working_days = "working_days"
    months = "months"
    years = "years"
    working_hours = "working_hours"
    working_minutes = "working_minutes"


_SUFFIX = {
    Unit.calendar_days: "d",
    Unit.working_days: "wd",
    Unit.months: "mo",
    Unit.years: "y",
    Unit.working_hours: "wh",
    Unit.working_minutes: "wm",
}
_UNIT = {suffix: unit for unit, suffix in _SUFFIX.items()}
OFFICE_TIME = {Unit.working_hours: HOUR, Unit.working_minutes: MINUTE}
"""Units that are counted in office time itself, and their length in milliseconds."""
_MOST = {Unit.months: 1200, Unit.years: 100}
"""A century. Beyond it lie years that no date has (9999y from now), which a slip of the keyboard must not lead to."""


class Limit(msgspec.Struct, frozen=True, array_like=True):
    """``value`` units; 0 is an instant item (即办件), due the same day, and never skipped."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError(f"a limit cannot be negative ({self.value}): {_FORMS}")

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """``10wd``, ``20d``, ``3mo``, ``1y``, ``4wh``, ``15wm``; anything else, or more than a century, is a ``ValueError`` that
        says these forms."""
        short = _SHORT.fullmatch(text.strip())
        if short is None:
            raise ValueError(f"{text!r} is no limit: {_FORMS}")
        value, unit = int(short[1]), _UNIT[short[2]]
        if value > _MOST.get(unit, value):
            raise ValueError(f"{text!r} is longer than a century: {_FORMS}")
        return cls(value, unit)

    def __str__(self) -> str:
        return f"{self.value}{_SUFFIX[self.unit]}"


class Counting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule book's choice where places differ. The defaults are the Civil Code's (art. 200-204) and Jiangsu's.

    - ``ends``: ``day_end``, ``closing_time`` or ``second``. ``day_end`` is the last day's 23:59:59.999 (art. 203).
      ``closing_time`` is the end of its office hours. ``second`` is the time of day the count began at (Hunan; Boston).
    - ``first_day_counts``: art. 201 says no. It has no meaning with ``ends = "second"`` and is refused there.
    - ``roll_last_day``: a limit in days, months or years whose last day is not worked ends on the next day that is (art. 203).
      Limits in working days end on one anyway.
    - ``roll_start`` is of limits in working days or hours that begin outside office hours. They count from the next work period,
      as if they began then (Jiangsu; Boston). Limits in days, months and years are not touched.
    """

    ends: Literal["second", "day_end", "closing_time"] = "day_end"
    first_day_counts: bool = False
    roll_last_day: bool = True
    roll_start: bool = True

    def __post_init__(self) -> None:
        if self.first_day_counts and self.ends == "second":
            raise ValueError('first_day_counts means nothing with ends = "second": choose one of the two')
