"""One run of a clock, and the limits it is counted by."""

from typing import NamedTuple

from rules.case import UNREACHED
from rules.instant import Instant
from rules.worktime import Limit, Unit

_LIMITS: dict[str, Limit] = {}


class Run(NamedTuple):
    """One run of a clock: its number, its instants (``end`` NEVER while it runs), its limit, whether suspensions stop it.

    ``detail`` says what it is about where the case alone does not (which complaint). From ``lapses`` on no level is reached.
    """

    cycle: int
    start: int
    end: int
    limit: Limit
    paused: bool
    detail: str = ""
    lapses: int = UNREACHED


def limit_of(text: str) -> Limit:
    """The limit that a text of the book or of a case's terms stands for; those that recur are parsed once."""
    limit = _LIMITS.get(text)
    if limit is None:
        limit = Limit.kept(text)
        if limit.unit is not Unit.due_instant:  # every case has one of its own
            _LIMITS[text] = limit
    return limit


def cut_off(start: Instant, end: Instant, over: Instant) -> Instant:
    """When a clock of a case that was ``over`` then (``NEVER``: it goes on) stopped: at its own ``end``, or with the case."""
    return max(over, start) if over and (not end or over < end) else end
