"""Days that no season of the office hours holds: which look forgotten, and which are meant."""

from typing import Any

import pytest

from monitor.almanac import ALMANAC
from monitor.rulebook.check_seasons import check_seasons
from rules.bookfile import parse_book
from rules.instant import to_datetime, to_instant
from rules.worktime import Limit
from tests.rules.story import ZONE, book, day

HALL = ["09:00-12:00", "13:30-17:00"]
SHORT = ["09:30-12:00", "13:00-16:30"]
RULE = {"id": "c", "clock": "case", "limit": "promised", "red": "deadline"}


def remarks(*seasons: tuple[str, str], usual: bool = True) -> list[str]:
    """``place: days`` of each warning."""
    hours: dict[str, Any] = {"seasons": [{"from": first, "to": last, "sessions": SHORT} for first, last in seasons]}
    table = {"name": "b", "version": "1", "office_hours": hours | ({"sessions": HALL} if usual else {}), "time_limits": [RULE]}
    found = check_seasons(parse_book("b", table, ALMANAC), table)
    return [f"{remark.key.removeprefix('office_hours.seasons')}: {remark.text.partition(' lie')[0]}" for remark in found]


@pytest.mark.parametrize("seasons", [(("11-01", "02-28"), ("03-01", "10-31")), (("11-01", "02-28"),), (("01-01", "02-28"),)])
def test_29_february_after_a_season_that_ends_with_the_28th_is_warned_of(seasons: tuple[tuple[str, str], ...]) -> None:
    assert remarks(*seasons) == ["[0].to: 02-29"]


@pytest.mark.parametrize(
    "seasons",
    [
        (("11-01", "02-29"), ("03-01", "10-31")),
        (("06-01", "09-30"),),  # the usual hours are for the rest
        (("03-01", "10-31"),),  # and 29 February among it
        (("11-01", "02-28"), ("02-29", "02-29"), ("03-01", "10-31")),  # a season of its own: it is meant
        (("01-01", "12-31"),),
        (),
    ],
)
def test_no_other_day_is_warned_of_where_the_rest_of_the_year_has_usual_hours(seasons: tuple[tuple[str, str], ...]) -> None:
    assert remarks(*seasons) == []


def test_a_few_days_between_two_seasons_are_warned_of() -> None:
    assert remarks(("06-01", "09-27"), ("10-01", "05-31")) == ["[0].to: 09-28 to 09-30"]
    assert remarks(("01-03", "06-30"), ("07-01", "12-29")) == ["[1].to: 12-30 to 01-02"]
    assert remarks(("06-01", "09-23"), ("10-01", "05-31")) == ["[0].to: 09-24 to 09-30"]
    assert remarks(("06-01", "09-22"), ("10-01", "05-31")) == [], "eight days are a while"


def test_every_day_without_hours_is_warned_of_where_no_usual_ones_are_written() -> None:
    assert remarks(("06-01", "09-30"), usual=False) == ["[0].to: 10-01 to 05-31"]
    assert remarks(("11-01", "02-28"), usual=False) == ["[0].to: 02-29", "[0].to: 03-01 to 10-31"]


def test_a_day_of_no_season_is_worked_by_the_usual_sessions() -> None:
    seasons = [{"from": "11-01", "to": "02-28", "sessions": SHORT}, {"from": "03-01", "to": "10-31", "sessions": HALL}]
    worktime = book(office_hours={"sessions": ["08:00-12:00", "14:00-18:00"], "seasons": seasons}).worktime
    closing = {}
    for at in (day(0).replace(year=2024, month=2, day=28), day(0).replace(year=2024, month=2, day=29)):
        due = worktime.due(to_instant(at), Limit.parse("0wd"))
        closing[at.day] = f"{to_datetime(due, ZONE):%d %H:%M}"
    assert closing == {28: "28 16:30", 29: "29 18:00"}
