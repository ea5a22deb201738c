"""A small old system for these tests: its mapping, its book, and files of it."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.almanac import ALMANAC
from monitor.mapping import Mapping, parse_mapping
from rules.book import RuleBooks
from rules.bookfile import parse_book
from rules.instant import to_instant

ZONE = ZoneInfo("Asia/Shanghai")
BOOK = {
    "name": "small",
    "version": "small-1",
    "zone": "Asia/Shanghai",
    "defaults": {"promised": "2d"},
    "counting": {"ends": "second", "roll_last_day": False},
    "time_limits": [
        {"id": "case", "clock": "case", "limit": "promised", "warning": "1d before", "yellow": "deadline", "red": "1d after"}
    ],
}
HEADER = "no,opened,closed,typed\n"


def books() -> RuleBooks:
    """Two natural days; yellow then, red a day later."""
    return RuleBooks([parse_book("small", BOOK, ALMANAC)])


def mapping() -> Mapping:
    """One row per case: opened, closed, and when it was typed in."""
    common = {"case": "{no}", "region": "430100", "department": "d"}
    closed = {
        "type": "concluded",
        "id": "{no}-c",
        "at": "closed",
        "arrived": "typed",
        "when": {"column": "closed", "empty": False},
    }
    return parse_mapping(
        "small",
        {
            "source": {"zone": "Asia/Shanghai"},
            "times": {"opened": "iso", "closed": "iso", "typed": "iso"},
            "common": common,
            "event": [{"type": "accepted", "id": "{no}-a", "at": "opened"}, closed],
        },
    )


def write(folder: Path, *rows: str) -> Path:
    """A file with these rows."""
    file = folder / "cases.csv"
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows), "utf-8")
    return file


def at(text: str) -> int:
    """``2026-01-05 09:00`` of the small hall's clock, epoch ms."""
    return to_instant(datetime.fromisoformat(text).replace(tzinfo=ZONE))
