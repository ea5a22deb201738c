"""The ledger holds what the topics hold, once: whatever is killed, repeated or shared on the way."""

import asyncio

import pytest

from monitor.ledger import run_ledger
from tests.monitor.ledger.contents import caught_up, compare
from tests.monitor.ledger.hall import Hall, Recorded

pytestmark = [pytest.mark.kafka]


async def test_rows_chains_and_offsets_equal_the_topics(hall: Hall, recorded: Recorded) -> None:
    await hall.open()
    await hall.fill(recorded)
    running = asyncio.create_task(run_ledger(hall.settings))
    try:
        await caught_up(hall, running)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    compare(hall, recorded)
