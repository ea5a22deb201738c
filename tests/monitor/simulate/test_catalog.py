"""The simulated hall's lists against the figures of real ones, and as a rule book."""

import random
from pathlib import Path

import pytest

from monitor.books.files import load_book
from monitor.simulate.catalog import build_catalog, items
from monitor.simulate.departments import DEPARTMENTS
from monitor.simulate.files import write_book


def _days(limit: str) -> int:
    return int(limit.removesuffix("wd"))


def test_the_hall_is_as_large_as_a_real_one() -> None:
    assert len(DEPARTMENTS) == 30
    assert 100 <= sum(department.windows for department in DEPARTMENTS) <= 140
    assert 140 <= len(items()) <= 170
    assert len({item["code"] for item in items()}) == len({item["name"] for item in items()}) == len(items())


def test_mean_limits_of_committed_items_are_yulins() -> None:
    committed = [item for item in items() if item["promised"] != "0wd"]
    assert sum(_days(item["promised"]) for item in committed) / len(committed) == pytest.approx(13.8, abs=0.1)
    assert sum(_days(item["statutory"]) for item in committed) / len(committed) == pytest.approx(23.98, abs=0.1)


def test_no_item_promises_more_than_the_law_allows() -> None:
    assert all(_days(item["promised"]) <= _days(item["statutory"]) for item in items())


def test_the_people_of_a_hall_depend_on_its_seed_and_its_items_do_not() -> None:
    one, same, other = (build_catalog(random.Random(seed)) for seed in (1, 1, 2))
    assert one == same
    assert one.choices[0][0].handlers != other.choices[0][0].handlers
    assert [item for _, item in one.choices] == [item for _, item in other.choices]


def test_the_items_of_the_hall_load_as_a_rule_book(tmp_path: Path) -> None:
    write_book(tmp_path / "hall.toml")
    book = load_book(tmp_path / "hall.toml")
    for item in items():
        known = book.item(item["code"])
        assert (known.name, known.promised, known.statutory) == (item["name"], item["promised"], item["statutory"])
        assert (known.stages, known.flow) == (item["stages"], item["flow"])
