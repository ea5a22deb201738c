"""How a running part ends: SIGINT and SIGTERM, in order."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


async def with_stop(run: Callable[[asyncio.Event], Awaitable[Any]]) -> Any:
    """Run with an event that SIGINT and SIGTERM set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return await run(stop)


def until_stopped(serving: Coroutine[Any, Any, None]) -> None:
    """Run to the end, or until SIGINT or SIGTERM."""

    async def run(stop: asyncio.Event) -> None:
        task = asyncio.ensure_future(serving)
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            stopping.cancel()
            task.result()
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(with_stop(run))
