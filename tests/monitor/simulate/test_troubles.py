"""The simulated hall under the real default rules: slightly troubled, and never without something to see."""

import heapq
from collections import Counter
from pathlib import Path

import pytest

from monitor.books.files import load_books
from monitor.simulate.files import write_book
from monitor.simulate.hall import generate
from rules.alerts import Alert
from rules.case import Case, count, is_uncovered
from rules.events import TICK, Record, key_of
from rules.instant import MINUTE, to_instant
from rules.step import step
from tests.monitor.simulate.halls import instant

LIVE = instant("2026-04-28T09:00")
Cases = dict[str, Case | None]


def judged(folder: Path) -> tuple[Cases, list[Alert]]:
    """Forty days and one morning of 400 cases a day, each case woken at the instant it asks for."""
    write_book(folder / "book.toml")
    books = load_books([folder / "book.toml"])
    cases: Cases = {}
    alerts: list[Alert] = []
    wakes: list[tuple[int, str]] = []
    offset = 0

    def apply(key: str, record: Record, now: int) -> None:
        nonlocal offset
        offset += 1
        outcome = step(cases.get(key), record, books, now, now, offset)
        cases[key] = outcome.case
        alerts.extend(outcome.alerts)
        if outcome.wake_at is not None:
            heapq.heappush(wakes, (outcome.wake_at, key))

    for arrived, event in generate(1, instant("2026-03-19T00:00"), LIVE + 120 * MINUTE, 400):
        while wakes and wakes[0][0] <= arrived:
            now, key = heapq.heappop(wakes)
            apply(key, TICK, now)
        apply(key_of(event), event, arrived)
    return cases, alerts


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cases, list[Alert]]:
    return judged(tmp_path_factory.mktemp("book"))


def test_most_cases_are_on_time_but_not_all(hall: tuple[Cases, list[Alert]]) -> None:
    accepted, still_open, concluded, on_time, _, _ = map(sum, zip(*(count(case) for case in hall[0].values()), strict=True))
    assert 0.94 <= on_time / concluded <= 0.97
    assert 0.05 < still_open / accepted < 0.3


def test_every_limit_of_the_hall_can_be_judged(hall: tuple[Cases, list[Alert]]) -> None:
    assert not any(is_uncovered(case) for case in hall[0].values() if case is not None)


def test_every_rule_of_the_book_finds_something(hall: tuple[Cases, list[Alert]]) -> None:
    assert {(alert.rule, alert.level) for alert in hall[1]} >= {
        ("case-promise", "warning"),
        ("case-promise", "yellow"),
        ("case-statutory", "red"),
        ("special-procedure", "red"),
        ("acceptance-notice", "yellow"),
        ("stage-review", "yellow"),
        ("stage-approval", "yellow"),
        ("delivery", "yellow"),
    }


def test_late_records_withdraw_some_cards(hall: tuple[Cases, list[Alert]]) -> None:
    reasons = Counter(alert.reason for alert in hall[1] if alert.state == "withdrawn")
    issued = sum(alert.state == "issued" and alert.level in {"yellow", "red"} for alert in hall[1])
    assert 0.005 < reasons["late_record"] / issued < 0.2


def test_cards_fall_all_through_a_morning(hall: tuple[Cases, list[Alert]]) -> None:
    fallen = [
        (to_instant(alert.raised_at) - LIVE) // (20 * MINUTE)
        for alert in hall[1]
        if alert.state == "issued" and alert.level in {"yellow", "red"} and to_instant(alert.raised_at) >= LIVE
    ]
    per_twenty_minutes = Counter(fallen)
    assert sum(per_twenty_minutes.values()) >= 20
    assert all(per_twenty_minutes[each] for each in range(6))
