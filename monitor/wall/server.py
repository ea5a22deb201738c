"""The wall on a socket: serves the page and carries the hub's pictures to every screen. Here alone websockets serves.

A screen is sent the snapshot and then every delta of its scope. Nobody waits for a screen: what it has not taken is queued. A
screen that is ``MAX_BACKLOG`` bytes behind, or does not answer pings, is cut off. Its page connects again and starts from a new
snapshot, which costs less than catching up.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

import click
import msgspec
from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from monitor import metrics
from monitor.settings import CannotListen, Settings
from monitor.wall.feed import FeedReader
from monitor.wall.hub import Hub
from monitor.wall.pages import SECURITY_HEADERS, Pages
from monitor.wall.picture import Heartbeat, Message, Screen, Snapshot, decode_resync, encode_message
from monitor.wall.scope import BadScope, Scope, parse_scope
from monitor.wire import Topics

COALESCE = 0.2
"""Seconds between two deltas of a scope, so that a flood of figures becomes five a second; the first is sent at once."""
HEARTBEAT = 2.0
MAX_BACKLOG = 1 << 20
MAX_SCREENS = 500
_RESYNC_PAUSE = 1.0
_PING_EVERY = 10.0

logger = logging.getLogger(__name__)


def _now() -> int:
    return int(time.time() * 1000)


class Wall:
    """A running wall: ``async with Wall(settings) as wall: …``, its address is ``wall.url``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pages = Pages()
        self._screens: dict[Scope, set[ServerConnection]] = {}
        self._changed = asyncio.Event()
        self._stamps: list[int] = []
        self.hub = Hub()
        self.reader = FeedReader(settings.kafka, Topics(settings.topics.prefix), self.hub, self._on_change)
        self._server: Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        listen = self._settings.wall
        try:
            self._server = await serve(
                self._attend,
                listen.host,
                listen.port,
                process_request=self._answer,
                compression=None,
                max_size=1024,
                ping_interval=_PING_EVERY,
                ping_timeout=_PING_EVERY,
                close_timeout=2,
                server_header=None,
            )
        except OSError as error:
            raise CannotListen(
                f"the wall cannot listen on {listen.host}:{listen.port}: {error.strerror or error}. Choose another wall.port"
            ) from error
        port = self._server.sockets[0].getsockname()[1]
        host = f"[{listen.host}]" if ":" in listen.host else listen.host
        self.url = f"http://{host}:{port}/"
        for work in (self.reader.run(), self._publish_changes(), self._beat()):
            self._tasks.append(asyncio.create_task(work))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close(reason="the wall is shutting down")
            await self._server.wait_closed()

    async def serve_forever(self) -> None:
        """Run until cancelled. A defect of ours in any part ends it with that error, so that nobody believes a dead wall."""
        await asyncio.gather(*self._tasks)

    # --- HTTP ----------------------------------------------------------------------------------------------------------

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        url = urlsplit(request.path)
        if url.path == "/healthz":
            return self._health()
        if url.path == "/livez":
            return _response(HTTPStatus.OK, "application/json", b'{"alive": true}\n')
        if url.path == "/readyz":
            ready = self.reader.whole
            status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
            return _response(status, "application/json", json.dumps({"ready": ready}).encode() + b"\n")
        if url.path == "/live":
            return self._refuse(request, url.query)
        page = self._pages.get(url.path)
        if page is None:
            return _response(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"no such page\n")
        return _response(HTTPStatus.OK, page.content_type, page.body)

    def _refuse(self, request: Request, query: str) -> Response | None:
        """Why this screen may not connect, or None: the handshake goes on."""
        try:
            parse_scope(parse_qs(query))
        except BadScope as error:
            return _response(HTTPStatus.BAD_REQUEST, "text/plain; charset=utf-8", f"{error}\n".encode())
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
            return _response(HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", b"only the wall's own page may connect\n")
        if sum(map(len, self._screens.values())) >= MAX_SCREENS:
            return _response(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", b"too many screens\n")
        return None

    def _health(self) -> Response:
        feed = self.reader.feed
        screens = sum(map(len, self._screens.values()))
        body = json.dumps({"ok": feed.state == "live", "feed": msgspec.to_builtins(feed), "screens": screens})
        status = HTTPStatus.OK if feed.state == "live" else HTTPStatus.SERVICE_UNAVAILABLE
        return _response(status, "application/json", body.encode() + b"\n")

    # --- screens -------------------------------------------------------------------------------------------------------

    async def _attend(self, connection: ServerConnection) -> None:
        request = connection.request
        assert request is not None  # the handshake is over
        scope = parse_scope(parse_qs(urlsplit(request.path).query))
        screens = self._screens.setdefault(scope, set())
        self.hub.open(scope, blank=not self.reader.whole)
        # Snapshot and registration in one go, without an await between them: no delta can slip through.
        self._send({connection}, self._snapshot(scope))
        screens.add(connection)
        metrics.WALL_SCREENS.inc()
        try:
            async for word in connection:
                decode_resync(word)
                self._send({connection}, self._snapshot(scope))
                await asyncio.sleep(_RESYNC_PAUSE)
        except msgspec.DecodeError:
            await connection.close(1008, "a screen may only ask for a resync")
        except ConnectionClosed:
            pass
        finally:
            metrics.WALL_SCREENS.dec()
            screens.discard(connection)
            if not screens:
                self._screens.pop(scope, None)
                self.hub.close(scope)

    def _snapshot(self, scope: Scope) -> Snapshot:
        seq, picture = self.hub.snapshot(scope)
        wall = self._settings.wall
        screen = Screen(wall.title, self._settings.zone, wall.simulated, self._pages.version, *scope)
        return Snapshot(seq, _now(), screen, self.reader.feed, picture)

    def _send(self, screens: set[ServerConnection], message: Message) -> None:
        for screen in [screen for screen in screens if screen.transport.get_write_buffer_size() > MAX_BACKLOG]:
            logger.warning("screen %s does not keep up and is cut off", screen.remote_address)
            metrics.WALL_DROPPED.inc()
            screens.discard(screen)
            screen.transport.abort()
        broadcast(screens, encode_message(message))

    # --- publishing ----------------------------------------------------------------------------------------------------

    def _on_change(self, stamps: list[int]) -> None:
        self._stamps += stamps
        self._changed.set()

    def publish(self) -> None:
        """Tell every screen what has changed since the last time; nothing while the feed holds half a picture."""
        if not self.reader.whole:
            return
        stamps, self._stamps = self._stamps, []
        for scope, delta in self.hub.flush(_now()):
            self._send(self._screens.get(scope, set()), delta)
            metrics.WALL_DELTAS.inc()
        sent = _now()
        for stamp in stamps:
            metrics.WALL_LAG.observe(max(0, sent - stamp) / 1000)

    async def _publish_changes(self) -> None:
        sent = self.reader.feed.state
        while True:
            await self._changed.wait()
            self._changed.clear()
            self.publish()
            if sent != (sent := self.reader.feed.state):
                self._send_heartbeats()  # a source lost or found is news
            await asyncio.sleep(COALESCE)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            self.publish()  # struck cards leave even when no record comes
            self._send_heartbeats()

    def _send_heartbeats(self) -> None:
        for scope, screens in self._screens.items():
            self._send(screens, Heartbeat(self.hub.sequence(scope), _now(), self.reader.feed))


def _response(status: HTTPStatus, content_type: str, body: bytes) -> Response:
    headers = Headers(SECURITY_HEADERS)
    headers["Content-Type"] = content_type
    headers["Content-Length"] = str(len(body))
    headers["Connection"] = "close"
    return Response(status.value, status.phrase, headers, body)


async def run_wall(settings: Settings, announce: Callable[[str], object] = click.echo) -> None:
    """Serve the wall until cancelled. ``announce`` gets one line with its address; :class:`CannotListen` if it is taken."""
    async with Wall(settings) as wall:
        announce(f"wall: {wall.url}")
        await wall.serve_forever()
