"""A record told less exactly raises nothing that the exact one had not raised: what is unknown is read in the clerk's favour."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rules import events as ev
from rules.book import RuleBooks
from rules.cards import WITHDRAWN
from rules.case import Case
from rules.events import STAGES, Header, Precision
from rules.instant import DAY, to_instant
from tests.properties.records import BEGIN, coarsened, exact, exact_histories
from tests.properties.test_step_properties import END, PROFILES, play, profiles

FIRST_COUNTS = frozenset({ev.Applied, ev.Accepted, ev.Decided, ev.Concluded})
"""Of two of a day the earlier is the one that counts, with all it says. Told less exactly, the other may be."""

AFTER = ((ev.Suspended, ev.Resumed), (ev.SupplementRequested, ev.Supplemented))
"""Told to the day, they are read in this order. A story in which they were not may lose a pause that lasted to its cap."""

PAUSES = (ev.Suspended, ev.SupplementRequested)
"""A limit of no days that begins and stands still on one day ends with it, if it may have begun in the day's last instant."""

choices = st.lists(st.sampled_from([None, "minute", "hour", "day", "day"]), min_size=14, max_size=14)


few_moments = st.builds(
    lambda day, minutes: BEGIN + timedelta(days=day, minutes=7 * minutes, seconds=13),
    st.sampled_from([0, 0, 1, 5]),
    st.integers(0, 80),
)
crowded = st.lists(
    st.builds(lambda record, at: msgspec.structs.replace(record, at=at), exact, few_moments), min_size=2, max_size=9
)
"""Few days, much in each: so that spans meet."""


def raised(case: Case | None) -> Counter[tuple[str, int]]:
    """How many cards, reminders and warnings of each rule and level there are. Fewer clocks have lower numbers."""
    return Counter() if case is None else Counter((card.rule, card.level) for card in case.cards if card.state != WITHDRAWN)


def told(history: Sequence[Header], how: Sequence[Precision | None]) -> list[Header]:
    """The same story told less exactly, but for what :data:`AFTER`, :data:`FIRST_COUNTS` and the stages except.

    What happened in one instant is told alike: else one fact told twice would become two.
    """
    alike = {(type(record), record.at): each for record, each in zip(history, how, strict=False)}
    for kind, at in alike:
        of_day = [record for record in history if record.at.date() == at.date()]
        first_counts = kind in FIRST_COUNTS and any(type(record) is kind and record.at != at for record in of_day)
        stopped_at_once = kind in (ev.Accepted, ev.BranchOpened) and any(isinstance(record, PAUSES) for record in history)
        if (
            first_counts
            or stopped_at_once
            or any(kind in pair and _is_reversed(of_day, *pair) for pair in AFTER)
            or _goes_back(kind, of_day)
        ):
            alike[kind, at] = None
    return [coarsened(record, alike[type(record), record.at] or "second") for record in history]


def _is_reversed(of_day: Sequence[Header], begins: type[Header], ends: type[Header]) -> bool:
    """Whether on that day something was ended before it had begun."""
    begun = [record.at for record in of_day if type(record) is begins]
    return any(record.at < max(begun) for record in of_day if type(record) is ends and begun)


def _goes_back(kind: type[Header], of_day: Sequence[Header]) -> bool:
    """Whether a stage was entered on that day after a later one."""
    entered = [
        STAGES.index(record.stage)
        for record in sorted(of_day, key=lambda record: record.at)
        if type(record) is kind is ev.StageEntered
    ]
    return entered != sorted(entered)


def check(history: Sequence[Header], how: Sequence[Precision | None], books: RuleBooks, now: int = END) -> None:
    exact, inexact = play(history, books, arrive=now)[0], play(told(history, how), books, arrive=now)[0]
    new = raised(inexact) - raised(exact)
    assert not new, new


@given(exact_histories, choices, profiles)
def test_a_record_told_less_exactly_raises_nothing_new(history, how, profile):
    check(history, how, PROFILES[profile])


@given(crowded, choices, profiles, st.sampled_from([0, 1, 3, 20, 150]))
def test_few_days_with_much_in_each_raise_nothing_new_at_any_time(history, how, profile, days):
    check(history, how, PROFILES[profile], to_instant(max(record.at for record in history)) + days * DAY)
