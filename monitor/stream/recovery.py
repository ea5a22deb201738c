"""Builds a partition's engine from what its changelog said."""

import asyncio
import sys
from collections.abc import Callable, Mapping

from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.engine import PartitionEngine, StepFunction
from monitor.stream.partition.slices import CLOCK_KEY
from rules.book import RuleBooks
from rules.case import Case, decode_case
from rules.events import TICK
from rules.step import Delivery, step, wake_at

CHUNK = 2000
"""Cases restored before others get a turn."""


async def restore(
    topic: str,
    partition: int,
    rows: Mapping[bytes, bytes | None],
    books: RuleBooks,
    home: Callable[[bytes], int],
    *,
    apply: StepFunction = step,
) -> PartitionEngine:
    """The engine of one partition as the changelog left it, with its wake-ups, figures and record time."""
    engine = PartitionEngine(topic, partition, books, home, PartitionClock(rows.get(CLOCK_KEY)), apply=apply)
    for done, (key, encoded) in enumerate(rows.items(), 1):
        if encoded is not None and key != CLOCK_KEY:
            case = decode_case(encoded)
            engine.restore(key, encoded, case, _waits_for(case, books, engine.clock.now, apply))
        if done % CHUNK == 0:
            await asyncio.sleep(0)
    return engine


def _waits_for(case: Case, books: RuleBooks, now: int, apply: StepFunction) -> int:
    """The instant a recovered case waits for; 0 for none.

    Thresholds that passed before ``now`` may or may not have been judged when the case was stored. Trying a tick, without
    keeping what it does, tells: if it would do nothing, only later thresholds count; else the case is due at once.
    """
    soonest = wake_at(case, books)
    if soonest is None:
        return 0
    if soonest <= now:
        outcome = apply(case, Delivery(TICK, now, sys.maxsize), books, now)
        if outcome.case is case:
            return outcome.wake_at or 0
    return max(soonest, 1)
