"""The rules over records in memory: what a worker does for one partition, without a broker.

Time alone moves a case too: before a record of time t is applied, every wake-up up to t fires as a tick at its very instant.
So the order of alerts is the order of time, and the detection lag is the least there can be.
"""

import heapq
from collections.abc import Iterator

from rules.alerts import Alert
from rules.case import Case
from rules.events import TICK, Event, key_of
from rules.rulebook import RuleBooks
from rules.step import decide
from rules.telling import Told, alert_of


class Engine:
    """Cases and their wake-ups. ``now`` is the running maximum of the record times, epoch ms."""

    def __init__(self, books: RuleBooks) -> None:
        self.books = books
        self.cases: dict[str, Case] = {}
        self.now = 0
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
        key = key_of(event)
        self._offset += 1
        after, told, wake = decide(self.cases.get(key), event, self.books, self.now, arrived, self._offset)
        self._keep(key, after, wake)
        yield from told

    def wait(self, until: int) -> Iterator[Told]:
        """:meth:`advance` likewise."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            due, key = heapq.heappop(heap)
            if self._wakes.get(key) != due:
                continue  # the case has been given another instant since
            self.now = max(self.now, due)
            self._offset += 1
            after, told, wake = decide(self.cases[key], TICK, self.books, self.now, self.now, self._offset)
            del self._wakes[key]
            self._keep(key, after, wake)
            yield from told
        self.now = max(self.now, until)

    def _keep(self, key: str, case: Case | None, wake_at: int | None) -> None:
        if case is not None:
            self.cases[key] = case
        if wake_at is None:
            self._wakes.pop(key, None)
            return
        # Up to now everything has been judged, so the next instant is the soonest that can matter.
        wake_at = max(wake_at, self.now + 1)
        if self._wakes.get(key) != wake_at:
            self._wakes[key] = wake_at
            heapq.heappush(self._heap, (wake_at, key))
