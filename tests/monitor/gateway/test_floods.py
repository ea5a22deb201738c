"""Floods at the gateway's own door: wrong tokens, and more bodies at once than it has room for. Real sockets."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from monitor.door import strangers
from monitor.door.limits import MOST_BYTES, WRONG_TOKENS
from monitor.gateway import Gateway, new_token
from monitor.settings import GatewaySettings, Settings
from monitor.wire import encode_json
from tests.monitor.door.serving import refusals
from tests.monitor.gateway.inside import Taken
from tests.monitor.gateway.records import applied

ONE, TWO = new_token("one", ("43",)), new_token("two", ("43",))
EVENT = encode_json(applied("A-1"))


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    (tmp_path / "tokens.toml").write_text(ONE.table + TWO.table, "utf-8")
    made = Gateway(Settings(gateway=GatewaySettings(port=0, tokens=tmp_path / "tokens.toml", mib_in_flight=32)))
    vars(made)["_publisher"] = Taken()
    async with made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=60)) as session:
        yield session


async def post(http: aiohttp.ClientSession, gateway: Gateway, token: str, body: bytes = EVENT) -> tuple[int, float, str]:
    """Status, seconds, and what ``Retry-After`` says."""
    began = time.monotonic()
    async with http.post(f"{gateway.url}/v1/events", data=body, headers={"Authorization": f"Bearer {token}"}) as answer:
        return answer.status, time.monotonic() - began, answer.headers.get("Retry-After", "")


async def test_wrong_tokens_are_answered_late_after_the_first_few_and_a_right_one_at_once(
    gateway: Gateway, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(strangers, "WRONG_TOKEN_SECONDS", 1.5)
    before = refusals("token", "gateway")
    guessing = [asyncio.create_task(post(http, gateway, f"guess-{number}")) for number in range(40)]
    await asyncio.sleep(0.5)
    status, seconds, _ = await post(http, gateway, ONE.token)
    assert (status, seconds < 1) == (202, True), "whoever guesses beside it does not make it wait"
    answers = await asyncio.gather(*guessing)
    assert [status for status, *_ in answers].count(401) == WRONG_TOKENS
    late = [(seconds, retry) for status, seconds, retry in answers if status == 429]
    assert len(late) == 40 - WRONG_TOKENS
    assert all(seconds >= 1.5 and retry for seconds, retry in late)
    assert refusals("token", "gateway") == before + 40
    kinds = {vars(record)["kind"] for record in caplog.records if record.levelno == logging.WARNING}
    assert kinds == {"gateway token 127.0.0.1"}, "one kind a peer, so one line a minute"


def test_a_peer_gets_its_answers_at_once_again_after_a_while_and_others_always() -> None:
    door = strangers.Strangers("test", 10)
    assert [door.delay("a", 0.0) for _ in range(WRONG_TOKENS + 2)] == [0.0] * WRONG_TOKENS + [strangers.WRONG_TOKEN_SECONDS] * 2
    assert door.delay("b", 0.0) == 0.0
    assert [door.delay("a", strangers.WRONG_TOKEN_EVERY + 0.1) > 0 for _ in range(2)] == [False, True]


async def open_bodies(
    gateway: Gateway, token: str, count: int, size: int = MOST_BYTES
) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Requests whose bodies have begun and do not come."""
    host, _, port = gateway.url.removeprefix("http://").rpartition(":")
    opened = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            f"POST /v1/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {size}\r\n\r\n[".encode()
        )
        opened.append((reader, writer))
    await asyncio.sleep(0.3)
    return opened


async def test_one_window_system_has_its_share_of_what_is_at_work_and_all_together_the_rest(
    gateway: Gateway, http: aiohttp.ClientSession
) -> None:
    before = refusals("busy", "gateway")
    opened = await open_bodies(gateway, ONE.token, 2)
    try:
        status, seconds, retry = await post(http, gateway, ONE.token)
        assert (status, bool(retry), seconds < 1) == (429, True, True)
        assert (await post(http, gateway, TWO.token))[0] == 202
    finally:
        for _, writer in opened:
            writer.close()
    async with asyncio.timeout(5):
        while (await post(http, gateway, ONE.token))[0] != 202:  # noqa: ASYNC110 - aiohttp notices a closed connection by itself
            await asyncio.sleep(0.05)
    assert refusals("busy", "gateway") > before


async def test_a_body_that_does_not_say_how_large_it_becomes_counts_as_the_largest(
    gateway: Gateway, http: aiohttp.ClientSession
) -> None:
    opened = await open_bodies(gateway, ONE.token, 1)
    in_time = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield EVENT
        await in_time.wait()

    headers = {"Authorization": f"Bearer {ONE.token}"}
    chunked = asyncio.create_task(http.post(f"{gateway.url}/v1/events", data=chunks(), headers=headers))
    try:
        await asyncio.sleep(0.3)
        assert (await post(http, gateway, ONE.token))[0] == 429
        in_time.set()
        assert (await chunked).status == 202
        assert (await post(http, gateway, ONE.token))[0] == 202
    finally:
        for _, writer in opened:
            writer.close()


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(gateway: Gateway) -> None:
    ((reader, writer),) = await open_bodies(gateway, ONE.token, 1, MOST_BYTES + 1)
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()


async def test_each_stranger_behind_a_proxy_is_slowed_by_the_address_that_the_proxy_saw(
    tmp_path: Path, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "WRONG_TOKEN_SECONDS", 0.2)
    (tmp_path / "tokens.toml").write_text(ONE.table, "utf-8")
    made = Gateway(Settings(gateway=GatewaySettings(port=0, tokens=tmp_path / "tokens.toml", proxies=("127.0.0.1",))))
    vars(made)["_publisher"] = Taken()

    async def guess(*forwarded: str) -> int:
        headers = [("Authorization", "Bearer wrong"), *(("X-Forwarded-For", each) for each in forwarded)]
        async with http.post(f"{made.url}/v1/events", data=EVENT, headers=headers) as answer:
            return answer.status

    async with made:
        assert [await guess(f"6.6.6.{number}", "1.2.3.4") for number in range(WRONG_TOKENS + 1)] == [401] * WRONG_TOKENS + [429]
        assert await guess("1.2.3.4", "5.6.7.8") == 401
