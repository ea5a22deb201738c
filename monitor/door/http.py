"""aiohttp behind a door: first headers in time, answers taken in time, no version told, the door's socket and certificate."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from monitor.door.limits import ANSWER_SECONDS, HEADER_LINE_BYTES, HEADER_SECONDS, IDLE_SECONDS, MOST_HEADERS
from monitor.door.listening import Door

_NAME = "supervise"


class DoorHandler(web.RequestHandler):
    """One connection. aiohttp itself ends one that is idle; what is added is what a stranger could hold it open with."""

    door: Door
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._late = asyncio.get_running_loop().call_later(HEADER_SECONDS, self._is_silent)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._late is not None and self._request_count:
            self._late.cancel()
            self._late = None

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)

    def force_close(self) -> None:
        """Close; and where the answer is still not taken a while later, cut."""
        transport = self.transport
        super().force_close()
        if transport is not None and transport.get_write_buffer_size():
            asyncio.get_running_loop().call_later(ANSWER_SECONDS, transport.abort)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        resp.headers["Server"] = _NAME
        return await super().finish_response(request, resp, start_time)

    async def _drain_helper(self) -> None:
        if not self._paused:
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await super()._drain_helper()
        except TimeoutError:
            self.door.refused("slow")
            if self.transport is not None:
                self.transport.abort()
            raise ConnectionResetError("the answer was not taken in time") from None

    def _is_silent(self) -> None:
        self._late = None
        if not self._request_count and self.transport is not None:
            self.door.refused("silent")
            self.force_close()


def _serving(handler: type[DoorHandler], door: Door) -> type[web.Server]:
    class Serving(web.Server):
        def __call__(self) -> web.RequestHandler:
            made = handler(self, loop=self._loop, **self._kwargs)
            made.door = door
            return made

    return Serving


class Runner(web.AppRunner):
    """Runs the application behind a door. aiohttp has no setting for the class of its connections."""

    def __init__(self, app: web.Application, door: Door, handler: type[DoorHandler] = DoorHandler) -> None:
        super().__init__(
            app,
            access_log=None,
            shutdown_timeout=15.0,
            keepalive_timeout=IDLE_SECONDS,
            max_line_size=HEADER_LINE_BYTES,
            max_field_size=HEADER_LINE_BYTES,
            max_headers=MOST_HEADERS,
        )
        self.door = door
        self._serving = _serving(handler, door)

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        made.__class__ = self._serving
        return made

    async def open(self) -> None:
        """Set up and listen. :class:`~monitor.settings.CannotListen`; then nothing is left behind."""
        await self.setup()
        try:
            await _Site(self, self.door).start()
        except BaseException:
            await self.cleanup()
            raise


class _Site(web.SockSite):
    """The door's socket, with a limit to the time of a TLS handshake."""

    def __init__(self, runner: Runner, door: Door) -> None:
        super().__init__(runner, door.open(), ssl_context=door.tls, backlog=512)

    async def start(self) -> None:
        await web.BaseSite.start(self)
        server: Callable[[], asyncio.Protocol] | None = self._runner.server
        assert server is not None  # set up before
        handshake = HEADER_SECONDS if self._ssl_context else None
        self._server = await asyncio.get_running_loop().create_server(
            server, sock=self._sock, ssl=self._ssl_context, backlog=self._backlog, ssl_handshake_timeout=handshake
        )
