"""``supervise``: parses flags, nothing else. What they start is wired in :mod:`monitor.app`."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from monitor import app
from rules.errors import SupervisionError

_F = TypeVar("_F", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PATH = click.Path(path_type=Path)


class _Supervise(click.Group):
    """Says what is wrong in one line, without a traceback, where the error is somebody's to mend."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SupervisionError as error:
            click.echo(f"supervise: {error}", err=True)
            sys.exit(2)


def _kafka_options(command: _F) -> _F:
    """Flags that every part that talks to Kafka shares."""
    command = click.option("--prefix", help="Prefix of the topic names (default: supervision).")(command)
    return click.option("--bootstrap", help="Kafka, host:port (default: 127.0.0.1:9092).")(command)


def _metrics_option(command: _F) -> _F:
    return click.option("--metrics-port", type=click.IntRange(0, 65535), help="Serve Prometheus metrics here (default: off).")(
        command
    )


@click.group(cls=_Supervise, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--settings", "file", type=_PATH, help="TOML file with settings; SUPERVISE_… variables and flags override it.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", show_default=True)
@click.version_option(package_name="supervise")
@click.pass_context
def main(ctx: click.Context, file: Path | None, log_level: str) -> None:
    """Real-time electronic supervision monitor for government service halls (行政审批电子监察).

    \b
    supervise demo                        everything at once, on this machine, with a simulated hall
    supervise worker --book hunan         the rule engine against a Kafka
    supervise replay cases.csv --mapping old-system.toml --book hunan --offline
    """
    app.configure_logging(log_level)
    ctx.obj = file


@main.command()
@click.option("--data", type=_PATH, default=Path(".demo"), show_default=True, help="Folder that keeps Kafka's data and the logs.")
@click.option("--seconds", type=click.FloatRange(1), help="End by itself after so many seconds of live, with a summary.")
@click.option("--speed", type=click.FloatRange(1), default=60.0, show_default=True, help="Simulated seconds per second.")
@click.option("--cases-per-day", type=click.FloatRange(1), default=600.0, show_default=True)
@click.option("--backfill-days", type=click.IntRange(1, 400), default=40, show_default=True, help="History to begin with.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--fresh", is_flag=True, help="Forget an earlier demo in the folder first.")
@click.option("--wall-port", type=click.IntRange(0, 65535), default=8600, show_default=True)
@click.option("--gateway-port", type=click.IntRange(0, 65535), default=8700, show_default=True)
def demo(**options: Any) -> None:
    """Everything on this machine: Kafka, worker, gateway, wall and a simulated hall.

    Exit status 0 only if cards reached a wall client.

    \b
    supervise demo
    supervise demo --seconds 40
    supervise demo --fresh --speed 120 --cases-per-day 1000
    """
    sys.exit(app.demo(**options))


@main.command()
@click.option(
    "--book", "books", multiple=True, type=_PATH, help="Rule book file or built-in profile; several take turns by effective_from."
)
@_kafka_options
@_metrics_option
@click.pass_obj
def worker(
    file: Path | None, books: tuple[Path, ...], bootstrap: str | None, prefix: str | None, metrics_port: int | None
) -> None:
    """The rule engine: events in, alerts out. Start as many as there are partitions.

    \b
    supervise worker --book hunan
    supervise --settings site.toml worker --metrics-port 9101
    """
    app.worker(app.settings(file, bootstrap, prefix, metrics_port, worker={"books": books} if books else {}))


@main.command()
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (default: 8700).")
@click.option("--tokens", type=_PATH, help="TOML file with one table per window system.")
@click.option("--mappings", type=_PATH, help="Folder of mapping files for rows of old systems.")
@_kafka_options
@_metrics_option
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
    app.gateway(app.settings(file, bootstrap, prefix, metrics_port, gateway=own))


@main.command()
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (default: 8600).")
@click.option("--title", help="Heading of the page.")
@_kafka_options
@_metrics_option
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
    app.wall(app.settings(file, bootstrap, prefix, metrics_port, wall={"host": host, "port": port, "title": title}))


@main.command()
@click.argument("file", type=_FILE)
@click.option("--mapping", type=_FILE, required=True, help="TOML file that turns rows into events.")
@click.option("--book", "books", multiple=True, type=_PATH, help="Rule book file or built-in profile (with --offline).")
@click.option("--offline", is_flag=True, help="Straight through the rules, no broker: alert changes as JSON lines on stdout.")
@click.option("--cases", is_flag=True, help="With --offline: one line per case at the end.")
@click.option("--until", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="With --offline: let the clock run on to here.")
@click.option("--dead-letters", type=_PATH, help="With --offline: write unusable rows here as JSON lines.")
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), help="Simulated seconds per second (default: as fast as it goes)."
)
@_kafka_options
@click.pass_obj
def replay(
    settings_file: Path | None,
    file: Path,
    mapping: Path,
    books: tuple[Path, ...],
    offline: bool,
    cases: bool,
    until: datetime | None,
    dead_letters: Path | None,
    speed: float | None,
    bootstrap: str | None,
    prefix: str | None,
) -> None:
    """Old records as events: into Kafka with their own times, or --offline straight through the rules.

    \b
    supervise replay 2025.csv --mapping old-system.toml --book hunan --offline --cases > alerts.jsonl
    supervise replay 2025.csv --mapping old-system.toml --prefix replay --speed 86400
    """
    if offline:
        if speed is not None:
            raise click.UsageError("--speed paces a replay into Kafka; --offline has no clock")
        app.replay_offline(file, mapping, books, cases=cases, until=until, dead_letters=dead_letters)
        return
    given = {"--book": books, "--cases": cases, "--until": until, "--dead-letters": dead_letters}
    if alone := [flag for flag, value in given.items() if value]:
        raise click.UsageError(f"{', '.join(alone)} belongs to --offline; without it the worker judges, by its own books")
    app.replay_kafka(file, mapping, app.settings(settings_file, bootstrap, prefix, None), speed=speed)


