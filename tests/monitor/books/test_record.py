"""A record judges as the file did from which it was made, on any machine."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from monitor.almanac import ALMANAC
from monitor.books import PublishedBook, calendar_record, encode, saved
from monitor.books.files import BookTable, book_table, load_book, profiles
from monitor.books.record import decode, ended, same_but_calendar
from rules.bookfile import parse_book
from rules.errors import BadRuleBook
from rules.worktime import parse_calendar
from tests.monitor.books.published_books import book, calendar, record_of, table

DAY = date(2026, 3, 4)
CITY = """\
extends = "hunan"
name = "city"
version = "city-1"
effective_from = 2026-03-01T00:00:00+08:00
calendar = "town.toml"
"""
TOWN = """\
name = "town"
base = "cn"
holidays = [{ date = 2026-03-04, name = "停电" }]
"""


@pytest.mark.parametrize("profile", profiles())
def test_every_profile_survives_its_record(profile: str) -> None:
    whole = book_table(Path(profile))
    record = record_of(whole, "me")
    again = decode(encode(record))
    assert isinstance(again, PublishedBook)
    assert parse_book(profile, again.table, ALMANAC).digest == parse_book(profile, whole, ALMANAC).digest
    assert again.key == f"rulebook:{parse_book(profile, whole, ALMANAC).version}".encode()


def test_a_published_book_is_read_without_any_other_file(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(CITY, "utf-8")
    (tmp_path / "town.toml").write_text(TOWN, "utf-8")
    record = record_of(book_table(tmp_path / "city.toml"), "me")
    read = parse_book("city", record.table, ALMANAC)
    assert read.calendar.name == "town"
    assert read.calendar.name_of(DAY) == "停电"
    assert "extends" not in record.book
    assert read.digest == load_book(tmp_path / "city.toml").digest


def test_a_published_book_pins_the_national_calendar() -> None:
    record = book()
    before = parse_book("here", record.table, ALMANAC).digest
    other = parse_calendar({"name": "cn", "base": "weekends", "years": [2026]}, ALMANAC)
    there = ALMANAC._replace(national=lambda: other)
    assert parse_book("there", record.table, there).digest == before
    assert parse_book("there", table(), there).digest != before


def test_a_saved_book_is_a_book_file(tmp_path: Path) -> None:
    record = book("city-1", hall={"places": ["h"]})
    (tmp_path / "city.json").write_bytes(encode(record))
    assert load_book(tmp_path / "city.json").digest == parse_book("city", record.table, ALMANAC).digest
    (file,) = saved([BookTable("city", record.table)], tmp_path)
    assert load_book(file).digest == parse_book("city", record.table, ALMANAC).digest


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"book": 1}', '{"book": {"calendar": {"holidays": [1, {"date": 3}]}}}'])
def test_a_json_file_that_is_no_published_book_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "city.json").write_text(text)
    with pytest.raises(BadRuleBook, match=r"city\.json"):
        load_book(tmp_path / "city.json")


def test_a_book_published_again_may_differ_in_its_calendar_and_end_only() -> None:
    one = book()
    assert same_but_calendar(one, book(calendar={"name": "x", "base": "weekends", "years": [2026]}))
    assert same_but_calendar(one, ended(one, "2026-09-01T00:00:00+08:00", "me"))
    assert not same_but_calendar(one, book(extension={"max_days": 11}))


def test_a_calendar_record_has_its_days() -> None:
    record = calendar("town", holidays=[{"date": DAY, "name": "停电"}])
    days = parse_calendar(record.table, ALMANAC)
    assert days.name_of(DAY) == "停电"
    assert not days.is_workday(DAY)
    with pytest.raises(BadRuleBook, match="base"):
        calendar_record("town.toml", {"name": "town"}, "")


def test_a_record_of_another_kind_is_no_publication() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(b'{"kind":"item","name":"x"}')
