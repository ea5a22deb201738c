"""When a limit is over, on the real Chinese calendar, convention by convention."""

from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest

from monitor.almanac import china, wall_clock
from rules.errors import UncoveredDate
from rules.instant import HOUR, MINUTE, to_datetime, to_instant
from rules.worktime import Calendar, Counting, Limit, OfficeHours, Unit, Worktime
from tests.rules.story import ZONE
from tests.rules.worktime.halls import HALL, SEASONS, STRAIGHT, at, due, hall, wall


# National Day 2024 with its make-up days, then Spring Festival, its eve worked. A column is a whole day.
# 2024-09  Fr27 Sa28 Su29 Mo30 Tu01 We02 Th03 Fr04 Sa05 Su06 Mo07 Tu08 We09 Th10 Fr11 Sa12
# 7wd      |----.----1----2----.----.----.----.----.----.----.----3----4----5----6----7 due
# 2024-02  We07 Th08 Fr09 Sa10 Su11 Mo12 Tu13 We14 Th15 Fr16 Sa17 Su18 Mo19 Tu20
# 5wd      |----1----2----.----.----.----.----.----.----.----.----3----4----5 due 23:59:59.999
@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2024-09-27 10:00", "1wd", "2024-09-29 end"),  # a Sunday worked for National Day
        ("2024-09-27 10:00", "2wd", "2024-09-30 end"),
        ("2024-09-27 10:00", "3wd", "2024-10-08 end"),
        ("2024-09-27 10:00", "7wd", "2024-10-12 end"),  # a Saturday worked for it
        ("2024-09-27 10:00", "20wd", "2024-10-30 end"),
        ("2024-02-07 10:00", "2wd", "2024-02-09 end"),  # New Year's Eve was worked in 2024
        ("2024-02-07 10:00", "3wd", "2024-02-18 end"),
        ("2024-02-07 10:00", "5wd", "2024-02-20 end"),
        ("2025-01-26 10:00", "2wd", "2025-02-05 end"),  # and was a holiday in 2025
        ("2024-09-30 17:30", "1wd", "2024-10-09 end"),  # closed: begins on 8 October, the 9th is day one
        ("2024-10-03 09:00", "1wd", "2024-10-09 end"),
        ("2024-10-08 07:00", "1wd", "2024-10-09 end"),
        ("2024-12-31 10:00", "1wd", "2025-01-02 end"),
    ],
)
def test_a_limit_in_working_days_ends_with_the_day_over_holidays_and_make_up_days(start: str, limit: str, expected: str) -> None:
    assert due(hall(), start, limit) == expected


# 2024-09  Fr27 Sa28 Su29 Mo30 Tu01 We02 Th03 Fr04 Sa05 Su06 Mo07 Tu08
# 3wd      |----.----1----2----.----.----.----.----.----.----.----3 due at the time of day it began at
@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2024-09-27 10:00", "1wd", "2024-09-29 10:00"),
        ("2024-09-27 10:00:07.123", "3wd", "2024-10-08 10:00:07.123"),
        ("2024-09-27 08:30", "1wd", "2024-09-29 08:30"),
        ("2024-09-27 08:29:59.999", "1wd", "2024-09-29 08:30"),
        ("2024-09-27 12:00", "1wd", "2024-09-29 14:00"),  # the break: the afternoon is the next work period
        ("2024-09-27 17:29:59.999", "1wd", "2024-09-29 17:29:59.999"),
        ("2024-09-27 17:30", "1wd", "2024-09-30 08:30"),
        ("2024-10-03 09:00", "1wd", "2024-10-09 08:30"),
    ],
)
def test_a_limit_in_working_days_ends_at_its_time_of_day_where_the_book_counts_to_the_second(
    start: str, limit: str, expected: str
) -> None:
    assert due(hall(ends="second"), start, limit) == expected


