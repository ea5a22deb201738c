"""``supervise catalog …``: flags of the commands about the catalog of service items."""

import sys
from pathlib import Path

import click

from monitor import app
from monitor.cli.options import PATH


@click.group()
def catalog() -> None:
    """Check and draw the catalog of service items (事项目录): what the hall offers."""


@catalog.command("check")
@click.argument("file", type=PATH)
@click.option(
    "--book",
    type=PATH,
    default=Path("default"),
    show_default=True,
    help="Rule book or profile the items are for: its office hours and stage limits.",
)
@click.option("--json", "as_json", is_flag=True, help="Data instead of text.")
def catalog_check(file: Path, book: Path, as_json: bool) -> None:
    """Every error and gap with its line and key, and how complete each element is; exit status 1 if there is an error.

    \b
    supervise catalog check items.toml
    supervise catalog check items.toml --book city.toml --json > report.json
    """
    sys.exit(app.catalogs.check(file, book, as_json=as_json))


@catalog.command("draw")
@click.argument("file", type=PATH)
@click.option("--item", "codes", multiple=True, help="Code of an item; several times (default: all).")
@click.option("--out", type=PATH, default=Path(), show_default=True, help="Folder for CODE.svg, or FILE.svg for one item.")
def catalog_draw(file: Path, codes: tuple[str, ...], out: Path) -> None:
    """The flow of each item as a poster for the hall's wall (SVG): stages, who handles them, limits, pauses, fee, materials.

    FILE is a catalog or a rule book. Any browser shows and prints the files, as wide as A3.

    \b
    supervise catalog draw items.toml --out posters/
    supervise catalog draw city.toml --item 990100-SC-0101 --out licence.svg
    """
    app.catalogs.draw(file, codes, out)
