"""Findings where a single instant, or a single record more, decides."""

from datetime import datetime
from typing import Any

import pytest

from rules.instant import MINUTE, to_datetime
from tests.rules.story import ZONE, Story, books, day


def looking(finding: str, **keys: Any) -> Story:
    """A story in which nothing but that finding raises a card, at once."""
    over = {key: keys.pop(key) for key in ("items", "extension", "supplement") if key in keys}
    rule = {"id": "own", "finding": finding, "red": "at once", **keys}
    return Story(
        books(time_limits=[{"id": "c", "clock": "case", "limit": "promised", "red": "deadline"}], process=[rule], **over)
    )


def found(story: Story) -> int:
    """How many there are a minute later: a level is reached once its instant is past."""
    story.tick(to_datetime(story.now + MINUTE, ZONE))
    return sum(card.rule == "own" for card in story.known.cards)


@pytest.mark.parametrize(("how", "odd"), [("voided", True), ("withdrawn", True), ("returned", False), ("normal", False)])
def test_a_case_voided_or_withdrawn_was_terminated(how: str, odd: bool) -> None:
    story = looking("terminated")
    story.tell("accepted", day(0), promised="10wd")
    story.tell("concluded", day(1), how=how)
    assert found(story) == odd


@pytest.mark.parametrize(("minutes", "odd"), [(-1, False), (0, True), (5, True)])
def test_a_suspension_is_at_the_last_minute_from_a_working_day_before_the_deadline_on(minutes: int, odd: bool) -> None:
    story = looking("suspended-last-minute", within="1wd")
    story.tell("accepted", day(0), promised="5wd")
    story.tell("suspended", day(4, 0, minutes), procedure="hearing", approved_days=3)
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
    # promise 5wd  |----1----2----3----4----.----.----5 due
    # suspended                        * Friday 09:30 is a working day before it, 09:29 more
    assert found(story) == odd


@pytest.mark.parametrize(("minutes", "odd"), [(0, True), (1, False)])
def test_a_suspension_is_at_the_last_minute_up_to_the_deadline_itself(minutes: int, odd: bool) -> None:
    story = looking("suspended-last-minute", within="1wd")
    story.tell("accepted", day(0), promised="5wd")
    story.tell("suspended", day(7, 0, minutes), procedure="hearing", approved_days=3)
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
    # promise 5wd  |----1----2----3----4----.----.----5 due 09:30
    # suspended                                       * 09:30 before it passed, 09:31 after
    assert found(story) == odd


def test_a_last_minute_suspension_is_measured_by_the_extension_cap_of_the_item() -> None:
    items = [{"code": "licence", "max_extension": 4}]
    near = []
    for days in (8, 10):
        story = looking("suspended-last-minute", within="1wd", items=items, extension={"max_days": 2})
        story.tell("accepted", day(0), promised="5wd")
        story.tell("extended", day(1), days=9)
        story.tell("suspended", day(days), procedure="hearing", approved_days=3)
        near.append(found(story))
    # 2026-03    Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12 Fr13
    # 5+4=9wd    |----1----2----3----4----.----.----5----6----7----8----9 due
    # suspended                                          *         * three working days before; one
    assert near == [0, 1], "due after 9 working days, on Friday week"


def test_a_suspension_at_the_last_minute_is_measured_by_the_days_granted() -> None:
    for hours, odd in ((6, 0), (30, 1)):
        story = looking("suspended-last-minute", within="1wd")
        story.tell("accepted", day(0), promised="4wh")
        story.tell("extended", day(0, 1), days=2)
        story.tell("suspended", day(0, hours), procedure="hearing", approved_days=3)
        assert found(story) == odd, "due on Wednesday at 15:00, not six hours after acceptance"


@pytest.mark.parametrize(("days", "odd"), [(7, False), (8, True), (9, True), (10, False)])
def test_a_last_minute_suspension_is_measured_without_an_earlier_pause(days: int, odd: bool) -> None:
    story = looking("suspended-last-minute", within="1wd")
    story.tell("accepted", day(0), promised="5wd")
    story.tell("suspended", day(1), procedure="hearing", approved_days=2)
    story.tell("resumed", day(3))
    story.tell("suspended", day(days), procedure="testing", approved_days=3)
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12
    # promise 5wd  |----1==========----2----.----.----3----4----5 due
    # suspended                                       *    *    *    * the second and third at the last minute
    assert found(story) == odd, "due on Wednesday week, not on Monday"


def test_the_decision_is_a_step_of_the_flow_unless_the_stage_was_entered() -> None:
    items = [{"code": "licence", "flow": ["acceptance", "review", "approval"]}]
    story = looking("stage-out-of-order", items=items)
    story.tell("accepted", day(0))
    story.tell("decided", day(1), result="granted")
    assert found(story) == 0
    story.tell("stage_entered", day(2), stage="review")
    assert found(story) == 1, "back from the decision to the review"
    story.tell("stage_entered", day(0, 1), arrived=day(2, 1), stage="approval")
    assert found(story) == 1, "entered it was; the decision is no further step"


def test_four_eyes_are_not_missed_where_no_handler_is_named() -> None:
    story = looking("four-eyes")
    story.tell("accepted", day(0))
    for stage in ("handling", "review"):
        story.tell("stage_entered", day(1), stage=stage)
        story.tell("stage_left", day(1, 1), stage=stage)
    story.tell("decided", day(2), result="granted")
    assert not story.known.handlers and found(story) == 0
    for stage in ("handling", "review"):
        story.tell("stage_left", day(1, 1), stage=stage, handler="王五")
    story.tell("decided", day(2), result="granted", handler="王五")
    assert len(story.known.handlers) == 3 and found(story) == 1


def test_a_complaint_that_ended_before_the_case_ran_over_raises_nothing() -> None:
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
    # promise 5wd  |----1----2----3----4----.----.----5 due 09:30
    # complaint         [=============================] till 09:29, 09:30, 09:31: only the last one meets an overdue case
    for minutes, odd in ((-1, 0), (0, 0), (1, 1)):
        story = looking("complaint-on-overdue")
        story.tell("accepted", day(0), promised="5wd")
        story.tell("complaint_filed", day(1), complaint="TS1")
        story.tell("complaint_answered", day(7, 0, minutes), complaint="TS1")
        story.tick(day(9))
        assert found(story) == odd, minutes


def test_a_finding_whose_grace_ends_in_an_unknown_year_raises_nothing() -> None:
    calendar = {"name": "own", "base": "weekends", "years": [2026]}
    rule = {"id": "own", "finding": "conclusion-without-acceptance", "red": "1wd after"}
    story = Story(books(process=[rule], calendar=calendar))
    story.tell("concluded", datetime.fromisoformat("2026-12-31T10:00:00+08:00"))
    story.tick(datetime.fromisoformat("2027-03-01T10:00:00+08:00"))
    assert not story.known.cards
