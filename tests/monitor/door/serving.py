"""A small server behind a door, and raw connections to it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from prometheus_client import REGISTRY

from monitor.door import Door, Runner
from monitor.settings import ListenSettings

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@asynccontextmanager
async def serving(answer: bytes = b"ok", **listen: Any) -> AsyncIterator[str]:
    """Its address. It answers everything with ``answer``."""

    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=answer)

    app = web.Application()
    app.router.add_get("/", handle)
    door = Door("test", ListenSettings(**listen))
    runner = Runner(app, door)
    await runner.open()
    try:
        yield door.url
    finally:
        await runner.cleanup()


class Raw:
    """One connection, spoken to byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ended(self, within: float = 5.0) -> bytes:
        """All that comes until the other end closes; an error if it does not in time."""
        async with asyncio.timeout(within):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""
            finally:
                self.close()

    def close(self) -> None:
        """Cut it."""
        self.writer.transport.abort()
        self.writer.close()


async def connect(url: str, source: str = "127.0.0.1", receive: int | None = None) -> Raw:
    """A connection from that address of this machine, with a receive buffer of that size."""
    address = urlsplit(url)
    raw = socket.socket()
    if receive is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    raw.bind((source, 0))
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (address.hostname, address.port))
    return Raw(*await asyncio.open_connection(sock=raw, limit=1024))


def refusals(reason: str, server: str = "test") -> float:
    """How many were not let in for that reason so far."""
    return REGISTRY.get_sample_value("supervise_door_refusals_total", {"server": server, "reason": reason}) or 0.0


def connections(server: str = "test") -> float:
    """Connections open now."""
    return REGISTRY.get_sample_value("supervise_connections", {"server": server}) or 0.0
