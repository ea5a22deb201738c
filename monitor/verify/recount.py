"""One partition of the events topic once more through the core, record by record, exactly as a worker went through it.

A worker may be ahead of what it has committed when we look. An alert may rightly be as it was at the common point, or as any
record since has made it. Both are kept: :class:`Trail`.
"""

from collections import Counter
from collections.abc import Callable, Mapping

import msgspec

from monitor.kafka import read_event
from rules.book import RuleBooks
from rules.cards import AlertChange
from rules.case import Case
from rules.drive import Cases
from rules.errors import BadEvent
from rules.events import Record, Tick, key_of
from rules.recordtime import RecordTime


class Trail(msgspec.Struct):
    """How an alert stood at the common point (None: it did not exist), and each change since."""

    at_point: AlertChange | None = None
    since: list[AlertChange] = []

    @property
    def possible(self) -> list[AlertChange]:
        """All that may rightly be the last word on it."""
        return [*([self.at_point] if self.at_point is not None else []), *self.since]


class Recount:
    """``home`` tells whether a key belongs to this partition; ``point`` is the offset up to which the worker is done.

    ``trails`` are those of all alerts by id. ``began`` is the time of the first record, epoch ms; ``now`` that of the point.
    """

    def __init__(self, books: RuleBooks, home: Callable[[bytes], bool], point: int) -> None:
        self.trails: dict[str, Trail] = {}
        self.refused: Counter[str] = Counter()
        self.events = 0
        self.began = 0
        self.now = 0
        self._driven = Cases(books)
        self._time: RecordTime[tuple[int, Record | None, str]] = RecordTime()
        self._home, self._point = home, point

    @property
    def cases(self) -> Mapping[str, Case]:
        """Every case by its key, as the last record left it."""
        return self._driven.cases

    def take(self, offset: int, timestamp: int, key: bytes | None, value: bytes | None, *, live: bool = False) -> None:
        """The next record of the topic, as it lies there; ``live``: the broker stamped it."""
        record: Record | None = None
        fault = ""
        try:
            record = read_event(key, value)
        except BadEvent as error:
            fault = error.reason
        tick = record if isinstance(record, Tick) else None
        for (number, read, why), arrived, now in self._time.take((offset, record, fault), timestamp, tick, live=live):
            refused = why
            try:
                self.apply(number, arrived, read, now)
            except BadEvent as error:
                refused = error.reason
            if refused:
                self.refused[refused] += number < self._point

    def apply(self, offset: int, arrived: int, record: Record | None, now: int = 0) -> None:
        """The same, already read; None for one that could not be, whose time counts all the same. May raise ``BadEvent``.

        ``now`` is the time it brings, where that is not its arrival.
        """
        driven = self._driven
        now = driven.now = max(driven.now, now or arrived)
        self.began = self.began or arrived
        if offset < self._point:
            self.now = driven.now
        if record is None:
            return
        if not isinstance(record, Tick):
            key = key_of(record)
            if key not in driven.cases and not self._home(key.encode()):
                return  # the worker sends it on to where it belongs, and there it lies, too
            self.events += offset < self._point
        for change in driven.apply(record, arrived, offset, now=now):
            trail = self.trails.setdefault(change.id, Trail())
            if offset < self._point:
                trail.at_point = change
            else:
                trail.since.append(change)
