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
from monitor.door import Door, is_known_host, limits
from monitor.settings import Settings
from monitor.wall.feed import FeedReader
from monitor.wall.hub import Hub
from monitor.wall.pages import SECURITY_HEADERS, Pages
from monitor.wall.picture import Heartbeat, Message, Resync, Screen, Snapshot, decode_word, encode_message
from monitor.wall.reception import NO_TOKEN, Admitted, Reception
from monitor.wall.scope import BadScope, Scope, parse_scope
from monitor.wire import Topics

COALESCE = 0.2
"""Seconds between two deltas of a scope, so that a flood of figures becomes five a second; the first is sent at once."""
HEARTBEAT = 2.0
MAX_BACKLOG = 1 << 20
_WORD_PAUSE = 1.0
_PING_EVERY = 10.0

logger = logging.getLogger(__name__)
_HANDSHAKES = logging.getLogger("websockets.server")
_HANDSHAKES.setLevel(logging.WARNING)  # it tells of every request and closing at INFO


def _now() -> int:
    return int(time.time() * 1000)


class Wall:
    """A running wall: ``async with Wall(settings) as wall: …``, its address is ``wall.url``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pages = Pages()
        self._door = Door("wall", settings.wall)
        self._reception = Reception(settings.wall)
        self._screens: dict[Scope, set[ServerConnection]] = {}
        self._admitted: dict[ServerConnection, Admitted] = {}
        self._changed = asyncio.Event()
        self._stamps: list[int] = []
        self.hub = Hub()
        self.reader = FeedReader(settings.kafka, Topics(settings.topics.prefix), self.hub, self._on_change, settings.group)
        self._server: Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        tls = self._door.tls
        self._server = await serve(
            self._attend,
            sock=self._door.open(),
            ssl=tls,
            ssl_handshake_timeout=limits.HEADER_SECONDS if tls else None,
            open_timeout=limits.HEADER_SECONDS,
            process_request=self._answer,
            compression=None,
            max_size=limits.SCREEN_BYTES,
            ping_interval=_PING_EVERY,
            ping_timeout=_PING_EVERY,
            close_timeout=2,
            server_header=None,
            logger=_HANDSHAKES,
        )
        self.url = f"{self._door.url}/"
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

    @property
    def is_closed(self) -> bool:
        """Whether it can let in nobody: screens need tokens, and there are none."""
        return self._reception.needs_token and self._settings.wall.tokens is None

    async def serve_forever(self) -> None:
        """Run until cancelled. A defect of ours in any part ends it with that error, so that nobody believes a dead wall."""
        await asyncio.gather(*self._tasks)

    # --- HTTP ----------------------------------------------------------------------------------------------------------

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        url = urlsplit(request.path)
        if not is_known_host(_only(request, "Host"), self._settings.wall.hosts):
            self._door.refused("host")
            return _text(HTTPStatus.MISDIRECTED_REQUEST, "call the wall by an address, as localhost, or by a name of wall.hosts")
        if url.path == "/healthz":
            return self._health()
        if url.path == "/livez":
            return _json(HTTPStatus.OK, {"alive": True})
        if url.path == "/readyz":
            ready = self.reader.whole
            return _json(HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE, {"ready": ready})
        if url.path == "/live":
            return self._refuse(request, url.query)
        page = self._pages.get(url.path)
        if page is None:
            return _text(HTTPStatus.NOT_FOUND, "no such page")
        return _response(HTTPStatus.OK, page.content_type, page.body)

    def _refuse(self, request: Request, query: str) -> Response | None:
        """Why this screen may not connect, or None: the handshake goes on."""
        try:
            parse_scope(parse_qs(query))
        except BadScope as error:
            return _text(HTTPStatus.BAD_REQUEST, str(error))
        origins = request.headers.get_all("Origin")
        if origins and [_netloc(origin) for origin in origins] != request.headers.get_all("Host"):
            self._door.refused("origin")
            return _text(HTTPStatus.FORBIDDEN, "only the wall's own page may connect")
        if len(self._admitted) >= self._most_screens:
            self._door.refused("screens")
            return _text(HTTPStatus.SERVICE_UNAVAILABLE, "too many screens")
        return None

    @property
    def _most_screens(self) -> int:
        """Of the connections a tenth is left for pages and probes."""
        return max(1, self._settings.wall.connections * 9 // 10)

    def _health(self) -> Response:
        feed = self.reader.feed
        age = round((_now() - feed.read_at) / 1000, 1) if feed.read_at else None
        told = {"ok": feed.is_well, "feed": msgspec.to_builtins(feed), "picture_age_s": age, "screens": len(self._admitted)}
        return _json(HTTPStatus.OK if feed.is_well else HTTPStatus.SERVICE_UNAVAILABLE, told)

    # --- screens -------------------------------------------------------------------------------------------------------

    async def _attend(self, connection: ServerConnection) -> None:
        request = connection.request
        assert request is not None  # the handshake is over
        admitted = await self._reception.admit(connection, parse_scope(parse_qs(urlsplit(request.path).query)))
        if admitted is None:
            return
        self._admitted[connection] = admitted
        try:
            await self._show(connection, admitted.scope)
        finally:
            del self._admitted[connection]
            self._reception.leave(admitted)

    async def _show(self, connection: ServerConnection, scope: Scope) -> None:
        """Have a screen follow its scope until it goes."""
        screens = self._screens.setdefault(scope, set())
        self.hub.open(scope, blank=not self.reader.whole)
        # Snapshot and registration in one go, without an await between them: no delta can slip through.
        self._send({connection}, self._snapshot(scope))
        screens.add(connection)
        metrics.WALL_SCREENS.inc()
        try:
            async for word in connection:
                if isinstance(decode_word(word), Resync):
                    self._send({connection}, self._snapshot(scope))
                await asyncio.sleep(_WORD_PAUSE)
        except (msgspec.DecodeError, UnicodeDecodeError):
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
            logger.warning("screen %s does not keep up and is cut off", screen.remote_address, extra={"kind": "slow screen"})
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
            await self._see_out()
            self.publish()  # struck cards leave even when no record comes
            self._send_heartbeats()

    async def _see_out(self) -> None:
        """Close the screens whose token is dead by now, or covers less."""
        gone = [screen for screen, admitted in self._admitted.items() if not self._reception.may_stay(admitted)]
        await asyncio.gather(*(screen.close(NO_TOKEN, "the token is not valid any more") for screen in gone))

    def _send_heartbeats(self) -> None:
        for scope, screens in self._screens.items():
            self._send(screens, Heartbeat(self.hub.sequence(scope), _now(), self.reader.feed))


def _only(request: Request, name: str) -> str:
    """A header that is there once; empty where it is missing, or where two say two things."""
    values = request.headers.get_all(name)
    return values[0] if len(values) == 1 else ""


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _text(status: HTTPStatus, text: str) -> Response:
    return _response(status, "text/plain; charset=utf-8", f"{text}\n".encode())


def _json(status: HTTPStatus, told: object) -> Response:
    return _response(status, "application/json", json.dumps(told).encode() + b"\n")


def _response(status: HTTPStatus, content_type: str, body: bytes) -> Response:
    headers = Headers(SECURITY_HEADERS)
    headers["Content-Type"] = content_type
    headers["Content-Length"] = str(len(body))
    headers["Connection"] = "close"
    return Response(status.value, status.phrase, headers, body)


async def run_wall(settings: Settings, announce: Callable[[str], object] = click.echo) -> None:
    """Serve the wall until cancelled. ``announce`` gets one line with its address.

    :class:`~monitor.settings.CannotListen` where that is taken.
    """
    async with Wall(settings) as wall:
        announce(f"wall: {wall.url}")
        if wall.is_closed:
            announce("wall: it is reached by others and no tokens file is set (wall.tokens), so no screen is let in")
        await wall.serve_forever()
