"""One case under one book: every alert it would have had, how it began and how it ended."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from monitor.recordfile import Arrived
from rules.alerts import STANDING, State
from rules.book import RuleBooks
from rules.cards import Told
from rules.case import Case
from rules.errors import BadEvent
from rules.events import TICK, Record
from rules.step import decide


class Fate(NamedTuple):
    """What became of one alert. ``shown`` is its last change in which it stood, ``state`` where it ended."""

    shown: Told
    state: State

    @property
    def due(self) -> int:
        """When it fell due, epoch ms."""
        return self.shown.change.card.due


class Side(NamedTuple):
    """A case under one book. ``fates`` holds the alerts that stood at any time, by id; ``refused`` the places in the list of
    the records the rules refused, with the reason."""

    fates: Mapping[str, Fate]
    refused: Mapping[int, str]
    case: Case | None


NOTHING = Side({}, {}, None)
"""A side that does not have the case."""


def judge_case(records: Sequence[Arrived], books: RuleBooks, until: int) -> Side:
    """Every record of one case in order, then the clock on to ``until`` (epoch ms).

    Cases do not know of each other, so one at a time they come to what a worker makes of all of them together; and one needs
    none of what :class:`~monitor.replay.engine.Engine` keeps to find whose turn it is.
    """
    alone = Alone(books)
    refused: dict[int, str] = {}
    for place, (now, arrived, event) in enumerate(records):
        if event is not None:
            alone.wait(max(now, arrived))
            try:
                alone.decide(event, arrived)
            except BadEvent as error:
                refused[place] = error.reason
    alone.wait(until)
    return Side(fates_of(alone.changes), refused, alone.case)


class Alone:
    """A case, or a tally, and its next wake-up (0: none). ``now`` is the running maximum of the record times, epoch ms."""

    __slots__ = ("books", "case", "changes", "now", "offset", "wake")

    def __init__(self, books: RuleBooks) -> None:
        self.books = books
        self.case: Case | None = None
        self.changes: list[Told] = []
        self.now = 0
        self.offset = -1
        self.wake = 0

    def wait(self, until: int) -> None:
        """Let time pass: every wake-up up to and including ``until`` fires at its own instant."""
        while 0 < self.wake <= until:
            self.now = max(self.now, self.wake)
            self.decide(TICK, self.now)
        self.now = max(self.now, until)

    def decide(self, record: Record, arrived: int) -> None:
        """Apply one record; after a :class:`BadEvent` the case is as before."""
        self.offset += 1
        self.case, told, wake = decide(self.case, record, self.books, self.now, arrived, self.offset, in_time=True)
        if told:
            self.changes += told
        # Up to now everything has been judged, so the next instant is the soonest that can matter.
        self.wake = max(wake, self.now + 1) if wake is not None else 0


def fates_of(changes: Iterable[Told]) -> dict[str, Fate]:
    """What became of each alert that stood at any time, from its changes in order."""
    stood: dict[str, Told] = {}
    last: dict[str, State] = {}
    for told in changes:
        last[told.id] = told.state
        if told.state in STANDING:
            stood[told.id] = told
    return {id: Fate(told, last[id]) for id, told in stood.items()}
