"""The windows of the simulated hall: they open every working day, and are left alone now and then, as often as a wall bears."""

from collections import Counter

import pytest

from monitor.books.files import load_books
from monitor.simulate.files import write_book
from monitor.simulate.hall import generate
from monitor.simulate.life import Habits
from monitor.simulate.rhythm import Rhythm, day_of
from rules.alerts import Alert
from rules.cards import AlertChange, alert_of
from rules.drive import Cases
from rules.events import AttendantArrived, Duty, WindowClosed, WindowOpened
from rules.instant import to_instant
from tests.monitor.simulate.halls import END, START, hall

DUTY = [(arrived, event) for arrived, event in hall() if isinstance(event, Duty)]
WORKED = sum(Rhythm().is_workday(day) for day in range(day_of(START), day_of(END)))


def test_every_window_opens_and_closes_every_working_day() -> None:
    windows = {event.window for _, event in DUTY}
    assert len(windows) > 100
    for kind in (WindowOpened, WindowClosed):
        days = Counter(event.window for _, event in DUTY if isinstance(event, kind))
        assert set(days) == windows and set(days.values()) == {WORKED}
    assert all(event.operator for _, event in DUTY if isinstance(event, AttendantArrived))


def test_the_cases_of_a_seed_are_the_same_with_or_without_attendance() -> None:
    without = list(generate(7, START, END, 200, habits=Habits(on_duty=False)))
    assert without == [(arrived, event) for arrived, event in hall() if not isinstance(event, Duty)]


@pytest.fixture(scope="module")
def alerts(tmp_path_factory: pytest.TempPathFactory) -> list[Alert]:
    """All that the default rules say of the windows in two months, each woken at the instant it asks for."""
    folder = tmp_path_factory.mktemp("book")
    write_book(folder / "book.toml")
    books = load_books([folder / "book.toml"])
    driven = Cases(books)
    changes: list[AlertChange] = []
    for arrived, event in DUTY:
        changes += driven.advance(arrived)
        changes += driven.apply(event, arrived)
    return list(map(alert_of, changes))


def test_some_windows_are_left_alone_and_some_open_late(alerts: list[Alert]) -> None:
    raised = Counter((alert.rule, alert.level) for alert in alerts if alert.change == 1)
    assert set(raised) == {(rule, level) for rule in ("attendance", "window-opening") for level in ("warning", "yellow")}
    assert 0.1 < raised["attendance", "warning"] / WORKED < 1.5
    assert 0.03 < raised["attendance", "yellow"] / WORKED < 0.6
    assert raised["window-opening", "warning"] / WORKED < 0.5


def test_each_alert_of_a_window_is_raised_within_ten_seconds(alerts: list[Alert]) -> None:
    assert all(to_instant(alert.raised_at) - to_instant(alert.due_at) < 10_000 for alert in alerts if alert.change == 1)