@main.command()
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, help="Simulated seconds per second."
)
@click.option("--cases-per-day", type=click.FloatRange(1), default=400.0, show_default=True)
@click.option("--backfill-days", type=click.IntRange(1, 400), default=40, show_default=True)
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]),
    help="Where live begins, with offset (default: a recent working morning).",
)
@click.option("--seconds", type=click.FloatRange(0), help="End after so many seconds of live.")
@click.option("--out", type=_PATH, help="Write the history to this JSONL file instead of Kafka.")
@click.option("--book", type=_PATH, help="Write a rule book that knows the hall's items to this file.")
@_kafka_options
@click.pass_obj
def simulate(file: Path | None, /, bootstrap: str | None, prefix: str | None, **options: Any) -> None:
    """A hall that behaves like one, seeded: rhythm, suspensions, late typists, complaints, some out-of-hall handling.

    It needs an events topic that carries its own times, so give it a prefix of its own.

    \b
    supervise simulate --prefix demo --speed 60
    supervise simulate --out year.jsonl --book year.toml --start 2025-01-01T00:00:00+0800 --backfill-days 365
    """
    app.simulate(app.settings(file, bootstrap, prefix, None), **options)


@main.command()
@click.option("--data", type=_PATH, default=Path(".kafka"), show_default=True, help="Folder that keeps its data.")
@click.option("--port", type=click.IntRange(0, 65535), default=9092, show_default=True, help="0 takes a free one.")
def kafka(data: Path, port: int) -> None:
    """The embedded Apache Kafka alone, on loopback, until Ctrl-C.

    \b
    supervise kafka --data /var/lib/supervise/kafka
    """
    app.kafka(data, port)


@main.group()
def token() -> None:
    """Tokens of window systems for the gateway."""


@token.command("new")
@click.argument("name")
@click.option(
    "--region", "regions", multiple=True, required=True, help="Region prefix it may write for, e.g. 4301; several times."
)
@click.option("--department", "departments", multiple=True, help="Department it may write for (default: all).")
def token_new(name: str, regions: tuple[str, ...], departments: tuple[str, ...]) -> None:
    """Make a token: the table for tokens.toml on stdout, the token itself once, on stderr.

    \b
    supervise token new window-system-1 --region 430100 >> tokens.toml
    """
    app.token_new(name, regions, departments)
