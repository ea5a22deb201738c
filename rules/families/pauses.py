"""When a case's clock stands still: special procedures up to their approved days, and supplements after acceptance."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from rules.book import RuleBook
from rules.case import UNREACHED, Case, Suspension, Terms, latest
from rules.errors import UncoveredDate
from rules.families.order import last_ends
from rules.instant import Instant
from rules.worktime import DAY_UNITS, Limit, Worktime

UNKNOWN = UNREACHED
"""The end of a pause that nobody can tell. Nobody has resumed the case, and what was approved runs into a year that the calendar
does not cover. It matters only to a limit that has not run out when the pause begins (:func:`prolonged`)."""


class Pause(NamedTuple):
    """``[start, end)`` in epoch ms, not counted; ``why`` is the procedure, or ``supplement``. The end may be :data:`UNKNOWN`."""

    start: int
    end: int
    why: str


def approved_days(procedure: str, days: int, book: RuleBook) -> int:
    """Days for which a suspension stops the clock; -1 where nobody approved any and the book grants none."""
    special = book.special
    if days < 0:
        days = special.unapproved.get(procedure, -1)
    return min(days, special.max_days) if special.max_days else days


def cap_of(case: Case, suspension: Suspension, book: RuleBook) -> int:
    """The instant at which a suspension is used up, whoever resumes it when. Equal to its start if it stops nothing."""
    at, procedure, days = suspension
    days = approved_days(procedure, days, book)
    if days <= 0:
        return at
    return book.worktime.due(latest(case, at), Limit(days, DAY_UNITS[book.special.unit]))


def pauses_of(case: Case, book: RuleBook) -> tuple[Pause, ...]:
    """All pauses of the case, sorted and disjoint. One without an end yet is taken at its cap.

    Where a day was told only, a pause lasts as long as it can have.
    """
    found: list[Pause] = []
    resumed = last_ends(case, case.resumptions, [at for at, _, _ in case.suspensions], book)
    for suspension, ended in zip(case.suspensions, resumed, strict=True):
        found.append(Pause(suspension[0], _end(ended, partial(cap_of, case, suspension, book), book), suspension[1]))
    if book.supplement.stops_clock and case.requests and case.terms is not None:
        found += _supplements(case, case.terms, book)
    if len(found) > 1:
        found = _disjoint(sorted(found))
    return tuple(pause for pause in found if pause.end > pause.start)


def _supplements(case: Case, terms: Terms, book: RuleBook) -> list[Pause]:
    """A supplement asked for after acceptance stops the clock until it comes, at most for the days the book allows."""
    limit = Limit(book.supplement.max_days, DAY_UNITS[book.special.unit])
    requests = [at for at in case.requests if latest(case, at) >= terms.at]
    pauses = []
    for request, came in zip(requests, last_ends(case, case.supplements, requests, book), strict=True):
        cap = partial(book.worktime.due, latest(case, request), limit)
        pauses.append(Pause(request, _end(came, cap, book), "supplement"))
    return pauses


def _end(ended: int, cap: Callable[[], int], book: RuleBook) -> int:
    """The earlier of when somebody ended a pause (0: nobody has) and its cap. One beyond the calendar is after all it covers."""
    try:
        capped = cap()
    except UncoveredDate:
        return ended if ended and book.worktime.covers(ended) else UNKNOWN
    return min(ended, capped) if ended else capped


def prolonged(worktime: Worktime, start: Instant, limit: Limit, pauses: Sequence[Pause]) -> Instant:
    """The last instant in time for ``limit`` begun at ``start``, with ``pauses`` left out.

    :class:`UncoveredDate` where it depends on a pause whose end is :data:`UNKNOWN`. One that begins when the limit has run out
    does not matter: no suspension undoes what was too late before it.
    """
    due = worktime.due(start, limit, [(pause.start, pause.end) for pause in counted_out(pauses)])
    last = due + worktime.dates.ends_with_a_day(worktime.resolved(limit))
    if any(pause.end == UNKNOWN and pause.start < last for pause in pauses):  # as worktime.due compares them
        raise worktime.calendar.beyond()
    return due


def counted_out(pauses: Sequence[Pause]) -> tuple[Pause, ...]:
    """Those that a limit with a deadline was prolonged by, or could have been: their ends are known."""
    return tuple([pause for pause in pauses if pause.end != UNKNOWN])


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
