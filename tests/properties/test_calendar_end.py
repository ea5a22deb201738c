"""Where the calendar ends. The State Council publishes a year's holidays in the autumn before it: every winter there are limits
that run into a year nobody has a table for. What lies before it must be judged all the same, and what lies in it not at all."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.almanac import ALMANAC
from rules import events as ev
from rules.alerts import STATES
from rules.book import RuleBook, RuleBooks
from rules.bookfile import merge, parse_book
from rules.case import Case, Clock
from rules.instant import DAY, to_instant
from tests.properties.records import CASE, ZONE, events, moments
from tests.properties.test_step_properties import HALL, ITEMS, STAGES, live
from tests.rules.story import named, table

NEW_YEAR = to_instant(datetime(2026, 1, 1, tzinfo=ZONE))
LATER = timedelta(days=38)
"""What the drawn records are moved by: they happen until 31 December."""
_ON_UNKNOWN_LIMITS = frozenset({"suspended-last-minute"})
"""Findings about how near a limit is that nobody can tell."""


begun = st.builds(
    lambda at, promised: named(ev.Accepted(id="-", at=at, item="licence", promised=promised, **CASE)),
    moments,
    st.sampled_from(["1wd", "5wd", "10wd", "7d"]),
)
halted = st.builds(
    lambda at, days: named(ev.Suspended(id="-", at=at, item="licence", procedure="inspection", approved_days=days, **CASE)),
    moments,
    st.integers(10, 60),
)
histories = st.tuples(st.lists(begun, max_size=1), st.lists(halted, max_size=2), st.lists(events, max_size=8)).map(
    lambda parts: [record for part in parts for record in part]
)


@lru_cache
def books(profile: str, until: int) -> RuleBooks:
    over: dict[str, Any] = {"stages": STAGES, "hall": HALL, "items": ITEMS}
    over["calendar"] = {"name": f"until {until}", "base": "cn", "until": until}
    return RuleBooks([parse_book(profile, merge(table(profile), over), ALMANAC)])


def clocks_of(case: Case | None, book: RuleBook) -> dict[tuple[str, int], Clock]:
    found = {} if case is None else {(book.rules[each.rule].id, each.cycle): each for each in case.clocks}
    return {name: clock for name, clock in found.items() if name[0] not in _ON_UNKNOWN_LIMITS}


def cards_of(case: Case | None) -> dict[tuple[str, int, int], int]:
    """When each alert that was not withdrawn fell due."""
    cards = case.cards if case is not None else ()
    return {(c.rule, c.level, c.cycle): c.due for c in cards if STATES[c.state] != "withdrawn"}


def on(day: int, hour: int = 10) -> datetime:
    return datetime(2025, 9, 24, hour, tzinfo=ZONE) + timedelta(days=day)


@example([ev.Accepted(id="e", at=on(1), item="licence", promised="5wd", **CASE),
          ev.Suspended(id="s", at=on(55), procedure="inspection", approved_days=60, **CASE)], "default")  # fmt: skip
@given(histories, st.sampled_from(["default", "hunan", "jiangsu", "chengdu", "zhanjiang", "office"]))
def test_a_limit_before_the_end_of_the_calendar_is_judged_and_none_after_it_is_guessed(history, profile):
    moved = [msgspec.structs.replace(record, at=record.at + LATER) for record in history]
    (known, _, _), (short, _, _) = (live(moved, books(profile, until), (), end=NEW_YEAR + 60 * DAY) for until in (2026, 2025))
    book = next(iter(books(profile, 2026)))
    whole, cut = clocks_of(known, book), clocks_of(short, book)
    for name, clock in whole.items():
        if 0 < clock.deadline < NEW_YEAR and not book.is_life_rule(name[0]):  # the card that one watches may be of a later limit
            told = cut[name]
            assert told.deadline == clock.deadline, name
            for one, other in zip(clock.thresholds, told.thresholds, strict=True):
                assert one == other or one >= NEW_YEAR, name
    for name, clock in cut.items():
        assert not clock.deadline or clock.deadline == whole[name].deadline, name
    expected = cards_of(known)
    for card, due in cards_of(short).items():
        assert card[0] in _ON_UNKNOWN_LIMITS or expected.get(card) == due, card
