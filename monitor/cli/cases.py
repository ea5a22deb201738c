"""``supervise cards …``: flags of the commands about issued cards."""

import sys
from pathlib import Path
from typing import Any

import click

from monitor import app
from monitor.cli.options import PATH, kafka_options


@click.group()
def cards() -> None:
    """What was issued, held against the records it rests on (异常发牌)."""


@cards.command("verify")
@click.argument("records", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--book", "books", multiple=True, type=PATH, help="Rule book file or built-in profile, as the worker has them.")
@click.option(
    "--examples", type=click.IntRange(0, 100), default=2, show_default=True, help="Per kind, rule, level and department."
)
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.option("--out", type=PATH, help="Also write the report, as JSON, to this file.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@kafka_options
@click.pass_obj
def verify(file: Path | None, /, books: tuple[Path, ...], bootstrap: str | None, prefix: str | None, **options: Any) -> None:
    """Compute every issued card anew from the events topic, and report whatever does not agree. Meant for every night.

    Reads events and alerts up to the point the workers have committed. RECORDS stands in for the events topic: a file as
    simulate --out writes it. Exit status 1 if a card is unfounded, missing, different or told in two ways.

    \b
    supervise cards verify --book hunan
    supervise cards verify --book hunan --lang en --out /var/lib/supervise/cards.json
    supervise cards verify archive-2025.jsonl.gz --book hunan --json > report.json
    """
    sys.exit(app.cases.verify(app.options.settings(file, bootstrap, prefix, worker={"books": books or None}), **options))
