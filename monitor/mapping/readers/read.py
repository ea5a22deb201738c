"""One part of a file into rows: what it is, which reader it gets, and whether it has the columns the mapping uses."""

import io
from collections.abc import Iterable, Iterator

from monitor.mapping.mapping import BadMapping, Mapping, within
from monitor.mapping.readers.csv_text import CsvRows
from monitor.mapping.readers.encoding import text_of, unread
from monitor.mapping.readers.html_table import html_encoding, html_tables
from monitor.mapping.readers.json_text import json_lines, json_rows, object_rows
from monitor.mapping.readers.parquet import parquet_rows
from monitor.mapping.readers.part import Part, RawRow
from monitor.mapping.readers.sqlite_file import sqlite_rows
from monitor.mapping.readers.tabular import numbered, table_rows
from monitor.mapping.readers.workbook import sheets
from monitor.mapping.readers.xml_text import paths_with, spreadsheet_tables, xes_rows, xml_encoding, xml_rows

TEXTS = ("csv", "json", "jsonl")
_MAGIC = {b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "xlsx", b"SQLite format 3\0": "sqlite", b"PAR1": "parquet"}
_PROMISED = {"xlsx": "workbook", "parquet": "Parquet file", "sqlite": "SQLite file", "xml": "XML", "xes": "XES", "html": "HTML"}


def read_part(mapping: Mapping, part: Part) -> Iterator[RawRow]:
    """Every row of the part; :class:`BadMapping` when it does not fit the mapping as a whole."""
    kind = kind_of(part.head)
    wanted = mapping.source.format
    if not kind and wanted not in TEXTS and part.head:
        raise part.refuse(f'is text, no {_PROMISED[wanted]}: format = "csv" in [source], with its delimiter?')
    if kind == "html":
        yield from _tables(mapping, part, [(f"table {n}", rows) for n, rows in enumerate(_html(mapping, part), 1)])
    elif kind == "xlsx":
        yield from _tables(mapping, part, sheets(part, mapping.source.table))
    elif kind == "spreadsheet":
        yield from _tables(mapping, part, spreadsheet_tables(_xml(mapping, part), part))
    elif kind:
        yield from _objects(mapping, part, kind)
    else:
        yield from read_text(mapping, part, whole=True)


def read_text(mapping: Mapping, part: Part, *, whole: bool = False) -> Iterator[RawRow]:
    """CSV, JSON or JSON lines, as the mapping says.

    Of a ``whole`` file every column must be in some row. Where rows say their own kind, a file may have a few of the kinds only.
    """
    source = mapping.source
    with text_of(part, source.encoding, "" if source.format == "csv" else None) as text:
        if source.format == "csv":
            rows = CsvRows(text, source)

            def width(count: int) -> None:
                rows.width = count

            def refuse(defects: list[str]) -> BadMapping:
                if part.head.lstrip(b"\xef\xbb\xbf \r\n")[:1] in (b"{", b"["):
                    defects = [*defects, 'it begins like JSON: format = "json" or "jsonl" in [source]?']
                return unread(part, source.encoding, mapping.needed, defects)

            yield from table_rows(mapping, rows, refuse, ragged=False, on_heading=width)
            return
        found, places = json_rows(mapping, text, part) if source.format == "json" else (json_lines(text), [])
        yield from _complete(mapping, part, found, places) if whole and not mapping.has_kinds else found


def read_objects(objects: Iterable[object]) -> Iterator[RawRow]:
    """Already parsed JSON."""
    yield from object_rows(objects)


def kind_of(head: bytes) -> str:
    """What the first bytes say that a file is; empty for text whose layout the mapping tells."""
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    text = head[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").replace(b"\0", b"").lower()
    if not text.startswith(b"<"):
        return ""
    if b"schemas-microsoft-com:office:spreadsheet" in text and b"<html" not in text:
        return "spreadsheet"
    if any(mark in text for mark in (b"<html", b"<table", b"<!doctype html")):
        return "html"
    return "xes" if b"<log" in text and b"xes" in text else "xml"


def _tables(mapping: Mapping, part: Part, tables: Iterable[tuple[str, list[list[object]] | list[list[str]]]]) -> Iterator[RawRow]:
    """The first table that has the heading; where none has it, what the nearest lacks."""
    lacking: list[BadMapping] = []
    names = []
    for name, rows in tables:
        names.append(name)
        read = table_rows(mapping, numbered(rows), lambda defects: part.refuse(*defects), ragged=True)
        try:
            first = next(read, None)
        except BadMapping as error:
            lacking.append(error)
            continue
        if first is not None:
            yield first._replace(part=name)
            for row in read:
                yield row._replace(part=name)
        return
    if not lacking:
        raise part.refuse("has no table in it")
    best = min(lacking, key=lambda error: len(error.defects))
    raise part.refuse(*best.defects, f"tables found: {', '.join(names)[:300]}")


def _objects(mapping: Mapping, part: Part, kind: str) -> Iterator[RawRow]:
    columns = mapping.needed
    places: list[str] = []
    if kind == "parquet":
        rows = parquet_rows(part)
    elif kind == "sqlite":
        rows = sqlite_rows(part, mapping.source.table, columns=columns)
    elif kind == "xes":
        rows = xes_rows(_xml(mapping, part), part)
    else:
        rows = xml_rows(_xml(mapping, part), part, mapping.source.rows)
        plain = frozenset(column.partition(".")[0] for column in columns)
        sample = Part(io.BytesIO(part.head), part.where, part.label)
        places = _places(mapping, sample, plain)
    yield from _complete(mapping, part, object_rows(rows), places)


def _places(mapping: Mapping, sample: Part, columns: frozenset[str]) -> list[str]:
    """Paths of rows in the first bytes of an XML file, which may end anywhere."""
    try:
        return paths_with(_xml(mapping, sample), sample, columns)
    except BadMapping:
        return []


def _complete(mapping: Mapping, part: Part, rows: Iterable[RawRow], places: list[str]) -> Iterator[RawRow]:
    """The rows; after the last one an error where a column of the mapping was in none of them."""
    unseen = set(mapping.needed)
    found: dict[str, None] = {}
    count = 0
    for row in rows:
        if unseen and isinstance(row.cells, dict):
            count += 1
            cells = row.cells
            unseen -= {column for column in unseen if column in cells or within(cells, column) is not None}
            if unseen and len(found) < 100:
                found |= dict.fromkeys(cells)
        yield row
    if unseen and count:
        defects = [f"has no column {column!r}, which mapping {mapping.name!r} uses, in any row" for column in sorted(unseen)]
        mend = f'rows = "{places[0]}" in [source]' if places else 'optional = ["…"] in [source] for one that may be missing'
        raise part.refuse(*defects, f"columns found: {', '.join(found)[:500]}", mend)


def _html(mapping: Mapping, part: Part) -> list[list[list[str]]]:
    with text_of(part, html_encoding(part.head) or mapping.source.encoding, None) as text:
        return html_tables(text.read())


def _xml(mapping: Mapping, part: Part) -> io.TextIOWrapper:
    return text_of(part, xml_encoding(part.head, mapping.source.encoding), None)
