"""Which days are worked: weekends, statutory holidays, and the weekend days worked in exchange for them (调休).

A calendar knows the years it covers and says so: a day in any other year is an ``UncoveredDate``, never a guess. It holds
prefix sums, so "the 20th working day from here" is two look-ups however far away it lies.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import accumulate
from types import MappingProxyType

from rules.errors import BadRuleBook, UncoveredDate
from rules.worktime.zone import epoch_day, from_epoch_day

SATURDAY_SUNDAY = frozenset({5, 6})


class Calendar:
    """The working days of consecutive years; immutable.

    ``first`` is the epoch day the cover begins on. ``before[i]`` is the number of working days in the ``i`` days from there on;
    it has one more entry than there are days. ``working[k]`` is the epoch day of working day ``k``: each is the other's inverse.
    ``version`` is a hash of all that decides or names a day, so a changed calendar is noticed.
    """

    __slots__ = ("before", "first", "holidays", "name", "version", "weekend", "workdays", "working", "years")

    def __init__(
        self,
        name: str,
        years: Iterable[int],
        holidays: Mapping[date, str],
        workdays: Mapping[date, str],
        weekend: frozenset[int] = SATURDAY_SUNDAY,
    ) -> None:
        """``holidays`` and ``workdays`` (make-up days) map a day to its name; ``weekend`` holds ``date.weekday()``s.

        Raises ``BadRuleBook`` with every defect: no or interrupted years, a day outside them, a day in both tables, a
        make-up day that is worked anyway.
        """
        self.name = name
        self.years = tuple(sorted(set(years)))
        self.weekend = weekend
        self.holidays = MappingProxyType(dict(sorted(holidays.items())))
        self.workdays = MappingProxyType(dict(sorted(workdays.items())))
        if defects := self._defects():
            raise BadRuleBook(f"calendar {name!r}", defects)
        self.first = epoch_day(date(self.years[0], 1, 1))
        end = epoch_day(date(self.years[-1] + 1, 1, 1))
        worked = [self._is_worked(from_epoch_day(day)) for day in range(self.first, end)]
        self.before = (0, *accumulate(worked))
        self.working = tuple(self.first + index for index, yes in enumerate(worked) if yes)
        self.version = self._hash()

    def covers(self, day: date) -> bool:
        """Whether this calendar says anything about ``day``."""
        return self.years[0] <= day.year <= self.years[-1]

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked; ``UncoveredDate`` if its year is not covered."""
        if not self.covers(day):
            raise UncoveredDate(self.name, day)
        return self._is_worked(day)

    def name_of(self, day: date) -> str:
        """The holiday's name, ``weekend``, the name of the holiday a make-up day is worked for, or '' for a plain day."""
        if not self.covers(day):
            raise UncoveredDate(self.name, day)
        named = self.workdays.get(day) or self.holidays.get(day)
        return named or ("weekend" if day.weekday() in self.weekend else "")

    def uncovered(self, day: int) -> UncoveredDate:
        """The error for an epoch day outside the cover, ready to be raised."""
        return UncoveredDate(self.name, from_epoch_day(day))

    def beyond(self) -> UncoveredDate:
        """The error for what lies after all that is covered, ready to be raised."""
        return self.uncovered(self.first + len(self.before) - 1)

    def day_at(self, ordinal: int) -> int:
        """The epoch day of working day ``ordinal``; ``UncoveredDate`` naming the first missing year beyond either end."""
        if ordinal < 0:
            raise self.uncovered(self.first - 1)
        if ordinal >= len(self.working):
            raise self.beyond()
        return self.working[ordinal]

    def ordinal_of(self, day: int) -> int:
        """How many working days lie before epoch day ``day``: its own ordinal if it is worked, else that of the next one."""
        index = day - self.first
        if not 0 <= index < len(self.before) - 1:
            raise self.uncovered(day)
        return self.before[index]

    def ordinal_of_next(self, day: int) -> int:
        """How many working days lie before or on epoch day ``day``; equal to ``ordinal_of`` exactly if it is not worked."""
        index = day - self.first
        if not 0 <= index < len(self.before) - 1:
            raise self.uncovered(day)
        return self.before[index + 1]

    def _is_worked(self, day: date) -> bool:
        if day in self.workdays:
            return True
        return day.weekday() not in self.weekend and day not in self.holidays

    def _defects(self) -> list[str]:
        if not self.years:
            return ["years: give at least one covered year"]
        whole = range(self.years[0], self.years[-1] + 1)
        defects = [f"years: {year} is missing between {whole[0]} and {whole[-1]}" for year in whole if year not in self.years]
        for key, days in (("holidays", self.holidays), ("workdays", self.workdays)):
            outside = (day for day in days if not self.covers(day))
            defects += [f"{key}: {day} lies in a year that is not covered: add {day.year} to years" for day in outside]
        defects += [f"{day} is in holidays and in workdays" for day in self.holidays if day in self.workdays]
        idle = (day for day in self.workdays if day.weekday() not in self.weekend)
        return defects + [f"workdays: {day} is no weekend day, so it is worked anyway: remove it" for day in idle]

    def _hash(self) -> str:
        tables = [[[str(day), name] for day, name in table.items()] for table in (self.holidays, self.workdays)]
        content = json.dumps([self.years, sorted(self.weekend), tables], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Calendar({self.name!r}, {self.years[0]}-{self.years[-1]}, version {self.version})"
