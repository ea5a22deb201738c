"""Bring everything up in order, let the hall live, and say what happened."""

import asyncio
import contextlib
import time
from pathlib import Path
from typing import Any

import click
import msgspec

from monitor.demo.children import Children
from monitor.demo.observer import Observer
from monitor.demo.site import Site, make_site, name_database, prepare_topics
from monitor.embedded.errors import EmbeddedError
from monitor.embedded.kafka import EmbeddedKafka
from monitor.embedded.postgres import EmbeddedPostgres
from monitor.embedded.run import shown_progress
from monitor.settings import Settings, load_settings
from monitor.simulate import Summary, run_simulate
from rules.errors import SupervisionError
from rules.instant import HOUR

_PATIENCE = 90.0  # seconds for a part to answer
_SETTLE = 2.0  # seconds for the history's last hour to get through before lag is measured


class DemoOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the flags of ``supervise demo`` say."""

    data: Path
    seconds: float | None
    speed: float
    cases_per_day: float
    backfill_days: int
    seed: int
    wall_port: int
    gateway_port: int


class Demo:
    """One run of the demo."""

    def __init__(self, options: DemoOptions) -> None:
        self._options = options
        self._database: EmbeddedPostgres | None = None

    async def run(self, stop: asyncio.Event) -> int:
        """The exit status: 0 if cards reached a wall client, or the user ended an endless demo."""
        data = self._options.data
        with shown_progress() as progress:
            broker = await asyncio.to_thread(EmbeddedKafka(data / "kafka", progress=progress).__enter__)
        try:
            site = make_site(data, broker.bootstrap, self._options.wall_port, self._options.gateway_port)
            children = Children(site.settings, data / "logs")
            try:
                return await self._live(site, children, stop)
            finally:
                await asyncio.to_thread(children.stop)
                if self._database is not None:
                    await asyncio.to_thread(self._database.stop)
        finally:
            await asyncio.to_thread(broker.stop)

    async def _live(self, site: Site, children: Children, stop: asyncio.Event) -> int:
        settings = load_settings(site.settings)
        await prepare_topics(settings)
        for name in ("worker", "gateway", "wall"):
            children.start(name)
        _show("Kafka", settings.kafka.bootstrap)
        await _answering("127.0.0.1", settings.wall.port, children)
        _show("wall", site.wall)
        await _answering("127.0.0.1", settings.gateway.port, children)
        _show("gateway", f"{site.gateway} (token in {site.token})")
        observer = Observer(site.wall, self._options.speed)
        async with _background(observer.run(), _watch_over(children, stop)):
            summary = await self._feed(site, settings, observer, children, stop)
        return self._report(summary, observer)

    async def _start_ledger(self, site: Site, children: Children) -> None:
        """PostgreSQL and the ledger, once the wall has the history: they would only be in its way before."""
        database = EmbeddedPostgres(self._options.data / "postgres")
        try:
            await asyncio.to_thread(database.start)
        except EmbeddedError as error:
            click.echo(f"no ledger: {error}", err=True)
            return
        self._database = database
        name_database(site, database.address, database.data / "password")
        children.start("ledger")
        _show("ledger", f"postgresql://{database.address}/supervise ({database.hint})")

    async def _feed(self, site: Site, settings: Settings, observer: Observer, children: Children, stop: asyncio.Event) -> Summary:
        options = self._options

        async def ready(history: Summary) -> None:
            click.echo(f"history: {history.events:,} events in {history.backfill_seconds:.1f} s", err=True)
            seconds = await observer.reached(history.live - HOUR, _PATIENCE)
            click.echo(f"the worker and the wall have it all {seconds:.1f} s later; the hall is live", err=True)
            await self._start_ledger(site, children)
            await asyncio.sleep(_SETTLE)
            observer.live_from(history.live)

        return await run_simulate(
            settings,
            seed=options.seed,
            speed=options.speed,
            cases_per_day=options.cases_per_day,
            backfill_days=options.backfill_days,
            seconds=options.seconds,
            stop=stop,
            on_ready=ready,
        )

    def _report(self, summary: Summary, observer: Observer) -> int:
        click.echo(f"events in       {summary.events:,}")
        out = ", ".join(f"{level} {observer.levels[level]}" for level in ("red", "yellow", "warning", "reminder"))
        click.echo(f"cards out       {out} (fell due while live, seen by a wall client)")
        if observer.last is not None:
            totals = observer.last.picture.totals
            rate = totals.on_time / totals.concluded if totals.concluded else 0
            click.echo(
                f"on the wall     open {totals.open:,}, concluded {totals.concluded:,}, on time {rate:.1%}, "
                f"yellow {totals.yellow:,}, red {totals.red:,}"
            )
        click.echo(
            f"detection lag   p50 {observer.lag(0.5):.3f} s, p99 {observer.lag(0.99):.3f} s "
            f"(from falling due to the wall client, {len(observer.lags)} alerts)"
        )
        if self._options.seconds is None:
            return 0
        if observer.cards():
            return 0
        click.echo("no card reached the wall client", err=True)
        return 1


def _show(what: str, where: str) -> None:
    click.echo(f"{what:<9} {where}")


async def _watch_over(children: Children, stop: asyncio.Event) -> None:
    while not stop.is_set():
        children.check()
        await asyncio.sleep(0.5)


async def _answering(host: str, port: int, children: Children) -> None:
    """Wait until something listens there."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        children.check()
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            if time.monotonic() > deadline:
                raise SupervisionError(f"nothing answers at {host}:{port} after {_PATIENCE:.0f} s") from None
            await asyncio.sleep(0.1)
        else:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            return


@contextlib.asynccontextmanager
async def _background(*jobs: Any) -> Any:
    """Run ``jobs`` beside the body; the first that fails fails the body too."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job) for job in jobs]
        yield
        for task in tasks:
            task.cancel()
