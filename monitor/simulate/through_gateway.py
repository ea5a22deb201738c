"""The simulated hall as one more window system: it reports to a gateway over HTTP, in real time.

Meant for trying out a live installation. The broker stamps the records and the worker makes the ticks, so simulated time is real
time. Nothing can be hurried, there is no history, and at night the hall is closed.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import aiohttp

from monitor.metrics import FED_EVENTS
from monitor.simulate.hall import generate
from monitor.simulate.rhythm import ZONE, Rhythm
from monitor.wire import encode_json
from rules.errors import SupervisionError
from rules.events import Event
from rules.instant import to_datetime

_PULSE = 0.25
"""Seconds between requests."""
_AT_MOST = 1000
"""Events in one request."""
_PATIENCE = 60.0
"""Seconds during which a gateway that does not answer is asked again."""

Now = Callable[[], int]


class GatewayRefused(SupervisionError):
    """The gateway does not take our events: wrong address, wrong token, or not answering.

    Whose: the operator's.
    Mend: check the gateway's address and the token.
    """


class GatewaySummary(NamedTuple):
    """What was reported."""

    events: int
    requests: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.events} events in {self.requests} requests, {self.seconds:.1f} s"


def _wall_clock() -> int:
    return time.time_ns() // 1_000_000


async def run_through_gateway(
    url: str,
    token: str,
    *,
    seed: int = 1,
    cases_per_day: float = 400,
    seconds: float | None = None,
    stop: asyncio.Event | None = None,
    clock: Now = _wall_clock,
) -> GatewaySummary:
    """Report a hall to the gateway at ``url`` (``http://127.0.0.1:8700``) with a window system's token.

    Cases begin when this does; each run numbers its own, so runs do not mix. Returns after ``seconds``, or once ``stop`` is
    set. Raises ``GatewayRefused`` with the gateway's own words, ``BadSimulation`` where the calendar does not cover today.
    """
    stop = stop or asyncio.Event()
    rhythm = Rhythm()
    origin = clock()
    run = f"{to_datetime(origin, ZONE):%H%M%S}-"
    records = generate(seed, origin, rhythm.end, cases_per_day, rhythm=rhythm, mark=run)
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        session = aiohttp.ClientSession(url.rstrip("/") + "/", headers=headers, timeout=aiohttp.ClientTimeout(total=30))
    except ValueError as error:
        raise GatewayRefused(f"{url!r} is no address of a gateway: write it like http://127.0.0.1:8700") from error
    async with session:
        events = requests = 0
        due = _Due(records)
        while not stop.is_set() and (seconds is None or time.monotonic() - began < seconds):
            while batch := due.until(clock()):
                await _post(session, batch, stop)
                events += len(batch)
                requests += 1
            await asyncio.sleep(_PULSE)
        return GatewaySummary(events, requests, time.monotonic() - began)


class _Due:
    """Takes from the stream what has arrived by now, in batches."""

    def __init__(self, records: Iterator[tuple[int, Event]]) -> None:
        self._records = records
        self._next = next(records, None)

    def until(self, now: int) -> list[Event]:
        batch: list[Event] = []
        while self._next is not None and self._next[0] <= now and len(batch) < _AT_MOST:
            batch.append(self._next[1])
            self._next = next(self._records, None)
        return batch


async def _post(session: aiohttp.ClientSession, batch: list[Event], stop: asyncio.Event) -> None:
    """Send one batch; again and again while the gateway is away or its broker is, for a minute. Repeats are harmless."""
    until = time.monotonic() + _PATIENCE
    pause = 0.5
    while True:
        trouble = await _try(session, encode_json(batch))
        if not trouble:
            break
        if time.monotonic() + pause > until or stop.is_set():
            raise GatewayRefused(f"the gateway did not take {len(batch)} events for {_PATIENCE:.0f} s: {trouble}")
        await asyncio.sleep(pause)
        pause = min(2 * pause, 5.0)
    for event in batch:
        FED_EVENTS.labels(type=type(event).__struct_config__.tag).inc()


async def _try(session: aiohttp.ClientSession, body: bytes) -> str:
    """Empty when taken, else why it is worth another try; ``GatewayRefused`` where it is not."""
    try:
        async with session.post("v1/events", data=body) as answer:
            if answer.status == 202:
                return ""
            text = f"{answer.status} {(await answer.text())[:500]}"
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"{type(error).__name__}: {error}"
    if answer.status >= 500:
        return text
    hint = ": make a token with `supervise token new NAME` for region 990100" if answer.status in (401, 403) else ""
    raise GatewayRefused(f"the gateway refused the events{hint}: {text}")
