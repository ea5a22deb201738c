"""When a case's clock stands still: special procedures up to their approved days, and supplements after acceptance."""

from typing import NamedTuple

from rules.case import Case, Terms
from rules.errors import UncoveredDate
from rules.rulebook import RuleBook
from rules.worktime import Limit, Unit

_UNITS = {"d": Unit.calendar_days, "wd": Unit.working_days}


class Pause(NamedTuple):
    """``[start, end)`` in epoch ms, not counted; ``why`` is the procedure, or ``supplement``."""

    start: int
    end: int
    why: str


def approved_days(procedure: str, days: int, book: RuleBook) -> int:
    """Days for which a suspension stops the clock; -1 where nobody approved any and the book grants none."""
    special = book.special
    if days < 0:
        days = special.unapproved.get(procedure, -1)
    return min(days, special.max_days) if special.max_days else days


def cap_of(suspension: tuple[int, str, int], book: RuleBook) -> int:
    """The instant at which a suspension is used up, whoever resumes it when. Equal to its start if it stops nothing."""
    at, procedure, days = suspension
    days = approved_days(procedure, days, book)
    if days <= 0:
        return at
    return book.worktime.due(at, Limit(days, _UNITS[book.special.unit]))


def resumed_at(case: Case, suspended: int) -> int:
    """When the suspension of that instant ended: the first resumption at or after it, 0 while it lasts."""
    for at in case.resumptions:
        if at >= suspended:
            return at
    return 0


def pauses_of(case: Case, book: RuleBook) -> tuple[Pause, ...]:
    """All pauses of the case, sorted and disjoint. One without an end yet is taken at its cap.

    A suspension whose cap lies in an uncovered year raises :class:`UncoveredDate`: then nothing can be said of the limit.
    """
    found: list[Pause] = []
    for suspension in case.suspensions:
        start = suspension[0]
        cap, resumed = cap_of(suspension, book), resumed_at(case, start)
        found.append(Pause(start, min(cap, resumed) if resumed else cap, suspension[1]))
    if book.supplement.stops_clock and case.requests and case.terms is not None:
        found += _supplements(case, case.terms, book)
    if len(found) > 1:
        found = _disjoint(sorted(found))
    return tuple(pause for pause in found if pause.end > pause.start)


def _supplements(case: Case, terms: Terms, book: RuleBook) -> list[Pause]:
    """A supplement asked for after acceptance stops the clock until it comes, at most for the days the book allows."""
    limit = Limit(book.supplement.max_days, _UNITS[book.special.unit])
    pauses = []
    for request in case.requests:
        if request >= terms.at:
            came = next((at for at in case.supplements if at >= request), 0)
            cap = book.worktime.due(request, limit)
            pauses.append(Pause(request, min(came, cap) if came else cap, "supplement"))
    return pauses


def _disjoint(pauses: list[Pause]) -> list[Pause]:
    """Overlapping pauses stop the clock once, not twice."""
    merged = [pauses[0]]
    for pause in pauses[1:]:
        last = merged[-1]
        if pause.start < last.end:
            merged.append(Pause(last.end, max(pause.end, last.end), pause.why))
        else:
            merged.append(pause)
    return merged


__all__ = ["Pause", "UncoveredDate", "approved_days", "cap_of", "pauses_of", "resumed_at"]
