"""The family of rates and volumes: what shows only in many cases (比率、数量), per department, window and item.

| rate | what is compared | source |
|---|---|---|
| refusal | refused among the settled cases of a rolling period | Jiangsu: refusal rate ≥ 2 % |
| overdue | cases past their promise among those judged in a rolling period | Jiangsu: ≥ 1 % warn, ≥ 2 % alarm |
| irregular | cases with an irregular flow found, to the accepted | Jiangsu: irregular flow ≥ 1 % |
| warned | cases with a first alert, to the accepted | inference |
| volume-month | cases accepted in a month, to the month before | Jiangsu: ≥ 10 %, cases leaving the system |
| volume-year | the same, to that month a year before | Jiangsu: ≥ 5 % |
| stage-pace | mean time of a stage in a rolling period, to its usual mean and spread | process mining: ζ·σ from its mean |

A rate is judged at the close of each day, a volume at the close of its month, and the card falls due ``grace`` later: window
systems may report a day late (Xuzhou: 24 hours). There is one card a month, level and rule at most, on the first day that reaches
its level; its cycle is the month, 202609. Fewer than ``at_least`` cases prove nothing, and are not judged.

All of it follows from the counts alone, the days to come included, as they will be if nothing more is reported; so time only
passes, as it does for a case. A clock carries behind the thresholds of its levels the instant from which its reminders and
warnings are over: when the first day after the last that reached a level is judged.
"""

from collections.abc import Iterator
from itertools import accumulate
from math import sqrt
from typing import NamedTuple

from rules.case import NEVER, UNREACHED, Case, Clock, is_standing
from rules.errors import UncoveredDate
from rules.instant import DAY
from rules.rulebook import RateRule, RuleBook
from rules.tally import (
    ACCEPTED,
    IRREGULAR,
    JUDGED,
    OVERDUE,
    REFUSED,
    SETTLED,
    WARNED,
    Cell,
    Tally,
    first_day,
    first_judged,
    month_of,
)

SHARES = {
    "refusal": (REFUSED, SETTLED),
    "overdue": (OVERDUE, JUDGED),
    "irregular": (IRREGULAR, ACCEPTED),
    "warned": (WARNED, ACCEPTED),
}
"""Counters whose shares are looked at: of which, among which."""
VOLUMES = {"volume-month": 1, "volume-year": 12}
"""How many months back a volume is compared with."""
_WHOLE = 10_000


class Measure(NamedTuple):
    """A figure on one day. ``value`` is in 1/10 000 (of a whole, or of a standard deviation); ``detail`` is how it came about."""

    value: int
    detail: str


def rate_clocks(case: Case, rule: RateRule, book: RuleBook) -> Iterator[Clock]:
    """A clock for each month in which the rule's mildest level is reached, of those still judged; and what stands from before."""
    tally = case.tally
    if tally is None or tally.kind not in rule.of:
        return
    first, index = first_judged(tally), book.index_of[rule.id]
    yield from _standing(case, rule, index, cycle_of(first))
    if rule.rate in VOLUMES:
        months = {month: [first_day(month + 1) - 1] for month in range(first, first + 3)}
    else:
        months = {month: list(range(first_day(month), first_day(month + 1))) for month in range(first, first + 3)}
    look = _look(tally, rule, book)
    for month, days in months.items():
        try:
            reached = [(day, measure.value) for day in days if (measure := look(day)) is not None]
            clock = _clock(tally, rule, index, month, reached, book)
        except UncoveredDate:
            continue  # nobody can say what is usual, or when the grace is over; judged once the calendar has that year
        if clock is not None:
            yield clock


def told(tally: Tally, rule: RateRule, due: int, book: RuleBook) -> str:
    """The detail of a card of ``rule`` that fell due at ``due``: the figure, and the counts behind it."""
    look = _look(tally, rule, book)
    first = first_judged(tally)
    for day in range(first_day(first), first_day(first + 3)):
        try:
            measure = look(day) if _due(day, rule, book) == due else None
        except UncoveredDate:
            break
        if measure is not None:
            return measure.detail
    return ""


def cycle_of(month: int) -> int:
    """The cycle of a card found in a month: 202609."""
    return month // 12 * 100 + month % 12 + 1


def _standing(case: Case, rule: RateRule, index: int, first: int) -> Iterator[Clock]:
    """What was found in months that are judged no more stands as long as its cards do."""
    months = {card.cycle for card in case.cards if card.rule == rule.id and card.cycle < first and is_standing(card)}
    for month in sorted(months):
        dues = {card.level: card.due for card in case.cards if card.rule == rule.id and card.cycle == month}
        found = min(dues.values())
        thresholds = [dues.get(level, UNREACHED) for level in rule.levels]
        yield Clock(index, month, found, NEVER, found, (*thresholds, UNREACHED))


def _clock(tally: Tally, rule: RateRule, index: int, month: int, reached: list[tuple[int, int]], book: RuleBook) -> Clock | None:
    """``reached`` holds the days of the month with their figures."""
    reached = [(day, value) for day, value in reached if value >= rule.shares[0] and _in_force(day, tally, book)]
    if not reached:
        return None
    thresholds = []
    for share in rule.shares:
        day = next((day for day, value in reached if value >= share), None)
        thresholds.append(_due(day, rule, book) if day is not None else UNREACHED)
    opening, last = reached[0][0] - rule.over + 1, reached[-1][0]
    if rule.rate in VOLUMES:
        opening, last = first_day(month), first_day(month + 2) - 2  # told until the next month's volume is
    end, found = _due(last + 1, rule, book), _close(reached[0][0], book)
    return Clock(index, cycle_of(month), _close(opening - 1, book), NEVER, found, (*thresholds, end))


