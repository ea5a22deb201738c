"""Long-running parts: wires each with its settings, and ends it when SIGINT or SIGTERM comes."""

import asyncio
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from monitor.app.stopping import until_stopped, with_stop
from monitor.books import Library
from monitor.demo import Demo, DemoOptions
from monitor.door import serve_metrics, thin_out_logs
from monitor.embedded.run import run_kafka, run_postgres
from monitor.gateway import run_gateway
from monitor.settings import Settings
from monitor.simulate import run_simulate, write_book, write_file
from monitor.stream.run import run_worker
from monitor.supervisor import run_processes
from monitor.wall import run_wall


def worker(chosen: Settings) -> None:
    """Run the rule engine until it is stopped."""
    run_worker(chosen, Library.of_files(chosen.worker.books))


def gateway(chosen: Settings) -> None:
    """Run the HTTP way in until it is stopped."""
    thin_out_logs()
    serve_metrics(chosen.metrics)
    until_stopped(run_gateway(chosen))


def wall(chosen: Settings) -> None:
    """Run the leaders' screen until it is stopped."""
    thin_out_logs()
    serve_metrics(chosen.metrics)
    until_stopped(run_wall(chosen))


def kafka(data: Path, port: int) -> None:
    """Run the embedded Kafka until it is stopped."""
    run_kafka(data, port)


def postgres(data: Path, port: int) -> None:
    """Run the embedded PostgreSQL until it is stopped."""
    run_postgres(data, port)


KEPT = ("worker", "gateway", "wall", "ledger", "notify", "pull", "kafka", "postgres")
"""Commands that run until they are stopped, and may be kept running."""


def run(processes: tuple[str, ...], settings: Path | None, log_level: str) -> None:
    """Keep the processes running until it is stopped."""
    base = [sys.executable, "-m", "monitor", "--log-level", log_level]
    run_processes(processes, KEPT, [*base, "--settings", str(settings)] if settings is not None else base)


def demo(*, fresh: bool, data: Path, **options: Any) -> int:
    """Everything at once; the exit status."""
    if fresh and data.exists():
        shutil.rmtree(data)
    status: int = asyncio.run(with_stop(Demo(DemoOptions(data=data.resolve(), **options)).run))
    return status


def simulate(
    chosen: Settings,
    *,
    seed: int,
    speed: float,
    cases_per_day: float,
    backfill_days: int,
    start: datetime | None,
    seconds: float | None,
    out: Path | None,
    book: Path | None,
) -> None:
    """The simulated hall: into a file, or into Kafka until it is stopped."""
    if book is not None:
        write_book(book)
    if out is not None:
        count = write_file(out, start=start, days=backfill_days, seed=seed, cases_per_day=cases_per_day)
        click.echo(f"{out}: {count:,} records", err=True)
    if book is not None or out is not None:
        return

    async def run(stop: asyncio.Event) -> None:
        done = await run_simulate(
            chosen,
            seed=seed,
            speed=speed,
            start=start,
            cases_per_day=cases_per_day,
            backfill_days=backfill_days,
            seconds=seconds,
            stop=stop,
        )
        click.echo(str(done), err=True)

    asyncio.run(with_stop(run))
