"""A book's file is read once and parsed once, and what is published is what was judged. No broker is needed to see that."""

import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import pytest

from monitor.rulebook import check_books, publish
from rules.bookfile import parse_book
from tests.monitor.books.published_books import library

TODAY = date(2026, 3, 2)
CITY = """\
extends = "default"
name = "city"
version = "city-1"
title = "as judged"
effective_from = 2026-03-01T00:00:00+08:00
"""
_T = TypeVar("_T")
_opened: list[str] | None = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _opened is not None and event == "open":
        _opened.append(str(arguments[0]))


sys.addaudithook(_note)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    (tmp_path / "city.toml").write_text(CITY, "utf-8")
    return tmp_path / "city.toml"


def watched(work: Callable[[], _T]) -> tuple[_T, Counter[str], Counter[str]]:
    """What ``work`` gives, the files it opened, and the sources ``parse_book`` was called for."""
    global _opened  # an audit hook stays for good, so it is told by a global when to listen
    parsed: Counter[str] = Counter()

    def called(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code is parse_book.__code__:
            parsed[frame.f_locals["source"]] += 1

    base = library()
    assert base.books, "made before anybody counts"
    _opened, before = [], sys.getprofile()
    sys.setprofile(called)
    try:
        return work(), Counter(_opened), parsed
    finally:
        sys.setprofile(before)
        _opened = None


def test_a_book_checked_and_published_is_read_once_and_parsed_once(city: Path) -> None:
    among = library()
    work = lambda: publish.lay_books(among, check_books([city], TODAY), by="", replace=False)  # noqa: E731
    (records, _), opened, parsed = watched(work)
    assert [record.version for record in records] == ["city-1"]
    assert opened[str(city)] == 1
    assert parsed[str(city)] == 1
    assert parsed["published city-1"] == 1, "the record is read back once, as every worker will"


def test_a_book_that_is_no_toml_is_read_once(city: Path) -> None:
    city.write_text(CITY + "title = ", "utf-8")
    checked, opened, _ = watched(lambda: check_books([city], TODAY))
    assert [diagnosis.line for diagnosis in checked.diagnoses] == [6]
    assert opened[str(city)] == 1


def test_a_file_that_changes_between_check_and_publication_is_published_as_it_was_judged(city: Path) -> None:
    checked = check_books([city], TODAY)
    city.write_text(CITY.replace("as judged", "as never judged"), "utf-8")
    ((record,), _) = publish.lay_books(library(), checked, by="王监察", replace=False)
    assert record.book["title"] == "as judged"
    city.unlink()
    ((again,), _) = publish.lay_books(library(), checked, by="王监察", replace=False)
    assert again == record
