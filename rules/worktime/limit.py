"""How long a limit is and how it is counted. See :mod:`rules.worktime` for what follows from it."""

import re
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Literal

import msgspec

from rules.instant import HOUR, MINUTE, isoformat, to_instant

_FORMS = (
    "give a whole number and a unit: 20d (days), 10wd (working days), 3mo (months), 1y (years), 4wh (working hours), "
    "15wm (working minutes), 24h (hours by night and day), 30min (such minutes), or instant"
)
LIMIT_FORM = r"(\d{1,4})(d|wd|mo|y|wh|wm|h|min)|instant"
"""A limit in short, as a regular expression."""
_SHORT = re.compile(LIMIT_FORM)
_INSTANT = "instant"
GIVEN = "@"
"""What the text of a due instant begins with that the window system itself gave."""
_AND = " + "


class Unit(StrEnum):
    """What a limit is counted in: the units that deployed supervision systems know, hours for stages, and minutes for windows.

    Two are no units of counting. ``instant_item`` is done while the applicant waits; the book says what that means.
    ``due_instant`` was given by the window system: the value is that instant.
    """

    calendar_days = "calendar_days"
    working_days = "working_days"
    months = "months"
    years = "years"
    working_hours = "working_hours"
    working_minutes = "working_minutes"
    natural_hours = "natural_hours"
    natural_minutes = "natural_minutes"
    instant_item = "instant_item"
    due_instant = "due_instant"


_SUFFIX = {
    Unit.calendar_days: "d",
    Unit.working_days: "wd",
    Unit.months: "mo",
    Unit.years: "y",
    Unit.working_hours: "wh",
    Unit.working_minutes: "wm",
    Unit.natural_hours: "h",
    Unit.natural_minutes: "min",
}
_UNIT = {suffix: unit for unit, suffix in _SUFFIX.items()}
OFFICE_TIME = {Unit.working_hours: HOUR, Unit.working_minutes: MINUTE}
"""Units that are counted in office time itself, and their length in milliseconds."""
NATURAL_TIME = {Unit.natural_hours: HOUR, Unit.natural_minutes: MINUTE}
"""Units that run through nights and holidays, to the millisecond, and their length (民法典 art. 201 ¶2)."""
TO_THE_SECOND = frozenset({*OFFICE_TIME, *NATURAL_TIME, Unit.due_instant})
"""Units that never end with a day, whatever the book says of limits in days."""
DAY_UNITS = {"d": Unit.calendar_days, "wd": Unit.working_days}
"""What days can be, as books write it."""
Granted = Literal["limit", "wd", "d"]
"""What days granted are (``limit``: those of a limit in days, else working ones)."""
_MOST = {Unit.months: 1200, Unit.years: 100}
"""A century. Beyond it lie years that no date has (9999y from now), which a slip of the keyboard must not lead to."""


class Limit(msgspec.Struct, frozen=True, array_like=True):
    """``value`` units, and days granted beyond it where those are counted otherwise (``more``).

    0 is never skipped. ``0wd`` ends with its working day, ``0d`` with that very day, ``0h`` and ``0wh`` at once.
    """

    value: int
    unit: Unit
    more: "Limit | None" = None

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError(f"a limit cannot be negative ({self.value}): {_FORMS}")

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """``10wd``, ``20d``, ``3mo``, ``1y``, ``4wh``, ``15wm``, ``24h``, ``30min``, ``instant``; anything else, or more than a
        century, is a ``ValueError`` that says these forms."""
        short = _SHORT.fullmatch(text.strip())
        if short is None:
            raise ValueError(f"{text!r} is no limit: {_FORMS}")
        if short[0] == _INSTANT:
            return cls(0, Unit.instant_item)
        value, unit = int(short[1]), _UNIT[short[2]]
        if value > _MOST.get(unit, value):
            raise ValueError(f"{text!r} is longer than a century: {_FORMS}")
        return cls(value, unit)

    @classmethod
    def kept(cls, text: str) -> "Limit":
        """The limit that :meth:`text` wrote: also a due instant (``@2026-03-05T17:00:00+08:00``), also one with days beyond it
        (``1mo + 10wd``). Nobody else writes these, so :meth:`parse` knows none of them."""
        own, _, more = text.partition(_AND)
        given = own.startswith(GIVEN)
        limit = cls(to_instant(datetime.fromisoformat(own[1:])), Unit.due_instant) if given else cls.parse(own)
        return cls(limit.value, limit.unit, cls.parse(more)) if more else limit

    def extended(self, days: int, unit: Unit) -> "Limit":
        """This limit and so many days more, calendar or working ones. Days of its own kind make it longer, others follow it."""
        if not days:
            return self
        return Limit(self.value + days, unit) if unit is self.unit else Limit(self.value, self.unit, Limit(days, unit))

    def granted(self, days: int, counted: Granted) -> "Limit":
        """This limit and so many days more, of the kind that a book says days granted are."""
        own = Unit.calendar_days if self.unit is Unit.calendar_days else Unit.working_days
        return self.extended(days, own if counted == "limit" else DAY_UNITS[counted])

    def text(self, zone: tzinfo) -> str:
        """Its short form; a due instant as the wall clock of ``zone`` shows it."""
        more = f"{_AND}{self.more}" if self.more is not None else ""
        if self.unit is Unit.instant_item:
            return _INSTANT + more
        if self.unit is Unit.due_instant:
            return f"{GIVEN}{isoformat(self.value, zone)}{more}"
        return f"{self.value}{_SUFFIX[self.unit]}{more}"

    def __str__(self) -> str:
        return self.text(UTC)


class Counting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule book's choice where places differ. The defaults are the Civil Code's (art. 200-204) and Jiangsu's.

    - ``ends``: ``day_end``, ``closing_time`` or ``second``. ``day_end`` is the last day's 23:59:59.999 (art. 203).
      ``closing_time`` is the end of its office hours. ``second`` is the time of day the count began at (Hunan; Boston).
    - ``first_day_counts``: art. 201 says no. It has no meaning with ``ends = "second"`` and is refused there.
    - ``roll_last_day``: a limit in days, months or years whose last day is not worked ends on the next day that is (art. 203).
      Limits in working days end on one anyway.
    - ``roll_start`` is of limits in working days or hours that begin outside office hours. They count from the next work period,
      as if they began then (Jiangsu; Boston). Limits in days, months and years are not touched.
    - ``instant`` is the limit of instant items (即办件). The default is the end of the working day, by which halls count them
      (即日办结率). The source is 许可法 art. 34: on the spot, where that can be.
    - ``zero_days`` is of ``0d``, ``0mo`` and ``0y``. They last to that day's end, or with ``second`` are over at once. So have it
      systems that add N times 24 hours.
    """

    ends: Literal["second", "day_end", "closing_time"] = "day_end"
    first_day_counts: bool = False
    roll_last_day: bool = True
    roll_start: bool = True
    instant: str = "0wd"
    zero_days: Literal["day_end", "second"] = "day_end"

    def __post_init__(self) -> None:
        if Limit.parse(self.instant).unit is Unit.instant_item:
            raise ValueError('instant must be a limit such as "0wd" or "2wh", not "instant" itself')
        if self.first_day_counts and self.ends == "second":
            raise ValueError('first_day_counts means nothing with ends = "second": choose one of the two')
