"""Limits on the real Chinese calendar, convention by convention. Wall-clock times in, wall-clock times out."""

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from rules.errors import BadRuleBook, UncoveredDate
from rules.instant import DAY, HOUR, MINUTE, to_datetime, to_instant
from rules.worktime import Calendar, Limit, Unit, Worktime, china
from rules.worktime.worktime import Counting, OfficeHours, Worked
from rules.worktime.zone import Clock

HALL = OfficeHours.from_dict({"sessions": ["08:30-12:00", "14:00-17:30"]})  # 7 hours
STRAIGHT = OfficeHours.from_dict({"sessions": ["08:30-17:00"]})
SEASONS = OfficeHours.from_dict(
    {
        "sessions": ["09:00-12:00", "13:00-17:00"],
        "seasons": [{"from": "06-01", "to": "09-30", "sessions": ["08:00-12:00", "15:00-18:00"]}],
    }
)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return to_instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def wall(instant: int, zone: str = "Asia/Shanghai") -> str:
    text = to_datetime(instant, ZoneInfo(zone)).replace(tzinfo=None).isoformat(" ", "milliseconds")
    return text.removesuffix(":00.000").replace("23:59:59.999", "end")


def hall(hours: OfficeHours = HALL, zone: str = "Asia/Shanghai", **counting: Any) -> Worktime:
    return Worktime(zone, china(), hours, Counting(**counting))


def due(worktime: Worktime, start: str, limit: str, *pauses: tuple[str, str]) -> str:
    spans = [(at(from_, worktime.zone), at(to, worktime.zone)) for from_, to in pauses]
    return wall(worktime.due(at(start, worktime.zone), Limit.parse(limit), spans), worktime.zone)


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


