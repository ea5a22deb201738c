"""One case under one book: every alert it would have had, how it began and how it ended."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from monitor.recordfile import Arrived
from rules.alerts import STANDING, State
from rules.book import RuleBooks
from rules.cards import AlertChange
from rules.case import Case
from rules.drive import OneCase
from rules.errors import BadEvent


class Fate(NamedTuple):
    """What became of one alert. ``shown`` is its last change in which it stood, ``state`` where it ended."""

    shown: AlertChange
    state: State

    @property
    def due(self) -> int:
        """When it fell due, epoch ms."""
        return self.shown.card_change.card.due


class Side(NamedTuple):
    """A case under one book. ``fates`` holds the alerts that stood at any time, by id. ``refused`` holds the records that the
    rules refused: their places in the list, with the reason."""

    fates: Mapping[str, Fate]
    refused: Mapping[int, str]
    case: Case | None


NOTHING = Side({}, {}, None)
"""A side that does not have the case."""


def judge_case(records: Sequence[Arrived], books: RuleBooks, until: int) -> Side:
    """Every record of one case in order, then the clock on to ``until`` (epoch ms).

    Cases do not know of each other, so one at a time they come to what a worker makes of all of them together.
    """
    one = OneCase(books)
    refused: dict[int, str] = {}
    for place, (now, arrived, event) in enumerate(records):
        if event is not None:
            one.advance(max(now, arrived))
            try:
                one.apply(event, arrived)
            except BadEvent as error:
                refused[place] = error.reason
    one.advance(until)
    return Side(fates_of(one.changes), refused, one.case)


def fates_of(changes: Iterable[AlertChange]) -> dict[str, Fate]:
    """What became of each alert that stood at any time, from its changes in order."""
    stood: dict[str, AlertChange] = {}
    last: dict[str, State] = {}
    for change in changes:
        last[change.id] = change.state
        if change.state in STANDING:
            stood[change.id] = change
    return {id: Fate(change, last[id]) for id, change in stood.items()}
