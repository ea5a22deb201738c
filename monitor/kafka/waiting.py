"""Waits for a broker that is away: an outage of a night needs nobody to start anything again.

Pauses grow to half a minute and differ from process to process, so that a broker that comes back is not run over. One line a
minute says that we wait, and for how long by now. It names what to look at if the broker is not meant to be away. What only a
person can mend (a password, a certificate) is raised at once.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from monitor.kafka.client import KafkaAway

log = logging.getLogger(__name__)

FIRST, LONGEST = 0.5, 30.0
"""Seconds until the first try again, and at most; each pause is twice the one before."""
OFTEN = 60.0
"""Seconds between two lines."""

T = TypeVar("T")


def pause(tries: int, chance: random.Random | None = None) -> float:
    """Seconds to wait after so many tries in vain: doubled each time, bounded, a half shorter or not."""
    share: float = (chance or random).random()
    return min(FIRST * float(2 ** min(tries, 20)), LONGEST) * (0.5 + 0.5 * share)


def leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """The errors in a group, and in the groups within it."""
    return [leaf for error in group.exceptions for leaf in (leaves(error) if isinstance(error, BaseExceptionGroup) else [error])]


async def patiently(ask: Callable[[], Awaitable[T]], waiting: Callable[[str], object] = lambda _: None) -> T:
    """What ``ask`` comes to, once a broker is there. ``waiting`` is told why we wait, and "" when that is over."""
    began, tries, told = time.monotonic(), 0, float("-inf")
    while True:
        try:
            answer = await ask()
        except KafkaAway as error:
            now = time.monotonic()
            waiting(str(error))
            if now - told >= OFTEN:
                told = now
                log.warning("waiting for %.0f s by now: %s Trying again until it answers", now - began, error)
            await asyncio.sleep(pause(tries))
            tries += 1
        else:
            if tries:
                waiting("")
                log.warning("Kafka answers, after %.0f s", time.monotonic() - began)
            return answer
