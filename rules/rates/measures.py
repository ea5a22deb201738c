"""What the counts of a tally come to on each day that is still judged: shares, volumes, paces. No time passes, no card falls."""

from collections.abc import Iterator
from itertools import accumulate
from math import sqrt
from typing import NamedTuple

from rules.book import RateRule, RuleBook
from rules.case import ACCEPTED, IRREGULAR, JUDGED, OVERDUE, REFUSED, SETTLED, WARNED, Cell, Tally, first_day, first_judged
from rules.errors import UncoveredDate

SHARES = {
    "refusal": (REFUSED, SETTLED),
    "overdue": (OVERDUE, JUDGED),
    "irregular": (IRREGULAR, ACCEPTED),
    "warned": (WARNED, ACCEPTED),
}
"""Counters whose shares are looked at: of which, among which."""
VOLUMES = {"volume-month": 1, "volume-year": 12}
"""How many months back a volume is compared with."""
JUDGED_MONTHS = 3
"""The month before the latest day's, its own, and the next, in which silence itself would show."""
_WHOLE = 10_000


class Measure(NamedTuple):
    """A figure at the close of a day. ``value`` is in 1/10 000 (of a whole, or of a standard deviation); ``detail`` is how it
    came about."""

    day: int
    value: int
    detail: str


def measured(tally: Tally, rule: RateRule, book: RuleBook) -> Iterator[Measure]:
    """The days, in order, on which the rule's mildest level is reached."""
    first = first_judged(tally)
    if rule.rate in VOLUMES:
        return _volumes(tally, rule, book, range(first, first + JUDGED_MONTHS))
    days = range(first_day(first), first_day(first + JUDGED_MONTHS))
    return _shares(tally, rule, days) if rule.rate in SHARES else _paces(tally, rule, first, days)


def _rolling(cells: tuple[Cell, ...], column: int, over: int, days: range) -> list[int]:
    """For each of ``days`` the sum over the period of ``over`` days that ends with it, whoever counted."""
    begin = days.start - over
    per_day = [0] * (days.stop - begin)
    for cell in cells:
        if begin <= cell[1] < days.stop:
            per_day[cell[1] - begin] += cell[column]
    sums = (0, *accumulate(per_day))
    return [late - early for early, late in zip(sums[1:], sums[over + 1 :], strict=False)]


def _shares(tally: Tally, rule: RateRule, days: range) -> Iterator[Measure]:
    """Of so many, so many."""
    of, among = SHARES[rule.rate]
    parts = _rolling(tally.days, 2 + of, rule.over, days)
    if not any(parts):
        return
    wholes = _rolling(tally.days, 2 + among, rule.over, days)
    least, share = max(rule.at_least, 1), rule.shares[0]
    for day, part, whole in zip(days, parts, wholes, strict=True):
        if whole >= least and part * _WHOLE >= share * whole:
            value = part * _WHOLE // whole
            detail = f"{rule.rate} share={_percent(value)} count={part} among={whole} over={rule.over}"
            yield Measure(day, value, detail)


def _volumes(tally: Tally, rule: RateRule, book: RuleBook, months: range) -> Iterator[Measure]:
    """Cases accepted in a month, to those of another; per working day where the rule says so."""
    volumes: dict[int, int] = {}
    for cell in tally.months:
        volumes[cell[1]] = volumes.get(cell[1], 0) + cell[2 + ACCEPTED]
    first = min(volumes, default=0)
    for month in months:
        other = month - VOLUMES[rule.rate]
        base, volume = volumes.get(other, 0), volumes.get(month, 0)
        if other <= first or base < rule.at_least:
            continue  # nobody knows whether the first month was counted from its first day
        try:
            change = volume * _length(other, rule, book) * _WHOLE // (base * _length(month, rule, book)) - _WHOLE
        except UncoveredDate:
            return  # nobody can say how many working days it has; judged once the calendar has that year
        if abs(change) >= rule.shares[0]:
            detail = f"{rule.rate} change={_percent(change)} volume={volume} before={base}"
            yield Measure(first_day(month + 1) - 1, abs(change), detail)


def _length(month: int, rule: RateRule, book: RuleBook) -> int:
    """Working days, or 1 where months are compared as they are."""
    if not rule.per_workday:
        return 1
    calendar = book.calendar
    return calendar.ordinal_of(first_day(month + 1)) - calendar.ordinal_of(first_day(month)) or 1


def _paces(tally: Tally, rule: RateRule, first: int, days: range) -> Iterator[Measure]:
    """How far the mean time of a stage lies from its mean in the year before, in its standard deviations then."""
    recent = tuple([pace for pace in tally.day_paces if pace[2] == rule.stage])
    before = [pace for pace in tally.month_paces if pace[2] == rule.stage]
    least = max(rule.at_least, 2)
    visits, minutes = (_rolling(recent, column, rule.over, days) for column in (3, 4))
    if max(visits) < least:
        return
    for month in range(first, first + JUDGED_MONTHS):
        usual, total, squares = (sum(p[column] for p in before if month - 12 <= p[1] < month) for column in (3, 4, 5))
        if usual < least:
            continue
        mean = total / usual
        spread = sqrt(max(squares / usual - mean * mean, 0.0))
        for day in range(first_day(month), first_day(month + 1)):
            number = visits[day - days.start]
            if number < least or not spread:
                continue
            now = minutes[day - days.start] / number
            value = int(abs(now - mean) / spread * _WHOLE)
            if value >= rule.shares[0]:
                detail = (
                    f"stage-pace sigmas={value / _WHOLE:.1f} mean={now / 60:.1f} usual={mean / 60:.1f} spread={spread / 60:.1f} "
                    f"visits={number} over={rule.over}"
                )
                yield Measure(day, value, detail)


def _percent(value: int) -> str:
    return f"{value / 100:.2f}%"
