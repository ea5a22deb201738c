"""Bodies at work: so many bytes in all, and a quarter of them for one window system. What is beyond is shed, not queued."""

from collections import Counter

from monitor.gateway.reading import whole
from monitor.metrics import DOOR_REFUSALS, GATEWAY_FLIGHT_BYTES


class Flight:
    """How many bytes are at work, and whose."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._most_each = most // 4
        self._all = 0
        self._of: Counter[str] = Counter()
        self._busy = DOOR_REFUSALS.labels(server="gateway", reason="busy")

        GATEWAY_FLIGHT_BYTES.set_function(lambda: self._all)

    def take(self, source: str, size: int) -> None:
        """Hold ``size`` bytes for this window system, until they are given back.

        :class:`~monitor.gateway.reading.BodyRefused` where there is no room: 429 if it is its own doing, else 503.
        """
        if self._of[source] + size > self._most_each:
            self._busy.inc()
            raise whole(429, "too_many", f"{source} has {self._of[source]} bytes at work already: repeat after Retry-After")
        if self._all + size > self._most:
            self._busy.inc()
            raise whole(503, "busy", "too many bytes at work: repeat after Retry-After")
        self._of[source] += size
        self._all += size

    def give_back(self, source: str, size: int) -> None:
        """What was taken is not at work any more."""
        self._all -= size
        self._of[source] -= size
        if not self._of[source]:
            del self._of[source]
