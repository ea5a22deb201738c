"""What a wall client sees of the demo: which cards reached it, and how long after they fell due."""

import asyncio
import contextlib
import time
from collections import Counter

from monitor.wall import Row, Update, watch


class Observer:
    """One more screen, without a page. Counts the alerts that fall while the hall is live."""

    def __init__(self, url: str, speed: float) -> None:
        self._url, self._speed = url, speed
        self._live: tuple[int, float] | None = None
        self._seen: set[str] = set()
        self.levels: Counter[str] = Counter()
        self.lags: list[float] = []
        self.clock = 0
        self._moved = asyncio.Event()
        self.last: Update | None = None

    def live_from(self, simulated: int) -> None:
        """From now on the hall's clock runs ``speed`` times ours, beginning at ``simulated`` (epoch ms)."""
        self._live = (simulated, time.monotonic())

    async def reached(self, simulated: int, patience: float) -> float:
        """Wait until the wall shows records of that time; seconds it took, at most ``patience``."""
        began = time.monotonic()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self.clock < simulated:
                    self._moved.clear()
                    await self._moved.wait()
        return time.monotonic() - began

    async def run(self) -> None:
        """Follow the wall until cancelled."""
        async with contextlib.aclosing(watch(self._url)) as updates:
            async for update in updates:
                self._see(update)

    def _see(self, update: Update) -> None:
        self.last = update
        self.clock = max(self.clock, update.picture.at)
        self._moved.set()
        rows = [*update.cards, *(placed.row for placed in update.picture.notices)]
        for row in rows:
            self._take(row)

    def _take(self, row: Row) -> None:
        if row.id in self._seen:
            return
        if self._live is None or row.raised_at < self._live[0]:
            return
        self._seen.add(row.id)
        self.levels[row.level] += 1
        begun, started = self._live
        if row.known_at >= begun:
            knowable = started + (row.known_at - begun) / 1000 / self._speed
            self.lags.append(max(0.0, time.monotonic() - knowable))

    def cards(self) -> int:
        """Yellow and red cards seen live."""
        return self.levels["yellow"] + self.levels["red"]

    def lag(self, share: float) -> float:
        """A quantile of the time from falling due to this screen, in real seconds."""
        ordered = sorted(self.lags)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")
