"""A case that is filled up: what is refused, what is never refused, and that clocks go on."""

from datetime import timedelta
from typing import Any

import pytest

from rules.alerts import LEVELS, Alert
from rules.book import RuleBooks
from rules.cards import alert_of
from rules.case import encode_case
from rules.drive import Cases, OneCase
from rules.errors import BadEvent
from rules.events import EVENT_TYPES, Record
from rules.facts.room import RESERVE
from rules.instant import to_instant
from rules.step import TooManyRecords
from tests.rules.story import MONDAY, PLACE, book, table

FILLS = {"id": "fills", "finding": "overfull", "yellow": "at once"}
PROCESS = [*table("default")["process"], FILLS]
SMALL = RuleBooks([book(process=PROCESS, retention={**table("default").get("retention", {}), "case_kib": 2, "window_kib": 3})])
USUAL = RuleBooks([book(process=PROCESS)])


def told(kind: str, minutes: float, number: int = 0, **fields: Any) -> Record:
    cls = EVENT_TYPES[kind]
    known = {name: value for name, value in {**PLACE, **fields}.items() if name in cls.__struct_fields__}
    return cls(id=f"{kind}-{number}", at=MONDAY + timedelta(minutes=minutes), **known)


def tell(driven: OneCase, record: Record) -> bool:
    """Whether the case took it."""
    try:
        driven.advance(to_instant(record.at))
        driven.apply(record, to_instant(record.at))
    except TooManyRecords:
        return False
    return True


def filled(books: RuleBooks, kind: str = "complaint_filed", number: int = 1000, **fields: Any) -> OneCase:
    """A case of which somebody tells so many records within seconds."""
    driven = OneCase(books)
    for place in range(number):
        tell(driven, told(kind, place / 10_000, place, complaint=f"TS{place}", **fields))
    return driven


def standing(driven: OneCase) -> set[str]:
    assert driven.case is not None
    return {f"{LEVELS[card.level]} {card.rule}" for card in driven.case.cards}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("complaint_filed", {}),
        ("complaint_filed", {"case": ""}),
        ("stage_entered", {"stage": "review"}),
        ("suspended", {"procedure": "inspection"}),
        ("supplement_requested", {}),
        ("hearing_requested", {}),
        ("branch_opened", {"department": "城管局"}),
        ("rated", {"score": 5, "rating": "", "case": ""}),
        ("attendant_left", {"operator": "0412"}),
    ],
)
def test_a_case_filled_with_one_kind_of_record_stays_a_row_its_changelog_takes(kind: str, fields: dict[str, Any]) -> None:
    driven = filled(SMALL, kind, **fields)
    assert driven.case is not None
    assert driven.case.refused > 800, "the others were counted"
    assert len(encode_case(driven.case)) < 100_000
    assert "yellow fills" in standing(driven)


def test_the_first_refused_record_is_found_and_all_are_counted() -> None:
    driven = OneCase(SMALL)
    refused = [place for place in range(300) if not tell(driven, told("stage_entered", place, place, stage="handling"))]
    assert driven.case is not None
    assert driven.case.refused == len(refused) > 100
    assert driven.case.overfull == to_instant(MONDAY + timedelta(minutes=refused[0]))
    assert refused == list(range(refused[0], 300)), "none is taken once there is no room"


def test_acceptance_decision_and_conclusion_of_a_full_case_are_taken() -> None:
    driven = filled(SMALL, "stage_entered", stage="handling")
    for minute, kind in enumerate(("applied", "accepted", "decided", "concluded", "issued", "delivered"), 1):
        fields = {"promised": "5wd", "statutory": "20wd"} if kind == "accepted" else {"result": "granted"}
        assert tell(driven, told(kind, minute, **fields)), kind
    assert driven.case is not None
    assert driven.case.terms is not None
    assert driven.case.concluded


def test_the_first_conclusion_is_taken_even_where_the_room_for_such_records_is_used_up() -> None:
    driven = filled(SMALL, "stage_entered", stage="handling")
    taken = [tell(driven, told("accepted", 1000 - place / 10, place, promised="5wd", statutory="20wd")) for place in range(1000)]
    assert driven.case is not None
    assert any(taken)
    assert not taken[-1]
    assert len(driven.case.journal) < 2 * 1024 + RESERVE + 500
    assert tell(driven, told("concluded", 2000))
    assert driven.case.concluded


def test_a_full_case_is_late_as_any_other() -> None:
    driven = OneCase(SMALL)
    tell(driven, told("accepted", 0, promised="5wd", statutory="20wd"))
    for place in range(300):
        tell(driven, told("stage_entered", 1 + place, place, stage="handling"))
    driven.advance(to_instant(MONDAY + timedelta(days=60)))
    assert "yellow case-promise" in standing(driven)


def test_a_record_that_says_nothing_new_is_no_record_too_many() -> None:
    driven = filled(SMALL)
    assert driven.case is not None
    refused = driven.case.refused
    assert tell(driven, told("complaint_filed", 0, 0, complaint="TS0"))
    assert driven.case.refused == refused


def test_a_delivery_of_a_refused_record_again_is_not_counted_twice() -> None:
    driven = filled(SMALL)
    assert driven.case is not None
    refused = driven.case.refused
    driven.apply(told("complaint_filed", 1, 9999, complaint="other"), driven.now, offset=driven.case.offset)
    assert driven.case.refused == refused


def test_others_are_told_what_a_refused_record_found() -> None:
    driven = Cases(SMALL)
    seen: list[Alert] = []
    for place in range(300):
        record = told("stage_entered", place, place, stage="handling")
        seen += map(alert_of, driven.advance(to_instant(record.at)))
        try:
            seen += map(alert_of, driven.apply(record, to_instant(record.at)))
        except BadEvent as error:
            assert error.reason == "too_many_records"
    seen += map(alert_of, driven.apply(told("concluded", 400), to_instant(MONDAY + timedelta(minutes=400))))
    assert [alert.rule for alert in seen].count("fills") == 1


def test_a_year_of_a_busy_hot_line_has_room() -> None:
    driven = OneCase(USUAL)
    for place in range(2000):
        filed = place * 216
        about = {"complaint": f"C{place:06}", "case": "", "window": "12345"}
        assert tell(driven, told("complaint_filed", filed, place, **about))
        assert tell(driven, told("complaint_accepted", filed + 60, place, **about))
        assert tell(driven, told("complaint_answered", filed + 120, place, **about))
