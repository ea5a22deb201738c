"""Wrong tokens, peer by peer: the first few are answered at once, those after them late. A right token is never made to wait."""

import asyncio
import logging
import math
import time
from collections import Counter, OrderedDict

from monitor.door.limits import WRONG_TOKEN_EVERY, WRONG_TOKEN_SECONDS, WRONG_TOKENS
from monitor.metrics import DOOR_REFUSALS

log = logging.getLogger(__name__)
_PEERS = 10_000
"""Peers remembered at once; whoever was quiet longest is forgotten."""
RETRY_AFTER = str(math.ceil(WRONG_TOKEN_EVERY))
"""Seconds, as a header."""


class Strangers:
    """What each peer has left; one for each server."""

    def __init__(self, server: str, most_waiting: int) -> None:
        """At most ``most_waiting`` answers to one peer wait at once."""
        self._server = server
        self._most_waiting = most_waiting
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._waiting: Counter[str] = Counter()
        self._refused = DOOR_REFUSALS.labels(server=server, reason="token")

    def delay(self, peer: str, now: float) -> float:
        """Seconds that the answer to a wrong token must wait; ``now`` in seconds of any clock that never goes back."""
        left, since = self._left.pop(peer, (float(WRONG_TOKENS), now))
        left = min(float(WRONG_TOKENS), left + (now - since) / WRONG_TOKEN_EVERY)
        at_once = left >= 1
        self._left[peer] = (left - 1 if at_once else left, now)
        while len(self._left) > _PEERS:
            self._left.popitem(last=False)
        return 0.0 if at_once else WRONG_TOKEN_SECONDS

    async def turned_away(self, peer: str) -> bool | None:
        """Count a wrong token, tell it once a minute, and wait as long as its answer must.

        Whether it was slowed down; None where too many answers to that peer wait already, and it gets none.
        """
        self._refused.inc()
        log.warning("%s: a wrong token from %s", self._server, peer, extra={"kind": f"{self._server} token {peer}"})
        seconds = self.delay(peer, time.monotonic())
        if not seconds:
            return False
        if self._waiting[peer] >= self._most_waiting:
            return None
        self._waiting[peer] += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            self._waiting[peer] -= 1
            if not self._waiting[peer]:
                del self._waiting[peer]
        return True
