"""Workers that die: nothing is lost, nothing is told twice with two meanings."""

import asyncio
import os
import re
import signal
from datetime import timedelta

import pytest

from monitor.stream.partition.engine import SLICE_STEPS
from tests.monitor.stream.hall import MONDAY, Feed, Hall, accepted, concluded, feed, minutes, ticks
from tests.monitor.stream.raw import case_names
from tests.monitor.stream.reference import agrees

pytestmark = pytest.mark.kafka

HALF = re.compile(r"partitions \[\d, \d\]")
"""What a worker says that has two of the four, whichever they are."""

DAY = timedelta(days=1)


def busy_days(cases: int) -> list[Feed]:
    """Cases with limits of one to three days, a third of them concluded in time, ticks between."""
    names = [f"c{number}" for number in range(cases)]
    feeds: list[Feed] = []
    for number, name in enumerate(names):
        feeds.append(feed(accepted(name, MONDAY + minutes(number * 500 / cases), f"{1 + number % 3}d", statutory="4d")))
        if number % (cases // 10) == 0:
            feeds += ticks(MONDAY + minutes(number * 500 / cases))
    for day in range(1, 6):
        for number, name in enumerate(names):
            if number % 3 == 0 and number % 5 == day % 5:
                feeds.append(feed(concluded(name, MONDAY + day * DAY)))
        feeds += ticks(MONDAY + day * DAY + minutes(600))
    return feeds


@pytest.mark.parametrize("point", ["before-alerts", "after-alerts", "after-changelog"])
async def test_a_crash_at_any_point_of_a_batch_loses_no_alert_and_changes_none(hall: Hall, point: str) -> None:
    await hall.open(create_time=True)
    await hall.append(busy_days(400))
    crashing = hall.worker(fault=f"{point}:3", max_batch=60)
    assert await asyncio.to_thread(crashing.wait, 40) == -signal.SIGKILL
    assert await hall.committed() != await hall.ends(), "killed midway"
    hall.worker(max_batch=60)
    await hall.caught_up()
    assert len(await agrees(hall)) >= 400


async def test_state_that_was_durable_before_the_crash_sends_no_alert_twice(hall: Hall) -> None:
    await hall.open(create_time=True)
    names = case_names(50)
    await hall.append([feed(accepted(name, MONDAY, "1d")) for name in names])
    await hall.append([tick for tick in ticks(MONDAY + 2 * DAY) if tick.partition == 0])
    crashing = hall.worker(fault="after-changelog:1")
    assert await asyncio.to_thread(crashing.wait, 40) == -signal.SIGKILL
    assert len(await hall.alerts()) == len(names)
    hall.worker()
    await hall.caught_up()
    assert len(await agrees(hall)) == len(names)


async def test_alerts_that_were_durable_without_their_state_are_sent_again_alike(hall: Hall) -> None:
    await hall.open(create_time=True)
    names = case_names(50)
    await hall.append([feed(accepted(name, MONDAY, "1d")) for name in names])
    await hall.append([tick for tick in ticks(MONDAY + 2 * DAY) if tick.partition == 0])
    crashing = hall.worker(fault="after-alerts:1")
    assert await asyncio.to_thread(crashing.wait, 40) == -signal.SIGKILL
    assert not await hall.cases() or all(not case.cards for case in (await hall.cases()).values())
    hall.worker()
    await hall.caught_up()
    assert len(await agrees(hall)) == 2 * len(names)
    values = [record.value for record in await hall.read(hall.topics.alerts)]
    assert len(set(values)) == len(names)


async def test_a_crash_in_the_middle_of_a_large_tick_wakes_the_rest_afterwards(hall: Hall) -> None:
    await hall.open(create_time=True)
    names = case_names(2 * SLICE_STEPS + 500)
    await hall.append([feed(accepted(name, MONDAY, "1d")) for name in names])
    await hall.append([tick for tick in ticks(MONDAY + 2 * DAY) if tick.partition == 0])
    crashing = hall.worker(fault="after-changelog:1")
    assert await asyncio.to_thread(crashing.wait, 40) == -signal.SIGKILL
    judged = sum(bool(case.cards) for case in (await hall.cases()).values())
    assert SLICE_STEPS <= judged < len(names)
    hall.worker()
    await hall.caught_up()
    assert len({alert.id for alert in await agrees(hall)}) == len(names)


@pytest.mark.slow
async def test_two_workers_share_and_one_takes_over_from_the_other_when_it_is_killed(hall: Hall) -> None:
    await hall.open(create_time=True)
    first, second = hall.worker(max_batch=100), hall.worker(max_batch=100)
    await hall.until(
        lambda: any(HALF.search(hall.log_of(worker)) for worker in (first, second)),
        "two workers to share",
    )
    await hall.append(busy_days(4000))
    await hall.caught_up_somewhere()
    os.kill(first.pid, signal.SIGKILL)
    assert await hall.committed() != await hall.ends(), "killed midway"
    await hall.caught_up()
    await agrees(hall)
    assert sum(f.accepted for f in (await hall.figures()).values()) == 4000


@pytest.mark.slow
async def test_workers_come_and_go_and_hand_over_cleanly(hall: Hall) -> None:
    await hall.open(create_time=True)
    feeds = busy_days(4000)
    quarter = len(feeds) // 4
    first = hall.worker(max_batch=100)
    await hall.append(feeds[:quarter])
    await hall.ready(first)
    second = hall.worker(max_batch=100)
    await hall.append(feeds[quarter : 2 * quarter])
    await hall.ready(second)
    await hall.append(feeds[2 * quarter : 3 * quarter])
    assert await hall.stop(first) == 0
    await hall.append(feeds[3 * quarter :])
    await hall.caught_up()
    alerts = await agrees(hall)
    assert len({(alert.id, alert.change) for alert in alerts}) == len(alerts), "a clean hand-over repeats nothing"
    assert await hall.stop(second) == 0
    figures = (await hall.figures()).values()
    assert (sum(f.accepted for f in figures), sum(f.open + f.concluded for f in figures)) == (4000, 4000)


@pytest.mark.slow
async def test_a_worker_frozen_beyond_its_session_undoes_nothing_when_it_wakes(hall: Hall) -> None:
    """SIGSTOP midway: the other takes over; the sleeper's late writes must not outlive its successor's."""
    await hall.open(create_time=True)
    first, second = hall.worker(max_batch=60), hall.worker(max_batch=60)
    await hall.until(
        lambda: any(HALF.search(hall.log_of(worker)) for worker in (first, second)),
        "two workers to share",
    )
    feeds = busy_days(4000)
    await hall.append(feeds)
    await hall.caught_up_somewhere()
    os.kill(first.pid, signal.SIGSTOP)
    await hall.caught_up()
    os.kill(first.pid, signal.SIGCONT)
    await asyncio.sleep(8)
    await hall.append(ticks(MONDAY + 9 * DAY))
    await hall.caught_up()
    await agrees(hall)
    for worker in (first, second):
        await hall.stop(worker)
    hall.worker()
    await hall.append(ticks(MONDAY + 40 * DAY))
    await hall.caught_up()
    await agrees(hall)
