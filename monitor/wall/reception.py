"""Who may look, and at what: a screen's token and the scope it is bound to, checked as long as it is connected."""

import asyncio
from collections import Counter
from typing import NamedTuple

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from monitor.door import Strangers, Tokens, is_loopback, limits, requester
from monitor.metrics import DOOR_REFUSALS
from monitor.settings import WallSettings
from monitor.wall.picture import Hello, decode_word
from monitor.wall.scope import Scope
from monitor.wall.tokens import parse_screens

NO_TOKEN, NOT_ITS_SCOPE, TOO_MANY = 4401, 4403, 4429
"""Codes with which a connection is closed; the page has words for each."""


class Admitted(NamedTuple):
    """A screen that may look at ``scope``; ``token`` and the screen's ``name`` are empty where nobody needs one."""

    scope: Scope
    token: str = ""
    name: str = ""


class Reception:
    """The wall's rule who may look. A wall on loopback without a tokens file lets in everybody; any other wants tokens."""

    def __init__(self, wall: WallSettings) -> None:
        """:class:`~monitor.door.BadTokens` for a tokens file that cannot be used."""
        self.needs_token = wall.tokens is not None or not is_loopback(wall.host)
        self._tokens = Tokens(wall.tokens, parse_screens, "wall")
        self._strangers = Strangers("wall", wall.connections_per_peer)
        self._proxies = wall.proxies
        self._screens: Counter[str] = Counter()

    async def admit(self, connection: ServerConnection, wanted: Scope) -> Admitted | None:
        """What a screen that asks for ``wanted`` may look at; None: its connection was closed, with the reason."""
        if not self.needs_token:
            return Admitted(wanted)
        token = await self._hello(connection)
        screen = self._tokens.find(token) if token else None
        if screen is None:
            if token:
                request = connection.request
                forwarded = ",".join(request.headers.get_all("X-Forwarded-For")) if request else ""
                await self._strangers.turned_away(requester(connection.remote_address, forwarded, self._proxies))
            await connection.close(NO_TOKEN, "a token is needed: open the page with #token=…")
            return None
        scope = screen.narrowed(wanted)
        if scope is None:
            _refused("scope")
            await connection.close(NOT_ITS_SCOPE, "this token does not cover that scope")
            return None
        if self._screens[screen.name] >= limits.SCREENS_PER_TOKEN:
            _refused("screens")
            await connection.close(TOO_MANY, "too many screens have this token")
            return None
        self._screens[screen.name] += 1
        return Admitted(scope, token, screen.name)

    def leave(self, admitted: Admitted) -> None:
        """A screen that was admitted has gone."""
        if admitted.name:
            self._screens[admitted.name] -= 1
            if not self._screens[admitted.name]:
                del self._screens[admitted.name]

    def may_stay(self, admitted: Admitted) -> bool:
        """Whether its token still opens what it looks at: asked as long as it is connected."""
        if not self.needs_token:
            return True
        screen = self._tokens.find(admitted.token)
        return screen is not None and screen.scope.covers(*admitted.scope)

    async def _hello(self, connection: ServerConnection) -> str:
        """The token that a screen shows; empty where it shows none in time."""
        try:
            word = decode_word(await asyncio.wait_for(connection.recv(), limits.HELLO_SECONDS))
        except (TimeoutError, ConnectionClosed, msgspec.DecodeError, UnicodeDecodeError):
            return ""
        return word.token if isinstance(word, Hello) else ""


def _refused(reason: str) -> None:
    DOOR_REFUSALS.labels(server="wall", reason=reason).inc()
