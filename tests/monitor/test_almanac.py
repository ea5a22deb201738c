"""The almanac: zones as ``zoneinfo`` has them, the State Council's real shifts as the package has them."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from monitor.almanac import ALMANAC, china, wall_clock
from rules.errors import BadRuleBook
from rules.instant import HOUR, MINUTE, to_datetime, to_instant
from tests.rules.worktime.halls import at


@pytest.mark.parametrize(
    ("day", "worked", "name"),
    [
        ("2024-10-01", False, "国庆节"),
        ("2024-10-05", False, "国庆节"),
        ("2024-10-08", True, ""),
        ("2024-09-29", True, "国庆节"),
        ("2024-10-12", True, "国庆节"),
        ("2024-10-13", False, "weekend"),
        ("2024-02-09", True, ""),  # 除夕 became a holiday only in 2025
        ("2024-02-18", True, "春节"),
        ("2025-01-28", False, "春节"),
        ("2015-09-03", False, "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日"),
        ("2020-01-31", False, "春节"),  # prolonged for the epidemic
    ],
)
def test_the_national_calendar_knows_the_state_councils_shifts(day: str, worked: bool, name: str) -> None:
    assert china().is_workday(date.fromisoformat(day)) is worked
    assert china().name_of(date.fromisoformat(day)) == name


def test_every_day_of_every_year_agrees_with_the_package() -> None:
    calendar = china()
    day = date(2004, 1, 1)
    while day.year <= 2026:
        assert calendar.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"])
def test_the_clock_agrees_with_zoneinfo(zone: str) -> None:
    clock, info = wall_clock(zone), ZoneInfo(zone)
    for instant in range(at("1985-01-01 00:00"), at("2030-01-01 00:00"), 7 * HOUR + 13 * MINUTE):
        local = to_datetime(instant, info)
        assert clock.to_local(instant) == to_instant(local.replace(tzinfo=UTC))
        assert clock.to_instant(clock.to_local(instant)) == to_instant(local.replace(tzinfo=info, fold=0))
    for moment in clock.changes:
        assert to_datetime(moment, info).utcoffset() != to_datetime(moment - 1, info).utcoffset()


def test_a_zone_has_one_clock_however_often_it_is_asked_for() -> None:
    assert wall_clock("Asia/Shanghai") is ALMANAC.wall_clock("Asia/Shanghai")
    assert china() is ALMANAC.national()


def test_a_clock_renders_times_in_its_own_zone() -> None:
    assert str(to_datetime(0, wall_clock("America/New_York").tzinfo)) == "1969-12-31 19:00:00-05:00"


@pytest.mark.parametrize("zone", ["Asia/Beijing", "", "/etc/localtime", "Asia"])
def test_an_unknown_zone_is_refused_as_the_operators_mistake(zone: str) -> None:
    with pytest.raises(BadRuleBook, match=f"zone: '{zone}' is no time zone: give an IANA key"):
        wall_clock(zone)
