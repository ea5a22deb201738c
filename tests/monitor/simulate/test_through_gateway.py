"""The simulated hall as a window system: on the real gateway and broker, and against gateways in trouble."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiokafka import AIOKafkaConsumer

from monitor.gateway.server import Gateway
from monitor.gateway.tokens import new_token
from monitor.kafka import ensure_topics
from monitor.settings import load_settings
from monitor.simulate.catalog import REGION
from monitor.simulate.through_gateway import GatewayRefused, run_through_gateway
from monitor.wire import Topics, decode_record
from rules.events import Tick, key_of
from tests.monitor.simulate.halls import instant

MORNING = instant("2026-03-04T10:00")


def hurried_clock(speed: int = 900) -> Callable[[], int]:
    """A clock that begins in the middle of a morning and runs fast: real time would make these tests depend on the hour."""
    began = time.monotonic()
    return lambda: MORNING + int((time.monotonic() - began) * 1000 * speed)


@asynccontextmanager
async def serve(answer: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/v1/events", answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.kafka
async def test_the_events_of_the_hall_pass_the_gateway_and_lie_on_the_broker(
    kafka: str, topic_prefix: str, tmp_path: Path
) -> None:
    fresh = new_token("simulated hall", (REGION,))
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(fresh.table)
    settings = load_settings(
        None, kafka={"bootstrap": kafka}, topics={"prefix": topic_prefix}, gateway={"port": 0, "tokens": tokens}
    )
    await ensure_topics(settings.kafka, settings.topics)
    async with Gateway(settings) as gateway:
        summary = await run_through_gateway(gateway.url, fresh.token, cases_per_day=400, seconds=3, clock=hurried_clock())
    assert summary.events > 20
    consumer = AIOKafkaConsumer(
        Topics(topic_prefix).events, bootstrap_servers=kafka, auto_offset_reset="earliest", consumer_timeout_ms=500
    )
    await consumer.start()
    try:
        seen: list[Any] = []
        while len(seen) < summary.events:
            for records in (await consumer.getmany(timeout_ms=5000)).values():
                seen += records
    finally:
        await consumer.stop()
    events = [decode_record(record.value) for record in seen]
    assert len(events) == summary.events
    assert all(
        not isinstance(event, Tick) and record.key == key_of(event).encode() for record, event in zip(seen, events, strict=True)
    )


async def test_a_gateway_without_its_broker_is_asked_again_and_nothing_is_lost() -> None:
    bodies: list[bytes] = []

    async def away_at_first(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.Response(status=503 if len(bodies) == 1 else 202)

    async with serve(away_at_first) as url:
        summary = await run_through_gateway(url, "t", cases_per_day=400, seconds=2, clock=hurried_clock())
    assert bodies[0] == bodies[1]
    assert len(bodies) == summary.requests + 1


async def test_a_hall_with_a_wrong_token_ends_and_says_what_to_do() -> None:
    async def unknown(_: web.Request) -> web.Response:
        return web.Response(status=401, text="a known token is needed")

    async with serve(unknown) as url:
        with pytest.raises(GatewayRefused, match=r"supervise token new NAME.*a known token is needed"):
            await run_through_gateway(url, "wrong", cases_per_day=400, seconds=5, clock=hurried_clock())


async def test_a_gateway_that_is_not_there_is_given_up_after_a_while(
    unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.simulate.through_gateway._PATIENCE", 0.6)
    with pytest.raises(GatewayRefused, match="did not take"):
        await run_through_gateway(f"http://127.0.0.1:{unused_tcp_port}", "t", cases_per_day=400, seconds=9, clock=hurried_clock())


async def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(GatewayRefused, match="is no address of a gateway"):
        await run_through_gateway("gateway.example", "t", seconds=1)