@pytest.mark.parametrize(
    ("counting", "start", "limit", "expected"),
    [
        ({"ends": "closing_time"}, "2024-09-27 10:00", "2wd", "2024-09-30 17:30"),
        ({"first_day_counts": True}, "2024-09-27 10:00", "1wd", "2024-09-27 end"),
        ({"first_day_counts": True}, "2024-09-27 18:00", "1wd", "2024-09-29 end"),
        ({"first_day_counts": True}, "2024-09-27 10:00", "20wd", "2024-10-29 end"),
        ({"first_day_counts": True}, "2024-09-27 10:00", "5d", "2024-10-08 end"),
        ({"first_day_counts": True, "roll_start": False}, "2024-10-03 09:00", "1wd", "2024-10-08 end"),
        ({"first_day_counts": True, "roll_start": False, "ends": "closing_time"}, "2024-09-27 18:00", "1wd", "2024-09-27 end"),
        ({"roll_start": False}, "2024-10-03 09:00", "1wd", "2024-10-08 end"),
        ({"roll_start": False}, "2024-09-30 20:00", "1wd", "2024-10-08 end"),
        ({"roll_start": False, "ends": "second"}, "2024-09-30 20:00", "1wd", "2024-10-08 20:00"),
        ({"roll_start": False, "ends": "second"}, "2024-10-03 09:00", "1wd", "2024-10-08 09:00"),
    ],
)
def test_a_limit_ends_by_the_counting_the_rule_book_chose(
    counting: dict[str, Any], start: str, limit: str, expected: str
) -> None:
    assert due(hall(**counting), start, limit) == expected


# 2024-09       Mo23 Tu24 We25 Th26 Fr27 Sa28 Su29 Mo30 Tu01 We02 Th03 Fr04 Sa05 Su06 Mo07 Tu08
# 5d                           |----1----2----3----4----5 a holiday: rolls on to Tu08
# from Mo23 5d  |----1----2----3----4----5 off: rolls on to Su29, which is worked
@pytest.mark.parametrize(
    ("counting", "start", "limit", "expected"),
    [
        ({}, "2024-09-20 10:00", "5d", "2024-09-25 end"),
        ({}, "2024-09-26 10:00", "5d", "2024-10-08 end"),  # 1 October rolls over National Day
        ({}, "2024-09-23 10:00", "5d", "2024-09-29 end"),  # 28 September is a Saturday off, the 29th is worked
        ({"roll_last_day": False}, "2024-09-26 10:00", "5d", "2024-10-01 end"),
        ({"roll_last_day": False, "ends": "second"}, "2024-09-26 20:15:30", "5d", "2024-10-01 20:15:30"),
        ({"ends": "second"}, "2024-09-26 20:15:30", "5d", "2024-10-08 20:15:30"),
        ({"ends": "closing_time"}, "2024-09-20 20:00", "5d", "2024-09-25 17:30"),
    ],
)
def test_a_limit_in_calendar_days_rolls_from_its_last_day_to_a_working_one(
    counting: dict[str, Any], start: str, limit: str, expected: str
) -> None:
    assert due(hall(**counting), start, limit) == expected


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2024-01-31 10:00", "1mo", "2024-02-29 end"),
        ("2023-01-31 10:00", "1mo", "2023-02-28 end"),
        ("2024-01-31 10:00", "2mo", "2024-03-31 end"),  # from the start, not from February's cut-off day
        ("2024-02-29 10:00", "1y", "2025-02-28 end"),
        ("2024-02-29 10:00", "12mo", "2025-02-28 end"),
        ("2023-11-30 10:00", "3mo", "2024-02-29 end"),
        ("2024-10-31 10:00", "14mo", "2025-12-31 end"),
        ("2024-05-06 10:00", "1y", "2025-05-06 end"),
    ],
)
def test_a_limit_in_months_or_years_ends_on_the_corresponding_day(start: str, limit: str, expected: str) -> None:
    assert due(hall(roll_last_day=False), start, limit) == expected


@pytest.mark.parametrize(("start", "expected"), [("2024-03-15 09:00", "2024-04-14 end"), ("2024-01-31 09:00", "2024-02-29 end")])
def test_a_month_whose_first_day_counts_ends_before_its_corresponding_day(start: str, expected: str) -> None:
    assert due(hall(roll_last_day=False, first_day_counts=True), start, "1mo") == expected


def test_a_month_that_ends_on_a_holiday_rolls_to_the_next_working_day() -> None:
    assert due(hall(), "2024-09-02 10:00", "1mo") == "2024-10-08 end"
    assert due(hall(ends="second"), "2024-09-02 10:00", "1mo") == "2024-10-08 10:00"


