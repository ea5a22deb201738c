"""Wall-clock time: summer time, and the same answers as ``zoneinfo``."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from rules.errors import BadRuleBook
from rules.instant import DAY, HOUR, MINUTE, to_datetime, to_instant
from rules.worktime import Calendar, Limit, Worktime, china
from rules.worktime.worktime import Counting
from rules.worktime.zone import Clock
from tests.rules.worktime.halls import STRAIGHT, at, due


def test_a_limit_over_a_change_of_summer_time_keeps_the_time_of_day() -> None:
    # 2024-03-10 Su  01:30 03:00 03:30   Boston: 02:00 to 03:00 is skipped
    # 1d from 02:30  ------------x due 03:30
    # 2024-11-03 Su  01:30 01:30 02:00   Boston: 01:00 to 02:00 comes twice
    # 1d from 01:30  x due at the first 01:30
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
