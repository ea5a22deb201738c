"""Days of the year that no season of the office hours holds, where that looks like an oversight.

The worker judges such a day by the usual ``sessions``. That is meant where a book has a season or two, and usual hours for the
rest. It is not where a season ends with 28 February, where a few days lie between two seasons, or where there are no usual hours.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from monitor.lint import Remark, warning
from rules.book import RuleBook
from rules.worktime import OfficeHours

SHORT = 7
"""Days: a gap between two seasons that is no longer looks forgotten (inference)."""
_ONE_DAY = timedelta(days=1)
_YEAR = [date(2024, 1, 1) + _ONE_DAY * day for day in range(366)]
"""A year that has a 29 February."""
_LEAP = date(2024, 2, 29)


def check_seasons(book: RuleBook, table: Mapping[str, Any]) -> Iterator[Remark]:
    """A warning for each run of such days, on the season before it."""
    hours = book.worktime.hours
    if not hours.seasons:
        return
    has_usual = "sessions" in table.get("office_hours", {})
    for gap in _gaps(hours):
        before = _season(hours, ended=gap[0] - _ONE_DAY)
        key = f"office_hours.seasons[{before}].to"
        usual = "worked by the usual sessions" if has_usual else "open all day, for there are no usual sessions"
        if gap[0] == _LEAP:
            yield warning(key, f'02-29 lies in no season and is {usual}: write "02-29", February\'s last day in every year')
        rest = gap[gap[0] == _LEAP :]
        if rest and (len(rest) <= SHORT or not has_usual):
            days = f"{rest[0]:%m-%d}" if len(rest) == 1 else f"{rest[0]:%m-%d} to {rest[-1]:%m-%d}"
            mend = "move an end, write sessions for the rest of the year, or give them a season of their own if that is meant"
            yield warning(key, f"{days} lie in no season and are {usual}: {mend}")


def _gaps(hours: OfficeHours) -> list[list[date]]:
    """Runs of days in no season, the one over the new year in one piece."""
    runs = [list(days) for free, days in groupby(_YEAR, lambda day: hours.season_of(day) is None) if free]
    if len(runs) > 1 and runs[0][0] == _YEAR[0] and runs[-1][-1] == _YEAR[-1]:
        return [*runs[1:-1], runs[-1] + runs[0]]
    return runs


def _season(hours: OfficeHours, ended: date) -> int:
    """The place of the season that holds the day before a gap."""
    found = hours.season_of(ended if ended in _YEAR else _YEAR[-1])
    assert found is not None
    return found
