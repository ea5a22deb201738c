"""A screen without a page: follows a wall's live connection from Python. The demo counts with it what really arrived."""

import asyncio
from collections.abc import AsyncGenerator
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from monitor.wall.picture import (
    Delta,
    Feed,
    Heartbeat,
    Hello,
    Picture,
    Resync,
    Row,
    Snapshot,
    apply_delta,
    decode_message,
    encode_message,
)

_RETRY_AFTER = 0.5
_MAX_MESSAGE = 64 << 20


class Update(NamedTuple):
    """What the screen holds after one message.

    ``cards`` are the cards this message brought or changed; with a snapshot, all of the picture's. ``seq`` is the sequence
    number. ``feed`` is the newest the server said of its source.
    """

    seq: int
    picture: Picture
    cards: tuple[Row, ...]
    feed: Feed


async def watch(url: str, *, reconnect: bool = True) -> AsyncGenerator[Update]:
    """Follow the wall at ``url`` (as printed, ``http://…``): an update per snapshot, delta, heartbeat.

    A query chooses the scope, a fragment ``#token=…`` shows a token, as for the page.
    A gap is healed by a resync, a lost connection by a new one unless ``reconnect`` is False; then the generator ends.
    """
    target, token = _live_url(url), urlsplit(url).fragment.removeprefix("token=")
    while True:
        try:
            async with connect(target, max_size=_MAX_MESSAGE, compression=None) as connection:
                await connection.send(encode_message(Hello(token)))
                async for update in _follow(connection):
                    yield update
        except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError):
            if not reconnect:
                raise
        if not reconnect:
            return
        await asyncio.sleep(_RETRY_AFTER)


async def _follow(connection: ClientConnection) -> AsyncGenerator[Update]:
    last: Update | None = None
    async for text in connection:
        message = decode_message(text)
        cards: tuple[Row, ...] = ()
        match message:
            case Snapshot():
                cards = tuple(placed.row for placed in message.picture.cards)
                last = Update(message.seq, message.picture, cards, message.feed)
            case Delta() if last is not None and message.seq == last.seq + 1:
                if message.cards is not None:
                    cards = tuple(placed.row for placed in message.cards.put)
                last = Update(message.seq, apply_delta(last.picture, message), cards, last.feed)
            case Heartbeat() if last is not None and message.seq == last.seq:
                last = last._replace(cards=(), feed=message.feed)
            case _:
                await connection.send(encode_message(Resync()))
                continue
        yield last


def _live_url(url: str) -> str:
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/live", parts.query, ""))
