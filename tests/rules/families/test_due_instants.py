"""A due instant that the window system itself gives (``due_at``): judged as it is, moved by pauses and days granted."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.cards import defence_of
from rules.case import case_flags
from rules.errors import BadEvent
from rules.instant import MINUTE, to_instant
from rules.worktime import Limit, Unit
from tests.rules.story import ZONE, Story, books, day, event
from tests.rules.worktime.halls import HALL, at, hall, wall

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=ZONE)  # a Thursday; the office closes for lunch


def due(due_at: datetime = NOON, **fields: Any) -> Story:
    story = Story()
    story.tell("accepted", day(0), due_at=due_at, **fields)
    return story


def test_a_due_instant_is_held_to_as_promised_to_the_second() -> None:
    story = due(statutory="20wd")
    assert story.deadline("case-promise") == NOON and story.known.due == to_instant(NOON)
    assert story.deadline("case-statutory") == day(28)
    story.tick(NOON)
    assert "yellow case-promise" not in story.standing
    story.tick(NOON + timedelta(milliseconds=1))
    assert "yellow case-promise" in story.standing


def test_a_due_instant_is_held_to_as_statutory_where_the_record_says_so() -> None:
    story = due(promised="5wd", due_as="statutory")
    assert (story.deadline("case-promise"), story.deadline("case-statutory")) == (day(7), NOON)


def test_a_due_instant_goes_before_the_limit_it_stands_for_and_the_items_own() -> None:
    assert due(promised="5wd").deadline("case-promise") == NOON


def test_a_conclusion_at_the_due_instant_is_in_time() -> None:
    story = due()
    story.tell("concluded", NOON)
    story.tick(day(30))
    assert "yellow case-promise" not in story.states


def test_warnings_before_a_due_instant_and_after_a_part_of_the_time_to_it_work() -> None:
    story = due()
    story.tick(day(8, 3))  # two working days before: Tuesday the 10th at noon
    assert story.standing == {"warning case-promise"}
    rule = {"id": "c", "clock": "case", "limit": "promised", "warning": "4/5", "yellow": "deadline"}
    part = Story(books(time_limits=[rule], process=[]))
    part.tell("accepted", day(0), due_at=datetime(2026, 3, 4, 9, 30, tzinfo=ZONE))  # 13 office hours: 10 h 24 min are 4/5
    assert part.known.clocks[0].thresholds[0] == to_instant(datetime(2026, 3, 3, 14, 54, tzinfo=ZONE))


def test_a_due_instant_before_the_acceptance_is_judged_as_it_is_and_flagged() -> None:
    story = due(day(-3))
    assert story.deadline("case-promise") == day(-3)
    assert case_flags(story.known) == ("due_before_accepted",)
    assert "yellow case-promise" in story.standing
    assert case_flags(due().known) == ()


@pytest.mark.parametrize("year", [1900, 1969, 2100, 9999])
def test_a_due_instant_that_no_case_has_is_refused(year: int) -> None:
    with pytest.raises(BadEvent) as refused:
        due(NOON.replace(year=year))
    assert (refused.value.reason, refused.value.field) == ("invalid_field", "due_at")


def test_a_limit_in_the_form_that_is_kept_of_a_due_instant_is_refused() -> None:
    with pytest.raises(BadEvent, match="is no limit"):
        Story().tell("accepted", day(0), promised="@2026-03-12T12:00:00+08:00")


def test_the_order_of_two_acceptances_of_one_instant_does_not_matter() -> None:
    told = [event("accepted", day(0), due_at=NOON), event("accepted", day(0), due_at=NOON + timedelta(days=1))]
    cases = []
    for order in (told, told[::-1]):
        story = Story()
        for record in order:
            story.record(record, day(1))
        cases.append(story.known.terms)
    assert cases[0] == cases[1]


def test_days_granted_are_counted_from_the_due_instant() -> None:
    story = due()
    story.tell("extended", day(2), days=3)
    assert story.deadline("case-promise") == datetime(2026, 3, 17, 13, 30, tzinfo=ZONE), "noon closes; 13:30 is the same point"
    story = due(NOON.replace(hour=11))
    story.tell("extended", day(2), days=3)
    assert story.deadline("case-promise") == datetime(2026, 3, 17, 11, 0, tzinfo=ZONE)


def test_the_card_says_that_it_was_due_by_the_window_systems_own_word() -> None:
    story = due()
    defence = defence_of(story.known, story.known.clocks[0], story.books.get(story.known.book))
    assert defence.limit == "@2026-03-12T12:00:00+08:00"
    assert [(span.from_day, span.to_day, span.reason) for span in defence.spans] == [("2026-03-02", "2026-03-12", "given")]


def moved(given: str, *pauses: tuple[str, str]) -> str:
    limit = Limit(at(given), Unit.due_instant)
    return wall(hall().due(at("2026-03-02 09:30"), limit, [(at(from_), at(to)) for from_, to in pauses]))


@pytest.mark.parametrize(
    ("given", "pause", "expected"),
    [
        ("2026-03-05 16:00", ("2026-03-04 10:00", "2026-03-05 10:00"), "2026-03-06 16:00"),  # a day
        ("2026-03-05 16:00", ("2026-03-05 15:00", "2026-03-09 09:00"), "2026-03-09 10:00"),  # an hour was left
        ("2026-03-05 16:00", ("2026-03-05 12:10", "2026-03-05 13:50"), "2026-03-05 16:00"),  # over lunch
        ("2026-03-06 end", ("2026-03-04 10:00", "2026-03-05 10:00"), "2026-03-09 end"),  # a date: by whole days
        ("2026-03-06 end", ("2026-03-04 10:00", "2026-03-04 11:00"), "2026-03-09 end"),  # any part of one is a day
        ("2026-03-08 12:00", ("2026-03-06 18:00", "2026-03-09 09:30"), "2026-03-09 12:00"),  # never in a pause
        ("2026-03-05 16:00", ("2026-03-05 16:00", "2026-03-09 09:00"), "2026-03-05 16:00"),  # too late
        ("2026-03-05 16:00", ("2026-02-20 10:00", "2026-02-25 10:00"), "2026-03-05 16:00"),  # before it began
    ],
)
def test_a_pause_leaves_the_working_time_that_was_left_before_a_due_instant(
    given: str, pause: tuple[str, str], expected: str
) -> None:
    assert moved(given.replace("end", "23:59:59.999"), pause) == expected


def test_many_short_pauses_are_no_day_each() -> None:
    short = [(f"2026-03-04 {hour}:00", f"2026-03-04 {hour}:01") for hour in ("09", "10", "11", "15")]
    assert moved("2026-03-06 23:59:59.999", *short) == "2026-03-09 end"


minutes = st.integers(at("2026-02-25 00:00") // MINUTE, at("2026-04-20 00:00") // MINUTE).map(lambda minute: minute * MINUTE)


def worked_minutes(start: int, end: int, pauses: list[tuple[int, int]]) -> int:
    """Of a stretch of time, minute by minute: those in which the office is open and nobody has stopped the clock."""
    place = hall()
    steps = range(start, end, MINUTE)
    return sum(place.in_office(step) and not any(from_ <= step < to for from_, to in pauses) for step in steps)


@given(given=minutes, edges=st.lists(minutes, max_size=4, unique=True).map(sorted), seed=st.integers(0, 9))
def test_no_pause_takes_working_time_from_before_a_due_instant(given: int, edges: list[int], seed: int) -> None:
    """Measured minute by minute. Inside office hours it is the same working time to the minute, outside at least as much."""
    start = given - random.Random(seed).randrange(3 * 24 * 60) * MINUTE
    pauses = [(edges[at], edges[at + 1]) for at in range(0, len(edges) - 1, 2)]
    place = hall()
    deadline = place.due(start, Limit(given, Unit.due_instant), pauses)
    before, after = worked_minutes(start, given, []), worked_minutes(start, deadline, pauses)
    assert deadline >= given
    assert not any(from_ < deadline < to for from_, to in pauses if to > start and from_ < given)
    touched = [pause for pause in pauses if pause[1] > start and pause[0] < given]
    if not touched:
        assert deadline == given
    elif place.in_office(given):
        assert after == before
    else:
        assert 0 <= after - before < HALL.usual.length // MINUTE
