"""What lies in the catalog topic: whole rule books and whole calendars, so that a reader needs no file beside them.

A book is its merged table as JSON. What it extends is laid under it. Its calendar is written out day by day, the national one
too. A worker with another version of the calendar package judges by the same days.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from monitor.almanac import ALMANAC
from monitor.books.files import BookTable, thawed
from rules.book import RuleBook
from rules.bookfile import parse_book
from rules.errors import BadRuleBook
from rules.worktime import Calendar, parse_calendar


class PublishedBook(msgspec.Struct, frozen=True, tag_field="kind", tag="rulebook", forbid_unknown_fields=True):
    """One rule book. ``book`` is its table as JSON has it, ``by`` who published it; when is the record's Kafka timestamp."""

    version: str
    book: dict[str, Any]
    by: str = ""

    @property
    def key(self) -> bytes:
        """The compaction key."""
        return f"rulebook:{self.version}".encode()

    @property
    def table(self) -> dict[str, Any]:
        """The table as :func:`rules.bookfile.parse_book` takes it."""
        return thawed(self.book)


class PublishedCalendar(msgspec.Struct, frozen=True, tag_field="kind", tag="calendar", forbid_unknown_fields=True):
    """One calendar, for every book whose calendar has that name."""

    name: str
    calendar: dict[str, Any]
    by: str = ""

    @property
    def key(self) -> bytes:
        """The compaction key."""
        return f"calendar:{self.name}".encode()

    @property
    def table(self) -> dict[str, Any]:
        """The table as :func:`rules.worktime.parse_calendar` takes it."""
        return thawed(self.calendar)


Published = PublishedBook | PublishedCalendar
KINDS = ("rulebook", "calendar")
decode = msgspec.json.Decoder(Published).decode
_encoder = msgspec.json.Encoder()


def encode(record: Published) -> bytes:
    """A record as it goes into the topic."""
    return _encoder.encode(record)


def book_record(book: RuleBook, table: Mapping[str, Any], by: str) -> PublishedBook:
    """The record of ``book``, which ``table`` was parsed to (:func:`monitor.books.files.book_table`).

    Whoever reads the record back holds what it judges by against the book: :func:`check_faithful`.
    """
    whole = {**table, "calendar": calendar_table(book.calendar)}
    return PublishedBook(book.version, msgspec.json.decode(msgspec.json.encode(whole)), by)


def check_faithful(source: str, book: RuleBook, read_back: RuleBook) -> None:
    """:class:`BadRuleBook` should the record not judge as the file does."""
    if read_back.digest != book.digest:
        raise BadRuleBook(source, ["written as JSON it would judge otherwise than the file; this is ours to mend"])


def saved(tables: Iterable[BookTable], folder: Path) -> tuple[Path, ...]:
    """Books written to ``folder`` as files for processes that read them anew by :func:`monitor.books.files.load_books`."""
    files = []
    for number, book in enumerate(tables):
        parsed = parse_book(book.source, book.table, ALMANAC)
        record = book_record(parsed, book.table, "")
        check_faithful(book.source, parsed, parse_book(book.source, record.table, ALMANAC))
        files.append(folder / f"book-{number}.json")
        files[-1].write_bytes(encode(record))
    return tuple(files)


def calendar_record(source: str, table: Mapping[str, Any], by: str) -> PublishedCalendar:
    """The record of a calendar from its parsed TOML; :class:`BadRuleBook` lists its defects."""
    try:
        calendar = parse_calendar(table, ALMANAC)
    except BadRuleBook as bad:
        raise BadRuleBook(source, bad.defects) from None
    return PublishedCalendar(calendar.name, msgspec.json.decode(msgspec.json.encode(calendar_table(calendar))), by)


def calendar_table(calendar: Calendar) -> dict[str, Any]:
    """A calendar with nothing beneath it: each year covered, each holiday and make-up day."""
    return {
        "name": calendar.name,
        "base": "weekends",
        "years": list(calendar.years),
        "holidays": _days(calendar.holidays),
        "workdays": _days(calendar.workdays),
    }


def same_but_calendar(one: PublishedBook, other: PublishedBook) -> bool:
    """Whether two records of one version differ in their calendars and in when they end at most."""
    return _judging(one) == _judging(other)


def ended(record: PublishedBook, until: str, by: str) -> PublishedBook:
    """The record with its end at ``until`` (ISO 8601 with offset)."""
    return msgspec.structs.replace(record, book={**record.book, "effective_until": until}, by=by)


def _judging(record: PublishedBook) -> dict[str, Any]:
    return {key: value for key, value in record.book.items() if key not in ("calendar", "effective_until")}


def _days(days: Mapping[date, str]) -> list[dict[str, Any]]:
    return [{"date": day, "name": name} for day, name in days.items()]
