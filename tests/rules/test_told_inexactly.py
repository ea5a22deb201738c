"""A date is its day, a minute its minute, two systems' clocks differ: nobody is accused for a time that nobody gave."""

from datetime import datetime, timedelta

import pytest

from rules.errors import BadEvent
from rules.events import Precision
from rules.facts import objections
from tests.rules.story import Story, accepted, book, books, day, event

NOON = day(0).replace(hour=10, minute=12, second=13)
DATE = day(0).replace(hour=0, minute=0)
STAGED = books(stages={"review": "2wd"})


def of_day(story: Story, kind: str, at: datetime = DATE, **fields: object) -> None:
    story.tell(kind, at, day(0, 6), precision="day", **fields)


@pytest.mark.parametrize("profile", ["default", "hunan", "jiangsu", "chengdu", "zhanjiang"])
def test_decided_concluded_and_issued_on_the_day_of_the_acceptance_accuse_nobody(profile: str) -> None:
    story = accepted(books(profile), at=NOON)
    of_day(story, "decided", result="granted")
    of_day(story, "concluded", how="normal")
    of_day(story, "issued")
    of_day(story, "delivered")
    story.tick(day(60))
    assert not story.standing


def test_a_date_before_the_acceptance_is_still_too_early() -> None:
    story = accepted(at=NOON)
    of_day(story, "concluded", DATE - timedelta(days=1), how="normal")
    story.tick(day(3))
    assert any("conclusion-without-acceptance" in card for card in story.standing)


def test_a_stage_left_on_the_day_it_was_entered_is_left() -> None:
    story = accepted(STAGED, promised="30wd", statutory="40wd", at=day(-3))
    story.tell("stage_entered", NOON, stage="review")
    of_day(story, "stage_left", stage="review")
    story.tick(day(9))
    assert not story.standing


def test_a_suspension_resumed_on_its_day_pauses_until_the_end_of_it() -> None:
    story, exact = (accepted(promised="10wd", statutory="20wd", at=day(-7)) for _ in "12")
    for each in (story, exact):
        each.tell("suspended", NOON, procedure="inspection", approved_days=20)
    of_day(story, "resumed")
    exact.tell("resumed", DATE + timedelta(days=1) - timedelta(milliseconds=1))
    assert story.deadline("case-promise") == exact.deadline("case-promise")
    story.tick(day(40))
    assert not any("special" in card for card in story.standing)


def test_a_resumption_of_the_day_is_not_that_of_the_next_suspension_of_the_day() -> None:
    story = accepted(promised="20wd", statutory="40wd", at=day(-14))
    story.tell("suspended", day(-7), procedure="inspection", approved_days=20)
    of_day(story, "resumed")
    story.tell("suspended", day(0, 5), procedure="inspection", approved_days=20)
    story.tell("resumed", day(7))
    both = story.deadline("case-promise")
    longer = Story()
    longer.tell("accepted", day(-14), promised="20wd", statutory="40wd")
    longer.tell("suspended", day(-7), procedure="inspection", approved_days=20)
    longer.tell("resumed", day(7))
    assert both == longer.deadline("case-promise")  # from the first suspension on, all but nothing was counted


def test_a_supplement_asked_for_on_the_day_of_the_acceptance_stops_the_clock() -> None:
    story = accepted(promised="5wd", at=NOON)
    due = story.deadline("case-promise")
    of_day(story, "supplement_requested")
    story.tell("supplemented", day(3))
    assert story.deadline("case-promise") > due + timedelta(days=2)


def test_a_limit_begins_with_the_end_of_the_day_that_was_told() -> None:
    story = Story(books("hunan"))
    of_day(story, "accepted", promised="5wd", statutory="10wd")
    # The office had closed by the end of Monday the 2nd, so five days run from Tuesday's opening.
    assert story.deadline("case-promise") == DATE + timedelta(days=8, hours=9)


@pytest.mark.parametrize("precision", ["minute", "hour", "day"])
def test_a_decision_told_less_exactly_than_the_acceptance_lies_behind_it(precision: Precision) -> None:
    at = {"minute": NOON.replace(second=0), "hour": NOON.replace(minute=0, second=0), "day": DATE}[precision]
    story = accepted(books("jiangsu"), at=NOON)
    story.tell("decided", at, day(0, 1), result="granted", precision=precision)
    story.tell("concluded", at, day(0, 1), precision=precision)
    story.tick(day(2))
    assert not story.standing


@pytest.mark.parametrize(("seconds", "accused"), [(3, False), (300, False), (301, True)])
def test_two_clocks_may_differ_by_five_minutes(seconds: int, accused: bool) -> None:
    story = accepted(at=NOON)
    story.tell("decided", NOON - timedelta(seconds=seconds), NOON, result="granted")
    story.tell("concluded", NOON - timedelta(seconds=seconds), NOON)
    story.tick(day(2))
    assert bool(story.standing) is accused


def test_the_book_says_how_far_clocks_may_be_apart() -> None:
    strict = accepted(books(times={"tolerance_minutes": 0}), at=NOON)
    strict.tell("decided", NOON - timedelta(seconds=1), NOON, result="granted")
    strict.tick(day(2))
    assert strict.standing
    assert book(times={"tolerance_minutes": 15}).tolerance == 15 * 60_000


def test_a_resumption_three_seconds_before_its_suspension_ends_it() -> None:
    story = accepted(promised="5wd", at=day(-7))
    due = story.deadline("case-promise")
    story.tell("suspended", NOON, procedure="inspection", approved_days=20)
    story.tell("resumed", NOON - timedelta(seconds=3), NOON)
    assert story.deadline("case-promise") == due
    assert not story.clocks["special-procedure/1"]


def test_an_end_of_an_earlier_suspension_ends_no_later_one_for_the_tolerance() -> None:
    story = accepted(promised="5wd", at=day(-7))
    story.tell("suspended", day(-1), procedure="inspection", approved_days=20)
    story.tell("resumed", NOON - timedelta(seconds=3))
    story.tell("suspended", NOON, procedure="inspection", approved_days=20)
    assert story.clocks["special-procedure/2"]


def test_handling_outside_hours_is_found_of_a_day_without_office_hours() -> None:
    watched = books(process=[{"id": "hours", "finding": "outside-hours", "yellow": "at once"}])
    for days, found in ((0, set()), (-1, {"yellow hours"})):  # Monday, Sunday
        story = Story(watched)
        of_day(story, "accepted", DATE + timedelta(days=days), promised="5wd")
        story.tick(day(1))
        assert story.standing == found


def test_a_time_of_day_beside_a_day_is_refused_with_the_beginning_that_is_meant() -> None:
    (refusal,) = objections(event("accepted", NOON, precision="day"))
    assert isinstance(refusal, BadEvent) and refusal.field == "at" and DATE.isoformat() in str(refusal)
    assert not objections(event("accepted", DATE, precision="day"))
    assert not objections(event("accepted", NOON.replace(second=0), precision="minute"))


def test_the_order_of_arrival_of_exact_and_inexact_twins_plays_no_part() -> None:
    one, other = Story(), Story()
    told = [event("accepted", DATE, promised="5wd"), event("accepted", DATE, promised="5wd", precision="day")]
    for record in told:
        one.record(record, day(1))
    for record in reversed(told):
        other.record(record, day(1))
    assert one.known.spans == other.known.spans and one.known.clocks == other.known.clocks