# 2024-09-27 Fr  08:30 09:00 11:00 12:00 14:00 15:00 17:00 17:30
# open           [=================]     [=================]
# 2wh                  |-----x
# 2wh                        |-----------------x the break does not count
# 7wh            |-----------------------------------------x due at closing time
# 1wh                                                |-----> due on Su29 09:00, which is worked
@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2024-09-27 09:00", "2wh", "2024-09-27 11:00"),
        ("2024-09-27 11:50", "10wm", "2024-09-27 12:00"),
        ("2024-09-27 17:25", "10wm", "2024-09-29 08:35"),
        ("2024-09-27 11:00", "2wh", "2024-09-27 15:00"),
        ("2024-09-27 08:30", "7wh", "2024-09-27 17:30"),  # used up at closing time, not at the next opening
        ("2024-09-27 17:00", "1wh", "2024-09-29 09:00"),
        ("2024-09-30 17:30", "4wh", "2024-10-08 14:30"),
        ("2024-10-03 03:00", "1wh", "2024-10-08 09:30"),
    ],
)
@pytest.mark.parametrize("ends", ["second", "day_end", "closing_time"])
def test_a_limit_in_working_hours_ends_to_the_second_by_any_counting(start: str, limit: str, expected: str, ends: str) -> None:
    assert due(hall(ends=ends), start, limit) == expected


# 2024-09     Fr27 Sa28 Su29 Mo30 Tu01 We02 Th03 Fr04 Sa05 Su06 Mo07 Tu08
# begun Fr27  x due at closing time or midnight
# begun Mo30                 |---------------------------------------x 17:30 is closed: begins and is due here
@pytest.mark.parametrize("limit", ["0wd", "instant"])
@pytest.mark.parametrize(
    ("ends", "start", "expected"),
    [
        ("second", "2024-09-27 10:00", "2024-09-27 17:30"),
        ("closing_time", "2024-09-27 10:00", "2024-09-27 17:30"),
        ("day_end", "2024-09-27 10:00", "2024-09-27 end"),
        ("second", "2024-09-30 17:30", "2024-10-08 17:30"),
        ("day_end", "2024-10-03 10:00", "2024-10-08 end"),
    ],
)
def test_an_instant_item_is_due_the_same_day_or_the_working_day_it_rolls_to(
    limit: str, ends: str, start: str, expected: str
) -> None:
    assert due(hall(ends=ends), start, limit) == expected


def test_an_instant_item_that_does_not_roll_is_never_due_before_it_began() -> None:
    assert due(hall(ends="second", roll_start=False), "2024-09-27 19:00", "0wd") == "2024-09-27 end"
    assert due(hall(ends="second", roll_start=False), "2024-09-27 10:00", "0wd") == "2024-09-27 17:30"


def test_a_limit_over_a_change_of_season_keeps_the_point_of_the_working_day() -> None:
    worktime = hall(SEASONS, ends="second")
    # Two of seven hours are used at 10:00 in summer and at 11:00 in winter.
    # 2024-09  Su29 Mo30 Tu01 We02 Th03 Fr04 Sa05 Su06 Mo07 Tu08
    # 2wd      |----1----.----.----.----.----.----.----.----2 due 11:00: two of seven hours, in summer 10:00
    assert due(worktime, "2024-09-29 10:00", "2wd") == "2024-10-08 11:00"
    assert due(worktime, "2024-09-29 17:59", "2wd") == "2024-10-08 16:59"
    assert due(hall(SEASONS, ends="closing_time"), "2024-09-29 10:00", "1wd") == "2024-09-30 18:00"
    assert due(hall(SEASONS, ends="closing_time"), "2024-09-29 10:00", "2wd") == "2024-10-08 17:00"
    assert due(hall(SEASONS), "2024-09-30 17:30", "1wd") == "2024-10-08 end"
    assert due(hall(SEASONS), "2024-09-30 18:00", "1wd") == "2024-10-09 end"
    assert due(hall(SEASONS), "2024-10-08 17:00", "1wd") == "2024-10-10 end"
    assert due(hall(SEASONS), "2024-10-03 17:00", "1wd") == "2024-10-09 end"


