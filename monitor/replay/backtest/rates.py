"""Rates and volumes in a back-test: what all cases of a side come to, judged once they are all counted.

The counts are those at the end, so a late record has its effect from the beginning: what is shown is what would have stood, not
what would have been issued and withdrawn on the way.
"""

from collections.abc import Iterator, Mapping

from monitor.replay.backtest.sides import Fate, Side, fates_of
from monitor.tallies import Changes, Tallies
from rules.case import Case
from rules.events import TALLY_KEY, TICK, Record
from rules.instant import DAY
from rules.measures import JUDGED_MONTHS
from rules.rulebook import RuleBooks
from rules.step import decide
from rules.tally import first_day, month_of
from rules.telling import Told


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
    cases: dict[str, Case] = {}
    told: dict[str, list[Told]] = {}

    def take(key: str, record: Record, now: int, offset: int) -> None:
        case, more, _ = decide(cases.get(key), record, books, now, now, offset)
        assert case is not None
        cases[key] = case
        told.setdefault(key, []).extend(more)

    for offset, now in enumerate(_month_ends(changes, books, until)):
        for report in tallies.take(now, offset, whole=True):
            take(report.case, report, now, offset)
    for key in list(cases):
        take(key, TICK, until, 1 << 40)
    return {_without_version(key): Side(_renamed(fates_of(told[key])), {}, case) for key, case in cases.items()}


def _month_ends(changes: Changes, books: RuleBooks, until: int) -> Iterator[int]:
    """The ends of months from the first in which anything was counted: a tally judges its own, the one before and the next."""
    clock = next(iter(books)).worktime.clock
    last = month_of(clock.to_local(until) // DAY)
    first = min([month_of(day) for _, day in changes.counts] or [last])
    for month in range(min(first, last), last, JUDGED_MONTHS):
        yield clock.to_instant(first_day(month + 1) * DAY) - 1
    yield until


def _renamed(fates: Mapping[str, Fate]) -> dict[str, Fate]:
    return {_without_version(id): fate for id, fate in fates.items()}


def _without_version(key: str) -> str:
    """A tally's key names its book; two books are compared by what comes after it."""
    return TALLY_KEY + key.removeprefix(TALLY_KEY).partition("/")[2]
