"""Counts the cases of one partition for the tallies of departments, windows and items (:mod:`rules.case.tally`).

Whoever holds the cases (a worker, an offline replay) tells of every change and takes the reports from time to time. A change
costs little: it is noted by place and day, as a difference. Only when the reports are taken are the differences summed up for
department, window and item, and by month.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from rules.book import RuleBook, RuleBooks
from rules.case import COUNTERS, Case, cycles_of, month_of, oldest_kept, place_of
from rules.events import Tallied, TallyKind
from rules.instant import DAY, Instant, to_datetime
from rules.keys import TALLY_KEY
from rules.rates.contributions import counted, counted_of_parts, paces, same_contribution

_Place = tuple[str, str, str, str, str]
"""Region, hall, department, window, item."""
_Key = TypeVar("_Key")
_AFTERWARDS = 62 * DAY
"""How long a book's tallies are still reported after the next one took effect, for what comes late."""


class Account(NamedTuple):
    """Whose figures. ``window`` and ``item`` are empty where they are summed up."""

    kind: TallyKind
    region: str
    hall: str
    department: str
    window: str
    item: str

    def key(self, book: str) -> str:
        """The key of its tally by that book."""
        return f"{TALLY_KEY}{book}/{'/'.join(self)}"


def accounts_of(place: _Place) -> Iterator[Account]:
    """Whose figures a case at this place counts for."""
    region, hall, department, window, item = place
    if department:
        yield Account("department", region, hall, department, "", "")
    if window:
        yield Account("window", region, hall, department, window, "")
    if item:
        yield Account("item", region, hall, department, "", item)


class Changes:
    """Differences since they were last taken; those of several partitions may be added up."""

    def __init__(self) -> None:
        self.counts: dict[tuple[_Place, int], list[int]] = {}
        """By place and day."""
        self.paces: dict[tuple[_Place, int, int], list[int]] = {}
        """By place, day and stage."""

    def __bool__(self) -> bool:
        return bool(self.counts or self.paces)

    def add(self, case: Case, book: RuleBook, sign: int) -> None:
        """Count a case, or take it back."""
        at = place_of(case)
        if at is None:
            return
        place = (at.region, at.hall, at.department, at.window, at.item)
        for day, counter in counted(case, book):
            self._count(place, day, counter, sign)
        if case.branches:
            for department, day, counter in counted_of_parts(case, book):
                self._count((at.region, at.hall, department, "", ""), day, counter, sign)
        for day, stage, minutes in paces(case, book):
            pace = self.paces.setdefault((place, day, stage), [0, 0, 0])
            for index, amount in enumerate((1, minutes, minutes * minutes)):
                pace[index] += sign * amount

    def _count(self, place: _Place, day: int, counter: int, sign: int) -> None:
        cell = self.counts.get((place, day))
        if cell is None:
            cell = self.counts[place, day] = [0] * COUNTERS
        cell[counter] += sign

    def merge(self, other: "Changes") -> None:
        """Add another's differences."""
        for counted_at, amounts in other.counts.items():
            _add(self.counts, counted_at, amounts)
        for paced_at, amounts in other.paces.items():
            _add(self.paces, paced_at, amounts)


