"""One run of a clock, and the limits it is counted by."""

from typing import NamedTuple

from rules.case import UNCOVERED, UNREACHED
from rules.errors import UncoveredDate
from rules.worktime import Limit, Worktime

_LIMITS: dict[str, Limit] = {}


class Span(NamedTuple):
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
    """The limit a short form stands for, parsed once."""
    limit = _LIMITS.get(text)
    if limit is None:
        limit = _LIMITS[text] = Limit.parse(text)
    return limit


def graced(worktime: Worktime, at: int, grace: Limit) -> int:
    """The threshold of a level that is reached ``grace`` after ``at``. What is known of the other levels holds without it."""
    try:
        return worktime.after(at, grace)
    except UncoveredDate:
        return UNCOVERED
