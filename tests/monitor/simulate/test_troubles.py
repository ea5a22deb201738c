"""The simulated hall under the real default rules: slightly troubled, and never without something to see."""

from collections import Counter
from pathlib import Path

import pytest

from monitor.books.files import load_books
from monitor.simulate.files import write_book
from monitor.simulate.hall import generate
from rules.alerts import Alert
from rules.cards import AlertChange, alert_of
from rules.case import Case, count, is_uncovered
from rules.drive import Cases
from rules.instant import MINUTE, to_instant
from tests.monitor.simulate.halls import instant

LIVE = instant("2026-04-28T09:00")
Judged = dict[str, Case]


def judged(folder: Path) -> tuple[Judged, list[Alert]]:
    """Forty days and one morning of 400 cases a day, each case woken at the instant it asks for."""
    write_book(folder / "book.toml")
    books = load_books([folder / "book.toml"])
    driven = Cases(books)
    changes: list[AlertChange] = []
    for arrived, event in generate(1, instant("2026-03-19T00:00"), LIVE + 120 * MINUTE, 400):
        changes += driven.advance(arrived)
        changes += driven.apply(event, arrived)
    return driven.cases, list(map(alert_of, changes))


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> tuple[Judged, list[Alert]]:
    return judged(tmp_path_factory.mktemp("book"))


def test_most_cases_are_on_time_but_not_all(hall: tuple[Judged, list[Alert]]) -> None:
    accepted, still_open, concluded, on_time, _, _ = map(sum, zip(*(count(case) for case in hall[0].values()), strict=True))
    assert 0.94 <= on_time / concluded <= 0.97
    assert 0.05 < still_open / accepted < 0.3


def test_every_limit_of_the_hall_can_be_judged(hall: tuple[Judged, list[Alert]]) -> None:
    assert not any(is_uncovered(case) for case in hall[0].values())


def test_every_rule_of_the_book_finds_something(hall: tuple[Judged, list[Alert]]) -> None:
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


def test_late_records_withdraw_some_cards(hall: tuple[Judged, list[Alert]]) -> None:
    reasons = Counter(alert.reason for alert in hall[1] if alert.state == "withdrawn")
    issued = sum(alert.state == "issued" and alert.level in {"yellow", "red"} for alert in hall[1])
    assert 0.005 < reasons["late_record"] / issued < 0.2


def test_cards_fall_all_through_a_morning(hall: tuple[Judged, list[Alert]]) -> None:
    fallen = [
        (to_instant(alert.raised_at) - LIVE) // (20 * MINUTE)
        for alert in hall[1]
        if alert.state == "issued" and alert.level in {"yellow", "red"} and to_instant(alert.raised_at) >= LIVE
    ]
    per_twenty_minutes = Counter(fallen)
    assert sum(per_twenty_minutes.values()) >= 20
    assert all(per_twenty_minutes[each] for each in range(6))
