"""The files that are replayed: one with real records, one with a simulated hall that has everything a hall can do."""

import csv
import gzip
import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import msgspec

from monitor.mapping import load_mapping
from monitor.replay.feed import ReplayFeed, read_feed
from monitor.simulate.files import write_book
from monitor.simulate.hall import generate
from monitor.simulate.life import Habits
from monitor.simulate.rhythm import ZONE
from rules.instant import DAY, to_datetime, to_instant
from tests.acceptance.data import FOLDER

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
IS_LONG = os.environ.get("SUPERVISE_LONG") == "1"
"""Whole files instead of a cut: minutes instead of seconds."""

_BOSTON = FOLDER / "boston311_2015.csv.gz"
_BOSTON_SHARE = 8  # one row in so many


class Source(NamedTuple):
    """A file, and what the command line needs to replay it."""

    name: str
    file: Path
    mapping: Path
    book: Path

    def feed(self) -> ReplayFeed:
        """The file as the command reads it: events in order of arrival."""
        return read_feed([(self.file, load_mapping(self.mapping))])


def names() -> tuple[str, ...]:
    """The files at hand: the real one only where its records are."""
    return ("boston", "hall") if _BOSTON.is_file() else ("hall",)


def without_late_records() -> tuple[str, ...]:
    """Those in which every record arrives when it happens, so that no card is ever withdrawn."""
    return tuple(name for name in names() if name == "boston")


def make(name: str, folder: Path) -> Source:
    """Write the file ``name`` into ``folder``."""
    return _boston(folder) if name == "boston" else _hall(folder)


def _boston(folder: Path) -> Source:
    """An eighth of Boston's requests of 2015, spread over the year by a hash of their number; all of them if long."""
    where = HERE.parent / "boston311"
    file = folder / "boston.csv"
    with gzip.open(_BOSTON, "rt", encoding="utf-8", newline="") as whole, file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictReader(whole)
        writer = csv.DictWriter(out, rows.fieldnames or [])
        writer.writeheader()
        writer.writerows(row for row in rows if IS_LONG or crc32(row["case_id"].encode()) % _BOSTON_SHARE == 0)
    return Source("boston", file, where / "mapping.toml", where / "book.toml")


def _hall(folder: Path) -> Source:
    """Some weeks of a hall where much goes wrong: late typists, back-entry, suspensions, supplements, late stages."""
    start = to_instant(datetime(2025, 3, 3, tzinfo=ZONE))
    days, per_day = (200, 100) if IS_LONG else (75, 35)
    file, book = folder / "hall.jsonl", folder / "hall-book.toml"
    with file.open("wb") as out:
        for arrived, event in generate(7, start, start + days * DAY, per_day, habits=Habits(late_typist=0.3, back_entry=0.02)):
            row = msgspec.to_builtins(event) | {"arrived": to_datetime(arrived, ZONE).isoformat()}
            out.write(msgspec.json.encode(row) + b"\n")
    write_book(book)
    return Source("hall", file, HERE / "hall.toml", book)
