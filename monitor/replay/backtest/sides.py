"""One case under one book: every alert it would have had, how it began and how it ended."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from monitor.replay.backtest.lines import Arrived
from monitor.replay.engine import Engine
from rules.alerts import STANDING, State
from rules.case import Case
from rules.errors import BadEvent
from rules.rulebook import RuleBooks
from rules.telling import Told


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


def judge_case(key: str, records: Sequence[Arrived], books: RuleBooks, until: int) -> Side:
    """Every record of the case ``key`` in order, then the clock on to ``until`` (epoch ms).

    Cases do not know of each other, so one at a time they come to what a worker makes of all of them together.
    """
    engine = Engine(books)
    changes: list[Told] = []
    refused: dict[int, str] = {}
    for place, (now, arrived, event) in enumerate(records):
        if event is None:
            continue
        try:
            if now != arrived:
                changes += engine.wait(now)
            changes += engine.decide(event, arrived)
        except BadEvent as error:
            refused[place] = error.reason
    changes += engine.wait(until)
    return Side(fates_of(changes), refused, engine.cases.get(key))


def fates_of(changes: Iterable[Told]) -> dict[str, Fate]:
    """What became of each alert that stood at any time, from its changes in order."""
    stood: dict[str, Told] = {}
    last: dict[str, State] = {}
    for told in changes:
        last[told.id] = told.state
        if told.state in STANDING:
            stood[told.id] = told
    return {id: Fate(told, last[id]) for id, told in stood.items()}
