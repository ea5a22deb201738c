"""Rates and volumes through the log: workers count their partitions' cases, and whoever holds a tally judges it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka.structs import ConsumerRecord

from monitor.books.files import load_books
from monitor.wire import decode_record
from rules.alerts import STANDING, Alert
from rules.cards import alert_of
from rules.case import Case
from rules.drive import Cases
from rules.events import Event, Tallied
from rules.keys import TALLY_KEY
from tests.driven import as_it_happens
from tests.monitor.stream.hall import MONDAY, Hall, accepted, concluded, feed, ms, ticks

pytestmark = pytest.mark.kafka

BOOK = Path(__file__).with_name("rates.toml")
DAY = timedelta(days=1)
LATER = MONDAY + 9 * DAY


def events() -> list[Event]:
    """Forty cases over all partitions; six of them are never concluded."""
    told: list[Event] = [accepted(f"c{number}", MONDAY + timedelta(minutes=number), "2d") for number in range(40)]
    return told + [concluded(f"c{number}", MONDAY + DAY + timedelta(minutes=number)) for number in range(34)]


def standing(alerts: list[Alert]) -> dict[str, str]:
    """Id to due_at. The figures on a card are those known when it was issued: here, before every partition reported."""
    last = {alert.id: alert for alert in sorted(alerts, key=lambda alert: alert.change)}
    return {
        alert.id: alert.due_at.isoformat()
        for alert in last.values()
        if alert.case.startswith(TALLY_KEY) and alert.state in STANDING
    }


def expected() -> dict[str, str]:
    """What the same records come to in one process."""
    driven = Cases(load_books([BOOK]), tallied=True)
    alerts = [alert for event in events() for alert in as_it_happens(driven, event, ms(event.at))]
    return standing(alerts + list(map(alert_of, driven.advance(ms(LATER)))))


def counted(cases: dict[str, Case]) -> dict[str, int]:
    """Cases accepted, as the tallies have it."""
    tallies = {key: case.tally for key, case in cases.items() if case.tally is not None}
    return {key: sum(cell[2] for cell in tally.months) for key, tally in tallies.items()}


async def reports(hall: Hall) -> list[ConsumerRecord]:
    """What the workers wrote back into the events topic."""
    return [record for record in await hall.read(hall.topics.events) if (record.key or b"").startswith(TALLY_KEY.encode())]


async def told(hall: Hall, number: int) -> dict[str, str]:
    """Wait for so many standing alerts about tallies."""
    for _ in range(300):
        found = standing(await hall.alerts())
        if len(found) >= number:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"{len(found)} of {number} alerts about tallies; logs: {hall._logs()}")


async def test_rates_come_to_the_same_in_many_partitions_as_in_one_process(hall: Hall) -> None:
    await hall.open(create_time=True)
    workers = [hall.worker(book=BOOK, tally_seconds=0.3) for _ in range(2)]
    for worker in workers:
        await hall.ready(worker)
    await hall.append([feed(event) for event in events()])
    await hall.append(ticks(LATER))
    wanted = expected()
    assert wanted, "six of forty are overdue"
    assert await told(hall, len(wanted)) == wanted
    reports = [
        decode_record(r.value) for r in await hall.read(hall.topics.events) if (r.key or b"").startswith(TALLY_KEY.encode())
    ]
    assert {report.source for report in reports if isinstance(report, Tallied)} == {0, 1, 2, 3}, "every partition was counted"
    await hall.caught_up()
    assert set(counted(await hall.cases()).values()) == {40}


async def test_a_worker_that_dies_and_comes_back_counts_nothing_twice(hall: Hall) -> None:
    await hall.open(create_time=True)
    worker = hall.worker(book=BOOK, tally_seconds=0.3)
    await hall.ready(worker)
    every = events()
    await hall.append([feed(event) for event in every[:50]])
    await hall.caught_up_somewhere()
    worker.kill()
    await hall.append([feed(event) for event in every[20:]])  # many of them for the second time
    await hall.append(ticks(LATER))
    hall.worker(book=BOOK, tally_seconds=0.3)
    wanted = expected()
    assert await told(hall, len(wanted)) == wanted
    await hall.caught_up()
    assert set(counted(await hall.cases()).values()) == {40}


async def test_a_tally_nobody_but_a_worker_may_write_moves_nobodys_time(hall: Hall) -> None:
    await hall.open(create_time=True)
    worker = hall.worker(book=BOOK, tally_seconds=0.3)
    await hall.ready(worker)
    await hall.append([feed(event) for event in events()])
    await hall.append(ticks(LATER))
    await told(hall, 1)
    stamps = {record.timestamp for record in await reports(hall)}
    assert stamps and max(stamps) < ms(MONDAY), "stamped earlier than anything else"
    clocks = await hall.clocks()
    assert {clock[0] for clock in clocks.values()} == {ms(LATER)}
