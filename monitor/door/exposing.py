"""Metrics for Prometheus on a listener of their own, in a thread of their own: answered while the process is at work or stuck."""

import asyncio
import hmac
import threading
from collections.abc import Callable

from aiohttp import web
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from monitor.door.http import Runner
from monitor.door.listening import Door
from monitor.door.logs import thin_out_logs
from monitor.door.peers import is_known_host, is_loopback, requester
from monitor.door.strangers import RETRY_AFTER, Strangers
from monitor.settings import BadSettings, MetricsSettings


class _Exposed:
    def __init__(self, settings: MetricsSettings, hindrance: Callable[[], str]) -> None:
        self._settings, self._hindrance = settings, hindrance
        self._token = settings.token.get_secret_value()
        self._strangers = Strangers("metrics", settings.connections_per_peer)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/livez", self._alive)
        app.router.add_get("/readyz", self._ready)
        return app

    async def _alive(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n")

    async def _ready(self, _request: web.Request) -> web.StreamResponse:
        hindrance = self._hindrance()
        return web.Response(status=503 if hindrance else 200, text=f"{hindrance or 'ready'}\n")

    async def _metrics(self, request: web.Request) -> web.StreamResponse:
        if not self._token:
            if not is_known_host(request.headers.get("Host"), ()):
                return web.Response(status=421, text="call it by an address or as localhost, or set metrics.token\n")
        elif not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {self._token}".encode()):
            return await self._refuse(request)
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(REGISTRY), headers={"Content-Type": content_type})

    async def _refuse(self, request: web.Request) -> web.StreamResponse:
        transport = request.transport
        peer = transport.get_extra_info("peername") if transport else None
        slowed = await self._strangers.turned_away(requester(peer, "", ()))
        headers = {"WWW-Authenticate": "Bearer"} | ({"Retry-After": RETRY_AFTER} if slowed is not False else {})
        answer = web.Response(status=401 if slowed is False else 429, headers=headers, text="metrics.token is needed\n")
        if slowed is not False:
            answer.force_close()
        return answer


def serve_metrics(settings: MetricsSettings, hindrance: Callable[[], str] = str) -> None:
    """Answer Prometheus on its own port until the process ends; port 0 leaves it off.

    ``/livez`` says that the process runs; ``/readyz`` that it does its work, or what ``hindrance`` says keeps it from that.
    :class:`~monitor.settings.BadSettings` where others than this machine could read them without a token: they name window
    systems. :class:`~monitor.settings.CannotListen`.
    """
    if not settings.port:
        return
    thin_out_logs()
    if not is_loopback(settings.host) and not settings.token.get_secret_value():
        raise BadSettings(f"metrics.host: {settings.host} is reached by others, who need a token then: set metrics.token")
    opened: list[BaseException | None] = []
    known = threading.Event()
    thread = threading.Thread(target=_serve, args=(settings, hindrance, opened, known), name="metrics", daemon=True)
    thread.start()
    known.wait()
    if opened[0] is not None:
        raise opened[0]


def _serve(
    settings: MetricsSettings, hindrance: Callable[[], str], opened: "list[BaseException | None]", known: threading.Event
) -> None:
    """The thread's work. Its loop is asyncio's own, whatever the process runs on: :mod:`monitor.door.listening` needs it."""
    loop = asyncio.SelectorEventLoop()

    async def serve() -> None:
        runner = Runner(_Exposed(settings, hindrance).app(), Door("metrics", settings))
        await runner.open()
        opened.append(None)
        known.set()
        await asyncio.Event().wait()

    try:
        loop.run_until_complete(serve())
    except BaseException as error:
        opened.append(error)
        known.set()
