"""The gateway's HTTP server: who asks, what is asked, and the answer. What bodies mean is ``reading.py``'s business."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from types import TracebackType
from typing import Self

import click
import msgspec
from aiohttp import web
from prometheus_client import Counter

from monitor.door import RETRY_AFTER, Door, Runner, Strangers, Tokens, limits, requester
from monitor.gateway.errors import JsonHandler, internal_error, refused, refused_body, refused_request
from monitor.gateway.flight import Flight
from monitor.gateway.openapi import Taken, openapi
from monitor.gateway.publisher import Publisher
from monitor.gateway.reading import BodyRefused, Fault, read_events, read_rows, whole
from monitor.gateway.requests import JSON, ROWS, body_of, bytes_ahead, check_media, check_query, flag_of, media_of
from monitor.gateway.tokens import Source, parse_tokens
from monitor.kafka import KafkaUnavailable
from monitor.mapping import MappedRow, load_mappings
from monitor.metrics import DEAD_LETTERS, GATEWAY_AHEAD, GATEWAY_EVENTS, GATEWAY_REQUESTS, GATEWAY_SECONDS
from monitor.settings import Settings
from monitor.wire import encode_json
from rules.events import Event
from rules.instant import MINUTE, to_instant

log = logging.getLogger(__name__)
AHEAD_TOLERANCE = 5 * MINUTE
_RETRY_AFTER = {"Retry-After": "5"}
_SOURCE = web.RequestKey("source", Source)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gateway:
    """The running gateway; use as an async context manager. ``url`` is where it listens."""

    def __init__(self, settings: Settings) -> None:
        """Read tokens, mappings, certificate and spool: what cannot be used is said before anything listens."""
        own = settings.gateway
        self._proxies = own.proxies
        self._tokens = Tokens(own.tokens, parse_tokens, "gateway")
        self._mappings = load_mappings(own.mappings)
        self._openapi = encode_json(openapi(tuple(self._mappings)))
        self._strangers = Strangers("gateway", own.connections_per_peer)
        self._flight = Flight(own.mib_in_flight << 20)
        self._door = Door("gateway", own)
        self._runner = Runner(self._app(), self._door, JsonHandler)
        self._publisher = Publisher(settings)
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._publisher.__aenter__()
        try:
            await self._runner.open()
        except BaseException:
            await self._publisher.__aexit__()
            raise
        self.url = self._door.url
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._runner.cleanup()  # requests under way are answered first
        await self._publisher.__aexit__(kind, error, trace)

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=limits.MOST_BYTES, middlewares=[self._guard])
        app.router.add_post("/v1/events", self._post_events)
        app.router.add_post("/v1/mapped/{mapping}", self._post_rows)
        app.router.add_get("/v1/openapi.json", self._get_openapi)
        app.router.add_get("/livez", self._get_alive)
        app.router.add_get("/readyz", self._get_ready)
        app.router.add_get("/healthz", self._get_health)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Authentication, errors as JSON, and the metrics of every request."""
        if request.method != "POST":
            return await self._answer(request, handler)
        began = time.perf_counter()
        source = self._tokens.bearer(request.headers.get("Authorization", ""))
        if source is None:
            response = await self._turn_away(request)
        else:
            request[_SOURCE] = source
            response = await self._answer(request, handler)
            GATEWAY_SECONDS.observe(time.perf_counter() - began)  # a stranger's answer is late on purpose
        _requests(source.name if source else "-", response.status).inc()
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except BodyRefused as error:
            response = refused_body(error)
        except KafkaUnavailable as error:
            log.warning("refused %s: %s", request.path, error, extra={"kind": "kafka_unavailable"})
            response = refused(503, [Fault(None, "", "kafka_unavailable", f"{error}; repeat the request")], _RETRY_AFTER)
        except web.HTTPException as error:
            response = refused_request(error)
        except Exception as error:
            response = internal_error(request, error)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def _turn_away(self, request: web.Request) -> web.StreamResponse:
        """The answer to a wrong token: at once, or late and the connection's last."""
        transport = request.transport
        address = transport.get_extra_info("peername") if transport else None
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))
        slowed = await self._strangers.turned_away(requester(address, forwarded, self._proxies))
        if slowed is False:
            text = "a known token is needed: Authorization: Bearer TOKEN"
            return refused(401, [Fault(None, "", "unauthorized", text)], {"WWW-Authenticate": "Bearer"})
        if slowed is None and transport is not None:
            transport.abort()  # enough answers to that peer wait already
        response = refused(429, [Fault(None, "", "too_many", "too many wrong tokens from here")], {"Retry-After": RETRY_AFTER})
        response.force_close()
        return response

    async def _post_events(self, request: web.Request) -> web.StreamResponse:
        source = request[_SOURCE]
        check_query(request)
        check_media(request, JSON)
        size = bytes_ahead(request)
        self._flight.take(source.name, size)
        try:
            events = read_events(await body_of(request), source)
            return await self._take(source, events, ())
        finally:
            self._flight.give_back(source.name, size)

    async def _post_rows(self, request: web.Request) -> web.StreamResponse:
        source = request[_SOURCE]
        name = request.match_info["mapping"]
        mapping = self._mappings.get(name)
        if mapping is None:
            raise whole(404, "unknown_mapping", f"there is no mapping {name!r}; there are {', '.join(self._mappings) or 'none'}")
        check_query(request, "dead_letters")
        check_media(request, JSON | ROWS)
        keep_bad = flag_of(request, "dead_letters")
        size = bytes_ahead(request)
        self._flight.take(source.name, size)
        try:
            events, bad = read_rows(await body_of(request), media_of(request), mapping, keep_bad=keep_bad, source=source)
            return await self._take(source, [event for _, event in events], bad)
        finally:
            self._flight.give_back(source.name, size)

    async def _take(self, source: Source, events: Sequence[Event], bad: Sequence[MappedRow]) -> web.StreamResponse:
        letters = [row.dead_letter(f"gateway {source.name}") for row in bad]
        is_spooled = await self._publisher.publish(events, letters)
        latest = time.time() * 1000 + AHEAD_TOLERANCE
        ahead = sum(to_instant(event.at) > latest for event in events)
        for event in events:
            _events(source.name, str(type(event).__struct_config__.tag)).inc()
        for letter in letters:
            DEAD_LETTERS.labels(reason=letter.reason).inc()
        if ahead:
            GATEWAY_AHEAD.labels(source=source.name).inc(ahead)
        spooled = len(events) + len(letters) if is_spooled else msgspec.UNSET
        return _json(202, Taken(len(events), ahead, len(letters), spooled))

    async def _get_openapi(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(body=self._openapi, content_type="application/json")

    async def _get_alive(self, _request: web.Request) -> web.StreamResponse:
        """The process answers; a restart would mend nothing."""
        return web.json_response({"alive": True})

    async def _get_ready(self, _request: web.Request) -> web.StreamResponse:
        """Whether an event would be taken now."""
        takes = self._publisher.takes
        return web.json_response({"ready": takes}, status=200 if takes else 503, headers=None if takes else _RETRY_AFTER)

    async def _get_health(self, _request: web.Request) -> web.StreamResponse:
        """Whether all is as it should be: the broker is reached and nothing waits for it here."""
        kafka, waiting = self._publisher.ready, self._publisher.waiting
        return web.json_response({"kafka": kafka, "spooled": waiting}, status=200 if kafka and not waiting else 503)


async def run_gateway(settings: Settings, announce: Callable[[str], object] = click.echo) -> None:
    """Serve until cancelled; requests under way are then answered first. ``announce`` gets one line with the address."""
    async with Gateway(settings) as gateway:
        announce(f"gateway: {gateway.url}/v1/events")
        if settings.gateway.tokens is None:
            announce("gateway: no tokens file is set (gateway.tokens), so every request is refused; `supervise token new NAME`")
        await asyncio.Event().wait()


@cache
def _requests(source: str, status: int) -> Counter:
    """Looked up once: a metric finds its labels slowly, and every event is counted."""
    return GATEWAY_REQUESTS.labels(source=source, status=status)


@cache
def _events(source: str, type_: str) -> Counter:
    return GATEWAY_EVENTS.labels(source=source, type=type_)


def _json(status: int, content: msgspec.Struct) -> web.Response:
    return web.Response(status=status, body=encode_json(content), content_type="application/json")
