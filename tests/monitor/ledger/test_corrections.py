"""A record that is told again, or taken back, counts as it was told last, in whatever order its versions came."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from monitor.books.files import load_books
from monitor.kafka import partition_of
from monitor.ledger.rows import Batch, Reading
from monitor.ledger.rows.cases import case_rows
from monitor.ledger.rows.tables import CASE
from monitor.ledger.rows.times import LocalDays
from monitor.ledger.schema import upgrade
from monitor.ledger.store import LedgerStore
from monitor.settings import LedgerSettings
from monitor.wire import Topics, encode_event
from rules import events as ev
from rules.drive import OneCase
from rules.events import Event, key_of
from rules.instant import to_instant
from tests.monitor.ledger.hall import PARTITIONS, Fed, records_of

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
HEAD: dict[str, Any] = {"region": "430102", "hall": "h", "department": "民政局", "window": "W1"}


def written(settings: LedgerSettings, events: Sequence[Event], query: str) -> list[Any]:
    """What a query says once these events have been written, an hour apart, in this order."""
    upgrade(settings)
    topics = Topics("corrections")
    reading = Reading(topics, "changelog", lambda key: partition_of(key, PARTITIONS), LocalDays("Asia/Shanghai"))
    fed = [
        Fed(
            partition_of(key_of(event).encode(), PARTITIONS),
            key_of(event).encode(),
            encode_event(event),
            to_instant(AT + n * HOUR),
        )
        for n, event in enumerate(events)
    ]
    batch = Batch()
    with LedgerStore(settings, "a test") as store:
        for partition, part in records_of(topics.events, fed).items():
            store.claim([(topics.events, partition)])
            reading.take(batch, (topics.events, partition), 0, part)
        store.write(batch)
    with psycopg.connect(settings.dsn, options=f"-csearch_path={settings.namespace}") as connection:
        rows = connection.execute(query).fetchall()
        connection.execute(f"DROP SCHEMA {settings.namespace}, {settings.namespace}_audit CASCADE")
    return rows


def filed(id_: str, complaint: str, **more: Any) -> ev.ComplaintFiled:
    return ev.ComplaintFiled(id=id_, at=AT, complaint=complaint, **HEAD, **more)


def retracted(record: str, **more: Any) -> ev.Retracted:
    return ev.Retracted(id=f"back-{record}", at=AT, record=record, operator="o", reason="typed in by mistake", **HEAD, **more)


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))], ids=str)
def test_the_highest_revision_counts_in_any_order(chosen: LedgerSettings, order: tuple[int, ...]) -> None:
    versions = [filed("c", "k-1", revision=1), filed("c", "k-2", revision=2), filed("c", "k-3", revision=3)]
    rows = written(chosen, [versions[place] for place in order], "SELECT complaint FROM v_complaint")
    assert rows == [("k-3",)]


def test_the_last_to_arrive_counts_without_a_revision(chosen: LedgerSettings) -> None:
    assert written(chosen, [filed("c", "k-1"), filed("c", "k-2")], "SELECT complaint FROM v_complaint") == [("k-2",)]


@pytest.mark.parametrize("first", [True, False])
def test_a_record_taken_back_counts_for_nothing_whichever_came_first(chosen: LedgerSettings, first: bool) -> None:
    events = [retracted("c"), filed("c", "k-1"), filed("d", "k-2")]
    rows = written(chosen, events if first else events[::-1], "SELECT complaint FROM v_complaint")
    assert rows == [("k-2",)]


def test_a_retraction_with_a_revision_takes_back_versions_up_to_that_one(chosen: LedgerSettings) -> None:
    events = [
        filed("c", "k-1", revision=1),
        retracted("c", revision=1),
        filed("d", "k-2", revision=1),
        filed("c", "k-3", revision=2),
    ]
    assert written(chosen, events, "SELECT complaint FROM v_complaint ORDER BY 1") == [("k-2",), ("k-3",)]


def test_a_record_of_another_case_is_not_taken_back(chosen: LedgerSettings) -> None:
    assert written(chosen, [filed("c", "k-1", case="7"), retracted("c")], "SELECT complaint FROM v_complaint") == [("k-1",)]


def test_a_rating_told_again_counts_once_with_its_new_score(chosen: LedgerSettings) -> None:
    rated = [ev.Rated(id="r", at=AT, case="7", score=score, rating="r-1", revision=n, **HEAD) for n, score in enumerate((5, 1))]
    assert written(chosen, rated, "SELECT measure, amount FROM v_figure WHERE measure LIKE 'rating%' ORDER BY 1") == [
        ("rating_1", 1),
        ("ratings", 1),
    ]


def test_attendance_that_was_taken_back_covers_nobody(chosen: LedgerSettings) -> None:
    there = [
        ev.WindowOpened(id="o", at=AT, **HEAD),
        ev.AttendantArrived(id="a", at=AT, operator="甲", **HEAD),
        ev.WindowClosed(id="z", at=AT + 2 * HOUR, **HEAD),
    ]
    query = "SELECT open_seconds, attended_seconds FROM v_attendance"
    assert written(chosen, there, query) == [(7200, 7200)]
    assert written(chosen, [*there, retracted("a", attendance=True)], query) == [(7200, 0)]


def test_a_retraction_stands_among_the_acts_and_in_the_audit_log(chosen: LedgerSettings) -> None:
    query = f"SELECT type, operator, reason, (SELECT subject FROM {chosen.namespace}_audit.audit_entry) FROM v_act"
    assert written(chosen, [retracted("c")], query) == [("retracted", "o", "typed in by mistake", "c")]


def test_a_case_that_came_back_has_a_row_for_each_time_it_was_begun() -> None:
    head = {**HEAD, "case": "7"}
    case = OneCase(load_books([]))
    for day, event in (
        (0, ev.Accepted(id="1", at=AT, promised="10wd", **head)),
        (1, ev.Concluded(id="2", at=AT + 24 * HOUR, **head)),
        (4, ev.Accepted(id="3", at=AT + 96 * HOUR, promised="5wd", **head)),
    ):
        case.apply(event, to_instant(AT + 24 * day * HOUR))
    assert case.case is not None
    names = CASE.names
    rows = [dict(zip(names, row, strict=True)) for row in case_rows("k", case.case, b"body", LocalDays("Asia/Shanghai"))]
    assert [(row["cycle"], row["state"], row["promised"], row["how"], row["on_time"]) for row in rows] == [
        (1, "concluded", "10wd", "normal", True),
        (2, "open", "5wd", "", False),
    ]
