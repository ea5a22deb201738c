"""A simulated hall in a file: lines that can be read back, whole or not there."""

from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from monitor.simulate.files import Line, period, write_file
from monitor.simulate.hall import BadSimulation, generate
from monitor.simulate.rhythm import ZONE
from rules.instant import to_instant

FROM, TO = period(datetime(2026, 3, 2, 15, tzinfo=ZONE), 3)


def test_the_file_holds_what_the_hall_sent(tmp_path: Path) -> None:
    path = tmp_path / "hall.jsonl"
    count = write_file(path, start=FROM, end=TO, seed=5, cases_per_day=50)
    lines = [msgspec.json.decode(line, type=Line) for line in path.read_bytes().splitlines()]
    assert len(lines) == count > 300
    assert [(to_instant(line.arrived), line.event) for line in lines] == list(generate(5, to_instant(FROM), to_instant(TO), 50))


def test_a_period_is_whole_days() -> None:
    assert (FROM.isoformat(), TO.isoformat()) == ("2026-03-02T00:00:00+08:00", "2026-03-05T00:00:00+08:00")


def test_a_file_that_cannot_be_written_is_the_callers_fault_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadSimulation, match="cannot be written"):
        write_file(tmp_path / "nowhere" / "hall.jsonl", start=FROM, end=TO)
    assert list(tmp_path.iterdir()) == []


def test_an_impossible_period_leaves_an_older_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "hall.jsonl"
    path.write_text("older")
    with pytest.raises(BadSimulation, match="calendar"):
        write_file(path, start=FROM, end=datetime(2060, 1, 1, tzinfo=ZONE))
    assert path.read_text() == "older"
