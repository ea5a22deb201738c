"""The gateway's HTTP server: who asks, what is asked, and the answer. What bodies mean is ``reading.py``'s business."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self

import click
import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from monitor.door import Tokens
from monitor.gateway.errors import Runner, internal_error, refused, refused_body, refused_request, unreadable_body
from monitor.gateway.openapi import Taken, openapi
from monitor.gateway.publisher import Publisher
from monitor.gateway.reading import BodyRefused, Fault, read_events, read_rows, whole
from monitor.gateway.tokens import Source, parse_tokens
from monitor.kafka import KafkaUnavailable
from monitor.mapping import MappedRow, load_mappings
from monitor.metrics import DEAD_LETTERS, GATEWAY_AHEAD, GATEWAY_EVENTS, GATEWAY_REQUESTS, GATEWAY_SECONDS
from monitor.settings import CannotListen, Settings
from monitor.wire import encode_json
from rules.events import Event
from rules.instant import MINUTE, to_instant

log = logging.getLogger(__name__)
MOST_BYTES = 4 * 1024 * 1024
BODY_SECONDS = 30.0
"""A sender that dribbles its body holds a connection no longer than this."""
AHEAD_TOLERANCE = 5 * MINUTE
_JSON = frozenset({"application/json", "text/json"})
_ROWS = frozenset({"text/csv", "application/x-ndjson"})
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_RETRY_AFTER = {"Retry-After": "5"}
_SOURCE = web.RequestKey("source", Source)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gateway:
    """The running gateway; use as an async context manager. ``url`` is where it listens."""

    def __init__(self, settings: Settings) -> None:
        """Read tokens and mappings: :class:`~monitor.door.BadTokens` and ``BadMapping`` before anything listens."""
        self._settings = settings.gateway
        self._tokens = Tokens(settings.gateway.tokens, parse_tokens, "gateway")
        self._mappings = load_mappings(settings.gateway.mappings)
        self._publisher = Publisher(settings)
        self._openapi = encode_json(openapi(tuple(self._mappings)))
        self._runner = Runner(self._app(), access_log=None, shutdown_timeout=15.0)
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._publisher.__aenter__()
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.host, self._settings.port)
        try:
            await site.start()
        except OSError as error:
            await self.__aexit__(None, None, None)
            where = f"{self._settings.host}:{self._settings.port}"
            raise CannotListen(
                f"the gateway cannot listen on {where}: {error.strerror}; set gateway.host or gateway.port"
            ) from None
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._runner.cleanup()  # requests under way are answered first
        await self._publisher.__aexit__(kind, error, trace)

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=MOST_BYTES, middlewares=[self._guard])
        app.router.add_post("/v1/events", self._post_events)
        app.router.add_post("/v1/mapped/{mapping}", self._post_rows)
        app.router.add_get("/v1/openapi.json", self._get_openapi)
        app.router.add_get("/healthz", self._get_health)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Authentication, errors as JSON, and the metrics of every request."""
        began = time.perf_counter()
        source = self._tokens.bearer(request.headers.get("Authorization", ""))
        try:
            if request.method == "POST":
                request[_SOURCE] = _required(source)
            response = await handler(request)
        except BodyRefused as error:
            response = refused_body(error)
        except KafkaUnavailable as error:
            log.warning("refused %s: %s", request.path, error)
            response = refused(503, [Fault(None, "", "kafka_unavailable", f"{error}; repeat the request")], _RETRY_AFTER)
        except web.HTTPException as error:
            response = refused_request(error)
        except Exception as error:
            response = internal_error(request, error)
        if request.method == "POST":
            GATEWAY_SECONDS.observe(time.perf_counter() - began)
            GATEWAY_REQUESTS.labels(source=source.name if source else "-", status=response.status).inc()
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def _post_events(self, request: web.Request) -> web.StreamResponse:
        source = request[_SOURCE]
        _check_query(request)
        _check_media(request, _JSON)
        events = read_events(await _body(request), source)
        return await self._take(source, events, ())

    async def _post_rows(self, request: web.Request) -> web.StreamResponse:
        source = request[_SOURCE]
        name = request.match_info["mapping"]
        mapping = self._mappings.get(name)
        if mapping is None:
            raise whole(404, "unknown_mapping", f"there is no mapping {name!r}; there are {', '.join(self._mappings) or 'none'}")
        _check_query(request, "dead_letters")
        _check_media(request, _JSON | _ROWS)
        keep_bad = _flag(request, "dead_letters")
        events, bad = read_rows(await _body(request), _media(request), mapping, keep_bad=keep_bad, source=source)
        return await self._take(source, [event for _, event in events], bad)

    async def _take(self, source: Source, events: Sequence[Event], bad: Sequence[MappedRow]) -> web.StreamResponse:
        letters = [row.dead_letter(f"gateway {source.name}") for row in bad]
        await self._publisher.publish(events, letters)
        latest = time.time() * 1000 + AHEAD_TOLERANCE
        ahead = sum(to_instant(event.at) > latest for event in events)
        for event in events:
            GATEWAY_EVENTS.labels(source=source.name, type=type(event).__struct_config__.tag).inc()
        for letter in letters:
            DEAD_LETTERS.labels(reason=letter.reason).inc()
        if ahead:
            GATEWAY_AHEAD.labels(source=source.name).inc(ahead)
        return _json(202, Taken(len(events), ahead, len(letters)))

    async def _get_openapi(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(body=self._openapi, content_type="application/json")

    async def _get_health(self, _request: web.Request) -> web.StreamResponse:
        ready = self._publisher.ready
        return web.json_response({"kafka": ready}, status=200 if ready else 503)


async def run_gateway(settings: Settings, announce: Callable[[str], object] = click.echo) -> None:
    """Serve until cancelled; requests under way are then answered first. ``announce`` gets one line with the address."""
    async with Gateway(settings) as gateway:
        announce(f"gateway: {gateway.url}/v1/events")
        if settings.gateway.tokens is None:
            announce("gateway: no tokens file is set (gateway.tokens), so every request is refused; `supervise token new NAME`")
        await asyncio.Event().wait()


def _required(source: Source | None) -> Source:
    if source is None:
        raise web.HTTPUnauthorized(
            headers={"WWW-Authenticate": "Bearer"}, reason="a known token is needed: Authorization: Bearer TOKEN"
        )
    return source


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise whole(408, "too_slow", f"the body did not come within {BODY_SECONDS:.0f} s") from None
    except web.HTTPRequestEntityTooLarge:
        raise whole(413, "too_large", f"at most {MOST_BYTES} bytes in one request: send it in several") from None
    except (web.RequestPayloadError, HttpProcessingError) as error:
        raise unreadable_body(error) from None


def _media(request: web.Request) -> str:
    """The media type of the body; that of JSON where none is said, or nothing but that it is bytes."""
    return "application/json" if request.content_type == "application/octet-stream" else request.content_type


def _check_media(request: web.Request, known: frozenset[str]) -> None:
    """415 for what is not read here. JSON is UTF-8; of CSV the mapping says the encoding."""
    media = _media(request)
    if media not in known:
        raise whole(415, "unsupported_media_type", f"{media[:100]!r} is not read here: send {', '.join(sorted(known))}")
    charset = (request.charset or "utf-8").lower()
    if media in _JSON and charset not in _UTF_8:
        raise whole(415, "unsupported_media_type", f"JSON is UTF-8, not {charset[:40]!r}")


def _check_query(request: web.Request, *known: str) -> None:
    """422 for a parameter that nobody reads, or that is given twice: a slip in its name would pass for being heeded."""
    for name in request.query:
        if name not in known:
            text = f"there is no parameter {name[:40]!r}; there is {', '.join(known) or 'none'}"
            raise whole(422, "unknown_field", text)
        if (times := len(request.query.getall(name))) > 1:
            raise whole(422, "invalid_field", f"{name} is given {times} times: which one counts?")


def _flag(request: web.Request, name: str) -> bool:
    text = request.query.get(name, "false")
    if text not in ("true", "false"):
        raise whole(422, "invalid_field", f"{name} must be true or false, not {text[:40]!r}")
    return text == "true"


def _json(status: int, content: msgspec.Struct) -> web.Response:
    return web.Response(status=status, body=encode_json(content), content_type="application/json")
