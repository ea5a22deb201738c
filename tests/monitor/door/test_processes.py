"""``supervise gateway`` as a site runs it, before strangers: its metrics, its log, its settings."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from monitor.embedded.ports import free_port
from monitor.gateway import new_token
from tests.monitor.door.conftest import Dial

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def running(folder: Path, metrics: str, port: int) -> AsyncIterator[tuple[str, Path]]:
    """A gateway without a broker, with those ``[metrics]``: its address and its log, once it answers at ``port``."""
    (folder / "tokens.toml").write_text(new_token("window", ("43",)).table, "utf-8")
    own = free_port()
    settings = f'[kafka]\nbootstrap = "127.0.0.1:1"\n[gateway]\nport = {own}\ntokens = "{folder / "tokens.toml"}"\n'
    (folder / "site.toml").write_text(f"{settings}[metrics]\nport = {port}\n{metrics}", "utf-8")
    log = folder / "log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "monitor", "--settings", folder / "site.toml", "gateway", cwd=ROOT, stdout=out, stderr=out
        )
    try:
        async with asyncio.timeout(30), aiohttp.ClientSession() as http:
            while True:
                try:
                    async with http.get(f"http://127.0.0.1:{own}/livez") as answer:
                        assert answer.status == 200
                        break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{own}", log
    finally:
        process.kill()
        await process.wait()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def status(http: aiohttp.ClientSession, url: str, **headers: str) -> int:
    async with http.get(url, headers=headers) as answer:
        return answer.status


async def test_metrics_name_nobody_without_their_token(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    port = free_port()
    async with running(tmp_path, 'host = "0.0.0.0"\ntoken = "open-sesame"\n', port) as (url, _):
        at = f"http://127.0.0.1:{port}"
        assert await status(http, f"{at}/metrics") == 401
        assert await status(http, f"{at}/metrics", Authorization="Bearer open") == 401
        assert await status(http, f"{at}/metrics", Authorization="Bearer open-sesame", Host="anything:1") == 200
        assert await status(http, f"{at}/livez") == 200
        assert await status(http, f"{url}/metrics") == 404, "on their own listener alone"


async def test_metrics_of_this_machine_alone_need_no_token_and_are_given_to_no_strange_page(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    port = free_port()
    async with running(tmp_path, "", port):
        async with http.get(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.status == 200
            assert answer.content_type == "text/plain"
            assert "supervise_gateway_broker_reached 0.0" in await answer.text()
        assert await status(http, f"http://127.0.0.1:{port}/metrics", Host="evil.example") == 421


def test_metrics_for_other_machines_without_a_token_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text('[metrics]\nhost = "0.0.0.0"\nport = 9\n', "utf-8")
    command = [sys.executable, "-m", "monitor", "--settings", tmp_path / "site.toml", "gateway"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, "metrics.token" in ended.stderr) == (2, True)


async def test_a_flood_of_garbage_and_wrong_tokens_leaves_a_log_of_a_few_lines(
    tmp_path: Path, http: aiohttp.ClientSession, dial: Dial
) -> None:
    async with running(tmp_path, "", 0) as (url, log):
        before = log.stat().st_size
        for _ in range(200):
            raw = await dial(url)
            raw.writer.write(b"\x16\x03\x01 garbage\r\n\r\n")
            await raw.ended()
        for number in range(10):
            headers = {"Authorization": f"Bearer guess-{number}"}
            async with http.post(f"{url}/v1/events", data=b"{}", headers=headers) as answer:
                assert answer.status == 401
        flooding = [asyncio.create_task(http.post(f"{url}/v1/events", data=b"{}")) for _ in range(60)]
        answers = await asyncio.gather(*flooding)
        assert [answer.status for answer in answers].count(429) >= 59
        said = log.read_bytes()[before:]
    assert said.count(b"a wrong token from 127.0.0.1") == 1
    assert len(said.splitlines()) < 12, said.decode()
