"""What a request says beside its events: its media type, its parameters, its body as bytes."""

import asyncio

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from monitor.door import limits
from monitor.gateway.errors import unreadable_body
from monitor.gateway.reading import BodyRefused, whole

JSON = frozenset({"application/json", "text/json"})
ROWS = frozenset({"text/csv", "application/x-ndjson"})
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def bytes_ahead(request: web.Request) -> int:
    """How many bytes the body will be at most, before it is read; 413 at once where it says too many itself."""
    length = request.content_length
    if length is not None and length > limits.MOST_BYTES:
        raise _too_large()
    packed = request.headers.get("Content-Encoding", "identity").lower() != "identity"
    return limits.MOST_BYTES if length is None or packed else length


async def body_of(request: web.Request) -> bytes:
    """The whole body, unpacked; :class:`~monitor.gateway.reading.BodyRefused` where it is too slow, too large or broken."""
    try:
        async with asyncio.timeout(limits.BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise whole(408, "too_slow", f"the body did not come within {limits.BODY_SECONDS:.0f} s") from None
    except web.HTTPRequestEntityTooLarge:
        raise _too_large() from None
    except (web.RequestPayloadError, HttpProcessingError) as error:
        raise unreadable_body(error) from None


def media_of(request: web.Request) -> str:
    """The media type of the body; that of JSON where none is said, or nothing but that it is bytes."""
    return "application/json" if request.content_type == "application/octet-stream" else request.content_type


def check_media(request: web.Request, known: frozenset[str]) -> None:
    """415 for what is not read here. JSON is UTF-8; of CSV the mapping says the encoding."""
    media = media_of(request)
    if media not in known:
        raise whole(415, "unsupported_media_type", f"{media[:100]!r} is not read here: send {', '.join(sorted(known))}")
    charset = (request.charset or "utf-8").lower()
    if media in JSON and charset not in _UTF_8:
        raise whole(415, "unsupported_media_type", f"JSON is UTF-8, not {charset[:40]!r}")


def check_query(request: web.Request, *known: str) -> None:
    """422 for a parameter that nobody reads, or that is given twice: a slip in its name would pass for being heeded."""
    for name in request.query:
        if name not in known:
            text = f"there is no parameter {name[:40]!r}; there is {', '.join(known) or 'none'}"
            raise whole(422, "unknown_field", text)
        if (times := len(request.query.getall(name))) > 1:
            raise whole(422, "invalid_field", f"{name} is given {times} times: which one counts?")


def flag_of(request: web.Request, name: str) -> bool:
    """A parameter that is true or false, false where it is not there; else 422."""
    text = request.query.get(name, "false")
    if text not in ("true", "false"):
        raise whole(422, "invalid_field", f"{name} must be true or false, not {text[:40]!r}")
    return text == "true"


def _too_large() -> BodyRefused:
    return whole(413, "too_large", f"at most {limits.MOST_BYTES} bytes in one request: send it in several")
