"""Replay without a broker: lines, clock, lateness, bad rows."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.books import load_books
from monitor.mapping import parse_mapping
from monitor.replay import OfflineReplay, replay_offline
from monitor.wire import DeadLetter
from rules.alerts import Alert
from rules.cards import alert_of
from rules.drive import Cases
from rules.events import Accepted, Concluded
from rules.instant import DAY, to_datetime
from tests.driven import as_it_happens
from tests.monitor.backtest.files import ZONE, at, books, mapping, write


def replayed(folder: Path, *rows: str, **options: Any) -> tuple[list[dict[str, Any]], OfflineReplay]:
    out = io.BytesIO()
    summary = replay_offline([(write(folder, *rows), mapping())], books(), out, **options)
    return [msgspec.json.decode(line) for line in out.getvalue().splitlines()], summary


def test_alert_lines_have_exactly_their_fields_and_offsets(tmp_path: Path) -> None:
    lines, summary = replayed(tmp_path, "1,2026-01-05 09:00:00,,", "2,2026-01-07 12:00:00,,")
    assert lines == [
        {
            "case": "1", "numbered_by": "430100-d", "rule": "case",
            "level": "warning", "state": "issued", "reason": "limit_near",
            "due_at": "2026-01-06T09:00:00+08:00", "raised_at": "2026-01-06T09:00:00.001000+08:00",
        },
        {
            "case": "1", "numbered_by": "430100-d", "rule": "case",
            "level": "warning", "state": "superseded", "reason": "higher_level_reached",
            "due_at": "2026-01-06T09:00:00+08:00", "raised_at": "2026-01-06T09:00:00.001000+08:00",
        },
        {
            "case": "1", "numbered_by": "430100-d", "rule": "case",
            "level": "yellow", "state": "issued", "reason": "limit_passed",
            "due_at": "2026-01-07T09:00:00+08:00", "raised_at": "2026-01-07T09:00:00.001000+08:00",
        },
    ]  # fmt: skip
    assert summary.standing == {"yellow": 1}
    assert "yellow: 1 standing (issued 1)" in str(summary)


def test_a_replay_ends_with_the_last_arrival_unless_an_end_is_given(tmp_path: Path) -> None:
    row = "1,2026-01-05 09:00:00,,"
    assert replayed(tmp_path, row)[0] == []
    lines, _ = replayed(tmp_path, row, until=datetime(2026, 1, 8, 9, 0, 1))  # noqa: DTZ001  # wall clock of the book
    assert [(line["level"], line["state"]) for line in lines][-1] == ("red", "issued")


def test_the_lines_of_cases_come_after_those_of_alerts(tmp_path: Path) -> None:
    rows = ("1,2026-01-05 09:00:00,2026-01-06 09:00:00,2026-01-06 10:00:00", "2,2026-01-05 10:00:00,,")
    lines, summary = replayed(tmp_path, *rows, cases=True)
    assert lines[-2:] == [
        {"case": "1", "numbered_by": "430100-d", "due_at": "2026-01-07T09:00:00+08:00", "state": "concluded"},
        {"case": "2", "numbered_by": "430100-d", "due_at": "2026-01-07T10:00:00+08:00", "state": "open"},
    ]
    assert all("rule" in line for line in lines[:-2])
    assert summary.cases == 2


def test_a_late_record_withdraws_what_fell_meanwhile(tmp_path: Path) -> None:
    """Closed in time, typed in two days after the deadline: the cards fall, then go."""
    lines, summary = replayed(tmp_path, "1,2026-01-05 09:00:00,2026-01-06 08:00:00,2026-01-09 09:00:00")
    assert [line["state"] for line in lines if line["level"] == "red"] == ["issued", "withdrawn"]
    assert summary.standing == {}


def test_bad_rows_are_counted_and_handed_over(tmp_path: Path) -> None:
    letters: list[DeadLetter] = []
    _, summary = replayed(tmp_path, "1,never,,", "2,1900-01-01 00:00:00,,", "3,2026-01-05 09:00:00,,", on_bad=letters.append)
    assert summary.bad == {"mapping_failed": 1, "impossible_time": 1}
    assert (summary.rows, summary.events) == (3, 1)
    assert [letter.source for letter in letters] == ["cases.csv, row 2", "cases.csv, row 3"]
    assert "2 (mapping_failed 1, impossible_time 1)" in str(summary)


def test_rows_are_taken_in_order_of_arrival_whatever_the_file_says(tmp_path: Path) -> None:
    rows = [f"{number},2026-01-{number:02} 09:00:00,," for number in range(1, 10)]
    assert replayed(tmp_path, *rows)[0] == replayed(tmp_path, *reversed(rows))[0]


def test_an_empty_file_is_no_error(tmp_path: Path) -> None:
    lines, summary = replayed(tmp_path, cases=True)
    assert (lines, summary.rows, summary.events) == ([], 0, 0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10 * DAY), st.booleans()), max_size=30), st.integers(1, DAY))
def test_ticking_more_often_changes_nothing(story: list[tuple[int, int, bool]], pulse: int) -> None:
    """The engine wakes a case at the very instant it falls due, so further looks at the clock find nothing."""
    start = at("2026-01-05 09:00")
    told: list[list[bytes]] = []
    for often in (False, True):
        driven = Cases(books())
        changes: list[Alert] = []
        for case, after, ends in sorted(story, key=lambda part: part[1]):
            kind = Concluded if ends else Accepted
            when = start + after
            if often:
                for now in range(max(driven.now, when - 5 * pulse), when, pulse):
                    changes += map(alert_of, driven.advance(now))
            event = kind(id=f"{case}-{after}", at=to_datetime(when, ZONE), region="430100", case=str(case))
            changes += as_it_happens(driven, event, when)
        changes += map(alert_of, driven.advance(start + 20 * DAY))
        told.append([msgspec.json.encode(change) for change in changes])
    assert told[0] == told[1]


TWO_DISTRICTS: dict[str, Any] = {
    "source": {"format": "csv", "zone": "Asia/Shanghai"},
    "times": dict.fromkeys(("began", "ended"), "%Y-%m-%d %H:%M"),
    "common": {"case": "{nr}", "region": "{div}", "department": "{bureau}"},
    "event": [
        {"type": "accepted", "id": "{div}{bureau}-{nr}-a", "at": "began", "promised": "{limit}wd"},
        {"type": "concluded", "id": "{div}{bureau}-{nr}-c", "at": "ended", "when": [{"column": "ended", "empty": False}]},
    ],
}


@pytest.mark.parametrize(
    ("other", "numbered_by", "found"),
    [
        ("430111,民政局", "", {"430103-民政局": "concluded", "430111-民政局": "open"}),
        ("430103,水利局", "", {"430103-民政局": "concluded", "430103-水利局": "open"}),
        ("430103,", "", {"430103-民政局": "concluded", "430103": "open"}),
        ("430103,民政局", "", {"430103-民政局": "concluded"}),
        ("430111,水利局", "湖南省", {"湖南省": "concluded"}),
    ],
)
def test_one_number_of_two_who_number_is_two_cases_each_with_its_own_end(
    tmp_path: Path, other: str, numbered_by: str, found: dict[str, str]
) -> None:
    """One is concluded in time; the other one, of the same number, is open and overdue."""
    file = tmp_path / "two.csv"
    rows = f"77,430103,民政局,2026-01-05 09:00,2026-01-06 09:00,2\n77,{other},2026-01-05 10:00,,2\n"
    file.write_text(f"nr,div,bureau,began,ended,limit\n{rows}", "utf-8")
    common = {**TWO_DISTRICTS["common"], **({"numbered_by": numbered_by} if numbered_by else {})}
    read_by = parse_mapping("two", {**TWO_DISTRICTS, "common": common})
    out = io.BytesIO()
    summary = replay_offline(
        [(file, read_by)],
        load_books([Path("default")]),
        out,
        cases=True,
        until=datetime(2026, 3, 1),  # noqa: DTZ001  # wall clock
    )
    lines = [msgspec.json.decode(line) for line in out.getvalue().splitlines()]
    assert {line["numbered_by"]: line["state"] for line in lines if "rule" not in line} == found
    assert {line["case"] for line in lines} == {"77"}
    assert (summary.cases, summary.bad.total()) == (len(found), 0)
    overdue = {line["numbered_by"] for line in lines if (line.get("rule"), line.get("level")) == ("case-promise", "yellow")}
    assert overdue == {space for space, state in found.items() if state == "open"}
