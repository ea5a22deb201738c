"""Files of old systems, row by row: CSV, JSON and JSON lines, in any encoding, gzipped or not. One bad row stops nothing."""

import codecs
import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import msgspec

from monitor.mapping.mapping import Arrival, BadMapping, FileFormat, Mapping
from monitor.wire import KEPT_BYTES, MAX_VALUE_BYTES, DeadLetter
from rules.errors import BadEvent


class MappedRow(NamedTuple):
    """What became of one row. ``number`` counts as a spreadsheet does: in a CSV with a header, the first row is 2."""

    number: int
    arrivals: list[Arrival]
    error: BadEvent | None = None
    raw: bytes = b""

    def dead_letter(self, source: str) -> DeadLetter:
        """The bad row for the dead-letter topic; ``source`` names the file or the sender."""
        error = self.error or BadEvent("mapping_failed", "")
        where = f"{source}, row {self.number}"
        return DeadLetter(error.reason, str(error), where, error.field, size=len(self.raw), value=self.raw[:KEPT_BYTES])


Parsed = tuple[int, dict[str, object] | BadEvent, object]


def map_file(mapping: Mapping, path: Path) -> Iterator[MappedRow]:
    """Every row of the file; :class:`BadMapping` when the file as a whole does not fit the mapping."""
    try:
        with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as stream:
            yield from map_stream(mapping, cast("BinaryIO", stream), str(path))
    except (gzip.BadGzipFile, EOFError) as error:
        raise BadMapping(str(path), [f"is not a whole gzip file: {error}"]) from None
    except OSError as error:
        raise BadMapping(str(path), [f"cannot be read: {error.strerror or error}"]) from None


def map_stream(mapping: Mapping, stream: BinaryIO, where: str = "rows") -> Iterator[MappedRow]:
    """Every row of an open file of the mapping's format; closes it."""
    encoding = "utf-8-sig" if codecs.lookup(mapping.source.encoding).name == "utf-8" else mapping.source.encoding
    # Bytes that do not fit the encoding must cost their row only, so they pass as surrogates and are found there.
    readers = {"csv": _csv_rows, "json": _json_rows, "jsonl": _json_lines}
    newline = "" if mapping.source.format == "csv" else None
    with io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline=newline) as text:
        yield from _mapped(mapping, readers[mapping.source.format](mapping, text, where))


def map_objects(mapping: Mapping, objects: Iterable[object]) -> Iterator[MappedRow]:
    """Every row of already parsed JSON."""
    yield from _mapped(mapping, _objects(objects))


def _mapped(mapping: Mapping, parsed: Iterable[Parsed]) -> Iterator[MappedRow]:
    seen: set[str] = set()
    for number, row, raw in parsed:
        if isinstance(row, BadEvent):
            yield MappedRow(number, [], row, _bytes(raw, mapping.source))
            continue
        try:
            texts = mapping.clean(row)
            skipped = any(condition.holds(texts) for condition in mapping.skip)
            ruled = [] if skipped else mapping.ruled(texts)
        except BadEvent as error:
            yield MappedRow(number, [], error, _bytes(raw, mapping.source))
            continue
        arrivals = []
        for rule, arrival in ruled:
            if rule.once:
                if arrival.event.id in seen:
                    continue
                seen.add(arrival.event.id)
            arrivals.append(arrival)
        yield MappedRow(number, arrivals)


def _csv_rows(mapping: Mapping, text: io.TextIOWrapper, where: str) -> Iterator[Parsed]:
    reader = csv.reader(text, delimiter=mapping.source.delimiter)
    header = list(mapping.source.columns) or [name.strip() for name in next(reader, [])]
    _check_header(mapping, header, where)
    number = 0 if mapping.source.columns else 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, BadEvent("mapping_failed", f"not CSV: {error}: a quote without its pair?"), ""
            continue
        if not cells:
            continue
        if len(cells) != len(header):
            yield number, BadEvent("mapping_failed", f"{len(cells)} cells, the header has {len(header)}"), cells
            continue
        yield number, dict(zip(header, cells, strict=True)), cells


def _check_header(mapping: Mapping, header: list[str], where: str) -> None:
    defects = [
        f"has no column {column!r}, which mapping {mapping.name!r} uses" for column in mapping.columns if column not in header
    ]
    defects += [f"has column {name!r} twice" for name in mapping.columns if header.count(name) > 1]
    if defects:
        raise BadMapping(where, [*defects, f"columns found: {', '.join(header)[:500]}"])


def _json_rows(_mapping: Mapping, text: io.TextIOWrapper, where: str) -> Iterator[Parsed]:
    try:
        rows = msgspec.json.decode(text.read().encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise BadMapping(where, [f"is not JSON: {error}"]) from None
    yield from _objects(rows if isinstance(rows, list) else [rows])


def _json_lines(_mapping: Mapping, text: io.TextIOWrapper, _where: str) -> Iterator[Parsed]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        if len(line) > MAX_VALUE_BYTES:
            yield number, BadEvent("too_large", f"{len(line)} characters in one row"), line
            continue
        try:
            row = msgspec.json.decode(line.encode())
        except UnicodeEncodeError:
            yield number, BadEvent("invalid_utf8", "bytes that are not in the mapping's encoding"), line
        except (msgspec.DecodeError, RecursionError) as error:
            yield number, BadEvent("invalid_json", str(error)), line
        else:
            yield number, _object(row), line


def _objects(rows: Iterable[object]) -> Iterator[Parsed]:
    for number, row in enumerate(rows, 1):
        yield number, _object(row), row


def _object(row: object) -> dict[str, object] | BadEvent:
    if isinstance(row, dict):
        return row
    return BadEvent("mapping_failed", f"a row must be a JSON object, this is {type(row).__name__}")


def _bytes(raw: object, source: FileFormat) -> bytes:
    """The row as it was received, as nearly as can be told after reading it; parsed JSON is written anew."""
    if isinstance(raw, str):
        return raw.encode(source.encoding, "surrogateescape")
    if isinstance(raw, list) and all(isinstance(cell, str) for cell in raw):
        line = io.StringIO()
        csv.writer(line, delimiter=source.delimiter).writerow(raw)
        return line.getvalue().encode(source.encoding, "surrogateescape")
    return msgspec.json.encode(raw)
