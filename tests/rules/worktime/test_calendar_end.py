"""The last days a calendar covers: what is known is judged, what is not known waits, and nobody's card goes because of it."""

from datetime import datetime
from typing import Any

import pytest

from rules.book import RuleBook
from rules.case import is_uncovered
from rules.errors import UncoveredDate
from rules.families import Pause, pauses_of
from rules.families.pauses import UNKNOWN, prolonged
from rules.instant import to_instant
from rules.worktime import Limit
from tests.rules.story import ZONE, Story, book, books

UNTIL_2026 = {"calendar": {"name": "until 2026", "base": "cn", "until": 2026}}
LONGER = {"calendar": {"name": "with 2027", "base": "cn", "years": [2027]}}


def on(month: int, day: int, hour: int = 10, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZONE)


def begun(promised: str = "5wd", profile: str = "default", **keys: Any) -> Story:
    """Accepted on Monday, 2 November 2026."""
    story = Story(books(profile, **UNTIL_2026, **keys))
    story.tell("accepted", on(11, 2), promised=promised, statutory="90wd")
    return story


@pytest.mark.parametrize("ends", ["second", "day_end", "closing_time"])
@pytest.mark.parametrize("promised", ["5wd", "7d", "20wh"])
def test_a_suspension_into_an_unknown_year_withdraws_no_card_issued_before_it(promised: str, ends: str) -> None:
    # 2026-11    Mo02     Mo09     Fr20
    # 5wd        |--------5 due, yellow
    # suspended                    [ 40 working days, into 2027, which nobody knows
    story = begun(promised, counting={"ends": ends})
    story.tick(on(11, 16))
    assert "yellow case-promise" in story.standing
    due = story.deadline("case-promise")
    story.tell("suspended", on(11, 20), procedure="inspection", approved_days=40)
    assert "yellow case-promise" in story.standing and story.deadline("case-promise") == due
    assert [alert.reason for alert in story.alerts if alert.state == "withdrawn"] == []


def test_a_suspension_after_the_limit_leaves_the_arithmetic_of_the_card_as_it_was() -> None:
    story = begun()
    story.tell("suspended", on(11, 20), on(11, 20), procedure="inspection", approved_days=40)
    [alert] = [alert for alert in story.alerts if alert.level == "yellow" and alert.rule == "case-promise"]
    assert sum(span.days for span in alert.spans if span.counted) == 5
    assert not any("inspection" in str(span) for span in alert.spans)


def test_a_supplement_requested_after_the_limit_withdraws_no_card() -> None:
    # 2026-11    Mo02     Mo09     Fr20
    # 5wd        |--------5 due, yellow
    # requested                    [ too late to stop it
    story = begun()
    story.tick(on(11, 16))
    story.tell("supplement_requested", on(11, 20))
    assert "yellow case-promise" in story.standing


def test_a_case_suspended_into_an_unknown_year_has_no_known_deadline() -> None:
    story = begun("20wd")
    # 2026-11    Mo02     Mo09     Mo16     Fr20
    # 20wd       |--------5--------10-------= stopped, 14 of 20 counted
    # suspended                             [ 40 working days, into 2027, which nobody knows
    story.tell("suspended", on(11, 20), procedure="inspection", approved_days=40)
    assert not next(clock for clock in story.known.clocks if clock.rule == 0).deadline
    assert is_uncovered(story.known)


def test_a_case_resumed_before_the_unknown_year_has_a_known_deadline_again() -> None:
    story = begun("20wd")
    story.tell("suspended", on(11, 20), procedure="inspection", approved_days=40)
    story.tell("resumed", on(11, 25))
    # 2026-11    Mo02     Mo09     Mo16     Fr20     We25     Mo30     Th03
    # 20wd       |--------5--------10-------14========--------17-------20 due
    # suspended                             [========] resumed
    assert story.deadline("case-promise") == on(12, 3)  # 20 working days from 2 November, and three for those suspended
    story.tick(on(12, 4))
    assert "yellow case-promise" in story.standing


def test_a_suspension_resumed_in_the_unknown_year_has_an_unknown_end() -> None:
    story = begun("20wd")
    story.tell("suspended", on(11, 20), procedure="inspection", approved_days=40)
    story.tell("resumed", on(1, 6, year=2027))
    [pause] = pauses_of(story.known, next(iter(story.books)))
    assert pause.end == UNKNOWN


