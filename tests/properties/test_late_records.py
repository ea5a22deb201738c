"""A late record takes back exactly what had been done for want of it: no more stands, no less, and the figures are the same.

As long as its window remembers what it is about; test_retention_properties.py says what happens after that.
"""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from rules.alerts import LEVELS, STANDING, STATES, Alert
from rules.book import RuleBooks
from rules.case import Case, count
from rules.drive import OneCase
from rules.events import TICK, Duty, Header
from rules.instant import DAY, MINUTE, to_instant
from tests.properties.complaints import EVERYTHING
from tests.properties.complaints import histories as complaining
from tests.properties.records import histories
from tests.properties.test_step_properties import END, PROFILES

BOOKS = {**PROFILES, "everything": EVERYTHING}
told = histories | complaining
choice = st.sets(st.integers(0, 17), max_size=4)


def _arriving(history: list[Header], late: set[int], minutes: int, books: RuleBooks) -> list[tuple[int, Header]]:
    """When each record arrives: as it happens, but for the late ones."""
    if any(isinstance(record, Duty) for record in history):
        minutes %= (books.at(END).retention.attendance - 1) * DAY // MINUTE
    delay = minutes * MINUTE
    return sorted(
        ((to_instant(record.at) + delay * (index in late), record) for index, record in enumerate(history)),
        key=lambda each: each[0],
    )


def _told(arriving: list[tuple[int, Header]], books) -> tuple[Case | None, list[Alert]]:
    """The case after all of it, and when nothing is left to come."""
    one = OneCase(books)
    for at, record in arriving:
        one.apply(record, at)
    one.apply(TICK, END + 200 * DAY)
    return one.case, one.alerts


def _standing(case: Case | None) -> set[tuple]:
    if case is None:
        return set()
    return {(c.rule, c.level, c.cycle, c.due, c.state) for c in case.cards if STATES[c.state] in STANDING}


def _shown(alerts: list[Alert]) -> Counter[str]:
    """What is left on a screen that adds an alert when it comes to stand and takes it off when it no longer does."""
    screen: Counter[str] = Counter()
    standing: dict[str, bool] = {}
    for alert in alerts:
        stands = alert.state in STANDING
        screen[alert.level] += stands - standing.get(alert.id, False)
        standing[alert.id] = stands
        assert screen[alert.level] >= 0
    return +screen


@given(told, choice, st.integers(1, 60 * 24 * 60), st.sampled_from(sorted(BOOKS)))
def test_a_late_record_leaves_the_cards_and_figures_it_would_have_left_in_time(history, late, minutes, name):
    books = BOOKS[name]
    on_time, untroubled = _told(_arriving(history, set(), 0, books), books)
    belated, troubled = _told(_arriving(history, late, minutes, books), books)
    assert _standing(belated) == _standing(on_time)
    assert _shown(troubled) == _shown(untroubled)
    assert count(belated) == count(on_time)


@given(told, choice, st.integers(1, 60 * 24 * 60), st.sampled_from(sorted(BOOKS)))
def test_a_card_that_fell_for_want_of_a_late_record_is_withdrawn_with_its_trail(history, late, minutes, name):
    books = BOOKS[name]
    _, untroubled = _told(_arriving(history, set(), 0, books), books)
    _, troubled = _told(_arriving(history, late, minutes, books), books)
    fair = {alert.id for alert in untroubled}
    last: dict[str, Alert] = {}
    for alert in troubled:
        assert alert.change == (last[alert.id].change if alert.id in last else 0) + 1
        last[alert.id] = alert
    for alert in last.values():
        if alert.id not in fair:
            assert alert.state in {"withdrawn", "superseded", "expired"}, alert
            if LEVELS.index(alert.level) > 1:
                assert alert.state == "withdrawn", alert