@pytest.mark.parametrize(
    ("counting", "start", "limit", "expected"),
    [
        ({}, "2024-09-20 10:00", "5d", "2024-09-25 end"),
        ({}, "2024-09-26 10:00", "5d", "2024-10-08 end"),  # 1 October rolls over National Day
        ({}, "2024-09-23 10:00", "5d", "2024-09-29 end"),  # 28 September is a Saturday off, the 29th is worked
        ({"roll_last_day": False}, "2024-09-26 10:00", "5d", "2024-10-01 end"),
        ({"roll_last_day": False, "ends": "second"}, "2024-09-26 20:15:30", "5d", "2024-10-01 20:15:30.000"),
        ({"ends": "second"}, "2024-09-26 20:15:30", "5d", "2024-10-08 20:15:30.000"),
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


@pytest.mark.parametrize("unit", ["wd", "d", "mo", "y", "wh"])
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
    unit: str, ends: str, start: str, expected: str
) -> None:
    assert due(hall(ends=ends), start, f"0{unit}") == expected


def test_an_instant_item_that_does_not_roll_is_never_due_before_it_began() -> None:
    assert due(hall(ends="second", roll_start=False), "2024-09-27 19:00", "0wd") == "2024-09-27 end"
    assert due(hall(ends="second", roll_start=False), "2024-09-27 10:00", "0wd") == "2024-09-27 17:30"


def test_an_instant_item_suspended_the_same_day_is_due_on_the_day_it_is_resumed() -> None:
    paused = ("2024-09-27 11:00", "2024-10-08 15:00")
    assert due(hall(ends="second"), "2024-09-27 10:00", "0wd", paused) == "2024-10-08 17:30"
    assert due(hall(), "2024-09-27 10:00", "0wd", paused) == "2024-10-08 end"


@pytest.mark.parametrize(
    ("limit", "pauses", "expected"),
    [
        ("5wd", [("2024-09-02 11:00", "2024-09-04 15:00")], "2024-09-10 end"),  # the 2nd is not counted anyway
        ("5wd", [("2024-09-03 11:00", "2024-09-05 15:00")], "2024-09-11 end"),  # 3 and 4 September out
        ("5wd", [("2024-09-03 11:00", "2024-09-03 15:00")], "2024-09-09 end"),
        ("5wd", [("2024-09-07 11:00", "2024-09-08 15:00")], "2024-09-09 end"),  # a weekend suspended
        ("5wd", [("2024-09-09 16:00", "2024-09-12 09:00")], "2024-09-12 end"),  # suspended on the last day
        ("5wd", [("2024-09-10 09:00", "2024-09-12 09:00")], "2024-09-09 end"),  # too late
        ("5wd", [("2024-08-20 09:00", "2024-09-01 09:00")], "2024-09-09 end"),  # before it began
        ("5wd", [("2024-09-03 9:00", "2024-09-04 9:00"), ("2024-09-04 10:00", "2024-09-05 9:00")], "2024-09-11 end"),
        ("5d", [("2024-09-03 11:00", "2024-09-05 15:00")], "2024-09-09 end"),
        ("13d", [], "2024-09-18 end"),  # the 15th rolls over Mid-Autumn
        ("13d", [("2024-09-16 09:00", "2024-09-17 15:00")], "2024-09-18 end"),  # a pause within what is rolled over
        ("13d", [("2024-09-16 09:00", "2024-09-20 15:00")], "2024-09-20 end"),  # a pause beyond it
        ("13d", [("2024-09-16 09:00", "2024-09-21 15:00")], "2024-09-23 end"),
        ("1mo", [("2024-09-03 11:00", "2024-09-05 15:00")], "2024-10-08 end"),
        ("5d", [("2024-09-07 11:00", "2024-09-09 15:00")], "2024-09-09 end"),
    ],
)
def test_a_pause_takes_whole_days_out_of_a_limit_that_ends_with_a_day(
    limit: str, pauses: list[tuple[str, str]], expected: str
) -> None:
    padded = [(from_.replace(" 9:", " 09:"), to.replace(" 9:", " 09:")) for from_, to in pauses]
    assert due(hall(), "2024-09-02 10:00", limit, *padded) == expected


@pytest.mark.parametrize(
    ("limit", "pauses", "expected"),
    [
        ("5wd", [("2024-09-03 11:00", "2024-09-03 15:00")], "2024-09-09 14:00"),  # 2 office hours
        ("5wd", [("2024-09-03 10:00", "2024-09-05 10:00")], "2024-09-11 10:00"),
        ("5wd", [("2024-09-06 17:30", "2024-09-09 08:30")], "2024-09-09 10:00"),  # nothing but closed time
        ("5wd", [("2024-09-09 10:00", "2024-09-12 10:00")], "2024-09-09 10:00"),  # in the due millisecond: too late
        ("35wh", [("2024-09-09 10:00", "2024-09-12 10:00")], "2024-09-09 10:00"),  # so it is for office hours
        ("5wd", [("2024-09-09 09:59:59.999", "2024-09-10 09:59:59.999")], "2024-09-10 10:00"),
        ("5d", [("2024-09-03 11:00", "2024-09-03 15:00")], "2024-09-09 14:00"),  # Saturday the 7th rolled
        ("10d", [("2024-09-03 11:00", "2024-09-03 15:00")], "2024-09-12 14:00"),
        ("10wh", [("2024-09-02 11:00", "2024-09-02 15:00")], "2024-09-03 17:00"),
        ("13d", [("2024-09-16 09:00", "2024-09-17 15:00")], "2024-09-18 10:00"),  # rolled over Mid-Autumn
        ("13d", [("2024-09-16 09:00", "2024-09-19 09:00")], "2024-09-19 10:00"),
        ("13d", [("2024-09-16 09:00", "2024-09-19 15:00")], "2024-09-20 10:00"),
    ],
)
def test_a_pause_lengthens_a_limit_to_the_second_by_the_counted_time_in_it(
    limit: str, pauses: list[tuple[str, str]], expected: str
) -> None:
    assert due(hall(ends="second"), "2024-09-02 10:00", limit, *pauses) == expected


def test_a_pause_that_begins_when_the_office_opens_comes_too_late_for_a_limit_used_up_at_closing_time() -> None:
    worktime = hall(ends="second")
    assert due(worktime, "2024-09-02 17:30", "2wd", ("2024-09-05 08:30", "2024-09-09 10:00")) == "2024-09-05 08:30"
    assert due(worktime, "2024-09-02 17:30", "2wd", ("2024-09-05 08:29", "2024-09-09 10:00")) == "2024-09-09 10:00"


def test_a_pause_never_makes_a_limit_end_earlier_by_taking_it_off_the_weekend_it_was_rolled_over() -> None:
    worktime = hall(ends="second")
    assert due(worktime, "2024-01-07 08:29", "11mo") == "2024-12-09 08:29"  # a Monday, after Saturday the 7th
    assert due(worktime, "2024-01-07 08:29", "11mo", ("2024-09-29 08:29", "2024-10-01 00:00")) == "2024-12-09 08:29"
    assert due(worktime, "2024-01-07 08:29", "11mo", ("2024-09-29 08:29", "2024-10-01 09:00")) == "2024-12-09 09:00"


def test_a_pause_after_closing_time_does_not_revive_a_limit_that_ended_with_it() -> None:
    worktime = hall(ends="closing_time")
    assert due(worktime, "2024-09-02 10:00", "2wd", ("2024-09-04 18:00", "2024-09-09 10:00")) == "2024-09-04 17:30"
    assert due(worktime, "2024-09-02 10:00", "2wd", ("2024-09-04 17:00", "2024-09-09 10:00")) == "2024-09-09 17:30"


def test_a_limit_that_ends_at_closing_time_does_not_end_before_the_case_is_resumed() -> None:
    evening = ("2024-09-03 11:00", "2024-09-04 18:00")
    assert due(hall(ends="closing_time"), "2024-09-02 10:00", "1wd", evening) == "2024-09-05 17:30"
    assert due(hall(ends="second"), "2024-09-03 10:00", "0wd", evening) == "2024-09-05 17:30"
    assert due(hall(), "2024-09-02 10:00", "1wd", evening) == "2024-09-04 end"


def test_pauses_out_of_order_are_refused_as_a_bug() -> None:
    with pytest.raises(ValueError, match="sorted, disjoint"):
        due(hall(), "2024-09-02 10:00", "5wd", ("2024-09-05 10:00", "2024-09-06 10:00"), ("2024-09-03 10:00", "2024-09-04 10:00"))


def test_a_limit_over_a_change_of_season_keeps_the_point_of_the_working_day() -> None:
    worktime = hall(SEASONS, ends="second")
    # Two of seven hours are used at 10:00 in summer and at 11:00 in winter.
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


def test_a_limit_over_a_change_of_summer_time_keeps_the_time_of_day() -> None:
    calendar = Calendar("weekends", [2024], {}, {})
    boston = Worktime("America/New_York", calendar, STRAIGHT, Counting(ends="second", roll_last_day=False))
    zone = boston.zone
    assert due(boston, "2024-03-08 10:00", "1wd") == "2024-03-11 10:00"
    assert boston.due(at("2024-03-08 10:00", zone), Limit.parse("1wd")) - at("2024-03-08 10:00", zone) == 3 * DAY - HOUR
    assert boston.due(at("2024-11-01 10:00", zone), Limit.parse("3d")) - at("2024-11-01 10:00", zone) == 3 * DAY + HOUR
    assert due(boston, "2024-03-09 02:30", "1d") == "2024-03-10 03:30"  # 02:30 is skipped that night
    assert boston.due(at("2024-11-02 01:30", zone), Limit.parse("1d")) == at("2024-11-03 01:30", zone)  # the first 01:30


def test_a_limit_in_shanghai_knows_the_summer_time_of_1986() -> None:
    plain = Worktime("Asia/Shanghai", Calendar("1986", [1986], {}, {}), counting=Counting(ends="second", roll_last_day=False))
    start = at("1986-05-03 12:00")
    assert plain.due(start, Limit.parse("1d")) - start == DAY - HOUR


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"])
def test_the_clock_agrees_with_zoneinfo(zone: str) -> None:
    clock, info = Clock(zone), ZoneInfo(zone)
    for instant in range(at("1985-01-01 00:00"), at("2030-01-01 00:00"), 7 * HOUR + 13 * MINUTE):
        local = to_datetime(instant, info)
        assert clock.to_local(instant) == to_instant(local.replace(tzinfo=UTC))
        assert clock.to_instant(clock.to_local(instant)) == to_instant(local.replace(tzinfo=info, fold=0))
    for moment in clock.changes:
        assert to_datetime(moment, info).utcoffset() != to_datetime(moment - 1, info).utcoffset()


def test_an_unknown_zone_is_refused_as_the_operators_mistake() -> None:
    with pytest.raises(BadRuleBook, match="'Asia/Beijing' is no time zone"):
        Worktime("Asia/Beijing", china())


@pytest.mark.parametrize("limit", ["20wd", "20d", "1mo", "100wh"])
@pytest.mark.parametrize("pauses", [(), (("2026-12-20 10:00", "2026-12-21 10:00"),)])
def test_a_limit_beyond_the_calendar_is_an_error_that_names_year_and_calendar(
    limit: str, pauses: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(UncoveredDate, match="'cn' does not cover 2027") as caught:
        due(hall(), "2026-12-18 10:00", limit, *pauses)
    assert caught.value.year == 2027


@pytest.mark.parametrize("text", ["101y", "9999y", "1201mo"])
def test_a_limit_of_more_than_a_century_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="longer than a century"):
        Limit.parse(text)
    assert [Limit.parse(text).value for text in ("100y", "1200mo", "9999wd")] == [100, 1200, 9999]


def test_a_limit_before_the_calendar_is_an_error_that_names_the_year() -> None:
    with pytest.raises(UncoveredDate, match="2003"):
        due(hall(), "2003-12-31 10:00", "1wd")
    with pytest.raises(UncoveredDate, match="2003"):
        hall().before(at("2004-01-05 10:00"), Limit.parse("10wd"))


def test_a_limit_in_natural_days_that_does_not_roll_needs_no_calendar() -> None:
    assert due(hall(ends="second", roll_last_day=False), "2026-12-31 10:00", "720d") == "2028-12-20 10:00"


@pytest.mark.parametrize(
    ("due_at", "limit", "expected"),
    [
        ("2024-10-09 10:00", "2wd", "2024-09-30 10:00"),
        ("2024-10-13 10:00", "2wd", "2024-10-11 10:00"),  # a Sunday off: the 12th and the 11th are the two before
        ("2024-10-09 10:00", "2d", "2024-10-07 10:00"),
        ("2024-10-31 10:00", "1mo", "2024-09-30 10:00"),
        ("2024-10-08 10:00", "2wh", "2024-09-30 17:00"),
        ("2024-10-08 10:00", "120wm", "2024-09-30 17:00"),
        ("2024-10-08 10:00", "0wd", "2024-10-08 10:00"),
    ],
)
def test_an_instant_a_limit_before_a_due_instant_is_counted_back_in_its_unit(due_at: str, limit: str, expected: str) -> None:
    assert wall(hall().before(at(due_at), Limit.parse(limit))) == expected


@pytest.mark.parametrize(
    ("due_at", "limit", "expected"),
    [
        ("2024-09-30 23:59:59.999", "1wd", "2024-10-08 end"),
        ("2024-10-03 10:00", "1wd", "2024-10-08 10:00"),
        ("2024-09-30 10:00", "3d", "2024-10-03 10:00"),
        ("2024-09-30 17:00", "2wh", "2024-10-08 10:00"),
        ("2024-09-30 17:00", "45wm", "2024-10-08 08:45"),
        ("2024-09-30 10:00", "0d", "2024-09-30 10:00"),
    ],
)
def test_an_instant_a_limit_after_a_due_instant_is_counted_on_in_its_unit(due_at: str, limit: str, expected: str) -> None:
    assert wall(hall().after(at(due_at), Limit.parse(limit))) == expected


@pytest.mark.parametrize(
    ("unit", "start", "due_at", "pauses", "expected"),
    [
        ("working_days", "2024-09-02 08:30", "2024-09-09 08:30", [], "2024-09-05 17:30"),  # 4 of 5 days
        ("working_days", "2024-09-02 10:00", "2024-09-09 10:00", [], "2024-09-06 10:00"),
        ("working_days", "2024-09-02 10:00", "2024-09-11 10:00", [("2024-09-03 10:00", "2024-09-05 10:00")], "2024-09-10 10:00"),
        ("working_hours", "2024-09-02 08:30", "2024-09-02 16:00", [], "2024-09-02 14:54"),  # 4.4 of 5.5 hours
        ("calendar_days", "2024-09-02 10:00", "2024-09-07 10:00", [], "2024-09-06 10:00"),
        ("working_days", "2024-10-01 10:00", "2024-10-03 10:00", [], "2024-10-03 10:00"),  # nothing counted at all
    ],
)
def test_a_fraction_of_a_limit_is_reached_after_that_part_of_the_counted_time(
    unit: str, start: str, due_at: str, pauses: list[tuple[str, str]], expected: str
) -> None:
    spans = [(at(from_), at(to)) for from_, to in pauses]
    assert wall(hall(ends="second").fraction(at(start), at(due_at), 4, 5, Unit(unit), spans)) == expected


@pytest.mark.parametrize(
    ("unit", "end", "expected"),
    [
        ("working_days", "2024-10-08 10:00", Worked(3, 0)),
        ("working_days", "2024-10-08 11:00", Worked(3, HOUR)),
        ("working_hours", "2024-09-29 09:30", Worked(6, 30 * MINUTE)),
        ("working_minutes", "2024-09-29 09:30", Worked(390, 0)),
        ("calendar_days", "2024-09-29 09:00", Worked(1, 23 * HOUR)),
        ("months", "2024-11-28 10:00", Worked(2, DAY)),
        ("years", "2026-09-27 10:00", Worked(2, 0)),
        ("working_days", "2024-09-27 09:00", Worked(0, 0)),
    ],
)
def test_the_time_worked_between_two_instants_is_told_in_any_unit(unit: str, end: str, expected: Worked) -> None:
    assert hall(ends="second").worked(at("2024-09-27 10:00"), at(end), Unit(unit)) == expected


def test_the_time_in_pauses_is_not_worked() -> None:
    pauses = [(at("2024-09-03 10:00"), at("2024-09-04 11:00"))]
    worked = hall(ends="second").worked
    assert worked(at("2024-09-02 10:00"), at("2024-09-06 10:00"), Unit.working_days, pauses) == (2, 6 * HOUR)
    assert worked(at("2024-09-02 10:00"), at("2024-09-06 10:00"), Unit.working_hours, pauses) == (20, 0)
    assert worked(at("2024-09-02 10:00"), at("2024-09-06 10:00"), Unit.calendar_days, pauses) == (2, 23 * HOUR)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2024-09-29 08:30", True),
        ("2024-09-29 08:29:59.999", False),
        ("2024-09-29 12:00", False),
        ("2024-09-29 17:29:59.999", True),
        ("2024-09-28 10:00", False),
        ("2024-10-01 10:00", False),
    ],
)
def test_an_office_is_open_on_working_days_within_a_session(instant: str, expected: bool) -> None:
    assert hall().in_office(at(instant)) is expected


