"""What is counted of many cases: per department, window and item, by day and by month (统计).

A *tally* is kept like a case: it has a key, lies in one partition, is woken by time and carries cards. Its facts are counts,
which the workers report (:class:`rules.events.Tallied`). A worker reports *absolute* counts of the cases in one partition of the
events topic, its ``source``. They are the counts once the record at offset ``upto`` has been applied. Those are the same whoever
counts them and however often. A report is joined by replacing what its source said before; one that knows less than what is
known changes nothing. Nothing is added up before a rule asks (:mod:`rules.rates`).

Each loaded rule book has tallies of its own, which end where the next book begins (``until``). What was judged by a book stays
judged by it. What no rule can ask for any more is forgotten.
"""

from collections.abc import Iterable
from datetime import date

import msgspec

from rules.errors import BadEvent
from rules.events import Tallied
from rules.instant import to_instant
from rules.keys import TALLY_KEY
from rules.numbers import Counter

ACCEPTED = Counter.ACCEPTED.value
SETTLED = Counter.SETTLED.value
REFUSED = Counter.REFUSED.value
JUDGED = Counter.JUDGED.value
OVERDUE = Counter.OVERDUE.value
IRREGULAR = Counter.IRREGULAR.value
WARNED = Counter.WARNED.value
COUNTERS = len(Counter)

Cell = tuple[int, ...]
"""``(source, day or month, accepted, settled, refused, judged, overdue, irregular, warned)``."""
Pace = tuple[int, ...]
"""``(source, day or month, stage, visits, minutes, minutes squared)``: how long a stage took, over the visits that ended then."""

LONGEST_DAYS = 31
"""A rolling period may be as long as the longest month."""
_MONTHS = 14
"""Months before this one that are kept: the month a year before the last, and one more to know that it was counted whole."""
_EPOCH = date(1970, 1, 1).toordinal()


class Tally(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The facts of one tally. ``at`` and ``day``: the latest time any source reported at; ``until``: when its book ends (0: it
    does not). Cells are sorted; days and months are numbers, see :func:`month_of`."""

    at: int
    day: int
    until: int
    kind: str
    region: str
    hall: str
    department: str
    window: str
    item: str
    seen: tuple[tuple[int, int], ...] = ()
    days: tuple[Cell, ...] = ()
    months: tuple[Cell, ...] = ()
    day_paces: tuple[Pace, ...] = ()
    month_paces: tuple[Pace, ...] = ()


def month_of(day: int) -> int:
    """The month of a day. Days are counted from 1970-01-01, months from the year 0: ``year * 12 + month - 1``."""
    when = date.fromordinal(day + _EPOCH)
    return when.year * 12 + when.month - 1


def first_day(month: int) -> int:
    """The first day of a month."""
    year, index = divmod(month, 12)
    return date(year, index + 1, 1).toordinal() - _EPOCH


def first_judged(tally: Tally) -> int:
    """The first month that is still judged: the one before the latest day's. What was found earlier stands as it was found."""
    return month_of(tally.day) - 1


def oldest_kept(day: int) -> tuple[int, int]:
    """The oldest day and the oldest month that are kept on ``day``."""
    month = month_of(day)
    return first_day(month - 1) - LONGEST_DAYS, month - _MONTHS


def tallied(known: Tally | None, report: Tallied) -> Tally | None:
    """``known`` with what a worker reports; the same object if it says nothing new."""
    if not report.case.startswith(TALLY_KEY):
        raise BadEvent("invalid_field", f"the key of a tally begins with {TALLY_KEY!r}", "case")
    at = to_instant(report.at)
    place = (report.kind, report.region, report.hall, report.department, report.window, report.item)
    before = known or Tally(at, report.day, report.until, *place)
    seen = dict(before.seen)
    if report.upto <= seen.get(report.source, -1):
        return known
    seen[report.source] = report.upto
    latest = (at, report.day, report.until) if at >= before.at else (before.at, before.day, before.until)
    oldest_day, oldest_month = oldest_kept(latest[1])
    source, whole = report.source, report.whole
    return Tally(
        *latest,
        *place,
        tuple(sorted(seen.items())),
        _replaced(before.days, report.days, source, whole, oldest_day),
        _replaced(before.months, report.months, source, whole, oldest_month),
        _replaced(before.day_paces, report.day_paces, source, whole, oldest_day, key=3),
        _replaced(before.month_paces, report.month_paces, source, whole, oldest_month, key=3),
    )


def _replaced(
    known: tuple[Cell, ...], reports: Iterable[tuple[int, ...]], source: int, whole: bool, oldest: int, *, key: int = 2
) -> tuple[Cell, ...]:
    """The cells with those the source has reported anew. ``whole``: it has no others. Empty and old ones are dropped."""
    cells = {cell[:key]: cell for cell in known if cell[1] >= oldest and not (whole and cell[0] == source)}
    for counts in reports:
        cell = (source, *counts)
        if counts[0] < oldest or not any(counts[key - 1 :]):
            cells.pop(cell[:key], None)
        else:
            cells[cell[:key]] = cell
    return tuple([cells[place] for place in sorted(cells)])
