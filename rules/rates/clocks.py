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

A rate is judged at the close of each day, a volume at the close of its month. The card falls due ``grace`` later: window systems
may report a day late (Xuzhou: 24 hours). One card a month, level and rule is issued at most, on the first day that reaches its
level. Its cycle is the month, 202609. Fewer than ``at_least`` cases prove nothing, and are not judged.

All of it follows from the counts alone. Days to come are included, as they will be if nothing more is reported; time only
passes, as it does for a case. Behind the thresholds of its levels a clock carries one instant more: the end of its reminders and
warnings. At that instant the first day after the last that reached a level is judged.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rules.book import RateRule, RuleBook
from rules.case import NEVER, UNREACHED, Case, Clock, Tally, first_day, first_judged, is_standing, month_of
from rules.errors import UncoveredDate
from rules.instant import DAY, Instant
from rules.rates.measures import VOLUMES, Measure, measured


def rate_clocks(case: Case, rule: RateRule, book: RuleBook) -> Iterator[Clock]:
    """A clock for each month in which the rule's mildest level is reached, of those still judged; and what stands from before."""
    tally = case.tally
    if tally is None or tally.kind not in rule.of:
        return
    first, index = first_judged(tally), book.index_of[rule.id]
    yield from _standing(case, rule, index, cycle_of(first))
    reached = [each for each in measured(tally, rule, book) if _in_force(each.day, tally, book)]
    for month, found in groupby(reached, lambda each: month_of(each.day)):
        try:
            yield _clock(rule, index, month, list(found), book)
        except UncoveredDate:
            return  # nobody can say when the grace is over; judged once the calendar has that year


def detail_at(tally: Tally, rule: RateRule, due: Instant, book: RuleBook) -> str:
    """The detail of a card of ``rule`` that fell due at ``due``: the figure, and the counts behind it."""
    for each in measured(tally, rule, book):
        try:
            if _due(each.day, rule, book) == due:
                return each.detail
        except UncoveredDate:
            break
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


def _clock(rule: RateRule, index: int, month: int, reached: Sequence[Measure], book: RuleBook) -> Clock:
    """``reached`` holds the days of the month that reach the mildest level."""
    thresholds = []
    for share in rule.shares:
        day = next((each.day for each in reached if each.value >= share), None)
        thresholds.append(_due(day, rule, book) if day is not None else UNREACHED)
    opening, last = reached[0].day - rule.over + 1, reached[-1].day
    if rule.rate in VOLUMES:
        opening, last = first_day(month), first_day(month + 2) - 2  # said until the next month's volume is
    end, found = _due(last + 1, rule, book), _close(reached[0].day, book)
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
