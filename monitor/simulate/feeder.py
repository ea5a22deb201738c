"""The simulated hall into Kafka: first its history as fast as it goes, then live, by a clock that runs ``speed`` times ours.

Ticks are ours to make: the topic is CreateTime, so the clock is ours. One is written per simulated hour of history,
``TICKS_PER_SECOND`` per real second afterwards.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from monitor.settings import Settings
from monitor.simulate.hall import BadSimulation, generate
from monitor.simulate.plan import SimulationPlan, plan, resumed
from monitor.simulate.rhythm import ZONE, Rhythm
from monitor.simulate.sender import EventSender
from rules.events import Event
from rules.instant import HOUR, SECOND, isoformat

TICKS_PER_SECOND = 25
_FLUSH_EVERY = 20_000


class Summary(NamedTuple):
    """What was fed: counts, simulated times (epoch ms) and real seconds."""

    events: int
    ticks: int
    origin: int
    live: int
    until: int
    backfill_seconds: float
    live_seconds: float

    def __str__(self) -> str:
        pace = self.events / max(self.backfill_seconds + self.live_seconds, 0.001)
        return (
            f"{self.events} events and {self.ticks} ticks: simulated from {isoformat(self.origin, ZONE)}, "
            f"live from {isoformat(self.live, ZONE)} to {isoformat(self.until, ZONE)}; "
            f"history took {self.backfill_seconds:.1f} s, live {self.live_seconds:.1f} s ({pace:.0f} events/s)"
        )


Ready = Callable[[Summary], Awaitable[None]]
"""Awaited once history is on the broker; live begins when it returns."""


async def run_simulate(
    settings: Settings,
    *,
    seed: int = 1,
    speed: float = 60.0,
    start: datetime | None = None,
    cases_per_day: float = 400,
    backfill_days: int = 40,
    seconds: float | None = None,
    stop: asyncio.Event | None = None,
    on_ready: Ready | None = None,
    progress: bool = True,
) -> Summary:
    """Simulate a hall into the events topic of ``settings``; returns after ``seconds`` of live, or once ``stop`` is set.

    - ``speed``: simulated seconds per real second in the live part.
    - ``start``: where live begins (aware); default as in :func:`monitor.simulate.plan.plan`. Ignored when the topic already
      holds this simulation (same seed and cases per day): then it goes on where it stopped.
    - ``backfill_days``: days of history written first, as fast as it goes.
    - ``seconds``: real seconds of live; None goes on until ``stop``, 0 ends after the history.

    Raises ``BadSimulation`` (times, a topic that is not CreateTime or holds something else), ``KafkaUnavailable``.
    """
    if speed <= 0:
        raise BadSimulation(f"speed {speed}: give a number above 0")
    rhythm = Rhythm()
    wanted = plan(rhythm, now=time.time_ns() // 1_000_000, start=start, backfill_days=backfill_days)
    async with EventSender(settings) as sender:
        mark = f"seed={seed} cases_per_day={cases_per_day:g}"
        chosen = await _place(sender, rhythm, mark, wanted)
        records = generate(seed, chosen.origin, rhythm.end, cases_per_day, rhythm=rhythm)
        feed = _Feed(
            sender, records, chosen, rhythm.end, Progress(*_columns(), console=Console(file=sys.stderr), disable=not progress)
        )
        await feed.history()
        if on_ready:
            await on_ready(feed.summary())
        if seconds is None or seconds > 0:
            await feed.live(speed, seconds, stop or asyncio.Event())
        return feed.summary()


async def _place(sender: EventSender, rhythm: Rhythm, mark: str, wanted: SimulationPlan) -> SimulationPlan:
    """Begin in an empty topic, or go on in one that holds this very simulation."""
    standing = await sender.standing()
    if standing is None:
        await sender.begin(mark, wanted.origin)
        return wanted
    if standing.mark != mark:
        raise BadSimulation(
            f"the events topic already holds a simulation with {standing.mark}, not {mark}: use the same values to go on "
            "with it, or name another topics.prefix"
        )
    sender.go_on_after(standing.last)
    return resumed(rhythm, standing.origin, max(standing.last))


class _Feed:
    """The stream of records on its way: history, then live, in one order."""

    def __init__(
        self, sender: EventSender, records: Iterator[tuple[int, Event]], chosen: SimulationPlan, end: int, progress: Progress
    ) -> None:
        self._sender, self._records, self._plan, self._end, self._progress = sender, records, chosen, end, progress
        self._next = next(records, None)
        self._until = chosen.origin
        self._times = [0.0, 0.0]

    def summary(self) -> Summary:
        return Summary(self._sender.events, self._sender.ticks, *self._plan, self._until, *self._times)

    async def history(self) -> None:
        """Everything before live begins, hour by simulated hour."""
        began = time.monotonic()
        with self._progress as bar:
            task = bar.add_task("history", total=self._plan.live - self._plan.origin)
            flushed = 0
            for now in (*range(self._plan.origin + HOUR, self._plan.live, HOUR), self._plan.live):
                await self._up_to(now)
                if self._sender.events - flushed >= _FLUSH_EVERY:
                    await self._sender.flush()
                    flushed = self._sender.events
                bar.update(task, completed=now - self._plan.origin)
                await asyncio.sleep(0)
            await self._sender.flush()
        self._times[0] = time.monotonic() - began

    async def live(self, speed: float, seconds: float | None, stop: asyncio.Event) -> None:
        """By the simulated clock, until ``seconds`` are over, ``stop`` is set or the calendar ends."""
        began = time.monotonic()
        turn = 1 / TICKS_PER_SECOND
        while (seconds is None or self._times[1] < seconds) and self._until < self._end and not stop.is_set():
            spent = time.monotonic() - began - self._times[1]
            await asyncio.sleep(max(0.0, turn - spent))
            self._times[1] = time.monotonic() - began
            await self._up_to(min(self._end, self._plan.live + int(self._times[1] * speed * SECOND)))
            await self._sender.flush()

    async def _up_to(self, now: int) -> None:
        """Every record that has arrived by ``now``, then a tick that says so."""
        while self._next is not None and self._next[0] <= now:
            await self._sender.add(*self._next)
            self._next = next(self._records, None)
        await self._sender.tick(now)
        self._until = now


def _columns() -> tuple[TextColumn | BarColumn | TaskProgressColumn | TimeRemainingColumn, ...]:
    return (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