def test_a_supplement_delivered_before_the_unknown_year_ends_its_pause_whatever_the_cap() -> None:
    story = begun("20wd")
    story.tell("supplement_requested", on(11, 20))
    story.tell("supplemented", on(11, 25))
    # 2026-11    Mo02     Mo09     Mo16     Fr20     We25     Mo30     Th03
    # 20wd       |--------5--------10-------14========--------17-------20 due
    # requested                             [========] delivered
    assert story.deadline("case-promise") == on(12, 3)


def test_a_known_level_is_reached_though_the_next_one_lies_in_an_unknown_year() -> None:
    """Zhanjiang: yellow at the deadline, red five working days later."""
    story = begun("40wd", "zhanjiang")
    # 2026-11  Mo02     Mo30     Mo21     Mo28
    # 40wd     |--------20-------35-------40 due, yellow; red five working days later lies in 2027
    assert story.deadline("case-promise") == on(12, 28)
    story.tick(on(12, 29))
    assert story.standing == {"yellow case-promise"}
    assert is_uncovered(story.known), "the red one is not forgotten"
    story.use(books("zhanjiang", **LONGER))
    story.tick(on(1, 9, year=2027))
    assert "red case-promise" in story.standing
    assert not is_uncovered(story.known)


def test_a_finding_or_unanswered_card_reaches_its_known_level_though_the_next_is_unknown() -> None:
    rule = {"id": "it", "finding": "terminated", "yellow": "at once", "red": "5wd after"}
    story = begun("60wd", process=[rule])
    story.tell("concluded", on(12, 30), how="voided")
    story.tick(on(12, 31))
    assert "yellow it" in story.standing and is_uncovered(story.known)
    answered = Story(books("office", **UNTIL_2026, time_limits=[
        {"id": "case-promise", "clock": "case", "yellow": "deadline"},
        {"id": "reply", "clock": "reply", "limit": "5wd", "yellow": "deadline", "red": "10wd after"},
    ]))  # fmt: skip
    answered.tell("accepted", on(12, 14), promised="3wd")
    answered.tick(on(12, 25))
    assert {"yellow case-promise", "yellow reply"} <= answered.standing


@pytest.mark.parametrize(
    ("ends", "limit", "matters"),
    [("second", "5wd", False), ("second", "5d", False), ("second", "20wh", False), ("day_end", "20wh", False),
     ("day_end", "5wd", True), ("day_end", "5d", True), ("closing_time", "5wd", True), ("second", "0wd", True)],
)  # fmt: skip
def test_a_pause_of_unknown_end_in_the_due_instant_counts_as_one_of_known_end(ends: str, limit: str, matters: bool) -> None:
    judged: RuleBook = book(over={**UNTIL_2026, "counting": {"ends": ends}})
    worktime, start = judged.worktime, to_instant(on(11, 2))
    due = worktime.due(start, Limit.parse(limit))
    for begins, then in ((due - 1, True), (due, matters), (due + 1, False)):
        pause = [Pause(begins, UNKNOWN, "inspection")]
        if then:
            with pytest.raises(UncoveredDate, match="does not cover 2027"):
                prolonged(worktime, start, Limit.parse(limit), pause)
        else:
            assert prolonged(worktime, start, Limit.parse(limit), pause) == due


def test_a_pause_that_begins_after_the_limit_changes_nothing_though_it_ends_on_the_last_covered_evening() -> None:
    """Found by Hypothesis: it ended after closing time on the last day that is covered, so that its end was no day to be had."""
    # 2026-11  Mo02     Mo09     Tu01     Th31
    # 5wd      |--------5 due
    # pause                      [========] 18:00, after closing time of the last day that is known
    judged = book(over={**UNTIL_2026, "counting": {"ends": "closing_time"}})
    pause = (to_instant(on(12, 1)), to_instant(on(12, 31, 18)))
    start = to_instant(on(11, 2))
    assert judged.worktime.due(start, Limit.parse("5wd"), [pause]) == judged.worktime.due(start, Limit.parse("5wd"))
