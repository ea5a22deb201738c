"""A simulated hall in a file: lines that can be read back, whole or not there."""

import time
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from monitor.simulate.files import Line, write_file
from monitor.simulate.hall import BadSimulation, generate
from monitor.simulate.rhythm import ZONE
from rules.errors import UncoveredDate
from rules.instant import DAY, to_instant
from tests.monitor.simulate.halls import instant

START = datetime(2026, 3, 2, 15, tzinfo=ZONE)


def read(path: Path) -> list[Line]:
    return [msgspec.json.decode(line, type=Line) for line in path.read_bytes().splitlines()]


def test_the_file_holds_what_the_hall_sent_on_whole_days(tmp_path: Path) -> None:
    path = tmp_path / "hall.jsonl"
    count = write_file(path, start=START, days=3, seed=5, cases_per_day=50)
    lines = read(path)
    assert len(lines) == count > 300
    expected = generate(5, instant("2026-03-02T00:00"), instant("2026-03-05T00:00"), 50)
    assert [(to_instant(line.arrived), line.event) for line in lines] == list(expected)


def test_a_file_without_a_start_holds_days_of_the_past(tmp_path: Path) -> None:
    path = tmp_path / "hall.jsonl"
    write_file(path, days=7, cases_per_day=20)
    lines = read(path)
    first, last = to_instant(lines[0].arrived), to_instant(lines[-1].arrived)
    assert last < time.time() * 1000
    assert 4 * DAY < last - first < 7 * DAY


def test_a_file_that_cannot_be_written_is_the_callers_fault_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadSimulation, match="cannot be written"):
        write_file(tmp_path / "nowhere" / "hall.jsonl", start=START)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("year", "days", "error"), [(2060, 3, BadSimulation), (1999, 3, UncoveredDate), (2026, 0, BadSimulation)]
)
def test_impossible_days_leave_an_older_file_alone(tmp_path: Path, year: int, days: int, error: type[Exception]) -> None:
    path = tmp_path / "hall.jsonl"
    path.write_text("older")
    with pytest.raises(error):
        write_file(path, start=datetime(year, 1, 1, tzinfo=ZONE), days=days)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("hall.jsonl", "older")]
