"""Who may look at the wall, and at what: hosts, origins, tokens, scopes and shares, on real sockets. No broker is needed."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import trustme
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin

from monitor.door import limits, strangers
from monitor.settings import Settings
from monitor.wall import watch
from monitor.wall.picture import Hello, Snapshot, decode_message, encode_message
from monitor.wall.server import Wall
from monitor.wall.tokens import new_screen_token
from tests.monitor.door.authority import issue, trusting
from tests.monitor.door.serving import refusals
from tests.monitor.wall.records import wall_settings

EAST, CITY = new_screen_token("east", "430104"), new_screen_token("city", "4301")


def settings(**wall: object) -> Settings:
    return wall_settings("127.0.0.1:1", "t", **wall)


@pytest.fixture
def screens(tmp_path: Path) -> Path:
    file = tmp_path / "screens.toml"
    file.write_text(EAST.table + CITY.table, "utf-8")
    return file


@pytest.fixture
async def guarded(screens: Path) -> AsyncIterator[Wall]:
    async with Wall(settings(tokens=screens)) as wall:
        yield wall


def rewrite(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")


def live(wall: Wall, query: str = "") -> str:
    return f"{wall.url.replace('http', 'ws')}live{query}"


async def shown(screen: ClientConnection, token: str | None) -> tuple[str, str, str]:
    """The scope of the snapshot that a screen is sent once it has said ``token``; :class:`ConnectionClosed` if it is none."""
    if token is not None:
        await screen.send(encode_message(Hello(token)))
    async with asyncio.timeout(10):
        message = decode_message(await screen.recv())
    assert isinstance(message, Snapshot)
    return message.screen.region, message.screen.hall, message.screen.department


async def refused(wall: Wall, token: str | None, query: str = "") -> int:
    """The code with which such a screen is closed."""
    async with connect(live(wall, query)) as screen:
        with pytest.raises(ConnectionClosed) as closed:
            await shown(screen, token)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ("", ("430104", "", "")),
        ("?region=430104", ("430104", "", "")),
        ("?hall=yuelu", ("430104", "yuelu", "")),
        ("?region=430104&department=%E5%B8%82", ("430104", "", "市")),
    ],
)
async def test_a_screen_with_a_token_sees_its_scope_or_a_part_of_it(
    query: str, scope: tuple[str, str, str], guarded: Wall
) -> None:
    async with connect(live(guarded, query)) as screen:
        assert await shown(screen, EAST.token) == scope


@pytest.mark.parametrize("query", ["?region=430105", "?region=4301", "?region=43&hall=yuelu"])
async def test_a_county_cannot_ask_for_its_neighbour_nor_for_the_city(query: str, guarded: Wall) -> None:
    before = refusals("scope", "wall")
    assert await refused(guarded, EAST.token, query) == 4403
    assert refusals("scope", "wall") == before + 1
    async with connect(live(guarded, query)) as screen:
        if "=43&" not in query:
            assert (await shown(screen, CITY.token))[0].startswith("4301")


async def test_a_screen_without_a_token_or_with_a_wrong_one_sees_nothing(guarded: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    before = refusals("token", "wall")
    assert await refused(guarded, "sv1_wrong") == 4401
    assert await refused(guarded, "") == 4401
    assert refusals("token", "wall") == before + 1, "none is no guess"
    monkeypatch.setattr(limits, "HELLO_SECONDS", 0.2)
    assert await refused(guarded, None) == 4401


async def test_guesses_are_answered_late_after_the_first_few(guarded: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "WRONG_TOKEN_SECONDS", 1.0)
    began = asyncio.get_running_loop().time()
    assert [await refused(guarded, "guess") for _ in range(limits.WRONG_TOKENS)] == [4401] * limits.WRONG_TOKENS
    assert await refused(guarded, "guess") == 4401
    assert asyncio.get_running_loop().time() - began > 1.0


async def test_a_token_deleted_or_narrowed_ends_its_screens_and_no_others(guarded: Wall, screens: Path) -> None:
    async with connect(live(guarded)) as east, connect(live(guarded, "?region=430105")) as city:
        await shown(east, EAST.token)
        await shown(city, CITY.token)
        rewrite(screens, CITY.table)
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(10):
                while True:
                    await east.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
        await asyncio.wait_for(city.recv(), 10)
        rewrite(screens, CITY.table.replace('"4301"', '"430104"'))
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(10):
                while True:
                    await city.recv()


async def test_an_outlived_token_opens_nothing(tmp_path: Path) -> None:
    made = new_screen_token("old", "43", datetime.now(UTC) - timedelta(seconds=1))
    (tmp_path / "screens.toml").write_text(made.table, "utf-8")
    async with Wall(settings(tokens=tmp_path / "screens.toml")) as wall:
        assert await refused(wall, made.token) == 4401


async def test_one_token_has_so_many_screens_at_once(guarded: Wall) -> None:
    before = refusals("screens", "wall")
    held = [await connect(live(guarded)) for _ in range(limits.SCREENS_PER_TOKEN)]
    try:
        for screen in held:
            await shown(screen, EAST.token)
        assert await refused(guarded, EAST.token) == 4429
        assert refusals("screens", "wall") == before + 1
        async with connect(live(guarded)) as other:
            await shown(other, CITY.token)
        await held[0].close()
        async with connect(live(guarded)) as again:
            await shown(again, EAST.token)
    finally:
        for screen in held:
            await screen.close()


async def test_a_wall_beyond_this_machine_shows_nobody_anything_without_a_tokens_file() -> None:
    async with Wall(settings(host="0.0.0.0")) as wall:
        assert wall.is_closed
        vars(wall)["url"] = wall.url.replace("0.0.0.0", "127.0.0.1")
        assert await refused(wall, "sv1_any") == 4401


async def test_a_wall_on_loopback_without_a_tokens_file_shows_everybody_everything() -> None:
    async with Wall(settings()) as wall:
        for token in (None, "", "sv1_any"):
            async with connect(live(wall)) as screen:
                assert await shown(screen, token) == ("", "", "")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""])
@pytest.mark.parametrize("path", ["", "live", "healthz", "wall.js"])
async def test_a_page_whose_name_was_made_to_lead_here_gets_nothing(host: str, path: str) -> None:
    before = refusals("host", "wall")
    headers = {"Host": host, "Origin": f"http://{host}"}
    async with Wall(settings()) as wall, aiohttp.ClientSession() as http, http.get(wall.url + path, headers=headers) as answer:
        assert answer.status == 421
    assert refusals("host", "wall") == before + 1


@pytest.mark.parametrize("host", ["localhost", "localhost:8600", "[::1]:8600", "10.1.2.3", "Wall.City.Example:443"])
async def test_a_wall_is_called_by_addresses_and_its_own_names(host: str) -> None:
    named = settings(hosts=["wall.city.example"])
    async with Wall(named) as wall, aiohttp.ClientSession() as http, http.get(wall.url, headers={"Host": host}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[", "http://127.0.0.1:1"])
async def test_a_page_of_another_origin_cannot_connect(origin: str) -> None:
    before = refusals("origin", "wall")
    async with Wall(settings()) as wall:
        with pytest.raises(InvalidStatus) as answer:
            async with connect(live(wall), origin=Origin(origin)):
                pass
    assert answer.value.response.status_code == 403
    assert refusals("origin", "wall") == before + 1


async def test_one_peer_does_not_take_the_place_of_others() -> None:
    async with Wall(settings(connections_per_peer=5)) as wall:
        held = [await connect(live(wall)) for _ in range(5)]
        with pytest.raises((InvalidHandshake, OSError, EOFError)):
            await connect(live(wall), open_timeout=5)
        async with connect(live(wall), local_addr=("127.0.0.2", 0)) as leader:
            assert await shown(leader, None) == ("", "", "")
        for screen in held:
            await screen.close()


async def test_silent_connections_to_the_wall_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HEADER_SECONDS", 0.5)
    async with Wall(settings()) as wall:
        host, port = wall.url.removeprefix("http://").rstrip("/").split(":")
        silent = [await asyncio.open_connection(host, int(port)) for _ in range(20)]
        for reader, writer in silent:
            await asyncio.wait_for(reader.read(), 10)
            writer.close()


async def test_the_wall_speaks_tls_to_pages_and_screens(tmp_path: Path, screens: Path) -> None:
    authority = trustme.CA()
    files = issue(authority, tmp_path, "127.0.0.1")
    context = trusting(authority)
    async with Wall(settings(tokens=screens, certificate=files.certificate, key=files.key)) as wall:
        assert wall.url.startswith("https://")
        async with aiohttp.ClientSession() as http, http.get(wall.url, ssl=context) as page:
            assert page.status == 200
            assert "Server" not in page.headers
        async with connect(live(wall), ssl=context) as screen:
            assert await shown(screen, EAST.token) == ("430104", "", "")


async def test_probes_say_what_is_true_without_a_broker(guarded: Wall) -> None:
    async with aiohttp.ClientSession() as http:
        told = {}
        for probe in ("livez", "readyz", "healthz"):
            async with http.get(guarded.url + probe) as answer:
                told[probe] = answer.status, json.loads(await answer.text())
    assert told["livez"] == (200, {"alive": True})
    assert told["readyz"] == (503, {"ready": False})
    assert told["healthz"][0] == 503
    assert told["healthz"][1]["picture_age_s"] is None


async def test_a_python_screen_shows_its_token_by_the_fragment(guarded: Wall) -> None:
    updates = watch(f"{guarded.url}?region=430104#token={EAST.token}", reconnect=False)
    async with asyncio.timeout(10):
        assert (await anext(updates)).feed.state in ("waiting", "lost")
    await updates.aclose()
