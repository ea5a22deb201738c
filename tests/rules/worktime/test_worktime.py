"""What working time answers besides when a limit is over: before and after an instant, a part of it, and how much was worked."""

from datetime import date, datetime

import pytest

from monitor.almanac import wall_clock
from rules.instant import to_datetime, to_instant
from rules.worktime import Calendar, Counting, Limit, OfficeHours, Unit, Worktime
from tests.rules.story import ZONE
from tests.rules.worktime.halls import at, hall, wall


# 2024-09        Mo30 Tu01 We02 Th03 Fr04 Sa05 Su06 Mo07 Tu08 We09
# 2 worked days  x----.----.----.----.----.----.----.----1----| counted back
# 2 days                                             x----1----| counted back
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
def test_a_limit_before_a_due_instant_is_counted_back_in_its_unit(due_at: str, limit: str, expected: str) -> None:
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
def test_a_limit_after_a_due_instant_is_counted_on_in_its_unit(due_at: str, limit: str, expected: str) -> None:
    assert wall(hall().after(at(due_at), Limit.parse(limit))) == expected


# A column is 10:00.
# 2024-09    Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11
# 5wd        |----1----2----3----4----.----.----5 due; four fifths are Fr06
# suspended       [=========]
# 5wd        |----1==========----2----.----.----3----4----5 due; four fifths are Tu10
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


def test_the_day_of_an_instant_is_that_of_the_zone() -> None:
    assert hall().day_of(at("2024-10-01 00:00")) == date(2024, 10, 1)
    assert hall().day_of(at("2024-10-01 00:00") - 1) == date(2024, 9, 30)


def test_a_limit_in_hours_taken_back_over_a_night_ends_at_the_opening() -> None:
    hours = OfficeHours.from_dict({"sessions": ["09:00-12:00", "13:00-17:00"]})
    worktime = Worktime(wall_clock("Asia/Shanghai"), Calendar("own", [2026], {}, {}), hours, Counting(ends="second"))

    def before(text: str, limit: str) -> str:
        due = to_instant(datetime.fromisoformat(f"2026-03-{text}:00+08:00"))
        return to_datetime(worktime.before(due, Limit.parse(limit)), ZONE).strftime("%d %H:%M")

    assert [before("03T10:00", "1wh"), before("03T14:00", "1wh"), before("03T10:00", "2wh")] == [
        "03 09:00",
        "03 13:00",
        "02 16:00",
    ]
