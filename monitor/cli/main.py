"""``supervise``: parses flags, nothing else. What they start is wired in :mod:`monitor.app`."""

import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from monitor.app import services as app
from monitor.cli import publications as cli_publish
from monitor.cli.cases import cards
from monitor.cli.catalogs import catalog
from monitor.cli.options import DAY, INSTANT, PATH, kafka_options
from monitor.words import Language
from rules.errors import SupervisionError

_F = TypeVar("_F", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


_DEFECT = 70
"""Exit status of a defect of ours (EX_SOFTWARE of BSD's sysexits), so that no script takes it for a finding, which is 1."""


class _Supervise(click.Group):
    """Says what is wrong in one line, without a traceback, where the error is somebody's to mend."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SupervisionError as error:
            click.echo(f"supervise: {error}", err=True)
            sys.exit(2)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:
            traceback.print_exc()
            sys.exit(_DEFECT)


def _metrics_option(command: _F) -> _F:
    return click.option("--metrics-port", type=click.IntRange(0, 65535), help="Serve Prometheus metrics here (default: off).")(
        command
    )


@click.group(cls=_Supervise, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--settings", "file", type=PATH, help="TOML file with settings; SUPERVISE_… variables and flags override it.")
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
    "--book", "books", multiple=True, type=PATH, help="Rule book file or built-in profile; several take turns by effective_from."
)
@kafka_options
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
@click.option("--tokens", type=PATH, help="TOML file with one table per window system.")
@click.option("--mappings", type=PATH, help="Folder of mapping files for rows of old systems.")
@kafka_options
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
@kafka_options
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
@click.option("--book", "books", multiple=True, type=PATH, help="Rule book file or built-in profile (with --offline).")
@click.option("--offline", is_flag=True, help="Straight through the rules, no broker: alert changes as JSON lines on stdout.")
@click.option("--cases", is_flag=True, help="With --offline: one line per case at the end.")
@click.option("--until", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="With --offline: let the clock run on to here.")
@click.option("--dead-letters", type=PATH, help="With --offline: write unusable rows here as JSON lines.")
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), help="Simulated seconds per second (default: as fast as it goes)."
)
@kafka_options
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
@click.argument("records", type=_FILE, required=False)
@click.option(
    "--book", "books", multiple=True, required=True, type=PATH, help="The candidate: rule book file or built-in profile."
)
@click.option(
    "--against", multiple=True, type=PATH, help="What it is compared with (default: worker.books, else the built-in default)."
)
@click.option("--mapping", type=_FILE, help="RECORDS is a file of an old system: the TOML file that turns its rows into events.")
@click.option("--topic", is_flag=True, help="Take the records from the events topic instead of a file.")
@click.option("--from", "begin", type=INSTANT, help="With --topic: from this record time on, with offset.")
@click.option("--to", "end", type=INSTANT, help="With --topic: before this record time.")
@click.option("--until", type=INSTANT, help="Let the clock run on to here (default: the last record).")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.option("--detail", is_flag=True, help="Also every rule, department and week where the books differ.")
@click.option("--examples", type=click.IntRange(0, 100), default=3, show_default=True, help="Examples per kind of difference.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--processes", type=click.IntRange(1, 1024), help="Default: one per core. Changes nothing but the time it takes.")
@kafka_options
@click.pass_obj
def backtest(
    file: Path | None,
    /,
    records: Path | None,
    topic: bool,
    mapping: Path | None,
    bootstrap: str | None,
    prefix: str | None,
    **options: Any,
) -> None:
    """Two rule books on the same old records: what would be issued, what no longer, what at another time.

    RECORDS holds one {"arrived": …, "event": {…}} per line, as simulate --out writes it; or name a --mapping; or a --topic.

    \b
    supervise backtest --book candidate.toml --against hunan year.jsonl
    supervise backtest --book candidate.toml 2025.csv --mapping old-system.toml --json > report.json
    supervise backtest --book candidate.toml --topic --from 2025-01-01T00:00:00+0800 --to 2026-01-01T00:00:00+0800
    """
    if topic == (records is not None):
        raise click.UsageError("name a file of RECORDS or --topic, one of the two")
    alone = {"--mapping": mapping} if topic else {"--from": options["begin"], "--to": options["end"]}
    if wrong := [flag for flag, value in alone.items() if value is not None]:
        raise click.UsageError(f"{', '.join(wrong)} belongs to {'a file' if topic else '--topic'}")
    app.backtest(app.settings(file, bootstrap, prefix, None), records, mapping, **options)


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
    app.simulate(app.settings(file, bootstrap, prefix, None), **options)


@main.command()
@click.option("--data", type=PATH, default=Path(".kafka"), show_default=True, help="Folder that keeps its data.")
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
@click.option("--office", is_flag=True, help="May report what people do with cards: the inspection office, or departments.")
def token_new(name: str, regions: tuple[str, ...], departments: tuple[str, ...], office: bool) -> None:
    """Make a token: the table for tokens.toml on stdout, the token itself once, on stderr.

    \b
    supervise token new window-system-1 --region 430100 >> tokens.toml
    supervise token new inspection-office --region 4301 --office >> tokens.toml
    """
    app.token_new(name, regions, departments, office=office)


@main.command()
@click.argument("case")
@click.option("--from-file", "records", type=_FILE, help="A file of records instead of the events topic.")
@click.option("--mapping", type=_FILE, help="TOML file that turns its rows into events (not for files of simulate --out).")
@click.option("--until", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="With --from-file: tell it as of then.")
@click.option("--book", "books", multiple=True, type=PATH, help="Rule book file or built-in profile, as the worker has them.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Data instead of text.")
@click.option("--unmasked", is_flag=True, help="Show names of operators and handlers in full.")
@kafka_options
@click.pass_obj
def explain(file: Path | None, /, books: tuple[Path, ...], bootstrap: str | None, prefix: str | None, **options: Any) -> None:
    """A case's story: every record, its time limits day by day, each card with its rule, its arithmetic and why it changed.

    Reads the case's partition of the events topic up to now, or a file. Exit status 1 if nobody has heard of the case.

    \b
    supervise explain 430100-2026-000001 --book hunan
    supervise explain 430100-2026-000001 --from-file 2026.csv --mapping old-system.toml --book hunan --lang en
    """
    sys.exit(app.explain(app.settings(file, bootstrap, prefix, None, worker={"books": books} if books else {}), **options))


main.add_command(catalog)
main.add_command(cards)


@main.group()
def rulebook() -> None:
    """Check, explain and test rule books before anybody lives under them, and put them into force."""


for _command in (cli_publish.publish, cli_publish.published, cli_publish.withdraw):
    rulebook.add_command(_command)
main.add_command(cli_publish.calendar)


_LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)


@rulebook.command("check")
@click.argument("books", nargs=-1, required=True, type=PATH)
@click.option("--today", type=DAY, help="Judge the calendar's cover from this day on (default: today).")
@click.option("--horizon", type=click.IntRange(0), help="Days the calendar must cover from then on (default: 120).")
def rulebook_check(books: tuple[Path, ...], today: datetime | None, horizon: int | None) -> None:
    """Every error with its line and key; exit status 1 if there is one. Warnings are shown, too.

    Several files are checked as the set a worker would be given: versions and effective_from must differ.

    \b
    supervise rulebook check city.toml
    supervise rulebook check city-2025.toml city-2026.toml --horizon 200
    """
    sys.exit(app.rulebook_check(books, today=today, horizon=horizon))


@rulebook.command("explain")
@click.argument("rule")
@click.option("--book", type=PATH, default=Path("default"), show_default=True, help="Rule book file or built-in profile.")
@click.option("--from", "begins", type=DAY, help="Day the example begins (default: today).")
@_LANG
def rulebook_explain(rule: str, book: Path, begins: datetime | None, lang: Language) -> None:
    """What a rule says, in plain words, with an example on real dates.

    \b
    supervise rulebook explain case-promise --book hunan
    supervise rulebook explain stage --book city.toml --from 2026-09-28 --lang en
    """
    app.rulebook_explain(rule, book, begins=begins, lang=lang)


@rulebook.command("test")
@click.argument("where", type=click.Path(exists=True, path_type=Path))
@click.option("--book", type=PATH, help="Play them all by this book instead of those the files name.")
def rulebook_test(where: Path, book: Path | None) -> None:
    """Play the scenarios of a file or folder; exit status 1 unless every expectation comes true.

    \b
    supervise rulebook test scenarios/
    supervise rulebook test scenarios/cards.toml --book candidate.toml
    """
    sys.exit(app.rulebook_test(where, book))
