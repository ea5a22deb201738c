"""What tests of Kafka as it is in the field share: a window's own producer, an admin's hand, the state of an installation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from monitor.kafka import connected
from monitor.stream.faust.table import Recovered
from monitor.stream.partition.slices import CLOCK_KEY
from monitor.wire import encode_event
from rules.case import Case, decode_case
from rules.events import key_of
from rules.keys import number_of_case
from tests.monitor.stream.hall import Hall


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def producer(hall: Hall, **options: Any) -> AsyncIterator[Any]:
    """A window system's own producer."""
    made = AIOKafkaProducer(bootstrap_servers=hall.settings.kafka.bootstrap, **options)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def send(producer: Any, hall: Hall, *events: Any) -> None:
    for event in events:
        await producer.send_and_wait(hall.topics.events, encode_event(event), key=key_of(event).encode())


@asynccontextmanager
async def admin(hall: Hall) -> AsyncIterator[Any]:
    async with connected(AIOKafkaAdminClient, hall.settings.kafka) as made:
        yield made


async def state_of(hall: Hall) -> dict[str, Case]:
    """The cases that the changelog of an installation holds."""
    rows = Recovered()
    for record in await hall.read(hall.changelog):
        rows.put(record.key, record.value)
    cases = {number_of_case(key.decode()): decode_case(value) for key, value in rows.rows.items() if value and key != CLOCK_KEY}
    return {key: case for key, case in cases.items() if case.tally is None}
