"""Extensions (许可法 art. 42) are days as they were granted, whatever the limit is counted in."""

from datetime import datetime
from typing import Any

import pytest

from rules.book import RuleBooks
from rules.cards import defence_of
from tests.rules.story import Story, book, books, day


def prolonged(promised: str, days: int, at: float = 0.02, **keys: Any) -> str:
    story = Story(books(**keys))
    story.tell("accepted", day(0), promised=promised)
    story.tell("extended", day(at), days=days)
    return wall(story.deadline("case-promise"))


def wall(at: datetime) -> str:
    return f"{at:%m-%d %H:%M}"


# Accepted on Monday 2 March at 09:30, the office is open 09:00-12:00 and 13:30-17:00; Qingming is 4-6 April.
@pytest.mark.parametrize(
    ("promised", "days", "working", "calendar"),
    [
        ("1mo", 10, "04-17 09:30", "04-13 09:30"),  # without: 2 April
        ("4wh", 2, "03-04 15:00", "03-04 15:00"),  # without: 2 March 15:00
        ("4wh", 5, "03-09 15:00", "03-09 15:00"),  # five calendar days end on Saturday, and roll
        ("30wm", 1, "03-03 10:00", "03-03 10:00"),
        ("24h", 4, "03-09 09:30", "03-09 09:30"),  # from Tuesday; four calendar days end on Saturday
        ("90min", 1, "03-03 11:00", "03-03 11:00"),
        ("instant", 1, "03-03 09:30", "03-03 17:00"),
        ("0wd", 1, "03-03 09:30", "03-03 17:00"),
        ("20wd", 10, "04-14 09:30", "04-09 09:30"),  # without: 30 March
        ("20d", 10, "04-07 09:30", "04-01 09:30"),  # without: 22 March, a Sunday, rolled to the 23rd
        ("0d", 1, "03-04 09:00", "03-03 09:30"),  # without: the end of 2 March, from where working days begin on the third
    ],
)
def test_days_granted_are_days_whatever_the_limit_is_counted_in(promised: str, days: int, working: str, calendar: str) -> None:
    assert prolonged(promised, days, extension={"unit": "wd"}) == working
    assert prolonged(promised, days, extension={"unit": "d"}) == calendar
    own = calendar if promised in ("20d", "0d") else working
    assert prolonged(promised, days) == own, "days of the limit's own kind, where it is counted in days"


@pytest.mark.parametrize(
    ("promised", "ends", "expected"),
    [
        ("1mo", "day_end", "04-17 23:59"),
        ("4wh", "day_end", "03-04 23:59"),
        ("4wh", "closing_time", "03-04 17:00"),
        ("24h", "closing_time", "03-05 17:00"),
    ],
)
def test_days_granted_end_as_days_of_the_book_end(promised: str, ends: str, expected: str) -> None:
    days = 10 if promised == "1mo" else 2
    assert prolonged(promised, days, counting={"ends": ends}) == expected


def test_the_day_a_limit_ends_on_is_none_of_the_days_granted_though_first_days_count() -> None:
    counting = {"ends": "day_end", "first_day_counts": True}
    assert prolonged("4wh", 2, counting=counting) == "03-04 23:59"
    assert prolonged("1mo", 1, counting=counting) == "04-02 23:59", "a month that counts its first day ends on 1 April"


def test_every_working_day_granted_moves_the_deadline_though_the_limit_itself_rolls() -> None:
    # 2026-04          Fr03 Sa04 Su05 Mo06 Tu07 We08
    # 1mo from 4 March      |.............x Qingming, rolled
    # and 1wd                               ----1 due
    story = Story(books())
    story.tell("accepted", day(2), promised="1mo")
    assert wall(story.deadline("case-promise")) == "04-07 09:30"
    story.tell("extended", day(3), days=1)
    assert wall(story.deadline("case-promise")) == "04-08 09:30"


def test_a_pause_during_the_days_granted_prolongs_them() -> None:
    story = Story(books())
    story.tell("accepted", day(0), promised="4wh")
    story.tell("extended", day(0, 1), days=2)
    # 2026-03     Mo02 Tu03 We04 Th05
    # 4wh         |-x 15:00
    # suspended            [====] 10:00 to 10:00, 2 approved days
    # and 2wd       ---1=====----2 due 15:00
    story.tell("suspended", day(1, 0.5), procedure="testing", approved_days=2)
    story.tell("resumed", day(2, 0.5))
    assert wall(story.deadline("case-promise")) == "03-05 15:00"


def test_an_extension_of_another_unit_counts_only_up_to_its_cap_and_only_in_time() -> None:
    assert prolonged("1mo", 30, extension={"max_days": 10}) == prolonged("1mo", 10)
    story = Story(books())
    story.tell("accepted", day(0), promised="4wh")
    story.tell("extended", day(0, 5.6), days=2)
    assert wall(story.deadline("case-promise")) == "03-02 15:00", "granted six minutes too late"


def test_the_card_of_an_extended_limit_shows_the_month_and_the_days_granted_beyond_it() -> None:
    story = Story(books())
    story.tell("accepted", day(0), promised="1mo")
    story.tell("extended", day(1), days=2)
    judged = story.books.get(story.known.book)
    defence = defence_of(story.known, story.known.clocks[0], judged)
    assert defence.limit == "1mo + 2wd"
    assert [(span.from_day[5:], span.days, span.reason) for span in defence.spans] == [
        ("03-02", 1, "first_day"),
        ("03-03", 31, "counted"),
        ("04-03", 1, "extension"),
        ("04-04", 3, "holiday:清明"),
        ("04-07", 1, "extension"),
    ]


@pytest.mark.parametrize(("unit", "expected"), [("wd", "03-17 09:30"), ("d", "03-13 09:30")])
def test_an_answer_to_a_complaint_is_put_off_by_days_though_it_was_due_in_hours(unit: str, expected: str) -> None:
    rule = {"id": "answer", "clock": "complaint-answer", "limit": "24h", "yellow": "deadline"}
    story = Story(RuleBooks([book(time_limits=[rule], process=[], complaints={"unit": unit})]))
    story.tell("complaint_accepted", day(0), complaint="1")
    story.tell("complaint_extended", day(0.5), complaint="1", days=10)
    assert wall(story.deadline("answer")) == expected
