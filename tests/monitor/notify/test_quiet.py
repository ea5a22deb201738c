"""Quiet hours: when a message may go."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notify.quiet import OUTSIDE_OFFICE, Quiet, check_hours
from rules.instant import MINUTE, Instant, to_instant
from rules.worktime import Limit
from tests.monitor.notify.cards import WORKTIME, ZONE, at


def opening(instant: Instant) -> Instant:
    return WORKTIME.due(instant, Limit.parse("1wm")) - MINUTE


@pytest.mark.parametrize(
    ("hours", "asked", "until"),
    [
        (["22:00-07:30"], at(2, 21, 59), at(2, 21, 59)),
        (["22:00-07:30"], at(2, 22), at(3, 7, 30)),
        (["22:00-07:30"], at(3, 3), at(3, 7, 30)),
        (["22:00-07:30"], at(3, 7, 30), at(3, 7, 30)),
        (["12:00-14:00"], at(2, 13), at(2, 14)),
        (["22:00-07:30", "07:30-09:00"], at(2, 23), at(3, 9)),
        ([OUTSIDE_OFFICE], at(6, 18), at(9, 9)),  # Friday evening: Monday morning
        ([OUTSIDE_OFFICE, "08:00-10:00"], at(6, 18), at(9, 10)),
        ([], at(2, 3), at(2, 3)),
    ],
)
def test_a_message_waits_for_the_end_of_quiet_hours(hours: list[str], asked: Instant, until: Instant) -> None:
    assert Quiet(hours, ZONE, opening).until(asked) == until


@pytest.mark.parametrize("text", ["22-7", "24:00-07:00", "22:00-22:00", "nights", ""])
def test_hours_nobody_can_read_are_refused_with_the_form(text: str) -> None:
    with pytest.raises(ValueError, match=r"22:00-07:30|nobody would ever be told"):
        check_hours(text)


_TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59), st.integers(0, 23), st.integers(0, 59)).filter(
    lambda t: t[:2] != t[2:]
)


@given(times=_TIMES, day=st.integers(1, 28), hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_the_end_of_quiet_is_loud_not_earlier_and_less_than_a_day_away(
    times: tuple[int, int, int, int], day: int, hour: int, minute: int
) -> None:
    a, b, c, d = times
    quiet = Quiet([f"{a:02}:{b:02}-{c:02}:{d:02}"], ZONE, opening)
    asked = at(day, hour, minute)
    until = quiet.until(asked)
    assert asked <= until < asked + 24 * 60 * MINUTE
    assert quiet.until(until) == until


def test_a_day_of_25_hours_has_its_quiet_hours_once() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = to_instant(datetime(2026, 10, 25, 0, 30, tzinfo=berlin))
    assert Quiet(["22:00-07:00"], berlin, opening).until(night) == to_instant(datetime(2026, 10, 25, 7, tzinfo=berlin))
