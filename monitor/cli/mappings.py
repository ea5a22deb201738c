"""``supervise mapping …``: flags of the commands that try a mapping."""

import sys
from pathlib import Path

import click

from monitor import app
from monitor.cli.options import FILE


@click.group()
def mapping() -> None:
    """Try a mapping on a file of the old system before anything is fed by it."""


@mapping.command("check")
@click.argument("file", type=FILE)
@click.argument("sample", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--rows", type=click.IntRange(0), default=5, show_default=True, help="Show so many rows as events.")
def mapping_check(file: Path, sample: Path, rows: int) -> None:
    """The first rows of SAMPLE as events, what is passed over and why, bad rows, columns nobody fills or uses.

    Reads the whole sample. Exit status 1 if every row is bad, 2 if FILE has a defect or does not fit the sample.

    \b
    supervise mapping check old.toml cases.xlsx
    supervise mapping check old.toml cases.csv.gz --rows 20
    """
    sys.exit(app.mappings.check(file, sample, rows))
