"""A simulated hall into files: its records, one JSON object per line, and its items as a rule book."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from monitor.simulate.catalog import CASHIER, HALL, items_toml
from monitor.simulate.hall import BadSimulation, generate
from monitor.simulate.plan import midnight, plan
from monitor.simulate.rhythm import Rhythm, as_datetime, day_of
from monitor.wire import encode_json
from rules.events import Event
from rules.instant import DAY, to_instant


class Line(msgspec.Struct):
    """One line: when the record arrived, by the simulated clock, and the record."""

    arrived: datetime
    event: Event


def write_file(path: Path, *, start: datetime | None = None, days: int = 30, seed: int = 1, cases_per_day: float = 400) -> int:
    """Write the records of a hall that arrive within ``days`` days to ``path``, in arrival order; gives their number.

    The first day is that of ``start`` (aware), from midnight. By default it lies so long ago that the last day is past and well
    covered by the calendar. ``-`` is standard output. The file appears whole or not at all. Raises ``BadSimulation`` for days
    the calendar does not cover and for a file that cannot be written.
    """
    if days <= 0:
        raise BadSimulation(f"{days} days: give 1 or more")
    rhythm = Rhythm()
    first = to_instant(start) if start else plan(rhythm, now=time.time_ns() // 1_000_000, backfill_days=days).origin
    first = midnight(day_of(first))
    count = 0
    records = generate(seed, first, first + days * DAY, cases_per_day, rhythm=rhythm)
    with _whole_file(path) as out:
        for arrived, event in records:
            out.write(encode_json(Line(as_datetime(arrived), event)))
            out.write(b"\n")
            count += 1
    return count


def write_book(path: Path, *, extends: str = "default") -> None:
    """Write a rule book that knows the simulated hall and its items with their limits, laid over another book."""
    head = f'# {HALL}\nextends = "{extends}"\nname = "simulated"\nversion = "simulated-1"\ntitle = "{HALL}（模拟）"\n\n'
    hall = f'[hall]\nplaces = ["{HALL}"]\nterminals = ["T-"]\ncashiers = ["{CASHIER}"]\n\n'
    with _whole_file(path) as out:
        out.write((head + hall + items_toml()).encode())


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
