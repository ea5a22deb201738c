"""``supervise rulebook publish …`` and ``supervise calendar …``: flags of what puts them into force."""

import sys
from datetime import datetime
from pathlib import Path

import click

from monitor import app
from monitor.cli.options import DAY, INSTANT, PATH, by_option, kafka_options

_FLAG_REPLACE = "Take the place of what is published under that name, whatever changes by it."


@click.command("publish")
@click.argument("books", nargs=-1, required=True, type=PATH)
@click.option("--replace", is_flag=True, help=_FLAG_REPLACE)
@click.option("--today", type=DAY, help="Judge the calendar's cover from this day on (default: today).")
@click.option("--horizon", type=click.IntRange(0), help="Days the calendar must cover from then on (default: 120).")
@by_option
@kafka_options
@click.pass_obj
def publish(
    file: Path | None,
    /,
    books: tuple[Path, ...],
    bootstrap: str | None,
    prefix: str | None,
    *,
    by: str | None,
    replace: bool,
    today: datetime | None,
    horizon: int | None,
) -> None:
    """Put rule books into force for every worker, without a restart.

    Each is checked as rulebook check does and written to the catalog topic whole, its calendar day by day. It judges cases
    accepted from its effective_from on. A version that is published already may come again with another calendar, which has
    its open cases judged anew; other rules need a new version.

    \b
    supervise rulebook publish city-2026.toml --by 王监察
    supervise --settings site.toml rulebook publish city-2025.toml city-2026.toml
    """
    chosen = app.options.settings(file, bootstrap, prefix)
    sys.exit(app.publications.publish_books(chosen, books, by=by, replace=replace, today=today, horizon=horizon))


@click.command("published")
@click.argument("version", required=False)
@click.option("--json", "as_json", is_flag=True, help="Data instead of text.")
@kafka_options
@click.pass_obj
def published(file: Path | None, /, version: str | None, bootstrap: str | None, prefix: str | None, *, as_json: bool) -> None:
    """What the catalog topic holds; with a version, that book whole, as a .json file that every --book takes.

    \b
    supervise rulebook published
    supervise rulebook published city-2026-1 > city-2026-1.json
    """
    app.publications.show(app.options.settings(file, bootstrap, prefix), version, as_json=as_json)


@click.command("withdraw")
@click.argument("version")
@click.option("--from", "begin", type=INSTANT, help="Cases accepted from then on (default: now).")
@by_option
@kafka_options
@click.pass_obj
def withdraw(
    file: Path | None,
    /,
    version: str,
    bootstrap: str | None,
    prefix: str | None,
    *,
    by: str | None,
    begin: datetime | None,
) -> None:
    """Take a published book out of force for new cases; those accepted under it are judged by it to their end.

    \b
    supervise rulebook withdraw city-2026-2
    supervise rulebook withdraw city-2026-2 --from 2026-07-01T00:00:00+0800
    """
    app.publications.withdraw_book(app.options.settings(file, bootstrap, prefix), version, begin, by=by)


@click.group()
def calendar() -> None:
    """Publish calendars for every rule book that names them."""


@calendar.command("publish")
@click.argument("name")
@click.option("--replace", is_flag=True, help="Even if it covers fewer years than the books have now.")
@by_option
@kafka_options
@click.pass_obj
def calendar_publish(
    file: Path | None, /, name: str, bootstrap: str | None, prefix: str | None, *, by: str | None, replace: bool
) -> None:
    """Publish a calendar: a TOML file, one that comes with the package, or cn (the State Council's, as installed here).

    It stands in for the calendar of that name in every book. Their open cases are judged anew: limits move, and cards that fall
    by it are withdrawn with their trail.

    \b
    supervise calendar publish liuzhou.toml --by 王监察
    supervise calendar publish cn
    """
    app.publications.publish_calendar(app.options.settings(file, bootstrap, prefix), name, by=by, replace=replace)


@calendar.command("withdraw")
@click.argument("name")
@kafka_options
@click.pass_obj
def calendar_withdraw(file: Path | None, /, name: str, bootstrap: str | None, prefix: str | None) -> None:
    """Take a published calendar back: every book has its own again.

    \b
    supervise calendar withdraw liuzhou
    """
    app.publications.withdraw_calendar(app.options.settings(file, bootstrap, prefix), name)
