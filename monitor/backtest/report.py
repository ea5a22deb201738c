"""The result of a back-test as data: what ``--json`` prints. Same records and books, same bytes."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from monitor.backtest.compare import KINDS, BacktestExample, BucketSums, DifferenceKind, TotalsCell
from monitor.backtest.source import BacktestSource
from rules.alerts import LEVELS, Level, State
from rules.book import RuleBooks
from rules.instant import to_datetime

FALSE: State = "withdrawn"
"""The end of a false card: a late record proved it wrong."""


class RecordCounts(msgspec.Struct, frozen=True):
    """What was judged. ``bad`` counts what could not be used by its dead-letter reason; ``until`` is where the clock stopped."""

    source: str
    events: int
    cases: int
    ticks: int
    bad: dict[str, int]
    until: datetime


class Book(msgspec.Struct, frozen=True):
    """One side: the versions of its books, and the names of their rules by id. ``refused`` counts by reason the records that
    only this side refuses: what was done about cards it never issued."""

    versions: list[str]
    rules: dict[str, str]
    refused: dict[str, int]


class IssuedCards(msgspec.Struct, frozen=True):
    """Cards of one level under one book. ``raised`` stood at any time, ``false`` of them were withdrawn; ``ends`` counts them
    by the state they ended in. ``false_rate`` is ``false / raised``, 0 to 1, None without any."""

    raised: int
    false: int
    false_rate: float | None
    ends: dict[State, int]


class Changed(msgspec.Struct, frozen=True):
    """Cards the books disagree on. Cards that fall at ``moved`` or ``ended`` differently are issued by both."""

    added: int
    removed: int
    moved: int
    ended: int


class LevelTotals(msgspec.Struct, frozen=True):
    """One level, all rules and places."""

    level: Level
    current: IssuedCards
    candidate: IssuedCards
    changed: Changed


class CellTotals(msgspec.Struct, frozen=True):
    """One rule, department, ISO week of the due instant, and level. ``moved`` and ``ended`` are counted in the week the
    current book has them in."""

    rule: str
    department: str
    week: str
    level: Level
    current: int
    candidate: int
    changed: Changed


class BacktestReport(msgspec.Struct, frozen=True):
    """All of it. ``agreed`` counts the cards both books issue at the same instant with the same end."""

    records: RecordCounts
    current: Book
    candidate: Book
    agreed: int
    totals: list[LevelTotals]
    cells: list[CellTotals]
    examples: dict[DifferenceKind, list[BacktestExample]]


class FirstPass(Protocol):
    """What reading the records came to."""

    @property
    def records(self) -> int: ...
    @property
    def ticks(self) -> int: ...
    @property
    def bad(self) -> Counter[str]: ...


def report_of(
    source: BacktestSource, first: FirstPass, tally: BucketSums, books: tuple[RuleBooks, RuleBooks], until: int, examples: int
) -> BacktestReport:
    """The sums in their fixed order."""
    current, candidate = books
    bad = first.bad + tally.unusable
    end = to_datetime(until, candidate.at(until).zone)
    differ = sum(tally.differ.values()) - sum(count for (kind, _), count in tally.differ.items() if kind == "added")
    return BacktestReport(
        RecordCounts(
            source.name, first.records - tally.unusable.total(), tally.cases, first.ticks, dict(sorted(bad.items())), end
        ),
        _book("current", current, tally),
        _book("candidate", candidate, tally),
        sum(count for (side, _), count in tally.issued.items() if side == "current") - differ,
        [_level(level, tally) for level in LEVELS],
        _cells(tally),
        {kind: _chosen(kind, tally, examples) for kind in KINDS},
    )


def _book(side: str, books: RuleBooks, tally: BucketSums) -> Book:
    refused = {reason: count for (of, reason), count in sorted(tally.refused.items()) if of == side}
    return Book([book.version for book in books], {rule.id: rule.name for book in books for rule in book.rules}, refused)


def _level(level: Level, tally: BucketSums) -> LevelTotals:
    counted: Counter[str] = Counter()
    for (kind, cell), count in tally.differ.items():
        if cell.level == level:
            counted[kind] += count
    return LevelTotals(level, _issued("current", level, tally), _issued("candidate", level, tally), _changed(counted))


def _issued(side: str, level: Level, tally: BucketSums) -> IssuedCards:
    ends = {state: count for (of, at, state), count in sorted(tally.ends.items()) if (of, at) == (side, level)}
    raised, false = sum(ends.values()), ends.get(FALSE, 0)
    return IssuedCards(raised, false, round(false / raised, 6) if raised else None, ends)


def _changed(counted: Counter[str]) -> Changed:
    return Changed(counted["added"], counted["removed"], counted["moved"], counted["ended"])


def _cells(tally: BucketSums) -> list[CellTotals]:
    counted: dict[TotalsCell, Counter[str]] = {}
    for (side, cell), count in tally.issued.items():
        counted.setdefault(cell, Counter())[side] += count
    for (kind, cell), count in tally.differ.items():
        counted.setdefault(cell, Counter())[kind] += count
    ordered = sorted(counted, key=lambda cell: (cell.rule, cell.department, cell.week, LEVELS.index(cell.level)))
    return [CellTotals(*cell, counted[cell]["current"], counted[cell]["candidate"], _changed(counted[cell])) for cell in ordered]


def _chosen(kind: DifferenceKind, tally: BucketSums, most: int) -> list[BacktestExample]:
    """One of each rule and level in turn, those with most differences first, so that one rule does not crowd out the others."""
    weight: Counter[tuple[str, Level]] = Counter()
    for (of, cell), count in tally.differ.items():
        if of == kind:
            weight[cell.rule, cell.level] += count
    groups: list[Sequence[BacktestExample]] = [
        [example for _, example in tally.examples.get((kind, *group), [])]
        for group in sorted(weight, key=lambda group: (-weight[group], group))
    ]
    turns = ((turn, place) for turn in range(most) for place, group in enumerate(groups) if turn < len(group))
    return [groups[place][turn] for turn, place in turns][:most]
