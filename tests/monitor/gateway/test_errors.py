"""One JSON form for every error, also of requests that never reach a handler."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from monitor.gateway import Gateway, new_token
from monitor.gateway.reading import Errors
from monitor.wire import encode_json
from tests.monitor.gateway.inside import Taken, gateway_without_broker
from tests.monitor.gateway.records import accepted
from tests.monitor.gateway.test_mutations import MAPPINGS

WINDOW = new_token("window", ("4301",))
TOKEN = f"Authorization: Bearer {WINDOW.token}"
GOOD = encode_json(accepted("A-1"))
JSON = "Content-Type: application/json"


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[tuple[Gateway, Taken]]:
    gateway, taken = gateway_without_broker(WINDOW.table, MAPPINGS, tmp_path)
    async with gateway:
        yield gateway, taken


async def exchange(gateway: Gateway, request: bytes) -> tuple[int, str, bytes]:
    """Status, media type and body of the answer to these very bytes."""
    host, _, port = gateway.url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return int(head.split(" ")[1]), headers.get("content-type", ""), body
    finally:
        writer.close()
        await writer.wait_closed()


def request(line: str, *headers: str, body: bytes = b"", length: bool = True) -> bytes:
    """A request with these headers."""
    lines = [line, "Host: x", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


def post(*headers: str, body: bytes = GOOD, length: bool = True, path: str = "/v1/events") -> bytes:
    """A POST by a window that has a token."""
    return request(f"POST {path} HTTP/1.1", TOKEN, *headers, body=body, length=length)


CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        (request("GET /nothing HTTP/1.1"), 404, "not_found"),
        (post(path="/v1/nothing"), 404, "not_found"),
        (post(path="/v1/mapped/nothing"), 404, "unknown_mapping"),
        (request("GET /v1/events HTTP/1.1"), 405, "method_not_allowed"),
        (request("PUT /v1/events HTTP/1.1", TOKEN, JSON, body=GOOD), 405, "method_not_allowed"),
        (request("OPTIONS * HTTP/1.1"), 404, "not_found"),
        (request("POST /v1/events HTTP/1.1", JSON, body=GOOD), 401, "unauthorized"),
        (request("POST /v1/nothing HTTP/1.1", JSON, body=GOOD), 401, "unauthorized"),
        (request("POST /v1/events HTTP/1.1", "Authorization: Basic \u00e9", JSON, body=GOOD), 401, "unauthorized"),
        (post("Content-Type: text/plain"), 415, "unsupported_media_type"),
        (post("Content-Type: application/x-www-form-urlencoded", body=b"a=b"), 415, "unsupported_media_type"),
        (post("Content-Type: application/json; charset=gbk"), 415, "unsupported_media_type"),
        (post("Content-Type: text/csv"), 415, "unsupported_media_type"),
        (post(JSON, body=b" " * 5_000_000), 413, "too_large"),
        (post(JSON, "Content-Encoding: gzip", body=gzip.compress(b" " * 20_000_000)), 413, "too_large"),
        (post(JSON, "Content-Encoding: gzip"), 400, "bad_request"),
        (post(JSON, "Content-Encoding: gzip", body=gzip.compress(GOOD)[:-12]), 400, None),
        (post(JSON, "Content-Encoding: gzip", body=gzip.compress(GOOD)[:20] + b"\xff\xff\xff"), 400, None),
        (post(JSON, "Content-Encoding: deflate"), 400, "bad_request"),
        (post(JSON, "Content-Encoding: br", body=b"xxxx"), 400, None),
        (post(JSON, "Content-Encoding: zstd", body=b"xxxx"), 400, None),
        (post(JSON, CHUNKED, body=b"zz\r\n{}\r\n0\r\n\r\n", length=False), 400, "bad_request"),
        (post(JSON, CHUNKED, body=b"-5\r\n{}\r\n0\r\n\r\n", length=False), 400, "bad_request"),
        (post(JSON, CHUNKED, body=b"2\r\n{}{}\r\n0\r\n\r\n", length=False), 400, "bad_request"),
        (post(JSON, CHUNKED), 400, "bad_request"),
        (post(JSON, "Content-Length: x", length=False), 400, "bad_request"),
        (post(JSON, "Content-Length: -1", length=False), 400, "bad_request"),
        (post(JSON, "Content-Length: 5", "Content-Length: 6", length=False), 400, "bad_request"),
        (post(JSON, "Expect: the-unexpected"), 417, "expectation_failed"),
        (request("POST /v1/nothing HTTP/1.1", "Expect: the-unexpected"), 417, "expectation_failed"),
        (b"garbage\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "bad_request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "bad_request"),
        (request("GET /" + "x" * 10_000 + " HTTP/1.1"), 400, "bad_request"),
        (request("GET / HTTP/1.1", "X-Long: " + "x" * 20_000), 400, "bad_request"),
        (request("GET / HTTP/1.1", "no colon"), 400, "bad_request"),
        (post(JSON, body=GOOD.decode().encode("utf-16")), 400, "invalid_utf8"),
        (post(JSON, body=GOOD.decode().encode("utf-16-be")), 400, None),
        (post(JSON, body=GOOD.decode().encode("gb18030")), 400, "invalid_utf8"),
        (post(JSON, body=b"["), 400, "invalid_json"),
        (post(JSON, body=b""), 400, "invalid_json"),
        (post(JSON, body=b"[" * 200_000 + b"]" * 200_000), 400, "invalid_json"),
        (post(JSON, path="/v1/mapped/gbk", body='[["😀"]]'.encode()), 422, "mapping_failed"),
        (post(JSON, path="/v1/mapped/ascii", body='["张三"]'.encode()), 422, "mapping_failed"),
        (post(JSON, path="/v1/mapped/plain", body=b'[{"no":"\\ud800"}]'), 400, "invalid_json"),
        (post("Content-Type: text/csv", path="/v1/mapped/utf16", body=b"no,t\n1,2\n"), 422, "mapping_failed"),
        (post(JSON, path="/v1/mapped/plain?dead_letters=maybe", body=b"{}"), 422, "invalid_field"),
        (post(JSON, path="/v1/mapped/plain?dead_letter=true", body=b"{}"), 422, "unknown_field"),
        (post(JSON, path="/v1/mapped/plain?dead_letters=true&dead_letters=false", body=b"{}"), 422, "invalid_field"),
        (post(JSON, path="/v1/events?dead_letters=true"), 422, "unknown_field"),
        (post(JSON, path="/v1/mapped/%FF%00", body=b"{}"), 404, "unknown_mapping"),
    ],
)
async def test_every_error_has_the_one_form(made: tuple[Gateway, Taken], sent: bytes, status: int, reason: str | None) -> None:
    gateway, taken = made
    got, kind, body = await exchange(gateway, sent)
    assert (got, kind) == (status, "application/json; charset=utf-8" if ";" in kind else "application/json"), body
    errors = msgspec.json.decode(body, type=Errors, strict=True).errors
    assert errors
    assert errors[0].message
    if reason is not None:
        assert errors[0].reason == reason
    assert not taken.records


@pytest.mark.parametrize(
    "sent",
    [
        post(JSON),
        post(),
        post("Content-Type: application/json; charset=UTF-8"),
        post("Content-Type: application/octet-stream"),
        post(JSON, "Content-Encoding: gzip", body=gzip.compress(GOOD)),
        post(JSON, "Content-Encoding: deflate", body=zlib.compress(GOOD)),
        post(JSON, CHUNKED, body=b"%x\r\n" % len(GOOD) + GOOD + b"\r\n0\r\n\r\n", length=False),
        post(JSON, body=b"\xef\xbb\xbf" + GOOD),
    ],
)
async def test_a_body_as_window_systems_send_it_is_taken(made: tuple[Gateway, Taken], sent: bytes) -> None:
    gateway, taken = made
    assert (await exchange(gateway, sent))[0] == 202
    assert len(taken.records) == 1


async def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(made: tuple[Gateway, Taken]) -> None:
    gateway, _ = made
    host, _, port = gateway.url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request("DELETE /v1/events HTTP/1.1", "Connection: close"))
    answer = (await reader.read()).decode()
    writer.close()
    assert "405" in answer.splitlines()[0]
    assert "Allow: POST" in answer


async def test_a_defect_of_ours_is_answered_in_the_form_and_kept_from_the_sender(
    made: tuple[Gateway, Taken], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gateway, taken = made

    async def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr(taken, "publish", broken)
    status, kind, body = await exchange(gateway, post(JSON))
    assert (status, kind) == (500, "application/json")
    assert msgspec.json.decode(body, type=Errors).errors[0].reason == "internal_error"
    assert b"secret" not in body
    assert "a secret of ours" in caplog.text
