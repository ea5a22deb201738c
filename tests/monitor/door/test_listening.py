"""A door on real sockets: how many come in, who is told to go, and that those who say nothing or take nothing are not kept."""

import asyncio
import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from monitor.door import http
from monitor.settings import CannotListen
from tests.monitor.door.conftest import Dial
from tests.monitor.door.serving import GET, Raw, connections, refusals, serving


async def answers(raw: Raw) -> bytes:
    raw.writer.write(GET)
    async with asyncio.timeout(5):
        return await raw.reader.readuntil(b"\r\n\r\nok")


async def test_one_peer_has_its_share_of_the_connections_and_another_comes_in_still(dial: Dial) -> None:
    before = refusals("peer")
    async with serving(connections_per_peer=3) as url:
        inside = [await dial(url) for _ in range(3)]
        for raw in inside:
            await answers(raw)
        refused = await (await dial(url)).ended()
        assert b" 429 " in refused
        assert b"Retry-After" in refused
        assert refusals("peer") == before + 1
        assert b"200 OK" in await answers(await dial(url, "127.0.0.2"))
        inside[0].close()
        while connections() > 3:  # noqa: ASYNC110 - seen in a metric only
            await asyncio.sleep(0.01)
        assert b"200 OK" in await answers(await dial(url))


async def test_no_more_come_in_than_there_is_room_for_whoever_they_are(dial: Dial) -> None:
    async with serving(connections=3, connections_per_peer=2) as url:
        inside = [await dial(url, f"127.0.0.{number}") for number in (1, 2, 3)]
        for raw in inside:
            await answers(raw)
        assert b" 503 " in await (await dial(url, "127.0.0.4")).ended()
    assert connections() == 0


async def test_a_proxy_has_no_share_but_all_of_them(dial: Dial) -> None:
    async with serving(connections_per_peer=1, connections=4, proxies=["127.0.0.1"]) as url:
        for raw in [await dial(url) for _ in range(4)]:
            assert b"200 OK" in await answers(raw)
        assert b" 503 " in await (await dial(url)).ended()


async def test_connections_that_say_nothing_or_a_byte_at_a_time_end_and_others_are_answered(
    dial: Dial,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "HEADER_SECONDS", 0.5)
    before = refusals("silent")
    async with serving() as url:
        silent = [await dial(url) for _ in range(40)]
        slow = await dial(url, "127.0.0.2")

        async def dribble() -> None:
            for byte in GET:
                slow.writer.write(bytes([byte]))
                await asyncio.sleep(0.05)

        dribbling = asyncio.create_task(dribble())
        for raw in [*silent, slow]:
            assert await raw.ended() == b""
        dribbling.cancel()
        assert refusals("silent") == before + 41
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            assert answer.status == 200


async def test_a_connection_that_asks_once_and_then_nothing_ends(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "IDLE_SECONDS", 0.3)
    async with serving() as url:
        raw = await dial(url)
        await answers(raw)
        assert await raw.ended() == b""


async def test_a_peer_that_does_not_take_its_answer_is_cut_off(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.3)
    before = refusals("slow")
    async with serving(b"x" * (32 << 20)) as url:
        raw = await dial(url, receive=4096)
        raw.writer.write(GET)
        async with asyncio.timeout(10):
            while refusals("slow") == before or connections():  # noqa: ASYNC110 - seen in a metric only
                await asyncio.sleep(0.02)


async def test_no_answer_tells_a_version(dial: Dial) -> None:
    async with serving() as url:
        for request in (GET, b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", b"garbage\r\n\r\n"):
            raw = await dial(url)
            raw.writer.write(request)
            async with asyncio.timeout(5):
                head = await raw.reader.readuntil(b"\r\n\r\n")
            assert b"aiohttp" not in head
            assert b"Python" not in head
            raw.close()


async def test_a_taken_address_is_named() -> None:
    async with serving() as url:
        with pytest.raises(CannotListen, match=r"test\.port"):
            async with serving(port=int(url.rpartition(":")[2])):
                pass


_STARVING = """
import asyncio, logging, os, sys
from monitor.door import thin_out_logs
from tests.monitor.door.conftest import Dial
from tests.monitor.door.serving import refusals, serving

async def main():
    logging.basicConfig(level="INFO")
    thin_out_logs()
    async with serving(connections=20) as url:
        held = []
        try:
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            pass
        print(url, flush=True)
        while refusals("descriptors") < 200:
            await asyncio.sleep(0.01)
        for each in held:
            os.close(each)
        print("free", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_server_without_descriptors_turns_people_away_with_few_words_and_answers_when_it_has_some(dial: Dial) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))

    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _STARVING, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3], env=os.environ | {"PYTHONPATH": "."}, preexec_fn=limit,
    )  # fmt: skip
    assert program.stdout is not None
    try:
        async with asyncio.timeout(60):
            url = (await program.stdout.readline()).decode().strip()
            freed = asyncio.create_task(program.stdout.readline())
            while not freed.done():
                with suppress(TimeoutError):  # the first one after descriptors are free is let in
                    await (await dial(url)).ended(1.0)
            assert freed.result() == b"free\n"
            assert b"200 OK" in await answers(await dial(url))
    finally:
        program.kill()
        _, said = await program.communicate()
    assert 1 <= said.count(b"no descriptor is left") <= 5
    assert len(said.splitlines()) < 20
