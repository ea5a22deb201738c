"""JSON and JSON lines into rows, with what is wrong and how it is mended."""

import json
from collections.abc import Iterable, Iterator
from typing import TextIO

import msgspec

from monitor.mapping.mapping import Mapping, NoNumber, within
from monitor.mapping.readers.part import Part, RawRow
from monitor.wire import MAX_VALUE_BYTES
from rules.errors import BadEvent


def json_rows(mapping: Mapping, text: TextIO, part: Part) -> tuple[Iterator[RawRow], list[str]]:
    """Every object of the array at ``rows``; beside them the paths at which other lists of objects lie."""
    whole = text.read()
    try:
        data = _decoded(whole)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError, ValueError) as error:
        raise part.refuse(f"is not JSON: {error}{_mend(whole, error)}") from None
    places = paths_to_rows(data, mapping)
    rows = rows_in(data, mapping.source.rows)
    if rows is None:
        raise part.refuse(
            f"has no list at rows = {mapping.source.rows!r}; lists of rows are at: {', '.join(places) or 'no path'}"
        )
    return object_rows(rows), places


def json_lines(text: TextIO) -> Iterator[RawRow]:
    """Every line an object; a line that is none costs itself."""
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        if len(line) > MAX_VALUE_BYTES:
            yield RawRow(number, BadEvent("too_large", f"{len(line)} characters in one row"), line)
            continue
        try:
            row = _decoded(line)
        except UnicodeEncodeError:
            yield RawRow(number, BadEvent("invalid_utf8", "bytes that are not in the mapping's encoding"), line)
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            yield RawRow(number, BadEvent("invalid_json", str(error)), line)
        else:
            yield RawRow(number, _object(row), line)


def object_rows(rows: Iterable[object]) -> Iterator[RawRow]:
    """Already parsed objects."""
    for number, row in enumerate(rows, 1):
        yield RawRow(number, _object(row), row)


def rows_in(data: object, path: str) -> list[object] | None:
    """The list at ``path``, an object alone as a list of one; ``None`` where nothing is there."""
    found = data if not path else data.get(path) if isinstance(data, dict) and path in data else within({"": data}, f".{path}")
    if isinstance(found, list):
        return found
    return [found] if isinstance(found, dict) else None


def paths_to_rows(data: object, mapping: Mapping, path: str = "") -> list[str]:
    """Where lists of objects lie that have a column of the mapping."""
    if isinstance(data, list):
        first = next((row for row in data if isinstance(row, dict)), {})
        fits = any(column in first or within(first, column) is not None for column in mapping.columns)
        return [path] if path and fits else []
    if not isinstance(data, dict):
        return []
    return [found for key, inner in data.items() for found in paths_to_rows(inner, mapping, f"{path}.{key}" if path else key)]


def _decoded(text: str) -> object:
    try:
        return msgspec.json.decode(text.encode())
    except msgspec.DecodeError:
        if "NaN" not in text and "Infinity" not in text:
            raise
        return json.loads(text, parse_constant=NoNumber)


def _object(row: object) -> dict[str, object] | BadEvent:
    if isinstance(row, dict):
        return row
    return BadEvent("mapping_failed", f"a row must be a JSON object, this is {type(row).__name__}")


def _mend(whole: str, error: Exception) -> str:
    if "trailing comma" in str(error):
        return ": leave out the comma before the bracket"
    lines = whole.lstrip("\ufeff \r\n").split("\n", 2)
    try:
        if len(lines) > 1 and isinstance(_decoded(lines[0]), dict):
            return ': each line is an object of its own: format = "jsonl" in [source]'
    except (msgspec.DecodeError, UnicodeEncodeError, ValueError, RecursionError):
        pass
    return "" if whole.lstrip("\ufeff \r\n")[:1] in ("{", "[") else ': it begins like a table: format = "csv" in [source]?'
