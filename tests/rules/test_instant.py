"""Instants and the wall clock, there and back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rules.instant import isoformat, to_datetime, to_instant

BOSTON = ZoneInfo("America/New_York")


def test_whole_seconds_are_written_without_milliseconds() -> None:
    at = to_instant(datetime(2015, 1, 16, 8, 30, tzinfo=BOSTON))
    assert isoformat(at, BOSTON) == "2015-01-16T08:30:00-05:00"
    assert isoformat(at + 7, BOSTON) == "2015-01-16T08:30:00.007-05:00"
    assert isoformat(at, UTC) == "2015-01-16T13:30:00+00:00"


def test_microseconds_are_cut_off_and_a_naive_time_is_refused() -> None:
    when = datetime(2026, 3, 2, 1, 30, 0, 1999, tzinfo=UTC)
    assert to_datetime(to_instant(when), UTC) == when.replace(microsecond=1000)
    with pytest.raises(TypeError):
        to_instant(when.replace(tzinfo=None))
