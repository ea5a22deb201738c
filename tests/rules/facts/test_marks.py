"""What one record shows by itself: what is looked for in which records, and of what is found what is kept."""

from datetime import datetime
from typing import Any

import pytest

from rules import events as ev
from rules.book import RuleBook
from rules.case import Mark
from rules.facts.marks import marked, marks_of
from rules.families import FINDING, FINDINGS
from rules.instant import to_instant
from tests.rules.story import Story, book, books, day, event

HALL = {"places": ["市政务服务中心"], "terminals": ["T-", "K-"], "cashiers": ["大厅收费处"]}
_NAMES = {row.code: row.name for row in FINDINGS}
ITEMS = [{"code": "licence"}, {"code": "stopped", "suspended": True}]


def looking(**over: Any) -> RuleBook:
    """A book that looks for every oddity of a single record."""
    process = [
        {"id": row.name, "finding": row.name, "red": "at once", **({"within": "10wd"} if row.needs_within else {})}
        for row in FINDINGS
        if row.sees is not None
    ]
    return book(process=process, **{"hall": HALL, "items": ITEMS, **over})


def found(record: ev.Header, judged: RuleBook, arrived: datetime | None = None) -> set[str]:
    at = to_instant(record.at)
    return {
        f"{_NAMES[code]} {detail}"
        for when, code, detail in marks_of(record, at, to_instant(arrived) if arrived else at, judged)
        if when == at
    }


@pytest.mark.parametrize("kind", sorted(set(ev.EVENT_TYPES) - ev.OFFICE_TYPES - {"retracted"}))
def test_the_place_of_handling_is_looked_at_in_every_record_of_the_hall(kind: str) -> None:
    more = {"stage": "review", "procedure": "hearing", "result": "granted", "amount_fen": 1, "days": 1, "score": 1}
    fields = {name: value for name, value in more.items() if name in ev.EVENT_TYPES[kind].__struct_fields__}
    fields |= {name: name for name in ("complaint", "rating") if name in ev.EVENT_TYPES[kind].__struct_fields__}
    if "upheld" in ev.EVENT_TYPES[kind].__struct_fields__:
        fields["upheld"] = True
    if kind.startswith("attendant"):
        fields["operator"] = "0412"
    if "founded" in ev.EVENT_TYPES[kind].__struct_fields__:
        fields["founded"] = True
    record = event(kind, day(0), channel="off-hall", hall="别处", **fields)
    assert {"off-hall-channel channel=off-hall", "off-hall-place hall=别处"} <= found(record, looking())


def test_a_card_by_hand_shows_no_oddity_of_place_or_hour() -> None:
    card = event("card_issued_by_hand", day(0.5), level="red", reason="索贿", operator="张三", hall="纪委", terminal="PC-1")
    assert found(card, looking(), day(40)) == {"red-by-hand 张三\n索贿"}


def test_a_terminal_is_of_the_hall_when_it_begins_with_any_of_the_given_prefixes() -> None:
    judged = looking()
    for terminal, odd in (("T-01", False), ("K-7", False), ("XT-01", True), ("", False)):
        assert (f"off-hall-terminal terminal={terminal}" in found(event("accepted", day(0), terminal=terminal), judged)) == odd


def test_a_book_without_a_hall_and_items_finds_nothing_odd() -> None:
    judged = looking(hall={"channels": []}, items=[])
    record = event("accepted", day(0), channel="off-hall", hall="别处", terminal="PC", item="nothing")
    fee = event("fee_charged", day(0), amount_fen=1, cashier="别处")
    assert found(record, judged) == found(fee, judged) == set()


def test_a_decision_outside_the_office_hours_of_its_day_is_odd() -> None:
    judged = looking()
    for hours, odd in ((0, False), (2.5, True), (3.9, True), (4, False), (7.49, False), (7.5, True), (5 * 24, True)):
        assert (found(event("decided", day(0, hours), result="granted"), judged) == {"outside-hours event=decided"}) == odd
    assert not found(event("stage_entered", day(0, 13), stage="review"), judged), "work goes on in the evening"
    assert not found(event("decided", datetime.fromisoformat("2026-03-03T00:00:00+08:00"), result="granted"), judged)
    assert found(event("decided", datetime.fromisoformat("2026-03-03T00:00:01+08:00"), result="granted"), judged)