def test_the_day_of_an_instant_is_that_of_the_zone() -> None:
    assert hall().day_of(at("2024-10-01 00:00")) == date(2024, 10, 1)
    assert hall().day_of(at("2024-10-01 00:00") - 1) == date(2024, 9, 30)


@pytest.mark.parametrize("text", ["10wd", "20d", "3mo", "1y", "4wh", "15wm", "0wd"])
def test_a_limit_reads_and_writes_its_short_form(text: str) -> None:
    assert str(Limit.parse(text)) == text
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(Limit.parse(text)), type=Limit) == Limit.parse(text)


@pytest.mark.parametrize("text", ["", "10", "wd", "-1wd", "1.5d", "10 w", "10WD", "99999d"])
def test_any_other_limit_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match="10wd"):
        Limit.parse(text)


def test_a_first_day_that_counts_to_the_second_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="first_day_counts"):
        msgspec.convert({"ends": "second", "first_day_counts": True}, Counting)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"session": []}, "session: unknown key"),
        ({"sessions": []}, "sessions: "),
        ({"sessions": "08:30-17:00"}, "sessions: "),
        ({"sessions": ["8:30-17:00"]}, "sessions: "),
        ({"sessions": ["08:60-17:00"]}, "sessions: "),
        ({"sessions": ["17:00-08:30"]}, "sessions: "),
        ({"sessions": ["08:30-12:00", "11:00-17:00"]}, "sessions: "),
        ({"sessions": ["08:30-24:01"]}, "sessions: "),
        ({"seasons": {}}, "seasons: "),
        ({"seasons": [{"from": "06-01"}]}, r"seasons\[0\]: needs exactly"),
        ({"seasons": [{"from": "06-31", "to": "09-30", "sessions": ["08:00-12:00"]}]}, r"seasons\[0\].from: '06-31'"),
        ({"seasons": [{"from": 6, "to": "09-30", "sessions": ["08:00-12:00"]}]}, r"seasons\[0\].from"),
        (
            {
                "seasons": [
                    {"from": "11-01", "to": "03-31", "sessions": ["09:00-12:00"]},
                    {"from": "03-15", "to": "04-30", "sessions": ["08:00-12:00"]},
                ]
            },
            r"seasons\[1\].from: 03-15 lies in another season",
        ),
    ],
)
def test_a_defect_in_office_hours_is_named_by_its_key(table: dict[str, object], words: str) -> None:
    with pytest.raises(BadRuleBook, match=words):
        OfficeHours.from_dict(table)


