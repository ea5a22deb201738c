"""Carries messages to one channel, one after the other, no more a minute than it takes. One that hangs holds up no other."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import aiohttp

from monitor import metrics
from monitor.notify.channels import MessageChannel, NotSent
from monitor.notify.letter import Letter
from monitor.notify.notice import Notice

log = logging.getLogger(__name__)
_MINUTE = 60.0

Told = Callable[[Sequence[Notice], str, str], Awaitable[None]]
"""Takes notices, the message they went with, and why they did not go (empty: they went)."""


class Postman:
    """One channel's queue. ``clock`` gives epoch seconds."""

    def __init__(self, name: str, channel: MessageChannel, report: Told, clock: Callable[[], float]) -> None:
        self._name = name
        self._channel = channel
        self._report = report
        self._clock = clock
        self._queue: asyncio.Queue[Letter] = asyncio.Queue()
        self._left_at: deque[float] = deque(maxlen=channel.per_minute)
        self._trouble = ""

    def give(self, message: Letter) -> None:
        """Have it carried."""
        self._queue.put_nowait(message)

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        await self._queue.join()

    async def run(self, http: aiohttp.ClientSession) -> None:
        """Carry for ever; ends by being cancelled."""
        while True:
            message = await self._queue.get()
            try:
                await self._wait_turn()
                await self._carry(http, message)
            finally:
                self._queue.task_done()

    async def _wait_turn(self) -> None:
        loop = asyncio.get_running_loop()
        if len(self._left_at) == self._left_at.maxlen:
            await asyncio.sleep(max(0.0, self._left_at[0] + _MINUTE - loop.time()))
        self._left_at.append(loop.time())

    async def _carry(self, http: aiohttp.ClientSession, message: Letter) -> None:
        try:
            await self._channel.send(http, message, self._clock())
        except NotSent as error:
            metrics.MESSAGES.labels(self._name, "refused").inc()
            self._say(str(error))
            await self._report(message.notices, message.id, str(error))
        else:
            metrics.MESSAGES.labels(self._name, "sent").inc()
            self._say("")
            await self._report(message.notices, message.id, "")

    def _say(self, trouble: str) -> None:
        # Once per kind of trouble: a channel that is away for a night must not fill the log.
        if trouble != self._trouble:
            if trouble:
                log.warning("channel %s does not take messages: %s (trying again)", self._name, trouble)
            else:
                log.info("channel %s takes messages again", self._name)
            self._trouble = trouble
