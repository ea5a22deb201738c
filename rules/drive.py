"""Drives :func:`~rules.step.decide` through time: one case, or many with their wake-ups. No clock, no I/O.

There are two verbs:

- ``apply`` gives a record that arrived at some instant. Time comes to that instant in one go, as in a worker. ``apply(TICK, at)``
  gives nothing but the time.
- ``advance`` lets time pass without a record. Every wake-up fires at its own instant, so each card is seen as soon as it is due.

Live a case is woken by ticks, a minute apart; ``apply`` with ticks goes through that once more. ``advance`` is for those who have
no ticks: a back-test, a replay of a file. Both end with the same cards; only when they were seen differs.

The worker's engine (:mod:`monitor.stream`) is its own driver: it keeps cases encoded and works in slices.
"""

import heapq
from collections.abc import Sequence

from rules.alerts import Alert
from rules.book import RuleBooks
from rules.cards import AlertChange, alert_of
from rules.case import Case, decode_case, encode_case
from rules.events import TICK, Record, Tick, key_of
from rules.instant import DAY, Instant
from rules.rates import Tallies
from rules.step import Delivery, TooManyRecords, decide


class OneCase:
    """One case, or one tally, judged by ``books``.

    ``case`` is None until a record opens it. ``changes`` holds every alert change so far, in order.
    ``now`` is the running maximum of the record times, epoch ms.
    ``wake_at`` is the next instant at which time alone can change the case, None if there is none.
    With ``stored`` the case goes through its codec after each record, as in a worker between two batches.
    """

    __slots__ = ("_alerts", "_stored", "books", "case", "changes", "now", "offset", "wake_at")

    def __init__(self, books: RuleBooks, *, stored: bool = False) -> None:
        self.books = books
        self.case: Case | None = None
        self.changes: list[AlertChange] = []
        self.now = 0
        self.offset = -1
        self.wake_at: Instant | None = None
        self._stored = stored
        self._alerts: list[Alert] = []

    @property
    def alerts(self) -> list[Alert]:
        """Every change so far as the whole alert that people see."""
        self._alerts += map(alert_of, self.changes[len(self._alerts) :])
        return self._alerts

    def apply(
        self, record: Record, arrived: Instant, offset: int | None = None, *, now: Instant | None = None
    ) -> tuple[AlertChange, ...]:
        """The changes that ``record`` makes, which arrived at ``arrived`` (epoch ms). ``offset`` delivers an earlier one again.

        ``now`` is the time it brings, where that is not its arrival (:mod:`rules.recordtime`).
        Raises :class:`~rules.errors.BadEvent` for a record that cannot be what it says; the case is then as before.
        """
        now = self.now = max(self.now, arrived if now is None else now)
        if offset is None:
            offset = self.offset = self.offset + 1
        again = self.case is not None and offset <= self.case.offset
        wake = self.wake_at
        in_time = wake is None or wake > now
        refused: TooManyRecords | None = None
        try:
            case, changes, wake = decide(self.case, Delivery(record, arrived, offset), self.books, now, in_time=in_time)
        except TooManyRecords as full:  # it is counted
            (case, changes, wake), refused = full.decision, full
        self.case = decode_case(encode_case(case)) if self._stored and case is not None else case
        if changes:
            self.changes += changes
        if not again:  # else not even time was applied, and what was due is due
            self.wake_at = wake if wake is None or wake > now else now + 1  # up to now everything has been judged
        if refused is not None:
            raise refused
        return changes

    def advance(self, until: Instant) -> Sequence[AlertChange]:
        """The changes that time makes: every wake-up up to and including ``until`` fires at its own instant."""
        first = len(self.changes)
        while self.wake_at is not None and self.wake_at <= until:
            self.apply(TICK, self.wake_at)
        self.now = max(self.now, until)
        return self.changes[first:]

    def use(self, books: RuleBooks) -> None:
        """Judge by ``books`` from now on, as when one is published. The next record or wake-up shows what that changes."""
        self.books = books
        self.wake_at = self.now if self.case is not None else None

    def copy(self) -> "OneCase":
        """Another case that was given the same so far."""
        other = OneCase(self.books, stored=self._stored)
        other.case, other.now, other.offset, other.wake_at = self.case, self.now, self.offset, self.wake_at
        other.changes, other._alerts = list(self.changes), list(self._alerts)
        return other


