"""The trial by flood, bounded and on loopback only: what strangers do to gateway and wall, and what an honest caller gets.

Each trial says what was done and what happened. The flood comes from 127.0.0.1, the honest caller from 127.0.0.2.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.servers import HOST, Running, answer, asked, dial, get, request, started, until_ready
from benchmarks.site import site
from monitor.embedded.kafka import EmbeddedKafka
from monitor.wire import encode_json
from tests.monitor.gateway.records import applied

EVENT = encode_json(applied("A-1"))
MIB = 1 << 20


class Row(NamedTuple):
    """One line of the table."""

    done: str
    happened: str


async def _honest(port: int, sent: bytes) -> str:
    status, seconds = await asked(port, sent)
    return f"the honest caller: {status or 'nothing'} in {seconds * 1000:.0f} ms"


async def silent(server: Running, token: str, count: int = 1024) -> Row:
    """Connections that say nothing, and as many again that send a header byte each second."""
    opened = []
    for _ in range(count):
        with suppress(OSError):
            opened.append(await dial(server.port))
    meanwhile = await _honest(server.port, request(token, EVENT))
    ended, began = 0, time.monotonic()
    while time.monotonic() - began < 14:
        for reader, writer in opened:
            if not reader.at_eof() and reader.exception() is None:
                writer.write(b"G")
        await asyncio.sleep(1)
    for reader, writer in opened:
        ended += reader.at_eof() or reader.exception() is not None or writer.transport.is_closing()
        writer.transport.abort()
    return Row(f"{count} connections of one peer, a header byte each second", f"{meanwhile}; after 14 s {ended} of {count} ended")


async def guesses(server: Running, token: str, seconds: float = 8.0) -> Row:
    """Wrong tokens on 50 connections, as fast as they are answered."""
    end, statuses = time.monotonic() + seconds, Counter[int]()

    async def guess(number: int) -> None:
        while time.monotonic() < end:
            with suppress(OSError):
                reader, writer = await dial(server.port)
                while time.monotonic() < end:
                    writer.write(request(f"guess-{number}", EVENT))
                    status = await answer(reader)
                    statuses[status] += 1
                    if status in (0, 429):
                        break
                writer.transport.abort()

    guessing = [asyncio.create_task(guess(number)) for number in range(50)]
    await asyncio.sleep(seconds / 2)
    meanwhile = await _honest(server.port, request(token, EVENT))
    await asyncio.gather(*guessing)
    rate = sum(statuses.values()) / seconds
    told = ", ".join(f"{count}× {status}" for status, count in sorted(statuses.items()) if status)
    return Row(f"wrong tokens on 50 connections for {seconds:.0f} s", f"{rate:.0f} refusals a second ({told}); {meanwhile}")


async def bodies(server: Running, token: str, count: int = 100) -> Row:
    """Bodies of 4 MB of one window system, all at once."""
    events = 9_000
    body = b"[" + (b"," + b" " * (4_000_000 // events - len(EVENT) - 1)).join([EVENT] * events) + b"]"
    before, peak = server.resident(), 0
    sending = [asyncio.create_task(asked(server.port, request(token, body), HOST, 60)) for _ in range(count)]
    while not all(each.done() for each in sending):
        peak = max(peak, server.resident())
        await asyncio.sleep(0.02)
    statuses = Counter(each.result()[0] for each in sending)
    told = ", ".join(f"{number}× {status or 'closed'}" for status, number in sorted(statuses.items()))
    return Row(f"{count} requests of 4 MB at once", f"{told}; {(peak - before) / MIB:.0f} MiB more at the most")


async def screens(server: Running, _token: str, count: int = 500) -> Row:
    """Screens of one peer."""
    shake = (
        f"GET /live HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()
    opened, statuses = [], Counter[str]()
    for _ in range(count):
        with suppress(OSError):
            reader, writer = await dial(server.port)
            opened.append(writer)
            writer.write(shake)
            line = await asyncio.wait_for(reader.readline(), 10)
            statuses[line[9:12].decode() or "closed"] += 1
    reader, leader = await dial(server.port, "127.0.0.2")
    leader.write(shake)
    told = (await asyncio.wait_for(reader.readline(), 10))[9:12].decode()
    for writer in [*opened, leader]:
        writer.transport.abort()
    return Row(f"{count} screens of one peer", f"{statuses['101']} connected; the leader's: {told}")


async def garbage(server: Running, _token: str, seconds: float = 5.0) -> Row:
    """Garbage instead of HTTP, a connection each."""
    before, sent, end = server.log.stat().st_size, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError, TimeoutError):
            reader, writer = await dial(server.port)
            writer.write(b"\x16\x03\x01\x00 garbage\r\n\r\n")
            await asyncio.wait_for(reader.read(), 5)
            writer.transport.abort()
            sent += 1
    return Row(f"garbage for {seconds:.0f} s, {sent} times", f"{(server.log.stat().st_size - before) / 1024:.1f} KB of log")


async def outage(server: Running, token: str) -> Row:
    """Requests after the broker was stopped."""
    await asyncio.sleep(8)
    health, _ = await asked(server.port, get("/healthz"))
    waits = [await asked(server.port, request(token, EVENT)) for _ in range(100)]
    statuses, slowest = {status for status, _ in waits}, max(seconds for _, seconds in waits)
    return Row("the broker stopped 8 s ago", f"/healthz {health}; 100 requests: {statuses}, the slowest {slowest * 1000:.0f} ms")


Trial = Callable[[Running, str], Awaitable[Row]]


async def _played(trials: list[Trial], server: Running, token: str, probe: str) -> list[Row]:
    await until_ready(server.port, probe)
    rows = []
    for trial in trials:
        before = server.log.stat().st_size
        row = await trial(server, token)
        grown = server.log.stat().st_size - before
        rows.append(row._replace(happened=f"{row.happened}; log +{grown / 1024:.1f} KB"))
    return rows


def flood() -> list[Row]:
    """All trials, in order."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it tells of each write to a connection that was ended
    with site() as here:
        data: Path = here.folder / "own-kafka"
        with EmbeddedKafka(data) as broker, started("gateway", here.folder, broker.bootstrap) as (server, token):
            rows = asyncio.run(_played([silent, guesses, bodies, garbage], server, token.token, "/healthz"))
            broker.stop()
            rows += asyncio.run(_played([outage], server, token.token, "/livez"))
        with started("wall", here.folder, here.bootstrap) as (server, token):
            rows += [
                row._replace(done=f"wall: {row.done}") for row in asyncio.run(_played([screens, garbage], server, "", "/livez"))
            ]
    return rows
