"""``supervise rulebook published``: what lies in the catalog topic, and what a new calendar changes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from monitor.almanac import ALMANAC
from monitor.books import Library, PublishedBook
from rules.book import RuleBook
from rules.instant import to_datetime
from rules.worktime import Calendar, parse_calendar


class Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record of the topic. ``digest`` is the book's as it judges now, or the calendar's version."""

    kind: Literal["rulebook", "calendar"]
    name: str
    digest: str
    at: datetime
    by: str
    offset: int
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    calendar: str = ""
    in_force: bool = False
    """Whether a case accepted now is judged by it."""


def listed(library: Library, zone: str, now: int) -> list[Listed]:
    """Everything published, books in the order in which they take effect, then calendars; times in ``zone``."""
    books = sorted(_books(library, zone, now), key=lambda book: str(book.effective_from))
    return [*books, *sorted(_calendars(library, zone), key=lambda calendar: calendar.name)]


def as_table(rows: list[Listed]) -> str:
    """For people: one line each."""
    if not rows:
        return "nothing is published"
    head = ("", "name", "digest", "accepted from", "until", "calendar", "published", "by")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells)


def day_changes(before: Calendar, after: Calendar) -> list[str]:
    """Each day that both cover and that is worked in one of them only, in words."""
    days = [day for day in _named(before, after) if before.is_workday(day) != after.is_workday(day)]
    return [f"{day}: {_word(after, day)}" for day in days]


def _word(calendar: Calendar, day: date) -> str:
    worked = "worked" if calendar.is_workday(day) else "not worked"
    name = calendar.name_of(day)
    return f"{worked} ({name})" if name else worked


def _named(before: Calendar, after: Calendar) -> list[date]:
    days = {*before.holidays, *before.workdays, *after.holidays, *after.workdays}
    return sorted(day for day in days if before.covers(day) and after.covers(day))


def _books(library: Library, zone: str, now: int) -> Iterator[Listed]:
    current = library.books.at(now)
    for entry in library.entries.values():
        if isinstance(entry.record, PublishedBook):
            book = library.books.get(entry.record.version)
            yield Listed(
                kind="rulebook",
                name=book.version,
                digest=book.digest,
                at=_at(entry.at, zone),
                by=entry.record.by,
                offset=entry.offset,
                effective_from=_begins(book),
                effective_until=to_datetime(book.effective_until, book.zone) if book.effective_until is not None else None,
                calendar=book.calendar.name,
                in_force=book is current,
            )


def _calendars(library: Library, zone: str) -> Iterator[Listed]:
    for entry in library.entries.values():
        if not isinstance(entry.record, PublishedBook):
            days = parse_calendar(entry.record.table, ALMANAC)
            cover = f"{days.years[0]}–{days.years[-1]}"
            at = _at(entry.at, zone)
            yield Listed("calendar", days.name, days.version[:8], at, entry.record.by, entry.offset, calendar=cover)


def _begins(book: RuleBook) -> datetime:
    return to_datetime(book.effective_from, book.zone)


def _at(instant: int, zone: str) -> datetime:
    return datetime.fromtimestamp(instant / 1000, UTC).astimezone(ZoneInfo(zone))


def _cells(row: Listed) -> tuple[str, ...]:
    begins, ends = (_text(when) for when in (row.effective_from, row.effective_until))
    mark = "*" if row.in_force else ""
    return mark, f"{row.kind}:{row.name}", row.digest, begins, ends, row.calendar, _text(row.at), row.by


def _text(when: datetime | None) -> str:
    return when.isoformat(timespec="seconds") if when is not None else "-"