class Cases:
    """Cases by key, and their wake-ups, judged by ``books``. ``now`` is the running maximum of the record times, epoch ms.

    With ``tallied`` the cases are counted, and what was counted is reported to their tallies at the end of each day.
    Without it no rate or volume is watched.
    """

    def __init__(self, books: RuleBooks, *, tallied: bool = False) -> None:
        self.books = books
        self.cases: dict[str, Case] = {}
        self.now = 0
        self.offset = -1
        self._tallies = Tallies(books, 0) if tallied and books.counts_cases else None
        self._to_local = next(iter(books)).worktime.clock.to_local
        self._held: list[AlertChange] = []
        """Changes by a record that was refused, for whoever asks next."""
        self._wakes: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []

    def apply(
        self, record: Record, arrived: Instant, offset: int | None = None, *, now: Instant | None = None
    ) -> Sequence[AlertChange]:
        """The changes that ``record`` makes to its case, or a tick to every case whose instant has come.

        ``offset`` is that of its partition, where it has one. ``now`` is the time it brings, where that is not its arrival
        (:mod:`rules.recordtime`). Raises :class:`~rules.errors.BadEvent` for a record that cannot be
        what it says; its case is then as before.
        """
        self.now = max(self.now, arrived if now is None else now)
        self.offset = self.offset + 1 if offset is None else offset
        if not isinstance(record, Tick):
            return self._decide(key_of(record), record, arrived)
        changes: list[AlertChange] = []
        while (key := self._next_due(self.now)) is not None:
            changes += self._decide(key, TICK, self.now)
        return changes

    def advance(self, until: Instant) -> Sequence[AlertChange]:
        """The changes that time makes: every wake-up up to and including ``until`` fires at its own instant."""
        changes: list[AlertChange] = []
        if self._tallies is not None and self._day(until) > self._day(self.now):
            self._pass_days(self._tallies, until, changes)
        self._wake(until, changes)
        return changes

    def _wake(self, until: int, changes: list[AlertChange]) -> None:
        while (key := self._next_due(until)) is not None:
            self.now = max(self.now, self._wakes[key])
            self.offset += 1
            changes += self._decide(key, TICK, self.now)
        self.now = max(self.now, until)

    def _pass_days(self, tallies: Tallies, until: int, changes: list[AlertChange]) -> None:
        """Report to the tallies what was counted, at the end of each day on which anything was."""
        while tallies.changes and self._day(self.now) < self._day(until):
            self._wake(self.now + DAY - 1 - self._to_local(self.now) % DAY, changes)
            for report in tallies.take(self.now, self.offset):
                self.offset += 1
                changes += self._decide(report.case, report, self.now)
            self.now += 1  # the day is over

    def _next_due(self, until: int) -> str | None:
        """The key of the case whose instant comes next, if that is not after ``until``."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            due, key = heapq.heappop(heap)
            if self._wakes.get(key) == due:  # else the case has been given another instant since
                return key
        return None

    def _decide(self, key: str, record: Record, arrived: int) -> tuple[AlertChange, ...]:
        before, wake, now = self.cases.get(key), self._wakes.get(key), self.now
        in_time = wake is None or wake > now
        refused: TooManyRecords | None = None
        try:
            after, changes, wake = decide(before, Delivery(record, arrived, self.offset), self.books, now, in_time=in_time)
        except TooManyRecords as full:  # it is counted
            (after, changes, wake), refused = full.decision, full
        if after is not None:
            self.cases[key] = after
            if self._tallies is not None and after is not before:
                self._tallies.change(before, after)
        self._wait(key, wake)
        if refused is not None:
            self._held += changes
            raise refused
        if self._held:
            changes = (*self._held, *changes)
            self._held.clear()
        return changes

    def _wait(self, key: str, wake: int | None) -> None:
        if wake is None:
            self._wakes.pop(key, None)
            return
        wake = max(wake, self.now + 1)  # up to now everything has been judged
        if self._wakes.get(key) != wake:
            self._wakes[key] = wake
            heapq.heappush(self._heap, (wake, key))

    def _day(self, instant: int) -> int:
        return self._to_local(instant) // DAY
