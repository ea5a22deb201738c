"""Rates and volumes in a back-test: what all cases of a side come to, judged once they are all counted.

The counts are those at the end, so a late record has its effect from the beginning. Shown is what would have stood. Nothing is
shown that would have been issued and withdrawn on the way.
"""

from collections.abc import Iterator, Mapping

from monitor.backtest.fates import Fate, Side, fates_of
from rules.book import RuleBooks
from rules.case import first_day, month_of
from rules.drive import OneCase
from rules.instant import DAY
from rules.keys import TALLY_KEY
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
    judged: dict[str, OneCase] = {}
    for number, now in enumerate(_report_times(changes, books, until)):
        for report in tallies.take(now, number, whole=True):
            tally = judged.get(report.case)
            if tally is None:
                tally = judged[report.case] = OneCase(books)
            tally.advance(now)
            tally.apply(report, now)
    for tally in judged.values():
        tally.advance(until)
    return {_without_version(key): Side(_renamed(fates_of(tally.changes)), {}, tally.case) for key, tally in judged.items()}


def _report_times(changes: Changes, books: RuleBooks, until: int) -> list[int]:
    """When to report to the tallies: before anything falls due, so that each card is issued at its instant.

    A tally judges the month of its report, the one before and the next. What it finds in the first of them had to be reported
    when that was the second. All of :data:`JUDGED_MONTHS` but one are new each time. Reports are from the first instant of
    a month, and from the instant a book comes into force.
    """
    clock = next(iter(books)).worktime.clock
    months = [month_of(day) for _, day in changes.counts] + [month_of(day) for _, day, _ in changes.paces]
    times = {clock.to_instant(first_day(month) * DAY) for month in range(min(months), max(months) + 2, JUDGED_MONTHS - 1)}
    times |= {book.effective_from for book in books if book.effective_from > min(times)}
    return sorted(instant for instant in times if instant <= until)


def _renamed(fates: Mapping[str, Fate]) -> dict[str, Fate]:
    return {_without_version(id): fate for id, fate in fates.items()}


def _without_version(key: str) -> str:
    """A tally's key names its book; two books are compared by what comes after it."""
    return TALLY_KEY + key.removeprefix(TALLY_KEY).partition("/")[2]
