"""A case as the worker's changelog keeps it, as rows: one for each time it was begun."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from monitor.ledger.connection import Json
from monitor.ledger.rows.times import LocalDays, at, maybe
from monitor.ledger.rows.unstorable import storable
from rules.case import NEVER, Case, case_state, count, over_at, place_of
from rules.events import STAGES
from rules.worktime import Limit, Unit

_DAYS = (Unit.calendar_days, Unit.working_days)
_encode = msgspec.json.Encoder().encode


def case_rows(key: str, case: Case, body: bytes, days: LocalDays) -> Iterator[tuple[Any, ...]]:
    """Its rows; none of what is no case: counts of many, and what is kept with a window."""
    if case_state(case) in ("tally", "window"):
        return
    first = msgspec.structs.replace(case, later=()) if case.later else case  # by itself, so that it is told without the others
    for number, cycle in enumerate((first, *case.later), 1):
        row = _row(key, number, case.offset, cycle, body if number == 1 else b"", days)
        yield tuple([storable(each) if type(each) is str else each for each in row])


def _row(key: str, number: int, offset: int, case: Case, body: bytes, days: LocalDays) -> tuple[Any, ...]:
    place, terms = place_of(case), case.terms
    accepted = maybe(terms.at) if terms is not None else None
    over, due = maybe(case.concluded or over_at(case)), maybe(case.due)
    concluded = case.concluded != NEVER and accepted is not None
    over_on, accepted_on = days.of(over), days.of(accepted)
    same_day = concluded and over_on == accepted_on
    promised, statutory = (terms.promised, terms.statutory) if terms is not None else ("", "")
    where = (place.region, place.hall, place.department, place.window, place.item) if place is not None else ("",) * 5
    return (
        key, number, offset, case_state(case), case.book, *where,
        terms.watch if terms is not None else "", case.online, maybe(case.applied), accepted, accepted_on, promised, statutory,
        *_both_in_days(promised, statutory), due, maybe(case.decided), case.granted, over, over_on,
        _end(case),
        bool(count(case)[3]),
        _is_early(concluded, over, due, days),
        same_day,
        # On the spot: begun and ended at the counter the same day, without another hand in between.
        same_day and not case.online and not case.branches and case.holder[0] == NEVER,
        maybe(case.issued), maybe(case.delivered), case.holder[1], len(case.suspensions), len(case.extensions),
        Json(_encode(_stages(case))), body,
    )  # fmt: skip


def _end(case: Case) -> str:
    """How it ended; empty while it goes on."""
    over = over_at(case)
    if case.concluded:
        return case.how
    if over and over == case.superseded:
        return "superseded"  # it came back and began anew before it had ended
    return "not_accepted" if over else ""


def _is_early(concluded: bool, over: datetime | None, due: datetime | None, days: LocalDays) -> bool:
    """Concluded on a day before the one it was promised for."""
    over_on, due_on = days.of(over), days.of(due)
    return concluded and over_on is not None and due_on is not None and over_on < due_on


def _both_in_days(promised: str, statutory: str) -> tuple[int | None, int | None]:
    """Both limits where they are counted in the same days; else neither, for they cannot be compared."""
    if not promised or not statutory:
        return None, None
    first, second = Limit.kept(promised), Limit.kept(statutory)
    if first.value == 0 and second.unit in _DAYS:  # an instant item, in whatever unit it says so
        return 0, second.value
    return (first.value, second.value) if first.unit is second.unit and first.unit in _DAYS else (None, None)


def _stages(case: Case) -> list[tuple[str, float, float | None]]:
    """Each visit of a stage that was entered: its name, from when to when, in seconds since 1970."""
    visits = []
    for entered, stage in case.entered:
        left = min((when for when, which in case.left if which == stage and when >= entered), default=0)
        visits.append((STAGES[stage], at(entered).timestamp(), at(left).timestamp() if left else None))
    return visits
