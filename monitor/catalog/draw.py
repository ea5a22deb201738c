"""``supervise catalog draw``: the items of a catalog, or of a rule book, as SVG files."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from monitor.almanac import ALMANAC
from monitor.books import CORE_KEYS, CatalogItem, book_table, catalog_table, core_tables, own_table, parse_catalog
from monitor.catalog.poster import poster
from rules.book import RuleBook
from rules.bookfile import parse_book
from rules.errors import SupervisionError
from rules.events import STAGES

_PLAIN = re.compile(r"[^\w.-]")


class CannotDraw(SupervisionError):
    """There is no such item, or the picture cannot be written: the text says which.

    Whose: the operator's.
    Mend: name an item of the file, or a folder that can be written.
    """


class _Sheet(NamedTuple):
    item: CatalogItem
    hall: str
    stage_limits: dict[str, str]


def draw_catalog(file: Path, out: Path, codes: Sequence[str] = ()) -> Iterator[Path]:
    """Draw the items with these codes, or all, and yield each file once it is written whole.

    ``file`` is a catalog or a rule book. ``out`` is a folder, made if it is missing, or ``….svg`` for a single item. Raises
    :class:`~rules.errors.BadRuleBook` for a file with errors and :class:`CannotDraw`.
    """
    sheets = {sheet.item.code: sheet for sheet in _sheets(file)}
    if unknown := [code for code in codes if code not in sheets]:
        raise CannotDraw(f"{file}: has no item {', '.join(unknown)}; it has {', '.join(list(sheets)[:10])} …")
    chosen = [sheets[code] for code in dict.fromkeys(codes or sheets)]
    single = out.suffix.lower() == ".svg"
    if single and len(chosen) != 1:
        raise CannotDraw(f"{out} is one file, but {len(chosen)} items are to be drawn: name one with --item, or a folder")
    for sheet in chosen:
        target = out if single else out / f"{_file_name(sheet.item.code)}.svg"
        _write(target, poster(sheet.item, sheet.hall, sheet.stage_limits))
        yield target


def _sheets(file: Path) -> list[_Sheet]:
    said = own_table(file)
    return _of_book(file, said.get("catalog")) if {"version", "extends"} & set(said) else _of_catalog(file)


def _of_catalog(file: Path) -> list[_Sheet]:
    table = catalog_table(file)
    catalog = parse_catalog(str(file), table)
    base = {**book_table(Path("default")), "items": core_tables(table)}
    book = parse_book(str(file), base, ALMANAC)
    return [_sheet(item, catalog.hall, book) for item in catalog.items]


def _of_book(file: Path, catalog_name: str | None) -> list[_Sheet]:
    """The book's items, its own and its catalog's; what the catalog says besides is shown, too."""
    table = book_table(file)
    book = parse_book(str(file), table, ALMANAC)
    if not book.items:
        raise CannotDraw(f"{file}: this rule book lists no items, so there is nothing to draw")
    said: dict[str, CatalogItem] = {}
    hall = ""
    if catalog_name:
        catalog = parse_catalog(catalog_name, catalog_table(file.parent / catalog_name))
        hall, said = catalog.hall, {item.code: item for item in catalog.items}
    sheets = []
    for item in book.items.values():
        core: dict[str, Any] = {key: getattr(item, key) for key in CORE_KEYS}
        whole = msgspec.structs.replace(said.get(item.code, CatalogItem(item.code)), **core)
        sheets.append(_sheet(whole, hall or book.title, book))
    return sheets


def _sheet(item: CatalogItem, hall: str, book: RuleBook) -> _Sheet:
    limits = {stage: limit for index, stage in enumerate(STAGES) if (limit := book.stage_limit(item.code, index))}
    return _Sheet(item, hall, limits)


def _file_name(code: str) -> str:
    """The code as the name of a file, in any system; two codes never share one."""
    return _PLAIN.sub(lambda mark: f"%{ord(mark[0]):02X}", code)


def _write(target: Path, content: bytes) -> None:
    """Whole or not at all."""
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(content)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise CannotDraw(f"{target} cannot be written: {error.strerror}") from error
