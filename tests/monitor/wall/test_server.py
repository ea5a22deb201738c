"""The wall on real sockets, fed by a real Kafka."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import aiohttp
import pytest
from prometheus_client import REGISTRY
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.typing import Origin

from monitor.embedded.ports import free_port
from monitor.settings import CannotListen, Settings
from monitor.wall.client import Update
from monitor.wall.picture import Delta, Heartbeat, Resync, Snapshot, Totals, decode_message, encode_message
from monitor.wall.server import MAX_BACKLOG, Wall, run_wall
from monitor.wire import Topics
from rules.alerts import Reason
from tests.monitor.wall.conftest import Follow
from tests.monitor.wall.records import a_worker, alert, figures, make_topics, wall_settings, writing

pytestmark = pytest.mark.kafka


async def until(updates: AsyncIterator[Update], wanted: Callable[[Update], bool]) -> Update:
    """The first update that is as wanted, within half a minute: machines that test may be busy."""
    async with asyncio.timeout(30):
        async for update in updates:
            if wanted(update):
                return update
    raise AssertionError("the wall ended")


def metric(name: str) -> float:
    return REGISTRY.get_sample_value(name) or 0.0


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> Settings:
    return wall_settings(kafka, topic_prefix, title="测试监察", simulated=True)


async def test_a_screen_gets_what_was_before_and_then_what_comes(settings: Settings, follow: Follow) -> None:
    lags, deltas = metric("supervise_wall_lag_seconds_count"), metric("supervise_wall_deltas_total")
    async with writing(settings) as writer:
        await writer.figures(figures(0, open=9, at=1), figures(0, open=4, at=2), figures(1, open=3, red=1, at=3))
        await writer.alert(alert(1), alert(2), alert(2, change=2, state="withdrawn", reason=Reason.LATE_RECORD))
        async with Wall(settings) as wall:
            updates = follow(wall.url)
            first = await until(updates, lambda update: update.feed.state == "live")
            assert first.picture.totals == Totals(open=7, red=1)
            assert [placed.row.state for placed in first.picture.cards] == ["withdrawn", "issued"]

            await writer.alert(alert(3, "red"))
            then = await until(updates, lambda update: bool(update.cards))
            assert [row.level for row in then.cards] == ["red"]
            assert then.seq == first.seq + 1
            await writer.figures(figures(1, open=2, red=2, at=4))
            last = await until(updates, lambda update: update.picture.totals.red == 2)
            assert last.picture.totals.open == 6
    assert metric("supervise_wall_lag_seconds_count") == lags + 1
    assert metric("supervise_wall_deltas_total") >= deltas + 2


async def test_a_screen_gets_snapshot_deltas_resync_and_heartbeat(settings: Settings, follow: Follow) -> None:
    async with writing(settings) as writer, Wall(settings) as wall:
        await until(follow(wall.url), lambda update: update.feed.state == "live")
        async with connect(wall.url.replace("http", "ws") + "live?region=4301&department=%E5%B8%82") as screen:
            hello = decode_message(await screen.recv())
            assert isinstance(hello, Snapshot)
            assert (hello.screen.title, hello.screen.zone, hello.screen.simulated) == ("测试监察", "Asia/Shanghai", True)
            assert (hello.screen.region, hello.screen.hall, hello.screen.department) == ("4301", "", "市")
            await writer.alert(alert(1, department="市"), alert(2, department="else"))
            delta = decode_message(await screen.recv())
            while isinstance(delta, Heartbeat):
                delta = decode_message(await screen.recv())
            assert isinstance(delta, Delta)
            assert delta.seq == hello.seq + 1
            beat = decode_message(await screen.recv())
            assert isinstance(beat, Heartbeat)
            assert (beat.seq, beat.feed.state) == (delta.seq, "live")
            await screen.send(encode_message(Resync()))
            again = decode_message(await screen.recv())
            assert isinstance(again, Snapshot)
            assert again.seq == delta.seq
            assert [placed.row.department for placed in again.picture.cards] == ["市"]


async def test_bad_records_are_skipped(settings: Settings, follow: Follow) -> None:
    names = Topics(settings.topics.prefix)
    async with writing(settings) as writer, Wall(settings) as wall:
        updates = follow(wall.url)
        await until(updates, lambda update: update.feed.state == "live")
        await writer.raw(names.alerts, b"{not json", b"430104-00001")
        await writer.raw(names.figures, b"\xff\xfe", b"x")
        await writer.raw(names.alerts, None, b"430104-00001")
        await writer.alert(alert(1))
        await until(updates, lambda update: len(update.cards) == 1)


async def test_topics_that_are_made_later_are_followed(settings: Settings, follow: Follow) -> None:
    async with Wall(settings) as wall:
        updates = follow(wall.url)
        await until(updates, lambda update: update.feed.state == "waiting")
        await make_topics(settings)
        await until(updates, lambda update: update.feed.state == "live")


async def test_a_wall_without_kafka_says_so_and_serves_its_page(topic_prefix: str, follow: Follow) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: nobody can answer there
        settings = wall_settings(f"127.0.0.1:{taken.getsockname()[1]}", topic_prefix)
        async with Wall(settings) as wall, aiohttp.ClientSession() as http:
            update = await until(follow(wall.url), lambda _: True)
            assert update.feed.state == "waiting"
            async with http.get(f"{wall.url}healthz") as answer:
                assert answer.status == 503
                assert (await answer.json())["feed"]["state"] == "waiting"
            async with http.get(wall.url) as answer:
                assert answer.status == 200


async def test_a_slow_screen_is_cut_off_and_the_others_go_on(settings: Settings, follow: Follow) -> None:
    dropped = metric("supervise_wall_dropped_screens_total")
    async with writing(settings), Wall(settings) as wall:
        updates = follow(wall.url)
        await until(updates, lambda update: update.feed.state == "live")
        reader, slow = await _handshake_and_stop_reading(wall.url)
        change = 0
        async with asyncio.timeout(30):
            while metric("supervise_wall_dropped_screens_total") == dropped:
                change += 1
                for number in range(200):
                    wall.hub.put_alert(alert(number, change=change, item_name="项" * 80), 0)
                wall.publish()
                await until(updates, lambda update: bool(update.cards))
        backlog = change * 200 * 80 * len("项".encode())
        assert backlog > MAX_BACKLOG, "a screen must not be cut off before it is far behind"
        wall.hub.put_alert(alert(201), 0)
        wall.publish()
        await until(updates, lambda update: [row.case for row in update.cards] == ["430104-00201"])
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1 << 30)
        slow.close()


async def _handshake_and_stop_reading(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(url)
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (address.hostname, address.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=1_024)
    writer.write(
        f"GET /live HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readline()
    return reader, writer


async def test_the_wall_serves_its_pages_with_safe_headers_and_its_health(settings: Settings, follow: Follow) -> None:
    async with writing(settings), a_worker(settings), Wall(settings) as wall, aiohttp.ClientSession(wall.url) as http:
        await until(follow(wall.url), lambda update: update.feed.is_well and update.feed.workers == 1)
        async with http.get("/?region=4301") as page:
            assert page.status == 200
            assert page.content_type == "text/html"
            policy = page.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
        for name, kind in (("wall.js", "text/javascript"), ("wall.css", "text/css"), ("icon.svg", "image/svg+xml")):
            async with http.get(f"/{name}") as file:
                assert (file.status, file.content_type) == (200, kind)
        for path in ("/nothing", "/../pyproject.toml", "/%2e%2e/pyproject.toml", "/__init__.py"):
            async with http.get(path) as missing:
                assert missing.status == 404
        async with http.get("/healthz") as health:
            assert health.status == 200
            assert json.loads(await health.text())["ok"] is True


async def test_a_wall_whose_only_worker_has_gone_says_so_and_how_old_its_picture_is(settings: Settings, follow: Follow) -> None:
    async with writing(settings) as writer, Wall(settings) as wall, aiohttp.ClientSession(wall.url) as http:
        updates = follow(wall.url)
        async with a_worker(settings):
            await writer.figures(figures(0, open=1, at=1))
            await until(updates, lambda update: update.feed.workers == 1)
        await until(updates, lambda update: update.feed.workers == 0)
        async with http.get("/healthz") as health:
            assert health.status == 503
            told = json.loads(await health.text())
        assert (told["ok"], told["feed"]["state"], told["feed"]["workers"]) == (False, "live", 0)
        assert 0 < told["picture_age_s"] < 60
        async with http.get("/readyz") as ready:
            assert ready.status == 200, "there is a picture to show"


async def test_a_screen_with_a_bad_scope_or_foreign_origin_or_that_talks_is_refused(settings: Settings) -> None:
    async with writing(settings), Wall(settings) as wall:
        live = wall.url.replace("http", "ws") + "live"
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"{live}?region=43x"):
                pass
        assert refused.value.response.status_code == 400
        with pytest.raises(InvalidStatus) as refused:
            async with connect(live, origin=Origin("http://elsewhere.example")):
                pass
        assert refused.value.response.status_code == 403
        async with connect(live) as screen:
            await screen.recv()
            await screen.send('{"type":"delta"}')
            with pytest.raises(ConnectionClosedError, match="1008"):
                async with asyncio.timeout(5):
                    while True:
                        await screen.recv()


async def test_a_watching_client_returns_after_the_wall_was_away(settings: Settings, follow: Follow) -> None:
    """On a port that no outgoing connection is given: one the system chose may be taken while the wall is away."""
    fixed = wall_settings(settings.kafka.bootstrap, settings.topics.prefix, port=free_port())
    async with writing(settings) as writer:
        await writer.alert(alert(1))
        async with Wall(fixed) as wall:
            updates = follow(wall.url)
            await until(updates, lambda update: len(update.picture.cards) == 1)
        await writer.alert(alert(2))
        async with Wall(fixed):
            await until(updates, lambda update: len(update.picture.cards) == 2)


async def test_a_taken_port_is_named(settings: Settings) -> None:
    async with Wall(settings) as wall:
        port = urlsplit(wall.url).port
        with pytest.raises(CannotListen, match=f"127.0.0.1:{port}.*wall.port"):
            await run_wall(wall_settings(settings.kafka.bootstrap, settings.topics.prefix, port=port))


async def test_run_wall_announces_its_address(settings: Settings) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    running = asyncio.create_task(run_wall(settings, said.put_nowait))
    async with asyncio.timeout(5):
        assert (await said.get()).startswith("wall: http://127.0.0.1:")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
