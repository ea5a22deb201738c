"""Replay equals live, at the level of the engines: the worker's, in batches, with ticks, crashes and redeliveries, against
the replay's, which wakes every case at its very instant. Any records at all, several cases, people's acts included.
"""

import asyncio
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.engine import PartitionEngine
from monitor.stream.partition.slices import CLOCK_KEY
from monitor.stream.recovery import restore
from monitor.wire import decode_alert, encode_event
from rules.alerts import Alert
from rules.book import RuleBooks
from rules.cards import alert_of
from rules.case import Case
from rules.drive import Cases
from rules.errors import BadEvent
from rules.events import TICK, Header, key_of
from rules.instant import to_instant
from tests.monitor.stream.raw import Raw
from tests.properties.every_event import BOOKS, Arriving, aimed, any_act, any_event, arriving, last_word
from tests.properties.records import BEGIN, MINUTES, events
from tests.properties.test_life_properties import by_hand, overdue

TOPIC = "t.events"
Came = tuple[dict[str, tuple[Any, ...]], dict[str, tuple[Any, ...]], Counter[str]]
"""The last word on each alert, what is known of each case, and how many records were refused for what reason."""

usual = st.one_of(overdue, by_hand, events, any_event, any_act)
logs = arriving(usual, 20)
ticks = st.lists(st.integers(0, MINUTES), max_size=10)
batches = st.lists(st.integers(1, 6), min_size=1, max_size=6)
crashes = st.sets(st.integers(0, 12), max_size=3)


def _alert(alert: Alert) -> tuple[Any, ...]:
    return (alert.state, alert.due_at, alert.deadline, alert.counted_from, alert.limit, alert.book, alert.department)


def _case(case: Case) -> tuple[Any, ...]:
    """All that is known of a case, but for when the engine looked and how often."""
    cards = {(c.rule, c.level, c.cycle, c.state, c.due, c.acts, c.office) for c in case.cards}
    left_out = ("offset", "cards", "clocks", "later")
    fields = {name: getattr(case, name) for name in case.__struct_fields__ if name not in left_out}
    fields["later"] = tuple(map(_case, case.later))
    return (cards, {(c.rule, c.cycle, c.start, c.end, c.deadline, c.thresholds) for c in case.clocks}, fields)


def _last(alerts: list[Alert]) -> dict[str, tuple[Any, ...]]:
    return {alert.id: _alert(alert) for alert in alerts}


def replayed(records: list[Arriving], books: RuleBooks) -> tuple[Came, list[tuple[int, Header]]]:
    """What came of them; and the records as they were told, each act about a card there was."""
    driven, changes, refused = Cases(books), [], Counter()
    told: list[tuple[int, Header]] = []
    for each in records:
        changes += driven.advance(each.arrived)
        told.append((each.arrived, aimed(each, driven.cases)))
        try:
            changes += driven.apply(told[-1][1], each.arrived)
        except BadEvent as error:
            refused[error.reason] += 1
    changes += driven.advance(last_word())
    return (_last(list(map(alert_of, changes))), {key: _case(case) for key, case in driven.cases.items()}, refused), told


def log_of(records: list[tuple[int, Header]], minutes: list[int]) -> list[Raw]:
    """The partition as the broker would keep it."""
    told = [(arrived, 1, key_of(event).encode(), encode_event(event)) for arrived, event in records]
    told += [(to_instant(BEGIN) + minute * 60_000, 0, None, encode_event(TICK)) for minute in minutes]
    told = [*sorted(told, key=lambda each: each[:2]), (last_word(), 2, None, encode_event(TICK))]
    return [Raw(offset, at, 1, key, value) for offset, (at, _, key, value) in enumerate(told)]


def _lived(log: list[Raw], sizes: list[int], crashing: set[int], books: RuleBooks) -> Came:
    """A worker's way: batch by batch. After some it crashes before it has committed, and another reads that batch again."""
    engine = PartitionEngine(TOPIC, 0, books, lambda key: 0, PartitionClock())
    rows: dict[bytes, bytes | None] = {}
    alerts: dict[tuple[str, int], Alert] = {}
    letters: dict[int, str] = {}
    start = number = 0
    while start < len(log):
        batch = log[start : start + sizes[number % len(sizes)]]
        for part in engine.apply(batch, start):
            rows |= part.changes
            for _, value in part.alerts:
                alert = decode_alert(value)
                assert alert == alerts.setdefault((alert.id, alert.change), alert), "told otherwise the second time"
            letters |= {letter.offset: letter.reason for letter in part.dead}
        if number in crashing:
            crashing = crashing - {number}
            engine = asyncio.run(restore(TOPIC, 0, rows, books, lambda key: 0))
            continue
        start, number = start + len(batch), number + 1
    in_order = [alerts[name] for name in sorted(alerts)]
    cases = {key.decode(): engine.cases.get(key) for key in rows if key != CLOCK_KEY}
    return _last(in_order), {key: _case(case) for key, case in cases.items() if case is not None}, Counter(letters.values())


@given(logs, ticks, batches, crashes, st.sampled_from(sorted(BOOKS)))
def test_a_replay_leads_to_the_same_cases_and_alerts_as_live(records, minutes, sizes, crashing, name):
    books = BOOKS[name]
    came, told = replayed(records, books)
    lived = _lived(log_of(told, minutes), sizes, crashing, books)
    assert lived[0] == came[0]
    assert lived[1] == came[1]
    assert lived[2] == came[2]
