"""Joining facts: commutative, associative, idempotent, and what each record leaves behind."""

from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from rules.book import RuleBooks
from rules.case import Case
from rules.errors import BadEvent
from rules.events import STAGES
from rules.facts import join, supervised
from rules.instant import to_instant
from tests.rules.story import book, books, day, event

BOOKS = books(items=[{"code": "licence", "promised": "5wd", "statutory": "10wd"}])


def joined(*events: Any, known: Case | None = None, among: RuleBooks = BOOKS) -> Case:
    case = known or Case("k")
    for each in events:
        at = to_instant(each.at)
        changes, _ = join(case, each, at, at, among)
        case = Case(**{**{field: getattr(case, field) for field in Case.__struct_fields__}, **changes})
    return case


def at(when: datetime) -> int:
    return to_instant(when)


TWICE = {
    "applied": [event("applied", day(0), channel="online"), event("applied", day(0)), event("applied", day(1), channel="online")],
    "accepted": [event("accepted", day(1), promised="3wd"), event("accepted", day(1), promised="4wd"), event("accepted", day(0))],
    "accepted elsewhere": [
        event("accepted", day(0), department="b"),
        event("accepted", day(0), department="a", hall="z"),
        event("accepted", day(0), department="a", hall="y"),
    ],
    "first seen elsewhere": [
        event("applied", day(0), hall="b"),
        event("applied", day(0), hall="a"),
        event("applied", day(0), region="330100"),
    ],
    "not accepted": [event("not_accepted", day(2)), event("not_accepted", day(1)), event("accepted", day(3))],
    "supplements": [event("supplement_requested", day(1)), event("supplemented", day(3)), event("supplemented", day(2))],
    "stages": [
        event("stage_entered", day(1), stage="handling"),
        event("stage_entered", day(1), stage="review"),
        event("stage_left", day(1), stage="handling"),
    ],
    "suspensions": [
        event("suspended", day(1), procedure="hearing"),
        event("suspended", day(1), procedure="hearing", approved_days=3),
        event("resumed", day(2)),
    ],
    "extensions": [event("extended", day(1), days=5), event("extended", day(1), days=3), event("extended", day(0), days=1)],
    "decided": [
        event("decided", day(1), result="granted"),
        event("decided", day(1), result="refused"),
        event("decided", day(2), result="granted"),
    ],
    "concluded": [
        event("concluded", day(1)),
        event("concluded", day(1), how="returned"),
        event("concluded", day(2), how="voided"),
    ],
    "issued and delivered": [event("issued", day(2)), event("issued", day(1)), event("delivered", day(3))],
}


@pytest.mark.parametrize("what", TWICE)
def test_any_order_and_any_repetition_join_to_the_same_facts(what: str) -> None:
    events = TWICE[what]
    expected = joined(*events)
    for order in permutations(events):
        assert joined(*order) == expected
        assert joined(*order, *order) == expected


def test_a_record_known_already_changes_no_fact() -> None:
    for events in TWICE.values():
        case = joined(*events)
        for each in events:
            assert not join(case, each, at(each.at), at(each.at), BOOKS)[0]


def test_an_acceptance_settles_the_terms_by_the_item_unless_it_promises_otherwise() -> None:
    plain = joined(event("accepted", day(0))).terms
    assert plain is not None and (plain.promised, plain.statutory) == ("5wd", "10wd")
    own = joined(event("accepted", day(0), promised=" 3wd ")).terms
    assert own is not None and (own.promised, own.statutory) == ("3wd", "10wd")


def test_the_earliest_acceptance_settles_the_terms_by_the_book_of_its_day() -> None:
    newer = book(version="next", effective_from=day(10), items=[{"code": "licence", "promised": "2wd", "statutory": "4wd"}])
    both = RuleBooks([book(items=[{"code": "licence", "promised": "5wd", "statutory": "10wd"}]), newer])
    early, late = event("accepted", day(1)), event("accepted", day(11))
    for order in permutations([early, late]):
        terms = joined(*order, among=both).terms
        assert terms is not None and terms.promised == "5wd"
    terms = joined(late, among=both).terms
    assert terms is not None and terms.promised == "2wd"


def test_an_unreadable_limit_in_a_record_is_refused_as_the_senders_error() -> None:
    with pytest.raises(BadEvent, match="soon") as caught:
        joined(event("accepted", day(0), statutory="soon"))
    assert (caught.value.reason, caught.value.field) == ("invalid_field", "statutory")


def test_the_origin_is_kept_until_the_acceptance_is_known() -> None:
    before = joined(event("supplemented", day(2), window="A02"), event("applied", day(0), window="A01"))
    assert before.origin is not None and (before.origin.window, before.origin.at) == ("A01", at(day(0)))
    after = joined(event("accepted", day(3)), known=before)
    assert after.origin is None
    assert joined(event("applied", day(-1)), known=after).origin is None


def test_stages_are_kept_by_their_place_in_the_course_of_a_case() -> None:
    case = joined(event("stage_entered", day(1), stage="review"), event("stage_left", day(2), stage="review", action="return"))
    review = STAGES.index("review")
    assert (case.entered, case.left) == (((at(day(1)), review),), ((at(day(2)), review),))


@pytest.mark.parametrize("kind", ["rated", "consulted", "archived"])
def test_records_that_no_clock_depends_on_are_not_supervised(kind: str) -> None:
    fields: dict[str, Any] = {"rated": {"score": 3}}
    assert not supervised(event(kind, day(0), **fields.get(kind, {})))
    assert supervised(event("applied", day(0)))
