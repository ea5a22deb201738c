"""``supervise rulebook …``: flags of the commands that try a rule book; those that publish one stand in publications."""

import sys
from datetime import datetime
from pathlib import Path

import click

from monitor import app
from monitor.cli.options import DAY, PATH, lang_option
from monitor.cli.publications import publish, published, withdraw
from monitor.words import Language


@click.group()
def rulebook() -> None:
    """Check, explain and test rule books before anybody lives under them, and put them into force."""


for _command in (publish, published, withdraw):
    rulebook.add_command(_command)


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
    sys.exit(app.rulebooks.check(books, today=today, horizon=horizon))


@rulebook.command("explain")
@click.argument("rule")
@click.option("--book", type=PATH, default=Path("default"), show_default=True, help="Rule book file or built-in profile.")
@click.option("--from", "begins", type=DAY, help="Day the example begins (default: today).")
@lang_option
def rulebook_explain(rule: str, book: Path, begins: datetime | None, lang: Language) -> None:
    """What a rule says, in plain words, with an example on real dates.

    \b
    supervise rulebook explain case-promise --book hunan
    supervise rulebook explain stage --book city.toml --from 2026-09-28 --lang en
    """
    app.rulebooks.explain(rule, book, begins=begins, lang=lang)


@rulebook.command("test")
@click.argument("where", type=click.Path(exists=True, path_type=Path))
@click.option("--book", type=PATH, help="Play them all by this book instead of those the files name.")
def rulebook_test(where: Path, book: Path | None) -> None:
    """Play the scenarios of a file or folder; exit status 1 unless every expectation comes true.

    \b
    supervise rulebook test scenarios/
    supervise rulebook test scenarios/cards.toml --book candidate.toml
    """
    sys.exit(app.rulebooks.test(where, book))
