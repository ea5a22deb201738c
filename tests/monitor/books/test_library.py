"""What the catalog topic's records make of the books of the files; what cannot be used changes nothing."""

from datetime import date, timedelta
from itertools import permutations

import msgspec
import pytest

from monitor.books import BadPublication, Library, PublishedBook, encode
from monitor.books.record import Published, ended
from rules.instant import to_instant
from tests.monitor.books.published_books import book, calendar, library, table
from tests.monitor.stream.hall import MONDAY

DAY = date(2026, 3, 4)
BLACKOUT = [{"date": DAY, "name": "停电"}]


def put(target: Library, *records: Published) -> Library:
    for offset, record in enumerate(records):
        target.take(record.key, encode(record), 1000 + offset, offset)
    return target


def shape(target: Library) -> list[tuple[str, str, int]]:
    return [(each.version, each.digest, each.effective_from) for each in target.books]


def test_a_published_book_takes_its_turn() -> None:
    books = put(library(), book()).books
    assert [each.version for each in books] == ["default-1", "city-1"]
    assert books.at(to_instant(MONDAY)).version == "city-1"
    assert books.at(to_instant(MONDAY - timedelta(days=9))).version == "default-1"


def test_a_published_book_stands_in_for_the_file_of_its_version() -> None:
    target = library(table(extension={"max_days": 3}))
    assert not target.is_published("city-1")
    put(target, book(extension={"max_days": 7}))
    assert target.is_published("city-1")
    assert target.books.get("city-1").extension.max_days == 7


def test_the_same_book_from_a_file_and_from_the_topic_is_the_same() -> None:
    target = library(table())
    before = shape(target)
    assert shape(put(target, book())) == before


def test_a_published_calendar_is_that_of_every_book_of_its_name() -> None:
    own = {"name": "town", "base": "weekends", "years": [2026]}
    target = library(table("file-1"), table("town-1", "2026-02-01T00:00:00+08:00", calendar=own))
    put(
        target,
        book("city-2", "2026-05-01T00:00:00+08:00"),
        calendar(holidays=BLACKOUT),
        book("city-3", "2026-06-01T00:00:00+08:00"),
    )
    idle = {each.version: not each.calendar.is_workday(DAY) for each in target.books}
    assert idle == {"town-1": False, "file-1": True, "city-2": True, "city-3": True}
    assert target.books.get("file-1").digest != library(table("file-1")).books.get("file-1").digest


def test_a_calendar_taken_back_leaves_each_book_its_own() -> None:
    target = put(library(), book())
    before = shape(target)
    put(target, calendar(holidays=BLACKOUT))
    assert shape(target) != before
    target.take(b"calendar:cn", None)
    assert shape(target) == before
    assert not [key for key in target.entries if key.startswith(b"calendar")]
    target.take(b"calendar:cn", None)


def test_publications_read_in_any_order_make_the_same_books() -> None:
    records = [book(), book("city-2", "2026-05-01T00:00:00+08:00"), calendar(holidays=BLACKOUT)]
    assert len({str(shape(put(library(), *order))) for order in permutations(records)}) == 1


def test_a_published_book_that_ends_gives_way_to_the_one_before() -> None:
    target = put(library(), book(), book("city-2", "2026-03-02T00:00:00+08:00"))
    assert target.books.at(to_instant(MONDAY)).version == "city-2"
    put(target, ended(book("city-2", "2026-03-02T00:00:00+08:00"), "2026-03-02T00:00:00+08:00", "me"))
    assert target.books.at(to_instant(MONDAY)).version == "city-1"
    assert target.books.get("city-2").effective_until == target.books.get("city-2").effective_from
    put(target, book("city-2b", "2026-03-02T00:00:00+08:00"))
    assert target.books.at(to_instant(MONDAY)).version == "city-2b"


def test_the_tables_of_a_library_make_the_same_library_again() -> None:
    target = put(library(), book(), calendar(holidays=BLACKOUT))
    again = Library(list(target.tables()))
    assert shape(again) == shape(target)


GOOD = encode(book())


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (None, GOOD, "key_mismatch"),
        (b"", GOOD, "key_mismatch"),
        (b"\xff\xfe", GOOD, "key_mismatch"),
        (b"rulebook", GOOD, "key_mismatch"),
        (b"rulebook:", GOOD, "key_mismatch"),
        (b"rulebook:other", GOOD, "key_mismatch"),
        (b"calendar:city-1", GOOD, "key_mismatch"),
        (b"window:7", b"{}", "unknown_kind"),
        (b"rulebook:city-1", b"", "unreadable"),
        (b"rulebook:city-1", b"rubbish", "unreadable"),
        (b"rulebook:city-1", b"\xff", "unreadable"),
        (b"rulebook:city-1", b"[" * 100_000, "unreadable"),
        (b"rulebook:city-1", GOOD[:-1] + b',"more":1}', "unreadable"),
        (b"rulebook:city-1", encode(PublishedBook("city-1", {})), "bad_book"),
        (b"rulebook:city-1", encode(PublishedBook("city-1", {"version": 1, "calendar": [], "items": {}})), "bad_book"),
        (b"rulebook:city-1", encode(PublishedBook("city-1", {**book().book, "more": 1})), "bad_book"),
        (b"rulebook:city-1", encode(msgspec.structs.replace(book("city-9"), version="city-1")), "key_mismatch"),
        (b"rulebook:city-1", encode(book(begins="1970-01-01T08:00:00+08:00")), "conflict"),
        (b"calendar:cn", b'{"kind":"calendar","name":"cn","calendar":{"name":"cn"}}', "bad_book"),
        (b"calendar:cn", encode(msgspec.structs.replace(calendar("town"), name="cn")), "key_mismatch"),
    ],
)
def test_a_publication_that_cannot_be_used_is_refused_with_its_reason_and_changes_nothing(
    key: bytes | None, value: bytes, reason: str
) -> None:
    target = put(library(), book("city-0", "2026-02-01T00:00:00+08:00"))
    before, books = shape(target), target.books
    with pytest.raises(BadPublication) as told:
        target.take(key, value)
    assert told.value.reason == reason
    assert str(told.value)
    assert target.books is books
    assert shape(target) == before
    assert list(target.entries) == [b"rulebook:city-0"]


def test_a_deleted_book_stays_for_its_cases() -> None:
    target = put(library(), book())
    with pytest.raises(BadPublication, match="publish it again") as told:
        target.take(b"rulebook:city-1", None)
    assert told.value.reason == "removed"
    assert target.books.get("city-1")
    target.take(b"rulebook:never-there", None)
