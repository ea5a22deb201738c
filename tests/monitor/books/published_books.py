"""Books and calendars to publish."""

from pathlib import Path
from typing import Any

from monitor.almanac import ALMANAC
from monitor.books import Library, PublishedBook, PublishedCalendar, book_record, calendar_record
from monitor.books.files import BookTable, book_table
from rules.bookfile import parse_book

ANYWHERE = Path("default")


def table(version: str = "city-1", begins: str = "2026-03-01T00:00:00+08:00", **more: Any) -> dict[str, Any]:
    """The default book under another name."""
    return {**book_table(ANYWHERE), "name": "city", "version": version, "effective_from": begins, **more}


def book(version: str = "city-1", begins: str = "2026-03-01T00:00:00+08:00", by: str = "", **more: Any) -> PublishedBook:
    return record_of(table(version, begins, **more), by)


def record_of(table: dict[str, Any], by: str = "") -> PublishedBook:
    """The record of a book's table."""
    return book_record(parse_book("here", table, ALMANAC), table, by)


def calendar(name: str = "cn", **more: Any) -> PublishedCalendar:
    """The national calendar under that name, with changes."""
    return calendar_record(name, {"name": name, "base": "cn", **more}, "")


def library(*tables: dict[str, Any]) -> Library:
    return Library([BookTable(str(each["version"]), each) for each in tables or (book_table(ANYWHERE),)])
