"""A simulated hall into files: its records, one JSON object per line, and its items as a rule book."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from monitor.simulate.catalog import HALL, items_toml
from monitor.simulate.hall import BadSimulation, generate
from monitor.simulate.rhythm import ZONE, as_datetime
from monitor.wire import encode_json
from rules.events import Event
from rules.instant import to_instant


class Line(msgspec.Struct):
    """One line: when the record arrived, by the simulated clock, and the record."""

    arrived: datetime
    event: Event


def write_file(path: Path, *, start: datetime, end: datetime, seed: int = 1, cases_per_day: float = 400) -> int:
    """Write the records of a hall that arrive in [``start``, ``end``) to ``path``, in arrival order; gives their number.

    ``-`` is standard output. The file appears whole or not at all. Raises ``BadSimulation`` for times the calendar does not
    cover and for a file that cannot be written.
    """
    count = 0
    records = generate(seed, to_instant(start), to_instant(end), cases_per_day)
    with _whole_file(path) as out:
        for arrived, event in records:
            out.write(encode_json(Line(as_datetime(arrived), event)))
            out.write(b"\n")
            count += 1
    return count


def write_book(path: Path, *, extends: str = "default") -> None:
    """Write a rule book that knows the simulated items with their limits, laid over another book."""
    head = f'# {HALL}\nextends = "{extends}"\nname = "simulated"\nversion = "simulated-1"\ntitle = "{HALL}（模拟）"\n\n'
    with _whole_file(path) as out:
        out.write((head + items_toml()).encode())


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb", buffering=1 << 20) as out:
            yield out
        part.replace(path)
    except OSError as error:
        raise BadSimulation(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def period(start: datetime, days: int) -> tuple[datetime, datetime]:
    """``days`` whole days from the midnight of ``start``'s day, in China."""
    first = start.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return first, as_datetime(to_instant(first) + days * 86_400_000)
