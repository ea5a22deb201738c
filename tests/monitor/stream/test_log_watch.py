"""Logs whose records went before they were read, and topics that grow, on the real broker."""

import asyncio
import re
import socket
from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import NewPartitions, RecordsToDelete

from monitor.kafka import connected
from monitor.stream import log_watch
from tests.monitor.stream.field import admin, producer, send, state_of
from tests.monitor.stream.hall import MONDAY, PARTITIONS, Hall, accepted, concluded, feed, ticks

pytestmark = pytest.mark.kafka

DAY = timedelta(days=1)


async def delete_all_records(hall: Hall) -> None:
    """As retention does: the log begins where it ends."""
    ends = {TopicPartition(hall.topics.events, number): end for number, end in (await hall.ends()).items()}
    async with admin(hall) as made:
        await made.delete_records({where: RecordsToDelete(before_offset=end) for where, end in ends.items()})


# Gaps


async def lost(port: int) -> float:
    """How many records the worker counts as lost."""
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("supervise_lost_records_total{"))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def gaps(log: str) -> Sequence[tuple[int, int, int]]:
    """(partition, first offset, last offset) of each gap that the log tells."""
    told = re.findall(r"partition (\d+): offsets (\d+) to (\d+) were deleted before they were read", log)
    return sorted((int(partition), int(start), int(stop)) for partition, start, stop in told)


async def test_records_deleted_before_they_were_read_are_counted_and_said_with_their_offsets(hall: Hall) -> None:
    await hall.open(create_time=True)
    worker = hall.worker()
    await hall.append(ticks(MONDAY))
    await hall.caught_up()
    assert await hall.stop(worker) == 0
    committed = await hall.committed()
    lost_cases = [feed(accepted(f"L-{number}", MONDAY)) for number in range(6)]
    await hall.append(lost_cases)
    ends = await hall.ends()
    await delete_all_records(hall)
    await hall.append([feed(accepted(f"M-{number}", MONDAY)) for number in range(2)])
    port = free_port()
    again = hall.worker(metrics_port=port)
    await hall.caught_up()
    assert gaps(hall.log_of(again)) == [
        (number, committed[number], ends[number] - 1) for number in range(PARTITIONS) if ends[number] > committed[number]
    ]
    assert await lost(port) == 6
    assert set(await hall.cases()) == {"M-0", "M-1"}


async def test_a_partition_whose_records_all_went_is_told_though_nothing_follows(hall: Hall) -> None:
    await hall.open(create_time=True)
    worker = hall.worker()
    await hall.append(ticks(MONDAY))
    await hall.caught_up()
    assert await hall.stop(worker) == 0
    await hall.append([feed(accepted("L", MONDAY))])
    await delete_all_records(hall)
    again = hall.worker()
    await hall.ready(again)
    await hall.until(lambda: len(gaps(hall.log_of(again))) == 1, "the gap to be told", 10)
    await hall.caught_up()
    assert await hall.stop(again) == 0
    third = hall.worker()
    await hall.ready(third)
    await asyncio.sleep(1)
    assert not gaps(hall.log_of(third)), "told once"


# Topics that grow


async def forget_commits(hall: Hall) -> None:
    """As kafka-consumer-groups does with --reset-offsets --to-earliest."""
    reading = connected(AIOKafkaConsumer, hall.settings.kafka, group_id=hall.settings.group, enable_auto_commit=False)
    async with reading as consumer:
        where = [TopicPartition(hall.topics.events, number) for number in range(PARTITIONS)]
        consumer.assign(where)
        await consumer.commit(dict.fromkeys(where, 0))


async def test_a_running_worker_notices_new_partitions_and_says_what_to_do(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await hall.open(create_time=True)
    monkeypatch.setattr(log_watch, "_EVERY", 0.05)
    watching = asyncio.create_task(log_watch.watch_partitions(hall.settings, PARTITIONS))
    try:
        await asyncio.sleep(0.5)
        assert not caplog.records
        async with admin(hall) as made:
            await made.create_partitions({hall.topics.events: NewPartitions(total_count=PARTITIONS + 2)})
        await hall.until(lambda: bool(caplog.records), "the word", 10)
        await asyncio.sleep(0.5)
    finally:
        watching.cancel()
    [record] = caplog.records
    assert record.levelname == "ERROR"
    for word in (hall.topics.events, "had 4 partitions", "has 6 now", hall.topics.alerts, hall.changelog, hall.settings.group):
        assert word in record.getMessage()


async def test_the_way_the_log_names_after_new_partitions_finds_every_case_again(hall: Hall) -> None:
    await hall.open(create_time=True)
    cases = [f"g{number}" for number in range(12)]
    await hall.append([feed(accepted(case, MONDAY, "5d")) for case in cases])
    worker = hall.worker()
    await hall.caught_up()
    assert await hall.stop(worker) == 0
    async with admin(hall) as made:
        wanted = NewPartitions(total_count=PARTITIONS + 2)
        await made.create_partitions({hall.topics.events: wanted, hall.topics.alerts: wanted})
        await made.delete_topics([hall.changelog])
    await forget_commits(hall)
    async with producer(hall) as window:  # murmur2 over six partitions now
        await send(window, hall, *(concluded(case, MONDAY + DAY) for case in cases[:6]))
    again = hall.worker()
    await hall.ready(again)

    for _ in range(60):
        found = await state_of(hall)
        whole = set(found) == set(cases) and all(case.terms for case in found.values())
        if whole and all(found[case].concluded for case in cases[:6]):
            break
        await asyncio.sleep(0.5)
    assert set(found) == set(cases)
    assert all(found[case].concluded and found[case].terms for case in cases[:6])
    assert not any(found[case].concluded for case in cases[6:])
