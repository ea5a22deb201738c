"""A window judged in parts is what it is judged whole: the same clocks, cards, changes and wake-ups, record by record."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from monitor.almanac import ALMANAC
from rules import events as ev
from rules import step as core
from rules.alerts import LEVELS, Alert
from rules.book import RuleBooks
from rules.bookfile import parse_book
from rules.cards import alert_of, describe
from rules.case import Case, decode_case, encode_case
from rules.errors import BadEvent
from rules.events import TICK, Header, Record
from rules.instant import to_instant
from rules.parts import part
from rules.step import Decision, Delivery, decide
from tests.properties.records import CASE, ZONE
from tests.rules.story import named, table

BEGIN = datetime(2023, 11, 6, 9, 0, tzinfo=ZONE)


def _book(retention: dict[str, int], within: str) -> RuleBooks:
    kinds = ("complaint-acceptance", "complaint-answer", "complaint-misroute", "complaint-closing")
    kinds += ("review-verification", "review-rectification", "review-callback", "review-appeal")
    limits = [
        {"id": kind, "clock": kind, "limit": "3wd", "warning": "1wd before", "yellow": "deadline", "red": "4d after"}
        for kind in kinds
    ]
    process = [
        {"id": "window", "finding": "complaint-repeated-window", "count": 3, "within": within, "yellow": "at once"},
        {
            "id": "person",
            "finding": "complaint-repeated-person",
            "count": 2,
            "within": within,
            "warning": "at once",
            "red": "2d after",
        },
        {"id": "bad", "finding": "bad-review", "reminder": "at once", "yellow": "3wd after"},
    ]
    base = table("default")
    own = [*[rule for rule in base["time_limits"] if rule["clock"] not in kinds], *limits]
    return RuleBooks([parse_book("p", {**base, "time_limits": own, "process": process, "retention": retention}, ALMANAC)])


BOOKS = (_book({"complaints": 60, "attendance": 7}, "28d"), _book({"complaints": 2000, "attendance": 40}, "300d"))
_days = st.one_of(st.integers(0, 4), st.integers(0, 70), st.sampled_from([0, 55, 56, 60, 300, 400, 800, 1100]))
_at = st.builds(
    lambda days, minutes, seconds: BEGIN + timedelta(days=days, minutes=minutes, seconds=seconds),
    _days,
    st.one_of(st.integers(0, 3), st.integers(0, 600)),
    st.sampled_from([0, 0, 5, 59]),
)
_names = st.sampled_from(["TS1", "TS2", "TS3", "TS4", "TS5"])
_ratings = st.sampled_from(["", "", "PJ1", "PJ2"])
_people = st.sampled_from(["", "甲", "乙"])


def _kind(kind: type[Header], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Header]:
    return st.builds(
        lambda at, more: named(kind(**{**CASE, "id": "-", "case": "", "at": at, **more})), _at, st.fixed_dictionaries(fields)
    )


_complained = st.one_of(
    _kind(ev.ComplaintFiled, complaint=_names, person=_people),
    _kind(ev.ComplaintFiled, complaint=_names, person=_people),
    _kind(ev.ComplaintAccepted, complaint=_names),
    _kind(ev.ComplaintExtended, complaint=_names, days=st.integers(0, 12)),
    _kind(ev.ComplaintAnswered, complaint=_names),
    _kind(ev.ComplaintMisrouted, complaint=_names),
    _kind(ev.ComplaintRefused, complaint=_names),
    _kind(ev.ComplaintClosed, complaint=_names),
)
_rated = st.one_of(
    _kind(ev.Rated, rating=_ratings, score=st.integers(4, 5)),
    _kind(ev.Rated, rating=_ratings, score=st.integers(4, 5)),
    _kind(ev.RatingVerified, rating=_ratings, founded=st.booleans()),
    _kind(ev.RatingRectified, rating=_ratings),
    _kind(ev.RatingCalledBack, rating=_ratings),
    _kind(ev.RatingAppealed, rating=_ratings),
    _kind(ev.RatingAppealDecided, rating=_ratings, upheld=st.booleans()),
)
_attended = st.one_of(
    _kind(ev.WindowOpened),
    _kind(ev.WindowClosed),
    _kind(ev.AttendantArrived, operator=_people.filter(bool)),
    _kind(ev.AttendantLeft, operator=_people.filter(bool)),
)
_ACTS: tuple[tuple[type[Header], dict[str, Any]], ...] = (
    (ev.AlertConfirmed, {}),
    (ev.AlertReplied, {}),
    (ev.FollowupOpened, {}),
    (ev.AlertClosed, {}),
    (ev.AlertAppealed, {}),
    (ev.AppealDecided, {"outcome": "rejected"}),
    (ev.AlertRevoked, {"reason": "发牌有误"}),
)
_LATE = 40
"""Days that a record is late at most."""


@contextmanager
def _whole() -> Iterator[None]:
    """No part of a window is judged by itself."""
    judged_whole = patch.multiple(core, part_of=lambda *_: None, part_in_time=lambda *_: None, part_of_card=lambda *_: None)
    with judged_whole, patch.object(describe, "narrowed", lambda case, *_: case):
        yield


def _decided(case: Case | None, delivery: Delivery, books: RuleBooks) -> tuple[Decision, list[Alert]] | str:
    try:
        decision = decide(case, delivery, books, delivery.arrived)
        return decision, list(map(alert_of, decision.changes))
    except BadEvent as error:
        return error.reason


@contextmanager
def _in_parts() -> Iterator[None]:
    """However few there are to look at."""
    few = patch.multiple(part, FEW_CLOCKS=-1, FEW_DAYS=-1)
    with few, patch.object(core, "FEW_CLOCKS", -1):
        yield


def _compared(before: Case | None, record: Record, offset: int, books: RuleBooks, now: int) -> Case | None:
    """The case after ``record``, however it was judged; whoever reads it anew from its row starts without an index."""
    delivery = Delivery(record, now, offset)
    with _in_parts():
        in_parts = _decided(before, delivery, books)
        from_row = _decided(decode_case(encode_case(before)) if before is not None else None, delivery, books)
    with _whole():
        whole = _decided(before, delivery, books)
    assert in_parts == from_row == whole
    return before if isinstance(in_parts, str) else in_parts[0].case


def _told(case: Case, chosen: int, act: tuple[type[Header], dict[str, Any]], now: int) -> Record:
    """What the office does with one of the cards of a window."""
    card = case.cards[chosen % len(case.cards)]
    alert = f"{case.key}/{card.rule}/{LEVELS[card.level]}/{card.cycle}"
    at = datetime.fromtimestamp(now / 1000, ZONE)
    kind, fields = act
    return kind(**{**CASE, "id": "e", "case": case.key, "at": at, "operator": "0001", "alert": alert, **fields})  # type: ignore[return-value]


def _lived(records: Sequence[tuple[Header, int]], acts: Sequence[tuple[int, int]], books: RuleBooks) -> None:
    case: Case | None = None
    now = offset = 0
    arrivals = sorted([(to_instant(record.at + timedelta(days=late)), place) for place, (record, late) in enumerate(records)])
    for place, (arrived, number) in enumerate(arrivals):
        for at in sorted({max(now, arrived - 86_400_000), max(now, arrived)}):
            now, offset = at, offset + 1
            case = _compared(case, TICK, offset, books, now)
        offset += 1
        case = _compared(case, records[number][0], offset, books, now)
        if case is not None and case.cards and place < len(acts):
            chosen, act = acts[place]
            offset += 1
            case = _compared(case, _told(case, chosen, _ACTS[act % len(_ACTS)], now), offset, books, now)
    for days in (1, 3, 10, 60):
        now, offset = now + days * 86_400_000, offset + 1
        case = _compared(case, TICK, offset, books, now)


_late = st.sampled_from([0, 0, 0, 0, 1, 9, _LATE])
_acts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6)), max_size=30)


def _of(records: st.SearchStrategy[Header]) -> st.SearchStrategy[list[tuple[Header, int]]]:
    return st.lists(st.tuples(records, _late), min_size=2, max_size=30)


@given(_of(_complained), _acts, st.sampled_from(BOOKS))
def test_complaints_judged_by_what_a_record_is_about_are_judged_as_if_all_were(
    records: list[tuple[Header, int]], acts: list[tuple[int, int]], books: RuleBooks
) -> None:
    _lived(records, acts, books)


@given(_of(_rated), _acts, st.sampled_from(BOOKS))
def test_bad_reviews_judged_by_what_a_record_is_about_are_judged_as_if_all_were(
    records: list[tuple[Header, int]], acts: list[tuple[int, int]], books: RuleBooks
) -> None:
    _lived(records, acts, books)


@given(_of(_attended), _acts, st.sampled_from(BOOKS))
def test_attendance_judged_from_the_day_before_is_judged_as_if_all_days_were(
    records: list[tuple[Header, int]], acts: list[tuple[int, int]], books: RuleBooks
) -> None:
    _lived(records, acts, books)


@given(_of(st.one_of(_complained, _rated)), _acts, st.sampled_from(BOOKS))
def test_complaints_and_reviews_of_one_window_leave_each_other_alone(
    records: list[tuple[Header, int]], acts: list[tuple[int, int]], books: RuleBooks
) -> None:
    _lived(records, acts, books)
