"""Many cases in a scenario, for rules that look at many: ``0m times 200 accepted promised=5wd``.

Cases that had the same records are one case that counts as many. ``accepted`` and ``applied`` begin new cases; every other record
goes to the first so many of those begun last. What they come to is counted as a worker counts it, whenever something is expected.
"""

import msgspec

from rules.alerts import Alert
from rules.book import RateRule
from rules.case import Case
from rules.drive import OneCase
from rules.events import TICK, Record, Tallied
from rules.rates import Tallies

BEGINNINGS = frozenset({"accepted", "applied"})


class _Group(msgspec.Struct):
    """So many cases alike. ``counted`` is how they were when they were last counted."""

    number: int
    one: OneCase
    counted: Case | None = None

    def split(self, number: int) -> "_Group":
        """Take so many of them out."""
        self.number -= number
        return _Group(number, self.one.copy(), self.counted)


class Crowd:
    """The cases of a scenario that come in numbers, and the tallies of all its cases. ``single`` is the scenario's own case."""

    def __init__(self, single: OneCase) -> None:
        self._single, self._books = single, single.books
        self._groups: list[_Group] = []
        self._batch = 0
        self._tallies: dict[str, OneCase] = {}
        self._counts: Tallies | None = None
        self._reports = 0

    def apply(self, number: int, verb: str, record: Record, arrived: int) -> None:
        """Give the record to ``number`` cases. A ``ValueError`` where there are not so many."""
        if verb in BEGINNINGS:
            self._batch = len(self._groups)
            self._groups.append(_Group(number, OneCase(self._books, stored=True)))
        for group in self._first(number):
            group.one.apply(record, arrived)

    def _first(self, number: int) -> list[_Group]:
        there = sum(group.number for group in self._groups[self._batch :])
        if number > there:
            raise ValueError(f"{there} cases were begun last, so {number} cannot be told this: accepted and applied begin cases")
        first: list[_Group] = []
        for place, group in enumerate(self._groups[self._batch :], self._batch):
            if group.number > number:
                if number:
                    first.append(group.split(number))
                    self._groups.insert(place, first[-1])
                break
            number -= group.number
            first.append(group)
        return first

    def count(self, now: int) -> None:
        """Let time come to ``now`` for everybody, and report to the tallies what it came to."""
        if self._counts is None:
            self._counts = Tallies(self._books, 0)
            self._groups.append(_Group(1, self._single))
        for group in self._groups:
            if group.one is not self._single:
                group.one.apply(TICK, now)
            for case, sign in ((group.counted, -group.number), (group.one.case, group.number)):
                if case is not None:
                    self._counts.changes.add(case, self._books.get(case.book), sign)
            group.counted = group.one.case
        self._reports += 1
        for report in self._counts.take(now, self._reports):
            self._tally(report).apply(report, now)
        for tally in self._tallies.values():
            tally.apply(TICK, now)

    def _tally(self, report: Tallied) -> OneCase:
        return self._tallies.setdefault(report.case, OneCase(self._books, stored=True))

    def tally_for(self, rule: RateRule) -> tuple[Case | None, list[Alert]]:
        """The tally an expectation about ``rule`` means: the department's, else the window's, else the item's."""
        kind = next(kind for kind in ("department", "window", "item") if kind in rule.of)
        for tally in self._tallies.values():
            case = tally.case
            if case is not None and case.tally is not None and case.tally.kind == kind:
                return case, tally.alerts
        return None, []
