"""Services that take messages, on loopback: an HTTP one that keeps what it got, and a mail server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from typing import Any, NamedTuple

from aiohttp import web
from aiosmtpd.controller import Controller


class Got(NamedTuple):
    """A request as it came."""

    path: str
    query: dict[str, str]
    raw_query: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Answers every POST with ``answer``, a JSON value, or its HTTP status."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answer: Any = {"errcode": 0, "code": 0}
        self.status = 200
        self.url = ""
        self.pause = 0.0

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if self.pause:
            await asyncio.sleep(self.pause)
        self.got.append(Got(request.path, dict(request.query), request.raw_path.partition("?")[2], dict(request.headers), body))
        if self.status in (301, 302):
            return web.Response(status=self.status, headers={"Location": f"{self.url}/elsewhere"})
        return web.json_response(self.answer, status=self.status)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free port of loopback."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{rest:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()


class Mailbox:
    """What a mail server got, and whom it refuses."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Mail]] = []
        self.refuse: Callable[[str], bool] = lambda address: False
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refuse(address):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append((list(envelope.rcpt_tos), message_from_bytes(envelope.content, policy=default)))
        return "250 taken"


@asynccontextmanager
async def mail_server(port: int) -> AsyncIterator[Mailbox]:
    """A mail server on loopback."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    mailbox.port = port
    try:
        yield mailbox
    finally:
        controller.stop()
