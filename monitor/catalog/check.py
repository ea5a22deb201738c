"""``supervise catalog check``: everything that is wrong with a catalog, and what is missing in it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from monitor.almanac import ALMANAC
from monitor.books import Catalog, book_table, catalog_table, catalog_text, core_tables, parse_catalog
from monitor.catalog.completeness import Completeness, completeness, missing
from monitor.catalog.sense import MUST_BE_THERE, check_sense
from monitor.catalog.words import ELEMENTS
from monitor.lint import Diagnosis, Remark, broken_line, compare_limits, key_path, line_of, positions, read_all, split, warning
from rules.book import RuleBook
from rules.bookfile import parse_book
from rules.errors import BadRuleBook


class CatalogReport(msgspec.Struct, frozen=True, rename={"diagnoses": "findings"}):
    """``completeness`` is None where the catalog has errors that keep it from being read."""

    file: str
    diagnoses: tuple[Diagnosis, ...]
    completeness: Completeness | None = None

    @property
    def errors(self) -> int:
        """Diagnoses that must be mended."""
        return sum(diagnosis.severity == "error" for diagnosis in self.diagnoses)


class _Read(NamedTuple):
    catalog: Catalog
    book: RuleBook


def check_catalog(path: Path, book: Path = Path("default")) -> CatalogReport:
    """Every diagnosis in the order of lines, and how complete it is.

    ``book`` is the rule book the items are for. Its office hours say how long a working day is. Its ``[stages]`` give limits
    that an item does not give itself. Raises :class:`BadRuleBook` if that book cannot be used. A bad catalog is no exception but
    a diagnosis.
    """
    base = book_table(book)
    parse_book(str(book), base, ALMANAC)
    text = ""
    try:
        text = catalog_text(path)
        table = catalog_table(path, text)
    except BadRuleBook as bad:
        return CatalogReport(str(path), tuple(_placed(path, text, [split(defect) for defect in bad.defects])))
    read, defects = read_all(str(path), table, lambda source, rest: _parse(source, rest, base))
    if read is None:
        return CatalogReport(str(path), tuple(_placed(path, text, defects)))
    remarks = list(_remarks(read, table))
    return CatalogReport(str(path), tuple(_placed(path, text, remarks)), completeness(read.catalog.items))


def _parse(source: str, table: Mapping[str, Any], base: Mapping[str, Any]) -> _Read:
    """The catalog, and its items in a book; the defects of both, each once."""
    defects: list[str] = []
    catalog: Catalog | None = None
    book: RuleBook | None = None
    try:
        catalog = parse_catalog(source, table)
    except BadRuleBook as bad:
        defects += bad.defects
    try:
        book = parse_book(source, {**base, "items": core_tables(table)}, ALMANAC)
    except BadRuleBook as bad:
        known = tuple(defects)
        defects += [defect for defect in bad.defects if not any(text.startswith(defect) for text in known)]
    if catalog is None or book is None:
        raise BadRuleBook(source, defects)
    return _Read(catalog, book)


def _remarks(read: _Read, table: Mapping[str, Any]) -> Iterator[Remark]:
    yield from (remark for remark in compare_limits(read.book, table) if remark.key.startswith("items"))
    for index, item in enumerate(read.catalog.items):
        where = f"items[{index}]"
        yield from check_sense(item, read.book, where)
        lacking = [element for element in missing(item) if element not in MUST_BE_THERE]
        if lacking:
            names = ", ".join(f"{element} {ELEMENTS[element][0]}" for element in lacking)
            yield warning(where, f"{item.code!r} lacks {names}")


def _placed(file: Path, text: str, remarks: Sequence[Remark]) -> list[Diagnosis]:
    """The diagnoses with their lines in ``text``."""
    broken = max([broken_line(remark.text, text) for remark in remarks if not remark.key], default=0)
    found = {} if broken else positions(text)
    diagnoses = []
    for remark in remarks:
        line = broken or line_of(found, key_path(remark.key))
        diagnoses.append(Diagnosis(file=str(file), severity=remark.severity, key=remark.key, text=remark.text, line=line))
    return sorted(diagnoses, key=lambda diagnosis: diagnosis.line)
