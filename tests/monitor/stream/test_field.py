"""Kafka as it is in the field: codecs, transactions, installations side by side."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from monitor.kafka import connected, consuming, read_ranges
from tests.monitor.stream.field import now, producer, send, state_of
from tests.monitor.stream.hall import MONDAY, PARTITIONS, Hall, accepted, case_key, concluded, feed, ticks

pytestmark = pytest.mark.kafka

DAY = timedelta(days=1)


# Codecs


async def test_a_worker_reads_what_was_compressed_with_every_codec(hall: Hall) -> None:
    await hall.open(create_time=True)
    for codec in ("gzip", "snappy", "lz4", "zstd"):
        async with producer(hall, compression_type=codec) as window:
            await send(window, hall, *(accepted(f"{codec}-{number}", MONDAY) for number in range(3)))
    hall.worker()
    await hall.caught_up()
    cases = await hall.cases()
    assert set(cases) == {f"{codec}-{number}" for codec in ("gzip", "snappy", "lz4", "zstd") for number in range(3)}


async def test_a_worker_without_a_codecs_library_ends_and_names_the_batch_and_the_mend(hall: Hall) -> None:
    await hall.open(create_time=True)
    async with producer(hall, compression_type="zstd") as window:
        await send(window, hall, accepted("c", MONDAY))
    worker = hall.worker(codecs=False)
    assert await asyncio.to_thread(worker.wait, 60) == 1
    log = hall.log_of(worker)
    said = rf"supervise worker: .*{re.escape(hall.topics.events)}\[\d\]@0: a batch \(codec: zstd\) cannot be read"
    assert re.search(said, log), log
    assert "requirements.lock" in log
    assert "Traceback" not in log
    assert not any((await hall.committed()).values()), "nothing is skipped"


# Transactions


async def transactions(hall: Hall) -> None:
    """One transaction that is committed, then one that is aborted."""
    async with producer(hall, transactional_id=f"{hall.topics.prefix}-window") as window:
        await window.begin_transaction()
        await send(window, hall, accepted("TX-1", now()))
        await window.commit_transaction()
        await window.begin_transaction()
        await send(window, hall, concluded("TX-1", now()), accepted("TX-2", now() - 10 * DAY, "0wd"))
        await window.abort_transaction()


async def test_an_aborted_transaction_never_happened_for_the_worker(hall: Hall) -> None:
    await hall.open(create_time=True)
    await transactions(hall)
    worker = hall.worker()
    await hall.append(ticks(now()))
    await hall.caught_up()
    cases = await hall.cases()
    assert set(cases) == {"TX-1"}
    assert not cases["TX-1"].concluded
    assert not await hall.alerts()
    assert "deleted before they were read" not in hall.log_of(worker), "markers and what was aborted are no loss"


async def test_an_aborted_transaction_is_not_read_by_whoever_reads_a_range(hall: Hall) -> None:
    await hall.open(create_time=True)
    await transactions(hall)
    found: list[bytes] = []
    async with consuming(hall.settings) as consumer:
        where = [TopicPartition(hall.topics.events, number) for number in range(PARTITIONS)]
        ends = await consumer.end_offsets(where)
        await read_ranges(
            consumer, {each: (0, ends[each]) for each in where}, lambda record: found.append(record.key), lambda: None
        )
    assert found == [case_key("TX-1")]


async def test_a_transaction_that_is_still_open_holds_up_nobody_who_reads_to_the_end(hall: Hall) -> None:
    await hall.open(create_time=True)
    async with producer(hall, transactional_id=f"{hall.topics.prefix}-window") as window:
        await window.begin_transaction()
        await send(window, hall, accepted("TX-1", MONDAY))
        found: list[bytes] = []
        async with asyncio.timeout(10), consuming(hall.settings) as consumer:
            where = [TopicPartition(hall.topics.events, number) for number in range(PARTITIONS)]
            ends = await consumer.end_offsets(where)
            await read_ranges(
                consumer, {each: (0, ends[each]) for each in where}, lambda record: found.append(record.key), lambda: None
            )
        assert not found
        await window.abort_transaction()


async def test_every_consumer_of_ours_reads_what_is_committed_only(kafka: str, hall: Hall) -> None:
    async with connected(AIOKafkaConsumer, hall.settings.kafka) as consumer:
        assert consumer._isolation_level == "read_committed"
    made = re.compile(r"AIOKafkaConsumer\(")
    sources = sorted((Path(__file__).parents[3] / "monitor").rglob("*.py"))
    assert [str(each) for each in sources if made.search(each.read_text("utf-8"))] == [], "made past connected()"


# Installations side by side


async def test_a_replay_beside_a_live_worker_touches_nothing_of_it(kafka: str, topic_prefix: str, tmp_path: Path) -> None:
    """Both with the default ``worker.group``; they differ in ``topics.prefix`` only."""
    (tmp_path / "live").mkdir()
    (tmp_path / "replay").mkdir()
    live = Hall(kafka, f"{topic_prefix}.live", tmp_path / "live")
    replay = Hall(kafka, f"{topic_prefix}.replay", tmp_path / "replay")
    try:
        await live.open(create_time=False)
        await replay.open(create_time=True)
        alive = live.worker()
        await live.ready(alive)
        await live.append([feed(accepted("here", now(), "5d"))])
        await live.caught_up()
        past = [feed(accepted(f"R-{number}", MONDAY, "5d")) for number in range(8)]
        await replay.append([*past, *ticks(MONDAY + 60 * DAY)])
        replaying = replay.worker()
        await replay.caught_up()
        await live.append([feed(accepted("there", now(), "5d"))])
        await live.caught_up()

        assert alive.poll() is None
        assert replaying.poll() is None
        assert live.log_of(alive).count("ready: partitions [0, 1, 2, 3]") == 1, "no rebalance"
        assert set(await state_of(live)) == {"here", "there"}
        assert set(await state_of(replay)) == {f"R-{number}" for number in range(8)}
        assert not await live.alerts()
        assert {alert.case for alert in await replay.alerts()} == {f"R-{number}" for number in range(8)}
        assert sum(figures.accepted for figures in (await live.figures()).values()) == 2
    finally:
        live.close()
        replay.close()
