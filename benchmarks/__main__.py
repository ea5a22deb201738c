"""``python -m benchmarks``: throughput, breakdown and latency on an embedded Kafka in a temporary folder."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from benchmarks.backtest import backtest as run_backtest
from benchmarks.breakdown import breakdown as run_breakdown
from benchmarks.contest import LOOP, STOCK, WORKER
from benchmarks.flood import flood as run_flood
from benchmarks.gateway import gateway as run_gateway
from benchmarks.latency import latency as run_latency
from benchmarks.ledger import run_ledger
from benchmarks.machine import machine
from benchmarks.site import site
from benchmarks.throughput import throughput as run_throughput
from rules.errors import SupervisionError

_kafka = click.option("--kafka", help="host:port of a broker that runs; default: an embedded one in a temporary folder.")
_cases = click.option("--cases", type=click.IntRange(10), default=20_000, show_default=True, help="Cases in the log, about.")
_days = click.option("--days", type=click.IntRange(7, 200), default=40, show_default=True, help="Simulated days of the log.")
_SHORT = {"worker": WORKER, "stock": STOCK, "loop": LOOP}
_seed = click.option("--seed", type=int, default=1, show_default=True)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(ctx: click.Context) -> None:
    """Measure the worker on a real Kafka. Without a command: all of them, one after the other.

    \b
    python -m benchmarks throughput --repetitions 1 --cases 5000
    python -m benchmarks latency --cases 100000
    """
    if ctx.invoked_subcommand is None:
        for command in (throughput, breakdown, latency, backtest, ledger):
            ctx.invoke(command)


@main.command()
@_cases
@_days
@_seed
@click.option("--repetitions", type=click.IntRange(1), default=3, show_default=True)
@click.option("--only", multiple=True, type=click.Choice(list(_SHORT)), help="Some contenders only; may be repeated.")
@click.option(
    "--families", type=click.Choice(["all", "time-limits"]), default="all", show_default=True, help="Rules of the book."
)
@click.option(
    "--before",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Checkout of an earlier commit, installed there: its worker runs in turn with this one.",
)
@_kafka
def throughput(kafka: str | None, only: tuple[str, ...], **options: Any) -> None:
    """Events/s of one process: the worker, stock Faust, a hand-written loop, in turn, on the same log and rules.

    Exit status 1 if they do not end with the same alerts, or the workers with other states.

    \b
    git worktree add ../before COMMIT && make -C ../before install
    python -m benchmarks throughput --only worker --before ../before --repetitions 5
    """
    out = Console(width=130)
    out.print(machine())
    with site(kafka) as place:
        agreed = asyncio.run(run_throughput(place, out, contenders=[_SHORT[name] for name in only or _SHORT], **options))
    if not agreed:
        sys.exit(1)


@main.command()
@_cases
@_days
@_seed
@_kafka
def breakdown(kafka: str | None, **options: Any) -> None:
    """Where the time per event goes: fetch, JSON, case, rules, produce, and Faust around them."""
    out = Console(width=130)
    out.print(machine())
    with site(kafka) as place:
        asyncio.run(run_breakdown(place, out, **options))


@main.command()
@click.option("--cases", type=click.IntRange(100), default=1_000_000, show_default=True, help="Open cases.")
@click.option("--seconds", type=click.FloatRange(5), default=40.0, show_default=True, help="Of each of the two windows.")
@click.option("--per-second", type=click.FloatRange(0.5), default=12.0, show_default=True, help="Cases that fall due.")
@click.option("--rate", type=click.FloatRange(1), default=400.0, show_default=True, help="Events/s beside, in the second window.")
@_kafka
def latency(kafka: str | None, **options: Any) -> None:
    """From falling due to the alert on the broker, with a million open cases; recovery and memory on the way.

    Exit status 1 if p99 is above 250 ms or an alert is missing.
    """
    out = Console(width=130)
    out.print(machine())
    with site(kafka) as place:
        good = asyncio.run(run_latency(place, out, **options))
    if not good:
        sys.exit(1)


@main.command()
@click.option("--records", type=click.IntRange(1000), default=1_000_000, show_default=True, help="Records, about.")
@click.option("--days", type=click.IntRange(7, 365), default=365, show_default=True, help="Simulated days they come from.")
@click.option("--processes", type=click.IntRange(1), help="Default: one per core.")
@click.option("--repetitions", type=click.IntRange(1), default=3, show_default=True)
@_seed
def backtest(**options: Any) -> None:
    """Old records by two rule books side by side: records/s on all cores, memory. Needs no broker."""
    out = Console(width=130)
    out.print(machine())
    run_backtest(out, **options)


@main.command()
@click.option("--repetitions", type=click.IntRange(1), default=3, show_default=True)
@click.option(
    "--before",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Checkout of an earlier commit: its gateway runs in turn with this one.",
)
@_kafka
def gateway(kafka: str | None, before: Path | None, repetitions: int) -> None:
    """Events/s through the gateway over 32 connections, each acknowledged by Kafka: single, and in arrays of 100."""
    out = Console(width=130)
    out.print(machine())
    for which, at_once, rate, work in run_gateway(before, repetitions, kafka):
        out.print(f"{which:>7}  {at_once:>4} events a request  {rate:>9,.0f} events/s  {work:>7.1f} µs of processor an event")


@main.command()
def flood() -> None:
    """Silent connections, wrong tokens, bodies and screens at once, garbage, no broker: what happens, line by line.

    Bounded (about two minutes) and on loopback only. Needs no broker: it starts and stops its own.
    """
    out = Console(width=200)
    out.print(machine())
    for row in run_flood():
        out.print(f"| {row.done} | {row.happened} |", soft_wrap=True)


@main.command()
@click.option("--events", type=click.IntRange(1000), default=200_000, show_default=True)
@click.option("--batch", type=click.IntRange(1), default=5_000, show_default=True, help="Events a transaction, of the batches.")
@click.option("--one-by-one", type=click.IntRange(10), default=5_000, show_default=True, help="Events written one by one.")
@click.option("--repetitions", type=click.IntRange(1), default=3, show_default=True)
@_seed
def ledger(**options: Any) -> None:
    """Events into PostgreSQL: batches by COPY against one transaction an event. Needs no broker."""
    out = Console(width=130)
    out.print(machine())
    run_ledger(out, **options)


if __name__ == "__main__":
    try:
        main(prog_name="python -m benchmarks")
    except SupervisionError as error:
        sys.exit(f"benchmarks: {error}")
