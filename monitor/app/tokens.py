"""``supervise token …``: makes tokens and prints them."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from monitor.door import NewToken, rotate_token
from monitor.gateway import new_token
from monitor.wall import new_screen_token


def new_source(
    name: str,
    regions: tuple[str, ...],
    departments: tuple[str, ...],
    *,
    office: bool,
    numbered_by: tuple[str, ...],
    expires: datetime | None,
) -> None:
    """A window system's table for the gateway's tokens file on stdout; the token, shown this once, on stderr."""
    _show(name, new_token(name, regions, departments, office=office, numbered_by=numbered_by, expires=expires))


def new_screen(name: str, scope: str, *, expires: datetime | None) -> None:
    """A screen's table for the wall's tokens file on stdout; the token, shown this once, on stderr."""
    _show(name, new_screen_token(name, scope, expires))


def rotate(name: str, file: Path, keep: timedelta) -> None:
    """A new token for a table of the file; the token, shown this once, on stderr."""
    token = rotate_token(file, name, keep)
    click.echo(f"token of {name} (shown this once): {token}", err=True)


def _show(name: str, made: NewToken) -> None:
    click.echo(made.table)
    click.echo(f"token of {name} (shown this once): {made.token}", err=True)
