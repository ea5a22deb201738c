"""Boston 2015: our deadlines and cards against those the city's own system computed, row by row."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.data import Verdict, data_file, judged, rows_of

HERE = Path(__file__).parent
BOSTON = ZoneInfo("America/New_York")
MINUTE = 60
Rows = dict[str, dict[str, str]]
Limits = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    return {row["case_id"]: row for row in rows_of(data_file("boston311_2015.csv.gz"))}


@pytest.fixture(scope="module")
def limits() -> Limits:
    return {row["type"]: row for row in rows_of(data_file("boston311_2015_limits.csv"))}


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return judged(data_file("boston311_2015.csv.gz"), HERE)


def well_fitted(limits: Limits, counted_in: str) -> set[str]:
    """The types whose limit is certain: it reproduces at least 95 % of at least 30 rows."""
    return {
        name
        for name, limit in limits.items()
        if limit["counted_in"] == counted_in and float(limit["fit"]) >= 0.95 and int(limit["rows"]) >= 30
    }


def test_no_row_is_lost(rows: Rows, verdict: Verdict) -> None:
    assert verdict.summary.rows == len(rows) == 121_145
    assert not verdict.summary.bad
    assert set(verdict.cases) == set(rows)
    assert sum(case["state"] == "concluded" for case in verdict.cases.values()) == sum(
        bool(row["closed_at"]) for row in rows.values()
    )


@pytest.mark.parametrize(
    ("counted_in", "types", "count", "share"), [("working", 36, 35_016, 0.992), ("natural", 27, 15_758, 0.992)]
)
def test_deadlines_are_exact_to_the_minute(
    rows: Rows, limits: Limits, verdict: Verdict, counted_in: str, types: int, count: int, share: float
) -> None:
    chosen = well_fitted(limits, counted_in)
    assert len(chosen) == types
    targets = {case: row["target_at"] for case, row in rows.items() if row["type"] in chosen and row["target_at"]}
    exact = sum(abs(seconds(verdict.cases[case]["due_at"]) - seconds(target)) <= MINUTE for case, target in targets.items())
    assert len(targets) == count
    assert exact / count >= share, f"{exact} of {count}"


def test_red_cards_fall_where_the_city_says_overdue(rows: Rows, limits: Limits, verdict: Verdict) -> None:
    chosen = well_fitted(limits, "working") | well_fitted(limits, "natural")
    red = verdict.standing("red")
    matrix = Counter(
        (row["on_time"], case in red)
        for case, row in rows.items()
        if row["type"] in chosen and row["target_at"] and row["closed_at"] and row["on_time"]
    )
    right = matrix["OVERDUE", True] + matrix["ONTIME", False]
    assert matrix.total() == 41_144
    assert right / matrix.total() >= 0.998, matrix
    assert matrix["OVERDUE", True] / (matrix["OVERDUE", True] + matrix["OVERDUE", False]) >= 0.999, matrix
    assert matrix["ONTIME", True] <= 0.003 * (matrix["ONTIME", True] + matrix["ONTIME", False]), matrix


def test_a_card_agrees_with_the_city_where_the_deadline_does(rows: Rows, verdict: Verdict) -> None:
    """Over all types: a card can differ from the city's verdict only where the city set another deadline for that row."""
    red = verdict.standing("red")
    agreeing = 0
    for case, row in rows.items():
        due = verdict.cases[case]["due_at"]
        if (
            row["target_at"]
            and row["closed_at"]
            and row["on_time"]
            and due
            and abs(seconds(due) - seconds(row["target_at"])) <= MINUTE
        ):
            agreeing += 1
            assert (row["on_time"] == "OVERDUE") == (case in red), case
    assert agreeing > 74_000


def test_a_card_falls_exactly_when_its_deadline_passes(rows: Rows, verdict: Verdict) -> None:
    """Over all rows with a limit, whatever the city's own deadline: red stands if and only if it was closed later than due."""
    red = verdict.standing("red")
    last = max(seconds(row["closed_at"] or row["opened_at"]) for row in rows.values())
    for case, told in verdict.cases.items():
        closed = rows[case]["closed_at"]
        ended = seconds(closed) if closed else last
        assert (case in red) == (told["due_at"] is not None and ended > seconds(told["due_at"])), case


def seconds(text: str) -> float:
    """A time of the city's (local, without offset) or of ours, as seconds since 1970."""
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo else when.replace(tzinfo=BOSTON)).timestamp()
