"""Alert and figure records as a worker would write them, and a producer for them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from monitor.kafka import create_topics
from monitor.settings import KafkaSettings, Settings, TopicSettings, WallSettings
from monitor.wire import Figures, Topics, encode_json
from rules.alerts import Alert, Level, Reason, State
from rules.keys import key_of_alert

BASE = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


def alert(
    number: int = 1,
    level: Level = "yellow",
    state: State = "issued",
    change: int = 1,
    *,
    reason: Reason = Reason.LIMIT_PASSED,
    due: datetime | None = None,
    lag_ms: int = 350,
    late: timedelta = timedelta(),
    region: str = "430104",
    hall: str = "岳麓区政务服务中心",
    department: str = "市场监管局",
    item_name: str = "食品经营许可",
) -> Alert:
    """One change of the alert of case ``number``; falls due a second after the one before it."""
    due_at = due or BASE + timedelta(seconds=number)
    known_at = due_at + late
    raised_at = known_at + timedelta(milliseconds=lag_ms)
    case = f"{region}-{number:05d}"
    return Alert(
        id=f"{region}/{case}/promised/{level}/0",
        case=case,
        rule="promised",
        level=level,
        cycle=0,
        state=state,
        reason=reason.code,
        change=change,
        due_at=due_at,
        known_at=known_at,
        raised_at=raised_at,
        changed_at=raised_at + timedelta(seconds=change - 1),
        deadline=due_at,
        counted_from=due_at - timedelta(days=14),
        limit="10wd",
        book="test-1",
        region=region,
        numbered_by=region,
        hall=hall,
        department=department,
        window="08",
        item_name=item_name,
    )


def figures(partition: int = 0, *, department: str = "市场监管局", region: str = "430104", **counts: int) -> Figures:
    """Counts of one department in one partition."""
    return Figures(partition=partition, region=region, hall="岳麓区政务服务中心", department=department, **counts)


def wall_settings(kafka: str, prefix: str, **wall: object) -> Settings:
    """A wall on any free port of loopback."""
    return Settings(
        kafka=KafkaSettings(bootstrap=kafka),
        topics=TopicSettings(prefix=prefix, partitions=2),
        wall=WallSettings.model_validate({"port": 0, **wall}),
    )


async def make_topics(settings: Settings) -> None:
    """The two topics the wall reads."""
    names = Topics(settings.topics.prefix)
    stamped = {"message.timestamp.type": "LogAppendTime"}
    await create_topics(
        settings.kafka, settings.topics, {names.alerts: stamped, names.figures: stamped | {"cleanup.policy": "compact"}}
    )


class Writer:
    """Writes records and waits for the broker's word."""

    def __init__(self, producer: AIOKafkaProducer, topics: Topics) -> None:
        self._producer = producer
        self._topics = topics

    async def alert(self, *alerts: Alert) -> None:
        for one in alerts:
            await self._producer.send_and_wait(self._topics.alerts, encode_json(one), key_of_alert(one.id).encode())

    async def alerts(self, alerts: Iterable[Alert]) -> None:
        """Many at once, in order."""
        sent = [await self._producer.send(self._topics.alerts, encode_json(one), key_of_alert(one.id).encode()) for one in alerts]
        await asyncio.gather(*sent)

    async def figures(self, *all_figures: Figures) -> None:
        for one in all_figures:
            await self._producer.send_and_wait(self._topics.figures, encode_json(one), one.key)

    async def raw(self, topic: str, value: bytes | None, key: bytes) -> None:
        await self._producer.send_and_wait(topic, value, key)


@asynccontextmanager
async def a_worker(settings: Settings) -> AsyncIterator[None]:
    """Somebody in the workers' group, as far as the broker can tell."""
    topic = Topics(settings.topics.prefix).figures
    async with AIOKafkaConsumer(topic, bootstrap_servers=settings.kafka.bootstrap, group_id=settings.group):
        yield


@asynccontextmanager
async def writing(settings: Settings) -> AsyncIterator[Writer]:
    """A writer into the settings' topics, which are made first."""
    await make_topics(settings)
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka.bootstrap)
    await producer.start()
    try:
        yield Writer(producer, Topics(settings.topics.prefix))
    finally:
        await producer.stop()
