"""Every figure a view gives is counted anew from the raw records, day by day and place by place."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from monitor.kafka import partition_of
from monitor.ledger.retention import drop_before
from monitor.ledger.rows import Batch, Reading
from monitor.ledger.rows.times import LocalDays
from monitor.ledger.schema import upgrade
from monitor.ledger.store import LedgerStore
from monitor.settings import LedgerSettings
from monitor.wire import Topics
from tests.monitor.ledger.hall import HALL, PARTITIONS, Recorded, records_of
from tests.monitor.ledger.recount import Figure, recount

TOPICS = Topics("supervision")
CHANGELOG = "supervision.supervise-cases-changelog"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def six_weeks() -> Recorded:
    """From the second of March on: two months, and weeks that can be compared."""
    return HALL(43, 25)


@pytest.fixture(scope="module")
def counted(six_weeks: Recorded) -> Counter[Figure]:
    return recount(six_weeks)


@pytest.fixture(scope="module")
def filled(postgres: str, six_weeks: Recorded) -> LedgerSettings:
    """A ledger that has it all, without a broker."""
    settings = LedgerSettings(dsn=postgres, namespace="views")
    fill(settings, six_weeks)
    return settings


def fill(settings: LedgerSettings, recorded: Recorded) -> None:
    upgrade(settings)
    reading = Reading(TOPICS, CHANGELOG, lambda key: partition_of(key, PARTITIONS), LocalDays("Asia/Shanghai"))
    names = (TOPICS.events, TOPICS.alerts, CHANGELOG, TOPICS.dead_letters)
    with LedgerStore(settings, "a test") as store:
        for topic, records in zip(names, (recorded.events, recorded.alerts, recorded.changelog, recorded.dead), strict=True):
            batch = Batch()
            for partition, part in records_of(topic, records).items():
                store.claim([(topic, partition)])
                reading.take(batch, (topic, partition), 0, part)
            store.write(batch)


def query(settings: LedgerSettings, text: str, *values: Any) -> list[Row]:
    with psycopg.connect(settings.dsn, options=f"-csearch_path={settings.namespace}", row_factory=dict_row) as connection:
        connection.execute("SET ROLE supervise_reader")
        return connection.execute(text, list(values) or None).fetchall()


def figures(settings: LedgerSettings) -> Counter[Figure]:
    rows = query(settings, "SELECT * FROM v_figure")
    return Counter({Figure(*list(row.values())[:-1]): float(row["amount"]) for row in rows})


def differences(one: Counter[Figure], other: Counter[Figure]) -> dict[Figure, tuple[float, float]]:
    return {figure: (one[figure], other[figure]) for figure in one | other if abs(one[figure] - other[figure]) > 0.01}


def test_every_figure_of_every_day_and_place_equals_the_records(filled: LedgerSettings, counted: Counter[Figure]) -> None:
    assert differences(figures(filled), counted) == {}
    measures = {figure.measure for figure in counted}
    assert {"on_time", "early", "same_day", "on_site", "promised_days", "stage_seconds", "yellow_issued", "red_issued",
            "yellow_revoked", "complaints_closed", "ratings", "satisfied", "attended_seconds"} <= measures  # fmt: skip


BEGIN: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
}
SCOPES: dict[str, Callable[[Figure], tuple[str, ...]]] = {
    "all": lambda f: ("", "", "", "", "", ""),
    "province": lambda f: (f.region[:2], "", "", "", "", ""),
    "city": lambda f: (f.region[:4], "", "", "", "", ""),
    "region": lambda f: (f.region, "", "", "", "", ""),
    "hall": lambda f: (f.region, f.hall, "", "", "", ""),
    "department": lambda f: (f.region, f.hall, f.department, "", "", ""),
    "window": lambda f: (f.region, f.hall, f.department, f.window, "", ""),
    "item": lambda f: ("", "", "", "", f.item, ""),
    "stage": lambda f: ("", "", "", "", "", f.stage),
}
VIEWS = [
    *("v_case", "v_alert", "v_alert_change", "v_stage", "v_complaint", "v_rating", "v_hearing", "v_attendance", "v_act"),
    *("v_dead_letter", "v_figure", "v_total", "v_rate", "v_comparison"),
]
NOT_MEASURES = ("period", "starts_on", "scope", "region", "hall", "department", "window_id", "item", "stage")


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("period", BEGIN)
def test_the_sums_of_a_scope_and_period_equal_the_records(
    filled: LedgerSettings, counted: Counter[Figure], scope: str, period: str
) -> None:
    wanted: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for figure, amount in counted.items():
        wanted[BEGIN[period](figure.day), *SCOPES[scope](figure)][figure.measure] += amount
    rows = query(filled, "SELECT * FROM v_total WHERE scope = %s AND period = %s", scope, period)
    found = {
        (row["starts_on"], *(row[name] for name in NOT_MEASURES[3:])): {
            name: float(value) for name, value in row.items() if name not in NOT_MEASURES and value
        }
        for row in rows
    }
    assert found.keys() == wanted.keys()
    for key, sums in wanted.items():
        assert found[key] == pytest.approx(dict(sums)), key


def _rates(of: Counter[str]) -> dict[str, float | None]:
    """Every rate from its words, not from the view's text."""

    def share(part: float, whole: float) -> float | None:
        return part / whole if whole else None

    taken_back = sum(of[f"{level}_{state}"] for level in ("yellow", "red") for state in ("withdrawn", "revoked", "removed"))
    promised = share(of["promised_days"], of["statutory_days"])
    return {
        "completion_rate": share(of["concluded"], of["accepted"]),
        "on_time_rate": share(of["on_time"], of["concluded"]),
        "early_rate": share(of["early"], of["concluded"]),
        "same_day_rate": share(of["same_day"], of["concluded"]),
        "on_site_rate": share(of["on_site"], of["concluded"]),
        "average_promised_days": share(of["promised_days"], of["compared"]),
        "average_statutory_days": share(of["statutory_days"], of["compared"]),
        "speed_up_rate": None if promised is None else 1 - promised,
        "cards_issued": of["yellow_issued"] + of["red_issued"],
        "cards_taken_back": taken_back,
        "complaint_closing_rate": share(of["complaints_closed_of_received"], of["complaints_received"]),
        "satisfaction_rate": share(of["ratings"] - of["rating_4"] - of["rating_5"], of["ratings"]),
        "attendance_rate": share(of["attended_seconds"], of["open_seconds"]),
        "average_stage_hours": share(of["stage_seconds"] / 3600, of["stages_left"]),
    }