def _in_force(day: int, tally: Tally, book: RuleBook) -> bool:
    """Whether the book was in force when the day closed."""
    close = _close(day, book)
    return close > book.effective_from and not 0 < tally.until < close


def _close(day: int, book: RuleBook) -> int:
    """Midnight at the end of a local day."""
    return book.worktime.clock.to_instant((day + 1) * DAY)


def _due(day: int, rule: RateRule, book: RuleBook) -> int:
    return book.worktime.after(_close(day, book), rule.grace)


def _look(tally: Tally, rule: RateRule, book: RuleBook) -> "_Look":
    if rule.rate in SHARES:
        return _Share(tally, rule)
    if rule.rate in VOLUMES:
        return _Volume(tally, rule, book)
    return _Pace(tally, rule)


class _Sums:
    """Sums over rolling periods of days, from cells of many sources."""

    def __init__(self, cells: tuple[Cell, ...], column: int, over: int) -> None:
        self._over = over
        per_day: dict[int, int] = {}
        for cell in cells:
            per_day[cell[1]] = per_day.get(cell[1], 0) + cell[column]
        self._first = min(per_day, default=0)
        span = range(self._first, max(per_day, default=0) + 1)
        self._sums = (0, *accumulate([per_day.get(day, 0) for day in span]))

    def until(self, day: int) -> int:
        """The sum of the days of the period that ends with ``day``."""
        last = len(self._sums) - 1
        end = min(max(day + 1 - self._first, 0), last)
        begin = min(max(day + 1 - self._over - self._first, 0), last)
        return self._sums[end] - self._sums[begin]


class _Share:
    """Of so many, so many."""

    def __init__(self, tally: Tally, rule: RateRule) -> None:
        of, among = SHARES[rule.rate]
        self._of, self._among = (_Sums(tally.days, 2 + counter, rule.over) for counter in (of, among))
        self._rule = rule

    def __call__(self, day: int) -> Measure | None:
        count, among = self._of.until(day), self._among.until(day)
        if not among or among < self._rule.at_least:
            return None
        value = count * _WHOLE // among
        rule = self._rule
        return Measure(value, f"{rule.rate} share={_percent(value)} count={count} among={among} over={rule.over}")


class _Volume:
    """Cases accepted in a month, to those of another; per working day where the rule says so."""

    def __init__(self, tally: Tally, rule: RateRule, book: RuleBook) -> None:
        self._rule, self._book = rule, book
        self._volumes: dict[int, int] = {}
        for cell in tally.months:
            self._volumes[cell[1]] = self._volumes.get(cell[1], 0) + cell[2 + ACCEPTED]
        self._first = min(self._volumes, default=0)

    def __call__(self, day: int) -> Measure | None:
        month = month_of(day)
        other = month - VOLUMES[self._rule.rate]
        base = self._volumes.get(other, 0)
        if other <= self._first or not base or base < self._rule.at_least:
            return None  # nobody knows whether the first month was counted from its first day
        volume = self._volumes.get(month, 0)
        change = (volume * self._length(other) * _WHOLE) // (base * self._length(month)) - _WHOLE
        return Measure(abs(change), f"{self._rule.rate} change={_percent(change)} volume={volume} before={base}")

    def _length(self, month: int) -> int:
        """Working days, or 1 where months are compared as they are."""
        if not self._rule.per_workday:
            return 1
        calendar = self._book.calendar
        return calendar.ordinal_of(first_day(month + 1)) - calendar.ordinal_of(first_day(month)) or 1


class _Pace:
    """How far the mean time of a stage lies from its usual mean, in its usual standard deviations."""

    def __init__(self, tally: Tally, rule: RateRule) -> None:
        self._rule = rule
        recent = tuple([pace for pace in tally.day_paces if pace[2] == rule.stage])
        self._visits, self._minutes = (_Sums(recent, column, rule.over) for column in (3, 4))
        self._months = [pace for pace in tally.month_paces if pace[2] == rule.stage]
        self._usual: dict[int, tuple[int, int, int]] = {}

    def __call__(self, day: int) -> Measure | None:
        visits, least = self._visits.until(day), max(self._rule.at_least, 2)
        usual, minutes, squares = self._before(month_of(day))
        if visits < least or usual < least:
            return None
        mean, recent = minutes / usual, self._minutes.until(day) / visits
        spread = sqrt(max(squares / usual - mean * mean, 0.0))
        if not spread:
            return None
        value = int(abs(recent - mean) / spread * _WHOLE)
        return Measure(
            value,
            f"stage-pace sigmas={value / _WHOLE:.1f} mean={recent / 60:.1f} usual={mean / 60:.1f} spread={spread / 60:.1f} "
            f"visits={visits} over={self._rule.over}",
        )

    def _before(self, month: int) -> tuple[int, int, int]:
        """Visits, minutes and their squares in the year before a month."""
        if month not in self._usual:
            cells = [pace for pace in self._months if month - 12 <= pace[1] < month]
            self._usual[month] = (sum(c[3] for c in cells), sum(c[4] for c in cells), sum(c[5] for c in cells))
        return self._usual[month]


_Look = _Share | _Volume | _Pace


def _percent(value: int) -> str:
    return f"{value / 100:.2f}%"