def test_back_entry_begins_where_its_limit_ends() -> None:
    # 2026-03    Mo02     Mo09     Mo16
    # back 10wd  |--------5--------10 09:30 typed in in time, 09:31 back-entry
    judged = looking()
    assert not found(event("applied", day(0)), judged, day(14))
    assert found(event("applied", day(0)), judged, day(14, 0, 1)) == {"back-entry event=applied days=14"}


def test_a_record_in_a_year_without_a_calendar_is_no_back_entry() -> None:
    calendar = {"name": "own", "base": "weekends", "years": [2026]}
    late = datetime.fromisoformat("2026-12-28T10:00:00+08:00")
    arrived = datetime.fromisoformat("2027-03-01T10:00:00+08:00")
    assert not found(event("applied", late), looking(calendar=calendar), arrived)
    elsewhere = event("applied", late, channel="off-hall")
    assert found(elsewhere, looking(calendar=calendar), arrived) == {"off-hall-channel channel=off-hall"}


def test_the_earliest_mark_of_each_finding_is_kept_and_of_cards_by_hand_every_one() -> None:
    channel, place, hand = (FINDING[name].code for name in ("off-hall-channel", "off-hall-place", "red-by-hand"))
    first: tuple[Mark, ...] = ((5, channel, "b"), (7, place, "x"))
    assert marked(first, ((6, channel, "a"),)) is first
    assert marked(first, ((5, channel, "a"),)) == ((5, channel, "a"), (7, place, "x"))
    assert marked(first, ((9, hand, "甲"), (8, hand, "乙"))) == (*first, (8, hand, "乙"), (9, hand, "甲"))
    assert marked(first, first) is first and marked((), ()) == ()


def test_a_mark_known_already_hides_no_new_one() -> None:
    first: tuple[Mark, ...] = ((5, 1, "b"),)
    assert marked(first, (first[0], (4, 2, "x"))) == ((4, 2, "x"), (5, 1, "b"))


def test_a_hall_that_names_no_terminals_finds_none_wrong() -> None:
    record = event("accepted", day(0), channel="hall", terminal="PC", item="licence")
    assert not found(record, looking(hall={"places": ["市政务服务中心"], "terminals": []}))


def test_a_record_less_than_a_day_late_is_no_back_entry_whatever_the_book_allows() -> None:
    """Xuzhou allows 24 hours between a window system and its supervision."""
    process = [{"id": "own", "finding": "back-entry", "within": "1wh", "red": "at once"}]
    judged = book(process=process)
    for hours, odd in ((23.99, False), (24, True), (25, True)):
        assert bool(found(event("applied", day(0)), judged, day(0, hours))) == odd, hours


def test_a_case_handled_outside_from_end_to_end_gets_one_card() -> None:
    story = Story(books(process=[{"id": "p", "finding": "off-hall-channel", "red": "at once"}]))
    for days, kind in enumerate(("applied", "accepted", "concluded", "delivered")):
        story.tell(kind, day(days), channel="off-hall")
    story.tick(day(9))
    assert [state for alert, state in story.states.items() if " p/" in alert] == ["issued"]
    assert len(story.known.marks) == 1


def test_two_fees_in_one_instant_leave_the_same_case_in_any_order() -> None:
    judged = books(process=[{"id": "p", "finding": "fee-outside", "red": "at once"}], hall=HALL)
    told = []
    for windows in (("A1", "B1"), ("B1", "A1")):
        story = Story(judged)
        for window in windows:
            story.tell("fee_charged", day(0), amount_fen=1, cashier="别处", window=window)
        told.append((story.known.origin, story.known.marks))
    assert told[0] == told[1] and told[0][0].window == "A1"


def test_a_redelivered_record_is_no_back_entry_even_weeks_later() -> None:
    story = Story(books())
    story.tell("accepted", day(0))
    before = story.known
    story.tell("accepted", day(0), arrived=day(30))
    assert story.known.marks == before.marks == ()
