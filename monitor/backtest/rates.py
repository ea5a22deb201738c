"""Rates and volumes in a back-test: what all cases of a side come to, judged once they are all counted.

The counts are those at the end, so a late record has its effect from the beginning: what is shown is what would have stood, not
what would have been issued and withdrawn on the way.
"""

from collections.abc import Iterator, Mapping

from monitor.backtest.fates import Alone, Fate, Side, fates_of
from rules.book import RuleBooks
from rules.case import first_day, month_of
from rules.events import TALLY_KEY
from rules.instant import DAY
from rules.rates import JUDGED_MONTHS, Changes, Tallies


def by_department(counts: tuple[Changes, Changes]) -> Iterator[tuple[Changes, Changes]]:
    """The counts of both sides apart for each department of each hall: nobody's figures reach beyond that."""
    apart: dict[tuple[str, ...], tuple[Changes, Changes]] = {}
    for side, changes in enumerate(counts):
        for counted_at, amounts in changes.counts.items():
            apart.setdefault(counted_at[0][:3], (Changes(), Changes()))[side].counts[counted_at] = amounts
        for paced_at, amounts in changes.paces.items():
            apart.setdefault(paced_at[0][:3], (Changes(), Changes()))[side].paces[paced_at] = amounts
    yield from apart.values()


def judge_rates(changes: Changes, books: RuleBooks, until: int) -> Mapping[str, Side]:
    """Each tally under these books, the clock running on to ``until`` (epoch ms), by whose it is: a key without a version."""
    if not changes:
        return {}
    tallies = Tallies(books, 0)
    tallies.changes.merge(changes)
    told: dict[str, Alone] = {}
    for number, now in enumerate(_reports(changes, books, until)):
        for report in tallies.take(now, number, whole=True):
            alone = told.get(report.case)
            if alone is None:
                alone = told[report.case] = Alone(books)
            alone.wait(now)
            alone.decide(report, now)
    for alone in told.values():
        alone.wait(until)
    return {_without_version(key): Side(_renamed(fates_of(alone.changes)), {}, alone.case) for key, alone in told.items()}


def _reports(changes: Changes, books: RuleBooks, until: int) -> list[int]:
    """When the tallies are told: before anything falls due, so that each card is issued at its instant.

    A tally judges the month it is told in, the one before and the next. What it finds in the first of them had to be told when it
    was the second; so of :data:`JUDGED_MONTHS` all but one are new, each time from the first instant of a month, and from
    the instant a book comes into force.
    """
    clock = next(iter(books)).worktime.clock
    months = [month_of(day) for _, day in changes.counts] + [month_of(day) for _, day, _ in changes.paces]
    told = {clock.to_instant(first_day(month) * DAY) for month in range(min(months), max(months) + 2, JUDGED_MONTHS - 1)}
    told |= {book.effective_from for book in books if book.effective_from > min(told)}
    return sorted(instant for instant in told if instant <= until)


def _renamed(fates: Mapping[str, Fate]) -> dict[str, Fate]:
    return {_without_version(id): fate for id, fate in fates.items()}


def _without_version(key: str) -> str:
    """A tally's key names its book; two books are compared by what comes after it."""
    return TALLY_KEY + key.removeprefix(TALLY_KEY).partition("/")[2]
