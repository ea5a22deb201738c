"""What every channel has in common: its keys, how it sends, and how a service says no."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Protocol

import aiohttp
import msgspec
from yarl import URL

from monitor.notify.letter import Letter
from rules.errors import SupervisionError

TIMEOUT = aiohttp.ClientTimeout(total=20)


class NotSent(SupervisionError):
    """A channel did not take a message. It is tried again, and its stand-in gets it in the end.

    Whose: the channel's, or the plan's.
    Mend: see what the service says; the text has its code and words.
    """


class MessageChannel(Protocol):
    """An open channel. ``per_minute`` messages at most leave by it."""

    per_minute: int

    async def send(self, http: aiohttp.ClientSession, message: Letter, now: float) -> None:
        """Return once the service has taken it; :class:`NotSent` says why not. ``now`` is epoch seconds, for signatures."""
        ...


class ChannelBase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """Keys of every channel: ``instead`` names the one that stands in for it when it refuses for a quarter of an hour."""

    instead: str = ""
    per_minute: Annotated[int, msgspec.Meta(ge=1, le=6000)] = 20


async def posted(
    http: aiohttp.ClientSession, url: str, body: bytes, headers: Mapping[str, str] = {}, *, params: Mapping[str, str] = {}
) -> Any:
    """The service's answer as JSON, if it has any. :class:`NotSent` for any other status than 2xx, and for none.

    ``url`` goes out as it is: a signature may cover its very bytes. Redirects are not followed: a message would go where nobody
    has sent it. Errors never show the address, which may be a secret.
    """
    try:
        async with http.post(
            URL(url, encoded=True), data=body, headers=dict(headers), params=dict(params), timeout=TIMEOUT, allow_redirects=False
        ) as answer:
            text = (await answer.content.read(65_536)).decode("utf-8", "replace")
            if not 200 <= answer.status < 300:
                raise NotSent(f"HTTP {answer.status}: {text[:200]}".rstrip(": "))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NotSent(_without_address(error)) from None
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def _without_address(error: BaseException) -> str:
    """What went wrong, without the URL: the errors of the HTTP client carry it, and it may hold a key."""
    if isinstance(error, TimeoutError):
        return "no answer within 20 s"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect: {error.os_error.strerror or type(error.os_error).__name__}"
    return type(error).__name__


def refuse_unless(answer: Any, code: str, words: str) -> None:
    """:class:`NotSent` unless ``answer[code]`` is 0: these services say no with HTTP 200."""
    if not isinstance(answer, dict) or answer.get(code) != 0:
        got = answer if isinstance(answer, dict) else {}
        raise NotSent(f"{code} {got.get(code, 'missing')}: {str(got.get(words, ''))[:200]}".rstrip(": "))
