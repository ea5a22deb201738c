"""Where the records come from: a file of lines as it is, or one made of something else for the processes to share.

A file of an old system goes through its mapping, a gzipped one is unpacked, a range of a topic is fetched. Each becomes a file
in a temporary folder, some 350 bytes a record. The folder is gone afterwards; ``TMPDIR`` says where it lies.
"""

import gzip
import shutil
from collections import Counter
from pathlib import Path

import msgspec

from monitor.mapping import Mapping, map_file
from monitor.recordfile import Seen, write_line
from monitor.wire import encode_event
from rules.errors import SupervisionError

_OFTEN = 5000


class BacktestError(SupervisionError):
    """These records cannot be used for a back-test; the text says why and what to do.

    Whose: the operator's.
    Mend: do what the text says.
    """


class BacktestSource(msgspec.Struct):
    """Records in a file of lines. ``bad`` counts what never became a line, ``ticks`` those passed over; ``last`` is the latest
    clock seen while making it, epoch ms."""

    name: str
    path: Path
    bad: Counter[str]
    ticks: int = 0
    last: int = 0


def from_lines(file: Path, folder: Path) -> BacktestSource:
    """A file as ``supervise simulate --out`` writes it; ``.gz`` is unpacked into ``folder``."""
    path = file
    if file.name.endswith(".gz"):
        path = folder / "unpacked.jsonl"
        try:
            with gzip.open(file, "rb") as packed, path.open("wb") as out:
                shutil.copyfileobj(packed, out, 1 << 20)
        except (gzip.BadGzipFile, EOFError) as error:
            raise BacktestError(f"{file} is not a whole gzip file: {error}") from None
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise BacktestError(f"{file} cannot be read: {error.strerror}") from None
    if not size:
        raise BacktestError(f"{file} is empty: there is nothing to judge")
    return BacktestSource(str(file), path, Counter())


def from_mapping(file: Path, mapping: Mapping, folder: Path, seen: Seen) -> BacktestSource:
    """A file of an old system, row by row through its mapping."""
    made = BacktestSource(str(file), folder / "mapped.jsonl", Counter())
    count = rows = 0
    with made.path.open("wb", buffering=1 << 20) as out:
        for row in map_file(mapping, file):
            rows += 1
            if row.error is not None:
                made.bad[row.error.reason] += 1
            for arrived, event in row.arrivals:
                out.write(write_line(arrived, arrived, encode_event(event)))
                count += 1
            if rows % _OFTEN == 0:
                seen(count)
    seen(count)
    if not rows:
        raise BacktestError(f"{file} has no rows: there is nothing to judge")
    return made
