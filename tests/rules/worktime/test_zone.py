"""Wall-clock time: summer time, and the same answers as ``zoneinfo``."""

from datetime import UTC

import pytest

from monitor.almanac import wall_clock
from rules.instant import DAY, HOUR, MINUTE
from rules.worktime import Calendar, Counting, Limit, WallClock, Worktime
from tests.rules.worktime.halls import STRAIGHT, at, due


def test_a_limit_over_a_change_of_summer_time_keeps_the_time_of_day() -> None:
    # 2024-03-10 Su  01:30 03:00 03:30   Boston: 02:00 to 03:00 is skipped
    # 1d from 02:30  ------------x due 03:30
    # 2024-11-03 Su  01:30 01:30 02:00   Boston: 01:00 to 02:00 comes twice
    # 1d from 01:30  x due at the first 01:30
    calendar = Calendar("weekends", [2024], {}, {})
    boston = Worktime(wall_clock("America/New_York"), calendar, STRAIGHT, Counting(ends="second", roll_last_day=False))
    zone = boston.clock.zone
    assert due(boston, "2024-03-08 10:00", "1wd") == "2024-03-11 10:00"
    assert boston.due(at("2024-03-08 10:00", zone), Limit.parse("1wd")) - at("2024-03-08 10:00", zone) == 3 * DAY - HOUR
    assert boston.due(at("2024-11-01 10:00", zone), Limit.parse("3d")) - at("2024-11-01 10:00", zone) == 3 * DAY + HOUR
    assert due(boston, "2024-03-09 02:30", "1d") == "2024-03-10 03:30"  # 02:30 is skipped that night
    assert boston.due(at("2024-11-02 01:30", zone), Limit.parse("1d")) == at("2024-11-03 01:30", zone)  # the first 01:30


def test_a_limit_in_shanghai_knows_the_summer_time_of_1986() -> None:
    plain = Worktime(
        wall_clock("Asia/Shanghai"), Calendar("1986", [1986], {}, {}), counting=Counting(ends="second", roll_last_day=False)
    )
    start = at("1986-05-03 12:00")
    assert plain.due(start, Limit.parse("1d")) - start == DAY - HOUR


def test_a_clock_of_changes_handed_in_shows_the_offset_that_holds() -> None:
    """An hour is put in at 02:00 of day 1 and taken out again at 02:00 of day 3."""
    clock = WallClock("Made/Up", UTC, [DAY + 2 * HOUR, 3 * DAY + HOUR], [0, HOUR, 0])
    assert clock.to_local(DAY + 2 * HOUR - 1) == DAY + 2 * HOUR - 1
    assert clock.to_local(DAY + 2 * HOUR) == DAY + 3 * HOUR
    assert clock.to_local(3 * DAY + HOUR) == 3 * DAY + HOUR
    assert clock.to_instant(DAY + 2 * HOUR + 30 * MINUTE) == clock.to_instant(DAY + 3 * HOUR + 30 * MINUTE)  # skipped
    assert clock.to_instant(3 * DAY + HOUR + 30 * MINUTE) == 3 * DAY + 30 * MINUTE  # the first of two
    assert clock.walls == (DAY + 3 * HOUR, 3 * DAY + 2 * HOUR)


def test_a_clock_needs_an_offset_on_both_sides_of_each_change() -> None:
    with pytest.raises(ValueError, match="zip"):
        WallClock("Made/Up", UTC, [DAY], [0])
