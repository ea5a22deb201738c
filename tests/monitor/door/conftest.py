"""Raw connections that are closed at the end of a test."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.monitor.door.serving import Raw, connect

Dial = Callable[..., Awaitable[Raw]]


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    """``await dial(url, …)`` is a connection until the test is over."""
    made: list[Raw] = []

    async def begin(url: str, source: str = "127.0.0.1", receive: int | None = None) -> Raw:
        made.append(await connect(url, source, receive))
        return made[-1]

    yield begin
    for raw in made:
        raw.close()
