"""Files of old systems, row by row: whatever kind they are of, packed or not. One bad row stops nothing."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from monitor.mapping.cells import cell_text
from monitor.mapping.mapping import Arrival, Mapping
from monitor.mapping.readers import Part, Passed, RawRow, open_parts, read_objects, read_part, read_text
from monitor.mapping.readers.encoding import hint, raw_bytes
from monitor.mapping.source import FileFormat
from monitor.wire import KEPT_BYTES, DeadLetter
from rules.errors import BadEvent

NO_RECORDS = ("title", "blank", "total")
"""What is passed over because it is no record; other rows without events are records that tell of nothing."""


class MappedRow(NamedTuple):
    """What became of one row. ``number`` counts as a spreadsheet does: in a CSV with a header, the first row is 2.

    ``part`` names the file of an archive or the sheet. ``passed`` says why the row is of no event. It is one of
    :data:`NO_RECORDS`, the key of the ``skip`` that holds, or ``no event``.
    """

    number: int
    arrivals: list[Arrival]
    error: BadEvent | None = None
    raw: bytes = b""
    part: str = ""
    passed: str = ""

    def dead_letter(self, source: str) -> DeadLetter:
        """The bad row for the dead-letter topic; ``source`` names the file or the sender."""
        error = self.error or BadEvent("mapping_failed", "")
        where = f"{source}/{self.part}, row {self.number}" if self.part else f"{source}, row {self.number}"
        return DeadLetter(error.reason, str(error), where, error.field, size=len(self.raw), value=self.raw[:KEPT_BYTES])


def map_file(mapping: Mapping, path: Path) -> Iterator[MappedRow]:
    """Every row of the file, ``-`` for standard input.

    A file that as a whole does not fit the mapping is a :class:`~monitor.mapping.mapping.BadMapping`.
    """
    seen: set[str] = set()
    with open_parts(path, mapping.source) as parts:
        for part in parts:
            yield from mapped_rows(mapping, read_part(mapping, part), seen, part)


def map_stream(mapping: Mapping, stream: BinaryIO, where: str = "rows") -> Iterator[MappedRow]:
    """Every row of an open text of the mapping's format; closes it."""
    part = Part(stream, where)
    yield from mapped_rows(mapping, read_text(mapping, part), set(), part)


def map_objects(mapping: Mapping, objects: Iterable[object]) -> Iterator[MappedRow]:
    """Every row of already parsed JSON."""
    yield from mapped_rows(mapping, read_objects(objects), set(), None)


def mapped_rows(mapping: Mapping, rows: Iterable[RawRow], seen: set[str], part: Part | None) -> Iterator[MappedRow]:
    """What becomes of rows that were read. ``seen`` are the ids of events that are taken once in a file."""
    label = part.label if part is not None else ""
    for number, cells, raw, sheet in rows:
        place = f"{label}/{sheet}" if label and sheet else label or sheet
        if isinstance(cells, Passed):
            yield MappedRow(number, [], part=place, passed=cells)
            continue
        if isinstance(cells, BadEvent):
            yield MappedRow(number, [], cells, _bytes(raw, mapping.source), place)
            continue
        try:
            texts = mapping.clean(cells)
            passed = mapping.skipped(texts)
            ruled = [] if passed else mapping.ruled(texts)
        except BadEvent as error:
            yield MappedRow(number, [], _with_hint(error, mapping, part), _bytes(raw, mapping.source), place)
            continue
        arrivals = []
        for rule, arrival in ruled:
            if rule.once:
                if arrival.event.id in seen:
                    continue
                seen.add(arrival.event.id)
            arrivals.append(arrival)
        yield MappedRow(number, arrivals, part=place, passed=passed or ("" if ruled else "no event"))


def _with_hint(error: BadEvent, mapping: Mapping, part: Part | None) -> BadEvent:
    """Bytes that are no characters: named with the encoding that the file seems to have."""
    if error.reason != "invalid_utf8" or part is None:
        return error
    better = hint(part.head, mapping.source.encoding)
    return BadEvent(error.reason, f"{error} {better}" if better else str(error), error.field)


def _bytes(raw: object, source: FileFormat) -> bytes:
    """The row as it was received, as nearly as can be told after reading it; parsed data is written anew."""
    encoding = "utf-8" if codecs.lookup(source.encoding).name == "utf-8" else source.encoding
    if isinstance(raw, str):
        return raw_bytes(raw, encoding)
    if isinstance(raw, list) and all(isinstance(cell, str) and cell.endswith(("\n", "\r")) for cell in raw[:-1]) and raw:
        return raw_bytes("".join(map(str, raw)), encoding)
    if isinstance(raw, list):
        line = io.StringIO()
        csv.writer(line, delimiter=source.delimiter).writerow(map(cell_text, raw))
        return raw_bytes(line.getvalue(), encoding)
    return msgspec.json.encode(raw, enc_hook=str)
