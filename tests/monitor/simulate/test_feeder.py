"""The feeder on the real broker: history, live, ticks, going on, and topics it must not touch."""

import asyncio
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from monitor.kafka import ensure_topics, partition_of
from monitor.settings import Settings, load_settings
from monitor.simulate.feeder import TICKS_PER_SECOND, Summary, run_simulate
from monitor.simulate.hall import BadSimulation, generate
from monitor.simulate.rhythm import ZONE, Rhythm
from monitor.simulate.sender import EventSender
from monitor.wire import Topics, decode_record
from rules.events import TICK, Consulted, Event, Tick, key_of
from rules.instant import MINUTE
from tests.monitor.simulate.halls import instant

pytestmark = pytest.mark.kafka
START = datetime(2026, 3, 4, 9, tzinfo=ZONE)


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> Settings:
    return load_settings(None, kafka={"bootstrap": kafka}, topics={"prefix": topic_prefix, "partitions": 3})


async def simulate(settings: Settings, **changes: Any) -> Summary:
    chosen = {
        "seed": 4,
        "speed": 600.0,
        "start": START,
        "cases_per_day": 60,
        "backfill_days": 3,
        "seconds": 1.5,
        "progress": False,
    }
    return await run_simulate(settings, **{**chosen, **changes})


async def read(settings: Settings) -> dict[int, list[Any]]:
    """Every record of the events topic, by partition."""
    topic = Topics(settings.topics.prefix).events
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        parts = [TopicPartition(topic, partition) for partition in range(settings.topics.partitions)]
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        found: dict[int, list[Any]] = {part.partition: [] for part in parts}
        while any([await consumer.position(part) < ends[part] for part in parts]):
            for part, records in (await consumer.getmany(timeout_ms=500)).items():
                found[part.partition] += records
        return found
    finally:
        await consumer.stop()


def events_of(found: dict[int, list[Any]]) -> dict[str, tuple[int, Event]]:
    """Events by id; a repeated id fails."""
    events: dict[str, tuple[int, Event]] = {}
    for record in (record for records in found.values() for record in records):
        event = decode_record(record.value)
        if not isinstance(event, Tick):
            assert event.id not in events
            events[event.id] = (record.timestamp, event)
    return events


async def test_the_feeder_sends_history_and_live_records_each_with_its_simulated_time(settings: Settings) -> None:
    summary = await simulate(settings)
    found = await read(settings)
    expected = generate(4, instant("2026-03-01T00:00"), Rhythm().end, 60)
    wanted = {}
    for arrived, event in expected:
        if arrived > summary.until:
            break
        wanted[event.id] = (arrived, event)
    assert events_of(found) == wanted
    assert summary.events == len(wanted) > 300


async def test_records_lie_in_their_keys_partition_and_time_never_goes_back(settings: Settings) -> None:
    await simulate(settings)
    for partition, records in (await read(settings)).items():
        assert all(one.timestamp <= other.timestamp for one, other in pairwise(records))
        for record in records:
            event = decode_record(record.value)
            if not isinstance(event, Tick):
                assert record.key == key_of(event).encode()
                assert partition_of(record.key, 3) == partition


async def test_every_partition_gets_ticks_each_simulated_hour_and_many_times_a_real_second(settings: Settings) -> None:
    summary = await simulate(settings)
    for records in (await read(settings)).values():
        ticks = [record.timestamp for record in records if decode_record(record.value) == TICK]
        before = [at for at in ticks if at <= summary.live]
        after = [at for at in ticks if at > summary.live]
        assert before[0] == summary.origin
        assert max(later - earlier for earlier, later in pairwise(before)) <= 60 * MINUTE
        assert len(after) > 0.5 * TICKS_PER_SECOND * summary.live_seconds
    assert summary.until - summary.live == pytest.approx(summary.live_seconds * 600_000, rel=0.02)


async def test_a_second_run_goes_on_where_the_first_stopped(settings: Settings) -> None:
    first = await simulate(settings)
    second = await simulate(settings, start=None)
    assert second.live >= first.until
    assert 0 < second.events < first.events
    assert len(events_of(await read(settings))) == first.events + second.events


async def test_a_topic_that_holds_another_simulation_is_refused(settings: Settings) -> None:
    await simulate(settings, seconds=0)
    with pytest.raises(BadSimulation, match="already holds a simulation with seed=4"):
        await simulate(settings, seed=5)


async def test_a_topic_that_holds_other_records_is_refused(settings: Settings) -> None:
    async with EventSender(settings) as sender:
        await sender.add(instant("2026-03-01T10:00"), Consulted(id="1", at=START, region="990100", case="c"))
        await sender.flush()
    with pytest.raises(BadSimulation, match="holds records that are no simulation"):
        await simulate(settings)


async def test_a_live_topic_is_left_alone(settings: Settings) -> None:
    await ensure_topics(settings.kafka, settings.topics)
    with pytest.raises(BadSimulation, match=r"stamped by the broker .*topics\.prefix"):
        await simulate(settings)
    assert not any((await read(settings)).values())


async def test_the_feeder_says_ready_between_history_and_live(settings: Settings) -> None:
    seen: list[Summary] = []

    async def ready(summary: Summary) -> None:
        held = events_of(await read(settings))
        assert len(held) == summary.events
        seen.append(summary)

    summary = await simulate(settings, on_ready=ready)
    assert [each.until for each in seen] == [instant("2026-03-04T09:00")]
    assert summary.events > seen[0].events


async def test_a_stopped_feeder_ends_with_everything_sent(settings: Settings) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(2.0, stop.set)
    summary = await asyncio.wait_for(simulate(settings, seconds=None, stop=stop), timeout=30)
    assert len(events_of(await read(settings))) == summary.events > 0
