"""``supervise worker, gateway, wall, kafka, demo, simulate``: flags of the parts that run until they are stopped."""

import sys
from pathlib import Path
from typing import Any

import click

from monitor import app
from monitor.cli.options import INSTANT, PATH, kafka_options, metrics_option


@click.command()
@click.option("--data", type=PATH, default=Path(".demo"), show_default=True, help="Folder that keeps Kafka's data and the logs.")
@click.option("--seconds", type=click.FloatRange(1), help="End by itself after so many seconds of live, with a summary.")
@click.option("--speed", type=click.FloatRange(1), default=60.0, show_default=True, help="Simulated seconds per second.")
@click.option("--cases-per-day", type=click.FloatRange(1), default=600.0, show_default=True)
@click.option("--backfill-days", type=click.IntRange(1, 400), default=40, show_default=True, help="History to begin with.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--fresh", is_flag=True, help="Forget an earlier demo in the folder first.")
@click.option("--wall-port", type=click.IntRange(0, 65535), default=8600, show_default=True)
@click.option("--gateway-port", type=click.IntRange(0, 65535), default=8700, show_default=True)
def demo(**options: Any) -> None:
    """Everything on this machine: Kafka, worker, gateway, wall, PostgreSQL with the ledger, and a simulated hall.

    Exit status 0 only if cards reached a wall client.

    \b
    supervise demo
    supervise demo --seconds 40
    supervise demo --fresh --speed 120 --cases-per-day 1000
    """
    sys.exit(app.services.demo(**options))


@click.command()
@click.option(
    "--book", "books", multiple=True, type=PATH, help="Rule book file or built-in profile; several take turns by effective_from."
)
@kafka_options
@metrics_option
@click.pass_obj
def worker(
    file: Path | None, books: tuple[Path, ...], bootstrap: str | None, prefix: str | None, metrics_port: int | None
) -> None:
    """The rule engine: events in, alerts out. Start as many as there are partitions.

    \b
    supervise worker --book hunan
    supervise --settings site.toml worker --metrics-port 9101
    """
    app.services.worker(app.options.settings(file, bootstrap, prefix, metrics_port=metrics_port, worker={"books": books or None}))


@click.command()
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (default: 8700).")
@click.option("--tokens", type=PATH, help="TOML file with one table per window system.")
@click.option("--mappings", type=PATH, help="Folder of mapping files for rows of old systems.")
@kafka_options
@metrics_option
@click.pass_obj
def gateway(
    file: Path | None,
    host: str | None,
    port: int | None,
    tokens: Path | None,
    mappings: Path | None,
    bootstrap: str | None,
    prefix: str | None,
    metrics_port: int | None,
) -> None:
    """The HTTP way in for window systems: POST /v1/events, answered once the broker has the records.

    \b
    supervise token new window-system-1 --region 4301 >> tokens.toml
    supervise gateway --tokens tokens.toml
    """
    own = {"host": host, "port": port, "tokens": tokens, "mappings": mappings}
    app.services.gateway(app.options.settings(file, bootstrap, prefix, metrics_port=metrics_port, gateway=own))


@click.command()
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (default: 8600).")
@click.option("--title", help="Heading of the page.")
@kafka_options
@metrics_option
@click.pass_obj
def wall(
    file: Path | None,
    host: str | None,
    port: int | None,
    title: str | None,
    bootstrap: str | None,
    prefix: str | None,
    metrics_port: int | None,
) -> None:
    """The leaders' screen: a page that shows figures and cards as they fall.

    \b
    supervise wall --port 8600
    http://127.0.0.1:8600/?region=4301            one city only
    """
    app.services.wall(
        app.options.settings(
            file, bootstrap, prefix, metrics_port=metrics_port, wall={"host": host, "port": port, "title": title}
        )
    )


@click.command()
@click.argument("processes", nargs=-1, required=True, metavar="PROCESS...")
@click.pass_context
def run(context: click.Context, processes: tuple[str, ...]) -> None:
    """Keeps processes running where no systemd or container does: starts again what ends, one log, SIGTERM ends all.

    A PROCESS is worker, gateway, wall, ledger, "notify run", pull, kafka or postgres; in quotes where it has flags.

    \b
    supervise run worker worker gateway wall
    supervise --settings site.toml run "kafka --data /var/lib/supervise/kafka" "worker --metrics-port 9101" gateway
    """
    app.services.run(processes, context.obj, context.find_root().params["log_level"])


@click.command()
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, help="Simulated seconds per second."
)
@click.option("--cases-per-day", type=click.FloatRange(1), default=400.0, show_default=True)
@click.option("--backfill-days", type=click.IntRange(1, 400), default=40, show_default=True)
@click.option(
    "--start",
    type=INSTANT,
    help="Where live begins, with offset (default: a recent working morning).",
)
@click.option("--seconds", type=click.FloatRange(0), help="End after so many seconds of live.")
@click.option("--out", type=PATH, help="Write the history to this JSONL file instead of Kafka.")
@click.option("--book", type=PATH, help="Write a rule book that knows the hall's items to this file.")
@kafka_options
@click.pass_obj
def simulate(file: Path | None, /, bootstrap: str | None, prefix: str | None, **options: Any) -> None:
    """A hall that behaves like one, seeded: rhythm, suspensions, late typists, complaints, some out-of-hall handling.

    It needs an events topic that carries its own times, so give it a prefix of its own.

    \b
    supervise simulate --prefix demo --speed 60
    supervise simulate --out year.jsonl --book year.toml --start 2025-01-01T00:00:00+0800 --backfill-days 365
    """
    app.services.simulate(app.options.settings(file, bootstrap, prefix), **options)


@click.command()
@click.option("--data", type=PATH, default=Path(".kafka"), show_default=True, help="Folder that keeps its data.")
@click.option("--port", type=click.IntRange(0, 65535), default=9092, show_default=True, help="0 takes a free one.")
def kafka(data: Path, port: int) -> None:
    """The embedded Apache Kafka alone, on loopback, until Ctrl-C.

    \b
    supervise kafka --data /var/lib/supervise/kafka
    """
    app.services.kafka(data, port)


@click.command()
@click.option("--data", type=PATH, default=Path(".postgres"), show_default=True, help="Folder that keeps its data.")
@click.option("--port", type=click.IntRange(0, 65535), default=5432, show_default=True, help="0 takes a free one.")
def postgres(data: Path, port: int) -> None:
    """The embedded PostgreSQL alone, on loopback, until Ctrl-C. Its one user's password lies in the data folder.

    \b
    supervise postgres --data /var/lib/supervise/postgres
    PGPASSWORD=$(cat .postgres/password) psql -h 127.0.0.1 -U supervise
    """
    app.services.postgres(data, port)
