"""``supervise mapping …``: wires it and prints what it returns."""

from pathlib import Path

import click

from monitor.mapping import check_sample, load_mapping


def check(file: Path, sample: Path, rows: int) -> int:
    """The report on stdout; 1 if every row is bad."""
    report = check_sample(load_mapping(file), sample, rows)
    click.echo(str(report))
    return int(report.is_all_bad)
