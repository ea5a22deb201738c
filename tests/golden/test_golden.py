"""What was stored once is read for ever, and means what it meant."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from monitor.almanac import ALMANAC
from monitor.books.record import decode as decode_published
from monitor.stream.partition.cases import CaseTable
from monitor.stream.partition.clock import ClockRecord, PartitionClock
from monitor.wire import checked_key, decode_alert, decode_dead_letter, decode_figures, decode_record, encode_event
from rules.bookfile import parse_book
from rules.case import FORMAT, decode_case
from rules.errors import UnknownFormat
from rules.events import EVENT_TYPES, key_of
from rules.keys import key_of_alert
from tests.golden.versions import FILES, FOLDER, FORMAT_OF, NEWEST, VERSIONS, Row, numbers, rows, unhexed

HELP = """{name} of {version} is not what today's code writes.
Moved a field or a number? Put it back: append at the end, never insert, reorder, rename or reuse.
Appended one? That is a new version: leave {version} as it is and see tests/golden/__init__.py."""

of_todays_form = pytest.mark.parametrize(
    "version", [version for version in VERSIONS if FORMAT_OF[version.NAME] == FORMAT], ids=lambda version: version.NAME
)
of_another_form = pytest.mark.parametrize(
    "version", [version for version in VERSIONS if FORMAT_OF[version.NAME] != FORMAT], ids=lambda version: version.NAME
)
every_version = pytest.mark.parametrize("version", VERSIONS, ids=[version.NAME for version in VERSIONS])


def _text(version: ModuleType, name: str) -> str:
    return Path(FOLDER, version.NAME, name).read_text("utf-8")


def _rows(version: ModuleType, name: str) -> list[Row]:
    return rows(_text(version, name))


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"numbers.json"}))
def test_the_newest_version_is_what_todays_code_writes(name: str) -> None:
    assert FILES[name]() == _text(NEWEST, name), HELP.format(name=name, version=NEWEST.NAME)


def test_every_folder_is_a_version_and_has_every_file_of_the_first() -> None:
    folders = {path.name: {file.name for file in path.iterdir()} for path in FOLDER.glob("state-*")}
    assert folders.keys() == {version.NAME for version in VERSIONS}
    assert all(files >= folders["state-1"] for files in folders.values()) and folders[NEWEST.NAME] == FILES.keys()


@of_todays_form
def test_a_case_of_todays_form_is_read_as_it_was_meant(version: ModuleType) -> None:
    key, value = unhexed(_text(version, "case.hex"))
    assert decode_case(value) == version.CASE
    table = CaseTable()
    table.restore(key, value, 0)
    assert table.get(key) == version.CASE
    judged = (version.CASE, *version.CASE.later)
    assert table.judged_by(key) == tuple((cycle.book, cycle.digest) for cycle in judged)


@of_todays_form
def test_a_changelog_row_that_a_worker_wrote_is_read(version: ModuleType) -> None:
    key, value = unhexed(_text(version, "worked-case.hex"))
    case = decode_case(value)
    assert case.key.encode() == key
    assert (case.book, case.digest) == (version.PUBLISHED_BOOK.version, version.BOOK_DIGEST)
    assert case.terms is not None and case.clocks and case.cards and case.marks and any(card.acts for card in case.cards)


@of_todays_form
def test_a_partitions_clock_goes_on_where_a_version_of_todays_form_left_it(version: ModuleType) -> None:
    _, value = unhexed(_text(version, "clock.hex"))
    assert msgspec.msgpack.decode(value, type=ClockRecord) == version.CLOCK
    clock = PartitionClock(value)
    assert (clock.now, clock.reached, clock.is_live) == (version.CLOCK.now, version.CLOCK.offset, version.CLOCK.is_live)
    assert PartitionClock(clock.encode()).now == version.CLOCK.now


@of_another_form
def test_a_case_and_a_clock_of_another_form_are_refused_with_what_to_do(version: ModuleType) -> None:
    form = FORMAT_OF[version.NAME]
    _, case = unhexed(_text(version, "case.hex"))
    _, clock = unhexed(_text(version, "clock.hex"))
    for refused in (lambda: decode_case(case), lambda: PartitionClock(clock)):
        with pytest.raises(UnknownFormat, match=f"form {form}, this program reads form {FORMAT}.*events anew"):
            refused()


@every_version
def test_an_alert_of_any_version_is_read_as_it_was_meant(version: ModuleType) -> None:
    assert [(key.decode(), decode_alert(value)) for key, value in _rows(version, "alert.tsv")] == [
        (key_of_alert(version.ALERT.id), version.ALERT)
    ]
    assert all(key_of_alert(decode_alert(value).id).encode() == key for key, value in _rows(version, "worked-alerts.tsv"))


@every_version
def test_figures_and_dead_letters_of_any_version_are_read_as_they_were_meant(version: ModuleType) -> None:
    assert [(key, decode_figures(value)) for key, value in _rows(version, "figures.tsv")] == [
        (version.FIGURES.key, version.FIGURES)
    ]
    assert [decode_dead_letter(value) for _, value in _rows(version, "dead-letter.tsv")] == [version.DEAD_LETTER]


@every_version
def test_records_of_any_version_are_read_as_they_were_meant_under_their_keys(version: ModuleType) -> None:
    for key, value in _rows(version, "events.tsv"):
        written = json.loads(value)
        record: Any = decode_record(value)
        assert record == version.record(written.pop("type"), set(written))
        assert encode_event(record) == value
        if written:
            assert checked_key(record, key) == key_of(record).encode()
        assert version is not NEWEST or (key_of(record).encode() if written else b"") == key


def test_every_type_of_record_has_a_line_in_the_newest_version() -> None:
    assert {json.loads(value)["type"] for _, value in _rows(NEWEST, "events.tsv")} == {*EVENT_TYPES, "tallied", "tick"}


@every_version
def test_a_published_book_of_any_version_is_read_and_judges_as_it_did(version: ModuleType) -> None:
    book, calendar = [decode_published(value) for _, value in _rows(version, "catalog.tsv")]
    assert (book, calendar) == (version.PUBLISHED_BOOK, version.PUBLISHED_CALENDAR)
    assert [key for key, _ in _rows(version, "catalog.tsv")] == [book.key, calendar.key]
    assert parse_book("golden", book.table, ALMANAC).digest == version.BOOK_DIGEST


@every_version
@pytest.mark.parametrize("what", sorted(numbers()))
def test_a_stored_number_stands_for_the_same_name_as_ever_and_new_ones_come_after(version: ModuleType, what: str) -> None:
    stored, today = json.loads(_text(version, "numbers.json")).get(what, {}), numbers()[what]
    assert {name: today.get(name) for name in stored} == stored, HELP.format(name=what, version=version.NAME)
    assert all(number > max(stored.values(), default=-1) for name, number in today.items() if name not in stored)
    assert len(set(today.values())) == len(today)


def _left_out(value: Any, where: str) -> Iterator[str]:
    """The fields in ``value``, and in all that lies in it, which no element of their kind fills."""
    if isinstance(value, tuple):
        empty = [set(_left_out(each, where)) for each in value]
        yield from set.intersection(*empty) if empty else ()
    elif isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            inner = getattr(value, field.name)
            if field.default is not msgspec.NODEFAULT and inner == field.default:
                yield f"{where}.{field.name}"
            if field.name != "later":  # cycles have the very fields that are being looked at
                yield from _left_out(inner, f"{where}.{field.name}")


@pytest.mark.parametrize("sample", ["CASE", "CLOCK", "ALERT", "FIGURES", "DEAD_LETTER", "TALLIED", "PUBLISHED_BOOK"])
def test_the_newest_samples_leave_no_field_out(sample: str) -> None:
    assert list(_left_out(getattr(NEWEST, sample), sample)) == []
