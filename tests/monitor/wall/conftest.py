"""Python screens that are closed at the end of a test."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from monitor.wall.client import Update, watch

Follow = Callable[[str], AsyncGenerator[Update]]


@pytest.fixture
async def follow() -> AsyncIterator[Follow]:
    """``follow(url)`` watches that wall until the test is over."""
    async with AsyncExitStack() as stack:

        def begin(url: str) -> AsyncGenerator[Update]:
            updates = watch(url)
            stack.push_async_callback(updates.aclose)
            return updates

        yield begin