@pytest.mark.parametrize("hours", [HALL, STRAIGHT, SEASONS, OfficeHours()])
@pytest.mark.parametrize("roll_start", [True, False])
@pytest.mark.parametrize(
    "ends", [{"ends": "second"}, {"ends": "closing_time"}, {"ends": "day_end"}, {"ends": "day_end", "first_day_counts": True}]
)
def test_the_quick_path_gives_what_the_general_one_gives(hours: OfficeHours, roll_start: bool, ends: dict[str, Any]) -> None:
    worktime = hall(hours, **ends, roll_start=roll_start)
    nothing = ((0, 0),)  # a pause long before, so that the general path is taken
    for start in range(at("2024-09-24 00:13"), at("2024-10-15 00:00"), 2 * HOUR + 7 * MINUTE):
        for limit in map(Limit.parse, ("1wd", "3wd", "12wd", "1d", "6d")):
            assert worktime.due(start, limit) == worktime.due(start, limit, nothing), (wall(start), str(limit))


@pytest.mark.parametrize("limit", ["20wd", "20d", "1mo", "100wh"])
@pytest.mark.parametrize("pauses", [(), (("2026-12-20 10:00", "2026-12-21 10:00"),)])
def test_a_limit_beyond_the_calendar_is_an_error_that_names_year_and_calendar(
    limit: str, pauses: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(UncoveredDate, match="'cn' does not cover 2027") as caught:
        due(hall(), "2026-12-18 10:00", limit, *pauses)
    assert caught.value.year == 2027


def test_a_limit_before_the_calendar_is_an_error_that_names_the_year() -> None:
    with pytest.raises(UncoveredDate, match="2003"):
        due(hall(), "2003-12-31 10:00", "1wd")
    with pytest.raises(UncoveredDate, match="2003"):
        hall().before(at("2004-01-05 10:00"), Limit.parse("10wd"))


def test_a_limit_in_natural_days_that_does_not_roll_needs_no_calendar() -> None:
    assert due(hall(ends="second", roll_last_day=False), "2026-12-31 10:00", "720d") == "2028-12-20 10:00"


@pytest.mark.parametrize(
    "counting", [Counting(), Counting(ends="second"), Counting(ends="closing_time"), Counting(roll_start=False)]
)
@pytest.mark.parametrize("unit", [unit for unit in Unit if unit not in (Unit.instant_item, Unit.due_instant)])
def test_a_longer_limit_is_never_due_earlier(counting: Counting, unit: Unit) -> None:
    worktime = Worktime(wall_clock("Asia/Shanghai"), china(), HALL, counting)
    start = at("2024-01-31 16:47:31")
    dues = [worktime.due(start, Limit(value, unit)) for value in range(1, 3 if unit is Unit.years else 24)]
    assert all(earlier <= later for earlier, later in pairwise(dues))
    assert dues[0] >= start


def own(hours: str, limit: str, start: str) -> str:
    """The end of a limit where the years begin on a Thursday."""
    calendar = Calendar("own", [2026], {date(2026, 1, 1): "元旦"}, {})
    worktime = Worktime(
        wall_clock("Asia/Shanghai"), calendar, OfficeHours.from_dict({"sessions": hours.split()}), Counting(ends="second")
    )
    began = to_instant(datetime.fromisoformat(f"2026-{start}:00+08:00"))
    return to_datetime(worktime.due(began, Limit.parse(limit)), ZONE).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("03-02T09:00", "3wh", "03-02 12:00"),  # the end of the morning, not the beginning of the afternoon
        ("03-02T10:00", "2wh", "03-02 12:00"),
        ("03-02T09:00", "7wh", "03-02 17:00"),  # nor the next morning
        ("01-01T09:00", "1wh", "01-02 10:00"),  # the first working day the calendar has
        ("01-02T09:00", "1wh", "01-02 10:00"),
        ("12-31T16:00", "1wh", "12-31 17:00"),  # and the last
    ],
)
def test_a_limit_in_hours_ends_with_the_session_it_fills(start: str, limit: str, expected: str) -> None:
    assert own("09:00-12:00 13:00-17:00", limit, start) == expected


def test_a_limit_that_begins_on_the_first_day_nobody_knows_is_an_error() -> None:
    hours = OfficeHours.from_dict({"sessions": ["09:00-17:00"]})
    for ends in ("second", "day_end"):
        worktime = Worktime(wall_clock("Asia/Shanghai"), Calendar("own", [2026], {}, {}), hours, Counting(ends=ends))
        for outside in ("2025-12-31", "2027-01-01"):
            with pytest.raises(UncoveredDate):
                worktime.due(to_instant(datetime.fromisoformat(f"{outside}T10:00:00+08:00")), Limit(3, Unit.working_days))
