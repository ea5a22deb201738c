"""Natural hours and minutes (自然小时): through nights, weekends and holidays, and the arithmetic that shows them."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import UncoveredDate
from rules.instant import HOUR, MINUTE, to_datetime
from rules.worktime import Limit, Unit, arithmetic
from tests.rules.worktime.halls import at, due, hall


@pytest.mark.parametrize("ends", ["second", "day_end", "closing_time"])
@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-03-02 09:30", "24h", "2026-03-03 09:30"),
        ("2026-03-06 16:00", "24h", "2026-03-07 16:00"),  # a Saturday: nothing rolls
        ("2026-03-07 03:12:05", "2h", "2026-03-07 05:12:05"),  # by night, on a Saturday
        ("2026-09-30 17:00", "72h", "2026-10-03 17:00"),  # National Day
        ("2026-03-02 23:50", "30min", "2026-03-03 00:20"),
    ],
)
def test_hours_of_the_clock_run_on_whatever_the_book_says_of_days(start: str, limit: str, expected: str, ends: str) -> None:
    assert due(hall(ends=ends), start, limit) == expected


def test_hours_of_the_clock_need_no_calendar() -> None:
    assert due(hall(), "2040-05-05 10:00", "48h") == "2040-05-07 10:00"
    with pytest.raises(UncoveredDate):
        due(hall(), "2040-05-05 10:00", "48wh")


def test_a_day_of_24_hours_is_that_long_though_the_clocks_change() -> None:
    place = hall(zone="America/New_York")
    assert due(place, "2026-03-07 12:00", "24h") == "2026-03-08 13:00", "clocks go forward on 8 March"
    assert due(place, "2026-10-31 12:00", "24h") == "2026-11-01 11:00", "and back on 1 November"


def test_a_suspension_takes_its_own_length_out() -> None:
    assert due(hall(), "2026-03-02 10:00", "24h", ("2026-03-02 12:00", "2026-03-04 12:30")) == "2026-03-05 10:30"
    late = ("2026-03-03 10:00", "2026-03-05 10:00")
    assert due(hall(), "2026-03-02 10:00", "24h", late) == "2026-03-03 10:00", "in the due instant it comes too late"


def test_warnings_and_graces_in_hours_of_the_clock_are_that_far_away() -> None:
    place, deadline = hall(), at("2026-03-09 08:00")
    assert place.before(deadline, Limit.parse("12h")) == deadline - 12 * HOUR
    assert place.after(deadline, Limit.parse("90min")) == deadline + 90 * MINUTE
    assert place.fraction(at("2026-03-07 08:00"), deadline, 1, 2, Unit.natural_hours) == at("2026-03-08 08:00")


def test_the_arithmetic_shows_the_hours_of_each_day_weekends_among_them() -> None:
    place, start = hall(), at("2026-03-06 16:00")
    pause = (at("2026-03-07 00:00"), at("2026-03-08 00:00"), "inspection")
    limit = Limit.parse("24h")
    spans = arithmetic(place, start, limit, [pause], place.due(start, limit, [pause[:2]]))
    assert [(span.from_day, span.reason, span.ms // HOUR) for span in spans] == [
        ("2026-03-06", "counted", 8),
        ("2026-03-07", "suspended:inspection", 0),
        ("2026-03-08", "counted", 16),
    ]


def test_a_limit_begun_in_the_second_of_two_hours_alike_shows_its_own_length() -> None:
    """Found by Hypothesis at 10 000 examples: the wall clock alone says the first of the two."""
    place, start, limit = hall(zone="America/New_York"), at("2026-11-01 00:55", "America/New_York") + HOUR, Limit.parse("615min")
    spans = arithmetic(place, start, limit, [], place.due(start, limit))
    assert sum(span.ms for span in spans) == 615 * MINUTE


instants = st.integers(at("2026-01-01 00:00"), at("2026-12-01 00:00"))


@given(
    start=instants,
    edges=st.lists(instants, max_size=8, unique=True).map(sorted),
    value=st.integers(0, 2000),
    unit=st.sampled_from([Unit.natural_hours, Unit.natural_minutes]),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York"]),
)
def test_the_time_that_was_not_suspended_is_the_limit_to_the_millisecond(
    start: int, edges: list[int], value: int, unit: Unit, zone: str
) -> None:
    """Measured on the time line itself: what lies between beginning and due instant, less what a pause covers."""
    pauses = [(edges[at], edges[at + 1]) for at in range(0, len(edges) - 1, 2)]
    limit, place = Limit(value, unit), hall(zone=zone)
    deadline = place.due(start, limit, pauses)
    covered = sum(max(min(to, deadline) - max(from_, start), 0) for from_, to in pauses)
    length = value * (HOUR if unit is Unit.natural_hours else MINUTE)
    assert deadline - start - covered == length
    assert not any(from_ < deadline <= to for from_, to in pauses if to > start and length), "no limit ends in a pause"
    spans = arithmetic(place, start, limit, [(*pause, "hearing") for pause in pauses], deadline)
    assert sum(span.ms for span in spans) == length
    begun, ended = (to_datetime(when, ZoneInfo(zone)).date() for when in (start, deadline))
    assert (spans[0].from_day, spans[-1].to_day) == (str(begun), str(ended))
    assert sum(span.days for span in spans) == (date.fromisoformat(spans[-1].to_day) - begun).days + 1
