"""When a simulation begins: in office hours, in the past, and where the calendar knows the days to come."""

from datetime import datetime

import pytest

from monitor.simulate.hall import BadSimulation
from monitor.simulate.plan import SimulationPlan, parse_start, plan, resumed
from monitor.simulate.rhythm import ZONE, Rhythm
from rules.instant import DAY
from tests.monitor.simulate.halls import instant

RHYTHM = Rhythm()
NOW = instant("2026-03-08T11:00")  # a Sunday


def test_live_begins_at_nine_on_the_latest_working_day() -> None:
    assert plan(RHYTHM, now=NOW).live == instant("2026-03-06T09:00")


def test_live_begins_today_once_the_hall_is_open_and_else_the_working_day_before() -> None:
    assert plan(RHYTHM, now=instant("2026-03-04T09:30")).live == instant("2026-03-04T09:00")
    assert plan(RHYTHM, now=instant("2026-03-04T08:30")).live == instant("2026-03-03T09:00")


def test_live_keeps_away_from_the_end_of_the_calendar() -> None:
    live = plan(RHYTHM, now=RHYTHM.end + 400 * DAY).live
    assert RHYTHM.end - 130 * DAY < live < RHYTHM.end - 119 * DAY


def test_history_begins_at_midnight_so_many_days_before() -> None:
    assert plan(RHYTHM, now=NOW, backfill_days=40).origin == instant("2026-01-25T00:00")
    assert plan(RHYTHM, now=NOW, backfill_days=0) == SimulationPlan(instant("2026-03-06T09:00"), instant("2026-03-06T09:00"))


def test_a_start_at_night_waits_for_the_opening() -> None:
    start = datetime(2026, 3, 2, 22, tzinfo=ZONE)
    assert plan(RHYTHM, now=NOW, start=start).live == instant("2026-03-03T09:00")


def test_a_start_within_office_hours_is_kept_to_the_second() -> None:
    start = datetime(2026, 3, 2, 10, 20, 30, tzinfo=ZONE)
    assert plan(RHYTHM, now=NOW, start=start).live == instant("2026-03-02T10:20:30")


@pytest.mark.parametrize(
    ("start", "days", "says"),
    [
        (datetime(2026, 3, 9, 9, tzinfo=ZONE), 1, "in the future"),
        (datetime(1999, 3, 9, 9, tzinfo=ZONE), 1, "does not cover 1999"),
        (datetime(2026, 3, 2, 9, tzinfo=ZONE), -1, "-1 days of history"),
    ],
)
def test_an_impossible_start_is_refused_with_what_to_do(start: datetime, days: int, says: str) -> None:
    with pytest.raises(BadSimulation, match=says):
        plan(RHYTHM, now=NOW, start=start, backfill_days=days)


def test_a_simulation_that_goes_on_at_night_jumps_to_the_opening() -> None:
    origin = instant("2026-01-25T00:00")
    assert resumed(RHYTHM, origin, instant("2026-03-06T19:00")) == SimulationPlan(origin, instant("2026-03-09T09:00"))
    assert resumed(RHYTHM, origin, instant("2026-03-06T10:00:03")).live == instant("2026-03-06T10:00:03")


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2026-03-04", "2026-03-04T09:00:00+08:00"),
        ("2026-03-04T10:30", "2026-03-04T10:30:00+08:00"),
        ("2026-03-04T03:30:00+00:00", "2026-03-04T03:30:00+00:00"),
    ],
)
def test_a_start_is_read_by_chinas_clock(text: str, means: str) -> None:
    assert parse_start(text).isoformat() == means


def test_a_start_nobody_can_read_is_refused() -> None:
    with pytest.raises(BadSimulation, match="'tomorrow': write a day or a time"):
        parse_start("tomorrow")