def test_a_season_may_span_the_new_year() -> None:
    winter = OfficeHours.from_dict(
        {"sessions": ["08:00-18:00"], "seasons": [{"from": "11-01", "to": "03-31", "sessions": ["09:00-17:00"]}]}
    )
    closings = [
        winter.on(day).close // HOUR for day in (date(2024, 10, 31), date(2024, 11, 1), date(2025, 1, 1), date(2025, 4, 1))
    ]
    assert closings == [18, 17, 17, 18]


def test_an_office_without_hours_is_open_the_whole_day() -> None:
    hours = OfficeHours.from_dict({})
    assert hours.usual.is_open(0)
    assert hours.usual.is_open(DAY - 1)
    assert due(hall(hours, ends="second"), "2024-09-27 23:59:59.999", "1wd") == "2024-09-29 end"


@pytest.mark.parametrize(
    "counting", [Counting(), Counting(ends="second"), Counting(ends="closing_time"), Counting(roll_start=False)]
)
@pytest.mark.parametrize("unit", list(Unit))
def test_a_longer_limit_is_never_due_earlier(counting: Counting, unit: Unit) -> None:
    worktime = Worktime("Asia/Shanghai", china(), HALL, counting)
    start = at("2024-01-31 16:47:31")
    dues = [worktime.due(start, Limit(value, unit)) for value in range(1, 3 if unit is Unit.years else 24)]
    assert all(earlier <= later for earlier, later in pairwise(dues))
    assert dues[0] >= start
