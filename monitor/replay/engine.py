"""The rules over records in memory: what a worker does for one partition, without a broker.

Time alone moves a case too: before a record of time t is applied, every wake-up up to t fires as a tick at its very instant.
So the order of alerts is the order of time, and the detection lag is the least there can be.
"""

import heapq
from collections.abc import Iterator

from rules.alerts import Alert
from rules.book import RuleBooks
from rules.cards import Told, alert_of
from rules.case import Case
from rules.events import TICK, Event, Record, key_of
from rules.instant import DAY
from rules.rates import Tallies
from rules.step import decide


class Engine:
    """Cases and their wake-ups. ``now`` is the running maximum of the record times, epoch ms.

    With ``tallied`` the cases are counted, and once a day their tallies are told; else rates and volumes are not watched.
    """

    def __init__(self, books: RuleBooks, *, tallied: bool = False) -> None:
        self.books = books
        self.cases: dict[str, Case] = {}
        self.now = 0
        self._tallies = Tallies(books, 0) if tallied and books.counts_cases else None
        self._to_local = next(iter(books)).worktime.clock.to_local
        self._offset = -1
        self._wakes: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []

    def apply(self, event: Event, arrived: int) -> Iterator[Alert]:
        """Advance to ``arrived``, then apply the event. Alert changes come in the order of time.

        :class:`~rules.errors.BadEvent` comes after the alerts of the advance; the case is then as before.
        """
        return map(alert_of, self.decide(event, arrived))

    def advance(self, until: int) -> Iterator[Alert]:
        """Let time pass: every wake-up up to and including ``until`` fires at its own instant."""
        return map(alert_of, self.wait(until))

    def decide(self, event: Event, arrived: int) -> Iterator[Told]:
        """:meth:`apply` for those who need not be told everything: what changed, not yet put into words."""
        yield from self.wait(arrived)
        yield from self._decide(key_of(event), event, arrived)

    def wait(self, until: int) -> Iterator[Told]:
        """:meth:`advance` likewise."""
        if self._tallies is not None and self._day(until) > self._day(self.now):
            yield from self._pass_days(until)
        yield from self._wake(until)

    def _wake(self, until: int) -> Iterator[Told]:
        heap = self._heap
        while heap and heap[0][0] <= until:
            due, key = heapq.heappop(heap)
            if self._wakes.get(key) != due:
                continue  # the case has been given another instant since
            self.now = max(self.now, due)
            del self._wakes[key]
            yield from self._decide(key, TICK, self.now)
        self.now = max(self.now, until)

    def _pass_days(self, until: int) -> Iterator[Told]:
        """Tell the tallies what was counted, at the end of each day on which anything was."""
        while self._tallies is not None and self._tallies.changes and self._day(self.now) < self._day(until):
            local = self._to_local(self.now)
            yield from self._wake(self.now + DAY - 1 - local % DAY)
            for report in self._tallies.take(self.now, self._offset):
                yield from self._decide(report.case, report, self.now)
            self.now += 1  # the day is over

    def _decide(self, key: str, record: Record, arrived: int) -> Iterator[Told]:
        self._offset += 1
        before = self.cases.get(key)
        after, told, wake = decide(before, record, self.books, self.now, arrived, self._offset)
        self._keep(key, before, after, wake)
        yield from told

    def _day(self, instant: int) -> int:
        return self._to_local(instant) // DAY

    def _keep(self, key: str, before: Case | None, case: Case | None, wake_at: int | None) -> None:
        if case is not None:
            self.cases[key] = case
            if self._tallies is not None and case is not before:
                self._tallies.change(before, case)
        if wake_at is None:
            self._wakes.pop(key, None)
            return
        # Up to now everything has been judged, so the next instant is the soonest that can matter.
        wake_at = max(wake_at, self.now + 1)
        if self._wakes.get(key) != wake_at:
            self._wakes[key] = wake_at
            heapq.heappush(self._heap, (wake_at, key))
