"""A window that forgets: what is left follows from what happened, and forgetting changes nothing that is told."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.almanac import ALMANAC
from rules import events as ev
from rules.alerts import Alert
from rules.book import RuleBook, RuleBooks
from rules.bookfile import parse_book
from rules.case import Case, place_of
from rules.drive import OneCase
from rules.events import TICK, Header
from rules.facts.retention import is_history
from rules.instant import DAY, to_instant
from rules.step import Delivery, step
from tests.properties.records import CASE, ZONE
from tests.rules.story import named as with_id
from tests.rules.story import table

BEGIN = datetime(2018, 1, 8, 9, 0, tzinfo=ZONE)
END = to_instant(datetime(2025, 6, 2, tzinfo=ZONE))
LATE = 20
"""Days a record is late at most; less than any window here remembers."""


def _books(complaints: int, attendance: int) -> RuleBooks:
    """The default book with findings that remind, and a memory as short as the check allows, or as long as it takes."""
    process = [
        {"id": "again", "finding": "complaint-repeated-window", "count": 2, "within": "28d", "yellow": "at once"},
        {"id": "again-person", "finding": "complaint-repeated-person", "count": 2, "within": "28d", "yellow": "1d after"},
        {"id": "bad", "finding": "bad-review", "reminder": "at once", "yellow": "3wd after"},
    ]
    retention = {"complaints": complaints, "attendance": attendance}
    return RuleBooks([parse_book("r", {**table("default"), "process": process, "retention": retention}, ALMANAC)])


SHORT, LONG = _books(45, 25), _books(20_000, 20_000)

_years = st.sampled_from([0, 3, 30, 200, 215, 252, 351, 362, 401, 800, 1190, 1500, 2000])
_days = st.sampled_from([0, 1, 2, 9, 21, 29, 45, 60, 90])


def _at(after: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(after, st.integers(0, 12 * 480))


def _records(kinds: Sequence[tuple[type[Header], dict[str, Any]]], after: st.SearchStrategy[int]) -> st.SearchStrategy[Header]:
    def told(what: tuple[type[Header], dict[str, Any]], when: tuple[int, int], number: int) -> Header:
        days, minutes = when
        kind, fields = what
        named = {name: f"{days}-{number}" for name in ("complaint", "rating") if name in kind.__struct_fields__}
        at = BEGIN + timedelta(days=days + minutes // 480, minutes=minutes % 480)
        return with_id(kind(**{**CASE, "id": "-", "case": "", "at": at, **named, **fields}))

    return st.builds(told, st.sampled_from(list(kinds)), _at(after), st.integers(1, 2))


complaints = _records(
    [
        (ev.ComplaintFiled, {"person": "0412"}),
        (ev.ComplaintFiled, {"person": "0413"}),
        (ev.ComplaintFiled, {}),
        (ev.ComplaintAccepted, {}),
        (ev.ComplaintAnswered, {}),
        (ev.ComplaintMisrouted, {}),
        (ev.ComplaintRefused, {}),
        (ev.Rated, {"score": 5}),
        (ev.RatingRectified, {}),
        (ev.RatingCalledBack, {}),
    ],
    _years,
)
duty = _records(
    [
        (ev.WindowOpened, {}),
        (ev.WindowOpened, {}),
        (ev.WindowClosed, {}),
        (ev.AttendantArrived, {"operator": "甲"}),
        (ev.AttendantLeft, {"operator": "甲"}),
        (ev.AttendantLeft, {"operator": "乙"}),
    ],
    _days,
)
histories = st.lists(complaints, min_size=1, max_size=16) | st.lists(duty, min_size=1, max_size=24)


def tell(arrivals: Sequence[tuple[int, Header]], books: RuleBooks) -> tuple[Case | None, list[Any]]:
    """Records at their arrivals, then the end of time."""
    one = OneCase(books, stored=True)
    for arrived, record in [*arrivals, (END, TICK)]:
        one.apply(record, arrived)
    return one.case, one.alerts


def on_time(history: Sequence[Header]) -> list[tuple[int, Header]]:
    return sorted(((to_instant(record.at), record) for record in history), key=lambda each: each[0])


def _book(case: Case, books: RuleBooks) -> RuleBook:
    return books.get(case.book)


def remembered(case: Case | None, books: RuleBooks) -> tuple[Any, ...]:
    """All that is still judged."""
    if case is None:
        return ()
    book = _book(case, books)
    clocks = {
        clock for clock in case.clocks if clock.start >= case.horizon and book.kind_of[clock.rule] not in ("expiry", "reply")
    }
    facts = (case.complaints, case.reviews, case.attendance, case.horizon, place_of(case), case.book)
    cards = {c for c in standing(case) if not is_history(c[0], c[2], case, book)}
    return facts, clocks, cards


def standing(case: Case | None) -> set[tuple[Any, ...]]:
    return {(c.rule, c.level, c.cycle, c.due, c.state) for c in case.cards if c.state < 2} if case is not None else set()


@given(histories, st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_leave_the_same_to_be_judged(history, random):
    again = [*history, *random.sample(history, len(history) // 2)]
    random.shuffle(again)
    one, _ = tell([(END, record) for record in history], SHORT)
    other, _ = tell([(END, record) for record in again], SHORT)
    assert remembered(one, SHORT) == remembered(other, SHORT)


@given(histories)
def test_a_window_told_again_is_the_very_same_window(history):
    case, _ = tell(on_time(history), SHORT)
    for offset, record in enumerate(history, 100):
        outcome = step(case, Delivery(record, END, offset), SHORT, END)
        assert outcome.case is case and not outcome.alerts


@given(histories, st.lists(st.integers(0, LATE * 24 * 60), min_size=24, max_size=24))
def test_a_window_told_late_has_the_same_standing_cards_forgotten_or_not(history, late):
    one, _ = tell(on_time(history), SHORT)
    delayed = [(to_instant(record.at) + late[number] * 60_000, record) for number, record in enumerate(history)]
    other, _ = tell(sorted(delayed, key=lambda each: each[0]), SHORT)
    assert remembered(one, SHORT) == remembered(other, SHORT)
    assert standing(one) == standing(other)


@given(histories)
def test_no_alert_changes_because_something_was_forgotten(history):
    """But for the words of an alert that ends with the very record by which what it was about is forgotten."""
    forgetful, mindful = (tell(on_time(history), books)[1] for books in (SHORT, LONG))

    def said(alerts: list[Alert]) -> list[tuple[Any, ...]]:
        return [(a.id, a.state, a.reason, a.change, a.due_at, a.changed_at) for a in alerts]

    assert said(forgetful) == said(mindful)
    for one, other in zip(forgetful, mindful, strict=True):
        assert (one.limit, one.detail) == (other.limit, other.detail) or (one.state == "expired" and not one.limit + one.detail)


@given(histories)
def test_no_fact_is_older_than_the_window_remembers(history):
    case, _ = tell(on_time(history), SHORT)
    if case is not None:
        notes = [*case.complaints, *case.reviews, *case.attendance]
        newest = max(note[0] for note in notes)
        days = 25 + 16 if case.attendance else 45 + 740
        assert all(newest - note[0] <= (days + 1) * DAY for note in notes)
        assert 0 < case.horizon <= newest
