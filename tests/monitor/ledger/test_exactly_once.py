"""The ledger holds what the topics hold, once: whatever is killed, repeated or shared on the way."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from monitor.embedded.postgres import EmbeddedPostgres
from monitor.ledger import read_heads, rebuild, run_ledger, verify
from monitor.ledger.rows import Batch
from monitor.ledger.schema import upgrade
from monitor.ledger.store import LedgerStore, Overtaken
from monitor.settings import LedgerSettings
from tests.acceptance.agreement.files import IS_LONG
from tests.monitor.ledger.contents import caught_up, compare, rows
from tests.monitor.ledger.hall import Fed, Hall, Recorded
from tests.monitor.ledger.processes import Ledgers

pytestmark = [pytest.mark.kafka]
KILLS, DATABASE_KILLS = (10, 5) if IS_LONG else (4, 2)


@asynccontextmanager
async def running(hall: Hall, processes: int = 1) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """So many ledgers in this process, ended in order."""
    tasks = [asyncio.create_task(run_ledger(hall.settings)) for _ in range(processes)]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def shared_by(hall: Hall, processes: int, seconds: float = 60) -> None:
    """Wait until so many processes have partitions."""
    deadline = time.monotonic() + seconds
    while len(owners := rows(hall, "SELECT DISTINCT owner FROM consumed")) != processes:
        assert time.monotonic() < deadline, owners
        await asyncio.sleep(0.1)


async def proven(hall: Hall) -> None:
    """The audit log is as it was written, and Kafka knows the end of each chain."""
    proofs = verify(hall.settings.ledger, await read_heads(hall.settings))
    assert [proof.breach for proof in proofs if proof.breach] == []
    assert all(proof.head == proof.last for proof in proofs)
    assert len(proofs) > 4


async def test_rows_chains_and_offsets_equal_the_topics(hall: Hall, recorded: Recorded) -> None:
    await hall.open()
    await hall.fill(recorded)
    async with running(hall) as tasks:
        await caught_up(hall, *tasks)
    compare(hall, recorded)
    await proven(hall)


async def test_a_ledger_killed_at_random_writes_everything_once(hall: Hall, recorded: Recorded, tmp_path: Path) -> None:
    await hall.open()
    upgrade(hall.settings.ledger)
    chance = random.Random(20260302)
    small = hall.with_ledger(max_batch_records=300)
    with Ledgers(small, tmp_path) as ledgers:
        for part in range(KILLS):
            process = ledgers.start()
            await hall.fill(recorded, KILLS, part)
            await ledgers.ready(process)
            await asyncio.sleep(chance.random() * 0.4)
            ledgers.kill(process)
        last = ledgers.start()
        await ledgers.ready(last)  # else it may be told to end before it listens
        await caught_up(hall)
        await ledgers.stop(last)
    compare(hall, recorded)
    await proven(hall)


async def test_a_database_killed_at_random_loses_and_doubles_nothing(
    kafka: str, topic_prefix: str, recorded: Recorded, tmp_path: Path
) -> None:
    chance = random.Random(7)
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        hall = Hall(kafka, topic_prefix, LedgerSettings(dsn=server.dsn, max_batch_records=300, head_seconds=0.1))
        await hall.open()
        async with running(hall) as tasks:
            for part in range(DATABASE_KILLS + 1):
                await hall.fill(recorded, DATABASE_KILLS + 1, part)
                await asyncio.sleep(chance.random())
                if part < DATABASE_KILLS:
                    assert server.pid is not None
                    os.kill(server.pid, signal.SIGKILL)
                    await asyncio.to_thread(server.wait)
                    await asyncio.to_thread(server.start)
            await caught_up(hall, *tasks, seconds=120)
        compare(hall, recorded)
        await proven(hall)


async def test_processes_that_come_and_go_share_the_partitions(hall: Hall, recorded: Recorded) -> None:
    await hall.open()
    upgrade(hall.settings.ledger)
    small = hall.with_ledger(max_batch_records=300)
    async with running(small, 2) as tasks:
        await shared_by(hall, 2)
        await hall.fill(recorded, 3, 0)
        await caught_up(hall, *tasks)
        async with running(small) as more:
            await hall.fill(recorded, 3, 1)
            await shared_by(hall, 3)
            await caught_up(hall, *tasks, *more)
        await hall.fill(recorded, 3, 2)
        await caught_up(hall, *tasks)
    compare(hall, recorded)
    await proven(hall)


async def test_everything_read_again_from_the_beginning_is_nothing(hall: Hall, recorded: Recorded) -> None:
    await hall.open()
    await hall.fill(recorded)
    for _ in range(2):
        async with running(hall) as tasks:
            await caught_up(hall, *tasks)
        with psycopg.connect(hall.settings.ledger.dsn, options=f"-csearch_path={hall.settings.ledger.namespace}") as connection:
            connection.execute("UPDATE consumed SET next = 0")
    async with running(hall) as tasks:
        await caught_up(hall, *tasks)
    compare(hall, recorded)
    await proven(hall)


async def test_changes_that_a_worker_repeats_are_not_written_again(hall: Hall, recorded: Recorded) -> None:
    await hall.open()
    await hall.fill(recorded)
    await hall.append(hall.topics.alerts, recorded.alerts[-200:])
    await hall.append(hall.topics.alerts, recorded.alerts[-20:])
    async with running(hall) as tasks:
        await caught_up(hall, *tasks)
        await hall.append(hall.topics.alerts, recorded.alerts[:50])
        await caught_up(hall, *tasks)
    compare(hall, recorded)


async def test_a_state_that_a_frozen_worker_wrote_late_does_not_replace_a_newer_one(hall: Hall, recorded: Recorded) -> None:
    await hall.open()
    await hall.fill(recorded)
    async with running(hall) as tasks:
        await caught_up(hall, *tasks)
        before = rows(hall, "SELECT key, cycle, record_offset, state, body FROM case_state ORDER BY key, cycle")
        await hall.append(hall.settings.changelog, recorded.changelog[::7], stamped=True)
        await caught_up(hall, *tasks)
    assert rows(hall, "SELECT key, cycle, record_offset, state, body FROM case_state ORDER BY key, cycle") == before


async def test_a_case_the_worker_has_forgotten_is_forgotten(hall: Hall, recorded: Recorded) -> None:
    await hall.open()
    await hall.fill(recorded)
    gone = recorded.changelog[0]
    async with running(hall) as tasks:
        await hall.append(hall.settings.changelog, [Fed(gone.partition, gone.key, None, recorded.changelog[-1].at)])
        await caught_up(hall, *tasks)
    assert gone.key is not None
    assert rows(hall, "SELECT count(*) FROM case_state WHERE key = %s", gone.key.decode()) == [(0,)]


def _some(start: int, upto: int) -> Batch:
    batch = Batch()
    batch.parts["events", 0] = (start, upto)
    return batch


def test_a_process_whose_partition_another_has_claimed_writes_nothing(chosen: LedgerSettings) -> None:
    upgrade(chosen)
    with LedgerStore(chosen, "first") as first, LedgerStore(chosen, "second") as second:
        assert first.claim([("events", 0)]) == {("events", 0): 0}
        first.write(_some(0, 10))
        assert second.claim([("events", 0)]) == {("events", 0): 10}
        with pytest.raises(Overtaken):
            first.write(_some(10, 20))
        second.write(_some(10, 15))
        with pytest.raises(Overtaken):
            second.write(_some(10, 15))  # nor twice by the one that may
        assert first.claim([("events", 0)]) == {("events", 0): 15}


async def test_a_rebuilt_ledger_takes_the_place_of_the_running_one_and_goes_on(hall: Hall, recorded: Recorded) -> None:
    await hall.open()
    await hall.fill(recorded, 3, 0)
    async with running(hall, 2) as tasks:
        await caught_up(hall, *tasks)
        with psycopg.connect(hall.settings.ledger.dsn, options=f"-csearch_path={hall.settings.ledger.namespace}") as connection:
            connection.execute("DELETE FROM event WHERE record_offset % 5 = 0")
            connection.execute("UPDATE case_state SET department = 'somebody'")
        await asyncio.gather(hall.fill(recorded, 3, 1), rebuild(hall.settings))
        await hall.fill(recorded, 3, 2)
        await caught_up(hall, *tasks)
    compare(hall, recorded)
    await proven(hall)


async def test_a_topic_that_was_made_anew_is_refused_and_said(hall: Hall, recorded: Recorded) -> None:
    await hall.open()
    upgrade(hall.settings.ledger)
    with LedgerStore(hall.settings.ledger, "earlier") as store:
        store.claim([(hall.topics.alerts, 0)])
        batch = Batch()
        batch.parts[hall.topics.alerts, 0] = (0, 1_000_000)
        store.write(batch)
    with pytest.raises(Exception, match=r"the topic was made anew.*ledger rebuild"):
        await asyncio.wait_for(run_ledger(hall.settings), 30)


async def test_a_ledger_says_what_keeps_it_from_its_work(hall: Hall) -> None:
    said: list[str] = []
    running_one = asyncio.create_task(run_ledger(hall.settings, said.append))
    deadline = time.monotonic() + 60
    try:
        while not said:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert "does not exist yet: start a worker" in said[-1]
        await hall.open()
        while said[-1]:
            assert time.monotonic() < deadline, said
            await asyncio.sleep(0.1)
    finally:
        running_one.cancel()
        await asyncio.gather(running_one, return_exceptions=True)
