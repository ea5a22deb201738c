"""The gateway while its broker is away, with a real one that is killed, stopped and started: nothing acknowledged is lost.

A gateway in a process of its own is killed, too.
"""

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from monitor.embedded.kafka import EmbeddedKafka
from monitor.embedded.ports import free_port
from monitor.gateway import Gateway
from monitor.wire import decode_record, encode_json
from tests.monitor.gateway.records import applied
from tests.monitor.gateway.test_server import AUTH, on_the_broker, settings_for

pytestmark = pytest.mark.kafka
ROOT = Path(__file__).parents[3]


class Client:
    """What a window system sees."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http, self.url = http, url

    async def post(self, *numbers: int) -> aiohttp.ClientResponse:
        body = encode_json([applied(f"A-{number}") for number in numbers])
        headers = AUTH | {"Content-Type": "application/json"}
        async with self.http.post(f"{self.url}/v1/events", data=io.BytesIO(body), headers=headers) as answer:
            await answer.read()
            return answer

    async def status(self, path: str) -> int:
        async with self.http.get(self.url + path) as answer:
            return answer.status

    async def until(self, path: str, status: int, within: float = 30.0) -> None:
        async with asyncio.timeout(within):
            while True:
                try:
                    if await self.status(path) == status:
                        return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)


@pytest.fixture
async def http() -> Iterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def cases(bootstrap: str, prefix: str) -> list[str]:
    return [getattr(decode_record(record.value), "case", "") for record in await on_the_broker(bootstrap, f"{prefix}.events")]


async def test_a_silent_broker_is_known_to_be_away_and_found_again_without_a_restart(
    tmp_path: Path, topic_prefix: str, http: aiohttp.ClientSession
) -> None:
    with EmbeddedKafka(tmp_path / "kafka") as broker:
        async with Gateway(settings_for(tmp_path, broker.bootstrap, topic_prefix)) as gateway:
            client = Client(http, gateway.url)
            await client.until("/healthz", 200)
            assert (await client.post(1)).status == 202
            os.kill(java_of(broker), signal.SIGSTOP)
            try:
                await client.until("/healthz", 503)
                assert [await client.status(path) for path in ("/livez", "/readyz")] == [200, 503]
                began = time.monotonic()
                answers = [await client.post(number) for number in range(10, 30)]
                assert {answer.status for answer in answers} == {503}
                assert all(answer.headers["Retry-After"] for answer in answers)
                assert time.monotonic() - began < 5, "known to be away: nobody waits to learn it"
            finally:
                os.kill(java_of(broker), signal.SIGCONT)
            await client.until("/healthz", 200)
            assert (await client.post(2)).status == 202
        assert sorted(await cases(broker.bootstrap, topic_prefix)) == ["A-1", "A-2"]


def java_of(broker: EmbeddedKafka) -> int:
    """The broker's own process: Java in its folder, below the guard that watches over it."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == broker.data.resolve() and (process / "exe").readlink().name == "java":
                return int(process.name)
        except OSError:  # another's, or gone meanwhile
            continue
    raise AssertionError(f"no broker in {broker.data}")


@contextmanager
def gateway_process(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """``supervise gateway`` with a spool, on that port."""
    command = [sys.executable, "-m", "monitor", "--settings", folder / "site.toml", "gateway", "--port", str(port)]
    with (folder / "gateway.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_events_taken_while_the_broker_is_away_are_in_the_topic_in_order_though_the_gateway_was_killed(
    tmp_path: Path, topic_prefix: str, http: aiohttp.ClientSession
) -> None:
    ports = free_port(), free_port()
    settings = settings_for(tmp_path, f"127.0.0.1:{ports[0]}", topic_prefix)
    (tmp_path / "site.toml").write_text(
        f'[kafka]\nbootstrap = "{settings.kafka.bootstrap}"\n[topics]\nprefix = "{topic_prefix}"\npartitions = 1\n'
        f'[gateway]\ntokens = "{settings.gateway.tokens}"\nspool = "{tmp_path / "spool"}"\nspool_mib = 1\n',
        "utf-8",
    )
    client = Client(http, f"http://127.0.0.1:{ports[1]}")
    with EmbeddedKafka(tmp_path / "kafka", ports[0]), gateway_process(tmp_path, ports[1]) as first:
        await client.until("/healthz", 200)
        assert (await client.post(0)).status == 202
        first.kill()
    taken = [0]
    with gateway_process(tmp_path, ports[1]) as second:
        await client.until("/readyz", 200)
        assert await client.status("/healthz") == 503
        for number in range(1, 40):
            answer = await client.post(number)
            assert answer.status == 202
            assert (await answer.json())["spooled"] == 1
            taken.append(number)
        second.kill()
    with gateway_process(tmp_path, ports[1]) as third:
        await client.until("/readyz", 200)
        assert (await client.post(40, 41)).status == 202
        taken += [40, 41]
        statuses = [(await client.post(*range(1000 + each * 400, 1400 + each * 400))).status for each in range(16)]
        refused = statuses.index(503)
        assert statuses == [202] * refused + [503] * (16 - refused), "full: refused, until there is room"
        taken += range(1000, 1000 + refused * 400)
        with EmbeddedKafka(tmp_path / "kafka", ports[0]) as broker:
            await client.until("/healthz", 200, within=60)
            assert third.poll() is None
            found = await cases(broker.bootstrap, topic_prefix)
            once = list(dict.fromkeys(found))
            assert once == [f"A-{number}" for number in taken], "in order, nothing lost"
            assert len(found) - len(once) <= 500, "repeated at most what was under way"
            assert (await client.post(5000)).status == 202
            assert (await cases(broker.bootstrap, topic_prefix))[-1] == "A-5000"
    said = (tmp_path / "gateway.log").read_text("utf-8")
    assert "the spool keeps" in said
    assert "the spool is empty again" in said
