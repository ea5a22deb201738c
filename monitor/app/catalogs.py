"""``supervise catalog …``: wires it and prints what it returns."""

from pathlib import Path

import click

from monitor import catalog


def check(file: Path, book: Path, *, as_json: bool) -> int:
    """Diagnoses and completeness on stdout; 1 if one is an error."""
    report = catalog.check_catalog(file, book)
    if text := catalog.as_json(report) if as_json else catalog.as_text(report):
        click.echo(text)
    click.echo(f"errors {report.errors}, warnings {len(report.diagnoses) - report.errors}", err=True)
    return int(report.errors > 0)


def draw(file: Path, codes: tuple[str, ...], out: Path) -> None:
    """Each file named on stdout as soon as it is written."""
    count = 0
    for written in catalog.draw_catalog(file, out, codes):
        click.echo(str(written))
        count += 1
    click.echo(f"{count} written", err=True)
