"""First pass over the file: check every line, and note which case's records lie where.

The file is cut into slices of bytes that any process can index on its own; a line belongs to the slice it begins in. Each
record is put into a bucket by the hash of its key, so that a bucket holds whole cases. The number of buckets is fixed:
nothing in the result can depend on how many processes there are.
"""

import mmap
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from monitor.recordfile import read_line
from rules.errors import BadEvent
from rules.events import key_of

BUCKETS = 256
SLICE_BYTES = 4 << 20


class Indexed(NamedTuple):
    """What a slice holds. ``places`` are byte strings of two arrays for each bucket: the hashes of the keys (``I``) and the
    offsets of the lines (``Q``). Both hold one entry a record, in the order of the file. ``last`` is the latest clock, epoch ms
    (0: no record)."""

    records: int
    ticks: int
    bad: Counter[str]
    last: int
    places: dict[int, tuple[bytes, bytes]]


def slices_of(path: Path) -> list[tuple[int, int]]:
    """Byte ranges that cover the file."""
    size = path.stat().st_size
    return [(start, min(start + SLICE_BYTES, size)) for start in range(0, size, SLICE_BYTES)]


def mapped(path: Path) -> mmap.mmap:
    """The file's bytes, shared by all processes through the page cache."""
    with path.open("rb") as stream:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def line_at(data: mmap.mmap, start: int) -> bytes:
    """The line that begins at ``start``, without its end."""
    end = data.find(b"\n", start)
    return data[start:] if end < 0 else data[start:end]


def index_slice(data: mmap.mmap, start: int, end: int) -> Indexed:
    """Check and place every line that begins in ``[start, end)``."""
    hashes = [array("I") for _ in range(BUCKETS)]
    offsets = [array("Q") for _ in range(BUCKETS)]
    records = ticks = last = 0
    bad: Counter[str] = Counter()
    for offset, raw in _lines(data, start, end):
        try:
            now, _, event = read_line(raw)
        except BadEvent as error:
            bad[error.reason] += 1
            continue
        last = max(last, now)
        if event is None:
            ticks += 1
            continue
        records += 1
        number = crc32(key_of(event).encode())
        hashes[number % BUCKETS].append(number)
        offsets[number % BUCKETS].append(offset)
    places = {bucket: (hashes[bucket].tobytes(), offsets[bucket].tobytes()) for bucket in range(BUCKETS) if hashes[bucket]}
    return Indexed(records, ticks, bad, last, places)


def _lines(data: mmap.mmap, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    if start and data[start - 1 : start] != b"\n":
        before = data.find(b"\n", start)
        if before < 0:
            return
        start = before + 1
    while start < end:
        raw = line_at(data, start)
        if raw and not raw.isspace():
            yield start, raw
        start += len(raw) + 1
