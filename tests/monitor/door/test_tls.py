"""TLS at the door with certificates of the test's own: renewed without a restart, and clients that need one."""

import asyncio
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import trustme
from prometheus_client import REGISTRY
from pydantic import ValidationError

from monitor.door import certificates, http
from monitor.door.certificates import BadServerCertificate
from monitor.settings import ListenSettings
from tests.monitor.door.authority import Files, issue, trusting
from tests.monitor.door.conftest import Dial
from tests.monitor.door.serving import serving


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(certificates, "_LOOK_EVERY", 0.0)
    yield


@pytest.fixture
def files(authority: trustme.CA, tmp_path: Path) -> Files:
    return issue(authority, tmp_path, "127.0.0.1")


def listen(files: Files) -> dict[str, object]:
    return {"certificate": files.certificate, "key": files.key}


async def serial(url: str, context: ssl.SSLContext) -> object:
    """Of the certificate that a new connection is shown."""
    address = urlsplit(url)
    _, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context)
    shown = writer.get_extra_info("peercert")["serialNumber"]
    writer.close()
    await writer.wait_closed()
    return shown


def unusable() -> float | None:
    return REGISTRY.get_sample_value("supervise_certificate_unusable", {"server": "test"})


async def test_a_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_is_not(
    authority: trustme.CA, files: Files, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    context = trusting(authority)
    async with serving(**listen(files)) as url, aiohttp.ClientSession() as session:
        assert url.startswith("https://")
        first = await serial(url, context)
        async with session.get(url, ssl=context) as answer:
            assert answer.status == 200
        issue(authority, tmp_path, "127.0.0.1")
        second = await serial(url, context)
        assert second != first
        files.certificate.write_text("no certificate", "utf-8")
        assert await serial(url, context) == second
        assert unusable() == 1
        assert "stays in use" in caplog.text
        other = issue(authority, tmp_path, "127.0.0.1")
        other.key.write_bytes(authority.issue_cert("127.0.0.1").private_key_pem.bytes())
        assert await serial(url, context) == second, "a key that does not fit"
        issue(authority, tmp_path, "127.0.0.1")
        assert await serial(url, context) not in (first, second)
        assert unusable() == 0


async def test_plain_http_gets_nothing_at_a_door_with_tls(files: Files, dial: Dial) -> None:
    async with serving(**listen(files)) as url:
        raw = await dial(url)
        raw.writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"200" not in await raw.ended()


async def test_a_handshake_that_does_not_come_ends(files: Files, dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "HEADER_SECONDS", 0.3)
    began = time.monotonic()
    async with serving(**listen(files)) as url:
        await (await dial(url)).ended()
    assert time.monotonic() - began < 5


async def test_only_a_client_with_a_certificate_of_the_authority_comes_in(
    authority: trustme.CA, files: Files, tmp_path: Path
) -> None:
    clients = trustme.CA()
    (tmp_path / "clients.pem").write_bytes(clients.cert_pem.bytes())
    async with serving(**listen(files), client_ca=tmp_path / "clients.pem") as url, aiohttp.ClientSession() as session:
        async with session.get(url, ssl=trusting(authority, clients.issue_cert("window-1"))) as answer:
            assert answer.status == 200
        for wrong in (None, authority.issue_cert("window-1")):
            with pytest.raises(aiohttp.ClientError):
                async with session.get(url, ssl=trusting(authority, wrong)):
                    pass


@pytest.mark.parametrize("spoilt", ["certificate", "key"])
async def test_files_that_cannot_be_used_stop_the_start(spoilt: str, files: Files) -> None:
    getattr(files, spoilt).write_text("nothing", "utf-8")
    with pytest.raises(BadServerCertificate, match="test: "):
        async with serving(**listen(files)):
            pass


@pytest.mark.parametrize("alone", ["certificate", "key", "client_ca"])
def test_a_certificate_without_its_key_is_no_setting(alone: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="belong together"):
        ListenSettings(**{alone: tmp_path / "file"})


async def test_versions_before_tls_1_2_are_refused(authority: trustme.CA, files: Files) -> None:
    context = trusting(authority)
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with serving(**listen(files)) as url:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await serial(url, context)
