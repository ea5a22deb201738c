"""What a rule book may ask for though no shipped one does: clocks, thresholds and limits of a site's own."""

from datetime import datetime
from typing import Any

import pytest

from rules.book import RuleBooks
from rules.cards.describe import slowest_branch
from rules.instant import to_instant
from tests.rules.story import Story, book, books, day, own_rules


def told(rule: dict[str, Any], *records: tuple[str, datetime, dict[str, Any]], profile: str = "default") -> Story:
    """A story judged by that time limit alone."""
    story = Story(books(profile, time_limits=[rule], process=[]))
    for kind, at, fields in records:
        story.tell(kind, at, **fields)
    return story


@pytest.mark.parametrize(
    ("clock", "begins", "ends"),
    [
        ("complaint-closing", ("complaint_filed", {"complaint": "TS1"}), ("complaint_closed", {"complaint": "TS1"})),
        ("complaint-closing", ("complaint_filed", {"complaint": "TS1"}), ("complaint_refused", {"complaint": "TS1"})),
        ("complaint-closing", ("complaint_filed", {"complaint": "TS1"}), ("complaint_misrouted", {"complaint": "TS1"})),
        ("review-verification", ("rated", {"score": 5}), ("rating_verified", {"founded": True})),
        ("review-verification", ("rated", {"score": 5}), ("rating_verified", {"founded": False})),
        ("review-verification", ("rated", {"score": 5}), ("rating_rectified", {})),
        ("review-appeal", ("rating_appealed", {}), ("rating_appeal_decided", {"upheld": False})),
    ],
)
def test_a_clock_of_no_shipped_book_runs_from_its_beginning_to_its_end(
    clock: str, begins: tuple[str, dict[str, Any]], ends: tuple[str, dict[str, Any]]
) -> None:
    first = [("rated", day(0), {"score": 5})] if clock == "review-appeal" else []
    story = told({"id": "own", "clock": clock, "limit": "2d", "yellow": "deadline"}, *first, (begins[0], day(1), begins[1]))
    # 2026-03   Mo02 Tu03 We04 Th05
    # limit 2d       |----1----2 due 09:30, ended at 09:31
    assert story.clocks == {"own/1": True} and story.deadline("own") == day(3)
    story.tick(day(3))
    assert not story.standing
    story.tell(ends[0], day(3, 0, 1), **ends[1])
    assert story.clocks == {"own/1": False} and story.standing == {"yellow own"}


def test_an_answer_to_a_complaint_does_not_close_it() -> None:
    rule = {"id": "own", "clock": "complaint-closing", "limit": "2d", "yellow": "deadline"}
    story = told(rule, ("complaint_filed", day(0), {"complaint": "TS1"}), ("complaint_answered", day(1), {"complaint": "TS1"}))
    assert story.clocks == {"own/1": True}


def test_an_acceptance_rule_with_a_limit_of_its_own_is_due_by_that_limit() -> None:
    story = told({"id": "own", "clock": "acceptance", "limit": "3wd", "yellow": "deadline"}, ("applied", day(0), {}))
    # 2026-03    Mo02 Tu03 We04 Th05
    # limit 3wd  |----1----2----3 due
    assert story.deadline("own") == day(3)


def replying(**levels: str) -> Story:
    """A card issued on Monday week, and a department that owes a reply within 5 natural days."""
    rules = [each for each in own_rules("default", "time_limits") if each["id"] == "case-promise"]
    rules.append({"id": "reply", "clock": "reply", "limit": "5d", **levels})
    story = Story(books("office", time_limits=rules, counting={"ends": "second", "roll_last_day": False}))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    return story


def raised(story: Story) -> dict[str, datetime]:
    return {alert.level: alert.due_at for alert in story.alerts if alert.rule == "reply"}


def test_a_reply_may_be_warned_by_a_fraction_and_carded_after_the_deadline() -> None:
    story = replying(warning="2/5", yellow="deadline", red="1d after")
    story.tick(day(20))
    # 2026-03   Mo09 Tu10 We11 Th12 Fr13 Sa14 Su15
    # reply 5d  |----1----2----3----4----5 yellow; warned after 2, red after one more
    # warning             *
    # red                                     *
    assert raised(story) == {"warning": day(9), "yellow": day(12), "red": day(13)}


def test_a_fraction_of_the_reply_limit_leaves_the_time_under_appeal_out() -> None:
    story = replying(warning="2/5", yellow="deadline", red="1d after")
    card = f"{story.known.key}/case-promise/yellow/1"
    story.tell("alert_appealed", day(8), alert=card)
    story.tell("appeal_decided", day(11), alert=card, outcome="rejected")
    story.tick(day(20))
    # 2026-03   Mo09 Tu10 We11 Th12 Fr13 Sa14 Su15 Mo16 Tu17 We18
    # appeal         [==============] rejected
    # reply 5d  |----1===============----2----3----4----5 yellow; warned after 2, red after one more
    # warning                            *
    # red                                                    *
    assert raised(story) == {"warning": day(12), "yellow": day(15), "red": day(16)}


def test_a_warning_longer_than_the_limit_never_comes() -> None:
    story = replying(warning="5d before", yellow="deadline")
    story.tick(day(20))
    # 2026-03   Mo09 Tu10 We11 Th12 Fr13 Sa14
    # reply 5d  |----1----2----3----4----5 yellow; 5d before it is no time at all
    assert raised(story) == {"yellow": day(12)}


def test_the_slowest_department_is_the_one_whose_limit_runs_out_first_of_those_not_done() -> None:
    judged = book()
    story = Story(RuleBooks([judged]))
    story.tell("accepted", day(0), promised="30wd")
    for department, limit in (("环保局", "5wd"), ("消防队", "3wd"), ("规划局", "9wd")):
        story.tell("branch_opened", day(0), department=department, limit=limit)
    # 2026-03          Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12 Fr13
    # fire 3wd         |----1----2----3 due, the slowest
    # environment 5wd  |----1----2----3----4----.----.----5 due, the slowest once the first is done
    # planning 9wd     |----1----2----3----4----.----.----5----6----7----8----9 due
    assert slowest_branch(story.known, judged) == ("消防队", to_instant(day(3)))
    story.tell("branch_concluded", day(1), department="消防队")
    assert slowest_branch(story.known, judged) == ("环保局", to_instant(day(7)))
    for department in ("环保局", "规划局"):
        story.tell("branch_concluded", day(2), department=department)
    assert slowest_branch(story.known, judged) is None
