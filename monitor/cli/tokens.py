"""``supervise token …``: flags of the commands that make tokens for the gateway and the wall."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from monitor import app
from monitor.cli.options import FILE, INSTANT


@click.group()
def token() -> None:
    """Tokens of window systems for the gateway, and of screens for the wall."""


@token.command("new")
@click.argument("name")
@click.option("--region", "regions", multiple=True, help="Region prefix it may write for, e.g. 4301; several times.")
@click.option("--department", "departments", multiple=True, help="Department it may write for (default: all).")
@click.option("--office", is_flag=True, help="May report what people do with cards: the inspection office, or departments.")
@click.option("--numbered-by", multiple=True, help="Who numbers its cases (default: each region and department); several times.")
@click.option("--wall", is_flag=True, help="A screen's token, for the wall's tokens file.")
@click.option("--scope", help="With --wall: what the screen may show at most, REGION[/HALL[/DEPARTMENT]]; '' is everything.")
@click.option("--expires", type=INSTANT, help="It is dead from then on, with offset.")
def token_new(
    name: str,
    regions: tuple[str, ...],
    departments: tuple[str, ...],
    office: bool,
    numbered_by: tuple[str, ...],
    wall: bool,
    scope: str | None,
    expires: datetime | None,
) -> None:
    """Make a token: the table for the tokens file on stdout, the token itself once, on stderr.

    \b
    supervise token new window-system-1 --region 430100 >> tokens.toml
    supervise token new inspection-office --region 4301 --office >> tokens.toml
    supervise token new provincial-system --region 43 --numbered-by 湖南省 >> tokens.toml
    supervise token new hall-east --wall --scope 430104 --expires 2027-01-01T00:00:00+0800 >> screens.toml
    """
    if wall:
        if regions or departments or office or numbered_by or scope is None:
            raise click.UsageError("--wall takes --scope, and neither --region, --department, --office nor --numbered-by")
        app.tokens.new_screen(name, scope, expires=expires)
        return
    if not regions or scope is not None:
        raise click.UsageError("a window system's token takes --region; --scope belongs to --wall")
    app.tokens.new_source(name, regions, departments, office=office, numbered_by=numbered_by, expires=expires)


@token.command("rotate")
@click.argument("name")
@click.option("--tokens", "file", type=FILE, required=True, help="The tokens file; it is written anew.")
@click.option(
    "--keep-hours", type=click.FloatRange(0), default=24.0, show_default=True, help="So long the old token stays valid, too."
)
def token_rotate(name: str, file: Path, keep_hours: float) -> None:
    """Give NAME a new token while the old one stays valid for a time; both without a restart. The token once, on stderr.

    \b
    supervise token rotate window-system-1 --tokens tokens.toml
    supervise token rotate window-system-1 --tokens tokens.toml --keep-hours 0
    """
    app.tokens.rotate(name, file, timedelta(hours=keep_hours))