def test_rates_and_what_they_were_a_week_before_equal_the_records(filled: LedgerSettings, counted: Counter[Figure]) -> None:
    weeks: dict[tuple[str, date], Counter[str]] = defaultdict(Counter)
    for figure, amount in counted.items():
        weeks[figure.department, BEGIN["week"](figure.day)][figure.measure] += amount
    rows = query(filled, "SELECT * FROM v_comparison WHERE scope = 'department' AND period = 'week'")
    assert len(rows) > 50
    compared = 0
    for row in rows:
        key = (row["department"], row["starts_on"])
        for name, rate in _rates(weeks[key]).items():
            assert (None if row[name] is None else float(row[name])) == pytest.approx(rate), (key, name)
        before = weeks.get((row["department"], row["starts_on"] - timedelta(days=7)))
        for name in [name.removesuffix("_before") for name in row if name.endswith("_before") and "year" not in name]:
            wanted = None if before is None else {**before, **_rates(before)}.get(name, 0)
            assert (None if row[f"{name}_before"] is None else float(row[f"{name}_before"])) == pytest.approx(wanted), (key, name)
            compared += wanted is not None
    assert compared > 100


def test_the_same_day_week_and_month_of_the_year_before_stand_beside(chosen: LedgerSettings) -> None:
    upgrade(chosen)
    days = {date(2025, 3, 3): 4, date(2026, 3, 2): 7, date(2025, 3, 2): 5, date(2026, 2, 10): 2}
    with psycopg.connect(chosen.dsn, options=f"-csearch_path={chosen.namespace}") as connection:
        for day, accepted in days.items():
            connection.execute(
                "INSERT INTO sealed_figure VALUES (%s, '430102', '', '', '', '', '', 'accepted', %s)", [day, accepted]
            )
    text = (
        "SELECT period, accepted, accepted_before, accepted_year_before FROM v_comparison WHERE scope = 'all' AND starts_on = %s"
    )
    now = {row["period"]: row for row in query(chosen, text, date(2026, 3, 2))}
    assert (now["day"]["accepted_year_before"], now["week"]["accepted_year_before"]) == (5, 4)
    (month,) = [row for row in query(chosen, text, date(2026, 3, 1)) if row["period"] == "month"]
    assert (month["accepted"], month["accepted_before"], month["accepted_year_before"]) == (7, 2, 9)


def test_a_dropped_month_leaves_the_figures_of_its_days(
    chosen: LedgerSettings, six_weeks: Recorded, counted: Counter[Figure]
) -> None:
    fill(chosen, six_weeks)
    gone = drop_before(chosen, date(2026, 4, 1))
    assert {"event_2026_03", "alert_change_2026_03"} <= set(gone)
    assert differences(figures(chosen), counted) == {}
    assert query(chosen, "SELECT count(*) AS n FROM v_case WHERE over_on < '2026-04-01'")[0]["n"] == 0
    assert drop_before(chosen, date(2026, 4, 1)) == []


def test_an_act_says_what_came_of_it(filled: LedgerSettings, six_weeks: Recorded) -> None:
    rows = query(filled, "SELECT outcome, count(*) AS n FROM v_act GROUP BY outcome")
    found = {row["outcome"]: row["n"] for row in rows}
    dead = Counter(letter.reason for letter in six_weeks.refused)
    acts = sum(1 for _, event in six_weeks.told if hasattr(event, "alert"))
    assert found == {"done": acts - dead.total(), **dead}
    assert dead.total() > 0


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_read_by_the_role_that_reads(filled: LedgerSettings, view: str) -> None:
    assert isinstance(query(filled, f"SELECT * FROM {view} LIMIT 1"), list)


def test_the_role_that_reads_changes_nothing(filled: LedgerSettings) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(filled, "DELETE FROM alert RETURNING id")


def test_every_view_and_column_stands_in_the_reference(filled: LedgerSettings) -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference" / "ledger.md").read_text("utf-8")
    told = set(re.findall(r"`([a-z0-9_]+)`", text))
    rows = query(
        filled,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s AND table_name ^@ 'v_'",
        filled.namespace,
    )
    views = {row["table_name"] for row in rows}
    names = {row["column_name"].removesuffix("_year_before").removesuffix("_before") for row in rows}
    assert views == set(VIEWS)
    assert sorted((views | names) - told) == []


def test_the_example_of_the_reference_runs(filled: LedgerSettings) -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference" / "ledger.md").read_text("utf-8")
    (example,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    rows = query(filled, example.replace("ledger.v_", "v_"))
    assert {row["starts_on"] for row in rows} == {date(2026, 3, 1), date(2026, 4, 1)}
