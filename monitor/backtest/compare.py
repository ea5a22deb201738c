"""Two verdicts on the same case, side by side; and the sums over many cases, which add up in any order."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple, get_args

import msgspec

from monitor.backtest.defence import CardView, defend
from monitor.backtest.fates import Fate, Side
from rules.alerts import Level, State
from rules.book import RuleBooks
from rules.cards import alert_of
from rules.rates import Changes

DifferenceKind = Literal["added", "removed", "moved", "ended"]
"""新增: only the candidate issues it. 不再: only the current book does. Another time: both do, due at different instants.
Ended otherwise: both do at the same instant, but it ends in another state."""
KINDS: tuple[DifferenceKind, ...] = get_args(DifferenceKind)


SIDES = ("current", "candidate")


class TotalsCell(NamedTuple):
    """What is counted apart. ``week`` is the ISO week of the due instant, such as ``2026-W03``."""

    rule: str
    department: str
    week: str
    level: Level


class Difference(NamedTuple):
    """An alert that stood under at least one of the books; ``kind`` is None where the books agree on it."""

    kind: DifferenceKind | None
    current: Fate | None
    candidate: Fate | None

    @property
    def fate(self) -> Fate:
        """What it is shown by: the current book's, or the candidate's where only that has it."""
        fate = self.current or self.candidate
        assert fate is not None
        return fate


class BacktestExample(msgspec.Struct, frozen=True):
    """One case where the books differ, with what either book says of it."""

    kind: DifferenceKind
    case: str
    rule: str
    level: Level
    department: str
    item: str
    item_name: str
    current: CardView
    candidate: CardView


_Rank = tuple[int, str]


class BucketSums:
    """Sums of a bucket, or of all of them. At most ``examples`` per kind, rule and level: the earliest, then by id."""

    def __init__(self, examples: int) -> None:
        self.cases = 0
        self.unusable: Counter[str] = Counter()
        """Records that neither book can use, by reason."""
        self.refused: Counter[tuple[str, str]] = Counter()
        """Records that one book refuses and the other does not, by side and reason. An example: what was done about a card that
        this book never issued."""
        self.issued: Counter[tuple[str, TotalsCell]] = Counter()
        self.differ: Counter[tuple[DifferenceKind, TotalsCell]] = Counter()
        self.ends: Counter[tuple[str, Level, State]] = Counter()
        self.examples: dict[tuple[DifferenceKind, str, Level], list[tuple[_Rank, BacktestExample]]] = {}
        self.counts: tuple[Changes, Changes] = (Changes(), Changes())
        """What the cases add to the tallies of either side."""
        self._most = examples

    def add(self, current: Side, candidate: Side, books: tuple[RuleBooks, RuleBooks]) -> None:
        """Count one case. ``books`` are those of the two sides."""
        self.cases += 1
        for side, counts, judging in zip((current, candidate), self.counts, books, strict=True):
            if side.case is not None and judging.counts_cases:
                counts.add(side.case, judging.get(side.case.book), 1)
        self.compare(current, candidate, books)

    def compare(self, current: Side, candidate: Side, books: tuple[RuleBooks, RuleBooks]) -> None:
        """What either side says of one case, or of one tally."""
        for place in current.refused.keys() | candidate.refused.keys():
            reasons = (current.refused.get(place), candidate.refused.get(place))
            if all(reasons):
                self.unusable[current.refused[place]] += 1
            else:
                self.refused.update((side, reason) for side, reason in zip(SIDES, reasons, strict=True) if reason)
        for found in differences(current, candidate):
            for side, fate in zip(SIDES, (found.current, found.candidate), strict=True):
                if fate is not None:
                    self.issued[side, cell_of(fate)] += 1
                    self.ends[side, fate.shown.level, fate.state] += 1
            if found.kind is not None:
                self.differ[found.kind, cell_of(found.fate)] += 1
                self._show(found.kind, found, current, candidate, books)

    def merge(self, other: "BucketSums") -> None:
        """Add another bucket's sums."""
        self.cases += other.cases
        self.unusable.update(other.unusable)
        self.refused.update(other.refused)
        self.issued.update(other.issued)
        self.differ.update(other.differ)
        self.ends.update(other.ends)
        for mine, others in zip(self.counts, other.counts, strict=True):
            mine.merge(others)
        for group, shown in other.examples.items():
            self.examples[group] = sorted([*self.examples.get(group, []), *shown], key=_rank)[: self._most]

    def _show(
        self, kind: DifferenceKind, found: Difference, current: Side, candidate: Side, books: tuple[RuleBooks, RuleBooks]
    ) -> None:
        shown_by = found.fate.shown
        shown = self.examples.setdefault((kind, shown_by.card_change.card.rule, shown_by.level), [])
        rank = (found.fate.due, shown_by.id)
        if len(shown) >= self._most and (not shown or shown[-1][0] <= rank):
            return
        alert = alert_of(shown_by)
        sides = zip((found.current, found.candidate), (current.case, candidate.case), books, strict=True)
        defences = [defend(fate, alert, case, judging) for fate, case, judging in sides]
        place = (alert.department, alert.item, alert.item_name)
        shown.append((rank, BacktestExample(kind, alert.case, alert.rule, alert.level, *place, *defences)))
        shown.sort(key=_rank)
        del shown[self._most :]


def differences(current: Side, candidate: Side) -> Iterator[Difference]:
    """Every alert that stood under either book."""
    for id, fate in current.fates.items():
        other = candidate.fates.get(id)
        yield Difference(_kind(fate, other), fate, other)
    for id, fate in candidate.fates.items():
        if id not in current.fates:
            yield Difference("added", None, fate)


def cell_of(fate: Fate) -> TotalsCell:
    """Where an alert is counted."""
    shown_by = fate.shown
    year, week, _ = shown_by.book.worktime.day_of(fate.due).isocalendar()
    return TotalsCell(shown_by.card_change.card.rule, shown_by.department, f"{year}-W{week:02}", shown_by.level)


def _kind(current: Fate, candidate: Fate | None) -> DifferenceKind | None:
    if candidate is None:
        return "removed"
    if candidate.due != current.due:
        return "moved"
    return "ended" if candidate.state != current.state else None


def _rank(ranked: tuple[_Rank, BacktestExample]) -> _Rank:
    return ranked[0]
