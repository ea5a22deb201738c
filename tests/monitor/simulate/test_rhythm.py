"""Points of working time and instants: one axis, there and back."""

import pytest

from monitor.simulate.rhythm import Rhythm, is_office_time, until_morning
from rules.errors import UncoveredDate
from rules.instant import MINUTE
from tests.monitor.simulate.halls import instant

RHYTHM = Rhythm()


@pytest.mark.parametrize("at", ["2026-03-02T09:00", "2026-03-02T10:37", "2026-03-03T13:30", "2026-03-06T16:59"])
def test_an_instant_in_office_time_comes_back_from_its_point(at: str) -> None:
    there = RHYTHM.point(instant(at))
    assert abs(RHYTHM.instant(there) - instant(at)) <= 1000


@pytest.mark.parametrize(
    ("closed", "opens"),
    [
        ("2026-03-02T07:10", "2026-03-02T09:00"),
        ("2026-03-02T12:40", "2026-03-02T13:30"),
        ("2026-03-06T17:00", "2026-03-09T09:00"),
        ("2026-03-07T10:00", "2026-03-09T09:00"),
        ("2026-10-01T10:00", "2026-10-08T09:00"),
    ],
)
def test_an_instant_while_the_hall_is_closed_becomes_the_next_opening(closed: str, opens: str) -> None:
    assert RHYTHM.instant(RHYTHM.point(instant(closed))) == instant(opens)


def test_ten_points_later_is_ten_working_days_later_at_the_same_time_of_day() -> None:
    before_the_holiday = RHYTHM.point(instant("2026-09-21T10:15"))
    assert abs(RHYTHM.instant(before_the_holiday + 10) - instant("2026-10-12T10:15")) <= 1000


def test_a_point_beyond_the_calendar_is_its_end() -> None:
    assert RHYTHM.instant(10.0**6) == RHYTHM.end


def test_a_day_beyond_the_calendar_is_an_error() -> None:
    with pytest.raises(UncoveredDate):
        RHYTHM.is_workday(10**6)


@pytest.mark.parametrize(
    ("at", "awake"),
    [
        ("2026-03-02T20:59", "2026-03-02T20:59"),
        ("2026-03-02T23:00", "2026-03-03T08:00"),
        ("2026-03-02T03:10", "2026-03-02T08:10"),
    ],
)
def test_an_instant_at_night_becomes_the_next_morning(at: str, awake: str) -> None:
    assert until_morning(instant(at)) == instant(awake)
    assert not is_office_time(instant(awake) - 70 * MINUTE) or at == awake
