"""Environmental permits: planned ends, deadlines and extensions told by a mapping, against both truths, day by day."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.acceptance.data import Verdict, data_file, judged, rows_of

HERE = Path(__file__).parent
Cases = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def cases() -> Cases:
    return {row["case_id"]: row for row in rows_of(data_file("permit_receipt.csv.gz"))}


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    """With the clock running on to 2013: every deadline of the log has passed then."""
    return judged(data_file("permit_receipt.csv.gz"), HERE, until=datetime(2013, 1, 1, tzinfo=UTC))


def day(text: str) -> date:
    """The local date; the times of the log are artefacts."""
    return datetime.fromisoformat(text).date()


def test_no_event_is_lost(cases: Cases, verdict: Verdict) -> None:
    assert verdict.summary.rows == 8_577
    assert not verdict.summary.bad
    # 8 577 stage events, an acceptance each, 1 329 conclusions, 58 extensions
    assert verdict.summary.events == 8_577 + 1_434 + 1_329 + 58
    assert set(verdict.cases) == set(cases)


def test_every_promise_ends_on_the_planned_day(cases: Cases, verdict: Verdict) -> None:
    assert all(day(verdict.cases[case]["due_at"]) == day(row["case:enddate_planned"]) for case, row in cases.items())


@pytest.mark.parametrize(("level", "column", "late"), [("yellow", "case:enddate_planned", 322), ("red", "case:deadline", 309)])
def test_cards_stand_on_the_late_cases_and_no_others(cases: Cases, verdict: Verdict, level: str, column: str, late: int) -> None:
    standing = verdict.standing(level)
    ended = {case: row for case, row in cases.items() if row["case:enddate"]}
    matrix = Counter((day(row["case:enddate"]) > day(row[column]), case in standing) for case, row in ended.items())
    assert len(ended) == 1_329
    assert matrix == {(True, True): late, (False, False): 1_329 - late}
    due = {alert["case"]: alert["due_at"] for alert in verdict.alerts.values() if alert["level"] == level}
    assert all(day(due[case]) == day(cases[case][column]) for case in standing)


def test_deadlines_of_98_days_are_extended_ones(cases: Cases, verdict: Verdict) -> None:
    extended = [case for case, row in cases.items() if (day(row["case:deadline"]) - day(row["case:startdate"])).days == 98]
    assert len(extended) == 58
    red = {alert["case"]: alert["due_at"] for alert in verdict.alerts.values() if alert["level"] == "red"}
    assert all(day(red[case]) == day(cases[case]["case:deadline"]) for case in extended if case in red)
    assert any(case in red for case in extended)
