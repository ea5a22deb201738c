"""Calendars: the State Council's real shifts, strict tables, and no guess beyond the years covered."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from monitor.almanac import ALMANAC, china
from rules.errors import BadRuleBook, UncoveredDate
from rules.worktime import Calendar, parse_calendar

GUANGXI = Path(__file__).parents[3] / "rules" / "worktime" / "calendars" / "guangxi.toml"


def test_the_ordinals_of_working_days_and_the_days_of_ordinals_are_inverse() -> None:
    calendar = china()
    assert all(calendar.ordinal_of(day) == ordinal for ordinal, day in enumerate(calendar.working))
    assert len(calendar.before) == 1 + (date(2026, 12, 31) - date(2004, 1, 1)).days + 1


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2027, 1, 1)])
def test_a_year_not_covered_is_an_error_that_names_year_and_calendar(day: date) -> None:
    assert not china().covers(day)
    for question in (china().is_workday, china().name_of):
        with pytest.raises(UncoveredDate, match=f"'cn' does not cover {day.year}"):
            question(day)


def test_the_version_follows_the_content_and_nothing_else() -> None:
    table = {"name": "a", "base": "weekends", "years": [2015], "holidays": [{"date": date(2015, 1, 1), "name": "x"}]}
    version = parse_calendar(table, ALMANAC).version
    assert parse_calendar(table | {"name": "b"}, ALMANAC).version == version
    assert parse_calendar(table | {"holidays": [{"date": date(2015, 1, 2), "name": "x"}]}, ALMANAC).version != version
    assert parse_calendar(table | {"years": [2015, 2016]}, ALMANAC).version != version


def test_the_regional_example_shifts_what_its_notices_say() -> None:
    guangxi = parse_calendar(tomllib.loads(GUANGXI.read_text(encoding="utf-8")), ALMANAC)
    assert china().is_workday(date(2023, 4, 23))
    assert not guangxi.is_workday(date(2023, 4, 23))
    assert guangxi.name_of(date(2024, 4, 11)) == "壮族三月三"
    assert not guangxi.is_workday(date(2024, 10, 1))
    assert guangxi.is_workday(date(2024, 10, 12))
    with pytest.raises(UncoveredDate, match="'guangxi' does not cover 2026"):
        guangxi.is_workday(date(2026, 4, 20))


def test_a_table_over_a_base_adds_years_holidays_and_make_up_days() -> None:
    table = """
        name = "2017 in Guangxi"
        base = "cn"
        years = [2027]
        holidays = [{ date = 2017-03-30, name = "三月三" }, { date = 2017-04-01, name = "三月三" }]
        workdays = [{ date = 2017-04-08, name = "三月三" }, { date = 2017-10-02, name = "值班" }]
    """
    calendar = parse_calendar(tomllib.loads(table), ALMANAC)
    assert calendar.years == (*china().years, 2027)
    assert china().is_workday(date(2017, 4, 1))  # made up for Qingming everywhere else
    assert not calendar.is_workday(date(2017, 4, 1))
    assert not calendar.is_workday(date(2017, 3, 30))
    assert calendar.is_workday(date(2017, 4, 8))
    assert calendar.is_workday(date(2017, 10, 2))  # a weekday holiday of the base that is worked here
    assert calendar.is_workday(date(2027, 1, 4))


def test_a_calendar_is_laid_over_the_national_one_that_is_handed_in() -> None:
    gulf = Calendar("cn", [2026], {}, {}, frozenset({4, 5}))
    table = {"name": "own", "base": "cn", "holidays": [{"date": date(2026, 3, 2), "name": "x"}]}
    laid = parse_calendar(table, ALMANAC._replace(national=lambda: gulf))
    assert [laid.is_workday(date(2026, 3, day)) for day in (1, 2, 6, 7, 8)] == [True, False, False, False, True]
    assert laid.weekend == gulf.weekend


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"holiday": []}, "holiday: unknown key"),
        ({"name": ""}, "name: give"),
        ({"base": "us"}, "base: 'us' is none of cn, weekends"),
        ({"years": ["2015"]}, "years: "),
        ({"years": [True]}, "years: "),
        ({"years": [2015, 2017]}, "years: 2016 is missing"),
        ({"years": []}, "at least one covered year"),
        ({"since": "2015"}, "since: "),
        ({"holidays": {}}, "holidays: a list"),
        ({"holidays": [{"date": date(2015, 1, 1)}]}, r"holidays\[0\]: .* exactly the keys date and name"),
        ({"holidays": [{"date": "2015-01-01", "name": "x"}]}, r"holidays\[0\].date: '2015-01-01' is no date"),
        ({"holidays": [{"date": date(2016, 1, 1), "name": "x"}]}, "2016-01-01 lies in a year that is not covered"),
        ({"holidays": [{"date": date(2015, 1, 1), "name": ""}]}, r"holidays\[0\].name"),
        ({"workdays": [{"date": date(2015, 1, 2), "name": "x"}]}, "2015-01-02 is no weekend day"),
        (
            {
                "holidays": [{"date": date(2015, 1, 3), "name": "x"}],
                "workdays": [{"date": date(2015, 1, 3), "name": "x"}],
            },
            "2015-01-03 is in holidays and in workdays",
        ),
    ],
)
def test_a_defect_is_named_by_its_key(change: dict[str, object], words: str) -> None:
    with pytest.raises(BadRuleBook, match=words):
        parse_calendar({"name": "bad", "base": "weekends", "years": [2015]} | change, ALMANAC)


def test_all_defects_are_listed_at_once() -> None:
    with pytest.raises(BadRuleBook) as caught:
        parse_calendar({"nom": "x", "years": "2015"}, ALMANAC)
    assert len(caught.value.defects) == 4  # nom, name, base, years


def test_a_calendar_may_have_another_weekend() -> None:
    calendar = Calendar("friday", [2024], {}, {}, weekend=frozenset({4}))
    assert not calendar.is_workday(date(2024, 5, 3))
    assert calendar.is_workday(date(2024, 5, 4))


def test_a_calendar_does_not_cover_the_day_after_its_last_year() -> None:
    calendar = Calendar("own", [2026], {}, {})
    assert calendar.is_workday(date(2026, 12, 31)) and not calendar.covers(date(2027, 1, 1))
    first, days = calendar.first, len(calendar.before) - 1
    assert days == 365 and calendar.ordinal_of(first + 364) == len(calendar.working) - 1
    for look in (calendar.ordinal_of, calendar.ordinal_of_next):
        with pytest.raises(UncoveredDate):
            look(first + 365)
        with pytest.raises(UncoveredDate):
            look(first - 1)
    assert repr(calendar) == f"Calendar('own', 2026-2026, version {calendar.version})"


def test_every_defect_of_a_calendar_is_told_by_its_key() -> None:
    with pytest.raises(BadRuleBook) as refused:
        parse_calendar({"base": "weekends", "years": [2026], "holidays": [7], "workdays": [{"date": date(2026, 3, 1)}]}, ALMANAC)
    assert [text.split(": ")[0] for text in refused.value.defects] == ["name", "holidays[0]", "workdays[0]"]
    assert "name: give the calendar a name" in refused.value.defects
    assert str(refused.value) == "calendar None: " + "; ".join(refused.value.defects)
    outside = {date(2027, 3, 7): "x"}
    with pytest.raises(BadRuleBook) as refused:
        Calendar("own", [2026], {}, outside)
    assert refused.value.defects == ["workdays: 2027-03-07 lies in a year that is not covered: add 2027 to years"]
