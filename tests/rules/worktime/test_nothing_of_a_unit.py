"""Limits of nothing: what ``0d``, ``0wh``, ``0mo`` are over with, and what a book makes of an instant item."""

import msgspec
import pytest

from rules.worktime import Counting, Limit
from tests.rules.worktime.halls import due, hall

SUNDAY_EVENING = "2026-03-01 21:55:44"


# 2026-02/03      Fr27 Sa28 Su01 Mo02
# begun Su 21:55                *x 23:59:59.999, that very day; not the end of Monday
@pytest.mark.parametrize("limit", ["0d", "0mo", "0y"])
@pytest.mark.parametrize("ends", ["second", "day_end", "closing_time"])
def test_no_days_at_all_are_over_with_that_very_day_though_nobody_works_on_it(limit: str, ends: str) -> None:
    assert due(hall(ends=ends), SUNDAY_EVENING, limit) == "2026-03-01 end"
    assert due(hall(ends=ends, roll_last_day=False, roll_start=False), SUNDAY_EVENING, limit) == "2026-03-01 end"


@pytest.mark.parametrize("limit", ["0d", "0mo", "0y"])
def test_no_days_at_all_are_over_when_the_office_closes_where_days_end_so(limit: str) -> None:
    assert due(hall(ends="closing_time"), "2026-03-02 09:30", limit) == "2026-03-02 17:30"
    assert due(hall(ends="second"), "2026-03-02 09:30", limit) == "2026-03-02 end"


@pytest.mark.parametrize("limit", ["0wh", "0wm", "0h", "0min"])
@pytest.mark.parametrize("ends", ["second", "day_end", "closing_time"])
def test_no_time_at_all_is_over_at_once(limit: str, ends: str) -> None:
    for start in (SUNDAY_EVENING, "2026-03-02 09:30", "2026-03-02 17:30"):
        assert due(hall(ends=ends), start, limit) == start
        assert due(hall(ends=ends), start, limit, (start, "2026-03-03 10:00")) == start, "a pause comes too late"


def test_no_working_days_are_over_with_the_working_day_they_began_on_or_rolled_to() -> None:
    assert due(hall(ends="day_end"), SUNDAY_EVENING, "0wd") == "2026-03-02 end"
    assert due(hall(ends="second"), "2026-03-02 09:30", "0wd") == "2026-03-02 17:30"


def test_a_day_paused_is_a_day_more_even_of_no_days() -> None:
    # 2026-03       Mo02 Tu03 We04
    # suspended     [=========]
    # 0d            |==========x
    assert due(hall(), "2026-03-02 09:30", "0d", ("2026-03-02 10:00", "2026-03-04 10:00")) == "2026-03-04 end"


# As a 311 system counts that adds N x 24 hours: rows opened on a Sunday evening, with limits of 0, 1 and 7 days.
@pytest.mark.parametrize(("days", "expected"), [(0, "2026-03-01"), (1, "2026-03-02"), (7, "2026-03-08")])
def test_no_days_at_all_are_over_at_once_where_a_system_adds_days_of_24_hours(days: int, expected: str) -> None:
    place = hall(ends="second", roll_start=False, roll_last_day=False, zero_days="second")
    assert due(place, SUNDAY_EVENING, f"{days}d") == f"{expected} 21:55:44"


@pytest.mark.parametrize(
    ("limit", "counting", "with_a_day"),
    [
        ("0d", {"ends": "second"}, True),
        ("0d", {"ends": "day_end", "zero_days": "second"}, False),
        ("0wd", {"ends": "second"}, True),
        ("0h", {"ends": "day_end"}, False),
        ("5d", {"ends": "second"}, False),
        ("4wh + 2d", {"ends": "day_end"}, True),
        ("4wh + 2d", {"ends": "second"}, False),
    ],
)
def test_a_limit_ends_with_a_day_or_to_the_second(limit: str, counting: dict[str, str], with_a_day: bool) -> None:
    assert hall(**counting).dates.ends_with_a_day(Limit.kept(limit)) == with_a_day


def test_an_instant_item_has_the_limit_that_the_book_gives_it() -> None:
    began = "2026-03-02 09:30"
    assert due(hall(), began, "instant") == due(hall(), began, "0wd")
    assert due(hall(instant="30min"), began, "instant") == "2026-03-02 10:00"
    assert due(hall(instant="2wh"), "2026-03-02 11:30", "instant") == "2026-03-02 15:30"
    assert due(hall(instant="0d"), SUNDAY_EVENING, "instant") == "2026-03-01 end"


def test_an_instant_item_that_is_an_instant_item_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match='not "instant" itself'):
        msgspec.convert({"instant": "instant"}, Counting)
    with pytest.raises(msgspec.ValidationError, match="is no limit"):
        msgspec.convert({"instant": "at once"}, Counting)


@pytest.mark.parametrize("text", ["instant", "instant + 1wd", "1mo + 10wd", "4wh + 2d", "@2026-03-05T09:00:00+00:00 + 3wd"])
def test_a_limit_that_nobody_may_write_reads_back_as_it_was_kept(text: str) -> None:
    assert str(Limit.kept(text)) == text
    if "+" in text:
        with pytest.raises(ValueError, match="is no limit"):
            Limit.parse(text)
