"""Time for tests that a test moves itself: an event loop that leaps over its waits, and clocks that are set at will.

Whatever sleeps sleeps no real time, so hours of ticks pass in a second, and every run is the same.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _Leaping(selectors.DefaultSelector):
    """Waits by moving the loop's clock."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            self.passed += timeout
        return ready


class Loop(asyncio.SelectorEventLoop):
    """``time`` begins at 1000 s and moves only when everything sleeps."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return 1000.0 + self._leaping.passed


def run(job: Coroutine[Any, Any, Any]) -> Any:
    """The job's result, in time of its own."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(job)


class SetClock:
    """A clock that shows ``began`` (epoch ms) and goes by the loop; each (second, ms) of ``sets`` sets it by so much."""

    def __init__(self, began: int, *sets: tuple[float, int], drift: float = 0.0) -> None:
        self._began, self._sets, self._drift = began, sets, drift

    def __call__(self) -> int:
        passed = asyncio.get_running_loop().time() - 1000.0
        return int(self._began + passed * 1000 * (1 + self._drift)) + sum(by for at, by in self._sets if at <= passed)


def monotonic() -> float:
    """Milliseconds of a clock that nobody sets."""
    return asyncio.get_running_loop().time() * 1000
