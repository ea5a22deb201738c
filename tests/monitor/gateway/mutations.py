"""Request bodies as no window system should send them, made of good ones by a seeded hand."""

import gzip
import random
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from rules.events import EVENT_TYPES, Duty

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
_OWN: dict[str, Any] = {
    "stage": "handling", "procedure": "hearing", "days": 3, "approved_days": 5, "result": "granted", "amount_fen": 100,
    "complaint": "C-1", "score": 5, "operator": "张三", "alert": "430100-公安局/A-1/case-promise/yellow/1",
    "reason": "说明", "cause": "other",
    "outcome": "rejected", "level": "red", "upheld": True, "window": "A01", "promised": "10wd", "limit": "5wd",
    "department": "公安局", "record": "accepted-1",
}  # fmt: skip
VALUES: tuple[Any, ...] = (
    "", " ", "\u3000", "A-1 ", "A\n1", "A\x001", "A\u200b1", "Ａ－１", "tally:x", "window:430102//A01", "duty:430102//A01",
    "-5wd", "10 days", "9999y", "１０wd", "0wd", "1201mo",
    None, True, False, 0, -1, 1, 5, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**30, 1.5, 5.0, -0.0, 1e308,
    [], [[]], {}, {"a": 1}, ["A-1"], "x" * 256, "x" * 257, "x" * 10_000, "😀", "\ue000", "43abcd", "４３０１０２", "440100",
    "2026-02-29T10:00:00+08:00", "2026-03-02T24:00:00+08:00", "2026-03-02T23:59:60+08:00", "2026-03-02T10:00:00",
    "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "2000-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+14:00", "2026-03-02T10:00:00+23:59", "accepted", "tick", "tallied", "consulted", "nothing",
)  # fmt: skip
SNIPPETS = (
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0", b"1" * 5000, b"\\ud800", b"\\udc00\\ud800", b'"\\u0000"', b"\xff\xfe",
    b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x00", b"null", b"[" * 2000, b'{"a":' * 2000, b"]", b"}", b",", b'"', b"\\", b"/*",
    b"\xe5\x85", b'"case":"A-9",', b'"region":"110101",', b'"type":"applied",', b"\r\n", b"\xc2\xa0",
)  # fmt: skip
TYPES = (
    "application/json", "application/json; charset=utf-8", "application/json; charset=gbk", "application/json; charset=",
    "text/json", "text/csv", "application/x-ndjson", "text/plain", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x", "application/xml", "x", "/", "application/json; charset=\u00e9",
    "application/octet-stream", "text/csv; charset=gbk; header",
)  # fmt: skip


class Mutated(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


def good(tag: str, **more: Any) -> dict[str, Any]:
    """A valid event of that type as JSON has it."""
    kind = EVENT_TYPES[tag]
    fields = {
        "id": f"{tag}-1",
        "at": AT,
        "region": "430100",
        **_OWN,
        **({} if issubclass(kind, Duty) else {"case": "A-1", "numbered_by": "430100-公安局"}),
        **more,
    }
    event = {name: value for name, value in fields.items() if name in kind.__struct_fields__}
    return dict(msgspec.to_builtins(event)) | {"type": tag}


def mutated(rng: random.Random) -> Mutated:
    """The next request of a seeded hand."""
    if rng.random() < 0.35:
        return _rows(rng)
    tags = sorted(EVENT_TYPES)
    events = [good(rng.choice(tags), id=f"e{rng.randrange(10**6)}") for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    for event in events:
        _bend(event, rng)
    body = msgspec.json.encode(events if len(events) > 1 or rng.random() < 0.2 else events[0])
    return _sent("/v1/events", "application/json", body, rng)


def _rows(rng: random.Random) -> Mutated:
    row: dict[str, Any] = {"no": str(rng.randrange(100)), "t": "2026-03-02 09:30:00", "region": "430100", "limit": "10wd"}
    name = rng.choice(("plain", "gbk", "ascii", "utf16", "plain"))
    path = f"/v1/mapped/{name}{rng.choice(('', '', '?dead_letters=true', '?dead_letters=1', '?dead_letters='))}"
    kind = rng.choice(("application/json", "application/x-ndjson", "text/csv"))
    _bend(row, rng)
    if kind == "text/csv":
        text = ",".join(row) + "\n" + ",".join(f"{value}".replace("\n", " ") for value in row.values()) + "\n"
        encoding = {"plain": "utf-8", "gbk": "gbk", "ascii": "ascii", "utf16": "utf-16"}[name]
        body = text.encode(rng.choice((encoding, "utf-8")), "replace")
    elif kind == "application/json":
        body = msgspec.json.encode(rng.choice((row, [row], [row, 5, "😀", None, [["😀"]]])))
    else:
        body = msgspec.json.encode(row) + b"\n" + rng.choice((b"", b"\n", b"5\n", b'"\xf0\x9f\x98\x80"\n'))
    return _sent(path, kind, body, rng)


def _bend(event: dict[str, Any], rng: random.Random) -> None:
    """Spoil some fields, or none."""
    for _ in range(rng.choice((0, 0, 1, 1, 2, 4))):
        name = rng.choice([*event, "case", "unknown", "promised", "amount_fen"])
        if rng.random() < 0.2:
            event.pop(name, None)
        else:
            event[name] = rng.choice(VALUES)


def _cut(body: bytes, rng: random.Random) -> bytes:
    return body[: rng.randrange(len(body) + 1)]


def _flip(body: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(body) or 1)
    return body[:place] + bytes([rng.randrange(256)]) + body[place + 1 :]


def _insert(body: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(body) + 1)
    return body[:place] + rng.choice(SNIPPETS) + body[place:]


def _double(body: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(body) + 1)
    return body[:start] + body[start : start + rng.randrange(60)] * 2 + body[start:]


def _wrap(body: bytes, rng: random.Random) -> bytes:
    return rng.choice(
        (b"[" + body + b"]", b"[[" + body + b"]]", body * 2, b"[" + body + b",]", b" \n" + body, body + b"\x00", b"")
    )


def _recode(body: bytes, rng: random.Random) -> bytes:
    return body.decode("utf-8", "replace").encode(
        rng.choice(("utf-16", "utf-16-le", "utf-32", "gb18030", "utf-8-sig")), "replace"
    )


_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (_cut, _flip, _insert, _double, _wrap, _recode)


def _sent(path: str, kind: str, body: bytes, rng: random.Random) -> Mutated:
    """As it goes over the wire: bytes spoilt, packed, or under a wrong name; or as it should."""
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        body = rng.choice(_BYTES)(body, rng)
    headers = {"Content-Type": kind if rng.random() < 0.9 else rng.choice(TYPES)}
    packing = rng.random()
    if packing < 0.04:
        headers["Content-Encoding"] = rng.choice(("gzip", "deflate", "br", "zstd", "identity", "foo", "gzip, gzip", ""))
    elif packing < 0.1:
        headers["Content-Encoding"], body = rng.choice((("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))))
        if rng.random() < 0.5:
            body = rng.choice(_BYTES[:4])(body, rng)
    return Mutated(path, headers, body)
