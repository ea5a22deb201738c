"""``supervise rulebook publish …`` and ``supervise calendar …``: wires them and prints what they return."""

import asyncio
import getpass
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from monitor.app.options import day, published
from monitor.books import encode
from monitor.rulebook import HORIZON, as_table, check_books, listed, publish
from monitor.settings import Settings
from monitor.wire import encode_json
from rules.instant import to_instant


def publish_books(
    chosen: Settings,
    paths: tuple[Path, ...],
    *,
    by: str | None,
    replace: bool,
    today: datetime | None,
    horizon: int | None,
) -> int:
    """Publish rule books, all or none; 1 and the diagnoses if one has errors."""
    checked = check_books(paths, day(today), HORIZON if horizon is None else horizon)
    try:
        _print(publish.publish_books(chosen, checked, by=_who(by), replace=replace))
    except publish.BooksHaveErrors as bad:
        click.echo("\n".join(map(str, bad.diagnoses)))
        click.echo(str(bad), err=True)
        return 1
    return 0


def withdraw_book(chosen: Settings, version: str, begin: datetime | None, *, by: str | None) -> None:
    """Take a published book out of force."""
    _print(publish.withdraw_book(chosen, version, begin, by=_who(by)))


def publish_calendar(chosen: Settings, name: str, *, by: str | None, replace: bool) -> None:
    """Publish a calendar."""
    _print(publish.publish_calendar(chosen, name, by=_who(by), replace=replace))


def withdraw_calendar(chosen: Settings, name: str) -> None:
    """Take a published calendar back."""
    _print(publish.withdraw_calendar(chosen, name))


def show(chosen: Settings, version: str | None, *, as_json: bool) -> None:
    """What the catalog topic holds, or one of its books whole, as JSON."""
    library = published(chosen)
    if version is not None:
        click.echo(encode(publish.book_of(library, version)))
        return
    rows = listed(library, chosen.zone, to_instant(datetime.now(UTC)))
    click.echo("\n".join(encode_json(row).decode() for row in rows) if as_json else as_table(rows))


def _print(doing: Coroutine[Any, Any, list[str]]) -> None:
    click.echo("\n".join(asyncio.run(doing)))


def _who(by: str | None) -> str:
    return by or getpass.getuser()
