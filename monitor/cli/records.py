"""``supervise replay, pull, backtest, explain``: flags of the commands that read records."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from monitor import app
from monitor.cli.options import FILE, INSTANT, PATH, kafka_options, lang_option, metrics_option


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--mapping",
    "mappings",
    type=FILE,
    multiple=True,
    required=True,
    help="TOML file that turns rows into events; one, or one per FILE.",
)
@click.option("--book", "books", multiple=True, type=PATH, help="Rule book file or built-in profile (with --offline).")
@click.option("--offline", is_flag=True, help="Straight through the rules, no broker: alert changes as JSON lines on stdout.")
@click.option("--cases", is_flag=True, help="With --offline: one line per case at the end.")
@click.option("--until", type=INSTANT, help="With --offline: let the clock run on to here.")
@click.option("--dead-letters", type=PATH, help="With --offline: write unusable rows here as JSON lines.")
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), help="Simulated seconds per second (default: as fast as it goes)."
)
@kafka_options
@click.pass_obj
def replay(
    settings_file: Path | None,
    files: tuple[str, ...],
    mappings: tuple[Path, ...],
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

    FILES are files, quoted patterns, or - for standard input: CSV, JSON, XLSX, XLS, XML, XES, Parquet, SQLite, packed or not.
    Exit status 1 if no row was usable.

    \b
    supervise replay 2025.csv --mapping old-system.toml --book hunan --offline --cases > alerts.jsonl
    supervise replay 2025.csv --mapping old-system.toml --prefix replay --speed 86400
    supervise replay 'cases/*.xlsx' calls.csv.gz --mapping cases.toml --mapping calls.toml --offline
    """
    if offline:
        if speed is not None:
            raise click.UsageError("--speed paces a replay into Kafka; --offline has no clock")
        sys.exit(app.records.replay_offline(files, mappings, books, cases=cases, until=until, dead_letters=dead_letters))
    given = {"--book": books, "--cases": cases, "--until": until, "--dead-letters": dead_letters}
    if alone := [flag for flag, value in given.items() if value]:
        raise click.UsageError(f"{', '.join(alone)} belongs to --offline; without it the worker judges, by its own books")
    sys.exit(app.records.replay_kafka(files, mappings, app.options.settings(settings_file, bootstrap, prefix), speed=speed))


@click.command()
@click.argument("file", type=FILE)
@click.option("--mapping", type=FILE, required=True, help="TOML file that turns rows into events.")
@click.option("--once", is_flag=True, help="One pass, then end; exit status 1 if no row was usable.")
@kafka_options
@metrics_option
@click.pass_obj
def pull(
    settings_file: Path | None,
    file: Path,
    mapping: Path,
    once: bool,
    bootstrap: str | None,
    prefix: str | None,
    metrics_port: int | None,
) -> None:
    """Rows of an exchange database (前置机) as they come, into the live events topic.

    FILE says which table, by which key, and how far back each pass looks. The database is only read.

    \b
    supervise pull exchange.toml --mapping old-system.toml
    supervise pull exchange.toml --mapping old-system.toml --once
    """
    sys.exit(
        app.records.pull(
            file, mapping, app.options.settings(settings_file, bootstrap, prefix, metrics_port=metrics_port), once=once
        )
    )


@click.command()
@click.argument("records", type=FILE, required=False)
@click.option(
    "--book", "books", multiple=True, required=True, type=PATH, help="The candidate: rule book file or built-in profile."
)
@click.option(
    "--against", multiple=True, type=PATH, help="What it is compared with (default: worker.books, else the built-in default)."
)
@click.option("--mapping", type=FILE, help="RECORDS is a file of an old system: the TOML file that turns its rows into events.")
@click.option("--topic", is_flag=True, help="Take the records from the events topic instead of a file.")
@click.option("--from", "begin", type=INSTANT, help="With --topic: from this record time on, with offset.")
@click.option("--to", "end", type=INSTANT, help="With --topic: before this record time.")
@click.option("--until", type=INSTANT, help="Let the clock run on to here (default: the last record).")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.option("--detail", is_flag=True, help="Also every rule, department and week where the books differ.")
@click.option("--examples", type=click.IntRange(0, 100), default=3, show_default=True, help="Examples per kind of difference.")
@lang_option
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
    app.records.backtest(app.options.settings(file, bootstrap, prefix), records, mapping, **options)


@click.command()
@click.argument("case")
@click.option("--numbered-by", help="Who numbers the case, where several have given its number: 430102-民政局.")
@click.option("--from-file", "records", type=FILE, help="A file of records instead of the events topic.")
@click.option("--mapping", type=FILE, help="TOML file that turns its rows into events (not for files of simulate --out).")
@click.option("--until", type=INSTANT, help="With --from-file: tell it as of then.")
@click.option("--book", "books", multiple=True, type=PATH, help="Rule book file or built-in profile, as the worker has them.")
@lang_option
@click.option("--json", "as_json", is_flag=True, help="Data instead of text.")
@click.option("--unmasked", is_flag=True, help="Show names of operators and handlers in full.")
@kafka_options
@click.pass_obj
def explain(file: Path | None, /, books: tuple[Path, ...], bootstrap: str | None, prefix: str | None, **options: Any) -> None:
    """A case's story: every record, its time limits day by day, each card with its rule, its arithmetic and why it changed.

    CASE is its number, or its whole key. Reads the case's partition of the events topic up to now, or a file. Without
    --numbered-by all partitions are read once more before, for who has given that number. Exit status 1 if nobody has, or
    several have.

    \b
    supervise explain 430100-2026-000001 --book hunan
    supervise explain 2026-0017 --numbered-by 430102-民政局 --book hunan
    supervise explain 430100-2026-000001 --from-file 2026.csv --mapping old-system.toml --book hunan --lang en
    """
    sys.exit(app.records.explain(app.options.settings(file, bootstrap, prefix, worker={"books": books or None}), **options))
