"""One partition of the events topic once more through the core, record by record, exactly as a worker went through it.

A worker may be ahead of what it has committed when we look, so an alert may rightly be as it was at the common point or as any
record since has made it. Both are kept: :class:`Trail`.
"""

import heapq
from collections import Counter
from collections.abc import Callable

import msgspec

from monitor.kafka.ranges import read_event
from rules.book import RuleBooks
from rules.cards import Told
from rules.case import Case
from rules.errors import BadEvent
from rules.events import TICK, Event, Record, Tallied, Tick, key_of
from rules.step import decide


class Trail(msgspec.Struct):
    """How an alert stood at the common point (None: it did not exist), and each change since."""

    at_point: Told | None = None
    since: list[Told] = []

    @property
    def possible(self) -> list[Told]:
        """All that may rightly be the last word on it."""
        return [*([self.at_point] if self.at_point is not None else []), *self.since]


class Recount:
    """``home`` tells whether a key belongs to this partition; ``point`` is the offset up to which the worker is done.

    ``trails`` are those of all alerts by id. ``began`` is the time of the first record, epoch ms; ``now`` that of the point.
    """

    def __init__(self, books: RuleBooks, home: Callable[[bytes], bool], point: int) -> None:
        self.trails: dict[str, Trail] = {}
        self.cases: dict[str, Case] = {}
        self.refused: Counter[str] = Counter()
        self.events = 0
        self.began = 0
        self.now = 0
        self._books, self._home, self._point = books, home, point
        self._clock = 0
        self._offset = -1
        self._wakes: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []

    def take(self, offset: int, timestamp: int, key: bytes | None, value: bytes | None) -> None:
        """The next record of the topic."""
        try:
            self.tell(offset, timestamp, read_event(key, value))
        except BadEvent as error:
            self.tell(offset, timestamp, None)
            self.refused[error.reason] += offset < self._point

    def tell(self, offset: int, arrived: int, record: Record | None) -> None:
        """The same, already read; None for one that could not be, which still tells the time. May raise ``BadEvent``."""
        self._clock = max(self._clock, arrived)
        self.began = self.began or arrived
        self._offset = offset
        if offset < self._point:
            self.now = self._clock
        if isinstance(record, Tick):
            self.wake()
        elif record is not None:
            self._apply(record, arrived)

    def wake(self) -> None:
        """What a tick does: every case whose instant has come is told the time."""
        heap = self._heap
        while heap and heap[0][0] <= self._clock:
            due, key = heapq.heappop(heap)
            if self._wakes.get(key) == due:
                del self._wakes[key]
                self._decide(key, TICK, self._clock)

    def _apply(self, event: Event | Tallied, arrived: int) -> None:
        key = key_of(event)
        if key not in self.cases and not self._home(key.encode()):
            return  # the worker sends it on to where it belongs, and there it lies, too
        self.events += self._offset < self._point
        self._decide(key, event, arrived)

    def _decide(self, key: str, record: Record, arrived: int) -> None:
        case, told, wake = decide(self.cases.get(key), record, self._books, self._clock, arrived, self._offset)
        if case is not None:
            self.cases[key] = case
        if wake is None:
            self._wakes.pop(key, None)
        elif self._wakes.get(key) != wake:
            self._wakes[key] = wake
            heapq.heappush(self._heap, (wake, key))
        for each in told:
            trail = self.trails.setdefault(each.id, Trail())
            if self._offset < self._point:
                trail.at_point = each
            else:
                trail.since.append(each)
