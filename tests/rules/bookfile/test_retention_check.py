"""How long the clocks of a window can last: what a book must remember."""

import pytest

from rules.bookfile.retention_check import MOST_WITHIN, days_at_most
from rules.errors import BadRuleBook
from rules.worktime import Limit
from tests.rules.story import book


@pytest.mark.parametrize(
    ("limit", "as_long"), [("600wm", "10wh"), ("601wm", "10wh"), ("1mo", "31d"), ("1y", "366d"), ("2y", "732d")]
)
def test_a_limit_is_taken_for_no_shorter_than_its_unit_can_be(limit: str, as_long: str) -> None:
    assert days_at_most(Limit.parse(limit)) >= days_at_most(Limit.parse(as_long))


def test_days_off_come_on_top_of_working_days() -> None:
    golden_week_between_weekends = 12
    assert days_at_most(Limit.parse("1wd")) >= 1 + golden_week_between_weekends
    assert days_at_most(Limit.parse("200wd")) >= 200 * 7 // 5


def repeated(within: str) -> list[dict[str, object]]:
    return [{"id": "again", "finding": "complaint-repeated-window", "count": 2, "within": within, "yellow": "at once"}]


def test_complaints_are_counted_within_a_year_at_most() -> None:
    remembers = {"retention": {"complaints": 1000}}
    assert book(process=repeated(f"{MOST_WITHIN}d"), **remembers)
    with pytest.raises(BadRuleBook, match="'again': within is longer than a year"):
        book(process=repeated(f"{MOST_WITHIN + 1}d"), **remembers)


def test_a_window_must_remember_the_longest_clock_to_its_last_level() -> None:
    answer = {"id": "answer", "clock": "complaint-answer", "limit": "60d", "yellow": "deadline", "red": "10d after"}
    shortest = {"process": repeated("1d"), "complaints": {"max_extension": 30, "unit": "d"}}
    assert book(time_limits=[answer], retention={"complaints": 100}, **shortest)
    with pytest.raises(BadRuleBook, match="'answer' can last 100 days, more than the 99 that a window remembers"):
        book(time_limits=[answer], retention={"complaints": 99}, **shortest)
    taken_up = answer | {"clock": "complaint-acceptance"}
    assert book(time_limits=[taken_up], retention={"complaints": 70}, **shortest), "only an answer can be put off"
