"""``supervise rulebook publish`` and its kin: what is checked before a book or calendar goes to everybody, and what is printed.

Everything is decided on a library laid with what the topic holds now, before anything is written. A book's file is read once, by
the check: what is published is what was judged, whatever has become of the file since.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.almanac import ALMANAC
from monitor.books import (
    BadPublication,
    Library,
    Published,
    PublishedBook,
    PublishedCalendar,
    append,
    book_record,
    calendar_record,
    calendar_table,
    check_faithful,
    encode,
    ended,
    read_library,
    same_but_calendar,
)
from monitor.rulebook.check import Checked
from monitor.rulebook.published import day_changes
from monitor.settings import Settings
from monitor.wire import Topics
from rules.book import RuleBook
from rules.errors import SupervisionError
from rules.instant import to_datetime, to_instant
from rules.worktime import Calendar, parse_calendar

LAST = 4_102_444_800_000
"""2100-01-01: which book is in force in the end."""


class PublicationRefused(SupervisionError):
    """Nothing was published; the text says why, and what to do.

    Whose: the operator's.
    Mend: do what the text says.
    """


class BooksHaveErrors(PublicationRefused):
    """Nothing was published: the books have errors, which ``diagnoses`` lists with their lines.

    Whose: the operator's.
    Mend: correct the lines that are listed, and publish again.
    """

    def __init__(self, checked: Checked) -> None:
        super().__init__(f"nothing was published: {checked.errors} errors")
        self.diagnoses = checked.diagnoses


async def publish_books(settings: Settings, checked: Checked, *, by: str, replace: bool) -> list[str]:
    """Publish the books as they were judged, all or none; what to print, line by line.

    Raises :class:`BooksHaveErrors`, :class:`PublicationRefused` for what others would not understand, ``KafkaUnavailable``
    without a broker.
    """
    if checked.errors:
        raise BooksHaveErrors(checked)
    records, lines = lay_books(await _library(settings), checked, by=by, replace=replace)
    return lines + await _append(settings, [(record.key, record) for record in records])


def lay_books(library: Library, checked: Checked, *, by: str, replace: bool) -> tuple[list[PublishedBook], list[str]]:
    """Lay the books on ``library``: the records that are new to it, and what to print. Reads no file and writes nothing."""
    lines = [str(diagnosis) for diagnosis in checked.diagnoses]
    records: list[PublishedBook] = []
    for path, table, book in checked.books:
        record = book_record(book, table, by)
        if "effective_from" not in record.book:
            raise PublicationRefused(
                f"{path}: effective_from: a book to be published says from when on cases are accepted under it"
            )
        if _is_there(library, record):
            lines.append(f"{record.version}: published already, just so")
            continue
        _check_version(library, record, replace=replace)
        _lay(library, record)
        check_faithful(str(path), book, library.own(record.version))
        records.append(record)
        lines += _about_book(library, record)
    return records, lines


def book_of(library: Library, version: str) -> PublishedBook:
    """The published record of that version, or :class:`PublicationRefused` with those there are."""
    entry = library.entries.get(f"rulebook:{version}".encode())
    if entry is not None and isinstance(entry.record, PublishedBook):
        return entry.record
    known = ", ".join(book.version for book in library.books if library.is_published(book.version)) or "none"
    raise PublicationRefused(f"rule book {version!r} is not published; published are: {known}")


async def withdraw_book(settings: Settings, version: str, begin: datetime | None, *, by: str) -> list[str]:
    """End a published book: cases accepted from ``begin`` (now) on are not judged by it; what to print."""
    library = await _library(settings)
    known = book_of(library, version)
    book = library.books.get(version)
    until = max(to_instant(begin or datetime.now(UTC)), book.effective_from)
    record = ended(known, _wall(until, book), by)
    _lay(library, record)
    after = library.books.at(LAST)
    if after.version == version:
        raise PublicationRefused(f"rule book {version!r} would have no successor: publish the one that is to follow first")
    lines = [
        f"{version}: not for cases accepted from {_wall(until, book)} on; those accepted under it are judged by it to their end",
        f"in force in the end: {after.version}",
    ]
    return lines + await _append(settings, [(record.key, record)])


async def publish_calendar(settings: Settings, name: str, *, by: str, replace: bool) -> list[str]:
    """Publish a calendar (a TOML file, ``cn``, or one that comes with the package) for all books of that calendar."""
    record = calendar_record(name, calendar_table(name), by)
    days = parse_calendar(record.table, ALMANAC)
    if days.name == "own":
        raise PublicationRefused(f"{name}: name: {days.name!r} is any book's own calendar: give it the name the books know it by")
    library = await _library(settings)
    users = [book for book in library.books if book.calendar.name == days.name]
    lines = [f"calendar {days.name} {_cover(days)} (version {days.version})"]
    lost = sorted({year for book in users for year in book.calendar.years} - set(days.years))
    if lost and not replace:
        raise PublicationRefused(
            f"{name}: years: {', '.join(map(str, lost))} would be covered no longer, so limits that run into them could not be "
            "computed: add them, or say --replace"
        )
    known = library.entries.get(record.key)
    if known is not None and isinstance(known.record, PublishedCalendar) and known.record.calendar == record.calendar:
        return [*lines, "published already, just so"]
    changed = {book.version: day_changes(book.calendar, days) for book in users}
    _lay(library, record)
    if not users:
        lines.append(f"no book known here has a calendar {days.name!r}: it waits for one")
    for version, changes in changed.items():
        lines.append(
            f"{version}: {f'its open cases are judged anew; days that change: {len(changes)}' if changes else 'no change'}"
        )
        lines += [f"  {change}" for change in changes[:20]]
    return lines + await _append(settings, [(record.key, record)])


async def withdraw_calendar(settings: Settings, name: str) -> list[str]:
    """Take a published calendar back: every book has its own calendar again."""
    library = await _library(settings)
    key = f"calendar:{name}".encode()
    if key not in library.entries:
        raise PublicationRefused(f"calendar {name!r} is not published")
    users = [book.version for book in library.books if book.calendar.name == name]
    lines = [f"calendar {name}: {', '.join(users) or 'no book'} has its own again; open cases are judged anew"]
    return lines + await _append(settings, [(key, None)])


async def _library(settings: Settings) -> Library:
    library = Library.of_files(settings.worker.books)
    await read_library(settings, library)
    return library


def _is_there(library: Library, record: PublishedBook) -> bool:
    known = library.entries.get(record.key)
    return known is not None and isinstance(known.record, PublishedBook) and known.record.book == record.book


def _check_version(library: Library, record: PublishedBook, *, replace: bool) -> None:
    """A version says which rules judged a card, so its rules stay; only its days may change."""
    known = library.entries.get(record.key)
    if known is None or replace or not isinstance(known.record, PublishedBook) or same_but_calendar(known.record, record):
        return
    raise PublicationRefused(
        f"rule book {record.version!r} is published with other rules. Every card names its version, so a changed book needs a "
        "new version, for new cases. To mend a mistake in this one, --replace: all its open cases are judged anew by it, and "
        "cards that it does not know any more are withdrawn"
    )


def _lay(library: Library, record: Published) -> None:
    try:
        library.take(record.key, encode(record))
    except BadPublication as bad:
        raise PublicationRefused(f"{record.key.decode()} cannot be published: {bad}") from None


def _about_book(library: Library, record: PublishedBook) -> list[str]:
    book = library.books.get(record.version)
    lines = [
        f"{book.version} (digest {book.digest}): for cases accepted from {_wall(book.effective_from, book)} on; "
        f"{len(book.rules)} rules, {len(book.items)} items, calendar {book.calendar.name} {_cover(book.calendar)}"
    ]
    if book.effective_from < to_instant(datetime.now(UTC)):
        lines.append(
            f"{book.version}: that is past. A case that is already known keeps the book it was accepted under; a case accepted "
            "since then that becomes known from now on, or in a replay, is judged by this one"
        )
    own = parse_calendar(record.table["calendar"], ALMANAC)
    if own.version != book.calendar.version:
        lines.append(f"{book.version}: the published calendar {book.calendar.name} stands in for that of the file")
    return lines


async def _append(settings: Settings, records: Sequence[tuple[bytes, Published | None]]) -> list[str]:
    if not records:
        return []
    offsets = await append(settings, records)
    topic = Topics(settings.topics.prefix).catalog
    return [f"written: {key.decode()} at offset {offset} of {topic}" for (key, _), offset in zip(records, offsets, strict=True)]


def _wall(instant: int, book: RuleBook) -> str:
    return to_datetime(instant, book.zone).isoformat()


def _cover(calendar: Calendar) -> str:
    return f"{calendar.years[0]}–{calendar.years[-1]}"
