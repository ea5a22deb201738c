"""Replay into a real Kafka: arrival times, order, ticks, dead letters, and the topics it must not touch."""

import asyncio
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

from monitor.kafka import create_topics, ensure_topics, partition_of
from monitor.replay import ReplayError, replay_to_kafka
from monitor.settings import KafkaSettings, Settings, TopicSettings
from monitor.wire import Topics, decode_dead_letter, decode_record
from rules.events import Tick
from rules.instant import HOUR, to_datetime
from tests.monitor.backtest.files import ZONE, at, mapping, write

pytestmark = pytest.mark.kafka


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> Settings:
    return Settings(kafka=KafkaSettings(bootstrap=kafka), topics=TopicSettings(prefix=topic_prefix, partitions=3))


async def partitions_of(settings: Settings, topic: str) -> list[list[ConsumerRecord]]:
    """Every record the topic holds, per partition."""
    async with AIOKafkaConsumer(topic, bootstrap_servers=settings.kafka.bootstrap, auto_offset_reset="earliest") as consumer:
        held = sorted(consumer.assignment())
        missing = sum((await consumer.end_offsets(held)).values())
        found: dict[int, list[ConsumerRecord]] = {each.partition: [] for each in held}
        while sum(map(len, found.values())) < missing:
            for where, batch in (await consumer.getmany(timeout_ms=1000)).items():
                found[where.partition] += batch
        return list(found.values())


ROWS = [
    f"{number},2026-01-05 {8 + number % 9:02}:00:00,2026-01-06 08:00:00,2026-01-06 1{number % 9}:30:00" for number in range(40)
]


async def test_records_carry_their_arrival_and_time_never_goes_back(settings: Settings, tmp_path: Path) -> None:
    done = await replay_to_kafka([(write(tmp_path, *ROWS), mapping())], settings, progress=False)
    assert (done.rows, done.events) == (40, 80)
    topic = Topics(settings.topics.prefix).events
    for partition, records in enumerate(await partitions_of(settings, topic)):
        stamps = [record.timestamp for record in records]
        assert stamps == sorted(stamps)
        assert {record.timestamp_type for record in records} == {0}
        ticks = [record for record in records if isinstance(decode_record(record.value), Tick)]
        assert [tick.timestamp % HOUR for tick in ticks[:-1]] == [0] * (len(ticks) - 1)
        assert ticks[-1] is records[-1], "the last record of every partition is the tick at the last arrival"
        assert ticks[-1].timestamp == at("2026-01-06 18:30")
        assert len(ticks) == done.ticks
        events = [record for record in records if record.key is not None]
        assert all(partition_of(record.key, 3) == partition for record in events)
        for record in events:
            arrived = to_datetime(record.timestamp, ZONE)
            assert arrived.date().day == (5 if record.value.startswith(b'{"type":"accepted"') else 6)


async def test_a_paced_replay_takes_its_time_and_ticks_meanwhile(settings: Settings, tmp_path: Path) -> None:
    rows = ["1,2026-01-05 09:00:00,,", "2,2026-01-05 10:00:00,,"]
    began = time.monotonic()
    done = await replay_to_kafka([(write(tmp_path, *rows), mapping())], settings, speed=2400, progress=False)
    assert 1.4 < time.monotonic() - began < 10, "an hour at 2 400 times the speed is a second and a half"
    assert done.ticks >= 4
    for records in await partitions_of(settings, Topics(settings.topics.prefix).events):
        stamps = [record.timestamp for record in records]
        assert stamps == sorted(stamps)
        assert stamps[-1] == at("2026-01-05 10:00")


async def test_a_row_that_cannot_be_used_becomes_a_dead_letter(settings: Settings, tmp_path: Path) -> None:
    rows = ["1,never,,", "2,2026-01-05 09:00:00,,", "3,2090-01-01 00:00:00,,"]
    done = await replay_to_kafka([(write(tmp_path, *rows), mapping())], settings, progress=False)
    assert (done.events, done.bad) == (1, {"mapping_failed": 1, "impossible_time": 1})
    held = await partitions_of(settings, Topics(settings.topics.prefix).dead_letters)
    letters = sorted(
        (decode_dead_letter(record.value) for records in held for record in records), key=lambda letter: letter.reason
    )
    assert [letter.reason for letter in letters] == ["impossible_time", "mapping_failed"]
    assert letters[1].value == b"1,never,,\n"


async def test_a_long_silence_does_not_mean_a_million_ticks(settings: Settings, tmp_path: Path) -> None:
    rows = ["1,2001-01-01 09:00:00,,", "2,2026-01-05 09:00:00,,"]
    done = await replay_to_kafka([(write(tmp_path, *rows), mapping())], settings, tick_every=HOUR // 60, progress=False)
    assert 9_000 < done.ticks < 11_000


async def test_a_live_topic_is_not_touched(settings: Settings, tmp_path: Path) -> None:
    await ensure_topics(settings.kafka, settings.topics)
    with pytest.raises(ReplayError, match=r"topics\.prefix"):
        await replay_to_kafka([(write(tmp_path, *ROWS), mapping())], settings, progress=False)
    assert not any(await partitions_of(settings, Topics(settings.topics.prefix).events))


async def test_a_topic_that_would_forget_the_records_is_refused(settings: Settings, tmp_path: Path) -> None:
    topic = Topics(settings.topics.prefix).events
    await create_topics(
        settings.kafka, settings.topics, {topic: {"message.timestamp.type": "CreateTime", "retention.ms": "86400000"}}
    )
    with pytest.raises(ReplayError, match=r"retention\.ms"):
        await replay_to_kafka([(write(tmp_path, "1,2015-01-01 09:00:00,,"), mapping())], settings, progress=False)


async def test_a_speed_of_nothing_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="speed"):
        await asyncio.wait_for(replay_to_kafka([(write(tmp_path), mapping())], settings, speed=0), 10)