class _Sums:
    """Counts of one account, by day and by month; ``changed`` are the keys not reported yet."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, ...], list[int]] = {}
        self.changed: set[tuple[int, ...]] = set()

    def add(self, key: tuple[int, ...], amounts: list[int]) -> None:
        _add(self.cells, key, amounts)
        self.changed.add(key)

    def take(self, oldest: int, *, whole: bool) -> tuple[tuple[int, ...], ...]:
        """The cells to report, sorted; all of them if ``whole``. What is older than ``oldest`` is forgotten."""
        for key in [key for key in self.cells if key[0] < oldest]:
            del self.cells[key]
        keys = self.cells if whole else (key for key in self.changed if key in self.cells)
        return tuple([(*key, *self.cells[key]) for key in sorted(keys)])


class _Figures:
    """All counts of one account."""

    def __init__(self) -> None:
        self.days, self.months, self.day_paces, self.month_paces = _Sums(), _Sums(), _Sums(), _Sums()

    def reported(self) -> None:
        for sums in (self.days, self.months, self.day_paces, self.month_paces):
            sums.changed.clear()


class Tallies:
    """The counts of one partition, ``source``. ``changes`` are those not summed up yet."""

    def __init__(self, books: RuleBooks, source: int) -> None:
        self.books = books
        self.source = source
        self.changes = Changes()
        self._figures: dict[Account, _Figures] = {}
        self._told: set[tuple[str, int]] = set()

    def change(self, before: Case | None, after: Case | None) -> None:
        """One case became another; None where it was not there or is gone."""
        if before is not None and after is not None and same_contribution(before, after):
            return
        for case, sign in ((before, -1), (after, 1)):
            if case is not None and case.tally is None:
                for cycle in cycles_of(case):
                    self.changes.add(cycle, self.books.get(cycle.book), sign)

    def take(self, now: Instant, upto: int, *, whole: bool = False) -> list[Tallied]:
        """Reports of what changed since the last call: the counts once the record at offset ``upto`` was applied.

        ``now`` is the record time. A book whose tallies know nothing yet, or not until when, is given everything; ``whole``
        tells all of them everything.
        """
        first = next(iter(self.books))
        day = first.worktime.clock.to_local(now) // DAY
        changed = self._sum_up(day)
        reports: list[Tallied] = []
        for book, until in self._in_force(now):
            anew = whole or (book.version, until) not in self._told
            for account in self._figures if anew else changed:
                reports.append(self._report(account, book, until, now, day, upto, whole=anew))
            self._told.add((book.version, until))
        for account in self._figures:
            self._figures[account].reported()
        return reports

    def _sum_up(self, day: int) -> list[Account]:
        """Add the differences to the accounts they count for; those that changed."""
        changes, self.changes = self.changes, Changes()
        oldest_day, oldest_month = oldest_kept(day)
        touched: dict[Account, None] = {}
        for (place, when), amounts in changes.counts.items():
            for account in accounts_of(place):
                figures = self._figures.setdefault(account, _Figures())
                if when >= oldest_day:
                    figures.days.add((when,), amounts)
                if (month := month_of(when)) >= oldest_month:
                    figures.months.add((month,), amounts)
                touched[account] = None
        for (place, when, stage), amounts in changes.paces.items():
            for account in accounts_of(place):
                if account.kind != "item":
                    continue  # how long a stage takes says something within one item only
                figures = self._figures.setdefault(account, _Figures())
                if when >= oldest_day:
                    figures.day_paces.add((when, stage), amounts)
                if (month := month_of(when)) >= oldest_month:
                    figures.month_paces.add((month, stage), amounts)
                touched[account] = None
        return list(touched)

    def _in_force(self, now: int) -> Iterator[tuple[RuleBook, int]]:
        """The books that have tallies at ``now``, and until when they are in force."""
        for book in self.books:
            until = self.books.until(book.version)
            if book.rates and book.effective_from <= now and (not until or now < until + _AFTERWARDS):
                yield book, until

    def _report(self, account: Account, book: RuleBook, until: int, now: int, day: int, upto: int, *, whole: bool) -> Tallied:
        figures = self._figures[account]
        oldest_day, oldest_month = oldest_kept(day)
        kind, region, hall, department, window, item = account
        return Tallied(
            id=f"{self.source}-{upto}",
            at=to_datetime(now, book.zone),
            case=account.key(book.version),
            region=region,
            hall=hall,
            department=department,
            window=window,
            item=item,
            kind=kind,
            book=book.version,
            day=day,
            source=self.source,
            upto=upto,
            until=until,
            whole=whole,
            days=figures.days.take(oldest_day, whole=whole),
            months=figures.months.take(oldest_month, whole=whole),
            day_paces=figures.day_paces.take(oldest_day, whole=whole),
            month_paces=figures.month_paces.take(oldest_month, whole=whole),
        )


def _add(cells: dict[_Key, list[int]], key: _Key, amounts: list[int]) -> None:
    known = cells.get(key)
    if known is None:
        cells[key] = list(amounts)
        return
    for index, amount in enumerate(amounts):
        known[index] += amount
