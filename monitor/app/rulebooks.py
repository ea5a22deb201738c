"""``supervise rulebook check, explain, test``: wires them and prints what they return."""

from datetime import datetime
from pathlib import Path

import click

from monitor.app.options import day
from monitor.books import load_book
from monitor.rulebook import HORIZON, check_books, explain_rule
from monitor.scenarios import run_suite
from monitor.words import Language


def check(paths: tuple[Path, ...], *, today: datetime | None, horizon: int | None) -> int:
    """Diagnoses on stdout; 1 if one is an error."""
    checked = check_books(paths, day(today), HORIZON if horizon is None else horizon)
    for diagnosis in checked.diagnoses:
        click.echo(str(diagnosis))
    click.echo(f"files {len(paths)}, errors {checked.errors}, warnings {len(checked.diagnoses) - checked.errors}", err=True)
    return int(checked.errors > 0)


def explain(rule: str, book: Path, *, begins: datetime | None, lang: Language) -> None:
    """One rule in words."""
    click.echo(explain_rule(load_book(book), rule, day(begins), lang))


def test(where: Path, book: Path | None) -> int:
    """Scenarios played; 1 if one went otherwise. A book named here is meant from where the command runs."""
    chosen = str(book.resolve()) if book is not None and book.is_file() else str(book or "")
    result = run_suite(where, chosen)
    click.echo(str(result))
    return int(not result.ok)
