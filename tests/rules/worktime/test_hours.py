"""Office hours: sessions, seasons, and what is refused."""

from datetime import date

import pytest

from rules.errors import BadRuleBook
from rules.instant import DAY, HOUR
from rules.worktime import OfficeHours
from tests.rules.worktime.halls import at, due, hall


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
