"""The rule books of a process: those of its files, and laid over them what the catalog topic holds. No I/O.

A published book stands in for the file of the same version: the topic is the same for everybody, files are not. A published
calendar stands in for that of every book whose calendar has its name, published or not. Records that cannot be used change
nothing; the books there are stay.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from monitor.almanac import ALMANAC
from monitor.books.files import BookTable, book_tables
from monitor.books.record import KINDS, Published, PublishedBook, PublishedCalendar, decode
from rules.book import RuleBook, RuleBooks
from rules.bookfile import parse_book
from rules.errors import BadRuleBook, SupervisionError
from rules.worktime import Calendar, parse_calendar

Unfit = Literal["unreadable", "key_mismatch", "unknown_kind", "bad_book", "conflict", "removed"]


class BadPublication(SupervisionError):
    """A record of the catalog topic that cannot be used. The log says so to whoever wrote it; the books stay as they were.

    Whose: theirs who wrote to the catalog topic by hand.
    Mend: publish with `supervise rulebook publish` or `supervise calendar publish`.
    """

    def __init__(self, reason: Unfit, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class LibraryEntry(NamedTuple):
    """A record that holds, when it was written (epoch ms) and its offset."""

    record: Published
    at: int
    offset: int


class _Copy(NamedTuple):
    """A book ready to judge by; ``days`` are the published calendar's it was read with, if there is one."""

    source: BookTable
    plain: RuleBook
    days: Calendar | None
    book: RuleBook


class Library:
    """Rule books by version. :attr:`books` are those in force at this moment."""

    def __init__(self, base: Sequence[BookTable]) -> None:
        self.entries: dict[bytes, LibraryEntry] = {}
        self._calendars: dict[str, tuple[dict[str, Any], Calendar]] = {}
        files = [_copy(table, {}) for table in base]
        self.books = RuleBooks([copy.book for copy in files])
        self._copies = {copy.book.version: copy for copy in files}

    @classmethod
    def of_files(cls, paths: Sequence[Path]) -> "Library":
        """The given books, or the built-in default; :class:`BadRuleBook` names the file and every defect."""
        return cls(book_tables(paths))

    def take(self, key: bytes | None, value: bytes | None, at: int = 0, offset: int = -1) -> RuleBooks:
        """Lay one record of the topic over what is there; the books as they are now.

        :class:`BadPublication` says what is wrong with it; nothing has changed then.
        """
        kind = _kind_of(key)
        assert key is not None
        if value is None:
            self._remove(kind, key)
            return self.books
        record = _read(key, value)
        if isinstance(record, PublishedBook):
            self._take_book(record)
        else:
            self._take_calendar(record)
        self.entries[key] = LibraryEntry(record, at, offset)
        return self.books

    def is_published(self, version: str) -> bool:
        """Whether the book of that version comes from the topic."""
        return f"rulebook:{version}".encode() in self.entries

    def own(self, version: str) -> RuleBook:
        """A book as its file or record has it, whatever calendar is published."""
        return self._copies[version].plain

    def tables(self) -> Iterator[BookTable]:
        """Every book as it judges now, whole."""
        for copy in self._copies.values():
            days = self._calendars.get(copy.plain.calendar.name)
            yield BookTable(copy.source.source, {**copy.source.table, **({"calendar": days[0]} if days else {})})

    def _take_book(self, record: PublishedBook) -> None:
        table = BookTable(f"published {record.version}", record.table)
        copy = self._copied(table, self._calendars)
        if copy.book.version != record.version:
            raise BadPublication("key_mismatch", f"the record says {record.version!r}, its book {copy.book.version!r}")
        self._settle({**self._copies, record.version: copy})

    def _take_calendar(self, record: PublishedCalendar) -> None:
        try:
            days = parse_calendar(record.table, ALMANAC)
        except BadRuleBook as bad:
            raise BadPublication("bad_book", str(bad)) from None
        if days.name != record.name:
            raise BadPublication("key_mismatch", f"the record says {record.name!r}, its calendar {days.name!r}")
        self._recalendar({**self._calendars, record.name: (record.table, days)})

    def _remove(self, kind: str, key: bytes) -> None:
        """A tombstone. Cases may have been accepted under a book, so it stays until this process ends."""
        if key not in self.entries:
            return
        name = key.decode().partition(":")[2]
        if kind == "rulebook":
            raise BadPublication(
                "removed",
                f"rule book {name!r} was deleted from the topic; it stays here until the next start, which its cases will not "
                "survive: publish it again, and end it by supervise rulebook withdraw",
            )
        self._recalendar({known: days for known, days in self._calendars.items() if known != name})
        del self.entries[key]

    def _recalendar(self, calendars: dict[str, tuple[dict[str, Any], Calendar]]) -> None:
        """Read every book anew whose calendar is not that which is published now."""
        copies = {
            version: copy if copy.days is _days_for(copy.plain, calendars) else self._copied(copy.source, calendars)
            for version, copy in self._copies.items()
        }
        self._settle(copies)
        self._calendars = calendars

    def _copied(self, table: BookTable, calendars: dict[str, tuple[dict[str, Any], Calendar]]) -> _Copy:
        try:
            return _copy(table, calendars)
        except BadRuleBook as bad:
            raise BadPublication("bad_book", str(bad)) from None

    def _settle(self, copies: dict[str, _Copy]) -> None:
        try:
            self.books = RuleBooks([copy.book for copy in copies.values()])
        except BadRuleBook as bad:
            raise BadPublication("conflict", f"it does not go with the others: {'; '.join(bad.defects)}") from None
        self._copies = copies


def _copy(table: BookTable, calendars: dict[str, tuple[dict[str, Any], Calendar]]) -> _Copy:
    plain = parse_book(table.source, table.table, ALMANAC)
    days = _days_for(plain, calendars)
    if days is None:
        return _Copy(table, plain, None, plain)
    return _Copy(table, plain, days, parse_book(table.source, {**table.table, "calendar": calendars[days.name][0]}, ALMANAC))


def _days_for(book: RuleBook, calendars: dict[str, tuple[dict[str, Any], Calendar]]) -> Calendar | None:
    published = calendars.get(book.calendar.name)
    return published[1] if published is not None else None


def _kind_of(key: bytes | None) -> str:
    try:
        kind, colon, name = (key or b"").decode("utf-8").partition(":")
    except UnicodeDecodeError:
        kind, colon, name = "", "", ""
    if not colon or not name:
        raise BadPublication("key_mismatch", f"the key is {key!r}, not such as rulebook:city-2026")
    if kind not in KINDS:
        raise BadPublication("unknown_kind", f"the key is {key!r}; kinds known here are {', '.join(KINDS)}: is this version old?")
    return kind


def _read(key: bytes, value: bytes) -> Published:
    try:
        record: Published = decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPublication("unreadable", f"{key.decode()}: {error}") from None
    if record.key != key:
        raise BadPublication("key_mismatch", f"the key is {key.decode()!r}, the record says {record.key.decode()!r}")
    return record
