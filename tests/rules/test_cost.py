"""What a record costs, in calls and not in time, however much its case or its window remembers already."""

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from rules.book import RuleBooks
from rules.cards import alert_of
from rules.drive import OneCase
from rules.events import EVENT_TYPES, TICK, Record
from rules.instant import DAY, to_instant
from tests.rules.story import MONDAY, PLACE, book, named

Told = tuple[str, timedelta, dict[str, Any]]
"""Type of a record, how long after :data:`MONDAY` it happened, and its other fields."""
HERE = {**PLACE, "case": "", "operator": "0412"}
BOOKS = RuleBooks([book(retention={"complaints": 400, "attendance": 400})])
MANY = (10, 100, 1000)


def _record(kind: str, after: timedelta, fields: dict[str, Any]) -> Record:
    cls = EVENT_TYPES[kind]
    known = {name: value for name, value in {**HERE, **fields}.items() if name in cls.__struct_fields__}
    return named(cls(id="-", at=MONDAY + after, **known))


def _lived(told: Iterator[Told]) -> OneCase:
    driven = OneCase(BOOKS)
    for kind, after, fields in told:
        record = _record(kind, after, fields)
        driven.advance(to_instant(record.at))
        driven.apply(record, to_instant(record.at))
    return driven


def _calls(work: Callable[[], object]) -> int:
    count = 0

    def note(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def _complaints(notes: int) -> Iterator[Told]:
    """One complaint after the other, each accepted and answered."""
    for number in range(notes // 3 + 1):
        filed = timedelta(hours=6 * number)
        about = {"complaint": f"TS{number}", "person": f"{number % 7}"}
        yield "complaint_filed", filed, about
        yield "complaint_accepted", filed + timedelta(hours=1), about
        yield "complaint_answered", filed + timedelta(hours=3), about
    yield "complaint_filed", filed + timedelta(hours=5), {"complaint": "new", "person": "3"}


def _reviews(notes: int) -> Iterator[Told]:
    """One bad review after the other, each rectified and the applicant called back."""
    for number in range(notes // 3 + 1):
        rated = timedelta(hours=6 * number)
        about = {"rating": f"PJ{number}" if number % 2 else "", "score": 5}
        yield "rated", rated, about
        yield "rating_rectified", rated + timedelta(hours=1), about
        yield "rating_callback", rated + timedelta(hours=3), about
    yield "rated", rated + timedelta(hours=5), {"rating": "new", "score": 4}


def _attendance(notes: int) -> Iterator[Told]:
    """A window that opens each day, where somebody comes and goes."""
    kinds = ("window_opened", "attendant_arrived", "attendant_left", "attendant_arrived", "attendant_left", "window_closed")
    for number in range(notes // 6 + 1):
        for hour, kind in enumerate(kinds):
            yield kind, timedelta(days=number, hours=hour), {}


LIVES: dict[Callable[[int], Iterator[Told]], tuple[str, ...]] = {
    _complaints: (
        "complaint_filed",
        "complaint_accepted",
        "complaint_refused",
        "complaint_extended",
        "complaint_answered",
        "complaint_misrouted",
        "complaint_closed",
    ),
    _reviews: ("rated", "rating_verified", "rating_rectified", "rating_callback", "rating_appealed", "rating_appeal_decided"),
    _attendance: ("window_opened", "window_closed", "attendant_left", "attendant_arrived"),
}
NEXT: dict[str, Any] = {
    "complaint": "new",
    "rating": "new",
    "person": "3",
    "days": 3,
    "score": 5,
    "founded": True,
    "upheld": False,
}


def _cost(life: Callable[[int], Iterator[Told]], kind: str, notes: int) -> int:
    """Calls for one more record of that type; the window has just been judged, as in a worker that still has it open."""
    driven = _lived(life(notes))
    assert driven.case is not None
    known = len(driven.case.complaints) + len(driven.case.reviews) + len(driven.case.attendance)
    assert notes <= known < notes + 10, "the window remembers them all"
    now = driven.now + 3_600_000 if life is not _attendance else driven.now + DAY * 19 // 24
    named = {"complaint": "later"} if kind == "complaint_filed" else {}
    record = _record(kind, timedelta(milliseconds=now - to_instant(MONDAY)), {**NEXT, **named})
    driven.advance(now - 1)
    before = driven.case

    def applied() -> None:
        for change in driven.apply(record, now):
            alert_of(change)

    calls = _calls(applied)
    assert driven.case is not before, "it says something new"
    return calls


@pytest.mark.parametrize(("life", "kind"), [(life, kind) for life, kinds in LIVES.items() for kind in kinds])
def test_a_record_of_a_window_costs_no_more_calls_however_much_the_window_remembers(
    life: Callable[[int], Iterator[Told]], kind: str
) -> None:
    few, some, many = (_cost(life, kind, notes) for notes in MANY)
    assert many < 1.5 * max(few, some), f"{kind}: {few}, {some}, {many} calls at {MANY} notes"


def test_a_complaint_that_runs_out_wakes_its_window_for_the_same_calls_however_many_it_remembers() -> None:
    costs = []
    for notes in MANY:
        driven = _lived(_complaints(notes))
        assert driven.wake_at is not None
        costs.append(_calls(lambda driven=driven: driven.apply(TICK, driven.wake_at)))  # type: ignore[misc]
        assert driven.changes[-1].card_change.card.raised == driven.now, "it has told of something"
    assert costs[2] < 1.5 * max(costs[:2]), costs
