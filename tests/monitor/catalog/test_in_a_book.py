"""A rule book takes its items from a catalog: they judge cases, and a catalog that cannot be read stops the book."""

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from monitor.books.files import load_book
from monitor.rulebook import check_books
from monitor.scenarios import run_suite
from rules.errors import BadRuleBook

HERE = Path(__file__).parent / "judged"


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    return copytree(HERE, tmp_path / "judged")


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_the_scenarios_of_a_book_with_a_catalog_hold() -> None:
    result = run_suite(HERE)
    assert result.ok and result.scenarios == 3, str(result)


@pytest.mark.parametrize(
    ("file", "old", "new", "failed"),
    [
        ("items.toml", 'promised = "5wd"', 'promised = "6wd"', "the catalog's limits make the cards"),
        ("items.toml", 'handling = "2wd"', 'handling = "3wd"', "the catalog's limits make the cards"),
        ("items.toml", '"review", ', "", "the catalog's flow is watched"),
        ("city.toml", 'code = "own"', 'code = "another"', "an item of the book itself wins"),
    ],
)
def test_another_limit_in_the_catalog_makes_other_cards(judged: Path, file: str, old: str, new: str, failed: str) -> None:
    change(judged / file, old, new)
    assert [failure.scenario.name for failure in run_suite(judged).failures] == [failed]


def test_the_book_knows_the_items_and_nothing_more() -> None:
    book = load_book(HERE / "city.toml")
    assert list(book.items) == ["own", "listed"]
    assert book.item("listed").stages == {"handling": "2wd"}
    assert not hasattr(book.item("listed"), "department")


def test_the_digest_changes_with_a_limit_but_not_with_a_material(judged: Path) -> None:
    before = load_book(judged / "city.toml").digest
    change(judged / "items.toml", "申请书", "申请表")
    assert load_book(judged / "city.toml").digest == before
    change(judged / "items.toml", 'promised = "5wd"', 'promised = "6wd"')
    assert load_book(judged / "city.toml").digest != before


def test_a_catalog_with_a_defect_stops_the_book_and_is_named(judged: Path) -> None:
    change(judged / "items.toml", "materials", "matter")
    with pytest.raises(BadRuleBook, match=r"catalog: items.toml: items\[0\]: Object contains unknown field `matter`"):
        load_book(judged / "city.toml")
    (diagnosis,) = check_books([judged / "city.toml"], date(2026, 3, 2)).diagnoses
    assert (diagnosis.line, diagnosis.key) == (5, "catalog")


def test_a_limit_of_the_catalog_that_does_not_fit_is_named_on_the_line_of_the_catalog(judged: Path) -> None:
    change(judged / "items.toml", 'statutory = "10wd"', 'statutory = "4wd"')
    (diagnosis,) = check_books([judged / "city.toml"], date(2026, 3, 2)).diagnoses
    assert (diagnosis.severity, diagnosis.line, diagnosis.key) == ("error", 5, "items[1].promised")


@pytest.mark.parametrize("written", ['"missing.toml"', "5", '""'])
def test_a_book_whose_catalog_is_missing_is_refused(judged: Path, written: str) -> None:
    change(judged / "city.toml", '"items.toml"', written)
    with pytest.raises(BadRuleBook, match="catalog: "):
        load_book(judged / "city.toml")
