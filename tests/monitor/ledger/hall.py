"""A hall whose topics hold what a worker would have written: events, alerts, the cases' changelog, dead letters.

The core judges the simulated hall's records here, partition by partition, as a worker does. The office acknowledges, answers and
revokes some of its cards, so that there are acts.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

from monitor.books.files import load_books
from monitor.kafka import create_topics, ensure_topics, partition_of
from monitor.settings import KafkaSettings, LedgerSettings, Settings, TopicSettings, WorkerSettings
from monitor.simulate.files import write_book
from monitor.simulate.hall import generate
from monitor.stream.topics import CHANGELOG_CONFIG
from monitor.wire import DeadLetter, Topics, encode_event, encode_json
from rules.alerts import Alert
from rules.cards import AlertChange, alert_of
from rules.case import encode_case
from rules.drive import Cases
from rules.errors import BadEvent
from rules.events import TICK, AlertAcknowledged, AlertReplied, AlertRevoked, Event, key_of
from rules.instant import DAY, HOUR, to_datetime, to_instant

PARTITIONS = 4
START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 21
_ACTS = (AlertAcknowledged, AlertReplied, AlertRevoked)


class Fed(NamedTuple):
    """One record of a topic."""

    partition: int
    key: bytes | None
    value: bytes | None
    at: int


class Recorded(NamedTuple):
    """What lies in the topics, in order; ``told`` are the events that count, ``changes`` the alert changes, each
    with its place."""

    events: list[Fed]
    alerts: list[Fed]
    changelog: list[Fed]
    dead: list[Fed]
    told: list[tuple[int, Event]]
    changes: list[tuple[int, Alert]]
    cases: dict[str, Any]
    refused: list[DeadLetter]


class _Partition:
    def __init__(self, number: int, books: Any) -> None:
        self.number = number
        self.cases = Cases(books)
        self.offset = 0


class _Writer:
    """Applies records and collects what comes of them."""

    def __init__(self, books: Any) -> None:
        self.partitions = [_Partition(number, books) for number in range(PARTITIONS)]
        self.out = Recorded([], [], [], [], [], [], {}, [])
        self.waiting: dict[int, list[Event]] = defaultdict(list)

    def event(self, event: Event, arrived: int) -> None:
        key = key_of(event).encode()
        where = self.partitions[partition_of(key, PARTITIONS)]
        self.out.events.append(Fed(where.number, key, encode_event(event), arrived))
        self.out.told.append((arrived, event))
        offset, where.offset = where.offset, where.offset + 1
        try:
            changes = where.cases.apply(event, arrived, offset)
        except BadEvent as error:
            source = f"events/{where.number}/{offset}"
            letter = DeadLetter(error.reason, str(error), source, error.field, where.number, offset, arrived, 1, key, b"{}")
            self.out.refused.append(letter)
            self.out.dead.append(Fed(where.number, key, encode_json(letter), arrived))
            return
        self._keep(where, key.decode(), changes)

    def tick(self, at: int) -> None:
        for where in self.partitions:
            self.out.events.append(Fed(where.number, None, encode_event(TICK), at))
            offset, where.offset = where.offset, where.offset + 1
            for change in where.cases.apply(TICK, at, offset):
                self._keep(where, change.case.key, [change])

    def _keep(self, where: _Partition, key: str, changes: Sequence[AlertChange]) -> None:
        for change in changes:
            alert = alert_of(change)
            self.out.alerts.append(Fed(where.number, key.encode(), encode_json(alert), change.now))
            self.out.changes.append((where.number, alert))
            self._answer(alert, change.now)
        case = where.cases.cases.get(key)
        if case is not None:
            self.out.changelog.append(Fed(where.number, key.encode(), encode_case(case), where.cases.now))
            self.out.cases[key] = case

    def _answer(self, alert: Alert, now: int) -> None:
        """The office and the departments do something about every second card; one act in twenty is impossible."""
        number = len(self.out.changes)
        if alert.state == "issued" and alert.level in ("yellow", "red") and number % 2 and ":" not in alert.case:
            for step, kind in enumerate(_ACTS[: 1 + number % 3]):
                at = to_datetime(now + (step + 1) * HOUR, UTC)
                act = kind(
                    id=f"{alert.id}-{alert.change}-{step}",
                    at=at,
                    region=alert.region,
                    case=alert.case,
                    hall=alert.hall,
                    department=alert.department,
                    alert=f"{alert.id}-none" if number % 20 == 1 else alert.id,
                    operator="监察员一",
                    reason="核实过了",
                )
                self.waiting[(now + (step + 1) * HOUR) // HOUR].append(act)


@cache
def HALL(days: int = DAYS, cases_per_day: float = 60) -> Recorded:
    """The same for all tests that ask for the same."""
    with TemporaryDirectory() as folder:
        book = Path(folder) / "book.toml"
        write_book(book)
        book.write_text('drop = ["rates"]\n' + book.read_text("utf-8"), "utf-8")
        writer = _Writer(load_books([book]))
    start = to_instant(START)
    hour = start // HOUR
    for arrived, event in generate(7, start, start + days * DAY, cases_per_day):
        while (hour + 1) * HOUR <= arrived:
            hour += 1
            for act in writer.waiting.pop(hour, ()):
                writer.event(act, hour * HOUR)
            writer.tick(hour * HOUR)
        writer.event(event, arrived)
    return writer.out


class Hall:
    """Topics under one prefix, and settings for a ledger that reads them."""

    def __init__(self, bootstrap: str, prefix: str, ledger: LedgerSettings) -> None:
        self.settings = Settings(
            kafka=KafkaSettings(bootstrap=bootstrap),
            topics=TopicSettings(prefix=prefix, partitions=PARTITIONS),
            worker=WorkerSettings(session_timeout=6),
            ledger=ledger,
        )
        self.topics = Topics(prefix)
        self._bootstrap = bootstrap

    def with_ledger(self, **changed: Any) -> "Hall":
        """The same hall, its ledger set otherwise."""
        ledger = self.settings.ledger.model_copy(update=changed)
        return Hall(self._bootstrap, self.topics.prefix, ledger)

    async def open(self) -> None:
        settings = self.settings
        await ensure_topics(settings.kafka, settings.topics, create_time=True)
        await create_topics(settings.kafka, settings.topics, {settings.changelog: CHANGELOG_CONFIG})

    async def fill(self, recorded: Recorded, parts: int = 1, part: int = 0) -> None:
        """Append what was recorded, or the ``part``-th of ``parts`` equal shares of it."""

        def share(records: list[Fed]) -> list[Fed]:
            return records[len(records) * part // parts : len(records) * (part + 1) // parts]

        await self.append(self.topics.events, share(recorded.events), stamped=True)
        await self.append(self.topics.alerts, share(recorded.alerts))
        await self.append(self.settings.changelog, share(recorded.changelog), stamped=True)
        await self.append(self.topics.dead_letters, share(recorded.dead))

    async def append(self, topic: str, records: Iterable[Fed], *, stamped: bool = False) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, linger_ms=5, enable_idempotence=True)
        await producer.start()
        try:
            sent = [
                await producer.send(topic, each.value, each.key, each.partition, timestamp_ms=each.at if stamped else None)
                for each in records
            ]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()


def records_of(topic: str, records: Iterable[Fed]) -> dict[int, list[Any]]:
    """Records as a consumer has them, by partition."""
    parts: dict[int, list[Any]] = defaultdict(list)
    for each in records:
        part = parts[each.partition]
        part.append(
            SimpleNamespace(
                topic=topic, partition=each.partition, offset=len(part), timestamp=each.at, key=each.key, value=each.value
            )
        )
    return parts
